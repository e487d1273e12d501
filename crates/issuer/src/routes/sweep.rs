//! What the edge's cron wakes the issuer for: what time has ended.

use serde::Deserialize;
use shiming_cloud::http::{Answer, empty};
use shiming_cloud::{clock, database};
use worker::Env;

/// How long an expired card stays in the lists, seconds: thirty days.
const EXPIRED_CARDS: u64 = 30 * 86_400;

#[derive(Deserialize)]
struct Row {}

/// `POST /sweep`. Logs counts, nothing else.
pub async fn sweep(env: &Env) -> Answer {
    let now = clock::now();
    let sweeps = [
        ("cards", "DELETE FROM cards WHERE expires_at < ? RETURNING 1", now - EXPIRED_CARDS),
        (
            "holders",
            "DELETE FROM card_holders WHERE issued_at < ? AND NOT EXISTS
             (SELECT 1 FROM cards WHERE cards.holder = card_holders.id) RETURNING 1",
            now - EXPIRED_CARDS,
        ),
    ];
    for (what, sql, before) in sweeps {
        let rows: Vec<Row> = database::rows(env, sql, &[&before]).await?;
        worker::console_log!("cron: {} {what} removed", rows.len());
    }
    empty(204)
}
