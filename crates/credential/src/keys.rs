//! Keys: those that issuers publish, and those of phones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::VerifyingKey;
use p256::ecdsa::signature::Verifier as _;
use serde::Deserialize;

use crate::cbor::{self, Key, Value};
use crate::envelope::Signature;

/// A P-256 public key (FIPS 186-5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From its affine coordinates, big-endian; `None` if that is no point of the curve.
    #[must_use]
    pub fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(x);
        point[33..].copy_from_slice(y);
        VerifyingKey::from_sec1_bytes(&point).ok().map(Self)
    }

    /// Whether it made this signature (ECDSA with SHA-256).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    /// As a `COSE_Key` (RFC 9053 §7.1.1): kty EC2, curve P-256, x, and the sign of y.
    pub(crate) fn to_cose(&self) -> Value {
        let point = self.0.to_sec1_point(true);
        let (sign, x) = point.as_bytes().split_first().unwrap_or((&2, &[]));
        cbor::map([(1, 2.into()), (-1, 1.into()), (-2, Value::Bytes(x.to_vec())), (-3, Value::Bool(*sign == 3))])
    }

    /// Reads what [`Self::to_cose`] writes, and nothing else.
    pub(crate) fn from_cose(value: Value) -> Option<Self> {
        let entries = cbor::entries(value)?;
        let is = |key: i64, number: u64| {
            entries.get(&Key::of(key)).and_then(cbor::unsigned::<u64>).is_some_and(|value| value == number)
        };
        let x = entries.get(&Key::of(-2))?.as_bytes()?;
        let sign = entries.get(&Key::of(-3))?.as_bool()?;
        if entries.len() != 4 || !is(1, 2) || !is(-1, 1) || x.len() != 32 {
            return None;
        }
        let mut point = vec![if sign { 3 } else { 2 }];
        point.extend(x);
        VerifyingKey::from_sec1_bytes(&point).ok().map(Self)
    }
}

/// The name of an issuer's key, `kid`: 1 to 16 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyId(String);

impl KeyId {
    /// Checks length and characters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        ((1..=16).contains(&text.len()) && printable).then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key that an issuer signs cards and status lists with.
#[derive(Clone, Debug)]
pub struct IssuerKey {
    /// `kid`.
    pub id: KeyId,
    /// The key.
    pub key: PublicKey,
    /// It signs nothing that was issued before this, seconds since 1970.
    pub not_before: u64,
    /// Nor after this. Cards that it signed in time stay valid as long as they say.
    pub not_after: u64,
}

/// The keys of an issuer, as it publishes them: rotation is that there are several.
#[derive(Clone, Debug)]
pub struct IssuerKeys(Vec<IssuerKey>);

/// Published keys that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Not a JWK set (RFC 7517 §5).
    #[error("not a JSON Web Key Set")]
    NotAKeySet,
    /// A key is no ES256 key, has no usable name, or no point of the curve.
    #[error("key {0} of the set is no P-256 key with a kid")]
    BadKey(usize),
    /// Two keys have one name.
    #[error("two keys of the set have the same kid")]
    Ambiguous,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    kid: String,
    #[serde(default)]
    nbf: u64,
    #[serde(default = "forever")]
    exp: u64,
}

fn forever() -> u64 {
    u64::MAX
}

impl IssuerKeys {
    /// Reads a JWK set. `nbf` and `exp` of a key, if there, say between when it signs.
    pub fn from_jwks(json: &str) -> Result<Self, KeysError> {
        let set: Jwks = serde_json::from_str(json).map_err(|_| KeysError::NotAKeySet)?;
        let keys = set
            .keys
            .iter()
            .enumerate()
            .map(|(at, jwk)| jwk.read().ok_or(KeysError::BadKey(at)))
            .collect::<Result<Vec<IssuerKey>, _>>()?;
        Self::new(keys)
    }

    /// These keys.
    pub fn new(keys: Vec<IssuerKey>) -> Result<Self, KeysError> {
        let twice = keys.iter().enumerate().any(|(at, key)| keys[..at].iter().any(|other| other.id == key.id));
        if twice { Err(KeysError::Ambiguous) } else { Ok(Self(keys)) }
    }

    /// The names of the keys.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.0.iter().map(|key| &key.id)
    }

    /// The key of that name.
    pub(crate) fn find(&self, id: &KeyId) -> Option<&IssuerKey> {
        self.0.iter().find(|key| key.id == *id)
    }
}

impl Jwk {
    fn read(&self) -> Option<IssuerKey> {
        let coordinate = |text: &str| <[u8; 32]>::try_from(URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        if self.kty != "EC" || self.crv != "P-256" {
            return None;
        }
        Some(IssuerKey {
            id: KeyId::new(&self.kid)?,
            key: PublicKey::from_coordinates(&coordinate(&self.x)?, &coordinate(&self.y)?)?,
            not_before: self.nbf,
            not_after: self.exp,
        })
    }
}
