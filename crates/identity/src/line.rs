//! SIM cards and phone numbers (RN-13).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::plain;

/// A mobile number of China: 11 digits, the first two 13 to 19. `Debug` shows the masked form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber([u8; 11]);

/// Why something is no mobile number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Not 11 digits.
    #[error("not 11 digits")]
    Length,
    /// A character that is no digit.
    #[error("a character that is no digit")]
    Character,
    /// No mobile number begins so.
    #[error("no mobile number begins so")]
    Prefix,
}

impl PhoneNumber {
    /// Reads a number as people write it: spaces and hyphens between digits, `+86` or `0086` before it and full-width
    /// digits are taken.
    pub fn parse(text: &str) -> Result<Self, PhoneNumberError> {
        let text: String = plain(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let text = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(&text);
        if text.chars().any(|c| !c.is_ascii_digit()) {
            return Err(PhoneNumberError::Character);
        }
        let digits: [u8; 11] = text.as_bytes().try_into().map_err(|_| PhoneNumberError::Length)?;
        if digits[0] != b'1' || !(b'3'..=b'9').contains(&digits[1]) {
            return Err(PhoneNumberError::Prefix);
        }
        Ok(Self(digits))
    }

    /// The 11 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Enough to tell one's own number from another: `138****0002`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.as_str()[..3], &self.as_str()[7..])
    }
}

/// A line that is perhaps no mobile number (a landline as contact line, RN-13), masked the same way: all but the first
/// three and the last four characters; a line of fewer than ten characters shows its last two only.
#[must_use]
pub fn masked_line(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let (head, tail) = if characters.len() >= 10 { (3, 4) } else { (0, characters.len().min(2)) };
    let hidden = characters.len() - head - tail;
    let (start, end) = (&characters[..head], &characters[characters.len() - tail..]);
    start.iter().copied().chain(std::iter::repeat_n('*', hidden)).chain(end.iter().copied()).collect()
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;
    fn from_str(text: &str) -> Result<Self, PhoneNumberError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneNumberError;
    fn try_from(text: String) -> Result<Self, PhoneNumberError> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.as_str().to_owned()
    }
}

/// The number printed on a SIM card (ICCID, ITU-T E.118): 19 characters, or 20. `Debug` shows the masked form.
///
/// E.118 has at most 19 digits, the last by Luhn. Chinese cards (`8986…`) print more and keep to less: the 7th place and
/// later ones may be hexadecimal letters, the 19 characters are all identifying, and the 20th is a Luhn digit, or a letter of the
/// card's maker, or left out. So Chinese cards are not refused for their check digit; [`Iccid::check`] says what it is
/// worth, and the CRM knows whether the card exists.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iccid(String);

/// Why something is no ICCID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IccidError {
    /// Neither 19 nor 20 characters.
    #[error("neither 19 nor 20 characters")]
    Length,
    /// A character that is not allowed in its place.
    #[error("character {position} is not allowed there")]
    Character {
        /// From 1, spaces not counted.
        position: usize,
    },
    /// Does not begin with 89, the major industry identifier of telecommunications.
    #[error("does not begin with 89")]
    Prefix,
    /// The check digit of a foreign card is wrong (E.118 §4).
    #[error("the check digit is wrong")]
    CheckDigit,
}

/// What the check digit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LuhnCheck {
    /// It is right: hardly a typing error.
    Right,
    /// It is wrong: a typing error, or one of the cards that keep to no check digit. Worth a second look.
    Wrong,
    /// There is none: letters, or a Chinese card of 19 characters.
    None,
}

impl Iccid {
    /// Reads what is printed on the card; spaces and hyphens between groups, full-width digits and small letters are
    /// taken.
    pub fn parse(text: &str) -> Result<Self, IccidError> {
        let mut text: String = plain(text).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        text.make_ascii_uppercase();
        if !matches!(text.chars().count(), 19 | 20) {
            return Err(IccidError::Length);
        }
        let chinese = text.starts_with("8986");
        let allowed = |(index, c): (usize, char)| match c {
            '0'..='9' => true,
            'A'..='F' => chinese && index >= 6,
            'G'..='Z' => chinese && index == 19,
            _ => false,
        };
        if let Some(index) = text.chars().enumerate().position(|place| !allowed(place)) {
            return Err(IccidError::Character { position: index + 1 });
        }
        if !text.starts_with("89") {
            return Err(IccidError::Prefix);
        }
        let iccid = Self(text);
        if !chinese && iccid.check() == LuhnCheck::Wrong {
            return Err(IccidError::CheckDigit);
        }
        Ok(iccid)
    }

    /// What the check digit says (ISO/IEC 7812-1, Luhn).
    #[must_use]
    pub fn check(&self) -> LuhnCheck {
        let digits: Option<Vec<u32>> = self.0.chars().map(|c| c.to_digit(10)).collect();
        match digits {
            Some(digits) if digits.len() == 20 || !self.0.starts_with("8986") => {
                if luhn(&digits) {
                    LuhnCheck::Right
                } else {
                    LuhnCheck::Wrong
                }
            }
            _ => LuhnCheck::None,
        }
    }

    /// As printed, without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 19 characters that tell cards apart; readers and phones leave the 20th out or not.
    #[must_use]
    pub fn identifying(&self) -> &str {
        &self.0[..19]
    }

    /// Enough to tell one's own card from another: `898600************0002`.
    #[must_use]
    pub fn masked(&self) -> String {
        let hidden = self.0.len() - 10;
        format!("{}{}{}", &self.0[..6], "*".repeat(hidden), &self.0[self.0.len() - 4..])
    }
}

/// Whether the last digit is right by Luhn's formula.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}

impl fmt::Debug for Iccid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iccid({})", self.masked())
    }
}

impl FromStr for Iccid {
    type Err = IccidError;
    fn from_str(text: &str) -> Result<Self, IccidError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Iccid {
    type Error = IccidError;
    fn try_from(text: String) -> Result<Self, IccidError> {
        Self::parse(&text)
    }
}

impl From<Iccid> for String {
    fn from(iccid: Iccid) -> Self {
        iccid.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RN-13
    #[test]
    fn mobile_numbers_as_people_write_them() {
        for text in ["13800000002", "138 0000 0002", "+86 138-0000-0002", "008613800000002", "13800000002"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "13800000002", "{text}");
        }
        for (text, error) in [
            ("", PhoneNumberError::Length),
            ("1380000000", PhoneNumberError::Length),
            ("138000000022", PhoneNumberError::Length),
            ("1380000000a", PhoneNumberError::Character),
            ("12800000002", PhoneNumberError::Prefix),
            ("23800000002", PhoneNumberError::Prefix),
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(error), "{text}");
        }
    }

    // CB-2
    #[test]
    fn masks_show_the_ends_only() {
        let number = PhoneNumber::parse("13812340002").unwrap();
        assert_eq!(number.masked(), "138****0002");
        assert_eq!(format!("{number:?}"), "PhoneNumber(138****0002)");
        assert_eq!(masked_line("13812340002"), "138****0002");
        assert_eq!(masked_line("057112345678"), "057*****5678");
        assert_eq!(masked_line("10086"), "***86");
        assert_eq!(masked_line("1"), "1");
        assert_eq!(masked_line(""), "");
    }

    // RN-13
    #[test]
    fn printed_card_numbers() {
        // A Luhn digit; a letter for the number range and a maker's letter; no 20th place.
        for (text, check) in [
            ("8986 0000 0000 0000 0003", LuhnCheck::Wrong),
            ("8986 0000 0000 0000 0001", LuhnCheck::Right),
            ("898600C1091990000017", LuhnCheck::None),
            ("89860101102311709839", LuhnCheck::Right),
            ("8986010110231170983s", LuhnCheck::None),
            ("8986030000000000000", LuhnCheck::None),
            // E.118: a foreign card of 19 digits.
            ("8944123456789012348", LuhnCheck::Right),
        ] {
            let parsed = Iccid::parse(text);
            assert_eq!(parsed.map(|iccid| iccid.check()), Ok(check), "{text}");
        }
        for (text, error) in [
            ("898600000000000000", IccidError::Length),
            ("898600000000000000011", IccidError::Length),
            ("79860000000000000001", IccidError::Prefix),
            ("8986O000000000000001", IccidError::Character { position: 5 }),
            ("898600G0000000000001", IccidError::Character { position: 7 }),
            ("8944C23456789012345", IccidError::Character { position: 5 }),
            ("8944123456789012346", IccidError::CheckDigit),
        ] {
            assert_eq!(Iccid::parse(text), Err(error), "{text}");
        }
        let iccid = Iccid::parse("89860000000000000003").unwrap();
        assert_eq!(iccid.identifying(), "8986000000000000000");
        assert_eq!(format!("{iccid:?}"), "Iccid(898600**********0003)");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_of_a_foreign_card_is_caught(body in "8944[0-9]{14}", index in 4usize..18, digit in 0u32..10) {
            let whole = (0..10).map(|d| format!("{body}{d}")).find(|text| Iccid::parse(text).is_ok()).unwrap();
            let mut changed = whole.clone();
            changed.replace_range(index..=index, &digit.to_string());
            prop_assert_eq!(Iccid::parse(&changed).is_ok(), changed == whole);
        }

        #[test]
        fn never_panics(text in "\\PC{0,24}") {
            let _ = (Iccid::parse(&text), PhoneNumber::parse(&text));
            prop_assert_eq!(masked_line(&text).chars().count(), text.chars().count());
        }
    }
}
