//! `cargo xtask models` and `cargo xtask characters`: make the files in `models/` and `web/data/` from their published
//! sources, or check that they are what the recipes make.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{task, workspace};

/// Minor versions of Python 3 for which the recipes' pinned packages exist as wheels.
const PYTHON_MINORS: std::ops::RangeInclusive<u32> = 11..=13;

/// A program in Python that makes files of ours.
pub struct Recipe {
    name: &'static str,
    /// Where its environment and what it downloads are kept.
    work: &'static str,
    program: &'static str,
    requirements: &'static str,
}

/// The networks that read cards.
pub const MODELS: Recipe = Recipe {
    name: "Models",
    work: "target/models",
    program: "models/recipe/prepare.py",
    requirements: "models/recipe/requirements.txt",
};

/// What the page knows of rare characters.
pub const CHARACTERS: Recipe = Recipe {
    name: "Characters",
    work: "target/characters",
    program: "web/data/recipe/make.py",
    requirements: "web/data/recipe/requirements.txt",
};

/// Runs a recipe in an environment of its own; with `check` it compares and writes nothing.
pub fn run(recipe: &Recipe, check: bool) -> Result<()> {
    let python = environment(&workspace::path(recipe.work).join("venv"), recipe.requirements)?;
    let mut arguments = vec![recipe.program];
    if check {
        arguments.push("--check");
    }
    let finished = task::run(recipe.name, &mut task::command(&python, &arguments))?;
    print!("{}", finished.output);
    Ok(())
}

/// The Python of an environment at `place` that has these packages.
pub fn environment(place: &Path, requirements: &str) -> Result<String> {
    let python = place.join("bin/python").display().to_string();
    if !PathBuf::from(&python).exists() {
        let place = place.display().to_string();
        task::run("Python environment", &mut task::command(&system_python()?, &["-m", "venv", &place]))?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
    task::run("Python packages", &mut task::command(&python, &install))?;
    Ok(python)
}

/// A Python that the pinned packages install on.
pub fn system_python() -> Result<String> {
    for name in ["python3.11", "python3.12", "python3.13", "python3"] {
        let Ok(output) = task::command(name, &["--version"]).output() else { continue };
        let version = String::from_utf8_lossy(&output.stdout).into_owned();
        let minor = version.trim().strip_prefix("Python 3.").and_then(|rest| rest.split('.').next()?.parse().ok());
        if output.status.success() && minor.is_some_and(|minor: u32| PYTHON_MINORS.contains(&minor)) {
            return Ok(name.to_owned());
        }
    }
    bail!("the recipes need Python 3.11, 3.12 or 3.13 with venv; install one and try again")
}
