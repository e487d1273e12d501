//! What the citizen identity system is told of electronic ID cards (EC-3).

use serde::{Deserialize, Serialize};
use shiming_wire::{Text, UnixSeconds};

use crate::Call;
use crate::crm::Done;

/// Cards were made for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordCards {
    /// 公民身份号码 of the holder.
    pub id_number: Text<18>,
    /// Which document the holder was identified by.
    pub document_class: Text<40>,
    /// Virtual numbers of the cards.
    pub numbers: Vec<Text<16>>,
    /// When they were issued.
    pub issued_at: UnixSeconds,
    /// When they expire.
    pub expires_at: UnixSeconds,
}

/// Cards were revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCards {
    /// Their virtual numbers.
    pub numbers: Vec<Text<16>>,
    /// When.
    pub revoked_at: UnixSeconds,
}

impl Call for RecordCards {
    const PATH: &'static str = "/register/cards";
    type Answer = Done;
}

impl Call for WithdrawCards {
    const PATH: &'static str = "/register/cards/withdraw";
    type Answer = Done;
}
