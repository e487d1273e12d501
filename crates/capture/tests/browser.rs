//! The browser package in a real browser.
//!
//! `front.jpg` is a photo of a drawn card of a fictional person:
//! `cargo xtask specimen photo --seed 3 --out crates/capture/tests/front.jpg`; what it says is in `FRONT`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

use serde_json::Value;
use shiming_capture::{Capture, check_fields_json, check_sim_json, ethnic_groups, vote_readings};
use shiming_identity::document::{DocumentKind, Side, layouts};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const FINDER: &[u8] = include_bytes!("../../../models/finder.onnx");
const SORTER: &[u8] = include_bytes!("../../../models/sorter.onnx");
const GRAIN: &[u8] = include_bytes!("../../../models/grain.onnx");
const NARROW: &[u8] = include_bytes!("../../../models/narrow.onnx");
const RECOGNISER: &[u8] = include_bytes!("../../../models/recogniser.onnx");
const PHOTO: &[u8] = include_bytes!("front.jpg");
/// 2026-11-22T00:00:00Z
const NOW: f64 = 1_795_305_600.0;

fn capture() -> Capture {
    let mut capture = Capture::new(FINDER, SORTER).unwrap();
    capture.add_reader(GRAIN, NARROW, Some(RECOGNISER.into())).unwrap();
    capture
}

fn format(side: Side) -> String {
    let layout = layouts(DocumentKind::CnResidentId).into_iter().find(|layout| layout.side == side).unwrap();
    serde_json::to_string(&layout.format).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn code(error: &JsValue) -> String {
    assert!(error.is_instance_of::<js_sys::Error>());
    js_sys::Reflect::get(error, &"code".into()).unwrap().as_string().unwrap()
}

// RN-5, DC-1
#[wasm_bindgen_test]
fn a_photo_is_read_and_its_picture_is_handed_over_once() {
    let mut outcome = capture().read_file(PHOTO, &format(Side::Front), NOW).unwrap();
    let reading = &json(&outcome.json())["reading"];
    assert_eq!(reading["side"], "front");
    assert_eq!(reading["fields"]["name"]["value"], "王建国");
    assert_eq!(reading["fields"]["id_number"]["value"], "513401194911113217");
    // The name alone comes character by character, each with its place on the picture.
    assert_eq!(reading["fields"]["address"].get("characters"), None);
    let characters = reading["fields"]["name"]["characters"].as_array().unwrap();
    let values: String = characters.iter().map(|character| character["value"].as_str().unwrap()).collect();
    assert_eq!(values, "王建国");
    let places: Vec<u64> = characters.iter().map(|character| character["at"][0].as_u64().unwrap()).collect();
    assert!(places.is_sorted() && places.iter().all(|place| (175..400).contains(place)), "{places:?}");
    let jpeg = outcome.take_jpeg().unwrap();
    assert_eq!(jpeg[..3], [0xFF, 0xD8, 0xFF]);
    assert!(outcome.take_jpeg().is_none());
}

// RN-5
#[wasm_bindgen_test]
fn documents_are_reported_as_the_command_line_does() {
    let reports = json(&capture().read_documents(PHOTO, NOW).unwrap());
    assert_eq!(reports[0]["kind"], "cn_resident_id");
    assert_eq!(reports[0]["fields"]["id_number"], "513401194911113217");
    let nothing = json(&capture().read_documents(b"no picture", NOW).unwrap());
    assert_eq!(nothing[0]["problem"]["code"], "unknown_format");
}

// RN-4
#[wasm_bindgen_test]
fn pictures_that_are_no_good_are_outcomes_not_errors() {
    let capture = capture();
    let other = capture.read_file(PHOTO, &format(Side::Back), NOW).unwrap();
    assert_eq!(json(&other.json()), serde_json::json!({ "refused": "other_side", "hint": "other_side" }));
    let text = capture.read_file(b"no picture", &format(Side::Front), NOW).unwrap();
    assert_eq!(json(&text.json())["refused"], "unknown_format");
    let cut = capture.read_file(&PHOTO[..PHOTO.len() / 3], &format(Side::Front), NOW).unwrap();
    assert!(json(&cut.json())["refused"].is_string());
}

#[wasm_bindgen_test]
fn a_frame_of_nothing_says_so() {
    let capture = capture();
    let grey = vec![128; 320 * 240 * 4];
    let report = json(&capture.inspect(&grey, 320, 240, &format(Side::Front), 0.25).unwrap());
    assert_eq!(report["hint"], "no_document");
    assert_eq!(report["quad"], Value::Null);
    let outcome = capture.read_frame(&grey, 320, 240, &format(Side::Front), NOW).unwrap();
    assert_eq!(json(&outcome.json())["refused"], "no_document");
}

#[wasm_bindgen_test]
fn misuse_throws_errors_with_codes() {
    assert_eq!(code(&Capture::new(b"no model", SORTER).unwrap_err()), "models");
    let mut scout = Capture::new(FINDER, SORTER).unwrap();
    assert!(scout.inspect(&[0; 16], 2, 2, &format(Side::Front), 1.0).is_ok());
    assert_eq!(code(&scout.read_file(PHOTO, &format(Side::Front), NOW).unwrap_err()), "not_loaded");
    assert_eq!(code(&scout.add_reader(b"no model", NARROW, None).unwrap_err()), "models");
    assert_eq!(code(&scout.inspect(&[0; 16], 2, 2, &format(Side::Front), 1.0).unwrap_err()), "not_loaded");
    let capture = capture();
    assert_eq!(code(&capture.inspect(&[0; 15], 2, 2, &format(Side::Front), 1.0).unwrap_err()), "pixels");
    assert_eq!(code(&capture.inspect(&[0; 16], 2, 2, "{}", 1.0).unwrap_err()), "argument");
    assert_eq!(code(&capture.read_file(PHOTO, &format(Side::Front), f64::INFINITY).unwrap_err()), "time");
    assert_eq!(code(&vote_readings("[]", &format(Side::Front)).unwrap_err()), "argument");
    assert_eq!(code(&vote_readings("[{}]", &format(Side::Front)).unwrap_err()), "argument");
}

// RN-5, RN-13
#[wasm_bindgen_test]
fn the_rules_answer_in_json() {
    let fields = serde_json::json!({
        "name": "古丽·买买提", "sex": "男", "ethnicity": "维吾尔", "birth_date": "1949-12-31",
        "address": "北京市朝阳区样本路1号", "id_number": "11010519491231002X", "issuer": "北京市公安局朝阳分局",
        "valid_from": "2010-01-01", "valid_until": "长期",
    });
    let faults = json(&check_fields_json(&fields.to_string(), NOW).unwrap());
    let expected = serde_json::json!({ "field": "sex", "code": "sex_not_in_number", "doubt": false });
    assert!(faults.as_array().unwrap().contains(&expected), "{faults}");
    assert_eq!(json(&check_sim_json("89869900000000000003", "1380000000").unwrap())[0]["field"], "number");
    assert_eq!(json(&ethnic_groups().unwrap()).as_array().unwrap().len(), 56);
}
