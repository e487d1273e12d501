//! What is said about one picture's document, in one shape for programs: the command line prints it, the browser package
//! returns it (docs/cli.md).

use std::collections::BTreeMap;

use serde::Serialize;
use shiming_identity::date::Date;
use shiming_identity::document::{DocumentKind, FieldName, FormatParameters, Page, Side};

use crate::check::Warning;
use crate::picture::Photo;
use crate::reader::{Lacking, Reader, Reading};
use crate::refusal::{Reason, Refusal};

/// A field that is read with less confidence, percent, is a guess.
const GUESS: u8 = 40;

/// One document in a picture, or a picture without any.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The kind of document: `cn_resident_id` and the like; `passport` for passports of every state, of which the zone says
    /// which; `td1`, `td2`, `visa` for documents of ICAO Doc 9303 that are known for their zone only; null when none was
    /// made out.
    pub kind: Option<&'static str>,
    /// `front`, `back`, or a passport's `data_page`; null when none was made out.
    pub side: Option<&'static str>,
    /// The fields that were read: dates as `YYYY-MM-DD`, 长期 for a document without end.
    pub fields: BTreeMap<FieldName, String>,
    /// For each of them how sure the reader is, 0 to 1.
    pub confidence: BTreeMap<FieldName, f32>,
    /// Lines of its machine-readable zone; none if it has none.
    pub mrz: Vec<String>,
    /// Codes, with the field after a colon where one is meant: `expired`, `low_confidence:name`.
    pub warnings: Vec<String>,
    /// The document was read, it looks like an original, nothing that was read contradicts itself or is missing, and no field
    /// is a mere guess. An expired document is accepted with a warning: what it is good for is not for the reader to decide.
    pub accepted: bool,
    /// Why nothing was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name: of the file (`file_unreadable`, `unknown_format`, `damaged`, …) or of the photo (`blurred`,
    /// `glare`, `no_document`, …).
    pub code: &'static str,
    /// What would help, where something would: `closer`, `less_glare`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

impl Reader {
    /// What is said about every document in `photo`, whichever they are: at least one report.
    #[must_use]
    pub fn report(&self, photo: &Photo, today: Date) -> Vec<Report> {
        let outcomes = self.read_all(photo, any_format, Lacking::Told, today);
        let read: Vec<Report> = outcomes.iter().flatten().map(Report::from).collect();
        // What else there is beside a document that was read need not be one.
        match outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
            Some(refusal) if read.is_empty() => vec![Report::from(refusal)],
            _ => read,
        }
    }
}

/// Every document is wanted, with its default parameters.
#[expect(clippy::unnecessary_wraps, reason = "as readers take it")]
fn any_format(page: &Page) -> Option<FormatParameters> {
    Some(page.layout.format.clone())
}

impl Report {
    /// Nothing was read.
    #[must_use]
    pub fn of_problem(code: &'static str, hint: Option<&'static str>) -> Self {
        Self {
            kind: None,
            side: None,
            fields: BTreeMap::new(),
            confidence: BTreeMap::new(),
            mrz: Vec::new(),
            warnings: Vec::new(),
            accepted: false,
            problem: Some(Problem { code, hint }),
        }
    }
}

impl From<&Refusal> for Report {
    fn from(refusal: &Refusal) -> Self {
        let hint = match refusal.reason {
            Reason::ReaderFailed => None,
            reason => Some(reason.hint().code()),
        };
        Self {
            kind: refusal.page.map(kind_of),
            side: refusal.page.map(side_of),
            ..Self::of_problem(refusal.reason.code(), hint)
        }
    }
}

impl From<&Reading> for Report {
    fn from(reading: &Reading) -> Self {
        Self {
            kind: Some(kind_of(reading.page)),
            side: Some(side_of(reading.page)),
            fields: reading.fields.iter().map(|field| (field.name, field.value.clone())).collect(),
            confidence: reading.fields.iter().map(|field| (field.name, fraction(field.confidence))).collect(),
            mrz: reading.mrz.clone(),
            warnings: reading.warnings.iter().copied().map(words).collect(),
            accepted: !reading.warnings.iter().any(|warning| warning.forbids())
                && reading.fields.iter().all(|field| field.confidence >= GUESS),
            problem: None,
        }
    }
}

fn kind_of(page: &Page) -> &'static str {
    match (page.generic, page.form()) {
        (true, Some("td1")) => "td1",
        (true, Some("td2")) => "td2",
        (true, _) => "visa",
        (false, _) if is_passport(page) => "passport",
        (false, _) => page.name.split('.').next().unwrap_or(page.name),
    }
}

fn side_of(page: &Page) -> &'static str {
    match page.layout.side {
        Side::Front if is_passport(page) && !page.generic => "data_page",
        Side::Front => "front",
        Side::Back => "back",
    }
}

fn is_passport(page: &Page) -> bool {
    matches!(page.layout.document, DocumentKind::CnPassport | DocumentKind::ForeignPassport)
}

fn fraction(percent: u8) -> f32 {
    f32::from(percent.min(100)) / 100.0
}

fn words(warning: Warning) -> String {
    match warning {
        Warning::LowConfidence(field)
        | Warning::Missing(field)
        | Warning::Repaired(field)
        | Warning::Unusual(field) => {
            format!("{}:{}", warning.code(), field.as_str())
        }
        _ => warning.code().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_name_their_field() {
        assert_eq!(words(Warning::Missing(FieldName::IdNumber)), "missing:id_number");
        assert_eq!(words(Warning::Expired), "expired");
    }

    #[test]
    fn confidence_is_a_short_fraction() {
        assert_eq!(serde_json::to_string(&fraction(97)).unwrap(), "0.97");
        assert_eq!(serde_json::to_string(&fraction(100)).unwrap(), "1.0");
    }
}
