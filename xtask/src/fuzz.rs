//! `cargo xtask fuzz`: arbitrary bytes into decode → read, for as long as is asked.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{setup, task, workspace};

/// The version that the project was fuzzed with.
const CARGO_FUZZ: &str = "0.13.1";
/// A picture must be decoded and read within so many milliseconds…
const LONGEST: u64 = 2000;
/// … for which instrumented code, which takes four to five times as long, has so many seconds.
const TIMEOUT: u32 = 15;
/// Most memory, MB.
const MEMORY: u32 = 300;

/// Fuzzes for so many seconds (a minute, if none are given), starting from `fuzz/seeds`.
pub fn run(arguments: &[&str]) -> Result<()> {
    let seconds: u32 = match arguments {
        [] => 60,
        [seconds] => seconds.parse().context("a number of seconds")?,
        _ => bail!("say for how many seconds"),
    };
    if setup::output(task::command("cargo", &["+nightly", "fuzz", "--version"])).is_err() {
        if setup::output(task::command("cargo", &["+nightly", "--version"])).is_err() {
            bail!("fuzzing needs a nightly compiler: type `rustup toolchain install nightly`");
        }
        let install = ["install", "cargo-fuzz", "--version", CARGO_FUZZ, "--locked"];
        task::run("cargo-fuzz", &mut task::command("cargo", &install))?;
    }
    let found = workspace::target().join("fuzz-corpus");
    std::fs::create_dir_all(&found)?;
    let (corpus, seeds) = (found.display().to_string(), workspace::path("fuzz/seeds").display().to_string());
    let limits = [
        format!("-max_total_time={seconds}"),
        format!("-timeout={TIMEOUT}"),
        format!("-rss_limit_mb={MEMORY}"),
        "-max_len=200000".to_owned(),
        "-print_final_stats=1".to_owned(),
    ];
    // Without the address sanitizer, whose own memory would count: there is no unsafe code of ours to watch.
    let mut fuzz =
        task::command("cargo", &["+nightly", "fuzz", "run", "--sanitizer", "none", "read", &corpus, &seeds, "--"]);
    fuzz.args(limits).env("RTEN_NUM_THREADS", "1").env("RAYON_NUM_THREADS", "1");
    let finished = task::run("fuzzing", &mut fuzz)?;
    for line in finished.output.lines().filter(|line| line.starts_with("stat::") || line.contains("SUMMARY")) {
        println!("{line}");
    }
    slowest(&found)
}

/// Reads everything that the fuzzer found as users do, with code that is not instrumented: is any of it slow?
fn slowest(corpus: &Path) -> Result<()> {
    let files = workspace::files(corpus)?;
    let mut read = task::cargo(&["run", "--profile", "native", "--quiet", "-p", "shiming-cli", "--", "read", "--json"]);
    read.args(&files).env("RTEN_NUM_THREADS", "1").env("RAYON_NUM_THREADS", "1");
    let output = task::run("reading what was found", &mut read)?.output;
    let lines = output.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let took = lines.iter().filter_map(|line| Some((line["ms"].as_u64()?, line["file"].as_str()?)));
    let Some((longest, file)) = took.max() else { bail!("nothing was found") };
    println!("{} pictures; the slowest took {longest} ms", files.len());
    if longest > LONGEST {
        bail!("{file} takes {longest} ms");
    }
    Ok(())
}
