//! Sets of photos to train on and to measure with.

use crate::backdrop::draw_backdrop_of_half;
use crate::draw::WIDTHS;
use crate::fonts::Fonts;
use crate::noise::f32_of;
use crate::pages::Page;
use crate::people::NameKind;
use crate::photo::{Photo, PhotoStyle, photograph_on};
use crate::severity::Severity;
use crate::specimen::{Specimen, Truth, specimen};
use crate::split::Split;
use crate::warp::place;

/// A photo of a document, and what is true about it.
#[derive(Clone)]
pub struct Shot {
    /// The photo.
    pub photo: Photo,
    /// What the document says.
    pub truth: Truth,
    /// What its name is like.
    pub names: NameKind,
    /// How the photo was taken.
    pub style: PhotoStyle,
}

/// Photo `index` of the set of `seed`: every set has its own people and its own light. The same seed and index is the same
/// person on every page and in every severity, so that figures can be compared in pairs.
///
/// `fonts` are those of the split ([`Fonts::of_split`]), used in turn; none give nothing.
#[must_use]
pub fn shot(
    page: &'static Page,
    severity: Severity,
    split: Split,
    seed: u64,
    index: usize,
    fonts: &[Fonts],
) -> Option<Shot> {
    let (Specimen { image, truth }, style, names) = drawn(page, severity, split, seed, index, fonts)?;
    let photo = photograph_on(draw_backdrop_of_half(&style), &image, &style, style.seed);
    Some(Shot { photo, truth, names, style })
}

/// What [`shot`] photographs, and how.
pub(crate) fn drawn(
    page: &'static Page,
    severity: Severity,
    split: Split,
    seed: u64,
    index: usize,
    fonts: &[Fonts],
) -> Option<(Specimen, PhotoStyle, NameKind)> {
    let fonts = fonts.get(index % fonts.len().max(1))?;
    let seed = (seed << 24) ^ u64::try_from(index).ok()?;
    let names = NameKind::at(index);
    let style = severity.style(page, split, seed);
    let specimen = specimen(page, split, seed, names, fonts, drawn_width(page, &style));
    Some((specimen, style, names))
}

/// The first `n` photos of the set of `seed`. Of every 25 six have a rare name and three a dotted one.
pub fn set<'a>(
    page: &'static Page,
    severity: Severity,
    split: Split,
    seed: u64,
    n: usize,
    fonts: &'a [Fonts],
) -> impl Iterator<Item = Shot> + use<'a> {
    (0..n).filter_map(move |index| shot(page, severity, split, seed, index, fonts))
}

/// Pixels across that a document is drawn with: at least as many as the photo shows of it, of a few widths whose grounds
/// are kept.
pub(crate) fn drawn_width(page: &Page, style: &PhotoStyle) -> u32 {
    let [width, height] = page.layout.millimetres;
    let [a, b, c, d] = place(height / width, style);
    let longer = (b.0 - a.0).hypot(b.1 - a.1).max((c.0 - d.0).hypot(c.1 - d.1));
    WIDTHS.into_iter().find(|width| f32_of(*width) >= 1.03 * longer).unwrap_or(WIDTHS[6])
}
