//! What crosses the wire between the issuer of electronic ID cards and devices, holders, verifiers and operators (EC-1 to
//! EC-5).

use serde::{Deserialize, Serialize};
use shiming_identity::document::{DocumentKind, registrable_kind};

use crate::UnixSeconds;
use crate::bounded::{Bytes, Text};
use crate::operator::ReviewVerdict;

/// A device that was enrolled. Knowing its id gives no access; its requests are signed.
pub type DeviceId = Bytes<16>;

/// A holder's cards on one phone. Knowing it gives no access; revocations are signed.
pub type HolderId = Bytes<16>;

/// The kind of a device (EC-1, EC-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Identifies people for a card.
    IssuingDevice,
    /// An agent's terminal, which does so too.
    AgentTerminal,
}

/// Whether a device may work (EC-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It may.
    Active,
    /// Its certificate is over: it is enrolled again.
    Expired,
    /// An operator said that it may not.
    Revoked,
}

/// `POST /v1/devices/enrolments`: makes a one-time code to enrol a device with (EC-5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteDevice {
    /// What the operator calls it.
    pub name: Text<40>,
    /// What it is.
    pub kind: DeviceKind,
}

/// Answer to [`InviteDevice`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceInvited {
    /// The code.
    pub code: Bytes<16>,
    /// After this it is void.
    pub expires_at: UnixSeconds,
}

/// `POST /v1/devices`: enrols a device; signed with the key in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolDevice {
    /// The operator's code.
    pub code: Bytes<16>,
    /// Public half of the key that was made on the device: P-256, uncompressed SEC 1 point.
    pub public_key: Bytes<65>,
}

/// `POST /v1/devices/{id}/rotation`: gives a device another key; signed with the present one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateDevice {
    /// Public half of the new key.
    pub public_key: Bytes<65>,
    /// What the new key signed: see `shiming_service::device::rotation_proof`.
    pub proof: Bytes<64>,
}

/// Answer to [`EnrolDevice`] (status 201) and [`RotateDevice`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceCertified {
    /// The device, `keyid` of its requests.
    pub device: DeviceId,
    /// Its certificate, a `COSE_Sign1` in base64url (docs/credential.md).
    pub certificate: String,
    /// When that is over.
    pub expires_at: UnixSeconds,
}

/// `GET /v1/devices`: a device as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceView {
    /// The device.
    pub device: DeviceId,
    /// What the operator calls it.
    pub name: Text<40>,
    /// What it is.
    pub kind: DeviceKind,
    /// Whether it may work.
    pub state: DeviceState,
    /// Since when.
    pub enrolled_at: UnixSeconds,
    /// When its certificate is over.
    pub expires_at: UnixSeconds,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UnixSeconds>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<200>>,
}

/// `POST /v1/devices/{id}/revocation`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeDevice {
    /// Why, in the operator's words; no personal data.
    pub reason: Text<200>,
}

/// `POST /v1/cards/offers`: whom a device identified (EC-1). There is no room for a face yet: what nobody can verify is not
/// taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestOffer {
    /// By which document.
    #[serde(deserialize_with = "registrable_kind")]
    pub document: DocumentKind,
    /// 姓名
    pub name: Text<50>,
    /// 公民身份号码
    pub id_number: Text<18>,
    /// Last day of 有效期限, YYYY-MM-DD, or 长期: a card does not outlive the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Text<10>>,
}

/// Answer to [`RequestOffer`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferMade {
    /// For the holder's phone; one use.
    pub offer: Bytes<16>,
    /// After this it is void.
    pub expires_at: UnixSeconds,
}

/// Answer to [`RequestOffer`], status 202: a person has to look first. The device asks again when that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferInReview {
    /// Number of the risk event that an operator decides.
    pub review: u64,
}

/// What a card can show of its holder, beside that there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The name.
    Name,
    /// At least fourteen years old.
    #[serde(rename = "over_14")]
    Over14,
    /// At least sixteen.
    #[serde(rename = "over_16")]
    Over16,
    /// At least eighteen.
    #[serde(rename = "over_18")]
    Over18,
    /// At least sixty.
    #[serde(rename = "over_60")]
    Over60,
    /// 男 or 女
    Sex,
    /// The day of birth.
    BirthDate,
    /// What the holder is known by; the same on all cards of a person.
    HolderReference,
}

/// `POST /v1/cards`: the holder's phone takes an offer; signed with the key in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimCards {
    /// The offer.
    pub offer: Bytes<16>,
    /// Public half of the phone's key, which every card will name.
    pub public_key: Bytes<65>,
    /// What each card shows.
    pub selections: Vec<Vec<Claim>>,
}

/// Answer to [`ClaimCards`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardsIssued {
    /// These cards together: `keyid` of revocations by the phone.
    pub holder: HolderId,
    /// A signed card for each selection, a `COSE_Sign1` in base64url (docs/credential.md).
    pub cards: Vec<String>,
}

/// `POST /v1/cards/verdicts`: what is a code worth?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskVerdict {
    /// The text of the code.
    pub code: Text<2100>,
}

/// `POST /v1/cards/revocations`: one card, or all cards of a holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RevokeCards {
    /// The card of this virtual number.
    Number(Text<16>),
    /// All of these.
    Holder(HolderId),
}

/// Answer to [`RevokeCards`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardsRevoked {
    /// How many were not revoked before.
    pub revoked: u32,
}

/// `POST /v1/risk/events/{number}/decision`: decides a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecideRisk {
    /// The decision.
    pub decision: ReviewVerdict,
    /// Why, in the operator's words; no personal data.
    pub reason: Text<200>,
}

/// `POST /v1/risk/blacklist`: nobody is listed by name; what is kept is a keyed hash of the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBlacklist {
    /// 公民身份号码
    pub id_number: Text<18>,
    /// On the list, or off it.
    pub listed: bool,
    /// Why; no personal data.
    pub reason: Text<200>,
}

/// Answer to [`SetBlacklist`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlacklistSet {
    /// The keyed hash, as risk events have it.
    pub subject: String,
    /// On the list, or off it.
    pub listed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_spelled_as_people_say_them() {
        let json = r#"{"offer":"AAAAAAAAAAAAAAAAAAAAAA","public_key":"","selections":[["over_18","name"],[]]}"#;
        let key = Bytes([4; 65]).to_base64url();
        let claim: ClaimCards = serde_json::from_str(&json.replace(r#""""#, &format!("\"{key}\""))).unwrap();
        assert_eq!(claim.selections, [vec![Claim::Over18, Claim::Name], vec![]]);
        assert!(serde_json::from_str::<RevokeCards>(r#"{"number":"1234567890123456"}"#).is_ok());
        assert!(serde_json::from_str::<RevokeCards>(r#"{"number":"1","holder":"AAAAAAAAAAAAAAAAAAAAAA"}"#).is_err());
    }

    // EC-1: what nobody verifies is not taken.
    #[test]
    fn an_offer_has_no_room_for_more() {
        let json = r#"{"document":"cn_resident_id","name":"张某某","id_number":"11010519491231002X"}"#;
        assert!(serde_json::from_str::<RequestOffer>(json).is_ok());
        for wrong in [json.replace('}', r#","face":"verified"}"#), json.replace("resident_id", "passport")] {
            assert!(serde_json::from_str::<RequestOffer>(&wrong).is_err(), "{wrong}");
        }
    }
}
