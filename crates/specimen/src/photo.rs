//! Phone-like photos of a card, with the true corners.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use crate::backdrop::{Backdrop, draw_backdrop};
use crate::canvas::byte;
use crate::dice::Dice;
use crate::hand::{Finger, draw_finger, thumb};
use crate::noise::{count, f32_of, hash, size, smooth};
use crate::warp::{Unwarp, area, bilinear, outside_card, place, touched, well_inside};

/// A reflection of a lamp on the card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Middle, as fractions of the card.
    pub at: (f32, f32),
    /// Radius as a fraction of the card's width.
    pub radius: f32,
    /// How far the middle goes to white: 1 is white, above it the washed-out part grows.
    pub strength: f32,
}

impl Spot {
    /// How far it takes a point of the card, in fractions of it, to white: 0 to 1. `aspect` is the card's height over its
    /// width.
    pub(crate) fn white_at(&self, (u, v): (f32, f32), aspect: f32) -> f32 {
        let (dx, dy) = ((u - self.at.0) / self.radius, (v - self.at.1) * aspect / self.radius);
        let away = dx * dx + dy * dy;
        if away < 9.0 { (self.strength * (-away * 1.6).exp()).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// How a photo is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoStyle {
    /// Decides texture, noise and everything else that has no field of its own.
    pub seed: u64,
    /// Width and height of the photo in pixels.
    pub frame: (u32, u32),
    /// Share of the photo that the card covers, 0 to 1; 0 leaves the card out.
    pub coverage: f32,
    /// Where the card's middle lies, in fractions of the frame.
    pub centre: (f32, f32),
    /// Radius of its corners, as a fraction of its width; a card's is 3.18 mm of 85.6 mm (ISO/IEC 7810).
    pub corner: f32,
    /// Turn in the picture's plane, degrees clockwise.
    pub rotation: f32,
    /// Tilt around the card's horizontal and vertical axis, degrees.
    pub tilt: (f32, f32),
    /// What the card lies on.
    pub backdrop: Backdrop,
    /// Exposure: 1 is right.
    pub exposure: f32,
    /// Difference of light between one side of the photo and the other, 0 to 1.
    pub gradient: f32,
    /// Direction from which the light comes, degrees.
    pub light_from: f32,
    /// Darkness of the shadow that a hand or phone throws over the photo, 0 to 1.
    pub shadow: f32,
    /// Reflection on the card.
    pub glare: Option<Spot>,
    /// Tip of a thumb that holds the card from below, as fractions of the card.
    pub thumb: Option<(f32, f32)>,
    /// Fingers over the card's edge.
    pub fingers: Vec<Finger>,
    /// Radius of the blur, photo pixels (standard deviation).
    pub blur: f32,
    /// How far the picture moves while the shutter is open, photo pixels.
    pub motion: (f32, f32),
    /// Standard deviation of the sensor's noise, in steps of 255.
    pub noise: f32,
    /// Gains of red, green, blue.
    pub white_balance: [f32; 3],
    /// Quality of the JPEG that the photo goes through, 1 to 100; 0 skips it.
    pub jpeg_quality: u8,
}

/// A fault that must be refused or answered with a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Out of focus.
    Blurred,
    /// A lamp's reflection over fields.
    Glare,
    /// A thumb over fields.
    Covered,
    /// Far too little light.
    Dark,
    /// Washed out.
    Bright,
    /// A side of the card is outside the picture.
    CutOff,
    /// Taken from too far away.
    Small,
    /// Taken from the side.
    Steep,
    /// No card at all.
    Empty,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 9] = [
        Self::Blurred,
        Self::Glare,
        Self::Covered,
        Self::Dark,
        Self::Bright,
        Self::CutOff,
        Self::Small,
        Self::Steep,
        Self::Empty,
    ];

    /// The fault's name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blurred => "blurred",
            Self::Glare => "glare",
            Self::Covered => "covered",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::CutOff => "cut_off",
            Self::Small => "small",
            Self::Steep => "steep",
            Self::Empty => "empty",
        }
    }
}

/// [`PhotoStyle::corner`] of a card.
const CARD_CORNER: f32 = 3.18 / 85.6;

impl PhotoStyle {
    /// A good photo, 1280 × 720, as a careful person takes it.
    #[must_use]
    pub fn phone(seed: u64) -> Self {
        let mut dice = Dice::new("phone", seed);
        Self {
            seed,
            frame: (1280, 720),
            coverage: dice.between(0.4, 0.58),
            centre: (dice.between(0.48, 0.52), dice.between(0.47, 0.53)),
            corner: CARD_CORNER,
            rotation: dice.between(-3.5, 3.5),
            tilt: (dice.between(-7.0, 7.0), dice.between(-7.0, 7.0)),
            backdrop: [Backdrop::Wood, Backdrop::Desk, Backdrop::Cloth, Backdrop::Clutter][dice.index(4)],
            exposure: dice.between(0.84, 0.96),
            gradient: dice.between(0.04, 0.18),
            light_from: dice.between(0.0, 360.0),
            shadow: dice.between(0.0, 0.15),
            glare: None,
            thumb: None,
            fingers: Vec::new(),
            motion: (0.0, 0.0),
            blur: dice.between(0.35, 0.7),
            noise: dice.between(1.0, 3.0),
            white_balance: [dice.between(0.96, 1.04), 1.0, dice.between(0.94, 1.04)],
            jpeg_quality: 88,
        }
    }

    /// A good photo with the phone upright, 720 × 1280.
    #[must_use]
    pub fn phone_upright(seed: u64) -> Self {
        let mut dice = Dice::new("upright", seed);
        Self { frame: (720, 1280), coverage: dice.between(0.24, 0.3), ..Self::phone(seed) }
    }

    /// A photo of a still camera or a scanner's file, 2400 × 1800.
    #[must_use]
    pub fn still(seed: u64) -> Self {
        Self { frame: (2400, 1800), ..Self::phone(seed) }
    }

    /// A photo with one fault and no other.
    #[must_use]
    pub fn bad(fault: Fault, seed: u64) -> Self {
        let good = Self::phone(seed);
        let mut dice = Dice::new("bad", seed);
        match fault {
            Fault::Blurred => Self { blur: 5.0, ..good },
            Fault::Glare => {
                let at = (dice.between(0.3, 0.5), dice.between(0.35, 0.6));
                Self { glare: Some(Spot { at, radius: 0.2, strength: 1.8 }), ..good }
            }
            Fault::Covered => {
                // Over the last digits of the number, or over its label.
                let across = if dice.chance(50) { dice.between(0.56, 0.68) } else { dice.between(0.16, 0.24) };
                Self { thumb: Some((across, dice.between(0.7, 0.76))), ..good }
            }
            Fault::Dark => Self { exposure: 0.16, noise: 4.0, ..good },
            Fault::Bright => Self { exposure: 2.4, ..good },
            Fault::CutOff => Self { centre: (if dice.chance(50) { 0.14 } else { 0.86 }, 0.5), ..good },
            Fault::Small => Self { coverage: 0.05, ..good },
            Fault::Steep => Self { tilt: (6.0, 52.0), coverage: 0.3, ..good },
            Fault::Empty => Self { coverage: 0.0, ..good },
        }
    }
}

/// A photo and what is true about it.
#[derive(Clone)]
pub struct Photo {
    /// The photo, after its JPEG.
    pub image: RgbImage,
    /// The JPEG itself; empty where [`PhotoStyle::jpeg_quality`] is 0.
    pub jpeg: Vec<u8>,
    /// The card's corners in photo pixels: top left, top right, bottom right, bottom left of the card as it is read. A
    /// card's corners are round; these are where its straight edges would meet. All zero where no card is.
    pub corners: [(f32, f32); 4],
}

/// Photographs `card`.
#[must_use]
pub fn photograph(card: &RgbImage, style: &PhotoStyle) -> Photo {
    photograph_on(draw_backdrop(style), card, style, style.seed)
}

/// [`photograph`] on a backdrop drawn before, with a noise of its own: one frame of a video.
pub(crate) fn photograph_on(backdrop: RgbImage, card: &RgbImage, style: &PhotoStyle, noise_seed: u64) -> Photo {
    let mut image = backdrop;
    let mut corners = [(0.0, 0.0); 4];
    if style.coverage > 0.0 {
        let aspect = size(card.dimensions()).1 / size(card.dimensions()).0;
        corners = place(aspect, style);
        drop_shadow(&mut image, corners, aspect, style);
        lay(&mut image, card, corners, style);
        let thumb = style.thumb.map(|tip| thumb(tip, style.seed));
        for finger in thumb.iter().chain(&style.fingers) {
            draw_finger(&mut image, corners, finger, style.seed);
        }
    }
    light(&mut image, style);
    Photo { corners, ..finish(image, style, noise_seed) }
}

/// What lens, sensor and file make of the light: shake, blur, noise and JPEG. The corners are all zero.
pub(crate) fn finish(mut image: RgbImage, style: &PhotoStyle, noise_seed: u64) -> Photo {
    if style.motion.0.abs().max(style.motion.1.abs()) >= 1.0 {
        image = smear(&image, style.motion);
    }
    if style.blur > 0.0 {
        image = image::imageops::blur(&image, style.blur);
    }
    sense(&mut image, style, noise_seed);
    let mut jpeg = Vec::new();
    if style.jpeg_quality > 0 {
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, style.jpeg_quality);
        let written = image.write_with_encoder(encoder);
        let decoded = written.and_then(|()| image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg));
        if let Ok(decoded) = decoded {
            image = decoded.into_rgb8();
        }
    }
    Photo { image, jpeg, corners: [(0.0, 0.0); 4] }
}

/// The card's own soft shadow on what it lies on.
fn drop_shadow(image: &mut RgbImage, corners: [(f32, f32); 4], aspect: f32, style: &PhotoStyle) {
    let edge = area(corners).sqrt();
    let reach = 0.014 * edge;
    let (dy, dx) = (style.light_from.to_radians() + std::f32::consts::PI).sin_cos();
    let moved = corners.map(|(x, y)| (x + dx * reach * 0.5, y + dy * reach * 0.5));
    let unwarp = Unwarp::new(moved);
    let (rows, columns) = touched(style.frame, moved, reach * 2.0);
    for y in rows {
        for x in columns.clone() {
            let (u, v) = unwarp.at(f32_of(x) + 0.5, f32_of(y) + 0.5);
            // The card will lie there.
            if well_inside(u, v * aspect, aspect) {
                continue;
            }
            // The outline's own unit is the card's width; √aspect of it is the edge of a square of the card's area.
            let outside = outside_card(u, v * aspect, aspect, style.corner) * edge / aspect.sqrt();
            let dark = 0.5 * (1.0 - (outside / (1.6 * reach)).clamp(0.0, 1.0)).powi(2);
            for part in &mut image.get_pixel_mut(x, y).0 {
                *part = byte(f32::from(*part) * (1.0 - dark));
            }
        }
    }
}

/// Draws the card into the photo: the more samples a pixel, the more it shrinks.
fn lay(image: &mut RgbImage, card: &RgbImage, corners: [(f32, f32); 4], style: &PhotoStyle) {
    let unwarp = Unwarp::new(corners);
    let (card_width, card_height) = size(card.dimensions());
    let aspect = card_height / card_width;
    let (rows, columns) = touched(image.dimensions(), corners, 1.0);
    let shrinks = card_width * card_height / area(corners);
    let samples: &[(f32, f32)] = match shrinks {
        ..1.65 => &TWO,
        ..1.8 => &FOUR,
        _ => &NINE,
    };
    for y in rows {
        for x in columns.clone() {
            let mut sum = [0.0; 3];
            let mut covered = 0.0;
            // A pixel well inside the outline needs no more tests of it.
            let pixel = unwarp.around(f32_of(x) + 0.5, f32_of(y) + 0.5);
            let deep = well_inside(pixel.at.0, pixel.at.1 * aspect, aspect);
            for &(sx, sy) in samples {
                let (u, v) = pixel.beside(sx - 0.5, sy - 0.5);
                let outside = if deep { -1.0 } else { outside_card(u, v * aspect, aspect, style.corner) };
                if outside > 0.0 {
                    continue;
                }
                covered += 1.0;
                let mut colour = bilinear(card, u * card_width - 0.5, v * card_height - 0.5);
                // The cut edge of the plastic takes less light.
                if outside > -0.0022 {
                    colour = colour.map(|part| part * 0.88);
                }
                if let Some(spot) = style.glare {
                    let white = spot.white_at((u, v), aspect);
                    for part in &mut colour {
                        *part += (255.0 - *part) * white;
                    }
                }
                for (total, part) in sum.iter_mut().zip(colour) {
                    *total += part;
                }
            }
            if covered > 0.0 {
                let share = covered / count(samples.len());
                for (part, total) in image.get_pixel_mut(x, y).0.iter_mut().zip(sum) {
                    *part = byte(f32::from(*part) * (1.0 - share) + total / count(samples.len()));
                }
            }
        }
    }
}

/// A rotated grid of nine: no two samples share a row or a column.
const NINE: [(f32, f32); 9] = [
    (0.056, 0.278),
    (0.167, 0.611),
    (0.278, 0.944),
    (0.389, 0.167),
    (0.5, 0.5),
    (0.611, 0.833),
    (0.722, 0.056),
    (0.833, 0.389),
    (0.944, 0.722),
];
/// Likewise of two and four.
const TWO: [(f32, f32); 2] = [(0.25, 0.25), (0.75, 0.75)];
const FOUR: [(f32, f32); 4] = [(0.125, 0.625), (0.375, 0.125), (0.625, 0.875), (0.875, 0.375)];

/// The mean of the picture along a movement.
#[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
fn smear(image: &RgbImage, (dx, dy): (f32, f32)) -> RgbImage {
    const STEPS: [f32; 5] = [-0.5, -0.25, 0.0, 0.25, 0.5];
    let (width, height) = (image.width() as usize, image.height() as usize);
    let from = image.as_raw();
    let mut to = Vec::with_capacity(from.len());
    let mut sums = vec![0_u16; width * 3];
    for y in 0..height {
        sums.fill(0);
        for step in STEPS {
            let (right, down) = ((step * dx).round() as isize, (step * dy).round() as isize);
            let row = y.saturating_add_signed(down).min(height - 1) * width * 3;
            let Some(row) = from.get(row..row + width * 3) else { continue };
            // What the movement would take from beyond an edge is left where it is.
            let (skip, take) = if right < 0 { (right.unsigned_abs() * 3, 0) } else { (0, right.unsigned_abs() * 3) };
            let (skip, take) = (skip.min(row.len()), take.min(row.len()));
            let moved = row.len() - skip - take;
            for (sum, part) in sums[skip..skip + moved].iter_mut().zip(&row[take..take + moved]) {
                *sum += u16::from(*part);
            }
            for (sum, part) in sums[..skip].iter_mut().zip(&row[..skip]) {
                *sum += u16::from(*part);
            }
            for (sum, part) in sums[skip + moved..].iter_mut().zip(&row[skip + moved..]) {
                *sum += u16::from(*part);
            }
        }
        to.extend(sums.iter().map(|sum| u8::try_from(sum / 5).unwrap_or(u8::MAX)));
    }
    RgbImage::from_raw(image.width(), image.height(), to).unwrap_or_default()
}

/// Exposure, light that falls off to one side, a cast shadow, the lens's vignette and the white balance.
fn light(image: &mut RgbImage, style: &PhotoStyle) {
    let (width, height) = size(style.frame);
    let (dy, dx) = style.light_from.to_radians().sin_cos();
    let mut dice = Dice::new("shadow", style.seed);
    let edge = dice.between(-0.1, 0.35);
    let (sy, sx) = dice.between(0.0, std::f32::consts::TAU).sin_cos();
    let gain = |x: f32, y: f32| {
        let (u, v) = (x / width - 0.5, y / height - 0.5);
        let slope = 1.0 + style.gradient * (u * dx + v * dy) * 2.0;
        let cast = 1.0 - style.shadow * smooth((u * sx + v * sy - edge) / 0.12);
        let vignette = 1.0 - 0.12 * (u * u + v * v) * 2.0;
        style.exposure * slope * cast * vignette
    };
    let row = image.width() as usize * 3;
    // Light changes slowly: once for every four pixels is enough.
    for (pixels, y) in image.chunks_exact_mut(row).zip(0_u32..) {
        for (four, x) in pixels.chunks_mut(12).zip((0_u32..).step_by(4)) {
            let gain = gain(f32_of(x), f32_of(y));
            let balance = style.white_balance;
            let gains: [f32; 12] = std::array::from_fn(|part| gain * balance[part % 3]);
            for (part, gain) in four.iter_mut().zip(gains) {
                *part = byte(f32::from(*part) * gain);
            }
        }
    }
}

/// The sensor's noise: a little more of it where there is less light.
fn sense(image: &mut RgbImage, style: &PhotoStyle, seed: u64) {
    if style.noise <= 0.0 {
        return;
    }
    for (x, y, Rgb(parts)) in image.enumerate_pixels_mut() {
        let mut bits = hash(x, y, seed);
        for part in parts {
            // Four uniform bytes sum up to something close enough to a normal deviate: mean 510, deviation 147.8.
            let sum: u32 = (0..4).map(|i| (bits >> (8 * i)) & 0xff).sum();
            bits = bits.wrapping_mul(0x9E37_79B1) ^ (bits >> 13);
            let deviate = (f32_of(sum) - 510.0) / 147.8;
            let level = f32::from(*part);
            *part = byte(level + deviate * style.noise * (1.25 - level / 510.0));
        }
    }
}
