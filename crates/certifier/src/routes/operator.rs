//! The operator's side: offices, withdrawal, and looking a certificate up.

use serde::{Deserialize, Serialize};
use shiming_certificate::log::{Entry, Event};
use shiming_certificate::{CertificateNumber, Office, OfficeCode, Reason};
use shiming_cloud::database::{self, together};
use shiming_cloud::http::{Answer, Target, body, idempotency_key, json, parse, written};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, names};
use shiming_wire::{ProblemType, Text, UnixSeconds};
use worker::{Env, Request};

use crate::config::Config;
use crate::log;
use crate::offices::{self, Words};

/// Longest text of an office, characters.
const LONGEST: usize = 60;
/// Certificates in a list.
const MOST_LISTED: u32 = 100;

/// `GET /v1/certificates/offices`
pub async fn offices(request: Request, env: &Env) -> Answer {
    person(env, &request, &[Role::Operator]).await?;
    json(200, &offices::all(env).await?)
}

/// `PUT /v1/certificates/offices/{code}`
pub async fn set_office(mut request: Request, env: &Env, code: &str) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let code = OfficeCode::parse(code).map_err(|_| ProblemType::NotFound)?;
    let words: Words = parse(&body(&mut request).await?)?;
    let office = words.office(code);
    let texts = [
        ("/name/zh", &office.name.zh),
        ("/name/en", &office.name.en),
        ("/address/zh", &office.address.zh),
        ("/address/en", &office.address.en),
        ("/telephone", &office.telephone),
    ];
    for (pointer, text) in texts {
        if text.trim().is_empty() || text.chars().count() > LONGEST || text.contains(char::is_control) {
            return Err(invalid(pointer));
        }
    }
    let now = clock::now();
    let sql = "INSERT INTO certificate_offices (code, office, set_by, set_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (code) DO UPDATE SET office = excluded.office, set_by = excluded.set_by, set_at = excluded.set_at";
    let kept = serde_json::to_string(&Words::of(&office))?;
    let name = person.name.as_str();
    let batch = vec![
        database::statement(env, sql, &[&code.to_string(), &kept, &name, &now])?,
        database::audit(env, now, name, "certificate.office", &code.to_string())?,
    ];
    together(env, batch).await?;
    json::<Office>(200, &office)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdraw {
    number: CertificateNumber,
    reason: Reason,
}

#[derive(Serialize)]
struct Withdrawn {
    number: CertificateNumber,
    withdrawn_at: UnixSeconds,
}

/// `POST /v1/certificates/withdrawals`: ends a certificate, in its record and in the log, for everybody to see.
pub async fn withdraw(mut request: Request, env: &Env, config: &Config, target: &Target) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let name = person.name.as_str();
    let actor = Actor { name, key: &key };
    let (once, before) = Once::begin(env, &config.common, actor, &target.path, &body).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let Withdraw { number, reason } = parse(&body)?;
    let (text, now) = (number.compact(), clock::now());
    for _ in 0..8 {
        #[derive(Deserialize)]
        struct Row {
            ended: u8,
        }
        let sql = "SELECT ended_at IS NOT NULL AS ended FROM certificates WHERE number = ?";
        let row: Option<Row> = database::row(env, sql, &[&text]).await?;
        if row.ok_or(ProblemType::CertificateNotFound)?.ended != 0 {
            return Err(ProblemType::StateConflict.into());
        }
        let answer = serde_json::to_string(&Withdrawn { number, withdrawn_at: now })?;
        let entry = Entry { at: now, number, event: Event::Withdrawn(reason) };
        let sql =
            "UPDATE certificates SET ended_at = ?, reason = ?, ended_by = ? WHERE number = ? AND ended_at IS NULL";
        let batch = vec![
            database::statement(env, sql, &[&now, &database::word(&reason)?, &name, &text])?,
            log::append(env, log::tail(env, config).await?, &entry)?,
            database::audit(env, now, name, "certificate.withdraw", &text)?,
            once.record(200, &answer).await?,
        ];
        if together(env, batch).await.is_ok() {
            return written(200, "application/json", answer);
        }
        // The log was longer meanwhile.
    }
    Err(Fault::Internal("the log is too busy".to_owned()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    /// A document's number.
    document_number: Text<18>,
}

#[derive(Serialize, Deserialize)]
struct Found {
    number: String,
    issued_at: UnixSeconds,
    ended_at: Option<UnixSeconds>,
    reason: Option<Reason>,
}

/// `POST /v1/certificates/search`: the certificates of a person, newest first. In a body, so that no log has the number.
pub async fn search(mut request: Request, env: &Env, config: &Config) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let Search { document_number } = parse(&body(&mut request).await?)?;
    let sql = format!(
        "SELECT number, issued_at, ended_at, reason FROM certificates WHERE person = ? ORDER BY issued_at DESC LIMIT {MOST_LISTED}"
    );
    let about = names::person(&config.common, document_number.as_str());
    let found: Vec<Found> = database::rows(env, &sql, &[&about]).await?;
    database::audit(env, clock::now(), person.name.as_str(), "certificate.search", &about)?.run().await?;
    json(200, &found)
}
