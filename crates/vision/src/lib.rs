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
#![allow(
    clippy::many_single_char_names,
    reason = "geometry: x, y, u, v and the coefficients of a homography are called that everywhere"
)]

pub mod check;
mod ctc;
pub mod decode;
#[cfg(feature = "face")]
pub mod face;
pub mod finder;
pub mod format;
pub mod geometry;
pub mod grain;
pub mod inspect;
#[cfg(feature = "face")]
pub mod live;
pub mod locate;
mod narrow;
pub mod net;
pub mod picture;
pub mod quality;
mod read;
pub mod reader;
pub mod recognise;
pub mod rectify;
pub mod refusal;
pub mod report;
pub mod scout;
pub mod sight;
pub mod sorter;
mod zone;

pub use check::Warning;
pub use decode::{DecodeError, decode};
pub use geometry::Quad;
pub use grain::Material;
pub use inspect::FrameReport;
pub use net::NetError;
pub use picture::{Frame, Photo};
pub use quality::Measured;
pub use reader::{Lacking, ModelError, Models, NameLine, ReadField, Reader, Reading};
pub use recognise::ReadCharacter;
pub use refusal::{Hint, Reason, Refusal};
pub use report::{Problem, Report};
pub use scout::Scout;
