//! The endpoints, one file per concern.

pub mod agents;
pub mod calls;
pub mod character_codes;
pub mod cron;
pub mod links;
pub mod messages;
pub mod registrations;
pub mod reviews;
pub mod search;
pub mod settings;

use shiming_cloud::clock;
use shiming_cloud::http::{Target, body, header, idempotency_key};
use shiming_cloud::problem::Fault;
use shiming_proof::{HmacKey, IdempotencyKey, SignatureError, SignedPost};
use shiming_wire::ProblemType;
use worker::Request;

/// Reads a POST that an outside system signed with one of the keys shared with it: its idempotency key and body.
async fn from_outside(mut request: Request, target: &Target, keys: &[HmacKey]) -> Result<(String, String), Fault> {
    let key = idempotency_key(&request)?;
    let body = body(&mut request).await?;
    let (digest, input, signature) =
        (header(&request, "content-digest"), header(&request, "signature-input"), header(&request, "signature"));
    let signed = SignedPost {
        path: &target.path,
        body: body.as_bytes(),
        idempotency_key: IdempotencyKey::parse(&key).map_err(|_| ProblemType::IdempotencyKeyMissing)?,
        content_digest: digest.as_deref(),
        signature_input: input.as_deref(),
        signature: signature.as_deref(),
    };
    let unverified = signed.check(clock::now())?;
    if keys.iter().any(|key| key.verify(&unverified).is_ok()) {
        Ok((key, body))
    } else {
        Err(SignatureError::Wrong.into())
    }
}
