//! Whole scenes: what the tests' camera sees while a person shows a card.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use serde::Serialize;

use crate::card::{draw_back, draw_front};
use crate::citizen::{Citizen, citizens};
use crate::fonts::Fonts;
use crate::photo::{PhotoStyle, draw_backdrop, photograph_on};
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
pub fn frames<'a>(citizen: &Citizen, fonts: &Fonts, showing: &'a Showing) -> impl Iterator<Item = RgbImage> + use<'a> {
    let cards = [draw_front(citizen, fonts, CARD_WIDTH), draw_back(citizen, fonts, CARD_WIDTH)];
    let backdrop = draw_backdrop(&showing.style);
    let side = showing.fps * showing.seconds;
    let gap = showing.fps / 2;
    (0..2 * (side + gap)).map(move |frame| {
        let (card, moment) = (frame / (side + gap), frame % (side + gap));
        let mut style = moved(&showing.style, frame);
        if moment >= side {
            style.coverage = 0.0;
        }
        let noise = showing.style.seed.wrapping_mul(1009).wrapping_add(u64::from(frame));
        photograph_on(&backdrop, &cards[usize::from(card == 1)], &style, noise).image
    })
}

/// The style with the slight movement of a hand at `frame`.
fn moved(style: &PhotoStyle, frame: u32) -> PhotoStyle {
    #[expect(clippy::cast_precision_loss, reason = "a video has a few hundred frames")]
    let t = frame as f32;
    let sway = |speed: f32, phase: f32| (t * speed + phase).sin();
    PhotoStyle {
        centre: (style.centre.0 + 0.002 * sway(0.37, 0.0), style.centre.1 + 0.003 * sway(0.29, 1.0)),
        rotation: style.rotation + 0.25 * sway(0.23, 2.0),
        tilt: (style.tilt.0 + 0.4 * sway(0.19, 3.0), style.tilt.1 + 0.4 * sway(0.31, 4.0)),
        coverage: style.coverage * (1.0 + 0.012 * sway(0.17, 5.0)),
        ..style.clone()
    }
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
