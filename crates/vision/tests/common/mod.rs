//! What the tests share: the models, the fonts, and photos of drawn cards.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::ops::RangeBounds;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use image::RgbImage;
use shiming_identity::Date;
use shiming_identity::document::{DocumentKind, FieldName, FormatParameters, Page, Side, layouts};
use shiming_specimen::{Citizen, Fonts, PhotoStyle, citizen, draw_back, draw_front, hold_in_place, photograph};
use shiming_vision::face::{Describer, Faces};
use shiming_vision::{Frame, FrameReport, Models, Photo, Reader};

/// The day on which the tests read.
pub fn today() -> Date {
    Date::new(2026, 11, 22).unwrap()
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of `models/`.
fn model(name: &str) -> Vec<u8> {
    std::fs::read(root().join("models").join(name)).unwrap()
}

/// The reader as it ships, with every model.
pub static READER: LazyLock<Reader> = LazyLock::new(|| {
    let [finder, sorter, grain, narrow, recogniser] =
        ["finder.onnx", "sorter.onnx", "grain.onnx", "narrow.onnx", "recogniser.onnx"].map(model);
    let recogniser = Some(recogniser.as_slice());
    Reader::new(Models { finder: &finder, sorter: &sorter, grain: &grain, narrow: &narrow, recogniser }).unwrap()
});

/// What the camera's guide says of a frame.
pub fn inspect(frame: &Frame<'_>, format: &FormatParameters) -> FrameReport {
    READER.scout().inspect(frame, format).unwrap()
}

/// The default parameters of any page.
#[allow(clippy::unnecessary_wraps, reason = "as readers take it")]
pub fn any_format(page: &Page) -> Option<FormatParameters> {
    Some(page.layout.format.clone())
}

pub static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::load(&root().join("node_modules")).unwrap());

/// The default parameters of both sides.
pub fn formats() -> Vec<FormatParameters> {
    layouts(DocumentKind::CnResidentId).into_iter().map(|layout| layout.format).collect()
}

pub fn format_of(side: Side) -> FormatParameters {
    formats().into_iter().find(|format| format.side == side).unwrap()
}

pub fn draw(citizen: &Citizen, side: Side) -> RgbImage {
    match side {
        Side::Front => draw_front(citizen, &FONTS, 1600),
        Side::Back => draw_back(citizen, &FONTS, 1600),
    }
}

/// The photo of a citizen's card.
pub fn photo(index: usize, side: Side, style: &PhotoStyle) -> shiming_specimen::Photo {
    photograph(&draw(&citizen(index), side), style)
}

/// The seed of a citizen's photo of one side.
pub fn seed(index: usize, side: Side) -> u64 {
    index as u64 * 2 + u64::from(side == Side::Back)
}

/// A worse photo than a helpful camera takes: turned by up to 12°, tilted by up to 15°, dimmer and noisier.
pub fn moderate(seed: u64) -> PhotoStyle {
    // A number from −1 to 1 that depends on the seed and which one it is.
    let dice = |which: u64| {
        let mixed = (seed * 16 + which + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        f32::from(((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 48) as u16) / 32_768.0 - 1.0
    };
    let rotation = 12.0 * dice(1);
    PhotoStyle {
        // Turned cards must be smaller to stay whole.
        coverage: 0.44 + 0.09 * dice(0) - 0.008 * rotation.abs(),
        rotation,
        tilt: (15.0 * dice(2), 15.0 * dice(3)),
        gradient: 0.15 + 0.1 * dice(4),
        shadow: 0.15 + 0.15 * dice(5),
        blur: 0.7 + 0.3 * dice(6),
        noise: 3.5 + 2.0 * dice(7),
        exposure: 0.88 + 0.1 * dice(8),
        ..PhotoStyle::phone(seed)
    }
}

/// What is printed on a side.
pub fn truth(citizen: &Citizen, side: Side) -> Vec<(FieldName, &str)> {
    match side {
        Side::Front => vec![
            (FieldName::Name, &citizen.name),
            (FieldName::Sex, &citizen.sex),
            (FieldName::Ethnicity, &citizen.ethnicity),
            (FieldName::BirthDate, &citizen.birth_date),
            (FieldName::Address, &citizen.address),
            (FieldName::IdNumber, &citizen.id_number),
        ],
        Side::Back => vec![
            (FieldName::Issuer, &citizen.issuer),
            (FieldName::ValidFrom, &citizen.valid_from),
            (FieldName::ValidUntil, &citizen.valid_until),
        ],
    }
}

/// The photo as the reader takes it, from the bytes that the camera wrote.
pub fn decoded(photo: &shiming_specimen::Photo) -> Photo {
    shiming_vision::decode(&photo.jpeg, &formats()[0].pixels).unwrap()
}

/// What faces are found and followed with.
pub static FACES: LazyLock<Faces> =
    LazyLock::new(|| Faces::new(&model("face_finder.onnx"), &model("face_mesh.onnx")).unwrap());

/// What they are described with.
pub static DESCRIBER: LazyLock<Describer> = LazyLock::new(|| Describer::new(model("face_describer.onnx")).unwrap());

/// Frames with their milliseconds.
pub type Clip = Vec<(u32, RgbImage)>;

/// Until then, milliseconds, people in clips are at rest for long enough to be described; they act from 900 on.
pub const AT_REST: u32 = 600;

/// The clip of a person, with a picture held up in their place meanwhile, its eyes where theirs are at first: no leap gives
/// it away.
pub fn stand_in(clip: &[(u32, RgbImage)], picture: &RgbImage, meanwhile: impl RangeBounds<u32>) -> Clip {
    let (from, to) = (eyes(picture), eyes(&clip[0].1));
    let held = |now: u32| hold_in_place(picture, from, to, u64::from(now));
    clip.iter().map(|(now, own)| (*now, if meanwhile.contains(now) { held(*now) } else { own.clone() })).collect()
}

/// Outer corners of the right and the left eye, pixels.
fn eyes(picture: &RgbImage) -> [[f32; 2]; 2] {
    let photo = Photo::new(picture.clone());
    let landmarks = FACES.largest(&photo.frame()).unwrap().unwrap();
    [33, 263].map(|index| [landmarks.points()[index][0], landmarks.points()[index][1]])
}
