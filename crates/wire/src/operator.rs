//! What crosses the wire between the operator's people (agents, reviewers, operators) and the edge.

use serde::{Deserialize, Serialize};
use shiming_identity::Assignment;

use crate::UnixSeconds;
use crate::bounded::Text;
use crate::registration::{RefusalReason, SimView, State, Terminal};

/// `POST /v1/links`: makes a one-time capture link (RN-2, RN-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateLink {
    /// ICCID of the card that was sold; absent if only the number is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iccid: Option<Text<20>>,
    /// Mobile number.
    pub number: Text<11>,
}

/// Answer to [`CreateLink`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkCreated {
    /// The address to open, or to show as a QR code. The first device that uses it keeps it.
    pub url: Text<200>,
    /// After this it is void.
    pub expires_at: UnixSeconds,
}

/// `GET /v1/reviews`: an item of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewItem {
    /// The registration, hexadecimal.
    pub registration: Text<32>,
    /// Whether the registration waits for a decision; else the item is for information and any decision files it away.
    pub decides: bool,
    /// Why a person has to look: `policy`, `edited`, `already_registered`, `portrait_not_available`,
    /// `mismatch_on_effective`, `switch_refused`.
    pub reasons: Vec<Text<40>>,
    /// Since when.
    pub opened_at: UnixSeconds,
}

/// `POST /v1/reviews/{registration}`: decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecideReview {
    /// The decision.
    pub decision: ReviewVerdict,
    /// Why, in the reviewer's words; no personal data.
    pub reason: Text<200>,
}

/// A reviewer's decision (RN-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    /// The record becomes effective.
    Approve,
    /// The record is taken out again.
    Refuse,
}

/// `GET /v1/agents`: somebody who registers others' cards (RN-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentView {
    /// Name.
    pub name: Text<40>,
    /// Whether the credential works.
    pub state: CredentialState,
    /// Since when.
    pub updated_at: UnixSeconds,
}

/// `POST /v1/agents/{name}`: lets an agent work, or stops them (RN-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAgent {
    /// The new state.
    pub state: CredentialState,
}

/// Whether a credential works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// It does.
    Active,
    /// It does not.
    Suspended,
}

/// `POST /v1/registrations/search`: registrations of people of this name, however it was written, newest first, at most 100
/// (RC-4). Found from the moment that evidence is in; not found any more when a registration is refused or expires (RN-11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRegistrations {
    /// 姓名, in whichever codes.
    pub name: Text<50>,
}

/// `GET /v1/agents/{name}/registrations`: a registration as lists show it, newest first, at most 100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationItem {
    /// The registration, hexadecimal.
    pub id: Text<32>,
    /// Where it stands.
    pub state: State,
    /// What became of the card.
    pub sim: SimView,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalReason>,
    /// Whose terminal.
    pub terminal: Terminal,
    /// When it was opened.
    pub opened_at: UnixSeconds,
    /// When it last changed.
    pub updated_at: UnixSeconds,
}

/// `GET /v1/character-codes`, `PUT /v1/character-codes` (a list of these): the private-use codes of one vendor, bank or
/// register, and the characters that they stand for (RC-2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharacterCodes {
    /// Whose they are: a vendor and its font, a bank, a register. No personal data.
    pub source: Text<40>,
    /// The codes.
    pub codes: Vec<Assignment>,
}
