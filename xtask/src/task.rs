//! Runs programs, one step after the other, and shows how they get on.
//!
//! A step's output goes to a log file under `target/xtask/logs`. What is shown is one line a step: its name while it
//! runs (with the last line of its output and the time), its name and time when it is done, the end of its log when
//! it fails.

use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// How often a step that runs for long says so where no terminal shows it by itself.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Lines of a failed step's log that are shown.
const TAIL: usize = 80;

/// A program that ended.
pub struct Finished {
    /// It ended with status 0.
    pub success: bool,
    /// What it wrote, both streams in order.
    pub output: String,
    /// Where that is kept.
    pub log: PathBuf,
}

/// A program with arguments, started in the workspace's root.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace::root()).stdin(Stdio::null());
    command
}

/// Cargo, as the one that started us.
pub fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = command(&program, arguments);
    command.env("CARGO_TERM_COLOR", "never");
    command
}

/// Cargo for wasm, with these features besides those of .cargo/config.toml. Where something was compiled is nobody's
/// business in what is shipped, and a size must not depend on how long a home folder's name is.
pub fn cargo_for_wasm(arguments: &[&str], features: &[&str]) -> Result<Command> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    let mut flags = vec![format!("--remap-path-prefix={}=.", workspace::root().display())];
    flags.extend(features.iter().map(|feature| format!("-Ctarget-feature=+{feature}")));
    let sources = home.join("registry/src");
    if let Ok(registries) = std::fs::read_dir(&sources) {
        let mut registries: Vec<PathBuf> = registries.flatten().map(|registry| registry.path()).collect();
        registries.sort();
        flags.extend(registries.iter().map(|registry| format!("--remap-path-prefix={}=crates", registry.display())));
    }
    let mut cargo = cargo(arguments);
    // Cargo joins this list to that of .cargo/config.toml.
    cargo.arg("--config").arg(format!("target.wasm32-unknown-unknown.rustflags={}", serde_json::to_string(&flags)?));
    Ok(cargo)
}

/// Runs a step; an error if it fails.
pub fn run(name: &str, command: &mut Command) -> Result<Finished> {
    let finished = attempt(name, command)?;
    if !finished.success {
        bail!("{name}: failed (whole output: {})", finished.log.display());
    }
    Ok(finished)
}

/// Runs a step; failing is an answer too. The end of a failed step's output is shown.
pub fn attempt(name: &str, command: &mut Command) -> Result<Finished> {
    let (mut child, log) = spawn(name, command)?;
    let mut line = Line::new(name);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(50));
        line.tick(&log);
    };
    let output = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    line.end(status.success());
    if !status.success() {
        for text in telling(&output) {
            println!("    {text}");
        }
        println!("    whole output: {}", log.display());
    }
    Ok(Finished { success: status.success(), output, log })
}

/// The lines of a failed program's output that tell what is wrong: what its failed tests said, else its end.
fn telling(output: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in output.lines() {
        // libtest's and TAP's account of failed tests, and where it ends.
        if line == "failures:" || line.trim_start().starts_with("not ok ") {
            inside = true;
        }
        if inside {
            lines.push(line);
        }
        if line.starts_with("test result: FAILED") || line.trim() == "..." {
            inside = false;
        }
    }
    if lines.is_empty() {
        let all: Vec<&str> = output.lines().collect();
        return all[all.len().saturating_sub(TAIL)..].to_vec();
    }
    lines.truncate(5 * TAIL);
    lines
}

/// Starts a program whose output goes to a log file of its own.
pub fn spawn(name: &str, command: &mut Command) -> Result<(Child, PathBuf)> {
    let slug: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let log = workspace::scratch()?.join("logs").join(format!("{slug}.log"));
    workspace::write(&log, "")?;
    let out = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let child = command.stdout(out.try_clone()?).stderr(out).spawn().with_context(|| {
        format!("{name}: cannot start `{}`; is it installed?", command.get_program().to_string_lossy())
    })?;
    Ok((child, log))
}

/// Does a step inside this program.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut line = Line::new(name);
    let result = work();
    line.end(result.is_ok());
    result.with_context(|| name.to_owned())
}

/// The line that shows a step.
struct Line {
    name: String,
    start: Instant,
    shown: Instant,
    terminal: bool,
}

impl Line {
    fn new(name: &str) -> Self {
        let line = Self {
            name: name.to_owned(),
            start: Instant::now(),
            shown: Instant::now(),
            terminal: std::io::stdout().is_terminal(),
        };
        if line.terminal {
            print!("… {name}");
        } else {
            println!("… {name}");
        }
        // A closed pipe is not this step's failure.
        let _ = std::io::stdout().flush();
        line
    }

    fn tick(&mut self, log: &Path) {
        let every = if self.terminal { Duration::from_millis(500) } else { HEARTBEAT };
        if self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let last = last_line(log);
        let text: String =
            format!("… {} · {} · {last}", self.name, seconds(self.start.elapsed())).chars().take(100).collect();
        if self.terminal {
            print!("\r\x1b[K{text}");
            let _ = std::io::stdout().flush();
        } else {
            println!("{text}");
        }
    }

    fn end(&mut self, success: bool) {
        let mark = if success { '✓' } else { '✗' };
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        println!("{start}{mark} {} · {}", self.name, seconds(self.start.elapsed()));
    }
}

/// The last line with something in it.
fn last_line(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    let tail = &bytes[bytes.len().saturating_sub(2000)..];
    let text = String::from_utf8_lossy(tail).into_owned();
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// `75.3 s`, or `2 min 5 s`.
pub fn seconds(time: Duration) -> String {
    if time < Duration::from_mins(2) {
        format!("{:.1} s", time.as_secs_f32())
    } else {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_shown_and_passed_ones_are_not() {
        let libtest =
            "test a ... ok\ntest b ... FAILED\n\nfailures:\n\nb: boom\n\ntest result: FAILED. 1 passed\nmore\n";
        assert_eq!(telling(libtest), ["failures:", "", "b: boom", "", "test result: FAILED. 1 passed"]);
        let tap = "ok 1 - a\nnot ok 2 - b\n  ---\n  error: boom\n  ...\nok 3 - c\n";
        assert_eq!(telling(tap), ["not ok 2 - b", "  ---", "  error: boom", "  ..."]);
        assert_eq!(telling("error: no such command\n"), ["error: no such command"]);
    }

    #[test]
    fn times_read_well() {
        assert_eq!(seconds(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }
}
