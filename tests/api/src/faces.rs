//! Live faces as a device reports them. They are nobody's: directions that follow from a number.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shiming_identity::live_face::{Action, Performed};
use shiming_identity::portrait::{Descriptor, FaceModel};
use shiming_wire::FaceDescriptor;
use shiming_wire::card::{FaceChallenge, FaceEvidence};

/// The face of a person; two people's have nothing in common.
#[must_use]
pub fn face(person: u32) -> FaceDescriptor {
    look(person, 0.0)
}

/// The same face at another look: a value differs by a step or two of quantisation, where real looks differ by more.
#[must_use]
pub fn face_again(person: u32) -> FaceDescriptor {
    look(person, 2.0)
}

/// # Panics
/// If a descriptor can not be made of any direction.
#[allow(clippy::expect_used, reason = "every direction but none is a descriptor")]
fn look(person: u32, by: f32) -> FaceDescriptor {
    let blocks = (0u32..).flat_map(|block| Sha256::digest([person.to_be_bytes(), block.to_be_bytes()].concat()));
    let mut values: Vec<f32> = blocks.take(FaceModel::V1.length()).map(|byte| f32::from(byte) - 127.5).collect();
    // Toward zero, so that no other value changes.
    values[0] -= by.copysign(values[0]);
    FaceDescriptor(Descriptor::new(FaceModel::V1, &values).expect("a direction"))
}

/// A descriptor as it stands in bodies.
#[must_use]
pub fn text(face: &FaceDescriptor) -> String {
    serde_json::to_value(face).ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What is asked, done as fast as it counts: within the second that the clocks may be apart, so that no test has to wait.
#[must_use]
pub fn performed(actions: &[Action]) -> Vec<Performed> {
    let begun = (0u16..).map(|step| 260 + 230 * step);
    let step = |(action, began): (&Action, u16)| Performed {
        action: *action,
        began,
        peak: began + 100,
        ended: began + 200,
        strength: action.least_strength() * 1.5,
        depth: action.turns().then_some(0.2),
    };
    actions.iter().zip(begun).map(step).collect()
}

/// The right answer to a challenge, by this person with their own document.
#[must_use]
pub fn answer(challenge: &FaceChallenge, person: u32) -> FaceEvidence {
    FaceEvidence {
        challenge: challenge.challenge,
        performed: performed(&challenge.actions),
        first: face(person),
        last: face_again(person),
        document: Some(face(person)),
    }
}

/// An identification with a live face.
#[must_use]
pub fn with_face(mut identification: Value, face: &FaceEvidence) -> Value {
    if let Some(members) = identification.as_object_mut() {
        members.insert("face".to_owned(), json!(face));
    }
    identification
}
