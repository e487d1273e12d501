//! The gateway's check of a call before it dials (CB-3, CB-4).

use shiming_outside::gateway::PlaceCall;
use shiming_proof::Secret;
use shiming_proof::session_key::{CallOrder, Mode, SessionKeyError, verify};

/// Most times that a code is spoken.
const MAX_REPEAT: u8 = 5;

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
    /// The code is not six digits, or is not spoken one to five times.
    #[error("the code is not six digits spoken one to five times")]
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
            Self::Code => "code",
        }
    }
}

/// Checks TN, VN, SN and K2 (CB-4) at `now`, Unix seconds; whether the nonce is new is for the caller to see.
pub fn check(call: &PlaceCall, k1: &Secret, now: u64) -> Result<(), Refusal> {
    let order = CallOrder {
        service_number: call.service_number.as_str(),
        telephone_number: call.telephone_number.as_str(),
        verification_number: call.verification_number.as_str(),
        timestamp: call.timestamp,
        nonce: &call.nonce.0,
    };
    verify(Mode::HmacSha256, k1, &order, &call.session_key.0, now).map_err(|error| match error {
        SessionKeyError::Stale => Refusal::Stale,
        SessionKeyError::Wrong => Refusal::SessionKey,
    })?;
    let code = call.verification_number.as_str();
    let six_digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if six_digits && (1..=MAX_REPEAT).contains(&call.repeat) { Ok(()) } else { Err(Refusal::Code) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_proof::session_key::session_key;
    use shiming_wire::{Bytes, Text};

    const NOW: u64 = 1_800_000_000;

    fn k1() -> Secret {
        Secret::new([7; 32]).unwrap()
    }

    fn call(code: &str, timestamp: u64, k1: &Secret) -> PlaceCall {
        let mut call = PlaceCall {
            telephone_number: Text::new("13800000001").unwrap(),
            verification_number: Text::new(code).unwrap(),
            service_number: Text::new("10010").unwrap(),
            session_key: Bytes([0; 32]),
            timestamp,
            nonce: Bytes([1; 16]),
            language: Text::new("cmn-CN").unwrap(),
            repeat: 3,
            reference: Text::new("reference").unwrap(),
        };
        call.session_key = Bytes(session_key(
            Mode::HmacSha256,
            k1,
            &CallOrder {
                service_number: "10010",
                telephone_number: "13800000001",
                verification_number: code,
                timestamp,
                nonce: &call.nonce.0,
            },
        ));
        call
    }

    // CB-4: only a call with the right K2 is dialled.
    #[test]
    fn k2_decides() {
        assert_eq!(check(&call("042137", NOW, &k1()), &k1(), NOW), Ok(()));
        let other = Secret::new([8; 32]).unwrap();
        assert_eq!(check(&call("042137", NOW, &other), &k1(), NOW), Err(Refusal::SessionKey));
        let mut dialled_elsewhere = call("042137", NOW, &k1());
        dialled_elsewhere.telephone_number = Text::new("13800000002").unwrap();
        assert_eq!(check(&dialled_elsewhere, &k1(), NOW), Err(Refusal::SessionKey));
    }

    // CB-4
    #[test]
    fn k2_is_good_for_a_minute() {
        assert_eq!(check(&call("042137", NOW - 60, &k1()), &k1(), NOW), Ok(()));
        assert_eq!(check(&call("042137", NOW - 61, &k1()), &k1(), NOW), Err(Refusal::Stale));
        assert_eq!(check(&call("042137", NOW + 61, &k1()), &k1(), NOW), Err(Refusal::Stale));
    }

    #[test]
    fn only_codes_are_spoken() {
        for code in ["42137", "04213x", "", "０４２１３７"] {
            assert_eq!(check(&call(code, NOW, &k1()), &k1(), NOW), Err(Refusal::Code), "{code}");
        }
        for repeat in [0, 6] {
            let mut call = call("042137", NOW, &k1());
            call.repeat = repeat;
            assert_eq!(check(&call, &k1(), NOW), Err(Refusal::Code), "{repeat}");
        }
    }
}
