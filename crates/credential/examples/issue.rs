//! Issues a card to a fictional person and shows it: `issue SECONDS` prints the code that is shown at that time, the issuer's
//! keys and its status list as one JSON object. `tests/interop` reads it with tools of others.
#![allow(clippy::unwrap_used, reason = "an example: what fails may stop it")]

#[path = "../tests/common/mod.rs"]
mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{DAY, Key, LIST, key_id};
use shiming_credential::{Disclosed, StatusList, code, present};

fn main() {
    let now: u64 = std::env::args().nth(1).and_then(|seconds| seconds.parse().ok()).unwrap();
    let (issuer, phone, id) = (Key::new(1), Key::new(3), key_id("2026-a"));
    let disclosed =
        Disclosed { name: Some("阿依努尔·买买提".to_owned()), over: Some(18), ..Disclosed::default() };
    let card = issuer.sign(common::card(&phone, now, 5, disclosed).unsigned(&id).unwrap());
    let mut list = StatusList::new(LIST, now - 60, now + DAY, 1000).unwrap();
    list.revoke(7).unwrap();
    let output = serde_json::json!({
        "keys": { "keys": [issuer.jwk(id.as_str())] },
        "list": URL_SAFE_NO_PAD.encode(issuer.sign(list.unsigned(&id))),
        "code": code::encode(&phone.sign(present(&card, now))),
    });
    println!("{output}");
}
