//! Stage 3, second look: where the labels printed on a document say that it lies.
//!
//! Edges can mislead: a card on a white sheet, a finger along an edge, a bright rim. Once it is known which page lies
//! about where, the ink of each of its labels is measured on the flattened picture, and the map that explains them all is
//! fitted.

use image::GrayImage;
use shiming_identity::document::{Box2, Layout};

use crate::geometry::{Homography, Point, Quad, distance};
use crate::picture::Frame;
use crate::rectify::rectify_luma;

/// Labels that must agree.
const LEAST_AGREEING: usize = 2;
/// How far a measured end of ink is typically off, in label heights.
const INK_NOISE: f32 = 0.05;
/// What photos of documents look like: a shear or a difference of scales of this much is one standard deviation…
const TYPICAL_SHEAR: f32 = 0.1;
/// … and so is a change of scale by this much across the document.
const TYPICAL_PERSPECTIVE: f32 = 0.12;
/// Width of the flattened picture on which labels are measured, pixels.
const FLAT_WIDTH: f32 = 960.0;
/// Rounds of measuring and fitting: how far around its place a label's ink is looked for, millimetres. The last is less
/// than the gap between any label and what is printed next to it.
const REACHES: [f32; 3] = [1.1, 0.7, 0.4];

/// A point of the document, millimetres from its top left, and where it was seen.
#[derive(Clone, Copy)]
struct Anchor {
    label: usize,
    on_document: Point,
    seen: Point,
    /// Height of the label's characters as seen, pixels.
    height: f32,
}

/// The projective map from millimetres on the document to picture pixels: `(m0 x + m1 y + m2) / (1 + m6 x + m7 y)` and
/// `(m3 x + m4 y + m5) / (1 + m6 x + m7 y)`.
#[derive(Clone, Copy)]
struct Map([f64; 8]);

fn millimetres(layout: &Layout, area: &Box2) -> [f32; 4] {
    let [width, height] = layout.millimetres;
    [area.left * width, area.top * height, area.right * width, area.bottom * height]
}

/// How many labels have both ends among the anchors.
fn distinct(anchors: &[Anchor]) -> usize {
    let mut labels: Vec<usize> = anchors.iter().map(|anchor| anchor.label).collect();
    labels.sort_unstable();
    labels.chunk_by(|a, b| a == b).filter(|ends| ends.len() >= 2).count()
}

/// Where the labels of `layout` say that the document lies, if it lies near `quad`; `None` when too few of them can be
/// measured there.
pub(crate) fn refine_quad(frame: &Frame<'_>, layout: &Layout, quad: &Quad) -> Option<Quad> {
    let map = Map::of_quad(layout, quad)?;
    refine(frame, layout, map)?.quad(layout)
}

/// Measures the ink of every label where `map` puts it, and fits again; `None` when too few can be measured.
fn refine(frame: &Frame<'_>, layout: &Layout, map: Map) -> Option<Map> {
    let mut refined = None;
    for reach in REACHES {
        match measured_again(frame, layout, refined.unwrap_or(map), reach) {
            Some(better) => refined = Some(better),
            None => break,
        }
    }
    refined
}

/// One round: the ink of every label within `reach` millimetres of its place, and the map that explains it.
fn measured_again(frame: &Frame<'_>, layout: &Layout, map: Map, reach: f32) -> Option<Map> {
    let [width, height] = layout.millimetres;
    let scale = FLAT_WIDTH / width;
    let quad = map.quad(layout)?;
    let rows = (height * scale).round();
    let flat = rectify_luma(frame, &quad, FLAT_WIDTH as u32, rows as u32)?;
    let mut anchors = Vec::new();
    for (index, label) in layout.labels.iter().enumerate() {
        let area = millimetres(layout, &label.area);
        let Some(ink) = ink(&flat, area.map(|v| v * scale), reach * scale) else { continue };
        let ink = ink.map(|v| v / scale);
        let [expected, found] = [area, ink].map(|[left, top, right, bottom]| {
            let middle = f32::midpoint(top, bottom);
            [[left, middle], [right, middle]]
        });
        for (on_document, place) in expected.into_iter().zip(found) {
            let seen = map.apply(place);
            let up = map.apply([place[0], place[1] - (area[3] - area[1])]);
            anchors.push(Anchor { label: index, on_document, seen, height: distance(seen, up) });
        }
    }
    if distinct(&anchors) < LEAST_AGREEING {
        return None;
    }
    let fitted = Map::fit(&anchors, INK_NOISE)?;
    // What a value or dirt next to a label did to its ink disagrees with the rest.
    let near: Vec<Anchor> = anchors
        .iter()
        .filter(|anchor| distance(fitted.apply(anchor.on_document), anchor.seen) < 4.0 * INK_NOISE * anchor.height)
        .copied()
        .collect();
    let trimmed = if distinct(&near) >= LEAST_AGREEING { Map::fit(&near, INK_NOISE) } else { None };
    Some(trimmed.unwrap_or(fitted))
}

/// The box of the ink in `area` of a flattened picture and `reach` around it: left, top, right, bottom, pixels. `None`
/// when it is plainly not the ink of a label that fills `area`.
fn ink(flat: &GrayImage, area: [f32; 4], reach: f32) -> Option<[f32; 4]> {
    let [left, top, right, bottom] = area;
    let (x0, y0) = ((left - reach).max(0.0) as u32, (top - reach).max(0.0) as u32);
    let (x1, y1) = (((right + reach) as u32 + 1).min(flat.width()), ((bottom + reach) as u32 + 1).min(flat.height()));
    if x0 >= x1 || y0 >= y1 {
        return None;
    }
    let mut values: Vec<u8> = (y0..y1).flat_map(|y| (x0..x1).map(move |x| flat.get_pixel(x, y).0[0])).collect();
    values.sort_unstable();
    let at = |share: f32| f32::from(values[((values.len() - 1) as f32 * share) as usize]);
    let (paper, print) = (at(0.75), at(0.03));
    if paper - print < 24.0 {
        return None;
    }
    let threshold = f32::midpoint(paper, print);
    let dark = |x: u32, y: u32| f32::from(flat.get_pixel(x, y).0[0]) < threshold;
    let columns: Vec<usize> = (x0..x1).map(|x| (y0..y1).filter(|&y| dark(x, y)).count()).collect();
    let rows: Vec<usize> = (y0..y1).map(|y| (x0..x1).filter(|&x| dark(x, y)).count()).collect();
    let (first, last) = extent(&columns)?;
    let (upper, lower) = extent(&rows)?;
    let found = [
        (x0 as usize + first) as f32,
        (y0 as usize + upper) as f32,
        (x0 as usize + last + 1) as f32,
        (y0 as usize + lower + 1) as f32,
    ];
    let size = |[left, top, right, bottom]: [f32; 4]| (right - left, bottom - top);
    let ((width, height), (wide, high)) = (size(area), size(found));
    let similar = |a: f32, b: f32| (0.75..1.33).contains(&(a / b.max(1.0)));
    // Ink that runs out of the window is not the label's alone.
    let inside = first > 0 && upper > 0 && last + 1 < columns.len() && lower + 1 < rows.len();
    (inside && similar(wide, width) && similar(high, height)).then_some(found)
}

/// The first and last place with more than a speck of ink.
fn extent(counts: &[usize]) -> Option<(usize, usize)> {
    let first = counts.iter().position(|&count| count >= 2)?;
    let last = counts.iter().rposition(|&count| count >= 2)?;
    (first < last).then_some((first, last))
}

impl Map {
    /// The map of a document that lies at `quad`.
    fn of_quad(layout: &Layout, quad: &Quad) -> Option<Self> {
        let [width, height] = layout.millimetres.map(f64::from);
        let [[a, b, c], [d, e, f], [g, h, _]] = Homography::onto(quad)?.rows();
        Some(Self([a / width, b / height, c, d / width, e / height, f, g / width, h / height]))
    }

    /// Where a point of the document lies in the picture.
    fn apply(&self, [x, y]: Point) -> Point {
        let (x, y, m) = (f64::from(x), f64::from(y), &self.0);
        let w = 1.0 + m[6] * x + m[7] * y;
        [((m[0] * x + m[1] * y + m[2]) / w) as f32, ((m[3] * x + m[4] * y + m[5]) / w) as f32]
    }

    /// The document's corners; `None` when the map is no plausible view of it.
    fn quad(&self, layout: &Layout) -> Option<Quad> {
        let [width, height] = layout.millimetres;
        let quad = Quad([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]].map(|corner| self.apply(corner)));
        (quad.is_finite() && quad.is_convex()).then_some(quad)
    }

    /// The map that best explains `anchors`, each known to `noise` of its height, and a photo of a document: shear and
    /// perspective stay as small as the anchors allow.
    #[allow(clippy::many_single_char_names, reason = "the customary names of the coefficients of a projective map")]
    fn fit(anchors: &[Anchor], noise: f32) -> Option<Self> {
        let count = anchors.len() as f64;
        let mean = |value: &dyn Fn(&Anchor) -> f64| anchors.iter().map(value).sum::<f64>() / count;
        let (x0, y0) = (mean(&|a| f64::from(a.on_document[0])), mean(&|a| f64::from(a.on_document[1])));
        let spread = mean(&|a| (f64::from(a.on_document[0]) - x0).hypot(f64::from(a.on_document[1]) - y0));
        let (u0, v0) = (mean(&|a| f64::from(a.seen[0])), mean(&|a| f64::from(a.seen[1])));
        let seen_spread = mean(&|a| (f64::from(a.seen[0]) - u0).hypot(f64::from(a.seen[1]) - v0));
        if !(spread > 0.0 && seen_spread > 0.0) {
            return None;
        }
        // Least squares on numbers around one: x, y in spreads of the document's points, u, v in those of the seen.
        let mut system = Normal::default();
        for anchor in anchors {
            let x = (f64::from(anchor.on_document[0]) - x0) / spread;
            let y = (f64::from(anchor.on_document[1]) - y0) / spread;
            let u = (f64::from(anchor.seen[0]) - u0) / seen_spread;
            let v = (f64::from(anchor.seen[1]) - v0) / seen_spread;
            let weight = seen_spread / f64::from((noise * anchor.height).max(0.25));
            system.add(&[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u, weight);
            system.add(&[0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v, weight);
        }
        let shear = 1.0 / f64::from(TYPICAL_SHEAR);
        system.add(&[1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0], 0.0, shear);
        system.add(&[0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], 0.0, shear);
        // A document is some five spreads of its labels across.
        let perspective = 5.0 / f64::from(TYPICAL_PERSPECTIVE);
        system.add(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0], 0.0, perspective);
        system.add(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], 0.0, perspective);
        let m = system.solve()?;

        // Back to millimetres and pixels.
        let [g, h] = [m[6] / spread, m[7] / spread];
        let w = 1.0 - g * x0 - h * y0;
        let row = |a: f64, b: f64, c: f64, origin: f64| {
            let (a, b, c) = (a * seen_spread / spread, b * seen_spread / spread, c * seen_spread);
            [a + origin * g, b + origin * h, c - a * x0 - b * y0 + origin * w]
        };
        let [a, b, c] = row(m[0], m[1], m[2], u0);
        let [d, e, f] = row(m[3], m[4], m[5], v0);
        let all = [a, b, c, d, e, f, g, h].map(|value| value / w);
        all.iter().all(|value| value.is_finite()).then_some(Self(all))
    }
}

/// Normal equations of a least-squares problem with eight unknowns.
#[derive(Default)]
struct Normal {
    matrix: [[f64; 8]; 8],
    right: [f64; 8],
}

impl Normal {
    /// Adds the equation `coefficients · unknowns = value`.
    fn add(&mut self, coefficients: &[f64; 8], value: f64, weight: f64) {
        let square = weight * weight;
        for ((row, right), &c) in self.matrix.iter_mut().zip(&mut self.right).zip(coefficients) {
            for (cell, &d) in row.iter_mut().zip(coefficients) {
                *cell += square * c * d;
            }
            *right += square * c * value;
        }
    }

    /// The unknowns, by elimination with pivots.
    fn solve(mut self) -> Option<[f64; 8]> {
        for column in 0..8 {
            let pivot =
                (column..8).max_by(|&a, &b| self.matrix[a][column].abs().total_cmp(&self.matrix[b][column].abs()))?;
            if self.matrix[pivot][column].abs() < 1e-12 {
                return None;
            }
            self.matrix.swap(column, pivot);
            self.right.swap(column, pivot);
            for row in column + 1..8 {
                let factor = self.matrix[row][column] / self.matrix[column][column];
                for k in column..8 {
                    self.matrix[row][k] -= factor * self.matrix[column][k];
                }
                self.right[row] -= factor * self.right[column];
            }
        }
        let mut unknowns = [0.0; 8];
        for row in (0..8).rev() {
            let known: f64 = (row + 1..8).map(|k| self.matrix[row][k] * unknowns[k]).sum();
            unknowns[row] = (self.right[row] - known) / self.matrix[row][row];
        }
        Some(unknowns)
    }
}
