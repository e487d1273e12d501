//! Machine-readable zones: specimens, zones written and read back, wrong characters, any text.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

mod digits;
mod generate;
mod hostile;
mod specimens;
mod writing;

use shiming_identity::{Date, Mrz};

fn today() -> Date {
    Date::parse_iso("2026-11-22").unwrap()
}

fn parse(text: &str) -> Mrz {
    Mrz::parse(text, today()).unwrap()
}
