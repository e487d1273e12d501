//! Ports: the outside systems as the business sees them, and how an effect goes through them.

use shiming_outside::crm::{
    ActivateSim, DeactivateProvisionalSim, FindSubscription, SetRecordState, StoreIdentity, Subscription, Switched,
};
use shiming_outside::gateway::PlaceCall;
use shiming_outside::register::{CitizenAnswer, VerifyCitizen};
use shiming_outside::sms::SendServiceMessage;
use shiming_wire::RegistrationId;

use crate::effect::{Effect, Entry, ReviewDecision, ReviewRequest, Summary};

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

/// The citizen identity system (RN-6).
#[allow(async_fn_in_trait, reason = "ports are used on one thread, behind generics")]
pub trait CitizenRegister {
    /// Asks whether name and number belong together.
    async fn verify(&self, key: &str, question: &VerifyCitizen) -> Reply<CitizenAnswer>;
}

/// The two ways for a code to reach a line (CB-3, CB-7).
#[allow(async_fn_in_trait, reason = "ports are used on one thread, behind generics")]
pub trait CodeChannel {
    /// Hands a call to the telephone gateway.
    async fn place_call(&self, key: &str, call: &PlaceCall) -> Reply<()>;
    /// Hands a message to the message centre.
    async fn send_message(&self, key: &str, message: &SendServiceMessage) -> Reply<()>;
}

/// The operator's CRM: subscriptions, identity records, SIM cards (RN-8 to RN-13).
#[allow(async_fn_in_trait, reason = "ports are used on one thread, behind generics")]
pub trait Crm {
    /// Looks a subscription up.
    async fn find_subscription(&self, key: &str, query: &FindSubscription) -> Reply<Subscription>;
    /// Saves an identity.
    async fn store_identity(&self, key: &str, identity: &StoreIdentity) -> Reply<()>;
    /// Moves a record on.
    async fn set_record_state(&self, key: &str, change: &SetRecordState) -> Reply<()>;
    /// Switches a card on.
    async fn activate_sim(&self, key: &str, switch: &ActivateSim) -> Reply<Switched>;
    /// Switches a card off if it is provisional.
    async fn deactivate_provisional_sim(&self, key: &str, switch: &DeactivateProvisionalSim) -> Reply<Switched>;
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

impl<T> Reply<T> {
    fn settled(self, outcome: impl FnOnce(T) -> Outcome) -> Attempt {
        match self {
            Self::Answered(answer) => Attempt::Settled(outcome(answer)),
            Self::Refused => Attempt::Settled(Outcome::Refused),
            Self::Unavailable => Attempt::Unavailable,
        }
    }
}

/// Carries an entry of the outbox out, once.
pub async fn carry_out<P>(id: &RegistrationId, entry: &Entry, ports: &P) -> Attempt
where
    P: CitizenRegister + CodeChannel + Crm + ReadModel,
{
    let key = entry.idempotency_key(id);
    let done = |()| Outcome::Done;
    match &entry.effect {
        Effect::PlaceCall(call) => ports.place_call(&key, call).await.settled(done),
        Effect::SendMessage(message) => ports.send_message(&key, message).await.settled(done),
        Effect::AskRegister(question) => ports.verify(&key, question).await.settled(Outcome::Citizen),
        Effect::StoreIdentity(identity) => ports.store_identity(&key, identity).await.settled(done),
        Effect::SetRecordState(change) => ports.set_record_state(&key, change).await.settled(done),
        Effect::ActivateSim(switch) => ports.activate_sim(&key, switch).await.settled(Outcome::Switched),
        Effect::DeactivateProvisionalSim(switch) => {
            ports.deactivate_provisional_sim(&key, switch).await.settled(Outcome::Switched)
        }
        Effect::Publish(summary) => ports.publish(id, summary).await.settled(done),
        Effect::OpenReview(request) => ports.open_review(&key, id, request).await.settled(done),
        Effect::CloseReview(decision) => ports.close_review(id, decision).await.settled(done),
    }
}
