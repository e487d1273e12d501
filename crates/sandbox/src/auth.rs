//! Signatures on what comes in and on what goes out (docs/architecture.md, "Signature profile").

use sha2::{Digest, Sha256};
use shiming_proof::{HmacKey, IdempotencyKey, SignatureError, SignedPost};
use worker::{Env, Fetch, Headers, Method, Request, RequestInit, Result};

use crate::rules::keys;
use crate::rules::seals::SealKey;
use crate::store::CallbackRow;
use crate::world::{World, now_ms};

/// SHA-256, hexadecimal.
#[must_use]
pub fn digest_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(half.into(), 16));
        }
        text
    })
}

/// The keys that a system shares with the edge: `REGISTER_KEYS`, `CRM_KEYS`, `SMS_KEYS`, `GATEWAY_KEYS`, `POLICE_KEYS`; or
/// K1, `GATEWAY_SERVICE_KEY`.
pub fn keys(env: &Env, name: &str) -> Result<Vec<HmacKey>> {
    let configured = env.secret(name)?.to_string();
    keys::parse(&configured).map_err(|error| worker::Error::RustError(format!("{name}: {error}")))
}

/// The key that the police sign seals with, `POLICE_SEAL_KEY`.
pub fn seal_key(env: &Env) -> Result<SealKey> {
    const NAME: &str = "POLICE_SEAL_KEY";
    let configured = env.secret(NAME)?.to_string();
    SealKey::parse(&configured).map_err(|error| worker::Error::RustError(format!("{NAME}: {error}")))
}

/// The secret that holds the keys of `system`.
fn secret_of(system: &str) -> &'static str {
    match system {
        "register" => "REGISTER_KEYS",
        "crm" => "CRM_KEYS",
        "sms" => "SMS_KEYS",
        "police" => "POLICE_KEYS",
        _ => "GATEWAY_KEYS",
    }
}

/// Verifies a call of the edge: profile, freshness at `now` (Unix seconds), digest, and one of the system's keys.
pub fn verify(
    env: &Env,
    request: &Request,
    system: &str,
    key: IdempotencyKey<'_>,
    body: &[u8],
    now: u64,
) -> Result<std::result::Result<(), SignatureError>> {
    let (path, headers) = (request.path(), request.headers());
    let digest = headers.get("content-digest")?;
    let input = headers.get("signature-input")?;
    let signature = headers.get("signature")?;
    let post = SignedPost {
        path: &path,
        body,
        idempotency_key: key,
        content_digest: digest.as_deref(),
        signature_input: input.as_deref(),
        signature: signature.as_deref(),
    };
    let unverified = match post.check(now) {
        Ok(unverified) => unverified,
        Err(error) => return Ok(Err(error)),
    };
    let known = keys(env, secret_of(system))?;
    Ok(known.iter().find_map(|key| key.verify(&unverified).ok()).ok_or(SignatureError::Wrong))
}

impl World {
    /// Posts a callback to the edge, signed by the system that it comes from; the status of the answer.
    pub(crate) async fn post_to_edge(&self, callback: &CallbackRow) -> Result<u16> {
        let system = if callback.path == "/v1/inbound-messages" { "sms" } else { "gateway" };
        let known = keys(&self.env, secret_of(system))?;
        let key = known.first().ok_or("no key to sign with")?;
        let idempotency_key = IdempotencyKey::parse(&callback.idempotency_key).map_err(|error| error.to_string())?;
        let signed = key
            .sign(&callback.path, callback.body.as_bytes(), idempotency_key, now_ms() / 1000)
            .map_err(|error| error.to_string())?;

        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        headers.set("idempotency-key", idempotency_key.as_str())?;
        headers.set("content-digest", signed.content_digest.as_deref().unwrap_or_default())?;
        headers.set("signature-input", &signed.signature_input)?;
        headers.set("signature", &signed.signature)?;
        let edge = self.env.var("EDGE_URL")?.to_string();
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_headers(headers).with_body(Some(callback.body.as_str().into()));
        let request = Request::new_with_init(&format!("{edge}{}", callback.path), &init)?;
        Ok(Fetch::Request(request).send().await?.status_code())
    }
}
