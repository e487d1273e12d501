//! One frame of a camera's stream: where the document is, how good the picture would be, what the user should do.
//!
//! No text is read here: this runs many times a second.

use image::GrayImage;
use serde::Serialize;
use shiming_identity::document::{FormatParameters, Page, Side};

use crate::format;
use crate::net::NetError;
use crate::picture::Frame;
use crate::quality::{self, Measured, measured_size, of_light};
use crate::rectify::rectify_luma;
use crate::refusal::{Hint, Reason};
use crate::scout::{Scout, Seen};
use crate::sorter::Sorted;

/// Within this share of the frame's size a document's corner counts as touching the border.
const BORDER: f32 = 0.004;
/// A document that covers more of the frame than this is too near to focus and to fit.
const TOO_NEAR_PERCENT: u8 = 92;
/// Something that covers less of the frame than this may be anything.
const LEAST_SHARE: f32 = 0.03;

/// What one frame shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FrameReport {
    /// The document's corners in frame pixels, clockwise from its own top left.
    pub quad: Option<[[f32; 2]; 4]>,
    /// The side that is to be seen, if that can be told without reading.
    pub side: Option<Side>,
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

impl FrameReport {
    fn nothing(hint: Hint) -> Self {
        Self { quad: None, side: None, hint, sharpness: 0, brightness: 0, glare: 0, coverage: 0 }
    }
}

impl Scout {
    /// Inspects a frame. Works on shrunk and flattened copies of it.
    pub fn inspect(&self, frame: &Frame<'_>, format: &FormatParameters) -> Result<FrameReport, NetError> {
        let dark_or_empty = || FrameReport::nothing(of_light(frame).map_or(Hint::NoDocument, Reason::hint));
        let Some(seen) = self.look(frame, false)?.into_iter().next() else { return Ok(dark_or_empty()) };
        let cut = if seen.share >= LEAST_SHARE { Hint::WholeCard } else { Hint::NoDocument };
        let Some(mut sorted) = seen.sorted else {
            return Ok(if seen.whole { dark_or_empty() } else { FrameReport::nothing(cut) });
        };
        // A page of the document that is asked for may be little less likely than one that is not.
        let asked = |page: &Page| page.document() == Some(format.document);
        if !asked(sorted.page)
            && let Some(other) = self.among(frame, &sorted.quad, asked)?
        {
            sorted = other;
        }
        let (width, height) = measured_size(format);
        let Some(flat) = rectify_luma(frame, &sorted.quad, width, height) else { return Ok(dark_or_empty()) };
        let measured = quality::measure(&flat, &sorted.quad, frame.width(), frame.height());
        let likely = seen.likely().is_some();
        Ok(FrameReport {
            quad: Some(sorted.quad.0),
            side: likely.then_some(sorted.page.layout.side),
            hint: advise(frame, format, &seen, &sorted, measured, &flat),
            sharpness: measured.sharpness,
            brightness: measured.brightness,
            glare: measured.glare,
            coverage: measured.coverage,
        })
    }
}

/// The one hint that helps most: light first, because without it the rest is guesswork; then the position, the side,
/// and focus.
fn advise(
    frame: &Frame<'_>,
    format: &FormatParameters,
    seen: &Seen,
    sorted: &Sorted,
    measured: Measured,
    flat: &GrayImage,
) -> Hint {
    let lacking = format::check(format, &sorted.quad, measured);
    let cut = !seen.whole || touches_border(frame, &sorted.quad.0);
    let likely = seen.likely().is_some();
    let layout = &sorted.page.layout;
    match lacking {
        Some(reason @ (Reason::TooDark | Reason::TooBright)) => reason.hint(),
        _ if cut && measured.coverage > TOO_NEAR_PERCENT => Hint::Farther,
        Some(Reason::TooSteep) if likely => Hint::Flatter,
        _ if cut => Hint::WholeCard,
        Some(Reason::TooSmall) => Hint::Closer,
        // Neither small nor cut off, and yet nothing that is known.
        _ if !likely => Hint::NoDocument,
        Some(reason @ Reason::Glare) => reason.hint(),
        _ if sorted.page.document() != Some(format.document) => Hint::OtherDocument,
        _ if layout.side != format.side => Hint::OtherSide,
        Some(reason) => reason.hint(),
        None if measured.coverage > TOO_NEAR_PERCENT => Hint::Farther,
        None if quality::covered(frame, &sorted.quad, layout) => Reason::Covered.hint(),
        None => quality::hidden_print(flat, layout).map_or(Hint::Ready, Reason::hint),
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
