//! Whole-system tests. One edge and one sandbox serve all modules but `crash`, which kills its own, and tests that need a state
//! which nobody else touches.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod cards;
mod certificates;
mod crash;
mod live;
mod names;
mod portrait;
mod protocol;
mod refusals;
mod staff;
mod way;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Result, anyhow};
use shiming_api_tests::client::{Phone, Sandbox};
use shiming_api_tests::fixtures::{Citizen, People};
use shiming_api_tests::stack::Stack;
use shiming_wire::State;

/// The shared Workers and who is left to register.
struct System {
    stack: Stack,
    world: Sandbox,
    people: People,
    turn: Mutex<()>,
}

/// Starts the shared Workers with the first test that asks.
fn system() -> Result<&'static System> {
    static SYSTEM: OnceLock<std::result::Result<System, String>> = OnceLock::new();
    let started = SYSTEM.get_or_init(|| System::start("shared").map_err(|error| format!("{error:#}")));
    started.as_ref().map_err(|error| anyhow!("{error}"))
}

impl System {
    /// Workers whose state nothing else has touched.
    fn start(name: &str) -> Result<Self> {
        let stack = Stack::start(name)?;
        let world = stack.world();
        let people = People::of(&world)?;
        Ok(Self { stack, world, people, turn: Mutex::new(()) })
    }

    /// One test at a time: troubles, policy and the snapshots of the world are everybody's. A test that only waits lets
    /// go of it.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn edge(&self) -> String {
        self.stack.edge.url()
    }

    fn phone(&self) -> Result<Phone> {
        Phone::new(self.edge())
    }

    /// A phone with an open registration of this person's card.
    fn opened(&self, citizen: &Citizen) -> Result<Phone> {
        let mut phone = self.phone()?;
        phone.open(citizen.card()?)?;
        Ok(phone)
    }

    /// A phone whose line is proved.
    fn confirmed(&self, citizen: &Citizen) -> Result<Phone> {
        let phone = self.opened(citizen)?;
        let view = phone.confirm_by_sms(&self.world, citizen.line())?;
        assert_eq!(view.state, State::Confirmed);
        Ok(phone)
    }
}

/// The nonce that a phone's registration was opened with.
fn nonce(phone: &Phone) -> shiming_wire::Bytes<16> {
    phone.opened.as_ref().expect("an open registration").nonce
}
