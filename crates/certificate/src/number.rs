//! The number of a certificate: a published rule (docs/certificate.md), 23 characters that check themselves (NC-4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shiming_identity::check_digit::mod_11_2;
use shiming_identity::{Date, RegionCode};

use crate::text::narrow;

/// Characters of a number without its hyphens: region 6, office 3, date 8, serial 5, check character 1.
const LENGTH: usize = 23;
/// Where its parts end.
const PARTS: [usize; 5] = [6, 9, 17, 22, LENGTH];

/// An issuing office: the division that it is in (GB/T 2260) and its number there, 1 to 999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficeCode {
    region: RegionCode,
    office: u16,
}

/// The number of a certificate. No two have one, and it says nothing of the holder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateNumber {
    office: OfficeCode,
    date: Date,
    serial: u32,
}

/// Which rule a number breaks; the first that fails, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not as many characters as such a number has.
    #[error("{found} characters instead of {expected}")]
    Length {
        /// How many it has to have.
        expected: usize,
        /// How many there are, hyphens and spaces not counted.
        found: usize,
    },
    /// A character that is no digit (or `X` anywhere but last).
    #[error("character {position} is not allowed there")]
    Character {
        /// From 1, hyphens and spaces not counted.
        position: usize,
    },
    /// The check character is not what the others demand.
    #[error("the check character is wrong")]
    CheckCharacter,
    /// No province begins so (digits 1 and 2, GB/T 2260).
    #[error("the first two digits are no province")]
    Region,
    /// The office is 000.
    #[error("no office has this number")]
    Office,
    /// Digits 10 to 17 are no calendar date.
    #[error("the digits of the date are no date")]
    Date,
    /// The serial number is not between 1 and 99999.
    #[error("no certificate has this serial number")]
    Serial,
}

impl OfficeCode {
    /// The office with this number, 1 to 999, in this division.
    pub fn new(region: RegionCode, office: u16) -> Result<Self, NumberError> {
        if region.province().is_none() {
            return Err(NumberError::Region);
        }
        if (1..=999).contains(&office) { Ok(Self { region, office }) } else { Err(NumberError::Office) }
    }

    /// Reads `110105-021`; the hyphen may be missing.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let digits = counted(text, 9)?;
        Self::of_digits(&digits)
    }

    /// `digits` are nine ASCII digits.
    fn of_digits(digits: &str) -> Result<Self, NumberError> {
        let region = RegionCode::parse(&digits[..6]).map_err(|_| NumberError::Region)?;
        Self::new(region, digits[6..9].parse().map_err(|_| NumberError::Office)?)
    }

    /// The division that it is in.
    #[must_use]
    pub fn region(self) -> RegionCode {
        self.region
    }
}

impl CertificateNumber {
    /// The number of the certificate that `office` issued on `date` as its `serial`-th of that day, from 1 to 99,999.
    pub fn new(office: OfficeCode, date: Date, serial: u32) -> Result<Self, NumberError> {
        if (1..=99_999).contains(&serial) { Ok(Self { office, date, serial }) } else { Err(NumberError::Serial) }
    }

    /// Reads a number as it is printed; hyphens, spaces, full-width characters and a small `x` are taken.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let characters = counted(text, LENGTH)?;
        let (body, check) = characters.split_at(LENGTH - 1);
        if mod_11_2(body.as_bytes()) != check.bytes().next() {
            return Err(NumberError::CheckCharacter);
        }
        let office = OfficeCode::of_digits(&body[..PARTS[1]])?;
        let date = Date::parse_compact(&body[PARTS[1]..PARTS[2]]).map_err(|_| NumberError::Date)?;
        let serial = body[PARTS[2]..].parse().map_err(|_| NumberError::Serial)?;
        Self::new(office, date, serial)
    }

    /// Who issued it.
    #[must_use]
    pub fn office(self) -> OfficeCode {
        self.office
    }

    /// The day of issue, in China.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// Which of its office's certificates of that day it is, from 1.
    #[must_use]
    pub fn serial(self) -> u32 {
        self.serial
    }

    /// The 23 characters without hyphens, as links carry them.
    #[must_use]
    pub fn compact(self) -> String {
        let Self { office, date, serial } = self;
        let mut text = format!("{}{:03}{}{serial:05}", office.region.as_str(), office.office, date.compact());
        // There are digits only, so the default is never taken.
        text.push(char::from(mod_11_2(text.as_bytes()).unwrap_or(b'?')));
        text
    }
}

/// The characters that count, of which there have to be so many: digits, and `X` as the last of 23.
fn counted(text: &str, expected: usize) -> Result<String, NumberError> {
    let characters: String =
        text.chars().map(narrow).filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let found = characters.chars().count();
    if found != expected {
        return Err(NumberError::Length { expected, found });
    }
    let wrong = |(at, c): (usize, char)| !(c.is_ascii_digit() || (c == 'X' && at == LENGTH - 1));
    match characters.chars().enumerate().position(wrong) {
        Some(at) => Err(NumberError::Character { position: at + 1 }),
        None => Ok(characters),
    }
}

/// `110105-021`.
impl fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:03}", self.region.as_str(), self.office)
    }
}

/// `110105-021-20260728-00042-7`.
impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.compact();
        let mut start = 0;
        for end in PARTS {
            if start > 0 {
                f.write_str("-")?;
            }
            f.write_str(&text[start..end])?;
            start = end;
        }
        Ok(())
    }
}

impl fmt::Debug for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeCode({self})")
    }
}

impl fmt::Debug for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateNumber({self})")
    }
}

impl FromStr for CertificateNumber {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CertificateNumber {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<CertificateNumber> for String {
    fn from(number: CertificateNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for OfficeCode {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<OfficeCode> for String {
    fn from(office: OfficeCode) -> Self {
        office.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRINTED: &str = "110105-021-20260728-00042-7";

    // NC-4
    #[test]
    fn a_number_is_read_as_people_write_it() {
        let number = CertificateNumber::parse(PRINTED).unwrap();
        assert_eq!(number.to_string(), PRINTED);
        assert_eq!(number.office().to_string(), "110105-021");
        assert_eq!((number.date().to_string().as_str(), number.serial()), ("2026-07-28", 42));
        for text in ["11010502120260728000427", " １１０１０５－０２１ 20260728 00042－7\n"] {
            assert_eq!(CertificateNumber::parse(text), Ok(number), "{text}");
        }
    }

    // NC-4
    #[test]
    fn the_broken_rule_is_told() {
        let with_check = |body: &str| {
            let check = char::from(mod_11_2(body.as_bytes()).unwrap());
            CertificateNumber::parse(&format!("{body}{check}"))
        };
        assert_eq!(with_check("9901050212026072800042"), Err(NumberError::Region));
        assert_eq!(with_check("1101050002026072800042"), Err(NumberError::Office));
        assert_eq!(with_check("1101050212026022900042"), Err(NumberError::Date));
        assert_eq!(with_check("1101050212026072800000"), Err(NumberError::Serial));
        for (text, error) in [
            ("", NumberError::Length { expected: 23, found: 0 }),
            ("1101050212026072800042X0", NumberError::Length { expected: 23, found: 24 }),
            ("110105021202607280004O7", NumberError::Character { position: 22 }),
            ("X1010502120260728000427", NumberError::Character { position: 1 }),
            ("11010502120260728000421", NumberError::CheckCharacter),
        ] {
            assert_eq!(CertificateNumber::parse(text), Err(error), "{text}");
        }
        let office = OfficeCode::parse("110105-021").unwrap();
        assert_eq!(CertificateNumber::new(office, Date::new(2026, 7, 28).unwrap(), 100_000), Err(NumberError::Serial));
    }

    fn any_number() -> impl Strategy<Value = CertificateNumber> {
        let region = (prop::sample::select(vec![11u8, 33, 44, 50, 65]), 0u16..10_000);
        (region, 1u16..=999, 0u64..20_000, 1u32..=99_999).prop_map(|((province, rest), office, days, serial)| {
            let region = RegionCode::parse(&format!("{province}{rest:04}")).unwrap();
            let date = Date::in_china(days * 86_400).unwrap();
            CertificateNumber::new(OfficeCode::new(region, office).unwrap(), date, serial).unwrap()
        })
    }

    proptest! {
        // NC-4: ISO 7064 MOD 11-2 catches every wrong character and every swap of neighbours.
        #[test]
        fn a_slip_of_the_pen_is_caught(number in any_number(), printed in any::<bool>()) {
            let text = if printed { number.to_string() } else { number.compact() };
            prop_assert_eq!(CertificateNumber::parse(&text), Ok(number));
            let characters: Vec<char> = text.chars().collect();
            let read = |characters: &[char]| CertificateNumber::parse(&characters.iter().collect::<String>());
            for at in 0..characters.len() {
                for other in "0123456789XABOIl-".chars().filter(|other| *other != characters[at]) {
                    let mut changed = characters.clone();
                    changed[at] = other;
                    prop_assert!(read(&changed).is_err(), "{}", changed.iter().collect::<String>());
                }
                let mut shorter = characters.clone();
                // A hyphen is for the eye.
                if shorter.remove(at) != '-' {
                    prop_assert!(read(&shorter).is_err());
                }
            }
            for at in 1..characters.len() {
                let mut swapped = characters.clone();
                swapped.swap(at - 1, at);
                let same = characters[at - 1] == characters[at] || [characters[at - 1], characters[at]].contains(&'-');
                prop_assert_eq!(read(&swapped).is_ok(), same);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = (CertificateNumber::parse(&text), OfficeCode::parse(&text));
        }
    }
}
