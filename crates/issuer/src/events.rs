//! What the risk-control store learns of cards (EC-3).

use shiming_cloud::{clock, database};
use worker::{D1PreparedStatement, Env};

/// Writes down that cards were issued: to which person (a keyed hash), identified by which device, and whether they moved to
/// another phone.
pub fn issued(env: &Env, person: &str, device: &str, moved: bool) -> worker::Result<D1PreparedStatement> {
    let sql = "INSERT INTO risk_events (at, kind, decision, findings, person, device)
        VALUES (?, 'issued', 'allow', ?, ?, ?)";
    // As `shiming_service::risk::Reason::Moved` is written.
    let findings = if moved { r#"[{"code":"moved"}]"# } else { "[]" };
    database::statement(env, sql, &[&clock::now(), &findings, &person, &device])
}
