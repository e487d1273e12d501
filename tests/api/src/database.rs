//! A look into the `SQLite` files that the Workers keep, and a lock on one of them, both from a process of their own.
//!
//! While a file is locked a Worker can read it and every write fails at once: that is how a test stops the edge between
//! its own database and the outbox, where no outside system could hold it up.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::stack::node;

/// An open file.
pub struct Database {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
enum Answer<T> {
    #[serde(rename = "rows")]
    Rows(Vec<T>),
    #[serde(rename = "error")]
    Error(String),
}

impl Database {
    /// Opens a file that exists.
    pub fn open(file: &Path) -> Result<Self> {
        anyhow::ensure!(file.is_file(), "there is no {}", file.display());
        let mut process = node()?
            .args(["--no-warnings", "--experimental-sqlite", "tests/api/src/sqlite.mjs"])
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start node")?;
        let input = process.stdin.take().context("no standard input")?;
        let output = BufReader::new(process.stdout.take().context("no standard output")?);
        Ok(Self { process, input, output })
    }

    /// The rows that a statement gives.
    pub fn rows<T: DeserializeOwned>(&mut self, sql: &str) -> Result<Vec<T>> {
        writeln!(self.input, "{}", serde_json::to_string(sql)?)?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        match serde_json::from_str(&line).with_context(|| format!("{sql}: {line}"))? {
            Answer::Rows(rows) => Ok(rows),
            Answer::Error(error) => bail!("{sql}: {error}"),
        }
    }

    /// Nobody else can write until this is dropped.
    pub fn lock(&mut self) -> Result<()> {
        self.rows::<serde_json::Value>("BEGIN IMMEDIATE").map(|_| ())
    }
}

impl Drop for Database {
    /// Killed, not closed: closing would write the log of a killed Worker back before that Worker finds it.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
