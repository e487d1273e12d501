//! `cargo xtask fuzz`: arbitrary bytes into decode → read, for as long as is asked.

use anyhow::{Context as _, Result, bail};

use crate::{setup, task, workspace};

/// The version that the project was fuzzed with.
const CARGO_FUZZ: &str = "0.13.1";
/// A picture must be decoded and read within so many seconds; instrumented code takes about three times as long.
const TIMEOUT: u32 = 6;
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
    let corpus = workspace::target().join("fuzz-corpus");
    std::fs::create_dir_all(&corpus)?;
    let (corpus, seeds) = (corpus.display().to_string(), workspace::path("fuzz/seeds").display().to_string());
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
    Ok(())
}
