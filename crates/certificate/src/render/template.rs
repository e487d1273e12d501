//! The words of the documents, as data: an operator may have other words, each version under its own name.

use serde::Deserialize;

use crate::outcome::Bilingual;

/// The words of both documents.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Which version it is; part of the PDF's metadata.
    pub version: String,
    /// Of a certificate.
    pub certificate: CertificateWords,
    /// Of a notice.
    pub notice: NoticeWords,
}

/// The words of a certificate. `{as_of}` stands for the day up to which was searched, `{months}` for the months of its
/// validity, `{host}` for where it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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

/// Words that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the template cannot be used: {0}")]
pub struct TemplateError(pub String);

impl Template {
    /// The words that this version of the program comes with.
    pub fn standard() -> Result<Self, TemplateError> {
        Self::parse(include_str!("../../templates/standard.json"))
    }

    /// Reads a template: JSON as `crates/certificate/templates/standard.json`.
    pub fn parse(json: &str) -> Result<Self, TemplateError> {
        let template: Self = serde_json::from_str(json).map_err(|error| TemplateError(error.to_string()))?;
        let words = &template.certificate;
        let texts = [&words.statement, &words.closing].into_iter().chain(&words.notes);
        for text in texts.flat_map(|text| [&text.zh, &text.en]) {
            let rest =
                ["{as_of}", "{months}", "{host}"].iter().fold(text.clone(), |text, known| text.replace(known, ""));
            if rest.contains(['{', '}']) {
                return Err(TemplateError(format!("an unknown placeholder in “{text}”")));
            }
        }
        Ok(template)
    }
}
