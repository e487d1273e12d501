//! The words of the documents, as data: an operator may have other words, each version under its own name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outcome::Bilingual;

/// The words of both documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Which version it is, up to 20 of `0-9A-Za-z.-`, a letter or digit first; part of the PDF's metadata.
    pub version: String,
    /// Of a certificate.
    pub certificate: CertificateWords,
    /// Of a notice.
    pub notice: NoticeWords,
}

/// The words of a certificate. In the statement `{as_of}` stands for the day up to which was searched, in the notes `{months}`
/// for the months of its validity, `{host}` for where it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each is what its name says, as it is printed")]
pub struct CertificateWords {
    pub title: Bilingual,
    pub number: Bilingual,
    pub name: Bilingual,
    pub sex: Bilingual,
    pub birth_date: Bilingual,
    pub document: Bilingual,
    pub document_number: Bilingual,
    pub statement: Bilingual,
    pub closing: Bilingual,
    pub valid_through: Bilingual,
    pub scan: Bilingual,
    pub code: Bilingual,
    pub notes: Vec<Bilingual>,
}

/// The words of a notice of non-issuance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each is what its name says, as it is printed")]
pub struct NoticeWords {
    pub title: Bilingual,
    pub applicant: Bilingual,
    pub date: Bilingual,
    pub matter: Bilingual,
    pub matter_value: Bilingual,
    pub paragraphs: Vec<Bilingual>,
    pub office: Bilingual,
    pub address: Bilingual,
    pub telephone: Bilingual,
    pub review: Bilingual,
    pub notes: Vec<Bilingual>,
}

/// Longest text, characters: no place on the page has room for more.
const LONGEST: usize = 300;

/// Words that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not JSON of a template's form.
    #[error("no template: {0}")]
    Form(String),
    /// A text that is empty, too long, or has a placeholder that does not stand there, or lacks one that has to. Its place, as a
    /// JSON pointer (RFC 6901).
    #[error("the text at {0} cannot be used")]
    Text(String),
}

impl Template {
    /// The words that this version of the program comes with.
    pub fn standard() -> Result<Self, TemplateError> {
        Self::parse(include_str!("../../templates/standard.json"))
    }

    /// Reads a template: JSON as `crates/certificate/templates/standard.json`.
    pub fn parse(json: &str) -> Result<Self, TemplateError> {
        let template: Self = serde_json::from_str(json).map_err(|error| TemplateError::Form(error.to_string()))?;
        template.check()?;
        Ok(template)
    }

    /// Whether every text can be used. Whether all of them fit their page is seen by drawing it.
    pub fn check(&self) -> Result<(), TemplateError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        let begins = self.version.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !begins || self.version.len() > 20 || !self.version.bytes().all(fits) {
            return Err(TemplateError::Text("/version".to_owned()));
        }
        let value = serde_json::to_value(self).map_err(|error| TemplateError::Form(error.to_string()))?;
        check("", &value)
    }
}

/// Checks every text below `place`.
fn check(place: &str, value: &Value) -> Result<(), TemplateError> {
    match value {
        Value::Object(members) => {
            members.iter().try_for_each(|(name, member)| check(&format!("{place}/{name}"), member))
        }
        Value::Array(items) => {
            (0..).zip(items).try_for_each(|(at, item): (usize, _)| check(&format!("{place}/{at}"), item))
        }
        Value::String(text) if is_usable(place, text) => Ok(()),
        _ => Err(TemplateError::Text(place.to_owned())),
    }
}

fn is_usable(place: &str, text: &str) -> bool {
    let is_statement = place.starts_with("/certificate/statement/");
    let known: &[&str] = match place {
        _ if is_statement => &["{as_of}"],
        _ if place.starts_with("/certificate/notes/") => &["{months}", "{host}"],
        _ => &[],
    };
    let rest = known.iter().fold(text.to_owned(), |text, known| text.replace(known, ""));
    !text.trim().is_empty()
        && text.chars().count() <= LONGEST
        && !rest.contains(|c: char| c == '{' || c == '}' || c.is_control())
        && (!is_statement || text.contains("{as_of}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // NC-4
    #[test]
    fn words_that_cannot_be_printed_are_told_with_their_place() {
        let standard = Template::standard().unwrap();
        let with = |place: &str, text: &str| {
            let mut value = serde_json::to_value(&standard).unwrap();
            *value.pointer_mut(place).unwrap() = json!(text);
            Template::parse(&value.to_string())
        };
        for (place, text) in [
            ("/version", ""),
            ("/version", "2026/2"),
            ("/version", ".."),
            ("/version", "twenty-one-characters"),
            ("/certificate/title/zh", " "),
            ("/certificate/title/en", "valid for {months} months"),
            ("/certificate/statement/zh", "未发现犯罪记录。"),
            ("/certificate/statement/en", "up to {as_of} by {who}"),
            ("/certificate/notes/1/en", "see {host}/c up to {as_of}"),
            ("/notice/notes/0/zh", "一\n二"),
            ("/notice/review/en", &"x".repeat(301)),
        ] {
            assert_eq!(with(place, text), Err(TemplateError::Text(place.to_owned())), "{text}");
        }
        assert!(with("/certificate/notes/1/en", "{host} {months}").is_ok());
        assert!(matches!(Template::parse("{}"), Err(TemplateError::Form(_))));
    }
}
