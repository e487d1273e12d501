//! What the risk-control store learns of cards (EC-3).

use shiming_cloud::{clock, database};
use worker::{D1PreparedStatement, Env};

/// Writes down that cards were issued: to which person (a keyed hash), identified by which device.
pub fn issued(env: &Env, person: &str, device: &str) -> worker::Result<D1PreparedStatement> {
    let sql = "INSERT INTO risk_events (at, kind, decision, findings, person, device)
        VALUES (?, 'issued', 'allow', '[]', ?, ?)";
    database::statement(env, sql, &[&clock::now(), &person, &device])
}
