//! Whether a certificate is still good, and what a stranger who checks it may see (NC-5).

use serde::{Deserialize, Serialize};
use shiming_identity::{Date, DocumentNumber, PersonName};

use crate::number::CertificateNumber;
use crate::outcome::Certificate;

/// How long certificates are valid: the operator's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Policy {
    months: u8,
}

/// Not between one month and two years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("certificates are valid for 1 to 24 months")]
pub struct PolicyError;

impl Default for Policy {
    /// Three months.
    fn default() -> Self {
        Self { months: 3 }
    }
}

impl Policy {
    /// So many months, 1 to 24.
    pub fn new(months: u8) -> Result<Self, PolicyError> {
        if (1..=24).contains(&months) { Ok(Self { months }) } else { Err(PolicyError) }
    }

    /// How many months.
    #[must_use]
    pub fn months(self) -> u8 {
        self.months
    }

    /// The last day of a certificate that is issued on this day. The day itself is not counted, and the period ends on the day
    /// of the same number; where that month is too short, on its last (Civil Code of the PRC, articles 201 and 202).
    #[must_use]
    pub fn last_day(self, issued_on: Date) -> Date {
        let months = u32::from(issued_on.year()) * 12 + u32::from(issued_on.month() - 1) + u32::from(self.months);
        let (year, month) =
            (u16::try_from(months / 12).unwrap_or(u16::MAX), u8::try_from(months % 12 + 1).unwrap_or(12));
        let mut same_or_before = (28..=issued_on.day()).rev().chain([issued_on.day()]);
        // The calendar ends in the year 9999; so does a certificate.
        same_or_before.find_map(|day| Date::new(year, month, day).ok()).unwrap_or(issued_on)
    }
}

impl TryFrom<u8> for Policy {
    type Error = PolicyError;
    fn try_from(months: u8) -> Result<Self, PolicyError> {
        Self::new(months)
    }
}

impl From<Policy> for u8 {
    fn from(policy: Policy) -> Self {
        policy.months
    }
}

/// Why a certificate was withdrawn or superseded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It says something that is not so.
    IssuedInError,
    /// The applicant was somebody else, or deceived the office.
    ObtainedByFraud,
    /// The holder asked for it.
    HolderRequest,
    /// A key or a device that had part in it can no longer be trusted.
    KeyCompromised,
    /// The office decided otherwise.
    OfficeDecision,
}

/// What became of a certificate after it was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Standing,
    /// It was withdrawn.
    Withdrawn {
        /// When, in China.
        on: Date,
        /// Why.
        reason: Reason,
    },
    /// Another was issued in its place.
    Superseded {
        /// When, in China.
        on: Date,
        /// Which.
        by: CertificateNumber,
        /// Why.
        reason: Reason,
    },
}

/// What a genuine certificate is worth on a day. What was withdrawn stays so after its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Valid.
    Valid,
    /// Past its last day.
    Expired,
    /// Withdrawn.
    Withdrawn {
        /// When, in China.
        on: Date,
        /// Why.
        reason: Reason,
    },
    /// Replaced by another.
    Superseded {
        /// When, in China.
        on: Date,
        /// Which.
        by: CertificateNumber,
        /// Why.
        reason: Reason,
    },
}

impl Standing {
    /// What a certificate with this last day is worth today.
    #[must_use]
    pub fn of(valid_through: Date, fate: Fate, today: Date) -> Self {
        match fate {
            Fate::Withdrawn { on, reason } => Self::Withdrawn { on, reason },
            Fate::Superseded { on, by, reason } => Self::Superseded { on, by, reason },
            Fate::Standing if valid_through < today => Self::Expired,
            Fate::Standing => Self::Valid,
        }
    }

    /// A stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// The facts of a certificate as a stranger may see them who has the paper before them: enough to hold it against the paper,
/// too little to learn who somebody is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Masked {
    /// `张*`.
    pub name: String,
    /// `1****************X`.
    pub document_number: String,
    /// The certificate's number.
    pub number: CertificateNumber,
    /// The office's name in Chinese and English.
    pub office: crate::outcome::Bilingual,
    /// The day of issue.
    pub issued_on: Date,
    /// The last day.
    pub valid_through: Date,
}

impl std::fmt::Debug for Masked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masked({})", self.number)
    }
}

impl Masked {
    /// What is shown of a certificate.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        let holder = certificate.holder();
        Self {
            name: masked_name(&holder.name),
            document_number: masked_number(&holder.document),
            number: certificate.number(),
            office: certificate.office().name.clone(),
            issued_on: certificate.issued_on(),
            valid_through: certificate.valid_through(),
        }
    }
}

/// The first character and a star: how long the name is is not told.
pub(crate) fn masked_name(name: &PersonName) -> String {
    name.as_str().chars().take(1).chain(['*']).collect()
}

/// The first and the last character.
fn masked_number(number: &DocumentNumber) -> String {
    let last = number.as_str().chars().count() - 1;
    number.as_str().chars().enumerate().map(|(at, c)| if at == 0 || at == last { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::DocumentKind;

    use super::*;

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    // NC-5
    #[test]
    fn certificates_last_to_the_same_day_of_a_later_month() {
        for (issued, months, last) in [
            ("2026-07-28", 3, "2026-10-28"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2027-11-30", 3, "2028-02-29"),
            ("2026-10-31", 1, "2026-11-30"),
            ("2026-12-01", 1, "2027-01-01"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-01-05", 24, "2028-01-05"),
            ("9999-12-01", 3, "9999-12-01"),
        ] {
            assert_eq!(Policy::new(months).unwrap().last_day(day(issued)), day(last), "{issued} {months}");
        }
        assert_eq!((Policy::new(0), Policy::new(25)), (Err(PolicyError), Err(PolicyError)));
        assert_eq!(Policy::default().months(), 3);
    }

    // NC-5
    #[test]
    fn what_was_withdrawn_is_withdrawn_whatever_the_day() {
        let last = day("2026-10-28");
        let by = CertificateNumber::parse("110105-021-20260728-00042-7").unwrap();
        let withdrawn = Fate::Withdrawn { on: day("2026-08-01"), reason: Reason::IssuedInError };
        let superseded = Fate::Superseded { on: day("2026-08-01"), by, reason: Reason::HolderRequest };
        for (fate, today, code) in [
            (Fate::Standing, "2026-10-28", "valid"),
            (Fate::Standing, "2026-10-29", "expired"),
            (withdrawn, "2026-08-01", "withdrawn"),
            (withdrawn, "2030-01-01", "withdrawn"),
            (superseded, "2026-08-01", "superseded"),
            (superseded, "2030-01-01", "superseded"),
        ] {
            assert_eq!(Standing::of(last, fate, day(today)).code(), code, "{today}");
        }
    }

    // NC-5
    #[test]
    fn a_stranger_sees_the_ends_only() {
        for (name, masked) in
            [("张三", "张*"), ("阿依努尔·买买提", "阿*"), ("\u{20BB7}野", "\u{20BB7}*"), ("Anna Li", "A*")]
        {
            assert_eq!(masked_name(&PersonName::parse(name).unwrap()), masked);
        }
        let number = DocumentNumber::parse(DocumentKind::CnResidentId, "11010519491231002X").unwrap();
        assert_eq!(masked_number(&number), "1****************X");
    }
}
