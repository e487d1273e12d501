//! Keys that we sign with and that anybody may verify with: a JWK set (RFC 7517) with the private half of those that sign.
//! Rotation is that there are several: `nbf` and `exp` say between when each signs.

use std::fmt;

use serde::{Deserialize, Serialize};
use shiming_credential::{IssuerKey, IssuerKeys, KeyId, PublicKey, Unsigned};
use shiming_wire::{Bytes, UnixSeconds};

use crate::config::is_for_development;
use crate::http::{self, Answer};
use crate::problem::Fault;
use crate::subtle;

/// How long published keys may be kept, seconds: an hour. A key is published longer than that before it signs
/// (docs/operations.md).
const KEPT_SECONDS: u32 = 3600;

/// A key as it is published, and its private half.
#[derive(Clone, Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    #[serde(default = "signs", rename = "use")]
    usage: String,
    #[serde(default = "es256")]
    alg: String,
    kid: String,
    x: String,
    y: String,
    nbf: UnixSeconds,
    exp: UnixSeconds,
    /// Never written.
    #[serde(default, skip_serializing)]
    d: Option<String>,
}

fn signs() -> String {
    "sig".to_owned()
}

fn es256() -> String {
    "ES256".to_owned()
}

/// The keys, as they are configured.
#[derive(Clone, Serialize, Deserialize)]
pub struct SigningKeys {
    keys: Vec<Jwk>,
}

/// The names of the keys, and nothing else.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.kid)).finish()
    }
}

impl SigningKeys {
    /// Reads a configured set; `None` where a key is no P-256 key with a name, `nbf` and `exp`, or none can sign.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let set: Self = shiming_wire::json::from_slice(json.as_bytes()).ok()?;
        set.public_halves()?;
        let fits = |key: &Jwk| {
            let scalar = key.d.as_ref().is_none_or(|d| Bytes::<32>::from_base64url(d).is_ok());
            key.nbf < key.exp && scalar && key.usage == signs() && key.alg == es256()
        };
        (set.keys.iter().all(fits) && set.keys.iter().any(|key| key.d.is_some())).then_some(set)
    }

    /// A key's name says that it is for development.
    #[must_use]
    pub fn is_for_development(&self) -> bool {
        self.keys.iter().any(|key| is_for_development(&key.kid))
    }

    /// The JWK set that verifiers read: present keys, coming ones and retired ones.
    #[must_use]
    pub fn published(&self) -> String {
        // Strings and numbers always can be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The answer to whoever fetches it.
    pub fn answer(&self) -> Answer {
        http::public("application/jwk-set+json", self.published().into_bytes(), KEPT_SECONDS)
    }

    /// The same, for checking here what they signed.
    pub fn verifying(&self) -> Result<IssuerKeys, Fault> {
        self.public_halves().ok_or_else(|| Fault::Internal("signing keys".to_owned()))
    }

    /// The keys as a verifier reads them; `None` where it could not.
    fn public_halves(&self) -> Option<IssuerKeys> {
        let coordinate = |text: &str| Bytes::<32>::from_base64url(text).ok();
        let public = |key: &Jwk| {
            let on_curve = key.kty == "EC" && key.crv == "P-256";
            Some(IssuerKey {
                id: KeyId::new(&key.kid)?,
                key: PublicKey::from_coordinates(&coordinate(&key.x)?.0, &coordinate(&key.y)?.0)
                    .filter(|_| on_curve)?,
                not_before: key.nbf,
                not_after: key.exp,
            })
        };
        IssuerKeys::new(self.keys.iter().map(public).collect::<Option<_>>()?).ok()
    }

    /// The name of the key that signs at `now`.
    #[must_use]
    pub fn signing(&self, now: UnixSeconds) -> Option<&str> {
        self.signing_key(now).map(|key| key.kid.as_str())
    }

    /// Of the keys that may sign at `now`, the one that began last.
    fn signing_key(&self, now: UnixSeconds) -> Option<&Jwk> {
        let may = |key: &&Jwk| key.d.is_some() && (key.nbf..=key.exp).contains(&now);
        self.keys.iter().filter(may).max_by_key(|key| key.nbf)
    }

    /// Has something signed: `unsigned` is told the key's name.
    pub async fn sign<E: fmt::Display>(
        &self,
        now: UnixSeconds,
        unsigned: impl FnOnce(&KeyId) -> Result<Unsigned, E>,
    ) -> Result<Vec<u8>, Fault> {
        let none = || Fault::Internal("no key signs now".to_owned());
        let key = self.signing_key(now).ok_or_else(none)?;
        let (id, d) = (KeyId::new(&key.kid).ok_or_else(none)?, key.d.as_deref().ok_or_else(none)?);
        let unsigned = unsigned(&id).map_err(|error| Fault::Internal(format!("nothing to sign: {error}")))?;
        let signing = subtle::SigningKey { x: &key.x, y: &key.y, d };
        let signature = subtle::sign_p256(&signing, &unsigned.to_be_signed())
            .await
            .map_err(|error| Fault::Internal(format!("signing with {}: {error}", key.kid)))?;
        Ok(unsigned.signed(&signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> String {
        let vars = include_str!("../../issuer/.dev.vars.example");
        let line = vars.lines().find_map(|line| line.strip_prefix("ISSUER_KEYS='")).unwrap();
        line.trim_end_matches('\'').to_owned()
    }

    fn with(more: &[(&str, u64, u64, bool)]) -> Option<SigningKeys> {
        let set: serde_json::Value = serde_json::from_str(&example()).unwrap();
        let keys: Vec<serde_json::Value> = more
            .iter()
            .map(|(kid, nbf, exp, private)| {
                let mut key = set["keys"][0].clone();
                key["kid"] = (*kid).into();
                key["nbf"] = (*nbf).into();
                key["exp"] = (*exp).into();
                if !private {
                    key.as_object_mut().unwrap().remove("d");
                }
                key
            })
            .collect();
        SigningKeys::parse(&serde_json::json!({ "keys": keys }).to_string())
    }

    // EC-3: rotation.
    #[test]
    fn the_key_that_began_last_signs() {
        let keys = with(&[("a", 100, 300, true), ("b", 200, 400, true), ("old", 0, 90, false)]).unwrap();
        for (now, signs) in [
            (50, None),
            (99, None),
            (100, Some("a")),
            (199, Some("a")),
            (200, Some("b")),
            (400, Some("b")),
            (401, None),
        ] {
            assert_eq!(keys.signing(now), signs, "{now}");
        }
    }

    #[test]
    fn no_private_half_is_ever_written() {
        let keys = SigningKeys::parse(&example()).unwrap();
        let secret = serde_json::from_str::<serde_json::Value>(&example()).unwrap()["keys"][0]["d"].clone();
        assert!(!keys.published().contains(secret.as_str().unwrap()));
        assert!(!keys.published().contains("\"d\""));
        assert_eq!(format!("{keys:?}"), r#"["dev-issuer-1"]"#);
        assert!(keys.is_for_development() && keys.verifying().is_ok());
        assert!(IssuerKeys::from_jwks(&keys.published()).is_ok(), "as verifiers read it");
    }

    #[test]
    fn sets_that_cannot_sign_or_be_read_are_refused() {
        assert!(with(&[("a", 1, 2, true)]).is_some());
        for wrong in [
            &[("a", 1, 2, false)][..],
            &[("a", 2, 2, true)],
            &[("a", 1, 2, true), ("a", 2, 3, true)],
            &[("a name too long for a card", 1, 2, true)],
            &[],
        ] {
            assert!(with(wrong).is_none(), "{wrong:?}");
        }
        for wrong in [
            example().replace("P-256", "P-384"),
            example().replace("\"d\":\"", "\"d\":\"A"),
            example().replace("\"kid\"", "\"use\":\"enc\",\"kid\""),
        ] {
            assert!(SigningKeys::parse(&wrong).is_none());
        }
    }
}
