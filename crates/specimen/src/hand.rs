//! Fingers over a card.

use image::RgbImage;

use crate::canvas::byte;
use crate::dice::Dice;
use crate::noise::{f32_of, smooth};
use crate::warp::touched;

/// A finger over a card, in fractions of the card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finger {
    /// The tip.
    pub tip: (f32, f32),
    /// A point along it, far outside the card.
    pub from: (f32, f32),
    /// Its width over the card's: a thumb is some 20 mm wide, a card 85.6 mm.
    pub width: f32,
}

/// A thumb that holds the card from below.
pub(crate) fn thumb(tip: (f32, f32), seed: u64) -> Finger {
    let mut dice = Dice::new("thumb", seed);
    // The first throw is the skin's.
    dice.index(4);
    Finger { tip, from: (tip.0 + dice.between(-0.25, 0.25), tip.1 + 1.2), width: 20.0 / 85.6 }
}

/// Draws `finger` over a card with these corners; all fingers of a seed have one skin.
pub(crate) fn draw_finger(image: &mut RgbImage, corners: [(f32, f32); 4], finger: &Finger, seed: u64) {
    let mut dice = Dice::new("thumb", seed);
    let skins: [[f32; 3]; 4] =
        [[226.0, 178.0, 150.0], [208.0, 158.0, 126.0], [186.0, 134.0, 104.0], [238.0, 196.0, 170.0]];
    let skin = skins[dice.index(skins.len())];
    let at = |u: f32, v: f32| {
        // Bilinear between the corners: perspective makes no difference to a thumb.
        let [a, b, c, d] = corners;
        let mix = |a: f32, b: f32, c: f32, d: f32| (a * (1.0 - u) + b * u) * (1.0 - v) + (d * (1.0 - u) + c * u) * v;
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    };
    let width = (corners[1].0 - corners[0].0).hypot(corners[1].1 - corners[0].1);
    let radius = width * finger.width / 2.0;
    // The middle of the rounded tip, and a joint far below the card.
    let (near, far) = (at(finger.tip.0, finger.tip.1), at(finger.from.0, finger.from.1));
    let axis = (far.0 - near.0, far.1 - near.1);
    let length = axis.0.hypot(axis.1);
    let (along, across) = ((axis.0 / length, axis.1 / length), (-axis.1 / length, axis.0 / length));
    let start = (near.0 + along.0 * radius, near.1 + along.1 * radius);
    let (rows, columns) = touched(image.dimensions(), [near, far, start, far], 1.6 * radius);
    for (x, y) in rows.flat_map(|y| columns.clone().map(move |x| (x, y))) {
        let pixel = image.get_pixel_mut(x, y);
        let (dx, dy) = (f32_of(x) + 0.5 - start.0, f32_of(y) + 0.5 - start.1);
        let (down, side) = (dx * along.0 + dy * along.1, dx * across.0 + dy * across.1);
        // A thumb grows a little wider towards the hand.
        let wide = radius * (1.0 + 0.12 * (down / (3.0 * radius)).clamp(0.0, 1.0));
        let away = if down < 0.0 { down.hypot(side) } else { side.abs() };
        let shade = 0.35 * (1.0 - smooth((away - wide) / (0.35 * radius)));
        if away > wide + 1.0 && shade <= 0.0 {
            continue;
        }
        // Round like a cylinder, with the nail on its back.
        let round = (1.0 - (away / wide).powi(2)).max(0.0).sqrt();
        let nail = ((down - 0.15 * radius) / (0.75 * radius)).hypot(side / (0.62 * radius));
        let mut colour = skin.map(|part| part * (0.55 + 0.45 * round));
        let shine = 1.0 - smooth((nail - 0.94) / 0.12);
        for (part, light) in colour.iter_mut().zip([1.05, 1.02, 1.04]) {
            *part = *part * (1.0 - shine) + (*part * light + 12.0) * shine;
        }
        let cover = (wide - away + 0.5).clamp(0.0, 1.0);
        for (under, part) in pixel.0.iter_mut().zip(colour) {
            *under = byte(f32::from(*under) * (1.0 - shade) * (1.0 - cover) + part * cover);
        }
    }
}
