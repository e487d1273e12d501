//! Every transition and every refusal, then whole lives of registrations under random events.

mod portrait;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use shiming_identity::Variants;
use shiming_identity::portrait::Descriptor;
use shiming_outside::Call as _;
use shiming_outside::crm::{
    ActivateSim, DeactivateProvisionalSim, NameMatch, RecordState, SetRecordState, SimState, Spelling, StoreIdentity,
    Subscription, Switched,
};
use shiming_outside::gateway::PlaceCall;
use shiming_outside::register::{CitizenAnswer, Portrait, VerifyCitizen};
use shiming_outside::sms::SendServiceMessage;
use shiming_proof::Secret;
use shiming_proof::session_key::{self, CallOrder, Mode};
use shiming_wire::{
    ActivateOn, Bytes, Channel, CodeProgress, Evidence, RefusalReason, RegistrationId, SimView, State, Text,
};

use super::*;
use crate::effect::{Effect, Entry, FrozenCall, ReviewDecision, ReviewRequest, Summary};
use crate::outbox::{self, Decision};
use crate::policy::{PlainNames, RegisterNames};
use crate::port::{Attempt, Outside, PortraitMatcher, ReadModel, Reply, carry_out};
use crate::testing::{NOW, evidence_for, opened, run, subscription, text, with_context};

/// A registration and everything that its transitions wanted.
struct Life {
    registration: Registration,
    effects: Vec<Entry>,
    now: u64,
}

impl Life {
    fn new(subscription: Subscription, policy: Policy) -> Self {
        let Transition { registration, effects, .. } = opened(subscription, policy);
        Self { registration, effects, now: NOW }
    }

    fn usual() -> Self {
        Self::new(subscription(), Policy::default())
    }

    fn apply(&mut self, event: Event) -> Result<(), Refusal> {
        let transition = with_context(self.now, |context| apply(&self.registration, event, context))?;
        self.registration = transition.registration;
        self.effects.extend(transition.effects);
        transition.refusal.map_or(Ok(()), Err)
    }

    fn calls(&self, kind: CallKind) -> Vec<&Entry> {
        self.effects.iter().filter(|entry| entry.effect.call() == Some(kind)).collect()
    }

    fn body<T: serde::de::DeserializeOwned>(&self, kind: CallKind) -> T {
        match &self.calls(kind).last().unwrap().effect {
            Effect::Call(call) => serde_json::from_str(&call.body).unwrap(),
            _ => unreachable!(),
        }
    }

    fn settle(&mut self, kind: CallKind, outcome: Outcome) {
        let seq = self.calls(kind).last().unwrap().seq;
        self.apply(Event::Settled { seq, call: Some(kind), outcome }).unwrap();
    }

    fn code(&self) -> Text<6> {
        self.body::<PlaceCall>(CallKind::PlaceCall).verification_number
    }

    fn confirmed(mut self) -> Self {
        self.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
        let code = self.code();
        self.apply(Event::CodeEntered { code }).unwrap();
        self
    }

    fn checking(mut self, change: impl FnOnce(&mut Evidence)) -> Self {
        self = self.confirmed();
        let mut evidence = evidence_for(&self.registration);
        change(&mut evidence);
        self.apply(received(Box::new(evidence))).unwrap();
        self
    }

    fn stored(mut self, change: impl FnOnce(&mut Evidence)) -> Self {
        self = self.checking(change);
        self.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: None }));
        self.settle(CallKind::StoreIdentity, Outcome::Done);
        self
    }

    fn reviews(&self) -> Vec<&ReviewRequest> {
        self.effects
            .iter()
            .filter_map(|entry| match &entry.effect {
                Effect::OpenReview(request) => Some(request),
                _ => None,
            })
            .collect()
    }
}

fn received(evidence: Box<Evidence>) -> Event {
    Event::EvidenceReceived { evidence, variants: Variants::built_in() }
}

fn decision(approved: bool) -> Event {
    Event::ReviewDecided(ReviewDecision { approved, by: text("reviewer"), reason: text("seen"), at: NOW })
}

fn switched(sim: SimState) -> Outcome {
    Outcome::Switched(Switched { sim, changed: true })
}

fn mismatch() -> Outcome {
    Outcome::Citizen(CitizenAnswer::NameDiffers)
}

fn holder() -> Subscription {
    Subscription { registered: true, sim: SimState::Active, ..subscription() }
}

// RN-8, RN-9, RN-12: the straight way.
#[test]
fn from_code_to_active_card() {
    let mut life = Life::usual().stored(|_| {});
    assert_eq!(life.registration.state(), State::Stored);
    assert_eq!(life.body::<SetRecordState>(CallKind::SetRecordState).state, RecordState::Effective);
    assert_eq!(life.body::<ActivateSim>(CallKind::ActivateSim).iccid, subscription().iccid);
    life.settle(CallKind::SetRecordState, Outcome::Done);
    assert_eq!(life.registration.state(), State::Effective);
    assert_eq!(life.registration.sim, SimView::Activating);
    life.settle(CallKind::ActivateSim, switched(SimState::Active));
    assert_eq!(life.registration.view().sim, SimView::Active);
    assert_eq!(life.calls(CallKind::ActivateSim).len(), 1);
    assert!(life.calls(CallKind::DeactivateProvisionalSim).is_empty());
}

// RN-8: the register's photo goes to the record.
#[test]
fn the_record_holds_what_was_checked_and_the_registers_portrait() {
    let mut life = Life::usual().checking(|evidence| evidence.address.edited = true);
    let portrait = Some(Portrait("AAAA".to_owned()));
    life.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: portrait.clone() }));
    let record: StoreIdentity = life.body(CallKind::StoreIdentity);
    assert_eq!(record.portrait, portrait);
    assert_eq!(record.identity.id_number.as_str(), "11010519491231002X");
    assert_eq!(record.edited.iter().map(Text::as_str).collect::<Vec<_>>(), ["address"]);
    assert_eq!(life.registration.state(), State::Checking, "nothing is stored before the CRM says so");
}

// CB-2, CB-3, RN-13: the mapped line, and a session key that the gateway can check.
#[test]
fn a_call_goes_to_the_mapped_line_under_a_session_key() {
    let mut life = Life::usual();
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    let call: PlaceCall = life.body(CallKind::PlaceCall);
    assert_eq!(call.telephone_number, subscription().contact_line);
    assert_eq!(call.verification_number.as_str().len(), 6);
    let order = CallOrder {
        service_number: "10010",
        telephone_number: call.telephone_number.as_str(),
        verification_number: call.verification_number.as_str(),
        timestamp: call.timestamp,
        nonce: &call.nonce.0,
    };
    let k1 = Secret::new([2; 32]).unwrap();
    assert!(session_key::verify(Mode::default(), &k1, &order, &call.session_key.0, NOW).is_ok());
    let state = serde_json::to_string(&life.registration).unwrap();
    assert!(!state.contains(call.verification_number.as_str()), "the state holds a keyed hash only");
}

// CB-7
#[test]
fn a_message_ends_with_what_the_browser_fills_in() {
    let mut life = Life::usual();
    life.apply(Event::CodeRequested { channel: Channel::Sms }).unwrap();
    let message: SendServiceMessage = life.body(CallKind::SendServiceMessage);
    assert_eq!(message.to, subscription().contact_line);
    let last = message.text.as_str().lines().last().unwrap();
    let code = last.strip_prefix("@register.example.com #").unwrap();
    life.apply(Event::CodeEntered { code: text(code) }).unwrap();
    assert_eq!(life.registration.state(), State::Confirmed);
}

fn other(code: &Text<6>) -> Text<6> {
    text(if code.as_str() == "000000" { "000001" } else { "000000" })
}

// CB-5: five tries, one use.
#[test]
fn five_wrong_codes_void_it_and_a_new_one_works() {
    let mut life = Life::usual();
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    let (right, wrong) = (life.code(), other(&life.code()));
    for tries_left in [4, 3, 2, 1] {
        assert_eq!(life.apply(Event::CodeEntered { code: wrong.clone() }), Err(Refusal::CodeWrong { tries_left }));
    }
    assert_eq!(life.apply(Event::CodeEntered { code: wrong }), Err(Refusal::CodeTriesSpent));
    assert_eq!(life.apply(Event::CodeEntered { code: right.clone() }), Err(Refusal::CodeTriesSpent));
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    let code = life.code();
    life.apply(Event::CodeEntered { code: code.clone() }).unwrap();
    assert_eq!(life.apply(Event::CodeEntered { code }), Err(Refusal::CodeNotRequested), "one use");
}

// CB-5: expiry, and a replaced code is void.
#[test]
fn an_old_code_and_a_replaced_one_are_refused() {
    let mut life = Life::usual();
    assert_eq!(life.apply(Event::CodeEntered { code: text("123456") }), Err(Refusal::CodeNotRequested));
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    let first = life.code();
    life.now += 600;
    assert_eq!(life.apply(Event::CodeEntered { code: first.clone() }), Err(Refusal::CodeExpired));
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    if life.code() != first {
        assert!(matches!(life.apply(Event::CodeEntered { code: first }), Err(Refusal::CodeWrong { .. })));
    }
}

// CB-9
#[test]
fn news_from_the_line_moves_forward_only_and_only_for_its_code() {
    let mut life = Life::usual();
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    let seq = life.calls(CallKind::PlaceCall)[0].seq;
    let at = |life: &Life| life.registration.view().code.unwrap().progress;
    assert_eq!(at(&life), CodeProgress::Queued);
    life.settle(CallKind::PlaceCall, Outcome::Done);
    assert_eq!(at(&life), CodeProgress::Dialling);
    for (progress, expected) in [
        (CodeProgress::Answered, CodeProgress::Answered),
        (CodeProgress::Ringing, CodeProgress::Answered),
        (CodeProgress::Completed, CodeProgress::Completed),
        (CodeProgress::Dialling, CodeProgress::Completed),
    ] {
        life.apply(Event::LineProgressed { seq, progress }).unwrap();
        assert_eq!(at(&life), expected);
    }
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    life.apply(Event::LineProgressed { seq, progress: CodeProgress::Busy }).unwrap();
    assert_eq!(at(&life), CodeProgress::Queued, "news of the old call");
}

// CB-7: the channel that the policy does not offer.
#[test]
fn only_offered_channels() {
    let mut life = Life::new(subscription(), Policy { channels: vec![Channel::Voice], ..Policy::default() });
    assert_eq!(life.apply(Event::CodeRequested { channel: Channel::Sms }), Err(Refusal::ChannelUnavailable));
}

// RN-6, and what the threat model promises: no question before possession, one nonce, one question.
#[test]
fn evidence_needs_the_line_the_nonce_and_happens_once() {
    let mut life = Life::usual();
    let evidence = evidence_for(&life.registration);
    assert_eq!(life.apply(received(Box::new(evidence))), Err(Refusal::StateConflict));
    let mut life = life.confirmed();
    let foreign = Evidence { nonce: Bytes([9; 16]), ..evidence_for(&life.registration) };
    assert_eq!(life.apply(received(Box::new(foreign))), Err(Refusal::NonceMismatch));
    let mut impossible = evidence_for(&life.registration);
    impossible.id_number.value = text("110105194912310021");
    let refused = life.apply(received(Box::new(impossible)));
    assert!(matches!(refused, Err(Refusal::EvidenceInvalid(_))));
    assert!(life.calls(CallKind::VerifyCitizen).is_empty(), "nothing was asked");
    let evidence = Box::new(evidence_for(&life.registration));
    life.apply(received(evidence.clone())).unwrap();
    assert_eq!(life.apply(received(evidence)), Err(Refusal::EvidenceReplayed));
    let question: VerifyCitizen = life.body(CallKind::VerifyCitizen);
    assert_eq!(question.id_number.as_str(), "11010519491231002X");
    assert_eq!(life.calls(CallKind::VerifyCitizen).len(), 1);
}

// RN-10, RN-11
#[test]
fn a_mismatch_leaves_no_record_and_asks_for_the_provisional_card() {
    for answer in [CitizenAnswer::NameDiffers, CitizenAnswer::NumberUnknown] {
        let mut life = Life::usual().checking(|_| {});
        life.settle(CallKind::VerifyCitizen, Outcome::Citizen(answer));
        assert_eq!(life.registration.view().refusal, Some(RefusalReason::NoMatch));
        assert_eq!(life.registration.sim, SimView::Deactivating);
        let switch: DeactivateProvisionalSim = life.body(CallKind::DeactivateProvisionalSim);
        assert_eq!((switch.iccid, switch.number), (subscription().iccid, subscription().number));
        assert!(life.calls(CallKind::StoreIdentity).is_empty());
        life.settle(CallKind::DeactivateProvisionalSim, switched(SimState::Deactivated));
        assert_eq!(life.registration.sim, SimView::Deactivated);
    }
}

/// A policy for a register that takes plain names.
fn plain(tries: u8) -> Policy {
    Policy { register_names: RegisterNames::Plain(PlainNames { tries, per_day: 100 }), ..Policy::default() }
}

fn rare(evidence: &mut Evidence) {
    evidence.name.value = text("张\u{E863}");
}

fn found(life: &Life) -> Option<NameMatch> {
    life.body::<StoreIdentity>(CallKind::StoreIdentity).name_match
}

// RC-4: one round, whichever code the card has; the record says how it was found.
#[test]
fn a_sequence_finds_the_name_in_one_question() {
    let mut life = Life::usual().checking(rare);
    let question: VerifyCitizen = life.body(CallKind::VerifyCitizen);
    assert!(question.sequence.is_some());
    life.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: None }));
    assert_eq!(found(&life), Some(NameMatch::Sequence));
    assert_eq!(life.calls(CallKind::VerifyCitizen).len(), 1);
    // RC-6
    let record: StoreIdentity = life.body(CallKind::StoreIdentity);
    assert_eq!(record.identity.name.as_str(), "张\u{4DAE}");
    assert_eq!(record.identity.name_as_read, Some(text("张\u{E863}")));
    let mut plainly = Life::usual().checking(|_| {});
    plainly.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: None }));
    assert_eq!(found(&plainly), None);
    // A mismatch is one at once.
    let mut other = Life::usual().checking(rare);
    other.settle(CallKind::VerifyCitizen, mismatch());
    assert_eq!(other.registration.view().refusal, Some(RefusalReason::NoMatch));
}

// RC-4: each way to write the name is an effect of its own, and the one that matched is recorded.
#[test]
fn a_plain_register_is_tried_with_one_way_after_the_other() {
    let mut life = Life::new(subscription(), plain(3)).checking(rare);
    life.settle(CallKind::VerifyCitizen, mismatch());
    assert_eq!(life.registration.state(), State::Checking, "one way to write it is no verdict");
    assert!(life.calls(CallKind::DeactivateProvisionalSim).is_empty());
    let asked: Vec<(u32, VerifyCitizen)> = life
        .calls(CallKind::VerifyCitizen)
        .iter()
        .map(|entry| match &entry.effect {
            Effect::Call(call) => (entry.seq, serde_json::from_str(&call.body).unwrap()),
            _ => unreachable!(),
        })
        .collect();
    assert_eq!(asked.iter().map(|(_, ask)| ask.name.as_str()).collect::<Vec<_>>(), ["张\u{E863}", "张\u{4DAE}"]);
    assert!(asked.iter().all(|(_, ask)| ask.sequence.is_none() && ask.id_number.as_str() == "11010519491231002X"));
    let (first, second) = (asked[0].0, asked[1].0);
    assert_ne!(first, second, "a key of its own");
    assert!(!life.registration.awaits_answer(first) && life.registration.awaits_answer(second));

    // An answer to the first that comes late, or twice, says nothing.
    let before = life.registration.clone();
    for answer in [CitizenAnswer::Match { portrait: None }, CitizenAnswer::NameDiffers, CitizenAnswer::NumberUnknown] {
        let late =
            Event::Settled { seq: first, call: Some(CallKind::VerifyCitizen), outcome: Outcome::Citizen(answer) };
        life.apply(late).unwrap();
        assert_eq!(life.registration, before);
    }
    let portrait = Some(Portrait("AAAA".to_owned()));
    life.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: portrait.clone() }));
    let record: StoreIdentity = life.body(CallKind::StoreIdentity);
    assert_eq!(record.name_match, Some(NameMatch::Spelling(Spelling { trial: 2, name: text("张\u{4DAE}") })));
    assert_eq!(record.portrait, portrait, "RC-5");
}

// RC-4: the budget ends it, and so does the last way to write it; a number that nobody has ends it at once.
#[test]
fn the_last_trial_is_the_verdict() {
    for (tries, questions) in [(1, 1), (2, 2), (8, 2)] {
        let mut life = Life::new(subscription(), plain(tries)).checking(rare);
        for _ in 0..questions {
            assert_eq!(life.registration.state(), State::Checking);
            life.settle(CallKind::VerifyCitizen, mismatch());
        }
        assert_eq!(life.registration.view().refusal, Some(RefusalReason::NoMatch), "{tries} tries");
        assert_eq!(life.calls(CallKind::VerifyCitizen).len(), questions);
        assert_eq!(life.calls(CallKind::DeactivateProvisionalSim).len(), 1);
    }
    let mut life = Life::new(subscription(), plain(8)).checking(rare);
    life.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::NumberUnknown));
    assert_eq!(life.registration.state(), State::Refused);
    assert_eq!(life.calls(CallKind::VerifyCitizen).len(), 1);
}

// RC-4: a reviewer sees how the name was found.
#[test]
fn the_trial_that_matched_is_kept_for_the_reviewer() {
    let policy = Policy { review: true, ..plain(2) };
    let mut life = Life::new(subscription(), policy).checking(rare);
    life.settle(CallKind::VerifyCitizen, mismatch());
    life.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: None }));
    life.settle(CallKind::StoreIdentity, Outcome::Done);
    let Stage::Stored { case: Some(case), .. } = &life.registration.stage else { panic!("waits for a reviewer") };
    assert_eq!(case.name_match, Some(NameMatch::Spelling(Spelling { trial: 2, name: text("张\u{4DAE}") })));
}

// RN-10: an effective card is never touched by whoever typed its number; a person looks.
#[test]
fn a_mismatch_on_an_effective_card_goes_to_review() {
    let mut life = Life::new(holder(), Policy::default()).checking(|_| {});
    life.settle(CallKind::VerifyCitizen, mismatch());
    assert_eq!(life.registration.state(), State::Refused);
    assert!(life.calls(CallKind::DeactivateProvisionalSim).is_empty());
    assert_eq!(life.reviews(), [&ReviewRequest { decides: false, reasons: vec![ReviewReason::MismatchOnEffective] }]);
    // It became effective in between: the CRM leaves it on and says so.
    let mut life = Life::usual().checking(|_| {});
    life.settle(CallKind::VerifyCitizen, mismatch());
    life.settle(
        CallKind::DeactivateProvisionalSim,
        Outcome::Switched(Switched { sim: SimState::Active, changed: false }),
    );
    assert_eq!(life.registration.sim, SimView::Unchanged);
    assert_eq!(life.reviews().len(), 1);
}

// RN-8: who is reviewed.
#[test]
fn reviews_by_policy_by_edit_and_for_a_card_that_has_a_holder() {
    type Case<'a> = (Subscription, bool, fn(&mut Evidence), &'a [ReviewReason]);
    let cases: [Case<'_>; 5] = [
        (subscription(), true, |_| {}, &[ReviewReason::Policy]),
        (subscription(), false, |e| e.name.edited = true, &[ReviewReason::Edited]),
        (subscription(), false, |e| e.id_number.edited = true, &[ReviewReason::Edited]),
        (holder(), false, |_| {}, &[ReviewReason::AlreadyRegistered]),
        (subscription(), false, |e| e.address.edited = true, &[]),
    ];
    for (subscription, review, change, reasons) in cases {
        let policy = Policy { review, ..Policy::default() };
        let life = Life::new(subscription.clone(), policy).stored(change);
        let asked: Vec<ReviewReason> = life.reviews().iter().flat_map(|request| request.reasons.clone()).collect();
        assert_eq!(asked, reasons);
        assert_eq!(life.calls(CallKind::SetRecordState).is_empty(), !reasons.is_empty());
        // RN-9: a card that has a holder is not switched before a person agreed.
        assert_eq!(life.calls(CallKind::ActivateSim).is_empty(), subscription.registered);
    }
}

// RN-8, RN-9
#[test]
fn an_approved_review_becomes_effective_and_activates_once() {
    for activate_on in [ActivateOn::Pass, ActivateOn::Effective] {
        let policy = Policy { review: true, activate_on, ..Policy::default() };
        let mut life = Life::new(subscription(), policy).stored(|_| {});
        assert_eq!(life.calls(CallKind::ActivateSim).len(), usize::from(activate_on == ActivateOn::Pass));
        life.apply(decision(true)).unwrap();
        assert_eq!(life.apply(decision(true)), Err(Refusal::StateConflict), "decided once");
        life.settle(CallKind::SetRecordState, Outcome::Done);
        assert_eq!(life.registration.state(), State::Effective);
        assert_eq!(life.calls(CallKind::ActivateSim).len(), 1);
    }
}

// RN-8, RN-10
#[test]
fn a_refused_review_takes_the_record_out_and_the_card_off_if_it_was_switched_on() {
    for activate_on in [ActivateOn::Pass, ActivateOn::Effective] {
        let policy = Policy { review: true, activate_on, ..Policy::default() };
        let mut life = Life::new(subscription(), policy).stored(|_| {});
        life.apply(decision(false)).unwrap();
        assert_eq!(life.registration.view().refusal, Some(RefusalReason::Reviewer));
        assert_eq!(life.body::<SetRecordState>(CallKind::SetRecordState).state, RecordState::Withdrawn);
        let deactivations = life.calls(CallKind::DeactivateProvisionalSim).len();
        assert_eq!(deactivations, usize::from(activate_on == ActivateOn::Pass));
        // An activation that is still in the outbox is not wanted any more.
        assert!(life.calls(CallKind::ActivateSim).iter().all(|entry| !outbox::is_wanted(&life.registration, entry)));
    }
}

#[test]
fn an_expired_document_is_refused_without_a_question_and_leaves_the_card() {
    let life = Life::usual().checking(|evidence| evidence.valid_until.value = text("2020-01-01"));
    assert_eq!(life.registration.view().refusal, Some(RefusalReason::DocumentNotValid));
    assert!(life.calls(CallKind::VerifyCitizen).is_empty());
    assert!(life.calls(CallKind::DeactivateProvisionalSim).is_empty());
}

#[test]
fn whatever_is_unfinished_expires_and_nothing_else_does() {
    let mut life = Life::usual();
    life.now = life.registration.expires_at;
    assert_eq!(life.apply(Event::CodeRequested { channel: Channel::Sms }), Err(Refusal::RegistrationExpired));
    life.apply(Event::Expired).unwrap();
    assert_eq!(life.registration.state(), State::Expired);

    let mut early = Life::usual();
    let before = early.registration.clone();
    early.apply(Event::Expired).unwrap();
    assert_eq!(early.registration, before);

    // Evidence in time buys the operator's systems their own time.
    let checking = Life::usual().checking(|_| {});
    assert_eq!(checking.registration.expires_at, NOW + 86_400);
    let mut storing = checking;
    storing.settle(CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: None }));
    storing.now = NOW + 86_400;
    storing.apply(Event::Expired).unwrap();
    assert_eq!(storing.body::<SetRecordState>(CallKind::SetRecordState).state, RecordState::Withdrawn);

    let mut stored = Life::usual().stored(|_| {});
    stored.now += 10_000_000;
    stored.apply(Event::Expired).unwrap();
    assert_eq!(stored.registration.state(), State::Stored);
}

#[test]
fn final_states_hold_nothing_personal() {
    let mut effective = Life::usual().stored(|_| {});
    effective.settle(CallKind::SetRecordState, Outcome::Done);
    let mut refused = Life::usual().checking(|_| {});
    refused.settle(CallKind::VerifyCitizen, mismatch());
    let mut expired = Life::usual().checking(|_| {});
    expired.now = expired.registration.expires_at;
    expired.apply(Event::Expired).unwrap();
    for life in [effective, refused, expired] {
        assert!(life.registration.state().is_final());
        let state = serde_json::to_string(&life.registration).unwrap();
        for secret in ["11010519491231002X", "张某某", "13800000002", "13900000001", "89860012345678901234"] {
            assert!(!state.contains(secret), "{:?} keeps {secret}", life.registration.state());
        }
    }
}

// RC-4, RN-11: a name is looked for only where somebody's evidence is, or was good.
#[test]
fn lists_know_the_name_while_the_evidence_is_here() {
    let published = |life: &Life| -> Vec<(State, Option<Text<50>>)> {
        let summary = |entry: &Entry| match &entry.effect {
            Effect::Publish(summary) => Some((summary.state, summary.name.clone())),
            _ => None,
        };
        life.effects.iter().filter_map(summary).collect()
    };
    let formal = Some(text("张\u{4DAE}"));
    let mut life = Life::usual().stored(rare);
    life.settle(CallKind::SetRecordState, Outcome::Done);
    let states = published(&life);
    assert!(states.contains(&(State::Checking, formal.clone())), "the formal code (RC-6)");
    assert!(states.iter().all(|(state, name)| name.is_none() || matches!(state, State::Checking | State::Stored)));
    let mut waiting = Life::new(subscription(), Policy { review: true, ..Policy::default() }).stored(rare);
    assert_eq!(published(&waiting).last(), Some(&(State::Stored, formal)));
    waiting.apply(decision(false)).unwrap();
    assert_eq!(published(&waiting).last(), Some(&(State::Refused, None)));
}

#[test]
fn a_stored_state_reads_back() {
    let plain = Life::new(subscription(), plain(3)).checking(rare);
    let found = Life::usual().stored(|evidence| {
        rare(evidence);
        evidence.name.edited = true;
    });
    for life in [Life::usual(), Life::usual().checking(|_| {}), plain, found] {
        let json = serde_json::to_vec(&life.registration).unwrap();
        assert_eq!(shiming_wire::json::from_slice::<Registration>(&json).unwrap(), life.registration);
        for entry in &life.effects {
            let json = serde_json::to_vec(entry).unwrap();
            assert_eq!(shiming_wire::json::from_slice::<Entry>(&json).unwrap(), *entry);
        }
    }
}

// RN-6: silence is no answer; a code is not chased for ever.
#[test]
fn unavailable_is_retried_with_growing_waits_and_never_settles_a_question() {
    let life = Life::usual().checking(|_| {});
    let entry = life.calls(CallKind::VerifyCitizen)[0];
    let mut least = 0;
    for attempt in 1..40 {
        for done in [Attempt::Unavailable, Attempt::Settled(Outcome::Refused)] {
            let slow = done != Attempt::Unavailable;
            let decided = with_context(NOW, |context| {
                outbox::decide(State::Checking, entry, attempt, done, NOW + 80_000, context.random)
            });
            let Decision::Retry { after_ms } = decided else { panic!("attempt {attempt} settled a question") };
            assert!((750..=375_000).contains(&after_ms), "{after_ms}");
            assert!(!slow || after_ms >= 225_000);
            if !slow {
                assert!(after_ms * 2 > least, "backoff does not shrink");
                least = after_ms;
            }
        }
    }
    let mut life = Life::usual();
    life.apply(Event::CodeRequested { channel: Channel::Voice }).unwrap();
    let entry = life.calls(CallKind::PlaceCall)[0];
    let at = |now| {
        with_context(now, |context| outbox::decide(State::Opened, entry, 1, Attempt::Unavailable, now, context.random))
    };
    assert!(matches!(at(NOW + 44), Decision::Retry { .. }));
    assert_eq!(at(NOW + 45), Decision::Settle(Outcome::Refused));
}

/// Everything outside, in memory: does a thing once per key, and breaks off where it is told to.
#[derive(Default)]
struct World {
    answers: RefCell<HashMap<String, (String, Vec<u8>)>>,
    attempts: RefCell<HashMap<String, u32>>,
    activations: Cell<u32>,
    /// The attempt that breaks off, from 1; 0 for none.
    breaks_at: u32,
    /// It breaks off after doing what it was asked, not before.
    breaks_after: bool,
    /// The name that the register compares with, if it takes plain names.
    recorded: Option<&'static str>,
    /// The face on its portraits (RN-7).
    face: Option<Descriptor>,
    posts: Cell<u32>,
    published: RefCell<Vec<(u32, State)>>,
}

impl World {
    fn answer(&self, call: &FrozenCall) -> Vec<u8> {
        let on = || {
            self.activations.set(self.activations.get() + 1);
            serde_json::to_vec(&Switched { sim: SimState::Active, changed: true }).unwrap()
        };
        match call.kind {
            CallKind::VerifyCitizen => {
                let ask: VerifyCitizen = serde_json::from_str(&call.body).unwrap();
                let differs = self.recorded.is_some_and(|name| name != ask.name.as_str());
                let portrait = self.face.as_ref().map(|_| Portrait("AAAA".to_owned()));
                let found = CitizenAnswer::Match { portrait };
                serde_json::to_vec(&if differs { CitizenAnswer::NameDiffers } else { found }).unwrap()
            }
            CallKind::ActivateSim => on(),
            CallKind::DeactivateProvisionalSim => panic!("nothing was wrong"),
            CallKind::PlaceCall => br#"{"call":"1"}"#.to_vec(),
            CallKind::SendServiceMessage => br#"{"message":"1"}"#.to_vec(),
            CallKind::RecordCards | CallKind::WithdrawCards | CallKind::InquireRecord => {
                panic!("nothing of registrations")
            }
            CallKind::StoreIdentity | CallKind::SetRecordState | CallKind::FindSubscription => b"{}".to_vec(),
        }
    }
}

impl Outside for World {
    async fn post(&self, key: &str, call: &FrozenCall) -> Reply<Vec<u8>> {
        *self.attempts.borrow_mut().entry(key.to_owned()).or_default() += 1;
        self.posts.set(self.posts.get() + 1);
        let breaks = self.posts.get() == self.breaks_at;
        if breaks && !self.breaks_after {
            return Reply::Unavailable;
        }
        let known = self.answers.borrow().get(key).cloned();
        let answer = match known {
            Some((body, answer)) => {
                assert_eq!(body, call.body, "one key, one body");
                answer
            }
            None => self.answer(call),
        };
        self.answers.borrow_mut().insert(key.to_owned(), (call.body.clone(), answer.clone()));
        if breaks { Reply::Unavailable } else { Reply::Answered(answer) }
    }
}

impl PortraitMatcher for World {
    async fn describe(&self, _: &Portrait) -> Reply<Option<Descriptor>> {
        self.posts.set(self.posts.get() + 1);
        if self.posts.get() == self.breaks_at { Reply::Unavailable } else { Reply::Answered(self.face.clone()) }
    }
}

impl ReadModel for World {
    async fn publish(&self, _: &RegistrationId, summary: &Summary) -> Reply<()> {
        self.published.borrow_mut().push((summary.version, summary.state));
        Reply::Answered(())
    }
    async fn open_review(&self, _: &str, _: &RegistrationId, _: &ReviewRequest) -> Reply<()> {
        Reply::Answered(())
    }
    async fn close_review(&self, _: &RegistrationId, _: &ReviewDecision) -> Reply<()> {
        Reply::Answered(())
    }
}

/// What survives a crash, and a runner that can die at every step.
struct Disk {
    registration: Vec<u8>,
    outbox: Vec<Vec<u8>>,
}

impl Disk {
    fn save(&mut self, transition: &Transition, settled: Option<u32>) {
        let read = |entry: &[u8]| serde_json::from_slice::<Entry>(entry).unwrap();
        self.registration = serde_json::to_vec(&transition.registration).unwrap();
        self.outbox.retain(|entry| Some(read(entry).seq) != settled);
        self.outbox.extend(transition.effects.iter().map(|entry| serde_json::to_vec(entry).unwrap()));
    }

    /// Carries the outbox out until it is empty; `crash` says after which attempt the outcome is lost.
    fn drain(&mut self, world: &World, mut crash: Option<usize>) {
        let mut attempt = 0;
        while let Some(entry) = self.outbox.first() {
            let entry: Entry = serde_json::from_slice(entry).unwrap();
            let registration: Registration = serde_json::from_slice(&self.registration).unwrap();
            if !outbox::is_wanted(&registration, &entry) {
                self.outbox.remove(0);
                continue;
            }
            attempt += 1;
            let done = run(carry_out(&registration.id, &entry, registration.compares(entry.seq), world));
            if crash == Some(attempt) {
                // Died between the call and the write: nothing of it is on disk.
                crash = None;
                continue;
            }
            let decided =
                with_context(NOW, |context| outbox::decide(registration.state(), &entry, 1, done, NOW, context.random));
            let Decision::Settle(outcome) = decided else { continue };
            let event = Event::Settled { seq: entry.seq, call: entry.effect.call(), outcome };
            let transition = with_context(NOW, |context| apply(&registration, event, context)).unwrap();
            self.save(&transition, Some(entry.seq));
        }
    }
}

// A crash anywhere loses nothing and repeats nothing that shows.
#[test]
fn killed_at_every_step_it_ends_with_one_activation() {
    for crash in 1..=16 {
        for (breaks_at, breaks_after) in (0..=8).flat_map(|at| [(at, false), (at, true)]) {
            let world = World { breaks_at, breaks_after, ..World::default() };
            let mut disk = Disk { registration: Vec::new(), outbox: Vec::new() };
            let life = Life::usual().confirmed();
            disk.save(
                &Transition { registration: life.registration.clone(), effects: life.effects, refusal: None },
                None,
            );
            let evidence = Box::new(evidence_for(&life.registration));
            let sent = with_context(NOW, |context| apply(&life.registration, received(evidence), context).unwrap());
            disk.save(&sent, None);
            disk.drain(&world, Some(crash));
            let registration: Registration = serde_json::from_slice(&disk.registration).unwrap();
            assert_eq!((registration.state(), registration.sim), (State::Effective, SimView::Active));
            assert_eq!(world.activations.get(), 1, "crash after attempt {crash}");
            let keys: HashSet<String> = world.answers.borrow().keys().cloned().collect();
            assert_eq!(keys.len(), 4, "register, record, state, card: one key each");
        }
    }
}

// RC-4: the same for trials: each is asked once under its own key, and none is lost or taken for another.
#[test]
fn killed_between_trials_every_way_is_asked_once() {
    for crash in 1..=16 {
        for (breaks_at, breaks_after) in (0..=8).flat_map(|at| [(at, false), (at, true)]) {
            let world = World { breaks_at, breaks_after, recorded: Some("\u{E863}\u{4D13}"), ..World::default() };
            let mut disk = Disk { registration: Vec::new(), outbox: Vec::new() };
            let life = Life::new(subscription(), plain(4)).confirmed();
            let mut evidence = Box::new(evidence_for(&life.registration));
            evidence.name.value = text("\u{4DAE}\u{4D13}");
            let sent = with_context(NOW, |context| apply(&life.registration, received(evidence), context).unwrap());
            disk.save(&sent, None);
            disk.drain(&world, Some(crash));
            let registration: Registration = serde_json::from_slice(&disk.registration).unwrap();
            assert_eq!((registration.state(), registration.sim), (State::Effective, SimView::Active));
            let mut trials: Vec<(String, VerifyCitizen)> = world
                .answers
                .borrow()
                .iter()
                .filter_map(|(key, (body, _))| Some((key.clone(), serde_json::from_str(body).ok()?)))
                .collect();
            trials.sort_by_key(|(key, _)| key.clone());
            let names: HashSet<&str> = trials.iter().map(|(_, ask)| ask.name.as_str()).collect();
            assert_eq!(names.len(), trials.len(), "no way is asked for under two keys");
            let record =
                world.answers.borrow().values().find_map(|(body, _)| serde_json::from_str::<StoreIdentity>(body).ok());
            let found = record.unwrap().name_match.unwrap();
            let name = text("\u{E863}\u{4D13}");
            assert_eq!(found, NameMatch::Spelling(Spelling { trial: u8::try_from(trials.len()).unwrap(), name }));
        }
    }
}

fn any_event() -> impl Strategy<Value = u8> {
    0u8..24
}

proptest! {
    // RN-9, RN-10, RN-11: no sequence of events reaches an illegal state.
    #[test]
    fn no_sequence_of_events_breaks_the_rules(
        events in prop::collection::vec((any_event(), 0u64..400), 0..60),
        registered in any::<bool>(), review in any::<bool>(), on_pass in any::<bool>(), edited in any::<bool>(),
    ) {
        let activate_on = if on_pass { ActivateOn::Pass } else { ActivateOn::Effective };
        let subscription = Subscription { registered, ..subscription() };
        let mut life = Life::new(subscription, Policy { review, activate_on, ..Policy::default() });
        let (mut mismatched, mut refused, mut matched) = (false, false, false);
        for (event, wait) in events {
            life.now += wait;
            let before = life.registration.clone();
            let settled = |life: &Life, kind: CallKind, outcome| {
                let seq = life.calls(kind).last().map_or(1, |entry| entry.seq);
                Event::Settled { seq, call: Some(kind), outcome }
            };
            let event = match event {
                0 | 1 => Event::CodeRequested { channel: Channel::Voice },
                2..=4 if !life.calls(CallKind::PlaceCall).is_empty() => Event::CodeEntered { code: life.code() },
                5 => Event::CodeEntered { code: text("000000") },
                6..=8 => {
                    let mut evidence = evidence_for(&life.registration);
                    evidence.name.edited = edited;
                    received(Box::new(evidence))
                }
                9 | 10 => settled(&life, CallKind::VerifyCitizen, Outcome::Citizen(CitizenAnswer::Match { portrait: None })),
                11 => settled(&life, CallKind::VerifyCitizen, mismatch()),
                12 | 13 => settled(&life, CallKind::StoreIdentity, Outcome::Done),
                14 | 15 => settled(&life, CallKind::SetRecordState, Outcome::Done),
                16 => settled(&life, CallKind::ActivateSim, switched(SimState::Active)),
                17 => settled(&life, CallKind::DeactivateProvisionalSim, switched(SimState::Deactivated)),
                18 => decision(true),
                19 => decision(false),
                20 => Event::LineProgressed { seq: 2, progress: CodeProgress::Ringing },
                21 => settled(&life, CallKind::PlaceCall, Outcome::Refused),
                22 => settled(&life, CallKind::ActivateSim, Outcome::Refused),
                _ => Event::Expired,
            };
            // Outcomes of effects come only if the effect was wanted.
            if let Event::Settled { call: Some(kind), .. } = &event
                && life.calls(*kind).is_empty()
            {
                continue;
            }
            let checking = matches!(before.stage, Stage::Checking { step: CheckStep::Asking { .. }, .. });
            matched |= checking && matches!(&event, Event::Settled { outcome: Outcome::Citizen(CitizenAnswer::Match { .. }), .. });
            mismatched |= checking && matches!(&event, Event::Settled { outcome: Outcome::Citizen(CitizenAnswer::NameDiffers), .. });
            let reviewing = before.state() == State::Stored;
            refused |= reviewing && event == decision(false);
            let kept = life.apply(event);
            let after = &life.registration;
            if kept.is_err() && !matches!(kept, Err(Refusal::CodeWrong { .. } | Refusal::CodeTriesSpent)) {
                prop_assert_eq!(after, &before, "a refusal changes nothing");
            }
            prop_assert!(after.version >= before.version);
            if before.state().is_final() {
                prop_assert_eq!(after.state(), before.state(), "final states absorb");
            }
            if after.state().is_final() {
                prop_assert!(after.subject.is_none());
            }
            prop_assert!(life.calls(CallKind::ActivateSim).len() <= 1);
            prop_assert!(life.calls(CallKind::VerifyCitizen).len() <= 1);
            prop_assert!(life.calls(CallKind::DeactivateProvisionalSim).len() <= 1);
            prop_assert!(life.calls(CallKind::DeactivateProvisionalSim).is_empty() || (mismatched && !registered) || refused);
            prop_assert!(life.calls(CallKind::StoreIdentity).is_empty() || matched);
            prop_assert!(life.calls(CallKind::ActivateSim).is_empty() || matched);
            prop_assert!(after.state() != State::Effective || matched && !mismatched);
            let seqs: Vec<u32> = life.effects.iter().map(|entry| entry.seq).collect();
            prop_assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "every effect has its own number");
        }
    }
}

// The paths of the calls are the contract's.
#[test]
fn calls_go_where_the_contract_says() {
    assert_eq!(CallKind::PlaceCall.path(), PlaceCall::PATH);
    assert_eq!(CallKind::VerifyCitizen.path(), "/register/verify");
}
