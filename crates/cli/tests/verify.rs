//! Electronic ID cards, checked by the program as their verifiers run it (EC-4): offline, with keys and lists in files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests: what fails may stop them")]

mod common;
#[path = "../../credential/tests/common/mod.rs"]
mod issued;

use std::io::{Cursor, Write as _};
use std::process::{Output, Stdio};

use common::{Folder, program, shiming};
use image::{GrayImage, ImageFormat};
use issued::{DAY, Key, LIST, key_id};
use serde_json::{Value, json};
use shiming_credential::{CardNumber, Disclosed, StatusList, Symbol, code, present};

const NOW: u64 = 1_800_000_000;
const REVOKED: u32 = 7;

/// What a verifier has in files, and the issuer and the phones behind it.
struct World {
    folder: Folder,
    issuer: Key,
    phone: Key,
    keys: String,
    list: String,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let (issuer, next, phone) = (Key::new(1), Key::new(2), Key::new(3));
        let keys = json!({ "keys": [issuer.jwk("a"), next.jwk("b")] }).to_string();
        let mut list = StatusList::new(LIST, NOW - 60, NOW + DAY, 1000).unwrap();
        list.revoke(REVOKED).unwrap();
        let list = issuer.sign(list.unsigned(&key_id("a")));
        let (keys, list) = (folder.file("keys.json", keys.as_bytes()), folder.file("list.cwt", &list));
        Self { folder, issuer, phone, keys, list }
    }

    /// The code that a phone shows now of the card at a place of the list.
    fn code(&self, index: u32, disclosed: Disclosed) -> String {
        let card = issued::card(&self.phone, NOW, index, disclosed);
        let card = self.issuer.sign(card.unsigned(&key_id("a")).unwrap());
        code::encode(&self.phone.sign(present(&card, NOW)))
    }

    fn verify(&self, at: u64, more: &[&str]) -> Output {
        let at = at.to_string();
        shiming(&[&["verify", "--keys", &self.keys, "--status", &self.list, "--at", &at], more].concat())
    }
}

fn adult() -> Disclosed {
    Disclosed { name: Some("阿依努尔·买买提".to_owned()), over: Some(18), ..Disclosed::default() }
}

fn lines(output: &Output) -> Vec<Value> {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

// EC-4
#[test]
fn a_valid_card_says_what_its_holder_chose_and_nothing_else() {
    let world = World::new("valid");
    let output = world.verify(NOW, &["--json", &world.code(5, adult())]);
    let expected = json!({
        "verdict": "valid", "issuer": "id.example", "number": CardNumber::from_random(42).to_string(),
        "document_class": "cn_resident_id", "issued_at": NOW - DAY, "expires_at": NOW + 30 * DAY, "shown_at": NOW,
        "name": "阿依努尔·买买提", "over": 18,
    });
    assert_eq!((lines(&output), output.status.code()), (vec![expected], Some(0)));

    let output = world.verify(NOW, &[&world.code(5, adult())]);
    let number = CardNumber::from_random(42);
    let told = format!("valid: card {number} of id.example, cn_resident_id, 阿依努尔·买买提, 18 or older\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), told);
}

// EC-4
#[test]
fn each_code_has_its_verdict_and_one_that_is_not_valid_shows_in_the_exit_code() {
    let world = World::new("verdicts");
    let (good, revoked) = (world.code(5, adult()), world.code(REVOKED, adult()));
    let mut flipped = good.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let beyond = world.code(5000, adult());
    let output = world.verify(NOW, &["--json", &good, &revoked, &flipped, "https://id.example/", &beyond]);
    let verdicts: Vec<Value> = lines(&output).into_iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["valid", "revoked", "malformed", "other_code", "status_unknown"]);
    assert_eq!(output.status.code(), Some(3));

    let output = world.verify(NOW + 61, &[&good]);
    let told = "stale: the code is stale: have it shown anew, from the holder's phone\n";
    assert_eq!((String::from_utf8(output.stdout).unwrap().as_str(), output.status.code()), (told, Some(3)));
    // Without a list nobody knows; a list that others signed is refused before any code is looked at.
    let output = shiming(&["verify", "--keys", &world.keys, "--at", &NOW.to_string(), "--json", &good]);
    assert_eq!((lines(&output)[0]["verdict"].clone(), output.status.code()), (json!("status_unknown"), Some(3)));
}

// EC-4
#[test]
fn a_scanner_writes_codes_line_by_line() {
    let world = World::new("scanner");
    let mut child = program()
        .args(["verify", "--keys", &world.keys, "--status", &world.list, "--at", &NOW.to_string(), "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let codes = format!("{}\n{}\r\n\nnothing\n", world.code(1, adult()), world.code(2, Disclosed::default()));
    child.stdin.take().unwrap().write_all(codes.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let verdicts: Vec<Value> = lines(&output).into_iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["valid", "valid", "other_code"]);
}

/// A screenshot of a code.
fn screenshot(code: &str) -> Vec<u8> {
    const MODULE: u32 = 6;
    let symbol = Symbol::of(code).unwrap();
    let side = u32::try_from(symbol.side()).unwrap() + 8;
    let image = GrayImage::from_fn(side * MODULE, side * MODULE + 200, |x, y| {
        let module = |at: u32| (at / MODULE).checked_sub(4).map_or(usize::MAX, |at| at as usize);
        let (column, row) = (module(x), module(y));
        let dark = column.max(row) < symbol.side() && symbol.is_dark(column, row);
        image::Luma([if dark { 0 } else { 255 }])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

// EC-4
#[test]
fn codes_are_found_in_pictures() {
    let world = World::new("pictures");
    let picture = world.folder.file("code.png", &screenshot(&world.code(5, adult())));
    let blank = world.folder.file("blank.jpg", &screenshot("SM1:")[..60]);
    let empty = GrayImage::from_pixel(300, 200, image::Luma([200]));
    let mut bytes = Cursor::new(Vec::new());
    empty.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let empty = world.folder.file("empty.png", &bytes.into_inner());
    let revoked = world.code(REVOKED, adult());
    let pictures = ["--json", "--picture", &picture, "--picture", &blank, &revoked, "--picture", &empty];
    let output = world.verify(NOW, &pictures);
    let verdicts: Vec<Value> = lines(&output).into_iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["revoked", "valid", "damaged", "no_code"]);
    assert_eq!(output.status.code(), Some(3));
}

// EC-4
#[test]
fn keys_and_lists_that_cannot_be_used_are_told() {
    let world = World::new("unusable");
    let code = world.code(5, adult());
    let refused = |arguments: &[&str], about: &str| {
        let output = shiming(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(about), "{told}");
        assert_eq!((output.stdout.len(), output.status.code()), (0, Some(1)));
    };
    let no_set = world.folder.file("no.json", b"[]");
    let nobody = world.folder.file("nobody.json", br#"{"keys": []}"#);
    refused(&["verify", "--keys", &no_set, &code], "no.json: not a JSON Web Key Set");
    refused(&["verify", "--keys", "/nowhere/keys.json", &code], "cannot read /nowhere/keys.json");
    refused(&["verify", "--keys", &world.keys, "--status", &no_set, &code], "no.json: not a status list");
    refused(&["verify", "--keys", &nobody, "--status", &world.list, &code], "list.cwt: the status list is not signed");
}
