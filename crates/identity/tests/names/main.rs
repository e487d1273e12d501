//! Names in all their codes: what must join, what must never join.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

mod assignments;
mod data;
mod different;
mod golden;
mod never_equal;
mod same;
mod sequences;
mod spellings;
mod twins;
