//! Drawn people who do what they are asked to (EC-1), and those who only pretend: frames as a phone's camera makes them.

use image::{Rgb, RgbImage};
use shiming_identity::live_face::Action;

use crate::canvas::byte;
use crate::citizen::citizen;
use crate::dice::Dice;
use crate::head::{Pose, Vector, apply, head, turn};
use crate::noise::{f32_of, hash, size, smooth};

/// Milliseconds between frames: 15 a second.
pub const FRAME_MS: u32 = 66;
/// Width and height of a frame.
const FRAME: (u32, u32) = (240, 320);
/// The face is at rest for so long before the first action and after each, milliseconds.
const REST: (f32, f32) = (900.0, 450.0);
/// From the camera to a picture that is held up before it, in the picture's heights.
const AWAY: f32 = 1.6;
/// How much of the frame's height that picture takes.
const HELD: f32 = 0.92;
/// Radius of a picture that is bent as if around a head, in the picture's heights.
const BENT: f32 = 0.4;
/// Pictures are turned and tilted so many times as far as heads are: little of it is seen as turning.
const EAGER: f32 = 1.8;
/// A camera's noise is within this, and mostly within half of it: levels.
const NOISE: f32 = 6.0;
/// What is behind a picture that is held up.
const BEHIND: Rgb<u8> = Rgb([150, 154, 150]);

/// What is before the camera. The numbers are those of citizens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    Person(usize),
    /// A picture of a person that is held up and moved by hand as the actions are, and further: see [`EAGER`].
    Picture(usize),
    /// The same, bent about its upright axis.
    BentPicture(usize),
    /// A picture that lies still.
    StillPicture(usize),
    /// One person, and from the height of the first action on another.
    Switched(usize, usize),
}

/// Frames of an actor who does these actions, with the milliseconds at which each was taken.
pub fn perform(actor: Actor, actions: &[Action]) -> impl Iterator<Item = (u32, RgbImage)> {
    let (Actor::Person(index)
    | Actor::Picture(index)
    | Actor::BentPicture(index)
    | Actor::StillPicture(index)
    | Actor::Switched(index, _)) = actor;
    let seed = citizen(index).seed();
    let script = Script::new(actions, seed);
    let picture = head(&citizen(index), &Pose::default(), FRAME);
    (0..script.frames()).map(move |frame| {
        let now = frame * FRAME_MS;
        let person = |index| head(&citizen(index), &script.pose(now), FRAME);
        let shown = match actor {
            Actor::Person(index) => person(index),
            Actor::Switched(before, after) => person(if script.switched(now) { after } else { before }),
            Actor::Picture(_) => held_up(&picture, &script.tilt(now), None),
            Actor::BentPicture(_) => held_up(&picture, &script.tilt(now), Some(BENT)),
            Actor::StillPicture(_) => picture.clone(),
        };
        (now, noisy(shown, seed ^ u64::from(now)))
    })
}

/// Frames of a picture that is held up and moved by hand, and swapped for another at the height of the first action.
pub fn swap(pictures: [RgbImage; 2], actions: &[Action], seed: u64) -> impl Iterator<Item = (u32, RgbImage)> {
    let script = Script::new(actions, seed);
    (0..script.frames()).map(move |frame| {
        let now = frame * FRAME_MS;
        let picture = &pictures[usize::from(script.switched(now))];
        (now, noisy(held_up(picture, &script.tilt(now), None), seed ^ u64::from(now)))
    })
}

/// What is done when.
struct Script {
    held: Pose,
    acts: Vec<Act>,
    shake: [f32; 2],
    ends: f32,
}

/// One action: times in milliseconds.
struct Act {
    action: Action,
    begins: f32,
    rise: f32,
    stay: f32,
    /// From as little as people do to as much, 0 to 1.
    strength: f32,
}

impl Script {
    fn new(actions: &[Action], seed: u64) -> Self {
        let mut dice = Dice::new("performance", seed);
        let held = Pose {
            yaw: dice.between(-4.0, 4.0),
            pitch: dice.between(-5.0, 5.0),
            roll: dice.between(-5.0, 5.0),
            at: (dice.between(0.45, 0.55), dice.between(0.42, 0.5)),
            height: dice.between(0.5, 0.64),
            light: dice.between(0.7, 1.1),
            ..Pose::default()
        };
        let mut ends = REST.0;
        let mut acts = Vec::new();
        for &action in actions {
            let (rise, stay) = match action {
                Action::Blink => (dice.between(70.0, 110.0), dice.between(90.0, 160.0)),
                _ => (dice.between(260.0, 420.0), dice.between(60.0, 200.0)),
            };
            acts.push(Act { action, begins: ends, rise, stay, strength: dice.between(0.0, 1.0) });
            ends += 2.0 * rise + stay + REST.1;
        }
        Self { held, acts, shake: [dice.between(0.0, 6.0), dice.between(0.0, 6.0)], ends }
    }

    fn frames(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a clip of a few seconds")]
        let frames = (self.ends / f32_of(FRAME_MS)) as u32;
        frames + 1
    }

    fn pose(&self, now: u32) -> Pose {
        let mut pose = self.held;
        // Nobody keeps perfectly still.
        pose.yaw += 0.7 * (f32_of(now) / 610.0 + self.shake[0]).sin();
        pose.pitch += 0.6 * (f32_of(now) / 470.0 + self.shake[1]).sin();
        for act in &self.acts {
            act.move_to(f32_of(now), &mut pose);
        }
        pose
    }

    /// How a picture is held that is moved like that.
    fn tilt(&self, now: u32) -> Pose {
        let pose = self.pose(now);
        let held = &self.held;
        Pose {
            yaw: held.yaw + EAGER * (pose.yaw - held.yaw),
            pitch: held.pitch + EAGER * (pose.pitch - held.pitch),
            ..pose
        }
    }

    /// Whether the first action has been at its height.
    fn switched(&self, now: u32) -> bool {
        self.acts.first().is_some_and(|first| f32_of(now) > first.begins + first.rise)
    }
}

impl Act {
    fn move_to(&self, now: f32, pose: &mut Pose) {
        let since = now - self.begins;
        let back = 2.0 * self.rise + self.stay - since;
        let part = smooth(since.min(back) / self.rise);
        match self.action {
            Action::Blink => pose.eyes = pose.eyes.min(1.0 - part),
            Action::TurnLeft => pose.yaw += part * (24.0 + 10.0 * self.strength),
            Action::TurnRight => pose.yaw -= part * (24.0 + 10.0 * self.strength),
            Action::OpenMouth => pose.mouth = pose.mouth.max(part * (0.6 + 0.4 * self.strength)),
            Action::Nod => pose.pitch += part * (16.0 + 8.0 * self.strength),
        }
    }
}

/// What the camera sees of a picture that is held up before it, turned as a head is, and bent with this radius or flat.
fn held_up(picture: &RgbImage, pose: &Pose, radius: Option<f32>) -> RgbImage {
    let (width, height) = size(picture.dimensions());
    let (across, down) = size(FRAME);
    let turn = turn(pose);
    let from = apply(&turn, [0.0, 0.0, AWAY]);
    RgbImage::from_fn(FRAME.0, FRAME.1, |x, y| {
        let (x, y) = (f32_of(x) + 0.5 - across / 2.0, f32_of(y) + 0.5 - down / 2.0);
        let ray = apply(&turn, [x / (HELD * down), y / (HELD * down), -AWAY]);
        // In the picture's heights, from its middle.
        let at = radius.map_or_else(|| on_plane(from, ray), |radius| on_cylinder(from, ray, radius));
        let shown = at.and_then(|(x, y)| {
            let (u, v) = (x * height / width + 0.5, y + 0.5);
            let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
            inside.then(|| sample(picture, u * width - 0.5, v * height - 0.5))
        });
        shown.unwrap_or(BEHIND)
    })
}

/// A frame in which a picture is held up straight, so that two points of it (`from`, its pixels, not both the same) are where
/// two points of what else is before the camera are (`to`, pixels of the frame): eyes where eyes are. `seed` decides the
/// camera's noise.
#[must_use]
pub fn hold_in_place(picture: &RgbImage, from: [[f32; 2]; 2], to: [[f32; 2]; 2], seed: u64) -> RgbImage {
    let between = |[[ax, ay], [bx, by]]: [[f32; 2]; 2]| [bx - ax, by - ay];
    let ([fx, fy], [tx, ty]) = (between(from), between(to));
    // Both as complex numbers: what turns and stretches the frame's distance to the picture's.
    let length = (tx * tx + ty * ty).max(f32::EPSILON);
    let (real, imaginary) = ((fx * tx + fy * ty) / length, (fy * tx - fx * ty) / length);
    let (width, height) = size(picture.dimensions());
    let frame = RgbImage::from_fn(FRAME.0, FRAME.1, |x, y| {
        let (x, y) = (f32_of(x) - to[0][0], f32_of(y) - to[0][1]);
        let (u, v) = (from[0][0] + real * x - imaginary * y, from[0][1] + imaginary * x + real * y);
        let inside = (0.0..width).contains(&u) && (0.0..height).contains(&v);
        if inside { sample(picture, u, v) } else { BEHIND }
    });
    noisy(frame, seed)
}

/// Where a ray meets the plane z = 0.
fn on_plane(from: Vector, ray: Vector) -> Option<(f32, f32)> {
    let along = -from[2] / ray[2];
    (along > 0.0).then(|| (from[0] + along * ray[0], from[1] + along * ray[1]))
}

/// Where a ray meets an upright cylinder that bulges toward the camera as far as z = 0: along its surface, and down.
fn on_cylinder(from: Vector, ray: Vector, radius: f32) -> Option<(f32, f32)> {
    let z = from[2] + radius;
    let (a, b) = (ray[0] * ray[0] + ray[2] * ray[2], from[0] * ray[0] + z * ray[2]);
    let within = b * b - a * (from[0] * from[0] + z * z - radius * radius);
    if within < 0.0 {
        return None;
    }
    let along = (-b - within.sqrt()) / a;
    let turned = (from[0] + along * ray[0]).atan2(z + along * ray[2]);
    (along > 0.0).then(|| (turned * radius, from[1] + along * ray[1]))
}

/// Between four pixels.
fn sample(picture: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let cell = |at: f32, pixels: u32| {
        let at = at.clamp(0.0, f32_of(pixels - 1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
        let low = at as u32;
        (low, (low + 1).min(pixels - 1), at.fract())
    };
    let ((left, right, across), (top, bottom, down)) = (cell(x, picture.width()), cell(y, picture.height()));
    Rgb(std::array::from_fn(|channel| {
        let at = |x, y| f32::from(picture.get_pixel(x, y).0[channel]);
        let between = |y| at(left, y) + (at(right, y) - at(left, y)) * across;
        byte(between(top) + (between(bottom) - between(top)) * down)
    }))
}

/// With the noise of a camera, other in each frame.
fn noisy(mut picture: RgbImage, seed: u64) -> RgbImage {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let dice = hash(x, y, seed).to_le_bytes();
        for (part, die) in pixel.0.iter_mut().zip(dice) {
            // Two throws of sixteen: most sums are near the middle.
            let sum = f32::from(die >> 4) + f32::from(die & 15);
            *part = byte(f32::from(*part) + (sum / 15.0 - 1.0) * NOISE);
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 2] = [Action::TurnLeft, Action::Blink];

    #[test]
    fn a_script_begins_and_ends_at_rest_and_does_what_it_says_in_between() {
        let script = Script::new(&ACTIONS, 7);
        let last = (script.frames() - 1) * FRAME_MS;
        for now in [0, last] {
            let pose = script.pose(now);
            assert!((pose.yaw - script.held.yaw).abs() < 1.0, "{pose:?}");
            assert!(pose.eyes > 0.99, "{pose:?}");
        }
        let poses: Vec<Pose> = (0..last).map(|now| script.pose(now)).collect();
        let furthest = |of: fn(&Pose) -> f32| (0..poses.len()).max_by(|&a, &b| of(&poses[a]).total_cmp(&of(&poses[b])));
        let (turned, shut) = (furthest(|pose| pose.yaw).unwrap(), furthest(|pose| -pose.eyes).unwrap());
        assert!(turned < shut);
        assert!(poses[turned].yaw > script.held.yaw + 22.0);
        assert!(poses[shut].eyes < 0.01);
    }

    #[test]
    fn a_picture_that_is_held_straight_is_seen_as_it_is() {
        let picture = RgbImage::from_fn(60, 80, |x, y| Rgb([byte(f32_of(4 * x)), byte(f32_of(3 * y)), 90]));
        for radius in [None, Some(50.0)] {
            let seen = held_up(&picture, &Pose::default(), radius);
            let (middle, corner) = (seen.get_pixel(120, 160), seen.get_pixel(2, 2));
            assert_eq!(corner, &BEHIND);
            assert!(middle.0.iter().zip([118, 118, 90]).all(|(part, is)| part.abs_diff(is) < 4), "{middle:?}");
        }
        // The side that turns away is smaller.
        let turned = held_up(&picture, &Pose { yaw: 40.0, ..Pose::default() }, None);
        let edges = |x| (0..320).filter(|&y| turned.get_pixel(x, y).0[2] == 90).count();
        assert!(edges(60) > edges(180) && edges(180) > 0, "{} {}", edges(60), edges(180));
    }

    #[test]
    fn a_picture_in_place_has_its_points_where_they_belong() {
        let marks = [[20.0, 30.0], [40.0, 30.0]];
        let mut picture = RgbImage::from_pixel(60, 80, Rgb([90, 90, 90]));
        for (left, colour) in [(18, [250, 20, 20]), (38, [20, 250, 20])] {
            for (x, y) in (left..left + 5).flat_map(|x| (28..33).map(move |y| (x, y))) {
                picture.put_pixel(x, y, Rgb(colour));
            }
        }
        // Twice as large, and turned by a quarter.
        let seen = hold_in_place(&picture, marks, [[120.0, 100.0], [120.0, 140.0]], 1);
        let near =
            |x, y, colour: [u8; 3]| seen.get_pixel(x, y).0.iter().zip(colour).all(|(is, part)| is.abs_diff(part) < 8);
        assert!(near(120, 100, [250, 20, 20]) && near(120, 140, [20, 250, 20]) && near(120, 120, [90, 90, 90]));
        assert!(near(2, 2, BEHIND.0));
        assert_ne!(seen, hold_in_place(&picture, marks, [[120.0, 100.0], [120.0, 140.0]], 2));
    }
}
