//! Certificates of no criminal record and their log: files in, verdicts out, offline.

use std::ffi::{OsStr, OsString};
use std::fmt;

use serde::Serialize;
use shiming_certificate::file::LENGTH;
use shiming_certificate::log::{AuditError, Audited, Head};
use shiming_certificate::{Verdict, audit, verdict};
use shiming_credential::IssuerKeys;

use crate::verifying::{Unusable, contents};

/// Larger files are no logs: half a gigabyte is a million certificates.
const LARGEST_LOG: u64 = 512 << 20;
/// Larger files are no heads.
const LARGEST_HEAD: u64 = 16 << 10;

/// What is said about a certificate's file.
#[derive(Serialize)]
pub(crate) struct Line {
    /// The file as it was named; what is not Unicode in it is replaced.
    file: String,
    /// What it is worth.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
}

impl Line {
    /// What a file is worth at `now`, seconds since 1970.
    pub(crate) fn of(file: &OsStr, keys: &IssuerKeys, log: Option<&Audited>, now: u64) -> Self {
        // One byte more than a certificate has tells another file.
        let verdict = match contents(file, LENGTH as u64 + 1) {
            Ok(bytes) => verdict::verify(&bytes, keys, log, now),
            Err(Unusable::File(_, error)) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                Verdict::of_problem("other_file", "this is not the file of a certificate: it is too large")
            }
            Err(_) => Verdict::of_problem("file_unreadable", "the file cannot be read"),
        };
        Self { file: file.to_string_lossy().into_owned(), verdict }
    }
}

/// For people.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { code, problem, certificate } = &self.verdict;
        write!(f, "{}: {code}", self.file)?;
        if let Some(problem) = problem {
            write!(f, ": {problem}")?;
        }
        let Some(certificate) = certificate else { return Ok(()) };
        let (number, issuer, last) = (certificate.number, &certificate.issuer, certificate.valid_through);
        write!(f, ": certificate {number} of {issuer}, valid through {last}")?;
        if let Some(on) = certificate.ended_on {
            write!(f, ", over since {on}")?;
        }
        certificate.superseded_by.map_or(Ok(()), |by| write!(f, ", now {by}"))
    }
}

/// What is said about a log.
#[derive(Serialize)]
pub(crate) struct Finding {
    /// `sound` or `altered`.
    verdict: &'static str,
    /// The log's name, how many entries and heads it has, when the last head was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_at: Option<u64>,
    /// Where and how it was altered.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// The log itself, if it is sound.
    #[serde(skip)]
    pub(crate) audited: Option<Audited>,
}

impl Finding {
    fn new(found: Result<Audited, AuditError>) -> Self {
        let none = Self {
            verdict: "altered",
            log: None,
            entries: None,
            heads: None,
            signed_at: None,
            line: None,
            problem: None,
            audited: None,
        };
        match found {
            Err(AuditError { line, fault }) => Self { line: Some(line), problem: Some(fault.to_string()), ..none },
            Ok(audited) => Self {
                verdict: "sound",
                log: Some(audited.log.clone()),
                entries: Some(audited.tail.size),
                heads: Some(audited.heads),
                signed_at: Some(audited.signed_at),
                audited: Some(audited),
                ..none
            },
        }
    }
}

/// For people.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.audited, self.line, &self.problem) {
            (Some(audited), ..) => {
                write!(f, "sound: {}, {} entries, {} heads", audited.log, audited.tail.size, audited.heads)
            }
            (None, Some(line), Some(problem)) => write!(f, "altered: line {line}: {problem}"),
            (None, ..) => f.write_str("altered"),
        }
    }
}

/// Audits a log at `now`, seconds since 1970, with heads that were kept elsewhere.
pub(crate) fn audited(log: &OsStr, keys: &IssuerKeys, heads: &[OsString], now: u64) -> Result<Finding, Unusable> {
    let text = |file: &OsStr, largest: u64| Ok(String::from_utf8_lossy(&contents(file, largest)?).into_owned());
    let heads = heads
        .iter()
        .map(|file| {
            let line = text(file, LARGEST_HEAD)?;
            Head::parse(line.trim(), keys).map_err(|error| Unusable::Head(file.clone(), error))
        })
        .collect::<Result<Vec<_>, Unusable>>()?;
    Ok(Finding::new(audit(&text(log, LARGEST_LOG)?, keys, &heads, now)))
}
