//! The operator's side: offices, withdrawal, and looking a certificate up.

use serde::{Deserialize, Serialize};
use shiming_certificate::log::{Entry, Event};
use shiming_certificate::{CertificateNumber, Masked, Office, OfficeCode, Reason};
use shiming_cloud::database::{self, together};
use shiming_cloud::http::{Answer, Target, body, idempotency_key, json, parse, written};
use shiming_cloud::once::{Actor, Once};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::staff::{Role, person};
use shiming_cloud::{clock, names, sealed};
use shiming_wire::{ProblemType, Text, UnixSeconds};
use worker::{Env, Request};

use crate::config::Config;
use crate::offices::{self, Words};
use crate::routes::templates;
use crate::{issue, log};

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
pub async fn set_office(mut request: Request, env: &Env, config: &Config, code: &str) -> Answer {
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
    templates::suits(env, config, &office).await?;
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

/// What ends a certificate: without a successor it is withdrawn, with one superseded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdraw {
    number: CertificateNumber,
    reason: Reason,
    successor: Option<CertificateNumber>,
}

#[derive(Serialize)]
struct Withdrawn {
    number: CertificateNumber,
    withdrawn_at: UnixSeconds,
}

/// A certificate as far as its end is concerned.
#[derive(Deserialize)]
struct Standing {
    person: String,
    ended: u8,
}

async fn standing(env: &Env, number: &CertificateNumber) -> Result<Option<Standing>, Fault> {
    let sql = "SELECT person, ended_at IS NOT NULL AS ended FROM certificates WHERE number = ?";
    database::row(env, sql, &[&number.compact()]).await
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
    let Withdraw { number, reason, successor } = parse(&body)?;
    let (text, now) = (number.compact(), clock::now());
    let answer = serde_json::to_string(&Withdrawn { number, withdrawn_at: now })?;
    let event = match successor {
        None => Event::Withdrawn(reason),
        Some(by) => Event::Superseded { by, reason },
    };
    let entry = Entry { at: now, number, event };
    let with = async || {
        let ending = standing(env, &number).await?.ok_or(ProblemType::CertificateNotFound)?;
        if ending.ended != 0 {
            return Err(ProblemType::StateConflict.into());
        }
        if let Some(by) = successor {
            // The same person's, which stands.
            let other = standing(env, &by).await?;
            if by == number || other.is_none_or(|other| other.ended != 0 || other.person != ending.person) {
                return Err(invalid("/successor"));
            }
        }
        let sql = "UPDATE certificates SET ended_at = ?, reason = ?, ended_by = ?, superseded_by = ? WHERE number = ?";
        let by = successor.map(CertificateNumber::compact);
        Ok(vec![
            database::statement(env, sql, &[&now, &database::word(&reason)?, &name, &by, &text])?,
            database::audit(env, now, name, "certificate.withdraw", &text)?,
            once.record(200, &answer).await?,
        ])
    };
    log::write(env, config, &entry, with).await?;
    written(200, "application/json", answer)
}

/// Whose certificates, or which: one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    /// A document's number.
    document_number: Option<Text<18>>,
    /// A certificate's number.
    number: Option<CertificateNumber>,
}

/// A certificate as it is kept.
#[derive(Deserialize)]
struct Row {
    number: CertificateNumber,
    facts: String,
    issued_at: UnixSeconds,
    ended_at: Option<UnixSeconds>,
    reason: Option<Reason>,
    superseded_by: Option<CertificateNumber>,
}

/// A certificate as it is listed, its holder masked.
#[derive(Serialize)]
struct Found {
    certificate: Masked,
    issued_at: UnixSeconds,
    ended_at: Option<UnixSeconds>,
    reason: Option<Reason>,
    superseded_by: Option<CertificateNumber>,
}

/// `POST /v1/certificates/search`: a person's certificates, newest first, or one. In a body, so that no log has the number.
pub async fn search(mut request: Request, env: &Env, config: &Config) -> Answer {
    let person = person(env, &request, &[Role::Operator]).await?;
    let (member, value) = match parse(&body(&mut request).await?)? {
        Search { document_number: Some(number), number: None } => {
            ("person", names::person(&config.common, &number.as_str().to_uppercase()))
        }
        Search { document_number: None, number: Some(number) } => ("number", number.compact()),
        _ => return Err(invalid("/document_number")),
    };
    let sql = format!(
        "SELECT number, facts, issued_at, ended_at, reason, superseded_by FROM certificates WHERE {member} = ?
        ORDER BY issued_at DESC, number DESC LIMIT {MOST_LISTED}"
    );
    let rows: Vec<Row> = database::rows(env, &sql, &[&value]).await?;
    let mut found = Vec::with_capacity(rows.len());
    for Row { number, facts, issued_at, ended_at, reason, superseded_by } in rows {
        let place = issue::facts_place(&number.compact());
        let certificate = sealed::open_text(&config.common.data_keys, &place, &facts).await?;
        found.push(Found { certificate, issued_at, ended_at, reason, superseded_by });
    }
    database::audit(env, clock::now(), person.name.as_str(), "certificate.search", &value)?.run().await?;
    json(200, &found)
}
