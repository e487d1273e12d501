//! One frame of a camera's stream: where the document is, how good the picture would be, what the user should do.
//!
//! No text is read here: this runs many times a second.

use serde::Serialize;
use shiming_identity::document::FormatParameters;

use crate::format;
use crate::locate::locate;
use crate::picture::Frame;
use crate::quality::{self, Measured, measured_size};
use crate::rectify::rectify_luma;
use crate::refusal::Hint;

/// Within this share of the frame's size a document's corner counts as touching the border.
const BORDER: f32 = 0.004;
/// A document that covers more of the frame than this is too near to focus and to fit.
const TOO_NEAR_PERCENT: u8 = 92;

/// What one frame shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FrameReport {
    /// The document's corners in frame pixels, clockwise from the one that is top left in the frame.
    pub quad: Option<[[f32; 2]; 4]>,
    /// The one thing to tell the user.
    pub hint: Hint,
    /// Sharpness of the document, 0 to 100.
    pub sharpness: u8,
    /// Mean luma of the document, 0 to 255.
    pub brightness: u8,
    /// Share of the document that is washed out, percent.
    pub glare: u8,
    /// Share of the frame that the document covers, percent.
    pub coverage: u8,
}

/// Inspects a frame. Takes one pass over the frame's pixels and works on a shrunk copy from there.
#[must_use]
pub fn inspect(frame: &Frame<'_>, format: &FormatParameters) -> FrameReport {
    let nothing = |hint| FrameReport { quad: None, hint, sharpness: 0, brightness: 0, glare: 0, coverage: 0 };
    let ratio = f32::from(format.size.width) / f32::from(format.size.height.max(1));
    let Some(outline) = locate(frame, ratio, 1).into_iter().find(|outline| outline.border_sides < 3) else {
        return nothing(Hint::NoDocument);
    };
    let quad = outline.quad;
    let (width, height) = measured_size(format);
    let Some(flat) = rectify_luma(frame, &quad, width, height) else { return nothing(Hint::NoDocument) };
    let measured = quality::measure(&flat, &quad, frame.width(), frame.height());
    let hint = if outline.border_sides > 0 || touches_border(frame, &quad.0) {
        if measured.coverage >= TOO_NEAR_PERCENT { Hint::Farther } else { Hint::WholeCard }
    } else {
        advise(format, &outline.quad, &measured)
    };
    FrameReport {
        quad: Some(quad.0),
        hint,
        sharpness: measured.sharpness,
        brightness: measured.brightness,
        glare: measured.glare,
        coverage: measured.coverage,
    }
}

fn advise(format: &FormatParameters, quad: &crate::geometry::Quad, measured: &Measured) -> Hint {
    match format::check(format, quad, measured) {
        Some(reason) => reason.hint(),
        None if measured.coverage > TOO_NEAR_PERCENT => Hint::Farther,
        None => Hint::Ready,
    }
}

fn touches_border(frame: &Frame<'_>, corners: &[[f32; 2]; 4]) -> bool {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    corners.iter().any(|[x, y]| {
        *x < width * BORDER
            || *y < height * BORDER
            || *x > width * (1.0 - BORDER) - 1.0
            || *y > height * (1.0 - BORDER) - 1.0
    })
}
