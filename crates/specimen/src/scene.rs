//! Whole scenes: what the tests' camera sees while a person shows a card.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use serde::Serialize;
use shiming_identity::document::{Box2, DocumentKind, Layout, Side, layouts};

use crate::backdrop::draw_backdrop;
use crate::card::{draw_back, draw_front};
use crate::citizen::{Citizen, citizens};
use crate::fonts::Fonts;
use crate::mark::mark;
use crate::noise::{count, size};
use crate::photo::{PhotoStyle, Spot, photograph_on};
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

/// A frame of a video that is taken by hand.
#[derive(Clone)]
pub struct HeldFrame {
    /// The frame. Its number in the video, from 0, is in its corner ([`crate::mark`]).
    pub image: RgbImage,
    /// The side that is being shown, or was just taken away.
    pub side: Side,
    /// Whether it is fit to be read.
    pub fitness: Fitness,
}

/// How fit a frame is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fitness {
    /// The whole card, sharp, held still, and no reflection on anything that is printed.
    Good,
    /// Not so good, and yet everything is to be seen: a little out of focus, or a reflection beside what is printed.
    Fair,
    /// Something cannot be seen: no automatic shot may take it.
    Bad,
}

/// Seconds of a side that is shown by hand before it is good for long.
pub const UNTIL_GOOD: f32 = 2.8;

/// The frames of a hand that has trouble: for each side the card comes into view (0.8 s), the focus hunts (1.2 s), a
/// reflection passes over it (0.8 s), and then it is held as still as hands can, until `showing`'s seconds are over; the card
/// is away for half a second between the sides. Every frame is drawn anew.
pub fn handheld(citizen: &Citizen, fonts: &Fonts, showing: &Showing) -> impl Iterator<Item = HeldFrame> + use<> {
    let backdrop = draw_backdrop(&showing.style);
    let sides = [draw_front(citizen, fonts, CARD_WIDTH), draw_back(citizen, fonts, CARD_WIDTH)];
    let layouts = layouts(DocumentKind::CnResidentId);
    let (style, fps, frames) = (showing.style.clone(), showing.fps.max(1), showing.fps * showing.seconds);
    let gap = fps / 2;
    (0..2 * (frames + gap)).map(move |frame| {
        let (side, frame_of_side) = (usize::from(frame >= frames + gap), frame % (frames + gap));
        let away = frame_of_side >= frames;
        #[expect(clippy::cast_precision_loss, reason = "a video has some hundred frames")]
        let (taken, calm) = held(&style, frame_of_side as f32 / fps as f32);
        let taken = PhotoStyle { coverage: if away { 0.0 } else { taken.coverage }, ..taken };
        let noise = style.seed.wrapping_mul(2003).wrapping_add(u64::from(frame));
        let mut photo = photograph_on(backdrop.clone(), &sides[side], &taken, noise);
        let (width, height) = size(taken.frame);
        let whole = !away && photo.corners.iter().all(|&(x, y)| x > 0.0 && y > 0.0 && x < width && y < height);
        let fitness = if whole { calm.max(washed(taken.glare, &layouts[side])) } else { Fitness::Bad };
        #[expect(clippy::cast_possible_truncation, reason = "a video has some hundred frames")]
        mark(&mut photo.image, frame as u16);
        HeldFrame { image: photo.image, side: [Side::Front, Side::Back][side], fitness }
    })
}

/// How a side is taken `time` seconds after it began to come into view, and how fit focus and shake are.
fn held(style: &PhotoStyle, time: f32) -> (PhotoStyle, Fitness) {
    let wave = |hertz: f32, phase: f32| (time * hertz * std::f32::consts::TAU + phase).sin();
    // It comes from the right, fast at first.
    let still_to_come = (1.0 - time / 0.8).max(0.0).powi(2);
    let hunting = (0.8..2.0).contains(&time);
    let blur =
        if hunting { style.blur + 3.4 * ((time - 0.8) / 0.6 * std::f32::consts::PI).sin().abs() } else { style.blur };
    // A lamp's reflection crosses the card from left to right.
    let passing = (2.0..UNTIL_GOOD).contains(&time);
    let across = (time - 2.0) / (UNTIL_GOOD - 2.0);
    let glare = passing.then_some(Spot { at: (1.4 * across - 0.2, 0.45), radius: 0.2, strength: 1.7 });
    let shake = if time < 0.8 { 7.0 * still_to_come.sqrt() } else { 0.9 };
    let taken = PhotoStyle {
        centre: (
            style.centre.0 + 0.9 * still_to_come + 0.004 * wave(1.7, 0.0) + 0.002 * wave(6.1, 1.0),
            style.centre.1 + 0.005 * wave(1.3, 2.0) + 0.002 * wave(7.3, 0.5),
        ),
        rotation: style.rotation + 0.8 * wave(0.9, 1.5),
        tilt: (style.tilt.0 + 1.2 * wave(0.8, 0.0), style.tilt.1 + 1.2 * wave(1.1, 4.0)),
        coverage: style.coverage * (1.0 + 0.02 * wave(0.6, 3.0)),
        motion: (shake * wave(3.0, 0.7), 0.5 * shake * wave(4.1, 0.2)),
        blur,
        glare,
        ..style.clone()
    };
    // Strokes are three to four pixels wide.
    let calm = match (taken.blur - style.blur, shake) {
        (blur, shake) if blur < 0.4 && shake < 1.0 => Fitness::Good,
        (blur, shake) if blur < 2.4 && shake < 3.0 => Fitness::Fair,
        _ => Fitness::Bad,
    };
    (taken, calm)
}

/// Fractions of a card's width and height.
type Point = (f32, f32);

/// Middles of everything that is printed on a side: of the characters of labels, of what values begin with, of the quarters of
/// a face and of an emblem.
fn prints(layout: &Layout) -> Vec<Point> {
    let cells = |area: Box2, across: usize, down: usize| {
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        let middle = |place: usize, of: usize| (count(place) + 0.5) / count(of);
        (0..across * down).map(move |cell| {
            (area.left + width * middle(cell % across, across), area.top + height * middle(cell / across, down))
        })
    };
    let labels = layout.labels.iter().flat_map(|label| cells(label.area, label.text.chars().count().max(1), 1));
    let values = layout.slots.iter().flat_map(|slot| {
        cells(Box2 { right: slot.area.left + 0.4 * (slot.area.right - slot.area.left), ..slot.area }, 3, 1)
    });
    let face = layout.portrait.map(|area| {
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        let (left, top) = (area.left + 0.2 * width, area.top + 0.2 * height);
        Box2 { left, top, right: left + 0.6 * width, bottom: top + 0.6 * height }
    });
    let pictures = face.into_iter().chain(layout.emblem).flat_map(|area| cells(area, 2, 2));
    labels.chain(values).chain(pictures).collect()
}

/// What a reflection leaves to be seen of what is printed.
fn washed(glare: Option<Spot>, layout: &Layout) -> Fitness {
    let Some(spot) = glare else { return Fitness::Good };
    let [width, height] = layout.millimetres;
    match prints(layout).into_iter().map(|at| spot.white_at(at, height / width)).fold(0.0, f32::max) {
        white if white < 0.15 => Fitness::Good,
        white if white < 0.7 => Fitness::Fair,
        _ => Fitness::Bad,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::marked;

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
    fn a_hand_has_trouble_and_then_a_good_second() {
        let fonts = Fonts::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")).unwrap();
        let small = PhotoStyle { frame: (160, 90), ..Showing::of(4).style };
        let showing = Showing { style: small, fps: 10, seconds: 5 };
        let frames: Vec<HeldFrame> = handheld(&crate::citizen(1), &fonts, &showing).collect();
        let fit: Vec<Fitness> = frames.iter().map(|frame| frame.fitness).collect();
        assert_eq!(fit.len(), 2 * 55);
        for (number, frame) in (0..).zip(&frames) {
            assert_eq!(marked(&frame.image), Some(number));
            assert_eq!(frame.side, if number < 55 { Side::Front } else { Side::Back });
        }
        for side in fit.chunks(55) {
            assert!(side[..5].iter().all(|fit| *fit == Fitness::Bad), "it is not there yet: {side:?}");
            assert!(side[22..27].iter().all(|fit| *fit == Fitness::Bad), "a reflection is on it: {side:?}");
            assert!(side[28..50].iter().all(|fit| *fit == Fitness::Good), "it is held still: {side:?}");
            assert!(side[50..].iter().all(|fit| *fit == Fitness::Bad), "it is away: {side:?}");
            // The focus passes through, but never stays for a second.
            assert!(side[8..20].iter().filter(|fit| **fit == Fitness::Good).count() < 6, "{side:?}");
            assert!(side[8..20].contains(&Fitness::Bad), "{side:?}");
        }
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
