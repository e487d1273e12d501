//! What the edge wakes the gate for: calls that wait for the citizen system, and what time has ended.

use serde::Deserialize;
use shiming_cloud::http::{Answer, empty};
use shiming_cloud::{clock, database, outbox};
use shiming_proof::http_signature::FRESHNESS_SECONDS;
use shiming_service::live_face::CHALLENGES_WITHIN;
use shiming_service::risk::{KEPT_SECONDS, Reason};
use worker::Env;

use crate::config::Config;
use crate::events;

#[derive(Deserialize)]
struct Row {}

/// `POST /tell`: the issuer wrote down what the citizen system is to be told (EC-3). What it does not take now the cron sends
/// again.
pub async fn tell(env: &Env, config: &Config) -> Answer {
    outbox::send(env, &config.common).await?;
    empty(204)
}

/// `POST /sweep`. Logs counts, nothing else.
pub async fn sweep(env: &Env, config: &Config) -> Answer {
    outbox::send(env, &config.common).await?;
    let now = clock::now();
    // Faces are kept for a rule, and while it is in force.
    let rules = events::rules(env).await?;
    let kept = rules.iter().find(|rule| rule.reason == Reason::RepeatedFace);
    let faces_since = kept.map_or(now + 1, |rule| rule.since(now));
    let sweeps = [
        ("enrolment codes", "DELETE FROM device_enrolments WHERE expires_at < ? RETURNING 1", now),
        // A signature is fresh for five minutes before its time, too.
        ("signatures", "DELETE FROM device_requests WHERE seen_at < ? RETURNING 1", now - 2 * FRESHNESS_SECONDS),
        ("challenges of faces", "DELETE FROM face_challenges WHERE issued_at < ? RETURNING 1", now - CHALLENGES_WITHIN),
        ("faces", "DELETE FROM kept_faces WHERE seen_at < ? RETURNING 1", faces_since),
        ("offers", "DELETE FROM card_offers WHERE expires_at < ? RETURNING 1", now),
        ("risk events", "DELETE FROM risk_events WHERE at < ? RETURNING 1", now - KEPT_SECONDS),
    ];
    for (what, sql, before) in sweeps {
        let rows: Vec<Row> = database::rows(env, sql, &[&before]).await?;
        worker::console_log!("cron: {} {what} removed", rows.len());
    }
    empty(204)
}
