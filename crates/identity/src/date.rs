//! Calendar dates (GB/T 7408, ISO 8601) as documents carry them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::plain;

/// What a document prints in place of a last day.
pub const LONG_TERM: &str = "长期";

/// A day of the Gregorian calendar, years 1 to 9999. Earlier days are smaller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    // The order of the fields is the order of days.
    year: u16,
    month: u8,
    day: u8,
}

/// Why something is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not written the way that was asked for.
    #[error("not written as a date")]
    Format,
    /// The calendar has no such day.
    #[error("no such day")]
    NoSuchDay,
}

impl Date {
    /// The day, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        if !(1..=9999).contains(&year) || day == 0 || day > days_in_month(year, month) {
            return Err(DateError::NoSuchDay);
        }
        Ok(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`, exactly.
    pub fn parse_iso(text: &str) -> Result<Self, DateError> {
        Self::parse_separated(text, b'-')
    }

    /// Reads `YYYY.MM.DD` as the card's back prints it; full-width characters are taken.
    pub fn parse_dotted(text: &str) -> Result<Self, DateError> {
        Self::parse_separated(&plain(text), b'.')
    }

    /// Reads `YYYYMMDD`, as ID numbers hold it.
    pub fn parse_compact(text: &str) -> Result<Self, DateError> {
        match text.as_bytes() {
            [y @ .., m1, m2, d1, d2] if y.len() == 4 => Self::of_digits(y, &[*m1, *m2], &[*d1, *d2]),
            _ => Err(DateError::Format),
        }
    }

    fn parse_separated(text: &str, separator: u8) -> Result<Self, DateError> {
        match text.as_bytes() {
            [y @ .., s1, m1, m2, s2, d1, d2] if y.len() == 4 && *s1 == separator && *s2 == separator => {
                Self::of_digits(y, &[*m1, *m2], &[*d1, *d2])
            }
            _ => Err(DateError::Format),
        }
    }

    fn of_digits(year: &[u8], month: &[u8], day: &[u8]) -> Result<Self, DateError> {
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0u16, |n, d| d.is_ascii_digit().then(|| n * 10 + u16::from(d - b'0')))
        };
        let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else {
            return Err(DateError::Format);
        };
        // Two digits fit a byte.
        let byte = |n: u16| u8::try_from(n).map_err(|_| DateError::Format);
        Self::new(year, byte(month)?, byte(day)?)
    }

    /// The day that it is in China (UTC+8, no summer time) at this Unix time.
    pub fn in_china(unix_seconds: u64) -> Result<Self, DateError> {
        const DAY: u64 = 86_400;
        // Days since 0000-03-01, so that a leap day ends its year (the usual civil-from-days arithmetic).
        let days = (unix_seconds.saturating_add(8 * 3600)) / DAY + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let (Ok(year), Ok(month), Ok(day)) = (u16::try_from(year), u8::try_from(month), u8::try_from(day)) else {
            return Err(DateError::NoSuchDay);
        };
        Self::new(year, month, day)
    }

    /// When this day begins in China, seconds since 1970; 0 for days before that.
    #[must_use]
    pub fn begins_in_china(self) -> u64 {
        // Days since 0000-03-01 again, the other way.
        let (month, day) = (u64::from(self.month), u64::from(self.day));
        let year = u64::from(self.year) - u64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year % 400 * 365 + year % 400 / 4 - year % 400 / 100 + day_of_year;
        let days = year / 400 * 146_097 + day_of_era;
        (days.saturating_sub(719_468) * 86_400).saturating_sub(8 * 3600)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// `YYYY.MM.DD`, as the card's back prints it.
    #[must_use]
    pub fn dotted(self) -> String {
        format!("{:04}.{:02}.{:02}", self.year, self.month, self.day)
    }

    /// `YYYYMMDD`, as ID numbers hold it.
    #[must_use]
    pub fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// Completed years from this day of birth to `today`, counted by birthdays (someone born on 29 February has theirs
    /// on 1 March of other years); none if `today` is earlier.
    #[must_use]
    pub fn age_on(self, today: Self) -> Option<u16> {
        if today < self {
            return None;
        }
        let had_birthday = (today.month, today.day) >= (self.month, self.day);
        (today.year - self.year).checked_sub(u16::from(!had_birthday))
    }

    /// Whether `other` is this day `years` later. From 29 February both neighbours of the missing day count, since
    /// issuers print either.
    #[must_use]
    pub fn is_years_before(self, years: u16, other: Self) -> bool {
        self.is_months_before(years.saturating_mul(12), other)
    }

    /// Whether `other` is this day `months` later. Where that month is too short, both its last day and the next count,
    /// since issuers print either.
    #[must_use]
    pub fn is_months_before(self, months: u16, other: Self) -> bool {
        let count = u32::from(self.year) * 12 + u32::from(self.month) - 1 + u32::from(months);
        let (Ok(year), Ok(month)) = (u16::try_from(count / 12), u8::try_from(count % 12 + 1)) else { return false };
        let last = days_in_month(year, month);
        let same = Self { year, month, day: self.day.min(last) };
        other == same || (self.day > last && same.tomorrow() == Some(other))
    }

    /// The next day; none after the last that there is.
    #[must_use]
    pub fn tomorrow(self) -> Option<Self> {
        let Self { year, month, day } = self;
        let next_month = if month == 12 { Self::new(year + 1, 1, 1) } else { Self::new(year, month + 1, 1) };
        Self::new(year, month, day + 1).or(next_month).ok()
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// `YYYY-MM-DD`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Dates are mostly birth dates: nothing is shown.
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Date(…)")
    }
}

/// Reads `YYYY-MM-DD`.
impl FromStr for Date {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse_iso(text)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        Self::parse_iso(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

/// The last day of a document's validity. A day comes before 长期.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Expiry {
    /// Valid through this day.
    On(Date),
    /// 长期: without end.
    LongTerm,
}

impl Expiry {
    /// Whether a document that ends so is past its end on `today`.
    #[must_use]
    pub fn is_past(self, today: Date) -> bool {
        matches!(self, Self::On(last) if last < today)
    }

    /// Reads `YYYY.MM.DD` or 长期, as the card's back prints it.
    pub fn parse_dotted(text: &str) -> Result<Self, DateError> {
        if text.trim() == LONG_TERM { Ok(Self::LongTerm) } else { Date::parse_dotted(text).map(Self::On) }
    }
}

/// `YYYY-MM-DD` or 长期.
impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => date.fmt(f),
            Self::LongTerm => f.write_str(LONG_TERM),
        }
    }
}

/// Reads `YYYY-MM-DD` or 长期.
impl FromStr for Expiry {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        if text == LONG_TERM { Ok(Self::LongTerm) } else { Date::parse_iso(text).map(Self::On) }
    }
}

impl TryFrom<String> for Expiry {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> Self {
        expiry.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    #[test]
    fn only_days_that_exist() {
        for (text, expected) in [
            ("2000-02-29", Ok(())),
            ("2024-02-29", Ok(())),
            ("1900-02-29", Err(DateError::NoSuchDay)),
            ("2023-02-29", Err(DateError::NoSuchDay)),
            ("2023-04-31", Err(DateError::NoSuchDay)),
            ("2023-00-10", Err(DateError::NoSuchDay)),
            ("2023-13-10", Err(DateError::NoSuchDay)),
            ("2023-01-00", Err(DateError::NoSuchDay)),
            ("0000-01-01", Err(DateError::NoSuchDay)),
            ("2023-1-01", Err(DateError::Format)),
            ("2023-01-01 ", Err(DateError::Format)),
            ("+023-01-01", Err(DateError::Format)),
            ("2023/01/01", Err(DateError::Format)),
            ("20230101", Err(DateError::Format)),
            ("二〇二三-01-01", Err(DateError::Format)),
            ("", Err(DateError::Format)),
        ] {
            assert_eq!(Date::parse_iso(text).map(|_| ()), expected, "{text}");
        }
    }

    // RN-5
    #[test]
    fn reads_what_the_card_prints() {
        assert_eq!(Date::parse_dotted("2016.07.01").unwrap(), day("2016-07-01"));
        assert_eq!(Date::parse_dotted("2016.07.01").unwrap(), day("2016-07-01"));
        assert_eq!(Expiry::parse_dotted("长期").unwrap(), Expiry::LongTerm);
        assert_eq!(Expiry::parse_dotted("2036.07.01").unwrap().to_string(), "2036-07-01");
        assert_eq!(Expiry::LongTerm.to_string(), "长期");
        assert_eq!("长期".parse::<Expiry>().unwrap(), Expiry::LongTerm);
        assert!("永久".parse::<Expiry>().is_err());
    }

    #[test]
    fn ages_count_birthdays() {
        let born = day("2004-02-29");
        for (today, age) in [
            ("2004-02-28", None),
            ("2004-02-29", Some(0)),
            ("2005-02-28", Some(0)),
            ("2005-03-01", Some(1)),
            ("2020-02-28", Some(15)),
            ("2020-02-29", Some(16)),
        ] {
            assert_eq!(born.age_on(day(today)), age, "{today}");
        }
    }

    #[test]
    fn years_later_from_a_leap_day() {
        assert!(day("2016-02-29").is_years_before(20, day("2036-02-29")));
        assert!(day("2016-02-29").is_years_before(5, day("2021-02-28")));
        assert!(day("2016-02-29").is_years_before(5, day("2021-03-01")));
        assert!(!day("2016-02-29").is_years_before(5, day("2021-03-02")));
        assert!(!day("2016-07-01").is_years_before(20, day("2036-06-30")));
    }

    #[test]
    fn months_later() {
        for (from, months, other, expected) in [
            ("2026-09-06", 3, "2026-12-06", true),
            ("2026-09-06", 3, "2026-12-05", false),
            ("2026-11-06", 3, "2027-02-06", true),
            ("2026-11-30", 3, "2027-02-28", true),
            ("2026-11-30", 3, "2027-03-01", true),
            ("2026-11-30", 3, "2027-03-02", false),
            ("2027-11-30", 3, "2028-02-29", true),
            ("2027-11-30", 3, "2028-02-28", false),
            ("9999-12-31", u16::MAX, "9999-12-31", false),
        ] {
            assert_eq!(day(from).is_months_before(months, day(other)), expected, "{from} {months} {other}");
        }
        assert_eq!(day("2023-12-31").tomorrow(), Some(day("2024-01-01")));
        assert_eq!(day("2024-02-28").tomorrow(), Some(day("2024-02-29")));
        assert_eq!(day("9999-12-31").tomorrow(), None);
    }

    #[test]
    fn the_day_in_china_changes_at_sixteen_hours_utc() {
        assert_eq!(Date::in_china(0).unwrap(), day("1970-01-01"));
        assert_eq!(Date::in_china(1_582_991_999).unwrap(), day("2020-02-29"));
        assert_eq!(Date::in_china(1_582_992_000).unwrap(), day("2020-03-01"));
        assert_eq!(Date::in_china(4_102_444_800).unwrap(), day("2100-01-01"));
        assert!(Date::in_china(u64::MAX).is_err());
    }

    #[test]
    fn expiry_includes_its_last_day_and_long_term_never_ends() {
        let last = day("2026-11-22");
        assert!(!Expiry::On(last).is_past(last));
        assert!(Expiry::On(last).is_past(day("2026-11-23")));
        assert!(!Expiry::LongTerm.is_past(day("9999-12-31")));
        assert!(Expiry::On(last) < Expiry::LongTerm);
    }

    proptest! {
        #[test]
        fn every_way_of_writing_reads_back(year in 1u16..=9999, month in 1u8..=12, day in 1u8..=31) {
            if let Ok(date) = Date::new(year, month, day) {
                prop_assert_eq!(Date::parse_iso(&date.to_string()), Ok(date));
                prop_assert_eq!(Date::parse_dotted(&date.dotted()), Ok(date));
                prop_assert_eq!(Date::parse_compact(&date.compact()), Ok(date));
                prop_assert_eq!(serde_json::from_str::<Date>(&serde_json::to_string(&date).unwrap()).unwrap(), date);
            }
        }

        #[test]
        fn days_follow_each_other(days in 0u64..40_000) {
            let today = Date::in_china(days * 86_400).unwrap();
            let tomorrow = Date::in_china((days + 1) * 86_400).unwrap();
            if days > 0 {
                prop_assert_eq!(today.begins_in_china(), days * 86_400 - 8 * 3600);
            }
            prop_assert!(today < tomorrow);
            prop_assert_eq!(today.tomorrow(), Some(tomorrow));
            prop_assert!(tomorrow.day() == today.day() + 1 || tomorrow.day() == 1);
        }

        #[test]
        fn parsers_never_panic(text in "\\PC*") {
            let _ = (Date::parse_iso(&text), Date::parse_dotted(&text), Date::parse_compact(&text));
            let _ = Expiry::parse_dotted(&text);
        }
    }
}
