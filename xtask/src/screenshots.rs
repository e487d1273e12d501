//! `cargo xtask screenshots`: makes the pictures in docs/img again.

use anyhow::Result;

use crate::{run, setup, task, test};

/// Walks the page once for each look and takes a picture of every step.
pub fn take() -> Result<()> {
    run::prepare()?;
    let streams = run::streams()?;
    let stack = test::staffed("screenshots-state")?;
    let mut node = setup::node(&["tests/browser/screenshots.js", "docs/img"])?;
    node.env("EDGE_URL", stack.edge.url()).env("SANDBOX_URL", stack.sandbox.url());
    node.env("OPERATOR", test::OPERATOR).env("STREAMS", streams).env("CHROMIUM", setup::chromium()?);
    task::run("screenshots", &mut node)?;
    Ok(())
}
