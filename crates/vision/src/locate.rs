//! Stage 2: find the card's outline in a photo by its edges.
//!
//! Straight edges are found on a shrunk picture with a Hough transform that lets every edge pixel vote only for lines
//! at right angles to its gradient. Every four lines that could be the perspective view of a card are scored by how
//! much of their length is edge; the best are then fitted again on the full picture, to a fraction of a pixel.

use crate::geometry::{Homography, Line, Point, Quad, cross, distance, dot, minus, plus};
use crate::picture::{Frame, Shrunk};

/// Ratios of width to height that documents have: cards, passports, licences.
pub(crate) const RATIOS: [f32; 3] = [85.6 / 54.0, 125.0 / 88.0, 88.0 / 60.0];
/// Long side of the picture on which lines are sought, pixels.
const LONG_SIDE: usize = 360;
/// Gradient (luma levels a pixel, after smoothing) from which a pixel counts as edge in full.
const FULL_EDGE: f32 = 5.0;
/// Gradient below which a pixel does not vote.
const LEAST_EDGE: f32 = 2.0;
/// Most votes of one pixel.
const STRONGEST_VOTE: f32 = 3.0;
/// Hough resolution: directions in half a turn.
const ANGLES: usize = 180;
/// Most lines that are combined.
const MOST_LINES: usize = 52;
/// Most pairs of opposite sides that are combined.
const MOST_PAIRS: usize = 260;
/// Edge support that is granted to a side that lies on the picture's border.
const BORDER_SUPPORT: f32 = 0.5;
/// How far outside the picture, as a share of its size, a corner is still taken for one.
const CORNER_SLACK: f32 = 0.14;
/// How far outside the picture a card's corner may lie, as a share of its diagonal, with nothing of the card lost:
/// corners are rounded, so that the outline stays 1.3 mm (of 101 mm) inside them.
const ROUNDED_OFF: f32 = 0.012;
/// From this fit to the card's shape on, sides on the picture's border are the card's own.
const OWN_SHAPE: f32 = 0.35;
/// What a perfect shape adds to the score.
const SHAPE_WEIGHT: f32 = 0.12;
/// Quads with a lower score are not cards.
const LEAST_SCORE: f32 = 0.62;
/// Least share of the picture that a card covers to be found at all.
const LEAST_SHARE: f32 = 0.04;
/// Farthest that a card's ratio of sides, perspective undone, may be off, as a fraction.
const RATIO_SLACK: f32 = 0.16;
/// Largest cosine of the angle between its sides, perspective undone.
const SQUARE_SLACK: f32 = 0.14;

/// An outline that may be a card's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    /// Its corners in the photo. The first side is a long one and the way up is the nearest to the photo's own; that
    /// may be wrong by half a turn.
    pub quad: Quad,
    /// How well edges and shape support it: about 1 for a card that nothing hides.
    pub score: f32,
    /// Sides that lie on the picture's border for want of an edge.
    pub border_sides: u8,
    /// Nothing of the card lies outside the picture.
    pub whole: bool,
}

/// Outlines of cards whose sides have one of these ratios (width over height, above 1), best first, at most `most`.
#[must_use]
pub fn locate(frame: &Frame<'_>, ratios: &[f32], most: usize) -> Vec<Outline> {
    let mut outlines = locate_coarsely(frame, ratios, most);
    for outline in &mut outlines {
        outline.quad = refine(frame, &outline.quad);
    }
    outlines
}

/// As [`locate`], to a pixel of the shrunk picture; [`refine`] does the rest for the outline that is chosen.
pub(crate) fn locate_coarsely(frame: &Frame<'_>, ratios: &[f32], most: usize) -> Vec<Outline> {
    let small = frame.shrink(LONG_SIDE);
    let mut outlines = locate_small(&small, ratios, most);
    for outline in &mut outlines {
        outline.quad = outline.quad.scaled(small.factor as f32);
    }
    outlines
}

/// As [`locate`], on a picture that is shrunk already; corners in its pixels.
pub(crate) fn locate_small(small: &Shrunk, ratios: &[f32], most: usize) -> Vec<Outline> {
    if small.width < 24 || small.height < 24 {
        return Vec::new();
    }
    let gradient = Gradient::of(small);
    let mut sides: Vec<Side> = lines(&gradient).iter().map(|line| Side::along(&gradient, line)).collect();
    let (right, bottom) = ((small.width - 1) as f32, (small.height - 1) as f32);
    sides.extend(
        [([1.0, 0.0], 0.0), ([1.0, 0.0], right), ([0.0, 1.0], 0.0), ([0.0, 1.0], bottom)]
            .map(|(normal, offset)| Side::border(Line { normal, offset })),
    );
    let mut found = combine(&sides, small.width as f32, small.height as f32, ratios);
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Outline> = Vec::new();
    for outline in found {
        let apart = 0.02 * (right + bottom);
        if kept.iter().all(|other| other.quad.distance_to(&outline.quad) > apart) {
            kept.push(outline);
            if kept.len() == most {
                break;
            }
        }
    }
    kept
}

/// The gradient of a shrunk picture: of whichever colour plane changes most at a pixel.
struct Gradient {
    width: usize,
    height: usize,
    /// Change across and down, levels a pixel.
    vectors: Vec<Point>,
}

impl Gradient {
    fn of(small: &Shrunk) -> Self {
        let (width, height) = (small.width, small.height);
        let mut vectors = vec![[0.0f32; 2]; width * height];
        for plane in small.planes.iter().filter(|plane| plane.len() == width * height) {
            let smooth = blurred(plane, width, height);
            for y in 1..height - 1 {
                let inner = &mut vectors[y * width + 1..(y + 1) * width - 1];
                // Nine pictures of the same size, each shifted by a pixel: nothing to look up, nothing to check.
                let shifted = |dx: usize, dy: usize| &smooth[(y + dy - 1) * width + dx..][..inner.len()];
                let (a, b, c) = (shifted(0, 0), shifted(1, 0), shifted(2, 0));
                let (d, f) = (shifted(0, 1), shifted(2, 1));
                let (g, h, i) = (shifted(0, 2), shifted(1, 2), shifted(2, 2));
                for (x, best) in inner.iter_mut().enumerate() {
                    let gx = (c[x] - a[x] + 2.0 * (f[x] - d[x]) + i[x] - g[x]) * 0.125;
                    let gy = (g[x] - a[x] + 2.0 * (h[x] - b[x]) + i[x] - c[x]) * 0.125;
                    let more = gx * gx + gy * gy > dot(*best, *best);
                    *best = [if more { gx } else { best[0] }, if more { gy } else { best[1] }];
                }
            }
        }
        Self { width, height, vectors }
    }

    /// The gradient at the pixel nearest to a point; none outside the picture.
    #[inline]
    fn at(&self, x: f32, y: f32) -> Point {
        // Not `round`: that is a library call where the processor has no instruction for it.
        let (x, y) = (x + 0.5, y + 0.5);
        if x < 0.0 || y < 0.0 {
            return [0.0; 2];
        }
        let (x, y) = (x as usize, y as usize);
        if x >= self.width {
            return [0.0; 2];
        }
        self.vectors.get(y * self.width + x).copied().unwrap_or_default()
    }

    /// The length of a line's longest possible stretch inside the picture, from its foot either way.
    fn reach(&self) -> f32 {
        (self.width as f32).hypot(self.height as f32)
    }

    fn contains(&self, [x, y]: Point) -> bool {
        x >= 0.0 && y >= 0.0 && x <= (self.width - 1) as f32 && y <= (self.height - 1) as f32
    }
}

/// A 3 × 3 binomial blur; the outermost pixels are kept as they are.
pub(crate) fn blurred(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut rows = plane.to_vec();
    for (blurred, row) in rows.chunks_exact_mut(width).zip(plane.chunks_exact(width)) {
        for (value, window) in blurred[1..].iter_mut().zip(row.windows(3)) {
            *value = (window[0] + 2.0 * window[1] + window[2]) * 0.25;
        }
    }
    let mut both = rows.clone();
    for y in 1..height - 1 {
        let [above, here, below] = [y - 1, y, y + 1].map(|row| &rows[row * width..(row + 1) * width]);
        for (((value, a), h), b) in both[y * width..].iter_mut().zip(above).zip(here).zip(below) {
            *value = (a + 2.0 * h + b) * 0.25;
        }
    }
    both
}

/// The strongest straight edges.
fn lines(gradient: &Gradient) -> Vec<Line> {
    // Offsets are from the picture's middle: lines that meet near a corner of the picture would share one from there.
    let middle = [gradient.width as f32 / 2.0, gradient.height as f32 / 2.0];
    let reach = (gradient.reach() / 2.0).ceil() as usize + 2;
    let offsets = 2 * reach + 1;
    let mut votes = vec![0.0f32; ANGLES * offsets];
    let normals: Vec<Point> = (0..ANGLES)
        .map(|i| {
            let angle = i as f32 * std::f32::consts::PI / ANGLES as f32;
            [angle.cos(), angle.sin()]
        })
        .collect();
    for y in 1..gradient.height - 1 {
        for x in 1..gradient.width - 1 {
            let g = gradient.vectors[y * gradient.width + x];
            // Squares are compared: most pixels end here.
            let square = dot(g, g);
            if square < LEAST_EDGE * LEAST_EDGE {
                continue;
            }
            let strength = square.sqrt();
            // Only the ridge of an edge votes, or broad soft edges would outvote sharp ones.
            let step = [g[0] / strength, g[1] / strength];
            let (px, py) = (x as f32, y as f32);
            let ahead = gradient.at(px + step[0], py + step[1]);
            let behind = gradient.at(px - step[0], py - step[1]);
            if dot(ahead, ahead) > square || dot(behind, behind) > square {
                continue;
            }
            // A strong edge counts for more than one that is just enough, or every seam of a tiled table would outvote
            // the short sides of a card; but not for so much more that black print is all that is left.
            let vote = (strength / FULL_EDGE).min(STRONGEST_VOTE);
            let turn = g[1].atan2(g[0]).rem_euclid(std::f32::consts::PI) / std::f32::consts::PI;
            let centre = (turn * ANGLES as f32 + 0.5) as usize;
            for spread in 0..7 {
                let angle = (centre + ANGLES + spread - 3) % ANGLES;
                let normal = normals[angle];
                let offset = (dot(normal, minus([px, py], middle)) + reach as f32 + 0.5) as usize;
                // Farther from the gradient's direction counts less.
                let weight = [0.4, 0.7, 0.9, 1.0, 0.9, 0.7, 0.4][spread];
                if let Some(cell) = votes.get_mut(angle * offsets + offset) {
                    *cell += vote * weight;
                }
            }
        }
    }
    let mut peaks = peaks(&votes, offsets, 0.09 * gradient.width.min(gradient.height) as f32);
    peaks.truncate(MOST_LINES);
    peaks
        .iter()
        .map(|&(angle, offset)| {
            let normal = normals[angle];
            tuned(gradient, Line { normal, offset: offset as f32 - reach as f32 + dot(normal, middle) })
        })
        .collect()
}

/// Cells above `least` that no stronger cell lies near, strongest first.
fn peaks(votes: &[f32], offsets: usize, least: f32) -> Vec<(usize, usize)> {
    let mut cells: Vec<(usize, usize, f32)> = votes
        .iter()
        .enumerate()
        .filter(|(_, vote)| **vote >= least)
        .map(|(at, vote)| (at / offsets, at % offsets, *vote))
        .collect();
    cells.sort_by(|a, b| b.2.total_cmp(&a.2));
    let mut taken = vec![false; votes.len()];
    let mut peaks = Vec::new();
    for (angle, offset, _) in cells {
        if peaks.len() >= MOST_LINES {
            break;
        }
        if taken[angle * offsets + offset] {
            continue;
        }
        peaks.push((angle, offset));
        for spread in 0..9 {
            let near = angle + spread;
            // Past half a turn the normal points the other way and the offset changes its sign.
            let (near, middle) = if near < 4 {
                (near + ANGLES - 4, offsets - 1 - offset)
            } else if near - 4 >= ANGLES {
                (near - 4 - ANGLES, offsets - 1 - offset)
            } else {
                (near - 4, offset)
            };
            for offset in middle.saturating_sub(2)..=(middle + 2).min(offsets - 1) {
                taken[near * offsets + offset] = true;
            }
        }
    }
    peaks
}

/// Turns and shifts a line by less than the Hough transform resolves, to where most of it is edge. A least-squares fit
/// would be drawn to other edges that cross it at a small angle, the seams of a table top for one.
fn tuned(gradient: &Gradient, line: Line) -> Line {
    // Turned about the picture's middle, where a turn moves the line least.
    let middle = [gradient.width as f32 / 2.0, gradient.height as f32 / 2.0];
    let pivot = line.at(line.position(middle));
    let angle = line.normal[1].atan2(line.normal[0]);
    let mut best = (edge_along(gradient, &line), line);
    for turn in [-0.9f32, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9] {
        let (sin, cos) = (angle + turn.to_radians()).sin_cos();
        let through = dot([cos, sin], pivot);
        for shift in [-1.2, -0.6, 0.0, 0.6, 1.2] {
            let tried = Line { normal: [cos, sin], offset: through + shift };
            let edge = edge_along(gradient, &tried);
            if edge > best.0 {
                best = (edge, tried);
            }
        }
    }
    // Then to a fraction of a pixel, where that does not lose edge.
    for tried in [fitted(gradient, &best.1), fitted(gradient, &line)].into_iter().flatten() {
        let edge = edge_along(gradient, &tried);
        if edge > best.0 {
            best = (edge, tried);
        }
    }
    best.1
}

/// The line through the steepest places within a pixel and a half of a line.
fn fitted(gradient: &Gradient, line: &Line) -> Option<Line> {
    let reach = gradient.reach() / 2.0;
    let middle = line.position([gradient.width as f32 / 2.0, gradient.height as f32 / 2.0]);
    let mut points = Vec::new();
    for step in 0..(2.0 * reach) as usize {
        let p = line.at(middle - reach + step as f32);
        if !gradient.contains(p) {
            continue;
        }
        let across = |k: f32| {
            let g = gradient.at(p[0] + line.normal[0] * k, p[1] + line.normal[1] * k);
            dot(g, line.normal).abs()
        };
        let (before, here, after) = (across(-1.0), across(0.0), across(1.0));
        let most = before.max(here).max(after);
        if most < LEAST_EDGE {
            continue;
        }
        // The centre of mass of the three.
        let shift = (after - before) / (before + here + after);
        points.push((
            [p[0] + line.normal[0] * shift, p[1] + line.normal[1] * shift],
            (most / FULL_EDGE).min(STRONGEST_VOTE),
        ));
    }
    Line::fit(&points)
}

/// How much edge lies exactly on a line: not capped, or every place on the slope of a strong edge would be as good as
/// its middle.
fn edge_along(gradient: &Gradient, line: &Line) -> f32 {
    let reach = gradient.reach();
    let start = line.position([gradient.width as f32 / 2.0, gradient.height as f32 / 2.0]) - reach / 2.0;
    let (mut p, step) = (line.at(start), line.direction().map(|v| 2.0 * v));
    let mut sum = 0.0;
    for _ in 0..(reach / 2.0) as usize {
        sum += dot(gradient.at(p[0], p[1]), line.normal).abs();
        p = plus(p, step);
    }
    sum
}

/// A line with how much of it is edge, summed so that any stretch is two look-ups.
struct Side {
    line: Line,
    angle: f32,
    /// Support from the start up to each step of one pixel; empty for the picture's border.
    support: Vec<f32>,
    /// The same with the gradient's sign.
    signed: Vec<f32>,
    /// Position along the line where `support` starts.
    start: f32,
}

impl Side {
    fn along(gradient: &Gradient, line: &Line) -> Self {
        let reach = gradient.reach();
        let start = line.position([gradient.width as f32 / 2.0, gradient.height as f32 / 2.0]) - reach;
        let steps = (2.0 * reach) as usize;
        let (mut support, mut signed) = (Vec::with_capacity(steps + 1), Vec::with_capacity(steps + 1));
        let (mut total, mut total_signed) = (0.0, 0.0);
        support.push(0.0);
        signed.push(0.0);
        for step in 0..steps {
            let p = line.at(start + step as f32 + 0.5);
            let mut most = 0.0f32;
            if gradient.contains(p) {
                for k in [-1.0, 0.0, 1.0] {
                    let g = gradient.at(p[0] + line.normal[0] * k, p[1] + line.normal[1] * k);
                    let across = dot(g, line.normal);
                    // An edge that crosses the line at a slant is another edge.
                    let along = dot(g, line.direction());
                    if across.abs() > most.abs() && along.abs() < 0.5 * across.abs() {
                        most = across;
                    }
                }
            }
            let share = (most / FULL_EDGE).clamp(-1.0, 1.0);
            total += share.abs();
            total_signed += share;
            support.push(total);
            signed.push(total_signed);
        }
        Self { line: *line, angle: line.normal[1].atan2(line.normal[0]), support, signed, start }
    }

    fn border(line: Line) -> Self {
        Self { line, angle: line.normal[1].atan2(line.normal[0]), support: Vec::new(), signed: Vec::new(), start: 0.0 }
    }

    fn is_border(&self) -> bool {
        self.support.is_empty()
    }

    /// Mean of a running sum between two positions.
    fn mean(&self, sums: &[f32], from: f32, to: f32) -> f32 {
        let last = sums.len() - 1;
        // Not `round`: that is a library call where the processor has no instruction for it.
        let index = |t: f32| ((t - self.start + 0.5).max(0.0) as usize).min(last);
        (sums[index(to)] - sums[index(from)]) / (to - from).max(1.0)
    }

    /// How well the stretch between two corners is supported, and by how much that goes on beyond them.
    fn supports(&self, a: Point, b: Point) -> (f32, f32) {
        if self.is_border() {
            return (BORDER_SUPPORT, 0.0);
        }
        let (ta, tb) = (self.line.position(a), self.line.position(b));
        let (from, to) = (ta.min(tb), ta.max(tb));
        let length = to - from;
        // Corners are rounded: 3.18 mm of 54 mm (ISO/IEC 7810).
        let (from_flat, to_flat) = (from + 0.06 * length, to - 0.06 * length);
        let plain = self.mean(&self.support, from_flat, to_flat);
        let signed = self.mean(&self.signed, from_flat, to_flat).abs();
        let beyond = 0.5
            * (self.mean(&self.support, from - 0.14 * length, from - 0.02 * length)
                + self.mean(&self.support, to + 0.02 * length, to + 0.14 * length));
        // A background that is brighter here and darker there is no reason against a card, only a weaker one for it.
        (0.75 * plain + 0.25 * signed, beyond)
    }
}

/// Angle between two undirected lines, 0 to a quarter turn; the angles lie within half a turn of 0.
fn angle_between(a: f32, b: f32) -> f32 {
    let turn = (a - b).abs();
    let turn = if turn < std::f32::consts::PI { turn } else { turn - std::f32::consts::PI };
    turn.min(std::f32::consts::PI - turn)
}

/// All quads that two pairs of nearly parallel lines make and that can be cards.
fn combine(sides: &[Side], width: f32, height: f32, ratios: &[f32]) -> Vec<Outline> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    'pairs: for i in 0..sides.len() {
        for j in i + 1..sides.len() {
            if angle_between(sides[i].angle, sides[j].angle) > 0.62 {
                continue;
            }
            let middle = [width / 2.0, height / 2.0];
            let apart = |p: Point, line: &Line| (dot(line.normal, p) - line.offset).abs();
            let foot = sides[i].line.at(sides[i].line.position(middle));
            if apart(foot, &sides[j].line) < 0.12 * height.min(width) {
                continue;
            }
            pairs.push((i, j));
            if pairs.len() >= MOST_PAIRS * 4 {
                break 'pairs;
            }
        }
    }
    // Lines come strongest first (the borders last), so the sum of the places ranks pairs.
    pairs.sort_by_key(|(i, j)| {
        let place = |k: usize| if sides[k].is_border() { 8 } else { k };
        place(*i) + place(*j)
    });
    pairs.truncate(MOST_PAIRS);
    let mut found = Vec::new();
    for (at, &(a, b)) in pairs.iter().enumerate() {
        for &(c, d) in &pairs[at + 1..] {
            if angle_between(sides[a].angle, sides[c].angle) < 0.9
                || angle_between(sides[b].angle, sides[d].angle) < 0.9
                || angle_between(sides[a].angle, sides[d].angle) < 0.9
                || angle_between(sides[b].angle, sides[c].angle) < 0.9
            {
                continue;
            }
            if let Some(outline) = card([&sides[a], &sides[c], &sides[b], &sides[d]], width, height, ratios) {
                found.push(outline);
            }
        }
    }
    found
}

/// The card that four sides, in order around it, make.
fn card(around: [&Side; 4], width: f32, height: f32, ratios: &[f32]) -> Option<Outline> {
    let mut corners = [[0.0; 2]; 4];
    let (slack_x, slack_y) = (CORNER_SLACK * width, CORNER_SLACK * height);
    for i in 0..4 {
        // Corner i lies between side i and side i + 1.
        let corner = around[i].line.cross(&around[(i + 1) % 4].line)?;
        let inside = corner[0] >= -slack_x
            && corner[1] >= -slack_y
            && corner[0] <= width - 1.0 + slack_x
            && corner[1] <= height - 1.0 + slack_y;
        if !inside {
            return None;
        }
        corners[i] = corner;
    }
    let mut quad = Quad(corners);
    if quad.area() < 0.0 {
        quad = Quad([corners[3], corners[2], corners[1], corners[0]]);
    }
    if !quad.is_convex() || quad.area() < LEAST_SHARE * width * height {
        return None;
    }
    let border_sides = around.iter().filter(|side| side.is_border()).count() as u8;
    let (mut sum, mut least, mut beyond) = (0.0, 1.0f32, 0.0);
    for i in 0..4 {
        let (support, past) = around[(i + 1) % 4].supports(corners[i], corners[(i + 1) % 4]);
        sum += support;
        least = least.min(support);
        beyond += past;
    }
    let share = (quad.area() / (width * height)).min(1.0);
    let by_edges = 0.55 * sum / 4.0 + 0.45 * least - 0.25 * beyond / 4.0 + 0.08 * share.sqrt();
    let enough = if border_sides > 0 { 0.8 * LEAST_SCORE } else { LEAST_SCORE };
    // The shape is dearer to judge than the edges.
    if by_edges + SHAPE_WEIGHT < enough {
        return None;
    }
    let fit = shape_fit(&mut quad, width, height, ratios, border_sides)?;
    let rounded_off = ROUNDED_OFF * distance(quad.0[0], quad.0[2]);
    let inside = quad.0.iter().all(|[x, y]| {
        *x >= -rounded_off && *y >= -rounded_off && *x <= width - 1.0 + rounded_off && *y <= height - 1.0 + rounded_off
    });
    let whole = inside && (border_sides == 0 || fit >= OWN_SHAPE);
    let score = by_edges + SHAPE_WEIGHT * fit;
    (score >= enough).then_some(Outline { quad, score, border_sides, whole })
}

/// Turns the quad so that its first side is a long one, and says how near its shape is to the card's, 0 to 1; `None`
/// when it is too far off for any focal length that cameras have.
fn shape_fit(quad: &mut Quad, width: f32, height: f32, ratios: &[f32], border_sides: u8) -> Option<f32> {
    let centre = [width / 2.0, height / 2.0];
    let map = Homography::onto(quad)?;
    let mut best: Option<(f32, bool)> = None;
    for focal in [0.75, 1.1, 2.0, 6.0] {
        let Some((seen, cosine)) = map.rectangle(centre, focal * width.max(height)) else { continue };
        for (lies, seen) in [(true, seen), (false, 1.0 / seen)] {
            let off = ratios.iter().map(|ratio| (seen / ratio).ln().abs()).fold(f32::MAX, f32::min) / RATIO_SLACK;
            let skew = cosine.abs() / SQUARE_SLACK;
            let fit = 1.0 - off.max(skew);
            if best.is_none_or(|(most, _)| fit > most) {
                best = Some((fit, lies));
            }
        }
    }
    let (fit, lies) = best?;
    // A card that the picture's border cuts shows any ratio, but never more than its own size.
    let least = if border_sides > 0 { -3.0 } else { 0.0 };
    if fit < least {
        return None;
    }
    if !lies {
        *quad = quad.turned(1);
    }
    // The way up nearest to the photo's own.
    let along = minus(plus(quad.0[1], quad.0[2]), plus(quad.0[0], quad.0[3]));
    if along[0] < 0.0 {
        *quad = quad.turned(2);
    }
    Some(fit.max(0.0))
}

/// Fits each side again to the full picture's edge near it and crosses the sides.
pub(crate) fn refine(frame: &Frame<'_>, quad: &Quad) -> Quad {
    // The first pass looks as far as the shrunk picture can be wrong; the last only tidies up.
    fit_sides(frame, quad, &[3.0, 1.6, 0.6])
}

/// As [`refine`], for sides that lie closer to where they are sought.
pub(crate) fn refit(frame: &Frame<'_>, quad: &Quad) -> Quad {
    fit_sides(frame, quad, &[1.6, 0.6])
}

fn fit_sides(frame: &Frame<'_>, quad: &Quad, reaches: &[f32]) -> Quad {
    let factor = frame.shrink_factor(LONG_SIDE);
    let mut quad = *quad;
    for reach in reaches.iter().map(|reach| (reach * factor as f32).max(1.5)) {
        let sides: [Option<Line>; 4] = std::array::from_fn(|i| fit_side(frame, quad.0[i], quad.0[(i + 1) % 4], reach));
        let corner = |i: usize| -> Option<Point> { sides[(i + 3) % 4]?.cross(&sides[i]?) };
        let corners: [Option<Point>; 4] = std::array::from_fn(corner);
        let moved = Quad(std::array::from_fn(|i| corners[i].unwrap_or(quad.0[i])));
        // A fit that runs away is worse than none.
        if !moved.is_finite() || !moved.is_convex() || moved.distance_to(&quad) > 4.0 * reach {
            return quad;
        }
        quad = moved;
    }
    quad
}

/// The edge near the stretch from `a` to `b`: at many places along it the steepest point across it, then a line that
/// leaves stray points out.
fn fit_side(frame: &Frame<'_>, a: Point, b: Point, reach: f32) -> Option<Line> {
    let length = distance(a, b);
    if length < 8.0 {
        return None;
    }
    let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    let normal = [along[1], -along[0]];
    let places = ((length / 6.0) as usize).clamp(16, 96);
    // Luma is compared over this distance, so that noise of single pixels does not win.
    let span = (reach * 0.4).clamp(1.0, 4.0);
    let steps = (2.0 * reach / 0.5) as usize;
    let mut points = Vec::with_capacity(places);
    let mut profile = Vec::with_capacity(steps + 1);
    for place in 0..places {
        let t = length * (0.07 + 0.86 * (place as f32 + 0.5) / places as f32);
        let foot = [a[0] + along[0] * t, a[1] + along[1] * t];
        let at = |k: f32| [foot[0] + normal[0] * k, foot[1] + normal[1] * k];
        profile.clear();
        for step in 0..=steps {
            let k = step as f32 * 0.5 - reach;
            let (out, inn) = (at(k + span), at(k - span));
            let outside = frame.bilinear(out[0], out[1]);
            let inside = frame.bilinear(inn[0], inn[1]);
            let change = (0..3).map(|c| (outside[c] - inside[c]).abs()).fold(0.0, f32::max);
            profile.push(change);
        }
        let (best, most) =
            profile.iter().enumerate().fold((0, 0.0f32), |top, (i, v)| if *v > top.1 { (i, *v) } else { top });
        if most < 4.0 || best == 0 || best == steps {
            continue;
        }
        let (before, after) = (profile[best - 1], profile[best + 1]);
        let bend = before - 2.0 * most + after;
        let shift = if bend < -1e-3 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        let k = (best as f32 + shift) * 0.5 - reach;
        points.push((at(k), most.min(40.0)));
    }
    if points.len() < places / 3 {
        return None;
    }
    let mut line = robust_start(&points, along)?;
    for slack in [2.0, 1.2, 0.8] {
        let near: Vec<(Point, f32)> = points
            .iter()
            .map(|(p, w)| {
                let off = (dot(line.normal, *p) - line.offset) / slack;
                (*p, w / (1.0 + off * off).powi(2))
            })
            .collect();
        line = Line::fit(&near)?;
    }
    // Still the same side, not something that crosses it.
    (cross(line.direction(), along).abs() < 0.12).then_some(line)
}

/// The line through two of the points that most of the others lie near.
fn robust_start(points: &[(Point, f32)], along: Point) -> Option<Line> {
    let count = points.len();
    let mut best: Option<(f32, Line)> = None;
    for first in (0..count / 2).step_by(2) {
        for second in (count / 2..count).step_by(2) {
            let direction = minus(points[second].0, points[first].0);
            let length = direction[0].hypot(direction[1]);
            if length < 1.0 || (cross(direction, along) / length).abs() > 0.12 {
                continue;
            }
            let normal = [-direction[1] / length, direction[0] / length];
            let offset = dot(normal, points[first].0);
            let score: f32 = points
                .iter()
                .step_by(2)
                .map(|(p, w)| if (dot(normal, *p) - offset).abs() < 1.5 { *w } else { 0.0 })
                .sum();
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, Line { normal, offset }));
            }
        }
    }
    best.map(|(_, line)| line)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;
    use crate::picture::Photo;

    const RATIO: f32 = 85.6 / 54.0;
    const CARD: &[f32] = &[RATIO];

    /// A pale rectangle with dark bars on a striped, spotted table.
    fn scene(quad: &Quad, width: u32, height: u32, table: u8) -> Photo {
        let map = Homography::onto(quad).unwrap();
        let mut image = RgbImage::from_fn(width, height, |x, y| {
            let grain = (x / 37 + y / 23).wrapping_mul(2_654_435_761u32.wrapping_mul(x / 9 + 1)) >> 29;
            Rgb([table.saturating_add(grain as u8 * 3), table, table.saturating_sub(grain as u8)])
        });
        // Filled by walking the card, four times as fine as the picture.
        let (nu, nv) = (width * 3, height * 3);
        for i in 0..nu {
            for j in 0..nv {
                let (u, v) = (i as f32 / nu as f32, j as f32 / nv as f32);
                let [x, y] = map.apply(u, v);
                let (x, y) = (x.round() as i64, y.round() as i64);
                if x >= 0 && y >= 0 && x < i64::from(width) && y < i64::from(height) {
                    let bar = u < 0.6 && (0.2..0.9).contains(&v) && ((v * 10.0) as u32).is_multiple_of(2) && u > 0.1;
                    image.put_pixel(x as u32, y as u32, Rgb(if bar { [90; 3] } else { [225, 230, 235] }));
                }
            }
        }
        Photo::new(image)
    }

    fn turned(width: f32, centre: Point, degrees: f32) -> Quad {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (w, h) = (width / 2.0, width / RATIO / 2.0);
        Quad(
            [[-w, -h], [w, -h], [w, h], [-w, h]]
                .map(|[x, y]| [centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos]),
        )
    }

    fn nearest_turn(found: &Quad, truth: &Quad) -> f32 {
        (0..4).map(|k| found.turned(k).distance_to(truth)).fold(f32::MAX, f32::min)
    }

    // RN-4: the position of the document is found, at any rotation
    #[test]
    fn cards_are_found_at_every_rotation() {
        for degrees in [0.0, 8.0, -12.0, 30.0, 45.0, 90.0, 100.0, 180.0, 200.0, 270.0] {
            let truth = turned(420.0, [400.0, 300.0], degrees);
            let photo = scene(&truth, 800, 600, 90);
            let found = locate(&photo.frame(), CARD, 1);
            let off = found.first().map_or(f32::MAX, |outline| nearest_turn(&outline.quad, &truth));
            assert!(off < 3.0, "{degrees}°: {off} px off");
        }
    }

    // RN-4
    #[test]
    fn cards_are_found_under_perspective_on_dark_and_bright_tables() {
        let truth = Quad([[150.0, 140.0], [610.0, 100.0], [660.0, 430.0], [170.0, 400.0]]);
        for table in [30, 120, 180] {
            let photo = scene(&truth, 800, 600, table);
            let found = locate(&photo.frame(), CARD, 1);
            let off = found.first().map_or(f32::MAX, |outline| outline.quad.distance_to(&truth));
            assert!(off < 3.0, "table {table}: {off} px off");
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let blank = Photo::new(RgbImage::from_pixel(640, 480, Rgb([128; 3])));
        assert!(locate(&blank.frame(), CARD, 4).iter().all(|outline| outline.border_sides == 4));
        let noise = Photo::new(RgbImage::from_fn(640, 480, |x, y| {
            Rgb([((x * 7919 + y * 104_729).wrapping_mul(2_654_435_761) >> 24) as u8; 3])
        }));
        assert!(locate(&noise.frame(), CARD, 4).iter().all(|outline| outline.border_sides > 0));
    }

    #[test]
    fn pictures_of_every_size_are_survived() {
        for (w, h) in [(1, 1), (1, 900), (900, 1), (2, 3), (23, 24), (24, 24), (25, 2000), (361, 25)] {
            let photo = Photo::new(RgbImage::from_fn(w, h, |x, y| Rgb([((x * 13) ^ (y * 7)) as u8; 3])));
            let _ = locate(&photo.frame(), CARD, 3);
        }
    }
}
