//! `cargo xtask screenshots`: makes the pictures in docs/img again.

use anyhow::Result;

use crate::stack::Stack;
use crate::{run, setup, task, workspace};

/// Walks the page once for each look and takes a picture of every step.
pub fn take() -> Result<()> {
    run::prepare()?;
    let streams = run::streams()?;
    let stack = Stack::start(&workspace::fresh("screenshots-state")?)?;
    let mut node = setup::node(&["tests/browser/screenshots.js", "docs/img"])?;
    node.env("EDGE_URL", stack.edge.url()).env("SANDBOX_URL", stack.sandbox.url());
    node.env("STREAMS", streams).env("CHROMIUM", setup::chromium()?);
    task::run("screenshots", &mut node)?;
    Ok(())
}
