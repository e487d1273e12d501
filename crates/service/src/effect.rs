//! What a transition wants done outside: the outbox's entries.
//!
//! An effect holds the whole request, made once. Every attempt therefore sends the same body under the same idempotency
//! key, and a crash anywhere repeats at most an attempt.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use shiming_outside::Call;
use shiming_outside::cards::{RecordCards, WithdrawCards};
use shiming_outside::crm::{ActivateSim, DeactivateProvisionalSim, FindSubscription, SetRecordState, StoreIdentity};
use shiming_outside::gateway::PlaceCall;
use shiming_outside::police::InquireRecord;
use shiming_outside::register::VerifyCitizen;
use shiming_outside::sms::SendServiceMessage;
use shiming_wire::{RefusalReason, RegistrationId, SimView, State, Terminal, Text, UnixSeconds};

/// One thing to do outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A call to one of the operator's systems.
    Call(FrozenCall),
    /// Bring the list of registrations up to date. Holds no personal data.
    Publish(Summary),
    /// Put the registration before a reviewer.
    OpenReview(ReviewRequest),
    /// Take it off the reviewers' list.
    CloseReview(ReviewDecision),
}

/// A request to one of the operator's systems, written once: every attempt sends these bytes, whatever release sends
/// them, so that an idempotency key never meets another body. `Debug` shows nothing of the body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenCall {
    /// Which call.
    pub kind: CallKind,
    /// The request in JSON.
    pub body: String,
}

impl std::fmt::Debug for FrozenCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}({} bytes)", self.kind, self.body.len())
    }
}

/// A call could not be written as JSON; with these types it always can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call cannot be written")]
pub struct Unwritable;

/// The operator's system that a call goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// The citizen register (RN-6).
    Register,
    /// CRM and HLR (RN-8 to RN-13).
    Crm,
    /// The short-message centre (CB-7).
    Sms,
    /// The telephone gateway (CB-3).
    Gateway,
    /// The police server (NC-3).
    Police,
}

macro_rules! calls {
    ($($(#[$doc:meta])* $kind:ident to $system:ident;)+) => {
        /// The calls to the operator's systems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum CallKind {
            $($(#[$doc])* $kind,)+
        }

        impl CallKind {
            /// Where it goes.
            #[must_use]
            pub fn system(self) -> System {
                match self { $(Self::$kind => System::$system,)+ }
            }

            /// Path below the system's base address.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $(Self::$kind => <$kind as Call>::PATH,)+ }
            }
        }

        $(impl Freeze for $kind {
            const KIND: CallKind = CallKind::$kind;
        })+
    };
}

/// A call that can be frozen.
pub trait Freeze: Call {
    /// Its kind.
    const KIND: CallKind;

    /// Writes it, once and for all attempts.
    fn freeze(&self) -> Result<FrozenCall, Unwritable> {
        let body = serde_json::to_string(self).map_err(|_| Unwritable)?;
        Ok(FrozenCall { kind: Self::KIND, body })
    }
}

calls! {
    /// Have the code spoken (CB-3).
    PlaceCall to Gateway;
    /// Have a message sent (CB-7).
    SendServiceMessage to Sms;
    /// Ask the citizen register (RN-6).
    VerifyCitizen to Register;
    /// Tell the citizen system of cards that were made (EC-3).
    RecordCards to Register;
    /// Tell it of cards that were revoked (EC-3).
    WithdrawCards to Register;
    /// Look a subscription up (RN-13).
    FindSubscription to Crm;
    /// Save the identity in the CRM (RN-8).
    StoreIdentity to Crm;
    /// Move the CRM's record on (RN-8).
    SetRecordState to Crm;
    /// Switch the card on (RN-9).
    ActivateSim to Crm;
    /// Switch the card off if the CRM finds it provisional (RN-10).
    DeactivateProvisionalSim to Crm;
    /// Ask the police (NC-3).
    InquireRecord to Police;
}

impl Effect {
    /// The call, if it is one.
    #[must_use]
    pub fn call(&self) -> Option<CallKind> {
        match self {
            Self::Call(call) => Some(call.kind),
            Self::Publish(_) | Self::OpenReview(_) | Self::CloseReview(_) => None,
        }
    }

    /// Whether it hands a code to a channel.
    #[must_use]
    pub fn is_code(&self) -> bool {
        matches!(self.call(), Some(CallKind::PlaceCall | CallKind::SendServiceMessage))
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

/// A registration as lists show it: nothing personal, but for what lists make keyed hashes of.
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
    /// The person's name in its formal codes, while the evidence is here. It is found by its keyed hash, however it is
    /// written (RC-4); the name itself goes into no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<50>>,
    /// The person's number and the card's, while the evidence is here: lists count a person's SIM numbers by keyed hashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<NumberOfPerson>,
}

/// A SIM number that is registered for a person. Nothing is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberOfPerson {
    /// 公民身份号码
    pub id_number: Text<18>,
    /// The SIM card's number.
    pub number: Text<11>,
}

impl std::fmt::Debug for NumberOfPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NumberOfPerson(…)")
    }
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
    /// The register had no portrait to compare the document's with, or none with a face (RN-7).
    PortraitNotAvailable,
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
