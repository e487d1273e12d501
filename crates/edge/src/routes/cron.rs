//! The cron: removes what time has ended. A registration ends itself by its own alarm; here its row goes, and one whose
//! alarm was lost is woken.

use serde::Deserialize;
use shiming_cloud::problem::Fault;
use shiming_cloud::registrations::{Action, ask};
use shiming_cloud::{clock, database, http};
use shiming_service::effect::parse_hex;
use worker::Env;

use crate::config::Config;

/// How long the row of an expired registration stays, seconds.
const EXPIRED_ROWS: u64 = 7 * 86_400;
/// How long answers to operators and outside systems are kept, seconds.
const ANSWERS: u64 = 86_400;
/// At most so many registrations are woken at once.
const WAKE: u32 = 50;

#[derive(Deserialize)]
struct Row {
    id: String,
}

/// Runs every few minutes. Logs counts, nothing else.
pub async fn sweep(env: &Env) {
    if let Err(error) = Config::read(env) {
        worker::console_error!("cron: configuration: {error}");
        return;
    }
    let now = clock::now();
    let sweeps = [
        (
            "expired registrations",
            "DELETE FROM registrations WHERE state = 'expired' AND updated_at < ? RETURNING id",
            now - EXPIRED_ROWS,
        ),
        ("links", "DELETE FROM links WHERE expires_at < ? RETURNING token AS id", now),
        ("answers", "DELETE FROM requests WHERE created_at < ? RETURNING key AS id", now - ANSWERS),
    ];
    for (what, sql, before) in sweeps {
        match database::rows::<Row>(env, sql, &[&before]).await {
            Ok(rows) => worker::console_log!("cron: {} {what} removed", rows.len()),
            Err(fault) => note(what, fault),
        }
    }
    for worker in ["GATE", "ISSUER", "CERTIFIER"] {
        if let Err(fault) = wake_beside(env, worker, "sweep").await {
            note(worker, fault);
        }
    }
    match wake(env, now).await {
        Ok(woken) => worker::console_log!("cron: {woken} registrations woken"),
        Err(fault) => note("waking", fault),
    }
}

/// Has the gate tell the citizen system what the issuer wrote down.
pub async fn have_told(env: &Env) {
    if let Err(fault) = wake_beside(env, "GATE", "tell").await {
        note("telling the citizen system", fault);
    }
}

/// The Workers beside have no cron of their own: what they sweep, and still have to tell, is due at the same times.
async fn wake_beside(env: &Env, worker: &str, what: &str) -> Result<(), Fault> {
    let request = http::internal(&format!("https://beside/{what}"), &[], "")?;
    let answer = env.service(worker)?.fetch_request(request).await?;
    match answer.status_code() {
        204 => Ok(()),
        status => Err(Fault::Internal(format!("{what}: status {status}"))),
    }
}

/// Wakes registrations that should have expired and did not say so.
async fn wake(env: &Env, now: u64) -> Result<usize, Fault> {
    let sql = format!(
        "SELECT id FROM registrations WHERE state IN ('opened', 'confirmed', 'checking') AND expires_at < ?
         ORDER BY expires_at LIMIT {WAKE}"
    );
    let late: Vec<Row> = database::rows(env, &sql, &[&(now - 60)]).await?;
    for id in late.iter().filter_map(|row| parse_hex(&row.id)) {
        ask(env, &id, Action::Wake, &[], String::new()).await?;
    }
    Ok(late.len())
}

fn note(what: &str, fault: Fault) {
    worker::console_error!("cron: {what} failed");
    // The cause is logged where faults are.
    let _ = fault.into_problem();
}
