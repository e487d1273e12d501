//! Status lists: which cards were revoked, as a bit for each, signed by the issuer, for verifiers to keep.
//!
//! The form is that of the IETF's Token Status List as a CWT, with one bit an entry: 1 is invalid.

use crate::cbor::{self, Key, Value};
use crate::code::inflate;
use crate::envelope::{Envelope, Unsigned};
use crate::keys::{IssuerKeys, KeyId};

/// `typ` of a status list.
const KIND: &str = "application/statuslist+cwt";
const SUB: i64 = 2;
const EXP: i64 = 4;
const IAT: i64 = 6;
const STATUS_LIST: i64 = 65533;
/// Bytes of the largest list: one bit for each of eight million cards.
const MOST: usize = 1_000_000;

/// Which cards of one list were revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    /// What cards call it.
    pub list: String,
    /// Since when it says so, seconds since 1970.
    pub issued_at: u64,
    /// Until when it may be relied on.
    pub expires_at: u64,
    /// A bit for each card, the lowest bit of a byte first.
    bits: Vec<u8>,
}

/// A status list that is not to be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusListError {
    /// It is damaged, or something else.
    #[error("not a status list")]
    Malformed,
    /// The issuer's keys did not sign it.
    #[error("the status list is not signed by the issuer")]
    Forged,
    /// More entries than a list may have.
    #[error("the status list is too long")]
    TooLong,
}

impl StatusList {
    /// A list of so many cards, of which none is revoked.
    pub fn new(list: &str, issued_at: u64, expires_at: u64, cards: u32) -> Result<Self, StatusListError> {
        let bytes = usize::try_from(cards.div_ceil(8)).unwrap_or(usize::MAX);
        if bytes > MOST {
            return Err(StatusListError::TooLong);
        }
        Ok(Self { list: list.to_owned(), issued_at, expires_at, bits: vec![0; bytes] })
    }

    /// Marks a card as revoked; one beyond the list is told.
    pub fn revoke(&mut self, index: u32) -> Result<(), StatusListError> {
        let byte = self.bits.get_mut((index / 8) as usize).ok_or(StatusListError::TooLong)?;
        *byte |= 1 << (index % 8);
        Ok(())
    }

    /// Whether the card there was revoked; `None` beyond the list's end.
    #[must_use]
    pub fn is_revoked(&self, index: u32) -> Option<bool> {
        self.bits.get((index / 8) as usize).map(|byte| byte >> (index % 8) & 1 == 1)
    }

    /// What the issuer's key of that name has to sign.
    #[must_use]
    pub fn unsigned(&self, key_id: &KeyId) -> Unsigned {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&self.bits, 9);
        let list = [("lst", Value::Bytes(packed)), ("bits", 1.into())];
        let list = list.map(|(key, value)| (Value::Text(key.to_owned()), value));
        let claims = cbor::map([
            (SUB, Value::Text(self.list.clone())),
            (EXP, self.expires_at.into()),
            (IAT, self.issued_at.into()),
            (STATUS_LIST, Value::Map(list.to_vec())),
        ]);
        Unsigned::new(KIND, Some(key_id), cbor::encode(&claims))
    }

    /// Reads a list that one of these keys signed while it was to.
    pub fn open(bytes: &[u8], keys: &IssuerKeys) -> Result<Self, StatusListError> {
        let (list, envelope) = Self::read(bytes).ok_or(StatusListError::Malformed)?;
        let key = envelope.key_id.as_ref().and_then(|id| keys.find(id)).ok_or(StatusListError::Forged)?;
        let in_time = (key.not_before..=key.not_after).contains(&list.issued_at);
        if in_time && envelope.is_signed_by(&key.key) { Ok(list) } else { Err(StatusListError::Forged) }
    }

    fn read(bytes: &[u8]) -> Option<(Self, Envelope)> {
        let envelope = Envelope::open(bytes, KIND)?;
        let claims = cbor::entries(cbor::decode(&envelope.payload)?)?;
        let claim = |key: i64| claims.get(&Key::of(key));
        let pairs = claim(STATUS_LIST)?.as_map()?;
        let named = |name: &str| pairs.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value);
        if cbor::unsigned::<u8>(named("bits")?)? != 1 {
            return None;
        }
        let list = Self {
            list: claim(SUB)?.as_text()?.to_owned(),
            issued_at: cbor::unsigned(claim(IAT)?)?,
            expires_at: cbor::unsigned(claim(EXP)?)?,
            bits: inflate(named("lst")?.as_bytes()?, MOST)?,
        };
        Some((list, envelope))
    }
}
