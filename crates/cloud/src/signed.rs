//! Signed POSTs of devices and of holders' phones (RFC 9421; docs/architecture.md, "Signature profile").

use shiming_proof::{IdempotencyKey, KeyId, SignatureError, SignedPost, Unverified};
use shiming_wire::{Bytes, ProblemType};
use worker::Request;

use crate::config::Common;
use crate::http::{Target, body, header, idempotency_key};
use crate::problem::Fault;
use crate::{clock, names, subtle};

/// A POST, and what is known of its signature before any key was looked up.
pub struct Signed {
    /// Its idempotency key.
    pub key: String,
    /// Its body.
    pub body: String,
    /// Whom it came from: a keyed hash of the client's address.
    pub client: String,
    /// The key that it says it is signed with, whatever else is wrong with it.
    pub claimed: Option<KeyId>,
    /// Everything but the signature itself.
    pub checked: Result<Unverified, SignatureError>,
}

impl Signed {
    /// Reads a POST.
    pub async fn read(mut request: Request, config: &Common, target: &Target) -> Result<Self, Fault> {
        let key = idempotency_key(&request)?;
        let client = names::client(config, &request);
        let body = body(&mut request).await?;
        let (digest, input, signature) =
            (header(&request, "content-digest"), header(&request, "signature-input"), header(&request, "signature"));
        let post = SignedPost {
            path: &target.path,
            body: body.as_bytes(),
            idempotency_key: IdempotencyKey::parse(&key).map_err(|_| ProblemType::IdempotencyKeyMissing)?,
            content_digest: digest.as_deref(),
            signature_input: input.as_deref(),
            signature: signature.as_deref(),
        };
        let (claimed, checked) = (post.claimed_key(), post.check(clock::now()));
        Ok(Self { key, body, client, claimed, checked })
    }

    /// Goes on if the holder of this key, which the body carries, signed it.
    pub async fn by_own_key(&self, public_key: &Bytes<65>) -> Result<(), Fault> {
        let unverified = self.checked.as_ref().map_err(|error| *error)?;
        let signed = unverified.key_id.is_none() && is_by(&public_key.to_base64url(), unverified).await;
        if signed { Ok(()) } else { Err(ProblemType::SignatureInvalid.into()) }
    }
}

/// Whether the holder of this key (base64url) signed it.
pub async fn is_by(public_key: &str, unverified: &Unverified) -> bool {
    match Bytes::<65>::from_base64url(public_key) {
        // A key that is no point of the curve, or a signature of another length, is refused by the platform.
        Ok(key) => subtle::verify_p256(&key.0, &unverified.base, &unverified.signature).await.unwrap_or(false),
        Err(_) => false,
    }
}
