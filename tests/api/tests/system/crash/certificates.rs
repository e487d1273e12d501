//! Kills while the police are asked: one certificate comes of it, and one entry in the log.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use shiming_api_tests::applying::{Applicant, RECORDED, office};
use shiming_api_tests::client::wait;
use shiming_api_tests::fixtures::Citizen;
use shiming_wire::application::NextStep;

use super::Scene;

const INQUIRIES: &str = "/police/records/inquiries";

/// What the police's side saw of the question when the edge was killed.
pub const KILLS: [&str; 3] = ["held_before", "held_after", "unavailable"];

/// What is kept of certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Kept {
    certificates: u32,
    entries: u32,
    serials: u32,
}

/// One application with one kill.
pub fn kill_at(scene: &mut Scene, outcome: &str) -> Result<()> {
    let citizen = citizen(scene)?;
    let before = kept(scene)?;
    let mut applicant = Applicant::open(&scene.stack.edge.url(), &citizen, citizen.index)?;
    applicant.prove_line(&scene.world, citizen.line())?;
    match outcome {
        "held_before" => scene.world.hold(INQUIRIES, "before")?,
        "held_after" => scene.world.hold(INQUIRIES, "after")?,
        _ => scene.world.fault(INQUIRIES, outcome, 1)?,
    }
    applicant.view = applicant.show_face(citizen.index)?.expect(202)?;
    let id = applicant.view.id.0.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    wait(&format!("the question to be {outcome}"), || {
        let calls = scene.world.calls_of(&id, INQUIRIES)?;
        Ok(calls.iter().any(|call| call.outcome == outcome).then_some(()))
    })?;
    scene.kill()?;
    applicant.wait_for(NextStep::TakeIssued)?;
    let file = applicant.document()?;
    // Looked at again, and by the cron, nothing more comes of it.
    applicant.look()?;
    let calls = scene.world.calls_of(&id, INQUIRIES)?;
    ensure!(calls.len() >= 2, "the kill missed: {calls:?}");
    ensure!(calls.iter().all(|call| call.idempotency_key == calls[0].idempotency_key), "{calls:?}");
    let now = kept(scene)?;
    let one_more =
        Kept { certificates: before.certificates + 1, entries: before.entries + 1, serials: before.serials + 1 };
    ensure!(now == one_more, "{before:?}, then {now:?}");
    ensure!(applicant.document()? == file, "the file is one");
    Ok(())
}

/// Somebody without a record, where there is an office.
fn citizen(scene: &Scene) -> Result<Citizen> {
    let sql = format!(
        "INSERT OR IGNORE INTO certificate_offices (code, office, set_by, set_at) VALUES ('110105-021', '{}', 'test', 0)
        RETURNING code",
        office()
    );
    scene.stack.lists()?.rows::<serde_json::Value>(&sql)?;
    loop {
        let citizen = scene.people.active()?;
        if !RECORDED.contains(&citizen.index) {
            return Ok(citizen);
        }
    }
}

fn kept(scene: &Scene) -> Result<Kept> {
    let sql = "SELECT (SELECT COUNT(*) FROM certificates) AS certificates,
        (SELECT COUNT(*) FROM certificate_log WHERE line LIKE '%\"issued\"%') AS entries,
        (SELECT coalesce(SUM(last), 0) FROM certificate_serials) AS serials";
    scene.stack.lists()?.rows(sql)?.into_iter().next().context("no row")
}
