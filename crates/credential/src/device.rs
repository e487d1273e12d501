//! Certificates of devices that identify people for cards (EC-5): whom a key belongs to, and until when, signed by the
//! issuer. The issuer itself goes by its own list, where a device can be revoked; a certificate tells others.

use crate::card::CardError;
use crate::cbor::{self, Entries, Key, Value};
use crate::envelope::{Envelope, Unsigned};
use crate::keys::{IssuerKeys, KeyId, PublicKey};

/// `typ` of a certificate.
const KIND: &str = "shiming-device";
const ISS: i64 = 1;
const SUB: i64 = 2;
const EXP: i64 = 4;
const IAT: i64 = 6;
const CNF: i64 = 8;
/// Private use: what kind of device it is.
const DEVICE_KIND: i64 = -65539;

/// A certificate of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCertificate {
    /// `iss`: who enrolled it, at most 40 characters.
    pub issuer: String,
    /// `sub`: the device, at most 40 characters.
    pub device: String,
    /// What it is, in lower-case letters and underscores.
    pub kind: String,
    /// `iat`, seconds since 1970.
    pub issued_at: u64,
    /// `exp`, seconds since 1970; from then on it is over.
    pub expires_at: u64,
    /// `cnf`: the key that the device signs with.
    pub key: PublicKey,
}

impl DeviceCertificate {
    /// What the issuer's key of that name has to sign.
    pub fn unsigned(&self, key_id: &KeyId) -> Result<Unsigned, CardError> {
        let fits = |text: &str| (1..=40).contains(&text.chars().count()) && !text.contains(char::is_control);
        let is_kind = self.kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let checks =
            [("issuer", fits(&self.issuer)), ("device", fits(&self.device)), ("kind", fits(&self.kind) && is_kind)];
        if let Some((what, _)) = checks.iter().find(|(_, holds)| !holds) {
            return Err(CardError::Text(what));
        }
        if self.issued_at >= self.expires_at {
            return Err(CardError::Dates);
        }
        let claims = cbor::map([
            (ISS, Value::Text(self.issuer.clone())),
            (SUB, Value::Text(self.device.clone())),
            (EXP, self.expires_at.into()),
            (IAT, self.issued_at.into()),
            (CNF, cbor::map([(1, self.key.to_cose())])),
            (DEVICE_KIND, Value::Text(self.kind.clone())),
        ]);
        Ok(Unsigned::new(KIND, Some(key_id), cbor::encode(&claims)))
    }

    /// Reads a certificate that one of these keys signed while it was to, and that lasts at `now`; `None` for anything else.
    #[must_use]
    pub fn open(bytes: &[u8], keys: &IssuerKeys, now: u64) -> Option<Self> {
        let envelope = Envelope::open(bytes, KIND)?;
        let certificate = Self::read(cbor::entries(cbor::decode(&envelope.payload)?)?)?;
        let key_id = envelope.key_id.as_ref()?;
        // Claims that are not known here are not ours.
        if certificate.unsigned(key_id).ok()?.payload() != Some(&envelope.payload) {
            return None;
        }
        let issuer = keys.find(key_id)?;
        let in_time = (issuer.not_before..=issuer.not_after).contains(&certificate.issued_at);
        let lasts = now < certificate.expires_at;
        (in_time && lasts && envelope.is_signed_by(&issuer.key)).then_some(certificate)
    }

    fn read(mut claims: Entries) -> Option<Self> {
        let mut take = |key: i64| claims.remove(&Key::of(key));
        Some(Self {
            issuer: take(ISS)?.into_text().ok()?,
            device: take(SUB)?.into_text().ok()?,
            kind: take(DEVICE_KIND)?.into_text().ok()?,
            issued_at: cbor::unsigned(&take(IAT)?)?,
            expires_at: cbor::unsigned(&take(EXP)?)?,
            key: PublicKey::from_cose(cbor::entries(take(CNF)?)?.remove(&Key::of(1))?)?,
        })
    }
}
