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
use crate::rectify::{rectify, rectify_coarsely};

/// Width at which outlines are compared with layouts, pixels.
const COARSE_WIDTH: u32 = 256;
/// Paper is what is bright within this many pixels of that picture.
const PAPER_REACH: usize = 7;
/// Most guesses whose labels are read.
pub(crate) const MOST_READ: usize = 6;
/// Share of a label's characters that must be read to accept it.
const LEAST_SAME: f32 = 0.5;
/// Labels of fewer characters prove nothing.
const LEAST_CHARACTERS: usize = 4;

/// From this agreement of ink and layout on, it is the document and its outline is right: drawn cards have 0.72 and more,
/// blurred or dark ones too; the same cards in outlines that are off, and other things, have less.
pub(crate) const LIKELY: f32 = 0.66;
/// From this agreement on, other outlines need not be compared.
const CERTAIN: f32 = 0.74;
/// From this agreement on, it may be a document of which a part is hidden or cut off.
pub(crate) const POSSIBLE: f32 = 0.45;
/// From this agreement on, something small may be a document whose print is too fine to see; small shapes agree by chance
/// more often.
pub(crate) const POSSIBLE_SMALL: f32 = 0.58;

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
        let Some(flat) = rectify_coarsely(frame, &outline.quad, COARSE_WIDTH, rows as u32) else { continue };
        let ink = InkMap::of(&flat);
        for layout in layouts {
            for (turn, reversed) in [(0, false), (2, true)] {
                let agreement = ink.agreement(layout, reversed);
                // An outline with better edges is likelier to be the document's and not a frame within it.
                let rank = agreement + 0.25 * outline.score - 0.02 * place as f32;
                let quad = outline.quad.turned(turn);
                guesses.push((rank, Guess { layout, quad, whole: outline.whole, agreement }));
            }
        }
        // Nothing that comes after it can be the document too.
        if guesses.iter().any(|(_, guess)| guess.agreement >= CERTAIN) {
            break;
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

/// How much darker each pixel is than its surroundings, and how much redder than grey, summed so that the mean of a box
/// is four look-ups.
struct InkMap {
    width: usize,
    height: usize,
    ink: Sums,
    red: Sums,
}

impl InkMap {
    fn of(flat: &RgbImage) -> Self {
        let (width, height) = (flat.width() as usize, flat.height() as usize);
        let luma: GrayImage = image::imageops::grayscale(flat);
        let paper = read::local_mean(&luma, PAPER_REACH);
        let ink: Vec<f32> =
            luma.as_raw().iter().zip(&paper).map(|(&v, p)| (p - f32::from(v)).clamp(0.0, 60.0)).collect();
        let pixels = flat.as_raw().as_chunks::<3>().0;
        let red: Vec<f32> =
            pixels.iter().map(|&[r, g, b]| (f32::from(r) - f32::from(g.max(b))).clamp(0.0, 80.0)).collect();
        Self { width, height, ink: Sums::of(width, &ink), red: Sums::of(width, &red) }
    }

    /// Ink in the labels against ink where nothing is printed, as a share of their sum, with the emblem's red where the
    /// layout has one: −1 to 1. `reversed` takes the picture turned by half a turn.
    fn agreement(&self, layout: &Layout, reversed: bool) -> f32 {
        let turned = |area: &Box2| {
            if reversed {
                Box2 { left: 1.0 - area.right, top: 1.0 - area.bottom, right: 1.0 - area.left, bottom: 1.0 - area.top }
            } else {
                *area
            }
        };
        let labels: Vec<Box2> = layout.labels.iter().map(|label| turned(&label.area)).collect();
        let slots = layout.slots.iter().map(|slot| turned(&slot.area));
        let pictures = layout.portrait.iter().chain(&layout.emblem).map(turned);
        let printed: Vec<Box2> = labels.iter().copied().chain(slots).chain(pictures).collect();
        // The outermost pixels may show the table.
        let inner = Box2 { left: 0.03, top: 0.04, right: 0.97, bottom: 0.96 };
        let against = |sums: &Sums, areas: &[Box2], floor: f32| {
            let total = |areas: &[Box2]| {
                areas.iter().map(|area| self.sum(sums, area)).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
            };
            let (inside, all, taken) = (total(areas), total(&[inner]), total(&printed));
            let inside = inside.0 / inside.1.max(1.0);
            let outside = (all.0 - taken.0).max(0.0) / (all.1 - taken.1).max(1.0);
            (inside - outside) / (inside + outside + floor)
        };
        let ink = against(&self.ink, &labels, 1.0);
        match &layout.emblem {
            Some(emblem) => (ink + 0.5 * against(&self.red, &[turned(emblem)], 4.0)) / 1.5,
            None => ink,
        }
    }

    /// Sum over a box, and its pixels.
    fn sum(&self, sums: &Sums, area: &Box2) -> (f32, f32) {
        let range = |from: f32, to: f32, size: usize| {
            let end = ((to * size as f32).ceil().max(0.0) as usize).min(size);
            (((from * size as f32).max(0.0) as usize).min(end), end)
        };
        let (left, right) = range(area.left, area.right, self.width);
        let (top, bottom) = range(area.top, area.bottom, self.height);
        (sums.of_box(left, top, right, bottom), ((right - left) * (bottom - top)) as f32)
    }
}

/// Sums of everything above and left of each pixel.
struct Sums {
    stride: usize,
    values: Vec<f64>,
}

impl Sums {
    fn of(width: usize, plane: &[f32]) -> Self {
        let stride = width + 1;
        let mut values = vec![0.0; stride];
        values.reserve(plane.len() + plane.len() / width.max(1));
        for line in plane.chunks_exact(width.max(1)) {
            let above = values.len() - stride;
            let mut row = 0.0;
            values.push(0.0);
            for (x, value) in line.iter().enumerate() {
                row += f64::from(*value);
                values.push(row + values[above + x + 1]);
            }
        }
        Self { stride, values }
    }

    fn of_box(&self, left: usize, top: usize, right: usize, bottom: usize) -> f32 {
        let at = |x: usize, y: usize| self.values.get(y * self.stride + x).copied().unwrap_or(0.0);
        (at(right, bottom) + at(left, top) - at(left, bottom) - at(right, top)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_boxes_are_sums_of_their_pixels() {
        let sums = Sums::of(3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert!((sums.of_box(0, 0, 3, 2) - 21.0).abs() < 1e-6);
        assert!((sums.of_box(1, 1, 3, 2) - 11.0).abs() < 1e-6);
        assert!(sums.of_box(2, 1, 2, 2).abs() < 1e-6);
    }

    #[test]
    fn similarity_counts_what_is_read_in_order() {
        assert!((similarity("公民身份号码", "公民身份号码") - 1.0).abs() < 1e-6);
        assert!((similarity("公民身份弓码", "公民身份号码") - 5.0 / 6.0).abs() < 1e-6);
        assert!(similarity("", "签发机关").abs() < 1e-6);
        assert!(similarity("签发机关签发机关签发机关", "签发机关") < 0.5);
    }
}
