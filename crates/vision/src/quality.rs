//! Stage 5: how good the picture of the document is. Every figure is measured on the rectified document.

use image::GrayImage;
use shiming_identity::document::{Box2, FormatParameters, Label, Layout, QualityFloor};

use crate::geometry::Quad;
use crate::picture::{Frame, luma};
use crate::rectify::rectify_coarsely;
use crate::refusal::Reason;

/// The document is measured at this width, so that figures of different photos compare.
pub(crate) const MEASURED_WIDTH: u32 = 640;
/// Side of the tiles in which sharpness is measured, pixels.
const TILE: usize = 16;
/// Tiles with less contrast (luma levels) than this hold no print to judge sharpness by.
const LEAST_CONTRAST: f32 = 36.0;
/// Share of a tile's contrast that the steepest edges of a sharp picture change by from one pixel to the next…
const SHARP: f32 = 0.40;
/// … and those of a picture in which no print can be made out.
const SHAPELESS: f32 = 0.11;
/// Side of the cells in which reflections are measured, pixels.
const CELL: usize = 8;
/// Cells whose luma varies by less are plain paper, a plain part of a picture, or a reflection.
const PLAIN: u8 = 40;
/// A reflection is brighter than paper in the light of the rest of the document by more than this, luma levels…
const EXCESS: f64 = 11.0;
/// … and no darker than this.
const LEAST_GLARE: f64 = 180.0;

/// Width of the picture on which patches are sought, pixels.
const PATCH_WIDTH: u32 = 160;
/// Side of the smallest patch, pixels of that picture: higher than a line of print, 2.7 mm of an ID-1 card.
const PATCH: usize = 5;
/// Colours whose channels stand in a ratio that differs from the paper's by more than this factor are none of its shades.
const FOREIGN: f32 = 1.22;
/// Luma below this share of the paper's is no shadow.
const BLACK: f32 = 0.42;
/// Middles of patches, in thousandths of the document, from which on it is covered.
const LEAST_COVERED: usize = 4;
/// Print of less than this share of the usual contrast is hidden…
const HIDDEN: f32 = 0.35;
/// … and a part of a face or an emblem, which are seldom paler than print, of less than this share.
const FADED: f32 = 0.4;
/// Where eyes and nose are in a portrait: neither half of that is without contrast, whatever hair, skin and clothes are like.
const FACE: Box2 = Box2 { left: 0.27, top: 0.38, right: 0.73, bottom: 0.64 };
/// Frames with a lower mean luma are too dark to find anything in…
const NIGHT: f32 = 34.0;
/// … and with a higher one too bright.
const BLINDING: f32 = 246.0;

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
pub(crate) fn below(measured: Measured, floor: QualityFloor) -> Option<Reason> {
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

/// What the light of a whole frame forbids, whatever is in it.
pub(crate) fn of_light(frame: &Frame<'_>) -> Option<Reason> {
    let (mut sum, mut count) = (0.0, 0u32);
    for y in (0..frame.height()).step_by((frame.height() / 40).max(1)) {
        for x in (0..frame.width()).step_by((frame.width() / 40).max(1)) {
            sum += luma(frame.pixel(x, y));
            count += 1;
        }
    }
    match sum / count.max(1) as f32 {
        mean if mean < NIGHT => Some(Reason::TooDark),
        mean if mean > BLINDING => Some(Reason::TooBright),
        _ => None,
    }
}

/// Whether something that is neither paper nor print lies over a field: a patch, larger than any stroke, of another colour
/// than the paper's or far darker. What lies over the rest of the document (a finger that holds it) hides nothing.
pub(crate) fn covered(frame: &Frame<'_>, quad: &Quad, layout: &Layout) -> bool {
    let [wide, high] = layout.millimetres;
    let rows = (PATCH_WIDTH as f32 * high / wide) as u32;
    let Some(flat) = rectify_coarsely(frame, quad, PATCH_WIDTH, rows) else { return false };
    let (width, height) = (flat.width() as usize, flat.height() as usize);
    // Ratios of colours do not change with the light.
    let colours: Vec<[f32; 3]> = flat
        .as_raw()
        .as_chunks::<3>()
        .0
        .iter()
        .map(|&[r, g, b]| {
            let (r, g, b) = (f32::from(r) + 8.0, f32::from(g) + 8.0, f32::from(b) + 8.0);
            [r / b, g / b, luma([r, g, b])]
        })
        .collect();
    let Some([red, green, light]) = median_colour(&colours) else { return false };
    let differs = |ratio: f32, paper: f32| ratio > paper * FOREIGN || ratio * FOREIGN < paper;
    let foreign: Vec<bool> =
        colours.iter().map(|c| differs(c[0], red) || differs(c[1], green) || c[2] < BLACK * light).collect();
    let fields: Vec<&Box2> = layout.slots.iter().map(|slot| &slot.area).collect();
    let reach = PATCH / 2;
    let mut patches = 0;
    for y in height / 24 + reach..(height - height / 24).saturating_sub(reach) {
        for x in width / 32 + reach..(width - width / 32).saturating_sub(reach) {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let in_field = |area: &&Box2| u > area.left && u < area.right && v > area.top && v < area.bottom;
            let solid = || {
                (y - reach..=y + reach)
                    .all(|row| foreign[row * width + x - reach..=row * width + x + reach].iter().all(|f| *f))
            };
            patches += usize::from(fields.iter().any(in_field) && solid());
        }
    }
    patches * 1000 > LEAST_COVERED * width * height
}

/// The median of each figure.
fn median_colour(colours: &[[f32; 3]]) -> Option<[f32; 3]> {
    let mut medians = [0.0; 3];
    for (i, median) in medians.iter_mut().enumerate() {
        let mut values: Vec<f32> = colours.iter().map(|colour| colour[i]).collect();
        let middle = values.len() / 2;
        if middle >= values.len() {
            return None;
        }
        *median = *values.select_nth_unstable_by(middle, f32::total_cmp).1;
    }
    Some(medians)
}

/// Whether something that is printed on every such document is not to be seen on this one, washed out by a reflection or
/// covered: a character of a label, half of the face, a quarter of the emblem. `flat` is the rectified document.
pub(crate) fn hidden_print(flat: &GrayImage, layout: &Layout) -> Option<Reason> {
    let characters: Vec<(f32, f32)> =
        layout.labels.iter().flat_map(characters).filter_map(|area| contrast(flat, &area)).collect();
    let median = |pick: fn(&(f32, f32)) -> f32| {
        let mut values: Vec<f32> = characters.iter().map(pick).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let (depth, paper) = (median(|print| print.0)?, median(|print| print.1)?);
    let face = layout.portrait.map(|portrait| parts(within(portrait, FACE), 2, 1));
    let emblem = layout.emblem.map(|emblem| parts(emblem, 2, 2));
    let pictures = face.into_iter().chain(emblem).flatten().filter_map(|area| contrast(flat, &area));
    let faint = |share: f32| move |print: &(f32, f32)| print.0 < share * depth;
    let hidden = characters.iter().copied().find(faint(HIDDEN)).or_else(|| pictures.into_iter().find(faint(FADED)))?;
    Some(if hidden.1 >= paper { Reason::Glare } else { Reason::Covered })
}

/// The boxes of a label's characters where they are Han, which all are as wide; else the label's own.
fn characters(label: &Label) -> Vec<Box2> {
    let han = label.text.chars().all(|character| matches!(character, '\u{4e00}'..='\u{9fff}'));
    parts(label.area, if han { label.text.chars().count() } else { 1 }, 1)
}

/// A box in equal parts.
fn parts(area: Box2, across: usize, down: usize) -> Vec<Box2> {
    let share = |part: usize, of: usize| part as f32 / of as f32;
    let cell = |i: usize, j: usize| {
        within(
            area,
            Box2 {
                left: share(i, across),
                top: share(j, down),
                right: share(i + 1, across),
                bottom: share(j + 1, down),
            },
        )
    };
    (0..down).flat_map(|j| (0..across).map(move |i| cell(i, j))).collect()
}

/// A box whose fractions are those of another one.
fn within(area: Box2, part: Box2) -> Box2 {
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    Box2 {
        left: area.left + part.left * width,
        top: area.top + part.top * height,
        right: area.left + part.right * width,
        bottom: area.top + part.bottom * height,
    }
}

/// How much darker the print in a box is than its paper, as a share of the paper's luma, and that luma.
fn contrast(flat: &GrayImage, area: &Box2) -> Option<(f32, f32)> {
    let pixel = |share: f32, size: u32| ((share * size as f32).max(0.0) as u32).min(size);
    let (x0, x1) = (pixel(area.left, flat.width()), pixel(area.right, flat.width()));
    let (y0, y1) = (pixel(area.top, flat.height()), pixel(area.bottom, flat.height()));
    let rows = flat.as_raw().chunks_exact(flat.width().max(1) as usize).take(y1 as usize).skip(y0 as usize);
    let mut values: Vec<u8> = rows.flat_map(|row| &row[x0 as usize..x1.max(x0) as usize]).copied().collect();
    if values.is_empty() {
        return None;
    }
    let (ink, paper) = (f32::from(nth(&mut values, 0.05)), f32::from(nth(&mut values, 0.85)));
    Some(((paper - ink) / paper.max(1.0), paper))
}

fn percent(share: f32) -> u8 {
    (100.0 * share).round().clamp(0.0, 100.0) as u8
}

fn brightness(flat: &GrayImage) -> u8 {
    let pixels = flat.as_raw();
    let sum: u64 = pixels.iter().map(|&v| u64::from(v)).sum();
    (sum / pixels.len().max(1) as u64) as u8
}

/// Share of cells that are brighter than the light on the rest of the document explains: a reflection, washed out or on
/// its way there. Percent, rounded up so that a small one shows.
fn glare(flat: &GrayImage) -> u8 {
    let (width, height) = (flat.width() as usize, flat.height() as usize);
    let pixels = flat.as_raw();
    let mut plain: Vec<Cell> = Vec::new();
    let mut cells = 0usize;
    for y in (0..height.saturating_sub(CELL - 1)).step_by(CELL) {
        for x in (0..width.saturating_sub(CELL - 1)).step_by(CELL) {
            cells += 1;
            let (mut least, mut most, mut sum) = (u8::MAX, 0, 0u32);
            for &v in (y..y + CELL).flat_map(|row| &pixels[row * width + x..row * width + x + CELL]) {
                (least, most, sum) = (least.min(v), most.max(v), sum + u32::from(v));
            }
            if most - least < PLAIN {
                let at = [x as f64 / width as f64, y as f64 / height as f64];
                plain.push((at, f64::from(sum) / (CELL * CELL) as f64));
            }
        }
    }
    let Some(light) = Plane::of_paper(&plain) else { return 0 };
    // Where the light alone takes paper to the top of the scale there is nothing brighter to see.
    let glaring = plain.iter().filter(|(at, v)| *v > light.at(*at).max(LEAST_GLARE) + EXCESS).count();
    (glaring * 100).div_ceil(cells.max(1)).min(100) as u8
}

/// Where a cell lies, as fractions of width and height, and its mean luma.
type Cell = ([f64; 2], f64);

/// Light that falls on the document evenly or from one side: luma as a plane over fractions of its width and height.
#[derive(Clone, Copy)]
struct Plane([f64; 3]);

impl Plane {
    /// The plane through the brighter cells: the paper, without what is printed or lies in shadow on it.
    fn of_paper(cells: &[Cell]) -> Option<Self> {
        let mut plane = Self::fit(cells)?;
        for _ in 0..2 {
            let paper: Vec<_> = cells.iter().filter(|(at, v)| *v >= plane.at(*at) - 6.0).copied().collect();
            plane = Self::fit(&paper)?;
        }
        Some(plane)
    }

    fn at(self, [x, y]: [f64; 2]) -> f64 {
        self.0[0] * x + self.0[1] * y + self.0[2]
    }

    /// Least squares, about the mean.
    fn fit(cells: &[Cell]) -> Option<Self> {
        if cells.len() < 60 {
            return None;
        }
        let count = cells.len() as f64;
        let (mut x0, mut y0, mut v0) = (0.0, 0.0, 0.0);
        for ([x, y], v) in cells {
            (x0, y0, v0) = (x0 + x / count, y0 + y / count, v0 + v / count);
        }
        let (mut xx, mut yy, mut xy, mut xv, mut yv) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for ([x, y], v) in cells {
            let (x, y, v) = (x - x0, y - y0, v - v0);
            (xx, yy, xy) = (xx + x * x, yy + y * y, xy + x * y);
            (xv, yv) = (xv + x * v, yv + y * v);
        }
        let det = xx * yy - xy * xy;
        if det < 1e-6 * count * count {
            return None;
        }
        let (a, b) = ((xv * yy - yv * xy) / det, (yv * xx - xv * xy) / det);
        Some(Self([a, b, v0 - a * x0 - b * y0]))
    }
}

/// In every tile with print: the change that only the steepest twentieth of its pixels exceeds, as a share of the
/// tile's contrast. The median over the tiles, scaled so that 100 is as sharp as print can be at this size.
fn sharpness(flat: &GrayImage) -> u8 {
    let (width, height) = (flat.width() as usize, flat.height() as usize);
    let pixels = flat.as_raw();
    let mut ratios = Vec::new();
    let mut values: Vec<u8> = Vec::with_capacity(TILE * TILE);
    for y in (1..height.saturating_sub(TILE)).step_by(TILE) {
        for x in (1..width.saturating_sub(TILE)).step_by(TILE) {
            values.clear();
            for row in y..y + TILE {
                values.extend_from_slice(&pixels[row * width + x..row * width + x + TILE]);
            }
            // Most tiles are plain paper, and that shows without ranking their pixels.
            let (least, most) = values.iter().fold((u8::MAX, 0), |(least, most), &v| (v.min(least), v.max(most)));
            if f32::from(most - least) < LEAST_CONTRAST {
                continue;
            }
            let (low, high) = (nth(&mut values, 0.03), nth(&mut values, 0.97));
            let contrast = f32::from(high) - f32::from(low);
            if contrast < LEAST_CONTRAST {
                continue;
            }
            values.clear();
            for row in y..y + TILE {
                let at = row * width + x;
                let (before, after) = (&pixels[at - 1..], &pixels[at + 1..]);
                let (above, below) = (&pixels[at - width..], &pixels[at + width..]);
                let steps = before.iter().zip(after).zip(above.iter().zip(below)).take(TILE);
                values.extend(steps.map(|((left, right), (up, down))| left.abs_diff(*right).max(up.abs_diff(*down))));
            }
            let rank = values.len() * 19 / 20;
            let (_, steep, _) = values.select_nth_unstable(rank);
            ratios.push(f32::from(*steep) * 0.5 / contrast);
        }
    }
    // Fewer printed tiles than any document has: nothing to see.
    if ratios.len() < 12 {
        return 0;
    }
    let rank = ratios.len() / 2;
    let (_, median, _) = ratios.select_nth_unstable_by(rank, f32::total_cmp);
    (100.0 * (*median - SHAPELESS) / (SHARP - SHAPELESS)).round().clamp(0.0, 100.0) as u8
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
    fn a_reflection_counts_and_light_from_the_side_does_not() {
        // Paper with lines of print, and light that falls off to the right.
        let paper = |x: u32, y: u32| {
            let light = 225 - (x / 12) as u8;
            if (y / 20).is_multiple_of(2) && (x / 3).is_multiple_of(4) { light / 3 } else { light }
        };
        let mut flat = GrayImage::from_fn(640, 404, |x, y| Luma([paper(x, y)]));
        assert_eq!(glare(&flat), 0);
        for (x, y, pixel) in flat.enumerate_pixels_mut() {
            if (200..328).contains(&x) && (100..228).contains(&y) {
                pixel.0 = [250];
            }
        }
        assert!((4..=8).contains(&glare(&flat)), "{}", glare(&flat));
    }

    // RN-3: quality floor
    #[test]
    fn brightness_is_the_mean() {
        assert_eq!(brightness(&GrayImage::from_pixel(64, 40, Luma([77]))), 77);
        assert_eq!(brightness(&GrayImage::new(0, 0)), 0);
    }
}
