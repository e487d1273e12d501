//! Whatever the edge, `vision` or `identity` can say, the page has a sentence for, in both languages.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

use std::collections::BTreeMap;

use shiming_vision::{DecodeError, Hint, Reason};
use shiming_wire::{CodeProgress, ProblemType, RefusalReason, SimView};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn languages() -> [(&'static str, BTreeMap<String, String>); 2] {
    [("zh-CN", include_str!("../../../web/messages/zh-CN.json")), ("en", include_str!("../../../web/messages/en.json"))]
        .map(|(language, json)| (language, serde_json::from_str(json).unwrap()))
}

fn assert_all(prefix: &str, codes: impl IntoIterator<Item = String>) {
    let languages = languages();
    for code in codes {
        for (language, messages) in &languages {
            let key = format!("{prefix}.{code}");
            assert!(messages.contains_key(&key), "{language} has no {key}");
        }
    }
}

fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[wasm_bindgen_test(unsupported = test)]
fn every_problem_has_a_sentence() {
    let code = |kind: &ProblemType| kind.uri().trim_start_matches("urn:shiming:problem:").to_owned();
    assert_all("problem", ProblemType::ALL.iter().map(code));
    // And no sentence is left of a problem that is no more.
    let known: Vec<String> = ProblemType::ALL.iter().map(code).collect();
    for (language, messages) in languages() {
        for key in messages.keys().filter_map(|key| key.strip_prefix("problem.")) {
            assert!(
                known.contains(&key.to_owned()) || matches!(key, "unknown" | "code-wrong-tries"),
                "{language} {key}"
            );
        }
    }
}

// RN-4: every refusal says what to do
#[wasm_bindgen_test(unsupported = test)]
fn every_refusal_of_a_picture_has_a_sentence() {
    assert_all("refused", Reason::ALL.iter().map(|reason| reason.code().to_owned()));
    assert_all("hint", Hint::ALL.iter().map(|hint| hint.code().to_owned()));
    let undecodable = [
        DecodeError::Format,
        DecodeError::Damaged,
        DecodeError::TooManyPixels { width: 1, height: 1, max_megapixels: 1 },
    ];
    assert_all("refused", undecodable.iter().map(|error| error.code().to_owned()));
}

// CB-9
#[wasm_bindgen_test(unsupported = test)]
fn everything_that_happens_on_a_line_has_a_sentence() {
    use CodeProgress::{Answered, Busy, Completed, Dialling, Failed, NoAnswer, Queued, Ringing, Sent};
    assert_all("progress", [Dialling, Ringing, Answered, Busy, NoAnswer, Completed, Sent].map(name));
    for channel in ["voice", "sms"] {
        assert_all(&format!("progress.{channel}"), [Queued, Failed].map(name));
    }
}

// RN-8, RN-10, RN-11
#[wasm_bindgen_test(unsupported = test)]
fn every_outcome_has_a_sentence() {
    let refusals = [
        RefusalReason::NoMatch,
        RefusalReason::PortraitInconsistent,
        RefusalReason::Reviewer,
        RefusalReason::DocumentNotValid,
    ];
    assert_all("refusal", refusals.map(name));
    assert_all("sim", [SimView::Activating, SimView::Active, SimView::Deactivating, SimView::Deactivated].map(name));
}
