//! The preprocessed sequence of a name that holds characters with several codes (RC-2, RC-3).
//!
//! The *format sequence* has one digit per character: how many codes it has. The *encoding sequence* has all codes of each
//! character in code-point order. A register that is asked with the sequence finds the name however it wrote it, without
//! having a table of its own. Codes travel as hexadecimal text because transports that normalise Unicode would turn a
//! compatibility ideograph into its formal code.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::name::{MAX_CHARACTERS, MIDDLE_DOT, PersonName, is_han};
use crate::variants::{MAX_CODES, Variants};

/// Format and encoding sequence of a name; valid, whoever made it. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct NameSequence {
    format: String,
    encoding: String,
}

/// As it comes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: String,
    encoding: String,
}

/// Why something is no sequence of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    /// Nothing, or more characters than a name has.
    #[error("not 1 to {MAX_CHARACTERS} characters")]
    Length,
    /// The format sequence holds something other than the digits 1 to 9.
    #[error("the format of character {position} is not a digit from 1 to {MAX_CODES}")]
    Digit {
        /// The character, from 1.
        position: usize,
    },
    /// No character has a second code: such a name travels as it is (RC-3).
    #[error("no character has a second code")]
    Plain,
    /// Not upper-case hexadecimal of 4 to 6 digits, or no Unicode scalar value, or not one space between.
    #[error("code {position} is no code point")]
    Code {
        /// The code, from 1.
        position: usize,
    },
    /// More or fewer codes than the format sequence counts.
    #[error("the encoding has more or fewer codes than the format counts")]
    Count,
    /// Codes of one character that do not rise.
    #[error("the codes of character {position} are not in order")]
    Order {
        /// The character, from 1.
        position: usize,
    },
    /// A character that no Han name holds, or a dot with several codes, or a dot that joins nothing.
    #[error("the sequence is not that of a name")]
    Name,
}

impl NameSequence {
    /// The sequence of `name`; `None` if (and only if) none of its characters has a second code.
    #[must_use]
    pub fn of(name: &PersonName, variants: &Variants) -> Option<Self> {
        let mut format = String::with_capacity(name.len());
        let mut encoding = String::with_capacity(name.len() * 10);
        for c in name.as_str().chars() {
            let codes = variants.codes(c);
            let digit = u32::try_from(codes.len()).ok().and_then(|n| char::from_digit(n, 10))?;
            format.push(digit);
            for code in codes {
                push_code(&mut encoding, code);
            }
        }
        format.bytes().any(|digit| digit != b'1').then_some(Self { format, encoding })
    }

    /// Reads a sequence that somebody sent.
    pub fn parse(format: &str, encoding: &str) -> Result<Self, SequenceError> {
        check(format, encoding)?;
        Ok(Self { format: format.to_owned(), encoding: encoding.to_owned() })
    }

    /// One digit per character: how many codes it has.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// All codes of each character, in upper-case hexadecimal, one space between.
    #[must_use]
    pub fn encoding(&self) -> &str {
        &self.encoding
    }

    /// Whether `name` is this name, whichever code each of its characters is written with. Needs no table.
    #[must_use]
    pub fn matches(&self, name: &PersonName) -> bool {
        let mut codes = self.codes();
        let mut digits = self.format.bytes().map(|digit| usize::from(digit - b'0'));
        let mut characters = name.as_str().chars();
        loop {
            match (digits.next(), characters.next()) {
                (None, None) => return true,
                (Some(count), Some(c)) => {
                    // Every code is looked at, so that the iterator stands at the next character.
                    if codes.by_ref().take(count).filter(|&code| code == c).count() == 0 {
                        return false;
                    }
                }
                _ => return false,
            }
        }
    }

    fn codes(&self) -> impl Iterator<Item = char> {
        self.encoding.split(' ').filter_map(code_from_hexadecimal)
    }
}

fn push_code(encoding: &mut String, code: char) {
    use fmt::Write as _;
    if !encoding.is_empty() {
        encoding.push(' ');
    }
    // Writing to a string cannot fail.
    let _ = write!(encoding, "{:04X}", u32::from(code));
}

/// A code point in upper-case hexadecimal of 4 to 6 digits without needless zeros: one spelling for each.
pub(crate) fn code_from_hexadecimal(text: &str) -> Option<char> {
    let plain = matches!(text.len(), 4..=6) && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    if !plain || (text.len() > 4 && text.starts_with('0')) {
        return None;
    }
    u32::from_str_radix(text, 16).ok().and_then(char::from_u32)
}

fn check(format: &str, encoding: &str) -> Result<(), SequenceError> {
    if format.is_empty() || format.len() > MAX_CHARACTERS {
        return Err(SequenceError::Length);
    }
    let mut codes = encoding
        .split(' ')
        .enumerate()
        .map(|(at, text)| code_from_hexadecimal(text).ok_or(SequenceError::Code { position: at + 1 }));
    let mut name = String::new();
    for (at, digit) in format.bytes().enumerate() {
        let position = at + 1;
        let count = digit.wrapping_sub(b'0');
        if !(1..=9).contains(&count) {
            return Err(SequenceError::Digit { position });
        }
        let mut last = None;
        for _ in 0..count {
            let code = codes.next().ok_or(SequenceError::Count)??;
            let dot = code == MIDDLE_DOT && count == 1;
            if !dot && !is_han(code) {
                return Err(SequenceError::Name);
            }
            if last >= Some(code) {
                return Err(SequenceError::Order { position });
            }
            last = Some(code);
        }
        name.extend(last);
    }
    match codes.next() {
        Some(Err(error)) => return Err(error),
        Some(Ok(_)) => return Err(SequenceError::Count),
        None => {}
    }
    if format.bytes().all(|digit| digit == b'1') {
        return Err(SequenceError::Plain);
    }
    // What is left to go wrong is a dot that joins nothing.
    PersonName::parse(&name).map(|_| ()).map_err(|_| SequenceError::Name)
}

impl TryFrom<Raw> for NameSequence {
    type Error = SequenceError;
    fn try_from(raw: Raw) -> Result<Self, SequenceError> {
        check(&raw.format, &raw.encoding)?;
        Ok(Self { format: raw.format, encoding: raw.encoding })
    }
}

impl fmt::Debug for NameSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameSequence({} chars)", self.format.len())
    }
}
