//! Drawn heads that move: for portraits in which nets see a face, and for what a camera sees of a person.
//!
//! [`crate::portrait()`] draws flat faces as a cartoon would; nets that follow faces want a nose that casts a shadow. A head
//! here is a handful of balls that melt into each other, lit by one lamp and seen by a pinhole camera. Nobody looks like
//! that, which is the intention; two citizens look less alike than one citizen in two poses.

use image::{Rgb, RgbImage};

use crate::canvas::{Rgb8, byte};
use crate::citizen::Citizen;
use crate::dice::Dice;

/// A point or direction: right, down, toward the camera; a head is about two units high.
pub(crate) type Vector = [f32; 3];

/// How a head is held, and what its face does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Turned about the vertical axis, degrees; positive to the picture's right (the person's left).
    pub yaw: f32,
    /// Nodded, degrees; positive down.
    pub pitch: f32,
    /// Tilted in the picture's plane, degrees clockwise.
    pub roll: f32,
    /// How far the eyes are open, 0 to 1.
    pub eyes: f32,
    /// How far the mouth is open, 0 to 1.
    pub mouth: f32,
    /// Middle of the head, in fractions of the picture.
    pub at: (f32, f32),
    /// Height of the head, as a fraction of the picture's height.
    pub height: f32,
    /// Brightness: 1 is usual.
    pub light: f32,
}

impl Default for Pose {
    fn default() -> Self {
        Self { yaw: 0.0, pitch: 0.0, roll: 0.0, eyes: 1.0, mouth: 0.0, at: (0.5, 0.46), height: 0.58, light: 1.0 }
    }
}

/// What decides a head.
struct Shape {
    skin: Rgb8,
    hair: Rgb8,
    lips: Rgb8,
    clothes: Rgb8,
    iris: Rgb8,
    jaw: f32,
    cheek: f32,
    chin: f32,
    nose: f32,
    nose_length: f32,
    eye_gap: f32,
    eye_size: f32,
    brow: f32,
    brow_weight: f32,
    mouth_width: f32,
    lip: f32,
    hairline: f32,
    long: bool,
}

impl Shape {
    fn of(citizen: &Citizen) -> Self {
        let mut dice = Dice::new("head", citizen.seed());
        let skins: [Rgb8; 5] = [[236, 190, 160], [226, 176, 142], [212, 160, 126], [196, 144, 110], [172, 122, 92]];
        let hairs: [Rgb8; 4] = [[30, 26, 26], [46, 34, 30], [22, 22, 28], [60, 44, 36]];
        let clothes: [Rgb8; 5] = [[40, 52, 84], [70, 72, 78], [110, 46, 52], [36, 84, 78], [120, 120, 128]];
        let hair = if citizen.age() > 60 { [150, 148, 146] } else { hairs[dice.index(4)] };
        let male = citizen.sex == "男";
        Self {
            skin: skins[dice.index(5)],
            hair,
            lips: if male { [168, 96, 88] } else { [184, 70, 78] },
            clothes: clothes[dice.index(5)],
            iris: [[60, 40, 28], [44, 32, 24], [84, 58, 36]][dice.index(3)],
            jaw: dice.between(-0.07, 0.07) + if male { 0.03 } else { -0.03 },
            cheek: dice.between(-0.05, 0.06),
            chin: dice.between(-0.07, 0.07),
            nose: dice.between(0.8, 1.35),
            nose_length: dice.between(-0.06, 0.07),
            eye_gap: dice.between(-0.035, 0.04),
            eye_size: dice.between(0.88, 1.15),
            brow: dice.between(-0.05, 0.04),
            brow_weight: if male { dice.between(0.9, 1.5) } else { dice.between(0.5, 0.9) },
            mouth_width: dice.between(0.82, 1.2),
            lip: dice.between(0.75, 1.35),
            hairline: dice.between(-0.08, 0.1),
            long: !male && dice.chance(75),
        }
    }
}

/// What a point of the surface is made of.
#[derive(Clone, Copy, PartialEq)]
enum Matter {
    Face,
    Eye(f32),
    Hair,
    Clothes,
    Neck,
}

/// Draws a citizen's head, shoulders and a plain ground behind them.
#[must_use]
pub fn head(citizen: &Citizen, pose: &Pose, (width, height): (u32, u32)) -> RgbImage {
    let scene = Scene::new(citizen, pose);
    #[expect(clippy::cast_precision_loss, reason = "a picture is a few thousand pixels wide")]
    let (w, h) = (width as f32, height as f32);
    // Two units of head fill its share of the height, seen from six units away.
    let unit = 2.0 / (pose.height.max(0.05) * h);
    RgbImage::from_fn(width, height, |x, y| {
        #[expect(clippy::cast_precision_loss, reason = "likewise")]
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let ray = [(x - pose.at.0 * w) * unit, (y - pose.at.1 * h) * unit];
        let ground = 214.0 - 26.0 * (y / h) + 8.0 * (x / w);
        let colour = scene.seen(ray).unwrap_or([ground, ground + 4.0, ground + 9.0]);
        Rgb(colour.map(|part| byte(part * pose.light)))
    })
}

/// Distance of the camera.
const AWAY: f32 = 7.0;
/// Rays end where the head cannot be any more.
const FAR: f32 = 10.0;

struct Scene {
    shape: Shape,
    pose: Pose,
    turn: [Vector; 3],
}

impl Scene {
    fn new(citizen: &Citizen, pose: &Pose) -> Self {
        Self { shape: Shape::of(citizen), pose: *pose, turn: turn(pose) }
    }

    /// The colour along a ray through this point of the plane in which the head's middle is.
    fn seen(&self, [x, y]: [f32; 2]) -> Option<[f32; 3]> {
        let direction = unit([x, y, -AWAY]);
        let mut far = AWAY - 2.2;
        for _ in 0..72 {
            let at = [direction[0] * far, direction[1] * far, AWAY + direction[2] * far];
            let (distance, matter) = self.distance(at);
            if distance < 0.004 {
                return Some(self.lit(at, matter));
            }
            far += distance * 0.9;
            if far > FAR {
                return None;
            }
        }
        None
    }

    /// Distance from a point of the scene to the nearest surface, and what that is.
    fn distance(&self, at: Vector) -> (f32, Matter) {
        let p = apply(&self.turn, at);
        let s = &self.shape;
        let open = self.pose.mouth * 0.2;
        // The jaw, hinged near the ears, goes down with the mouth.
        let jaw_at = [0.0, 0.28 + open * 0.5, 0.08];
        let face = ball(p, [0.0, -0.3, -0.15], [0.72, 0.7, 0.82]);
        let face = melt(face, ball(p, jaw_at, [0.55 + s.jaw, 0.72 + open * 0.5, 0.58]), 0.25);
        let face = melt(face, round(p, [0.0, 0.84 + s.chin + open, 0.36], 0.19), 0.2);
        let side = [p[0].abs(), p[1], p[2]];
        let face = melt(face, round(side, [0.36 + s.cheek, 0.2, 0.4], 0.2), 0.2);
        let face = melt(face, rod(side, [0.0, -0.2, 0.62], [0.36, -0.17, 0.5], 0.08), 0.15);
        let face = carve(face, round(side, [0.28 + s.eye_gap, -0.03, 0.78], 0.15), 0.1);
        let tip = 0.3 + s.nose_length;
        let face = melt(face, rod(p, [0.0, -0.12, 0.64], [0.0, tip, 0.84], 0.06 * s.nose), 0.09);
        let face = melt(face, round(p, [0.0, tip + 0.02, 0.85], 0.095 * s.nose), 0.07);
        let face = melt(face, round(side, [0.1 * s.nose, tip + 0.06, 0.74], 0.07 * s.nose), 0.06);
        let lip = |y: f32, thick: f32| ball(p, [0.0, y, 0.63], [0.23 * s.mouth_width, thick * s.lip, 0.085]);
        let face = melt(face, lip(0.57, 0.04), 0.05);
        let face = melt(face, lip(0.65 + open, 0.05), 0.05);
        // The mouth itself.
        let gap = ball(p, [0.0, 0.605 + open / 2.0, 0.7], [0.17 * s.mouth_width, 0.01 + open * 0.55, 0.16]);
        let face = if open > 0.0 { face.max(-gap) } else { face };
        let face = melt(face, ball(side, [0.7, 0.04, -0.1], [0.06, 0.2, 0.12]), 0.06);
        let mut nearest = (face, Matter::Face);
        let mut add = |distance: f32, matter: Matter| {
            if distance < nearest.0 {
                nearest = (distance, matter);
            }
        };
        for sign in [-1.0, 1.0] {
            add(round(p, [sign * (0.28 + s.eye_gap), -0.03, 0.49], 0.16), Matter::Eye(sign));
        }
        // Hair: the skull once more, a little larger, where no face is.
        let hair = ball(p, [0.0, -0.34, -0.2], [0.8, 0.78, 0.9]);
        let fringe = ball(p, [0.0, 0.34 + s.hairline, 0.9], [0.66, 0.86, 1.0]);
        let hair = carve(hair, fringe, 0.06).max(p[1] - if s.long { 9.0 } else { 0.25 - 0.3 * p[2] });
        add(hair, Matter::Hair);
        if s.long {
            add(carve(rod(side, [0.62, -0.2, -0.3], [0.66, 1.0, -0.25], 0.26), fringe, 0.06), Matter::Hair);
        }
        // What does not turn with the head.
        add(rod(at, [0.0, 0.8, -0.25], [0.0, 1.8, -0.35], 0.36), Matter::Neck);
        add(ball(at, [0.0, 2.25, -0.4], [1.5, 0.72, 0.6]), Matter::Clothes);
        nearest
    }

    fn lit(&self, at: Vector, matter: Matter) -> [f32; 3] {
        const STEP: f32 = 0.006;
        let slope: Vector = std::array::from_fn(|axis| {
            let mut ahead = at;
            ahead[axis] += STEP;
            let mut behind = at;
            behind[axis] -= STEP;
            self.distance(ahead).0 - self.distance(behind).0
        });
        let normal = unit(slope);
        let lamp = unit([-0.45, -0.75, 1.0]);
        let facing = dot(normal, lamp).max(0.0);
        let shine = (normal[2].max(0.0)).powi(2);
        let light = 0.34 + 0.52 * facing + 0.2 * shine;
        let colour = self.colour(apply(&self.turn, at), matter);
        colour.map(|part| f32::from(part) * light)
    }

    /// The colour of a point of the head, in the head's own axes.
    fn colour(&self, p: Vector, matter: Matter) -> Rgb8 {
        let s = &self.shape;
        match matter {
            Matter::Hair => s.hair,
            Matter::Clothes => s.clothes,
            Matter::Neck => mix(s.skin, [0, 0, 0], 0.1),
            Matter::Eye(sign) => self.eye([(p[0] - sign * (0.28 + s.eye_gap)) / 0.16, (p[1] + 0.03) / 0.16]),
            Matter::Face => {
                let x = p[0].abs();
                let open = self.pose.mouth * 0.2;
                // Brows follow an arch.
                let (inner, outer) = (0.1, 0.46);
                let along = ((x - inner) / (outer - inner)).clamp(0.0, 1.0);
                let arch = -0.24 + s.brow - 0.1 * (along * 2.6).sin().max(0.0) + 0.06 * along;
                let thick = 0.032 * s.brow_weight * (1.0 - 0.5 * along);
                if p[2] > 0.2 && x > inner && x < outer && (p[1] - arch).abs() < thick {
                    return mix(s.hair, s.skin, 0.2);
                }
                let wide = 0.23 * s.mouth_width;
                let across = (x / wide).min(1.0);
                let middle = 0.605 + open / 2.0;
                let reach = (1.0 - across * across).max(0.0).sqrt();
                let (upper, lower) = (0.07 * s.lip * reach, 0.09 * s.lip * reach);
                let gap = (open / 2.0 + 0.008) * reach;
                if p[2] > 0.2 && x < wide && p[1] > middle - gap - upper && p[1] < middle + gap + lower {
                    let inside = (p[1] - middle).abs() < gap;
                    return if inside { [52, 22, 24] } else { s.lips };
                }
                // Nostrils.
                let tip = 0.3 + s.nose_length;
                let (dx, dy) = ((x - 0.055 * s.nose) / 0.03, (p[1] - tip - 0.1) / 0.02);
                if p[2] > 0.6 && dx * dx + dy * dy < 1.0 {
                    return mix(s.skin, [30, 10, 10], 0.7);
                }
                // Cheeks are a little redder.
                let (dx, dy) = ((x - 0.4) / 0.22, (p[1] - 0.28) / 0.2);
                mix(s.skin, [206, 96, 84], 0.16 * (1.0 - (dx * dx + dy * dy)).max(0.0))
            }
        }
    }

    /// The colour of an eye at a place that is measured in its radius.
    fn eye(&self, [x, y]: [f32; 2]) -> Rgb8 {
        let s = &self.shape;
        let lid = 0.62 * s.eye_size * self.pose.eyes * (1.0 - (x / 0.98).powi(2)).max(0.0);
        let line = 0.1;
        if y < -lid || y > lid * 0.8 {
            let lash = y < -lid && y > -lid - line;
            let closed = self.pose.eyes < 0.25 && y.abs() < line;
            return if lash || closed { [34, 24, 24] } else { mix(s.skin, [120, 60, 50], 0.12) };
        }
        let away = (x * x + y * y).sqrt();
        match away {
            _ if (x + 0.14).hypot(y + 0.16) < 0.09 => [250, 250, 250],
            _ if away < 0.2 => [12, 10, 10],
            _ if away < 0.46 => s.iris,
            _ => [240, 238, 234],
        }
    }
}

/// From the picture's axes to those of what is held like that.
pub(crate) fn turn(pose: &Pose) -> [Vector; 3] {
    let [(sy, cy), (sp, cp), (sr, cr)] =
        [pose.yaw, pose.pitch, pose.roll].map(|degrees| degrees.to_radians().sin_cos());
    // Undo roll, then pitch, then yaw.
    let roll = [[cr, sr, 0.0], [-sr, cr, 0.0], [0.0, 0.0, 1.0]];
    let pitch = [[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]];
    let yaw = [[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]];
    times(yaw, times(pitch, roll))
}

fn mix(a: Rgb8, b: Rgb8, share: f32) -> Rgb8 {
    std::array::from_fn(|part| byte(f32::from(a[part]) * (1.0 - share) + f32::from(b[part]) * share))
}

fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn minus(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn length(a: Vector) -> f32 {
    dot(a, a).sqrt()
}

fn unit(a: Vector) -> Vector {
    let by = 1.0 / length(a).max(1e-9);
    a.map(|part| part * by)
}

pub(crate) fn apply(rows: &[Vector; 3], p: Vector) -> Vector {
    rows.map(|row| dot(row, p))
}

fn times(a: [Vector; 3], b: [Vector; 3]) -> [Vector; 3] {
    a.map(|row| std::array::from_fn(|column| (0..3).map(|i| row[i] * b[i][column]).sum()))
}

/// Distance to a ball.
fn round(p: Vector, middle: Vector, radius: f32) -> f32 {
    length(minus(p, middle)) - radius
}

/// About the distance to a ball that is stretched along the axes.
fn ball(p: Vector, middle: Vector, radii: Vector) -> f32 {
    let from = minus(p, middle);
    let once: Vector = std::array::from_fn(|axis| from[axis] / radii[axis]);
    let twice: Vector = std::array::from_fn(|axis| once[axis] / radii[axis]);
    let (k0, k1) = (length(once), length(twice));
    if k1 < 1e-6 { -radii[0] } else { k0 * (k0 - 1.0) / k1 }
}

/// Distance to a rod with round ends.
fn rod(p: Vector, from: Vector, to: Vector, radius: f32) -> f32 {
    let (along, start) = (minus(to, from), minus(p, from));
    let share = (dot(start, along) / dot(along, along)).clamp(0.0, 1.0);
    length(std::array::from_fn(|axis| start[axis] - along[axis] * share)) - radius
}

/// Both together, melted where they meet.
fn melt(a: f32, b: f32, soft: f32) -> f32 {
    let h = (soft - (a - b).abs()).max(0.0) / soft;
    a.min(b) - h * h * soft / 4.0
}

/// The first without the second.
fn carve(a: f32, b: f32, soft: f32) -> f32 {
    -melt(-a, b, soft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citizen::citizen;

    #[test]
    fn the_same_head_is_drawn_the_same_and_another_one_differently() {
        let drawn = |index, pose: &Pose| head(&citizen(index), pose, (90, 120));
        let usual = Pose::default();
        assert_eq!(drawn(0, &usual), drawn(0, &usual));
        assert_ne!(drawn(0, &usual), drawn(1, &usual));
        assert_ne!(drawn(0, &usual), drawn(0, &Pose { yaw: 20.0, ..usual }));
        assert_ne!(drawn(0, &usual), drawn(0, &Pose { eyes: 0.0, ..usual }));
        assert_ne!(drawn(0, &usual), drawn(0, &Pose { mouth: 1.0, ..usual }));
    }
}
