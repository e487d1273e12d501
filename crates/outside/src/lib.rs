//! What crosses the wire between the edge and the operator's systems: register, CRM, SMS centre, telephone gateway, police server.
//!
//! This is the "generic signed HTTP" interface. Every call is `POST` with a JSON body, an `Idempotency-Key`, and an
//! HTTP message signature (RFC 9421, `hmac-sha256`) over method, path, `content-digest` and the idempotency key. An
//! answer with status 200 is the answer; 404 means "unknown" where a type says so; 409 an idempotency key reused for
//! another body; everything else, and silence, is *unavailable*: not an answer, retried with the same key.

use serde::{Deserialize, Serialize};

pub mod cards;
pub mod crm;
pub mod gateway;
pub mod police;
pub mod register;
pub mod sms;

/// A request to an outside system: where it goes and what comes back.
pub trait Call: Serialize {
    /// Path below the system's base address.
    const PATH: &'static str;
    /// The answer with status 200.
    type Answer: for<'de> Deserialize<'de>;
}
