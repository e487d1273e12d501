//! Ports: the outside systems as the business sees them, and how an effect goes through them.

use serde::de::DeserializeOwned;
use shiming_identity::portrait::Descriptor;
use shiming_outside::crm::{Done, FindSubscription, Subscription, Switched};
use shiming_outside::gateway::CallAccepted;
use shiming_outside::police::RecordAnswer;
use shiming_outside::register::{CitizenAnswer, Portrait, VerifyCitizen};
use shiming_outside::sms::{MessageAccepted, SendServiceMessage};
use shiming_wire::RegistrationId;

use crate::effect::{CallKind, Effect, Entry, Freeze as _, FrozenCall, ReviewDecision, ReviewRequest, Summary};

/// What came back from an outside system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// Its answer.
    Answered(T),
    /// It knows nothing of this, or will never take it: asking again changes nothing.
    Refused,
    /// No answer: silence, a fault, something that is no answer. To be asked again with the same key.
    Unavailable,
}

/// The operator's systems: citizen register, CRM, message centre, telephone gateway.
#[allow(async_fn_in_trait, reason = "ports are used on one thread, behind generics")]
pub trait Outside {
    /// Sends a call's bytes to its system, once, under an idempotency key; gives the body of an answer with status 200.
    async fn post(&self, key: &str, call: &FrozenCall) -> Reply<Vec<u8>>;
}

/// Asks the CRM which subscription has this card and number (RN-13).
pub async fn find_subscription(outside: &impl Outside, key: &str, query: &FindSubscription) -> Reply<Subscription> {
    match query.freeze() {
        Ok(call) => outside.post(key, &call).await.read(),
        Err(_) => Reply::Unavailable,
    }
}

/// Hands a message to the message centre.
pub async fn send_message(outside: &impl Outside, key: &str, message: &SendServiceMessage) -> Reply<MessageAccepted> {
    match message.freeze() {
        Ok(call) => outside.post(key, &call).await.read(),
        Err(_) => Reply::Unavailable,
    }
}

/// Asks the citizen register (RN-6), for whoever waits for its answer.
pub async fn verify_citizen(outside: &impl Outside, key: &str, question: &VerifyCitizen) -> Reply<CitizenAnswer> {
    match question.freeze() {
        Ok(call) => outside.post(key, &call).await.read(),
        Err(_) => Reply::Unavailable,
    }
}

/// Asks the police (NC-3) what an application wrote down.
pub async fn inquire_record(outside: &impl Outside, key: &str, question: &FrozenCall) -> Reply<RecordAnswer> {
    outside.post(key, question).await.read()
}

/// Tells a system what it only has to take note of, once.
pub async fn tell(outside: &impl Outside, key: &str, call: &FrozenCall) -> Reply<Done> {
    outside.post(key, call).await.read()
}

/// Describes the register's portrait, for comparing (RN-7).
#[allow(async_fn_in_trait, reason = "ports are used on one thread, behind generics")]
pub trait PortraitMatcher {
    /// The descriptor of the face on a portrait; none if it shows no face, or is no picture.
    async fn describe(&self, portrait: &Portrait) -> Reply<Option<Descriptor>>;
}

/// What people list and search.
#[allow(async_fn_in_trait, reason = "ports are used on one thread, behind generics")]
pub trait ReadModel {
    /// Brings a registration's row up to date, unless it is newer already.
    async fn publish(&self, id: &RegistrationId, summary: &Summary) -> Reply<()>;
    /// Adds to the review list; repeating with the same key changes nothing.
    async fn open_review(&self, key: &str, id: &RegistrationId, request: &ReviewRequest) -> Reply<()>;
    /// Takes it off the review list; repeating changes nothing.
    async fn close_review(&self, id: &RegistrationId, decision: &ReviewDecision) -> Reply<()>;
}

/// What an effect came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; nothing more to say.
    Done,
    /// The register's answer.
    Citizen(CitizenAnswer),
    /// The register says match, and its portrait shows a face (RN-7).
    Portrayed {
        /// The portrait, for the record.
        portrait: Portrait,
        /// What its face is like; nothing keeps it.
        face: Descriptor,
    },
    /// The card after a switch.
    Switched(Switched),
    /// The system will never do it.
    Refused,
}

/// What one attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// There is an outcome.
    Settled(Outcome),
    /// There is none yet.
    Unavailable,
}

impl Reply<Vec<u8>> {
    /// Reads the answer strictly: what is no answer of this kind is none at all.
    fn read<T: DeserializeOwned>(self) -> Reply<T> {
        match self {
            Self::Answered(body) => match shiming_wire::json::from_slice(&body) {
                Ok(answer) => Reply::Answered(answer),
                Err(_) => Reply::Unavailable,
            },
            Self::Refused => Reply::Refused,
            Self::Unavailable => Reply::Unavailable,
        }
    }
}

impl<T> Reply<T> {
    fn settled(self, outcome: impl FnOnce(T) -> Outcome) -> Attempt {
        match self {
            Self::Answered(answer) => Attempt::Settled(outcome(answer)),
            Self::Refused => Attempt::Settled(Outcome::Refused),
            Self::Unavailable => Attempt::Unavailable,
        }
    }
}

/// Carries an entry of the outbox out, once. With `compares`, a portrait that the register gives is described, too.
pub async fn carry_out<P: Outside + ReadModel + PortraitMatcher>(
    id: &RegistrationId,
    entry: &Entry,
    compares: bool,
    ports: &P,
) -> Attempt {
    let key = entry.idempotency_key(id);
    let done = |()| Outcome::Done;
    match &entry.effect {
        Effect::Call(call) => match judge(call.kind, ports.post(&key, call).await) {
            Attempt::Settled(Outcome::Citizen(CitizenAnswer::Match { portrait: Some(portrait) })) if compares => {
                described(portrait, ports).await
            }
            attempt => attempt,
        },
        Effect::Publish(summary) => ports.publish(id, summary).await.settled(done),
        Effect::OpenReview(request) => ports.open_review(&key, id, request).await.settled(done),
        Effect::CloseReview(decision) => ports.close_review(id, decision).await.settled(done),
    }
}

/// Nothing is kept of the register's answer before its portrait is described: no matcher is no answer, and the register is
/// asked again under the same key.
async fn described(portrait: Portrait, matcher: &impl PortraitMatcher) -> Attempt {
    match matcher.describe(&portrait).await {
        Reply::Answered(Some(face)) => Attempt::Settled(Outcome::Portrayed { portrait, face }),
        Reply::Answered(None) => Attempt::Settled(Outcome::Citizen(CitizenAnswer::Match { portrait: Some(portrait) })),
        Reply::Refused | Reply::Unavailable => Attempt::Unavailable,
    }
}

/// What an answer to a call of this kind says.
fn judge(kind: CallKind, reply: Reply<Vec<u8>>) -> Attempt {
    match kind {
        CallKind::VerifyCitizen => reply.read().settled(Outcome::Citizen),
        CallKind::ActivateSim | CallKind::DeactivateProvisionalSim => reply.read().settled(Outcome::Switched),
        CallKind::PlaceCall => reply.read().settled(|CallAccepted { call: _ }| Outcome::Done),
        CallKind::SendServiceMessage => reply.read().settled(|MessageAccepted { message: _ }| Outcome::Done),
        CallKind::StoreIdentity | CallKind::SetRecordState | CallKind::RecordCards | CallKind::WithdrawCards => {
            reply.read().settled(|Done {}| Outcome::Done)
        }
        // Questions of others, never effects of registrations; their answers would say nothing here.
        CallKind::FindSubscription | CallKind::InquireRecord => reply.settled(|_| Outcome::Done),
    }
}
