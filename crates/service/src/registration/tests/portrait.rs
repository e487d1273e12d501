//! The document's portrait against the register's (RN-7).

use shiming_identity::portrait::Strictness;
use shiming_wire::{FaceDescriptor, PortraitPolicy};

use super::*;
use crate::testing::{face, face_between};

fn comparing() -> Policy {
    Policy { portrait: PortraitPolicy::Compare, ..Policy::default() }
}

/// A registration whose evidence describes this portrait.
fn asked(subscription: Subscription, policy: Policy, portrait: &FaceDescriptor) -> Life {
    Life::new(subscription, policy).checking(|evidence| evidence.portrait = Some(portrait.clone()))
}

fn portrayed(face: &FaceDescriptor) -> Outcome {
    Outcome::Portrayed { portrait: Portrait("AAAA".to_owned()), face: face.0.clone() }
}

fn faceless(portrait: Option<&str>) -> Outcome {
    Outcome::Citizen(CitizenAnswer::Match { portrait: portrait.map(|text| Portrait(text.to_owned())) })
}

/// Whether a descriptor is in what is stored: the state, or the outbox.
fn is_stored(life: &Life, face: &FaceDescriptor) -> bool {
    let text = serde_json::to_string(face).unwrap();
    let stored = serde_json::to_string(&(&life.registration, &life.effects)).unwrap();
    stored.contains(text.trim_matches('"'))
}

// RN-7: one person's.
#[test]
fn portraits_of_one_person_register() {
    let mut life = asked(subscription(), comparing(), &face_between(1, 2, 0.8));
    let question = life.calls(CallKind::VerifyCitizen)[0].seq;
    assert!(life.registration.compares(question) && !life.registration.compares(question - 1));
    life.settle(CallKind::VerifyCitizen, portrayed(&face(1)));
    let record: StoreIdentity = life.body(CallKind::StoreIdentity);
    // RN-8: the register's photo is in the record, with what came of comparing.
    assert_eq!(record.portrait, Some(Portrait("AAAA".to_owned())));
    assert_eq!(record.portrait_check, PortraitCheck::Consistent);
    life.settle(CallKind::StoreIdentity, Outcome::Done);
    life.settle(CallKind::SetRecordState, Outcome::Done);
    assert_eq!((life.registration.state(), life.reviews().len()), (State::Effective, 0));
    assert_eq!(life.registration.view().portrait, PortraitCheck::Consistent);
}

// RN-7, RN-10, RN-11: not one person's.
#[test]
fn portraits_of_two_people_are_refused_and_nothing_is_saved() {
    let mut life = asked(subscription(), comparing(), &face(1));
    life.settle(CallKind::VerifyCitizen, portrayed(&face(2)));
    let view = life.registration.view();
    assert_eq!((view.state, view.refusal), (State::Refused, Some(RefusalReason::PortraitInconsistent)));
    assert_eq!((view.portrait, view.sim), (PortraitCheck::Inconsistent, SimView::Deactivating));
    assert!(life.calls(CallKind::StoreIdentity).is_empty() && life.calls(CallKind::ActivateSim).is_empty());
    assert_eq!(life.calls(CallKind::DeactivateProvisionalSim).len(), 1);

    // Somebody's effective card stays on, and a person looks.
    let mut life = asked(holder(), comparing(), &face(1));
    life.settle(CallKind::VerifyCitizen, portrayed(&face(2)));
    assert_eq!(life.registration.view().refusal, Some(RefusalReason::PortraitInconsistent));
    assert!(life.calls(CallKind::DeactivateProvisionalSim).is_empty());
    assert_eq!(life.reviews()[0].reasons, [ReviewReason::MismatchOnEffective]);
}

// RN-7: how alike is the policy's to say.
#[test]
fn the_policy_says_how_alike() {
    let (one, other) = (face(1), face_between(1, 2, 0.38));
    let similarity = one.0.compare(&other.0).unwrap().similarity;
    assert!((0.43..0.5).contains(&similarity), "between lenient and usual: {similarity}");
    for (portrait_strictness, check) in [
        (Strictness::Lenient, PortraitCheck::Consistent),
        (Strictness::Usual, PortraitCheck::Inconsistent),
        (Strictness::Strict, PortraitCheck::Inconsistent),
    ] {
        let mut life = asked(subscription(), Policy { portrait_strictness, ..comparing() }, &one);
        life.settle(CallKind::VerifyCitizen, portrayed(&other));
        assert_eq!(life.registration.portrait, check, "{portrait_strictness:?}");
    }
}

// RN-7: there is no way round it by leaving it out, and leaving it out costs nothing.
#[test]
fn evidence_without_a_portrait_is_refused_where_it_is_compared() {
    let mut life = Life::new(subscription(), comparing()).confirmed();
    let before = life.registration.clone();
    let mut evidence = Box::new(evidence_for(&before));
    assert_eq!(life.apply(received(evidence.clone())), Err(Refusal::PortraitMissing));
    assert_eq!((&life.registration, life.calls(CallKind::VerifyCitizen).len()), (&before, 0));
    evidence.portrait = Some(face(1));
    life.apply(received(evidence)).unwrap();
    assert_eq!(life.registration.state(), State::Checking);
}

// RN-7, RN-8: nothing to compare with is not passed in silence.
#[test]
fn without_a_portrait_of_the_registers_a_person_looks() {
    for outcome in [faceless(None), faceless(Some("AAAA"))] {
        let mut life = asked(subscription(), comparing(), &face(1));
        life.settle(CallKind::VerifyCitizen, outcome.clone());
        let record: StoreIdentity = life.body(CallKind::StoreIdentity);
        assert_eq!(record.portrait_check, PortraitCheck::NotAvailable);
        life.settle(CallKind::StoreIdentity, Outcome::Done);
        assert_eq!(life.registration.state(), State::Stored);
        assert!(life.calls(CallKind::SetRecordState).is_empty());
        let review = life.reviews()[0];
        assert!(review.decides);
        assert_eq!(review.reasons, [ReviewReason::PortraitNotAvailable]);

        let policy = Policy { review_if_no_portrait: false, ..comparing() };
        let mut life = asked(subscription(), policy, &face(1));
        life.settle(CallKind::VerifyCitizen, outcome);
        life.settle(CallKind::StoreIdentity, Outcome::Done);
        life.settle(CallKind::SetRecordState, Outcome::Done);
        let view = life.registration.view();
        assert_eq!((view.state, view.portrait), (State::Effective, PortraitCheck::NotAvailable));
        assert!(life.reviews().is_empty());
    }
}

// DC-1: what nobody asked for is not kept, and no matcher is asked.
#[test]
fn where_nothing_is_compared_nothing_is_kept() {
    let sent = face(1);
    let mut life = asked(subscription(), Policy::default(), &sent);
    assert!(!is_stored(&life, &sent));
    let question = life.calls(CallKind::VerifyCitizen)[0].clone();
    assert!(!life.registration.compares(question.seq));
    let world = World { face: Some(face(2).0), ..World::default() };
    let attempt = run(carry_out(&life.registration.id, &question, false, &world));
    assert_eq!(attempt, Attempt::Settled(faceless(Some("AAAA"))));
    life.settle(CallKind::VerifyCitizen, faceless(Some("AAAA")));
    assert_eq!(life.body::<StoreIdentity>(CallKind::StoreIdentity).portrait_check, PortraitCheck::NotChecked);
}

// DC-1, RN-7: the descriptor is there until there is an answer, whichever it is, or time is up.
#[test]
fn descriptors_are_dropped_once_compared() {
    type End<'a> = (&'a str, &'a dyn Fn(&mut Life));
    let (sent, registers) = (face_between(1, 2, 0.9), face(1));
    let ends: [End<'_>; 6] = [
        ("match", &|life| life.settle(CallKind::VerifyCitizen, portrayed(&face(1)))),
        ("other", &|life| life.settle(CallKind::VerifyCitizen, portrayed(&face(2)))),
        ("none", &|life| life.settle(CallKind::VerifyCitizen, faceless(None))),
        ("no face", &|life| life.settle(CallKind::VerifyCitizen, faceless(Some("AAAA")))),
        ("mismatch", &|life| life.settle(CallKind::VerifyCitizen, mismatch())),
        ("expired", &|life| {
            life.now += 100_000;
            life.apply(Event::Expired).unwrap();
        }),
    ];
    for (what, end) in ends {
        let policy = Policy { review: true, ..comparing() };
        let mut life = asked(subscription(), policy, &sent);
        assert!(is_stored(&life, &sent), "it waits for the register's");
        let question = life.body::<VerifyCitizen>(CallKind::VerifyCitizen);
        assert!(!serde_json::to_string(&question).unwrap().contains("portrait"), "the register is not told of it");
        end(&mut life);
        for face in [&sent, &registers, &face(2)] {
            assert!(!is_stored(&life, face), "{what}");
        }
    }
}

// RC-4, RN-7: it waits as long as ways to write the name are tried.
#[test]
fn the_portrait_waits_for_the_trial_that_matches() {
    let policy = Policy { portrait: PortraitPolicy::Compare, ..plain(3) };
    let mut life = Life::new(subscription(), policy).checking(|evidence| {
        rare(evidence);
        evidence.portrait = Some(face(1));
    });
    life.settle(CallKind::VerifyCitizen, mismatch());
    assert!(life.registration.compares(life.calls(CallKind::VerifyCitizen)[1].seq));
    life.settle(CallKind::VerifyCitizen, portrayed(&face(2)));
    assert_eq!(life.registration.portrait, PortraitCheck::Inconsistent);
}

// A matcher that does not answer says nothing, and a crash anywhere compares again.
#[test]
fn killed_at_every_step_it_compares_and_ends_with_one_activation() {
    for crash in 1..=16 {
        for (breaks_at, breaks_after) in (0..=8).flat_map(|at| [(at, false), (at, true)]) {
            let world = World { breaks_at, breaks_after, face: Some(face(1).0), ..World::default() };
            let mut disk = Disk { registration: Vec::new(), outbox: Vec::new() };
            let life = Life::new(subscription(), comparing()).confirmed();
            let mut evidence = Box::new(evidence_for(&life.registration));
            evidence.portrait = Some(face_between(1, 2, 0.9));
            let sent = with_context(NOW, |context| apply(&life.registration, received(evidence), context).unwrap());
            disk.save(&sent, None);
            disk.drain(&world, Some(crash));
            let registration: Registration = serde_json::from_slice(&disk.registration).unwrap();
            assert_eq!((registration.state(), registration.sim), (State::Effective, SimView::Active));
            assert_eq!((registration.portrait, world.activations.get()), (PortraitCheck::Consistent, 1));
            let questions = world.answers.borrow().values().filter(|(body, _)| body.contains("\"name\"")).count();
            assert_eq!(questions, 2, "one question and one record, each under one key");
        }
    }
}

// A registration that was stored by a release that knew nothing of portraits.
#[test]
fn what_an_older_release_stored_is_read() {
    let life = Life::usual().checking(|_| {});
    let mut stored = serde_json::to_value(&life.registration).unwrap();
    let registration = stored.as_object_mut().unwrap();
    registration.remove("portrait").unwrap();
    let policy = registration["policy"].as_object_mut().unwrap();
    for member in ["portrait", "portrait_strictness", "review_if_no_portrait"] {
        policy.remove(member).unwrap();
    }
    assert_eq!(serde_json::from_value::<Registration>(stored).unwrap(), life.registration);
}

proptest! {
    // RN-7: whoever is effective was compared, or a person or the policy let them pass; no descriptor outlives its answer.
    #[test]
    fn nobody_passes_uncompared(
        alike in 0.0f32..1.0, answers in prop::collection::vec(0u8..5, 1..4),
        strictness in prop::sample::select(vec![Strictness::Lenient, Strictness::Usual, Strictness::Strict]),
        review_if_no_portrait: bool, registered: bool,
    ) {
        let sent = face_between(1, 2, alike);
        let policy = Policy { portrait_strictness: strictness, review_if_no_portrait, ..comparing() };
        let mut life = asked(Subscription { registered, ..subscription() }, policy, &sent);
        let same = sent.0.compare(&face(1).0).unwrap().is_same(strictness);
        for answer in &answers {
            life.settle(CallKind::VerifyCitizen, match answer {
                0 | 1 => portrayed(&face(1)),
                2 => faceless(None),
                3 => faceless(Some("AAAA")),
                _ => mismatch(),
            });
            prop_assert!(!is_stored(&life, &sent) && !is_stored(&life, &face(1)));
        }
        // The first answer counts.
        let check = match (answers[0], same) {
            (0 | 1, true) => PortraitCheck::Consistent,
            (0 | 1, false) => PortraitCheck::Inconsistent,
            (2 | 3, _) => PortraitCheck::NotAvailable,
            _ => PortraitCheck::NotChecked,
        };
        prop_assert_eq!(life.registration.portrait, check);
        let saved = !life.calls(CallKind::StoreIdentity).is_empty();
        prop_assert_eq!(saved, matches!(check, PortraitCheck::Consistent | PortraitCheck::NotAvailable));
        if saved {
            life.settle(CallKind::StoreIdentity, Outcome::Done);
            let looked_at = life.reviews().iter().any(|review| review.decides);
            prop_assert_eq!(looked_at, registered || check == PortraitCheck::NotAvailable && review_if_no_portrait);
        } else {
            prop_assert_eq!(life.registration.state(), State::Refused);
        }
    }
}
