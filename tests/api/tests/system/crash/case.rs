//! A registration that lives through a kill, and what must be true of it in the end.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use shiming_api_tests::client::{Phone, wait};
use shiming_api_tests::database::Database;
use shiming_api_tests::fixtures::{Citizen, field};
use shiming_wire::{RegistrationView, SimView, State};

use super::{PATHS, Scene};

/// A registration.
pub struct Case {
    pub citizen: Citizen,
    pub phone: Phone,
    /// As outside systems know it.
    pub id: String,
    /// The storage of its Durable Object.
    storage: PathBuf,
}

/// An entry of the outbox; what it wants is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    pub seq: u32,
    pub attempts: u32,
}

/// A registration among those that people list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListRow {
    pub version: u32,
    state: String,
    sim: String,
}

/// An item of the reviewers' queue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReviewRow {
    pub decides: u8,
    pub approved: Option<u8>,
}

impl Case {
    /// Opens a registration.
    pub fn open(scene: &Scene, citizen: Citizen) -> Result<Self> {
        let before = scene.stack.objects("RegistrationDo")?;
        let mut phone = Phone::new(scene.stack.edge.url())?;
        phone.open(citizen.card()?)?;
        let after = scene.stack.objects("RegistrationDo")?;
        let storage = after.into_iter().find(|file| !before.contains(file)).context("no new object")?;
        Ok(Self { citizen, id: phone.hex_id()?, phone, storage })
    }

    /// Evidence that matches, or that names somebody else.
    pub fn send_evidence(&self, mismatch: bool, edited: bool) -> Result<()> {
        let mut evidence = self.citizen.evidence(self.phone.opened.as_ref().context("not opened")?.nonce)?;
        if mismatch {
            evidence.name = field("样本丁")?;
        }
        evidence.name.edited = edited;
        self.phone.send_evidence(&evidence)?.expect::<RegistrationView>(202)?;
        Ok(())
    }

    /// The object's storage.
    pub fn storage(&self) -> Result<Database> {
        Database::open(&self.storage)
    }

    /// Waits until the outbox is as `wanted` says.
    pub fn wait_outbox(&self, what: &str, wanted: impl Fn(&[Entry]) -> bool) -> Result<()> {
        let mut storage = self.storage()?;
        wait(what, || Ok(wanted(&outbox(&mut storage)?).then_some(())))
    }

    /// Waits until nothing is left to do.
    pub fn rest(&self) -> Result<()> {
        self.wait_outbox("an empty outbox", <[Entry]>::is_empty)
    }

    /// Its rows in the list of registrations.
    pub fn listed(&self, lists: &mut Database) -> Result<Vec<ListRow>> {
        lists.rows(&format!("SELECT version, state, sim FROM registrations WHERE id = '{}'", self.id))
    }

    /// Its rows in the reviewers' queue.
    pub fn reviews(&self, lists: &mut Database) -> Result<Vec<ReviewRow>> {
        lists.rows(&format!("SELECT decides, approved FROM reviews WHERE registration = '{}'", self.id))
    }

    /// What has to be true when everything is over, whatever was killed: one row that says what the object says, one
    /// switch of the card, one record, one message for one code, one key for one effect. How many calls were repeated.
    pub fn ended(&self, scene: &Scene, end: (State, SimView)) -> Result<usize> {
        self.phone.wait_until(&format!("{end:?}"), |view| (view.state, view.sim) == end)?;
        self.rest()?;
        let view = self.phone.view()?;
        let word =
            |value: serde_json::Result<serde_json::Value>| Ok::<_, anyhow::Error>(value?.as_str().map(str::to_owned));
        let state = word(serde_json::to_value(view.state))?.context("a word")?;
        let sim = word(serde_json::to_value(view.sim))?.context("a word")?;
        let listed = self.listed(&mut scene.stack.lists()?)?;
        ensure!(listed == [ListRow { version: view.version, state, sim }], "{listed:?}, and it is {view:?}");

        let effective = end.0 == State::Effective;
        let operations: Vec<String> = scene.world.ledger_of(&self.id)?.into_iter().map(|row| row.operation).collect();
        ensure!(operations == [if effective { "activate" } else { "deactivate" }], "ledger: {operations:?}");
        let record = scene.world.record(&self.id)?.map(|record| record.state);
        ensure!(record == effective.then(|| "effective".to_owned()), "record: {record:?}");
        // One effect, one key: every path was called for this registration once, or again under the same key.
        let mut repeated = 0;
        for path in PATHS {
            let calls = scene.world.calls_of(&self.id, path)?;
            ensure!(calls.windows(2).all(|two| two[0].idempotency_key == two[1].idempotency_key), "{path}: {calls:?}");
            repeated += calls.len().saturating_sub(1);
        }
        Ok(repeated)
    }
}

/// What is in the outbox.
pub fn outbox(storage: &mut Database) -> Result<Vec<Entry>> {
    storage.rows("SELECT seq, attempts FROM outbox ORDER BY seq")
}
