//! One-time capture links (RN-2) in D1. The rule of their use is `shiming_service::link`.

use serde::Deserialize;
use shiming_proof::Purpose;
use shiming_service::link::{LinkTarget, LinkUse, LinkVoid};
use shiming_wire::{Bytes, UnixSeconds};
use worker::Env;

use crate::config::Common;
use crate::database::{self, Bind};
use crate::problem::Fault;
use crate::{names, sealed};

#[derive(Deserialize)]
struct Row {
    token: String,
    target: String,
    device: Option<String>,
    expires_at: u64,
}

/// A row, whatever is in it.
#[derive(Deserialize)]
struct Any {}

/// Makes a link; making the same one again changes nothing.
pub async fn make(
    env: &Env,
    config: &Common,
    token: &Bytes<16>,
    target: &LinkTarget,
    by: &str,
    (now, expires_at): (UnixSeconds, UnixSeconds),
) -> Result<(), Fault> {
    let Some(key) = config.lookup_keys.first() else { return Err(Fault::Internal("no look-up key".to_owned())) };
    let token = key.hash(Purpose::Link, &token.0).to_string();
    let target = sealed::seal_text(&config.data_keys, &place(&token), target).await?;
    let sql = "INSERT INTO links (token, target, made_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (token) DO NOTHING";
    Ok(database::run(env, sql, &[&token, &target, &by, &now, &expires_at]).await?)
}

/// Whether this link was made before.
pub async fn is_made(env: &Env, config: &Common, token: &Bytes<16>) -> Result<bool, Fault> {
    let Some(key) = config.lookup_keys.first() else { return Ok(false) };
    let token = key.hash(Purpose::Link, &token.0).to_string();
    let row: Option<Any> = database::row(env, "SELECT token FROM links WHERE token = ?", &[&token]).await?;
    Ok(row.is_some())
}

/// Uses a link from a device, and gives what it names (RN-13).
pub async fn redeem(
    env: &Env,
    config: &Common,
    token: &Bytes<16>,
    device_key: &Bytes<65>,
    now: UnixSeconds,
) -> Result<LinkTarget, Fault> {
    let device = names::device(config, device_key);
    for key in &config.lookup_keys {
        let token = key.hash(Purpose::Link, &token.0).to_string();
        let sql = "SELECT token, target, device, expires_at FROM links WHERE token = ?";
        let row: Option<Row> = database::row(env, sql, &[&token]).await?;
        let Some(row) = row else { continue };
        LinkUse { expires_at: row.expires_at, device: row.device }.redeem(&device, now)?;
        // Two devices at once: the database lets one of them in.
        let sql = "UPDATE links SET device = ?1 WHERE token = ?2 AND (device IS NULL OR device = ?1) RETURNING device";
        let values: [&dyn Bind; 2] = [&device, &row.token];
        let won: Option<Any> = database::row(env, sql, &values).await?;
        won.ok_or(LinkVoid)?;
        return sealed::open_text(&config.data_keys, &place(&row.token), &row.target).await;
    }
    Err(LinkVoid.into())
}

fn place(token: &str) -> String {
    format!("link {token}")
}
