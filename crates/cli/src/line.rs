//! What is said about one document.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use shiming_identity::document::{DocumentKind, FieldName, Side};
use shiming_vision::{Reading, Reason, Refusal, Warning};

use crate::picture::NoPhoto;

/// One line of `--json`: one document in one file, or one file without any.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    /// The file as it was named; what is not Unicode in it is replaced.
    pub(crate) file: String,
    /// The kind of document; null when none was made out.
    pub(crate) kind: Option<DocumentKind>,
    /// Its side; null when none was made out.
    pub(crate) side: Option<Side>,
    /// The fields that were read: dates as `YYYY-MM-DD`, 长期 for a document without end.
    pub(crate) fields: BTreeMap<FieldName, String>,
    /// For each of them how sure the reader is, 0 to 1.
    pub(crate) confidence: BTreeMap<FieldName, f32>,
    /// Lines of a machine-readable zone; no document that is read today has one.
    pub(crate) mrz: Vec<String>,
    /// Codes, with the field after a colon where one is meant: `expired`, `low_confidence:name`.
    pub(crate) warnings: Vec<String>,
    /// The document was read and nothing that was read contradicts itself or is missing. An expired document is
    /// accepted with a warning: what it is good for is not for the reader to decide.
    pub(crate) accepted: bool,
    /// Milliseconds from the encoded picture to this line; for a second document, from the first one's line.
    pub(crate) ms: u64,
    /// Why nothing was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<Problem>,
}

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// A stable name: of the file (`file_unreadable`, `unknown_format`, `damaged`, …) or of the photo (`blurred`,
    /// `glare`, `no_document`, …).
    pub(crate) code: &'static str,
    /// What would help, where something would: `closer`, `less_glare`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'static str>,
}

impl Line {
    /// Nothing read.
    fn empty(file: &str, ms: u64, problem: Problem) -> Self {
        Self {
            file: file.to_owned(),
            kind: None,
            side: None,
            fields: BTreeMap::new(),
            confidence: BTreeMap::new(),
            mrz: Vec::new(),
            warnings: Vec::new(),
            accepted: false,
            ms,
            problem: Some(problem),
        }
    }

    /// A file without a photo.
    pub(crate) fn of_no_photo(file: &str, ms: u64, why: NoPhoto) -> Self {
        Self::empty(file, ms, Problem { code: why.code(), hint: None })
    }

    /// The reader failed.
    pub(crate) fn of_fault(file: &str, ms: u64) -> Self {
        Self::empty(file, ms, Problem { code: Reason::ReaderFailed.code(), hint: None })
    }

    /// A photo that is not read.
    pub(crate) fn of_refusal(file: &str, ms: u64, refusal: &Refusal) -> Self {
        let hint = match refusal.reason {
            Reason::ReaderFailed => None,
            reason => Some(reason.hint().code()),
        };
        Self {
            // A side is only ever made out of the one document that there is.
            kind: refusal.side.map(|_| DocumentKind::CnResidentId),
            side: refusal.side,
            ..Self::empty(file, ms, Problem { code: refusal.reason.code(), hint })
        }
    }

    /// A document that was read.
    pub(crate) fn of_reading(file: &str, ms: u64, reading: &Reading) -> Self {
        let contradicts = |warning: &Warning| {
            matches!(warning, Warning::NumberInconsistent | Warning::DatesInvalid | Warning::Missing(_))
        };
        Self {
            file: file.to_owned(),
            kind: Some(reading.document),
            side: Some(reading.side),
            fields: reading.fields.iter().map(|field| (field.name, field.value.clone())).collect(),
            confidence: reading.fields.iter().map(|field| (field.name, fraction(field.confidence))).collect(),
            mrz: Vec::new(),
            warnings: reading.warnings.iter().copied().map(warning).collect(),
            accepted: !reading.warnings.iter().any(contradicts),
            ms,
            problem: None,
        }
    }
}

fn fraction(percent: u8) -> f32 {
    f32::from(percent.min(100)) / 100.0
}

fn warning(warning: Warning) -> String {
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

/// For people.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Some(Side::Front) => " · resident ID card, front",
            Some(Side::Back) => " · resident ID card, back",
            None => "",
        };
        writeln!(f, "{}{side}", self.file)?;
        if let Some(problem) = self.problem {
            write!(f, "  not read: {}", problem.code)?;
            problem.hint.map_or(Ok(()), |hint| write!(f, " ({hint})"))?;
            writeln!(f)?;
        }
        for (field, value) in &self.fields {
            let sure = self.confidence.get(field).copied().unwrap_or_default() * 100.0;
            writeln!(f, "  {:<12} {value}  ({sure:.0} %)", field.as_str())?;
        }
        for warning in &self.warnings {
            writeln!(f, "  ! {warning}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_name_their_field() {
        assert_eq!(warning(Warning::Missing(FieldName::IdNumber)), "missing:id_number");
        assert_eq!(warning(Warning::Expired), "expired");
    }

    #[test]
    fn confidence_is_a_short_fraction() {
        assert_eq!(serde_json::to_string(&fraction(97)).unwrap(), "0.97");
        assert_eq!(serde_json::to_string(&fraction(100)).unwrap(), "1.0");
    }
}
