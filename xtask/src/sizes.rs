//! `cargo xtask sizes`: what is uploaded and what a phone downloads, compressed as on the way.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::test::Count;
use crate::{build, setup, task, workspace};

/// Most that a Worker's modules may be together, gzip.
const WORKER_LIMIT: u64 = 200 * 1000;
/// Most that the Worker may be that writes documents, gzip.
const CERTIFIER_LIMIT: u64 = 1250 * 1000;
/// Most that a Worker may be at all, gzip: Cloudflare's own limit (10 MB on the paid plan).
const MATCHER_LIMIT: u64 = 10_000 * 1000;
/// Most that a phone may download to read both sides of a resident ID card, brotli.
const READING_LIMIT: u64 = 5000 * 1000;
/// Most of that before the first camera frame is judged, the page included.
const FIRST_FRAME_LIMIT: u64 = 1800 * 1000;
/// Most that a phone may download to follow and describe a face, when it is asked for one.
const FACE_LIMIT: u64 = 4000 * 1000;
/// Most that the page may have besides: its own code, and what it knows of rare characters.
const PAGE_LIMIT: u64 = 300 * 1000;
/// Most that a phone may download to check electronic ID cards, its scanner included, which most phones bring themselves.
const VERIFYING_LIMIT: u64 = 400 * 1000;
/// Most that the holder's phone may download to claim cards and show them.
const SHOWING_LIMIT: u64 = 200 * 1000;

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
    let parts: Vec<build::Part> = build::ALL.into_iter().filter(|part| *part != build::Part::Sandbox).collect();
    build::build(&parts)?;
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

fn groups() -> Result<[Group; 12]> {
    let with = |folder: &str, fits: &dyn Fn(&str, &str) -> bool| -> Result<Vec<PathBuf>> {
        let files = workspace::files(&workspace::path(folder))?;
        let fits = |file: &PathBuf| {
            let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
            file.to_str().is_some_and(|path| fits(path, kind))
        };
        Ok(files.into_iter().filter(fits).collect())
    };
    let module = |_: &str, kind: &str| matches!(kind, "js" | "wasm");
    let package = |path: &str| ["/models/", "/capture/", "/face/"].iter().any(|folder| path.contains(folder));
    // What other pages load, by the beginnings of their files' names.
    let of = |path: &str, names: &[&str]| {
        let file = path.rsplit('/').next().unwrap_or_default();
        names.iter().any(|name| file.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '.'])))
    };
    let verifying = |path: &str, kind: &str| {
        of(path, &["verify", "scan", "scanner", "cards"]) || kind == "wasm" && of(path, &["card"])
    };
    let showing = |path: &str, _: &str| of(path, &["wallet", "card", "cards"]);
    let others =
        ["verify", "scan", "scanner", "cards", "card", "wallet", "terminal", "certificate", "c", "apply", "office"];
    let page = |path: &str, kind: &str| !package(path) && !of(path, &others) && kind != "yaml";
    let code = |path: &str, kind: &str| page(path, kind) && matches!(kind, "js" | "css" | "html" | "svg");
    // The list of characters is compiled into the package; the file is there for those who look.
    let face = |path: &str, _: &str| path.contains("/models/face_");
    let model = |path: &str, kind: &str| (kind == "onnx" && !face(path, kind)) || path.ends_with("manifest.json");
    let judges = |path: &str, kind: &str| {
        model(path, kind) && ["finder", "sorter", "manifest"].iter().any(|name| path.contains(name))
    };
    // A phone takes one of the two modules; the larger one has to fit.
    let modules = with("dist/web/capture", &|_, kind| kind == "wasm")?;
    let larger = modules.into_iter().max_by_key(|file| file.metadata().map_or(0, |data| data.len()));
    let mut capture = with("dist/web/capture", &|_, kind| kind == "js")?;
    capture.extend(larger);
    let first_frame = [capture.clone(), with("dist/web/models", &judges)?, with("dist/web", &code)?];
    Ok([
        ("edge Worker, every module that is uploaded", WORKER_LIMIT, "gzip", with("dist/edge", &module)?),
        ("objects Worker, every module that is uploaded", WORKER_LIMIT, "gzip", with("dist/objects", &module)?),
        ("issuer Worker, every module that is uploaded", WORKER_LIMIT, "gzip", with("dist/issuer", &module)?),
        ("gate Worker, every module that is uploaded", WORKER_LIMIT, "gzip", with("dist/gate", &module)?),
        ("certifier Worker, every module that is uploaded", CERTIFIER_LIMIT, "gzip", with("dist/certifier", &module)?),
        ("matcher Worker, its nets included", MATCHER_LIMIT, "gzip", with("dist/matcher", &module)?),
        (
            "browser package and models: reading a resident ID card",
            READING_LIMIT,
            "brotli",
            [capture, with("dist/web/models", &model)?].concat(),
        ),
        (
            "browser package and models: a face",
            FACE_LIMIT,
            "brotli",
            [with("dist/web/face", &module)?, with("dist/web/models", &face)?].concat(),
        ),
        ("until the first frame is judged", FIRST_FRAME_LIMIT, "brotli", first_frame.concat()),
        ("the page itself", PAGE_LIMIT, "brotli", with("dist/web", &page)?),
        ("checking electronic ID cards", VERIFYING_LIMIT, "brotli", with("dist/web", &verifying)?),
        ("holding and showing them", SHOWING_LIMIT, "brotli", with("dist/web", &showing)?),
    ])
}

/// The size of each file, compressed.
fn compressed(way: &str, files: &[PathBuf]) -> Result<Vec<u64>> {
    let mut node = setup::node(&["-e", COMPRESS, way])?;
    node.args(files);
    let output = task::step(&format!("{way} {} files", files.len()), || setup::output(node))?;
    output.lines().map(|line| line.parse().context("node printed no size")).collect()
}
