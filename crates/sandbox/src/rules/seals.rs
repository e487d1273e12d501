//! The police's seals (NC-3): the picture, and the development key that vouches for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use serde::Serialize;
use shiming_certificate::seal::{Grant, MediaType};
use shiming_certificate::{Hash, OfficeCode};
use shiming_credential::{KeyId, Signature};
use shiming_outside::police::OfficeSeal;
use shiming_wire::Bytes;

use super::keys::{self, KeyError};

/// The picture of every office's seal: shapes only.
pub const PICTURE: &str = include_str!("../../../certificate/assets/seal.svg");
/// A seal may be used from so long before it was signed, seconds: clocks differ.
const BEFORE: u64 = 86_400;
/// Until so long afterwards.
const AFTER: u64 = 90 * 86_400;

/// Whose seals are forged.
const FORGER: &[u8; 32] = b"development only: forged seals  ";

/// The key that the police sign seals with (ES256).
pub struct SealKey {
    id: KeyId,
    key: SigningKey,
    /// Another key, which nobody published.
    forger: SigningKey,
}

/// Published keys, a JWK set (RFC 7517 §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedKeys {
    /// The keys.
    pub keys: [PublishedKey; 1],
}

/// A published key (RFC 7517 §4, RFC 7518 §6.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedKey {
    kty: &'static str,
    crv: &'static str,
    kid: String,
    x: Bytes<32>,
    y: Bytes<32>,
}

impl SealKey {
    /// Reads the key as it is configured: `<id>:<the private scalar, 32 bytes in base64url>`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (id, secret) = keys::named(text.trim())?;
        let scalar = Bytes::<32>::from_base64url(secret).map_err(|_| KeyError::Form)?;
        let key = |scalar: &[u8; 32]| SigningKey::from_slice(scalar).map_err(|_| KeyError::Form);
        Ok(Self { id: KeyId::new(id).ok_or(KeyError::Form)?, key: key(&scalar.0)?, forger: key(FORGER)? })
    }

    /// What whoever checks seals needs of it.
    #[must_use]
    pub fn published(&self) -> PublishedKeys {
        let point = self.key.verifying_key().to_sec1_point(false);
        // Uncompressed: a byte that says so, then both coordinates.
        let (mut x, mut y) = ([0; 32], [0; 32]);
        for (to, from) in x.iter_mut().chain(&mut y).zip(point.as_bytes().iter().skip(1)) {
            *to = *from;
        }
        let kid = self.id.as_str().to_owned();
        PublishedKeys { keys: [PublishedKey { kty: "EC", crv: "P-256", kid, x: Bytes(x), y: Bytes(y) }] }
    }

    /// An office's seal, signed `now` (seconds since 1970).
    #[must_use]
    pub fn seal(&self, office: OfficeCode, now: u64) -> OfficeSeal {
        sealed(&self.id, &self.key, office, now)
    }

    /// The same, signed with another key that goes by this one's name.
    #[must_use]
    pub fn forged(&self, office: OfficeCode, now: u64) -> OfficeSeal {
        sealed(&self.id, &self.forger, office, now)
    }
}

fn sealed(id: &KeyId, key: &SigningKey, office: OfficeCode, now: u64) -> OfficeSeal {
    let grant = Grant {
        office,
        issued_at: now,
        not_before: now.saturating_sub(BEFORE),
        expires_at: now.saturating_add(AFTER),
        media_type: MediaType::Svg,
        picture: Hash::of(&[PICTURE.as_bytes()]),
    };
    let unsigned = grant.unsigned(id);
    // RFC 6979: no randomness, so that the same question gets the same bytes.
    let signature: p256::ecdsa::Signature = key.sign(&unsigned.to_be_signed());
    let token = unsigned.signed(&Signature::from(signature.to_bytes()));
    OfficeSeal { picture: STANDARD.encode(PICTURE), token: STANDARD.encode(token) }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;
    use shiming_certificate::seal::LARGEST;
    use shiming_credential::{IssuerKeys, TokenError};

    use super::*;

    /// Noon of 2026-07-28 in China.
    const NOW: u64 = 1_785_211_200;

    /// The development key.
    pub fn key() -> SealKey {
        let mut configured = include_str!("../../.dev.vars.example").lines();
        let line = configured.find_map(|line| line.strip_prefix("POLICE_SEAL_KEY=")).unwrap();
        SealKey::parse(line.trim_matches('"')).unwrap()
    }

    fn grant(seal: &OfficeSeal) -> Result<Grant, TokenError> {
        let keys = IssuerKeys::from_jwks(&serde_json::to_string(&key().published()).unwrap()).unwrap();
        Grant::open(&STANDARD.decode(&seal.token).unwrap(), &keys)
    }

    /// What the development key signed about a seal.
    pub fn opened(seal: &OfficeSeal) -> Grant {
        grant(seal).unwrap()
    }

    fn office() -> OfficeCode {
        OfficeCode::parse("110105-021").unwrap()
    }

    // NC-3
    #[test]
    fn a_seal_is_signed_for_its_office_its_picture_and_its_time() {
        let seal = key().seal(office(), NOW);
        let picture = STANDARD.decode(&seal.picture).unwrap();
        assert!(picture.len() <= LARGEST);
        let expected = Grant {
            office: office(),
            issued_at: NOW,
            not_before: NOW - 86_400,
            expires_at: NOW + 90 * 86_400,
            media_type: MediaType::Svg,
            picture: Hash::of(&[&picture]),
        };
        assert_eq!(grant(&seal), Ok(expected));
        assert_eq!(key().seal(office(), NOW), seal, "equal input makes equal bytes");
    }

    // NC-3
    #[test]
    fn a_forged_seal_is_alike_and_the_key_knows_better() {
        let (forged, seal) = (key().forged(office(), NOW), key().seal(office(), NOW));
        assert_eq!(grant(&forged), Err(TokenError::Forged));
        assert_eq!((forged.picture, forged.token.len()), (seal.picture, seal.token.len()));
    }

    // NC-3: what whoever checks seals in development has in its settings.
    #[test]
    fn the_public_half_is_published_and_nothing_else() {
        let expected = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "kid": "dev-seal-1",
            "x": "jxtsIvtnBCdXSOYXALiYRJqt9mzIqzVwxgKq2adAiuk", "y": "pEOzoZes687KV3p9AVdUkOJrCvfafOmEehwb3tIadfw",
        }] });
        assert_eq!(serde_json::to_value(key().published()).unwrap(), expected);
    }

    #[test]
    fn only_keys_of_development_are_taken() {
        let secret = "ZGV2ZWxvcG1lbnQgb25seTogcG9saWNlIHNlYWxzICA";
        let refused = |text: &str| SealKey::parse(text).err();
        assert_eq!(refused(&format!("dev-seal-1:{secret}")), None);
        assert_eq!(refused(&format!("seal-1:{secret}")), Some(KeyError::NotDevelopment));
        let zero = format!("dev-seal-1:{}", "A".repeat(43));
        let long = format!("dev-a-very-long-name-1:{secret}");
        for text in ["dev-seal-1", "dev-seal-1:AAAA", &zero, &long] {
            assert_eq!(refused(text), Some(KeyError::Form), "{text}");
        }
    }
}
