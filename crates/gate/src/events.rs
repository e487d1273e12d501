//! The risk-control store in D1 (EC-2): what was asked, what was decided, and why. Rules and words are
//! `shiming_service::risk`.

use serde::{Deserialize, Serialize};
use shiming_cloud::clock;
use shiming_cloud::database::{self, Bind, RISK_RULES};
use shiming_cloud::problem::Fault;
use shiming_service::risk::{
    Decision, FAILED_LIVENESS, Finding, REVIEW_SECONDS, Reason, Reviewed, Rule, default_rules,
};
use worker::{D1PreparedStatement, Env};

/// Whom a request is about, and whom it came from.
pub struct Subject<'a> {
    /// Keyed hash of the ID number.
    pub person: Option<&'a str>,
    /// The device.
    pub device: Option<&'a str>,
    /// Keyed hash of the client's address.
    pub client: Option<&'a str>,
}

/// The rules in force.
pub async fn rules(env: &Env) -> Result<Vec<Rule>, Fault> {
    Ok(database::setting(env, RISK_RULES)
        .await?
        .map_or_else(|| Ok(default_rules()), |value| shiming_wire::json::from_slice(value.as_bytes()))?)
}

/// Puts rules in force.
pub async fn set_rules(env: &Env, rules: &[Rule], by: &str) -> Result<(), Fault> {
    Ok(database::set_setting(env, RISK_RULES, &serde_json::to_string(rules)?, by, clock::now()).await?)
}

/// Notes that a device was refused. Whoever knocks a hundred times a minute makes one row.
pub async fn refused(env: &Env, reason: Reason, device: Option<&str>, client: &str) -> Result<(), Fault> {
    let now = clock::now();
    let word = database::word(&reason)?;
    let alike = format!("{} {word} {} {client}", now / 60, device.unwrap_or("-"));
    let sql = "INSERT INTO risk_events (at, kind, decision, code, findings, device, address, alike)
        VALUES (?, 'device', 'refuse', ?, ?, ?, ?, ?) ON CONFLICT (alike) DO UPDATE SET times = times + 1";
    let findings = serde_json::to_string(&[Finding::from(reason)])?;
    let values: [&dyn Bind; 6] = [&now, &word, &findings, &device, &client, &alike];
    Ok(database::run(env, sql, &values).await?)
}

/// Writes down that cards of a person were revoked.
pub fn revoked(env: &Env, person: &str, device: &str) -> Result<D1PreparedStatement, Fault> {
    let sql = "INSERT INTO risk_events (at, kind, decision, findings, person, device)
        VALUES (?, 'revoked', 'allow', '[]', ?, ?)";
    Ok(database::statement(env, sql, &[&clock::now(), &person, &device])?)
}

/// A request for an offer as it is written down: first that it was asked, then what came of it. So two at once count each
/// other.
pub struct Asked {
    number: u64,
}

impl Asked {
    /// Writes down that somebody asks.
    pub async fn begin(env: &Env, subject: &Subject<'_>) -> Result<Self, Fault> {
        #[derive(Deserialize)]
        struct Row {
            number: u64,
        }
        let sql = "INSERT INTO risk_events (at, kind, decision, findings, device, person, address)
            VALUES (?, 'offer', 'asked', '[]', ?, ?, ?) RETURNING number";
        let values: [&dyn Bind; 4] = [&clock::now(), &subject.device, &subject.person, &subject.client];
        let row: Option<Row> = database::row(env, sql, &values).await?;
        row.map(|row| Self { number: row.number }).ok_or_else(|| Fault::Internal("an event has no number".to_owned()))
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Writes down what came of it.
    pub fn settle(
        &self,
        env: &Env,
        decision: Decision,
        code: Option<Reason>,
        findings: &[Finding],
    ) -> Result<D1PreparedStatement, Fault> {
        let code = code.map(|code| database::word(&code)).transpose()?;
        let (decision, findings) = (database::word(&decision)?, serde_json::to_string(findings)?);
        let sql = "UPDATE risk_events SET decision = ?, code = ?, findings = ? WHERE number = ?";
        Ok(database::statement(env, sql, &[&decision, &code, &findings, &self.number])?)
    }
}

/// What each rule counts, the request at hand among it; in the order of the rules.
pub async fn counts(env: &Env, rules: &[Rule], subject: &Subject<'_>) -> Result<Vec<u32>, Fault> {
    #[derive(Deserialize)]
    struct Row {
        counts: String,
    }
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let now = clock::now();
    let counted: Vec<String> =
        rules.iter().map(|rule| counted(rule.reason, rule.since(now))).collect::<worker::Result<_>>()?;
    // One row whatever the operator set: the platform takes no more than five SELECTs joined by UNION.
    let sql = format!("SELECT json_array({}) AS counts, ?1 AS person, ?2 AS device, ?3 AS client", counted.join(", "));
    let row: Option<Row> = database::row(env, &sql, &[&subject.person, &subject.device, &subject.client]).await?;
    Ok(serde_json::from_str(&row.map(|row| row.counts).unwrap_or_default())?)
}

/// SQL that counts; an outage of the register, after which a device asks again, is nobody's haste.
fn counted(reason: Reason, since: u64) -> worker::Result<String> {
    let asked = "kind = 'offer' AND code IS NOT 'unavailable'";
    let (what, from) = match reason {
        Reason::Blacklisted => return Ok("(SELECT COUNT(*) FROM blacklist WHERE person = ?1)".to_owned()),
        Reason::NumbersOfPerson => {
            return Ok("(SELECT COUNT(DISTINCT line) FROM registrations
                WHERE person = ?1 AND state IN ('stored', 'effective'))"
                .to_owned());
        }
        Reason::DeviceFailedLiveness => ("*", failed_in_a_row("device = ?2")?),
        Reason::HolderFailedLiveness => ("*", failed_in_a_row("person = ?1")?),
        Reason::HolderVelocity => ("*", format!("person = ?1 AND {asked}")),
        Reason::DeviceVelocity => ("*", format!("device = ?2 AND {asked}")),
        Reason::AddressVelocity => ("*", format!("address = ?3 AND {asked}")),
        Reason::DeviceHolders => ("DISTINCT person", format!("device = ?2 AND {asked}")),
        Reason::DeviceMismatches => ("*", "device = ?2 AND kind = 'offer' AND code = 'not_confirmed'".to_owned()),
        Reason::HolderMismatches => ("*", "person = ?1 AND kind = 'offer' AND code = 'not_confirmed'".to_owned()),
        // Faces are compared once one has passed (`faces::repeated`); no rule counts anything else (`risk::validate`).
        _ => return Ok("0".to_owned()),
    };
    Ok(format!("(SELECT COUNT({what}) FROM risk_events WHERE {from} AND at > {since})"))
}

/// Live faces that did not pass since the last one that did.
fn failed_in_a_row(whose: &str) -> worker::Result<String> {
    let codes = FAILED_LIVENESS.iter().map(database::word).collect::<worker::Result<Vec<_>>>()?.join("', '");
    let passed = database::word(&Reason::LiveFace)?;
    Ok(format!(
        "{whose} AND kind = 'offer' AND code IN ('{codes}') AND number >
         (SELECT coalesce(MAX(number), 0) FROM risk_events WHERE {whose} AND kind = 'offer' AND code = '{passed}')"
    ))
}

#[derive(Deserialize)]
struct ReviewRow {
    number: u64,
    approved: Option<u8>,
    decided_at: Option<u64>,
    used: u8,
}

/// What an operator said of this person at this device, and the number of the event.
pub async fn reviewed(env: &Env, person: &str, device: &str) -> Result<(Reviewed, u64), Fault> {
    let sql = "SELECT number, approved, decided_at, used_at IS NOT NULL AS used FROM risk_events
        WHERE person = ? AND device = ? AND kind = 'offer' AND decision = 'review' ORDER BY number DESC LIMIT 1";
    let row: Option<ReviewRow> = database::row(env, sql, &[&person, &device]).await?;
    let Some(row) = row else { return Ok((Reviewed::No, 0)) };
    let lately = row.decided_at.is_some_and(|at| clock::now() < at + REVIEW_SECONDS);
    let reviewed = match (row.approved, row.used) {
        (None, _) => Reviewed::Open,
        (Some(1), 0) if lately => Reviewed::Approved,
        (Some(0), _) if lately => Reviewed::Refused,
        _ => Reviewed::No,
    };
    Ok((reviewed, row.number))
}

/// Uses an approval up.
pub fn used(env: &Env, number: u64) -> Result<D1PreparedStatement, Fault> {
    Ok(database::statement(env, "UPDATE risk_events SET used_at = ? WHERE number = ?", &[&clock::now(), &number])?)
}

/// Decides a review; none where there is none that is open.
pub async fn decide(
    env: &Env,
    number: u64,
    approved: bool,
    by: &str,
    reason: &str,
) -> Result<Option<EventView>, Fault> {
    let sql = format!(
        "UPDATE risk_events SET decided_at = ?, approved = ?, decided_by = ?, reason = ?
         WHERE number = ? AND kind = 'offer' AND decision = 'review' AND decided_at IS NULL RETURNING {COLUMNS}"
    );
    let row: Option<EventRow> = database::row(env, &sql, &[&clock::now(), &approved, &by, &reason, &number]).await?;
    row.map(EventRow::view).transpose()
}

const COLUMNS: &str = "number, at, kind, decision, findings, device, person, address, times, approved";

#[derive(Deserialize)]
struct EventRow {
    number: u64,
    at: u64,
    kind: String,
    decision: Decision,
    findings: String,
    device: Option<String>,
    person: Option<String>,
    address: Option<String>,
    times: u32,
    approved: Option<u8>,
}

/// An event as operators see it.
#[derive(Serialize)]
pub struct EventView {
    number: u64,
    at: u64,
    kind: String,
    decision: Decision,
    times: u32,
    reasons: Vec<ReasonView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<&'static str>,
}

#[derive(Serialize)]
struct ReasonView {
    #[serde(flatten)]
    finding: Finding,
    explanation: String,
}

impl EventRow {
    fn view(self) -> Result<EventView, Fault> {
        let findings: Vec<Finding> = shiming_wire::json::from_slice(self.findings.as_bytes())?;
        let explained = |finding: Finding| ReasonView { explanation: finding.explanation(), finding };
        let review = (self.decision == Decision::Review).then_some(match self.approved {
            None => "open",
            Some(1) => "approved",
            Some(_) => "refused",
        });
        Ok(EventView {
            number: self.number,
            at: self.at,
            kind: self.kind,
            decision: self.decision,
            times: self.times,
            reasons: findings.into_iter().map(explained).collect(),
            device: self.device,
            holder: self.person,
            address: self.address,
            review,
        })
    }
}

/// The newest hundred events before a number.
pub async fn list(env: &Env, before: u64) -> Result<Vec<EventView>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM risk_events WHERE number < ? ORDER BY number DESC LIMIT 100");
    let rows: Vec<EventRow> = database::rows(env, &sql, &[&before]).await?;
    rows.into_iter().map(EventRow::view).collect()
}
