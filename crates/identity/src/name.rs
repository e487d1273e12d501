//! Names of people as documents print them.
//!
//! A name keeps the code points that it was read with (RC-6): nothing here folds one Han character into another. Keys
//! for matching the several codes of one character (RC-2 to RC-4) are made from a [`PersonName`] by
//! [`name_key`](crate::name_key).
//!
//! What has no meaning of its own is made one: white space, full-width letters, the forms of the middle dot, of the
//! apostrophe and of the hyphen. What has one is kept or refused, never dropped: a variation selector or a combining mark
//! that vanished would leave a name that nobody read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::narrow;

/// Most Unicode scalar values in a name.
pub const MAX_CHARACTERS: usize = 50;
/// The middle dot as we write it (U+00B7, GB/T 15834).
pub const MIDDLE_DOT: char = '\u{B7}';

/// A name of 1 to 50 characters: Han characters and middle dots, or Latin letters. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Why something is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is there.
    #[error("empty")]
    Empty,
    /// More than [`MAX_CHARACTERS`].
    #[error("longer than {MAX_CHARACTERS} characters")]
    TooLong,
    /// A character that no name holds: a digit, a control, a sign.
    #[error("character {position} is not allowed in a name")]
    Character {
        /// From 1, in the text as it was given.
        position: usize,
    },
    /// Han characters and Latin letters in one name.
    #[error("Han characters and Latin letters mixed")]
    Mixed,
    /// A middle dot or another joint at an end, or two in a row.
    #[error("a dot, hyphen or apostrophe that joins nothing")]
    Joint,
}

impl PersonName {
    /// Reads a name. White space at the ends goes, inside a Han name too (cards space out short names); runs of it in a
    /// Latin name become one space; full-width letters become narrow; every form of the middle dot becomes U+00B7, of the
    /// apostrophe U+0027, of the hyphen U+002D. Latin letters come composed (NFC): combining marks are refused, as are
    /// controls, bidirectional and zero-width characters and variation selectors.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // A first look at the scripts decides what a full stop and a space mean.
        let has_han = text.chars().any(is_han);
        let mut name = String::with_capacity(text.len());
        let mut letters = false;
        let mut space_due = false;
        for (index, original) in text.chars().enumerate() {
            let c = narrow(original);
            if c.is_whitespace() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{0B}' | '\u{0C}') {
                space_due = !has_han && !name.is_empty();
                continue;
            }
            let c = if is_middle_dot(c) || (has_han && matches!(c, '.' | '\u{3002}' | '\u{FF61}')) {
                MIDDLE_DOT
            } else {
                plain_joint(c)
            };
            let allowed = match c {
                MIDDLE_DOT => true,
                '-' | '\'' | '.' => !has_han,
                _ if is_han(c) => true,
                _ if is_latin(c) => {
                    letters = true;
                    true
                }
                _ => false,
            };
            if !allowed {
                return Err(NameError::Character { position: index + 1 });
            }
            if std::mem::take(&mut space_due) {
                name.push(' ');
            }
            name.push(c);
        }
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().nth(MAX_CHARACTERS).is_some() {
            return Err(NameError::TooLong);
        }
        if has_han && letters {
            return Err(NameError::Mixed);
        }
        if has_loose_joint(&name) {
            return Err(NameError::Joint);
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with each character replaced. `replace` gives another code of the same character, so that a name stays a
    /// name.
    pub(crate) fn map(&self, replace: impl FnMut(char) -> char) -> Self {
        Self(self.0.chars().map(replace).collect())
    }

    /// How many characters it has (Unicode scalar values, not UTF-16 units).
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.chars().count()
    }

    /// Never: a name has a character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A joint at an end or after another joint; a full stop may end a Latin name (`Jr.`) and a space may follow it.
fn has_loose_joint(name: &str) -> bool {
    let is_joint = |c: char| matches!(c, MIDDLE_DOT | '-' | '\'');
    let mut before = None;
    for c in name.chars() {
        let loose = match before {
            None => is_joint(c) || c == '.',
            Some(b) => (is_joint(c) || c == '.') && (is_joint(b) || b == '.' || (c == '.' && b == ' ')),
        };
        if loose {
            return true;
        }
        before = Some(c);
    }
    before.is_some_and(is_joint)
}

/// The hyphen and the apostrophe of the forms that keyboards and word processors give; any other character as it is.
fn plain_joint(c: char) -> char {
    match c {
        '\u{2010}' | '\u{2011}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{02B9}' => '\'',
        _ => c,
    }
}

/// Han characters by block: all extensions up to J, compatibility ideographs, radicals that input methods put in their place,
/// and the private-use areas where older systems keep rare characters (RC-1); plus 〇.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3007}'
        | '\u{2E80}'..='\u{2FD5}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{E000}'..='\u{F8FF}'
        | '\u{20000}'..='\u{3347F}'
        | '\u{F0000}'..='\u{FFFFD}'
        | '\u{100000}'..='\u{10FFFD}')
}

/// Letters of the Latin script: ASCII, Latin-1, Extended-A and -B, Extended Additional.
fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || (matches!(c, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}') && c.is_alphabetic())
}

/// Every code point that input methods and readers give for the dot between the parts of a name.
fn is_middle_dot(c: char) -> bool {
    matches!(
        c,
        MIDDLE_DOT
            | '\u{02D9}'
            | '\u{0387}'
            | '\u{1427}'
            | '\u{16EB}'
            | '\u{2022}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{2219}'
            | '\u{22C5}'
            | '\u{2E31}'
            | '\u{2E33}'
            | '\u{30FB}'
            | '\u{318D}'
            | '\u{A78F}'
            | '\u{FE52}'
            | '\u{FF65}'
    )
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({} chars)", self.len())
    }
}

impl FromStr for PersonName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PersonName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RN-5, RC-6
    #[test]
    fn names_people_have() {
        for (text, expected) in [
            ("张三", "张三"),
            (" 张\u{3000}三 ", "张三"),
            ("王〇", "王〇"),
            ("李䶮", "李䶮"),
            ("李\u{E863}", "李\u{E863}"),
            ("\u{20BB7}野", "\u{20BB7}野"),
            ("\u{3347F}\u{F0000}", "\u{3347F}\u{F0000}"),
            ("古丽巴哈尔·阿不都热合曼·吐尔逊", "古丽巴哈尔·阿不都热合曼·吐尔逊"),
            ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
            ("Anna  Maria O'Neil-Smith", "Anna Maria O'Neil-Smith"),
            ("ERIKSSON", "ERIKSSON"),
            ("Martin L. King Jr.", "Martin L. King Jr."),
            ("Zoë Çelik", "Zoë Çelik"),
        ] {
            assert_eq!(PersonName::parse(text).unwrap().as_str(), expected, "{text}");
        }
    }

    // RC-6
    #[test]
    fn every_middle_dot_is_one() {
        for dot in
            "\u{B7}\u{2D9}\u{387}\u{1427}\u{16EB}\u{2022}\u{2024}\u{2027}\u{2219}\u{22C5}\u{2E31}\u{2E33}\u{30FB}\u{318D}\u{A78F}\u{FE52}\u{FF0E}\u{FF61}\u{FF65}.。"
                .chars()
        {
            let name = PersonName::parse(&format!("迪丽{dot}努尔")).unwrap();
            assert_eq!(name.as_str(), "迪丽·努尔", "U+{:04X}", u32::from(dot));
        }
    }

    // RC-6
    #[test]
    fn joints_of_latin_names_have_one_form() {
        for text in ["O’Neil‐Smith", "O‘Neil\u{2011}Smith", "O\u{2BC}Neil-Smith", "Ｏ＇Ｎｅｉｌ－Ｓｍｉｔｈ"]
        {
            assert_eq!(PersonName::parse(text).unwrap().as_str(), "O'Neil-Smith", "{text}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for (text, error) in [
            ("", NameError::Empty),
            (" \u{3000} ", NameError::Empty),
            ("张3", NameError::Character { position: 2 }),
            ("张\u{202E}三", NameError::Character { position: 2 }),
            ("张\u{200B}三", NameError::Character { position: 2 }),
            ("张三\0", NameError::Character { position: 3 }),
            ("张\u{2028}三", NameError::Character { position: 2 }),
            ("张-三", NameError::Character { position: 2 }),
            ("葛\u{E0100}", NameError::Character { position: 2 }),
            ("神\u{FE00}", NameError::Character { position: 2 }),
            ("张\u{2060}三", NameError::Character { position: 2 }),
            ("张\u{FEFF}三", NameError::Character { position: 2 }),
            ("张\u{AD}三", NameError::Character { position: 2 }),
            ("Anna\u{2067}", NameError::Character { position: 5 }),
            ("Zoe\u{308}", NameError::Character { position: 4 }),
            ("王○", NameError::Character { position: 2 }),
            ("刘々", NameError::Character { position: 2 }),
            ("张\u{FFFD}", NameError::Character { position: 2 }),
            ("张\u{10FFFF}", NameError::Character { position: 2 }),
            ("Ивaн", NameError::Character { position: 1 }),
            ("😀", NameError::Character { position: 1 }),
            ("张C", NameError::Mixed),
            ("·张三", NameError::Joint),
            ("张三·", NameError::Joint),
            ("阿··里", NameError::Joint),
            ("-Anna", NameError::Joint),
            ("Anna .", NameError::Joint),
        ] {
            assert_eq!(PersonName::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn length_is_in_characters() {
        let longest = "\u{20BB7}".repeat(MAX_CHARACTERS);
        assert_eq!(PersonName::parse(&longest).unwrap().len(), MAX_CHARACTERS);
        assert_eq!(PersonName::parse(&format!("{longest}一")), Err(NameError::TooLong));
    }

    proptest! {
        #[test]
        fn parsing_twice_changes_nothing(text in "\\PC{0,60}") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
                prop_assert!((1..=MAX_CHARACTERS).contains(&name.len()));
                prop_assert!(!name.as_str().chars().any(char::is_control));
            }
        }

        #[test]
        fn han_names_keep_their_code_points(text in "[\u{4E00}-\u{9FFF}\u{E000}-\u{F8FF}\u{20000}-\u{2A6DF}]{1,50}") {
            let name = PersonName::parse(&text).unwrap();
            prop_assert_eq!(name.as_str(), &text);
        }
    }
}
