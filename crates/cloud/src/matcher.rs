//! The way to the matcher, which describes the face on a portrait of the register's (RN-7). A Worker that asks has it bound as
//! `MATCHER`. What comes back is personal data: it is compared and dropped.

use serde::{Deserialize, Serialize};
use shiming_identity::portrait::Descriptor;
use shiming_outside::register::Portrait;
use shiming_service::port::{PortraitMatcher, Reply};
use shiming_wire::FaceDescriptor;
use worker::Env;

use crate::adapter::Adapter;
use crate::http;
use crate::problem::Fault;

/// The matcher's path; the body is the portrait as the register gave it.
pub const PATH: &str = "/describe";
/// The longest portrait that is looked at, bytes of base64.
pub const MOST_BYTES: usize = 128 * 1024;

/// What the matcher sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// A face, and what it is like; the largest where there are several.
    Described(FaceDescriptor),
    /// A picture without a face.
    NoFace,
    /// No picture, a damaged one, or one that is too large.
    NotAPicture,
}

/// Has a portrait described.
pub async fn describe(env: &Env, portrait: &Portrait) -> Result<Seen, Fault> {
    let request = http::internal(&format!("https://matcher{PATH}"), &[], &portrait.0)?;
    let mut answer = env.service("MATCHER")?.fetch_request(request).await?;
    match answer.status_code() {
        200 => Ok(shiming_wire::json::from_slice(&answer.bytes().await?)?),
        status => Err(Fault::Internal(format!("the matcher does not answer: status {status}"))),
    }
}

impl PortraitMatcher for Adapter<'_> {
    async fn describe(&self, portrait: &Portrait) -> Reply<Option<Descriptor>> {
        match describe(self.env, portrait).await {
            Ok(Seen::Described(face)) => Reply::Answered(Some(face.0)),
            Ok(Seen::NoFace | Seen::NotAPicture) => Reply::Answered(None),
            Err(fault) => {
                // Logged, and asked again.
                let _ = fault.into_problem();
                Reply::Unavailable
            }
        }
    }
}
