//! Stages 2 to 4 together: which documents lie where in a photo.

use shiming_identity::document::Page;

use crate::finder::{Finder, Mask, Region};
use crate::geometry::{Homography, Quad};
use crate::locate::{Outline, RATIOS, locate_coarsely, refine, refit};
use crate::net::NetError;
use crate::picture::Frame;
use crate::sorter::{Sorted, Sorter};

/// From this probability on, an outline and what lies in it need not be compared with others.
const SURE: f32 = 0.8;
/// From this probability on, it is that page.
pub(crate) const LIKELY: f32 = 0.5;
/// From this probability on, it may be that page, where another one is likelier but not asked for.
const NOT_UNLIKELY: f32 = 0.02;
/// Documents in one photo are of about one size: none is smaller than this share of the smallest that is known.
const LIKE_SIZE: f32 = 0.5;
/// Outlines by edges alone that are tried where the finder sees nothing that can be sorted.
const MOST_BY_EDGES: usize = 5;
/// An outline whose corner lies this share of its width outside the photo is not whole: corners are rounded, so that so
/// much of them is not missed.
const OUTSIDE: f32 = 0.02;
/// Outlines whose corners are farther apart than this share of their width are two.
const APART: f32 = 0.006;
/// How much nearer to the middle a side is sought that may have been fitted to something else, as a share of the way to the
/// opposite one.
const NEARER: f32 = 0.025;
/// A usual focal length, in long sides of the photo.
const FOCAL: f32 = 1.1;
/// How far the ratio of sides of something whole may be off, as a fraction.
const RATIO_SLACK: f32 = 0.03;

/// Looks for documents: the nets that have to be loaded before the first frame can be judged.
#[derive(Debug)]
pub struct Scout {
    finder: Finder,
    sorter: Sorter,
}

/// A document in a photo, or something that may be one.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// What it is; none where it has no outline.
    pub sorted: Option<Sorted>,
    /// Share of the photo that it covers.
    pub share: f32,
    /// All of it is in the photo.
    pub whole: bool,
    /// Outlines that it may have besides.
    outlines: Vec<Outline>,
}

impl Seen {
    /// What it is, if that is likely.
    pub fn likely(&self) -> Option<Sorted> {
        self.sorted.filter(|sorted| sorted.probability >= LIKELY)
    }
}

impl Scout {
    /// Loads `models/finder.onnx` and `models/sorter.onnx`.
    pub fn new(finder: &[u8], sorter: &[u8]) -> Result<Self, NetError> {
        Ok(Self { finder: Finder::new(finder)?, sorter: Sorter::new(sorter)? })
    }

    /// Everything that may be a document, the likeliest first. `thoroughly` looks at edges too where the finder's regions
    /// are none.
    pub(crate) fn look(&self, frame: &Frame<'_>, thoroughly: bool) -> Result<Vec<Seen>, NetError> {
        let mut seen = Vec::new();
        if let Some(mut mask) = self.finder.find(frame)? {
            for region in mask.regions_of(frame) {
                seen.push(self.of_region(frame, &mask, &region)?);
            }
            // Documents that lie close together are one region: what is left without those that are known may be another.
            let known: Vec<Sorted> = seen.iter().filter_map(Seen::likely).collect();
            if thoroughly && !known.is_empty() {
                let smallest = known.iter().map(|sorted| sorted.quad.area()).fold(f32::MAX, f32::min);
                let least = LIKE_SIZE * smallest / (frame.width() * frame.height()) as f32;
                for sorted in &known {
                    mask.erase(frame, &sorted.quad);
                }
                for region in mask.regions_of(frame).into_iter().filter(|region| region.share >= least) {
                    let other = self.of_region(frame, &mask, &region)?;
                    seen.extend(other.likely().is_some().then_some(other));
                }
            }
        }
        if thoroughly && !seen.iter().any(|seen| seen.likely().is_some()) {
            let outlines = locate_coarsely(frame, &RATIOS, MOST_BY_EDGES);
            if let Some((sorted, outline)) = self.best_of(frame, &outlines)?
                && sorted.probability >= SURE
            {
                let whole = outline.whole && is_inside(frame, &sorted.quad);
                let share = sorted.quad.area() / (frame.width() * frame.height()) as f32;
                seen.push(Seen { sorted: Some(sorted), share, whole, outlines });
            }
        }
        // Large and likely ones first.
        let rank = |seen: &Seen| seen.sorted.map_or(0.0, |sorted| sorted.probability) + 0.5 * seen.share;
        seen.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        Ok(seen)
    }

    /// What lies in an outline, if it is one of the pages that are `wanted`.
    pub(crate) fn among(
        &self,
        frame: &Frame<'_>,
        quad: &Quad,
        wanted: impl Fn(&Page) -> bool,
    ) -> Result<Option<Sorted>, NetError> {
        Ok(self.sorter.sort(frame, quad, wanted)?.filter(|sorted| sorted.probability >= NOT_UNLIKELY))
    }

    /// What is seen along other outlines of something that was seen, where it is likely to be the same page; the likeliest
    /// first.
    pub(crate) fn otherwise(&self, frame: &Frame<'_>, seen: &Seen, known: &Sorted) -> Result<Vec<Sorted>, NetError> {
        let mut others: Vec<Sorted> = Vec::new();
        // A side may have been fitted to what lies close to the document, the edge of its shadow for one.
        let nearer = (0..4).map(|side| refit(frame, &known.quad.with_side_moved(side, NEARER)));
        for quad in seen.outlines.iter().map(|outline| refine(frame, &outline.quad)).chain(nearer) {
            let apart =
                |other: &Quad| (0..4).all(|turn| quad.turned(turn).distance_to(other) > APART * other.sides()[0]);
            if !apart(&known.quad) || !others.iter().all(|other| apart(&other.quad)) {
                continue;
            }
            let sorted = self.sorter.sort(frame, &quad, |page| page.name == known.page.name)?;
            others.extend(sorted.filter(|sorted| sorted.probability >= LIKELY));
        }
        others.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Ok(others)
    }

    fn of_region(&self, frame: &Frame<'_>, mask: &Mask, region: &Region) -> Result<Seen, NetError> {
        let mut outlines = region.outlines.clone();
        let mut best = self.best_of(frame, &outlines)?;
        if best.is_none_or(|(sorted, _)| sorted.probability < SURE) {
            let certain = mask.certain_outlines(frame, region);
            let other = self.best_of(frame, &certain)?;
            let probability = |best: &Option<(Sorted, Outline)>| best.map_or(0.0, |(sorted, _)| sorted.probability);
            if probability(&other) > probability(&best) {
                best = other;
            }
            outlines.extend(certain);
        }
        // Four sides of its own that meet inside the photo: nothing is missing, however near the border is. Nor is it where
        // what lies between the photo's borders has the document's own shape, as a scan has.
        // Outlines in which nothing is likely say nothing.
        let whole = match best.filter(|(sorted, _)| sorted.probability >= LIKELY) {
            Some((sorted, outline)) => {
                let own_sides = outline.border_sides == 0 || !region.cut;
                is_inside(frame, &sorted.quad) && (own_sides || has_own_shape(frame, &sorted))
            }
            None => !region.cut,
        };
        Ok(Seen { sorted: best.map(|(sorted, _)| sorted), share: region.share, whole, outlines })
    }

    /// The outline in which a page is likeliest.
    fn best_of(&self, frame: &Frame<'_>, outlines: &[Outline]) -> Result<Option<(Sorted, Outline)>, NetError> {
        let mut best: Option<(Sorted, Outline)> = None;
        for outline in outlines {
            let quad = refine(frame, &outline.quad);
            let Some(sorted) = self.sorter.sort(frame, &quad, |_| true)? else { continue };
            if best.is_none_or(|(known, _)| sorted.probability > known.probability) {
                best = Some((sorted, *outline));
            }
            if sorted.probability >= SURE {
                break;
            }
        }
        Ok(best)
    }
}

/// Whether the outline has the page's ratio of sides, perspective undone.
fn has_own_shape(frame: &Frame<'_>, sorted: &Sorted) -> bool {
    let [across, down] = sorted.page.layout.millimetres;
    let centre = [frame.width() as f32 / 2.0, frame.height() as f32 / 2.0];
    let focal = FOCAL * frame.width().max(frame.height()) as f32;
    let seen = Homography::onto(&sorted.quad).and_then(|map| map.rectangle(centre, focal));
    seen.is_some_and(|(ratio, _)| (ratio * down / across).ln().abs() < RATIO_SLACK)
}

/// Whether a document lies inside the photo but for its rounded corners.
fn is_inside(frame: &Frame<'_>, quad: &Quad) -> bool {
    let (width, height) = (frame.width() as f32 - 1.0, frame.height() as f32 - 1.0);
    let slack = OUTSIDE * quad.sides()[0];
    quad.0.iter().all(|[x, y]| *x >= -slack && *y >= -slack && *x <= width + slack && *y <= height + slack)
}
