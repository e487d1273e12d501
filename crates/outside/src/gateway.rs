//! The telephone gateway (CB-3, CB-4).

use serde::{Deserialize, Serialize};
use shiming_wire::{Bytes, CodeProgress, Text, UnixSeconds};

use crate::Call;

/// Dial a line and speak the code. The gateway dials only if `session_key` is right (CB-4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceCall {
    /// TN: the phone number to dial.
    pub telephone_number: Text<20>,
    /// VN: the code to speak, six digits.
    pub verification_number: Text<6>,
    /// SN: the operator's service number.
    pub service_number: Text<20>,
    /// K2: HMAC-SHA-256 with K1 over the length-prefixed SN, TN, VN, `timestamp` and `nonce`
    /// (`shiming_proof::session_key`).
    pub session_key: Bytes<32>,
    /// When K2 was made; the gateway refuses one older than 60 s.
    pub timestamp: UnixSeconds,
    /// One use.
    pub nonce: Bytes<16>,
    /// Language of the announcement, BCP 47; `cmn-CN` by default.
    pub language: Text<10>,
    /// How many times the code is spoken.
    pub repeat: u8,
    /// Quoted in every [`CallProgress`].
    pub reference: Text<64>,
}

/// The gateway took the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallAccepted {
    /// The gateway's id of the call.
    pub call: Text<64>,
}

impl Call for PlaceCall {
    const PATH: &'static str = "/gateway/calls";
    type Answer = CallAccepted;
}

/// What is happening on the line (CB-9). Comes from the gateway *to* the edge: `POST /v1/call-progress`, signed by the
/// gateway's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallProgress {
    /// The reference of [`PlaceCall`].
    pub reference: Text<64>,
    /// The progress.
    pub progress: CodeProgress,
}
