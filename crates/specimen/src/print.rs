//! Any picture as the portrait of a drawn card.

use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};
use shiming_identity::document::Layout;

use crate::canvas::byte;
use crate::dice::Dice;
use crate::noise::{f32_of, size};

/// How much of what is printed covers the card's ground.
const INK: f32 = 0.9;
/// Darkest and lightest grey of the print.
const GREYS: (f32, f32) = (24.0, 226.0);
/// Spread of the print's grain, greys.
const GRAIN: f32 = 7.0;
/// What the film over the card adds of white at most, from one edge of the portrait to the other.
const FILM: f32 = 0.12;

/// Pixels from the portrait's edge to where its ground is looked up.
const BESIDE: u32 = 3;

/// Prints `face` in grey where the card's portrait is, in place of what is there: with the print's grain, the card's ground
/// shining through, and a film over it that reflects a little. `seed` decides grain and film.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a portrait lies within its card")]
pub fn print_portrait(card: &mut RgbImage, layout: &Layout, face: &RgbImage, seed: u64) {
    let Some(area) = layout.portrait else { return };
    let (width, height) = size(card.dimensions());
    let (left, top) = ((area.left * width) as u32, (area.top * height) as u32);
    let across = ((area.right - area.left) * width) as u32;
    let down = ((area.bottom - area.top) * height) as u32;
    if across == 0 || down == 0 || face.width() == 0 || face.height() == 0 {
        return;
    }
    let mut dice = Dice::new("print", seed);
    let shine = dice.between(0.0, FILM);
    for (x, y, pixel) in grey(face, across, down).enumerate_pixels() {
        // The sum of three is near enough to normal.
        let grain = (0..3).map(|_| dice.between(-2.0, 2.0)).sum::<f32>() * GRAIN / 2.0;
        let ink = GREYS.0 + f32::from(pixel.0[0]) / 255.0 * (GREYS.1 - GREYS.0) + grain;
        let white = shine * f32_of(x) / f32_of(across);
        // The ground as it is beside the portrait: the drawn one must not shine through.
        let Some(&ground) = card.get_pixel_checked(left.saturating_sub(BESIDE), top + y) else { continue };
        let Some(pixel) = card.get_pixel_mut_checked(left + x, top + y) else { continue };
        pixel.0 = ground.0.map(|part| {
            let printed = f32::from(part) * (1.0 - INK) + ink * INK;
            byte(printed + (255.0 - printed) * white)
        });
    }
}

/// The middle of a picture, as broad as the portrait's place is.
fn grey(face: &RgbImage, across: u32, down: u32) -> GrayImage {
    let shown = (face.height() * across / down).clamp(1, face.width());
    let middle = imageops::crop_imm(face, (face.width() - shown) / 2, 0, shown, face.height()).to_image();
    imageops::grayscale(&imageops::resize(&middle, across, down, FilterType::CatmullRom))
}
