//! What is said about a certificate's file, in one shape for programs (docs/cli.md).

use serde::Serialize;
use shiming_credential::IssuerKeys;
use shiming_identity::Date;

use crate::file::{self, Genuine, Refusal};
use crate::log::Audited;
use crate::number::CertificateNumber;
use crate::standing::{Fate, Reason, Standing};

/// So many seconds the clock of an issuer may be ahead of ours.
const SKEW: u64 = 300;

/// What a file is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// `valid`, `genuine` where no log was at hand, or why not: docs/certificate.md has the list.
    #[serde(rename = "verdict")]
    pub code: &'static str,
    /// What to do, where it is not to be relied on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What the issuer signed; nothing where the file is not the issuer's.
    #[serde(flatten)]
    pub certificate: Option<Statement>,
}

/// What the issuer says of a certificate. It names nobody: who it is about stands in the document, which is genuine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Who issued it.
    pub issuer: String,
    /// Its number.
    pub number: CertificateNumber,
    /// When it was signed, seconds since 1970.
    pub issued_at: u64,
    /// The last day on which it is valid.
    pub valid_through: Date,
    /// Of one that was withdrawn or superseded: since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Which one is to be asked for instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<CertificateNumber>,
}

impl Verdict {
    /// A verdict about what is no file of ours.
    #[must_use]
    pub fn of_problem(code: &'static str, problem: &str) -> Self {
        Self { code, problem: Some(problem.to_owned()), certificate: None }
    }

    /// Whether the certificate may be relied on, as far as can be known here.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self.code, "valid" | "genuine")
    }
}

/// What a certificate's file is worth at `now`, seconds since 1970 (NC-5). Without a log nobody knows here whether it was
/// withdrawn.
#[must_use]
pub fn verify(file: &[u8], keys: &IssuerKeys, log: Option<&Audited>, now: u64) -> Verdict {
    match file::open(file, keys) {
        Ok(genuine) => judge(genuine, log, now),
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> Verdict {
    Verdict::of_problem(refusal.code(), &refusal.to_string())
}

fn judge(genuine: Genuine, log: Option<&Audited>, now: u64) -> Verdict {
    let last_day = genuine.expires_at.checked_sub(1).and_then(|end| Date::in_china(end).ok());
    let (Some(valid_through), Ok(today)) = (last_day, Date::in_china(now)) else { return refused(Refusal::Malformed) };
    let known = log.map(|log| log.certificates.get(&genuine.number).filter(|issued| issued.file == genuine.file));
    let fate = known.flatten().map_or(Fate::Standing, |issued| issued.fate);
    let standing = Standing::of(valid_through, fate, today);
    let (code, problem) = match standing {
        _ if known == Some(None) => ("not_logged", Some("the log does not know this file: ask whoever issued it")),
        Standing::Valid if now.saturating_add(SKEW) < genuine.issued_at => {
            ("not_yet_valid", Some("the certificate is not valid yet: check the clock of this device"))
        }
        Standing::Valid if known.is_none() => ("genuine", None),
        Standing::Valid => ("valid", None),
        Standing::Expired => ("expired", Some("the certificate is past its last day: its holder applies anew")),
        Standing::Withdrawn { .. } => ("withdrawn", Some("the certificate was withdrawn")),
        Standing::Superseded { .. } => ("superseded", Some("another certificate took its place: ask for that one")),
    };
    let (ended_on, reason, superseded_by) = match standing {
        Standing::Withdrawn { on, reason } => (Some(on), Some(reason), None),
        Standing::Superseded { on, by, reason } => (Some(on), Some(reason), Some(by)),
        Standing::Valid | Standing::Expired => (None, None, None),
    };
    let Genuine { issuer, number, issued_at, .. } = genuine;
    let statement = Statement { issuer, number, issued_at, valid_through, ended_on, reason, superseded_by };
    Verdict { code, problem: problem.map(str::to_owned), certificate: Some(statement) }
}
