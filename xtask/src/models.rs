//! `cargo xtask models`: makes the files in `models/` from their published sources, or checks that they are what the
//! recipe makes.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{task, workspace};

/// Minor versions of Python 3 for which the recipe's pinned packages exist as wheels.
const PYTHON_MINORS: std::ops::RangeInclusive<u32> = 11..=13;

/// Runs `models/recipe/prepare.py` in an environment of its own; with `check` it compares and writes nothing.
pub fn run(check: bool) -> Result<()> {
    let environment = workspace::path("target/models/venv");
    let python = environment.join("bin/python").display().to_string();
    if !PathBuf::from(&python).exists() {
        let place = environment.display().to_string();
        task::run("Python environment", &mut task::command(&system_python()?, &["-m", "venv", &place]))?;
    }
    let requirements = ["-m", "pip", "install", "--quiet", "--requirement", "models/recipe/requirements.txt"];
    task::run("Python packages", &mut task::command(&python, &requirements))?;
    let mut arguments = vec!["models/recipe/prepare.py"];
    if check {
        arguments.push("--check");
    }
    let finished = task::run("Models", &mut task::command(&python, &arguments))?;
    print!("{}", finished.output);
    Ok(())
}

/// A Python that the pinned packages install on.
fn system_python() -> Result<String> {
    for name in ["python3.11", "python3.12", "python3.13", "python3"] {
        let Ok(output) = task::command(name, &["--version"]).output() else { continue };
        let version = String::from_utf8_lossy(&output.stdout).into_owned();
        let minor = version.trim().strip_prefix("Python 3.").and_then(|rest| rest.split('.').next()?.parse().ok());
        if output.status.success() && minor.is_some_and(|minor: u32| PYTHON_MINORS.contains(&minor)) {
            return Ok(name.to_owned());
        }
    }
    bail!("the models' recipe needs Python 3.11, 3.12 or 3.13 with venv; install one and try again")
}
