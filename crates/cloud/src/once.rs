//! Idempotency of POSTs that no Durable Object answers: the answer is recorded in D1, sealed.

use serde::Deserialize;
use shiming_wire::ProblemType;
use worker::{D1PreparedStatement, Env, Response};

use crate::config::Common;
use crate::http::{Answer, given};
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
    answer: String,
}

/// A request under its idempotency key.
pub struct Once<'a> {
    env: &'a Env,
    config: &'a Common,
    actor: Actor<'a>,
    digest: String,
}

impl<'a> Once<'a> {
    /// The request, and the answer that it got before, if it is a retry.
    ///
    /// What follows has to bear being done twice: two deliveries at once, or a crash before the answer is recorded, do
    /// that. What fails is not recorded.
    pub async fn begin(
        env: &'a Env,
        config: &'a Common,
        actor: Actor<'a>,
        path: &str,
        body: &str,
    ) -> Result<(Self, Option<Response>), Fault> {
        let digest = format!("{path} {}", shiming_proof::ContentDigest::of(body.as_bytes()));
        let once = Self { env, config, actor, digest };
        let sql = "SELECT digest, status, answer FROM requests WHERE actor = ? AND key = ?";
        let row: Option<Row> = database::row(env, sql, &[&once.actor.name, &once.actor.key]).await?;
        let Some(row) = row else { return Ok((once, None)) };
        if row.digest != once.digest {
            return Err(ProblemType::IdempotencyKeyReused.into());
        }
        let answer: String = sealed::open_text(&config.data_keys, &once.place(), &row.answer).await?;
        Ok((once, Some(given(row.status, answer)?)))
    }

    /// Records the answer, and gives it.
    pub async fn end(self, status: u16, answer: String) -> Answer {
        self.record(status, &answer).await?.run().await?;
        given(status, answer)
    }

    /// What records the answer, for whoever writes it together with what was done. An answer that is recorded already is
    /// not replaced.
    pub async fn record(&self, status: u16, answer: &str) -> Result<D1PreparedStatement, Fault> {
        let sealed = sealed::seal_text(&self.config.data_keys, &self.place(), &answer).await?;
        let sql = "INSERT INTO requests (actor, key, digest, status, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (actor, key) DO NOTHING";
        let values: [&dyn database::Bind; 6] =
            [&self.actor.name, &self.actor.key, &self.digest, &u32::from(status), &sealed, &clock::now()];
        Ok(database::statement(self.env, sql, &values)?)
    }

    fn place(&self) -> String {
        format!("request {} {}", self.actor.name, self.actor.key)
    }
}
