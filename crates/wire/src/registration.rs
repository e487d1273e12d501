//! A registration as the phone sees it.

use serde::{Deserialize, Serialize};
use shiming_identity::document::{DocumentKind, FormatParameters, registrable_kind};

use crate::UnixSeconds;
use crate::bounded::{Bytes, Text};

/// A registration's id: 128 random bits. Knowing it gives no access; requests are signed with the device key.
pub type RegistrationId = Bytes<16>;

/// `POST /v1/registrations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRegistration {
    /// Public half of the phone's key: P-256, uncompressed SEC 1 point.
    pub device_key: Bytes<65>,
    /// The SIM card that is registered (RN-13).
    pub sim: SimSubject,
    /// The document that will be read: one whose pictures can be.
    #[serde(deserialize_with = "registrable_kind")]
    pub document: DocumentKind,
    /// Whose phone this is (RN-1). An agent's terminal also sends the agent's credential
    /// (`Authorization: Bearer …`).
    pub terminal: Terminal,
}

/// Which SIM card (RN-13): exactly one, named by a capture link or by card and number together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SimSubject {
    /// The token of a one-time capture link (RN-2).
    Link(Bytes<16>),
    /// The card's printed number and the phone number.
    Card {
        /// ICCID, 19 or 20 digits (ITU-T E.118).
        iccid: Text<20>,
        /// Mobile number, 11 digits.
        number: Text<11>,
    },
}

/// The kind of terminal (RN-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terminal {
    /// The user's own phone.
    Own,
    /// An agent's terminal.
    Agent,
}

/// Answer to [`CreateRegistration`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationCreated {
    /// The registration.
    pub id: RegistrationId,
    /// Binds the evidence to this registration; one use.
    pub nonce: Bytes<16>,
    /// When an unfinished registration is removed.
    pub expires_at: UnixSeconds,
    /// Masked line that the code will go to, e.g. `138****0002` (RN-13: never typed by the user).
    pub line_hint: Text<20>,
    /// What this operator asks for.
    pub policy: Policy,
    /// Image-format parameters of each side, in the order of capture (RN-3).
    pub format: Vec<FormatParameters>,
}

/// What the operator asks of a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Ways to receive the code, the operator's first choice first (CB-7); the user may choose another.
    pub channels: Vec<Channel>,
    /// A person reviews every registration before it becomes effective (RN-8).
    pub review: bool,
    /// When the SIM card is switched on (RN-9).
    pub activate_on: ActivateOn,
    /// Whether the document's portrait is compared with the register's: with `compare`, evidence has to describe it (RN-7).
    pub portrait: PortraitPolicy,
}

/// Whether the document's portrait is compared with the register's (RN-7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortraitPolicy {
    /// It is not.
    #[default]
    Off,
    /// It is: there is no registration without a descriptor of it.
    Compare,
}

/// When the SIM card is switched on (RN-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivateOn {
    /// As soon as the register confirms the identity.
    Pass,
    /// When the identity becomes effective (after review, where there is one).
    Effective,
}

/// How a code reaches the line (CB-1, CB-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A call in which the code is spoken.
    Voice,
    /// A short message.
    Sms,
}

/// `POST /v1/registrations/{id}/codes`: send a (new) code to the mapped line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestCode {
    /// How.
    pub channel: Channel,
}

/// `POST /v1/registrations/{id}/confirmation`: the code that was heard or read (CB-5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmCode {
    /// Six digits.
    pub code: Text<6>,
}

/// A registration as its phone may see it: `GET /v1/registrations/{id}?after={version}` (waits up to 20 s for a
/// version above `after`), and the answer to every POST on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationView {
    /// Grows with every change.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// The code that is under way, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeView>,
    /// What became of the SIM card.
    pub sim: SimView,
    /// Whether portrait and document were compared (RN-7).
    pub portrait: PortraitCheck,
    /// Why it was refused, in state `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalReason>,
    /// When an unfinished registration is removed.
    pub expires_at: UnixSeconds,
}

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Open; the line is not proved yet.
    Opened,
    /// The code was right: the user holds the line. Evidence is awaited.
    Confirmed,
    /// Evidence is in; the citizen register is being asked.
    Checking,
    /// 入库: the identity is saved; a reviewer has to look at it (RN-8).
    Stored,
    /// 生效: the identity is effective (RN-8). Final.
    Effective,
    /// Refused (RN-11). Final; a new registration may be started.
    Refused,
    /// Not finished in time. Final.
    Expired,
}

impl State {
    /// Whether nothing can follow but a new registration.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Effective | Self::Refused | Self::Expired)
    }
}

/// The code under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeView {
    /// How it is sent.
    pub channel: Channel,
    /// What is happening on the line (CB-9).
    pub progress: CodeProgress,
    /// After this the code is void.
    pub expires_at: UnixSeconds,
    /// Wrong entries that are still allowed.
    pub tries_left: u8,
}

/// What is happening on the line (CB-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeProgress {
    /// Accepted, not handed over yet.
    Queued,
    /// The gateway is dialling.
    Dialling,
    /// The phone rings.
    Ringing,
    /// Somebody answered; the code is being spoken.
    Answered,
    /// The line is busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// The call is over.
    Completed,
    /// The message centre took the message.
    Sent,
    /// The gateway or message centre would not take it; try the other channel.
    Failed,
}

/// What became of the SIM card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimView {
    /// Nothing was changed.
    Unchanged,
    /// Being switched on.
    Activating,
    /// Switched on.
    Active,
    /// Being switched off (RN-10).
    Deactivating,
    /// Switched off (RN-10).
    Deactivated,
}

/// What came of comparing the register's portrait with the document's (RN-7): all that is kept of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortraitCheck {
    /// Not compared: the policy does not ask for it, or it has not come to that.
    #[default]
    NotChecked,
    /// One person's, as strictly as the policy asks.
    Consistent,
    /// Not one person's.
    Inconsistent,
    /// There was nothing to compare with: the register gave no portrait, or one that no face is found in.
    NotAvailable,
}

/// Why a registration was refused. Says no more than the user may know: whether the number is unknown or the name
/// differs is one answer (RN-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// Name and number do not match the citizen register.
    NoMatch,
    /// The portrait on the document is not that of the register's (RN-7).
    PortraitInconsistent,
    /// A reviewer refused it.
    Reviewer,
    /// The document is expired or not yet valid.
    DocumentNotValid,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;

    // RC-1: a document that no registration can be made with yet opens none.
    #[test]
    fn only_registrable_documents_are_taken() {
        for kind in DocumentKind::ALL {
            let request = CreateRegistration {
                device_key: Bytes([4; 65]),
                sim: SimSubject::Link(Bytes([1; 16])),
                document: kind,
                terminal: Terminal::Own,
            };
            let json = serde_json::to_string(&request).unwrap();
            assert_eq!(from_slice::<CreateRegistration>(json.as_bytes()).is_ok(), kind.is_registrable(), "{kind:?}");
        }
    }
}
