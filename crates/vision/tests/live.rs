//! Drawn people who follow a challenge, and pictures and clips that pretend to (EC-1).
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

mod common;

use std::sync::LazyLock;

use common::{AT_REST, Clip, DESCRIBER, FACES, stand_in};
use image::{Rgb, RgbImage, imageops};
use shiming_identity::live_face::Action::{self, Blink, Nod, OpenMouth, TurnLeft, TurnRight};
use shiming_identity::live_face::{CHALLENGE_MS, LEAST_DEPTH};
use shiming_identity::portrait::Strictness;
use shiming_specimen::{Actor, Pose, citizen, head, perform, portrait};
use shiming_vision::Photo;
use shiming_vision::live::{Failure, Guidance, Session};

const ASKED: [Action; 3] = [TurnLeft, Blink, OpenMouth];

/// Somebody who did what was asked. Drawn once: that is what takes the time.
static CLIP: LazyLock<Clip> = LazyLock::new(|| perform(Actor::Person(105), &ASKED).collect());

/// Shows a clip to a session that asks for these actions, and then nothing until time is up.
fn watched(asked: &[Action], clip: &[(u32, RgbImage)]) -> (Guidance, Session) {
    let mut session = Session::new(asked.to_vec());
    for (now, picture) in clip {
        let photo = Photo::new(picture.clone());
        let said = session.see((&FACES, &DESCRIBER), *now, &photo.frame()).unwrap();
        if matches!(said, Guidance::Done | Guidance::Failed(_)) {
            return (said, session);
        }
    }
    let photo = Photo::new(clip.last().unwrap().1.clone());
    let said = session.see((&FACES, &DESCRIBER), u32::from(CHALLENGE_MS) + 1, &photo.frame()).unwrap();
    (said, session)
}

// EC-1: who does what is asked, in that order, is told so, and the transcript says it
#[test]
fn a_person_who_follows_is_seen_to() {
    let (said, session) = watched(&ASKED, &CLIP);
    assert_eq!(said, Guidance::Done);
    let (performed, [first, last]) = session.finish().unwrap();
    assert!(performed.iter().map(|step| step.action).eq(ASKED), "{performed:?}");
    let mut before = 250;
    for step in &performed {
        assert!(before <= step.began && step.began <= step.peak && step.peak <= step.ended, "{performed:?}");
        assert!(step.strength >= step.action.least_strength(), "{performed:?}");
        assert_eq!(step.depth.is_some(), step.action.turns(), "{performed:?}");
        before = step.ended;
    }
    assert!(performed[0].depth.unwrap() > LEAST_DEPTH, "{performed:?}");
    assert!(first.compare(&last).unwrap().is_same(Strictness::Usual));
}

// EC-1: a clip that was made for another challenge: other actions, another order
#[test]
fn a_clip_of_another_challenge_is_refused() {
    for (asked, seen) in [([Nod, TurnRight, Blink], TurnLeft), ([OpenMouth, Blink, TurnLeft], TurnLeft)] {
        let (said, session) = watched(&asked, &CLIP);
        assert_eq!(said, Guidance::Failed(Failure::OtherAction { asked: asked[0], seen }));
        assert!(session.finish().is_none());
    }
    // Right as far as the first action.
    let (said, session) = watched(&[TurnLeft, Nod, Blink], &CLIP);
    assert_eq!(said, Guidance::Failed(Failure::OtherAction { asked: Nod, seen: OpenMouth }));
    assert!(session.finish().is_none());
}

// EC-1: a picture that lies still
#[test]
fn a_still_picture_does_nothing_in_time() {
    for asked in [ASKED, [Blink, TurnRight, Nod]] {
        let clip: Clip = perform(Actor::StillPicture(3), &[Nod]).collect();
        let (said, session) = watched(&asked, &clip);
        assert_eq!(said, Guidance::Failed(Failure::TimedOut), "{asked:?}");
        assert!(session.finish().is_none());
    }
}

// EC-1: a picture that is held up and turned or tilted as asked: turning it is not seen as such, tilting it is seen as what it is
#[test]
fn a_flat_picture_that_is_moved_is_flat() {
    for (person, action, failure) in [(4, TurnRight, Failure::TimedOut), (6, Nod, Failure::Flat)] {
        let clip: Clip = perform(Actor::Picture(person), &[action]).collect();
        let (said, session) = watched(&[action, Blink, OpenMouth], &clip);
        assert_eq!(said, Guidance::Failed(failure), "{person}");
        assert!(session.watch().performed().is_empty());
        assert!(session.finish().is_none());
    }
}

// EC-1: whoever is before the camera when the last action is over was there when the first began
#[test]
fn a_face_that_jumps_or_goes_away_is_not_followed_further() {
    let begun = CLIP.iter().position(|(now, _)| *now > 1_000).unwrap();
    let elsewhere: Clip = CLIP
        .iter()
        .enumerate()
        .map(|(index, (now, picture))| {
            let mut moved = RgbImage::from_pixel(2 * picture.width(), picture.height(), Rgb([210, 214, 219]));
            let by = if index < begun { 0 } else { i64::from(picture.width()) };
            imageops::replace(&mut moved, picture, by, 0);
            (*now, moved)
        })
        .collect();
    let nobody = RgbImage::from_pixel(240, 320, Rgb([210, 214, 219]));
    let gone = |(now, picture): &(u32, RgbImage)| {
        (*now, if (1_000..1_900).contains(now) { nobody.clone() } else { picture.clone() })
    };
    for clip in [elsewhere, CLIP.iter().map(gone).collect()] {
        let (said, session) = watched(&ASKED, &clip);
        assert_eq!(said, Guidance::Failed(Failure::Interrupted));
        assert!(session.finish().is_none());
    }
}

// EC-1: one person throughout: whoever follows, but holds up somebody else's picture while the phone looks at who that is,
// before the first action or after one. One's own picture in the same place passes: nothing else gives it away.
#[test]
fn a_picture_of_somebody_else_at_rest_is_another_person() {
    let (_, session) = watched(&ASKED, &CLIP);
    let ended: Vec<u32> = session.watch().performed().iter().map(|step| u32::from(step.ended)).collect();
    let (own, other) = (head(&citizen(105), &Pose::default(), (240, 320)), portrait(&citizen(0)));

    let before = stand_in(&CLIP, &own, ..AT_REST);
    let (said, session) = watched(&ASKED, &stand_in(&before, &own, ended[2]..));
    assert_eq!(said, Guidance::Done);
    let [first, last] = session.finish().unwrap().1;
    assert!(first.compare(&last).unwrap().is_same(Strictness::Usual));

    // What is done is still seen: it is whose face that was which is not.
    let refused = |clip: Clip, done: usize| {
        let (said, session) = watched(&ASKED, &clip);
        assert_eq!(said, Guidance::Failed(Failure::OtherPerson), "{done}");
        assert_eq!(session.watch().performed().len(), done);
        assert!(session.finish().is_none());
    };
    refused(stand_in(&CLIP, &other, ..AT_REST), 1);
    refused(stand_in(&CLIP, &other, ended[0]..), 1);
    refused(stand_in(&CLIP, &other, ended[2]..), 3);
}
