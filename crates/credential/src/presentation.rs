//! A card as the holder's phone shows it: signed again, with the time.

use crate::cbor::{self, Key, Value};
use crate::envelope::{Envelope, Unsigned};

/// `typ` of a presentation.
const KIND: &str = "shiming-shown";
/// `iat`.
const AT: i64 = 6;
/// Private use within a presentation: the signed card.
const CARD: i64 = -1;

/// What the holder's key has to sign so that `card` is shown at `now`, seconds since 1970.
#[must_use]
pub fn present(card: &[u8], now: u64) -> Unsigned {
    Unsigned::new(KIND, None, cbor::encode(&cbor::map([(AT, now.into()), (CARD, Value::Bytes(card.to_vec()))])))
}

/// A presentation taken apart, not yet verified.
pub(crate) struct Presentation {
    pub card: Vec<u8>,
    pub shown_at: u64,
    pub envelope: Envelope,
}

impl Presentation {
    /// `None` where it is not what [`present`] makes.
    pub(crate) fn open(bytes: &[u8]) -> Option<Self> {
        let envelope = Envelope::open(bytes, KIND)?;
        let mut entries = cbor::entries(cbor::decode(&envelope.payload)?)?;
        let shown_at = cbor::unsigned(&entries.remove(&Key::of(AT))?)?;
        let card = entries.remove(&Key::of(CARD))?.into_bytes().ok()?;
        entries.is_empty().then_some(Self { card, shown_at, envelope })
    }
}
