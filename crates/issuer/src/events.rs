//! What the risk-control store learns of cards (EC-3).

use shiming_cloud::clock;
use shiming_cloud::database::{self, Bind};
use worker::{D1PreparedStatement, Env};

/// Writes down that cards were issued or revoked: of which person (a keyed hash), identified by which device.
pub fn note(env: &Env, kind: &str, person: &str, device: &str) -> worker::Result<D1PreparedStatement> {
    let sql =
        "INSERT INTO risk_events (at, kind, decision, findings, person, device) VALUES (?, ?, 'allow', '[]', ?, ?)";
    let values: [&dyn Bind; 4] = [&clock::now(), &kind, &person, &device];
    database::statement(env, sql, &values)
}
