//! `cargo xtask screenshots`: makes the pictures in docs/img again.

use anyhow::Result;

use crate::stack::OPERATOR;
use crate::{run, setup, task, test};

/// Walks the page once for each look and takes a picture of every step.
pub fn take() -> Result<()> {
    run::prepare()?;
    let streams = run::streams()?;
    let stack = test::fresh("screenshots-state")?;
    for script in ["screenshots.js", "certificate_shots.js"] {
        let mut node = setup::node(&[&format!("tests/browser/{script}"), "docs/img"])?;
        node.env("EDGE_URL", stack.edge.url()).env("SANDBOX_URL", stack.sandbox.url());
        node.env("OPERATOR", OPERATOR).env("STREAMS", &streams).env("CHROMIUM", setup::chromium()?);
        task::run(script, &mut node)?;
    }
    Ok(())
}
