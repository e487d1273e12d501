//! Quadrilaterals and the projective map between a document and its picture.

/// A point of a picture, pixels; `[0, 0]` is the centre of the top left pixel.
pub type Point = [f32; 2];

/// The corners of a document in a picture, clockwise as seen: the document's top left, top right, bottom right,
/// bottom left, as far as it is known which way up it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad(pub [Point; 4]);

impl Quad {
    /// The quad of a whole picture.
    #[must_use]
    pub fn of_picture(width: f32, height: f32) -> Self {
        let (right, bottom) = (width - 1.0, height - 1.0);
        Self([[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]])
    }

    /// Area, square pixels; positive for corners in clockwise order.
    #[must_use]
    pub fn area(&self) -> f32 {
        let [a, b, c, d] = self.0;
        0.5 * (cross(minus(b, a), minus(c, a)) + cross(minus(c, a), minus(d, a)))
    }

    /// Lengths of the top, right, bottom and left side, pixels.
    #[must_use]
    pub fn sides(&self) -> [f32; 4] {
        std::array::from_fn(|i| distance(self.0[i], self.0[(i + 1) % 4]))
    }

    /// True when every corner turns the same (clockwise) way by more than a sliver.
    #[must_use]
    pub fn is_convex(&self) -> bool {
        (0..4).all(|i| {
            let (a, b, c) = (self.0[i], self.0[(i + 1) % 4], self.0[(i + 2) % 4]);
            cross(minus(b, a), minus(c, b)) > 1e-3 * distance(a, b) * distance(b, c)
        })
    }

    /// The same outline, with the corner that is `quarters` further clockwise called the first one.
    #[must_use]
    pub fn turned(&self, quarters: usize) -> Self {
        Self(std::array::from_fn(|i| self.0[(i + quarters) % 4]))
    }

    /// The quad in a picture `factor` times as large, pixel centres kept in place.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        Self(self.0.map(|[x, y]| [(x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5]))
    }

    /// Angle between the document's edges and the nearest upright position (any quarter turn), degrees, 0 to 45.
    #[must_use]
    pub fn tilt_degrees(&self) -> f32 {
        let [a, b, c, d] = self.0;
        // The mean direction of the two long sides.
        let along = minus(plus(b, c), plus(a, d));
        let angle = along[1].atan2(along[0]).to_degrees().rem_euclid(90.0);
        angle.min(90.0 - angle)
    }

    /// The larger ratio of opposite sides, percent: 100 without perspective.
    #[must_use]
    pub fn perspective_percent(&self) -> f32 {
        let [top, right, bottom, left] = self.sides();
        let ratio = |a: f32, b: f32| a.max(b) / a.min(b).max(1e-3);
        100.0 * ratio(top, bottom).max(ratio(left, right))
    }

    /// The farthest that two corresponding corners lie apart, pixels.
    #[must_use]
    pub fn distance_to(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| distance(*a, *b)).fold(0.0, f32::max)
    }

    /// The side from corner `side` to the next one moved toward the opposite side, by this share of the way.
    #[must_use]
    pub fn with_side_moved(&self, side: usize, share: f32) -> Self {
        let corner = |at: usize| self.0[(side + at) % 4];
        let toward = |from: Point, to: Point| [0, 1].map(|i| from[i] + (to[i] - from[i]) * share);
        let mut moved = *self;
        moved.0[side % 4] = toward(corner(0), corner(3));
        moved.0[(side + 1) % 4] = toward(corner(1), corner(2));
        moved
    }

    /// True when the corner coordinates are all finite numbers.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.0.iter().flatten().all(|v| v.is_finite())
    }
}

/// The projective map of the unit square onto a quad, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Homography([[f64; 3]; 3]);

impl Homography {
    /// The map that takes `(0,0) (1,0) (1,1) (0,1)` to the corners of `quad`; `None` for a degenerate quad.
    #[must_use]
    pub fn onto(quad: &Quad) -> Option<Self> {
        if !quad.is_finite() || !quad.is_convex() {
            return None;
        }
        let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = quad.0.map(|p| p.map(f64::from));
        let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let det = dx1 * dy2 - dx2 * dy1;
        if det.abs() < 1e-9 {
            return None;
        }
        let g = (dx3 * dy2 - dx2 * dy3) / det;
        let h = (dx1 * dy3 - dx3 * dy1) / det;
        Some(Self([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]]))
    }

    /// Width over height of the flat rectangle that a pinhole camera of focal length `focal` (pixels) with its
    /// principal point at `centre` would see as the quad, and the cosine between its sides (0 for a rectangle).
    #[must_use]
    pub fn rectangle(&self, centre: Point, focal: f32) -> Option<(f32, f32)> {
        let [[a, b, _], [d, e, _], [g, h, _]] = self.0;
        let (cx, cy, f) = (f64::from(centre[0]), f64::from(centre[1]), f64::from(focal));
        let across = [(a - cx * g) / f, (d - cy * g) / f, g];
        let down = [(b - cx * h) / f, (e - cy * h) / f, h];
        let dot = |p: [f64; 3], q: [f64; 3]| p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
        let (width, height) = (dot(across, across).sqrt(), dot(down, down).sqrt());
        if !(width > 0.0 && height > 0.0) {
            return None;
        }
        Some(((width / height) as f32, (dot(across, down) / (width * height)) as f32))
    }

    /// Its coefficients, row by row; the last is 1.
    pub(crate) fn rows(&self) -> [[f64; 3]; 3] {
        self.0
    }

    /// Where the document's point `(u, v)`, fractions of its width and height, lies in the picture.
    #[must_use]
    pub fn apply(&self, u: f32, v: f32) -> Point {
        let (u, v) = (f64::from(u), f64::from(v));
        let [x, y, w] = self.0.map(|row| row[0] * u + row[1] * v + row[2]);
        [(x / w) as f32, (y / w) as f32]
    }
}

/// A line `normal · p = offset` with a unit normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    pub normal: Point,
    pub offset: f32,
}

impl Line {
    /// The direction along the line.
    pub fn direction(&self) -> Point {
        [-self.normal[1], self.normal[0]]
    }

    /// The point at `t` along the line from its foot.
    pub fn at(&self, t: f32) -> Point {
        let along = self.direction();
        [self.normal[0] * self.offset + along[0] * t, self.normal[1] * self.offset + along[1] * t]
    }

    /// Where along the line the foot of `p` lies.
    pub fn position(&self, p: Point) -> f32 {
        dot(self.direction(), p)
    }

    /// Where two lines cross.
    pub fn cross(&self, other: &Self) -> Option<Point> {
        let det = cross(self.normal, other.normal);
        (det.abs() > 1e-4).then(|| {
            [
                (self.offset * other.normal[1] - other.offset * self.normal[1]) / det,
                (other.offset * self.normal[0] - self.offset * other.normal[0]) / det,
            ]
        })
    }

    /// The line with the least weighted squared distance to `points` (x, y, weight).
    pub fn fit(points: &[(Point, f32)]) -> Option<Self> {
        let total: f32 = points.iter().map(|(_, w)| w).sum();
        if points.len() < 2 || total <= 0.0 {
            return None;
        }
        let mean = [0, 1].map(|i| points.iter().map(|(p, w)| p[i] * w).sum::<f32>() / total);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (p, w) in points {
            let [dx, dy] = minus(*p, mean);
            xx += w * dx * dx;
            xy += w * dx * dy;
            yy += w * dy * dy;
        }
        // The direction of the largest spread; the normal is at a right angle to it.
        let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
        let normal = [-angle.sin(), angle.cos()];
        (xx + yy > 0.0).then(|| Self { normal, offset: dot(normal, mean) })
    }
}

pub(crate) fn plus(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1]]
}

pub(crate) fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

pub(crate) fn dot(a: Point, b: Point) -> f32 {
    a[0] * b[0] + a[1] * b[1]
}

pub(crate) fn cross(a: Point, b: Point) -> f32 {
    a[0] * b[1] - a[1] * b[0]
}

pub(crate) fn distance(a: Point, b: Point) -> f32 {
    // Not `hypot`: that is a library call, and pixels neither overflow nor vanish when squared.
    let between = minus(a, b);
    dot(between, between).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_homography_meets_the_corners_and_keeps_lines() {
        let quad = Quad([[10.0, 20.0], [110.0, 10.0], [130.0, 90.0], [0.0, 80.0]]);
        let map = Homography::onto(&quad).unwrap();
        for (uv, corner) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(quad.0) {
            assert!(distance(map.apply(uv.0, uv.1), corner) < 1e-3);
        }
        let (a, b, c) = (map.apply(0.0, 0.3), map.apply(0.4, 0.3), map.apply(1.0, 0.3));
        assert!(cross(minus(b, a), minus(c, a)).abs() < 1e-2);
    }

    #[test]
    fn degenerate_quads_have_no_map() {
        for quad in [
            Quad([[0.0; 2]; 4]),
            Quad([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]),
            Quad([[0.0, 0.0], [0.0, 9.0], [9.0, 9.0], [9.0, 0.0]]),
            Quad([[f32::NAN, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]),
        ] {
            assert!(Homography::onto(&quad).is_none(), "{quad:?}");
        }
    }

    #[test]
    fn a_tilted_rectangle_keeps_its_ratio_under_perspective() {
        // A card 1.586 : 1 that leans 25° away, seen by a pinhole camera.
        let (focal, lean) = (1000.0f32, 25.0f32.to_radians());
        let project = |x: f32, y: f32| {
            let depth = 3.0 + y * lean.sin();
            [640.0 + focal * x / depth, 360.0 + focal * y * lean.cos() / depth]
        };
        let (w, h) = (1.586 / 2.0, 0.5);
        let quad = Quad([project(-w, -h), project(w, -h), project(w, h), project(-w, h)]);
        let (ratio, cosine) = Homography::onto(&quad).unwrap().rectangle([640.0, 360.0], focal).unwrap();
        assert!((ratio - 1.586).abs() < 0.01, "{ratio}");
        assert!(cosine.abs() < 0.01, "{cosine}");
    }
}
