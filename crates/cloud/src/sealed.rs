//! Data at rest: JSON, encrypted under a key with an id and bound to the place where it is stored.
//!
//! `length of key id ‖ key id ‖ 12 bytes of IV ‖ ciphertext and tag`; the place is additional data (SP 800-38D), so that a
//! row that was moved does not open.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shiming_proof::KeyId;

use crate::clock;
use crate::problem::Fault;
use crate::subtle;

const IV_BYTES: usize = 12;

/// A ring of keys: the first encrypts, all of them decrypt.
pub type Ring = [(KeyId, Vec<u8>)];

/// Encrypts `value` for `place`.
pub async fn seal<T: Serialize>(ring: &Ring, place: &str, value: &T) -> Result<Vec<u8>, Fault> {
    seal_bytes(ring, place, serde_json::to_vec(value)?).await
}

async fn seal_bytes(ring: &Ring, place: &str, plain: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let (id, key) = ring.first().ok_or_else(|| Fault::Internal("no data key".to_owned()))?;
    let mut iv = [0; IV_BYTES];
    clock::random(&mut iv);
    let sealed = subtle::encrypt(key, &iv, place.as_bytes(), &plain)
        .await
        .map_err(|error| Fault::Internal(format!("encrypting {place}: {error}")))?;
    let id = id.as_str().as_bytes();
    let length = u8::try_from(id.len()).map_err(|_| Fault::Internal("a key id is too long".to_owned()))?;
    Ok([&[length][..], id, &iv, &sealed].concat())
}

/// Decrypts what was sealed for `place`.
pub async fn open<T: DeserializeOwned>(ring: &Ring, place: &str, sealed: &[u8]) -> Result<T, Fault> {
    Ok(shiming_wire::json::from_slice(&open_bytes(ring, place, sealed).await?)?)
}

async fn open_bytes(ring: &Ring, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
    let broken = |what: &str| Fault::Internal(format!("{place}: {what}"));
    let (id, iv, sealed) = split(sealed).ok_or_else(|| broken("not in the form of sealed data"))?;
    let (_, key) =
        ring.iter().find(|(known, _)| known.as_str().as_bytes() == id).ok_or_else(|| broken("its key is gone"))?;
    subtle::decrypt(key, iv, place.as_bytes(), sealed).await.map_err(|_| broken("does not decrypt"))
}

/// [`seal`] in base64url, for columns of text.
pub async fn seal_text<T: Serialize>(ring: &Ring, place: &str, value: &T) -> Result<String, Fault> {
    Ok(URL_SAFE_NO_PAD.encode(seal(ring, place, value).await?))
}

/// Undoes [`seal_text`].
pub async fn open_text<T: DeserializeOwned>(ring: &Ring, place: &str, sealed: &str) -> Result<T, Fault> {
    Ok(shiming_wire::json::from_slice(&open_bytes_text(ring, place, sealed).await?)?)
}

/// [`seal_text`] of bytes that are no JSON.
pub async fn seal_bytes_text(ring: &Ring, place: &str, plain: &[u8]) -> Result<String, Fault> {
    Ok(URL_SAFE_NO_PAD.encode(seal_bytes(ring, place, plain.to_vec()).await?))
}

/// Undoes [`seal_bytes_text`].
pub async fn open_bytes_text(ring: &Ring, place: &str, sealed: &str) -> Result<Vec<u8>, Fault> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Fault::Internal(format!("{place}: not base64url")))?;
    open_bytes(ring, place, &sealed).await
}

fn split(sealed: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_at_checked(usize::from(*length))?;
    let (iv, sealed) = rest.split_at_checked(IV_BYTES)?;
    Some((id, iv, sealed))
}
