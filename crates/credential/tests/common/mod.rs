//! Keys that sign, and a card of a fictional person: for these tests, those of the command line, and `examples/issue.rs`.
#![allow(dead_code, reason = "each user takes its own part")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};
use shiming_credential::{Card, CardNumber, Disclosed, KeyId, PublicKey, Signature, StatusReference, Unsigned};

pub const DAY: u64 = 86_400;
pub const LIST: &str = "https://id.example/status/1";

/// An issuer's or a phone's.
pub struct Key(SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    fn coordinates(&self) -> [[u8; 32]; 2] {
        let point = self.0.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        [x.try_into().unwrap(), y.try_into().unwrap()]
    }

    pub fn public(&self) -> PublicKey {
        let [x, y] = self.coordinates();
        PublicKey::from_coordinates(&x, &y).unwrap()
    }

    /// As an issuer publishes it (RFC 7517), with a member that nobody asked for.
    pub fn jwk(&self, name: &str) -> Value {
        let [x, y] = self.coordinates().map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": name, "x": x, "y": y })
    }

    pub fn sign(&self, unsigned: Unsigned) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.0.sign(&unsigned.to_be_signed());
        unsigned.signed(&Signature::from(signature.to_bytes()))
    }
}

pub fn key_id(name: &str) -> KeyId {
    KeyId::new(name).unwrap()
}

/// A card that was issued a day ago to this phone, and is at this place of [`LIST`].
pub fn card(phone: &Key, now: u64, index: u32, disclosed: Disclosed) -> Card {
    Card {
        id: [7; 16],
        issuer: "id.example".to_owned(),
        number: CardNumber::from_random(42),
        issued_at: now - DAY,
        expires_at: now + 30 * DAY,
        holder_key: phone.public(),
        status: StatusReference { list: LIST.to_owned(), index },
        document_class: "cn_resident_id".to_owned(),
        disclosed,
    }
}
