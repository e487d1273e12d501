//! The registration's state machine: a pure function from state and event to state and effects.
//!
//! ```text
//! opened ──code right──▶ confirmed ──evidence──▶ checking ──match, saved──▶ stored ──(review)──▶ effective
//!    │                       │                      │                         │
//!    └───────────────────────┴──────────────────────┴──▶ expired              └──reviewer──▶ refused
//!                            └──document not valid──▶ refused ◀──no match──┘(checking)
//! ```
//!
//! The final states hold nothing personal: evidence goes with the state that needs it, the subscription with the last.

mod apply;
#[cfg(test)]
mod tests;
mod view;

use serde::{Deserialize, Serialize};
use shiming_identity::Variants;
use shiming_outside::crm::Subscription;
use shiming_wire::{
    Bytes, Channel, CodeProgress, Evidence, FaceDescriptor, PortraitCheck, RefusalReason, RegistrationId, SimView,
    State, Terminal, Text, UnixSeconds,
};

pub use apply::{Opening, Transition, apply, check_code_request, check_evidence, open};

use crate::code::{Misconfigured, PendingCode, Void};
use crate::effect::{CallKind, ReviewDecision, ReviewReason};
use crate::evidence::Case;
use crate::inquiry::Inquiry;
use crate::policy::Policy;
use crate::port::Outcome;

/// A registration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// Grows with every change.
    pub version: u32,
    /// Public half of the phone's key.
    pub device_key: Bytes<65>,
    /// Whose terminal (RN-1).
    pub terminal: Terminal,
    /// The agent, on an agent's terminal (RN-1).
    pub agent: Option<Text<40>>,
    /// Binds the evidence.
    pub nonce: Bytes<16>,
    /// The policy it was opened with.
    pub policy: Policy,
    /// When it was opened.
    pub opened_at: UnixSeconds,
    /// When it expires if nothing happens.
    pub expires_at: UnixSeconds,
    /// The card, the number and the line (RN-13); gone in final states.
    pub subject: Option<Subject>,
    /// Where it stands.
    pub stage: Stage,
    /// What became of the card.
    pub sim: SimView,
    /// What came of comparing portraits (RN-7).
    #[serde(default)]
    pub portrait: PortraitCheck,
    /// Switching on was asked for; it is asked for once.
    activation_asked: bool,
    /// The last effect's number.
    last_seq: u32,
}

/// The subscription that a registration names (RN-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The card.
    pub iccid: Text<20>,
    /// Its number.
    pub number: Text<11>,
    /// Where codes go (CB-2): the CRM says so, nobody types it.
    pub contact_line: Text<20>,
    /// An effective identity record existed when the registration was opened.
    pub registered: bool,
}

impl From<Subscription> for Subject {
    fn from(subscription: Subscription) -> Self {
        let Subscription { iccid, number, contact_line, registered, sim: _ } = subscription;
        Self { iccid, number, contact_line, registered }
    }
}

/// Where a registration stands, with what that state needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The line is not proved yet.
    Opened {
        /// The code under way.
        code: Option<PendingCode>,
    },
    /// The line is proved.
    Confirmed,
    /// Evidence is in.
    Checking {
        /// What it says.
        case: Box<Case>,
        /// What is awaited.
        step: CheckStep,
    },
    /// 入库
    Stored {
        /// For the reviewer; gone when no review is open (any more).
        case: Option<Box<Case>>,
        /// Why a person has to look; empty when nobody has to (any more) and the record is being made effective.
        review: Vec<ReviewReason>,
    },
    /// 生效
    Effective,
    /// Refused.
    Refused {
        /// Why.
        reason: RefusalReason,
    },
    /// Not finished in time.
    Expired,
}

/// What a registration in [`Stage::Checking`] waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStep {
    /// The register's answer.
    Asking {
        /// The effect that asks.
        seq: u32,
        /// Which trial it is, and what may follow (RC-4).
        inquiry: Inquiry,
        /// The portrait on the document, to be compared with the register's (RN-7): it goes with this step, whatever comes
        /// of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        portrait: Option<FaceDescriptor>,
    },
    /// The register says match; the CRM is saving the identity.
    Storing,
}

/// What can happen to a registration.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The phone asks for a code (CB-2). Budgets were taken before.
    CodeRequested {
        /// How to send it (CB-7).
        channel: Channel,
    },
    /// The phone sends a code (CB-5).
    CodeEntered {
        /// What was typed.
        code: Text<6>,
    },
    /// The phone sends evidence.
    EvidenceReceived {
        /// What it says.
        evidence: Box<Evidence>,
        /// Which characters have several codes at this moment, the operator's own assignments among them (RC-2).
        variants: Variants,
    },
    /// The gateway tells what happens on the line (CB-9).
    LineProgressed {
        /// The effect that it speaks of.
        seq: u32,
        /// What happens.
        progress: CodeProgress,
    },
    /// An effect came to an end.
    Settled {
        /// Its number.
        seq: u32,
        /// The call that it was; none if it was for our own lists.
        call: Option<CallKind>,
        /// How it ended.
        outcome: Outcome,
    },
    /// A reviewer decided (RN-8).
    ReviewDecided(ReviewDecision),
    /// Time is up.
    Expired,
}

/// Why an event is refused. Nothing has changed, but for [`Refusal::CodeWrong`] and [`Refusal::CodeTriesSpent`], which
/// can come with a transition that counts the try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not at that step.
    #[error("not at that step")]
    StateConflict,
    /// Time was up.
    #[error("expired")]
    RegistrationExpired,
    /// No code was asked for, or it was used.
    #[error("no code is under way")]
    CodeNotRequested,
    /// Not the code.
    #[error("wrong code")]
    CodeWrong {
        /// Wrong entries that are still allowed.
        tries_left: u8,
    },
    /// The code is too old.
    #[error("the code is too old")]
    CodeExpired,
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    CodeTriesSpent,
    /// The policy does not offer this channel.
    #[error("this channel is not offered")]
    ChannelUnavailable,
    /// The evidence is for another registration.
    #[error("wrong nonce")]
    NonceMismatch,
    /// Evidence was received already.
    #[error("evidence was received already")]
    EvidenceReplayed,
    /// The document's portrait is not described, and the policy compares it (RN-7).
    #[error("the portrait is not described")]
    PortraitMissing,
    /// Fields that cannot be right.
    #[error(transparent)]
    EvidenceInvalid(#[from] crate::evidence::Impossible),
    /// Something that the operator configured cannot be used (a service number that is too long, for one).
    #[error("the operator's configuration cannot be used")]
    Misconfigured,
}

impl Registration {
    /// Whether the code that effect `seq` carries is the one under way and not handed over.
    #[must_use]
    pub fn awaits_code(&self, seq: u32) -> bool {
        matches!(&self.stage, Stage::Opened { code: Some(code) } if code.seq == seq)
    }

    /// Whether the question that effect `seq` asks is the one that waits for the register's answer.
    #[must_use]
    pub fn awaits_answer(&self, seq: u32) -> bool {
        matches!(&self.stage, Stage::Checking { step: CheckStep::Asking { seq: asked, .. }, .. } if *asked == seq)
    }

    /// Whether the register's portrait is compared when it answers what effect `seq` asks (RN-7).
    #[must_use]
    pub fn compares(&self, seq: u32) -> bool {
        matches!(
            &self.stage,
            Stage::Checking { step: CheckStep::Asking { seq: asked, portrait: Some(_), .. }, .. } if *asked == seq
        )
    }

    /// The last effect's number.
    #[must_use]
    pub fn last_seq(&self) -> u32 {
        self.last_seq
    }

    /// When [`Event::Expired`] is due, if it ever is.
    #[must_use]
    pub fn expires(&self) -> Option<UnixSeconds> {
        match self.stage {
            Stage::Opened { .. } | Stage::Confirmed | Stage::Checking { .. } => Some(self.expires_at),
            Stage::Stored { .. } | Stage::Effective | Stage::Refused { .. } | Stage::Expired => None,
        }
    }

    /// Where it stands, as the phone is told.
    #[must_use]
    pub fn state(&self) -> State {
        match self.stage {
            Stage::Opened { .. } => State::Opened,
            Stage::Confirmed => State::Confirmed,
            Stage::Checking { .. } => State::Checking,
            Stage::Stored { .. } => State::Stored,
            Stage::Effective => State::Effective,
            Stage::Refused { .. } => State::Refused,
            Stage::Expired => State::Expired,
        }
    }
}

impl From<Void> for Refusal {
    fn from(void: Void) -> Self {
        match void {
            Void::Expired => Self::CodeExpired,
            Void::Spent => Self::CodeTriesSpent,
        }
    }
}

impl From<Misconfigured> for Refusal {
    fn from(_: Misconfigured) -> Self {
        Self::Misconfigured
    }
}

impl From<crate::effect::Unwritable> for Refusal {
    fn from(_: crate::effect::Unwritable) -> Self {
        Self::Misconfigured
    }
}
