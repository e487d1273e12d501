//! How long a document is valid: resident ID cards by 居民身份证法, article 5; other documents by the rule in their
//! [`Facts`](crate::document::Facts).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::date::{Date, DateError, Expiry};

/// 有效期限: first and last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Validity {
    from: Date,
    until: Expiry,
}

/// Why something is no validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidityError {
    /// Not `YYYY.MM.DD-YYYY.MM.DD` or `YYYY.MM.DD-长期`.
    #[error("not written as two dates")]
    Format,
    /// One of the dates does not exist.
    #[error(transparent)]
    Date(#[from] DateError),
    /// The last day is not after the first.
    #[error("ends before it begins")]
    Order,
}

/// How long a document is made for. A shorter term is smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Term {
    /// A number of months, less than a year.
    Months(u16),
    /// A number of years.
    Years(u16),
    /// 长期
    LongTerm,
}

/// Something is no term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not written as a term")]
pub struct TermError;

impl Term {
    /// What the law gives a holder of this age on the day of issue: under 16 five years, under 26 ten, under 46 twenty,
    /// then without end.
    #[must_use]
    pub fn at_age(years: u16) -> Self {
        match years {
            0..16 => Self::Years(5),
            16..26 => Self::Years(10),
            26..46 => Self::Years(20),
            _ => Self::LongTerm,
        }
    }
}

/// `5y`, `3m` or `long`.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Months(months) => write!(f, "{months}m"),
            Self::Years(years) => write!(f, "{years}y"),
            Self::LongTerm => f.write_str("long"),
        }
    }
}

/// `5y`, `3m` or `long`.
impl TryFrom<String> for Term {
    type Error = TermError;
    fn try_from(text: String) -> Result<Self, TermError> {
        let number = |digits: &str| digits.parse().map_err(|_| TermError);
        match (text.strip_suffix('m'), text.strip_suffix('y')) {
            (Some(months), _) => number(months).map(Self::Months),
            (_, Some(years)) => number(years).map(Self::Years),
            _ if text == "long" => Ok(Self::LongTerm),
            _ => Err(TermError),
        }
    }
}

/// Which terms a kind of document is made for, by the holder's age on the first day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidityRule {
    /// From the youngest on; the last has no end.
    pub ages: Vec<AgeBand>,
    /// Which day is printed as the last.
    pub last_day: LastDay,
}

/// The terms for holders of some ages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeBand {
    /// For holders under this age, in completed years; none: for all others.
    #[serde(default)]
    pub under: Option<u16>,
    /// The terms that they get.
    pub terms: Vec<Term>,
}

/// Which day issuers print as the last of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// The day of the same date as the first.
    Anniversary,
    /// That day or the one before it.
    Either,
}

impl ValidityRule {
    /// What is unusual about `validity` for a holder born on `birth`; without a birth date every term of the rule is
    /// usual.
    #[must_use]
    pub fn warnings(&self, validity: Validity, birth: Option<Date>) -> Option<ValidityWarning> {
        let lasts = |band: &AgeBand| band.terms.iter().any(|term| validity.lasts(*term, self.last_day));
        if !self.ages.iter().any(lasts) {
            return Some(ValidityWarning::UnusualTerm);
        }
        let birth = birth?;
        let own = birth
            .age_on(validity.from())
            .and_then(|age| self.ages.iter().find(|band| band.under.is_none_or(|under| age < under)));
        (!own.is_some_and(lasts)).then_some(ValidityWarning::TermNotOfAge)
    }
}

/// What is unusual about a validity: worth a second look, no proof of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValidityWarning {
    /// Neither 5, 10 or 20 years nor 长期.
    UnusualTerm,
    /// Not the term that a holder of that age gets.
    TermNotOfAge,
}

impl Validity {
    /// From the first to the last day.
    pub fn new(from: Date, until: Expiry) -> Result<Self, ValidityError> {
        match until {
            Expiry::On(last) if last <= from => Err(ValidityError::Order),
            _ => Ok(Self { from, until }),
        }
    }

    /// Reads `2016.07.01-2036.07.01` or `2016.07.01-长期` as printed; white space around the hyphen and the hyphen's
    /// wider relatives are taken.
    pub fn parse_printed(text: &str) -> Result<Self, ValidityError> {
        let dash =
            |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | '~' | '\u{FF5E}' | '至');
        let (from, until) = text.split_once(dash).ok_or(ValidityError::Format)?;
        Self::new(Date::parse_dotted(from)?, Expiry::parse_dotted(until)?)
    }

    /// First day.
    #[must_use]
    pub fn from(self) -> Date {
        self.from
    }

    /// Last day.
    #[must_use]
    pub fn until(self) -> Expiry {
        self.until
    }

    /// Whether the card is valid on `today`.
    #[must_use]
    pub fn includes(self, today: Date) -> bool {
        self.from <= today && !self.until.is_past(today)
    }

    /// The term, if it is one that resident ID cards are made for.
    #[must_use]
    pub fn term(self) -> Option<Term> {
        match self.until {
            Expiry::LongTerm => Some(Term::LongTerm),
            Expiry::On(last) => [5, 10, 20].into_iter().find(|n| self.from.is_years_before(*n, last)).map(Term::Years),
        }
    }

    /// Whether it is as long as `term`, its last day being printed in that way.
    #[must_use]
    pub fn lasts(self, term: Term, last_day: LastDay) -> bool {
        let ends = |last: Date| match term {
            Term::Months(months) => self.from.is_months_before(months, last),
            Term::Years(years) => self.from.is_years_before(years, last),
            Term::LongTerm => false,
        };
        match self.until {
            Expiry::LongTerm => term == Term::LongTerm,
            Expiry::On(last) => ends(last) || (last_day == LastDay::Either && last.tomorrow().is_some_and(ends)),
        }
    }

    /// What is unusual about a resident ID card for a holder born on `birth`.
    #[must_use]
    pub fn warnings(self, birth: Date) -> Option<ValidityWarning> {
        let Some(term) = self.term() else { return Some(ValidityWarning::UnusualTerm) };
        let expected = birth.age_on(self.from).map(Term::at_age);
        (expected != Some(term)).then_some(ValidityWarning::TermNotOfAge)
    }
}

/// `2016.07.01-2036.07.01` or `2016.07.01-长期`, as printed.
impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Expiry::On(last) => write!(f, "{}-{}", self.from.dotted(), last.dotted()),
            Expiry::LongTerm => write!(f, "{}-{}", self.from.dotted(), self.until),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    // RN-5
    #[test]
    fn reads_what_the_card_prints() {
        for text in ["2016.07.01-2036.07.01", "2016.07.01-长期"] {
            assert_eq!(Validity::parse_printed(text).unwrap().to_string(), text);
        }
        assert_eq!(Validity::parse_printed("2016.07.01 — 长期").unwrap().until(), Expiry::LongTerm);
        for (text, error) in [
            ("2016.07.01", ValidityError::Format),
            ("2016.07.01-", ValidityError::Date(DateError::Format)),
            ("2016.07.01-2036.02.30", ValidityError::Date(DateError::NoSuchDay)),
            ("2016.07.01-2016.07.01", ValidityError::Order),
            ("2036.07.01-2016.07.01", ValidityError::Order),
        ] {
            assert_eq!(Validity::parse_printed(text), Err(error), "{text}");
        }
    }

    #[test]
    fn both_ends_are_included() {
        let validity = Validity::parse_printed("2016.07.01-2036.07.01").unwrap();
        for (today, included) in
            [("2016-06-30", false), ("2016-07-01", true), ("2036-07-01", true), ("2036-07-02", false)]
        {
            assert_eq!(validity.includes(day(today)), included, "{today}");
        }
    }

    #[test]
    fn the_term_follows_the_age_at_issue() {
        let born = day("1990-07-01");
        for (printed, warning) in [
            ("2000.07.01-2005.07.01", None),
            ("2006.06.30-2011.06.30", None),
            ("2006.07.01-2016.07.01", None),
            ("2016.06.30-2026.06.30", None),
            ("2016.07.01-2036.07.01", None),
            ("2036.07.01-长期", None),
            ("2016.07.01-长期", Some(ValidityWarning::TermNotOfAge)),
            ("2016.07.01-2026.07.01", Some(ValidityWarning::TermNotOfAge)),
            ("2016.07.01-2031.07.01", Some(ValidityWarning::UnusualTerm)),
            ("1980.07.01-1985.07.01", Some(ValidityWarning::TermNotOfAge)),
        ] {
            assert_eq!(Validity::parse_printed(printed).unwrap().warnings(born), warning, "{printed}");
        }
    }

    // RC-1
    #[test]
    fn documents_last_as_their_rules_say() {
        use crate::document::{DocumentKind, facts};

        let born = day("1990-07-01");
        let warnings = |kind: DocumentKind, from: &str, until: &str| {
            let validity = Validity::new(day(from), until.parse().unwrap()).unwrap();
            facts(kind).validity.as_ref().unwrap().warnings(validity, Some(born))
        };
        let (unusual, not_of_age) = (Some(ValidityWarning::UnusualTerm), Some(ValidityWarning::TermNotOfAge));
        for (kind, from, until, expected) in [
            (DocumentKind::CnTemporaryId, "2026-09-06", "2026-12-06", None),
            (DocumentKind::CnTemporaryId, "2026-09-06", "2026-12-05", None),
            (DocumentKind::CnTemporaryId, "2026-09-06", "2027-09-06", unusual),
            (DocumentKind::CnPassport, "2016-07-02", "2026-07-01", None),
            (DocumentKind::CnPassport, "2001-07-02", "2006-07-01", None),
            (DocumentKind::CnPassport, "2001-07-02", "2011-07-01", not_of_age),
            (DocumentKind::CnPassport, "2016-07-02", "2036-07-01", unusual),
            (DocumentKind::CnTravelPermitHkMacao, "2016-07-02", "2026-07-01", None),
            (DocumentKind::CnTravelPermitHkMacao, "2000-07-02", "2010-07-01", not_of_age),
            (DocumentKind::CnTravelPermitTaiwan, "2016-07-02", "2021-07-01", None),
            (DocumentKind::CnTravelPermitTaiwan, "2016-07-02", "2026-07-01", unusual),
            (DocumentKind::CnResidencePermit, "2019-01-02", "2024-01-02", None),
            // The specimen card of 2023.
            (DocumentKind::CnPermanentResident, "2023-09-15", "2033-09-14", None),
            (DocumentKind::CnPermanentResident, "2000-09-15", "2010-09-14", not_of_age),
            (DocumentKind::CnDrivingLicence, "2012-07-01", "2018-07-01", None),
            (DocumentKind::CnDrivingLicence, "2028-07-01", "长期", None),
            (DocumentKind::CnDrivingLicence, "2012-07-01", "2017-07-01", unusual),
            // Made before birth.
            (DocumentKind::CnPassport, "1980-07-02", "1990-07-01", not_of_age),
        ] {
            assert_eq!(warnings(kind, from, until), expected, "{kind:?} {from} {until}");
        }
    }

    #[test]
    fn terms_are_written_shortly() {
        for (text, term) in [("3m", Term::Months(3)), ("10y", Term::Years(10)), ("long", Term::LongTerm)] {
            assert_eq!(Term::try_from(text.to_owned()), Ok(term));
            assert_eq!(term.to_string(), text);
        }
        for text in ["", "y", "10", "-1y", "长期"] {
            assert_eq!(Term::try_from(text.to_owned()), Err(TermError), "{text}");
        }
    }

    proptest! {
        // RC-1: the law in code and in the document's file are the same.
        #[test]
        fn the_resident_cards_rule_is_its_files(
            birth in 0u64..20_000,
            start in 0u64..25_000,
            term in prop::sample::select(vec![Term::Years(5), Term::Years(10), Term::Years(20), Term::LongTerm]),
            slip in 0u16..3,
        ) {
            let (birth, from) = (Date::in_china(birth * 86_400).unwrap(), Date::in_china(start * 86_400).unwrap());
            let until = match term {
                Term::Years(years) => {
                    let last = Date::new(from.year() + years + slip / 2, from.month(), from.day().min(28));
                    Expiry::On(last.unwrap())
                }
                _ => Expiry::LongTerm,
            };
            let validity = Validity::new(from, until).unwrap();
            let rule = crate::document::facts(crate::document::DocumentKind::CnResidentId).validity.as_ref().unwrap();
            prop_assert_eq!(rule.warnings(validity, Some(birth)), validity.warnings(birth));
        }

        #[test]
        fn printed_form_reads_back(start in 0u64..20_000, length in 1u64..20_000, endless: bool) {
            let from = Date::in_china(start * 86_400).unwrap();
            let last = Date::in_china((start + length) * 86_400).unwrap();
            let validity = Validity::new(from, if endless { Expiry::LongTerm } else { Expiry::On(last) }).unwrap();
            prop_assert_eq!(Validity::parse_printed(&validity.to_string()), Ok(validity));
        }

        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            let _ = Validity::parse_printed(&text);
        }
    }
}
