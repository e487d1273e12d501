//! Citizen identity numbers (公民身份号码, GB 11643-1999) and their 15-digit forerunners (GB 11643-1989).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::check_digit::mod_11_2;
use crate::date::{Date, DateError};
use crate::region::{RegionCode, province_name};
use crate::sex::Sex;
use crate::text::{masked, plain};

/// An 18-character number that satisfies every rule which the number alone can be held against. `Debug` shows none of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdNumber {
    characters: [u8; 18],
    birth_date: Date,
}

/// Which rule a number breaks; the first that fails, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Not as many characters as such a number has.
    #[error("{found} characters instead of {expected}")]
    Length {
        /// 18 or 15.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A character that is no digit (or `X` anywhere but last).
    #[error("character {position} is not allowed there")]
    Character {
        /// From 1.
        position: usize,
    },
    /// No province or residence permit begins so (digits 1 and 2, GB/T 2260).
    #[error("the first two digits are no province")]
    Province,
    /// Digits 7 to 14 (7 to 12) are no calendar date.
    #[error("the digits of the birth date are no date")]
    BirthDate,
    /// The last character is not what the others demand.
    #[error("the check character is wrong")]
    Checksum,
}

/// Whose numbers begin so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberHolder {
    /// A citizen registered in the Mainland.
    Citizen,
    /// A Hong Kong resident with a residence permit (港澳台居民居住证, prefix 81).
    HongKong,
    /// A Macao resident with a residence permit (prefix 82).
    Macao,
    /// A Taiwan resident with a residence permit (prefix 83).
    Taiwan,
}

impl IdNumber {
    /// Reads 18 characters; white space at the ends, full-width characters and a small `x` are taken.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let mut text = plain(text);
        text.make_ascii_uppercase();
        let found = text.chars().count();
        if found != 18 {
            return Err(IdNumberError::Length { expected: 18, found });
        }
        let wrong = |(index, c): (usize, char)| !(c.is_ascii_digit() || (c == 'X' && index == 17));
        if let Some(index) = text.chars().enumerate().position(wrong) {
            return Err(IdNumberError::Character { position: index + 1 });
        }
        let characters: [u8; 18] =
            text.as_bytes().try_into().map_err(|_| IdNumberError::Length { expected: 18, found })?;
        let number = Self::of_body(&characters)?;
        if number.characters[17] != characters[17] {
            return Err(IdNumberError::Checksum);
        }
        Ok(number)
    }

    /// Reads an old number of 15 digits (GB 11643-1989) and gives the 18 characters that it became: the century is 19, or
    /// 18 where the sequence is one of 996 to 999. Those were kept for people over a hundred: the foreword of GB
    /// 11643-1999 says that it drops such sequences; which they were is common knowledge of those who convert numbers.
    pub fn parse_15(text: &str) -> Result<Self, IdNumberError> {
        let text = plain(text);
        let found = text.chars().count();
        if found != 15 {
            return Err(IdNumberError::Length { expected: 15, found });
        }
        if let Some(index) = text.chars().position(|c| !c.is_ascii_digit()) {
            return Err(IdNumberError::Character { position: index + 1 });
        }
        let digits: [u8; 15] = text.as_bytes().try_into().map_err(|_| IdNumberError::Length { expected: 15, found })?;
        let mut characters = [b'0'; 18];
        characters[..6].copy_from_slice(&digits[..6]);
        characters[6..8].copy_from_slice(if is_centenarian(&digits[12..]) { b"18" } else { b"19" });
        characters[8..17].copy_from_slice(&digits[6..]);
        Self::of_body(&characters)
    }

    /// The number with these 17 digits, its check character computed.
    fn of_body(characters: &[u8; 18]) -> Result<Self, IdNumberError> {
        let digit = |index: usize| u32::from(characters[index] - b'0');
        let prefix = digit(0) * 10 + digit(1);
        if u8::try_from(prefix).ok().and_then(province_name).is_none() {
            return Err(IdNumberError::Province);
        }
        let birth = std::str::from_utf8(&characters[6..14]).map_err(|_| IdNumberError::BirthDate)?;
        let birth_date = Date::parse_compact(birth).map_err(|_: DateError| IdNumberError::BirthDate)?;
        let mut characters = *characters;
        characters[17] = mod_11_2(&characters[..17]).ok_or(IdNumberError::Checksum)?;
        Ok(Self { characters, birth_date })
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so the default is never taken.
        std::str::from_utf8(&self.characters).unwrap_or_default()
    }

    /// The 15 digits that this number had before 1999, if it can have had them.
    #[must_use]
    pub fn to_15(&self) -> Option<String> {
        let century: &[u8] = if is_centenarian(&self.characters[14..17]) { b"18" } else { b"19" };
        (&self.characters[6..8] == century).then(|| format!("{}{}", &self.as_str()[..6], &self.as_str()[8..17]))
    }

    /// Digits 7 to 14.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Digit 17: odd for men.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.characters[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Digits 1 to 6: where the number was given out.
    #[must_use]
    pub fn region(&self) -> RegionCode {
        let mut code = [b'0'; 6];
        code.copy_from_slice(&self.characters[..6]);
        RegionCode::of_digits(code)
    }

    /// Whose numbers begin so.
    #[must_use]
    pub fn holder(&self) -> NumberHolder {
        match &self.characters[..2] {
            b"81" => NumberHolder::HongKong,
            b"82" => NumberHolder::Macao,
            b"83" => NumberHolder::Taiwan,
            _ => NumberHolder::Citizen,
        }
    }

    /// Enough to tell one's own number from another, no more: `110***********0015`.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(self.as_str())
    }
}

fn is_centenarian(sequence: &[u8]) -> bool {
    matches!(sequence, b"996" | b"997" | b"998" | b"999")
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(…)")
    }
}

impl FromStr for IdNumber {
    type Err = IdNumberError;
    fn from_str(text: &str) -> Result<Self, IdNumberError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for IdNumber {
    type Error = IdNumberError;
    fn try_from(text: String) -> Result<Self, IdNumberError> {
        Self::parse(&text)
    }
}

impl From<IdNumber> for String {
    fn from(number: IdNumber) -> Self {
        number.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of GB 11643-1999, annex A.
    const WOMAN: &str = "11010519491231002X";
    const MAN: &str = "440524188001010014";

    // RN-5
    #[test]
    fn reads_the_standards_examples() {
        let woman = IdNumber::parse(WOMAN).unwrap();
        assert_eq!(woman.birth_date().to_string(), "1949-12-31");
        assert_eq!(woman.sex(), Sex::Female);
        assert_eq!(woman.region().as_str(), "110105");
        assert_eq!(woman.holder(), NumberHolder::Citizen);
        let man = IdNumber::parse(MAN).unwrap();
        assert_eq!(man.birth_date().to_string(), "1880-01-01");
        assert_eq!(man.sex(), Sex::Male);
    }

    #[test]
    fn takes_what_people_type() {
        for text in ["11010519491231002x", " 11010519491231002X\n", "11010519491231002X"] {
            assert_eq!(IdNumber::parse(text).unwrap().as_str(), WOMAN);
        }
    }

    #[test]
    fn says_which_rule_is_broken() {
        for (text, error) in [
            ("", IdNumberError::Length { expected: 18, found: 0 }),
            ("11010519491231002", IdNumberError::Length { expected: 18, found: 17 }),
            ("1101051949123100212", IdNumberError::Length { expected: 18, found: 19 }),
            ("1101051949123100XX", IdNumberError::Character { position: 17 }),
            ("11010519491231002Y", IdNumberError::Character { position: 18 }),
            ("O1010519491231002X", IdNumberError::Character { position: 1 }),
            ("1101-519491231002X", IdNumberError::Character { position: 5 }),
            ("十一0105194912310021", IdNumberError::Character { position: 1 }),
            ("10010519491231002X", IdNumberError::Province),
            ("99010519491231002X", IdNumberError::Province),
            ("11010519490229002X", IdNumberError::BirthDate),
            ("11010519491331002X", IdNumberError::BirthDate),
            ("110105194912310021", IdNumberError::Checksum),
        ] {
            assert_eq!(IdNumber::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn residence_permits_are_known_by_their_prefix() {
        for (prefix, holder) in
            [("81", NumberHolder::HongKong), ("82", NumberHolder::Macao), ("83", NumberHolder::Taiwan)]
        {
            let body = format!("{prefix}000019900101001");
            let check = char::from(mod_11_2(body.as_bytes()).unwrap());
            let number = IdNumber::parse(&format!("{body}{check}")).unwrap();
            assert_eq!(number.holder(), holder);
        }
    }

    #[test]
    fn old_numbers_grow() {
        assert_eq!(IdNumber::parse_15("110105491231002").unwrap().as_str(), WOMAN);
        assert_eq!(IdNumber::parse(WOMAN).unwrap().to_15().unwrap(), "110105491231002");
        // A sequence of 996 to 999 means the century before.
        assert_eq!(IdNumber::parse_15("440524800101997").unwrap().birth_date().to_string(), "1880-01-01");
        // Born 1880 with an ordinary sequence: no old number leads here.
        assert_eq!(IdNumber::parse(MAN).unwrap().to_15(), None);
        assert_eq!(IdNumber::parse_15("11010549123100X"), Err(IdNumberError::Character { position: 15 }));
        assert_eq!(IdNumber::parse_15(WOMAN), Err(IdNumberError::Length { expected: 15, found: 18 }));
        assert_eq!(IdNumber::parse_15("110105490229002"), Err(IdNumberError::BirthDate));
    }

    #[test]
    fn shows_little_and_debugs_nothing() {
        let number = IdNumber::parse(WOMAN).unwrap();
        assert_eq!(number.masked(), "110***********002X");
        assert_eq!(format!("{number:?}"), "IdNumber(…)");
    }

    fn any_body() -> impl Strategy<Value = [u8; 18]> {
        let prefix = prop::sample::select(vec![11u8, 33, 44, 50, 65, 81, 83]);
        (prefix, 0u16..10_000, 0u64..20_000, 0u16..1000).prop_map(|(prefix, area, days, sequence)| {
            let birth = Date::in_china(days * 86_400).unwrap().compact();
            format!("{prefix}{area:04}{birth}{sequence:03}0").as_bytes().try_into().unwrap()
        })
    }

    proptest! {
        // GB 11643 §6: MOD 11-2 catches every wrong digit and every swap of neighbours.
        #[test]
        fn one_wrong_digit_is_always_caught(body in any_body(), index in 0usize..17, digit in b'0'..=b'9') {
            let number = IdNumber::of_body(&body).unwrap();
            prop_assert_eq!(IdNumber::parse(number.as_str()), Ok(number));
            let mut changed = number.characters;
            changed[index] = digit;
            let changed = std::str::from_utf8(&changed).unwrap();
            prop_assert_eq!(IdNumber::parse(changed).is_ok(), changed == number.as_str());
        }

        #[test]
        fn swapped_neighbours_are_always_caught(body in any_body(), index in 0usize..16) {
            let number = IdNumber::of_body(&body).unwrap();
            let mut swapped = number.characters;
            swapped.swap(index, index + 1);
            let swapped = std::str::from_utf8(&swapped).unwrap();
            prop_assert_eq!(IdNumber::parse(swapped).is_ok(), swapped == number.as_str());
        }

        #[test]
        fn old_form_leads_back(body in any_body()) {
            let number = IdNumber::of_body(&body).unwrap();
            if let Some(old) = number.to_15() {
                prop_assert_eq!(IdNumber::parse_15(&old), Ok(number));
            }
        }

        #[test]
        fn never_panics(text in "\\PC{0,24}") {
            let _ = (IdNumber::parse(&text), IdNumber::parse_15(&text));
        }
    }
}
