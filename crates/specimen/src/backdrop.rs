//! What a card lies on.

use image::{Rgb, RgbImage};

use crate::canvas::byte;
use crate::dice::Dice;
use crate::noise::{f32_of, size, smooth, value_noise};
use crate::photo::PhotoStyle;

/// What a card lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backdrop {
    /// Planks with grain.
    Wood,
    /// A plain desk top.
    Desk,
    /// A woven cloth.
    Cloth,
    /// Papers, pens and edges.
    Clutter,
    /// Pale square tiles.
    Tiles,
    /// A rough carpet.
    Carpet,
    /// Backs of books.
    Shelf,
    /// Pale marble.
    Marble,
    /// A keyboard.
    Keyboard,
}

/// The backdrop of `style`, evenly lit.
pub(crate) fn draw_backdrop(style: &PhotoStyle) -> RgbImage {
    let mut dice = Dice::new("backdrop", style.seed);
    let mut image = RgbImage::new(style.frame.0, style.frame.1);
    // Textures are as large in a large photo as in a small one.
    let unit = f32_of(style.frame.0.max(style.frame.1)) / 1280.0;
    match style.backdrop {
        Backdrop::Wood => {
            let tones: [[f32; 3]; 4] =
                [[150.0, 108.0, 70.0], [112.0, 76.0, 48.0], [178.0, 138.0, 96.0], [92.0, 66.0, 50.0]];
            let tone = tones[dice.index(tones.len())];
            let (offset, turn) = (dice.between(0.0, 900.0), dice.chance(50));
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (mut u, mut v) = (f32_of(x) / unit, f32_of(y) / unit);
                if turn {
                    (u, v) = (v, u);
                }
                let plank = (v / 210.0).floor();
                let seam = 1.0 - 0.55 * (1.0 - smooth((v - plank * 210.0) / 3.5)).max(0.0);
                let bend = value_noise(u / 260.0, v / 90.0 + plank * 7.0, style.seed);
                let veins = value_noise(u / 90.0 + offset, v / 2.6 + bend * 26.0 + plank * 31.0, style.seed);
                let year = ((v / 9.0 + bend * 9.0).sin() * 0.5 + 0.5).powi(3);
                let tint = 0.92 + 0.12 * value_noise(plank * 3.7, offset, style.seed);
                let gain = tint * seam * (0.84 + 0.2 * veins - 0.08 * year);
                *pixel = Rgb(tone.map(|part| byte(part * gain)));
            }
        }
        Backdrop::Desk => {
            let tones: [[f32; 3]; 5] = [
                [72.0, 76.0, 82.0],
                [120.0, 122.0, 120.0],
                [58.0, 82.0, 98.0],
                [46.0, 44.0, 46.0],
                [138.0, 124.0, 110.0],
            ];
            let tone = tones[dice.index(tones.len())];
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let cloud = value_noise(u / 170.0, v / 170.0, style.seed);
                let speck = value_noise(u / 2.2, v / 2.2, style.seed ^ 5);
                let gain = 0.93 + 0.08 * cloud + 0.05 * speck;
                *pixel = Rgb(tone.map(|part| byte(part * gain)));
            }
        }
        Backdrop::Cloth => {
            let tones: [[f32; 3]; 5] = [
                [126.0, 58.0, 62.0],
                [60.0, 88.0, 120.0],
                [94.0, 104.0, 84.0],
                [70.0, 62.0, 92.0],
                [146.0, 122.0, 92.0],
            ];
            let tone = tones[dice.index(tones.len())];
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let (across, down) = (u * 0.62 + v * 0.11, v * 0.62 - u * 0.11);
                let over = (across.sin() * down.sin()).signum();
                let yarn = 0.5 + 0.5 * if over > 0.0 { (across * 2.0).cos() } else { (down * 2.0).cos() };
                let fold = value_noise(u / 210.0 + 3.0, v / 320.0, style.seed);
                let fibre = value_noise(u / 1.7, v / 1.7, style.seed ^ 9);
                let gain = 0.6 + 0.2 * yarn + 0.26 * fold + 0.12 * fibre;
                *pixel = Rgb(tone.map(|part| byte(part * gain)));
            }
        }
        Backdrop::Clutter => clutter(&mut image, style, &mut dice, unit),
        Backdrop::Tiles => {
            let (tone, tile) = (dice.between(196.0, 232.0), dice.between(150.0, 330.0));
            let (sin, cos) = dice.between(0.0, 1.6).sin_cos();
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let (u, v) = (u * cos + v * sin + 4000.0, v * cos - u * sin + 4000.0);
                let gap = (u % tile).min(v % tile);
                let cloud = value_noise(u / 60.0, v / 60.0, style.seed);
                let gain = (0.94 + 0.08 * cloud) * (0.72 + 0.28 * smooth((gap - 3.0) / 2.5));
                *pixel = Rgb([tone, tone * 0.985, tone * 0.96].map(|part| byte(part * gain)));
            }
        }
        Backdrop::Carpet => {
            let tones: [[f32; 3]; 4] =
                [[120.0, 96.0, 88.0], [86.0, 96.0, 110.0], [130.0, 122.0, 104.0], [72.0, 88.0, 76.0]];
            let tone = tones[dice.index(tones.len())];
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let tuft = value_noise(u / 3.4, v / 3.4, style.seed);
                let patch = value_noise(u / 120.0, v / 90.0, style.seed ^ 5);
                *pixel = Rgb(tone.map(|part| byte(part * (0.5 + 0.62 * tuft + 0.25 * patch))));
            }
        }
        Backdrop::Marble => {
            let tone = dice.between(205.0, 238.0);
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let (u, v) = (f32_of(x) / unit, f32_of(y) / unit);
                let bend = value_noise(u / 170.0, v / 170.0, style.seed) * 3.0
                    + value_noise(u / 47.0, v / 47.0, style.seed ^ 3);
                let vein = 1.0 - ((u / 210.0 + v / 330.0 + bend).sin()).abs().powf(0.25);
                *pixel = Rgb([tone, tone * 0.99, tone * 0.975].map(|part| byte(part * (1.0 - 0.4 * vein))));
            }
        }
        Backdrop::Shelf => rows(&mut image, &mut dice, unit, false),
        Backdrop::Keyboard => rows(&mut image, &mut dice, unit, true),
    }
    image
}

/// [`draw_backdrop`] at half the size, drawn out: four times as fast, and as sharp as a camera that looks at a card.
pub(crate) fn draw_backdrop_of_half(style: &PhotoStyle) -> RgbImage {
    let (width, height) = style.frame;
    let half = draw_backdrop(&PhotoStyle { frame: (width.div_ceil(2), height.div_ceil(2)), ..style.clone() });
    let length = width as usize * 3;
    let rows: Vec<Vec<u8>> = half.chunks_exact(half.width() as usize * 3).map(|row| widened(row, length)).collect();
    let mut raw = Vec::with_capacity(length * height as usize);
    for (y, upper) in rows.iter().enumerate() {
        raw.extend_from_slice(upper);
        let lower = rows.get(y + 1).unwrap_or(upper);
        raw.extend(upper.iter().zip(lower).map(|(a, b)| a.midpoint(*b)));
    }
    raw.truncate(length * height as usize);
    RgbImage::from_raw(width, height, raw).unwrap_or_default()
}

/// A row of pixels drawn out to `length` bytes: every second pixel lies half way between two.
fn widened(row: &[u8], length: usize) -> Vec<u8> {
    let mut wide = Vec::with_capacity(length + 6);
    let nexts = row.chunks_exact(3).skip(1).chain(row.chunks_exact(3).last());
    for (pixel, next) in row.chunks_exact(3).zip(nexts) {
        wide.extend_from_slice(pixel);
        wide.extend([pixel[0].midpoint(next[0]), pixel[1].midpoint(next[1]), pixel[2].midpoint(next[2])]);
    }
    wide.truncate(length);
    wide
}

/// Papers with lines of print, books and a pen on a desk.
fn clutter(image: &mut RgbImage, style: &PhotoStyle, dice: &mut Dice, unit: f32) {
    let desk = PhotoStyle { backdrop: Backdrop::Desk, ..style.clone() };
    *image = draw_backdrop(&desk);
    let Some(mut pixmap) = tiny_skia::Pixmap::new(style.frame.0, style.frame.1) else { return };
    for (to, from) in pixmap.pixels_mut().iter_mut().zip(image.pixels()) {
        let [r, g, b] = from.0;
        *to = tiny_skia::ColorU8::from_rgba(r, g, b, 255).premultiply();
    }
    let (width, height) = size(style.frame);
    let upright = tiny_skia::Transform::identity();
    for _ in 0..5 {
        let (w, h) = (dice.between(260.0, 620.0) * unit, dice.between(180.0, 460.0) * unit);
        let at = tiny_skia::Transform::from_rotate(dice.between(-70.0, 70.0))
            .post_translate(dice.between(0.0, width), dice.between(0.0, height));
        let sheet = |grow: f32| {
            let rect = tiny_skia::Rect::from_ltrb(-w / 2.0 - grow, -h / 2.0 - grow, w / 2.0 + grow, h / 2.0 + grow);
            crate::canvas::path(|b| rect.into_iter().for_each(|rect| b.push_rect(rect)))
        };
        let paper = dice.chance(60);
        let book: [[u8; 3]; 4] = [[66, 92, 118], [146, 74, 60], [84, 112, 84], [196, 168, 104]];
        let tone = if paper { [206, 204, 198] } else { book[dice.index(4)] };
        crate::canvas::fill(&mut pixmap, sheet(5.0 * unit), [0, 0, 0], 0.18, at.post_translate(3.0 * unit, 4.0 * unit));
        crate::canvas::fill(&mut pixmap, sheet(0.0), tone, 1.0, at);
        if paper {
            let mut y = -h / 2.0 + 26.0 * unit;
            while y < h / 2.0 - 20.0 * unit {
                let mut x = -w / 2.0 + 22.0 * unit;
                let end = w / 2.0 - dice.between(20.0, 120.0) * unit;
                while x < end {
                    let word = dice.between(14.0, 60.0) * unit;
                    let line = crate::canvas::path(|b| {
                        b.move_to(x, y);
                        b.line_to((x + word).min(end), y);
                    });
                    crate::canvas::stroke(&mut pixmap, line, [90, 90, 96], 0.8, 5.0 * unit, at);
                    x += word + 12.0 * unit;
                }
                y += 19.0 * unit;
            }
        }
    }
    let pen = |b: &mut tiny_skia::PathBuilder, from: (f32, f32), to: (f32, f32)| {
        b.move_to(from.0, from.1);
        b.line_to(to.0, to.1);
    };
    let from = (dice.between(0.0, width), dice.between(0.0, 0.2) * height);
    let to = (dice.between(0.0, width), dice.between(0.7, 1.0) * height);
    let body = crate::canvas::path(|b| pen(b, from, to));
    crate::canvas::stroke(&mut pixmap, body, [28, 34, 60], 1.0, 17.0 * unit, upright);
    let shine = crate::canvas::path(|b| pen(b, (from.0 - 3.0 * unit, from.1), (to.0 - 3.0 * unit, to.1)));
    crate::canvas::stroke(&mut pixmap, shine, [190, 196, 214], 0.7, 3.0 * unit, upright);
    *image = crate::canvas::flatten(&pixmap);
}

/// Rows of upright boxes: backs of books, or the keys of a keyboard.
fn rows(image: &mut RgbImage, dice: &mut Dice, unit: f32, keys: bool) {
    let (width, height) = size(image.dimensions());
    let Some(mut pixmap) = tiny_skia::Pixmap::new(image.width(), image.height()) else { return };
    let dark = dice.chance(60);
    let [board, key, letter]: [[u8; 3]; 3] = if dark {
        [[24, 25, 28], [48, 50, 54], [206, 206, 206]]
    } else {
        [[168, 170, 174], [226, 228, 230], [70, 70, 74]]
    };
    pixmap.fill(tiny_skia::Color::from_rgba8(board[0], board[1], board[2], 255));
    let at = tiny_skia::Transform::from_rotate_at(dice.between(-20.0, 20.0), width / 2.0, height / 2.0);
    let rect = |left: f32, top: f32, right: f32, bottom: f32| {
        let rect = tiny_skia::Rect::from_ltrb(left, top, right, bottom);
        crate::canvas::path(|b| rect.into_iter().for_each(|rect| b.push_rect(rect)))
    };
    let step = unit * if keys { 92.0 } else { 330.0 };
    let mut top = -0.4 * height;
    while top < 1.4 * height {
        let mut left = -0.4 * width - dice.between(0.0, 90.0) * unit;
        while left < 1.4 * width {
            let wide = unit * if keys { 84.0 } else { dice.between(26.0, 74.0) };
            let (right, bottom) = (left + wide, top + step * if keys { 0.9 } else { dice.between(0.82, 0.97) });
            if keys {
                crate::canvas::fill(&mut pixmap, rect(left, top, right, bottom), key, 1.0, at);
                let (x, y) = (left + 0.24 * wide, top + 0.3 * step);
                crate::canvas::fill(&mut pixmap, rect(x, y, x + 14.0 * unit, y + 4.0 * unit), letter, 0.9, at);
                crate::canvas::fill(&mut pixmap, rect(x, y, x + 4.0 * unit, y + 18.0 * unit), letter, 0.9, at);
                left = right + 8.0 * unit;
            } else {
                let part = |dice: &mut Dice| u8::try_from(40 + dice.below(180)).unwrap_or(128);
                let tone = [part(dice), part(dice), part(dice)];
                crate::canvas::fill(&mut pixmap, rect(left, top, right, bottom), tone, 1.0, at);
                let print = rect(left + 0.36 * wide, top + 0.16 * step, left + 0.62 * wide, top + 0.6 * step);
                crate::canvas::fill(&mut pixmap, print, [232, 226, 204], 0.7, at);
                left = right + 1.5 * unit;
            }
        }
        top += step;
    }
    *image = crate::canvas::flatten(&pixmap);
}
