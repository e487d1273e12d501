//! `cargo xtask build`: the Workers and the browser package, from Rust to what is uploaded or served.
//!
//! cargo → wasm-bindgen (linked in here, so that Cargo.lock decides its version) → wasm-opt (npm's binaryen).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::workspace::{self, Stamp};
use crate::{setup, task};

/// What can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `dist/edge`: the edge Worker.
    Edge,
    /// `dist/objects`: the Worker of the Durable Objects.
    Objects,
    /// `dist/issuer`: the Worker that issues electronic ID cards.
    Issuer,
    /// `dist/gate`: the Worker in front of it, of devices and risk control.
    Gate,
    /// `dist/certifier`: the Worker that issues certificates of no criminal record, and its typefaces.
    Certifier,
    /// `dist/matcher`: the Worker that describes the register's portraits.
    Matcher,
    /// `dist/sandbox`: the Worker that plays the outside world.
    Sandbox,
    /// `dist/web`: pages, browser packages, models.
    Web,
    /// Of the pages: checks and shows electronic ID cards.
    Card,
    /// Of the pages: finds codes in pictures, where the browser does not.
    Scanner,
    /// Of the pages: finds, follows and describes faces.
    Face,
}

/// Every part; those of the pages come with them.
pub const ALL: [Part; 8] =
    [Part::Edge, Part::Objects, Part::Issuer, Part::Gate, Part::Certifier, Part::Matcher, Part::Sandbox, Part::Web];

/// What lies beside the certifier's module: the typefaces of its documents, regular and bold, and their licence.
const TYPEFACES: [&str; 3] =
    ["400Regular/NotoSerifSC_400Regular.ttf", "600SemiBold/NotoSerifSC_600SemiBold.ttf", "LICENSE_FONT"];

/// The wasm features that our compiler flags allow; workerd and every browser since 2023 have them. wasm-opt must not
/// go beyond.
const FEATURES: [&str; 8] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-sign-ext",
    // The guards that notice an instance in which Rust gave up.
    "--enable-exception-handling",
];

/// Multiplies and adds in one step, which makes the networks a quarter faster. Chromium has it since 114; for browsers that
/// do not, there is a second module without.
const RELAXED_SIMD: &str = "relaxed-simd";

/// The browser package's module.
const MODULE: &str = "shiming_capture_bg.wasm";

impl Part {
    /// The part with this name on the command line.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.into_iter().chain([Self::Card, Self::Scanner]).find(|part| part.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Objects => "objects",
            Self::Issuer => "issuer",
            Self::Gate => "gate",
            Self::Certifier => "certifier",
            Self::Matcher => "matcher",
            Self::Sandbox => "sandbox",
            Self::Web => "web",
            Self::Card => "card",
            Self::Scanner => "scanner",
            Self::Face => "face",
        }
    }

    fn crate_name(self) -> &'static str {
        match self {
            Self::Edge => "shiming-edge",
            Self::Objects => "shiming-objects",
            Self::Issuer => "shiming-issuer",
            Self::Gate => "shiming-gate",
            Self::Certifier => "shiming-certifier",
            Self::Matcher => "shiming-matcher",
            Self::Sandbox => "shiming-sandbox",
            Self::Web => "shiming-capture",
            Self::Card => "shiming-card",
            Self::Scanner => "shiming-scanner",
            Self::Face => "shiming-face",
        }
    }

    /// Name of the glue and the module that wasm-bindgen writes.
    fn stem(self) -> &'static str {
        match self {
            Self::Web => "shiming_capture",
            Self::Card => "shiming_card",
            Self::Scanner => "shiming_scanner",
            Self::Face => "shiming_face",
            worker => worker.name(),
        }
    }

    fn profile(self) -> &'static str {
        match self {
            Self::Web | Self::Scanner | Self::Face | Self::Matcher | Self::Certifier => "release",
            _ => "worker",
        }
    }

    /// How far wasm-opt goes. Where speed decides, rustc has seen to it; higher levels take minutes and make it larger on the
    /// way to the phone. Where size does, rustc has put into each other what is worth it: more of that makes large functions,
    /// whose many locals take two bytes each to name.
    fn level(self) -> &'static [&'static str] {
        const SMALL: [&str; 8] = [
            "-Oz",
            // Only a stack with less than 1 KiB left is there.
            "--low-memory-unused",
            "--always-inline-max-function-size",
            "0",
            "--one-caller-inline-max-function-size",
            "0",
            "--flexible-inline-max-function-size",
            "0",
        ];
        if self.profile() == "worker" { &SMALL } else { &["-O1"] }
    }

    /// Whether wasm-bindgen makes it for a page, and not for a Worker.
    fn is_for_pages(self) -> bool {
        matches!(self, Self::Web | Self::Card | Self::Scanner | Self::Face)
    }

    fn dist(self) -> PathBuf {
        workspace::path("dist").join(self.name())
    }
}

/// Builds these parts.
pub fn build(parts: &[Part]) -> Result<()> {
    setup::all()?;
    // Two builds at once would take each other's folders away.
    let lock = fs::File::create(workspace::scratch()?.join("build.lock"))?;
    lock.lock().context("cannot wait for another build to end")?;
    // The pages' packages come with them.
    let pages = if parts.contains(&Part::Web) { &[Part::Card, Part::Scanner, Part::Face][..] } else { &[] };
    let parts: Vec<Part> = parts.iter().chain(pages).copied().collect();
    // One cargo for all of a profile: their link steps, one thread each, run side by side. But for the page of cards: what it shares
    // with the Workers it needs less of, and those have no byte to spare.
    let (small, fast): (Vec<Part>, Vec<Part>) = parts.iter().partition(|part| part.profile() == "worker");
    let (pages, small): (Vec<Part>, Vec<Part>) = small.iter().partition(|part| part.is_for_pages());
    compile(&small, &[])?;
    compile(&pages, &[])?;
    let relaxed = if parts.contains(&Part::Web) { &[Part::Web][..] } else { &[] };
    let (plain, second) = rayon::join(|| compile(&fast, &[]), || compile(relaxed, &[RELAXED_SIMD]));
    plain.and(second)?;

    let finish = |part: &Part| if part.is_for_pages() { package(*part, &[]).map(drop) } else { worker(*part) };
    let (plain, second) = rayon::join(
        || parts.par_iter().try_for_each(finish),
        || relaxed.iter().try_for_each(|part| package(*part, &[RELAXED_SIMD]).map(drop)),
    );
    plain.and(second)?;
    if parts.contains(&Part::Web) { pages_around() } else { Ok(()) }
}

/// Compiles parts that have one profile, with these features of the processor besides the usual ones.
fn compile(parts: &[Part], features: &[&str]) -> Result<()> {
    let Some(first) = parts.first() else { return Ok(()) };
    let arguments = ["build", "--target", "wasm32-unknown-unknown", "--profile", first.profile()];
    let mut cargo = task::cargo_for_wasm(&arguments, features)?;
    cargo.arg("--target-dir").arg(target(features));
    for part in parts {
        cargo.args(["-p", part.crate_name()]);
    }
    let names: Vec<&str> = parts.iter().map(|part| part.name()).chain(features.iter().copied()).collect();
    task::run(&format!("cargo build {}", names.join(" + ")), &mut cargo)?;
    Ok(())
}

/// Where cargo compiles for processors with these features: other flags in the same folder would undo each other's work.
fn target(features: &[&str]) -> PathBuf {
    workspace::target().join(features.join("+"))
}

fn compiled(part: Part, features: &[&str]) -> PathBuf {
    let file = format!("{}.wasm", part.crate_name().replace('-', "_"));
    target(features).join("wasm32-unknown-unknown").join(part.profile()).join(file)
}

/// A Worker: its module, its glue and the shim that gives both to workerd; and its assets.
fn worker(part: Part) -> Result<()> {
    let dist = part.dist();
    let shim = workspace::path("crates").join(part.name()).join("shim.js");
    let module = dist.join(format!("{}_bg.wasm", part.stem()));
    let index = dist.join("index.js");
    // The last says which wasm-opt and which typefaces npm installed.
    let inputs = [compiled(part, &[]), shim.clone(), workspace::path("package-lock.json")];
    let stamp = Stamp::new(part.name(), &inputs, include_str!("build.rs"))?;
    if stamp.holds(&[index.clone(), module.clone()]) {
        return Ok(());
    }
    let draft = draft(part)?;
    bind(part, &compiled(part, &[]), &draft, true)?;
    optimise(part, &draft.join(format!("{}_bg.wasm", part.stem())), &[])?;
    minify(part, &draft.join(format!("{}.js", part.stem())))?;
    workspace::copy(&shim, &draft.join("index.js"))?;
    if part == Part::Certifier {
        let from = workspace::path("node_modules/@expo-google-fonts/noto-serif-sc");
        for file in TYPEFACES.map(|file| from.join(file)) {
            workspace::copy(&file, &draft.join("assets").join(file.file_name().unwrap_or_default()))?;
        }
    }
    publish(&draft, &dist)?;
    stamp.set()
}

/// A package of the pages; the folder of its module and its glue.
pub fn browser_package(part: Part) -> Result<PathBuf> {
    build(&[part])?;
    folder(part, &[])
}

/// The pages, with their packages.
fn pages_around() -> Result<()> {
    let dist = Part::Web.dist();
    let [plain, card, scanner, face] =
        [folder(Part::Web, &[])?, folder(Part::Card, &[])?, folder(Part::Scanner, &[])?, folder(Part::Face, &[])?];
    let relaxed = folder(Part::Web, &[RELAXED_SIMD])?;
    let glue = |folder: &Path| workspace::read(&folder.join("shiming_capture.js"));
    if glue(&plain)? != glue(&relaxed)? {
        bail!("the two modules of the browser package do not have the same glue");
    }

    let inputs = ["web", "models", "documents", "docs/openapi.yaml", "package-lock.json"].map(workspace::path).to_vec();
    let modules = [&plain, &relaxed].map(|folder| folder.join(MODULE));
    let inputs = [inputs, modules.to_vec(), vec![card.clone(), scanner.clone(), face.clone()]].concat();
    let stamp = Stamp::new("web", &inputs, include_str!("build.rs"))?;
    if stamp.holds(&[dist.join("index.html"), dist.join("capture").join(MODULE), dist.join("face")]) {
        return Ok(());
    }
    let draft = draft(Part::Web)?;
    for (folder, name) in [(&plain, "capture"), (&face, "face")] {
        for file in workspace::files(folder)? {
            workspace::copy(&file, &draft.join(name).join(file.strip_prefix(folder)?))?;
        }
    }
    workspace::copy(&relaxed.join(MODULE), &draft.join("capture/shiming_capture_relaxed_bg.wasm"))?;
    models(&draft.join("models"))?;
    let description = workspace::path("docs/openapi.yaml");
    if description.exists() {
        workspace::copy(&description, &draft.join("openapi.yaml"))?;
    }
    task::run("pages", setup::node(&["web/build.mjs"])?.args([&draft, &card, &scanner]))?;
    publish(&draft, &dist)?;
    stamp.set()
}

/// A compiled package of the pages for processors with these features; the folder of its module and its glue.
fn package(part: Part, features: &[&str]) -> Result<PathBuf> {
    let folder = folder(part, features)?;
    let module = folder.join(format!("{}_bg.wasm", part.stem()));
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let stamp = Stamp::new(&name, &[compiled(part, features)], include_str!("build.rs"))?;
    if !stamp.holds(std::slice::from_ref(&module)) {
        empty(&folder)?;
        bind(part, &compiled(part, features), &folder, false)?;
        optimise(part, &module, features)?;
        stamp.set()?;
    }
    Ok(folder)
}

fn folder(part: Part, features: &[&str]) -> Result<PathBuf> {
    Ok(workspace::scratch()?.join([&["package", part.name()], features].concat().join("-")))
}

/// The model files that the manifest names, each under a name that holds the beginning of its digest, so that browsers
/// may keep them for ever; and the manifest, which says these names.
fn models(to: &Path) -> Result<()> {
    let from = workspace::path("models");
    let mut manifest: Value = serde_json::from_str(&workspace::read(&from.join("manifest.json"))?)?;
    for list in ["files", "face"] {
        let entries = manifest[list].as_array_mut();
        for entry in entries.with_context(|| format!("models/manifest.json has no `{list}`"))? {
            publish_model(entry, &from, to)?;
        }
    }
    publish_model(&mut manifest["characters"], &from, to)?;
    workspace::write(&to.join("manifest.json"), manifest.to_string())
}

/// Copies the file of one entry of the manifest and puts its public name there.
fn publish_model(entry: &mut Value, from: &Path, to: &Path) -> Result<()> {
    let text =
        |key: &str| entry[key].as_str().with_context(|| format!("an entry of models/manifest.json has no `{key}`"));
    let (name, digest) = (text("file")?, text("sha256")?);
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let public = format!("{stem}-{}.{kind}", digest.get(..10).unwrap_or(digest));
    workspace::copy(&from.join(name), &to.join(&public))?;
    entry["file"] = public.into();
    Ok(())
}

/// wasm-bindgen. A Worker's instance can be thrown away after a panic and made again; a page's Web Worker is.
fn bind(part: Part, module: &Path, to: &Path, worker: bool) -> Result<()> {
    task::step(&format!("wasm-bindgen {}", part.name()), || {
        Bindgen::new()
            .input_path(module)
            .out_name(part.stem())
            .web(true)?
            .omit_default_module_path(part != Part::Web)
            .reset_state_function(worker)
            .force_enable_abort_handler(worker)
            .typescript(!worker)
            .remove_producers_section(true)
            .generate(to)
    })
}

/// wasm-opt. Functions of one module of one crate are alike: side by side they compress 1 to 2 % better than in the linker's
/// order, which also depends on where crates were downloaded from. The names are gone afterwards.
fn optimise(part: Part, module: &Path, features: &[&str]) -> Result<()> {
    let optimised = module.with_extension("optimised");
    let mut node = setup::node(&["node_modules/binaryen/bin/wasm-opt"])?;
    node.args(part.level()).args(FEATURES).args(features.iter().map(|feature| format!("--enable-{feature}")));
    node.args(["--reorder-functions-by-name", "--strip-producers"]).arg(module).arg("-o").arg(&optimised);
    task::run(&format!("wasm-opt {}", part.name()), &mut node)?;
    fs::rename(&optimised, module)?;
    Ok(())
}

/// The glue is generated; nobody reads it in the Worker.
fn minify(part: Part, glue: &Path) -> Result<()> {
    // Its interface and not its program: that is a script or an executable, as npm was told.
    const MINIFY: &str = "const file = process.argv[1]; require('esbuild').buildSync({ entryPoints: [file], \
                          outfile: file, allowOverwrite: true, minify: true, format: 'esm', target: 'es2022' });";
    let mut node = setup::node(&["-e", MINIFY])?;
    node.arg(glue);
    task::run(&format!("esbuild {}", part.name()), &mut node)?;
    Ok(())
}

/// An empty folder to build a part in.
fn draft(part: Part) -> Result<PathBuf> {
    let folder = workspace::path("dist").join(format!(".{}", part.name()));
    empty(&folder)?;
    Ok(folder)
}

/// Puts a part where it belongs, whole: a Worker that is running never sees half of one.
fn publish(draft: &Path, dist: &Path) -> Result<()> {
    if dist.exists() {
        fs::remove_dir_all(dist).with_context(|| format!("cannot remove {}", dist.display()))?;
    }
    fs::rename(draft, dist).with_context(|| format!("cannot put {} in place", dist.display()))
}

/// An empty folder: what was there before goes.
fn empty(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot empty {}", dir.display()))?;
    }
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))
}
