//! How long a card is valid (居民身份证法, article 5).

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

/// How long a card is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// A number of years.
    Years(u16),
    /// 长期
    LongTerm,
}

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

    /// The term, if it is one that cards are made for.
    #[must_use]
    pub fn term(self) -> Option<Term> {
        match self.until {
            Expiry::LongTerm => Some(Term::LongTerm),
            Expiry::On(last) => [5, 10, 20].into_iter().find(|n| self.from.is_years_before(*n, last)).map(Term::Years),
        }
    }

    /// What is unusual for a holder born on `birth`.
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

    proptest! {
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
