//! wasm-bindgen-tests of the browser package, run in Chromium.
//!
//! Upstream's runner pulls a web server, a command-line parser and a browser driver into every cold build (three
//! minutes on two cores). All it adds to wasm-bindgen is a page; ours is `tests/browser/wasm.js`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::task::{self, Finished};
use crate::{setup, workspace};

/// The package whose tests run in a browser.
const PACKAGE: &str = "shiming-capture";

/// Compiles the tests, binds them and runs them in Chromium.
pub fn test() -> Result<Finished> {
    let arguments = [
        "test",
        "--no-run",
        "-p",
        PACKAGE,
        "--target",
        "wasm32-unknown-unknown",
        "--message-format",
        "json-render-diagnostics",
    ];
    let compiled = task::attempt("compile browser package tests", &mut task::cargo_for_wasm(&arguments, &[])?)?;
    if !compiled.success {
        return Ok(compiled);
    }
    let out = workspace::scratch()?.join("wasm-tests");
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    for module in executables(&compiled.output) {
        bind(&module, &out)?;
    }
    let mut node = setup::node(&["tests/browser/wasm.js"])?;
    node.arg(&out).env("CHROMIUM", setup::chromium()?);
    task::attempt("tests of the browser package in Chromium", &mut node)
}

/// The test modules among cargo's messages.
fn executables(messages: &str) -> Vec<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["profile"]["test"] == true)
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .collect()
}

fn bind(module: &Path, out: &Path) -> Result<()> {
    let name = module.file_stem().and_then(|name| name.to_str()).context("a test without a name")?;
    Bindgen::new()
        .input_path(module)
        .out_name("tests")
        .web(true)?
        .debug(true)
        .export_wasm(true)
        .typescript(false)
        .emit_start(false)
        .generate(out.join(name))
        .with_context(|| format!("wasm-bindgen on {}", module.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tests_are_run() {
        let messages = r#"
{"reason":"compiler-artifact","profile":{"test":false},"executable":"/t/build"}
{"reason":"compiler-artifact","profile":{"test":true},"executable":"/t/browser.wasm"}
{"reason":"compiler-artifact","profile":{"test":true},"executable":null}
   Compiling something
{"reason":"build-finished","success":true}"#;
        assert_eq!(executables(messages), [PathBuf::from("/t/browser.wasm")]);
    }
}
