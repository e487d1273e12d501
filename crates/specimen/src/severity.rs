//! How hard a photo is to read: what people do to documents who take their time, who do not, and who must not be trusted
//! with a camera.

use shiming_identity::document::Box2;

use crate::dice::Dice;
use crate::hand::Finger;
use crate::noise::size;
use crate::pages::Page;
use crate::photo::{PhotoStyle, Spot};
use crate::split::Split;
use crate::warp::{area, place};

/// How hard a photo is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Upright, nearly from above, well lit, sharp.
    Easy,
    /// Turned by a quarter at times, tilted to 18°, shadows, weak reflections, a finger, a poorer JPEG.
    Medium,
    /// Any rotation, tilted to 30°, little light, noise, shake, stronger reflections, several fingers, a poor JPEG.
    Hard,
}

/// Ranges that a photo's figures are drawn from.
struct Ranges {
    /// Share of the frame, as far as the document fits.
    coverage: (f32, f32),
    /// Degrees either way, before quarter or any turns.
    rotation: f32,
    tilt: f32,
    exposure: (f32, f32),
    gradient: (f32, f32),
    shadow: (f32, f32),
    blur: (f32, f32),
    motion: f32,
    noise: (f32, f32),
    colour: f32,
    jpeg: (f32, f32),
    /// Percent of photos with a reflection, and its strength.
    glare: (u32, f32, f32),
    /// Percent of photos with fingers over the edge, and at most how many.
    fingers: (u32, u32),
}

impl Severity {
    /// All, the easiest first.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Medium, Self::Hard];

    /// The severity's name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }

    fn ranges(self) -> Ranges {
        match self {
            Self::Easy => Ranges {
                coverage: (0.5, 0.95),
                rotation: 7.0,
                tilt: 8.0,
                exposure: (0.84, 0.98),
                gradient: (0.02, 0.15),
                shadow: (0.0, 0.12),
                blur: (0.3, 0.65),
                motion: 0.0,
                noise: (0.8, 2.5),
                colour: 0.04,
                jpeg: (86.0, 95.0),
                glare: (0, 0.0, 0.0),
                fingers: (10, 1),
            },
            Self::Medium => Ranges {
                coverage: (0.4, 1.0),
                rotation: 20.0,
                tilt: 18.0,
                exposure: (0.62, 1.06),
                gradient: (0.05, 0.3),
                shadow: (0.05, 0.35),
                blur: (0.45, 0.95),
                motion: 1.0,
                noise: (2.0, 5.0),
                colour: 0.09,
                jpeg: (70.0, 88.0),
                glare: (35, 0.25, 0.5),
                fingers: (30, 2),
            },
            Self::Hard => Ranges {
                coverage: (0.35, 1.0),
                rotation: 180.0,
                tilt: 30.0,
                exposure: (0.36, 1.14),
                gradient: (0.1, 0.45),
                shadow: (0.15, 0.55),
                blur: (0.7, 1.35),
                motion: 3.0,
                noise: (4.0, 8.5),
                colour: 0.16,
                jpeg: (48.0, 72.0),
                glare: (45, 0.4, 0.7),
                fingers: (45, 3),
            },
        }
    }

    /// The style of one photo of `page`. It holds the whole document; reflections may lie anywhere, fingers on no field.
    #[must_use]
    pub fn style(self, page: &Page, split: Split, seed: u64) -> PhotoStyle {
        let slots: Vec<Box2> = page.layout.slots.iter().map(|slot| slot.area).collect();
        let corner = 3.18 / page.layout.millimetres[0];
        PhotoStyle { corner, ..self.style_of(page.layout.millimetres, &slots, split, seed) }
    }

    /// The style of one photo of something of this width and height, with fields in these places.
    pub(crate) fn style_of(self, millimetres: [f32; 2], fields: &[Box2], split: Split, seed: u64) -> PhotoStyle {
        let seed = split.apart(seed);
        let mut dice = Dice::new(self.name(), seed);
        let ranges = self.ranges();
        let upright = dice.chance(if self == Self::Hard { 50 } else { 20 });
        let within = |dice: &mut Dice, (low, high): (f32, f32)| dice.between(low, high);
        let either = |dice: &mut Dice, most: f32| dice.between(-most, most);
        let backdrops = split.backdrops();
        let quarter =
            if self == Self::Medium && dice.chance(25) { 90.0 * (1.0 + dice.between(0.0, 3.0).floor()) } else { 0.0 };
        let mut style = PhotoStyle {
            frame: if upright { (960, 1280) } else { (1280, 960) },
            coverage: within(&mut dice, ranges.coverage),
            centre: (0.5, 0.5),
            rotation: quarter + either(&mut dice, ranges.rotation),
            tilt: (either(&mut dice, ranges.tilt), either(&mut dice, ranges.tilt)),
            backdrop: backdrops[dice.index(backdrops.len())],
            exposure: within(&mut dice, ranges.exposure),
            gradient: within(&mut dice, ranges.gradient),
            shadow: within(&mut dice, ranges.shadow),
            blur: within(&mut dice, ranges.blur),
            motion: (either(&mut dice, ranges.motion), either(&mut dice, ranges.motion)),
            noise: within(&mut dice, ranges.noise),
            white_balance: [1.0 + either(&mut dice, ranges.colour), 1.0, 1.0 + either(&mut dice, ranges.colour)],
            jpeg_quality: quality(within(&mut dice, ranges.jpeg)),
            ..PhotoStyle::phone(seed)
        };
        if dice.chance(ranges.glare.0) {
            style.glare = Some(Spot {
                at: (dice.unit(), dice.unit()),
                radius: dice.between(0.08, 0.22),
                strength: dice.between(ranges.glare.1, ranges.glare.2),
            });
        }
        if dice.chance(ranges.fingers.0) {
            let count = 1 + dice.below(ranges.fingers.1);
            style.fingers = (0..count).filter_map(|_| finger(millimetres, fields, &mut dice)).collect();
        }
        fit(&mut style, millimetres, &mut dice);
        style
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 100")]
fn quality(value: f32) -> u8 {
    value as u8
}

/// Makes the document smaller until the frame holds it, then moves it about in the room that is left.
fn fit(style: &mut PhotoStyle, [width, height]: [f32; 2], dice: &mut Dice) {
    const MARGIN: f32 = 5.0;
    let frame = size(style.frame);
    for _ in 0..60 {
        let corners = place(height / width, style);
        let ends = |pick: fn(&(f32, f32)) -> f32| {
            let low = corners.iter().map(pick).fold(f32::MAX, f32::min);
            (low, corners.iter().map(pick).fold(f32::MIN, f32::max))
        };
        let ((left, right), (top, bottom)) = (ends(|c| c.0), ends(|c| c.1));
        let room = (frame.0 - 2.0 * MARGIN - (right - left), frame.1 - 2.0 * MARGIN - (bottom - top));
        if room.0 >= 0.0 && room.1 >= 0.0 {
            let to = (MARGIN + dice.unit() * room.0, MARGIN + dice.unit() * room.1);
            style.centre.0 += (to.0 - left) / frame.0;
            style.centre.1 += (to.1 - top) / frame.1;
            style.coverage = area(corners) / (frame.0 * frame.1);
            return;
        }
        style.coverage *= 0.94;
    }
}

/// A finger over an edge, on no field; none if none was found in a few tries.
fn finger([millimetres, height]: [f32; 2], fields: &[Box2], dice: &mut Dice) -> Option<Finger> {
    let aspect = height / millimetres;
    let width = dice.between(15.0, 20.0) / millimetres;
    for _ in 0..8 {
        let (along, lean) = (dice.between(0.05, 0.95), dice.between(-0.4, 0.4));
        let deep = dice.between(0.01, 0.11);
        let (tip, from) = match dice.index(4) {
            0 => ((deep, along), (-1.0, along + lean)),
            1 => ((1.0 - deep, along), (2.0, along + lean)),
            2 => ((along, 1.0 - deep / aspect), (along + lean, 2.2)),
            _ => ((along, deep / aspect), (along + lean, -1.2)),
        };
        let covers = |slot: &Box2| {
            (0..=10_u8).any(|step| {
                let far = f32::from(step) / 20.0;
                let (x, y) = (tip.0 + (from.0 - tip.0) * far, tip.1 + (from.1 - tip.1) * far);
                let (dx, dy) =
                    ((slot.left - x).max(x - slot.right).max(0.0), (slot.top - y).max(y - slot.bottom).max(0.0));
                dx.hypot(dy * aspect) < 0.62 * width
            })
        };
        if !fields.iter().any(covers) {
            return Some(Finger { tip, from, width });
        }
    }
    None
}
