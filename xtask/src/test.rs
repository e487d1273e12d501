//! `cargo xtask test`: every test there is, and one line that counts them.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::stack::{OPERATOR, Stack};
use crate::task::Finished;
use crate::{build, run, setup, sizes, task, wasm, workspace};

/// A part of the tests: its name, and what runs it, or those of it that are named.
type Part = (&'static str, fn(&[&str]) -> Result<Count>);

/// The parts in the order in which they run: the quick ones first.
const PARTS: [Part; 5] = [("rules", rules), ("page", page), ("package", package), ("api", api), ("browser", browser)];

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed. A part that cannot run counts as one.
    pub failed: u32,
}

impl Count {
    /// One check.
    pub fn of(passed: bool) -> Self {
        Self { passed: u32::from(passed), failed: u32::from(!passed) }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// Reads a test program's output. A program that failed without a failed test failed as a whole.
    fn read(finished: &Finished) -> Self {
        let mut count = libtest(&finished.output).plus(tap(&finished.output));
        if !finished.success && count.failed == 0 {
            count.failed = 1;
        }
        count
    }
}

/// Runs the named parts, or all; whether every test passed. `browser/card` are the tests of one file, `api/cards` those whose names
/// hold it. The last line is the sum.
pub fn test(names: &[&str]) -> Result<bool> {
    let chosen: Vec<(&str, Option<&str>)> = names
        .iter()
        .map(|name| name.split_once('/').map_or((*name, None), |(part, only)| (part, Some(only))))
        .collect();
    for (name, only) in &chosen {
        if !PARTS.iter().any(|(part, _)| part == name) {
            let known: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
            bail!("no part of the tests is called `{name}`; there are {}", known.join(", "));
        }
        if only.is_some() && !["api", "browser"].contains(name) {
            bail!("the tests of `{name}` run together");
        }
    }
    let start = Instant::now();
    setup::all()?;
    setup::chromium()?;
    let mut total = Count::default();
    let mut lines = Vec::new();
    for (name, part) in PARTS {
        if !chosen.is_empty() && !chosen.iter().any(|(part, _)| *part == name) {
            continue;
        }
        let only: Vec<&str> = chosen.iter().filter(|(part, _)| *part == name).filter_map(|(_, only)| *only).collect();
        let begin = Instant::now();
        let count = part(&only).unwrap_or_else(|error| {
            println!("✗ {name}: {error:#}");
            Count::of(false)
        });
        lines.push(format!(
            "  {name:8} {:5} passed {:3} failed   {}",
            count.passed,
            count.failed,
            task::seconds(begin.elapsed())
        ));
        total = total.plus(count);
    }
    println!("\n{}\n  in {}\n", lines.join("\n"), task::seconds(start.elapsed()));
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

/// Cargo's words for the tests over HTTP. In the workspace and not their package alone, for which cargo would choose other features
/// and compile everything below a second time.
const SYSTEM: [&str; 4] = ["test", "--workspace", "--test", "system"];

/// Everything that runs natively and alone.
fn rules(_: &[&str]) -> Result<Count> {
    let mut cargo = task::cargo(&["test", "--workspace", "--no-fail-fast"]);
    Ok(Count::read(&task::attempt("rules, reading, drawing", &mut cargo)?).plus(interop()?))
}

/// Electronic ID cards and tools of others: with the programs that the tests before were built with, and the browser's package.
fn interop() -> Result<Count> {
    let card = build::browser_package(build::Part::Card)?;
    let mut node = setup::node(&["--test", "--test-reporter=tap"])?;
    node.args(scripts("tests/interop", ".test.js")?).envs([
        ("SHIMING", workspace::target().join("debug/shiming")),
        ("ISSUE", workspace::target().join("debug/examples/issue")),
        ("CARD", card),
    ]);
    Ok(Count::read(&task::attempt("cards and tools of others", &mut node)?))
}

/// The page's own modules and its types, and what tables of benchmarks are made with.
fn page(_: &[&str]) -> Result<Count> {
    let types =
        task::attempt("types of the page", &mut setup::node(&["node_modules/typescript/bin/tsc", "-p", "web"])?)?;
    let modules = Count::read(&task::attempt("modules of the page", &mut setup::node(&["web/test.mjs"])?)?);
    let mut node = setup::node(&["--test", "--test-reporter=tap"])?;
    node.args(scripts("tests/bench", ".test.js")?).args(scripts("tests/faces", ".test.js")?);
    let comparison = Count::read(&task::attempt("what the comparison with others counts on", &mut node)?);
    Ok(Count::of(types.success).plus(modules).plus(comparison))
}

/// The browser package inside Chromium.
fn package(_: &[&str]) -> Result<Count> {
    Ok(Count::read(&wasm::test()?))
}

/// Both Workers over HTTP; these tests start, kill and restart them by themselves.
fn api(only: &[&str]) -> Result<Count> {
    run::prepare()?;
    let sizes = if only.is_empty() { sizes::check()? } else { Count::default() };
    let mut cargo = task::cargo(&[&SYSTEM[..], &["--no-fail-fast"]].concat());
    if !only.is_empty() {
        cargo.arg("--").args(only);
    }
    cargo.env("PATH", setup::path_with_node()?);
    Ok(Count::read(&task::attempt("Workers over HTTP", &mut cargo)?).plus(sizes))
}

/// The page in Chromium, in front of both Workers.
fn browser(only: &[&str]) -> Result<Count> {
    let stem = |file: &PathBuf| file.file_name().and_then(OsStr::to_str).unwrap_or_default().replace(".test.js", "");
    let mut files = scripts("tests/browser", ".test.js")?;
    for name in only {
        if !files.iter().any(|file| stem(file) == *name) {
            bail!("there is no tests/browser/{name}.test.js");
        }
    }
    files.retain(|file| only.is_empty() || only.contains(&stem(file).as_str()));
    run::prepare()?;
    let specimens = run::streams()?;
    let golden = if files.iter().any(|file| stem(file) == "golden") { golden()? } else { PathBuf::new() };
    let card = build::browser_package(build::Part::Card)?;
    // They come with the tests of their package.
    task::run("strict checker, applicant", &mut task::cargo(&[&SYSTEM[..], &["--no-run"]].concat()))?;
    let stack = fresh("browser-state")?;
    let mut node = setup::node(&["--test", "--test-reporter=tap", "--test-concurrency=1"])?;
    node.args(files).envs([
        ("EDGE_URL", OsStr::new(&stack.edge.url())),
        ("SANDBOX_URL", OsStr::new(&stack.sandbox.url())),
        ("STREAMS", specimens.as_os_str()),
        ("GOLDEN", golden.as_os_str()),
        ("STRICT", workspace::target().join("debug/strict").as_os_str()),
        ("APPLY", workspace::target().join("debug/apply").as_os_str()),
        ("CARD", card.as_os_str()),
        ("CHROMIUM", setup::chromium()?.as_os_str()),
        ("REVIEWER", OsStr::new("development-only-reviewer-secret-0001")),
        ("OPERATOR", OsStr::new(OPERATOR)),
    ]);
    let finished = task::attempt("pages in Chromium", &mut node)?;
    // What the tests measured.
    for line in finished.output.lines().filter_map(|line| line.trim_start().strip_prefix("# measured ")) {
        println!("    {line}");
    }
    Ok(Count::read(&finished))
}

/// The pictures of which the native test's golden file says what is read, and that file beside them.
fn golden() -> Result<PathBuf> {
    let folder = workspace::fresh("golden")?;
    let path = folder.display().to_string();
    task::run("cargo build golden", &mut task::cargo(&["build", "--workspace", "--example", "golden"]))?;
    let program = workspace::target().join("debug/examples/golden");
    task::run("golden pictures", &mut task::command(&program.to_string_lossy(), &[&path]))?;
    let file = "documents.jsonl";
    std::fs::copy(workspace::path("crates/vision/tests/golden").join(file), folder.join(file))?;
    Ok(folder)
}

/// Everything running, on fresh tables.
pub fn fresh(folder: &str) -> Result<Stack> {
    Stack::start(&workspace::fresh(folder)?)
}

/// The test files of a folder.
fn scripts(folder: &str, ending: &str) -> Result<Vec<std::path::PathBuf>> {
    let files = workspace::files(&workspace::path(folder))?;
    Ok(files.into_iter().filter(|file| file.to_string_lossy().ends_with(ending)).collect())
}

/// `test result: ok. 3 passed; 1 failed; …`
fn libtest(output: &str) -> Count {
    output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("test result: "))
        .map(|line| {
            let number = |word: &str| {
                let before = line.split(word).next()?;
                before.trim_end().rsplit([' ', '.']).next()?.parse().ok()
            };
            Count { passed: number("passed;").unwrap_or(0), failed: number("failed;").unwrap_or(0) }
        })
        .fold(Count::default(), Count::plus)
}

/// `# pass 3` and `# fail 1`, as node's runner ends (`ℹ` for `#` in its other style).
fn tap(output: &str) -> Count {
    let number = |key: &str| {
        let after = |line: &str| line.strip_prefix(['#', 'ℹ'])?.trim().strip_prefix(key)?.trim().parse::<u32>().ok();
        output.lines().filter_map(after).sum::<u32>()
    };
    Count { passed: number("pass "), failed: number("fail ") + number("cancelled ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_libtest() {
        let output = "running 2 tests\ntest result: ok. 12 passed; 0 failed; 1 ignored; 0 measured\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(libtest(output), Count { passed: 15, failed: 2 });
    }

    #[test]
    fn counts_tap() {
        let output = "ok 1 - a\n# tests 5\n# suites 0\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 0\n";
        assert_eq!(tap(output), Count { passed: 3, failed: 2 });
        assert_eq!(tap("ℹ tests 4\nℹ pass 4\nℹ fail 0\n"), Count { passed: 4, failed: 0 });
    }

    #[test]
    fn a_program_that_breaks_counts_as_one() {
        let finished = Finished { success: false, output: "error: no such file".to_owned(), log: "log".into() };
        assert_eq!(Count::read(&finished), Count { passed: 0, failed: 1 });
    }
}
