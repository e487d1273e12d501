//! Locating a document by the labels printed on it, for pictures that do not show its edges: a card on a white sheet,
//! under a cover, or filling the frame.
//!
//! Lines are found in any direction and read; where they hold labels of a known layout, each gives two points (the
//! middles of its first and last character) of which the place on the document is known. The map that most labels
//! agree on is fitted, then refined on the flattened picture, where the ink of each label can be measured.

use image::GrayImage;
use shiming_identity::document::{Alphabet, Box2, Label, Layout, Side};

use crate::find_lines::{FindLinesError, LineBox, LineFinder};
use crate::geometry::{Homography, Point, Quad, distance};
use crate::picture::Frame;
use crate::recognise::{Line, RecogniseError, Recogniser};
use crate::rectify::{rectify, rectify_luma};

/// At most this many lines are read for each direction of reading; the longest go first.
const MOST_LINES: usize = 32;
/// Height at which lines are cut out for the recogniser, pixels.
const LINE_HEIGHT: u32 = 48;
/// Boxes less elongated than this do not tell in which direction they read.
const LEAST_ELONGATION: f32 = 1.3;
/// Labels of fewer characters occur in other text too and prove nothing.
const LEAST_LABEL: usize = 2;
/// Labels that must agree.
const LEAST_AGREEING: usize = 2;
/// Points that far from where the map puts them disagree, in label heights.
const TOLERANCE: f32 = 0.7;
/// How far a point read off the recogniser's steps is typically off, in label heights.
const READING_NOISE: f32 = 0.25;
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

/// A document that was located by its labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labelled {
    /// Which side shows.
    pub side: Side,
    /// Where it lies, its first corner the document's own top left.
    pub quad: Quad,
    /// How many labels agree on that.
    pub labels: usize,
}

/// Why a document could not be looked for. That there is none is no error.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// Lines could not be found.
    #[error(transparent)]
    Find(#[from] FindLinesError),
    /// A line could not be read.
    #[error(transparent)]
    Read(#[from] RecogniseError),
}

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

/// Looks for one of `layouts` in a picture.
///
/// Takes one run of the detector and one of the recogniser for each line, so it is the second resort: try edges first.
pub fn locate_by_labels(
    frame: &Frame<'_>,
    layouts: &[Layout],
    finder: &LineFinder,
    recogniser: &Recogniser,
) -> Result<Option<Labelled>, LabelsError> {
    let boxes: Vec<LineBox> = finder
        .find(frame)?
        .into_iter()
        .filter(|line| line.length() > LEAST_ELONGATION * line.height())
        .take(MOST_LINES)
        .collect();
    let mut best: Option<(Labelled, &Layout, Map)> = None;
    for reverse in [false, true] {
        let mut lines = Vec::with_capacity(boxes.len());
        for line in &boxes {
            let line = if reverse { line.reversed() } else { *line };
            let width = (LINE_HEIGHT as f32 * line.length() / line.height().max(1.0)).clamp(1.0, 1920.0);
            if let Some(picture) = rectify(frame, &line.quad, width as u32, LINE_HEIGHT) {
                lines.push((line, recogniser.recognise(&picture, Alphabet::Text)?));
            }
        }
        for layout in layouts {
            let anchors = anchors(layout, &lines);
            if let Some((map, agreeing)) = agree(layout, &anchors)
                && best.as_ref().is_none_or(|(known, _, _)| agreeing > known.labels)
                && let Some(quad) = map.quad(layout)
            {
                best = Some((Labelled { side: layout.side, quad, labels: agreeing }, layout, map));
            }
        }
        if best.is_some() {
            break;
        }
    }
    Ok(best.map(|(mut found, layout, map)| {
        if let Some(quad) = refine(frame, layout, map).and_then(|map| map.quad(layout)) {
            found.quad = quad;
        }
        found
    }))
}

/// The ends of every label that occurs in the lines.
fn anchors(layout: &Layout, lines: &[(LineBox, Line)]) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    for (index, label) in layout.labels.iter().enumerate() {
        let text: Vec<char> = label.text.chars().collect();
        if text.len() < LEAST_LABEL {
            continue;
        }
        let [first, last] = ends(layout, label);
        for (line, read) in lines {
            for window in read.characters.windows(text.len()) {
                let same = window.iter().zip(&text).filter(|(read, wanted)| read.value == **wanted).count();
                // One character in four may be misread.
                if same < text.len() - text.len() / 4 {
                    continue;
                }
                if let [start, .., end] = window {
                    for (on_document, along) in [(first, start.position), (last, end.position)] {
                        let seen = line.middle(along);
                        anchors.push(Anchor { label: index, on_document, seen, height: line.height() });
                    }
                }
            }
        }
    }
    anchors
}

/// Where the middles of a label's first and last character are printed, millimetres.
fn ends(layout: &Layout, label: &Label) -> [Point; 2] {
    let [left, top, right, bottom] = millimetres(layout, &label.area);
    let (middle, half) = (f32::midpoint(top, bottom), (bottom - top) / 2.0);
    [[left + half, middle], [right - half, middle]]
}

fn millimetres(layout: &Layout, area: &Box2) -> [f32; 4] {
    let [width, height] = layout.millimetres;
    [area.left * width, area.top * height, area.right * width, area.bottom * height]
}

/// The map that most labels agree on, and how many they are.
fn agree(layout: &Layout, anchors: &[Anchor]) -> Option<(Map, usize)> {
    let mut best: (usize, Vec<Anchor>) = (0, Vec::new());
    for (index, a) in anchors.iter().enumerate() {
        for b in &anchors[index + 1..] {
            // Points too close to each other say little about the whole.
            if distance(a.on_document, b.on_document) < layout.millimetres[1] / 8.0 {
                continue;
            }
            let Some(map) = Map::similarity(a, b) else { continue };
            let near: Vec<Anchor> = anchors
                .iter()
                .filter(|c| distance(map.apply(c.on_document), c.seen) < TOLERANCE * c.height)
                .copied()
                .collect();
            let labels = distinct(&near);
            if (labels, near.len()) > (best.0, best.1.len()) {
                best = (labels, near);
            }
        }
    }
    let (labels, near) = best;
    if labels < LEAST_AGREEING {
        return None;
    }
    Map::fit(&near, READING_NOISE).map(|map| (map, labels))
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

    /// The map without shear or perspective through two anchors.
    #[allow(clippy::many_single_char_names, reason = "the customary names of coordinates")]
    fn similarity(a: &Anchor, b: &Anchor) -> Option<Self> {
        let difference = |p: Point, q: Point| [0, 1].map(|i| f64::from(q[i]) - f64::from(p[i]));
        let ([dx, dy], [du, dv]) = (difference(a.on_document, b.on_document), difference(a.seen, b.seen));
        let square = dx * dx + dy * dy;
        if square < 1e-9 {
            return None;
        }
        let (along, across) = ((dx * du + dy * dv) / square, (dx * dv - dy * du) / square);
        let [x, y] = a.on_document.map(f64::from);
        let [u, v] = a.seen.map(f64::from);
        let (c, f) = (u - along * x + across * y, v - across * x - along * y);
        Some(Self([along, -across, c, across, along, f, 0.0, 0.0]))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use image::imageops::{crop_imm, rotate90, rotate180, rotate270};
    use image::{Rgb, RgbImage};
    use shiming_identity::document::{DocumentKind, layouts};
    use shiming_specimen::{Fonts, PhotoStyle, citizen, draw_back, draw_front, photograph};

    use super::*;
    use crate::picture::Photo;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    const WIDTH: u32 = 900;
    const HEIGHT: u32 = 568;
    /// What is cut off each side of a card, so that no edge shows.
    const CUT: u32 = 24;

    struct Desk {
        layouts: Vec<Layout>,
        finder: LineFinder,
        recogniser: Recogniser,
        fonts: Fonts,
    }

    impl Desk {
        fn new() -> Self {
            let root = Path::new(ROOT);
            Self {
                layouts: layouts(DocumentKind::CnResidentId),
                finder: LineFinder::new(std::fs::read(root.join("models/detector.onnx")).unwrap()).unwrap(),
                recogniser: Recogniser::new(std::fs::read(root.join("models/recogniser.onnx")).unwrap()).unwrap(),
                fonts: Fonts::load(&root.join("node_modules")).unwrap(),
            }
        }

        fn locate(&self, picture: RgbImage) -> Option<Labelled> {
            let photo = Photo::new(picture);
            locate_by_labels(&photo.frame(), &self.layouts, &self.finder, &self.recogniser).unwrap()
        }

        /// A card without its edges.
        fn edgeless(&self, side: Side) -> RgbImage {
            let card = match side {
                Side::Front => draw_front(&citizen(3), &self.fonts, WIDTH),
                Side::Back => draw_back(&citizen(3), &self.fonts, WIDTH),
            };
            crop_imm(&card, CUT, CUT, WIDTH - 2 * CUT, HEIGHT - 2 * CUT).to_image()
        }
    }

    /// The corners of a card of which `CUT` pixels are missing on each side of a picture of `width` × `height`.
    fn beyond(width: u32, height: u32) -> Quad {
        let (cut, right, bottom) = (CUT as f32, (width + CUT) as f32, (height + CUT) as f32);
        Quad([[-cut, -cut], [right, -cut], [right, bottom], [-cut, bottom]])
    }

    // RN-4: the position is found although no edge shows
    #[test]
    fn a_card_without_edges_is_located_in_every_position() {
        let desk = Desk::new();
        for side in [Side::Front, Side::Back] {
            let picture = desk.edgeless(side);
            // The document's own top left is where turning the picture puts it.
            for (turned, quarters) in
                [(picture.clone(), 0), (rotate90(&picture), 3), (rotate180(&picture), 2), (rotate270(&picture), 1)]
            {
                let truth = beyond(turned.width(), turned.height()).turned((4 - quarters) % 4);
                let found = desk.locate(turned).unwrap_or_else(|| panic!("{side:?} turned by {quarters} quarters"));
                assert_eq!(found.side, side);
                assert!(found.labels >= 3, "{found:?}");
                let off = found.quad.distance_to(&truth) / WIDTH as f32;
                assert!(off < 0.02, "{side:?} turned by {quarters} quarters: {off} of the width\n{found:?}\n{truth:?}");
            }
        }
    }

    #[test]
    fn a_tilted_photo_is_located() {
        let desk = Desk::new();
        let card = draw_front(&citizen(5), &desk.fonts, WIDTH);
        let mut style = PhotoStyle::phone(7);
        style.rotation = 12.0;
        style.tilt = (8.0, -6.0);
        let photo = photograph(&card, &style);
        let truth = Quad(photo.corners.map(|(x, y)| [x, y]));
        let found = desk.locate(photo.image).unwrap();
        assert_eq!(found.side, Side::Front);
        assert!(found.quad.distance_to(&truth) / truth.sides()[0] < 0.03, "{found:?}\n{truth:?}");
    }

    #[test]
    fn without_two_labels_there_is_no_document() {
        let desk = Desk::new();
        assert_eq!(desk.locate(RgbImage::from_pixel(800, 600, Rgb([228, 230, 232]))), None);
        // The upper left corner shows 姓名 and no other label.
        let corner = crop_imm(&desk.edgeless(Side::Front), 0, 0, WIDTH / 2, HEIGHT / 4).to_image();
        assert_eq!(desk.locate(corner), None);
    }

    #[test]
    fn a_fit_finds_the_map_that_made_its_anchors() {
        let layout = &layouts(DocumentKind::CnResidentId)[0];
        let map = Map([9.0, -1.2, 150.0, 1.4, 8.6, 90.0, 0.0009, -0.0006]);
        let anchors: Vec<Anchor> = layout
            .labels
            .iter()
            .enumerate()
            .flat_map(|(label, printed)| ends(layout, printed).map(|end| (label, end)))
            .map(|(label, on_document)| Anchor { label, on_document, seen: map.apply(on_document), height: 22.0 })
            .collect();
        let fitted = Map::fit(&anchors, 0.02).unwrap();
        let (wanted, got) = (map.quad(layout).unwrap(), fitted.quad(layout).unwrap());
        assert!(got.distance_to(&wanted) < 4.0, "{got:?} {wanted:?}");
        assert!(Map::fit(&anchors[..1], 0.02).is_none());
    }
}
