//! Whole-system tests over HTTP: the edge and the sandbox run in a workerd each, as `cargo xtask build` made them.
//!
//! `cargo xtask test` runs them; by hand it is `cargo xtask run --check && cargo test --workspace --test system`.
//!
//! | variable | meaning | default |
//! | --- | --- | --- |
//! | `SHIMING_STATE` | state to start from: a directory that `cargo xtask state` filled; it is copied, not changed | made below `target/api-tests` |
//! | `SHIMING_KEEP` | `1`: leave the copied state and the logs of the Workers below `target/api-tests` | removed by the next run |
//!
//! - [`stack`] starts, kills and restarts the Workers,
//! - [`database`] looks into the files that the Workers keep, and locks them,
//! - [`applying`] is who applies for a certificate,
//! - [`client`] is the phone, the operator's staff and the sandbox's remote control,
//! - [`faces`] are live faces as devices report them,
//! - [`fixtures`] are people, cards and evidence,
//! - [`issuing`] is devices, holders' phones and verifiers of cards,
//! - [`assertions`] say what an answer must be and that nothing has changed.

pub mod applying;
pub mod assertions;
pub mod client;
pub mod database;
pub mod faces;
pub mod fixtures;
pub mod issuing;
pub mod stack;
