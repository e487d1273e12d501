//! What the edge's cron wakes the certifier for: calls that are due, what time has ended, the daily head of the log.

use serde::Deserialize;
use shiming_cloud::http::{Answer, empty};
use shiming_cloud::{clock, database};
use shiming_service::effect::parse_hex;
use worker::Env;

use crate::config::Config;
use crate::{calls, log};

/// At most so many applications at once.
const AT_ONCE: u32 = 50;
/// So long a finished application is remembered, seconds.
const REMEMBERED: u64 = 86_400;
/// So long guesses are counted, seconds.
const COUNTED: u64 = 86_400;

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Gone {}

/// `POST /sweep`. Logs counts, nothing else.
pub async fn sweep(env: &Env, config: &Config) -> Answer {
    let now = clock::now();
    let sql = format!("SELECT id FROM certificate_applications WHERE due_at <= ? ORDER BY due_at LIMIT {AT_ONCE}");
    let due: Vec<Id> = database::rows(env, &sql, &[&now]).await?;
    for id in due.iter().filter_map(|row| parse_hex(&row.id)) {
        if let Err(fault) = calls::make(env, config, &id).await {
            let _ = fault.into_problem();
        }
    }
    log::sign_head(env, config).await?;
    let sweeps = [
        ("documents", "DELETE FROM certificate_documents WHERE ends_at <= ? RETURNING 1", now),
        ("applications", "DELETE FROM certificate_applications WHERE ends_at <= ? RETURNING 1", now - REMEMBERED),
        ("guesses", "DELETE FROM certificate_guesses WHERE at <= ? RETURNING 1", now - COUNTED),
    ];
    for (what, sql, before) in sweeps {
        let gone: Vec<Gone> = database::rows(env, sql, &[&before]).await?;
        worker::console_log!("cron: {} {what} removed", gone.len());
    }
    empty(204)
}
