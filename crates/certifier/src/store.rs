//! Applications in D1: one row each, the state sealed. A step is written only onto the state that it was made from.

use serde::Deserialize;
use shiming_cloud::config::Common;
use shiming_cloud::database::{self, Bind};
use shiming_cloud::problem::Fault;
use shiming_cloud::{clock, sealed};
use shiming_service::application::Application;
use shiming_service::effect::hex;
use shiming_wire::application::ApplicationId;
use shiming_wire::{ProblemType, UnixSeconds};
use worker::{D1PreparedStatement, Env};

/// An application as it is kept.
pub struct Kept {
    /// The state.
    pub application: Application,
    /// Attempts of its call.
    pub attempts: u32,
    /// When that is made (again).
    pub due_at: Option<UnixSeconds>,
}

#[derive(Deserialize)]
struct Row {
    state: String,
    attempts: u32,
    due_at: Option<UnixSeconds>,
}

/// Reads an application.
pub async fn load(env: &Env, config: &Common, id: &ApplicationId) -> Result<Kept, Fault> {
    let id = hex(id);
    let sql = "SELECT state, attempts, due_at FROM certificate_applications WHERE id = ?";
    let row: Option<Row> = database::row(env, sql, &[&id]).await?;
    let Row { state, attempts, due_at } = row.ok_or(ProblemType::ApplicationNotFound)?;
    let application = sealed::open_text(&config.data_keys, &place(&id), &state).await?;
    Ok(Kept { application, attempts, due_at })
}

/// Writes a new application.
pub async fn begin(env: &Env, config: &Common, application: &Application) -> Result<D1PreparedStatement, Fault> {
    let id = hex(&application.id);
    let state = sealed::seal_text(&config.data_keys, &place(&id), application).await?;
    let sql = "INSERT INTO certificate_applications (id, version, state, ends_at) VALUES (?, ?, ?, ?)";
    Ok(database::statement(env, sql, &[&id, &application.version, &state, &application.expires_at])?)
}

/// Writes a step. In a batch with what else belongs to it: where somebody else was faster, the version is none, which the table
/// refuses, and nothing of the batch is written.
pub async fn step(
    env: &Env,
    config: &Common,
    before: &Application,
    after: &Application,
) -> Result<D1PreparedStatement, Fault> {
    let id = hex(&after.id);
    let state = sealed::seal_text(&config.data_keys, &place(&id), after).await?;
    let due_at = after.call().map(|_| clock::now());
    let sql = "UPDATE certificate_applications SET version = CASE WHEN version = ? THEN ? END, state = ?, due_at = ?,
        attempts = 0, ends_at = ? WHERE id = ?";
    let values: [&dyn Bind; 6] = [&before.version, &after.version, &state, &due_at, &after.expires_at, &id];
    Ok(database::statement(env, sql, &values)?)
}

/// Puts the call off after an attempt that came to nothing.
pub async fn put_off(env: &Env, application: &Application, seconds: u64) -> Result<(), Fault> {
    let sql = "UPDATE certificate_applications SET attempts = attempts + 1, due_at = ? WHERE id = ? AND version = ?";
    let values: [&dyn Bind; 3] = [&(clock::now() + seconds), &hex(&application.id), &application.version];
    Ok(database::run(env, sql, &values).await?)
}

/// Takes the call for so many seconds: two that look at once make one call. Whether it was there to take.
pub async fn take(env: &Env, kept: &Kept, seconds: u64) -> Result<bool, Fault> {
    #[derive(Deserialize)]
    struct Taken {}
    let sql = "UPDATE certificate_applications SET due_at = ? WHERE id = ? AND version = ? AND due_at = ? RETURNING 1";
    let Some(due_at) = kept.due_at else { return Ok(false) };
    let application = &kept.application;
    let values: [&dyn Bind; 4] = [&(clock::now() + seconds), &hex(&application.id), &application.version, &due_at];
    let taken: Option<Taken> = database::row(env, sql, &values).await?;
    Ok(taken.is_some())
}

fn place(id: &str) -> String {
    format!("certificate application {id}")
}
