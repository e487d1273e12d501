//! `cargo xtask sizes`: what is uploaded and what a phone downloads, compressed as on the way.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::test::Count;
use crate::{build, setup, task, workspace};

/// Most that a Worker's modules may be together, gzip.
const WORKER_LIMIT: u64 = 200 * 1000;
/// Most that a phone may download to read a whole card, brotli.
const BROWSER_LIMIT: u64 = 7 * 1000 * 1000;

/// Compresses the files named on standard input's lines: `gzip` at 9 or `brotli` at 11, one size a line.
const COMPRESS: &str = "
const { readFileSync } = require('node:fs');
const { gzipSync, brotliCompressSync, constants } = require('node:zlib');
const [way, ...files] = process.argv.slice(1);
for (const file of files) {
  const bytes = readFileSync(file);
  const small = way === 'gzip' ? gzipSync(bytes, { level: 9 })
    : brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  console.log(small.length);
}";

/// Builds, prints every size, and the sums with their limits.
pub fn print() -> Result<()> {
    build::build(&[build::Part::Edge, build::Part::Objects, build::Part::Web])?;
    for (title, limit, way, files) in groups()? {
        println!("\n{title} ({way}):");
        let sizes = compressed(way, &files)?;
        for (file, size) in files.iter().zip(&sizes) {
            let name = file.strip_prefix(workspace::path("dist")).unwrap_or(file).display();
            println!("  {size:>9}  of {:>9}  {name}", file.metadata()?.len());
        }
        println!("  {:>9}  together; limit {limit}", sizes.iter().sum::<u64>());
    }
    Ok(())
}

/// Each limit is a test.
pub fn check() -> Result<Count> {
    let mut count = Count::default();
    for (title, limit, way, files) in groups()? {
        let sum: u64 = compressed(way, &files)?.iter().sum();
        println!("{} {title}: {sum} bytes {way}, limit {limit}", if sum <= limit { '✓' } else { '✗' });
        count = count.plus(Count::of(sum <= limit));
    }
    Ok(count)
}

type Group = (&'static str, u64, &'static str, Vec<PathBuf>);

fn groups() -> Result<[Group; 3]> {
    let with = |folder: &str, kinds: &[&str]| -> Result<Vec<PathBuf>> {
        let files = workspace::files(&workspace::path(folder))?;
        let fits =
            |file: &Path| file.extension().and_then(|kind| kind.to_str()).is_some_and(|kind| kinds.contains(&kind));
        Ok(files.into_iter().filter(|file| fits(file)).collect())
    };
    let mut page = with("dist/web", &["js", "css", "html", "wasm", "svg", "txt", "woff2"])?;
    page.extend(workspace::files(&workspace::path("dist/web/models"))?);
    Ok([
        ("edge Worker, every module that is uploaded", WORKER_LIMIT, "gzip", with("dist/edge", &["js", "wasm"])?),
        ("objects Worker, every module that is uploaded", WORKER_LIMIT, "gzip", with("dist/objects", &["js", "wasm"])?),
        ("page, browser package and models", BROWSER_LIMIT, "brotli", page),
    ])
}

/// The size of each file, compressed.
fn compressed(way: &str, files: &[PathBuf]) -> Result<Vec<u64>> {
    let mut node = setup::node(&["-e", COMPRESS, way])?;
    node.args(files);
    let output = task::step(&format!("{way} {} files", files.len()), || setup::output(node))?;
    output.lines().map(|line| line.parse().context("node printed no size")).collect()
}
