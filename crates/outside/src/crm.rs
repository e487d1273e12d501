//! The operator's CRM and HLR: subscriptions, identity records, SIM cards (RN-8 to RN-13).

use serde::{Deserialize, Serialize};
use shiming_wire::{PortraitCheck, Terminal, Text};

use crate::Call;
use crate::register::Portrait;

/// The state of a SIM card (RN-9, RN-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimState {
    /// Sold, not switched on. Receives the operator's own service calls and messages only (RN-13).
    Inactive,
    /// Sold and switched on, not yet effectively registered: newly opened.
    Provisional,
    /// Switched on with a registered holder.
    Active,
    /// Switched off.
    Deactivated,
}

/// Which subscription has this card and number (RN-13)? Status 404 if no subscription has both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindSubscription {
    /// ICCID; absent when only the number is known (a message from the line itself, RN-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iccid: Option<Text<20>>,
    /// Mobile number.
    pub number: Text<11>,
}

/// What the CRM holds of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The SIM card.
    pub iccid: Text<20>,
    /// Its number.
    pub number: Text<11>,
    /// Where a code goes (CB-2, RN-13): the card's own number where the network lets an inactive card be called, else
    /// another line of the buyer's.
    pub contact_line: Text<20>,
    /// State of the card.
    pub sim: SimState,
    /// An effective identity record exists for this card.
    pub registered: bool,
}

impl Call for FindSubscription {
    const PATH: &'static str = "/crm/subscriptions/find";
    type Answer = Subscription;
}

/// Save an identity in the subscription's record (RN-8). One record per registration: repeating changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreIdentity {
    /// The registration, hexadecimal.
    pub registration: Text<32>,
    /// The SIM card.
    pub iccid: Text<20>,
    /// Its number.
    pub number: Text<11>,
    /// Who.
    pub identity: Identity,
    /// How the register found the name; absent where there is one way to write it (RC-4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_match: Option<NameMatch>,
    /// The register's photo, for the record only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<Portrait>,
    /// RN-7.
    pub portrait_check: PortraitCheck,
    /// Whose terminal (RN-1).
    pub terminal: Terminal,
    /// The agent, on an agent's terminal (RN-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Text<40>>,
    /// Fields that the user changed by hand.
    pub edited: Vec<Text<20>>,
}

/// How the register found a name that can be written in several ways (RC-4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameMatch {
    /// In one question, by all codes of all characters.
    Sequence,
    /// It takes plain names; one of the ways to write it was the register's.
    Spelling(Spelling),
}

/// A way to write a name that was tried (RC-4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// Which trial, from 1.
    pub trial: u8,
    /// The name as it was asked for.
    pub name: Text<50>,
}

/// A person's data as on the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// 姓名, every character in its formal code (RC-6).
    pub name: Text<50>,
    /// 姓名 in the codes that it was read with, where they are others (RC-6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_as_read: Option<Text<50>>,
    /// 男 or 女.
    pub sex: Text<1>,
    /// 民族
    pub ethnicity: Text<10>,
    /// `YYYY-MM-DD`
    pub birth_date: Text<10>,
    /// 住址
    pub address: Text<80>,
    /// 公民身份号码
    pub id_number: Text<18>,
    /// 签发机关
    pub issuer: Text<40>,
    /// `YYYY-MM-DD`
    pub valid_from: Text<10>,
    /// `YYYY-MM-DD` or 长期.
    pub valid_until: Text<10>,
}

/// Nothing to say but that it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {}

impl Call for StoreIdentity {
    const PATH: &'static str = "/crm/records/store";
    type Answer = Done;
}

/// State of an identity record (RN-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// 入库
    Stored,
    /// 生效
    Effective,
    /// Taken out again by a reviewer.
    Withdrawn,
}

/// Move a stored record on: effective after review or at once, withdrawn by a reviewer (RN-8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRecordState {
    /// The registration, hexadecimal.
    pub registration: Text<32>,
    /// The new state.
    pub state: RecordState,
}

impl Call for SetRecordState {
    const PATH: &'static str = "/crm/records/state";
    type Answer = Done;
}

/// Switch a SIM card on (RN-9) if it is not on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivateSim {
    /// The card.
    pub iccid: Text<20>,
    /// Its number: both must fit (RN-13).
    pub number: Text<11>,
    /// Why: the registration, hexadecimal.
    pub registration: Text<32>,
}

/// Switch a SIM card off if, at that moment, it is provisional (RN-10); the CRM decides in one step, so that a card
/// that became effective in between stays on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeactivateProvisionalSim {
    /// The card.
    pub iccid: Text<20>,
    /// Its number: both must fit (RN-13).
    pub number: Text<11>,
    /// Why: the registration, hexadecimal.
    pub registration: Text<32>,
}

/// The card after a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switched {
    /// The state it is in now.
    pub sim: SimState,
    /// Whether this call changed it.
    pub changed: bool,
}

impl Call for ActivateSim {
    const PATH: &'static str = "/crm/sims/activate";
    type Answer = Switched;
}

impl Call for DeactivateProvisionalSim {
    const PATH: &'static str = "/crm/sims/deactivate-provisional";
    type Answer = Switched;
}
