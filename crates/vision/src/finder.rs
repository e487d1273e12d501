//! Stage 2: where documents lie in a photo.
//!
//! A net marks what is document in a small view of the whole photo, whatever the document lies on and whatever lies over
//! its edge. Around each marked region the outline is sought as around a card on a plain table ([`locate_small`]), then
//! fitted to the photo's own edges ([`refine`](crate::locate::refine)).

use crate::geometry::{Point, Quad, cross, minus};
use crate::locate::{Outline, RATIOS, blurred, locate_small};
use crate::net::{Net, NetError, Planes};
use crate::picture::{Frame, Shrunk};
use crate::sight::view;

/// The mask is drawn this many times larger before outlines are sought on it.
const ENLARGED: usize = 2;
/// Logits beyond this, either way, are no surer.
const SUREST: f32 = 5.0;
/// Outlines of a region, and of what is certain of it.
const OUTLINES: usize = 3;
/// What is document's for certain is what is left of the probabilities to this power.
const STEEPER: i32 = 8;
/// A region smaller than this share of the view is none.
const LEAST_REGION: f32 = 0.012;
/// Regions beyond these, largest first, are not looked at.
const MOST_REGIONS: usize = 4;
/// How much larger than a document what is erased of it is, so that no rim is left.
const ERASED: f32 = 1.1;
/// A region that touches the view's border along more than this share of the border's length goes on beyond it.
const CUT: f32 = 0.05;

/// Finds documents.
#[derive(Debug)]
pub struct Finder {
    net: Net,
}

/// A part of the photo that shows a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Region {
    /// Outlines that it may have, best first; none where it has no four sides.
    pub outlines: Vec<Outline>,
    /// What of the mask is its own: a luma for each of the mask's pixels.
    plane: Vec<f32>,
    /// Share of the photo that it covers.
    pub share: f32,
    /// It goes on beyond the photo's border.
    pub cut: bool,
}

impl Finder {
    /// Loads `models/finder.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        Net::new(model).map(|net| Self { net })
    }

    /// What of a frame is document.
    pub(crate) fn find(&self, frame: &Frame<'_>) -> Result<Option<Mask>, NetError> {
        let Some(view) = view(frame) else { return Ok(None) };
        self.net.run_colours(&view).map(|planes| Some(Mask::of(&planes)))
    }
}

/// How probable each pixel is document's.
pub(crate) struct Mask {
    width: usize,
    height: usize,
    shares: Vec<f32>,
}

impl Mask {
    fn of(planes: &Planes) -> Self {
        let (width, height) = (planes.width * ENLARGED, planes.height * ENLARGED);
        let at = |x: usize, y: usize| {
            planes.values.get(y * planes.width + x).copied().unwrap_or(-SUREST).clamp(-SUREST, SUREST)
        };
        // Between pixels the logits are mixed, not the probabilities: that keeps the outline straight.
        let place = |at: usize, size: usize| {
            let at = ((at as f32 + 0.5) / ENLARGED as f32 - 0.5).clamp(0.0, (size - 1) as f32);
            (at as usize, (at as usize + 1).min(size - 1), at.fract())
        };
        let mut shares = Vec::with_capacity(width * height);
        for y in 0..height {
            let (y0, y1, fy) = place(y, planes.height);
            for x in 0..width {
                let (x0, x1, fx) = place(x, planes.width);
                let top = at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx;
                let bottom = at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx;
                let logit = top * (1.0 - fy) + bottom * fy;
                shares.push(1.0 / (1.0 + (-logit).exp()));
            }
        }
        // Steps from one of the net's pixels to the next are no edges.
        let shares = blurred(&blurred(&shares, width, height), width, height);
        Self { width, height, shares }
    }

    /// The documents of the frame that this is the mask of, largest first.
    pub fn regions_of(&self, frame: &Frame<'_>) -> Vec<Region> {
        let mut regions = self.regions();
        for region in &mut regions {
            self.place(frame, &mut region.outlines);
        }
        regions
    }

    /// The outlines of what is certain of a region: what is doubtful around a document (a pattern that it lies on, a
    /// finger) can hide where its own edge is.
    pub fn certain_outlines(&self, frame: &Frame<'_>, region: &Region) -> Vec<Outline> {
        let certain = region.plane.iter().map(|light| 255.0 * (light / 255.0).powi(STEEPER)).collect();
        let mut outlines = self.located(certain).0;
        self.place(frame, &mut outlines);
        outlines
    }

    /// From pixel centres of the mask to those of the frame.
    fn place(&self, frame: &Frame<'_>, outlines: &mut [Outline]) {
        let (across, down) = self.scale(frame);
        let to_frame = |[x, y]: Point| [(x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5];
        for outline in outlines {
            outline.quad = Quad(outline.quad.0.map(to_frame));
        }
    }

    /// Takes out what lies at `quad` of the frame and close around it, so that what is left can be looked at.
    pub fn erase(&mut self, frame: &Frame<'_>, quad: &Quad) {
        let (across, down) = self.scale(frame);
        let corners = quad.0.map(|[x, y]| [(x + 0.5) / across - 0.5, (y + 0.5) / down - 0.5]);
        let middle = corners.iter().fold([0.0, 0.0], |sum, [x, y]| [sum[0] + x / 4.0, sum[1] + y / 4.0]);
        let grown = corners.map(|corner| [0, 1].map(|i| middle[i] + (corner[i] - middle[i]) * ERASED));
        for (at, share) in self.shares.iter_mut().enumerate() {
            let p = [(at % self.width) as f32, (at / self.width) as f32];
            let inside = (0..4).all(|i| cross(minus(grown[(i + 1) % 4], grown[i]), minus(p, grown[i])) > 0.0);
            if inside {
                *share = 0.0;
            }
        }
    }

    /// Frame pixels to one of its own, across and down.
    fn scale(&self, frame: &Frame<'_>) -> (f32, f32) {
        (frame.width() as f32 / self.width as f32, frame.height() as f32 / self.height as f32)
    }

    /// Connected pixels that are document's, largest region first; outlines are in the mask's own pixels.
    fn regions(&self) -> Vec<Region> {
        let mut labels = vec![0u32; self.shares.len()];
        let mut sizes: Vec<(usize, u32)> = Vec::new();
        let mut stack = Vec::new();
        for start in 0..self.shares.len() {
            if labels[start] != 0 || self.shares[start] < 0.5 {
                continue;
            }
            let label = sizes.len() as u32 + 1;
            let mut size = 0;
            labels[start] = label;
            stack.push(start);
            while let Some(at) = stack.pop() {
                size += 1;
                let (x, y) = (at % self.width, at / self.width);
                let mut visit = |next: usize| {
                    if labels[next] == 0 && self.shares[next] >= 0.5 {
                        labels[next] = label;
                        stack.push(next);
                    }
                };
                if x > 0 {
                    visit(at - 1);
                }
                if x + 1 < self.width {
                    visit(at + 1);
                }
                if y > 0 {
                    visit(at - self.width);
                }
                if y + 1 < self.height {
                    visit(at + self.width);
                }
            }
            sizes.push((size, label));
        }
        sizes.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let pixels = self.shares.len().max(1) as f32;
        let large = sizes.into_iter().filter(|(size, _)| *size as f32 / pixels >= LEAST_REGION).take(MOST_REGIONS);
        large
            .map(|(size, label)| {
                let (outlines, plane) = self.located(self.plane_of(&labels, label));
                Region { outlines, plane, share: size as f32 / pixels, cut: self.is_cut(&labels, label) }
            })
            .collect()
    }

    /// The mask with everything but one region left out.
    fn plane_of(&self, labels: &[u32], label: u32) -> Vec<f32> {
        // Soft edges belong to the region that they are next to.
        let near = |at: usize| {
            let (x, y) = (at % self.width, at / self.width);
            (y.saturating_sub(2)..(y + 3).min(self.height))
                .any(|y| (x.saturating_sub(2)..(x + 3).min(self.width)).any(|x| labels[y * self.width + x] == label))
        };
        self.shares
            .iter()
            .enumerate()
            .map(|(at, share)| if labels[at] == label || (*share > 0.02 && near(at)) { share * 255.0 } else { 0.0 })
            .collect()
    }

    /// The outlines in a plane of the mask, in its pixels, and the plane.
    fn located(&self, plane: Vec<f32>) -> (Vec<Outline>, Vec<f32>) {
        let mut small =
            Shrunk { planes: [plane, Vec::new(), Vec::new()], width: self.width, height: self.height, factor: 1 };
        let outlines = locate_small(&small, &RATIOS, OUTLINES);
        (outlines, std::mem::take(&mut small.planes[0]))
    }

    fn is_cut(&self, labels: &[u32], label: u32) -> bool {
        let touching = |places: &mut dyn Iterator<Item = usize>, length: usize| {
            places.filter(|at| labels[*at] == label).count() as f32 > CUT * length as f32
        };
        let last = self.height.saturating_sub(1) * self.width;
        touching(&mut (0..self.width), self.width)
            || touching(&mut (last..last + self.width), self.width)
            || touching(&mut (0..self.height).map(|y| y * self.width), self.height)
            || touching(&mut (0..self.height).map(|y| (y + 1) * self.width - 1), self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Homography;

    /// What a perfect net says of documents at these quads, in the pixels of its output.
    fn mask(quads: &[Quad]) -> Mask {
        let (width, height) = (128, 96);
        let mut values = vec![-8.0; width * height];
        for quad in quads {
            let map = Homography::onto(quad).unwrap();
            for (i, j) in (0..600).flat_map(|i| (0..600).map(move |j| (i, j))) {
                let [x, y] = map.apply(i as f32 / 600.0, j as f32 / 600.0);
                let (x, y) = (x.round(), y.round());
                if x >= 0.0 && y >= 0.0 && (x as usize) < width && (y as usize) < height {
                    values[y as usize * width + x as usize] = 8.0;
                }
            }
        }
        Mask::of(&Planes { channels: 1, height, width, values })
    }

    fn card(width: f32, [x, y]: [f32; 2], degrees: f32) -> Quad {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (w, h) = (width / 2.0, width / RATIOS[0] / 2.0);
        Quad([[-w, -h], [w, -h], [w, h], [-w, h]].map(|[a, b]| [x + a * cos - b * sin, y + a * sin + b * cos]))
    }

    fn nearest(found: &Quad, truth: &Quad) -> f32 {
        let truth = truth.scaled(ENLARGED as f32);
        (0..4).map(|turn| found.turned(turn).distance_to(&truth)).fold(f32::MAX, f32::min)
    }

    // RN-4: any rotation
    #[test]
    fn outlines_follow_the_mask_at_every_rotation() {
        for degrees in [0.0, 20.0, 45.0, 90.0, 130.0, 270.0] {
            let truth = card(58.0, [64.0, 48.0], degrees);
            let regions = mask(&[truth]).regions();
            assert_eq!(regions.len(), 1, "{degrees}");
            assert!(!regions[0].cut);
            let off = regions[0].outlines.first().map_or(f32::MAX, |outline| nearest(&outline.quad, &truth));
            assert!(off < 6.0, "{degrees}: {off}");
        }
    }

    // RN-4: two documents in one picture
    #[test]
    fn every_document_is_a_region_of_its_own() {
        let (large, small) = (card(60.0, [36.0, 30.0], 5.0), card(40.0, [100.0, 72.0], -10.0));
        let regions = mask(&[small, large]).regions();
        assert_eq!(regions.len(), 2);
        assert!(regions[0].share > regions[1].share);
        for (region, truth) in regions.iter().zip([large, small]) {
            assert!(region.outlines.iter().any(|outline| nearest(&outline.quad, &truth) < 6.0));
        }
    }

    // RN-4: border incomplete
    #[test]
    fn what_goes_on_beyond_the_border_is_cut() {
        let regions = mask(&[card(80.0, [110.0, 48.0], 0.0)]).regions();
        assert!(regions[0].cut);
    }

    // RN-4: two documents whose regions touch
    #[test]
    fn what_is_left_when_a_document_is_taken_out_is_another() {
        let (upper, lower) = (card(60.0, [64.0, 26.0], 0.0), card(60.0, [64.0, 68.0], 0.0));
        let bridge = Quad([[60.0, 26.0], [68.0, 26.0], [68.0, 68.0], [60.0, 68.0]]);
        let mut mask = mask(&[upper, lower, bridge]);
        assert_eq!(mask.regions().len(), 1);
        let pixels = vec![0; 128 * 96];
        let frame = Frame::luma(&pixels, 128, 96).unwrap();
        mask.erase(&frame, &upper);
        let left = mask.regions_of(&frame);
        assert_eq!(left.len(), 1);
        let off = left[0]
            .outlines
            .iter()
            .map(|outline| (0..4).map(|turn| outline.quad.turned(turn).distance_to(&lower)).fold(f32::MAX, f32::min));
        assert!(off.fold(f32::MAX, f32::min) < 3.0);
    }

    #[test]
    fn an_empty_mask_has_no_region_and_a_full_one_no_outline_that_panics() {
        assert_eq!(mask(&[]).regions(), []);
        let full = Mask::of(&Planes { channels: 1, height: 96, width: 128, values: vec![9.0; 96 * 128] });
        assert!(full.regions()[0].cut);
    }
}
