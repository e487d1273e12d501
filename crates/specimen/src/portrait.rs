//! Drawn portraits: plainly a drawing, different for every citizen.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use tiny_skia::{Color, PathBuilder, Pixmap, Rect, Transform};

use crate::canvas::{Rgb8, fill, flatten, path, stroke};
use crate::citizen::Citizen;
use crate::dice::Dice;

/// The drawing's own units: 100 across, 134 down, as the portrait's place on a card is shaped.
const UNITS: (f32, f32) = (100.0, 134.0);

/// What decides a face.
struct Looks {
    skin: Rgb8,
    hair: Rgb8,
    clothes: Rgb8,
    shirt: Rgb8,
    male: bool,
    age: u32,
    jaw: f32,
    cheek: f32,
    eye: f32,
    brow: f32,
    nose: f32,
    mouth: f32,
    style: usize,
    glasses: bool,
    jacket: bool,
}

impl Looks {
    fn of(citizen: &Citizen) -> Self {
        let mut dice = Dice::new("portrait", citizen.seed());
        let age = citizen.age();
        let skins: [Rgb8; 6] =
            [[247, 216, 186], [240, 203, 170], [232, 190, 152], [222, 177, 138], [206, 158, 120], [190, 142, 106]];
        let dark: [Rgb8; 5] = [[32, 28, 30], [44, 36, 34], [58, 42, 34], [26, 26, 34], [72, 52, 40]];
        let grey: [Rgb8; 3] = [[120, 118, 118], [158, 156, 154], [196, 194, 190]];
        let clothes: [Rgb8; 10] = [
            [38, 52, 84],
            [60, 64, 72],
            [110, 44, 52],
            [40, 88, 80],
            [88, 70, 120],
            [150, 112, 64],
            [52, 96, 140],
            [24, 26, 32],
            [168, 72, 56],
            [96, 108, 60],
        ];
        let hair = if age > 62 || (age > 52 && dice.chance(40)) { grey[dice.index(3)] } else { dark[dice.index(5)] };
        Self {
            skin: skins[dice.index(skins.len())],
            hair,
            clothes: clothes[dice.index(clothes.len())],
            shirt: [[244, 244, 246], [206, 222, 240], [236, 224, 206]][dice.index(3)],
            male: citizen.sex == "男",
            age,
            jaw: dice.between(-2.0, 2.5),
            cheek: dice.between(-1.8, 1.8),
            eye: dice.between(-0.8, 1.0),
            brow: dice.between(-1.0, 1.2),
            nose: dice.between(-1.2, 1.6),
            mouth: dice.between(-1.6, 2.0),
            style: dice.index(4),
            glasses: dice.chance(24),
            jacket: dice.chance(55),
        }
    }

    fn bald(&self) -> bool {
        self.male && self.age > 58 && self.style == 0
    }
}

fn shade(colour: Rgb8, by: f32) -> Rgb8 {
    colour.map(|part| crate::canvas::byte(f32::from(part) * by))
}

/// The register's photo of `citizen`: 240 × 322 pixels on a plain ground.
#[must_use]
pub fn portrait(citizen: &Citizen) -> RgbImage {
    let Some(mut pixmap) = Pixmap::new(240, 322) else { return RgbImage::new(240, 322) };
    pixmap.fill(Color::from_rgba8(226, 234, 242, 255));
    draw(&mut pixmap, citizen, Transform::from_scale(2.4, 322.0 / UNITS.1));
    flatten(&pixmap)
}

/// [`portrait`] as a JPEG of at most 6 KiB, as the sandbox's register hands it out.
#[must_use]
pub fn portrait_jpeg(citizen: &Citizen) -> Vec<u8> {
    let image = portrait(citizen);
    for quality in [80, 65, 50, 35, 20] {
        let mut bytes = Vec::new();
        let done = image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality));
        if done.is_ok() && bytes.len() <= 6 * 1024 {
            return bytes;
        }
    }
    Vec::new()
}

/// Draws the person without a ground into a box of a card.
pub(crate) fn draw_into(on: &mut Pixmap, citizen: &Citizen, left: f32, top: f32, width: f32, height: f32) {
    draw(on, citizen, Transform::from_row(width / UNITS.0, 0.0, 0.0, height / UNITS.1, left, top));
}

fn draw(on: &mut Pixmap, citizen: &Citizen, at: Transform) {
    let looks = Looks::of(citizen);
    hair_behind(on, &looks, at);
    body(on, &looks, at);
    head(on, &looks, at);
    face(on, &looks, at);
    hair_front(on, &looks, at);
    if looks.glasses {
        glasses(on, at);
    }
}

fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Option<tiny_skia::Path> {
    let rect = Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry)?;
    path(|b| b.push_oval(rect))
}

fn body(on: &mut Pixmap, looks: &Looks, at: Transform) {
    let shoulder = if looks.male { 0.0 } else { 4.0 };
    // Neck, with the shadow that the chin throws on it.
    fill(
        on,
        path(|b| {
            b.move_to(39.5 + shoulder / 3.0, 76.0);
            b.line_to(60.5 - shoulder / 3.0, 76.0);
            b.quad_to(60.0, 98.0, 70.0, 104.0);
            b.line_to(50.0, 122.0);
            b.line_to(30.0, 104.0);
            b.quad_to(40.0, 98.0, 39.5 + shoulder / 3.0, 76.0);
            b.close();
        }),
        shade(looks.skin, 0.9),
        1.0,
        at,
    );
    fill(on, ellipse(50.0, 88.0, 10.0 - shoulder / 3.0, 5.0), shade(looks.skin, 0.78), 0.7, at);
    // Clothes.
    fill(
        on,
        path(|b| {
            b.move_to(3.0 + shoulder, 134.0);
            b.cubic_to(4.0 + shoulder, 113.0, 18.0 + shoulder, 108.0, 37.0, 101.0);
            b.quad_to(50.0, 122.0, 63.0, 101.0);
            b.cubic_to(82.0 - shoulder, 108.0, 96.0 - shoulder, 113.0, 97.0 - shoulder, 134.0);
            b.close();
        }),
        looks.clothes,
        1.0,
        at,
    );
    if looks.jacket {
        for side in [-1.0, 1.0] {
            let x = |dx: f32| 50.0 + side * dx;
            fill(
                on,
                path(|b| {
                    b.move_to(x(13.0), 101.0);
                    b.line_to(x(0.0), 134.0);
                    b.line_to(x(0.0), 112.0);
                    b.close();
                }),
                looks.shirt,
                1.0,
                at,
            );
            fill(
                on,
                path(|b| {
                    b.move_to(x(12.0), 98.5);
                    b.line_to(x(16.0), 101.0);
                    b.line_to(x(8.0), 115.0);
                    b.line_to(x(0.5), 112.0);
                    b.close();
                }),
                shade(looks.shirt, 0.93),
                1.0,
                at,
            );
            fill(
                on,
                path(|b| {
                    b.move_to(x(15.0), 101.0);
                    b.line_to(x(24.0), 108.0);
                    b.line_to(x(17.0), 116.0);
                    b.line_to(x(1.5), 134.0);
                    b.line_to(x(0.0), 134.0);
                    b.close();
                }),
                shade(looks.clothes, 0.8),
                1.0,
                at,
            );
        }
    } else {
        stroke(
            on,
            path(|b| {
                b.move_to(37.0, 101.5);
                b.quad_to(50.0, 122.5, 63.0, 101.5);
            }),
            shade(looks.clothes, 0.72),
            1.0,
            2.6,
            at,
        );
    }
}

fn head(on: &mut Pixmap, looks: &Looks, at: Transform) {
    for side in [-1.0, 1.0] {
        let x = 50.0 + side * (22.5 + looks.cheek);
        fill(on, ellipse(x, 58.0, 3.6, 6.4), shade(looks.skin, 0.93), 1.0, at);
        fill(on, ellipse(x, 58.5, 1.7, 3.8), shade(looks.skin, 0.8), 1.0, at);
    }
    let (c, j) = (looks.cheek, looks.jaw);
    fill(
        on,
        path(|b| {
            b.move_to(50.0, 24.0);
            b.cubic_to(66.0, 24.0, 73.0 + c, 37.0, 73.0 + c, 53.0);
            b.cubic_to(73.0 + c, 68.0, 68.0 + j, 79.0, 61.0 + j, 85.0);
            b.quad_to(50.0, 93.0, 39.0 - j, 85.0);
            b.cubic_to(32.0 - j, 79.0, 27.0 - c, 68.0, 27.0 - c, 53.0);
            b.cubic_to(27.0 - c, 37.0, 34.0, 24.0, 50.0, 24.0);
            b.close();
        }),
        looks.skin,
        1.0,
        at,
    );
    for side in [-1.0, 1.0] {
        let warm = [220, 120, 104];
        fill(on, ellipse(50.0 + side * 14.5, 69.0, 5.0, 3.2), warm, 0.16, at);
    }
}

fn face(on: &mut Pixmap, looks: &Looks, at: Transform) {
    let line = shade(looks.skin, 0.62);
    for side in [-1.0_f32, 1.0] {
        let x = |dx: f32| 50.0 + side * dx;
        let open = 2.5 + looks.eye * 0.5;
        // Eye: white, iris, pupil, light, lid.
        let almond = path(|b| {
            b.move_to(x(5.2), 57.6);
            b.quad_to(x(10.5), 57.0 - open * 1.6, x(15.6), 56.6);
            b.quad_to(x(10.8), 57.2 + open * 1.3, x(5.2), 57.6);
            b.close();
        });
        fill(on, almond, [250, 249, 246], 1.0, at);
        fill(on, ellipse(x(10.4), 56.9, 2.3, 2.3), [62, 42, 30], 1.0, at);
        fill(on, ellipse(x(10.4), 56.9, 1.1, 1.1), [16, 12, 12], 1.0, at);
        fill(on, ellipse(50.0 + side * 10.4 + 0.8, 56.1, 0.6, 0.6), [255, 255, 255], 1.0, at);
        let lid = path(|b| {
            b.move_to(x(5.0), 57.7);
            b.quad_to(x(10.5), 56.8 - open * 1.6, x(16.2), 56.2);
        });
        stroke(on, lid, [38, 28, 26], 1.0, if looks.male { 0.9 } else { 1.3 }, at);
        let brow = path(|b| {
            b.move_to(x(4.8), 50.8 - looks.brow * 0.4);
            b.quad_to(x(11.5), 47.4 - looks.brow, x(17.2), 50.6);
        });
        stroke(on, brow, looks.hair, 0.9, if looks.male { 2.0 } else { 1.2 }, at);
        if looks.age > 55 {
            let fold = path(|b| {
                b.move_to(x(8.0), 67.5);
                b.quad_to(x(11.0), 70.0, x(11.6), 74.5);
            });
            stroke(on, fold, line, 0.55, 0.7, at);
            let under = path(|b| {
                b.move_to(x(6.5), 61.2);
                b.quad_to(x(11.0), 63.0, x(14.8), 60.8);
            });
            stroke(on, under, line, 0.45, 0.6, at);
        }
    }
    if looks.age > 55 {
        for y in [37.5, 41.0] {
            let wrinkle = path(|b| {
                b.move_to(41.0, y);
                b.quad_to(50.0, y - 1.2, 59.0, y);
            });
            stroke(on, wrinkle, line, 0.35, 0.6, at);
        }
    }
    let nose = path(|b| {
        b.move_to(48.6, 56.0);
        b.quad_to(47.6, 64.0, 45.8 - looks.nose * 0.4, 67.2);
        b.quad_to(47.4, 69.6, 50.0, 69.4);
        b.quad_to(52.6, 69.6, 54.2 + looks.nose * 0.4, 67.2);
    });
    stroke(on, nose, line, 0.8, 0.8, at);
    let half = 7.4 + looks.mouth;
    let lips: Rgb8 = if looks.male { [178, 102, 92] } else { [196, 76, 84] };
    let mouth = path(|b| {
        b.move_to(50.0 - half, 76.6);
        b.quad_to(50.0 - half * 0.4, 74.2, 50.0, 75.4);
        b.quad_to(50.0 + half * 0.4, 74.2, 50.0 + half, 76.6);
        b.quad_to(50.0, 81.6, 50.0 - half, 76.6);
        b.close();
    });
    fill(on, mouth, lips, if looks.male { 0.7 } else { 0.95 }, at);
    let gap = path(|b| {
        b.move_to(50.0 - half, 76.6);
        b.quad_to(50.0, 78.4, 50.0 + half, 76.6);
    });
    stroke(on, gap, shade(lips, 0.62), 1.0, 0.7, at);
}

fn hair_behind(on: &mut Pixmap, looks: &Looks, at: Transform) {
    if looks.male {
        // What the fringe leaves open between itself and the ears.
        if !looks.bald() {
            fill(on, ellipse(50.0, 44.0, 24.6 + looks.cheek, 24.0), shade(looks.hair, 0.9), 1.0, at);
        }
        return;
    }
    let (down, wide) = match looks.style {
        0 => (116.0, 33.0),
        1 => (92.0, 31.0),
        2 => (76.0, 26.0),
        _ => (106.0, 30.0),
    };
    fill(
        on,
        path(|b| {
            b.move_to(50.0, 16.0);
            b.cubic_to(72.0, 16.0, 79.0, 34.0, 78.0, 54.0);
            b.cubic_to(78.0, 70.0, 52.0 + wide, 82.0, 49.0 + wide, down);
            b.quad_to(50.0, down + 5.0, 51.0 - wide, down);
            b.cubic_to(48.0 - wide, 82.0, 22.0, 70.0, 22.0, 54.0);
            b.cubic_to(21.0, 34.0, 28.0, 16.0, 50.0, 16.0);
            b.close();
        }),
        shade(looks.hair, 0.86),
        1.0,
        at,
    );
    if looks.style == 2 {
        fill(on, ellipse(50.0, 14.0, 9.0, 8.0), looks.hair, 1.0, at);
    }
}

/// The hair over the forehead.
fn hair_front(on: &mut Pixmap, looks: &Looks, at: Transform) {
    let c = looks.cheek;
    if looks.bald() {
        for side in [-1.0, 1.0] {
            fill(on, ellipse(50.0 + side * (22.5 + c), 47.0, 3.6, 10.0), looks.hair, 1.0, at);
        }
        return;
    }
    let (top, temple) = if looks.male { (19.0, 52.0) } else { (17.0, 60.0) };
    let fringe = path(|b: &mut PathBuilder| {
        b.move_to(25.0 - c, temple);
        b.cubic_to(22.0 - c, 30.0, 33.0, top, 50.0, top);
        b.cubic_to(67.0, top, 78.0 + c, 30.0, 75.0 + c, temple);
        match (looks.male, looks.style) {
            // Short all around.
            (true, 0 | 1) => {
                b.quad_to(73.0 + c, 41.0, 68.0, 36.0);
                b.quad_to(50.0, 31.0, 32.0, 36.0);
            }
            // Parted at the side.
            (true, 2) => {
                b.quad_to(73.0 + c, 42.0, 69.0, 37.0);
                b.quad_to(56.0, 37.0, 40.0, 31.0);
                b.quad_to(34.0, 36.0, 31.0, 41.0);
            }
            // Fringe.
            (true, _) => {
                b.quad_to(72.0 + c, 44.0, 68.0, 41.0);
                b.quad_to(58.0, 45.0, 50.0, 42.0);
                b.quad_to(40.0, 45.0, 32.0, 41.0);
            }
            (false, 0) => {
                b.cubic_to(74.0 + c, 44.0, 64.0, 36.0, 56.0, 29.0);
                b.cubic_to(46.0, 36.0, 28.0, 42.0, 27.0 - c, 56.0);
            }
            (false, 1) => {
                b.quad_to(73.0 + c, 47.0, 69.0, 44.0);
                b.quad_to(50.0, 47.0, 31.0, 44.0);
            }
            (false, 2) => {
                b.quad_to(72.0 + c, 42.0, 64.0, 35.0);
                b.quad_to(50.0, 29.0, 36.0, 35.0);
            }
            (false, _) => {
                b.cubic_to(73.0 + c, 46.0, 66.0, 34.0, 50.0, 29.0);
                b.cubic_to(34.0, 34.0, 27.0 - c, 46.0, 26.0 - c, 56.0);
            }
        }
        b.quad_to(27.0 - c, 42.0, 25.0 - c, temple);
        b.close();
    });
    fill(on, fringe, looks.hair, 1.0, at);
    let light = path(|b| {
        b.move_to(36.0, 27.0);
        b.quad_to(46.0, 22.0, 58.0, 24.0);
    });
    stroke(on, light, [255, 255, 255], 0.14, 2.4, at);
}

fn glasses(on: &mut Pixmap, at: Transform) {
    let frame = [44, 44, 52];
    for side in [-1.0, 1.0] {
        let x = 50.0 + side * 10.6;
        fill(on, ellipse(x, 57.5, 7.6, 6.0), [255, 255, 255], 0.14, at);
        stroke(on, ellipse(x, 57.5, 7.6, 6.0), frame, 1.0, 1.1, at);
        let arm = path(|b| {
            b.move_to(50.0 + side * 18.2, 56.5);
            b.line_to(50.0 + side * 24.0, 55.0);
        });
        stroke(on, arm, frame, 1.0, 1.1, at);
    }
    let bridge = path(|b| {
        b.move_to(47.0, 56.8);
        b.quad_to(50.0, 55.2, 53.0, 56.8);
    });
    stroke(on, bridge, frame, 1.0, 1.1, at);
}
