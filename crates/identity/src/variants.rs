//! The several codes of one character (RC-2, RC-6).
//!
//! A *variant* is a second code of the very same character: a private-use code of the GBK era, a compatibility ideograph,
//! a radical that is a whole character. Simplified and traditional forms, semantic variants and look-alikes are other
//! characters and other names; they are never joined. `data/names/README.md` says where every row comes from.

mod assignment;
mod codes;
mod data;
mod table;

use std::fmt;

pub use assignment::{Assignment, AssignmentError};
pub use codes::{Codes, MAX_CODES};

/// The version of the built-in table. It rises whenever a row is added or taken away, because stored keys change with it.
pub const TABLE_VERSION: u8 = table::VERSION;

/// The built-in table and an operator's own private-use assignments.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variants {
    /// Sorted by code, without rows that the table has.
    assigned: Vec<Assignment>,
}

impl Variants {
    /// The built-in table. Costs nothing: the table is constant data.
    #[must_use]
    pub const fn built_in() -> Self {
        Self { assigned: Vec::new() }
    }

    /// The built-in table and `assignments`, in any order. Repeating a row, or one of the table's, does no harm.
    pub fn with(assignments: &[Assignment]) -> Result<Self, AssignmentError> {
        Ok(Self { assigned: assignment::checked(assignments)? })
    }

    /// Every code of the character that `c` is a code of, in code-point order, `c` among them. One if it has no second.
    #[must_use]
    pub fn codes(&self, c: char) -> Codes {
        let formal = self.formal(c);
        let mut codes = Codes::one(formal);
        if may_have_codes(formal) {
            table::variants_of(formal).for_each(|code| codes.insert(code));
            self.assigned_to(formal).for_each(|code| codes.insert(code));
        }
        codes
    }

    /// The formal Unicode code of the character that `c` is a code of: never private use, a compatibility ideograph or a
    /// radical where the character has a unified ideograph. `c` itself if no other code is known.
    #[must_use]
    pub fn formal(&self, c: char) -> char {
        table::formal_of(c).or_else(|| self.assigned_formal(c)).unwrap_or(c)
    }

    /// What kind of code `c` is, for asking in order of likelihood.
    pub(crate) fn kind(&self, c: char) -> Kind {
        match c {
            _ if self.formal(c) == c => Kind::Formal,
            _ if !is_private_use(c) => Kind::Compatibility,
            _ if table::formal_of(c).is_some() => Kind::Gbk,
            _ => Kind::Assigned,
        }
    }

    fn assigned_formal(&self, c: char) -> Option<char> {
        let at = self.assigned.binary_search_by_key(&c, |row| row.code).ok()?;
        self.assigned.get(at).map(|row| row.formal)
    }

    fn assigned_to(&self, formal: char) -> impl Iterator<Item = char> {
        self.assigned.iter().filter(move |row| row.formal == formal).map(|row| row.code)
    }
}

/// What kind of code a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Formal,
    Gbk,
    Assigned,
    Compatibility,
}

impl Kind {
    /// Formal codes are what registers hold today; private-use codes are what cards and older registers hold; input
    /// methods and recognisers rarely give a compatibility ideograph or a radical.
    pub(crate) const BY_LIKELIHOOD: [Self; 4] = [Self::Formal, Self::Gbk, Self::Assigned, Self::Compatibility];
}

/// Latin letters, dots and spaces have one code: no need to look.
fn may_have_codes(c: char) -> bool {
    c >= '\u{2E80}'
}

/// The three private-use areas.
pub(crate) fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

impl fmt::Debug for Variants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Variants(version {TABLE_VERSION}, {} assigned)", self.assigned.len())
    }
}
