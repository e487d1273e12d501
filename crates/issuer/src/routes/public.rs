//! What anybody may ask: the issuer's keys, status lists, and what a code is worth (EC-4).

use std::convert::Infallible;

use serde::Deserialize;
use shiming_cloud::http::{self, Answer, json, parse, public};
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, database};
use shiming_credential::{StatusList, Verdict, status_of, verify};
use shiming_service::issuing::{LIST_ENTRIES, LIST_SECONDS};
use shiming_wire::ProblemType;
use shiming_wire::card::AskVerdict;
use worker::{Env, Request};

use crate::config::Config;

/// How long a list may be kept by caches on the way, seconds: a revocation is everywhere after a minute.
const STATUS_SECONDS: u32 = 60;

/// `GET /v1/cards/keys`
pub fn keys(config: &Config) -> Answer {
    config.issuer.answer()
}

#[derive(Deserialize)]
struct Place {
    place: u32,
}

/// `GET /v1/cards/status/{list}`
pub async fn status(env: &Env, config: &Config, number: u64) -> Answer {
    let known: Option<Place> = database::row(env, "SELECT place FROM cards WHERE list = ? LIMIT 1", &[&number]).await?;
    // The first is there before there is a card, so that a verifier can be set up.
    if known.is_none() && number != 1 {
        return Err(ProblemType::NotFound.into());
    }
    let sql = "SELECT place FROM cards WHERE list = ? AND revoked_at IS NOT NULL";
    let revoked: Vec<Place> = database::rows(env, sql, &[&number]).await?;
    let list = list(config, number, revoked)?;
    let signed = config.issuer.sign(list.issued_at, |key_id| Ok::<_, Infallible>(list.unsigned(key_id))).await?;
    public("application/statuslist+cwt", signed, STATUS_SECONDS)
}

fn list(config: &Config, number: u64, revoked: Vec<Place>) -> Result<StatusList, Fault> {
    let now = clock::now();
    let fault = |error| Fault::Internal(format!("status list {number}: {error}"));
    let mut list = StatusList::new(&config.list(number), now, now + LIST_SECONDS, LIST_ENTRIES).map_err(fault)?;
    revoked.into_iter().try_for_each(|entry| list.revoke(entry.place)).map_err(fault)?;
    Ok(list)
}

/// `POST /v1/cards/verdicts`: what the card says, or why it is not to be relied on. Nothing of it is kept.
pub async fn verdict(mut request: Request, env: &Env, config: &Config) -> Answer {
    let AskVerdict { code } = parse(&http::body(&mut request).await?)?;
    let keys = config.issuer.verifying()?;
    let mut lists = Vec::new();
    if let Some(status) = status_of(code.as_str(), &keys)
        && let Some(number) = status.list.strip_prefix(&config.lists()).and_then(|text| text.parse::<u64>().ok())
        && status.list == config.list(number)
    {
        let sql = "SELECT place FROM cards WHERE list = ? AND place = ? AND revoked_at IS NOT NULL";
        let revoked: Vec<Place> = database::rows(env, sql, &[&number, &status.index]).await?;
        lists.push(list(config, number, revoked)?);
    }
    json(200, &Verdict::from(verify(code.as_str(), &keys, &lists, clock::now())))
}
