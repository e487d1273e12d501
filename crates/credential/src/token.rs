//! Signed statements of other rooms: a CBOR Web Token whose `typ` says what for, and whose claims are numbers, texts and
//! bytes. There is one way to write one, the signature included: of the two values of s that verify, the smaller.

use std::collections::BTreeMap;

use crate::cbor::{self, Value};
use crate::envelope::{Envelope, Unsigned};
use crate::keys::{IssuerKeys, KeyId};

/// `iat`, seconds since 1970: every token has it.
pub const ISSUED_AT: i64 = 6;

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Claims by their keys.
pub type Claims = BTreeMap<i64, Claim>;

/// A token that is not to be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is damaged, of another type, or written otherwise than we write.
    #[error("damaged, or something else")]
    Malformed,
    /// No published key has the name that it gives. The keys may be old.
    #[error("signed with a key that is not known here")]
    UnknownIssuer,
    /// The key that it names did not sign it, or not while it was to.
    #[error("not signed by the issuer")]
    Forged,
}

/// What the issuer's key of that name has to sign. `kind` is the token's `typ`.
#[must_use]
pub fn unsigned(kind: &str, key_id: &KeyId, claims: &Claims) -> Unsigned {
    let value = |claim: &Claim| match claim {
        Claim::Number(number) => (*number).into(),
        Claim::Text(text) => Value::Text(text.clone()),
        Claim::Bytes(bytes) => Value::Bytes(bytes.clone()),
    };
    let payload = cbor::map(claims.iter().map(|(key, claim)| (*key, value(claim))));
    Unsigned::new(kind, Some(key_id), cbor::encode(&payload)).with_smaller_s()
}

/// The claims of a token of this `typ` that one of these keys signed, while it was to.
pub fn open(bytes: &[u8], kind: &str, keys: &IssuerKeys) -> Result<Claims, TokenError> {
    let (claims, envelope) = read(bytes, kind).ok_or(TokenError::Malformed)?;
    let Some(Claim::Number(issued_at)) = claims.get(&ISSUED_AT) else { return Err(TokenError::Malformed) };
    let issuer = envelope.key_id.as_ref().and_then(|id| keys.find(id)).ok_or(TokenError::UnknownIssuer)?;
    let in_time = (issuer.not_before..=issuer.not_after).contains(issued_at);
    if in_time && envelope.has_smaller_s() && envelope.is_signed_by(&issuer.key) {
        Ok(claims)
    } else {
        Err(TokenError::Forged)
    }
}

fn read(bytes: &[u8], kind: &str) -> Option<(Claims, Envelope)> {
    let envelope = Envelope::open(bytes, kind)?;
    let Value::Map(pairs) = cbor::decode(&envelope.payload)? else { return None };
    let mut claims = Claims::new();
    for (key, value) in pairs {
        let claim = match value {
            Value::Integer(number) => Claim::Number(u64::try_from(number).ok()?),
            Value::Text(text) => Claim::Text(text),
            Value::Bytes(bytes) => Claim::Bytes(bytes),
            _ => return None,
        };
        claims.insert(i64::try_from(key.as_integer()?).ok()?, claim);
    }
    Some((claims, envelope))
}
