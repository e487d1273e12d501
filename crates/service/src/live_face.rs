//! Live faces (EC-1): a challenge that nobody knows in advance, and what must hold of the transcript that answers it.
//!
//! The phone watches and the edge never sees a frame, so a transcript is worth what the signature of the device under it is
//! worth (docs/threat-model.md). What is checked here is that it answers this challenge, once, in the time that has gone by,
//! with movements that a head makes, of one face throughout.

use serde::{Deserialize, Serialize};
use shiming_identity::live_face::{Action, CHALLENGE_MS, LEAST_DEPTH, LONGEST_MS, Performed, SHORTEST_MS};
use shiming_identity::portrait::{Descriptor, Strictness};
use shiming_wire::UnixSeconds;
use shiming_wire::card::FaceEvidence;

use crate::Random;
use crate::risk::Reason;

/// Actions in a challenge.
pub const ACTIONS: usize = 3;
/// Seconds between the end of a challenge and the arrival of its transcript, at most: cheap phones and slow networks.
pub const LATEST_ARRIVAL: u64 = 15;
/// Challenges that a device is given at most within [`CHALLENGES_WITHIN`]: nobody is led through more.
pub const MOST_CHALLENGES: u32 = 60;
/// So many seconds a challenge is remembered, so that a request that is sent again finds what it answered.
pub const CHALLENGES_WITHIN: u64 = 600;
/// Odds against one in a hundred thousand that two faces are two people's: a face is compared with many others.
const REPEATED: f32 = 0.999_99;
/// The phone's clock runs from when it got the challenge; rounding to whole seconds may take so many milliseconds.
const ROUNDING_MS: u64 = 1_000;
/// Nobody begins sooner than this after reading what to do, milliseconds.
const SOONEST: u16 = 250;

/// A challenge as the edge keeps it until it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// What is asked, in this order: no action twice, at least one turn.
    pub actions: Vec<Action>,
    /// When it was made.
    pub issued_at: UnixSeconds,
}

/// Why a transcript is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLive {
    /// It came too late.
    #[error("the challenge is too old")]
    TooLate,
    /// It says that more time went by than did.
    #[error("the transcript is longer than the challenge is old")]
    TooSoon,
    /// Other actions, or another order.
    #[error("not what was asked")]
    OtherActions,
    /// Movements that no head makes.
    #[error("not how a head moves")]
    NotAHead,
    /// What turned was flat.
    #[error("flat")]
    Flat,
    /// The face in the end is not the one of the beginning.
    #[error("not one person")]
    OtherPerson,
    /// The face in the end is the one of the beginning to the last bit: no camera sees a living face like that twice.
    #[error("one look, told twice")]
    OneLook,
}

impl Challenge {
    /// A new one. Every order of three actions with a turn among them is as likely as any other.
    pub fn new(issued_at: UnixSeconds, random: Random<'_>) -> Self {
        loop {
            let mut left = Action::ALL.to_vec();
            let actions: Vec<Action> = (0..ACTIONS).map(|_| left.swap_remove(below(left.len(), random))).collect();
            if actions.iter().any(|action| action.turns()) {
                return Self { actions, issued_at };
            }
        }
    }

    /// After this its answer is too late.
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.issued_at + u64::from(CHALLENGE_MS / 1_000) + LATEST_ARRIVAL
    }

    /// Whether a transcript answers it: `performed` in the order in which it was done, the face before the first action and
    /// after the last, `now` when it arrived.
    pub fn judge(
        &self,
        performed: &[Performed],
        [first, last]: [&Descriptor; 2],
        now: UnixSeconds,
    ) -> Result<(), NotLive> {
        let age = now.saturating_sub(self.issued_at);
        if now > self.expires_at() {
            return Err(NotLive::TooLate);
        }
        if !performed.iter().map(|step| step.action).eq(self.actions.iter().copied()) {
            return Err(NotLive::OtherActions);
        }
        let mut before = SOONEST;
        for step in performed {
            let ordered = before <= step.began && step.began <= step.peak && step.peak <= step.ended;
            let took = step.ended.saturating_sub(step.began);
            let possible = (step.action.least_strength()..=most_strength(step.action)).contains(&step.strength);
            if !ordered || !possible || !(SHORTEST_MS..=LONGEST_MS).contains(&took) || step.ended > CHALLENGE_MS {
                return Err(NotLive::NotAHead);
            }
            match (step.action.turns(), step.depth) {
                (true, Some(depth)) if depth < LEAST_DEPTH => return Err(NotLive::Flat),
                // A nose does not reach beyond the distance between the eyes.
                (true, Some(depth)) if depth <= 1.0 => {}
                (false, None) => {}
                _ => return Err(NotLive::NotAHead),
            }
            before = step.ended;
        }
        if u64::from(before) > age * 1_000 + ROUNDING_MS {
            return Err(NotLive::TooSoon);
        }
        match first.compare(last) {
            _ if first == last => Err(NotLive::OneLook),
            Ok(alike) if alike.is_same(Strictness::Usual) => Ok(()),
            _ => Err(NotLive::OtherPerson),
        }
    }
}

/// Whether a live face is there where one is needed, and with it a portrait to compare it with: a face that is compared with
/// nothing is anybody's.
pub fn wanted(face: Option<&FaceEvidence>, needed: bool) -> Result<(), Reason> {
    match face {
        _ if !needed => Ok(()),
        None => Err(Reason::NoLiveFace),
        Some(face) if face.document.is_none() => Err(Reason::NothingToCompare),
        Some(_) => Ok(()),
    }
}

/// Whether a live face passes: it answers the challenge that was given to this device and is answered for the first time
/// (none where it is not), and is the document's, if that was read.
pub fn examine(challenge: Option<&Challenge>, face: &FaceEvidence, arrived_at: UnixSeconds) -> Result<(), Reason> {
    let (first, last) = (&face.first.0, &face.last.0);
    challenge.ok_or(Reason::ChallengeVoid)?.judge(&face.performed, [first, last], arrived_at)?;
    let of_document = face.document.as_ref().is_none_or(|portrait| is_of(face, &portrait.0));
    if of_document { Ok(()) } else { Err(Reason::FaceDiffers) }
}

/// Whether a portrait, of the document or of the register, is the live face's, before and after: to one in ten thousand (NIST SP
/// 800-63B-4 §3.2.3), since no person looks afterwards.
#[must_use]
pub fn is_of(face: &FaceEvidence, portrait: &Descriptor) -> bool {
    let same = |live: &Descriptor| portrait.compare(live).is_ok_and(|alike| alike.is_same(Strictness::Strict));
    same(&face.first.0) && same(&face.last.0)
}

/// What a live face that passed is recorded as.
#[must_use]
pub fn passed(face: &FaceEvidence) -> Reason {
    if face.document.is_some() { Reason::LiveFace } else { Reason::LiveFaceAlone }
}

/// Whether two faces are so much alike that they count as one among many.
#[must_use]
pub fn is_repeated(one: &Descriptor, other: &Descriptor) -> bool {
    one.compare(other).is_ok_and(|alike| alike.probability >= REPEATED)
}

impl From<NotLive> for Reason {
    fn from(why: NotLive) -> Self {
        match why {
            NotLive::TooLate => Self::FaceTooLate,
            NotLive::TooSoon => Self::FaceTooSoon,
            NotLive::OtherActions => Self::OtherActions,
            NotLive::NotAHead | NotLive::OneLook => Self::NotLive,
            NotLive::Flat => Self::FlatFace,
            NotLive::OtherPerson => Self::FaceChanged,
        }
    }
}

/// More than this no face shows: [`Action::least_strength`] has the units.
fn most_strength(action: Action) -> f32 {
    match action {
        Action::Blink => 1.0,
        Action::TurnLeft | Action::TurnRight => 90.0,
        Action::OpenMouth => 2.0,
        Action::Nod => 70.0,
    }
}

/// A number below `limit` (1 to 256), each as likely as any other.
fn below(limit: usize, random: Random<'_>) -> usize {
    let fair = 256 - 256 % limit;
    loop {
        let mut byte = [0];
        random(&mut byte);
        let drawn = usize::from(byte[0]);
        if drawn < fair {
            return drawn % limit;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use shiming_identity::portrait::FaceModel;
    use shiming_wire::{Bytes, FaceDescriptor};

    use super::*;

    fn source() -> impl FnMut(&mut [u8]) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        move |bytes| {
            for byte in bytes {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *byte = state.to_le_bytes()[4];
            }
        }
    }

    fn face(person: u8) -> Descriptor {
        let mut draw = source();
        let mut bytes = vec![0; 512 * (usize::from(person) + 1)];
        draw(&mut bytes);
        let values: Vec<f32> = bytes[512 * usize::from(person)..]
            .iter()
            .take(FaceModel::V1.length())
            .map(|byte| f32::from(*byte) - 127.5)
            .collect();
        Descriptor::new(FaceModel::V1, &values).unwrap()
    }

    /// The same face, at another look: one value a step of quantisation off.
    fn again(face: &Descriptor) -> Descriptor {
        let mut bytes = face.to_bytes();
        let last = bytes.last_mut().unwrap();
        *last = last.cast_signed().saturating_sub(last.cast_signed().signum()).cast_unsigned();
        let again = Descriptor::from_bytes(&bytes).unwrap();
        assert_ne!(&again, face);
        again
    }

    fn challenge() -> Challenge {
        Challenge { actions: vec![Action::Blink, Action::TurnLeft, Action::Nod], issued_at: 1_000 }
    }

    fn answer() -> Vec<Performed> {
        let step = |action, began, strength, depth| Performed {
            action,
            began,
            peak: began + 300,
            ended: began + 700,
            strength,
            depth,
        };
        vec![
            step(Action::Blink, 900, 0.8, None),
            step(Action::TurnLeft, 2_400, 24.0, Some(0.2)),
            step(Action::Nod, 4_000, 14.0, None),
        ]
    }

    // EC-1: an answer in the right order, in time, of one face.
    #[test]
    fn what_was_asked_is_an_answer() {
        let (one, later) = (face(1), again(&face(1)));
        assert_eq!(challenge().judge(&answer(), [&one, &later], 1_006), Ok(()));
        // As late as it may be.
        assert_eq!(challenge().judge(&answer(), [&one, &later], 1_035), Ok(()));
    }

    #[test]
    fn what_was_not_asked_is_none() {
        let (one, later, two) = (face(1), again(&face(1)), face(2));
        let judge = |performed: &[Performed], now| challenge().judge(performed, [&one, &later], now);
        assert_eq!(judge(&answer(), 1_036), Err(NotLive::TooLate));
        // A recording that is sent at once claims more time than has gone by.
        assert_eq!(judge(&answer(), 1_002), Err(NotLive::TooSoon));
        let mut swapped = answer();
        swapped.swap(0, 2);
        assert_eq!(judge(&swapped, 1_006), Err(NotLive::OtherActions));
        assert_eq!(judge(&answer()[..2], 1_006), Err(NotLive::OtherActions));
        assert_eq!(judge(&[], 1_006), Err(NotLive::OtherActions));
        assert_eq!(challenge().judge(&answer(), [&one, &two], 1_006), Err(NotLive::OtherPerson));
        // A descriptor that was made once and is sent twice.
        assert_eq!(challenge().judge(&answer(), [&one, &one], 1_006), Err(NotLive::OneLook));
        let altered = |alter: fn(&mut Vec<Performed>)| {
            let mut performed = answer();
            alter(&mut performed);
            judge(&performed, 1_006)
        };
        assert_eq!(altered(|steps| steps[1].depth = Some(0.01)), Err(NotLive::Flat));
        for alter in [
            (|steps| steps[1].depth = None) as fn(&mut Vec<Performed>),
            |steps| steps[1].depth = Some(f32::NAN),
            |steps| steps[1].depth = Some(3.0),
            |steps| steps[0].depth = Some(0.2),
            |steps| steps[1].strength = 10.0,
            |steps| steps[1].strength = f32::NAN,
            |steps| steps[2].strength = f32::INFINITY,
            |steps| steps[0].began = 100,
            |steps| steps[0].ended = steps[0].began,
            |steps| steps[1].began = 1_000,
            |steps| steps[2].peak = 9_000,
            |steps| steps[2].ended = 20_001,
        ] {
            assert_eq!(altered(alter), Err(NotLive::NotAHead));
        }
    }

    fn evidence() -> FaceEvidence {
        let (first, last) = (FaceDescriptor(face(1)), FaceDescriptor(again(&face(1))));
        let document = Some(first.clone());
        FaceEvidence { challenge: Bytes([7; 16]), performed: answer(), first, last, document }
    }

    // EC-1: whose face it is.
    #[test]
    fn a_live_face_is_the_documents_or_it_does_not_pass() {
        let examine = |face: &FaceEvidence| examine(Some(&challenge()), face, 1_006);
        assert_eq!(examine(&evidence()), Ok(()));
        assert_eq!(examine(&FaceEvidence { document: None, ..evidence() }), Ok(()));
        let other = Some(FaceDescriptor(face(2)));
        assert_eq!(examine(&FaceEvidence { document: other, ..evidence() }), Err(Reason::FaceDiffers));
        // Somebody else took over on the way.
        let last = FaceDescriptor(face(2));
        assert_eq!(examine(&FaceEvidence { last, ..evidence() }), Err(Reason::FaceChanged));
        // Or nobody was looked at twice.
        let last = evidence().first;
        assert_eq!(examine(&FaceEvidence { last, ..evidence() }), Err(Reason::NotLive));
        assert_eq!(super::examine(None, &evidence(), 1_006), Err(Reason::ChallengeVoid));
        assert_eq!(super::examine(Some(&challenge()), &evidence(), 1_036), Err(Reason::FaceTooLate));
    }

    /// A face between two others: `share` of the first.
    fn between(share: f32) -> Descriptor {
        let [one, two] = [face(1), face(2)].map(|face| face.to_bytes());
        let values: Vec<f32> = one[2..]
            .iter()
            .zip(&two[2..])
            .map(|(a, b)| f32::from(a.cast_signed()) * share + f32::from(b.cast_signed()) * (1.0 - share))
            .collect();
        Descriptor::new(FaceModel::V1, &values).unwrap()
    }

    // Before and after the actions, both: a face that is alike enough to the one of the beginning is not yet the document's.
    #[test]
    fn both_live_faces_are_the_documents() {
        let near = between(0.38);
        let alike = near.compare(&face(1)).unwrap();
        assert!(alike.is_same(Strictness::Usual) && !alike.is_same(Strictness::Strict), "{alike:?}");
        let (first, last) = (FaceDescriptor(near.clone()), FaceDescriptor(near));
        for drifted in [FaceEvidence { first, ..evidence() }, FaceEvidence { last, ..evidence() }] {
            assert_eq!(examine(Some(&challenge()), &drifted, 1_006), Err(Reason::FaceDiffers));
        }
    }

    #[test]
    fn a_face_is_wanted_with_something_to_compare_it_with() {
        let bare = FaceEvidence { document: None, ..evidence() };
        assert_eq!(wanted(None, true), Err(Reason::NoLiveFace));
        assert_eq!(wanted(Some(&bare), true), Err(Reason::NothingToCompare));
        assert_eq!(wanted(Some(&evidence()), true), Ok(()));
        assert_eq!((wanted(None, false), wanted(Some(&bare), false)), (Ok(()), Ok(())));
    }

    // EC-2: among many, alike is not enough.
    #[test]
    fn only_near_duplicates_are_repeated() {
        assert!(is_repeated(&face(1), &face(1)) && is_repeated(&between(0.9), &face(1)));
        let alike = between(0.48);
        assert!(alike.compare(&face(1)).unwrap().is_same(Strictness::Strict) && !is_repeated(&alike, &face(1)));
        assert!(!is_repeated(&face(2), &face(1)));
    }

    #[test]
    fn an_answer_is_too_late_after_what_the_phone_was_told() {
        let (one, later, expires_at) = (face(1), again(&face(1)), challenge().expires_at());
        assert_eq!(challenge().judge(&answer(), [&one, &later], expires_at), Ok(()));
        assert_eq!(challenge().judge(&answer(), [&one, &later], expires_at + 1), Err(NotLive::TooLate));
        assert!(expires_at < challenge().issued_at + CHALLENGES_WITHIN);
    }

    #[test]
    fn every_order_with_a_turn_is_drawn_about_as_often() {
        let mut random = source();
        let mut drawn: HashMap<Vec<Action>, u32> = HashMap::new();
        for _ in 0..54_000 {
            *drawn.entry(Challenge::new(0, &mut random).actions).or_default() += 1;
        }
        assert_eq!(drawn.len(), 54);
        assert!(drawn.values().all(|count| (850..1_150).contains(count)), "{drawn:?}");
        for actions in drawn.keys() {
            assert!(actions.iter().any(|action| action.turns()));
            assert!(actions.iter().all(|one| actions.iter().filter(|action| *action == one).count() == 1));
        }
    }

    proptest! {
        // Whatever a phone sends, the answer is a verdict.
        #[test]
        fn any_transcript_is_judged(
            steps in prop::collection::vec((0usize..5, any::<[u16; 3]>(), any::<f32>(), any::<Option<f32>>()), 0..6),
            now in any::<u64>(),
        ) {
            let steps: Vec<Performed> = steps
                .into_iter()
                .map(|(action, [began, peak, ended], strength, depth)| Performed {
                    action: Action::ALL[action], began, peak, ended, strength, depth,
                })
                .collect();
            let one = face(1);
            let _ = challenge().judge(&steps, [&one, &again(&one)], now);
        }
    }
}
