//! The program as its users run it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests: what fails may stop them")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use common::{Folder, shiming};
use image::{ImageFormat, RgbImage, imageops};
use serde_json::Value;
use shiming_specimen::{Backdrop, Citizen, Fault, Fonts, PhotoStyle, citizen, draw_back, draw_front, photograph};

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    Fonts::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")).expect("`npm ci` installs the fonts")
});

/// Writes a picture into the test's folder.
fn picture(folder: &Folder, name: &str, image: &RgbImage, format: ImageFormat) -> String {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    folder.file(name, &bytes.into_inner())
}

/// The lines of `shiming read --json`, which must succeed and say nothing else.
fn read(files: &[&str]) -> Vec<Value> {
    let output = shiming(&[&["read", "--json"], files].concat());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn front(citizen: &Citizen, seed: u64) -> RgbImage {
    photograph(&draw_front(citizen, &FONTS, 1600), &PhotoStyle::phone(seed)).image
}

fn expect_front(line: &Value, citizen: &Citizen) {
    assert_eq!(line["kind"], "cn_resident_id", "{line}");
    assert_eq!(line["side"], "front");
    let expected = serde_json::json!({
        "name": citizen.name, "sex": citizen.sex, "ethnicity": citizen.ethnicity, "birth_date": citizen.birth_date,
        "address": citizen.address, "id_number": citizen.id_number,
    });
    assert_eq!(line["fields"], expected);
    assert_eq!(line["accepted"], true, "{line}");
}

// RN-5
#[test]
fn both_sides_are_read() {
    let folder = Folder::new("sides");
    let citizen = citizen(0);
    let front = picture(&folder, "front.jpg", &front(&citizen, 1), ImageFormat::Jpeg);
    let back = photograph(&draw_back(&citizen, &FONTS, 1600), &PhotoStyle::phone(2));
    let back = folder.file("back.jpg", &back.jpeg);
    let lines = read(&[&front, &back]);
    assert_eq!(lines.len(), 2);
    expect_front(&lines[0], &citizen);
    assert_eq!(lines[0]["file"], front.as_str());
    assert_eq!(lines[1]["side"], "back");
    let expected = serde_json::json!({
        "issuer": citizen.issuer, "valid_from": citizen.valid_from, "valid_until": citizen.valid_until,
    });
    assert_eq!(lines[1]["fields"], expected);
    for line in &lines {
        let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["accepted", "confidence", "fields", "file", "kind", "mrz", "ms", "side", "warnings"];
        assert_eq!(keys, BTreeSet::from(expected));
        let named: Vec<_> = line["fields"].as_object().unwrap().keys().collect();
        let sure = line["confidence"].as_object().unwrap();
        assert_eq!(named, sure.keys().collect::<Vec<_>>());
        assert!(sure.values().all(|value| (0.0..=1.0).contains(&value.as_f64().unwrap())));
        assert!(line["ms"].is_u64());
    }
}

// RN-1: a picture file of a scanner or camera
#[test]
fn content_decides_and_not_the_name() {
    let folder = Folder::new("formats");
    let citizen = citizen(5);
    let photo = front(&citizen, 4);
    let files = [
        picture(&folder, "png-called.jpg", &photo, ImageFormat::Png),
        picture(&folder, "webp-called.bmp", &photo, ImageFormat::WebP),
        picture(&folder, "bmp-called.txt", &photo, ImageFormat::Bmp),
    ];
    let lines = read(&files.each_ref().map(String::as_str));
    assert_eq!(lines.len(), 3);
    for line in &lines {
        expect_front(line, &citizen);
    }
}

#[test]
fn two_documents_in_one_picture_are_two_lines() {
    let folder = Folder::new("two");
    let (one, other) = (citizen(0), citizen(17));
    let style = |seed| PhotoStyle {
        frame: (1280, 840),
        backdrop: Backdrop::Desk,
        coverage: 0.45,
        gradient: 0.02,
        shadow: 0.0,
        white_balance: [1.0; 3],
        jpeg_quality: 0,
        seed,
        ..PhotoStyle::phone(0)
    };
    let mut both = RgbImage::new(1280, 1680);
    let upper = photograph(&draw_front(&one, &FONTS, 1600), &style(3));
    let lower = photograph(&draw_front(&other, &FONTS, 1600), &style(3));
    imageops::replace(&mut both, &upper.image, 0, 0);
    imageops::replace(&mut both, &lower.image, 0, 840);
    let lines = read(&[&picture(&folder, "both.jpg", &both, ImageFormat::Jpeg)]);
    assert_eq!(lines.len(), 2, "{lines:?}");
    let names: BTreeSet<&str> = lines.iter().filter_map(|line| line["fields"]["name"].as_str()).collect();
    assert_eq!(names, BTreeSet::from([one.name.as_str(), other.name.as_str()]));
    assert_eq!(lines[0]["file"], lines[1]["file"]);
}

#[test]
fn an_expired_card_is_read_and_said_to_be_expired() {
    let folder = Folder::new("expired");
    let expired = citizen(shiming_specimen::EXPIRED);
    let back = photograph(&draw_back(&expired, &FONTS, 1600), &PhotoStyle::phone(6));
    let lines = read(&[&folder.file("back.jpg", &back.jpeg)]);
    assert_eq!(lines[0]["fields"]["valid_until"], expired.valid_until.as_str());
    assert!(lines[0]["warnings"].as_array().unwrap().contains(&"expired".into()), "{lines:?}");
    assert_eq!(lines[0]["accepted"], true);
}

// RN-4
#[test]
fn photos_that_are_no_good_say_why() {
    let folder = Folder::new("faults");
    let card = draw_front(&citizen(0), &FONTS, 1600);
    for (fault, expected) in [
        (Fault::Empty, &["no_document"][..]),
        (Fault::Dark, &["too_dark"]),
        (Fault::Blurred, &["blurred"]),
        (Fault::Glare, &["glare"]),
        (Fault::Steep, &["too_steep"]),
        (Fault::CutOff, &["not_whole", "no_document"]),
        (Fault::Small, &["too_small", "no_document"]),
    ] {
        let photo = photograph(&card, &PhotoStyle::bad(fault, 1));
        let lines = read(&[&folder.file("photo.jpg", &photo.jpeg)]);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        // Refused for it with what would help, or read as far as that goes and told; accepted in neither case.
        if let Some(code) = line["problem"]["code"].as_str() {
            assert!(expected.contains(&code), "{fault:?}: {line}");
            assert!(line["problem"]["hint"].is_string());
            assert_eq!(line["fields"], serde_json::json!({}));
        } else {
            let warnings = line["warnings"].as_array().unwrap();
            assert!(warnings.iter().any(|said| expected.contains(&said.as_str().unwrap())), "{fault:?}: {line}");
        }
        assert_eq!(line["accepted"], false, "{fault:?}: {line}");
    }
}

// RN-4
#[test]
fn a_thumb_over_a_field_is_never_accepted() {
    let folder = Folder::new("thumb");
    let card = draw_front(&citizen(0), &FONTS, 1600);
    // One seed over the number's digits, one over its label.
    for seed in [0, 3] {
        let photo = photograph(&card, &PhotoStyle::bad(Fault::Covered, seed));
        let lines = read(&[&folder.file("photo.jpg", &photo.jpeg)]);
        assert_eq!((lines.len(), &lines[0]["accepted"]), (1, &false.into()), "{lines:?}");
        assert_ne!(lines[0]["fields"]["id_number"], citizen(0).id_number.as_str());
    }
}

#[test]
fn what_is_no_picture_gets_a_line_too() {
    let folder = Folder::new("broken");
    let photo = photograph(&draw_front(&citizen(0), &FONTS, 800), &PhotoStyle::phone(1)).jpeg;
    let mut bomb = b"BM".to_vec();
    bomb.extend([0; 12]);
    bomb.extend([40, 0, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 24, 0]);
    bomb.extend([0; 64]);
    let cases = [
        (folder.file("empty.jpg", b""), "unknown_format"),
        (folder.file("text.png", "姓名 周敏".as_bytes()), "unknown_format"),
        (folder.file("cut.jpg", &photo[..200]), "damaged"),
        (folder.file("header.bmp", b"BM123"), "damaged"),
        (folder.file("bomb.bmp", &bomb), "too_many_pixels"),
        (folder.place("missing.jpg"), "file_unreadable"),
        (folder.place(""), "file_unreadable"),
    ];
    let files: Vec<&str> = cases.iter().map(|(file, _)| file.as_str()).collect();
    let lines = read(&files);
    assert_eq!(lines.len(), cases.len());
    for (line, (file, code)) in lines.iter().zip(&cases) {
        assert_eq!((&line["file"], &line["kind"]), (&file.as_str().into(), &Value::Null));
        assert_eq!(line["problem"]["code"], *code, "{line}");
    }
}

#[test]
fn wrong_usage_is_the_only_failure() {
    for arguments in [&[][..], &["read"], &["read", "--yaml", "a.jpg"], &["paint", "a.jpg"]] {
        let output = shiming(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains("shiming read"));
    }
    assert_eq!(shiming(&["--help"]).status.code(), Some(0));
    assert!(String::from_utf8_lossy(&shiming(&["--version"]).stdout).starts_with("shiming "));
}

#[test]
fn people_get_words() {
    let folder = Folder::new("words");
    let citizen = citizen(0);
    let file = picture(&folder, "front.jpg", &front(&citizen, 1), ImageFormat::Jpeg);
    let output = shiming(&["read", &file]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&citizen.name) && text.contains("id_number"), "{text}");
}
