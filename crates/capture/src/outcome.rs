//! What came of a picture: a reading or a refusal, as the page takes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiming_identity::document::{FieldName, Side};
use shiming_vision::{DecodeError, Reading, Refusal};

/// A reading, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// The picture was read.
    Read {
        /// What it says.
        reading: ReadSide,
    },
    /// The picture was refused (RN-4).
    Refused {
        /// Why: `shiming_vision::Reason::code` or `DecodeError::code`.
        refused: &'static str,
        /// What the user should do next: `shiming_vision::Hint::code`; none for a file that is no picture.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'static str>,
    },
}

/// What one side of a document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSide {
    /// The side.
    pub side: Side,
    /// Its fields; those that could not be read are missing.
    pub fields: BTreeMap<FieldName, Read>,
    /// What was measured on the picture.
    pub measured: Figures,
}

/// One field as read. `Debug` does not show the value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The value.
    pub value: String,
    /// Percent.
    pub confidence: u8,
}

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Read({} %)", self.confidence)
    }
}

/// The figures of `wire::Measured` that come from the picture itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// 0 to 100.
    pub sharpness: u8,
    /// Mean luma, 0 to 255.
    pub brightness: u8,
    /// Percent.
    pub glare: u8,
    /// Percent.
    pub coverage: u8,
}

impl Outcome {
    /// Of a file that is no photo.
    #[must_use]
    pub fn undecodable(error: &DecodeError) -> Self {
        Self::Refused { refused: error.code(), hint: None }
    }
}

impl From<&Refusal> for Outcome {
    fn from(refusal: &Refusal) -> Self {
        Self::Refused { refused: refusal.reason.code(), hint: Some(refusal.reason.hint().code()) }
    }
}

impl From<&Reading> for Outcome {
    fn from(reading: &Reading) -> Self {
        let read = |field: &shiming_vision::ReadField| {
            (field.name, Read { value: field.value.clone(), confidence: field.confidence })
        };
        let figures = &reading.measured;
        Self::Read {
            reading: ReadSide {
                side: reading.side,
                fields: reading.fields.iter().map(read).collect(),
                measured: Figures {
                    sharpness: figures.sharpness,
                    brightness: figures.brightness,
                    glare: figures.glare,
                    coverage: figures.coverage,
                },
            },
        }
    }
}

/// Two readings of the same side: of each field the surer one. Where both say the same, that is as sure as the surer.
/// The figures stay those of the first picture, which is the one that the user is shown.
#[must_use]
pub fn merge(mut first: ReadSide, second: ReadSide) -> ReadSide {
    if first.side != second.side {
        return first;
    }
    for (name, read) in second.fields {
        match first.fields.get(&name) {
            Some(known) if known.confidence >= read.confidence => {}
            _ => {
                first.fields.insert(name, read);
            }
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use shiming_vision::Reason;

    use super::*;

    fn side(fields: &[(FieldName, &str, u8)]) -> ReadSide {
        let read = |(name, value, confidence): &(FieldName, &str, u8)| {
            (*name, Read { value: (*value).to_owned(), confidence: *confidence })
        };
        ReadSide {
            side: Side::Front,
            fields: fields.iter().map(read).collect(),
            measured: Figures { sharpness: 60, brightness: 140, glare: 0, coverage: 40 },
        }
    }

    // RN-5
    #[test]
    fn of_two_readings_the_surer_field_counts() {
        let first = side(&[(FieldName::Name, "张三", 55), (FieldName::Sex, "男", 99)]);
        let second =
            side(&[(FieldName::Name, "张弎", 91), (FieldName::Sex, "女", 40), (FieldName::Ethnicity, "汉", 98)]);
        let merged = merge(first, second);
        assert_eq!(merged.fields[&FieldName::Name].value, "张弎");
        assert_eq!(merged.fields[&FieldName::Sex].value, "男");
        assert_eq!(merged.fields[&FieldName::Ethnicity].value, "汉");
    }

    #[test]
    fn readings_of_two_sides_do_not_mix() {
        let front = side(&[(FieldName::Name, "张三", 55)]);
        let back = ReadSide { side: Side::Back, ..side(&[(FieldName::Issuer, "某市公安局", 99)]) };
        assert_eq!(merge(front.clone(), back), front);
    }

    // RN-4
    #[test]
    fn a_refusal_says_why_and_what_to_do() {
        let refusal = Refusal { reason: Reason::Glare, side: None, measured: None };
        let json = serde_json::to_value(Outcome::from(&refusal)).unwrap();
        assert_eq!(json, serde_json::json!({ "refused": "glare", "hint": "less_glare" }));
        let json = serde_json::to_value(Outcome::undecodable(&DecodeError::Damaged)).unwrap();
        assert_eq!(json, serde_json::json!({ "refused": "damaged" }));
    }
}
