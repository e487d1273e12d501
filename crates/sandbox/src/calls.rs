//! Calls of the edge: signature, idempotency, ordered troubles, and what the call does (RN-6, RN-8 to RN-10, CB-4, NC-3).

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use shiming_outside::Call;
use shiming_outside::cards::{RecordCards, WithdrawCards};
use shiming_outside::crm::{
    ActivateSim, DeactivateProvisionalSim, Done, FindSubscription, RecordState, SetRecordState, StoreIdentity,
    Subscription, Switched,
};
use shiming_outside::gateway::{CallAccepted, PlaceCall};
use shiming_outside::police::InquireRecord;
use shiming_outside::register::{CitizenAnswer, Portrait, VerifyCitizen};
use shiming_outside::sms::{MessageAccepted, SendServiceMessage};
use shiming_proof::IdempotencyKey;
use shiming_wire::Text;
use worker::{Delay, Request, Result};

use crate::answer::Answer;
use crate::auth;
use crate::rules::crm::{activate, deactivate_provisional, is_activation, move_record, registered};
use crate::rules::faults::{FaultKind, Phase, system_of};
use crate::rules::idempotency::{Judgement, Recorded, judge};
use crate::rules::phone::{CallState, dialable, takes_messages};
use crate::rules::{gateway, police, register};
use crate::store::{CardRow, LedgerRow, PhoneCallRow, QuestionRow, SubscriptionRow};
use crate::telephone::DIAL_MS;
use crate::world::{GLANCE, World, now_ms};

/// Largest body of a call: a record with a portrait of 128 KiB.
const MAX_BODY: usize = 256 * 1024;
/// How long a silent system is silent unless the order says.
const SILENCE_MS: u32 = 60_000;

/// A call that passed the door.
struct Incoming<'a> {
    path: &'a str,
    system: &'static str,
    key: &'a str,
    body: &'a [u8],
    /// The register's entry for the number asked for; looked up beforehand because it takes a query.
    entry: Option<register::Entry>,
    /// Reports of the call are delivered twice.
    twice: bool,
}

impl World {
    /// Serves one call and keeps the log of it.
    pub(crate) async fn outside_call(&self, mut request: Request) -> Result<Answer> {
        let path = request.path();
        let key = request.headers().get("idempotency-key")?.unwrap_or_default();
        let body = request.bytes().await?;
        let id = self.store()?.log_call(&path, &key, now_ms())?;
        let (outcome, answer) = self.serve(id, &request, &path, &key, &body).await?;
        self.store()?.log_outcome(id, outcome, Some(answer.status))?;
        Ok(answer)
    }

    async fn serve(
        &self,
        id: u64,
        request: &Request,
        path: &str,
        key: &str,
        body: &[u8],
    ) -> Result<(&'static str, Answer)> {
        let Some(system) = system_of(path) else { return Ok(("refused", Answer::not_found())) };
        if body.len() > MAX_BODY {
            return Ok(("refused", Answer::problem(413, "body-too-large", "The body is larger than any call needs.")));
        }
        let Ok(idempotency_key) = IdempotencyKey::parse(key) else {
            let title = "Every call carries an Idempotency-Key of 16 to 64 visible ASCII characters.";
            return Ok(("refused", Answer::problem(400, "idempotency-key-missing", title)));
        };
        if let Err(error) = auth::verify(&self.env, request, system, idempotency_key, body, now_ms() / 1000)? {
            return Ok(("unauthorized", Answer::problem(401, "signature", &error.to_string())));
        }

        let epoch = self.epoch.get();
        // What is no text is no JSON either, and is refused further down.
        let text = std::str::from_utf8(body).unwrap_or_default();
        self.wait_while_held(id, path, text, Phase::Before).await?;
        let fault = self.store()?.take_fault(path, text)?;
        let kind = fault.as_ref().map(|fault| fault.kind);
        let delay_ms = fault.map_or(0, |fault| fault.delay_ms);
        match kind {
            Some(FaultKind::Unavailable) => {
                return Ok(("unavailable", Answer::problem(503, "unavailable", "Out of order, as was ordered.")));
            }
            Some(FaultKind::Timeout) => {
                self.store()?.log_outcome(id, "silent", None)?;
                wait(if delay_ms == 0 { SILENCE_MS } else { delay_ms }).await;
                return Ok(("timed_out", Answer { status: 504, body: String::new() }));
            }
            _ => wait(delay_ms).await,
        }

        let entry = match person_asked_about(path, body) {
            Some(number) => self.register_entry(&number).await?,
            None => None,
        };
        if self.epoch.get() != epoch {
            return Ok(("unavailable", Answer::problem(503, "began-anew", "The world began anew meanwhile.")));
        }
        let twice = kind == Some(FaultKind::Twice);
        let incoming = Incoming { path, system, key, body, entry, twice };
        let (outcome, answer) = self.once(&incoming)?;
        // Rings phones and delivers reports; an answer is not held up by it.
        self.schedule().await?;
        self.wait_while_held(id, path, text, Phase::After).await?;
        Ok(match kind {
            Some(FaultKind::DropAnswer) => ("answer_dropped", Answer { status: 504, body: String::new() }),
            Some(FaultKind::Malformed) => {
                let half = answer.body.chars().take(answer.body.chars().count() / 2).collect();
                ("answer_cut", Answer { status: answer.status, body: half })
            }
            _ => (outcome, answer),
        })
    }

    async fn wait_while_held(&self, id: u64, path: &str, body: &str, phase: Phase) -> Result<()> {
        let outcome = match phase {
            Phase::Before => "held_before",
            Phase::After => "held_after",
        };
        if self.store()?.is_held(path, body, phase)? {
            self.store()?.log_outcome(id, outcome, None)?;
        }
        while self.store()?.is_held(path, body, phase)? {
            Delay::from(GLANCE).await;
        }
        Ok(())
    }

    /// Carries a call out unless its key was seen before. Does not yield: two calls with one key have one effect.
    fn once(&self, call: &Incoming<'_>) -> Result<(&'static str, Answer)> {
        let body_digest = auth::digest_hex(call.body);
        match judge(self.store()?.recorded(call.system, call.key)?, call.path, &body_digest) {
            Judgement::Repeated(recorded) => {
                Ok(("replayed", Answer { status: recorded.status, body: recorded.answer }))
            }
            Judgement::Conflict => {
                let title = "This Idempotency-Key was used for another call.";
                Ok(("conflict", Answer::problem(409, "idempotency-key-reused", title)))
            }
            Judgement::Fresh => {
                let answer = self.carry_out(call)?;
                // Only answers are recorded: what was refused as wrong may come again, put right.
                if answer.status == 200 || answer.status == 404 {
                    let recorded = Recorded {
                        path: call.path.to_owned(),
                        body_digest,
                        status: answer.status,
                        answer: answer.body.clone(),
                    };
                    self.store()?.record_answer(call.system, call.key, &recorded)?;
                    return Ok(("answered", answer));
                }
                Ok(("refused", answer))
            }
        }
    }

    fn carry_out(&self, call: &Incoming<'_>) -> Result<Answer> {
        match call.path {
            VerifyCitizen::PATH => with(call.body, |ask| self.verify(&ask, call)),
            RecordCards::PATH => with(call.body, |ask| self.record_cards(&ask)),
            WithdrawCards::PATH => with(call.body, |ask| self.withdraw_cards(&ask)),
            FindSubscription::PATH => with(call.body, |ask| self.find(&ask)),
            StoreIdentity::PATH => with(call.body, |ask| self.store_identity(&ask)),
            SetRecordState::PATH => with(call.body, |ask| self.set_record_state(&ask)),
            ActivateSim::PATH => with(call.body, |ask: ActivateSim| {
                self.switch("activate", &ask.iccid, &ask.number, &ask.registration, call.key, |row| {
                    (activate(row.sim, row.registered == 1), is_activation(row.sim))
                })
            }),
            DeactivateProvisionalSim::PATH => with(call.body, |ask: DeactivateProvisionalSim| {
                self.switch("deactivate", &ask.iccid, &ask.number, &ask.registration, call.key, |row| {
                    let switched = deactivate_provisional(row.sim, row.registered == 1);
                    (switched, switched.changed)
                })
            }),
            SendServiceMessage::PATH => with(call.body, |ask| self.send_message(&ask)),
            PlaceCall::PATH => with(call.body, |ask| self.place_call(&ask, call.twice)),
            InquireRecord::PATH => with(call.body, |ask| self.inquire(&ask, call)),
            _ => Ok(Answer::not_found()),
        }
    }

    async fn register_entry(&self, id_number: &str) -> Result<Option<register::Entry>> {
        #[derive(Deserialize)]
        struct Row {
            position: u32,
            name: String,
            portrait: String,
        }
        let row: Option<Row> = self
            .env
            .d1("DB")?
            .prepare("SELECT position, name, portrait FROM citizens WHERE id_number = ?")
            .bind(&[id_number.into()])?
            .first(None)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let name = self.store()?.name_of(id_number)?.unwrap_or(row.name);
        let portrait = self.store()?.portrait_of(id_number)?.unwrap_or(row.portrait);
        let portrait = Some(Portrait(portrait)).filter(|portrait| !portrait.0.is_empty());
        Ok(Some(register::Entry { position: row.position, name, portrait }))
    }

    /// RN-6, RC-4
    fn verify(&self, ask: &VerifyCitizen, call: &Incoming<'_>) -> Result<Answer> {
        let (store, now) = (self.store()?, now_ms());
        let asked_today = store.questions_since(ask.id_number.as_str(), register::day_began(now))?;
        let answer = match register::answer(store.register_kind()?, asked_today, call.entry.clone(), ask) {
            Ok(answer) => answer,
            Err(why @ register::NoAnswer::SequenceNotTaken) => {
                return Ok(Answer::problem(400, "sequence-not-taken", &why.to_string()));
            }
            Err(why @ register::NoAnswer::DailyLimit) => {
                return Ok(Answer::problem(429, "daily-limit", &why.to_string()));
            }
        };
        let outcome = match answer {
            CitizenAnswer::Match { .. } => "match",
            CitizenAnswer::NameDiffers => "name_differs",
            CitizenAnswer::NumberUnknown => "number_unknown",
        };
        store.add_question(&QuestionRow {
            id: 0,
            at_ms: now,
            idempotency_key: call.key.to_owned(),
            id_number: ask.id_number.as_str().to_owned(),
            name: ask.name.as_str().to_owned(),
            sequence: ask.sequence.as_ref().map(serde_json::to_string).transpose()?,
            outcome: outcome.to_owned(),
        })?;
        Answer::ok(&answer)
    }

    /// NC-3, NC-6
    fn inquire(&self, ask: &InquireRecord, call: &Incoming<'_>) -> Result<Answer> {
        let says = self.store()?.police_says(ask.number.as_str())?;
        let key = auth::seal_key(&self.env)?;
        match police::answer(ask, call.entry.as_ref(), says, now_ms() / 1000, &key) {
            Ok(answer) => Answer::ok(&answer),
            Err(why) => Ok(Answer::problem(422, why.code(), &why.to_string())),
        }
    }

    /// EC-3: takes note of cards.
    fn record_cards(&self, ask: &RecordCards) -> Result<Answer> {
        let store = self.store()?;
        for number in &ask.numbers {
            store.add_card(&CardRow {
                number: number.as_str().to_owned(),
                id_number: ask.id_number.as_str().to_owned(),
                document_class: ask.document_class.as_str().to_owned(),
                issued_at: ask.issued_at,
                expires_at: ask.expires_at,
                revoked_at: None,
            })?;
        }
        Answer::ok(&Done {})
    }

    /// EC-3: takes note that cards were revoked; of cards that it was not told of yet it knows nothing.
    fn withdraw_cards(&self, ask: &WithdrawCards) -> Result<Answer> {
        let store = self.store()?;
        let known = store.cards()?;
        let unknown = |number: &Text<16>| !known.iter().any(|card| card.number == number.as_str());
        if ask.numbers.iter().any(unknown) {
            // No answer to be kept under the call's key: the card may be on its way.
            return Ok(Answer::problem(425, "unknown-card", "There is no card of this number yet."));
        }
        for number in &ask.numbers {
            store.withdraw_card(number.as_str(), ask.revoked_at)?;
        }
        Answer::ok(&Done {})
    }

    /// RN-13
    fn find(&self, ask: &FindSubscription) -> Result<Answer> {
        let iccid = ask.iccid.as_ref().map(Text::as_str);
        match self.store()?.subscription(iccid, ask.number.as_str())? {
            Some(row) => match subscription(&row) {
                Some(subscription) => Answer::ok(&subscription),
                None => Ok(Answer::problem(500, "internal", "The seed holds a subscription out of bounds.")),
            },
            None => Ok(unknown_subscription()),
        }
    }

    /// RN-8: one record per registration.
    fn store_identity(&self, ask: &StoreIdentity) -> Result<Answer> {
        let store = self.store()?;
        if store.subscription(Some(ask.iccid.as_str()), ask.number.as_str())?.is_none() {
            return Ok(unknown_subscription());
        }
        match store.record(ask.registration.as_str())? {
            None => store.add_record(ask, now_ms())?,
            Some(record) if record.stored == *ask => {}
            Some(_) => {
                let title = "This registration has a record with another content.";
                return Ok(Answer::problem(422, "record-differs", title));
            }
        }
        Answer::ok(&Done {})
    }

    /// RN-8: an effective record makes its person the holder of the card; withdrawing it ends that.
    fn set_record_state(&self, ask: &SetRecordState) -> Result<Answer> {
        let store = self.store()?;
        let Some(record) = store.record(ask.registration.as_str())? else {
            return Ok(Answer::problem(404, "unknown-record", "This registration has no record."));
        };
        match move_record(record.state, ask.state) {
            Err(error) => return Ok(Answer::problem(422, "record-state", &error.to_string())),
            Ok(false) => {}
            Ok(true) => {
                store.set_record_state(ask.registration.as_str(), ask.state, now_ms())?;
                let (iccid, person) = (record.stored.iccid.as_str(), record.stored.identity.id_number.as_str());
                let card = store.subscription_of_card(iccid)?;
                let holder = card.as_ref().and_then(|row| row.holder.clone());
                match ask.state {
                    RecordState::Effective => {
                        store.set_holder(iccid, Some(person))?;
                        if let Some(card) = card {
                            let activated = store.has_activated(iccid, ask.registration.as_str())?;
                            store.set_sim(iccid, registered(card.sim, activated))?;
                        }
                    }
                    RecordState::Withdrawn if holder.as_deref() == Some(person) => store.set_holder(iccid, None)?,
                    RecordState::Withdrawn | RecordState::Stored => {}
                }
            }
        }
        Answer::ok(&Done {})
    }

    /// RN-9, RN-10: decides by the state of this moment, and enters what it did in the ledger.
    fn switch(
        &self,
        operation: &str,
        iccid: &Text<20>,
        number: &Text<11>,
        registration: &Text<32>,
        key: &str,
        decide: impl Fn(&SubscriptionRow) -> (Switched, bool),
    ) -> Result<Answer> {
        let store = self.store()?;
        let Some(row) = store.subscription(Some(iccid.as_str()), number.as_str())? else {
            return Ok(unknown_subscription());
        };
        let (switched, entered) = decide(&row);
        if entered {
            store.switch(&LedgerRow {
                id: 0,
                at_ms: now_ms(),
                operation: operation.to_owned(),
                iccid: row.iccid,
                registration: registration.as_str().to_owned(),
                idempotency_key: key.to_owned(),
                sim_before: row.sim,
                sim_after: switched.sim,
            })?;
            self.touch();
        }
        Answer::ok(&switched)
    }

    /// CB-7, RN-13: a service message reaches a card in every state, but no landline.
    fn send_message(&self, ask: &SendServiceMessage) -> Result<Answer> {
        if !takes_messages(ask.to.as_str()) {
            return Ok(Answer::problem(422, "line-takes-no-messages", "This line takes no messages."));
        }
        let sender = self.service_code();
        let id = self.store()?.add_message(ask.to.as_str(), &sender, false, ask.text.as_str(), now_ms())?;
        self.touch();
        match Text::new(format!("message-{id}")) {
            Ok(message) => Answer::ok(&MessageAccepted { message }),
            Err(_) => Ok(Answer::malformed()),
        }
    }

    /// CB-4: only a call whose session key is right is dialled.
    fn place_call(&self, ask: &PlaceCall, twice: bool) -> Result<Answer> {
        let (store, now) = (self.store()?, now_ms());
        let service_keys = auth::keys(&self.env, "GATEWAY_SERVICE_KEY")?;
        let right =
            service_keys.iter().map(|k1| gateway::check(ask, &k1.secret, now / 1000)).reduce(std::result::Result::or);
        if let Err(refusal) = right.unwrap_or(Err(gateway::Refusal::SessionKey)) {
            return Ok(Answer::problem(403, refusal.code(), &refusal.to_string()));
        }
        // Used up only by a call that is otherwise right, so that nobody without K1 can spend nonces.
        if !store.use_nonce(&ask.nonce.to_base64url(), now)? {
            let refusal = gateway::Refusal::NonceUsed;
            return Ok(Answer::problem(403, refusal.code(), &refusal.to_string()));
        }
        if !dialable(ask.telephone_number.as_str()) {
            return Ok(Answer::problem(422, "not-a-line", "This number cannot be dialled."));
        }
        let mut call = PhoneCallRow {
            id: 0,
            line: ask.telephone_number.as_str().to_owned(),
            reference: ask.reference.as_str().to_owned(),
            code: ask.verification_number.as_str().to_owned(),
            service_number: ask.service_number.as_str().to_owned(),
            language: ask.language.as_str().to_owned(),
            repeat: ask.repeat,
            state: CallState::Dialling,
            changed_ms: now,
            twice: u8::from(twice),
        };
        call.id = store.add_phone_call(&call)?;
        store.set_timer(call.id, "reach", now + DIAL_MS)?;
        self.report(&call, CallState::Dialling)?;
        match Text::new(format!("call-{}", call.id)) {
            Ok(call) => Answer::ok(&CallAccepted { call }),
            Err(_) => Ok(Answer::malformed()),
        }
    }

    fn service_code(&self) -> String {
        self.env.var("SERVICE_CODE").map_or_else(|_| String::from("106900001"), |value| value.to_string())
    }
}

/// The number of the person that a call is about, if the register is looked into for it.
fn person_asked_about(path: &str, body: &[u8]) -> Option<String> {
    let number = match path {
        VerifyCitizen::PATH => serde_json::from_slice::<VerifyCitizen>(body).ok()?.id_number,
        InquireRecord::PATH => serde_json::from_slice::<InquireRecord>(body).ok()?.number,
        _ => return None,
    };
    Some(number.as_str().to_owned())
}

async fn wait(milliseconds: u32) {
    if milliseconds > 0 {
        Delay::from(Duration::from_millis(milliseconds.into())).await;
    }
}

/// Parses the body strictly, then does `then` with it.
fn with<T: DeserializeOwned>(body: &[u8], then: impl FnOnce(T) -> Result<Answer>) -> Result<Answer> {
    serde_json::from_slice(body).map_or_else(|_| Ok(Answer::malformed()), then)
}

/// One answer for an unknown card, an unknown number, and two that do not belong together.
fn unknown_subscription() -> Answer {
    Answer::problem(404, "unknown-subscription", "No subscription has this card and number.")
}

fn subscription(row: &SubscriptionRow) -> Option<Subscription> {
    Some(Subscription {
        iccid: Text::new(row.iccid.as_str()).ok()?,
        number: Text::new(row.number.as_str()).ok()?,
        contact_line: Text::new(row.contact_line.as_str()).ok()?,
        sim: row.sim,
        registered: row.registered == 1,
    })
}
