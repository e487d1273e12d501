//! The police server (NC-3): asked by the number of a document, it says whether it found a record, and delivers the office's seal.

use std::fmt;

use serde::{Deserialize, Serialize};
use shiming_identity::Date;
use shiming_identity::document::DocumentKind;
use shiming_wire::{Bytes, Text};

use crate::Call;

/// Is there a criminal record of the holder of this document? What the police hold against the number is theirs to decide; the
/// name is there so that a document with another name on it does not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InquireRecord {
    /// Unlike any other's; the answer names it.
    pub inquiry: Bytes<16>,
    /// The document.
    pub document: DocumentKind,
    /// Its number.
    pub number: Text<18>,
    /// The holder's name, as on the document.
    pub name: Text<50>,
    /// The office that would issue the certificate, `110105-021`.
    pub office: Text<10>,
}

/// The answer; no answer at all is *unavailable*. Both findings come with the seal, so that they are equally long. `Debug`
/// shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordAnswer {
    /// The question that it answers.
    pub inquiry: Bytes<16>,
    /// Whose number was looked up.
    pub number: Text<18>,
    /// What was found.
    pub finding: RecordFinding,
    /// Up to which day the records were searched.
    pub as_of: Date,
    /// The office's seal.
    pub seal: OfficeSeal,
}

/// What the police say. Why there is no certificate they do not say; the words are equally long.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordFinding {
    /// No record was found.
    NoRecord,
    /// Anything else that is final: a record, another name, or a case for a person to decide.
    Elsewhere,
}

/// A seal's picture and what the police signed about it (docs/certificate.md).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeSeal {
    /// The picture, base64 (RFC 4648 §4): at most 64 KiB encoded.
    pub picture: String,
    /// A `COSE_Sign1`, base64 (RFC 4648 §4).
    pub token: String,
}

impl fmt::Debug for RecordAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordAnswer(…)")
    }
}

impl fmt::Debug for RecordFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordFinding(…)")
    }
}

impl fmt::Debug for OfficeSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeSeal({} characters)", self.picture.len())
    }
}

impl Call for InquireRecord {
    const PATH: &'static str = "/police/records/inquiries";
    type Answer = RecordAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(finding: RecordFinding) -> RecordAnswer {
        RecordAnswer {
            inquiry: Bytes([1; 16]),
            number: Text::new("11010519491231002X").unwrap(),
            finding,
            as_of: Date::parse_iso("2026-07-28").unwrap(),
            seal: OfficeSeal { picture: "AAAA".to_owned(), token: "AAAA".to_owned() },
        }
    }

    // NC-3, NC-6: two answers, equally long, of which no log tells one from the other.
    #[test]
    fn the_answers_are_alike_but_for_one_word() {
        let [no_record, other] = [RecordFinding::NoRecord, RecordFinding::Elsewhere].map(answer);
        let [short, long] = [&no_record, &other].map(|answer| serde_json::to_string(answer).unwrap());
        assert_eq!(short.len(), long.len());
        assert_ne!(short, long);
        assert_eq!(serde_json::from_str::<RecordAnswer>(&short).unwrap(), no_record);
        assert_eq!(format!("{no_record:?}"), format!("{other:?}"));
        assert_eq!(format!("{:?}{:?}", no_record.finding, no_record.seal), "RecordFinding(…)OfficeSeal(4 characters)");
        for wrong in [
            short.replace("no_record", "clean"),
            short.replace("2026-07-28", "28.7.2026"),
            short.replace("}}", ",\"more\":1}}"),
        ] {
            assert!(serde_json::from_str::<RecordAnswer>(&wrong).is_err(), "{wrong}");
        }
    }
}
