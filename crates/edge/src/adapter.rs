//! The generic signed-HTTP adapter: says `shiming_outside`'s calls to the operator's systems (docs/architecture.md,
//! "Signature profile"). Retrying is the outbox's; one call here is one attempt.

use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use shiming_outside::Call;
use shiming_outside::crm::{
    ActivateSim, DeactivateProvisionalSim, FindSubscription, SetRecordState, StoreIdentity, Subscription, Switched,
};
use shiming_outside::gateway::PlaceCall;
use shiming_outside::register::{CitizenAnswer, VerifyCitizen};
use shiming_outside::sms::SendServiceMessage;
use shiming_proof::IdempotencyKey;
use shiming_service::effect::{ReviewDecision, ReviewRequest, Summary};
use shiming_service::port::{CitizenRegister, CodeChannel, Crm, ReadModel, Reply};
use shiming_wire::RegistrationId;
use wasm_bindgen::JsValue;
use worker::{AbortSignal, Env, Fetch, Method, Request, RequestInit, RequestRedirect};

use crate::clock;
use crate::config::{Config, System};
use crate::database;

/// How long a system may take to answer, milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// The largest answer that is read: a portrait of 128 KiB in base64, and what is around it.
const MAX_ANSWER_BYTES: usize = 160 * 1024;

/// The operator's systems, and our own lists.
pub struct Adapter<'a> {
    /// Addresses and keys.
    pub config: &'a Config,
    /// For the lists.
    pub env: &'a Env,
}

impl Adapter<'_> {
    /// One attempt at one call.
    pub async fn call<C: Call>(&self, system: System, key: &str, call: &C) -> Reply<C::Answer> {
        match self.attempt(system, key, call).await {
            Ok((200, body)) => match strict::<C::Answer>(&body) {
                Some(answer) => Reply::Answered(answer),
                None => {
                    worker::console_error!("{system:?} {}: 200 with something that is no answer", C::PATH);
                    Reply::Unavailable
                }
            },
            // Unknown, or the key was used for something else: the same again would be answered alike.
            Ok((404 | 409, _)) => Reply::Refused,
            Ok((status, _)) => {
                worker::console_warn!("{system:?} {}: status {status}", C::PATH);
                Reply::Unavailable
            }
            // The platform's message can hold an address, so only the fact is logged.
            Err(_) => {
                worker::console_warn!("{system:?} {}: no answer", C::PATH);
                Reply::Unavailable
            }
        }
    }

    async fn attempt<C: Call>(&self, system: System, key: &str, call: &C) -> worker::Result<(u16, Vec<u8>)> {
        let failed = |what: &str| worker::Error::RustError(what.to_owned());
        let endpoint = self.config.endpoint(system);
        let body = serde_json::to_string(call)?;
        let url = format!("{}{}", endpoint.url, C::PATH);
        // A base address can have a path of its own, and the signature covers the whole.
        let path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let key = IdempotencyKey::parse(key).map_err(|_| failed("idempotency key"))?;
        let signing = endpoint.keys.first().ok_or_else(|| failed("no key"))?;
        let signature =
            signing.sign(&path, body.as_bytes(), key, clock::now()).map_err(|_| failed("cannot be signed"))?;

        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_body(Some(JsValue::from_str(&body)));
        // A redirect would carry personal data to who knows where.
        init.with_redirect(RequestRedirect::Manual);
        let mut request = Request::new_with_init(&url, &init)?;
        let headers = request.headers_mut()?;
        headers.set("Content-Type", "application/json")?;
        headers.set("Idempotency-Key", key.as_str())?;
        headers.set("Content-Digest", &signature.content_digest.unwrap_or_default())?;
        headers.set("Signature-Input", &signature.signature_input)?;
        headers.set("Signature", &signature.signature)?;

        let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS));
        let mut response = Fetch::Request(request).send_with_signal(&signal).await?;
        let status = response.status_code();
        let mut bytes = Vec::new();
        let mut stream = response.stream()?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(failed("too long an answer"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((status, bytes))
    }
}

fn strict<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

fn taken<T>(reply: Reply<T>) -> Reply<()> {
    match reply {
        Reply::Answered(_) => Reply::Answered(()),
        Reply::Refused => Reply::Refused,
        Reply::Unavailable => Reply::Unavailable,
    }
}

impl CitizenRegister for Adapter<'_> {
    async fn verify(&self, key: &str, question: &VerifyCitizen) -> Reply<CitizenAnswer> {
        self.call(System::Register, key, question).await
    }
}

impl CodeChannel for Adapter<'_> {
    async fn place_call(&self, key: &str, call: &PlaceCall) -> Reply<()> {
        taken(self.call(System::Gateway, key, call).await)
    }

    async fn send_message(&self, key: &str, message: &SendServiceMessage) -> Reply<()> {
        taken(self.call(System::Sms, key, message).await)
    }
}

impl Crm for Adapter<'_> {
    async fn find_subscription(&self, key: &str, query: &FindSubscription) -> Reply<Subscription> {
        self.call(System::Crm, key, query).await
    }

    async fn store_identity(&self, key: &str, identity: &StoreIdentity) -> Reply<()> {
        taken(self.call(System::Crm, key, identity).await)
    }

    async fn set_record_state(&self, key: &str, change: &SetRecordState) -> Reply<()> {
        taken(self.call(System::Crm, key, change).await)
    }

    async fn activate_sim(&self, key: &str, switch: &ActivateSim) -> Reply<Switched> {
        self.call(System::Crm, key, switch).await
    }

    async fn deactivate_provisional_sim(&self, key: &str, switch: &DeactivateProvisionalSim) -> Reply<Switched> {
        self.call(System::Crm, key, switch).await
    }
}

impl ReadModel for Adapter<'_> {
    async fn publish(&self, id: &RegistrationId, summary: &Summary) -> Reply<()> {
        written(database::publish(self.env, id, summary).await)
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
