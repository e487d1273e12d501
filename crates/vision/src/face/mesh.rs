//! A region with a face → its 468 landmarks.

use super::{LEAST_CONFIDENCE, load};
use crate::geometry::{Homography, Point, Quad, distance, minus, plus};
use crate::net::{Net, NetError};
use crate::picture::Frame;
use crate::rectify::rectify;

/// Landmarks of a face.
pub const LANDMARKS: usize = 468;
/// Width and height of the net's input, pixels.
const SIZE: u32 = 192;
/// The net learnt faces in regions this many times as large as the landmarks' own extent.
const ROOM: f32 = 1.5;

/// Landmarks whose numbers are known: "right" and "left" are the person's own.
pub mod index {
    /// Outer and inner corner of the right eye.
    pub const RIGHT_EYE: [usize; 2] = [33, 133];
    /// Inner and outer corner of the left eye.
    pub const LEFT_EYE: [usize; 2] = [362, 263];
    /// Tip of the nose.
    pub const NOSE_TIP: usize = 1;
    /// Where the nose meets the upper lip.
    pub const NOSE_BASE: usize = 2;
    /// Right and left corner of the mouth.
    pub const MOUTH: [usize; 2] = [61, 291];
}

/// Follows faces.
#[derive(Debug)]
pub struct Mesh {
    net: Net,
}

/// Where the parts of a face are. They tell what somebody looks like: `Debug` shows none of them.
#[derive(Clone)]
pub struct Landmarks {
    points: Vec<[f32; 3]>,
    confidence: f32,
}

impl Mesh {
    /// Loads `models/face_mesh.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        load(model).map(|net| Self { net })
    }

    /// The landmarks of the face in a square region; none where it holds no face.
    pub(super) fn landmarks(&self, frame: &Frame<'_>, region: &Quad) -> Result<Option<Landmarks>, NetError> {
        let Some((picture, map)) = rectify(frame, region, SIZE, SIZE).zip(Homography::onto(region)) else {
            return Ok(None);
        };
        let values = self.net.run_colours(&picture)?.values;
        let (points, &[score]) = values.split_at_checked(3 * LANDMARKS).ok_or(NetError::Other)? else {
            return Err(NetError::Other);
        };
        let confidence = 1.0 / (1.0 + (-score).exp());
        // Depth is in the same units as width.
        let scale = region.sides()[0] / SIZE as f32;
        let points = points.as_chunks::<3>().0.iter().map(|[x, y, z]| {
            let [x, y] = map.apply(x / SIZE as f32, y / SIZE as f32);
            [x, y, z * scale]
        });
        let landmarks = Landmarks { points: points.collect(), confidence };
        let sane = landmarks.points.iter().flatten().all(|value| value.is_finite());
        Ok((sane && confidence >= LEAST_CONFIDENCE).then_some(landmarks))
    }
}

impl Landmarks {
    /// All of them ([`LANDMARKS`]): x and y in the frame's pixels, depth in the same units, smaller nearer the camera.
    #[must_use]
    pub fn points(&self) -> &[[f32; 3]] {
        &self.points
    }

    /// How certain it is that this is a face, 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.confidence
    }

    /// A landmark in the frame.
    #[must_use]
    pub fn point(&self, index: usize) -> Point {
        self.points.get(index).map_or([f32::NAN; 2], |[x, y, _]| [*x, *y])
    }

    /// Distance between the middles of the eyes, pixels.
    #[must_use]
    pub fn eye_distance(&self) -> f32 {
        let [right, left, ..] = self.eyes_nose_and_mouth();
        distance(right, left)
    }

    fn middle(&self, [a, b]: [usize; 2]) -> Point {
        let [x, y] = plus(self.point(a), self.point(b));
        [x / 2.0, y / 2.0]
    }

    pub(super) fn eyes_nose_and_mouth(&self) -> [Point; 5] {
        [
            self.middle(index::RIGHT_EYE),
            self.middle(index::LEFT_EYE),
            self.point(index::NOSE_TIP),
            self.point(index::MOUTH[0]),
            self.point(index::MOUTH[1]),
        ]
    }

    /// The region in which to look for the same face in the next frame: level with the eyes.
    pub(super) fn around(&self) -> Quad {
        let [right, left, ..] = self.eyes_nose_and_mouth();
        let along = minus(left, right);
        let turn = along[1].atan2(along[0]);
        let (sin, cos) = turn.sin_cos();
        let (mut least, mut most) = ([f32::MAX; 2], [f32::MIN; 2]);
        for [x, y, _] in &self.points {
            for (axis, value) in [cos * x + sin * y, cos * y - sin * x].into_iter().enumerate() {
                least[axis] = least[axis].min(value);
                most[axis] = most[axis].max(value);
            }
        }
        let [u, v] = [0, 1].map(|axis| f32::midpoint(least[axis], most[axis]));
        let side = (most[0] - least[0]).max(most[1] - least[1]) * ROOM;
        square([cos * u - sin * v, sin * u + cos * v], side, turn)
    }
}

/// A square around a point, turned clockwise by `turn` (radians).
pub(super) fn square([x, y]: Point, side: f32, turn: f32) -> Quad {
    let (sin, cos) = turn.sin_cos();
    let half = side / 2.0;
    Quad(
        [[-half, -half], [half, -half], [half, half], [-half, half]]
            .map(|[u, v]| [x + cos * u - sin * v, y + sin * u + cos * v]),
    )
}

impl std::fmt::Debug for Landmarks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Landmarks({:.2}, …)", self.confidence)
    }
}
