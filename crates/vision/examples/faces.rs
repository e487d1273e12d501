//! Describes faces in pictures and in photos of cards that bear them, for `cargo xtask bench faces`: `faces FOLDER OUT`.
//!
//! FOLDER holds a folder of pictures for each person. Every picture is described as it is ("clean") and as a portrait on a
//! card ("card"): printed in grey on a drawn card, laminated, photographed as people who do not take their time do
//! ([`Severity::Medium`]: tilted, dim, soft, noisy, a poorer JPEG), flattened along its true corners. OUT gets the pictures
//! that other implementations are given (`N.png`), chips for their nets (`residual.rgb`, `mobile.rgb`), our descriptors
//! (`descriptors.bin`) and what all that is (`index.json`).
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a developer's program: what fails may stop it"
)]
#![allow(clippy::cast_precision_loss, reason = "a collection has a few thousand pictures")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Instant;

use common::{DESCRIBER, FACES, FONTS};
use image::RgbImage;
use serde::Serialize;
use shiming_specimen::{Severity, Split, citizen, draw_front, page, photograph, print_portrait};
use shiming_vision::face::{Template, chip, landmark, portrait};
use shiming_vision::{Photo, Quad};

/// Width at which cards are drawn.
const CARD_WIDTH: u32 = 1420;
/// dlib's chip: corners of the eyes and the base of the nose, with a quarter of the face around them.
const DLIB: Template = Template {
    size: 150,
    places: [[37.06, 46.37], [58.41, 47.91], [110.96, 46.35], [89.61, 47.90], [74.01, 87.78]],
    points: |landmarks| {
        let ([outer, inner], [left_inner, left_outer]) = (landmark::RIGHT_EYE, landmark::LEFT_EYE);
        [outer, inner, left_outer, left_inner, landmark::NOSE_BASE].map(|index| landmarks.point(index))
    },
};

#[derive(Serialize)]
struct Entry {
    person: usize,
    picture: usize,
    way: &'static str,
    found: bool,
}

fn main() {
    let [from, to] = [1, 2].map(|at| PathBuf::from(std::env::args().nth(at).expect("usage: faces FOLDER OUT")));
    std::fs::create_dir_all(&to).unwrap();
    let (mut entries, mut descriptors, mut chips) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    let mut times = [0.0; 3];
    for (person, folder) in sorted(&from).into_iter().filter(|path| path.is_dir()).enumerate() {
        for (picture, file) in sorted(&folder).iter().enumerate() {
            let Ok(clean) = image::open(file) else { continue };
            let clean = clean.into_rgb8();
            let seed = person * 1000 + picture;
            let card = on_card(&clean, seed as u64);
            for (way, image) in [("clean", Some(clean)), ("card", card)] {
                let image = image.expect("a card that is drawn has a portrait");
                image.save(to.join(format!("{}.png", entries.len()))).unwrap();
                let photo = Photo::new(image);
                let start = Instant::now();
                let landmarks = FACES.largest(&photo.frame()).unwrap();
                let located = Instant::now();
                let mut bytes = None;
                if let Some(landmarks) = &landmarks {
                    bytes = DESCRIBER.describe(&photo.frame(), landmarks).ok().map(|descriptor| descriptor.to_bytes());
                    times[1] += located.elapsed().as_secs_f64();
                    for (chips, template) in chips.iter_mut().zip([DLIB, Template::ARC_FACE]) {
                        chips.extend_from_slice(chip(&photo.frame(), landmarks, &template).unwrap().as_raw());
                    }
                }
                times[0] += (located - start).as_secs_f64();
                times[2] += 1.0;
                entries.push(Entry { person, picture, way, found: bytes.is_some() });
                descriptors.extend(bytes.unwrap_or_default());
            }
        }
    }
    std::fs::write(to.join("descriptors.bin"), descriptors).unwrap();
    for (name, chips) in ["residual.rgb", "mobile.rgb"].iter().zip(chips) {
        std::fs::write(to.join(name), chips).unwrap();
    }
    std::fs::write(to.join("index.json"), serde_json::to_vec(&entries).unwrap()).unwrap();
    let found = entries.iter().filter(|entry| entry.found).count();
    println!(
        "{} pictures, faces in {found}; natively {:.1} ms to find and follow, {:.1} ms to describe",
        entries.len(),
        1000.0 * times[0] / times[2],
        1000.0 * times[1] / found.max(1) as f64
    );
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    // s2 before s10.
    paths.sort_by_key(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number: u64 = name.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        (number, name)
    });
    paths
}

/// The portrait that is found on a photo of a card with this face.
fn on_card(face: &RgbImage, seed: u64) -> Option<RgbImage> {
    // Whose name is on it does not matter.
    static CARD: LazyLock<RgbImage> = LazyLock::new(|| draw_front(&citizen(0), &FONTS, CARD_WIDTH));
    let page = page("cn_resident_id.front")?;
    let mut card = CARD.clone();
    print_portrait(&mut card, &page.layout, face, seed);
    let style = Severity::Medium.style(page, Split::Test, seed);
    let photo = photograph(&card, &style);
    let quad = Quad(photo.corners.map(|(x, y)| [x, y]));
    portrait(&Photo::new(photo.image).frame(), &quad, &page.layout)
}
