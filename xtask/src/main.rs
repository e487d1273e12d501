//! The developer's commands. `cargo xtask help` lists them.

mod bench;
mod build;
mod fuzz;
mod http;
mod lint;
mod models;
mod run;
mod screenshots;
mod seed;
mod setup;
mod sizes;
mod specimen;
mod stack;
mod task;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  run [--check]              everything on this machine: edge, sandbox, pages (--check: end once the page is served)
  test [PART]…               every test: rules, page, package, api, browser; of the last two also some: api/cards, browser/card
  lint                       formatting, clippy, TypeScript
  bench reading              accuracy and time of reading, natively and beside others in Chromium
  bench native [OPTION]…     the first half of that
  bench browser [OPTION]…    the second; `bench` lists the options of both
  bench names                time of name keys and sequences, beside a peer
  bench mrz                  what check digits and repairs make of misread zones
  bench faces [FOLDER]       how well people are told apart by their faces, beside the nets' reference implementations
  bench liveness [OPTION]…   how many who follow a challenge are turned away, and how many attacks are not
  fuzz [SECONDS]             arbitrary bytes into decode → read (needs a nightly compiler, and 20 minutes to build)
  screenshots                the pictures in docs/img
  sizes                      what is uploaded and downloaded, compressed
  specimen                   draw fictional cards, photos of them, camera streams
  state DIRECTORY            the tables and fictional citizens that the Workers start from, for tests to copy
  build [PART]…              build the Workers and the pages into dist/: edge, objects, issuer, gate, certifier, matcher,
                             sandbox, web
  models [--check]           make the model files from their sources (--check: only compare; needs Python 3.11)
  characters [--check]       make the page's table of characters and its font, likewise
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode> {
    let (command, rest) = arguments.split_first().unwrap_or((&"help", &[]));
    match *command {
        "build" => {
            let parts = rest
                .iter()
                .map(|name| {
                    build::Part::from_name(name)
                        .with_context(|| format!("nothing to build is called `{name}`\n\n{HELP}"))
                })
                .collect::<Result<Vec<_>>>()?;
            build::build(if parts.is_empty() { &build::ALL } else { &parts })?;
        }
        "run" => run::run(flag(rest, "--check")?)?,
        "state" => match rest {
            [directory] => stack::prepare(&workspace::path(directory))?,
            _ => bail!("say which directory the state goes to"),
        },
        "specimen" => specimen::run(rest)?,
        "models" => models::run(&models::MODELS, flag(rest, "--check")?)?,
        "characters" => models::run(&models::CHARACTERS, flag(rest, "--check")?)?,
        "lint" => return Ok(if lint::lint()? { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        "bench" => bench::run(rest)?,
        "fuzz" => fuzz::run(rest)?,
        "screenshots" => screenshots::take()?,
        "sizes" => sizes::print()?,
        "test" => return Ok(if test::test(rest)? { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        "help" | "--help" | "-h" => print!("{HELP}"),
        other => bail!("no command is called `{other}`\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the one flag that a command takes is there.
fn flag(arguments: &[&str], name: &str) -> Result<bool> {
    match arguments {
        [] => Ok(false),
        [one] if *one == name => Ok(true),
        _ => bail!("the only option here is `{name}`"),
    }
}
