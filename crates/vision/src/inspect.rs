//! One frame of a camera's stream: where the document is, how good the picture would be, what the user should do.
//!
//! No text is read here: this runs many times a second.

use image::GrayImage;
use serde::Serialize;
use shiming_identity::document::{FormatParameters, Side};

use crate::format;
use crate::locate::{locate_coarsely, refine};
use crate::picture::Frame;
use crate::quality::{self, Measured, measured_size, of_light};
use crate::rectify::rectify_luma;
use crate::refusal::{Hint, Reason};
use crate::side::{Guess, LIKELY, POSSIBLE, POSSIBLE_SMALL, guesses, known_layouts};

/// Within this share of the frame's size a document's corner counts as touching the border.
const BORDER: f32 = 0.004;
/// Most outlines that are compared.
const MOST_OUTLINES: usize = 4;
/// A document that covers more of the frame than this is too near to focus and to fit.
const TOO_NEAR_PERCENT: u8 = 92;

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

/// Inspects a frame. Takes one pass over the frame's pixels and works on shrunk and flattened copies from there.
#[must_use]
pub fn inspect(frame: &Frame<'_>, format: &FormatParameters) -> FrameReport {
    let nothing =
        |hint| FrameReport { quad: None, side: None, hint, sharpness: 0, brightness: 0, glare: 0, coverage: 0 };
    let ratio = f32::from(format.size.width) / f32::from(format.size.height.max(1));
    let mut outlines = locate_coarsely(frame, ratio, MOST_OUTLINES);
    outlines.retain(|outline| outline.border_sides < 3);
    let layouts = known_layouts();
    let seen = guesses(frame, &outlines, layouts).into_iter().find(|guess| guess.layout.document == format.document);
    let Some(mut guess) = seen else { return nothing(of_light(frame).map_or(Hint::NoDocument, Reason::hint)) };
    guess.quad = refine(frame, &guess.quad);
    let (width, height) = measured_size(format);
    let Some(flat) = rectify_luma(frame, &guess.quad, width, height) else { return nothing(Hint::NoDocument) };
    let measured = quality::measure(&flat, &guess.quad, frame.width(), frame.height());
    if guess.agreement < POSSIBLE {
        // Nothing that could be a document; perhaps it is the light that hides it.
        let light = of_light(frame).or_else(|| {
            quality::below(measured, format.quality_floor)
                .filter(|reason| matches!(reason, Reason::TooDark | Reason::TooBright))
        });
        return nothing(light.map_or(Hint::NoDocument, Reason::hint));
    }
    let likely = guess.agreement >= LIKELY;
    FrameReport {
        quad: Some(guess.quad.0),
        side: likely.then_some(guess.layout.side),
        hint: advise(frame, format, &guess, measured, &flat),
        sharpness: measured.sharpness,
        brightness: measured.brightness,
        glare: measured.glare,
        coverage: measured.coverage,
    }
}

/// The one hint that helps most: light first, because without it the rest is guesswork; then the position, the side,
/// and focus.
fn advise(
    frame: &Frame<'_>,
    format: &FormatParameters,
    guess: &Guess<'_>,
    measured: Measured,
    flat: &GrayImage,
) -> Hint {
    let lacking = format::check(format, &guess.quad, measured);
    let cut = !guess.whole || touches_border(frame, &guess.quad.0);
    let likely = guess.agreement >= LIKELY;
    match lacking {
        Some(reason @ (Reason::TooDark | Reason::TooBright)) => reason.hint(),
        _ if cut && measured.coverage > TOO_NEAR_PERCENT => Hint::Farther,
        Some(Reason::TooSteep) if likely => Hint::Flatter,
        _ if cut => Hint::WholeCard,
        Some(Reason::TooSmall) if guess.agreement >= POSSIBLE_SMALL => Hint::Closer,
        // Neither small nor cut off, and yet not what the layout says.
        _ if !likely => Hint::NoDocument,
        _ if guess.layout.side != format.side => Hint::OtherSide,
        Some(reason) => reason.hint(),
        None if measured.coverage > TOO_NEAR_PERCENT => Hint::Farther,
        None if quality::covered(frame, &guess.quad, guess.layout) => Reason::Covered.hint(),
        None => quality::hidden_label(flat, guess.layout).map_or(Hint::Ready, Reason::hint),
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
