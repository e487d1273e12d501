//! Why something is no number of a document.

use crate::document::DocumentKind;
use crate::id_number::IdNumberError;

/// Why something is no number of a document of the kind that was asked for. Positions count what is left once spaces and
/// the like are gone. None of it shows the number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Such numbers are not as long.
    #[error("{found} characters instead of {}", alternatives(.expected))]
    Length {
        /// How many there are.
        found: usize,
        /// How many there can be, rising.
        expected: Vec<usize>,
    },
    /// A character does not belong where it is.
    #[error("character {position} is not allowed there")]
    Character {
        /// From 1.
        position: usize,
    },
    /// A right number, but one of another document.
    #[error("the number of another document ({0:?})")]
    OtherDocument(DocumentKind),
    /// It begins like the numbers of no province (GB/T 2260).
    #[error("the digits of the region are no region's")]
    Region,
    /// The digits of the birth date are no calendar date.
    #[error("the digits of the birth date are no date")]
    BirthDate,
    /// The check character is not what the others demand.
    #[error("the check character is wrong")]
    Checksum,
}

impl From<IdNumberError> for NumberError {
    fn from(error: IdNumberError) -> Self {
        match error {
            IdNumberError::Length { expected, found } => Self::Length { found, expected: vec![expected] },
            IdNumberError::Character { position } => Self::Character { position },
            IdNumberError::Province => Self::Region,
            IdNumberError::BirthDate => Self::BirthDate,
            IdNumberError::Checksum => Self::Checksum,
        }
    }
}

/// `18`, `15 or 18`, `3 to 9`.
fn alternatives(lengths: &[usize]) -> String {
    match lengths {
        [first, .., last] if lengths.len() > 2 && last - first == lengths.len() - 1 => format!("{first} to {last}"),
        _ => lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_words() {
        for (expected, words) in [
            (vec![18], "5 characters instead of 18"),
            (vec![15, 18], "5 characters instead of 15 or 18"),
            (vec![9, 10, 11], "5 characters instead of 9 to 11"),
            (vec![8, 10, 11], "5 characters instead of 8 or 10 or 11"),
        ] {
            assert_eq!(NumberError::Length { found: 5, expected }.to_string(), words);
        }
    }
}
