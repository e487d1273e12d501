//! Risk control as operators see it (EC-2): events with their reasons, reviews, rules, the blacklist.

use shiming_cloud::database::together;
use shiming_cloud::http::{Answer, Target, body, idempotency_key, json, parameter, parse, written};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database, names};
use shiming_identity::IdNumber;
use shiming_service::risk::{Rule, validate};
use shiming_wire::ProblemType;
use shiming_wire::card::{BlacklistItem, BlacklistSet, DecideRisk, SetBlacklist};
use shiming_wire::operator::ReviewVerdict;
use worker::{Env, Request};

use crate::config::Config;
use crate::events;

/// `GET /v1/risk/events?before=N`
pub async fn list(request: Request, env: &Env, target: &Target) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &events::list(env, before(target)?).await?)
}

/// Where a list goes on.
fn before(target: &Target) -> Result<u64, Fault> {
    match parameter(&target.query, "before") {
        // Greater numbers have no exact double, which is how the database is asked.
        Some(text) => text.parse().ok().filter(|number| *number < 1 << 53).ok_or_else(|| invalid("/before")),
        None => Ok((1 << 53) - 1),
    }
}

/// `POST /v1/risk/events/{number}/decision`
pub async fn decide(mut request: Request, env: &Env, config: &Config, target: &Target, number: u64) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let DecideRisk { decision, reason } = parse(&body)?;
    if reason.as_str().trim().is_empty() {
        return Err(invalid("/reason"));
    }
    let approved = decision == ReviewVerdict::Approve;
    let event = events::decide(env, number, approved, person.name.as_str(), reason.as_str()).await?;
    let event = event.ok_or(ProblemType::StateConflict)?;
    database::audit(env, clock::now(), person.name.as_str(), "risk.decide", &number.to_string())?.run().await?;
    once.end(200, serde_json::to_string(&event)?).await
}

/// `GET /v1/risk/rules`
pub async fn get_rules(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &events::rules(env).await?)
}

/// `PUT /v1/risk/rules`: all of them; a rule that is left out is off.
pub async fn put_rules(mut request: Request, env: &Env) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let rules: Vec<Rule> = parse(&body(&mut request).await?)?;
    validate(&rules).map_err(|pointer| invalid(&pointer))?;
    events::set_rules(env, &rules, person.name.as_str()).await?;
    json(200, &rules)
}

/// `GET /v1/risk/blacklist?before=N`
pub async fn blacklisted(request: Request, env: &Env, target: &Target) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    let sql = "SELECT number, person AS subject, reason, listed_by, listed_at FROM blacklist WHERE number < ?
        ORDER BY number DESC LIMIT 100";
    let items: Vec<BlacklistItem> = database::rows(env, sql, &[&before(target)?]).await?;
    json(200, &items)
}

/// `POST /v1/risk/blacklist`
pub async fn blacklist(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let SetBlacklist { id_number, listed, reason } = parse(&body)?;
    let number = IdNumber::parse(id_number.as_str()).map_err(|_| invalid("/id_number"))?;
    if reason.as_str().trim().is_empty() {
        return Err(invalid("/reason"));
    }
    let (subject, now) = (names::person(&config.common, number.as_str()), clock::now());
    let answer = serde_json::to_string(&BlacklistSet { subject: subject.clone(), listed })?;
    let change = if listed {
        let sql = "INSERT INTO blacklist (person, reason, listed_by, listed_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (person) DO UPDATE SET reason = excluded.reason, listed_by = excluded.listed_by,
            listed_at = excluded.listed_at";
        database::statement(env, sql, &[&subject, &reason.as_str(), &person.name.as_str(), &now])?
    } else {
        database::statement(env, "DELETE FROM blacklist WHERE person = ?", &[&subject])?
    };
    let action = if listed { "blacklist.add" } else { "blacklist.remove" };
    let audit = database::audit(env, now, person.name.as_str(), action, &subject)?;
    together(env, vec![change, audit, once.record(200, &answer).await?]).await?;
    written(200, "application/json", answer)
}
