//! Agents: list, suspend, look at their registrations (RN-1).

use serde::Deserialize;
use shiming_wire::operator::{AgentView, RegistrationItem, SetAgent};
use shiming_wire::{ProblemType, RefusalReason, SimView, State, Terminal, Text};
use worker::{Env, Request};

use super::retry::{Actor, once};
use crate::config::Config;
use crate::credential::{Role, person};
use crate::http::{Answer, Target, body, json, parse};
use crate::{clock, database};

/// `GET /v1/agents`
pub async fn list(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    let sql = "SELECT name, state, updated_at FROM credentials WHERE role = 'agent' ORDER BY name LIMIT 1000";
    let agents: Vec<AgentView> = database::statement(env, sql, &[])?.all().await?.results()?;
    json(200, &agents)
}

/// `POST /v1/agents/{name}`
pub async fn set(mut request: Request, env: &Env, config: &Config, target: &Target, name: &str) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = super::idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let actor = Actor { name: person.name.as_str(), key: &key };
    once(env, config, &actor, &target.path, &body, async || {
        let SetAgent { state } = parse(&body)?;
        let now = clock::now();
        let sql = "UPDATE credentials SET state = ?, updated_at = ? WHERE name = ? AND role = 'agent'
            RETURNING name, state, updated_at";
        let changed: Option<AgentView> =
            database::statement(env, sql, &[&database::word(&state)?, &now, &name])?.first(None).await?;
        let agent = changed.ok_or(ProblemType::NotFound)?;
        database::audit(env, now, person.name.as_str(), "agent.set", name)?.run().await?;
        Ok((200, serde_json::to_string(&agent)?))
    })
    .await
}

#[derive(Deserialize)]
struct Row {
    id: Text<32>,
    state: State,
    sim: SimView,
    refusal: Option<RefusalReason>,
    terminal: Terminal,
    opened_at: u64,
    updated_at: u64,
}

/// `GET /v1/agents/{name}/registrations`: an operator sees everybody's, an agent their own.
pub async fn registrations(request: Request, env: &Env, name: &str) -> Answer {
    let person = person(env, &request, &[Role::Operator, Role::Agent]).await?;
    if person.role == Role::Agent && person.name.as_str() != name {
        return Err(ProblemType::Forbidden.into());
    }
    let sql = "SELECT id, state, sim, refusal, terminal, opened_at, updated_at FROM registrations WHERE agent = ?
        ORDER BY opened_at DESC, id LIMIT 100";
    let rows: Vec<Row> = database::statement(env, sql, &[&name])?.all().await?.results()?;
    let items: Vec<RegistrationItem> = rows
        .into_iter()
        .map(|Row { id, state, sim, refusal, terminal, opened_at, updated_at }| RegistrationItem {
            id,
            state,
            sim,
            refusal,
            terminal,
            opened_at,
            updated_at,
        })
        .collect();
    json(200, &items)
}
