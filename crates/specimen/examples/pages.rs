//! Every page once, for the eye: `cargo run -p shiming-specimen --example pages -- DIR [SEED]`.

use std::path::{Path, PathBuf};

use shiming_specimen::{Fonts, NameKind, Split, pages, specimen};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("say where to")?);
    let seed = std::env::args().nth(2).map_or(Ok(1), |seed| seed.parse())?;
    std::fs::create_dir_all(&out)?;
    let fonts = Fonts::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules"))?;
    for page in pages() {
        let drawn = specimen(page, Split::Test, seed, NameKind::Any, &fonts, 1000);
        drawn.image.save(out.join(format!("{}.png", page.name)))?;
        println!("{} {:?} {:?}", page.name, drawn.truth.fields, drawn.truth.mrz);
    }
    Ok(())
}
