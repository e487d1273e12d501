//! The edge's workerd is killed at every state of the outbox: nothing is lost, and nothing that shows is done twice.

use anyhow::{Context as _, Result, ensure};
use shiming_api_tests::client::{Phone, Sandbox, wait};
use shiming_api_tests::fixtures::{Citizen, People, field};
use shiming_api_tests::stack::Stack;
use shiming_wire::{Channel, RegistrationView, SimView, State};

const SMS: &str = "/sms/messages";
const CALL: &str = "/gateway/calls";
const ASK: &str = "/register/verify";
const STORE: &str = "/crm/records/store";
const EFFECTIVE: &str = "/crm/records/state";
const ACTIVATE: &str = "/crm/sims/activate";
const DEACTIVATE: &str = "/crm/sims/deactivate-provisional";

/// When the edge is killed, as seen from the outside system that the effect is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The effect is in the outbox; the phone has its answer; whether a first attempt began is left to chance.
    Committed,
    /// The call arrived; it is not carried out.
    Arrived,
    /// The call is carried out; its answer is not sent.
    CarriedOut,
    /// The call failed; the edge waits to try again.
    BackingOff,
}

use Moment::{Arrived, BackingOff, CarriedOut, Committed};

/// Every effect on the outside at every moment that can be told apart.
const KILLS: [(&str, Moment); 20] = [
    (SMS, Committed),
    (SMS, Arrived),
    (SMS, CarriedOut),
    (CALL, Arrived),
    (CALL, CarriedOut),
    (ASK, Committed),
    (ASK, Arrived),
    (ASK, CarriedOut),
    (ASK, BackingOff),
    (STORE, Arrived),
    (STORE, CarriedOut),
    (STORE, BackingOff),
    (EFFECTIVE, Arrived),
    (EFFECTIVE, CarriedOut),
    (ACTIVATE, Arrived),
    (ACTIVATE, CarriedOut),
    (ACTIVATE, BackingOff),
    (DEACTIVATE, Arrived),
    (DEACTIVATE, CarriedOut),
    (DEACTIVATE, BackingOff),
];

// RN-8 to RN-10: workerd dies with SIGKILL, twenty times; the sandbox is a process of its own and lives on.
#[test]
fn killed_at_every_state_of_the_outbox() -> Result<()> {
    let mut stack = Stack::start("crash")?;
    let world = stack.world();
    let people = People::of(&world)?;
    let mut retried = 0;
    for (path, moment) in KILLS {
        retried += kill_at(&mut stack, &world, &people, path, moment).with_context(|| format!("{path} {moment:?}"))?;
    }
    println!("{} kills; {retried} calls were repeated, each under the key of its first attempt", KILLS.len());
    ensure!(retried >= KILLS.len() - 2, "the kills missed: only {retried} calls were repeated");
    Ok(())
}

/// One registration with one kill. How many calls were repeated.
fn kill_at(stack: &mut Stack, world: &Sandbox, people: &People, path: &str, moment: Moment) -> Result<usize> {
    let mismatch = path == DEACTIVATE;
    let citizen = if mismatch { people.provisional()? } else { people.inactive()? };
    let mut phone = Phone::new(stack.edge.url())?;
    phone.open(citizen.card()?)?;
    let id = phone.hex_id()?;

    let strike = |stack: &mut Stack| -> Result<()> {
        let outcome = match moment {
            Committed => None,
            Arrived => Some("held_before"),
            CarriedOut => Some("held_after"),
            BackingOff => Some("unavailable"),
        };
        if let Some(outcome) = outcome {
            wait(&format!("{path} to be {outcome}"), || {
                let calls = world.calls_of(&id, path)?;
                Ok(calls.iter().any(|call| call.outcome == outcome).then_some(()))
            })?;
        }
        stack.edge.kill();
        // Nobody is there now; what was held goes on without anybody to hear the answer.
        world.calm()?;
        stack.edge.restart()
    };
    let prepare = || match moment {
        Committed => Ok(()),
        Arrived => world.hold(path, "before"),
        CarriedOut => world.hold(path, "after"),
        BackingOff => world.fault(path, "unavailable", 1),
    };

    let channel = if path == CALL { Channel::Voice } else { Channel::Sms };
    if matches!(path, SMS | CALL) {
        prepare()?;
        phone.request_code(channel)?.expect::<RegistrationView>(202)?;
        strike(stack)?;
        let code = match channel {
            Channel::Sms => world.code_message(citizen.line(), 0)?,
            Channel::Voice => world.answer_call(citizen.line())?,
        };
        ensure!(phone.confirm(&code)?.expect::<RegistrationView>(200)?.state == State::Confirmed, "not confirmed");
    } else {
        phone.confirm_by_sms(world, citizen.line())?;
        prepare()?;
    }

    send_evidence(&phone, &citizen, mismatch)?;
    if !matches!(path, SMS | CALL) {
        strike(stack)?;
    }
    let end = if mismatch { (State::Refused, SimView::Deactivated) } else { (State::Effective, SimView::Active) };
    phone.wait_until(&format!("{end:?}"), |view| (view.state, view.sim) == end)?;

    let operations: Vec<String> = world.ledger_of(&id)?.into_iter().map(|row| row.operation).collect();
    ensure!(operations == [if mismatch { "deactivate" } else { "activate" }], "ledger: {operations:?}");
    ensure!(world.record(&id)?.map(|record| record.state) == (!mismatch).then(|| "effective".to_owned()), "record");
    if path == SMS {
        ensure!(world.messages(citizen.line())?.len() == 1, "more than one message arrived");
    }
    // One effect, one key: every path was called for this registration once, or again under the same key.
    let mut repeated = 0;
    for path in [SMS, CALL, ASK, STORE, EFFECTIVE, ACTIVATE, DEACTIVATE] {
        let calls = world.calls_of(&id, path)?;
        ensure!(calls.windows(2).all(|pair| pair[0].idempotency_key == pair[1].idempotency_key), "{path}: {calls:?}");
        repeated += calls.len().saturating_sub(1);
    }
    let hit = world.calls_of(&id, path)?.len();
    ensure!(hit >= if moment == Committed { 1 } else { 2 }, "{path} was called {hit} times");
    Ok(repeated)
}

fn send_evidence(phone: &Phone, citizen: &Citizen, mismatch: bool) -> Result<()> {
    let mut evidence = citizen.evidence(phone.opened.as_ref().context("not opened")?.nonce)?;
    if mismatch {
        evidence.name = field("样本丁")?;
    }
    phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
    Ok(())
}
