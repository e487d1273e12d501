//! `COSE_Sign1` (RFC 9052 §4.2) with ES256 (RFC 9053 §2.1), in one form only: tagged, algorithm, type and key name in the
//! protected header, nothing in the other, nothing detached.

use coset::iana::Algorithm;
use coset::{CoseSign1, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable as _};

use crate::cbor::{self, Key, Value};
use crate::keys::{KeyId, PublicKey};

/// ECDSA with P-256: r and s, 32 bytes each.
pub type Signature = [u8; 64];

/// Header parameter `typ` (RFC 9596): what is signed, so that nothing signed for one purpose serves another.
const TYP: i64 = 16;
/// Header parameter `kid`.
const KID: i64 = 4;
/// Tag of a `COSE_Sign1`.
const TAG: u64 = 18;

/// What is about to be signed.
#[derive(Clone, Debug)]
pub struct Unsigned {
    envelope: CoseSign1,
    /// Whether of the two signatures that verify the one with the smaller s is written.
    smaller_s: bool,
}

impl Unsigned {
    pub(crate) fn new(kind: &str, key_id: Option<&KeyId>, payload: Vec<u8>) -> Self {
        let mut header = HeaderBuilder::new().algorithm(Algorithm::ES256).value(TYP, Value::Text(kind.to_owned()));
        if let Some(key_id) = key_id {
            header = header.key_id(key_id.as_str().as_bytes().to_vec());
        }
        let envelope = CoseSign1Builder::new().protected(header.build()).payload(payload).build();
        Self { envelope, smaller_s: false }
    }

    /// The same, with one way to write its signature.
    pub(crate) fn with_smaller_s(self) -> Self {
        Self { smaller_s: true, ..self }
    }

    /// What the key signs: a `Sig_structure` (RFC 9052 §4.4).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.envelope.tbs_data(&[])
    }

    /// What the signature is about.
    pub(crate) fn payload(&self) -> Option<&Vec<u8>> {
        self.envelope.payload.as_ref()
    }

    /// The bytes with the signature in them.
    #[must_use]
    pub fn signed(mut self, signature: &Signature) -> Vec<u8> {
        let signature = if self.smaller_s { smaller_s(signature) } else { *signature };
        self.envelope.signature = signature.to_vec();
        // Writing to memory does not fail.
        self.envelope.to_tagged_vec().unwrap_or_default()
    }
}

/// What was signed, not yet verified.
pub(crate) struct Envelope {
    pub key_id: Option<KeyId>,
    pub payload: Vec<u8>,
    signature: Signature,
    to_be_signed: Vec<u8>,
}

impl Envelope {
    /// Takes it apart; `None` unless it is what [`Unsigned::signed`] writes for this kind.
    pub(crate) fn open(bytes: &[u8], kind: &str) -> Option<Self> {
        let Value::Tag(TAG, inner) = cbor::decode(bytes)? else { return None };
        let [protected, _, payload, signature] = <[Value; 4]>::try_from(inner.into_array().ok()?).ok()?;
        let header = cbor::entries(cbor::decode(protected.as_bytes()?)?)?;
        let key_id = match header.get(&Key::of(KID)) {
            None => None,
            Some(name) => Some(KeyId::new(std::str::from_utf8(name.as_bytes()?).ok()?)?),
        };
        let payload = payload.into_bytes().ok()?;
        let signature: Signature = signature.as_bytes()?.as_slice().try_into().ok()?;
        let again = Unsigned::new(kind, key_id.as_ref(), payload.clone());
        let to_be_signed = again.to_be_signed();
        // Another algorithm, another type, another header, another way to write the same: all of that is something else.
        (again.signed(&signature) == bytes).then_some(Self { key_id, payload, signature, to_be_signed })
    }

    /// Whether s is the smaller of the two that verify.
    pub(crate) fn has_smaller_s(&self) -> bool {
        smaller_s(&self.signature) == self.signature
    }

    /// Whether this key signed it.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(&self.to_be_signed, &self.signature)
    }
}

/// Of r ‖ s and r ‖ −s, which verify alike, the one with the smaller s; what is no signature as it is.
fn smaller_s(signature: &Signature) -> Signature {
    p256::ecdsa::Signature::from_slice(signature)
        .map_or(*signature, |signature| signature.normalize_s().to_bytes().into())
}
