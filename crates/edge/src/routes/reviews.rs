//! The reviewers' queue (RN-8), until the console comes.

use serde::Deserialize;
use shiming_cloud::http::{Answer, Target, body, idempotency_key, json, parse};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::Fault;
use shiming_cloud::registrations::{Action, ask};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database};
use shiming_service::effect::{ReviewDecision, parse_hex};
use shiming_wire::operator::{DecideReview, ReviewItem, ReviewVerdict};
use shiming_wire::{ProblemType, RegistrationId, Text};
use worker::{Env, Request};

use crate::config::Config;

#[derive(Deserialize)]
struct Row {
    registration: String,
    decides: u8,
    reasons: String,
    opened_at: u64,
}

/// `GET /v1/reviews`: the oldest hundred.
pub async fn list(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Reviewer]).await?;
    let sql = "SELECT registration, decides, reasons, opened_at FROM reviews WHERE closed_at IS NULL
        ORDER BY opened_at, key LIMIT 100";
    let rows: Vec<Row> = database::rows(env, sql, &[]).await?;
    let items = rows.into_iter().map(|row| {
        Ok(ReviewItem {
            registration: Text::new(row.registration).unwrap_or_default(),
            decides: row.decides != 0,
            reasons: shiming_wire::json::from_slice(row.reasons.as_bytes())?,
            opened_at: row.opened_at,
        })
    });
    json(200, &items.collect::<Result<Vec<_>, Fault>>()?)
}

/// `GET /v1/reviews/{registration}`: what the reviewer has to judge. Looking is noted.
pub async fn look(request: Request, env: &Env, id: &str) -> Answer {
    let person = person(env, &request, &[Role::Reviewer]).await?;
    let response = ask(env, &registration(id)?, Action::Look, &[], String::new()).await?;
    if response.status_code() == 200 {
        // Noted first: a look that cannot be noted is not given.
        database::audit(env, clock::now(), person.name.as_str(), "review.look", id)?.run().await?;
    }
    Ok(response)
}

/// `POST /v1/reviews/{registration}`
pub async fn decide(mut request: Request, env: &Env, config: &Config, target: &Target, id: &str) -> Answer {
    let person = person(env, &request, &[Role::Reviewer]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let DecideReview { decision, reason } = parse(&body)?;
    let id = registration(id)?;
    let approved = decision == ReviewVerdict::Approve;
    let decision = ReviewDecision { approved, by: person.name.clone(), reason, at: clock::now() };
    if waits(env, &id).await? {
        let mut response = ask(env, &id, Action::Decide, &[], serde_json::to_string(&decision)?).await?;
        // A problem is the object's own, and not recorded: the next try may find another state.
        return if response.status_code() == 200 { once.end(200, response.text().await?).await } else { Ok(response) };
    }
    file(env, &id, &decision).await?;
    once.end(200, "{}".to_owned()).await
}

fn registration(id: &str) -> Result<RegistrationId, Fault> {
    parse_hex(id).ok_or_else(|| ProblemType::RegistrationNotFound.into())
}

/// Whether an open item of this registration waits for a decision; an unknown registration has none at all.
async fn waits(env: &Env, id: &RegistrationId) -> Result<bool, Fault> {
    let sql =
        "SELECT registration, decides, reasons, opened_at FROM reviews WHERE registration = ? AND closed_at IS NULL
        ORDER BY decides DESC LIMIT 1";
    let row: Option<Row> = database::row(env, sql, &[&shiming_service::effect::hex(id)]).await?;
    row.map(|row| row.decides != 0).ok_or_else(|| ProblemType::StateConflict.into())
}

/// Files items away that are for information.
async fn file(env: &Env, id: &RegistrationId, decision: &ReviewDecision) -> Result<(), Fault> {
    let id = shiming_service::effect::hex(id);
    let by = decision.by.as_str();
    let close = database::statement(
        env,
        "UPDATE reviews SET closed_at = ?, closed_by = ?, reason = ?
         WHERE registration = ? AND decides = 0 AND closed_at IS NULL",
        &[&decision.at, &by, &decision.reason.as_str(), &id],
    )?;
    let audit = database::audit(env, decision.at, by, "review.file", &id)?;
    database::database(env)?.batch(vec![close, audit]).await?;
    Ok(())
}
