//! The shape of a document's number, as `documents/*.json` writes it.
//!
//! One piece after the other: `#` a digit, `@` a letter A–Z, `%` a Han character, `[13A-C]` one of a set, any other
//! character itself; each may be followed by `{n}` or `{m,n}`, how often. A piece takes as many characters as it can, so
//! what follows one of variable length must not begin like it.

use std::fmt;

use serde::Deserialize;

/// A shape, ready to be compared with numbers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Shape {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    class: Class,
    least: usize,
    most: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Han,
    /// Ranges, both ends included.
    OneOf(Vec<(char, char)>),
}

/// Why a text is no [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A `[` or `{` without its end, an empty set, or a set whose range runs backwards.
    #[error("a set is not well formed")]
    Set,
    /// Not `{n}` or `{m,n}` with 1 ≤ n ≤ 32 and m ≤ n.
    #[error("a repetition is not well formed")]
    Repetition,
}

/// How a number misses a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Too short or too long; as far as it goes it fits.
    Length,
    /// The character at this place, from 0, does not belong there.
    Character(usize),
}

impl Shape {
    /// Reads a shape.
    pub fn parse(text: &str) -> Result<Self, ShapeError> {
        let mut pieces = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let class = match c {
                '#' => Class::Digit,
                '@' => Class::Letter,
                '%' => Class::Han,
                '[' => {
                    let (set, after) = rest.as_str().split_once(']').ok_or(ShapeError::Set)?;
                    rest = after.chars();
                    Class::OneOf(ranges(set)?)
                }
                itself => Class::OneOf(vec![(itself, itself)]),
            };
            let (least, most) = match rest.as_str().strip_prefix('{') {
                Some(inner) => {
                    let (times, after) = inner.split_once('}').ok_or(ShapeError::Repetition)?;
                    rest = after.chars();
                    repetition(times).ok_or(ShapeError::Repetition)?
                }
                None => (1, 1),
            };
            pieces.push(Piece { class, least, most });
        }
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// Whether `number` has this shape.
    pub fn compare(&self, number: &str) -> Result<(), Mismatch> {
        let mut characters = number.chars().enumerate().peekable();
        for piece in &self.pieces {
            for taken in 0..piece.most {
                match characters.next_if(|(_, c)| piece.class.has(*c)) {
                    Some(_) => {}
                    None if taken >= piece.least => break,
                    None => return Err(characters.peek().map_or(Mismatch::Length, |(at, _)| Mismatch::Character(*at))),
                }
            }
        }
        match characters.peek() {
            None => Ok(()),
            Some(_) if number.chars().count() > self.lengths().1 => Err(Mismatch::Length),
            Some((at, _)) => Err(Mismatch::Character(*at)),
        }
    }

    /// The least and the largest number of characters.
    #[must_use]
    pub fn lengths(&self) -> (usize, usize) {
        self.pieces.iter().fold((0, 0), |(least, most), piece| (least + piece.least, most + piece.most))
    }
}

/// As it was written.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Shape {
    type Error = ShapeError;
    fn try_from(text: String) -> Result<Self, ShapeError> {
        Self::parse(&text)
    }
}

impl Class {
    fn has(&self, c: char) -> bool {
        match self {
            Self::Digit => c.is_ascii_digit(),
            Self::Letter => c.is_ascii_uppercase(),
            Self::Han => ('\u{4E00}'..='\u{9FFF}').contains(&c),
            Self::OneOf(ranges) => ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)),
        }
    }
}

fn ranges(set: &str) -> Result<Vec<(char, char)>, ShapeError> {
    let mut ranges = Vec::new();
    let mut rest = set.chars();
    while let Some(first) = rest.next() {
        let last = match rest.as_str().strip_prefix('-') {
            Some(after) => {
                rest = after.chars();
                rest.next().ok_or(ShapeError::Set)?
            }
            None => first,
        };
        if last < first {
            return Err(ShapeError::Set);
        }
        ranges.push((first, last));
    }
    if ranges.is_empty() { Err(ShapeError::Set) } else { Ok(ranges) }
}

fn repetition(times: &str) -> Option<(usize, usize)> {
    let (least, most) = times.split_once(',').unwrap_or((times, times));
    let (least, most) = (least.parse().ok()?, most.parse().ok()?);
    ((1..=32).contains(&most) && least <= most).then_some((least, most))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RC-1
    #[test]
    fn shapes_say_where_a_number_misses_them() {
        let compare = |shape: &str, number: &str| Shape::parse(shape).unwrap().compare(number);
        for (shape, number, expected) in [
            ("E[A-HJ-NP-Z]#{7}", "EA1234567", Ok(())),
            ("E[A-HJ-NP-Z]#{7}", "EI1234567", Err(Mismatch::Character(1))),
            ("E[A-HJ-NP-Z]#{7}", "EA123456", Err(Mismatch::Length)),
            ("E[A-HJ-NP-Z]#{7}", "EA12345678", Err(Mismatch::Length)),
            ("军#{7}", "军1234567", Ok(())),
            ("军#{7}", "武1234567", Err(Mismatch::Character(0))),
            ("%{1,2}[0-9A-Z]{4,8}", "北参12345678", Ok(())),
            ("%{1,2}[0-9A-Z]{4,8}", "北A123", Ok(())),
            ("%{1,2}[0-9A-Z]{4,8}", "北12", Err(Mismatch::Length)),
            ("@{3}#{2}", "A1", Err(Mismatch::Character(1))),
            ("[0-9A-Z]{3,9}", "L898<02", Err(Mismatch::Character(4))),
            ("@{0,2}#", "1", Ok(())),
            ("#", "", Err(Mismatch::Length)),
            ("#", "A", Err(Mismatch::Character(0))),
        ] {
            assert_eq!(compare(shape, number), expected, "{shape} {number}");
        }
        assert_eq!(Shape::parse("%{1,2}[0-9A-Z]{4,8}号").unwrap().lengths(), (6, 11));
    }

    #[test]
    fn what_is_no_shape() {
        for (text, error) in [
            ("[A", ShapeError::Set),
            ("[]", ShapeError::Set),
            ("[9-0]", ShapeError::Set),
            ("[A-]", ShapeError::Set),
            ("#{", ShapeError::Repetition),
            ("#{}", ShapeError::Repetition),
            ("#{0}", ShapeError::Repetition),
            ("#{3,2}", ShapeError::Repetition),
            ("#{33}", ShapeError::Repetition),
            ("#{-1}", ShapeError::Repetition),
        ] {
            assert_eq!(Shape::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(shape in "\\PC{0,12}", number in "\\PC{0,24}") {
            if let Ok(shape) = Shape::parse(&shape) {
                let _ = shape.compare(&number);
            }
        }
    }
}
