//! Devices that identify people for a card: enrolment, certificates, and whether a request of theirs is let in (EC-2, EC-5).

use shiming_proof::SignatureError;
use shiming_wire::card::{DeviceId, DeviceState};
use shiming_wire::{Bytes, UnixSeconds};

use crate::risk::Reason;

/// How long a code to enrol with is good for, seconds.
pub const ENROLMENT_SECONDS: u64 = 900;

/// How long a device's certificate lasts, seconds. A device rotates its key before that.
pub const CERTIFICATE_SECONDS: u64 = 90 * 86_400;

/// What decides whether a device may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When its certificate is over.
    pub expires_at: UnixSeconds,
    /// An operator revoked it.
    pub revoked: bool,
}

impl Standing {
    /// How it stands at `now`.
    #[must_use]
    pub fn state(self, now: UnixSeconds) -> DeviceState {
        match self {
            Self { revoked: true, .. } => DeviceState::Revoked,
            Self { expires_at, .. } if now >= expires_at => DeviceState::Expired,
            Self { .. } => DeviceState::Active,
        }
    }
}

/// Whether the request of a device is let in (EC-2), or why not: who it claims to be comes first, so that an operator reads
/// of a revoked device that somebody still works with it, even if its clock is wrong too.
///
/// `device` is what is known under the id that the request names, `signature` whether its key signed these bytes lately,
/// `seen` whether this signature came before.
pub fn admit(
    device: Option<Standing>,
    signature: Result<(), SignatureError>,
    seen: bool,
    now: UnixSeconds,
) -> Result<(), Reason> {
    match device.map(|device| device.state(now)) {
        None => return Err(Reason::UnknownDevice),
        Some(DeviceState::Revoked) => return Err(Reason::RevokedDevice),
        Some(DeviceState::Expired) => return Err(Reason::ExpiredCertificate),
        Some(DeviceState::Active) => {}
    }
    match signature {
        Err(SignatureError::Stale) => Err(Reason::Stale),
        Err(_) => Err(Reason::Tampered),
        Ok(()) if seen => Err(Reason::Replayed),
        Ok(()) => Ok(()),
    }
}

/// What tells one signature from another. Of an ECDSA signature r ‖ s that is r: without the key nobody makes another r,
/// while r ‖ −s verifies as well and would pass for another signature. A retry is signed anew and has its own.
#[must_use]
pub fn nonce(signature: &[u8]) -> Option<&[u8]> {
    signature.get(..32)
}

/// What the new key of a device signs, so that nobody has a key certified that is somebody else's.
#[must_use]
pub fn rotation_proof(device: &DeviceId, public_key: &Bytes<65>) -> Vec<u8> {
    format!("shiming device rotation {} {}", device.to_base64url(), public_key.to_base64url()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_000_000;
    const ACTIVE: Standing = Standing { expires_at: NOW + 1, revoked: false };

    // EC-2, EC-5
    #[test]
    fn every_kind_of_illegal_device_has_its_reason() {
        let revoked = Standing { revoked: true, ..ACTIVE };
        let expired = Standing { expires_at: NOW, ..ACTIVE };
        let both = Standing { revoked: true, ..expired };
        for (device, signature, seen, admitted) in [
            (Some(ACTIVE), Ok(()), false, Ok(())),
            (Some(ACTIVE), Ok(()), true, Err(Reason::Replayed)),
            (Some(ACTIVE), Err(SignatureError::Stale), false, Err(Reason::Stale)),
            (Some(ACTIVE), Err(SignatureError::Digest), false, Err(Reason::Tampered)),
            (Some(ACTIVE), Err(SignatureError::Wrong), false, Err(Reason::Tampered)),
            (Some(ACTIVE), Err(SignatureError::Wrong), true, Err(Reason::Tampered)),
            (None, Ok(()), false, Err(Reason::UnknownDevice)),
            (None, Err(SignatureError::Stale), true, Err(Reason::UnknownDevice)),
            (Some(revoked), Ok(()), false, Err(Reason::RevokedDevice)),
            (Some(both), Err(SignatureError::Wrong), true, Err(Reason::RevokedDevice)),
            (Some(expired), Ok(()), false, Err(Reason::ExpiredCertificate)),
        ] {
            assert_eq!(admit(device, signature, seen, NOW), admitted, "{device:?} {signature:?} {seen}");
        }
    }

    // EC-2: s and −s are one signature.
    #[test]
    fn a_signature_is_known_by_its_r() {
        let (one, other) = ([[7; 32], [1; 32]].concat(), [[7; 32], [2; 32]].concat());
        assert_eq!(nonce(&one), nonce(&other));
        assert_eq!(nonce(&[1; 31]), None);
    }

    #[test]
    fn a_proof_is_for_one_device_and_one_key() {
        let proof = rotation_proof(&Bytes([1; 16]), &Bytes([4; 65]));
        assert_ne!(proof, rotation_proof(&Bytes([2; 16]), &Bytes([4; 65])));
        assert_ne!(proof, rotation_proof(&Bytes([1; 16]), &Bytes([5; 65])));
    }
}
