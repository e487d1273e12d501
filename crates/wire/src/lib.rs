//! What crosses the wire between phone and edge: bounded requests and responses, problem types.
//!
//! Every string and byte field has an upper bound and every object refuses unknown members, so no message
//! of this crate can carry a picture (DC-1).

pub mod application;
pub mod bounded;
pub mod card;
pub mod evidence;
pub mod face;
pub mod json;
pub mod operator;
pub mod problem;
pub mod registration;

pub use bounded::{Bytes, Text};
pub use evidence::{Evidence, Field, Measured};
pub use face::FaceDescriptor;
pub use problem::{Problem, ProblemType};
pub use registration::{
    ActivateOn, Channel, CodeProgress, CodeView, ConfirmCode, CreateRegistration, Policy, PortraitCheck,
    PortraitPolicy, RefusalReason, RegistrationCreated, RegistrationId, RegistrationView, RequestCode, SimSubject,
    SimView, State, Terminal,
};

/// Largest request body that the edge reads, bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// Most bytes that a whole registration may send from the phone: bodies, queries and our own headers.
pub const MAX_REGISTRATION_BYTES: usize = 4096;

/// Seconds since 1970-01-01T00:00:00Z.
pub type UnixSeconds = u64;
