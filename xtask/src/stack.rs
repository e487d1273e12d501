//! The Workers, running on this machine on embedded state: the edge with those beside it, and the sandbox.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use shiming_local::configs_beside;

use crate::{http, seed, setup, task, workspace};

/// The secret of the operator in `dev-seed.sql`.
pub const OPERATOR: &str = "development-only-operator-secret-0001";

/// Longest wait for a Worker's first answer.
const START: Duration = Duration::from_mins(1);

/// Time that a Worker has to end by itself.
const STOP: Duration = Duration::from_secs(5);

/// The Workers. They end when this is dropped.
pub struct Stack {
    /// The edge: pages and API, and the Workers beside it, of its objects, cards and certificates.
    pub edge: Worker,
    /// The outside world.
    pub sandbox: Worker,
}

/// A Worker that can be reached: a wrangler that runs a workerd.
pub struct Worker {
    name: &'static str,
    child: Child,
    log: PathBuf,
    /// Where it answers.
    pub port: u16,
}

impl Stack {
    /// Prepares the state below `state`, with people who run it, and starts both Workers there, on their usual ports if these
    /// are free.
    pub fn start(state: &Path) -> Result<Self> {
        prepare(state)?;
        staff(state)?;
        let edge_port = http::free_port(8787)?;
        let sandbox_port = http::free_port(8788)?;
        let edge_url = format!("http://127.0.0.1:{edge_port}");
        let sandbox_url = format!("http://127.0.0.1:{sandbox_port}");

        let mut sandbox = Worker::start("sandbox", state, sandbox_port, &[], &[("EDGE_URL", &edge_url)])?;
        let variables = [
            ("PUBLIC_ORIGIN", edge_url.as_str()),
            ("REGISTER_URL", &sandbox_url),
            ("CRM_URL", &sandbox_url),
            ("SMS_URL", &sandbox_url),
            ("GATEWAY_URL", &sandbox_url),
            ("POLICE_URL", &sandbox_url),
        ];
        let beside = configs_beside(workspace::root(), state, &variables)?;
        let mut edge = Worker::start("edge", state, edge_port, &beside, &variables)?;
        task::step("Workers start", || {
            sandbox.wait_for("/")?;
            edge.wait_for("/v1/health")
        })?;
        Ok(Self { edge, sandbox })
    }

    /// Waits until one of the Workers ends, which none should, or `stopped` says so.
    pub fn watch(&mut self, stopped: impl Fn() -> bool) -> Result<()> {
        while !stopped() {
            for worker in [&mut self.edge, &mut self.sandbox] {
                if let Some(status) = worker.child.try_wait()? {
                    bail!("the {} ended ({status}); its output is in {}", worker.name, worker.log.display());
                }
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Worker {
    /// Starts a Worker, and those with the `beside` configurations in the same workerd.
    fn start(
        name: &'static str,
        state: &Path,
        port: u16,
        beside: &[PathBuf],
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let mut wrangler = setup::wrangler(&["dev", "--local", "--test-scheduled", "-c", config(name)])?;
        for config in beside {
            wrangler.arg("-c").arg(config);
        }
        wrangler.arg("--persist-to").arg(state.join(name));
        wrangler.args(["--ip", "127.0.0.1", "--port", &port.to_string(), "--inspector-port", "0"]);
        for (variable, value) in variables {
            wrangler.args(["--var", &format!("{variable}:{value}")]);
        }
        // A group of its own: wrangler's workerd ends with it, and Ctrl-C reaches us first.
        wrangler.process_group(0);
        let (child, log) = task::spawn(&format!("worker {name}"), &mut wrangler)?;
        Ok(Self { name, child, log, port })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait_for(&mut self, path: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            if http::get(self.port, path).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            let ended = self.child.try_wait()?.is_some();
            if ended || start.elapsed() > START {
                let output = std::fs::read_to_string(&self.log).unwrap_or_default();
                bail!("the {} does not answer at {}{path}; wrangler says:\n{output}", self.name, self.url());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        // Whatever is left of the group; nothing may be.
        let _ = task::command("kill", &[signal, "--", &group]).stderr(std::process::Stdio::null()).status();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.signal("-TERM");
        let start = Instant::now();
        while start.elapsed() < STOP && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        self.signal("-KILL");
        let _ = self.child.wait();
    }
}

/// The configuration of a Worker.
fn config(name: &str) -> &'static str {
    if name == "edge" { "wrangler.toml" } else { "crates/sandbox/wrangler.toml" }
}

/// Development secrets for the Workers, where there are none yet; those that came with a newer version are added. Their ids begin with `dev-`, which a Worker in
/// production refuses.
fn secrets() -> Result<()> {
    let folders = [".", "crates/objects", "crates/issuer", "crates/gate", "crates/certifier", "crates/sandbox"]
        .map(workspace::path);
    for folder in folders {
        let (example, own) = (folder.join(".dev.vars.example"), folder.join(".dev.vars"));
        if !example.exists() {
            continue;
        }
        let had = if own.exists() { workspace::read(&own)? } else { String::new() };
        let all = with_missing(&had, &workspace::read(&example)?);
        if all != had {
            workspace::write(&own, all)?;
        }
    }
    Ok(())
}

/// Variables, a line each, and after them those of `example` whose names they lack.
fn with_missing(own: &str, example: &str) -> String {
    let name = |line: &str| line.split_once('=').map(|(name, _)| name.trim().to_owned());
    let known: Vec<String> = own.lines().filter_map(name).collect();
    if known.is_empty() {
        return example.to_owned();
    }
    let mut all = own.to_owned();
    for line in example.lines().filter(|line| name(line).is_some_and(|name| !known.contains(&name))) {
        if !all.ends_with('\n') {
            all.push('\n');
        }
        all.push_str(line);
        all.push('\n');
    }
    all
}

/// The migrations of a folder: names and statements, in the order in which they are applied.
fn migrations(folder: &Path) -> Result<String> {
    let mut all = String::new();
    for file in workspace::files(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(all, "-- {name}\n{}", workspace::read(&file)?)?;
    }
    Ok(all)
}

/// Lets the people of `dev-seed.sql` in, and enters the office there; who is in already stays.
fn staff(state: &Path) -> Result<()> {
    let mut wrangler = setup::wrangler(&["d1", "execute", "shiming", "--local", "-y", "-c", config("edge")])?;
    wrangler.args(["--file", "crates/edge/dev-seed.sql"]).arg("--persist-to").arg(state.join("edge"));
    task::run("staff", &mut wrangler).map(|_| ())
}

/// Secrets, tables and people: all that the Workers start from. The state of `edge` and `sandbox` lies below `state`.
pub fn prepare(state: &Path) -> Result<()> {
    secrets()?;
    for (name, database) in [("edge", "shiming"), ("sandbox", "shiming-sandbox")] {
        let folder =
            if name == "edge" { workspace::path("migrations") } else { workspace::path("crates/sandbox/migrations") };
        let stamp = state.join(name).join("migrated");
        let wanted = migrations(&folder)?;
        let done = std::fs::read_to_string(&stamp).ok();
        if done.as_ref() == Some(&wanted) {
            continue;
        }
        // Wrangler knows applied migrations by their name: one that was edited since needs an empty database.
        if done.is_some_and(|done| !wanted.starts_with(&done)) {
            std::fs::remove_dir_all(state.join(name))
                .with_context(|| format!("cannot empty the state of the {name}"))?;
        }
        let mut wrangler = setup::wrangler(&["d1", "migrations", "apply", database, "--local", "-c", config(name)])?;
        wrangler.arg("--persist-to").arg(state.join(name));
        task::run(&format!("tables {name}"), &mut wrangler)?;
        workspace::write(&stamp, wanted)?;
    }

    let file = seed::sandbox_seed_file()?;
    let statements = workspace::read(&file)?;
    let stamp = state.join("sandbox/seeded");
    if std::fs::read_to_string(&stamp).is_ok_and(|done| done == statements) {
        return Ok(());
    }
    let mut wrangler =
        setup::wrangler(&["d1", "execute", "shiming-sandbox", "--local", "-y", "-c", config("sandbox"), "--file"])?;
    wrangler.arg(&file).arg("--persist-to").arg(state.join("sandbox"));
    task::run("fictional citizens", &mut wrangler)?;
    workspace::write(&stamp, statements).context("cannot note that the sandbox was seeded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_newer_version_are_added() {
        let example = "# for development\nA=dev-a:1\nB=dev-b:2\n";
        assert_eq!(with_missing("", example), example);
        assert_eq!(with_missing(example, example), example);
        assert_eq!(with_missing("A=mine", example), "A=mine\nB=dev-b:2\n");
    }

    #[test]
    fn migrations_are_known_by_what_they_say() {
        let folder = workspace::fresh("migrations-test").unwrap();
        let first = folder.join("0001_first.sql");
        workspace::write(&first, "CREATE TABLE a (b);").unwrap();
        let one = migrations(&folder).unwrap();
        assert_eq!(migrations(&folder).unwrap(), one);
        workspace::write(&folder.join("0002_second.sql"), "CREATE TABLE c (d);").unwrap();
        let two = migrations(&folder).unwrap();
        assert!(two.len() > one.len() && two.starts_with(&one));
        workspace::write(&first, "CREATE TABLE a (b, c);").unwrap();
        assert!(!migrations(&folder).unwrap().starts_with(&one));
    }
}
