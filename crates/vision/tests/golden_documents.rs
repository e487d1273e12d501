//! Every page, every warning: what is reported of drawn pictures, against `golden/documents.jsonl`. The browser package is
//! held to the same file (`tests/browser/golden.test.js`). `UPDATE_GOLDEN=1` writes it anew; look at the difference before
//! committing it.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

mod common;
#[path = "common/golden.rs"]
mod golden;

use common::{READER, today};
use serde::Serialize;
use serde_json::Value;
use shiming_identity::document::pages;
use shiming_specimen::Scene;
use shiming_vision::{Reason, Report, decode};

/// A line of the golden file.
#[derive(Serialize)]
struct Line {
    picture: String,
    reports: Vec<Report>,
}

// RN-4, RN-5, RC-1
#[test]
fn documents_are_reported_as_they_were() {
    let pixels = pages()[0].layout.format.pixels;
    let mut lines = String::new();
    for (name, picture) in golden::pictures() {
        let reports = READER.report(&decode(&picture, &pixels).unwrap(), today());
        lines.push_str(&serde_json::to_string(&Line { picture: name, reports }).unwrap());
        lines.push('\n');
    }
    let file = common::root().join("crates/vision/tests/golden/documents.jsonl");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &lines).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap();
    let differences: Vec<_> = golden.lines().zip(lines.lines()).filter(|(was, is)| was != is).collect();
    assert!(differences.is_empty(), "(was, is): {differences:#?}");
    assert_eq!(golden.lines().count(), lines.lines().count());
}

// RN-4: the golden file itself says what it should
#[test]
fn the_golden_reports_are_right() {
    let golden = std::fs::read_to_string(common::root().join("crates/vision/tests/golden/documents.jsonl")).unwrap();
    let reports: Vec<(String, Value)> = golden
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["picture"].as_str().unwrap().to_owned(), line["reports"][0].clone())
        })
        .collect();
    let of = |name: &str| &reports.iter().find(|(picture, _)| picture == name).unwrap().1;
    for page in pages() {
        let kind = of(page.name)["kind"].as_str().unwrap_or_else(|| panic!("{}: nothing read", page.name));
        let document = page.name.split('.').next().unwrap();
        assert!(kind == document || kind == "passport" || page.generic, "{}: {kind}", page.name);
        assert_eq!(of(page.name)["mrz"].as_array().unwrap().is_empty(), page.zone.is_none(), "{}", page.name);
    }
    for (name, warning) in [
        ("colour_copy", "photocopy"),
        ("grey_copy", "photocopy"),
        ("screen", "screen"),
        ("expired", "expired"),
        ("number_inconsistent", "number_inconsistent"),
        ("dates_invalid", "dates_invalid"),
    ] {
        let warnings = of(name)["warnings"].as_array().unwrap();
        assert!(warnings.iter().any(|said| said == warning), "{name}: {warnings:?}");
        assert_eq!(of(name)["accepted"], name == "expired", "{name}");
    }
    for (name, reasons) in [
        ("blurred", &[Reason::Blurred] as &[Reason]),
        ("dark", &[Reason::TooDark]),
        ("bright", &[Reason::TooBright]),
        ("small", &[Reason::TooSmall]),
        ("steep", &[Reason::TooSteep]),
        ("empty", &[Reason::NoDocument]),
        ("cut_off", &[Reason::NotWhole]),
    ] {
        // Refused for it, or read and told.
        let report = of(name);
        let said = |code: &str| {
            report["problem"]["code"] == code || report["warnings"].as_array().unwrap().iter().any(|word| word == code)
        };
        assert!(reasons.iter().any(|reason| said(reason.code())), "{name}: {report}");
    }
    for scene in Scene::ALL {
        let report = of(scene.name());
        assert!(report["kind"].is_null() && !report["problem"].is_null(), "{}: {report}", scene.name());
    }
}

#[test]
fn a_picture_without_anything_is_one_report() {
    let nothing = READER.report(&shiming_vision::Photo::new(image::RgbImage::new(64, 64)), today());
    assert_eq!(nothing.len(), 1);
    let Report { kind, problem, accepted, .. } = &nothing[0];
    assert!(kind.is_none() && problem.is_some() && !accepted);
}
