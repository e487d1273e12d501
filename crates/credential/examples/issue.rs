//! Issues a card to a fictional person and shows it: `issue SECONDS` prints the code that is shown at that time, the issuer's
//! keys and its status list as one JSON object. `tests/interop` reads it with tools of others.
#![allow(clippy::unwrap_used, reason = "an example: what fails may stop it")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use shiming_credential::{
    Card, CardNumber, Disclosed, KeyId, PublicKey, Signature, StatusList, StatusReference, Unsigned, code, present,
};

const DAY: u64 = 86_400;
const LIST: &str = "https://id.example/status/1";

fn point(key: &SigningKey) -> [[u8; 32]; 2] {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    [x.try_into().unwrap(), y.try_into().unwrap()]
}

fn sign(key: &SigningKey, unsigned: Unsigned) -> Vec<u8> {
    let signature: p256::ecdsa::Signature = key.sign(&unsigned.to_be_signed());
    unsigned.signed(&Signature::from(signature.to_bytes()))
}

fn main() {
    let now: u64 = std::env::args().nth(1).and_then(|seconds| seconds.parse().ok()).unwrap();
    let (issuer, phone) = (SigningKey::from_slice(&[1; 32]).unwrap(), SigningKey::from_slice(&[3; 32]).unwrap());
    let key_id = KeyId::new("2026-a").unwrap();
    let [x, y] = point(&phone);
    let card = Card {
        id: [7; 16],
        issuer: "id.example".to_owned(),
        number: CardNumber::from_random(42),
        issued_at: now - DAY,
        expires_at: now + 30 * DAY,
        holder_key: PublicKey::from_coordinates(&x, &y).unwrap(),
        status: StatusReference { list: LIST.to_owned(), index: 5 },
        document_class: "cn_resident_id".to_owned(),
        disclosed: Disclosed {
            name: Some("阿依努尔·买买提".to_owned()), over: Some(18), ..Disclosed::default()
        },
    };
    let card = sign(&issuer, card.unsigned(&key_id).unwrap());
    let mut list = StatusList::new(LIST, now - 60, now + DAY, 1000).unwrap();
    list.revoke(7).unwrap();
    let list = sign(&issuer, list.unsigned(&key_id));
    let [x, y] = point(&issuer).map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
    let output = serde_json::json!({
        "keys": { "keys": [{ "kty": "EC", "crv": "P-256", "kid": key_id.as_str(), "x": x, "y": y }] },
        "list": URL_SAFE_NO_PAD.encode(list),
        "code": code::encode(&sign(&phone, present(&card, now))),
    });
    println!("{output}");
}
