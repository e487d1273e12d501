//! The way of a registration that goes well, in both channels.

use anyhow::Result;
use serde_json::json;
use shiming_outside::crm::SimState;
use shiming_wire::{ActivateOn, Channel, CodeProgress, RegistrationView, SimView, State};

use crate::{nonce, system};

// RN-5 to RN-9, RN-12, CB-2, CB-5, CB-7
#[test]
fn by_message_from_card_and_number_to_an_active_sim() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let mut phone = system.phone()?;
    let opened = phone.open(citizen.card()?)?.clone();
    assert_eq!(opened.policy.activate_on, ActivateOn::Pass);
    assert!(opened.policy.channels.contains(&Channel::Sms));
    assert_eq!(opened.format.len(), 2, "image-format parameters of both sides (RN-3)");
    // CB-2, RN-13: the line is shown, not asked for.
    let number = &citizen.subscription.number;
    assert_eq!(opened.line_hint.as_str(), format!("{}****{}", &number[..3], &number[7..]));
    let view = phone.view()?;
    assert_eq!((view.state, view.sim), (State::Opened, SimView::Unchanged));

    assert_eq!(phone.confirm_by_sms(&system.world, citizen.line())?.state, State::Confirmed);
    let evidence = citizen.evidence(opened.nonce)?;
    let taken: RegistrationView = phone.send_evidence(&evidence)?.expect(202)?;
    assert!(taken.version > view.version);
    phone.wait_until("effective with an active card", |view| {
        view.state == State::Effective && view.sim == SimView::Active
    })?;

    let id = phone.hex_id()?;
    let record = system.world.record(&id)?.expect("a record");
    assert_eq!(record.state, "effective");
    let identity = json!({
        "name": citizen.name, "sex": citizen.sex, "ethnicity": citizen.ethnicity, "birth_date": citizen.birth_date,
        "address": citizen.address, "id_number": citizen.id_number, "issuer": citizen.issuer,
        "valid_from": citizen.valid_from, "valid_until": citizen.valid_until,
    });
    assert_eq!(record.record["identity"], identity);
    assert_eq!(record.record["portrait_check"], "not_checked");
    assert_eq!(record.record["terminal"], "own");
    // RN-8: the register's photo is in the record.
    assert!(record.record["portrait"].as_str().is_some_and(|portrait| portrait.len() > 100));
    let subscription = system.world.subscription(&citizen.subscription.iccid)?;
    assert_eq!(subscription.sim, SimState::Active);
    assert_eq!(subscription.holder.as_deref(), Some(citizen.id_number.as_str()));
    let ledger = system.world.ledger_of(&id)?;
    assert_eq!(ledger.len(), 1);
    assert_eq!((ledger[0].operation.as_str(), ledger[0].iccid.as_str()), ("activate", subscription.iccid.as_str()));
    Ok(())
}

// CB-3, CB-4, CB-9
#[test]
fn by_call_back_with_progress_on_the_way() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.provisional()?;
    let phone = system.opened(&citizen)?;
    let asked: RegistrationView = phone.request_code(Channel::Voice)?.expect(202)?;
    assert_eq!(asked.code.expect("a code under way").channel, Channel::Voice);
    let progress = |wanted: CodeProgress| {
        phone.wait_until(&format!("{wanted:?}"), |view| view.code.is_some_and(|code| code.progress == wanted))
    };
    progress(CodeProgress::Ringing)?;
    let code = system.world.answer_call(citizen.line())?;
    progress(CodeProgress::Answered)?;
    system.world.hang_up(citizen.line())?;
    progress(CodeProgress::Completed)?;
    assert_eq!(phone.confirm(&code)?.expect::<RegistrationView>(200)?.state, State::Confirmed);
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    phone.wait_for(State::Effective)?;
    assert_eq!(system.world.subscription(&citizen.subscription.iccid)?.sim, SimState::Active);
    Ok(())
}

// RN-13, CB-2
#[test]
fn the_code_goes_to_the_line_that_the_crm_holds() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.with_contact_line()?;
    let phone = system.opened(&citizen)?;
    let hint = phone.opened.as_ref().expect("opened").line_hint.as_str();
    assert!(hint.ends_with(&citizen.line()[7..]), "{hint}");
    assert_ne!(citizen.line(), citizen.subscription.number);
    phone.confirm_by_sms(&system.world, citizen.line())?;
    assert!(system.world.messages(&citizen.subscription.number)?.is_empty());
    Ok(())
}

// CB-7: call-back did not work, the message does, at once.
#[test]
fn the_other_channel_is_free_when_one_fails() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.opened(&citizen)?;
    let before = system.world.calls()?.len();
    system.world.fault("/gateway/calls", "unavailable", 1)?;
    phone.request_code(Channel::Voice)?.expect::<RegistrationView>(202)?;
    shiming_api_tests::client::wait("the gateway to refuse once", || {
        let calls = system.world.calls()?;
        Ok(calls[before..].iter().any(|call| call.outcome == "unavailable").then_some(()))
    })?;
    assert_eq!(phone.confirm_by_sms(&system.world, citizen.line())?.state, State::Confirmed);
    system.world.calm()
}

// RN-6: no answer is no mismatch.
#[test]
fn an_unavailable_register_is_asked_again_and_is_no_mismatch() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.provisional()?;
    let phone = system.confirmed(&citizen)?;
    system.world.fault("/register/verify", "unavailable", 1)?;
    system.world.fault("/register/verify", "malformed", 1)?;
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    let id = phone.hex_id()?;
    shiming_api_tests::client::wait("the register to fail", || {
        let calls = system.world.calls_of(&id, "/register/verify")?;
        Ok(calls.iter().any(|call| call.outcome == "unavailable").then_some(()))
    })?;
    // Nothing but waiting follows from it.
    assert_eq!(phone.view()?.state, State::Checking);
    assert_eq!(system.world.record(&id)?, None);
    assert_eq!(system.world.ledger_of(&id)?, []);
    phone.wait_until("effective", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    let calls = system.world.calls_of(&id, "/register/verify")?;
    assert!(calls.len() >= 3, "{calls:?}");
    assert!(calls.iter().all(|call| call.idempotency_key == calls[0].idempotency_key));
    system.world.calm()
}

// The outbox: answers that are lost, cut or late change nothing but the time.
#[test]
fn lost_answers_of_the_crm_are_asked_for_again_under_one_key() -> Result<()> {
    let system = system()?;
    let _turn = system.turn();
    let citizen = system.people.inactive()?;
    let phone = system.confirmed(&citizen)?;
    let paths = ["/crm/records/store", "/crm/records/state", "/crm/sims/activate"];
    for path in paths {
        system.world.fault(path, "drop_answer", 1)?;
    }
    phone.send_evidence(&citizen.evidence(nonce(&phone))?)?.expect::<RegistrationView>(202)?;
    phone.wait_until("effective", |view| view.state == State::Effective && view.sim == SimView::Active)?;
    let id = phone.hex_id()?;
    for path in paths {
        let calls = system.world.calls_of(&id, path)?;
        assert!(calls.len() >= 2, "{path}: {calls:?}");
        assert!(calls.iter().all(|call| call.idempotency_key == calls[0].idempotency_key), "{path}");
    }
    assert_eq!(system.world.ledger_of(&id)?.len(), 1);
    system.world.calm()
}
