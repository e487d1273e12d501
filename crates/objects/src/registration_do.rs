//! One Durable Object per registration: keeps the state machine of `shiming_service::registration`, its outbox and the
//! answers it gave, and carries the outbox out.
//!
//! Events are applied one at a time (a lock spans load, apply and write, since encryption awaits in between); state, new
//! effects and the recorded answer are written in one transaction. The alarm carries effects out without the lock, and
//! each outcome comes back as an event.

use std::cell::RefCell;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::select;
use futures_util::lock::Mutex;
use shiming_cloud::adapter::Adapter;
use shiming_cloud::http::{self, Answer, Handler, given, json};
use shiming_cloud::problem::{Fault, invalid, spent};
use shiming_cloud::registrations::{AGENT, Action, CLIENT, FORMAT, PATH, QUERY, SIGNED};
use shiming_cloud::{budgets, clock, database, link, names, sealed, subtle};
use shiming_identity::line::masked_line;
use shiming_outside::crm::{FindSubscription, Subscription};
use shiming_proof::{IdempotencyKey, SignedGet, SignedPost, Unverified};
use shiming_service::Context;
use shiming_service::budget::{Purpose, Scope, Spent};
use shiming_service::effect::{Entry, ReviewDecision, hex};
use shiming_service::evidence::Checked;
use shiming_service::link::LinkTarget;
use shiming_service::outbox::{self, Decision};
use shiming_service::port::{Reply, carry_out, find_subscription};
use shiming_service::registration::{
    self, Event, Opening, Registration, Stage, Transition, check_code_request, check_evidence,
};
use shiming_wire::{
    Bytes, Channel, CodeProgress, ConfirmCode, CreateRegistration, Evidence, ProblemType, RegistrationCreated,
    RegistrationId, RequestCode, SimSubject, Terminal, Text,
};
use worker::{Delay, DurableObject, Env, Request, Response, State, durable_object};

use crate::config::Config;
use crate::store::{AnswerRow, Commit, Store};

/// How long a GET waits for news, milliseconds.
const LONG_POLL_MS: u64 = 20_000;

/// How long a finished registration can still be looked at, milliseconds.
const RETENTION_MS: u64 = 86_400_000;

/// After a fault of ours the alarm comes back so soon, milliseconds.
const AFTER_FAULT_MS: u64 = 5_000;

/// A phone's request as the Worker handed it on, its signature not looked at yet.
struct Signed {
    path: String,
    query: String,
    body: String,
    client: String,
    agent: Option<String>,
    format: String,
    key: String,
    content_digest: Option<String>,
    signature_input: Option<String>,
    signature: Option<String>,
}

impl Signed {
    fn of(request: &Request, body: String) -> Self {
        let header = |name| http::header(request, name);
        Self {
            path: header(PATH).unwrap_or_default(),
            query: header(QUERY).unwrap_or_default(),
            body,
            client: header(CLIENT).unwrap_or_default(),
            agent: header(AGENT),
            format: header(FORMAT).unwrap_or_default(),
            key: header(SIGNED[0]).unwrap_or_default(),
            content_digest: header(SIGNED[1]),
            signature_input: header(SIGNED[2]),
            signature: header(SIGNED[3]),
        }
    }

    /// Everything about a POST's signature but the signature itself.
    fn check_post(&self) -> Result<Unverified, Fault> {
        let idempotency_key =
            IdempotencyKey::parse(&self.key).map_err(|_| Fault::from(ProblemType::IdempotencyKeyMissing))?;
        let signed = SignedPost {
            path: &self.path,
            body: self.body.as_bytes(),
            idempotency_key,
            content_digest: self.content_digest.as_deref(),
            signature_input: self.signature_input.as_deref(),
            signature: self.signature.as_deref(),
        };
        Ok(signed.check(clock::now())?)
    }

    /// The same of a GET's.
    fn check_get(&self) -> Result<Unverified, Fault> {
        let signed = SignedGet {
            path: &self.path,
            query: &self.query,
            signature_input: self.signature_input.as_deref(),
            signature: self.signature.as_deref(),
        };
        Ok(signed.check(clock::now())?)
    }

    /// What an idempotency key stands for: path and body.
    fn digest(&self) -> String {
        format!("{} {}", self.path, shiming_proof::ContentDigest::of(self.body.as_bytes()))
    }
}

/// An entry of the outbox that is to be carried out.
struct Due {
    entry: Entry,
    /// Number of this attempt, from 1.
    attempt: u32,
    /// The portrait that comes with the answer is compared (RN-7).
    compares: bool,
}

/// A registration.
#[durable_object(alarm)]
pub struct RegistrationDo {
    state: State,
    env: Env,
    /// One event at a time.
    lock: Mutex<()>,
    /// Phones that wait for news.
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl DurableObject for RegistrationDo {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, lock: Mutex::new(()), waiting: RefCell::default() }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        match self.answer(&mut request).await {
            Ok(response) => Ok(response),
            Err(fault) => http::refusal(fault),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(fault) = self.carry_on().await {
            // Said once, and tried again by ourselves: the platform would give an alarm up after a few failures.
            let _ = fault.into_problem();
            self.wake_in(AFTER_FAULT_MS).await?;
        }
        Response::empty()
    }
}

impl RegistrationDo {
    async fn answer(&self, request: &mut Request) -> Answer {
        let config = self.config()?;
        let id = self.own_id().ok_or_else(|| Fault::Internal("an object without a name".to_owned()))?;
        let path = request.path();
        // Not `text()`, which drops a byte order mark: the digest that was signed covers every byte.
        let body = String::from_utf8(request.bytes().await?).map_err(|_| Fault::from(ProblemType::MalformedBody))?;
        let signed = Signed::of(request, body);
        let handler: Handler<'_> = match Action::of(&path).ok_or(ProblemType::NotFound)? {
            Action::Create => Box::pin(self.create(&config, id, &signed)),
            Action::View => Box::pin(self.view(&config, id, &signed)),
            Action::Progress => Box::pin(self.progress(&config, id, &signed.body)),
            Action::Look => Box::pin(self.look(&config, id)),
            Action::Decide => Box::pin(self.decide(&config, id, &signed.body)),
            Action::Wake => Box::pin(self.wake(&config, id)),
            action @ (Action::RequestCode | Action::Confirm | Action::Evidence) => {
                Box::pin(self.act(&config, id, action, &signed))
            }
        };
        handler.await
    }

    /// Sets the alarm again.
    async fn wake(&self, config: &Config, id: RegistrationId) -> Answer {
        let registration = self.load(config, &id).await?;
        self.arm(&registration).await?;
        http::empty(204)
    }

    async fn create(&self, config: &Config, id: RegistrationId, signed: &Signed) -> Answer {
        let request: CreateRegistration = http::parse(&signed.body)?;
        verify(&request.device_key, signed.check_post()?).await?;
        let _one = self.lock.lock().await;
        if let Some(answer) = self.recorded(signed)? {
            return answer;
        }
        if self.store().state()?.is_some() {
            // Its answer was recorded with it, under the only key that leads here.
            return Err(ProblemType::IdempotencyKeyReused.into());
        }
        let policy = database::policy(&self.env).await?;
        let device = names::budget(&config.common, Scope::Device, &request.device_key.0);
        let limit = |scope| policy.limit(Purpose::Opening, scope);
        let near = [(signed.client.clone(), limit(Scope::Address), 1), (device, limit(Scope::Device), 1)];
        budgets::take_all(&self.env, Purpose::Opening, &near).await?.map_err(attempts_spent)?;
        let subscription = self.subscription(config, &request).await?;
        let line = names::budget(&config.common, Scope::Line, subscription.contact_line.as_str().as_bytes());
        let line = [(line, limit(Scope::Line), 1)];
        budgets::take_all(&self.env, Purpose::Opening, &line).await?.map_err(attempts_spent)?;

        let line_hint = Text::new(masked_line(subscription.contact_line.as_str())).unwrap_or_default();
        // The Worker verified the agent's credential; a name that does not fit was refused there.
        let agent = signed.agent.as_deref().and_then(|name| Text::new(name).ok());
        let opening = Opening {
            id,
            device_key: request.device_key,
            terminal: request.terminal,
            agent: agent.filter(|_| request.terminal == Terminal::Agent),
            subscription,
            policy,
        };
        let mut random = clock::random;
        let transition = registration::open(opening, &mut context(config, &mut random));
        let Registration { nonce, expires_at, policy, .. } = &transition.registration;
        let created = RegistrationCreated {
            id,
            nonce: *nonce,
            expires_at: *expires_at,
            line_hint,
            policy: policy.for_phone(),
            format: shiming_wire::json::from_slice(signed.format.as_bytes())?,
        };
        self.record(config, &transition, Some(signed), 201, serde_json::to_string(&created)?).await
    }

    /// The one subscription that the request names (RN-13). Whatever is wrong with it is one problem.
    async fn subscription(&self, config: &Config, request: &CreateRegistration) -> Result<Subscription, Fault> {
        let target = match &request.sim {
            SimSubject::Link(token) => {
                link::redeem(&self.env, &config.common, token, &request.device_key, clock::now()).await?
            }
            SimSubject::Card { iccid, number } => LinkTarget { iccid: Some(iccid.clone()), number: number.clone() },
        };
        // A question: asking again is asking anew.
        let mut key = [0; 16];
        clock::random(&mut key);
        let query = FindSubscription { iccid: target.iccid.clone(), number: target.number.clone() };
        let adapter = Adapter { config: &config.common, env: &self.env };
        match find_subscription(&adapter, &names::hexadecimal(&key), &query).await {
            Reply::Answered(found)
                if found.number == target.number && target.iccid.as_ref().is_none_or(|iccid| *iccid == found.iccid) =>
            {
                Ok(found)
            }
            Reply::Answered(_) | Reply::Refused => Err(ProblemType::SimNotFound.into()),
            Reply::Unavailable => Err(ProblemType::UpstreamUnavailable.into()),
        }
    }

    async fn view(&self, config: &Config, id: RegistrationId, signed: &Signed) -> Answer {
        let unverified = signed.check_get()?;
        let registration = self.load(config, &id).await?;
        verify(&registration.device_key, unverified).await?;
        let after = http::parameter(&signed.query, "after");
        let after: Option<u32> = after.map(str::parse).transpose().map_err(|_| invalid("after"))?;
        let Some(after) = after else { return json(200, &registration.view()) };
        let until = clock::now_ms() + LONG_POLL_MS;
        let mut registration = registration;
        loop {
            // Waiting begins before looking, so that no news falls in between.
            let (sender, news) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            registration = if registration.version > after { registration } else { self.load(config, &id).await? };
            let left = until.saturating_sub(clock::now_ms());
            if registration.version > after || left == 0 {
                return json(200, &registration.view());
            }
            select(news, Delay::from(Duration::from_millis(left))).await;
        }
    }

    /// A phone's step: code, confirmation or evidence.
    async fn act(&self, config: &Config, id: RegistrationId, action: Action, signed: &Signed) -> Answer {
        let _one = self.lock.lock().await;
        let registration = self.load(config, &id).await?;
        verify(&registration.device_key, signed.check_post()?).await?;
        if let Some(answer) = self.recorded(signed)? {
            return answer;
        }
        let (event, status) = match action {
            Action::RequestCode => {
                let RequestCode { channel } = http::parse(&signed.body)?;
                check_code_request(&registration, channel, clock::now())?;
                let purpose = match channel {
                    Channel::Voice => Purpose::VoiceCode,
                    Channel::Sms => Purpose::SmsCode,
                };
                self.spend(config, &registration, purpose, signed, None)
                    .await?
                    .map_err(|error| spent(ProblemType::CodeBudgetSpent, error))?;
                (Event::CodeRequested { channel }, 202)
            }
            Action::Confirm => {
                let ConfirmCode { code } = http::parse(&signed.body)?;
                (Event::CodeEntered { code }, 200)
            }
            _ => {
                let evidence: Evidence = http::parse(&signed.body)?;
                let variants = database::variants(&self.env).await?;
                let checked = check_evidence(&registration, &evidence, &variants, clock::now())?;
                self.spend(config, &registration, Purpose::Question, signed, Some(&checked))
                    .await?
                    .map_err(attempts_spent)?;
                (Event::EvidenceReceived { evidence: Box::new(evidence), variants }, 202)
            }
        };
        self.step(config, &registration, event, Some(signed), status).await
    }

    async fn progress(&self, config: &Config, id: RegistrationId, news: &str) -> Answer {
        let (seq, progress): (u32, CodeProgress) = shiming_wire::json::from_slice(news.as_bytes())?;
        let _one = self.lock.lock().await;
        let registration = self.load(config, &id).await?;
        self.step(config, &registration, Event::LineProgressed { seq, progress }, None, 200).await?;
        http::empty(204)
    }

    async fn look(&self, config: &Config, id: RegistrationId) -> Answer {
        match self.load(config, &id).await?.stage {
            Stage::Stored { case: Some(case), .. } => json(200, &case),
            _ => Err(ProblemType::StateConflict.into()),
        }
    }

    async fn decide(&self, config: &Config, id: RegistrationId, decision: &str) -> Answer {
        let decision: ReviewDecision = shiming_wire::json::from_slice(decision.as_bytes())?;
        let _one = self.lock.lock().await;
        let registration = self.load(config, &id).await?;
        self.step(config, &registration, Event::ReviewDecided(decision), None, 200).await
    }

    /// Applies an event and records its answer. The lock is held.
    async fn step(
        &self,
        config: &Config,
        registration: &Registration,
        event: Event,
        signed: Option<&Signed>,
        status: u16,
    ) -> Answer {
        let mut random = clock::random;
        let transition = registration::apply(registration, event, &mut context(config, &mut random))?;
        match transition.refusal.clone() {
            None => {
                let view = serde_json::to_string(&transition.registration.view())?;
                self.record(config, &transition, signed, status, view).await
            }
            // It has cost a try: a retry of the same request must not cost another.
            Some(refusal) => {
                let problem = Fault::from(refusal).into_problem();
                self.record(config, &transition, signed, problem.status, serde_json::to_string(&problem)?).await
            }
        }
    }

    async fn record(
        &self,
        config: &Config,
        transition: &Transition,
        signed: Option<&Signed>,
        status: u16,
        body: String,
    ) -> Answer {
        let answer = signed.map(|signed| AnswerRow {
            key: signed.key.clone(),
            request: signed.digest(),
            status,
            body: body.clone(),
        });
        self.write(config, transition, None, answer).await?;
        given(status, body)
    }

    /// Writes a step, tells who waits, and sets the alarm.
    async fn write(
        &self,
        config: &Config,
        transition: &Transition,
        remove: Option<u32>,
        answer: Option<AnswerRow>,
    ) -> Result<(), Fault> {
        let registration = &transition.registration;
        let id = hex(&registration.id);
        let state = sealed::seal(&config.common.data_keys, &state_place(&id), registration).await?;
        let mut add = Vec::with_capacity(transition.effects.len());
        for entry in &transition.effects {
            let sealed = sealed::seal(&config.common.data_keys, &entry_place(&id, entry.seq), entry).await?;
            add.push((entry.seq, sealed));
        }
        let state = Some((registration.version, state));
        self.store().commit(Commit { state, add, remove, answer, now: clock::now_ms() })?;
        // No await lies between the transaction and the alarm: both reach the disk together.
        self.arm(registration).await?;
        for waiting in self.waiting.borrow_mut().drain(..) {
            // Whoever is gone needs no news.
            let _ = waiting.send(());
        }
        Ok(())
    }

    /// Carries out what is due, and ends what time has ended.
    async fn carry_on(&self) -> Result<(), Fault> {
        let config = self.config()?;
        let Some(id) = self.own_id() else { return Ok(()) };
        while let Some(Due { entry, attempt, compares }) = self.next_entry(&config, &id).await? {
            let adapter = Adapter { config: &config.common, env: &self.env };
            let done = carry_out(&id, &entry, compares, &adapter).await;
            let _one = self.lock.lock().await;
            if !self.store().has(entry.seq)? {
                continue;
            }
            let mut random = clock::random;
            let registration = self.load(&config, &id).await?;
            match outbox::decide(registration.state(), &entry, attempt, done, clock::now(), &mut random) {
                Decision::Retry { after_ms } => self.store().put_off(entry.seq, attempt, clock::now_ms() + after_ms)?,
                Decision::Settle(outcome) => {
                    let event = Event::Settled { seq: entry.seq, call: entry.effect.call(), outcome };
                    let transition = registration::apply(&registration, event, &mut context(&config, &mut random))?;
                    self.write(&config, &transition, Some(entry.seq), None).await?;
                }
            }
        }
        self.rest(&config, &id).await
    }

    /// The next entry to carry out. What is not wanted any more is dropped on the way.
    async fn next_entry(&self, config: &Config, id: &RegistrationId) -> Result<Option<Due>, Fault> {
        let _one = self.lock.lock().await;
        if self.store().state()?.is_none() {
            return Ok(None);
        }
        let mut registration = self.load(config, id).await?;
        if registration.expires().is_some_and(|at| clock::now() >= at) {
            let mut random = clock::random;
            let transition = registration::apply(&registration, Event::Expired, &mut context(config, &mut random))?;
            self.write(config, &transition, None, None).await?;
            registration = transition.registration;
        }
        while let Some(row) = self.store().due(clock::now_ms())? {
            let place = entry_place(&hex(id), row.seq);
            let entry: Entry = sealed::open(&config.common.data_keys, &place, &row.sealed).await?;
            if outbox::is_wanted(&registration, &entry) {
                let compares = registration.compares(row.seq);
                return Ok(Some(Due { entry, attempt: row.attempts + 1, compares }));
            }
            self.store().drop_entry(row.seq)?;
        }
        Ok(None)
    }

    /// Nothing is due: sets the alarm for what comes next, or forgets a registration that ended long ago.
    async fn rest(&self, config: &Config, id: &RegistrationId) -> Result<(), Fault> {
        let _one = self.lock.lock().await;
        let Some(row) = self.store().state()? else { return Ok(()) };
        let registration = self.load(config, id).await?;
        let over = registration.state().is_final() && self.store().next_due()?.is_none();
        if over && clock::now_ms() >= row.updated + RETENTION_MS {
            self.state.storage().delete_all().await?;
            return Ok(());
        }
        self.arm(&registration).await
    }

    /// Sets the alarm: the next effect, the expiry, or the end of retention, whichever comes first.
    async fn arm(&self, registration: &Registration) -> Result<(), Fault> {
        let now = clock::now_ms();
        let expires = registration.expires().map(|at| at * 1000);
        let next = match (self.store().next_due()?, expires) {
            (Some(due), Some(expires)) => due.min(expires),
            (Some(at), None) | (None, Some(at)) => at,
            (None, None) if registration.state().is_final() => now + RETENTION_MS,
            // Stored and waiting for a reviewer: nothing to do by itself.
            (None, None) => return Ok(()),
        };
        self.wake_in(next.saturating_sub(now)).await?;
        Ok(())
    }

    async fn wake_in(&self, milliseconds: u64) -> worker::Result<()> {
        self.state.storage().set_alarm(i64::try_from(milliseconds).unwrap_or(i64::MAX)).await
    }

    /// Takes from the budgets of line, device and address, and of the number that a register is asked about if it counts
    /// (RC-4), or from none of them.
    async fn spend(
        &self,
        config: &Config,
        registration: &Registration,
        purpose: Purpose,
        signed: &Signed,
        about: Option<&Checked>,
    ) -> Result<Result<(), Spent>, Fault> {
        let limit = |scope| registration.policy.limit(purpose, scope);
        let mut budgets = vec![
            (signed.client.clone(), limit(Scope::Address), 1),
            (names::budget(&config.common, Scope::Device, &registration.device_key.0), limit(Scope::Device), 1),
        ];
        if let Some(subject) = &registration.subject {
            let line = names::budget(&config.common, Scope::Line, subject.contact_line.as_str().as_bytes());
            budgets.push((line, limit(Scope::Line), 1));
        }
        if let Some(Checked { question, inquiry, .. }) = about
            && registration.policy.plain_names().is_some()
        {
            let holder = names::budget(&config.common, Scope::Holder, question.id_number.as_str().as_bytes());
            budgets.push((holder, limit(Scope::Holder), inquiry.questions()));
        }
        Ok(budgets::take_all(&self.env, purpose, &budgets).await?)
    }

    /// The answer that this request got before, if it is a retry.
    fn recorded(&self, signed: &Signed) -> Result<Option<Answer>, Fault> {
        if self.store().state()?.is_none() {
            return Ok(None);
        }
        match self.store().answer(&signed.key)? {
            None => Ok(None),
            Some(row) if row.request == signed.digest() => Ok(Some(given(row.status, row.body))),
            Some(_) => Err(ProblemType::IdempotencyKeyReused.into()),
        }
    }

    async fn load(&self, config: &Config, id: &RegistrationId) -> Result<Registration, Fault> {
        let row = self.store().state()?.ok_or(ProblemType::RegistrationNotFound)?;
        sealed::open(&config.common.data_keys, &state_place(&hex(id)), &row.sealed).await
    }

    fn store(&self) -> Store {
        Store::new(self.state.storage())
    }

    fn config(&self) -> Result<Config, Fault> {
        Config::read(&self.env).map_err(|error| Fault::Internal(error.to_string()))
    }

    /// The object's name is the registration's id.
    fn own_id(&self) -> Option<RegistrationId> {
        self.state.id().name().and_then(|name| shiming_service::effect::parse_hex(&name))
    }
}

fn attempts_spent(error: Spent) -> Fault {
    spent(ProblemType::AttemptsSpent, error)
}

async fn verify(device_key: &Bytes<65>, signed: Unverified) -> Result<(), Fault> {
    match subtle::verify_p256(&device_key.0, &signed.base, &signed.signature).await {
        Ok(true) => Ok(()),
        // A key that is no point of the curve, or a signature of another length.
        Ok(false) | Err(_) => Err(ProblemType::SignatureInvalid.into()),
    }
}

fn context<'a>(config: &'a Config, random: shiming_service::Random<'a>) -> Context<'a> {
    Context { now: clock::now(), random, operator: config.codes.operator(&config.common) }
}

fn state_place(id: &str) -> String {
    format!("registration {id}")
}

fn entry_place(id: &str, seq: u32) -> String {
    format!("outbox {id} {seq}")
}
