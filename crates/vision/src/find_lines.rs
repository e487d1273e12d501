//! Finding lines of print anywhere in a picture, in any direction.
//!
//! `ocrs` runs the text detector (`models/detector.onnx`) and turns its mask into rotated boxes; what is left for this
//! module is the detector's own geometry: it marks the core of a line, which has to be grown again.

use image::{GrayImage, Luma, imageops};
use ocrs::{ImageSource, OcrEngine, OcrEngineParams};
use rten::{Dimension, ModelOptions, op_registry};
use rten_imageproc::RotatedRect;

use crate::geometry::{Point, Quad, distance};
use crate::picture::Frame;
use crate::rectify::rectify_luma;

/// How far the detector's training shrank a line: its core grows by area × this / perimeter on every side.
const UNCLIP: f32 = 1.6;
/// `ocrs` has grown every box by this much on each side already, pixels of its input.
const OCRS_MARGIN: f32 = 3.0;
/// Grown lines lower than this, in pixels of the detector's input, are noise or unreadable.
const LEAST_HEIGHT: f32 = 6.0;
/// A line is at most this high, as a share of the picture's long side: a surface without any print can light up whole.
const MOST_HEIGHT: f32 = 0.25;

/// Why lines could not be looked for.
#[derive(Debug, thiserror::Error)]
pub enum FindLinesError {
    /// The bytes are no model that this program can run.
    #[error("the detector cannot be loaded: {0}")]
    Load(#[source] rten::LoadError),
    /// The model does not take a square picture of fixed size.
    #[error("the detector takes no square picture of a fixed size")]
    Input,
    /// The network failed, or `ocrs` refused its input. The text is the library's.
    #[error("the detector failed: {0}")]
    Run(String),
}

/// Finds lines of print.
pub struct LineFinder {
    engine: OcrEngine,
    side: u32,
}

/// A line of print in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineBox {
    /// The corners, from the line's top left as read. A box does not show from which end it reads: the line is taken to
    /// run to the right, or down if it stands upright; [`LineBox::reversed`] is the other way to read it.
    pub quad: Quad,
}

impl LineBox {
    /// Length along the line, picture pixels.
    #[must_use]
    pub fn length(&self) -> f32 {
        distance(self.quad.0[0], self.quad.0[1])
    }

    /// Height of the line, picture pixels.
    #[must_use]
    pub fn height(&self) -> f32 {
        distance(self.quad.0[0], self.quad.0[3])
    }

    /// The same box, read from its other end.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { quad: self.quad.turned(2) }
    }

    /// The point at `along` of the line's length (0 to 1) on its middle.
    #[must_use]
    pub fn middle(&self, along: f32) -> Point {
        let [a, b, c, d] = self.quad.0;
        std::array::from_fn(|i| {
            let (start, end) = (f32::midpoint(a[i], d[i]), f32::midpoint(b[i], c[i]));
            start + (end - start) * along
        })
    }
}

impl LineFinder {
    /// Loads `models/detector.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, FindLinesError> {
        // Only what the model uses: every other operator stays out of the binary.
        let operators = op_registry!(
            Add,
            Cast,
            Concat,
            Conv,
            ConvTranspose,
            DequantizeLinear,
            Gelu,
            GlobalAveragePool,
            HardSigmoid,
            MaxPool,
            Mul,
            Relu,
            Resize,
            Sigmoid
        );
        let model = ModelOptions::with_ops(operators).load(model.into()).map_err(FindLinesError::Load)?;
        let side = match model.input_shape(0).as_deref() {
            Some([_, _, Dimension::Fixed(height), Dimension::Fixed(width)]) if height == width => {
                u32::try_from(*height).map_err(|_| FindLinesError::Input)?
            }
            _ => return Err(FindLinesError::Input),
        };
        let parameters = OcrEngineParams { detection_model: Some(model), ..OcrEngineParams::default() };
        let engine = OcrEngine::new(parameters).map_err(|error| FindLinesError::Run(error.to_string()))?;
        Ok(Self { engine, side })
    }

    /// The lines in a picture, the longest first.
    pub fn find(&self, frame: &Frame<'_>) -> Result<Vec<LineBox>, FindLinesError> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let scale = self.side as f32 / width.max(height);
        let scaled = |length: f32| ((length * scale).round() as u32).clamp(1, self.side);
        let whole = Quad([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]);
        let Some(small) = rectify_luma(frame, &whole, scaled(width), scaled(height)) else {
            return Ok(Vec::new());
        };
        let mut input = GrayImage::from_pixel(self.side, self.side, Luma([mean(&small)]));
        imageops::replace(&mut input, &small, 0, 0);

        let failed = |error: &dyn std::fmt::Display| FindLinesError::Run(error.to_string());
        let source = ImageSource::from_bytes(input.as_raw(), input.dimensions()).map_err(|e| failed(&e))?;
        let input = self.engine.prepare_input(source).map_err(|e| failed(&e))?;
        let cores = self.engine.detect_words(&input).map_err(|e| failed(&e))?;
        let mut lines: Vec<LineBox> = cores.iter().filter_map(|core| grown(core, scale)).collect();
        lines.retain(|line| line.height() <= MOST_HEIGHT * width.max(height));
        lines.sort_by(|a, b| b.length().total_cmp(&a.length()));
        Ok(lines)
    }
}

impl std::fmt::Debug for LineFinder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LineFinder({0}×{0})", self.side)
    }
}

/// The line around a core that `ocrs` found in the picture scaled by `scale`.
fn grown(core: &RotatedRect, scale: f32) -> Option<LineBox> {
    let (mut width, mut height) = (core.width() - 2.0 * OCRS_MARGIN, core.height() - 2.0 * OCRS_MARGIN);
    width = width.max(1.0);
    height = height.max(1.0);
    let growth = width * height * UNCLIP / (width + height);
    width += growth;
    height += growth;
    if width.min(height) < LEAST_HEIGHT {
        return None;
    }
    // Along the line: across the box's up axis, or along it when the box stands on its short side.
    let up = core.up_axis();
    let (mut along, mut length, mut thickness) = ([-up.y, up.x], width, height);
    if height > width {
        (along, length, thickness) = ([up.x, up.y], height, width);
    }
    // To the right, or down: within 45° of either.
    if along[0] + along[1] < 0.0 {
        along = along.map(|v| -v);
    }
    let down = [-along[1], along[0]];
    let centre = core.center();
    let corner = |x: f32, y: f32| -> Point {
        let (x, y) = (x * length, y * thickness);
        let point = [centre.x + along[0] * x + down[0] * y, centre.y + along[1] * x + down[1] * y];
        point.map(|v| (v + 0.5) / scale - 0.5)
    };
    let quad = Quad([corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)]);
    quad.is_finite().then_some(LineBox { quad })
}

/// Mean luma.
fn mean(picture: &GrayImage) -> u8 {
    let sum: u64 = picture.as_raw().iter().map(|&v| u64::from(v)).sum();
    (sum / (picture.as_raw().len().max(1) as u64)) as u8
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use image::imageops::{crop_imm, rotate90};
    use shiming_specimen::{Fonts, citizen, draw_back};

    use super::*;
    use crate::picture::Photo;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

    fn finder() -> LineFinder {
        LineFinder::new(std::fs::read(Path::new(ROOT).join("models/detector.onnx")).unwrap()).unwrap()
    }

    /// The lower half of a back: 签发机关 and 有效期限 with their values.
    fn two_lines() -> image::RgbImage {
        let fonts = Fonts::load(&Path::new(ROOT).join("node_modules")).unwrap();
        let card = draw_back(&citizen(0), &fonts, 1000);
        crop_imm(&card, 200, 420, 780, 190).to_image()
    }

    #[test]
    fn lines_are_found_where_they_are_printed() {
        let lines = finder().find(&Photo::new(two_lines()).frame()).unwrap();
        // 有效期限 is printed from 0.24 of 1000 pixels on, in a height of 0.839 to 0.884 of 631.
        let [left, top] = [240.0 - 200.0, 0.839 * 631.0 - 420.0];
        let label = lines.iter().find(|line| distance(line.quad.0[0], [left, top]) < 14.0);
        let label = label.unwrap_or_else(|| panic!("no line starts at {left}, {top}: {lines:?}"));
        assert!((20.0..52.0).contains(&label.height()), "{label:?}");
        assert!(label.length() >= 120.0, "{label:?}");
        assert!((label.middle(0.0)[1] - (top + 14.0)).abs() < 8.0);
        let other_way = label.reversed();
        assert_eq!((other_way.middle(0.25), other_way.length()), (label.middle(0.75), label.length()));
    }

    #[test]
    fn upright_lines_run_down() {
        let across = finder().find(&Photo::new(two_lines()).frame()).unwrap();
        let turned = finder().find(&Photo::new(rotate90(&two_lines())).frame()).unwrap();
        assert_eq!(across.len(), turned.len());
        for line in turned {
            let [start, end] = [line.middle(0.0), line.middle(1.0)];
            assert!(end[1] - start[1] > 3.0 * (end[0] - start[0]).abs(), "{line:?}");
        }
    }

    #[test]
    fn there_are_no_lines_on_a_blank_sheet_or_on_one_pixel() {
        let finder = finder();
        for (width, height) in [(900, 600), (1, 1), (3000, 1)] {
            let blank = Photo::new(image::RgbImage::from_pixel(width, height, image::Rgb([235, 233, 230])));
            assert_eq!(finder.find(&blank.frame()).unwrap(), []);
        }
    }

    #[test]
    fn other_models_are_refused() {
        assert!(matches!(LineFinder::new(vec![1; 64]), Err(FindLinesError::Load(_))));
        let recogniser = std::fs::read(Path::new(ROOT).join("models/recogniser.onnx")).unwrap();
        assert!(LineFinder::new(recogniser).is_err());
    }
}
