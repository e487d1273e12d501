//! Draws what the small nets are trained on: photos of the training split, each as the nets see it (`vision::sight`).
//!
//! ```text
//! training FOLDER [PHOTOS] [THREADS]
//! ```
//!
//! Writes, for each thread N, raw bytes and a line of JSON for everything in them:
//!
//! - `views.N.u8`: whole photos (RGB), with the corners of the document in them;
//! - `thumbnails.N.u8`: documents in outlines that are a little off, and things that are none (RGB);
//! - `patches.N.u8`: pieces of originals, copies and screens in the camera's own pixels (RGB);
//! - `strips.N.u8`: lines of narrow alphabets (luma), with their text.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a developer's program: what fails may stop it")]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts and pixels are small")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use oorandom::Rand32;
use serde_json::{Value, json};
use shiming_identity::document::Alphabet;
use shiming_specimen::{
    Attack, Fonts, NameKind, Page, RgbImage, Severity, Shot, Split, attacked, pages, shot, specimen, without_document,
};
use shiming_vision::sight::{patch, strip, thumbnail, view};
use shiming_vision::{Frame, Photo, Quad, locate};

/// Decides the people and the light of the whole set.
const SEED: u64 = 4;
/// Of so many photos, how many show no document, and how many a copy or a screen.
const NEGATIVES: (u32, u32) = (9, 100);
const ATTACKS: (u32, u32) = (14, 100);
/// Of so many, how many are scans: the document flat, as a scanner makes it.
const SCANS: (u32, u32) = (8, 100);
/// Outlines of one photo that become thumbnails.
const OUTLINES: usize = 2;
/// Patches of one photo.
const PATCHES: usize = 6;

/// How often a page is drawn: those that most people carry, and zones, more often.
fn weight(page: &Page) -> u32 {
    match page.name {
        "cn_resident_id.front" => 14,
        "cn_passport.front" => 10,
        "cn_resident_id.back" | "foreign_passport.front" => 8,
        "cn_driving_licence.front" => 5,
        "cn_officer_card.front" | "cn_armed_police_card.front" | "foreign_passport.td1.front" => 2,
        name if page.zone.is_some() || name.ends_with("bilingual.front") => 4,
        _ => 3,
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder to write to"));
    let number = |text: Option<String>, usual: usize| text.map_or(usual, |text| text.parse().expect("a number"));
    let photos = number(arguments.next(), 10_000);
    let threads = number(arguments.next(), 2);
    std::fs::create_dir_all(&folder).unwrap();
    let node_modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules");
    let fonts = &Fonts::of_split(&node_modules, Split::Train).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let folder = &folder;
            scope.spawn(move || {
                let mut set = Set::new(folder, thread);
                for index in (thread..photos).step_by(threads) {
                    set.add(index, fonts);
                }
            });
        }
    });
}

/// A file of pixels and one of what they show.
struct Store {
    pixels: BufWriter<File>,
    index: BufWriter<File>,
}

impl Store {
    fn new(folder: &Path, name: &str, thread: usize) -> Self {
        let open = |end| BufWriter::new(File::create(folder.join(format!("{name}.{thread}.{end}"))).unwrap());
        Self { pixels: open("u8"), index: open("jsonl") }
    }

    fn put(&mut self, pixels: &[u8], says: &Value) {
        self.pixels.write_all(pixels).unwrap();
        writeln!(self.index, "{says}").unwrap();
    }
}

struct Set {
    views: Store,
    thumbnails: Store,
    patches: Store,
    strips: Store,
}

impl Set {
    fn new(folder: &Path, thread: usize) -> Self {
        Self {
            views: Store::new(folder, "views", thread),
            thumbnails: Store::new(folder, "thumbnails", thread),
            patches: Store::new(folder, "patches", thread),
            strips: Store::new(folder, "strips", thread),
        }
    }

    fn add(&mut self, index: usize, fonts: &[Fonts]) {
        let mut dice = Rand32::new(SEED * 1_000_003 + index as u64);
        let chance = |dice: &mut Rand32, (some, all): (u32, u32)| dice.rand_range(0..all) < some;
        if chance(&mut dice, NEGATIVES) {
            let (scene, photo) = without_document(Split::Train, SEED, index, fonts).unwrap();
            let picture = Photo::new(photo.image);
            self.view(&picture, None, &json!({ "scene": scene.name() }));
            self.nothing(&picture, None, &mut dice);
            return;
        }
        let weights: u32 = pages().iter().map(weight).sum();
        let mut drawn = dice.rand_range(0..weights);
        let page = pages().iter().find(|page| {
            let here = drawn < weight(page);
            drawn = drawn.saturating_sub(weight(page));
            here
        });
        let page = page.unwrap();
        if chance(&mut dice, SCANS) {
            self.scan(page, index, fonts, &mut dice);
            return;
        }
        let attack = chance(&mut dice, ATTACKS)
            .then(|| [Attack::ColourCopy, Attack::GreyCopy, Attack::Screen][dice.rand_range(0..3) as usize]);
        let severity = match dice.rand_range(0..20) {
            0..4 => Severity::Easy,
            4..11 => Severity::Medium,
            _ => Severity::Hard,
        };
        let made = match attack {
            Some(attack) => attacked(page, attack, Split::Train, SEED, index, fonts),
            None => shot(page, severity, Split::Train, SEED, index, fonts),
        };
        let Shot { photo, truth, .. } = made.unwrap();
        let quad = Quad(photo.corners.map(|(x, y)| [x, y]));
        let says = attack.map_or("original", Attack::name);
        // Through the JPEG, as a reader gets it.
        let decoded = image::load_from_memory(&photo.jpeg).unwrap().into_rgb8();
        let picture = Photo::new(decoded);
        let frame = picture.frame();
        self.view(&picture, Some(&quad), &json!({ "page": page.name, "of": says }));
        for _ in 0..OUTLINES {
            let quad = shaken(&quad, &mut dice);
            let pixels = thumbnail(&frame, &quad).unwrap();
            self.thumbnails.put(&pixels, &json!({ "page": page.name, "of": says }));
        }
        if index.is_multiple_of(2) {
            self.nothing(&picture, Some(&quad), &mut dice);
        }
        for _ in 0..PATCHES {
            let at = [0.06 + 0.88 * dice.rand_float(), 0.06 + 0.88 * dice.rand_float()];
            if let Some(pixels) = patch(&frame, &quad, at) {
                self.patches.put(&pixels, &json!({ "of": says }));
            }
        }
        // Fields are read of copies too, but seldom.
        if attack.is_some() && !index.is_multiple_of(4) {
            return;
        }
        for (slot, printed) in page.layout.slots.iter().zip(&truth.printed) {
            if matches!(slot.alphabet, Alphabet::HanName | Alphabet::Text) {
                continue;
            }
            let quad = shaken(&quad, &mut dice);
            if let Some(pixels) = strip(&frame, &quad, &page.layout, slot) {
                let says = json!({ "alphabet": slot.alphabet, "text": printed.text, "width": pixels.width() });
                self.strips.put(&pixels, &says);
            }
        }
    }

    /// A document as a scanner makes it: flat, clean, alone or on a plain sheet. Copies of it are no originals either.
    fn scan(&mut self, page: &'static Page, index: usize, fonts: &[Fonts], dice: &mut Rand32) {
        let width = [800, 1100, 1400][dice.rand_range(0..3) as usize];
        let drawn = specimen(page, Split::Train, index as u64, NameKind::at(index), &fonts[index % fonts.len()], width);
        let margin = if dice.rand_range(0..2) == 0 { 0 } else { dice.rand_range(10..200) };
        let paper = image::Rgb([[252, 252, 250], [236, 238, 240], [12, 12, 14]][dice.rand_range(0..3) as usize]);
        let (across, down) = drawn.image.dimensions();
        let mut sheet = RgbImage::from_pixel(across + 2 * margin, down + 2 * margin, paper);
        image::imageops::replace(&mut sheet, &drawn.image, i64::from(margin), i64::from(margin));
        let mut jpeg = std::io::Cursor::new(Vec::new());
        let quality = u8::try_from(dice.rand_range(75..97)).unwrap();
        sheet.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality)).unwrap();
        let picture = Photo::new(image::load_from_memory(jpeg.get_ref()).unwrap().into_rgb8());
        let frame = picture.frame();
        let (left, top) = (margin as f32, margin as f32);
        let (right, bottom) = ((margin + across - 1) as f32, (margin + down - 1) as f32);
        let quad = Quad([[left, top], [right, top], [right, bottom], [left, bottom]]);
        self.view(&picture, Some(&quad), &json!({ "page": page.name, "of": "original" }));
        for _ in 0..OUTLINES {
            let pixels = thumbnail(&frame, &shaken(&quad, dice)).unwrap();
            self.thumbnails.put(&pixels, &json!({ "page": page.name, "of": "original" }));
        }
        for _ in 0..PATCHES {
            if let Some(pixels) = patch(&frame, &quad, [dice.rand_float(), dice.rand_float()]) {
                self.patches.put(&pixels, &json!({ "of": "original" }));
            }
        }
    }

    fn view(&mut self, picture: &Photo, quad: Option<&Quad>, says: &Value) {
        let pixels = view(&picture.frame()).unwrap();
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let corners = quad.map(|quad| quad.0.map(|[x, y]| [(x + 0.5) / width, (y + 0.5) / height]));
        let line = json!({ "width": pixels.width(), "height": pixels.height(), "corners": corners, "says": says });
        self.views.put(&pixels, &line);
    }

    /// What lies in outlines that are no document's: those that edges suggest, and any.
    fn nothing(&mut self, picture: &Photo, document: Option<&Quad>, dice: &mut Rand32) {
        let frame: Frame<'_> = picture.frame();
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let mut outlines: Vec<Quad> =
            locate::locate(&frame, &[85.6 / 54.0], 4).into_iter().map(|outline| outline.quad).collect();
        for _ in 0..2 {
            let (across, middle) =
                (width * (0.25 + 0.6 * dice.rand_float()), [width * dice.rand_float(), height * dice.rand_float()]);
            let half = [across / 2.0, across / 3.2];
            outlines.push(Quad(
                [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
                    .map(|[x, y]: [f32; 2]| [middle[0] + x * half[0], middle[1] + y * half[1]]),
            ));
        }
        for quad in outlines {
            // Something else, or so far off that nothing in it can be read.
            let off = document.map(|document| {
                (0..4).map(|turn| quad.turned(turn).distance_to(document)).fold(f32::MAX, f32::min)
                    / document.sides()[0]
            });
            if off.is_none_or(|off| off > 0.15)
                && let Some(pixels) = thumbnail(&frame, &quad)
            {
                self.thumbnails.put(&pixels, &json!({ "page": null, "of": "nothing" }));
            }
        }
    }
}

/// An outline as locating leaves it: mostly a pixel or two off, seldom one in a hundred of the document's width.
fn shaken(quad: &Quad, dice: &mut Rand32) -> Quad {
    let most = quad.sides()[0] * 0.012 * dice.rand_float() * dice.rand_float();
    let mut off = || most * (dice.rand_float() + dice.rand_float() - 1.0) * 2.0;
    Quad(quad.0.map(|[x, y]| [x + off(), y + off()]))
}
