//! Dates of six characters, with unknown parts and without a century.

use std::fmt;

use crate::date::Date;

/// A date as a zone prints it: YYMMDD, unknown parts as fillers (Doc 9303-3 §4.8). `Debug` shows none of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MrzDate {
    /// All parts are known, and the calendar has the day.
    Day(Date),
    /// Parts are unknown.
    Partly {
        /// The year with the century found by the rule for birth.
        year: Option<u16>,
        /// 1 to 12.
        month: Option<u8>,
        /// 1 to 31.
        day: Option<u8>,
    },
    /// No date: other characters, or a day that no calendar has.
    NoDate,
}

impl MrzDate {
    /// A birth date: the latest one that is not after `today`. Somebody of 100 or more is taken for somebody 100 years
    /// younger; two digits cannot say it.
    #[must_use]
    pub(super) fn birth(characters: &[u8], today: Date) -> Self {
        let Some([year, month, day]) = parts(characters) else { return Self::NoDate };
        let full = |year: u8| {
            let this_century = today.year() / 100 * 100;
            [this_century + u16::from(year), (this_century + u16::from(year)).saturating_sub(100)]
        };
        if let (Some(year), Some(month), Some(day)) = (year, month, day) {
            let [near, far] = full(year);
            return match Date::new(near, month, day) {
                Ok(date) if date <= today => Self::Day(date),
                _ => Date::new(far, month, day).map_or(Self::NoDate, Self::Day),
            };
        }
        let year = year.map(|year| {
            let [near, far] = full(year);
            if (near, month.unwrap_or(1), day.unwrap_or(1)) <= (today.year(), today.month(), today.day()) {
                near
            } else {
                far
            }
        });
        let possible = month.is_none_or(|month| (1..=12).contains(&month))
            && day.is_none_or(|day| (1..=longest(month)).contains(&day));
        if possible { Self::Partly { year, month, day } } else { Self::NoDate }
    }

    /// A last day of validity: within fifty years of `today`, either way. Only fillers: it has none.
    #[must_use]
    pub(super) fn expiry(characters: &[u8], today: Date) -> Self {
        match parts(characters) {
            Some([Some(year), Some(month), Some(day)]) => {
                let this_century = today.year() / 100 * 100;
                let year = [this_century + 100, this_century, this_century.saturating_sub(100)]
                    .into_iter()
                    .map(|century| century + u16::from(year))
                    .min_by_key(|year| year.abs_diff(today.year()))
                    .unwrap_or(this_century);
                Date::new(year, month, day).map_or(Self::NoDate, Self::Day)
            }
            Some([None, None, None]) => Self::Partly { year: None, month: None, day: None },
            _ => Self::NoDate,
        }
    }

    /// The day, if all of it is known.
    #[must_use]
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Day(date) => Some(date),
            Self::Partly { .. } | Self::NoDate => None,
        }
    }

    /// Whether a document may print it.
    #[must_use]
    pub fn is_well_formed(self) -> bool {
        self != Self::NoDate
    }
}

impl fmt::Debug for MrzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day(_) => "Day(…)",
            Self::Partly { .. } => "Partly(…)",
            Self::NoDate => "NoDate",
        })
    }
}

/// Year, month and day, each of two digits or, unknown, of two fillers.
fn parts(characters: &[u8]) -> Option<[Option<u8>; 3]> {
    if characters.len() != 6 {
        return None;
    }
    let pair = |at: usize| match characters.get(at..at + 2)? {
        b"<<" => Some(None),
        [tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
            Some(Some((tens - b'0') * 10 + (ones - b'0')))
        }
        _ => None,
    };
    Some([pair(0)?, pair(2)?, pair(4)?])
}

/// The most days that a month can have.
fn longest(month: Option<u8>) -> u8 {
    match month {
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    fn birth(text: &str) -> MrzDate {
        MrzDate::birth(text.as_bytes(), day("2026-11-22"))
    }

    // Doc 9303-3 §4.8
    #[test]
    fn births_are_never_in_the_future() {
        for (text, expected) in [
            ("740812", "1974-08-12"),
            ("261122", "2026-11-22"),
            ("261123", "1926-11-23"),
            ("000229", "2000-02-29"),
            ("270101", "1927-01-01"),
        ] {
            assert_eq!(birth(text), MrzDate::Day(day(expected)), "{text}");
        }
        // 2000 was a leap year, 1900 was none: before 2000-02-29 nobody can have been born on that day of '00.
        assert_eq!(MrzDate::birth(b"000229", day("2000-02-28")), MrzDate::NoDate);
        for text in ["741312", "740230", "74081", "7408122", "7408<2", "A40812", "7408  "] {
            assert_eq!(birth(text), MrzDate::NoDate, "{text}");
        }
    }

    #[test]
    fn unknown_parts_of_a_birth_date() {
        for (text, year, month, day) in [
            ("85<<<<", Some(1985), None, None),
            ("8503<<", Some(1985), Some(3), None),
            ("<<<<<<", None, None, None),
            ("26<<<<", Some(2026), None, None),
            ("2612<<", Some(1926), Some(12), None),
            ("<<0229", None, Some(2), Some(29)),
        ] {
            assert_eq!(birth(text), MrzDate::Partly { year, month, day }, "{text}");
        }
        for text in ["8513<<", "85<<32", "<<0230", "8500<<"] {
            assert_eq!(birth(text), MrzDate::NoDate, "{text}");
        }
    }

    #[test]
    fn expiries_lie_within_fifty_years() {
        let expiry = |text: &str| MrzDate::expiry(text.as_bytes(), day("2026-11-22"));
        for (text, expected) in
            [("120415", "2012-04-15"), ("361122", "2036-11-22"), ("760101", "2076-01-01"), ("770101", "1977-01-01")]
        {
            assert_eq!(expiry(text), MrzDate::Day(day(expected)), "{text}");
        }
        assert_eq!(expiry("<<<<<<"), MrzDate::Partly { year: None, month: None, day: None });
        assert_eq!(expiry("30<<<<"), MrzDate::NoDate);
        assert_eq!(MrzDate::expiry(b"010101", day("1999-06-01")), MrzDate::Day(day("2001-01-01")));
    }
}
