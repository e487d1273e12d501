//! What is true of a kind of document: its fields, its number's forms, how long it is valid.
//!
//! The data are `documents/<document>.json`; `docs/documents.md` shows them as one table, and a test keeps it so.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::shape::Shape;
use super::{DocumentKind, FieldName};
use crate::validity::{Term, ValidityRule};

/// A kind of document, as `documents/<document>.json` describes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The document.
    pub document: DocumentKind,
    /// What it is called.
    pub title: Title,
    /// What it carries, in the order in which it prints it.
    pub fields: Vec<Field>,
    /// Words printed in the number that are no part of it (字第, 号).
    #[serde(default)]
    pub ignored: Vec<String>,
    /// The forms that its number has or had. The first whose shape fits decides.
    pub numbers: Vec<NumberForm>,
    /// How long it is made for; none where no rule is published.
    pub validity: Option<ValidityRule>,
    /// Where all this comes from; forms name their own.
    pub sources: Vec<String>,
    /// What is not certain, or not checked.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Its own name.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A field that a document carries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Which field.
    pub name: FieldName,
    /// What is printed beside it.
    pub label: String,
    /// Some holders' documents leave it empty.
    #[serde(default)]
    pub optional: bool,
}

/// A form of a document's number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberForm {
    /// Tells it from the document's other forms: `booklet`, `2023`.
    pub form: String,
    /// Its characters, once spaces, brackets, dots and hyphens are gone, letters are capital and everything is narrow.
    pub shape: Shape,
    /// What has to hold beyond the shape.
    #[serde(default)]
    pub rule: Option<NumberRule>,
    /// How many characters from the left are the holder's for life, whatever document follows; 0 if none are.
    #[serde(default)]
    pub lasting: usize,
    /// Known from those who handle such numbers, not from the issuer: too uncertain to refuse anybody by.
    #[serde(default)]
    pub reported: bool,
    /// The standard and clause, or the announcement.
    pub source: String,
    /// Numbers of this form that nobody has.
    pub examples: Vec<Example>,
}

/// A number printed by an authority as an example, or made by the rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// As people write it.
    pub number: String,
    /// Who printed it; none if it was made by the rule.
    #[serde(default)]
    pub printed_by: Option<String>,
}

/// What a number holds that can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberRule {
    /// 公民身份号码 (GB 11643-1999): province, date, check character.
    #[serde(rename = "gb_11643")]
    Gb11643,
    /// 18 characters beginning with 9: province, date, check character as in GB 11643.
    #[serde(rename = "permanent_resident_2023")]
    PermanentResident2023,
    /// 3 letters and 12 digits: province, date, check digit of ICAO Doc 9303.
    #[serde(rename = "permanent_resident_2004")]
    PermanentResident2004,
}

/// A script that names are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Script {
    /// Chinese characters.
    Han,
    /// Latin letters.
    Latin,
}

impl Facts {
    /// The scripts that the holder's name is written in, those that are optional included.
    #[must_use]
    pub fn name_scripts(&self) -> BTreeSet<Script> {
        let script = |field: &Field| match field.name {
            FieldName::Name => Some(Script::Han),
            FieldName::LatinName => Some(Script::Latin),
            _ => None,
        };
        self.fields.iter().filter_map(script).collect()
    }

    /// Every term that such a document is made for.
    #[must_use]
    pub fn terms(&self) -> BTreeSet<Term> {
        let bands = self.validity.iter().flat_map(|rule| &rule.ages);
        bands.flat_map(|band| band.terms.iter().copied()).collect()
    }

    /// Refuses every number: what stands in for a file that does not parse, which a test rules out.
    fn unknown(document: DocumentKind) -> Self {
        Self {
            document,
            title: Title { zh: String::new(), en: String::new() },
            fields: Vec::new(),
            ignored: Vec::new(),
            numbers: Vec::new(),
            validity: None,
            sources: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// What is true of documents of this kind. Parsed at the first call.
#[must_use]
pub fn facts(document: DocumentKind) -> &'static Facts {
    static FACTS: LazyLock<[Facts; DocumentKind::ALL.len()]> = LazyLock::new(|| {
        DocumentKind::ALL.map(|kind| serde_json::from_str(file(kind)).unwrap_or_else(|_| Facts::unknown(kind)))
    });
    // `ALL` is in the order of the variants, which a test proves.
    &FACTS[document as usize]
}

fn file(document: DocumentKind) -> &'static str {
    match document {
        DocumentKind::CnResidentId => include_str!("../../../../documents/cn_resident_id.json"),
        DocumentKind::CnTemporaryId => include_str!("../../../../documents/cn_temporary_id.json"),
        DocumentKind::CnOfficerCard => include_str!("../../../../documents/cn_officer_card.json"),
        DocumentKind::CnArmedPoliceCard => include_str!("../../../../documents/cn_armed_police_card.json"),
        DocumentKind::CnPassport => include_str!("../../../../documents/cn_passport.json"),
        DocumentKind::ForeignPassport => include_str!("../../../../documents/foreign_passport.json"),
        DocumentKind::CnTravelPermitHkMacao => include_str!("../../../../documents/cn_travel_permit_hk_macao.json"),
        DocumentKind::CnTravelPermitTaiwan => include_str!("../../../../documents/cn_travel_permit_taiwan.json"),
        DocumentKind::CnResidencePermit => include_str!("../../../../documents/cn_residence_permit.json"),
        DocumentKind::CnPermanentResident => include_str!("../../../../documents/cn_permanent_resident.json"),
        DocumentKind::CnDrivingLicence => include_str!("../../../../documents/cn_driving_licence.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RC-1
    #[test]
    fn every_file_parses_and_is_its_own_kinds() {
        for (index, kind) in DocumentKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
            let facts: Facts = serde_json::from_str(file(kind)).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
            assert_eq!(facts.document, kind);
            assert!(!facts.numbers.is_empty() && !facts.fields.is_empty() && !facts.sources.is_empty(), "{kind:?}");
            assert!(!facts.name_scripts().is_empty(), "{kind:?} carries no name");
            let names: BTreeSet<&str> = facts.fields.iter().map(|field| field.name.as_str()).collect();
            assert_eq!(names.len(), facts.fields.len(), "{kind:?} carries a field twice");
            let forms: BTreeSet<&str> = facts.numbers.iter().map(|form| form.form.as_str()).collect();
            assert_eq!(forms.len(), facts.numbers.len(), "{kind:?} has a form twice");
            for form in &facts.numbers {
                assert!(form.lasting <= form.shape.lengths().0, "{kind:?} {}", form.form);
                assert!(!form.source.is_empty() && !form.examples.is_empty(), "{kind:?} {}", form.form);
            }
        }
    }

    // RC-1
    #[test]
    fn each_document_carries_names_in_its_scripts() {
        use Script::{Han, Latin};

        for (kind, scripts) in [
            (DocumentKind::CnResidentId, &[Han][..]),
            (DocumentKind::CnOfficerCard, &[Han]),
            (DocumentKind::CnResidencePermit, &[Han]),
            (DocumentKind::CnPassport, &[Han, Latin]),
            (DocumentKind::ForeignPassport, &[Han, Latin]),
            (DocumentKind::CnTravelPermitTaiwan, &[Han, Latin]),
            (DocumentKind::CnPermanentResident, &[Han, Latin]),
        ] {
            assert_eq!(facts(kind).name_scripts().into_iter().collect::<Vec<_>>(), scripts, "{kind:?}");
        }
        // Whoever has no Chinese name has none on these.
        for kind in [DocumentKind::ForeignPassport, DocumentKind::CnPermanentResident] {
            assert!(facts(kind).fields.iter().any(|field| field.name == FieldName::Name && field.optional), "{kind:?}");
        }
    }

    #[test]
    fn field_names_are_what_json_writes() {
        for facts in DocumentKind::ALL.map(facts) {
            for field in &facts.fields {
                let json = serde_json::to_string(&field.name).unwrap_or_default();
                assert_eq!(json, format!("\"{}\"", field.name.as_str()));
            }
        }
    }
}
