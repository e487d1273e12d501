//! The endpoints, one file per concern.

pub mod certificates;
pub mod claims;
pub mod public;
pub mod sweep;

use shiming_credential::PublicKey;
use shiming_wire::Bytes;

/// A key as cards and certificates name it; `None` where it is no point of the curve.
fn point(public_key: &Bytes<65>) -> Option<PublicKey> {
    let (x, y) = public_key.0[1..].split_at(32);
    PublicKey::from_coordinates(x.try_into().ok()?, y.try_into().ok()?)
}
