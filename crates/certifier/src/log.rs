//! The append-only log in D1, and its signed heads (docs/certificate.md, "Log").

use std::convert::Infallible;

use serde::Deserialize;
use shiming_certificate::Hash;
use shiming_certificate::log::{Entry, Head, Tail, head_line, title_line};
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, database};
use worker::{D1PreparedStatement, Env};

use crate::config::Config;

/// A head is signed when the last is older than so many seconds: daily, with room for a cron that comes late.
const HEAD_SECONDS: u64 = 20 * 3600;

/// How often the end of the log is read anew where another entry was faster.
const TRIES: u32 = 8;

#[derive(Deserialize)]
struct Last {
    seq: u64,
    chain: Hash,
}

/// Where the log ends.
pub async fn tail(env: &Env, config: &Config) -> Result<Tail, Fault> {
    let sql = "SELECT seq, chain FROM certificate_log ORDER BY seq DESC LIMIT 1";
    let last: Option<Last> = database::row(env, sql, &[]).await?;
    Ok(last.map_or_else(|| Tail::of_empty(&config.name), |Last { seq, chain }| Tail { size: seq, chain }))
}

/// Writes an entry together with what belongs to it, which `with` gives, or refuses to. It looks after the log's end was read:
/// where something else was logged in between, nothing is written, and it looks again.
pub async fn write(
    env: &Env,
    config: &Config,
    entry: &Entry,
    with: impl AsyncFn() -> Result<Vec<D1PreparedStatement>, Fault>,
) -> Result<(), Fault> {
    let mut unwritten = None;
    for _ in 0..TRIES {
        let (tail, line) = tail(env, config).await?.append(entry);
        let mut batch = with().await?;
        let sql = "INSERT INTO certificate_log (seq, line, chain) VALUES (?, ?, ?)";
        batch.push(database::statement(env, sql, &[&tail.size, &line, &tail.chain.to_string()])?);
        match database::together(env, batch).await {
            Ok(()) => return Ok(()),
            Err(error) => unwritten = Some(error),
        }
    }
    Err(unwritten.map_or_else(|| Fault::Internal("the log was not written".to_owned()), Fault::from))
}

/// Signs a head, if the last is old.
pub async fn sign_head(env: &Env, config: &Config) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct At {
        signed_at: u64,
    }
    let last: Option<At> =
        database::row(env, "SELECT signed_at FROM certificate_heads ORDER BY signed_at DESC LIMIT 1", &[]).await?;
    let now = clock::now();
    if last.is_some_and(|At { signed_at }| now < signed_at + HEAD_SECONDS) {
        return Ok(());
    }
    head(env, config, now).await.map(|_| ())
}

/// Signs a head now; its line.
async fn head(env: &Env, config: &Config, now: u64) -> Result<String, Fault> {
    let head = Head { log: config.name.clone(), tail: tail(env, config).await?, at: now };
    let line = head_line(&config.keys.sign(now, |key_id| Ok::<_, Infallible>(head.unsigned(key_id))).await?);
    let sql = "INSERT INTO certificate_heads (signed_at, size, line) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    database::run(env, sql, &[&now, &head.tail.size, &line]).await?;
    Ok(line)
}

#[derive(Deserialize)]
struct Line {
    line: String,
}

/// The whole log as it is audited: its name, entries and heads in their order, and a head of now at its end.
pub async fn export(env: &Env, config: &Config) -> Result<String, Fault> {
    let sql = "SELECT line FROM (
        SELECT seq AS place, 0 AS kind, 0 AS at, line FROM certificate_log
        UNION ALL SELECT size, 1, signed_at, line FROM certificate_heads)
        ORDER BY place, kind, at";
    let now = clock::now();
    head(env, config, now).await?;
    let lines: Vec<Line> = database::rows(env, sql, &[]).await?;
    let mut text = title_line(&config.name);
    text.push('\n');
    for Line { line } in lines {
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}
