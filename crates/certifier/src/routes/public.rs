//! What anybody may ask (NC-5): the log, and what number and code from a paper are worth.

use serde::{Deserialize, Serialize};
use shiming_certificate::{CertificateNumber, Masked, Reason, VerificationCode};
use shiming_cloud::http::{self, Answer, json, parse, public};
use shiming_cloud::problem::{Fault, invalid};
use shiming_cloud::{clock, database, names, sealed};
use shiming_identity::Date;
use shiming_wire::{Problem, ProblemType, Text, UnixSeconds};
use worker::{Env, Request};

use crate::config::Config;
use crate::{issue, log};

/// How long the log may be kept by caches on the way, seconds.
const LOG_SECONDS: u32 = 60;
/// Wrong guesses of an address in an hour, and at one number in a day.
const MOST_OF_CLIENT: u32 = 20;
const MOST_OF_NUMBER: u32 = 50;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// `GET /v1/certificates/log`: the whole log, for audit. It is about certificates and nobody.
pub async fn log(env: &Env, config: &Config) -> Answer {
    public("application/jsonl", log::export(env, config).await?.into_bytes(), LOG_SECONDS)
}

/// `POST /v1/certificates/verdicts`: number and code, as they stand on the paper and in its QR symbol.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskVerdict {
    number: Text<40>,
    code: Text<40>,
}

/// What a certificate is worth, with its facts as issued, masked.
#[derive(Serialize)]
struct Verdict {
    #[serde(rename = "verdict")]
    code: &'static str,
    certificate: Masked,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<CertificateNumber>,
}

/// The facts of a certificate, as they were kept.
#[derive(Deserialize)]
struct Row {
    code: String,
    facts: String,
    ended_at: Option<UnixSeconds>,
    reason: Option<Reason>,
    superseded_by: Option<CertificateNumber>,
}

/// Answers [`AskVerdict`]. A number that was not issued and a code that is not its own are one answer.
pub async fn verdict(mut request: Request, env: &Env, config: &Config) -> Answer {
    let client = names::client(&config.common, &request);
    let AskVerdict { number, code } = parse(&http::body(&mut request).await?)?;
    // What breaks its own rule was mistyped: that is no guess.
    let number = CertificateNumber::parse(number.as_str()).map_err(|_| invalid("/number"))?;
    let code = VerificationCode::parse(code.as_str()).map_err(|_| invalid("/code"))?;
    let text = number.compact();
    let now = clock::now();
    limited(env, &client, &text, now).await?;
    let sql = "SELECT code, facts, ended_at, reason, superseded_by FROM certificates WHERE number = ?";
    let row: Option<Row> = database::row(env, sql, &[&text]).await?;
    let hashes = issue::code_hashes(config, &code.printed());
    let Some(row) = row.filter(|row| hashes.contains(&row.code)) else {
        let sql = "INSERT INTO certificate_guesses (client, number, at) VALUES (?, ?, ?)";
        database::run(env, sql, &[&client, &text, &now]).await?;
        return Err(ProblemType::CertificateNotFound.into());
    };
    let certificate: Masked =
        sealed::open_text(&config.common.data_keys, &issue::facts_place(&text), &row.facts).await?;
    let ended_on = row.ended_at.map(Date::in_china).transpose().map_err(|_| Fault::Internal("a date".to_owned()))?;
    let standing = match (&ended_on, &row.superseded_by) {
        (Some(_), Some(_)) => "superseded",
        (Some(_), None) => "withdrawn",
        (None, _) if certificate.valid_through < clock::today()? => "expired",
        (None, _) => "valid",
    };
    json(200, &Verdict { code: standing, certificate, ended_on, reason: row.reason, superseded_by: row.superseded_by })
}

/// Whether this address may guess on, and anybody at this number.
async fn limited(env: &Env, client: &str, number: &str, now: UnixSeconds) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Counts {
        of_client: u32,
        of_number: u32,
    }
    let sql = "SELECT (SELECT COUNT(*) FROM certificate_guesses WHERE client = ? AND at > ?) AS of_client,
        (SELECT COUNT(*) FROM certificate_guesses WHERE number = ? AND at > ?) AS of_number";
    let counts: Option<Counts> = database::row(env, sql, &[&client, &(now - HOUR), &number, &(now - DAY)]).await?;
    let wait = |seconds: u64| {
        let retry_after = u32::try_from(seconds).ok();
        Err(Problem { retry_after, ..Problem::new(ProblemType::AttemptsSpent) }.into())
    };
    match counts {
        Some(Counts { of_client, .. }) if of_client >= MOST_OF_CLIENT => wait(HOUR),
        Some(Counts { of_number, .. }) if of_number >= MOST_OF_NUMBER => wait(DAY),
        _ => Ok(()),
    }
}
