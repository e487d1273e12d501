//! Text and shapes on a picture.

use ab_glyph::{Font, FontArc, Glyph, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

/// A colour, red, green, blue.
pub(crate) type Rgb8 = [u8; 3];

/// Anti-aliased paint of one colour; `alpha` 0 to 1.
pub(crate) fn paint(colour: Rgb8, alpha: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    let [r, g, b] = colour.map(|part| f32::from(part) / 255.0);
    paint.set_color(Color::from_rgba(r, g, b, alpha.clamp(0.0, 1.0)).unwrap_or(Color::BLACK));
    paint
}

/// A closed or open path through the commands that `draw` gives; empty paths draw nothing.
pub(crate) fn path(draw: impl FnOnce(&mut PathBuilder)) -> Option<Path> {
    let mut builder = PathBuilder::new();
    draw(&mut builder);
    builder.finish()
}

/// Fills `path`.
pub(crate) fn fill(on: &mut Pixmap, path: Option<Path>, colour: Rgb8, alpha: f32, at: Transform) {
    if let Some(path) = path {
        on.fill_path(&path, &paint(colour, alpha), FillRule::Winding, at, None);
    }
}

/// Strokes `path` with a round pen of `width`.
pub(crate) fn stroke(on: &mut Pixmap, path: Option<Path>, colour: Rgb8, alpha: f32, width: f32, at: Transform) {
    if let Some(path) = path {
        let pen = Stroke {
            width,
            line_cap: tiny_skia::LineCap::Round,
            line_join: tiny_skia::LineJoin::Round,
            ..Stroke::default()
        };
        on.stroke_path(&path, &paint(colour, alpha), &pen, at, None);
    }
}

/// The opaque picture under a pixmap whose every pixel is opaque.
pub(crate) fn flatten(pixmap: &Pixmap) -> RgbImage {
    let mut image = RgbImage::new(pixmap.width(), pixmap.height());
    for (to, from) in image.pixels_mut().zip(pixmap.pixels()) {
        *to = Rgb([from.red(), from.green(), from.blue()]);
    }
    image
}

/// One line of text.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) font: &'a FontArc,
    /// Size of the em square, pixels.
    pub(crate) em: f32,
    /// Extra space after each character, pixels.
    pub(crate) tracking: f32,
}

impl Line<'_> {
    fn scale(&self) -> PxScale {
        // ab_glyph scales by ascent − descent, typography by the em square.
        let units = self.font.units_per_em().unwrap_or(1000.0);
        PxScale::from(self.em * self.font.height_unscaled() / units)
    }

    fn glyphs(&self, text: &str) -> Vec<Glyph> {
        let scaled = self.font.as_scaled(self.scale());
        let mut x = 0.0;
        text.chars()
            .map(|c| {
                let id = scaled.glyph_id(c);
                let glyph = id.with_scale_and_position(self.scale(), point(x, 0.0));
                x += scaled.h_advance(id) + self.tracking;
                glyph
            })
            .collect()
    }

    /// Left, top, right and bottom of the ink, with the pen starting at (0, 0) on the baseline.
    pub(crate) fn ink(&self, text: &str) -> [f32; 4] {
        let mut ink = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for outlined in self.glyphs(text).into_iter().filter_map(|glyph| self.font.outline_glyph(glyph)) {
            let bounds = outlined.px_bounds();
            ink = [
                ink[0].min(bounds.min.x),
                ink[1].min(bounds.min.y),
                ink[2].max(bounds.max.x),
                ink[3].max(bounds.max.y),
            ];
        }
        if ink[0] > ink[2] { [0.0; 4] } else { ink }
    }

    /// Draws `text` with the pen starting at `x` on `baseline`.
    pub(crate) fn draw(&self, on: &mut RgbImage, text: &str, x: f32, baseline: f32, colour: Rgb8, alpha: f32) {
        for mut glyph in self.glyphs(text) {
            glyph.position.x += x;
            glyph.position.y += baseline;
            let Some(outlined) = self.font.outline_glyph(glyph) else { continue };
            let bounds = outlined.px_bounds();
            outlined.draw(|dx, dy, coverage| {
                let (x, y) = (f64::from(bounds.min.x) + f64::from(dx), f64::from(bounds.min.y) + f64::from(dy));
                if let Some(pixel) = pixel_mut(on, x, y) {
                    // Where contours overlap the rasteriser counts twice.
                    blend(pixel, colour, coverage.min(1.0) * alpha);
                }
            });
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie inside the picture")]
fn pixel_mut(on: &mut RgbImage, x: f64, y: f64) -> Option<&mut Rgb<u8>> {
    (x >= 0.0 && y >= 0.0).then(|| on.get_pixel_mut_checked(x as u32, y as u32)).flatten()
}

/// Lays `colour` over `pixel`.
pub(crate) fn blend(pixel: &mut Rgb<u8>, colour: Rgb8, alpha: f32) {
    let alpha = alpha.clamp(0.0, 1.0);
    for (part, over) in pixel.0.iter_mut().zip(colour) {
        *part = byte(f32::from(*part) + (f32::from(over) - f32::from(*part)) * alpha);
    }
}

/// The nearest value of a colour's part.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u8")]
#[inline]
pub(crate) fn byte(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}
