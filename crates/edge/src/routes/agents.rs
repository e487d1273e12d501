//! Agents: list, suspend, look at their registrations (RN-1).

use shiming_cloud::http::{Answer, Target, body, idempotency_key, json, parse};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, database};
use shiming_wire::ProblemType;
use shiming_wire::operator::{AgentView, RegistrationItem, SetAgent};
use worker::{Env, Request};

use crate::config::Config;

/// `GET /v1/agents`
pub async fn list(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    let sql = "SELECT name, state, updated_at FROM credentials WHERE role = 'agent' ORDER BY name LIMIT 1000";
    let agents: Vec<AgentView> = database::rows(env, sql, &[]).await?;
    json(200, &agents)
}

/// `POST /v1/agents/{name}`
pub async fn set(mut request: Request, env: &Env, config: &Config, target: &Target, name: &str) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let SetAgent { state } = parse(&body)?;
    let now = clock::now();
    let sql = "UPDATE credentials SET state = ?, updated_at = ? WHERE name = ? AND role = 'agent'
        RETURNING name, state, updated_at";
    let changed: Option<AgentView> = database::row(env, sql, &[&database::word(&state)?, &now, &name]).await?;
    let agent = changed.ok_or(ProblemType::NotFound)?;
    database::audit(env, now, person.name.as_str(), "agent.set", name)?.run().await?;
    once.end(200, serde_json::to_string(&agent)?).await
}

/// `GET /v1/agents/{name}/registrations`: an operator sees everybody's, an agent their own.
pub async fn registrations(request: Request, env: &Env, name: &str) -> Answer {
    let person = person(env, &request, &[Role::Operator, Role::Agent]).await?;
    if person.role == Role::Agent && person.name.as_str() != name {
        return Err(ProblemType::Forbidden.into());
    }
    let sql = "SELECT id, state, sim, refusal, terminal, opened_at, updated_at FROM registrations WHERE agent = ?
        ORDER BY opened_at DESC, id LIMIT 100";
    let items: Vec<RegistrationItem> = database::rows(env, sql, &[&name]).await?;
    json(200, &items)
}
