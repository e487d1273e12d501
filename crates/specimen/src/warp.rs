//! Where a card lies in a photo, and back from there to the card.

use image::RgbImage;

use crate::noise::{f32_of, size};
use crate::photo::PhotoStyle;

/// Projects the card's corners by a pinhole camera so that the card covers the asked share of the frame.
///
/// `aspect` is the card's height over its width.
pub(crate) fn place(aspect: f32, style: &PhotoStyle) -> [(f32, f32); 4] {
    let (width, height) = size(style.frame);
    let (roll, pitch, yaw) = (style.rotation.to_radians(), style.tilt.0.to_radians(), style.tilt.1.to_radians());
    // A phone's main lens sees about 65° across the long edge: its focal length is 0.8 of that edge.
    let focal = 0.8 * width.max(height);
    let project = |distance: f32| {
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y): (f32, f32)| {
            let y = y * aspect;
            // Tilt about the horizontal axis, then the vertical one, then turn in the plane.
            let (y1, z1) = (y * pitch.cos(), y * pitch.sin());
            let (x2, z2) = (x * yaw.cos() + z1 * yaw.sin(), z1 * yaw.cos() - x * yaw.sin());
            let (x3, y3) = (x2 * roll.cos() - y1 * roll.sin(), x2 * roll.sin() + y1 * roll.cos());
            let scale = focal / (distance + z2);
            (style.centre.0 * width + x3 * scale, style.centre.1 * height + y3 * scale)
        })
    };
    let (mut near, mut far) = (0.6, 60.0);
    for _ in 0..40 {
        let middle = f32::midpoint(near, far);
        if area(project(middle)) / (width * height) > style.coverage {
            near = middle;
        } else {
            far = middle;
        }
    }
    project(far)
}

pub(crate) fn area(corners: [(f32, f32); 4]) -> f32 {
    let mut twice = 0.0;
    for (i, &(x, y)) in corners.iter().enumerate() {
        let (next_x, next_y) = corners[(i + 1) % 4];
        twice += x * next_y - next_x * y;
    }
    (twice / 2.0).abs()
}

/// The homography between photo pixels and fractions of the card.
pub(crate) struct Unwarp {
    inverse: [f32; 9],
    forward: [f32; 9],
}

impl Unwarp {
    /// Heckbert's square-to-quadrilateral mapping, inverted by its adjugate.
    pub(crate) fn new([p0, p1, p2, p3]: [(f32, f32); 4]) -> Self {
        let (dx1, dx2, dx3) = (p1.0 - p2.0, p3.0 - p2.0, p0.0 - p1.0 + p2.0 - p3.0);
        let (dy1, dy2, dy3) = (p1.1 - p2.1, p3.1 - p2.1, p0.1 - p1.1 + p2.1 - p3.1);
        let det = dx1 * dy2 - dx2 * dy1;
        let g = (dx3 * dy2 - dx2 * dy3) / det;
        let h = (dx1 * dy3 - dx3 * dy1) / det;
        let m = [
            p1.0 - p0.0 + g * p1.0,
            p3.0 - p0.0 + h * p3.0,
            p0.0,
            p1.1 - p0.1 + g * p1.1,
            p3.1 - p0.1 + h * p3.1,
            p0.1,
            g,
            h,
            1.0,
        ];
        let inverse = [
            m[4] * m[8] - m[5] * m[7],
            m[2] * m[7] - m[1] * m[8],
            m[1] * m[5] - m[2] * m[4],
            m[5] * m[6] - m[3] * m[8],
            m[0] * m[8] - m[2] * m[6],
            m[2] * m[3] - m[0] * m[5],
            m[3] * m[7] - m[4] * m[6],
            m[1] * m[6] - m[0] * m[7],
            m[0] * m[4] - m[1] * m[3],
        ];
        Self { inverse, forward: m }
    }

    /// The fractions of the card at a photo pixel.
    pub(crate) fn at(&self, x: f32, y: f32) -> (f32, f32) {
        apply(&self.inverse, x, y)
    }

    /// [`Unwarp::at`] a pixel's middle and, to first order, everywhere in that pixel.
    pub(crate) fn around(&self, x: f32, y: f32) -> Local {
        let m = &self.inverse;
        let scale = 1.0 / (m[6] * x + m[7] * y + m[8]);
        let at = ((m[0] * x + m[1] * y + m[2]) * scale, (m[3] * x + m[4] * y + m[5]) * scale);
        Local {
            at,
            across: ((m[0] - at.0 * m[6]) * scale, (m[3] - at.1 * m[6]) * scale),
            down: ((m[1] - at.0 * m[7]) * scale, (m[4] - at.1 * m[7]) * scale),
        }
    }

    /// The photo pixel at fractions of the card.
    pub(crate) fn pixel(&self, u: f32, v: f32) -> (f32, f32) {
        apply(&self.forward, u, v)
    }
}

/// A homography in the neighbourhood of a pixel.
pub(crate) struct Local {
    pub(crate) at: (f32, f32),
    across: (f32, f32),
    down: (f32, f32),
}

impl Local {
    /// The fractions of the card so many pixels away.
    pub(crate) fn beside(&self, dx: f32, dy: f32) -> (f32, f32) {
        (self.at.0 + self.across.0 * dx + self.down.0 * dy, self.at.1 + self.across.1 * dx + self.down.1 * dy)
    }
}

/// Whether a point is so far inside the outline that nothing of its edge is near; in units of the card's width.
pub(crate) fn well_inside(x: f32, y: f32, height: f32) -> bool {
    const EDGE: f32 = 0.045;
    x > EDGE && x < 1.0 - EDGE && y > EDGE && y < height - EDGE
}

fn apply(m: &[f32; 9], x: f32, y: f32) -> (f32, f32) {
    let w = m[6] * x + m[7] * y + m[8];
    ((m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w)
}

/// Rows and columns of the frame that `corners` touch, with a margin.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the frame")]
pub(crate) fn touched(
    frame: (u32, u32),
    corners: [(f32, f32); 4],
    margin: f32,
) -> (std::ops::Range<u32>, std::ops::Range<u32>) {
    let (width, height) = size(frame);
    let range = |values: [f32; 4], end: f32| {
        let low = values.iter().copied().fold(f32::MAX, f32::min) - margin;
        let high = values.iter().copied().fold(f32::MIN, f32::max) + margin;
        (low.clamp(0.0, end) as u32)..(high.ceil().clamp(0.0, end) as u32)
    };
    (range(corners.map(|c| c.1), height), range(corners.map(|c| c.0), width))
}

/// How far a point is outside the outline with corners of this `radius`, in units of the card's width; negative inside.
pub(crate) fn outside_card(x: f32, y: f32, height: f32, radius: f32) -> f32 {
    let dx = (radius - x).max(x - 1.0 + radius);
    let dy = (radius - y).max(y - height + radius);
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
#[inline]
pub(crate) fn bilinear(image: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (right, bottom) = (image.width().saturating_sub(1), image.height().saturating_sub(1));
    let (x, y) = (x.clamp(0.0, f32_of(right)), y.clamp(0.0, f32_of(bottom)));
    let (left, top) = (x as u32, y as u32);
    let (fx, fy) = (x - f32_of(left), y - f32_of(top));
    let (right, bottom) = ((left + 1).min(right), (top + 1).min(bottom));
    let samples = image.as_raw();
    let row = image.width() as usize * 3;
    let at = |x: u32, y: u32| {
        let start = y as usize * row + x as usize * 3;
        samples.get(start..start + 3).map_or([0.0; 3], |rgb| [rgb[0], rgb[1], rgb[2]].map(f32::from))
    };
    let (above, below) = ([at(left, top), at(right, top)], [at(left, bottom), at(right, bottom)]);
    let mut colour = [0.0; 3];
    for (part, sum) in colour.iter_mut().enumerate() {
        let upper = above[0][part] + (above[1][part] - above[0][part]) * fx;
        let lower = below[0][part] + (below[1][part] - below[0][part]) * fx;
        *sum = upper + (lower - upper) * fy;
    }
    colour
}
