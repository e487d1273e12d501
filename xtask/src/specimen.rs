//! `cargo xtask specimen`: drawn documents, photos, sets of them, videos and the sandbox's citizens.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use shiming_specimen::{
    Attack, Citizen, Fault, Fonts, NameKind, Page, PhotoStyle, Pose, RgbImage, Severity, Shot, Split, attacked,
    citizen, citizens, draw_back, draw_front, head, page, pages, photograph, print_portrait, scene, shot, specimen,
    without_document, write_y4m,
};

const USAGE: &str = "\
cargo xtask specimen card     --seed N [--side front|back] [--living] [--width 1600] --out FILE.png
cargo xtask specimen photo    --seed N [--side front|back] [--living] [--style phone|upright|still|FAULT] --out FILE.jpg
cargo xtask specimen video    --seed N [--seconds 4] [--upright] [--handheld] --out FILE.y4m
cargo xtask specimen portrait --seed N --out FILE.jpg
cargo xtask specimen citizens [--count 300] [--json] [--out FILE]
cargo xtask specimen pages
cargo xtask specimen page     --page PAGE --seed N [--split train|test] [--width 1600] --out FILE.png
cargo xtask specimen set      --page PAGE --severity easy|medium|hard | --attack ATTACK
                              --seed N [--split train|test] [--count 25] --out DIRECTORY
cargo xtask specimen set      --without-document --seed N [--split train|test] [--count 210] --out DIRECTORY

N is the citizen's place in the list, from 0. --living: with the portrait of the head that follows challenges. FAULT: blurred, glare, covered, dark,
bright, cut_off, small, steep, empty. A video that is taken by hand has its truth beside it,
FILE.y4m.json. `pages` lists the pages that can be drawn. ATTACK: colour_copy,
grey_copy, screen, covered, overexposed. A set is JPEGs and truth.jsonl, one line for each of them.";

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
            let (citizen, fonts, out) = (options.citizen()?, fonts()?, options.out()?);
            if options.has("--handheld") {
                handheld(&citizen, &fonts, &showing, &out)?;
            } else {
                write_y4m(&out, scene::frames(&citizen, &fonts, &showing), showing.fps)?;
            }
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
        "pages" => {
            for page in pages() {
                println!("{}", page.name);
            }
        }
        "page" => {
            let (page, split) = (options.page()?, options.split()?);
            let fonts = Fonts::of_split(&node_modules()?, split)?;
            let width = options.number("--width")?.unwrap_or(scene::CARD_WIDTH);
            let seed = options.seed()?;
            let names = NameKind::at(usize::try_from(seed)?);
            let drawn = specimen(page, split, seed, names, fonts.first().context("a split has fonts")?, width);
            drawn.image.save(options.out()?)?;
            println!("{}", json!({ "fields": drawn.truth.fields, "mrz": drawn.truth.mrz }));
        }
        "set" => set(&options)?,
        _ => bail!("{USAGE}"),
    }
    Ok(())
}

/// Writes a video that is taken by hand, and beside it what is true of it, `FILE.json`: its frames a second, and of every
/// frame which side is being shown and how fit it is.
pub fn handheld(citizen: &Citizen, fonts: &Fonts, showing: &scene::Showing, out: &Path) -> Result<()> {
    let mut truth = Vec::new();
    let frames = scene::handheld(citizen, fonts, showing).map(|frame| {
        truth.push(json!({ "side": frame.side, "fitness": frame.fitness }));
        frame.image
    });
    write_y4m(out, frames, showing.fps)?;
    let truth = json!({ "fps": showing.fps, "frames": truth });
    write(&out.with_added_extension("json"), truth.to_string().as_bytes())
}

/// The front of a card with the face of the drawn head in print, which also follows challenges before a camera.
pub fn living_front(citizen: &Citizen, fonts: &Fonts, width: u32) -> Result<RgbImage> {
    let mut card = draw_front(citizen, fonts, width);
    let page = page("cn_resident_id.front").context("there is no such page")?;
    let face = head(citizen, &Pose { height: 0.66, ..Pose::default() }, (400, 540));
    print_portrait(&mut card, &page.layout, &face, 1);
    Ok(card)
}

/// Writes a set of photos and the truth about them.
fn set(options: &Options<'_>) -> Result<()> {
    let (split, seed, out) = (options.split()?, options.seed()?, options.out()?);
    std::fs::create_dir_all(&out)?;
    let fonts = Fonts::of_split(&node_modules()?, split)?;
    let empty = options.has("--without-document");
    let count = options.number("--count")?.unwrap_or(if empty { 210 } else { 25 });
    let mut truth = String::new();
    for index in 0..usize::try_from(count)? {
        let file = format!("{index:05}.jpg");
        let (jpeg, line) = if empty {
            let (scene, photo) = without_document(split, seed, index, &fonts).context("a split has fonts")?;
            (photo.jpeg, json!({ "file": file, "scene": scene.name(), "document": null }))
        } else {
            let (made, how) = taken(options, split, seed, index, &fonts)?;
            let page = made.truth.page;
            let line = json!({
                "file": file, "page": page.name, "document": page.document(), "form": page.form(),
                "side": page.layout.side, "fields": made.truth.fields, "mrz": made.truth.mrz,
                "corners": made.photo.corners, "names": made.names.name(), "how": how,
            });
            (made.photo.jpeg, line)
        };
        write(&out.join(&file), &jpeg)?;
        truth.push_str(&line.to_string());
        truth.push('\n');
    }
    write(&out.join("truth.jsonl"), truth.as_bytes())
}

/// One photo of a set, and what was done to it.
fn taken(
    options: &Options<'_>,
    split: Split,
    seed: u64,
    index: usize,
    fonts: &[Fonts],
) -> Result<(Shot, &'static str)> {
    let page = options.page()?;
    let (shot, how) = match (options.value("--severity"), options.value("--attack")) {
        (Some(name), None) => {
            let severity = Severity::ALL.into_iter().find(|known| known.name() == name);
            let severity = severity.with_context(|| format!("no severity {name:?}\n{USAGE}"))?;
            (shot(page, severity, split, seed, index, fonts), severity.name())
        }
        (None, Some(name)) => {
            let attack = Attack::ALL.into_iter().find(|known| known.name() == name);
            let attack = attack.with_context(|| format!("no attack {name:?}\n{USAGE}"))?;
            (attacked(page, attack, split, seed, index, fonts), attack.name())
        }
        _ => bail!("either --severity or --attack\n{USAGE}"),
    };
    Ok((shot.context("a split has fonts, and a page fields")?, how))
}

fn node_modules() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?.join("node_modules"))
}

fn fonts() -> Result<Fonts> {
    Ok(Fonts::load(&node_modules()?)?)
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

    fn page(&self) -> Result<&'static Page> {
        let name = self.value("--page").with_context(|| format!("--page is missing\n{USAGE}"))?;
        page(name).with_context(|| format!("no page {name:?}; `cargo xtask specimen pages` lists them"))
    }

    fn split(&self) -> Result<Split> {
        match self.value("--split").unwrap_or("test") {
            "train" => Ok(Split::Train),
            "test" => Ok(Split::Test),
            split => bail!("no split {split:?}\n{USAGE}"),
        }
    }

    fn card(&self, citizen: &Citizen, fonts: &Fonts) -> Result<RgbImage> {
        let width = self.number("--width")?.unwrap_or(scene::CARD_WIDTH);
        Ok(match self.value("--side").unwrap_or("front") {
            "front" if self.has("--living") => living_front(citizen, fonts, width)?,
            "front" => draw_front(citizen, fonts, width),
            "back" => draw_back(citizen, fonts, width),
            side => bail!("no side {side:?}\n{USAGE}"),
        })
    }
}
