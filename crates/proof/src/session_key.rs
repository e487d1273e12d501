//! The session key K2 between the operator and the telephone gateway (CB-3, CB-4).
//!
//! HMAC mode, the default: K2 = HMAC-SHA-256 with key K1 over five fields, each preceded by its length in bytes as a
//! 32-bit big-endian number, so that no two calls share an encoding:
//!
//! | field | bytes |
//! | --- | --- |
//! | SN, the operator's service number | its characters (ASCII) |
//! | TN, the number to dial | its characters (ASCII) |
//! | VN, the code to speak | its six digits (ASCII) |
//! | timestamp | Unix seconds, 64-bit big-endian (length 8) |
//! | nonce | 16 bytes |
//!
//! Legacy mode: K2 = SHA-256(TN ‖ VN ‖ K1), as CN101345788A has it, for gateways that know nothing else. It binds neither SN
//! nor time, so such a gateway can be replayed; it has to be configured on purpose.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::secret::{Secret, equal};

/// How old a session key may be when the gateway sees it, and how far in the future, seconds.
pub const FRESHNESS_SECONDS: u64 = 60;

/// How K2 is made; both sides are configured alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// HMAC-SHA-256 with K1 over all five fields.
    #[default]
    HmacSha256,
    /// SHA-256(TN ‖ VN ‖ K1), for gateways that know nothing else.
    LegacyDigest,
}

/// What K2 binds together.
#[derive(Clone, Copy)]
pub struct CallOrder<'a> {
    /// SN: the operator's service number.
    pub service_number: &'a str,
    /// TN: the number to dial.
    pub telephone_number: &'a str,
    /// VN: the code to speak.
    pub verification_number: &'a str,
    /// When K2 is made, Unix seconds.
    pub timestamp: u64,
    /// One use.
    pub nonce: &'a [u8; 16],
}

/// It holds a code: only the time is shown.
impl fmt::Debug for CallOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallOrder({})", self.timestamp)
    }
}

/// Makes K2 (CB-3).
#[must_use]
pub fn session_key(mode: Mode, k1: &Secret, order: &CallOrder<'_>) -> [u8; 32] {
    match mode {
        Mode::HmacSha256 => {
            let timestamp = order.timestamp.to_be_bytes();
            let fields: [&[u8]; 5] = [
                order.service_number.as_bytes(),
                order.telephone_number.as_bytes(),
                order.verification_number.as_bytes(),
                &timestamp,
                order.nonce,
            ];
            // No field comes near 4 GiB.
            let lengths = fields.map(|field| u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            let parts: Vec<&[u8]> =
                lengths.iter().zip(fields).flat_map(|(length, field)| [length.as_slice(), field]).collect();
            k1.hmac(&parts)
        }
        Mode::LegacyDigest => Sha256::new()
            .chain_update(order.telephone_number)
            .chain_update(order.verification_number)
            .chain_update(k1.expose())
            .finalize()
            .into(),
    }
}

/// Why a gateway does not dial (CB-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionKeyError {
    /// Made more than [`FRESHNESS_SECONDS`] ago, or in the future.
    #[error("the session key is too old")]
    Stale,
    /// Not made with K1 for this call.
    #[error("the session key is wrong")]
    Wrong,
}

/// Whether `presented` is K2 of this call and fresh at `now` (Unix seconds), compared in constant time (CB-4). That a nonce
/// is used once is for the gateway to remember. Legacy keys carry no time that could be trusted.
pub fn verify(
    mode: Mode,
    k1: &Secret,
    order: &CallOrder<'_>,
    presented: &[u8],
    now: u64,
) -> Result<(), SessionKeyError> {
    if !equal(&session_key(mode, k1, order), presented) {
        return Err(SessionKeyError::Wrong);
    }
    if mode == Mode::HmacSha256 && order.timestamp.abs_diff(now) > FRESHNESS_SECONDS {
        return Err(SessionKeyError::Stale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONCE: [u8; 16] = [5; 16];

    fn k1() -> Secret {
        Secret::new(*b"0123456789abcdef0123456789abcdef").unwrap()
    }

    fn order() -> CallOrder<'static> {
        CallOrder {
            service_number: "10699",
            telephone_number: "13800000002",
            verification_number: "042137",
            timestamp: 1_800_000_000,
            nonce: &NONCE,
        }
    }

    // CB-3: the layout, spelled out by hand.
    #[test]
    fn the_layout_is_the_documented_one() {
        let mut message = Vec::new();
        message.extend_from_slice(b"\x00\x00\x00\x0510699");
        message.extend_from_slice(b"\x00\x00\x00\x0b13800000002");
        message.extend_from_slice(b"\x00\x00\x00\x06042137");
        message.extend_from_slice(b"\x00\x00\x00\x08\x00\x00\x00\x00\x6b\x49\xd2\x00");
        message.extend_from_slice(b"\x00\x00\x00\x10\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05");
        assert_eq!(session_key(Mode::HmacSha256, &k1(), &order()), k1().hmac(&[&message]));
    }

    // CB-3: HASH(TN ‖ VN ‖ K1).
    #[test]
    fn legacy_mode_is_the_plain_digest() {
        let expected: [u8; 32] = Sha256::digest(b"138000000020421370123456789abcdef0123456789abcdef").into();
        assert_eq!(session_key(Mode::LegacyDigest, &k1(), &order()), expected);
        assert_eq!(verify(Mode::LegacyDigest, &k1(), &order(), &expected, 0), Ok(()));
    }

    // CB-4
    #[test]
    fn nothing_may_differ() {
        let key = session_key(Mode::HmacSha256, &k1(), &order());
        let now = order().timestamp;
        let check = |order: CallOrder<'_>| verify(Mode::HmacSha256, &k1(), &order, &key, now);
        assert_eq!(check(order()), Ok(()));
        for changed in [
            CallOrder { service_number: "10698", ..order() },
            CallOrder { telephone_number: "13800000003", ..order() },
            CallOrder { verification_number: "042138", ..order() },
            CallOrder { timestamp: now + 1, ..order() },
            CallOrder { nonce: &[6; 16], ..order() },
            // The same characters, cut elsewhere.
            CallOrder { service_number: "106991", telephone_number: "3800000002", ..order() },
        ] {
            assert_eq!(check(changed), Err(SessionKeyError::Wrong));
        }
        let other = Secret::new([1; 32]).unwrap();
        assert_eq!(verify(Mode::HmacSha256, &other, &order(), &key, now), Err(SessionKeyError::Wrong));
        assert_eq!(verify(Mode::LegacyDigest, &k1(), &order(), &key, now), Err(SessionKeyError::Wrong));
        assert_eq!(verify(Mode::HmacSha256, &k1(), &order(), &key[..31], now), Err(SessionKeyError::Wrong));
    }

    // CB-4
    #[test]
    fn a_minute_old_is_too_old() {
        let key = session_key(Mode::HmacSha256, &k1(), &order());
        let made = order().timestamp;
        for (now, expected) in [
            (made + 60, Ok(())),
            (made + 61, Err(SessionKeyError::Stale)),
            (made - 60, Ok(())),
            (made - 61, Err(SessionKeyError::Stale)),
        ] {
            assert_eq!(verify(Mode::HmacSha256, &k1(), &order(), &key, now), expected, "{now}");
        }
    }

    proptest! {
        #[test]
        fn no_two_orders_share_a_key(
            a in ("[0-9]{0,8}", "[0-9]{0,8}", "[0-9]{0,8}"),
            b in ("[0-9]{0,8}", "[0-9]{0,8}", "[0-9]{0,8}"),
        ) {
            let key = |(sn, tn, vn): &(String, String, String)| {
                let order = CallOrder { service_number: sn, telephone_number: tn, verification_number: vn, ..order() };
                session_key(Mode::HmacSha256, &k1(), &order)
            };
            prop_assert_eq!(key(&a) == key(&b), a == b);
        }
    }
}
