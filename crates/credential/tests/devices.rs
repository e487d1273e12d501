//! Certificates of devices (EC-5), with real keys.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{DAY, Key, LIST, key_id};
use shiming_credential::{DeviceCertificate, Disclosed, IssuerKey, IssuerKeys, code, present, status_of};

const NOW: u64 = 1_800_000_000;

fn certificate(device: &Key) -> DeviceCertificate {
    DeviceCertificate {
        issuer: "id.example".to_owned(),
        device: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        kind: "issuing_device".to_owned(),
        issued_at: NOW,
        expires_at: NOW + 90 * DAY,
        key: device.public(),
    }
}

// EC-5
#[test]
fn a_certificate_is_the_issuers_word_for_a_while() {
    let (issuer, device) = (Key::new(1), Key::new(2));
    let key = IssuerKey { id: key_id("a"), key: issuer.public(), not_before: NOW - DAY, not_after: NOW + DAY };
    let keys = IssuerKeys::new(vec![key]).unwrap();
    let certificate = certificate(&device);
    let signed = issuer.sign(certificate.unsigned(&key_id("a")).unwrap());
    assert_eq!(DeviceCertificate::open(&signed, &keys, NOW), Some(certificate.clone()));
    assert_eq!(DeviceCertificate::open(&signed, &keys, certificate.expires_at), None);
    for at in 0..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        assert_eq!(DeviceCertificate::open(&changed, &keys, NOW), None, "byte {at}");
    }
    let forged = device.sign(certificate.unsigned(&key_id("a")).unwrap());
    assert_eq!(DeviceCertificate::open(&forged, &keys, NOW), None);
    let late = DeviceCertificate { issued_at: NOW + 2 * DAY, ..certificate.clone() };
    let late = issuer.sign(late.unsigned(&key_id("a")).unwrap());
    assert_eq!(DeviceCertificate::open(&late, &keys, NOW), None, "the key does not sign any more then");
    for wrong in [
        DeviceCertificate { kind: "Issuing".to_owned(), ..certificate.clone() },
        DeviceCertificate { device: String::new(), ..certificate.clone() },
        DeviceCertificate { expires_at: NOW, ..certificate },
    ] {
        assert!(wrong.unsigned(&key_id("a")).is_err());
    }
}

// EC-4: whoever checks a card learns which list to fetch, from cards that the issuer signed only.
#[test]
fn a_code_names_its_status_list() {
    let (issuer, phone) = (Key::new(1), Key::new(3));
    let card = common::card(&phone, NOW, 5, Disclosed::default());
    let shown = phone.sign(present(&issuer.sign(card.unsigned(&key_id("a")).unwrap()), NOW));
    let keys = |key: &Key| {
        let jwks = serde_json::json!({ "keys": [key.jwk("a")] });
        IssuerKeys::from_jwks(&jwks.to_string()).unwrap()
    };
    let status = status_of(&code::encode(&shown), &keys(&issuer)).unwrap();
    assert_eq!((status.list.as_str(), status.index), (LIST, 5));
    assert_eq!(status_of(&code::encode(&shown), &keys(&Key::new(9))), None);
    assert_eq!(status_of("HC1:6BF", &keys(&issuer)), None);
    assert_eq!(status_of("SM1:6BF", &keys(&issuer)), None);
}
