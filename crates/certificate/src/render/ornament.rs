//! Fine lines around and behind the text, as on securities.

use std::f32::consts::TAU;

use krilla::geom::{Path, PathBuilder};

/// Coordinates are rounded, so that the last bits of a sine do not decide about a file's bytes.
fn rounded(value: f32) -> f32 {
    (value * 20.0).round() / 20.0
}

/// A closed wave around a centre, between the two radii, of so many petals; `phase` of 1 turns it by a whole petal.
pub(super) fn rosette(x: f32, y: f32, (inner, outer): (f32, f32), petals: u16, phase: f32) -> Option<Path> {
    const POINTS: u16 = 288;
    let mut path = PathBuilder::new();
    for point in 0..POINTS {
        let angle = TAU * f32::from(point) / f32::from(POINTS);
        let wave = (angle * f32::from(petals) + TAU * phase).sin();
        let radius = f32::midpoint(inner, outer) + (outer - inner) / 2.0 * wave;
        let (px, py) = (rounded(x + radius * angle.cos()), rounded(y + radius * angle.sin()));
        if point == 0 { path.move_to(px, py) } else { path.line_to(px, py) }
    }
    path.close();
    path.finish()
}

/// Waves along the four sides of a rectangle, with so many half waves across and down; `phase` ±1 says where they begin.
pub(super) fn waves(left: f32, top: f32, right: f32, bottom: f32, count: (u16, u16), height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    for y in [top, bottom] {
        let step = (right - left) / f32::from(count.0);
        path.move_to(left, y);
        for wave in 0..count.0 {
            let (x, swing) = (left + step * f32::from(wave), if wave % 2 == 0 { height } else { -height });
            let (a, b, end) = (rounded(x + step * 0.36), rounded(x + step * 0.64), rounded(x + step));
            path.cubic_to(a, rounded(y + swing), b, rounded(y + swing), end, y);
        }
    }
    for x in [left, right] {
        let step = (bottom - top) / f32::from(count.1);
        path.move_to(x, top);
        for wave in 0..count.1 {
            let (y, swing) = (top + step * f32::from(wave), if wave % 2 == 0 { height } else { -height });
            let (a, b, end) = (rounded(y + step * 0.36), rounded(y + step * 0.64), rounded(y + step));
            path.cubic_to(rounded(x + swing), a, rounded(x + swing), b, x, end);
        }
    }
    path.finish()
}
