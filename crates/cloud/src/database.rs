//! D1: what people list and search.

use js_sys::{JSON, Reflect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shiming_identity::Variants;
use shiming_identity::document::{DocumentKind, FormatParameters, sources};
use shiming_service::character_codes;
use shiming_service::effect::{NumberOfPerson, ReviewDecision, ReviewRequest, Summary, hex};
use shiming_service::policy::Policy;
use shiming_service::risk::NUMBERS;
use shiming_wire::operator::{CharacterCodes, RegistrationItem};
use shiming_wire::{RegistrationId, State, UnixSeconds};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{D1Database, D1PreparedStatement, Env};

use crate::config::Common;
use crate::names;
use crate::problem::Fault;

/// A value to bind.
pub trait Bind {
    /// As the platform takes it.
    fn bind(&self) -> JsValue;
}

impl Bind for &str {
    fn bind(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl Bind for String {
    fn bind(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl Bind for u64 {
    #[allow(clippy::cast_precision_loss, reason = "times and versions are far below 2^53")]
    fn bind(&self) -> JsValue {
        JsValue::from_f64(*self as f64)
    }
}

impl Bind for u32 {
    fn bind(&self) -> JsValue {
        JsValue::from(*self)
    }
}

impl Bind for bool {
    fn bind(&self) -> JsValue {
        JsValue::from(u8::from(*self))
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> JsValue {
        self.as_ref().map_or(JsValue::NULL, Bind::bind)
    }
}

/// The database.
pub fn database(env: &Env) -> worker::Result<D1Database> {
    env.d1("DB")
}

/// A statement with its values.
pub fn statement(env: &Env, sql: &str, values: &[&dyn Bind]) -> worker::Result<D1PreparedStatement> {
    let values: Vec<JsValue> = values.iter().map(|value| value.bind()).collect();
    database(env)?.prepare(sql).bind(&values)
}

/// The rows that a statement gives, read through JSON like everything else (a second deserializer would cost a fifth of
/// the Worker's size).
pub async fn rows<T: DeserializeOwned>(env: &Env, sql: &str, values: &[&dyn Bind]) -> Result<Vec<T>, Fault> {
    Ok(shiming_wire::json::from_slice(rows_json(env, sql, values).await?.as_bytes())?)
}

async fn rows_json(env: &Env, sql: &str, values: &[&dyn Bind]) -> worker::Result<String> {
    let answer = JsFuture::from(statement(env, sql, values)?.inner().all()?).await?;
    let rows = Reflect::get(&answer, &"results".into())?;
    Ok(JSON::stringify(&rows)?.into())
}

/// The first row that a statement gives.
pub async fn row<T: DeserializeOwned>(env: &Env, sql: &str, values: &[&dyn Bind]) -> Result<Option<T>, Fault> {
    let rows: Vec<T> = shiming_wire::json::from_slice(rows_json(env, sql, values).await?.as_bytes())?;
    Ok(rows.into_iter().next())
}

/// Runs a statement.
pub async fn run(env: &Env, sql: &str, values: &[&dyn Bind]) -> worker::Result<()> {
    statement(env, sql, values)?.run().await.map(|_| ())
}

/// Runs all of these, or none.
pub async fn together(env: &Env, statements: Vec<D1PreparedStatement>) -> worker::Result<()> {
    database(env)?.batch(statements).await.map(|_| ())
}

/// A word that an enum is written as in JSON.
pub fn word<T: Serialize>(value: &T) -> worker::Result<String> {
    Ok(serde_json::to_string(value)?.trim_matches('"').to_owned())
}

/// Brings a registration's row up to date, unless it is newer. What came to a bad end is not found by its name any more
/// (RN-11).
pub async fn publish(env: &Env, config: &Common, id: &RegistrationId, summary: &Summary) -> worker::Result<()> {
    let sql = "INSERT INTO registrations
        (id, version, state, sim, refusal, terminal, agent, opened_at, expires_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state, sim = excluded.sim,
        refusal = excluded.refusal, expires_at = excluded.expires_at, updated_at = excluded.updated_at,
        name_key = CASE WHEN excluded.state IN ('refused', 'expired') THEN NULL ELSE registrations.name_key END,
        person = CASE WHEN excluded.state IN ('refused', 'expired') THEN NULL ELSE registrations.person END,
        line = CASE WHEN excluded.state IN ('refused', 'expired') THEN NULL ELSE registrations.line END
        WHERE excluded.version > registrations.version";
    let refusal = summary.refusal.as_ref().map(word).transpose()?;
    let agent = summary.agent.as_ref().map(|agent| agent.as_str().to_owned());
    let id = hex(id);
    let values: [&dyn Bind; 10] = [
        &id,
        &summary.version,
        &word(&summary.state)?,
        &word(&summary.sim)?,
        &refusal,
        &word(&summary.terminal)?,
        &agent,
        &summary.opened_at,
        &summary.expires_at,
        &summary.updated_at,
    ];
    let mut batch = vec![statement(env, sql, &values)?];
    // A statement of its own: a newer row, which has no name any more, may have overtaken this one.
    if let Some(key) = summary.name.as_ref().and_then(|name| names::written(config, name.as_str())) {
        let sql = "UPDATE registrations SET name_key = ? WHERE id = ? AND state NOT IN ('refused', 'expired')";
        batch.push(statement(env, sql, &[&key, &id])?);
    }
    if let Some(NumberOfPerson { id_number, number }) = &summary.person {
        let sql = "UPDATE registrations SET person = ?, line = ? WHERE id = ? AND state NOT IN ('refused', 'expired')";
        let (person, line) = (names::person(config, id_number.as_str()), names::line(config, number.as_str()));
        batch.push(statement(env, sql, &[&person, &line, &id])?);
    }
    if matches!(summary.state, State::Stored | State::Effective) {
        let values: [&dyn Bind; 4] = [&summary.updated_at, &id, &NUMBERS, &RISK_RULES];
        batch.push(statement(env, TOO_MANY_NUMBERS, &values)?);
    }
    database(env)?.batch(batch).await.map(|_| ())
}

/// Puts a registration before the reviewers, once and for information, if its person has more SIM numbers by now than the rule
/// `numbers_of_person` allows: the default while the operator has set no rules, none if the rule is left out of them.
const TOO_MANY_NUMBERS: &str = "INSERT INTO reviews (key, registration, decides, reasons, opened_at)
    SELECT id || '-numbers', id, 0, '[\"numbers_of_person\"]', ?1 FROM registrations AS own
    WHERE id = ?2 AND state IN ('stored', 'effective') AND
    (SELECT COUNT(DISTINCT line) FROM registrations WHERE person = own.person AND state IN ('stored', 'effective')) >
    CASE WHEN EXISTS (SELECT 1 FROM settings WHERE name = ?4) THEN
    (SELECT MAX(json_extract(rule.value, '$.most')) FROM settings, json_each(settings.value) AS rule
     WHERE settings.name = ?4 AND json_extract(rule.value, '$.reason') = 'numbers_of_person') ELSE ?3 END
    ON CONFLICT (key) DO NOTHING";

/// Registrations of people of this name, however it was written (RC-4): the newest hundred.
pub async fn of_name(env: &Env, keys: &[String]) -> Result<Vec<RegistrationItem>, Fault> {
    let sql = "SELECT id, state, sim, refusal, terminal, opened_at, updated_at FROM registrations
        WHERE name_key IN (SELECT value FROM json_each(?)) ORDER BY opened_at DESC, id LIMIT 100";
    rows(env, sql, &[&serde_json::to_string(keys)?]).await
}

/// Adds to the review list, once per key.
pub async fn open_review(
    env: &Env,
    key: &str,
    id: &RegistrationId,
    request: &ReviewRequest,
    now: UnixSeconds,
) -> worker::Result<()> {
    let sql = "INSERT INTO reviews (key, registration, decides, reasons, opened_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (key) DO NOTHING";
    run(env, sql, &[&key, &hex(id), &request.decides, &serde_json::to_string(&request.reasons)?, &now]).await
}

/// Closes the review that a registration waited for, and says so in the audit trail; both or neither.
pub async fn close_review(env: &Env, id: &RegistrationId, decision: &ReviewDecision) -> worker::Result<()> {
    let action = if decision.approved { "review.approve" } else { "review.refuse" };
    let by = decision.by.as_str();
    // The audit row is written first and only while the review is open, so that a repetition adds none.
    let audit = statement(
        env,
        "INSERT INTO audit (at, actor, action, subject) SELECT ?, ?, ?, registration FROM reviews
         WHERE registration = ? AND decides = 1 AND closed_at IS NULL",
        &[&decision.at, &by, &action, &hex(id)],
    )?;
    let close = statement(
        env,
        "UPDATE reviews SET closed_at = ?, approved = ?, closed_by = ?, reason = ?
         WHERE registration = ? AND decides = 1 AND closed_at IS NULL",
        &[&decision.at, &decision.approved, &by, &decision.reason.as_str(), &hex(id)],
    )?;
    database(env)?.batch(vec![audit, close]).await.map(|_| ())
}

/// Notes who did what.
pub fn audit(
    env: &Env,
    at: UnixSeconds,
    actor: &str,
    action: &str,
    subject: &str,
) -> worker::Result<D1PreparedStatement> {
    statement(
        env,
        "INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)",
        &[&at, &actor, &action, &subject],
    )
}

#[derive(Deserialize)]
struct Setting {
    value: String,
}

/// What an operator set, JSON.
pub async fn setting(env: &Env, name: &str) -> Result<Option<String>, Fault> {
    let row: Option<Setting> = row(env, "SELECT value FROM settings WHERE name = ?", &[&name]).await?;
    Ok(row.map(|row| row.value))
}

/// Sets a setting and notes it in the audit trail; both or neither.
pub async fn set_setting(env: &Env, name: &str, value: &str, by: &str, now: UnixSeconds) -> worker::Result<()> {
    let sql = "INSERT INTO settings (name, value, updated_by, updated_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_by = excluded.updated_by,
        updated_at = excluded.updated_at";
    let set = statement(env, sql, &[&name, &value, &by, &now])?;
    database(env)?.batch(vec![set, audit(env, now, by, "setting.put", name)?]).await.map(|_| ())
}

/// Name of the policy among the settings.
pub const POLICY: &str = "policy";

/// Name of the image-format parameters among the settings.
pub const FORMAT: &str = "format-parameters";

/// Name of the rules of risk control among the settings.
pub const RISK_RULES: &str = "risk-rules";

/// Name of the operator's own private-use codes among the settings.
pub const CHARACTER_CODES: &str = "character-codes";

/// The operator's own private-use codes (RC-2).
pub async fn character_codes(env: &Env) -> Result<Vec<CharacterCodes>, Fault> {
    match setting(env, CHARACTER_CODES).await? {
        Some(value) => Ok(shiming_wire::json::from_slice(value.as_bytes())?),
        None => Ok(Vec::new()),
    }
}

/// Every code of every character, the operator's own among them.
pub async fn variants(env: &Env) -> Result<Variants, Fault> {
    let (variants, left_out) = character_codes::in_force(&character_codes(env).await?);
    if left_out > 0 {
        worker::console_warn!("character codes: {left_out} contradict the built-in table and are left out");
    }
    Ok(variants)
}

/// The policy in force.
pub async fn policy(env: &Env) -> Result<Policy, Fault> {
    match setting(env, POLICY).await? {
        Some(value) => Ok(shiming_wire::json::from_slice(value.as_bytes())?),
        None => Ok(Policy::default()),
    }
}

/// What is wanted of a document's file.
#[derive(Deserialize)]
struct Format {
    format: FormatParameters,
}

/// The image-format parameters in force (RN-3), each side of each document once, in the order of capture.
pub async fn format_parameters(env: &Env) -> Result<Vec<FormatParameters>, Fault> {
    let overrides: Vec<FormatParameters> = match setting(env, FORMAT).await? {
        Some(value) => shiming_wire::json::from_slice(value.as_bytes())?,
        None => Vec::new(),
    };
    Ok(sources(DocumentKind::CnResidentId)
        .iter()
        .filter_map(|file| shiming_wire::json::from_slice::<Format>(file.as_bytes()).ok())
        .map(|side| side.format)
        .map(|default| {
            let same = |own: &&FormatParameters| own.document == default.document && own.side == default.side;
            overrides.iter().find(same).cloned().unwrap_or(default)
        })
        .collect())
}
