//! A face in camera frames → what it was seen to do, in the order in which it was asked to (EC-1).
//!
//! A [`Watch`] is given what each frame showed and says what to tell the person next. It ends with what was [`Performed`], or
//! with the reason why this was no living person who followed: another action, another face, something flat, nothing in time.
//! Everything is measured against the same face at rest, in the same challenge, so that glasses and narrow eyes do not count.

use std::fmt;

use shiming_identity::live_face::{Action, CHALLENGE_MS, LEAST_DEPTH, LONGEST_MS, Performed, SHORTEST_MS};
use shiming_identity::portrait::{Descriptor, Strictness};

use crate::face::{Describer, FaceError, Faces, Landmarks};
use crate::geometry::{Point, minus, plus};
use crate::net::NetError;
use crate::picture::Frame;

/// Landmarks that keep their place on the skull: outer and inner corners of the eyes, root of the nose, cheeks, temples.
const FIRM: [usize; 12] = [33, 133, 362, 263, 168, 6, 50, 280, 127, 356, 234, 454];
/// Which of them are the outer corners of the eyes.
const RIGHT_CORNER: usize = 0;
const LEFT_CORNER: usize = 3;
/// Tip of the nose.
const NOSE_TIP: usize = 1;
/// Corners, then upper and lower lid twice, of the right and the left eye.
const EYES: [[usize; 6]; 2] = [[33, 133, 160, 144, 158, 153], [362, 263, 385, 380, 387, 373]];
/// Corners of the mouth, and the inner edges of the lips.
const MOUTH: [usize; 4] = [78, 308, 13, 14];
/// The face's left and right edge as the camera sees it, its top and its chin.
const OVAL: [usize; 4] = [234, 454, 10, 152];

// Degrees, openings and the like are measured beside the same face at rest. Where figures are given, they are of drawn heads
// (docs/benchmarks.md, "Live faces"), at 15 frames a second.

/// At rest, a face does not move by more than this between frames, degrees: who keeps still sways by about 1, and the mesh
/// errs by 1 or 2; who turns does 4 in a frame.
const STILL: f32 = 4.0;
/// It looks into the camera if it is turned by no more than this, degrees. Phones are not held quite straight, the descriptor
/// does not mind, and it is well below the 16 of a turn.
const STRAIGHT: f32 = 12.0;
/// It is raised or lowered by no more than this from how it was at rest, degrees: just below the 9 of a nod. Beyond either,
/// lids are foreshortened, so that no blink is seen there.
const UPRIGHT: f32 = 8.0;
/// Frames at rest in a row from which its measure is taken: most of them outlast a blink.
const REST: usize = 5;
/// And milliseconds, for cameras of 30 frames a second: a blink takes 100 to 400, and eyes are shut for about half of that.
const REST_MS: u16 = 300;
/// An action is over when less than this share of what it needs is left. Less than half, so that noise at the threshold does
/// not end it; people do not come back to quite where they began.
const OVER: f32 = 0.45;
/// Another action counts as such from this multiple of what it needs: a third more than an answer, since heads that turn nod
/// by up to 5 degrees, too, and mouths open by up to half of what opening them needs.
const OTHER: f32 = 1.3;
/// A face may be lost for so long, milliseconds: a hand passes, a frame is blurred, a slow phone takes that long. Nobody
/// gives their place to somebody else in less without a leap.
const LOST: u32 = 700;
/// Between frames, a face moves by less than this, in distances between the outer corners of the eyes (9 cm): at 15 frames a
/// second, that is 1.6 m a second.
const JUMP: f32 = 1.2;
/// Between frames, a face shrinks and grows by no more than this. Turning by 35 degrees narrows it to 0.8, over several frames.
const ZOOM: std::ops::Range<f32> = 0.6..1.6;
/// A face becomes lower than its nodding explains to no less than this. Heads that nod by up to 40 degrees leave 0.92 to 1.03;
/// pictures that are tilted by 40 and more leave 0.69 to 0.85. (Sideways it would not tell them apart: 0.79 to 1.03 and 0.79 to
/// 0.86. There a flat picture shows the mesh no more than 10 degrees, however far it is turned, and that is no turn.)
const LEAST_LEFT: f32 = 0.86;
/// In so many frames in a row, if it is flat: one may be blurred.
const FLAT_FRAMES: u8 = 2;

/// What a frame shows of a face.
#[derive(Clone)]
pub struct Seen {
    /// Turned to its own left, degrees.
    pub yaw: f32,
    /// Nodding down, degrees.
    pub pitch: f32,
    /// How far the eyes are open: height by width.
    pub eyes: f32,
    /// How far the mouth is open: height by width.
    pub mouth: f32,
    middle: Point,
    /// Distance between the eyes, pixels.
    scale: f32,
    firm: [Point; FIRM.len()],
    nose: Point,
}

impl Seen {
    /// From the landmarks of a face mesh: x and y in pixels, depth in the same units, smaller nearer the camera. `None` where
    /// there are too few, or they lie on one point.
    #[must_use]
    pub fn of(landmarks: &[[f32; 3]]) -> Option<Self> {
        let at = |index: usize| landmarks.get(index).copied();
        let flat = |index: usize| at(index).map(|[x, y, _]| [x, y]);
        let apart = |a: usize, b: usize| Some(distance3(at(a)?, at(b)?));
        let [left, right, top, chin] = OVAL;
        let across = minus3(at(right)?, at(left)?);
        let down = minus3(at(chin)?, at(top)?);
        let normal = cross(across, down);
        let yaw = normal[0].atan2(normal[2]).to_degrees();
        let pitch = normal[1].atan2(normal[2].hypot(normal[0])).to_degrees();
        let mut eyes = 0.0;
        for [outer, inner, upper, lower, second_upper, second_lower] in EYES {
            let height = apart(upper, lower)? + apart(second_upper, second_lower)?;
            eyes += height / (2.0 * apart(outer, inner)?) / 2.0;
        }
        let [from, to, upper, lower] = MOUTH;
        let mouth = apart(upper, lower)? / apart(from, to)?;
        let mut firm = [[0.0; 2]; FIRM.len()];
        for (point, index) in firm.iter_mut().zip(FIRM) {
            *point = flat(index)?;
        }
        let middle =
            firm.iter().fold([0.0; 2], |[x, y], [u, v]| [x + u / firm.len() as f32, y + v / firm.len() as f32]);
        let seen =
            Self { yaw: -yaw, pitch: -pitch, eyes, mouth, middle, scale: apart(33, 263)?, firm, nose: flat(NOSE_TIP)? };
        let measures = [seen.yaw, seen.pitch, seen.eyes, seen.mouth, seen.scale];
        let finite = measures.iter().chain(&seen.middle).chain(&seen.nose).all(|value| value.is_finite());
        (finite && seen.scale > 1.0).then_some(seen)
    }

    fn straight(&self) -> bool {
        self.yaw.abs() < STRAIGHT
    }

    /// Whether it is held about as at rest, so that a net describes both alike.
    fn faces_as(&self, rest: &Self) -> bool {
        (self.yaw - rest.yaw).abs() < STRAIGHT && (self.pitch - rest.pitch).abs() < UPRIGHT
    }

    fn still_beside(&self, other: &Self) -> bool {
        (self.yaw - other.yaw).abs() < STILL && (self.pitch - other.pitch).abs() < STILL
    }

    /// How much of an action it shows, beside the face at rest.
    fn strength(&self, action: Action, rest: &Self) -> f32 {
        match action {
            // Lids are foreshortened where the head is turned or lowered.
            Action::Blink if !self.faces_as(rest) => 0.0,
            Action::Blink => 1.0 - self.opening(rest),
            Action::TurnLeft => self.yaw - rest.yaw,
            Action::TurnRight => rest.yaw - self.yaw,
            Action::OpenMouth => self.mouth - rest.mouth,
            Action::Nod => self.pitch - rest.pitch,
        }
    }

    /// How far the tip of the nose is from where it would be if the face were flat, in distances between the eyes.
    fn depth(&self, rest: &Self) -> Option<f32> {
        let [x, y] = minus(self.nose, Affine::between(&rest.firm, &self.firm)?.at(rest.nose));
        Some(x.hypot(y) / rest.scale).filter(|depth| depth.is_finite())
    }

    /// How far the eyes are open, 1 as at rest. What tilting a flat picture takes of their height is not counted: the mesh
    /// hardly sees that it is tilted, and would see it blink.
    fn opening(&self, rest: &Self) -> f32 {
        self.eyes / rest.eyes / self.lowered(rest).unwrap_or(1.0).min(1.0)
    }

    /// Height by width of the face, 1 as at rest, measured where nothing moves but the head. Turning makes it more.
    fn lowered(&self, rest: &Self) -> Option<f32> {
        let map = Affine::between(&rest.firm, &self.firm)?;
        let [x, y] = minus(rest.firm[LEFT_CORNER], rest.firm[RIGHT_CORNER]);
        let [along, across] = [[x, y], [-y, x]].map(|direction| map.along(direction));
        Some(across[0].hypot(across[1]) / along[0].hypot(along[1]))
    }

    /// How much lower it has become than its nodding explains, 1 is not at all: the mesh sees how a head is held by its depth,
    /// and gives a picture that is tilted the depth of a face that looks straight ahead.
    fn flattening(&self, rest: &Self) -> Option<f32> {
        Some(self.lowered(rest)? / (self.pitch - rest.pitch).to_radians().cos())
    }
}

/// Why it ended without what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another action than the one asked for: a recording of another challenge does that.
    OtherAction {
        /// What was asked.
        asked: Action,
        /// What was seen.
        seen: Action,
    },
    /// The face was gone, or jumped: it may not be the same any more.
    Interrupted,
    /// The face is another one than in the beginning.
    OtherPerson,
    /// What turned was a flat picture.
    Flat,
    /// It was not done in time.
    TimedOut,
}

/// What to tell the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guidance {
    /// No face is seen.
    ShowFace,
    /// Look into the camera and keep still.
    LookStraight,
    /// Do this.
    Do(Action),
    /// Back from this to how it was before.
    Return(Action),
    /// All was done.
    Done,
    /// It is over; begin anew, with another challenge.
    Failed(Failure),
}

/// An action in progress.
struct Doing {
    began: u16,
    peak: u16,
    strength: f32,
    depth: Option<f32>,
}

/// Watches a face follow a challenge. It knows no net: it is given what frames show and how the face is described.
pub struct Watch {
    actions: Vec<Action>,
    performed: Vec<Performed>,
    /// Frames in a row in which the face kept still, with their times.
    still: Vec<(u16, Seen)>,
    rest: Option<Seen>,
    /// The latest frame with a face.
    last: Option<(u32, Seen)>,
    /// Whether the latest frame showed a face.
    shown: bool,
    doing: Option<Doing>,
    /// Frames in a row in which it looked like a picture that is turned.
    flat: u8,
    /// The face before the first action, and after the latest.
    descriptors: Option<[Descriptor; 2]>,
    /// Whether it has been described since the latest action was over.
    described: bool,
    failure: Option<Failure>,
}

impl Watch {
    /// Asks for these actions in this order.
    #[must_use]
    pub fn new(actions: Vec<Action>) -> Self {
        Self {
            actions,
            performed: Vec::new(),
            still: Vec::new(),
            rest: None,
            last: None,
            shown: false,
            doing: None,
            flat: 0,
            descriptors: None,
            described: false,
            failure: None,
        }
    }

    /// What was done so far.
    #[must_use]
    pub fn performed(&self) -> &[Performed] {
        &self.performed
    }

    /// Whether all was done that was asked, by one face.
    #[must_use]
    pub fn done(&self) -> bool {
        self.guidance() == Guidance::Done
    }

    /// What was done, and the face before and after it; `None` unless [`Self::done`].
    #[must_use]
    pub fn finish(self) -> Option<(Vec<Performed>, [Descriptor; 2])> {
        let done = self.done();
        self.descriptors.filter(|_| done).map(|descriptors| (self.performed, descriptors))
    }

    /// What to tell the person now.
    #[must_use]
    pub fn guidance(&self) -> Guidance {
        match (self.failure, self.actions.get(self.performed.len())) {
            (Some(failure), _) => Guidance::Failed(failure),
            (None, None) if self.described => Guidance::Done,
            _ if !self.shown => Guidance::ShowFace,
            _ if !self.described => Guidance::LookStraight,
            (None, Some(&asked)) if self.doing.is_some() => Guidance::Return(asked),
            (None, Some(&asked)) => Guidance::Do(asked),
            (None, None) => Guidance::Done,
        }
    }

    /// Whether the face of the latest frame is to be [described](Self::describe): it is at rest, and either before the first
    /// action or just after one. Nothing goes on before it is, so that there is no action without a face on either side of it.
    #[must_use]
    pub fn wants_descriptor(&self) -> bool {
        let near = |rest: &Seen| self.last.as_ref().is_some_and(|(_, last)| last.faces_as(rest));
        self.failure.is_none() && self.shown && !self.described && self.rest.as_ref().is_some_and(near)
    }

    /// Takes what the face of the latest frame looks like.
    pub fn describe(&mut self, descriptor: Descriptor) {
        if !self.wants_descriptor() {
            return;
        }
        let first = self.descriptors.take().map_or_else(|| descriptor.clone(), |[first, _]| first);
        if !first.compare(&descriptor).is_ok_and(|alike| alike.is_same(Strictness::Usual)) {
            self.fail(Failure::OtherPerson);
        }
        self.descriptors = Some([first, descriptor]);
        self.described = true;
    }

    /// Takes what a frame showed, `now` milliseconds after the phone was given the challenge; `None` where it showed no face.
    pub fn see(&mut self, now: u32, seen: Option<Seen>) {
        if matches!(self.guidance(), Guidance::Failed(_) | Guidance::Done) {
            return;
        }
        let at = match u16::try_from(now) {
            Ok(at) if at <= CHALLENGE_MS => at,
            _ => return self.fail(Failure::TimedOut),
        };
        let before = self.last.as_ref();
        let lost = before.is_some_and(|(before, _)| now.saturating_sub(*before) > LOST);
        let jumped = before.zip(seen.as_ref()).is_some_and(|((_, last), seen)| jumps(last, seen));
        if self.rest.is_some() && (lost || jumped) {
            return self.fail(Failure::Interrupted);
        }
        self.shown = seen.is_some();
        let Some(seen) = seen else { return self.still.clear() };
        self.last = Some((now, seen.clone()));
        let flattening = self.rest.as_ref().and_then(|rest| seen.flattening(rest));
        self.flat = if flattening.is_some_and(|left| left < LEAST_LEFT) { self.flat + 1 } else { 0 };
        if self.flat >= FLAT_FRAMES {
            return self.fail(Failure::Flat);
        }
        if self.rest.is_none() {
            if jumped {
                self.still.clear();
            }
            self.settle(at, seen);
        } else if self.described {
            self.follow(at, &seen);
        }
    }

    /// Follows the action that is asked for.
    fn follow(&mut self, at: u16, seen: &Seen) {
        let Some((&asked, rest)) = self.actions.get(self.performed.len()).zip(self.rest.as_ref()) else { return };
        let strength = seen.strength(asked, rest);
        let share = strength / asked.least_strength();
        match &mut self.doing {
            None if share >= 1.0 => {
                self.doing = Some(Doing { began: at, peak: at, strength, depth: depth(asked, seen, rest) });
            }
            None => {
                // Everybody blinks, asked or not.
                let other = Action::ALL.into_iter().filter(|&action| action != asked && action != Action::Blink);
                let shown = |action: &Action| seen.strength(*action, rest) >= OTHER * action.least_strength();
                if let Some(seen) = other.into_iter().find(shown) {
                    self.fail(Failure::OtherAction { asked, seen });
                }
            }
            Some(doing) if at - doing.began > LONGEST_MS => self.fail(Failure::TimedOut),
            Some(doing) if share > OVER => {
                if strength > doing.strength {
                    *doing = Doing { began: doing.began, peak: at, strength, depth: depth(asked, seen, rest) };
                }
            }
            Some(doing) => {
                let Doing { began, peak, strength, depth } = *doing;
                self.doing = None;
                if at - began < SHORTEST_MS {
                    return;
                }
                if asked.turns() && !depth.is_some_and(|depth| depth >= LEAST_DEPTH) {
                    return self.fail(Failure::Flat);
                }
                self.performed.push(Performed { action: asked, began, peak, ended: at, strength, depth });
                self.described = false;
            }
        }
    }

    /// Waits until the face looks into the camera and keeps still; that is its rest.
    fn settle(&mut self, at: u16, seen: Seen) {
        if !seen.straight() || self.still.last().is_some_and(|(_, last)| !seen.still_beside(last)) {
            self.still.clear();
        }
        if seen.straight() {
            self.still.push((at, seen));
        }
        let since = self.still.first().map_or(at, |(since, _)| *since);
        if self.still.len() < REST || at - since < REST_MS {
            return;
        }
        // A blink may fall into these frames: the face with the median opening of the eyes is at rest.
        self.still.sort_by(|(_, a), (_, b)| a.eyes.total_cmp(&b.eyes));
        let (_, rest) = self.still.swap_remove(self.still.len() / 2);
        self.rest = Some(rest);
    }

    fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }
}

/// A face that is watched through whole frames: found, followed, watched, and described at rest.
pub struct Session {
    watch: Watch,
    landmarks: Option<Landmarks>,
}

impl Session {
    /// Asks for these actions in this order.
    #[must_use]
    pub fn new(actions: Vec<Action>) -> Self {
        Self { watch: Watch::new(actions), landmarks: None }
    }

    /// Takes a frame, `now` milliseconds after the phone was given the challenge, and says what to tell the person. The
    /// largest face is watched.
    pub fn see(
        &mut self,
        (faces, describer): (&Faces, &Describer),
        now: u32,
        frame: &Frame<'_>,
    ) -> Result<Guidance, NetError> {
        self.landmarks = faces.track(frame, self.landmarks.as_ref())?;
        self.watch.see(now, self.landmarks.as_ref().and_then(|found| Seen::of(found.points())));
        if let (Some(landmarks), true) = (&self.landmarks, self.watch.wants_descriptor()) {
            match describer.describe(frame, landmarks) {
                Ok(descriptor) => self.watch.describe(descriptor),
                Err(FaceError::Net(error)) => return Err(error),
                // Too poor a frame; the next one may do.
                Err(FaceError::NoFace | FaceError::Descriptor(_)) => {}
            }
        }
        Ok(self.watch.guidance())
    }

    /// What has been seen so far.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// What was done, and the face before and after it, once [`Guidance::Done`] was said.
    #[must_use]
    pub fn finish(self) -> Option<(Vec<Performed>, [Descriptor; 2])> {
        self.watch.finish()
    }
}

/// It tells what somebody looks like and did: none of it is shown.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({} of {}, …)", self.watch.performed.len(), self.watch.actions.len())
    }
}

fn depth(action: Action, seen: &Seen, rest: &Seen) -> Option<f32> {
    if action.turns() { seen.depth(rest) } else { None }
}

/// Whether no head moves like that between two frames.
fn jumps(before: &Seen, after: &Seen) -> bool {
    let [x, y] = minus(after.middle, before.middle);
    x.hypot(y) > JUMP * before.scale || !ZOOM.contains(&(after.scale / before.scale))
}

fn minus3(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn distance3(a: [f32; 3], b: [f32; 3]) -> f32 {
    minus3(a, b).iter().map(|part| part * part).sum::<f32>().sqrt()
}

/// An affine map of the plane: what turning does to a flat picture that is not close to the camera.
struct Affine {
    rows: [Point; 2],
    from: Point,
    to: Point,
}

impl Affine {
    /// The one that brings `from` closest to `to` (least squares); `None` where the points lie on a line.
    fn between<const N: usize>(from: &[Point; N], to: &[Point; N]) -> Option<Self> {
        let mean = |of: &[Point; N]| of.iter().fold([0.0; 2], |[x, y], [u, v]| [x + u / N as f32, y + v / N as f32]);
        let (source, target) = (mean(from), mean(to));
        let (mut xx, mut xy, mut yy, mut sums) = (0.0, 0.0, 0.0, [[0.0; 2]; 2]);
        for (a, b) in from.iter().zip(to) {
            let ([x, y], b) = (minus(*a, source), minus(*b, target));
            xx += x * x;
            xy += x * y;
            yy += y * y;
            for (row, value) in sums.iter_mut().zip(b) {
                row[0] += value * x;
                row[1] += value * y;
            }
        }
        let determinant = xx * yy - xy * xy;
        // False of what is no number, too.
        let apart = determinant.abs() > f32::EPSILON * xx * yy;
        let rows = sums.map(|[bx, by]| [(bx * yy - by * xy) / determinant, (by * xx - bx * xy) / determinant]);
        apart.then_some(Self { rows, from: source, to: target })
    }

    /// Where it brings a direction.
    fn along(&self, [x, y]: Point) -> Point {
        self.rows.map(|[a, b]| a * x + b * y)
    }

    /// Where it brings a point.
    fn at(&self, point: Point) -> Point {
        plus(self.to, self.along(minus(point, self.from)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shiming_identity::portrait::FaceModel;

    use super::*;
    use crate::face::LANDMARKS;

    /// A face of its own for each number, unlike all others.
    fn person(seed: u64) -> Descriptor {
        let mut random = oorandom::Rand32::new(seed);
        let values: Vec<f32> = (0..FaceModel::V1.length()).map(|_| random.rand_float() - 0.5).collect();
        Descriptor::new(FaceModel::V1, &values).unwrap()
    }

    /// A face that is seen as if by a camera far away: corners of the skull on a plane, the nose before it.
    fn face(yaw: f32, pitch: f32, eyes: f32, mouth: f32) -> Seen {
        const PLACES: [Point; FIRM.len()] = [
            [-45.0, 0.0],
            [-15.0, 0.0],
            [15.0, 0.0],
            [45.0, 0.0],
            [0.0, -5.0],
            [0.0, 8.0],
            [-35.0, 30.0],
            [35.0, 30.0],
            [-65.0, 2.0],
            [65.0, 2.0],
            [-70.0, 10.0],
            [70.0, 10.0],
        ];
        let (sin, cos) = yaw.to_radians().sin_cos();
        Seen {
            yaw,
            pitch,
            eyes,
            mouth,
            middle: [0.0, 9.0],
            scale: 90.0,
            firm: PLACES.map(|[x, y]| [x * cos, y]),
            nose: [30.0 * sin, 25.0],
        }
    }

    fn rest() -> Seen {
        face(1.0, 3.0, 0.3, 0.02)
    }

    /// What an action looks like at its height.
    fn acting(action: Action) -> Seen {
        match action {
            Action::Blink => face(1.0, 3.0, 0.1, 0.02),
            Action::TurnLeft => face(26.0, 3.0, 0.3, 0.02),
            Action::TurnRight => face(-26.0, 3.0, 0.3, 0.02),
            Action::OpenMouth => face(1.0, 3.0, 0.3, 0.5),
            Action::Nod => face(1.0, 19.0, 0.25, 0.02),
        }
    }

    /// Ten frames a second, of faces that are described as `who` whenever that is wanted.
    struct Camera {
        watch: Watch,
        now: u32,
        who: u64,
    }

    impl Camera {
        fn new(actions: &[Action]) -> Self {
            Self { watch: Watch::new(actions.to_vec()), now: 0, who: 1 }
        }

        fn shows(&mut self, seen: Option<Seen>) -> Guidance {
            self.watch.see(self.now, seen);
            if self.watch.wants_descriptor() {
                self.watch.describe(person(self.who));
            }
            self.now += 100;
            self.watch.guidance()
        }

        fn rests(&mut self) -> Guidance {
            (0..8).map(|_| self.shows(Some(rest()))).last().unwrap()
        }

        fn does(&mut self, action: Action) -> Guidance {
            for _ in 0..3 {
                self.shows(Some(acting(action)));
            }
            self.shows(Some(rest()))
        }
    }

    const ASKED: [Action; 3] = [Action::TurnRight, Action::Blink, Action::Nod];

    // EC-1: each is asked for in its turn, and what was done is written down
    #[test]
    fn one_is_led_through_a_challenge() {
        let mut camera = Camera::new(&ASKED);
        assert_eq!(camera.shows(None), Guidance::ShowFace);
        assert_eq!(camera.shows(Some(rest())), Guidance::LookStraight);
        assert_eq!(camera.rests(), Guidance::Do(ASKED[0]));
        assert_eq!(camera.shows(Some(acting(ASKED[0]))), Guidance::Return(ASKED[0]));
        assert_eq!(camera.shows(Some(rest())), Guidance::Do(ASKED[1]));
        assert_eq!(camera.does(ASKED[1]), Guidance::Do(ASKED[2]));
        assert!(!camera.watch.done());
        assert_eq!(camera.does(ASKED[2]), Guidance::Done);
        // Nothing that comes later changes it.
        assert_eq!(camera.does(Action::OpenMouth), Guidance::Done);
        let (performed, [first, last]) = camera.watch.finish().unwrap();
        assert_eq!(first, last);
        assert!(performed.iter().map(|step| step.action).eq(ASKED));
        assert!((performed[0].depth.unwrap() - 30.0 * 26.0_f32.to_radians().sin() / 90.0).abs() < 0.05);
        assert_eq!((performed[0].began, performed[0].ended), (1_000, 1_100));
        assert_eq!(performed[2].depth, None);
    }

    // EC-1: every action is told from every other
    #[test]
    fn another_action_than_the_one_asked_for_ends_it() {
        for asked in Action::ALL {
            for seen in Action::ALL {
                let mut camera = Camera::new(&[asked]);
                camera.rests();
                let said = camera.does(seen);
                // Everybody blinks.
                let expected = match seen {
                    _ if seen == asked => Guidance::Done,
                    Action::Blink => Guidance::Do(asked),
                    _ => Guidance::Failed(Failure::OtherAction { asked, seen }),
                };
                assert_eq!(said, expected, "{asked:?} {seen:?}");
            }
        }
    }

    // EC-1: one person, from before the first action until after the last
    #[test]
    fn another_person_ends_it_whenever_they_come() {
        for after in 0..ASKED.len() {
            let mut camera = Camera::new(&ASKED);
            camera.rests();
            for &action in &ASKED[..after] {
                camera.does(action);
            }
            camera.who = 2;
            assert_eq!(camera.does(ASKED[after]), Guidance::Failed(Failure::OtherPerson), "{after}");
            assert_eq!(camera.rests(), Guidance::Failed(Failure::OtherPerson));
            assert!(camera.watch.finish().is_none());
        }
    }

    // EC-1: no action counts before it is known whose it is
    #[test]
    fn nothing_goes_on_before_the_face_is_described() {
        let mut watch = Watch::new(vec![Action::Nod]);
        let mut now = 0;
        let mut shows = |watch: &mut Watch, seen| {
            watch.see(now, Some(seen));
            now += 100;
        };
        for _ in 0..8 {
            shows(&mut watch, rest());
        }
        assert!(watch.wants_descriptor());
        assert_eq!(watch.guidance(), Guidance::LookStraight);
        shows(&mut watch, acting(Action::Nod));
        // Not like this: it is to be described as it is at rest.
        assert!(!watch.wants_descriptor());
        watch.describe(person(1));
        shows(&mut watch, rest());
        assert_eq!(watch.guidance(), Guidance::LookStraight);
        assert!(watch.performed().is_empty());
        watch.describe(person(1));
        assert_eq!(watch.guidance(), Guidance::Do(Action::Nod));
        shows(&mut watch, acting(Action::Nod));
        shows(&mut watch, rest());
        // Done, but by whom?
        assert_eq!(watch.guidance(), Guidance::LookStraight);
        assert!(!watch.done());
        // Another frame may be described, if the face did not go away in between.
        watch.see(5_000, Some(rest()));
        assert_eq!(watch.guidance(), Guidance::Failed(Failure::Interrupted));
        assert!(watch.finish().is_none());
    }

    // EC-1: what is flat does not turn like a head
    #[test]
    fn a_nose_that_stays_in_its_plane_is_flat() {
        for (turn, sign) in [(Action::TurnLeft, 1.0), (Action::TurnRight, -1.0)] {
            let mut camera = Camera::new(&[turn, Action::Nod]);
            camera.rests();
            let mut flat = face(sign * 26.0, 3.0, 0.3, 0.02);
            flat.nose = [0.0, 25.0];
            camera.shows(Some(flat));
            assert_eq!(camera.shows(Some(rest())), Guidance::Failed(Failure::Flat));
        }
        // Nor does it if nobody can say where its nose would be.
        let mut camera = Camera::new(&[Action::TurnLeft]);
        let line = |mut seen: Seen| {
            seen.firm = seen.firm.map(|[x, _]| [x, 0.0]);
            Some(seen)
        };
        for _ in 0..8 {
            camera.shows(line(rest()));
        }
        camera.shows(line(acting(Action::TurnLeft)));
        assert_eq!(camera.shows(line(rest())), Guidance::Failed(Failure::Flat));
    }

    // EC-1: a picture that is tilted gets lower, and so do its eyes; it neither nods nor blinks
    #[test]
    fn a_picture_that_is_tilted_is_flat() {
        let tilted = || {
            let mut seen = face(1.0, 6.0, 0.3 * 0.69, 0.02);
            seen.firm = seen.firm.map(|[x, y]| [x, 0.64 * y]);
            Some(seen)
        };
        for asked in [Action::Blink, Action::Nod] {
            let mut camera = Camera::new(&[asked]);
            camera.rests();
            // One frame may be a fault.
            assert_eq!(camera.shows(tilted()), Guidance::Do(asked));
            assert_eq!(camera.shows(Some(rest())), Guidance::Do(asked));
            camera.shows(tilted());
            assert_eq!(camera.shows(tilted()), Guidance::Failed(Failure::Flat));
        }
    }

    // EC-1: in time, without a gap, without a leap
    #[test]
    fn time_gaps_and_leaps_end_it() {
        let settled = || {
            let mut camera = Camera::new(&ASKED);
            camera.rests();
            camera
        };
        // Frames without a face for a moment are none of that.
        let mut camera = settled();
        for _ in 0..5 {
            assert_eq!(camera.shows(None), Guidance::ShowFace);
        }
        assert_eq!(camera.shows(Some(rest())), Guidance::Do(ASKED[0]));
        for _ in 0..7 {
            camera.shows(None);
        }
        assert_eq!(camera.shows(None), Guidance::Failed(Failure::Interrupted));

        let mut camera = settled();
        camera.now += LOST;
        assert_eq!(camera.shows(Some(rest())), Guidance::Failed(Failure::Interrupted));

        let leap: [fn(&mut Seen); 3] =
            [|seen| seen.middle[0] += 150.0, |seen| seen.scale *= 1.8, |seen| seen.scale *= 0.5];
        for leap in leap {
            let mut camera = settled();
            let mut seen = rest();
            leap(&mut seen);
            assert_eq!(camera.shows(Some(seen)), Guidance::Failed(Failure::Interrupted));
        }

        let mut camera = settled();
        let waited = (0..300).map(|_| camera.shows(Some(rest()))).position(|said| said != Guidance::Do(ASKED[0]));
        assert_eq!(camera.watch.guidance(), Guidance::Failed(Failure::TimedOut));
        assert_eq!(waited, Some(usize::from(CHALLENGE_MS / 100) - 7));

        // Whoever turns and stays like that has not turned back.
        let mut camera = settled();
        let stayed =
            (0..300).map(|_| camera.shows(Some(acting(ASKED[0])))).position(|said| said != Guidance::Return(ASKED[0]));
        assert_eq!(camera.watch.guidance(), Guidance::Failed(Failure::TimedOut));
        assert_eq!(stayed, Some(usize::from(LONGEST_MS / 100) + 1));
    }

    // EC-1: rest is the face as it looks into the camera with its eyes open
    #[test]
    fn rest_is_straight_still_and_open_eyed() {
        let mut camera = Camera::new(&ASKED);
        for at in [-30.0, -25.0, 20.0, 14.0, 14.0, 14.0, 14.0, 14.0, 14.0] {
            assert_eq!(camera.shows(Some(face(at, 3.0, 0.3, 0.02))), Guidance::LookStraight);
        }
        // Moving.
        for at in [-10.0, -5.0, 0.0, 5.0, 10.0, 5.0] {
            assert_eq!(camera.shows(Some(face(at, 3.0, 0.3, 0.02))), Guidance::LookStraight);
        }
        // A blink falls into it.
        for eyes in [0.3, 0.1, 0.1, 0.3] {
            assert_eq!(camera.shows(Some(face(1.0, 3.0, eyes, 0.02))), Guidance::LookStraight);
        }
        camera.shows(Some(rest()));
        assert_eq!(camera.watch.rest.as_ref().map(|rest| rest.eyes), Some(0.3));
        // Frames that come fast: five of them are not long enough.
        let mut watch = Watch::new(ASKED.to_vec());
        for frame in 0..9 {
            watch.see(33 * frame, Some(rest()));
            assert!(!watch.wants_descriptor());
        }
        watch.see(33 * 10, Some(rest()));
        assert!(watch.wants_descriptor());
    }

    proptest! {
        // Landmarks come from a net, and frames at any time: nothing panics, and what is measured is a number
        #[test]
        fn anything_is_watched(
            faces in prop::collection::vec((any::<[f32; 3]>(), -1e4f32..1e4, any::<u16>(), 0usize..=LANDMARKS), 1..12),
            challenge in 0usize..5,
        ) {
            let mut watch = Watch::new(vec![Action::ALL[challenge]]);
            for (index, (odd, spread, now, count)) in faces.into_iter().enumerate() {
                let mut random = oorandom::Rand32::new(u64::from(now));
                let mut points: Vec<[f32; 3]> =
                    (0..count.max(LANDMARKS * (index % 2))).map(|_| [(); 3].map(|()| random.rand_float() * spread)).collect();
                if let (Some(point), true) = (points.get_mut(usize::from(now) % LANDMARKS), index % 3 == 0) {
                    *point = odd;
                }
                watch.see(u32::from(now), Seen::of(&points));
                watch.describe(person(1));
            }
            for step in watch.performed() {
                prop_assert!(step.strength.is_finite() && step.depth.is_none_or(f32::is_finite));
            }
        }
    }
}
