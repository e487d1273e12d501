//! What the citizen system is told of cards (EC-3): written down by the issuer with what it is about, in one transaction, and
//! sent by the gate until it is taken, every time the same bytes under the same key.

use serde::Deserialize;
use shiming_service::effect::{Freeze, FrozenCall};
use shiming_service::outbox::backoff_ms;
use shiming_service::port::{Reply, tell};
use worker::{D1PreparedStatement, Env};

use crate::adapter::Adapter;
use crate::config::Common;
use crate::database::{self, Bind};
use crate::problem::Fault;
use crate::{clock, sealed};

/// At most so many entries are sent at once.
const AT_ONCE: u32 = 20;
/// A permanent refusal is no answer to "take note of this": it is tried again at the slowest pace.
const SLOWEST: u32 = 20;

/// Writes a call down.
pub async fn write(env: &Env, config: &Common, key: &str, call: &impl Freeze) -> Result<D1PreparedStatement, Fault> {
    let call = call.freeze().map_err(|error| Fault::Internal(error.to_string()))?;
    let body = sealed::seal_text(&config.data_keys, &place(key), &call.body).await?;
    let sql = "INSERT INTO card_outbox (key, kind, body, due_at) VALUES (?, ?, ?, ?)";
    Ok(database::statement(env, sql, &[&key, &database::word(&call.kind)?, &body, &clock::now()])?)
}

#[derive(Deserialize)]
struct Row {
    key: String,
    kind: String,
    body: String,
    attempts: u32,
}

/// Sends what is due. Two that do so at once send the same under the same key.
pub async fn send(env: &Env, config: &Common) -> Result<(), Fault> {
    let sql = format!(
        "SELECT key, kind, body, attempts FROM card_outbox WHERE due_at <= ? ORDER BY due_at, rowid LIMIT {AT_ONCE}"
    );
    let rows: Vec<Row> = database::rows(env, &sql, &[&clock::now()]).await?;
    for Row { key, kind, body, attempts } in rows {
        let kind = shiming_wire::json::from_slice(format!("\"{kind}\"").as_bytes())?;
        let call = FrozenCall { kind, body: sealed::open_text(&config.data_keys, &place(&key), &body).await? };
        let attempt = match tell(&Adapter { config, env }, &key, &call).await {
            Reply::Answered(_) => {
                database::run(env, "DELETE FROM card_outbox WHERE key = ?", &[&key]).await?;
                continue;
            }
            Reply::Refused => SLOWEST,
            Reply::Unavailable => attempts + 1,
        };
        let wait = backoff_ms(attempt, &mut clock::random).div_ceil(1000);
        let sql = "UPDATE card_outbox SET attempts = attempts + 1, due_at = ? WHERE key = ?";
        let values: [&dyn Bind; 2] = [&(clock::now() + wait), &key];
        database::run(env, sql, &values).await?;
    }
    Ok(())
}

fn place(key: &str) -> String {
    format!("card outbox {key}")
}
