//! `cargo xtask lint`: formatting, clippy and TypeScript.

use anyhow::Result;

use crate::{setup, task};

/// Looks at everything; whether nothing is wrong.
pub fn lint() -> Result<bool> {
    setup::all()?;
    let mut clean = true;
    let mut look = |name: &str, mut command: std::process::Command| -> Result<()> {
        clean &= task::attempt(name, &mut command)?.success;
        Ok(())
    };
    look("formatting", task::cargo(&["fmt", "--all", "--check"]))?;
    look("clippy", task::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let mut wasm = task::cargo(&["clippy", "--target", "wasm32-unknown-unknown"]);
    let workers = [
        "shiming-edge",
        "shiming-objects",
        "shiming-issuer",
        "shiming-gate",
        "shiming-certifier",
        "shiming-matcher",
        "shiming-sandbox",
    ];
    let of_pages = ["shiming-capture", "shiming-card", "shiming-scanner", "shiming-face"];
    for package in workers.into_iter().chain(of_pages) {
        wasm.args(["-p", package]);
    }
    wasm.args(["--", "-D", "warnings"]);
    look("clippy for wasm", wasm)?;
    look("TypeScript", setup::node(&["node_modules/typescript/bin/tsc", "-p", "web"])?)?;
    Ok(clean)
}
