//! What is said about one document in one file.

use std::fmt;

use serde::Serialize;
use shiming_vision::{Reason, Report};

use crate::picture::NoPhoto;

/// One line of `--json`: one document in one file, or one file without any.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    /// The file as it was named; what is not Unicode in it is replaced.
    pub(crate) file: String,
    /// The document.
    #[serde(flatten)]
    pub(crate) report: Report,
    /// Milliseconds from the encoded picture to its last line.
    pub(crate) ms: u64,
}

impl Line {
    pub(crate) fn new(file: &str, ms: u64, report: Report) -> Self {
        Self { file: file.to_owned(), report, ms }
    }

    /// A file without a photo.
    pub(crate) fn of_no_photo(file: &str, ms: u64, why: NoPhoto) -> Self {
        Self::new(file, ms, Report::of_problem(why.code(), None))
    }

    /// The reader failed.
    pub(crate) fn of_fault(file: &str, ms: u64) -> Self {
        Self::new(file, ms, Report::of_problem(Reason::ReaderFailed.code(), None))
    }
}

/// For people.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { kind, side, fields, confidence, mrz, warnings, problem, .. } = &self.report;
        write!(f, "{}", self.file)?;
        for part in [kind, side].into_iter().flatten() {
            write!(f, " · {part}")?;
        }
        writeln!(f)?;
        if let Some(problem) = problem {
            write!(f, "  not read: {}", problem.code)?;
            problem.hint.map_or(Ok(()), |hint| write!(f, " ({hint})"))?;
            writeln!(f)?;
        }
        for (field, value) in fields {
            let sure = confidence.get(field).copied().unwrap_or_default() * 100.0;
            writeln!(f, "  {:<15} {value}  ({sure:.0} %)", field.as_str())?;
        }
        for line in mrz {
            writeln!(f, "  {line}")?;
        }
        for warning in warnings {
            writeln!(f, "  ! {warning}")?;
        }
        Ok(())
    }
}
