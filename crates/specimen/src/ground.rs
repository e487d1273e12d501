//! What documents are printed on, and the drawings that are no portrait.

use image::RgbImage;
use tiny_skia::{Color, GradientStop, LinearGradient, Pixmap, Point, Rect, SpreadMode, Transform};

use crate::canvas::{Line, Rgb8, fill, path, stroke};
use crate::fonts::Fonts;
use crate::look::{Art, Ground};

/// A pale ground of fine waves and rosettes.
pub(crate) fn ground(on: &mut Pixmap, (width, height): (f32, f32), look: &Ground) {
    let stop = |at: f32, [red, green, blue]: Rgb8| GradientStop::new(at, Color::from_rgba8(red, green, blue, 255));
    let [from, between, to] = look.colours.map(|colour| colour.0);
    let stops = vec![stop(0.0, from), stop(0.55, between), stop(1.0, to)];
    let (from, to) = (Point::from_xy(0.0, 0.0), Point::from_xy(width, height));
    let shader = LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity());
    if let (Some(shader), Some(all)) = (shader, Rect::from_xywh(0.0, 0.0, width, height)) {
        let paint = tiny_skia::Paint { shader, ..tiny_skia::Paint::default() };
        on.fill_rect(all, &paint, Transform::identity(), None);
    }
    let pen = 0.0011 * width;
    for index in 0..58_u8 {
        let row = f32::from(index);
        let colour = look.lines[usize::from(index % 2)].0;
        let wave = (0..=120_u8).map(|step| {
            let along = f32::from(step) / 120.0;
            let swing = (along * 19.0 + row * 0.21).sin() * 0.016 + (along * 6.3 - row * 0.13).sin() * 0.03;
            (along * width, ((row - 3.0) / 52.0 + swing) * height)
        });
        stroke(on, polyline(wave), colour, 0.26, pen, Transform::identity());
    }
    for &[x, y, radius] in &look.rosettes {
        rosette(on, (x * width, y * height), radius * height, pen);
    }
}

fn rosette(on: &mut Pixmap, (x, y): (f32, f32), radius: f32, pen: f32) {
    let rings: [(f32, f32, f32, Rgb8); 2] = [(0.8, 0.2, 14.0, [112, 172, 168]), (0.42, 0.24, 8.0, [206, 150, 176])];
    for (base, swing, petals, colour) in rings {
        for curve in 0..9_u8 {
            let phase = f32::from(curve) / 9.0 * std::f32::consts::TAU;
            let petal = (0..=360_u16).map(|step| {
                let angle = f32::from(step) / 360.0 * std::f32::consts::TAU;
                let reach = radius * (base + swing * (angle * petals + phase).sin() * (angle * 2.0 + phase).cos());
                let (dy, dx) = angle.sin_cos();
                (x + dx * reach, y + dy * reach)
            });
            stroke(on, polyline(petal), colour, 0.2, pen, Transform::identity());
        }
    }
}

/// A line through `points`.
pub(crate) fn polyline(points: impl Iterator<Item = (f32, f32)>) -> Option<tiny_skia::Path> {
    path(|b| {
        for (index, (x, y)) in points.enumerate() {
            if index == 0 {
                b.move_to(x, y);
            } else {
                b.line_to(x, y);
            }
        }
    })
}

/// An emblem of our own: a gear around an eight-pointed star.
pub(crate) fn emblem(on: &mut Pixmap, [left, top, right, bottom]: [f32; 4]) {
    let at = Transform::from_row((right - left) / 200.0, 0.0, 0.0, (bottom - top) / 200.0, left, top);
    let (red, gold): (Rgb8, Rgb8) = ([196, 48, 52], [236, 190, 84]);
    let around = |points: u16, radius: &dyn Fn(u16) -> f32| {
        polyline((0..points).map(|point| {
            let angle = (f32::from(point) / f32::from(points) - 0.25) * std::f32::consts::TAU;
            (100.0 + radius(point) * angle.cos(), 100.0 + radius(point) * angle.sin())
        }))
    };
    let circle = |radius: f32| {
        let rect = Rect::from_ltrb(100.0 - radius, 100.0 - radius, 100.0 + radius, 100.0 + radius);
        path(|b| rect.into_iter().for_each(|rect| b.push_oval(rect)))
    };
    fill(on, around(96, &|point| if point % 6 < 3 { 99.0 } else { 87.0 }), red, 1.0, at);
    fill(on, circle(78.0), gold, 1.0, at);
    fill(on, circle(71.0), red, 1.0, at);
    fill(on, around(16, &|point| if point % 2 == 0 { 60.0 } else { 27.0 }), gold, 1.0, at);
    fill(on, circle(15.0), red, 1.0, at);
    fill(on, circle(8.0), gold, 1.0, at);
}

/// Draws `art` under the print.
pub(crate) fn art(on: &mut Pixmap, (width, height): (f32, f32), art: &Art) {
    let upright = Transform::identity();
    match art {
        Art::Wall { foot, height: tall } => wall(on, (width, height), *foot, *tall),
        Art::Stars([x, y, radius]) => {
            let (x, y, radius) = (x * width, y * height, radius * height);
            fill(on, star((x, y), radius, -0.25), [206, 160, 60], 0.3, upright);
            for (index, angle) in [(0_u8, -0.16_f32), (1, -0.06), (2, 0.04), (3, 0.14)] {
                let (dy, dx) = (angle * std::f32::consts::TAU).sin_cos();
                let turn = -0.25 + 0.06 * f32::from(index);
                fill(
                    on,
                    star((x + 1.7 * radius * dx, y + 1.7 * radius * dy), radius * 0.36, turn),
                    [206, 160, 60],
                    0.3,
                    upright,
                );
            }
        }
        Art::Seal { area, .. } => {
            let rect = Rect::from_ltrb(area.left * width, area.top * height, area.right * width, area.bottom * height);
            let square = path(|b| rect.into_iter().for_each(|rect| b.push_rect(rect)));
            stroke(on, square, SEAL, 0.85, 0.0055 * width, upright);
        }
        Art::Rules(rules) => {
            for &[left, right, y] in rules {
                let rule = polyline([(left * width, y * height), (right * width, y * height)].into_iter());
                stroke(on, rule, [110, 110, 120], 0.7, 0.0012 * width, upright);
            }
        }
    }
}

const SEAL: Rgb8 = [206, 62, 56];

/// The words of a seal: three rows that fill its square.
pub(crate) fn seal_words(on: &mut RgbImage, (width, height): (f32, f32), art: &Art, fonts: &Fonts) {
    let Art::Seal { area, rows } = art else { return };
    let (left, right) = (area.left * width, area.right * width);
    let (top, bottom) = (area.top * height, area.bottom * height);
    let count = crate::draw::count(rows.len().max(1));
    for (row, index) in rows.iter().zip(0_u8..) {
        let characters = crate::draw::count(row.chars().count().max(1));
        let em = ((bottom - top) * 0.86 / count).min((right - left) * 0.88 / characters);
        let line = Line { font: &fonts.serif, em, tracking: (right - left) * 0.88 / characters - em };
        let baseline = top + (bottom - top) * (0.07 + 0.86 * (f32::from(index) + 0.5) / count) + 0.38 * em;
        line.draw(on, row, left + (right - left) * 0.06, baseline, SEAL, 0.85);
    }
}

fn star((x, y): (f32, f32), radius: f32, turn: f32) -> Option<tiny_skia::Path> {
    polyline((0..10_u8).map(|point| {
        let (dy, dx) = ((f32::from(point) / 10.0 + turn) * std::f32::consts::TAU).sin_cos();
        let reach = if point % 2 == 0 { radius } else { 0.4 * radius };
        (x + dx * reach, y + dy * reach)
    }))
}

/// Two rows of hills and a wall with towers along the nearer one.
fn wall(on: &mut Pixmap, (width, height): (f32, f32), foot: f32, tall: f32) {
    let upright = Transform::identity();
    let ridge =
        |along: f32, phase: f32| 0.5 + 0.3 * (along * 9.0 + phase).sin() + 0.2 * (along * 21.0 + phase * 2.0).sin();
    for (phase, scale, colour) in [(0.7_f32, 1.0_f32, [150, 186, 190]), (2.4, 0.72, [126, 170, 160])] {
        let hills = (0..=100_u8).map(|step| {
            let along = f32::from(step) / 100.0;
            (along * width, (foot - tall * scale * ridge(along, phase)) * height)
        });
        fill(on, polyline(hills.chain([(width, foot * height), (0.0, foot * height)])), colour, 0.3, upright);
    }
    let top = |along: f32| ((along * width), (foot - tall * 0.72 * ridge(along, 2.4)) * height);
    let line = (0..=100_u8).map(|step| top(f32::from(step) / 100.0));
    stroke(on, polyline(line), [122, 118, 104], 0.5, 0.008 * height, upright);
    for tower in 0..6_u8 {
        let (x, y) = top(0.08 + f32::from(tower) * 0.17);
        let side = 0.012 * width;
        let rect = Rect::from_ltrb(x - side, y - 1.6 * side, x + side, y + 0.4 * side);
        fill(on, path(|b| rect.into_iter().for_each(|rect| b.push_rect(rect))), [122, 118, 104], 0.5, upright);
    }
}
