//! Photos of a set, for the eye, and how long one takes:
//! `cargo run -p shiming-specimen --example set -- DIR PAGE easy|medium|hard [COUNT]`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use shiming_specimen::{Fonts, Severity, Split, page, set};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, name, severity, rest @ ..] = arguments.as_slice() else {
        return Err("say where, what and how hard".into());
    };
    let page = page(name).ok_or("no such page")?;
    let severity = Severity::ALL.into_iter().find(|known| known.name() == severity).ok_or("no such severity")?;
    let count = rest.first().map_or(Ok(6), |count| count.parse())?;
    let out = PathBuf::from(out);
    std::fs::create_dir_all(&out)?;
    let fonts = Fonts::of_split(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules"), Split::Test)?;
    let start = Instant::now();
    for (index, shot) in set(page, severity, Split::Test, 1, count, &fonts).enumerate() {
        std::fs::write(out.join(format!("{name}.{}.{index}.jpg", severity.name())), &shot.photo.jpeg)?;
        println!("{:?} {:?}", shot.truth.fields, shot.style);
    }
    println!("{:?} a photo", start.elapsed() / u32::try_from(count)?);
    Ok(())
}
