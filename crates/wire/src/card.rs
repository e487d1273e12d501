//! What crosses the wire between the issuer of electronic ID cards and devices, holders, verifiers and operators (EC-1 to
//! EC-5).

use serde::{Deserialize, Deserializer, Serialize, de};
use shiming_identity::document::{DocumentKind, registrable_kind};
use shiming_identity::live_face::{Action, Performed};

use crate::UnixSeconds;
use crate::bounded::{Bytes, Text};
use crate::face::FaceDescriptor;
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

/// A challenge of a live face. Knowing it gives nothing: the device that asked for it answers it, once.
pub type ChallengeId = Bytes<16>;

/// `POST /v1/faces/challenges`: what shall the person in front of the camera do (EC-1)?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskFaceChallenge {}

/// Answer to [`AskFaceChallenge`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceChallenge {
    /// The challenge; one use.
    pub challenge: ChallengeId,
    /// What to do, in this order.
    pub actions: Vec<Action>,
    /// After this an answer is too late.
    pub expires_at: UnixSeconds,
}

/// Most actions of a transcript: each of them once.
const MOST_PERFORMED: usize = Action::ALL.len();

/// How a live face answered a challenge (EC-1): what was seen of it on the device, and what it looks like. Never a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceEvidence {
    /// The challenge.
    pub challenge: ChallengeId,
    /// What was done, in the order in which it was done; five at most.
    #[serde(deserialize_with = "few")]
    pub performed: Vec<Performed>,
    /// The face before the first action.
    pub first: FaceDescriptor,
    /// The face after the last.
    pub last: FaceDescriptor,
    /// The portrait on the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<FaceDescriptor>,
}

pub(crate) fn few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Performed>, D::Error> {
    let performed = Vec::<Performed>::deserialize(deserializer)?;
    if performed.len() > MOST_PERFORMED { Err(de::Error::custom("too many actions")) } else { Ok(performed) }
}

/// `POST /v1/cards/offers`: whom a device identified (EC-1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The live face of the person at the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceEvidence>,
    /// The person had cards on a phone that is to be replaced by another: only with a live face.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves: bool,
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

/// `GET /v1/risk/blacklist?before=N`: somebody on the blacklist, newest first, at most 100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlacklistItem {
    /// Counts entries; older ones have smaller numbers.
    pub number: u64,
    /// The keyed hash, as risk events have it.
    pub subject: String,
    /// Why.
    pub reason: Text<200>,
    /// Who listed the person.
    pub listed_by: Text<40>,
    /// When.
    pub listed_at: UnixSeconds,
}

#[cfg(test)]
mod tests {
    use shiming_identity::portrait::{Descriptor, FaceModel};

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
        let request: RequestOffer = serde_json::from_str(json).unwrap();
        assert!(request.face.is_none() && !request.moves);
        // What may be left out is not written either.
        assert_eq!(serde_json::to_string(&request).unwrap(), json);
        for wrong in [
            json.replace('}', r#","face":"verified"}"#),
            json.replace('}', r#","moves":1}"#),
            json.replace("resident_id", "passport"),
        ] {
            assert!(serde_json::from_str::<RequestOffer>(&wrong).is_err(), "{wrong}");
        }
    }

    fn answer() -> FaceEvidence {
        let model = FaceModel::V1;
        let values: Vec<f32> = (0u8..).take(model.length()).map(|at| f32::from(at) - 90.0).collect();
        let face = FaceDescriptor(Descriptor::new(model, &values).unwrap());
        let step = Performed {
            action: Action::TurnLeft,
            began: 20_000,
            peak: 20_000,
            ended: 20_000,
            strength: 88.123_45,
            depth: Some(0.123_456_7),
        };
        FaceEvidence {
            challenge: Bytes([7; 16]),
            performed: vec![step; MOST_PERFORMED],
            first: face.clone(),
            last: face.clone(),
            document: Some(face),
        }
    }

    // EC-1, DC-1: a live face is three descriptors and a few numbers, and there is no room for a picture of it.
    #[test]
    fn a_live_face_has_no_room_for_a_picture() {
        let longest = serde_json::to_string(&answer()).unwrap();
        assert!(longest.len() < 1_500, "{}", longest.len());
        assert_eq!(serde_json::from_str::<FaceEvidence>(&longest).unwrap(), answer());
        let first = serde_json::to_string(&answer().first).unwrap();
        let mut many = answer();
        many.performed.push(many.performed[0]);
        for wrong in [
            serde_json::to_string(&many).unwrap(),
            longest.replacen(&first, "\"\"", 1),
            longest.replacen(&first, &format!("{}AAAA\"", &first[..first.len() - 1]), 1),
            longest.replacen("\"first\"", "\"frame\":\"/9j/4AAQ\",\"first\"", 1),
            longest.replacen("\"strength\"", "\"frame\":\"/9j/4AAQ\",\"strength\"", 1),
            longest.replacen("turn_left", "sleep", 1),
            longest.replacen("20000", "70000", 1),
        ] {
            assert!(serde_json::from_str::<FaceEvidence>(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_challenge_is_spelled_as_pages_read_it() {
        let challenge = FaceChallenge {
            challenge: Bytes([0; 16]),
            actions: vec![Action::TurnLeft, Action::Blink, Action::Nod],
            expires_at: 1_795_000_035,
        };
        let json =
            r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","actions":["turn_left","blink","nod"],"expires_at":1795000035}"#;
        assert_eq!(serde_json::to_string(&challenge).unwrap(), json);
        assert!(serde_json::from_str::<AskFaceChallenge>("{}").is_ok());
        assert!(serde_json::from_str::<AskFaceChallenge>(r#"{"actions":["blink"]}"#).is_err());
    }
}
