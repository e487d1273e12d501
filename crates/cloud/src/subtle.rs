//! `WebCrypto`: ECDSA signatures of devices and issuers, AES-256-GCM for data at rest. A tenth of the time that the same
//! takes in wasm.

use js_sys::futures::JsFuture;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{CryptoKey, SubtleCrypto, WorkerGlobalScope};

/// The platform refused: a key of the wrong form, a ciphertext that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("WebCrypto refused")]
pub struct CryptoError;

impl From<JsValue> for CryptoError {
    fn from(_: JsValue) -> Self {
        Self
    }
}

/// Whether `signature` (64 bytes, r ‖ s) over `message` is by the holder of the P-256 point `key` (uncompressed, SEC 1).
pub async fn verify_p256(key: &[u8; 65], message: &[u8], signature: &[u8]) -> Result<bool, CryptoError> {
    let curve = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])?;
    // A point that is not on the curve is refused here.
    let key = import(key, &curve, "verify").await?;
    let algorithm = object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())])?;
    let promise = subtle()?.verify_with_object_and_buffer_source_and_buffer_source(
        &algorithm,
        &key,
        &Uint8Array::from(signature),
        &Uint8Array::from(message),
    )?;
    Ok(JsFuture::from(promise).await?.is_truthy())
}

/// A P-256 key that signs: coordinates and private scalar, base64url (RFC 7518 §6.2).
pub struct SigningKey<'a> {
    /// x
    pub x: &'a str,
    /// y
    pub y: &'a str,
    /// d
    pub d: &'a str,
}

/// ECDSA with SHA-256: r ‖ s.
pub async fn sign_p256(key: &SigningKey<'_>, message: &[u8]) -> Result<[u8; 64], CryptoError> {
    let curve = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])?;
    let jwk = object(&[
        ("kty", "EC".into()),
        ("crv", "P-256".into()),
        ("x", key.x.into()),
        ("y", key.y.into()),
        ("d", key.d.into()),
    ])?;
    let promise = subtle()?.import_key_with_object("jwk", &jwk, &curve, false, &Array::of1(&"sign".into()))?;
    let key: CryptoKey = JsFuture::from(promise).await?.unchecked_into();
    let algorithm = object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())])?;
    let promise = subtle()?.sign_with_object_and_buffer_source(&algorithm, &key, &Uint8Array::from(message))?;
    Uint8Array::new(&JsFuture::from(promise).await?).to_vec().try_into().map_err(|_| CryptoError)
}

/// AES-256-GCM (SP 800-38D): ciphertext and tag.
pub async fn encrypt(key: &[u8], iv: &[u8; 12], context: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let key = import(key, &object(&[("name", "AES-GCM".into())])?, "encrypt").await?;
    let promise =
        subtle()?.encrypt_with_object_and_buffer_source(&gcm(iv, context)?, &key, &Uint8Array::from(plain))?;
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

/// Undoes [`encrypt`]; a wrong key, context or ciphertext is refused.
pub async fn decrypt(key: &[u8], iv: &[u8], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let key = import(key, &object(&[("name", "AES-GCM".into())])?, "decrypt").await?;
    let promise =
        subtle()?.decrypt_with_object_and_buffer_source(&gcm(iv, context)?, &key, &Uint8Array::from(sealed))?;
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

fn gcm(iv: &[u8], context: &[u8]) -> Result<Object, CryptoError> {
    object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(iv).into()),
        ("additionalData", Uint8Array::from(context).into()),
    ])
}

async fn import(key: &[u8], algorithm: &Object, usage: &str) -> Result<CryptoKey, CryptoError> {
    let usages = Array::of1(&usage.into());
    let promise = subtle()?.import_key_with_object("raw", &Uint8Array::from(key), algorithm, false, &usages)?;
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

fn subtle() -> Result<SubtleCrypto, CryptoError> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(scope.crypto()?.subtle())
}

fn object(members: &[(&str, JsValue)]) -> Result<Object, CryptoError> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}
