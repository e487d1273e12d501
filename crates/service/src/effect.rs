//! What a transition wants done outside: the outbox's entries.
//!
//! An effect holds the whole request, made once. Every attempt therefore sends the same body under the same idempotency
//! key, and a crash anywhere repeats at most an attempt.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use shiming_outside::crm::{ActivateSim, DeactivateProvisionalSim, SetRecordState, StoreIdentity};
use shiming_outside::gateway::PlaceCall;
use shiming_outside::register::VerifyCitizen;
use shiming_outside::sms::SendServiceMessage;
use shiming_wire::{RefusalReason, RegistrationId, SimView, State, Terminal, Text, UnixSeconds};

/// One thing to do outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Have the code spoken (CB-3).
    PlaceCall(PlaceCall),
    /// Have the code sent (CB-7).
    SendMessage(SendServiceMessage),
    /// Ask the citizen register (RN-6).
    AskRegister(VerifyCitizen),
    /// Save the identity in the CRM (RN-8).
    StoreIdentity(Box<StoreIdentity>),
    /// Move the CRM's record on (RN-8).
    SetRecordState(SetRecordState),
    /// Switch the card on (RN-9).
    ActivateSim(ActivateSim),
    /// Switch the card off if the CRM finds it provisional (RN-10).
    DeactivateProvisionalSim(DeactivateProvisionalSim),
    /// Bring the list of registrations up to date. Holds no personal data.
    Publish(Summary),
    /// Put the registration before a reviewer.
    OpenReview(ReviewRequest),
    /// Take it off the reviewers' list.
    CloseReview(ReviewDecision),
}

/// The kind of an effect, without its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// [`Effect::PlaceCall`]
    PlaceCall,
    /// [`Effect::SendMessage`]
    SendMessage,
    /// [`Effect::AskRegister`]
    AskRegister,
    /// [`Effect::StoreIdentity`]
    StoreIdentity,
    /// [`Effect::SetRecordState`]
    SetRecordState,
    /// [`Effect::ActivateSim`]
    ActivateSim,
    /// [`Effect::DeactivateProvisionalSim`]
    DeactivateProvisionalSim,
    /// [`Effect::Publish`]
    Publish,
    /// [`Effect::OpenReview`]
    OpenReview,
    /// [`Effect::CloseReview`]
    CloseReview,
}

impl Effect {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::PlaceCall(_) => EffectKind::PlaceCall,
            Self::SendMessage(_) => EffectKind::SendMessage,
            Self::AskRegister(_) => EffectKind::AskRegister,
            Self::StoreIdentity(_) => EffectKind::StoreIdentity,
            Self::SetRecordState(_) => EffectKind::SetRecordState,
            Self::ActivateSim(_) => EffectKind::ActivateSim,
            Self::DeactivateProvisionalSim(_) => EffectKind::DeactivateProvisionalSim,
            Self::Publish(_) => EffectKind::Publish,
            Self::OpenReview(_) => EffectKind::OpenReview,
            Self::CloseReview(_) => EffectKind::CloseReview,
        }
    }
}

impl EffectKind {
    /// A short name for logs and columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlaceCall => "place_call",
            Self::SendMessage => "send_message",
            Self::AskRegister => "ask_register",
            Self::StoreIdentity => "store_identity",
            Self::SetRecordState => "set_record_state",
            Self::ActivateSim => "activate_sim",
            Self::DeactivateProvisionalSim => "deactivate_provisional_sim",
            Self::Publish => "publish",
            Self::OpenReview => "open_review",
            Self::CloseReview => "close_review",
        }
    }

    /// Whether it hands a code to a channel.
    #[must_use]
    pub fn is_code(self) -> bool {
        matches!(self, Self::PlaceCall | Self::SendMessage)
    }
}

/// An effect in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the effects of one registration, from 1.
    pub seq: u32,
    /// What to do.
    pub effect: Effect,
    /// When the transition wanted it.
    pub created_at: UnixSeconds,
}

impl Entry {
    /// The idempotency key that every attempt carries: `<id in hexadecimal>-<seq>`.
    #[must_use]
    pub fn idempotency_key(&self, id: &RegistrationId) -> String {
        reference(id, self.seq)
    }
}

/// `<id in hexadecimal>-<seq>`: names one effect of one registration. At most 43 characters, visible ASCII.
#[must_use]
pub fn reference(id: &RegistrationId, seq: u32) -> String {
    let mut text = hex(id);
    // Writing to a string cannot fail.
    let _ = write!(text, "-{seq}");
    text
}

/// The id and sequence number that [`reference`] was made of.
#[must_use]
pub fn parse_reference(reference: &str) -> Option<(RegistrationId, u32)> {
    let (id, seq) = reference.split_once('-')?;
    let seq: u32 = seq.parse().ok()?;
    let id = parse_hex(id)?;
    (self::reference(&id, seq) == reference).then_some((id, seq))
}

/// An id as outside systems know it: 32 hexadecimal digits.
#[must_use]
pub fn hex(id: &RegistrationId) -> String {
    id.0.iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads [`hex`].
#[must_use]
pub fn parse_hex(text: &str) -> Option<RegistrationId> {
    if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(shiming_wire::Bytes(bytes))
}

/// A registration as lists show it: nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Of the state; an older one never replaces a newer one.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// What became of the card.
    pub sim: SimView,
    /// Why it was refused.
    pub refusal: Option<RefusalReason>,
    /// Whose terminal (RN-1).
    pub terminal: Terminal,
    /// The agent (RN-1).
    pub agent: Option<Text<40>>,
    /// When it was opened.
    pub opened_at: UnixSeconds,
    /// When it expires if nothing happens.
    pub expires_at: UnixSeconds,
    /// When this was so.
    pub updated_at: UnixSeconds,
}

/// Why a person has to look at a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// The policy wants every one reviewed (RN-8).
    Policy,
    /// Name or number was changed by hand.
    Edited,
    /// The card has an effective holder already: no automatic replacement.
    AlreadyRegistered,
    /// A failed attempt on a card that has an effective holder (RN-10). Nothing was changed; for information.
    MismatchOnEffective,
    /// The CRM would not switch the card. The identity stands; for information.
    SwitchRefused,
}

/// What is put before a reviewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRequest {
    /// Whether the registration waits for the decision.
    pub decides: bool,
    /// Why.
    pub reasons: Vec<ReviewReason>,
}

/// What a reviewer decided (RN-8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDecision {
    /// Approved, or refused.
    pub approved: bool,
    /// Who.
    pub by: Text<40>,
    /// Why, in the reviewer's words.
    pub reason: Text<200>,
    /// When.
    pub at: UnixSeconds,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shiming_wire::Bytes;

    use super::*;

    proptest! {
        #[test]
        fn references_read_back(id in any::<[u8; 16]>(), seq in any::<u32>()) {
            let reference = reference(&Bytes(id), seq);
            prop_assert!((16..=64).contains(&reference.len()));
            prop_assert_eq!(parse_reference(&reference), Some((Bytes(id), seq)));
        }

        #[test]
        fn foreign_references_are_refused(text in "\\PC{0,50}") {
            if let Some((id, seq)) = parse_reference(&text) {
                prop_assert_eq!(reference(&id, seq), text);
            }
        }
    }

    #[test]
    fn one_spelling_only() {
        let id = "000102030405060708090a0b0c0d0e0f";
        assert!(parse_reference(&format!("{id}-7")).is_some());
        for wrong in [format!("{id}-07"), format!("{id}-+7"), format!("{}-7", id.to_uppercase()), format!("{id}7")] {
            assert_eq!(parse_reference(&wrong), None, "{wrong}");
        }
    }
}
