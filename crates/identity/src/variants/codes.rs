//! All codes of one character.

use std::fmt;

/// Most codes that one character may have: the storage format has one digit for their number (RC-3).
pub const MAX_CODES: usize = 9;

/// The codes of one character, 1 to [`MAX_CODES`], in code-point order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Codes {
    codes: [char; MAX_CODES],
    len: usize,
}

impl Codes {
    pub(super) const fn one(c: char) -> Self {
        Self { codes: [c; MAX_CODES], len: 1 }
    }

    /// Adds a code at its place. One that is there already, or a tenth, is left out; tables are checked for tenths when
    /// they are made.
    pub(super) fn insert(&mut self, code: char) {
        let at = self.as_slice().partition_point(|&c| c < code);
        if self.len == MAX_CODES || self.as_slice().get(at) == Some(&code) {
            return;
        }
        self.codes.copy_within(at..self.len, at + 1);
        self.codes[at] = code;
        self.len += 1;
    }

    /// The codes.
    #[must_use]
    pub fn as_slice(&self) -> &[char] {
        &self.codes[..self.len]
    }

    /// The codes, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, char> {
        self.as_slice().iter()
    }

    /// How many there are: 1 for a plain character, 2 for one of the two-code database, 3 and more for the other.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: a character has a code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Whether `c` is one of them.
    #[must_use]
    pub fn contains(&self, c: char) -> bool {
        self.as_slice().contains(&c)
    }
}

impl IntoIterator for Codes {
    type Item = char;
    type IntoIter = std::iter::Take<std::array::IntoIter<char, MAX_CODES>>;
    fn into_iter(self) -> Self::IntoIter {
        self.codes.into_iter().take(self.len)
    }
}

impl<'a> IntoIterator for &'a Codes {
    type Item = &'a char;
    type IntoIter = std::slice::Iter<'a, char>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// How many, not which: a character of a name is personal data.
impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codes({})", self.len)
    }
}
