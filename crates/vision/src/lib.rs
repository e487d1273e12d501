//! Pictures in, evidence out: decode → locate → rectify → side → quality → format → read → check.
//!
//! One file per stage. Nothing here knows a browser, reads a clock, draws randomness or touches a network; everything
//! compiles natively and to wasm32. A raw photo goes in and only text, figures and the formatted picture of the
//! document come out (DC-1); none of them is written to a log or shown by `Debug`.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixel arithmetic goes between coordinates and indices all the time; sizes are bounded by decode"
)]

pub mod decode;
pub mod geometry;
pub mod locate;
pub mod picture;
pub mod rectify;

pub mod recognise;
