//! `cargo xtask specimen`: drawn cards, photos, videos and the sandbox's citizens.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use shiming_specimen::{
    Citizen, Fault, Fonts, PhotoStyle, RgbImage, citizen, citizens, draw_back, draw_front, photograph, scene, write_y4m,
};

const USAGE: &str = "\
cargo xtask specimen card     --seed N [--side front|back] [--width 1600] --out FILE.png
cargo xtask specimen photo    --seed N [--side front|back] [--style phone|upright|still|FAULT] --out FILE.jpg
cargo xtask specimen video    --seed N [--seconds 4] [--upright] --out FILE.y4m
cargo xtask specimen portrait --seed N --out FILE.jpg
cargo xtask specimen citizens [--count 300] [--json] [--out FILE]

N is the citizen's place in the list, from 0. FAULT: blurred, glare, covered, dark,
bright, cut_off, small, steep, empty.";

/// Runs `cargo xtask specimen` with what follows that word.
pub fn run(args: &[impl AsRef<str>]) -> Result<()> {
    let args: Vec<&str> = args.iter().map(AsRef::as_ref).collect();
    let Some((&command, rest)) = args.split_first() else { bail!("{USAGE}") };
    let options = Options(rest);
    match command {
        "card" => {
            let card = options.card(&options.citizen()?, &fonts()?)?;
            card.save(options.out()?)?;
        }
        "photo" => {
            let card = options.card(&options.citizen()?, &fonts()?)?;
            let photo = photograph(&card, &style(options.value("--style").unwrap_or("phone"), options.seed()?)?);
            write(&options.out()?, &photo.jpeg)?;
            println!("corners {:?}", photo.corners);
        }
        "video" => {
            let mut showing = scene::Showing::of(options.seed()?);
            if options.has("--upright") {
                showing.style = PhotoStyle { jpeg_quality: 0, ..PhotoStyle::phone_upright(options.seed()?) };
            }
            showing.seconds = options.number("--seconds")?.unwrap_or(showing.seconds);
            let frames = scene::frames(&options.citizen()?, &fonts()?, &showing);
            write_y4m(&options.out()?, frames, showing.fps)?;
        }
        "portrait" => write(&options.out()?, &shiming_specimen::portrait_jpeg(&options.citizen()?))?,
        "citizens" => {
            let count = usize::try_from(options.number("--count")?.unwrap_or(300))?;
            let text = if options.has("--json") {
                serde_json::to_string_pretty(&scene::register(count))? + "\n"
            } else {
                let row =
                    |(place, citizen): (usize, &Citizen)| format!("{place}\t{}\t{}\n", citizen.name, citizen.id_number);
                citizens(count).iter().enumerate().map(row).collect()
            };
            match options.value("--out") {
                Some(file) => write(Path::new(file), text.as_bytes())?,
                None => print!("{text}"),
            }
        }
        _ => bail!("{USAGE}"),
    }
    Ok(())
}

fn fonts() -> Result<Fonts> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    Ok(Fonts::load(&root.join("node_modules"))?)
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

fn style(name: &str, seed: u64) -> Result<PhotoStyle> {
    Ok(match name {
        "phone" => PhotoStyle::phone(seed),
        "upright" => PhotoStyle::phone_upright(seed),
        "still" => PhotoStyle::still(seed),
        fault => {
            let fault = Fault::ALL.into_iter().find(|known| known.name() == fault);
            PhotoStyle::bad(fault.with_context(|| format!("no style {name:?}\n{USAGE}"))?, seed)
        }
    })
}

/// `--name value` and `--flag`.
struct Options<'a>(&'a [&'a str]);

impl Options<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|&arg| arg == name)?;
        self.0.get(at + 1).copied()
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    fn number(&self, name: &str) -> Result<Option<u32>> {
        self.value(name).map(|value| value.parse().with_context(|| format!("{name} {value}"))).transpose()
    }

    fn seed(&self) -> Result<u64> {
        Ok(self.number("--seed")?.with_context(|| format!("--seed is missing\n{USAGE}"))?.into())
    }

    fn citizen(&self) -> Result<Citizen> {
        Ok(citizen(usize::try_from(self.seed()?)?))
    }

    fn out(&self) -> Result<PathBuf> {
        Ok(self.value("--out").with_context(|| format!("--out is missing\n{USAGE}"))?.into())
    }

    fn card(&self, citizen: &Citizen, fonts: &Fonts) -> Result<RgbImage> {
        let width = self.number("--width")?.unwrap_or(scene::CARD_WIDTH);
        Ok(match self.value("--side").unwrap_or("front") {
            "front" => draw_front(citizen, fonts, width),
            "back" => draw_back(citizen, fonts, width),
            side => bail!("no side {side:?}\n{USAGE}"),
        })
    }
}
