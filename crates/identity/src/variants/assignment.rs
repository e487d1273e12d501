//! An operator's own private-use assignments (RC-2): what vendors and banks put into the private use area of their fonts.

use serde::{Deserialize, Serialize};

use super::{MAX_CODES, is_private_use, table};
use crate::name::is_han;

/// One row: a private-use code and the character it stands for. In JSON both are hexadecimal (`"E863"`, `"4DAE"`), since a
/// private-use character shows as a box and transports may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Of a private use area.
    #[serde(with = "hexadecimal")]
    pub code: char,
    /// A Han character's formal code.
    #[serde(with = "hexadecimal")]
    pub formal: char,
}

/// Why assignments cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentError {
    /// Only private-use codes are anybody's to assign.
    #[error("U+{:04X} is not a private-use code", u32::from(*code))]
    NotPrivateUse {
        /// The code that is none.
        code: char,
    },
    /// The formal code is a private-use code itself: a chain.
    #[error("U+{:04X} stands for U+{:04X}, which is a private-use code itself", u32::from(*code), u32::from(*formal))]
    Chain {
        /// The row's code.
        code: char,
        /// What the row says it stands for.
        formal: char,
    },
    /// The formal code is a variant in the built-in table.
    #[error(
        "U+{:04X} stands for U+{:04X}, whose formal code is U+{:04X}",
        u32::from(*code), u32::from(*formal), u32::from(*better)
    )]
    NotFormal {
        /// The row's code.
        code: char,
        /// What the row says it stands for.
        formal: char,
        /// The formal code to write in its place.
        better: char,
    },
    /// The formal code is no Han character.
    #[error("U+{:04X} stands for U+{:04X}, which is not a Han character", u32::from(*code), u32::from(*formal))]
    NotHan {
        /// The row's code.
        code: char,
        /// What the row says it stands for.
        formal: char,
    },
    /// The built-in table knows this code as another character.
    #[error("U+{:04X} is U+{:04X} in the built-in table", u32::from(*code), u32::from(*known))]
    Known {
        /// The row's code.
        code: char,
        /// The character that it stands for.
        known: char,
    },
    /// Two rows give one code to two characters.
    #[error("U+{:04X} stands for both U+{:04X} and U+{:04X}", u32::from(*code), u32::from(*one), u32::from(*other))]
    Conflict {
        /// The code of both rows.
        code: char,
        /// The lower of the two.
        one: char,
        /// The higher.
        other: char,
    },
    /// A character would have more than [`MAX_CODES`] codes.
    #[error("U+{:04X} would have more than {MAX_CODES} codes", u32::from(*formal))]
    TooManyCodes {
        /// The character.
        formal: char,
    },
}

/// The rows that add something to the built-in table, sorted by code.
pub(super) fn checked(rows: &[Assignment]) -> Result<Vec<Assignment>, AssignmentError> {
    let mut new = Vec::with_capacity(rows.len());
    for &row in rows {
        if !adds(row)? {
            continue;
        }
        match new.binary_search_by_key(&row.code, |known: &Assignment| known.code) {
            Ok(at) if new[at] == row => {}
            Ok(at) => {
                let (one, other) = (new[at].formal.min(row.formal), new[at].formal.max(row.formal));
                return Err(AssignmentError::Conflict { code: row.code, one, other });
            }
            // Inserting in order and not sorting: the sort is 3 kB of the Worker, and operators have some hundred rows.
            Err(at) => new.insert(at, row),
        }
    }
    within_the_digit(&new)?;
    Ok(new)
}

/// Whether a valid row says something that the table does not.
fn adds(Assignment { code, formal }: Assignment) -> Result<bool, AssignmentError> {
    if !is_private_use(code) {
        return Err(AssignmentError::NotPrivateUse { code });
    }
    if is_private_use(formal) {
        return Err(AssignmentError::Chain { code, formal });
    }
    if let Some(better) = table::formal_of(formal) {
        return Err(AssignmentError::NotFormal { code, formal, better });
    }
    if !is_han(formal) {
        return Err(AssignmentError::NotHan { code, formal });
    }
    match table::formal_of(code) {
        Some(known) if known != formal => Err(AssignmentError::Known { code, known }),
        known => Ok(known.is_none()),
    }
}

/// No character gets more codes than the storage format can count.
fn within_the_digit(rows: &[Assignment]) -> Result<(), AssignmentError> {
    let mut formals: Vec<char> = Vec::with_capacity(rows.len());
    for row in rows {
        let end = formals.partition_point(|&formal| formal <= row.formal);
        formals.insert(end, row.formal);
        let own = end + 1 - formals.partition_point(|&formal| formal < row.formal);
        if own + table::variants_of(row.formal).count() >= MAX_CODES {
            return Err(AssignmentError::TooManyCodes { formal: row.formal });
        }
    }
    Ok(())
}

mod hexadecimal {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::name_sequence::code_from_hexadecimal;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` passes a reference")]
    pub(super) fn serialize<S: Serializer>(code: &char, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:04X}", u32::from(*code)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<char, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        code_from_hexadecimal(&text).ok_or_else(|| D::Error::custom("not a code point in upper-case hexadecimal"))
    }
}
