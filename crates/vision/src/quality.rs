//! Stage 5: how good the picture of the document is. Every figure is measured on the rectified document.

use image::GrayImage;
use shiming_identity::document::{FormatParameters, QualityFloor};

use crate::geometry::Quad;
use crate::refusal::Reason;

/// The document is measured at this width, so that figures of different photos compare.
pub(crate) const MEASURED_WIDTH: u32 = 640;
/// Side of the tiles in which sharpness is measured, pixels.
const TILE: usize = 16;
/// Tiles with less contrast (luma levels) than this hold no print to judge sharpness by.
const LEAST_CONTRAST: f32 = 36.0;
/// Share of a tile's contrast that the steepest edges of a perfectly sharp picture change by from one pixel to the next.
const STEEPEST: f32 = 0.42;
/// Luma from which a pixel is washed out.
const WASHED_OUT: u8 = 250;
/// Side of the cells that must be washed out as a whole: paper white is no glare, a reflection is a blotch.
const CELL: usize = 8;

/// What was measured on one picture; percent where not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Measured {
    /// Sharpness, 0 to 100: how steep printed edges are.
    pub sharpness: u8,
    /// Mean luma, 0 to 255.
    pub brightness: u8,
    /// Share of the document that is washed out.
    pub glare: u8,
    /// Share of the photo that the document covers.
    pub coverage: u8,
    /// Angle between the document and the nearest upright position, degrees.
    pub tilt_degrees: u8,
    /// Largest ratio of opposite sides; 100 without perspective, at most 255.
    pub perspective: u8,
}

/// Measures the document at `quad` in a photo of `width` × `height` pixels; `flat` is the rectified document at
/// [`MEASURED_WIDTH`].
pub(crate) fn measure(flat: &GrayImage, quad: &Quad, width: usize, height: usize) -> Measured {
    let share = quad.area() / (width * height).max(1) as f32;
    Measured {
        sharpness: sharpness(flat),
        brightness: brightness(flat),
        glare: glare(flat),
        coverage: percent(share),
        tilt_degrees: quad.tilt_degrees().round() as u8,
        perspective: quad.perspective_percent().round().clamp(100.0, 255.0) as u8,
    }
}

/// The size at which a document of the format's shape is measured.
pub(crate) fn measured_size(format: &FormatParameters) -> (u32, u32) {
    let height = MEASURED_WIDTH * u32::from(format.size.height) / u32::from(format.size.width).max(1);
    (MEASURED_WIDTH, height.clamp(1, 4 * MEASURED_WIDTH))
}

/// The first thing that is below the floor, in the order in which it is worth mending: light before focus.
pub(crate) fn below(measured: &Measured, floor: &QualityFloor) -> Option<Reason> {
    if measured.brightness < floor.min_brightness {
        Some(Reason::TooDark)
    } else if measured.brightness > floor.max_brightness {
        Some(Reason::TooBright)
    } else if measured.glare > floor.max_glare_percent {
        Some(Reason::Glare)
    } else if measured.sharpness < floor.min_sharpness {
        Some(Reason::Blurred)
    } else {
        None
    }
}

fn percent(share: f32) -> u8 {
    (100.0 * share).round().clamp(0.0, 100.0) as u8
}

fn brightness(flat: &GrayImage) -> u8 {
    let pixels = flat.as_raw();
    let sum: u64 = pixels.iter().map(|&v| u64::from(v)).sum();
    (sum / pixels.len().max(1) as u64) as u8
}

/// Share of cells whose every pixel is washed out, percent, rounded up so that a small blotch shows.
fn glare(flat: &GrayImage) -> u8 {
    let (width, height) = (flat.width() as usize, flat.height() as usize);
    let pixels = flat.as_raw();
    let (mut cells, mut washed) = (0u32, 0u32);
    for y in (0..height.saturating_sub(CELL - 1)).step_by(CELL) {
        for x in (0..width.saturating_sub(CELL - 1)).step_by(CELL) {
            cells += 1;
            let all = (y..y + CELL)
                .all(|row| pixels[row * width + x..row * width + x + CELL].iter().all(|&v| v >= WASHED_OUT));
            washed += u32::from(all);
        }
    }
    (washed * 100).div_ceil(cells.max(1)).min(100) as u8
}

/// In every tile with print: the change that only the steepest twentieth of its pixels exceeds, as a share of the
/// tile's contrast. The median over the tiles, scaled so that 100 is as sharp as print can be at this size.
fn sharpness(flat: &GrayImage) -> u8 {
    let (width, height) = (flat.width() as usize, flat.height() as usize);
    let pixels = flat.as_raw();
    let mut ratios = Vec::new();
    let mut steps: Vec<f32> = Vec::with_capacity(TILE * TILE);
    let mut values: Vec<u8> = Vec::with_capacity(TILE * TILE);
    for y in (1..height.saturating_sub(TILE)).step_by(TILE) {
        for x in (1..width.saturating_sub(TILE)).step_by(TILE) {
            values.clear();
            for row in y..y + TILE {
                values.extend_from_slice(&pixels[row * width + x..row * width + x + TILE]);
            }
            let (low, high) = (nth(&mut values, 0.03), nth(&mut values, 0.97));
            let contrast = f32::from(high) - f32::from(low);
            if contrast < LEAST_CONTRAST {
                continue;
            }
            steps.clear();
            for row in y..y + TILE {
                for at in row * width + x..row * width + x + TILE {
                    let across = f32::from(pixels[at + 1]) - f32::from(pixels[at - 1]);
                    let down = f32::from(pixels[at + width]) - f32::from(pixels[at - width]);
                    steps.push(across.abs().max(down.abs()) * 0.5);
                }
            }
            let rank = steps.len() * 19 / 20;
            let (_, steep, _) = steps.select_nth_unstable_by(rank, f32::total_cmp);
            ratios.push(*steep / contrast);
        }
    }
    // Fewer printed tiles than any document has: nothing to see.
    if ratios.len() < 12 {
        return 0;
    }
    let rank = ratios.len() / 2;
    let (_, median, _) = ratios.select_nth_unstable_by(rank, f32::total_cmp);
    (100.0 * *median / STEEPEST).round().clamp(0.0, 100.0) as u8
}

/// The value below which `share` of the values lie.
fn nth(values: &mut [u8], share: f32) -> u8 {
    let rank = ((values.len() as f32 * share) as usize).min(values.len().saturating_sub(1));
    *values.select_nth_unstable(rank).1
}

#[cfg(test)]
mod tests {
    use image::{Luma, imageops};

    use super::*;

    fn print() -> GrayImage {
        GrayImage::from_fn(640, 404, |x, y| {
            let ink = (x / 3 + y / 5) % 4 == 0 && (y / 20) % 2 == 0;
            Luma([if ink { 40 } else { 220 }])
        })
    }

    // RN-3: quality floor
    #[test]
    fn sharpness_falls_with_blur() {
        let figures: Vec<u8> = [0.0, 1.5, 3.0, 5.0]
            .map(|sigma| if sigma > 0.0 { imageops::blur(&print(), sigma) } else { print() })
            .iter()
            .map(sharpness)
            .collect();
        assert!(figures[0] > 70, "{figures:?}");
        assert!(figures.is_sorted_by(|a, b| a >= b), "{figures:?}");
        assert!(figures[3] < 40, "{figures:?}");
    }

    // RN-3: quality floor
    #[test]
    fn a_reflection_counts_and_white_specks_do_not() {
        let mut flat = print();
        for (x, y, pixel) in flat.enumerate_pixels_mut() {
            if x % 5 == 0 && y % 5 == 0 {
                pixel.0 = [255];
            }
        }
        assert_eq!(glare(&flat), 0);
        for (x, y, pixel) in flat.enumerate_pixels_mut() {
            if (200..328).contains(&x) && (100..228).contains(&y) {
                pixel.0 = [254];
            }
        }
        assert!((5..=8).contains(&glare(&flat)), "{}", glare(&flat));
    }

    // RN-3: quality floor
    #[test]
    fn brightness_is_the_mean() {
        assert_eq!(brightness(&GrayImage::from_pixel(64, 40, Luma([77]))), 77);
        assert_eq!(brightness(&GrayImage::new(0, 0)), 0);
    }
}
