//! Idempotency of POSTs that no Durable Object answers: the answer is recorded in D1, sealed.

use serde::Deserialize;
use shiming_wire::ProblemType;
use worker::Env;

use crate::config::Config;
use crate::http::{Answer, written};
use crate::problem::Fault;
use crate::{clock, database, sealed};

/// Whose key.
pub struct Actor<'a> {
    /// A credential's name, or a system's.
    pub name: &'a str,
    /// The idempotency key.
    pub key: &'a str,
}

#[derive(Deserialize)]
struct Row {
    digest: String,
    status: u16,
    answer: Vec<u8>,
}

/// Gives the recorded answer to this request, or does it and records what it gives. What fails is not recorded.
///
/// `act` has to bear being done twice: two deliveries at once, or a crash before the record is written, do that.
pub async fn once(
    env: &Env,
    config: &Config,
    actor: &Actor<'_>,
    path: &str,
    body: &str,
    act: impl AsyncFnOnce() -> Result<(u16, String), Fault>,
) -> Answer {
    let digest = format!("{path} {}", shiming_proof::ContentDigest::of(body.as_bytes()));
    let place = format!("request {} {}", actor.name, actor.key);
    let sql = "SELECT digest, status, answer FROM requests WHERE actor = ? AND key = ?";
    let row: Option<Row> = database::statement(env, sql, &[&actor.name, &actor.key])?.first(None).await?;
    if let Some(row) = row {
        if row.digest != digest {
            return Err(ProblemType::IdempotencyKeyReused.into());
        }
        let answer: String = sealed::open(&config.data_keys, &place, &row.answer).await?;
        return written(row.status, "application/json", answer);
    }
    let (status, answer) = act().await?;
    let sealed = sealed::seal(&config.data_keys, &place, &answer).await?;
    let sql = "INSERT INTO requests (actor, key, digest, status, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (actor, key) DO NOTHING";
    let values: [&dyn database::Bind; 6] =
        [&actor.name, &actor.key, &digest, &u32::from(status), &sealed, &clock::now()];
    database::run(env, sql, &values).await?;
    written(status, "application/json", answer)
}
