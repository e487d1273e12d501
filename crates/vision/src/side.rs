//! Stage 4: which side of which document lies in an outline, and which way up.
//!
//! Cheap evidence first: where a layout prints labels there must be ink, and where it prints nothing there must be
//! less. Only then a label is read, and only its text decides.

use std::sync::LazyLock;

use image::{GrayImage, RgbImage};
use shiming_identity::document::{Alphabet, Box2, DocumentKind, Label, Layout, layouts};

use crate::geometry::{Homography, Quad};
use crate::locate::Outline;
use crate::picture::Frame;
use crate::read;
use crate::recognise::{RecogniseError, Recogniser};
use crate::rectify::rectify;

/// Width at which outlines are compared with layouts, pixels.
const COARSE_WIDTH: u32 = 320;
/// Most guesses whose labels are read.
const MOST_READ: usize = 6;
/// Share of a label's characters that must be read to accept it.
const LEAST_SAME: f32 = 0.5;
/// Labels of fewer characters prove nothing.
const LEAST_CHARACTERS: usize = 4;

/// From this agreement of ink and layout on, it is the document and its outline is right: drawn cards have 0.72 and more,
/// blurred or dark ones too; the same cards in outlines that are off, and other things, have less.
pub(crate) const LIKELY: f32 = 0.66;
/// From this agreement on, it may be a document that is too small or too far off to tell.
pub(crate) const POSSIBLE: f32 = 0.45;

/// The layouts of every document that is read, parsed once.
pub(crate) fn known_layouts() -> &'static [Layout] {
    static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| layouts(DocumentKind::CnResidentId));
    &LAYOUTS
}

/// A layout laid on an outline, one way up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guess<'a> {
    pub layout: &'a Layout,
    /// The outline, its first corner the document's own top left if the guess is right.
    pub quad: Quad,
    /// Nothing of the document lies outside the photo.
    pub whole: bool,
    /// How well ink and layout agree: about 0 for pictures of something else, above [`LIKELY`] for the document.
    pub agreement: f32,
}

/// Every layout on every outline in both ways up, the likeliest first.
pub(crate) fn guesses<'a>(frame: &Frame<'_>, outlines: &[Outline], layouts: &'a [Layout]) -> Vec<Guess<'a>> {
    let mut guesses = Vec::new();
    for (place, outline) in outlines.iter().enumerate() {
        let Some(layout) = layouts.first() else { continue };
        let rows = COARSE_WIDTH as f32 * layout.millimetres[1] / layout.millimetres[0];
        let Some(flat) = rectify(frame, &outline.quad, COARSE_WIDTH, rows as u32) else { continue };
        let upright = InkMap::of(&flat);
        let reversed = upright.reversed();
        for layout in layouts {
            for (turn, map) in [(0, &upright), (2, &reversed)] {
                let agreement = map.agreement(layout);
                // An outline with better edges is likelier to be the document's and not a frame within it.
                let rank = agreement + 0.25 * outline.score - 0.02 * place as f32;
                let quad = outline.quad.turned(turn);
                guesses.push((rank, Guess { layout, quad, whole: outline.whole, agreement }));
            }
        }
    }
    guesses.sort_by(|a, b| b.0.total_cmp(&a.0));
    guesses.into_iter().map(|(_, guess)| guess).collect()
}

/// The first of the likeliest guesses that has a label of its layout in its place.
pub(crate) fn confirm<'a>(
    frame: &Frame<'_>,
    guesses: &[Guess<'a>],
    recogniser: &Recogniser,
) -> Result<Option<Guess<'a>>, RecogniseError> {
    for guess in guesses.iter().take(MOST_READ) {
        if shows_label(frame, guess, recogniser)? {
            return Ok(Some(*guess));
        }
    }
    Ok(None)
}

/// Whether a label that the layout has for itself is printed in its place.
fn shows_label(frame: &Frame<'_>, guess: &Guess<'_>, recogniser: &Recogniser) -> Result<bool, RecogniseError> {
    // Small print first: titles are set in faces that no recogniser was trained on.
    let mut labels: Vec<&Label> =
        guess.layout.labels.iter().filter(|label| label.text.chars().count() >= LEAST_CHARACTERS).collect();
    labels.sort_by(|a, b| height(&a.area).total_cmp(&height(&b.area)));
    for label in labels.iter().take(2) {
        let Some(flat) = flatten(frame, guess, &grown(&label.area)) else { continue };
        let whole = Box2 { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let Some(line) = read::cut(&flat, &whole) else { continue };
        let read = recogniser.recognise(&line, Alphabet::Text)?.text();
        if similarity(&read, &label.text) >= LEAST_SAME {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A box of the document alone, flattened at the format's size: a part of a projective view is one too.
fn flatten(frame: &Frame<'_>, guess: &Guess<'_>, area: &Box2) -> Option<RgbImage> {
    let map = Homography::onto(&guess.quad)?;
    let corners = [(area.left, area.top), (area.right, area.top), (area.right, area.bottom), (area.left, area.bottom)];
    let size = guess.layout.format.size;
    let width = (area.right - area.left) * f32::from(size.width);
    let height = (area.bottom - area.top) * f32::from(size.height);
    rectify(frame, &Quad(corners.map(|(u, v)| map.apply(u, v))), width.round() as u32, height.round() as u32)
}

fn height(area: &Box2) -> f32 {
    area.bottom - area.top
}

/// A label's box with room for the outline's error.
fn grown(area: &Box2) -> Box2 {
    Box2 { left: area.left - 0.012, top: area.top - 0.016, right: area.right + 0.012, bottom: area.bottom + 0.016 }
}

/// Length of the longest common subsequence as a share of the longer text.
pub(crate) fn similarity(a: &str, b: &str) -> f32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row = vec![0usize; b.len() + 1];
    for x in &a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()] as f32 / a.len().max(b.len()).max(1) as f32
}

/// How much darker each pixel is than its surroundings, and how much redder than grey.
struct InkMap {
    width: usize,
    height: usize,
    ink: Vec<f32>,
    red: Vec<f32>,
}

impl InkMap {
    fn of(flat: &RgbImage) -> Self {
        let (width, height) = (flat.width() as usize, flat.height() as usize);
        let luma: GrayImage = image::imageops::grayscale(flat);
        let paper = read::local_mean(&luma, 9);
        let ink = luma.as_raw().iter().zip(&paper).map(|(&v, p)| (p - f32::from(v)).clamp(0.0, 60.0)).collect();
        let red = flat
            .pixels()
            .map(|pixel| {
                let [r, g, b] = pixel.0.map(f32::from);
                (r - g.max(b)).clamp(0.0, 80.0)
            })
            .collect();
        Self { width, height, ink, red }
    }

    /// The map of the picture turned by half a turn.
    fn reversed(&self) -> Self {
        let turned = |plane: &[f32]| plane.iter().rev().copied().collect();
        Self { width: self.width, height: self.height, ink: turned(&self.ink), red: turned(&self.red) }
    }

    /// Ink in the labels against ink where nothing is printed, as a share of their sum, with the emblem's red where the
    /// layout has one: −1 to 1.
    fn agreement(&self, layout: &Layout) -> f32 {
        let labels: Vec<Box2> = layout.labels.iter().map(|label| label.area).collect();
        let printed: Vec<Box2> = labels
            .iter()
            .copied()
            .chain(layout.slots.iter().map(|slot| slot.area))
            .chain(layout.portrait)
            .chain(layout.emblem)
            .collect();
        let (inside, outside) = (self.mean(&self.ink, &labels), self.mean_outside(&self.ink, &printed));
        let ink = (inside - outside) / (inside + outside + 1.0);
        let red = layout.emblem.map_or(0.0, |emblem| {
            let (inside, outside) = (self.mean(&self.red, &[emblem]), self.mean_outside(&self.red, &printed));
            (inside - outside) / (inside + outside + 4.0)
        });
        if layout.emblem.is_some() { (ink + 0.5 * red) / 1.5 } else { ink }
    }

    fn mean(&self, plane: &[f32], areas: &[Box2]) -> f32 {
        let (mut sum, mut count) = (0.0, 0u32);
        for area in areas {
            let (columns, rows) = self.pixels(area);
            for y in rows {
                for value in &plane[y * self.width + columns.start..y * self.width + columns.end] {
                    sum += value;
                    count += 1;
                }
            }
        }
        sum / count.max(1) as f32
    }

    fn mean_outside(&self, plane: &[f32], areas: &[Box2]) -> f32 {
        let mut taken = vec![false; plane.len()];
        for area in areas {
            let (columns, rows) = self.pixels(area);
            for y in rows {
                taken[y * self.width + columns.start..y * self.width + columns.end].fill(true);
            }
        }
        // The outermost pixels may show the table.
        let (mut sum, mut count) = (0.0, 0u32);
        for y in self.height / 24..self.height - self.height / 24 {
            for x in self.width / 32..self.width - self.width / 32 {
                if !taken[y * self.width + x] {
                    sum += plane[y * self.width + x];
                    count += 1;
                }
            }
        }
        sum / count.max(1) as f32
    }

    fn pixels(&self, area: &Box2) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |from: f32, to: f32, size: usize| {
            let end = ((to * size as f32).ceil().max(0.0) as usize).min(size);
            ((from * size as f32).max(0.0) as usize).min(end)..end
        };
        (range(area.left, area.right, self.width), range(area.top, area.bottom, self.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_counts_what_is_read_in_order() {
        assert!((similarity("公民身份号码", "公民身份号码") - 1.0).abs() < 1e-6);
        assert!((similarity("公民身份弓码", "公民身份号码") - 5.0 / 6.0).abs() < 1e-6);
        assert!(similarity("", "签发机关").abs() < 1e-6);
        assert!(similarity("签发机关签发机关签发机关", "签发机关") < 0.5);
    }
}
