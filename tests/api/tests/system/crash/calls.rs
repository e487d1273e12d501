//! Kills around the calls to the operator's systems.

use anyhow::{Result, ensure};
use shiming_api_tests::client::wait;
use shiming_wire::{Channel, RegistrationView, SimView, State};

use super::case::Case;
use super::{ACTIVATE, ASK, CALL, DEACTIVATE, EFFECTIVE, SMS, STORE, Scene};

/// When the edge is killed, as seen from the outside system that the effect is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
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
pub const KILLS: [(&str, Moment); 20] = [
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

/// One registration with one kill. How many calls were repeated.
pub fn kill_at(scene: &mut Scene, path: &str, moment: Moment) -> Result<usize> {
    let mismatch = path == DEACTIVATE;
    let citizen = if mismatch { scene.people.provisional()? } else { scene.people.inactive()? };
    let case = Case::open(scene, citizen)?;
    let line = case.citizen.line();

    let channel = if path == CALL { Channel::Voice } else { Channel::Sms };
    if matches!(path, SMS | CALL) {
        prepare(scene, path, moment)?;
        case.phone.request_code(channel)?.expect::<RegistrationView>(202)?;
        strike(scene, &case, path, moment)?;
        let code = match channel {
            Channel::Sms => scene.world.code_message(line, 0)?,
            Channel::Voice => scene.world.answer_call(line)?,
        };
        let view: RegistrationView = case.phone.confirm(&code)?.expect(200)?;
        ensure!(view.state == State::Confirmed, "not confirmed");
        case.send_evidence(mismatch, false)?;
    } else {
        case.phone.confirm_by_sms(&scene.world, line)?;
        prepare(scene, path, moment)?;
        case.send_evidence(mismatch, false)?;
        strike(scene, &case, path, moment)?;
    }

    let end = if mismatch { (State::Refused, SimView::Deactivated) } else { (State::Effective, SimView::Active) };
    let repeated = case.ended(scene, end)?;
    if path == SMS {
        ensure!(scene.world.messages(line)?.len() == 1, "more than one message arrived");
    }
    ensure!(case.reviews(&mut scene.stack.lists()?)?.is_empty(), "a review that nobody asked for");
    let hit = scene.world.calls_of(&case.id, path)?.len();
    ensure!(hit >= if moment == Committed { 1 } else { 2 }, "{path} was called {hit} times");
    Ok(repeated)
}

fn prepare(scene: &Scene, path: &str, moment: Moment) -> Result<()> {
    match moment {
        Committed => Ok(()),
        Arrived => scene.world.hold(path, "before"),
        CarriedOut => scene.world.hold(path, "after"),
        BackingOff => scene.world.fault(path, "unavailable", 1),
    }
}

fn strike(scene: &mut Scene, case: &Case, path: &str, moment: Moment) -> Result<()> {
    let outcome = match moment {
        Committed => None,
        Arrived => Some("held_before"),
        CarriedOut => Some("held_after"),
        BackingOff => Some("unavailable"),
    };
    if let Some(outcome) = outcome {
        wait(&format!("{path} to be {outcome}"), || {
            let calls = scene.world.calls_of(&case.id, path)?;
            Ok(calls.iter().any(|call| call.outcome == outcome).then_some(()))
        })?;
    }
    scene.kill()
}
