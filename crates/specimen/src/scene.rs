//! Whole scenes: what the tests' camera sees while a person shows a card.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use serde::Serialize;

use crate::backdrop::draw_backdrop;
use crate::card::{draw_back, draw_front};
use crate::citizen::{Citizen, citizens};
use crate::fonts::Fonts;
use crate::photo::{PhotoStyle, photograph_on};
use crate::portrait::portrait_jpeg;

/// Width in pixels at which cards are drawn before they are photographed.
pub const CARD_WIDTH: u32 = 1600;

/// How a video is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    /// The photo that every frame is a variation of.
    pub style: PhotoStyle,
    /// Frames a second.
    pub fps: u32,
    /// Seconds of each side; the card is away for half a second between them.
    pub seconds: u32,
}

impl Showing {
    /// Front for four seconds, then back for four; ten frames a second.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self { style: PhotoStyle { jpeg_quality: 0, ..PhotoStyle::phone(seed) }, fps: 10, seconds: 4 }
    }
}

/// The frames of a hand showing the front, then the back; a player repeats them.
///
/// The hand's movement repeats every second, so that a video costs two seconds' worth of drawing however long it is.
pub fn frames(citizen: &Citizen, fonts: &Fonts, showing: &Showing) -> impl Iterator<Item = RgbImage> + use<> {
    let backdrop = draw_backdrop(&showing.style);
    let second = |card: &RgbImage, side: u32| -> Vec<RgbImage> {
        let frames = 0..showing.fps;
        frames.map(|frame| frame_of(card, &backdrop, &showing.style, frame, showing.fps, side)).collect()
    };
    let front = second(&draw_front(citizen, fonts, CARD_WIDTH), 0);
    let back = second(&draw_back(citizen, fonts, CARD_WIDTH), 1);
    let away = PhotoStyle { coverage: 0.0, ..showing.style.clone() };
    let away = photograph_on(backdrop.clone(), &RgbImage::new(1, 1), &away, showing.style.seed).image;
    let (seconds, gap) = (showing.seconds as usize, (showing.fps / 2) as usize);
    [front, back].into_iter().flat_map(move |second| {
        let length = second.len() * seconds;
        second.into_iter().cycle().take(length).chain(std::iter::repeat_n(away.clone(), gap))
    })
}

/// One frame: the slight movement of a hand, and noise of its own.
fn frame_of(card: &RgbImage, backdrop: &RgbImage, style: &PhotoStyle, frame: u32, fps: u32, side: u32) -> RgbImage {
    #[expect(clippy::cast_precision_loss, reason = "a second has a few dozen frames")]
    let turn = frame as f32 / fps.max(1) as f32 * std::f32::consts::TAU;
    let sway = |times: f32, phase: f32| (turn * times + phase).sin();
    let moved = PhotoStyle {
        centre: (style.centre.0 + 0.002 * sway(1.0, 0.0), style.centre.1 + 0.003 * sway(1.0, 1.0)),
        rotation: style.rotation + 0.25 * sway(1.0, 2.0),
        tilt: (style.tilt.0 + 0.4 * sway(1.0, 3.0), style.tilt.1 + 0.4 * sway(2.0, 4.0)),
        coverage: style.coverage * (1.0 + 0.01 * sway(1.0, 5.0)),
        ..style.clone()
    };
    let noise = style.seed.wrapping_mul(1009).wrapping_add(u64::from(2 * frame + side));
    photograph_on(backdrop.clone(), card, &moved, noise).image
}

/// A citizen as the sandbox's register is seeded with.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Who.
    #[serde(flatten)]
    pub citizen: Citizen,
    /// The register's photo: JPEG of at most 6 KiB, base64.
    pub portrait: String,
}

/// The first `n` citizens with their portraits.
#[must_use]
pub fn register(n: usize) -> Vec<Entry> {
    citizens(n)
        .into_iter()
        .map(|citizen| Entry { portrait: STANDARD.encode(portrait_jpeg(&citizen)), citizen })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_shows_front_then_nothing_then_back() {
        let fonts = Fonts::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")).unwrap();
        let small = PhotoStyle { frame: (160, 90), ..Showing::of(1).style };
        let showing = Showing { style: small, fps: 4, seconds: 2 };
        let frames: Vec<RgbImage> = frames(&crate::citizen(1), &fonts, &showing).collect();
        assert_eq!(frames.len(), 2 * (8 + 2));
        // The card is far brighter than any backdrop.
        let middle = |frame: &RgbImage| frame.get_pixel(80, 45).0.map(u16::from).iter().sum::<u16>();
        let shown: Vec<bool> = frames.iter().map(|frame| middle(frame) > 450).collect();
        let side = [true, true, true, true, true, true, true, true, false, false];
        assert_eq!(shown, [side, side].concat());
        assert_ne!(frames[0], frames[1], "a hand is never still");
        assert_ne!(frames[0], frames[10], "the back is not the front");
    }

    #[test]
    fn the_register_holds_everybody_with_a_portrait() {
        let entries = register(3);
        let text = serde_json::to_value(&entries).unwrap();
        assert_eq!(text[2]["name"], "阿依古丽·买买提");
        let jpeg = STANDARD.decode(text[2]["portrait"].as_str().unwrap()).unwrap();
        assert_eq!(image::load_from_memory(&jpeg).unwrap().width(), 240);
    }
}
