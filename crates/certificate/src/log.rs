//! The append-only log of issued certificates: entries chained by their hashes, heads signed (docs/certificate.md).
//!
//! The log knows what was issued, withdrawn and superseded, and nothing of anybody who got no certificate. It holds no
//! personal data: numbers of certificates and hashes of files.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shiming_credential::token::{self, ISSUED_AT};
use shiming_credential::{Claim, Claims, IssuerKeys, KeyId, TokenError, Unsigned};
use shiming_identity::Date;

use crate::hash::Hash;
use crate::number::CertificateNumber;
use crate::standing::{Fate, Reason};

/// What every hash of the chain begins with.
const DOMAIN: &[u8] = b"shiming-log-1";
/// `typ` of a signed head.
const HEAD: &str = "shiming-log-head";
/// `sub`: the log's name.
const SUB: i64 = 2;
/// Private use: how many entries there are, and the hash of the last.
const SIZE: i64 = -65_540;
const CHAIN: i64 = -65_541;
/// A head is signed every day; an export whose last is older, seconds, lacks its end.
pub const FRESH_FOR: u64 = 36 * 3600;
/// So many seconds the clock of whoever audits may be behind.
const SKEW: u64 = 300;

/// Something that happened to a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, seconds since 1970.
    pub at: u64,
    /// To which.
    pub number: CertificateNumber,
    /// What.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was issued; this is its file's hash.
    Issued(Hash),
    /// It was withdrawn.
    Withdrawn(Reason),
    /// Another, which was issued before, took its place.
    Superseded {
        /// Which.
        by: CertificateNumber,
        /// Why.
        reason: Reason,
    },
}

/// Where a log ends: what the next entry is chained to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// How many entries there are.
    pub size: u64,
    /// The hash of the last; of an empty log, of its name.
    pub chain: Hash,
}

/// A signed head: so the log was at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The log's name.
    pub log: String,
    /// Where it ended.
    pub tail: Tail,
    /// When that was signed, seconds since 1970.
    pub at: u64,
}

/// An entry as it is written: one line of JSON, in this order, without white space.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    at: u64,
    number: CertificateNumber,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<CertificateNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// Not part of what is hashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chain: Option<Hash>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Issued,
    Withdrawn,
    Superseded,
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    log: String,
}

/// A signed head, base64url.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadRow {
    head: String,
}

impl Row {
    fn of(entry: &Entry) -> Self {
        let (kind, file, by, reason) = match entry.event {
            Event::Issued(file) => (Kind::Issued, Some(file), None, None),
            Event::Withdrawn(reason) => (Kind::Withdrawn, None, None, Some(reason)),
            Event::Superseded { by, reason } => (Kind::Superseded, None, Some(by), Some(reason)),
        };
        Self { at: entry.at, number: entry.number, kind, file, by, reason, chain: None }
    }

    fn entry(&self) -> Option<Entry> {
        let event = match (&self.kind, self.file, self.by, self.reason) {
            (Kind::Issued, Some(file), None, None) => Event::Issued(file),
            (Kind::Withdrawn, None, None, Some(reason)) => Event::Withdrawn(reason),
            (Kind::Superseded, None, Some(by), Some(reason)) => Event::Superseded { by, reason },
            _ => return None,
        };
        Some(Entry { at: self.at, number: self.number, event })
    }

    /// The line. Writing to memory does not fail.
    fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Tail {
    /// Where an empty log of that name ends.
    #[must_use]
    pub fn of_empty(log: &str) -> Self {
        Self { size: 0, chain: Hash::of(&[DOMAIN, log.as_bytes()]) }
    }

    /// Where the log ends with this entry, and the entry's line.
    #[must_use]
    pub fn append(self, entry: &Entry) -> (Self, String) {
        let mut row = Row::of(entry);
        let chain = Hash::of(&[DOMAIN, &self.chain.0, row.line().as_bytes()]);
        row.chain = Some(chain);
        (Self { size: self.size + 1, chain }, row.line())
    }
}

impl Head {
    /// What the issuer's key of that name has to sign.
    #[must_use]
    pub fn unsigned(&self, key_id: &KeyId) -> Unsigned {
        let claims = Claims::from([
            (SUB, Claim::Text(self.log.clone())),
            (ISSUED_AT, Claim::Number(self.at)),
            (SIZE, Claim::Number(self.tail.size)),
            (CHAIN, Claim::Bytes(self.tail.chain.0.to_vec())),
        ]);
        token::unsigned(HEAD, key_id, &claims)
    }

    /// Reads a head that one of these keys signed.
    pub fn open(bytes: &[u8], keys: &IssuerKeys) -> Result<Self, TokenError> {
        let claims = token::open(bytes, HEAD, keys)?;
        let read = || {
            let (Claim::Text(log), Claim::Number(at)) = (claims.get(&SUB)?, claims.get(&ISSUED_AT)?) else {
                return None;
            };
            let (Claim::Number(size), Claim::Bytes(chain)) = (claims.get(&SIZE)?, claims.get(&CHAIN)?) else {
                return None;
            };
            let tail = Tail { size: *size, chain: Hash(chain.as_slice().try_into().ok()?) };
            (claims.len() == 4).then(|| Self { log: log.clone(), tail, at: *at })
        };
        read().ok_or(TokenError::Malformed)
    }

    /// Reads a head as a line of a log, or as the same text by itself.
    pub fn parse(line: &str, keys: &IssuerKeys) -> Result<Self, TokenError> {
        let text = serde_json::from_str(line).map_or_else(|_| line.to_owned(), |row: HeadRow| row.head);
        Self::open(&URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed)?, keys)
    }
}

/// The first line of a log of that name.
#[must_use]
pub fn title_line(log: &str) -> String {
    serde_json::to_string(&Title { log: log.to_owned() }).unwrap_or_default()
}

/// The line of a signed head.
#[must_use]
pub fn head_line(signed: &[u8]) -> String {
    serde_json::to_string(&HeadRow { head: URL_SAFE_NO_PAD.encode(signed) }).unwrap_or_default()
}

/// What a log says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// When it was issued, seconds since 1970.
    pub at: u64,
    /// Its file's hash.
    pub file: Hash,
    /// What became of it.
    pub fate: Fate,
}

/// A log in which nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Its name.
    pub log: String,
    /// Where it ends.
    pub tail: Tail,
    /// How many signed heads it has.
    pub heads: u64,
    /// When the last was signed, seconds since 1970.
    pub signed_at: u64,
    /// Every certificate in it.
    pub certificates: BTreeMap<CertificateNumber, Issued>,
}

/// Where a log is wrong, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct AuditError {
    /// From 1; of what is missing at the end, the last.
    pub line: usize,
    /// How.
    pub fault: Fault,
}

/// What is wrong with a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The first line does not name the log.
    #[error("the log's name is missing")]
    NoTitle,
    /// A line that is no entry and no head, or is written otherwise than we write.
    #[error("not an entry")]
    Malformed,
    /// The entry is not chained to the one before: it was altered, or one before it removed, inserted or moved.
    #[error("the chain is broken: an entry was altered, removed, inserted or moved")]
    Chain,
    /// A head that the issuer did not sign, or of another log.
    #[error("the head is not the issuer's: {0}")]
    Head(#[source] TokenError),
    /// A head says that the log was otherwise: entries before it were altered, and the chain made anew.
    #[error("the log is not what its head says")]
    HeadDiffers,
    /// Something happened before what stands above it.
    #[error("the entry is earlier than the one before")]
    Order,
    /// The date in a number is not the day of issue.
    #[error("the number's date is not the day of issue")]
    NumberDate,
    /// A number was issued before.
    #[error("the number was issued before")]
    IssuedTwice,
    /// Nothing was issued under the number, or it is over already.
    #[error("no standing certificate has this number")]
    NotStanding,
    /// Entries that no head vouches for, or no head at all.
    #[error("no head vouches for the last entries")]
    NotSigned,
    /// The last head is old: later entries and heads were cut off, or the issuer stopped signing.
    #[error("the last head is older than {} hours", FRESH_FOR / 3600)]
    Stale,
    /// A head that is known from elsewhere says that there was more, or something else.
    #[error("a head that was kept elsewhere says otherwise")]
    KnownHead,
}

/// Looks for anything that was removed, altered, moved, inserted or cut off, in a log as it is exported: a line that names it,
/// entries, and heads. `known` are heads that were kept elsewhere: only they show that a whole end was cut off which is as old
/// as the newest head that is left. `now`: seconds since 1970.
pub fn audit(text: &str, keys: &IssuerKeys, known: &[Head], now: u64) -> Result<Audited, AuditError> {
    if text.is_empty() {
        return Err(AuditError { line: 1, fault: Fault::NoTitle });
    }
    let (body, is_ended) = text.strip_suffix('\n').map_or((text, false), |body| (body, true));
    let mut audit = Audit::default();
    let mut last = 0;
    // Not `lines`, which takes a carriage return for a part of the line's end.
    for line in body.split('\n') {
        last += 1;
        audit.take(line, keys, known).map_err(|fault| AuditError { line: last, fault })?;
    }
    // A line that is not ended may be the rest of a longer one.
    let ended = if is_ended { audit.end(known, now) } else { Err(Fault::Malformed) };
    ended.map_err(|fault| AuditError { line: last, fault })
}

/// What was read so far.
#[derive(Default)]
struct Audit {
    log: Option<String>,
    tail: Option<Tail>,
    at: u64,
    heads: u64,
    last_head: Option<Head>,
    certificates: BTreeMap<CertificateNumber, Issued>,
}

impl Audit {
    fn take(&mut self, line: &str, keys: &IssuerKeys, known: &[Head]) -> Result<(), Fault> {
        let Some(log) = &self.log else {
            let Title { log } = serde_json::from_str(line).map_err(|_| Fault::NoTitle)?;
            if title_line(&log) != line {
                return Err(Fault::NoTitle);
            }
            self.tail = Some(Tail::of_empty(&log));
            self.log = Some(log);
            return Ok(());
        };
        let tail = self.tail.unwrap_or_else(|| Tail::of_empty(log));
        if line.starts_with("{\"head\"") {
            let row: HeadRow = serde_json::from_str(line).map_err(|_| Fault::Malformed)?;
            let signed = URL_SAFE_NO_PAD.decode(&row.head).map_err(|_| Fault::Malformed)?;
            if head_line(&signed) != line {
                return Err(Fault::Malformed);
            }
            let head = Head::open(&signed, keys).map_err(Fault::Head)?;
            let differs = head.log != *log || head.tail != tail || head.at < self.at;
            if differs {
                return Err(Fault::HeadDiffers);
            }
            self.at = head.at;
            self.heads += 1;
            self.last_head = Some(head);
            return Ok(());
        }
        let row: Row = serde_json::from_str(line).map_err(|_| Fault::Malformed)?;
        let entry = row.entry().ok_or(Fault::Malformed)?;
        let (next, again) = tail.append(&entry);
        if row.chain != Some(next.chain) {
            return Err(Fault::Chain);
        }
        if again != line {
            return Err(Fault::Malformed);
        }
        self.enter(&entry)?;
        self.tail = Some(next);
        if known.iter().any(|head| head.tail.size == next.size && head.tail.chain != next.chain) {
            return Err(Fault::KnownHead);
        }
        Ok(())
    }

    fn enter(&mut self, entry: &Entry) -> Result<(), Fault> {
        if entry.at < self.at {
            return Err(Fault::Order);
        }
        self.at = entry.at;
        let on = Date::in_china(entry.at).map_err(|_| Fault::Malformed)?;
        let fate = match entry.event {
            Event::Issued(file) => {
                if entry.number.date() != on {
                    return Err(Fault::NumberDate);
                }
                let issued = Issued { at: entry.at, file, fate: Fate::Standing };
                let before = self.certificates.insert(entry.number, issued);
                return if before.is_some() { Err(Fault::IssuedTwice) } else { Ok(()) };
            }
            Event::Withdrawn(reason) => Fate::Withdrawn { on, reason },
            Event::Superseded { by, reason } if by != entry.number && self.certificates.contains_key(&by) => {
                Fate::Superseded { on, by, reason }
            }
            Event::Superseded { .. } => return Err(Fault::NotStanding),
        };
        match self.certificates.get_mut(&entry.number) {
            Some(issued) if issued.fate == Fate::Standing => {
                issued.fate = fate;
                Ok(())
            }
            _ => Err(Fault::NotStanding),
        }
    }

    fn end(self, known: &[Head], now: u64) -> Result<Audited, Fault> {
        let (log, tail) = (self.log.ok_or(Fault::NoTitle)?, self.tail.ok_or(Fault::NoTitle)?);
        let head = self.last_head.filter(|head| head.tail == tail).ok_or(Fault::NotSigned)?;
        let more = |known: &Head| known.log != log || known.tail.size > tail.size || known.at > head.at;
        if known.iter().any(more) {
            return Err(Fault::KnownHead);
        }
        if head.at.saturating_add(FRESH_FOR) < now || head.at > now.saturating_add(SKEW) {
            return Err(Fault::Stale);
        }
        Ok(Audited { log, tail, heads: self.heads, signed_at: head.at, certificates: self.certificates })
    }
}
