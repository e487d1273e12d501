//! The generic signed-HTTP adapter: takes frozen calls to the operator's systems (docs/architecture.md,
//! "Signature profile"). Retrying is the outbox's; one call here is one attempt.

use shiming_proof::IdempotencyKey;
use shiming_service::effect::{FrozenCall, ReviewDecision, ReviewRequest, Summary, System};
use shiming_service::port::{Outside, ReadModel, Reply};
use shiming_wire::RegistrationId;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::config::Common;
use crate::{clock, database, http};

/// How long a system may take to answer, milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// The largest answer that is read: a portrait of 128 KiB in base64, and what is around it.
const MAX_ANSWER_BYTES: usize = 160 * 1024;

/// The operator's systems, and our own lists.
pub struct Adapter<'a> {
    /// Addresses and keys.
    pub config: &'a Common,
    /// For the lists.
    pub env: &'a Env,
}

impl Outside for Adapter<'_> {
    async fn post(&self, key: &str, call: &FrozenCall) -> Reply<Vec<u8>> {
        let (system, path) = (call.kind.system(), call.kind.path());
        match self.attempt(system, path, key, &call.body).await {
            Ok((200, body)) => Reply::Answered(body),
            // Unknown, or the key was used for something else: the same again would be answered alike.
            Ok((404 | 409, _)) => Reply::Refused,
            Ok((status, _)) => {
                worker::console_warn!("{system:?} {path}: status {status}");
                Reply::Unavailable
            }
            // The platform's message can hold an address, so only the fact is logged.
            Err(_) => {
                worker::console_warn!("{system:?} {path}: no answer");
                Reply::Unavailable
            }
        }
    }
}

/// Why an attempt came to nothing; the log says no more than that.
struct NoAnswer;

impl From<JsValue> for NoAnswer {
    fn from(_: JsValue) -> Self {
        Self
    }
}

impl Adapter<'_> {
    async fn attempt(&self, system: System, path: &str, key: &str, body: &str) -> Result<(u16, Vec<u8>), NoAnswer> {
        let endpoint = self.config.endpoint(system).ok_or(NoAnswer)?;
        let url = format!("{}{path}", endpoint.url);
        // A base address can have a path of its own, and the signature covers the whole.
        let whole_path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let key = IdempotencyKey::parse(key).map_err(|_| NoAnswer)?;
        let signing = endpoint.keys.first().ok_or(NoAnswer)?;
        let signature = signing.sign(&whole_path, body.as_bytes(), key, clock::now()).map_err(|_| NoAnswer)?;

        let headers = web_sys::Headers::new()?;
        headers.set("Content-Type", "application/json")?;
        headers.set("Idempotency-Key", key.as_str())?;
        headers.set("Content-Digest", &signature.content_digest.unwrap_or_default())?;
        headers.set("Signature-Input", &signature.signature_input)?;
        headers.set("Signature", &signature.signature)?;
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_body(&JsValue::from_str(body));
        init.set_headers(&headers);
        // A redirect would carry personal data to who knows where.
        init.set_redirect(web_sys::RequestRedirect::Manual);
        init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS)));

        let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
        let response: web_sys::Response =
            JsFuture::from(scope.fetch_with_str_and_init(&url, &init)).await?.unchecked_into();
        match http::read(response.body(), MAX_ANSWER_BYTES).await {
            Ok(body) => Ok((response.status(), body)),
            Err(_) => Err(NoAnswer),
        }
    }
}

impl ReadModel for Adapter<'_> {
    async fn publish(&self, id: &RegistrationId, summary: &Summary) -> Reply<()> {
        written(database::publish(self.env, self.config, id, summary).await)
    }

    async fn open_review(&self, key: &str, id: &RegistrationId, request: &ReviewRequest) -> Reply<()> {
        written(database::open_review(self.env, key, id, request, clock::now()).await)
    }

    async fn close_review(&self, id: &RegistrationId, decision: &ReviewDecision) -> Reply<()> {
        written(database::close_review(self.env, id, decision).await)
    }
}

fn written(done: worker::Result<()>) -> Reply<()> {
    match done {
        Ok(()) => Reply::Answered(()),
        Err(error) => {
            worker::console_error!("D1: {error}");
            Reply::Unavailable
        }
    }
}
