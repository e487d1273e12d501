//! What came of a picture: a reading or a refusal, as the page takes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiming_identity::document::{Box2, FieldName, Side};
use shiming_vision::{DecodeError, NameLine, ReadCharacter, Reading, Refusal};

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
    /// Of a name: its characters one by one, for the user to compare and to correct; empty for other fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<NameCharacter>,
}

/// One character of a name as read. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameCharacter {
    /// The character.
    pub value: char,
    /// Percent.
    pub confidence: u8,
    /// What else it may be, the likeliest first.
    pub others: String,
    /// Where the middle of it stands on the formatted picture: thousandths of the picture's width and height.
    pub at: [u16; 2],
}

impl std::fmt::Debug for NameCharacter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NameCharacter({} %)", self.confidence)
    }
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
            let line = reading.name_line.as_ref().filter(|_| field.name == FieldName::Name);
            let characters = line.map(characters).unwrap_or_default();
            (field.name, Read { value: field.value.clone(), confidence: field.confidence, characters })
        };
        let figures = &reading.measured;
        Self::Read {
            reading: ReadSide {
                side: reading.page.layout.side,
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

fn characters(line: &NameLine) -> Vec<NameCharacter> {
    let Box2 { left, top, right, bottom } = line.place;
    let character = |read: &ReadCharacter| NameCharacter {
        value: read.value,
        confidence: whole(100.0 * read.confidence).try_into().unwrap_or(100),
        others: read.alternatives.iter().map(|(other, _)| other).collect(),
        at: [whole(1000.0 * (left + (right - left) * read.position)), whole(500.0 * (top + bottom))],
    };
    line.characters.iter().map(character).collect()
}

/// The nearest whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates; shares are from 0 to 1")]
fn whole(value: f32) -> u16 {
    value.round() as u16
}

#[cfg(test)]
mod tests {
    use shiming_vision::Reason;

    use super::*;

    // RC-6: what the user needs to put a name right, and where to look for it
    #[test]
    fn a_names_characters_stand_on_the_picture() {
        let place = Box2 { left: 0.2, top: 0.1, right: 0.4, bottom: 0.2 };
        let read = |value, confidence, position, others: &[(char, f32)]| ReadCharacter {
            value,
            confidence,
            alternatives: others.to_vec(),
            position,
        };
        let characters = vec![read('刘', 0.994, 0.25, &[]), read('顺', 0.46, 0.75, &[('𫖯', 0.31), ('频', 0.02)])];
        let found = super::characters(&NameLine { place, characters });
        assert_eq!(
            serde_json::to_value(&found).unwrap(),
            serde_json::json!([
                { "value": "刘", "confidence": 99, "others": "", "at": [250, 150] },
                { "value": "顺", "confidence": 46, "others": "𫖯频", "at": [350, 150] },
            ])
        );
        assert!(!format!("{found:?}").contains(['刘', '顺', '频']));
    }

    // RN-4
    #[test]
    fn a_refusal_says_why_and_what_to_do() {
        let refusal = Refusal { reason: Reason::Glare, page: None, measured: None };
        let json = serde_json::to_value(Outcome::from(&refusal)).unwrap();
        assert_eq!(json, serde_json::json!({ "refused": "glare", "hint": "less_glare" }));
        let json = serde_json::to_value(Outcome::undecodable(&DecodeError::Damaged)).unwrap();
        assert_eq!(json, serde_json::json!({ "refused": "damaged" }));
    }
}
