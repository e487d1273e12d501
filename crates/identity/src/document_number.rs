//! The number of a document of any kind (RC-1), held against the forms in that kind's [`Facts`](crate::document::Facts).
//!
//! Where an issuer publishes a rule, a number that breaks it is refused, and the error says where. Where nothing is
//! published, a number that looks like one is taken and [`Assurance`] says how little that means: a rule that we only
//! believe in must not turn a real person away.

mod error;
mod permanent_resident;

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::date::Date;
use crate::document::facts::{NumberForm, NumberRule};
use crate::document::shape::Mismatch;
use crate::document::{DocumentKind, Facts, facts};
use crate::id_number::IdNumber;
use crate::sex::Sex;
use crate::text::{masked, narrow};

pub use error::NumberError;

/// A document's number in its one spelling. `Debug` shows nothing of it, and there is no `Display`:
/// [`masked`](Self::masked) and [`as_str`](Self::as_str) say what they do.
#[derive(Clone)]
pub struct DocumentNumber {
    kind: DocumentKind,
    text: String,
    form: &'static NumberForm,
    content: Content,
}

/// What a number says about its holder.
#[derive(Clone, Copy)]
enum Content {
    Nothing,
    Citizen(IdNumber),
    Born(Date, Sex),
    /// Year of an unnamed century, month and day, as the number has them.
    BornInSomeCentury([u8; 6]),
}

/// What the number alone vouches for. The least comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Assurance {
    /// It looks like numbers that are reported of such documents; nothing was checked.
    Reported,
    /// It has the form that its issuer publishes; there is nothing in it to check.
    Form,
    /// Its check character is right: no slip of one character.
    CheckCharacter,
}

impl DocumentNumber {
    /// Reads the number of a document of this kind as people write it: spaces, brackets, dots, hyphens and the words
    /// around it do not count, full-width characters are narrow, small letters capital.
    pub fn parse(kind: DocumentKind, text: &str) -> Result<Self, NumberError> {
        let facts = facts(kind);
        let text = spelling(text, &facts.ignored);
        let Some(form) = facts.numbers.iter().find(|form| form.shape.compare(&text).is_ok()) else {
            let other = DocumentKind::ALL.into_iter().find(|other| *other != kind && is_surely(*other, &text));
            return Err(other.map_or_else(|| misfit(facts, &text), NumberError::OtherDocument));
        };
        let content = content(form, &text)?;
        Ok(Self { kind, text, form, content })
    }

    /// The document's kind.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The number in its one spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which of the kind's forms it has.
    #[must_use]
    pub fn form(&self) -> &'static NumberForm {
        self.form
    }

    /// What the number alone vouches for.
    #[must_use]
    pub fn assurance(&self) -> Assurance {
        match (self.form.rule, self.form.reported) {
            (Some(_), _) => Assurance::CheckCharacter,
            (None, false) => Assurance::Form,
            (None, true) => Assurance::Reported,
        }
    }

    /// The part that stays with the holder when the document is replaced, if the issuer promises one: two numbers of one
    /// kind with the same part are the same person's.
    #[must_use]
    pub fn lasting(&self) -> Option<&str> {
        let end = self.text.char_indices().map(|(at, _)| at).chain([self.text.len()]).nth(self.form.lasting)?;
        self.text.get(..end).filter(|part| !part.is_empty())
    }

    /// The 公民身份号码, if the number is one.
    #[must_use]
    pub fn id_number(&self) -> Option<IdNumber> {
        if let Content::Citizen(number) = self.content { Some(number) } else { None }
    }

    /// The birth date in the number, if it has a whole one.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        match self.content {
            Content::Citizen(number) => Some(number.birth_date()),
            Content::Born(birth, _) => Some(birth),
            Content::Nothing | Content::BornInSomeCentury(_) => None,
        }
    }

    /// Whether somebody born on `birth` can have it: what it says of the birth, if anything, is true.
    #[must_use]
    pub fn allows_birth(&self, birth: Date) -> bool {
        match self.content {
            Content::BornInSomeCentury(digits) => birth.compact().as_bytes().ends_with(&digits),
            _ => self.birth_date().is_none_or(|own| own == birth),
        }
    }

    /// The sex in the number, if it has one.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        match self.content {
            Content::Citizen(number) => Some(number.sex()),
            Content::Born(_, sex) => Some(sex),
            Content::Nothing | Content::BornInSomeCentury(_) => None,
        }
    }

    /// Enough to tell one's own number from another, no more: `H********45`.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.text)
    }
}

/// Kind and spelling decide about all the rest.
impl PartialEq for DocumentNumber {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.text) == (other.kind, &other.text)
    }
}

impl Eq for DocumentNumber {}

impl Hash for DocumentNumber {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, &self.text).hash(state);
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentNumber({:?}, …)", self.kind)
    }
}

/// `text` without what does not count, in the characters that do.
fn spelling(text: &str, ignored: &[String]) -> String {
    let uncounted = |c: &char| {
        c.is_whitespace()
            || matches!(c, '-' | '.' | '(' | ')' | '·' | '\u{2010}'..='\u{2015}' | '\u{2212}')
            // Invisible, and pasted along with numbers.
            || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
    };
    let counted = text.chars().map(narrow).filter(|c| !uncounted(c)).map(|c| c.to_ascii_uppercase()).collect();
    ignored.iter().fold(counted, |text: String, word| text.replace(word.as_str(), ""))
}

/// What the number of this form says; an error if it says what cannot be.
fn content(form: &NumberForm, text: &str) -> Result<Content, NumberError> {
    match form.rule {
        None => Ok(Content::Nothing),
        Some(NumberRule::Gb11643) => Ok(Content::Citizen(IdNumber::parse(text)?)),
        Some(NumberRule::PermanentResident2023) => {
            permanent_resident::of_2023(text).map(|(birth, sex)| Content::Born(birth, sex))
        }
        Some(NumberRule::PermanentResident2004) => permanent_resident::of_2004(text).map(Content::BornInSomeCentury),
    }
}

/// Whether a check character says that this is the number of such a document.
fn is_surely(kind: DocumentKind, text: &str) -> bool {
    facts(kind)
        .numbers
        .iter()
        .any(|form| form.rule.is_some() && form.shape.compare(text).is_ok() && content(form, text).is_ok())
}

/// How a number misses every form: by its length, or at the place where the form that it follows furthest ends.
fn misfit(facts: &Facts, text: &str) -> NumberError {
    let found = text.chars().count();
    let shapes = || facts.numbers.iter().map(|form| &form.shape);
    let as_long = shapes().filter(|shape| (shape.lengths().0..=shape.lengths().1).contains(&found));
    let furthest = as_long.filter_map(|shape| match shape.compare(text) {
        Err(Mismatch::Character(at)) => Some(at),
        _ => None,
    });
    if let Some(at) = furthest.max() {
        return NumberError::Character { position: at + 1 };
    }
    let mut expected: Vec<usize> = shapes().flat_map(|shape| shape.lengths().0..=shape.lengths().1).collect();
    expected.sort_unstable();
    expected.dedup();
    NumberError::Length { found, expected }
}

#[cfg(test)]
mod tests;
