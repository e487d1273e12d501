//! Bearer credentials of the operator's people: one per person, stored as SHA-256 of 256 random bits, so that neither the
//! database nor the time of a look-up tells a secret.

use serde::Deserialize;
use shiming_wire::{ProblemType, Text};
use worker::{Env, Request};

use crate::database;
use crate::http::header;
use crate::names::sha256;
use crate::problem::Fault;

/// Least length of a secret that is looked up.
const MIN_SECRET: usize = 32;
/// Greatest length.
const MAX_SECRET: usize = 128;

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reviews registrations (RN-8).
    Reviewer,
    /// Registers others' cards (RN-1).
    Agent,
    /// Runs the system: settings, agents.
    Operator,
}

/// Who asks.
pub struct Person {
    /// Name.
    pub name: Text<40>,
    /// Role.
    pub role: Role,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    role: Role,
    state: String,
}

/// The person whose credential came with `request`, if they have one of these roles.
pub async fn person(env: &Env, request: &Request, roles: &[Role]) -> Result<Person, Fault> {
    let header = header(request, "authorization").ok_or(ProblemType::Unauthorized)?;
    let secret = match header.split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => secret.trim(),
        _ => return Err(ProblemType::Unauthorized.into()),
    };
    if !(MIN_SECRET..=MAX_SECRET).contains(&secret.len()) {
        return Err(ProblemType::Unauthorized.into());
    }
    let hash = sha256(secret.as_bytes());
    let sql = "SELECT name, role, state FROM credentials WHERE secret_sha256 = ?";
    let row: Option<Row> = database::row(env, sql, &[&hash]).await?;
    let row = row.ok_or(ProblemType::Unauthorized)?;
    if row.state != "active" || !roles.contains(&row.role) {
        return Err(ProblemType::Forbidden.into());
    }
    if !row.name.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::Internal("a credential's name is not ASCII".to_owned()));
    }
    let name = Text::new(row.name).map_err(|_| Fault::Internal("a credential's name is too long".to_owned()))?;
    Ok(Person { name, role: row.role })
}
