//! Stage 3: the document's quad → an upright rectangle of a known size.

use image::{GrayImage, RgbImage};

use crate::geometry::{Homography, Point, Quad};
use crate::picture::{Frame, luma};

/// At most this many samples along each axis are averaged into one pixel.
const MOST_SAMPLES: usize = 4;

/// Samples that are taken at once.
const AT_ONCE: usize = 8;

/// Draws what lies in `quad` as a picture of `width` × `height` pixels; `None` for a degenerate quad or size.
#[must_use]
pub fn rectify(frame: &Frame<'_>, quad: &Quad, width: u32, height: u32) -> Option<RgbImage> {
    colours(frame, quad, width, height, MOST_SAMPLES)
}

/// As [`rectify`], for looking and not for reading: a quarter of the samples where the photo is much larger.
pub(crate) fn rectify_coarsely(frame: &Frame<'_>, quad: &Quad, width: u32, height: u32) -> Option<RgbImage> {
    colours(frame, quad, width, height, MOST_SAMPLES / 2)
}

fn colours(frame: &Frame<'_>, quad: &Quad, width: u32, height: u32, most: usize) -> Option<RgbImage> {
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    sample(frame, quad, (width, height), most, |[red, green, blue]| {
        for ((r, g), b) in red.iter().zip(green).zip(blue) {
            pixels.extend_from_slice(&[(r + 0.5) as u8, (g + 0.5) as u8, (b + 0.5) as u8]);
        }
    })?;
    RgbImage::from_raw(width, height, pixels)
}

/// As [`rectify`], luma only.
pub(crate) fn rectify_luma(frame: &Frame<'_>, quad: &Quad, width: u32, height: u32) -> Option<GrayImage> {
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    sample(frame, quad, (width, height), MOST_SAMPLES, |[red, green, blue]| {
        pixels.extend(red.iter().zip(green).zip(blue).map(|((r, g), b)| (luma([*r, *g, *b]) + 0.5) as u8));
    })?;
    GrayImage::from_raw(width, height, pixels)
}

/// Calls `put` with red, green and blue of each row. Where the photo has more pixels than the result, a grid of bilinear
/// samples is averaged, so that fine print is not aliased.
fn sample(
    frame: &Frame<'_>,
    quad: &Quad,
    (width, height): (u32, u32),
    most: usize,
    mut put: impl FnMut([&[f32]; 3]),
) -> Option<()> {
    if width == 0 || height == 0 {
        return None;
    }
    let [top, right, bottom, left] = quad.sides();
    let samples = |long: f32, pixels: u32| (long / pixels as f32).round() as usize;
    let (across, down) = (samples(top.max(bottom), width), samples(left.max(right), height));
    if let Some((reduced, factor)) = frame.reduced()
        && across.min(down) >= factor
    {
        let corner = |[x, y]: Point| [x, y].map(|v| (v + 0.5) / factor as f32 - 0.5);
        return sample(&reduced, &Quad(quad.0.map(corner)), (width, height), most, put);
    }
    let map = Homography::onto(quad)?;
    let (across, down) = (across.clamp(1, most), down.clamp(1, most));
    let norm = 1.0 / (across * down) as f32;
    let (step_u, step_v) = (1.0 / (width as usize * across) as f32, 1.0 / (height as usize * down) as f32);
    // Single precision is a thousandth of a pixel on the largest photo.
    let [[xu, xv, x0], [yu, yv, y0], [wu, wv, w0]] = map.rows().map(|row| row.map(|v| v as f32));
    // One line of samples, of which the last few may lie beyond the document; and the row's means.
    let mut line = [(); 3].map(|()| vec![0.0f32; (width as usize * across).next_multiple_of(AT_ONCE)]);
    let mut row = [(); 3].map(|()| vec![0.0f32; width as usize]);
    for y in 0..height as usize {
        for mean in &mut row {
            mean.fill(0.0);
        }
        for j in 0..down {
            let v = ((y * down + j) as f32 + 0.5) * step_v;
            let (x_v, y_v, w_v) = (xv * v + x0, yv * v + y0, wv * v + w0);
            for first in (0..line[0].len()).step_by(AT_ONCE) {
                let (mut xs, mut ys) = ([0.0; AT_ONCE], [0.0; AT_ONCE]);
                for i in 0..AT_ONCE {
                    let u = (first as f32 + i as f32 + 0.5) * step_u;
                    let scale = 1.0 / (wu * u + w_v);
                    xs[i] = (xu * u + x_v) * scale;
                    ys[i] = (yu * u + y_v) * scale;
                }
                let colours = frame.bilinears(&xs, &ys);
                for (line, values) in line.iter_mut().zip(&colours) {
                    line[first..first + AT_ONCE].copy_from_slice(values);
                }
            }
            for (mean, line) in row.iter_mut().zip(&line) {
                for (mean, samples) in mean.iter_mut().zip(line.chunks_exact(across)) {
                    for sample in samples {
                        *mean += sample;
                    }
                }
            }
        }
        for mean in row.iter_mut().flatten() {
            *mean *= norm;
        }
        put([&row[0], &row[1], &row[2]]);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Photo;

    // RN-4: rotate, crop, adapt the position
    #[test]
    fn a_quarter_of_the_picture_comes_out_whole() {
        let photo = Photo::new(RgbImage::from_fn(200, 200, |x, y| {
            image::Rgb([if x < 100 { 250 } else { 10 }, if y < 100 { 250 } else { 10 }, 0])
        }));
        let quad = Quad([[50.0, 50.0], [150.0, 50.0], [150.0, 150.0], [50.0, 150.0]]);
        let flat = rectify(&photo.frame(), &quad, 40, 40).unwrap();
        assert_eq!(flat.get_pixel(5, 5).0, [250, 250, 0]);
        assert_eq!(flat.get_pixel(35, 5).0, [10, 250, 0]);
        let turned = rectify(&photo.frame(), &quad.turned(1), 40, 40).unwrap();
        assert_eq!(turned.get_pixel(5, 5).0, [10, 250, 0]);
    }

    #[test]
    fn fine_stripes_are_averaged_not_aliased() {
        let photo = Photo::new(RgbImage::from_fn(400, 400, |x, _| image::Rgb([if x % 2 == 0 { 0 } else { 200 }; 3])));
        let flat = rectify(&photo.frame(), &Quad::of_picture(400.0, 400.0), 100, 100).unwrap();
        assert!(flat.pixels().all(|p| (70..=130).contains(&p.0[0])));
    }
}
