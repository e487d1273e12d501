//! What must not pass: each has its problem type or its refusal, and changes nothing that it must not change.

use std::time::Duration;

use anyhow::Result;
use shiming_api_tests::assertions::{Snapshot, refused};
use shiming_api_tests::client::Phone;
use shiming_api_tests::fixtures::{Citizen, card, field};
use shiming_outside::crm::SimState;
use shiming_wire::{Bytes, Channel, Evidence, ProblemType, RefusalReason, RegistrationView, SimView, State, Text};

use crate::{System, nonce, system};

/// Registers `citizen`'s card in the name of somebody else, to the end.
fn fail_as(system: &System, citizen: &Citizen, name: &str, id_number: &str) -> Result<(Phone, RegistrationView)> {
    let phone = system.confirmed(citizen)?;
    let mut evidence = citizen.evidence(nonce(&phone))?;
    evidence.name = field(name)?;
    evidence.id_number = field(id_number)?;
    // The number decides birth date and sex; anything else would be refused before the register is asked.
    evidence.birth_date = field(&format!("{}-{}-{}", &id_number[6..10], &id_number[10..12], &id_number[12..14]))?;
    evidence.sex = field(if id_number.as_bytes()[16] % 2 == 1 { "男" } else { "女" })?;
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
    let view = phone
        .wait_until("refused and settled", |view| view.state == State::Refused && view.sim != SimView::Deactivating)?;
    Ok((phone, view))
}

/// A number that follows every rule and that the register does not have: the citizen's, with the next free sequence.
fn unknown_number(citizen: &Citizen) -> String {
    use shiming_identity::IdNumber;
    let body = format!("{}998", &citizen.id_number[..14]);
    ('0'..='9')
        .chain(['X'])
        .map(|check| format!("{body}{check}"))
        .find(|number| IdNumber::parse(number).is_ok())
        .expect("one check character is right")
}

// RN-6, RN-10, RN-11
#[test]
fn a_mismatch_leaves_no_record_and_switches_a_provisional_card_off() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let mut views = Vec::new();
    for other_name in [true, false] {
        let citizen = system.people.provisional()?;
        let number = if other_name { citizen.id_number.clone() } else { unknown_number(&citizen) };
        let name = if other_name { "样本甲" } else { citizen.name.as_str() };
        let (phone, mut view) = fail_as(system, &citizen, name, &number)?;
        assert_eq!(view.refusal, Some(RefusalReason::NoMatch));
        assert_eq!(view.sim, SimView::Deactivated);
        let id = phone.hex_id()?;
        assert_eq!(system.world.record(&id)?, None);
        let ledger = system.world.ledger_of(&id)?;
        assert_eq!(ledger.len(), 1);
        assert_eq!((ledger[0].operation.as_str(), ledger[0].sim_after), ("deactivate", SimState::Deactivated));
        assert_eq!(system.world.subscription(&citizen.subscription.iccid)?.sim, SimState::Deactivated);
        view.expires_at = 0;
        views.push(view);

        // RN-11: the user may start again, and what is right then stands.
        if other_name {
            let mut again = system.phone()?;
            again.open(citizen.card()?)?;
            assert_eq!(again.view()?.state, State::Opened);
        }
    }
    // RN-6: to the user both kinds of mismatch are one.
    assert_eq!(views[0], views[1]);
    Ok(())
}

// RN-10
#[test]
fn a_mismatch_never_switches_an_effective_card_off() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.active()?;
    let before = system.world.subscription(&citizen.subscription.iccid)?;
    let (phone, view) = fail_as(system, &citizen, "样本乙", &citizen.id_number)?;
    assert_eq!((view.refusal, view.sim), (Some(RefusalReason::NoMatch), SimView::Unchanged));
    let id = phone.hex_id()?;
    assert_eq!(system.world.record(&id)?, None);
    assert_eq!(system.world.ledger_of(&id)?, []);
    assert_eq!(system.world.subscription(&citizen.subscription.iccid)?, before);
    Ok(())
}

// RN-10, RN-11
#[test]
fn a_mismatch_leaves_an_inactive_card_as_it_is() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let (phone, view) = fail_as(system, &citizen, "样本丙", &citizen.id_number)?;
    assert_eq!(view.sim, SimView::Unchanged);
    assert_eq!(system.world.record(&phone.hex_id()?)?, None);
    assert_eq!(system.world.ledger_of(&phone.hex_id()?)?, []);
    assert_eq!(system.world.subscription(&citizen.subscription.iccid)?.sim, SimState::Inactive);
    Ok(())
}

// RN-11: an expired document is refused, and the register is not asked.
#[test]
fn an_expired_document_is_refused_unasked() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let mut evidence = citizen.evidence(nonce(&phone))?;
    evidence.valid_from = field("2006-01-01")?;
    evidence.valid_until = field("2016-01-01")?;
    if evidence.birth_date.value.as_str() > "2006-01-01" {
        evidence.valid_from = field(&citizen.birth_date)?;
    }
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
    let view = phone.wait_for(State::Refused)?;
    assert_eq!(view.refusal, Some(RefusalReason::DocumentNotValid));
    let id = phone.hex_id()?;
    assert_eq!(system.world.calls_of(&id, "/register/verify")?, []);
    assert_eq!(system.world.record(&id)?, None);
    Ok(())
}

// CB-5
#[test]
fn five_wrong_codes_void_the_code() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.provisional()?;
    let phone = system.opened(&citizen)?;
    phone.request_code(Channel::Sms)?.expect::<RegistrationView>(202)?;
    let code = system.world.code_message(citizen.line(), 0)?;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let before = Snapshot::of(&system.world)?;
    for tries_left in (1..5).rev() {
        let problem = phone.confirm(wrong)?.problem()?;
        assert_eq!((problem.kind, problem.tries_left), (ProblemType::CodeWrong, Some(tries_left)));
        assert_eq!(phone.view()?.state, State::Opened);
    }
    assert_eq!(phone.confirm(wrong)?.problem()?.kind, ProblemType::CodeTriesSpent);
    // The right one comes too late.
    refused(&system.world, Some(&phone), ProblemType::CodeTriesSpent, || phone.confirm(&code))?;
    assert_eq!(phone.view()?.state, State::Opened);
    assert_eq!(Snapshot::of(&system.world)?, before);
    Ok(())
}

// CB-5: one use.
#[test]
fn a_code_works_once_and_only_when_asked_for() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    refused(&system.world, Some(&phone), ProblemType::CodeNotRequested, || phone.confirm("000000"))?;
    phone.request_code(Channel::Sms)?.expect::<RegistrationView>(202)?;
    let code = system.world.code_message(citizen.line(), 0)?;
    phone.confirm(&code)?.expect::<RegistrationView>(200)?;
    let kind = ProblemType::CodeNotRequested;
    refused(&system.world, Some(&phone), kind, || phone.confirm(&code))?;
    Ok(())
}

// CB-5: a new code makes the old one void.
#[test]
fn an_expired_code_is_refused() -> Result<()> {
    let system = system()?;
    let (citizen, phone, code) = {
        let _turn = system.turn();
        let _policy = crate::staff::with_policy(system, &serde_json::json!({ "code_ttl_seconds": 30 }))?;
        let citizen = system.people.provisional()?;
        let phone = system.opened(&citizen)?;
        phone.request_code(Channel::Sms)?.expect::<RegistrationView>(202)?;
        let code = system.world.code_message(citizen.line(), 0)?;
        (citizen, phone, code)
    };
    std::thread::sleep(Duration::from_secs(31));
    let _turn = system.turn();
    refused(&system.world, Some(&phone), ProblemType::CodeExpired, || phone.confirm(&code))?;
    assert_eq!(system.world.messages(citizen.line())?.len(), 1);
    Ok(())
}

// Possession before identity (docs/architecture.md).
#[test]
fn evidence_before_the_code_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    let evidence = citizen.evidence(nonce(&phone))?;
    refused(&system.world, Some(&phone), ProblemType::StateConflict, || phone.send_evidence(&evidence))?;
    Ok(())
}

#[test]
fn replayed_evidence_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let evidence = citizen.evidence(nonce(&phone))?;
    let first = phone.signed(&phone.path("/evidence")?, &evidence)?;
    phone.send(&first)?.expect::<RegistrationView>(202)?;
    phone.wait_until("settled", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    // A new request with the same evidence. (The same request again is an idempotent retry: see `protocol`.)
    refused(&system.world, Some(&phone), ProblemType::EvidenceReplayed, || phone.send_evidence(&evidence))?;
    Ok(())
}

#[test]
fn evidence_for_another_nonce_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let other = system.opened(&system.people.inactive()?)?;
    for nonce in [nonce(&other), Bytes([0; 16])] {
        let evidence = citizen.evidence(nonce)?;
        refused(&system.world, Some(&phone), ProblemType::NonceMismatch, || phone.send_evidence(&evidence))?;
    }
    // It is not spent by that.
    phone.send_evidence(&citizen.evidence(crate::nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    phone.wait_for(State::Effective)?;
    Ok(())
}

// RN-5: fields that contradict each other are never asked about.
#[test]
fn impossible_evidence_names_its_fields() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let good = citizen.evidence(nonce(&phone))?;
    let other_sex = if citizen.sex == "男" { "女" } else { "男" };
    let mut wrong_check = citizen.id_number.clone();
    wrong_check.replace_range(17.., if citizen.id_number.ends_with('1') { "2" } else { "1" });
    let cases = [
        (vec!["/id_number/value"], Evidence { id_number: field(&wrong_check)?, ..good.clone() }),
        (vec!["/birth_date/value"], Evidence { birth_date: field("1990-02-30")?, ..good.clone() }),
        (vec!["/birth_date/value", "/id_number/value"], Evidence { birth_date: field("1901-01-01")?, ..good.clone() }),
        (vec!["/id_number/value", "/sex/value"], Evidence { sex: field(other_sex)?, ..good.clone() }),
        (vec!["/ethnicity/value"], Evidence { ethnicity: field("火星")?, ..good.clone() }),
        (vec!["/name/value"], Evidence { name: field("张3")?, ..good }),
    ];
    for (pointers, evidence) in cases {
        let kind = ProblemType::EvidenceInvalid;
        let problem = refused(&system.world, Some(&phone), kind, || phone.send_evidence(&evidence))?;
        let mut found: Vec<&str> = problem.pointers.iter().map(Text::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, pointers);
    }
    Ok(())
}

// RN-13: unknown card, unknown number, two that do not belong together: one answer.
#[test]
fn unknown_cards_and_numbers_are_one_problem() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let (one, two) = (system.people.inactive()?.subscription, system.people.inactive()?.subscription);
    let mut answers = Vec::new();
    for (iccid, number) in [
        ("89869999999999999999", one.number.as_str()),
        (one.iccid.as_str(), "19999999999"),
        (one.iccid.as_str(), two.number.as_str()),
    ] {
        let mut phone = system.phone()?;
        let body = phone.create_body(card(iccid, number)?);
        let kind = ProblemType::SimNotFound;
        answers.push(refused(&system.world, None, kind, || phone.post("/v1/registrations", &body))?);
        assert!(phone.open(card(iccid, number)?).is_err());
    }
    let link = shiming_wire::SimSubject::Link(Bytes([7; 16]));
    let phone = system.phone()?;
    let body = phone.create_body(link);
    let kind = ProblemType::SimNotFound;
    answers.push(refused(&system.world, None, kind, || phone.post("/v1/registrations", &body))?);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    Ok(())
}

// CB-5: codes cost money.
#[test]
fn a_second_code_at_once_is_over_the_budget() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    phone.request_code(Channel::Sms)?.expect::<RegistrationView>(202)?;
    system.world.code_message(citizen.line(), 0)?;
    phone.wait_until("sent", |view| view.code.is_some_and(|code| code.progress == shiming_wire::CodeProgress::Sent))?;
    let again = || phone.request_code(Channel::Sms);
    let problem = refused(&system.world, Some(&phone), ProblemType::CodeBudgetSpent, again)?;
    assert!(problem.retry_after.is_some_and(|seconds| (1..=60).contains(&seconds)));

    // Another phone and another registration of the same line: the line's budget is the same one.
    let other = system.opened(&citizen)?;
    let kind = ProblemType::CodeBudgetSpent;
    refused(&system.world, Some(&other), kind, || other.request_code(Channel::Sms))?;
    assert_eq!(system.world.messages(citizen.line())?.len(), 1);
    Ok(())
}

// Attempts are counted across registrations.
#[test]
fn openings_of_a_line_and_questions_are_budgeted() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let limit = |per_day: u16| serde_json::json!({ "per_day": per_day, "spacing_seconds": 0 });
    let scoped = |line: u16| serde_json::json!({ "line": limit(line), "device": limit(50), "address": limit(1000) });
    let budgets = serde_json::json!({ "budgets": { "openings": scoped(2), "questions": scoped(0) } });
    let _policy = crate::staff::with_policy(system, &budgets)?;

    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    system.opened(&citizen)?;
    let third = system.phone()?;
    let body = third.create_body(citizen.card()?);
    let kind = ProblemType::AttemptsSpent;
    let problem = refused(&system.world, None, kind, || third.post("/v1/registrations", &body))?;
    assert!(problem.retry_after.is_some());

    let evidence = citizen.evidence(nonce(&phone))?;
    refused(&system.world, Some(&phone), ProblemType::AttemptsSpent, || phone.send_evidence(&evidence))?;
    Ok(())
}

// CB-7
#[test]
fn a_channel_that_is_not_offered_is_refused() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let _policy = crate::staff::with_policy(system, &serde_json::json!({ "channels": ["voice"] }))?;
    let phone = system.opened(&system.people.inactive()?)?;
    let kind = ProblemType::ChannelUnavailable;
    refused(&system.world, Some(&phone), kind, || phone.request_code(Channel::Sms))?;
    Ok(())
}
