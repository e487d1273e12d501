//! Documents that are not the document: copies, screens, and what is hidden.

use image::{Rgb, RgbImage, imageops};
use shiming_identity::document::Box2;

use crate::canvas::byte;
use crate::dice::Dice;
use crate::fonts::Fonts;
use crate::hand::Finger;
use crate::noise::{f32_of, hash, size};
use crate::pages::Page;
use crate::photo::{Photo, PhotoStyle, Spot, finish, photograph};
use crate::set::{Shot, drawn};
use crate::severity::Severity;
use crate::split::Split;
use crate::warp::{Unwarp, bilinear, outside_card};

/// What is wrong with a photo that shows a whole document at first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attack {
    /// A colour photocopy on white paper.
    ColourCopy,
    /// A black-and-white photocopy on white paper.
    GreyCopy,
    /// A photo on a screen, photographed again.
    Screen,
    /// Fingers over fields.
    Covered,
    /// Washed out by too much light.
    Overexposed,
}

impl Attack {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::ColourCopy, Self::GreyCopy, Self::Screen, Self::Covered, Self::Overexposed];

    /// The attack's name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ColourCopy => "colour_copy",
            Self::GreyCopy => "grey_copy",
            Self::Screen => "screen",
            Self::Covered => "covered",
            Self::Overexposed => "overexposed",
        }
    }
}

/// Photo `index` of a set of attacks: the people of [`shot`](crate::shot), easy and medium light in turn.
#[must_use]
pub fn attacked(
    page: &'static Page,
    attack: Attack,
    split: Split,
    seed: u64,
    index: usize,
    fonts: &[Fonts],
) -> Option<Shot> {
    let severity = if index.is_multiple_of(2) { Severity::Easy } else { Severity::Medium };
    let (specimen, mut style, names) = drawn(page, severity, split, seed, index, fonts)?;
    let mut dice = Dice::new(attack.name(), style.seed);
    let photo = match attack {
        Attack::ColourCopy => on_paper(&colour_copy(&specimen.image, &mut dice), &mut style),
        Attack::GreyCopy => on_paper(&grey_copy(&specimen.image, &mut dice), &mut style),
        Attack::Screen => {
            // Smaller and nearer to the middle, so that all of it is still there when the screen is turned and tilted.
            const ROOM: f32 = 0.86;
            style.coverage *= ROOM * ROOM;
            style.centre = (0.5 + (style.centre.0 - 0.5) * ROOM, 0.5 + (style.centre.1 - 0.5) * ROOM);
            let shown = photograph(&specimen.image, &PhotoStyle { jpeg_quality: 0, glare: None, ..style.clone() });
            recapture(&shown, &style, &mut dice)
        }
        Attack::Covered => {
            let fields = &page.layout.slots;
            for _ in 0..=dice.index(2) {
                let field = fields.get(dice.index(fields.len()))?;
                style.fingers.push(finger_over(&field.area, page.layout.millimetres, &mut dice));
            }
            photograph(&specimen.image, &style)
        }
        Attack::Overexposed => {
            style.exposure = dice.between(1.9, 2.7);
            style.gradient = dice.between(0.0, 0.2);
            style.shadow = 0.0;
            style.glare = Some(Spot {
                at: (dice.unit(), dice.unit()),
                radius: dice.between(0.2, 0.4),
                strength: dice.between(0.6, 1.4),
            });
            photograph(&specimen.image, &style)
        }
    };
    Some(Shot { photo, truth: specimen.truth, names, style })
}

/// A finger over a field, from the nearest edge.
fn finger_over(field: &Box2, [width, height]: [f32; 2], dice: &mut Dice) -> Finger {
    let x = field.left + (field.right - field.left) * dice.between(0.15, 0.5);
    let y = f32::midpoint(field.top, field.bottom);
    let ways = [
        (x * width, (-1.0, y + 0.3)),
        ((1.0 - x) * width, (2.0, y + 0.3)),
        (y * height, (x + 0.2, -1.3)),
        ((1.0 - y) * height, (x + 0.2, 2.3)),
    ];
    let nearest = ways.into_iter().reduce(|near, way| if way.0 < near.0 { way } else { near });
    let from = nearest.map_or((x, 2.3), |(_, from)| from);
    Finger { tip: (x, y), from, width: dice.between(16.0, 21.0) / width }
}

/// A sheet's width over the card's.
const SHEET: f32 = 1.5;

/// Photographs a copy in the middle of a white sheet; the corners are the copied card's.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
fn on_paper(copy: &RgbImage, style: &mut PhotoStyle) -> Photo {
    let (width, height) = size(copy.dimensions());
    let mut sheet = RgbImage::new((width * SHEET) as u32, (height * SHEET) as u32);
    for (x, y, pixel) in sheet.enumerate_pixels_mut() {
        let grain = (hash(x, y, style.seed) % 7) as u8;
        *pixel = Rgb([242 + grain, 241 + grain, 236 + grain]);
    }
    let (left, top) = (0.5 * (SHEET - 1.0) * width, 0.5 * (SHEET - 1.0) * height);
    let aspect = height / width;
    for (x, y, pixel) in copy.enumerate_pixels() {
        let outside = outside_card(f32_of(x) / width, f32_of(y) / width, aspect, style.corner);
        if outside <= 0.0 {
            // A copier draws the edge of what lies on its glass.
            let edge = if outside > -0.0035 { 0.62 } else { 1.0 };
            let to = sheet.get_pixel_mut(left as u32 + x, top as u32 + y);
            *to = Rgb(pixel.0.map(|part| byte(f32::from(part) * edge)));
        }
    }
    style.coverage *= SHEET * SHEET;
    style.corner = 0.0;
    style.glare = None;
    let mut photo = photograph(&sheet, style);
    let whole = Unwarp::new(photo.corners);
    let (low, high) = (0.5 * (1.0 - 1.0 / SHEET), 0.5 * (1.0 + 1.0 / SHEET));
    photo.corners = [(low, low), (high, low), (high, high), (low, high)].map(|(u, v)| whole.pixel(u, v));
    photo
}

/// A dot screen: −1 to 1, `period` pixels from dot to dot, turned by `angle` radians.
fn dots(x: u32, y: u32, period: f32, angle: f32) -> f32 {
    let (sin, cos) = angle.sin_cos();
    let turn = std::f32::consts::TAU / period;
    let (x, y) = (f32_of(x), f32_of(y));
    0.5 * (((x * cos + y * sin) * turn).cos() + ((y * cos - x * sin) * turn).cos())
}

/// What a black-and-white copier makes of a card: fine pale lines vanish, mid greys become dots, toner strays.
fn grey_copy(card: &RgbImage, dice: &mut Dice) -> RgbImage {
    let (black, white) = (dice.between(35.0, 70.0), dice.between(205.0, 225.0));
    let (period, strength) = (dice.between(2.8, 4.2), dice.between(0.1, 0.3));
    let seed = u64::from(dice.below(u32::MAX));
    let mut copy = imageops::blur(card, dice.between(0.5, 0.9));
    for (x, y, pixel) in copy.enumerate_pixels_mut() {
        let [r, g, b] = pixel.0.map(f32::from);
        let level = ((0.299 * r + 0.587 * g + 0.114 * b - black) / (white - black)).clamp(0.0, 1.0);
        let dotted = level + strength * dots(x, y, period, 0.785) * (4.0 * level * (1.0 - level));
        let toner = 1.0 / (1.0 + (-(dotted - 0.5) * 9.0).exp());
        let stray = if hash(x / 2, y / 2, seed).is_multiple_of(4000) { 0.35 } else { 1.0 };
        *pixel = Rgb([byte((26.0 + 222.0 * toner) * stray); 3]);
    }
    copy
}

/// What a colour copier makes of a card: softer, harder in contrast, in dots of cyan, magenta and yellow, with bands.
fn colour_copy(card: &RgbImage, dice: &mut Dice) -> RgbImage {
    let (contrast, lift) = (dice.between(1.12, 1.35), dice.between(4.0, 16.0));
    let tint = [dice.between(0.95, 1.03), dice.between(0.96, 1.02), dice.between(0.93, 1.02)];
    let (period, strength) = (dice.between(3.4, 5.2), dice.between(14.0, 30.0));
    let band = dice.between(18.0, 60.0);
    let mut copy = imageops::blur(card, dice.between(0.7, 1.1));
    for (x, y, pixel) in copy.enumerate_pixels_mut() {
        let banding = 2.6 * (f32_of(y) / band * std::f32::consts::TAU).sin();
        for (channel, part) in pixel.0.iter_mut().enumerate() {
            let level = (f32::from(*part) - 128.0) * contrast + 128.0 + lift;
            let mid = 1.0 - ((level - 128.0) / 127.0).clamp(-1.0, 1.0).powi(2);
            let dot = dots(x, y, period, [0.26, 1.31, 0.0][channel]) * strength * (0.25 + 0.75 * mid);
            *part = byte((level + dot + banding) * tint[channel]);
        }
    }
    copy
}

/// Photographs a photo on a screen.
///
/// The screen: pixels of three upright stripes, red, green, blue, with dark between them, in steps of which the photo is
/// shown. The camera: each sensor pixel integrates light over its own area through a lens that blurs a little, and sees
/// one colour through its Bayer filter; the other two are interpolated. Where the stripes are finer than every second
/// sensor pixel can resolve, they come back as coarse coloured bands: moiré.
fn recapture(shown: &Photo, style: &PhotoStyle, dice: &mut Dice) -> Photo {
    let (width, height) = size(shown.image.dimensions());
    // Sensor pixels to a screen pixel.
    let pitch = dice.between(1.35, 2.2);
    let stripes = Stripes::new(pitch, dice.between(0.45, 0.7));
    // The screen is a little larger than the frame, turned and tilted a little.
    let turn = dice.between(-3.5, 3.5_f32).to_radians();
    let (zoom, lean) = (dice.between(1.02, 1.08), (dice.between(-0.02, 0.02), dice.between(-0.02, 0.02)));
    let corner = |x: f32, y: f32| {
        let scale = zoom * (1.0 + lean.0 * x + lean.1 * y);
        let (x, y) = (0.5 * width * x * scale, 0.5 * height * y * scale);
        (0.5 * width + x * turn.cos() - y * turn.sin(), 0.5 * height + x * turn.sin() + y * turn.cos())
    };
    let screen = Unwarp::new([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]);
    let glow = [dice.between(0.94, 1.0), 1.0, dice.between(1.02, 1.1)];
    let bright = dice.between(0.94, 1.06);
    let black = dice.between(4.0, 14.0);
    let mosaic = RgbImage::from_fn(shown.image.width(), shown.image.height(), |x, y| {
        let channel = bayer(x, y);
        let (u, v) = screen.at(f32_of(x) + 0.5, f32_of(y) + 0.5);
        // In screen pixels; what is shown changes from one to the next.
        let (sx, sy) = (u * width / pitch, v * height / pitch);
        let at = |s: f32| (s.floor() + 0.5) * pitch - 0.5;
        let light = bilinear(&shown.image, at(sx), at(sy))[channel];
        let seen = black + light * glow[channel] * bright * stripes.at(channel, sx, sy);
        let mut pixel = [0; 3];
        pixel[channel] = byte(seen);
        Rgb(pixel)
    });
    let mut photo = finish(demosaic(&mosaic), style, style.seed ^ 0x5c);
    let whole = |(x, y): (f32, f32)| screen.pixel(x / width, y / height);
    photo.corners = shown.corners.map(whole);
    photo
}

/// The colour that a sensor pixel sees: rows of red and green, then of green and blue.
fn bayer(x: u32, y: u32) -> usize {
    match (x % 2, y % 2) {
        (0, 0) => 0,
        (1, 1) => 2,
        _ => 1,
    }
}

/// Fills in the two colours that each pixel did not see with the mean of its neighbours that did.
fn demosaic(mosaic: &RgbImage) -> RgbImage {
    let (width, height) = mosaic.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let (mut sums, mut counts) = ([0_u16; 3], [0_u16; 3]);
        for ny in y.saturating_sub(1)..(y + 2).min(height) {
            for nx in x.saturating_sub(1)..(x + 2).min(width) {
                let channel = bayer(nx, ny);
                // Where the pixel itself saw the colour, only itself.
                if channel != bayer(x, y) || (nx, ny) == (x, y) {
                    sums[channel] += u16::from(mosaic.get_pixel(nx, ny).0[channel]);
                    counts[channel] += 1;
                }
            }
        }
        let mean = |channel: usize| u8::try_from(sums[channel] / counts[channel].max(1)).unwrap_or(u8::MAX);
        Rgb([mean(0), mean(1), mean(2)])
    })
}

/// How much of a screen pixel's light a sensor pixel gets, by where in the screen pixel it looks.
struct Stripes {
    across: [[f32; 256]; 3],
    down: [f32; 256],
}

impl Stripes {
    /// For `pitch` sensor pixels to a screen pixel and a lens of this blur (standard deviation, sensor pixels).
    fn new(pitch: f32, blur: f32) -> Self {
        let pi = std::f32::consts::PI;
        let sinc = |x: f32| if x.abs() < 1e-4 { 1.0 } else { (pi * x).sin() / (pi * x) };
        // What lens and pixel aperture leave of a grating of so many cycles to a sensor pixel.
        let transfer = |frequency: f32| sinc(frequency) * (-2.0 * (pi * blur * frequency).powi(2)).exp();
        // The Fourier series of a stripe of width `duty` around `middle`, its mean made 1.
        let wave = |duty: f32, middle: f32| {
            std::array::from_fn(|step| {
                let at = f32_of(u32::try_from(step).unwrap_or(0)) / 256.0 - middle;
                let harmonics = [1.0, 2.0, 3.0]
                    .map(|k: f32| 2.0 * sinc(k * duty) * transfer(k / pitch) * (2.0 * pi * k * at).cos());
                (1.0 + harmonics.iter().sum::<f32>()).max(0.0)
            })
        };
        Self { across: [1.0, 3.0, 5.0].map(|sixth| wave(0.27, sixth / 6.0)), down: wave(0.84, 0.5) }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    fn at(&self, channel: usize, sx: f32, sy: f32) -> f32 {
        let step = |s: f32| (((s - s.floor()) * 256.0) as usize).min(255);
        self.across[channel][step(sx)] * self.down[step(sy)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_take_no_light_and_fade_where_the_lens_cannot_follow() {
        let swing = |table: &[f32; 256]| {
            table.iter().copied().fold(f32::MIN, f32::max) - table.iter().copied().fold(f32::MAX, f32::min)
        };
        let (near, far) = (Stripes::new(2.6, 0.4), Stripes::new(1.05, 0.6));
        for stripes in [&near, &far] {
            for table in stripes.across.iter().chain([&stripes.down]) {
                let mean = table.iter().sum::<f32>() / 256.0;
                assert!((mean - 1.0).abs() < 0.05, "{mean}");
            }
        }
        assert!(swing(&near.across[0]) > 0.5 && swing(&far.across[0]) < 0.1);
    }

    #[test]
    fn a_flat_picture_survives_the_mosaic() {
        let flat = RgbImage::from_pixel(8, 6, Rgb([200, 120, 40]));
        let mosaic = RgbImage::from_fn(8, 6, |x, y| {
            let mut pixel = [0; 3];
            pixel[bayer(x, y)] = flat.get_pixel(x, y).0[bayer(x, y)];
            Rgb(pixel)
        });
        assert!(demosaic(&mosaic) == flat);
    }
}
