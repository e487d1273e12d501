//! The verification code: what nobody guesses who has not seen the certificate, typed from paper (NC-5).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::narrow;

/// Digits and letters that nobody takes for one another on paper: without 0 O, 1 I L, and the letters that look like 2, 5, 8
/// and V (Z, S, B, U).
pub const ALPHABET: &[u8; 27] = b"23456789ACDEFGHJKMNPQRTVWXY";
/// Characters of a code, the last of which checks the others.
pub const LENGTH: usize = 15;
/// Characters between two hyphens.
const GROUP: usize = 5;

/// Fifteen characters, more than 2^65 of them, the last of which is the check character of ISO/IEC 7064, MOD 37-2. `Debug`
/// shows none of them: whoever has the code may ask for the certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerificationCode([u8; LENGTH]);

/// Which rule a code breaks; the first that fails, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerificationCodeError {
    /// Not 15 characters.
    #[error("{found} characters instead of {LENGTH}")]
    Length {
        /// How many there are, hyphens and spaces not counted.
        found: usize,
    },
    /// A character that no code has.
    #[error("character {position} is in no code")]
    Character {
        /// From 1, hyphens and spaces not counted.
        position: usize,
    },
    /// The last character is not what the others demand.
    #[error("the check character is wrong")]
    CheckCharacter,
}

impl VerificationCode {
    /// A code from 128 random bits.
    #[must_use]
    pub fn from_random(mut bits: u128) -> Self {
        let mut draw = |choices: &[u8]| {
            let count = choices.len() as u128;
            let index = usize::try_from(bits % count).unwrap_or(0);
            bits /= count;
            choices[index]
        };
        let mut code = [0; LENGTH];
        for character in &mut code[..LENGTH - 2] {
            *character = draw(ALPHABET);
        }
        // Of the last free character only those whose check character is in the alphabet, too: 17 at least, which a test counts.
        let (body, check) = (LENGTH - 2, LENGTH - 1);
        let ends: Vec<[u8; 2]> = ALPHABET
            .iter()
            .filter_map(|last| {
                code[body] = *last;
                let check = mod_37_2(&code[..check])?;
                ALPHABET.contains(&check).then_some([*last, check])
            })
            .collect();
        let places: Vec<u8> = (0..ends.len()).filter_map(|place| u8::try_from(place).ok()).collect();
        [code[body], code[check]] = ends[usize::from(draw(&places))];
        Self(code)
    }

    /// Reads a code as it is printed; hyphens, spaces, full-width characters and small letters are taken.
    pub fn parse(text: &str) -> Result<Self, VerificationCodeError> {
        let characters: Vec<char> = text
            .chars()
            .map(narrow)
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let found = characters.len();
        if found != LENGTH {
            return Err(VerificationCodeError::Length { found });
        }
        let mut code = [0; LENGTH];
        for (at, c) in characters.into_iter().enumerate() {
            let known = u8::try_from(c).ok().filter(|byte| ALPHABET.contains(byte));
            code[at] = known.ok_or(VerificationCodeError::Character { position: at + 1 })?;
        }
        if mod_37_2(&code[..LENGTH - 1]) != Some(code[LENGTH - 1]) {
            return Err(VerificationCodeError::CheckCharacter);
        }
        Ok(Self(code))
    }

    /// The 15 characters without hyphens, as links carry them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The code in three groups, as it is printed: `4K7QH-…`.
    #[must_use]
    pub fn printed(&self) -> String {
        let text = self.as_str();
        [&text[..GROUP], &text[GROUP..2 * GROUP], &text[2 * GROUP..]].join("-")
    }
}

/// ISO/IEC 7064, MOD 37-2: the check character (`0`–`9`, `A`–`Z`, `*`) that belongs after these; `None` if one of them is no
/// digit or capital letter. 37 is prime and 2 generates its multiplicative group, so that every wrong character and, in texts
/// of fewer than 37, every swap of two changes the sum.
fn mod_37_2(characters: &[u8]) -> Option<u8> {
    let mut product = 0;
    for character in characters {
        let value = match character {
            b'0'..=b'9' => character - b'0',
            b'A'..=b'Z' => character - b'A' + 10,
            _ => return None,
        };
        product = (product + u32::from(value)) * 2 % 37;
    }
    // With the check character added the sum is to be 1.
    let value = u8::try_from((38 - product) % 37).ok()?;
    Some(match value {
        0..=9 => b'0' + value,
        10..=35 => b'A' + value - 10,
        _ => b'*',
    })
}

impl fmt::Debug for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationCode(…)")
    }
}

impl FromStr for VerificationCode {
    type Err = VerificationCodeError;
    fn from_str(text: &str) -> Result<Self, VerificationCodeError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for VerificationCode {
    type Error = VerificationCodeError;
    fn try_from(text: String) -> Result<Self, VerificationCodeError> {
        Self::parse(&text)
    }
}

impl From<VerificationCode> for String {
    fn from(code: VerificationCode) -> Self {
        code.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_standards_examples() {
        // Blood-donation numbers (ISBT 128) check themselves so; an example of its specification.
        assert_eq!(mod_37_2(b"G123498654321"), Some(b'H'));
        assert_eq!(mod_37_2(b"g"), None);
    }

    // NC-5: at least 60 bits
    #[test]
    fn nobody_guesses_a_code() {
        // The product before the last free character decides which of them may follow.
        let fewest = (0..37u32)
            .map(|product| {
                let fits = |last: &&u8| {
                    let value = if last.is_ascii_digit() { **last - b'0' } else { **last - b'A' + 10 };
                    let check = (38 - (product + u32::from(value)) * 2 % 37) % 37;
                    let check = u8::try_from(check).unwrap();
                    ALPHABET.contains(&if check < 10 { b'0' + check } else { b'A'.wrapping_add(check - 10) })
                };
                ALPHABET.iter().filter(fits).count()
            })
            .min()
            .unwrap();
        assert!(fewest >= 17, "{fewest}");
        let bits = 13.0 * 27f64.log2() + f64::from(u32::try_from(fewest).unwrap()).log2();
        assert!(bits > 65.0, "{bits}");
    }

    // NC-5
    #[test]
    fn what_is_no_code_says_why() {
        let code = VerificationCode::from_random(0);
        let spaced = code.printed().to_lowercase().replace('-', " ");
        assert_eq!(VerificationCode::parse(&spaced), Ok(code.clone()));
        assert_eq!(VerificationCode::parse("2222"), Err(VerificationCodeError::Length { found: 4 }));
        let with_letter = format!("O{}", &code.as_str()[1..]);
        assert_eq!(VerificationCode::parse(&with_letter), Err(VerificationCodeError::Character { position: 1 }));
        assert_eq!(format!("{code:?}"), "VerificationCode(…)");
    }

    proptest! {
        // NC-5: every wrong character and every swap of neighbours is caught.
        #[test]
        fn a_slip_of_the_pen_is_caught(bits in any::<u128>()) {
            let code = VerificationCode::from_random(bits);
            prop_assert_eq!(VerificationCode::parse(&code.printed()), Ok(code.clone()));
            prop_assert_eq!(VerificationCode::parse(code.as_str()), Ok(code.clone()));
            for at in 0..LENGTH {
                for other in (b'0'..=b'9').chain(b'A'..=b'Z').filter(|other| *other != code.0[at]) {
                    let mut changed = code.0;
                    changed[at] = other;
                    prop_assert!(VerificationCode::parse(std::str::from_utf8(&changed).unwrap()).is_err());
                }
                if at > 0 {
                    let mut swapped = code.0;
                    swapped.swap(at - 1, at);
                    let read = VerificationCode::parse(std::str::from_utf8(&swapped).unwrap());
                    prop_assert_eq!(read.is_ok(), swapped == code.0);
                }
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}") {
            let _ = VerificationCode::parse(&text);
        }
    }
}
