//! Who takes part in issuing electronic ID cards: devices, holders' phones, verifiers.

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde::Serialize;
use serde_json::{Value, json};
use shiming_credential::{IssuerKeys, Refusal, Shown, StatusList, Unsigned, code, present, verify};
use shiming_proof::{IdempotencyKey, KeyId, ToSign};
use shiming_service::device::rotation_proof;
use shiming_wire::Bytes;
use shiming_wire::card::{CardsIssued, DeviceCertified, OfferMade};

use crate::client::{Answer, Request, now, random_key};
use crate::fixtures::Citizen;

/// A key, and the name that requests give it once it has one.
pub struct Signer {
    edge: String,
    key: SigningKey,
    /// `keyid`: the device or the holder.
    pub name: Option<String>,
}

impl Signer {
    /// A new key.
    pub fn new(edge: impl Into<String>) -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        Ok(Self { edge: edge.into(), key: SigningKey::from_slice(&bytes)?, name: None })
    }

    /// Public half of the key.
    #[must_use]
    pub fn public_key(&self) -> Bytes<65> {
        let point = self.key.verifying_key().to_sec1_point(false);
        Bytes(point.as_bytes().try_into().unwrap_or([0; 65]))
    }

    /// ECDSA with SHA-256: r ‖ s.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key.sign(message);
        signature.to_bytes().into()
    }

    /// A POST of these bytes, signed as if it were made at `created`.
    pub fn signed(&self, path: &str, body: Vec<u8>, key: &str, created: u64) -> Result<Request> {
        let name = self.name.as_deref().map(KeyId::new).transpose()?;
        let to_sign = ToSign::post(path, &body, IdempotencyKey::parse(key)?, created, name.as_ref())?;
        let headers = to_sign.finish(&self.sign(to_sign.base()));
        Ok(Request::post(path, body)
            .with("idempotency-key", key)
            .with("content-digest", headers.content_digest.context("a POST has a digest")?)
            .with("signature-input", headers.signature_input)
            .with("signature", headers.signature))
    }

    /// Signs and sends.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.signed(path, serde_json::to_vec(body)?, &random_key(), now())?.send(&self.edge)
    }

    fn id(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

/// A device that identifies people.
pub struct Device(pub Signer);

impl Device {
    /// Enrols a new one with an operator's code.
    pub fn enrol(edge: &str, operator: &str) -> Result<(Self, DeviceCertified)> {
        let body = serde_json::to_vec(&json!({ "name": "counter 1", "kind": "issuing_device" }))?;
        let invited: Value = Request::post("/v1/devices/enrolments", body).by(operator).send(edge)?.expect(201)?;
        let mut signer = Signer::new(edge)?;
        let body = json!({ "code": invited["code"], "public_key": signer.public_key() });
        let certified: DeviceCertified = signer.post("/v1/devices", &body)?.expect(201)?;
        signer.name = Some(certified.device.to_base64url());
        Ok((Self(signer), certified))
    }

    /// What it says of a person.
    #[must_use]
    pub fn identification(citizen: &Citizen) -> Value {
        json!({ "document": "cn_resident_id", "name": citizen.name, "id_number": citizen.id_number,
                "valid_until": citizen.valid_until })
    }

    /// Asks for an offer for this person.
    pub fn ask(&self, citizen: &Citizen) -> Result<Answer> {
        self.0.post("/v1/cards/offers", &Self::identification(citizen))
    }

    /// An offer for this person.
    pub fn offer(&self, citizen: &Citizen) -> Result<OfferMade> {
        self.ask(citizen)?.expect(201)
    }

    /// A rotation to another key: path and body, signed by nobody yet.
    pub fn rotation(&self, to: &Signer) -> Result<(String, Vec<u8>)> {
        let (id, key) = (Bytes::from_base64url(self.0.id())?, to.public_key());
        let proof = Bytes(to.sign(&rotation_proof(&id, &key)));
        let body = serde_json::to_vec(&json!({ "public_key": key, "proof": proof }))?;
        Ok((format!("/v1/devices/{}/rotation", self.0.id()), body))
    }
}

/// A phone with cards.
pub struct Holder {
    /// Its key.
    pub signer: Signer,
    /// Its cards.
    pub cards: Vec<Vec<u8>>,
}

impl Holder {
    /// Takes an offer on a new phone.
    pub fn take(edge: &str, offer: &OfferMade, selections: &Value) -> Result<Self> {
        let mut signer = Signer::new(edge)?;
        let issued: CardsIssued = signer.post("/v1/cards", &Self::claim(&signer, offer, selections))?.expect(201)?;
        signer.name = Some(issued.holder.to_base64url());
        let cards = issued.cards.iter().map(|card| URL_SAFE_NO_PAD.decode(card));
        Ok(Self { signer, cards: cards.collect::<std::result::Result<_, _>>().map_err(anyhow::Error::msg)? })
    }

    /// What a phone sends for an offer.
    #[must_use]
    pub fn claim(signer: &Signer, offer: &OfferMade, selections: &Value) -> Value {
        json!({ "offer": offer.offer, "public_key": signer.public_key(), "selections": selections })
    }

    /// The code of a card, as it is shown at a time.
    #[must_use]
    pub fn show(&self, card: usize, at: u64) -> String {
        let shown: Unsigned = present(&self.cards[card], at);
        let signature = self.signer.sign(&shown.to_be_signed());
        code::encode(&shown.signed(&signature))
    }
}

/// Whoever checks cards, with what the issuer publishes.
pub struct Verifier {
    /// The issuer's keys.
    pub keys: IssuerKeys,
    /// The first status list.
    pub list: StatusList,
}

impl Verifier {
    /// Fetches keys and list, and checks that anybody may keep them.
    pub fn fetch(edge: &str) -> Result<Self> {
        let keys = Request::get("/v1/cards/keys").send(edge)?;
        ensure!(keys.status == 200 && keys.content_type == "application/jwk-set+json", "keys: {keys:?}");
        let keys = IssuerKeys::from_jwks(std::str::from_utf8(&keys.body)?)?;
        let list = Request::get("/v1/cards/status/1").send(edge)?;
        ensure!(list.status == 200 && list.content_type == "application/statuslist+cwt", "list: {list:?}");
        let list = StatusList::open(&list.body, &keys)?;
        Ok(Self { keys, list })
    }

    /// What a code is worth, offline.
    pub fn check(&self, code: &str) -> Result<Shown, Refusal> {
        verify(code, &self.keys, std::slice::from_ref(&self.list), now())
    }
}

/// What the issuer itself says a code is worth.
pub fn verdict(edge: &str, code: &str) -> Result<Value> {
    let body = serde_json::to_vec(&json!({ "code": code }))?;
    Request::post("/v1/cards/verdicts", body).send(edge)?.expect(200)
}
