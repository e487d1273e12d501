//! Kills around the effects on the edge's own database: the list of registrations and the reviewers' queue.
//!
//! No outside system can hold these up. A lock on the database's file keeps an effect in the outbox; a lock on the
//! object's file, taken while the effect waits, lets it reach the database and keeps the outbox from learning of it.

use anyhow::{Result, ensure};
use serde::Deserialize;
use shiming_api_tests::client::{Request, wait};
use shiming_api_tests::database::Database;
use shiming_api_tests::fixtures::secret;
use shiming_wire::operator::{DecideReview, ReviewVerdict};
use shiming_wire::{SimView, State, Text};

use super::case::{Case, ReviewRow, outbox};
use super::{ACTIVATE, STORE, Scene};

/// An effect on the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The list of registrations.
    Publish,
    /// Something for a reviewer to decide.
    OpenReview,
    /// It is decided.
    CloseReview,
}

/// When the edge is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The effect is in the outbox behind a call that does not return: it was never tried.
    Behind,
    /// The database took no attempt so far.
    Waiting,
    /// The database has it; the outbox does not know.
    Written,
}

use Effect::{CloseReview, OpenReview, Publish};
use Moment::{Behind, Waiting, Written};

/// Every effect at every moment that can be told apart. Reviews are opened and closed before any call of the same step.
pub const KILLS: [(Effect, Moment); 7] = [
    (Publish, Behind),
    (Publish, Waiting),
    (Publish, Written),
    (OpenReview, Waiting),
    (OpenReview, Written),
    (CloseReview, Waiting),
    (CloseReview, Written),
];

/// One registration with one kill.
pub fn kill_at(scene: &mut Scene, effect: Effect, moment: Moment) -> Result<()> {
    let case = Case::open(scene, scene.people.inactive()?)?;
    case.phone.confirm_by_sms(&scene.world, case.citizen.line())?;
    match effect {
        Publish => {}
        // Everything before the review is done; what the CRM answers opens it.
        OpenReview => {
            scene.world.hold(STORE, "before")?;
            case.send_evidence(false, true)?;
            held(scene, &case, STORE)?;
            case.wait_outbox("only that call", |entries| entries.len() == 1)?;
        }
        CloseReview => {
            case.send_evidence(false, true)?;
            stored(&case)?;
        }
    }
    case.wait_outbox("nothing but what is held", |entries| entries.len() == usize::from(effect == OpenReview))?;

    if moment == Behind {
        scene.world.hold(ACTIVATE, "before")?;
        case.send_evidence(false, false)?;
        held(scene, &case, ACTIVATE)?;
        let entries = outbox(&mut case.storage()?)?;
        ensure!(entries.len() >= 2 && entries.iter().all(|entry| entry.attempts == 0), "{entries:?}");
        scene.kill()?;
    } else {
        let mut lists = scene.stack.lists()?;
        lists.lock()?;
        let before = trace(&case, effect, &mut lists)?;
        act(scene, &case, effect)?;
        case.wait_outbox("all that is left to be put off", |entries| {
            !entries.is_empty() && entries.iter().all(|entry| entry.attempts > 0)
        })?;
        ensure!(trace(&case, effect, &mut lists)? == before, "it was written through the lock");
        if moment == Waiting {
            scene.kill_under(lists)?;
        } else {
            let mut storage = case.storage()?;
            storage.lock()?;
            let entries = outbox(&mut storage)?;
            drop(lists);
            let mut lists = scene.stack.lists()?;
            wait("the database to have it", || Ok((trace(&case, effect, &mut lists)? != before).then_some(())))?;
            ensure!(outbox(&mut storage)? == entries, "the outbox was written through the lock");
            scene.kill_under(storage)?;
        }
    }

    if effect == OpenReview {
        stored(&case)?;
        case.rest()?;
        let open = case.reviews(&mut scene.stack.lists()?)?;
        ensure!(open == [ReviewRow { decides: 1, approved: None }], "{open:?}");
        ensure!(approve(scene, &case)? == 200, "the review cannot be decided");
    }
    case.ended(scene, (State::Effective, SimView::Active))?;
    let mut lists = scene.stack.lists()?;
    let reviews = case.reviews(&mut lists)?;
    let reviewed = effect != Publish;
    ensure!(reviews == vec![ReviewRow { decides: 1, approved: Some(1) }; usize::from(reviewed)], "{reviews:?}");
    ensure!(decisions(&case, &mut lists)? == usize::from(reviewed), "the audit trail tells of another number");
    Ok(())
}

impl Scene {
    /// SIGKILL while a file is locked; the lock goes only when nobody is left to use it.
    fn kill_under(&mut self, lock: Database) -> Result<()> {
        self.stack.edge.kill();
        drop(lock);
        self.kill()
    }
}

/// Makes the effect wanted, and waits until everything but the database did its part.
fn act(scene: &Scene, case: &Case, effect: Effect) -> Result<()> {
    match effect {
        Publish => {
            case.send_evidence(false, false)?;
            let done =
                |view: &shiming_wire::RegistrationView| view.state == State::Effective && view.sim == SimView::Active;
            case.phone.wait_until("effective", done).map(|_| ())
        }
        OpenReview => {
            scene.world.calm()?;
            stored(case)
        }
        CloseReview => {
            // The object decides; that the reviewer was answered cannot be noted.
            let status = approve(scene, case)?;
            ensure!(status >= 500, "the reviewer was answered {status}");
            case.phone.wait_for(State::Effective).map(|_| ())
        }
    }
}

/// What the database shows of the effect.
fn trace(case: &Case, effect: Effect, lists: &mut Database) -> Result<String> {
    Ok(match effect {
        Publish => format!("{:?}", case.listed(lists)?),
        OpenReview | CloseReview => format!("{:?}", case.reviews(lists)?),
    })
}

fn held(scene: &Scene, case: &Case, path: &str) -> Result<()> {
    wait(&format!("{path} to be held"), || {
        let calls = scene.world.calls_of(&case.id, path)?;
        Ok(calls.iter().any(|call| call.outcome == "held_before").then_some(()))
    })
}

/// Waits until the card is on and a reviewer is waited for.
fn stored(case: &Case) -> Result<()> {
    let stored = |view: &shiming_wire::RegistrationView| view.state == State::Stored && view.sim == SimView::Active;
    case.phone.wait_until("stored and switched on", stored).map(|_| ())
}

fn approve(scene: &Scene, case: &Case) -> Result<u16> {
    let body = DecideReview { decision: ReviewVerdict::Approve, reason: Text::new("looked at it")? };
    let request = Request::post(format!("/v1/reviews/{}", case.id), serde_json::to_vec(&body)?);
    Ok(request.by(&secret("test-reviewer")).send(&scene.stack.edge.url())?.status)
}

/// How often the audit trail says that the review was approved.
fn decisions(case: &Case, lists: &mut Database) -> Result<usize> {
    #[derive(Deserialize)]
    struct Row {
        count: usize,
    }
    let sql = "SELECT count(*) AS count FROM audit WHERE action = 'review.approve' AND subject";
    let rows: Vec<Row> = lists.rows(&format!("{sql} = '{}'", case.id))?;
    Ok(rows.iter().map(|row| row.count).sum())
}
