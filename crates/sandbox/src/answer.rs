//! Answers in JSON, and refusals as problem details (RFC 9457).

use serde::Serialize;
use worker::{Response, ResponseBuilder, Result};

/// A status and a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON, or nothing.
    pub body: String,
}

impl Answer {
    /// Status 200 with `value`.
    pub fn ok(value: &impl Serialize) -> Result<Self> {
        Ok(Self { status: 200, body: serde_json::to_string(value)? })
    }

    /// A refusal; `code` is the last part of its type.
    #[must_use]
    pub fn problem(status: u16, code: &str, title: &str) -> Self {
        let body = serde_json::json!({
            "type": format!("urn:shiming:sandbox:problem:{code}"), "title": title, "status": status,
        });
        Self { status, body: body.to_string() }
    }

    /// Not the JSON that this path takes.
    #[must_use]
    pub fn malformed() -> Self {
        Self::problem(400, "malformed-body", "The body is not the JSON that this path takes.")
    }

    /// Nothing at this address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::problem(404, "not-found", "There is nothing at this address.")
    }

    /// As an HTTP response.
    pub fn into_response(self) -> Result<Response> {
        let kind = if self.status < 400 { "application/json" } else { "application/problem+json" };
        let builder = ResponseBuilder::new()
            .with_status(self.status)
            .with_header("content-type", kind)?
            .with_header("cache-control", "no-store")?
            .with_header("x-content-type-options", "nosniff")?;
        Ok(builder.fixed(self.body.into_bytes()))
    }
}
