//! Landmarks → a chip in which they stand where a net learnt them.

use image::RgbImage;

use super::mesh::Landmarks;
use crate::geometry::{Point, Quad, minus, plus};
use crate::picture::Frame;
use crate::rectify::rectify;

/// Where landmarks stand in a chip.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Width and height of the chip, pixels.
    pub size: u32,
    /// Places in the chip, pixels from its left and upper edge.
    pub places: [Point; 5],
    /// Which of a face's points stand there.
    pub points: fn(&Landmarks) -> [Point; 5],
}

impl Template {
    /// `ArcFace`'s: middles of the eyes, tip of the nose, corners of the mouth.
    pub const ARC_FACE: Self = Self {
        size: 112,
        places: [[38.29, 51.70], [73.53, 51.50], [56.03, 71.74], [41.55, 92.37], [70.73, 92.20]],
        points: Landmarks::eyes_nose_and_mouth,
    };
}

/// The face's chip; `None` where its landmarks lie on one point or nowhere.
#[must_use]
pub fn chip(frame: &Frame<'_>, landmarks: &Landmarks, template: &Template) -> Option<RgbImage> {
    let quad = placed(&template.places, &(template.points)(landmarks), template.size as f32)?;
    rectify(frame, &quad, template.size, template.size)
}

/// Where the chip's edges lie in the frame, when turning, scaling and moving bring `places` closest to `points`.
fn placed(places: &[Point; 5], points: &[Point; 5], size: f32) -> Option<Quad> {
    let mean = |of: &[Point; 5]| of.iter().fold([0.0; 2], |sum, p| plus(sum, [p[0] / 5.0, p[1] / 5.0]));
    let (from, to) = (mean(places), mean(points));
    let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
    for (place, point) in places.iter().zip(points) {
        let ([x, y], [u, v]) = (minus(*place, from), minus(*point, to));
        along += x * u + y * v;
        across += x * v - y * u;
        spread += x * x + y * y;
    }
    let (cos, sin) = (along / spread, across / spread);
    let corner = |p: Point| {
        let [x, y] = minus(p, from);
        plus(to, [cos * x - sin * y, sin * x + cos * y])
    };
    let quad = Quad([[0.0, 0.0], [size, 0.0], [size, size], [0.0, size]].map(corner));
    (quad.is_finite() && quad.area() > 1.0).then_some(quad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::distance;

    #[test]
    fn a_turned_and_scaled_face_is_brought_to_its_place() {
        let places = Template::ARC_FACE.places;
        let (turn, scale) = (0.4f32, 2.5f32);
        let moved = |[x, y]: Point| {
            [scale * (turn.cos() * x - turn.sin() * y) + 300.0, scale * (turn.sin() * x + turn.cos() * y) - 40.0]
        };
        let quad = placed(&places, &places.map(moved), 112.0).unwrap();
        for (corner, expected) in quad.0.iter().zip([[0.0, 0.0], [112.0, 0.0], [112.0, 112.0], [0.0, 112.0]]) {
            assert!(distance(*corner, moved(expected)) < 1e-2, "{corner:?}");
        }
    }

    #[test]
    fn landmarks_that_are_none_give_no_chip() {
        let places = Template::ARC_FACE.places;
        for points in [[[5.0, 5.0]; 5], [[f32::NAN, 0.0]; 5], [[f32::INFINITY; 2]; 5]] {
            assert!(placed(&places, &points, 112.0).is_none());
        }
    }
}
