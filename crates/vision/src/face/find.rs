//! Where faces are in a frame.
//!
//! The net sees 128 × 128 pixels and knows faces that fill a tenth of them or more: those of people who hold a phone, and
//! portraits. Where it sees none in the whole frame, it looks again from farther away (a portrait may fill its picture) and
//! closer (squares along the frame).

use super::load;
use super::mesh::square;
use crate::geometry::{Homography, Point, Quad, minus};
use crate::net::{Net, NetError};
use crate::picture::Frame;
use crate::rectify::rectify;

/// Width and height of the net's input, pixels.
const SIZE: u32 = 128;
/// Cells along each side of the net's two grids, and candidates in each cell.
const GRIDS: [(usize, usize); 2] = [(16, 2), (8, 6)];
/// What the net says of a candidate: its middle, its width and height, six points.
const FIGURES: usize = 16;
/// Below this certainty, a candidate is none.
const LEAST_SCORE: f32 = 0.5;
/// Candidates that share more than this part of their area are one face.
const SAME: f32 = 0.3;
/// A region of landmarks is this many times as large as a face's box.
const ROOM: f32 = 1.5;
/// The view from farther away shows this many times the frame's long side.
const FARTHER: f32 = 1.6;

/// Finds faces.
#[derive(Debug)]
pub struct FaceFinder {
    net: Net,
}

/// A face in a frame.
#[derive(Clone, Debug)]
pub struct FoundFace {
    /// How certain it is, 0 to 1.
    pub score: f32,
    /// Middle of its box, from the brows to the chin, in the frame's pixels.
    pub middle: Point,
    /// Side of that box, pixels.
    pub side: f32,
    /// Right eye, left eye (the person's own), tip of the nose, middle of the mouth, right ear, left ear.
    pub points: [Point; 6],
}

impl FaceFinder {
    /// Loads `models/face_finder.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        load(model).map(|net| Self { net })
    }

    /// The faces in a frame, the largest first.
    pub fn find(&self, frame: &Frame<'_>) -> Result<Vec<FoundFace>, NetError> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let (long, short) = (width.max(height), width.min(height));
        let middle = [(width - 1.0) / 2.0, (height - 1.0) / 2.0];
        // Squares along the long side, each half over the next one.
        let steps = if long < 1.2 * short { 0 } else { (2.0 * long / short).ceil().min(8.0) as usize - 1 };
        let squares = (0..=steps).map(|step| {
            let along = if steps == 0 { 0.5 } else { step as f32 / steps as f32 };
            let place = short / 2.0 + along * (long - short) - 0.5;
            (if width > height { [place, middle[1]] } else { [middle[0], place] }, short)
        });
        let views = [vec![(middle, long)], vec![(middle, FARTHER * long)], squares.collect()];
        for views in views {
            let mut found = Vec::new();
            for (middle, side) in views {
                self.look(frame, &square(middle, side, 0.0), &mut found)?;
            }
            if !found.is_empty() {
                return Ok(apart(found));
            }
        }
        Ok(Vec::new())
    }

    /// Adds what a square view of the frame shows.
    fn look(&self, frame: &Frame<'_>, view: &Quad, found: &mut Vec<FoundFace>) -> Result<(), NetError> {
        let Some((picture, map)) = rectify(frame, view, SIZE, SIZE).zip(Homography::onto(view)) else {
            return Ok(());
        };
        let values = self.net.run_colours(&picture)?.values;
        let candidates: usize = GRIDS.iter().map(|(cells, each)| cells * cells * each).sum();
        if values.len() != candidates * (FIGURES + 1) {
            return Err(NetError::Other);
        }
        let (scores, figures) = values.split_at(candidates);
        let mut first = 0;
        for (cells, each) in GRIDS {
            let plane = cells * cells;
            for candidate in 0..plane * each {
                let (which, cell) = (candidate / plane, candidate % plane);
                let score = 1.0 / (1.0 + (-scores[first + candidate]).exp());
                if score.is_nan() || score < LEAST_SCORE {
                    continue;
                }
                let anchor = [cell % cells, cell / cells].map(|at| (at as f32 + 0.5) / cells as f32);
                // The net's planes: all cells of one figure of one candidate, then the next figure.
                let figure = |at: usize| figures[first * FIGURES + (which * FIGURES + at) * plane + cell] / SIZE as f32;
                let point = |at: usize| map.apply(anchor[0] + figure(at), anchor[1] + figure(at + 1));
                let face = FoundFace {
                    score,
                    middle: point(0),
                    side: figure(2).max(figure(3)) * view.sides()[0],
                    points: [4, 6, 8, 10, 12, 14].map(point),
                };
                let sane = face.side > 1.0 && face.points.iter().flatten().chain(&face.middle).all(|v| v.is_finite());
                if sane && face.side.is_finite() {
                    found.push(face);
                }
            }
            first += plane * each;
        }
        Ok(())
    }
}

impl FoundFace {
    /// The region in which its landmarks are looked for: level with the eyes.
    pub(super) fn around(&self) -> Quad {
        let along = minus(self.points[1], self.points[0]);
        square(self.middle, ROOM * self.side, along[1].atan2(along[0]))
    }
}

/// One of each lot that overlaps, the most certain; the largest first.
fn apart(mut found: Vec<FoundFace>) -> Vec<FoundFace> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<FoundFace> = Vec::new();
    for face in found {
        if kept.iter().all(|known| overlap(known, &face) <= SAME) {
            kept.push(face);
        }
    }
    kept.sort_by(|a, b| b.side.total_cmp(&a.side));
    kept
}

/// Intersection over union of two boxes.
fn overlap(a: &FoundFace, b: &FoundFace) -> f32 {
    let [across, down] = [0, 1].map(|axis| {
        let reach = f32::midpoint(a.side, b.side) - (a.middle[axis] - b.middle[axis]).abs();
        reach.clamp(0.0, a.side.min(b.side))
    });
    let both = across * down;
    both / (a.side * a.side + b.side * b.side - both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_candidates_that_overlap_the_most_certain_stays() {
        let face = |score, x, side| FoundFace { score, middle: [x, 50.0], side, points: [[x, 50.0]; 6] };
        let kept = apart(vec![face(0.7, 52.0, 40.0), face(0.9, 50.0, 42.0), face(0.6, 200.0, 60.0)]);
        let sides: Vec<f32> = kept.iter().map(|face| face.side).collect();
        assert_eq!(sides, [60.0, 42.0]);
        assert!(overlap(&kept[0], &kept[1]).abs() < 1e-6);
    }
}
