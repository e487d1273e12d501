//! How the Workers are run on this machine: what the developer's commands and the tests agree on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The environment in which wrangler keeps to local state: it reports nothing, looks nothing up and asks nothing.
pub const WRANGLER: [(&str, &str); 7] = [
    ("WRANGLER_SEND_METRICS", "false"),
    ("WRANGLER_SEND_ERROR_REPORTS", "false"),
    ("WRANGLER_HIDE_BANNER", "true"),
    ("WRANGLER_NO_SKILLS_UPDATE_PROMPTS", "true"),
    ("CLOUDFLARE_CF_FETCH_ENABLED", "false"),
    ("CI", "true"),
    ("NO_COLOR", "1"),
];

/// The Workers that run beside the edge, in the same workerd: folders of `crates/`.
pub const BESIDE: [&str; 5] = ["objects", "issuer", "gate", "certifier", "matcher"];

/// Writes the configurations of the Workers [`BESIDE`] the edge with these variables and their secrets below `state`:
/// wrangler's `--var` reaches the first Worker only. `root` is the workspace's.
pub fn configs_beside<V: AsRef<str>>(root: &Path, state: &Path, variables: &[(&str, V)]) -> Result<Vec<PathBuf>> {
    BESIDE.iter().map(|worker| config(root, state, worker, variables)).collect()
}

fn config<V: AsRef<str>>(root: &Path, state: &Path, worker: &str, variables: &[(&str, V)]) -> Result<PathBuf> {
    let root = root.canonicalize().with_context(|| format!("cannot find {}", root.display()))?;
    let from = root.join("crates").join(worker);
    let text = fs::read_to_string(from.join("wrangler.toml"))
        .with_context(|| format!("cannot read the configuration of the {worker}"))?;
    let text = text.replace("../..", &root.to_string_lossy());
    let lines = text.lines().map(|line| {
        let own = variables.iter().find(|(name, _)| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(" =")));
        own.map_or_else(|| format!("{line}\n"), |(name, value)| format!("{name} = \"{}\"\n", value.as_ref()))
    });
    let to = state.join(worker);
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let config = to.join("wrangler.toml");
    fs::write(&config, lines.collect::<String>()).with_context(|| format!("cannot write {}", config.display()))?;
    // Not every Worker has secrets.
    if from.join(".dev.vars.example").exists() {
        fs::copy(from.join(".dev.vars"), to.join(".dev.vars"))
            .with_context(|| format!("cannot copy the secrets of the {worker}"))?;
    }
    Ok(config)
}
