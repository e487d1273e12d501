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
use serde::{Deserialize, Serialize};
use shiming_identity::line::masked_line;
use shiming_outside::crm::{FindSubscription, Subscription};
use shiming_proof::{IdempotencyKey, SignedGet, SignedPost, Unverified};
use shiming_service::budget::{Purpose, Scope, Spent};
use shiming_service::effect::{Entry, ReviewDecision, hex};
use shiming_service::link::LinkTarget;
use shiming_service::outbox::{self, Decision};
use shiming_service::port::{Crm as _, Reply, carry_out};
use shiming_service::registration::{
    self, Context, Event, Opening, Operator, Registration, Stage, Transition, check_code_request, check_evidence,
};
use shiming_wire::{
    Bytes, Channel, CodeProgress, ConfirmCode, CreateRegistration, Evidence, ProblemType, RegistrationCreated,
    RegistrationId, RequestCode, SimSubject, Terminal, Text,
};
use worker::{Delay, DurableObject, Env, Method, Request, RequestInit, Response, State, durable_object};

use crate::adapter::Adapter;
use crate::config::Config;
use crate::http::{self, Answer, json};
use crate::problem::{Fault, spent};
use crate::store::{AnswerRow, Commit, Store};
use crate::{budget_do, clock, database, link, names, sealed, subtle};

/// How long a GET waits for news, milliseconds.
const LONG_POLL_MS: u64 = 20_000;

/// How long a finished registration can still be looked at, milliseconds.
const RETENTION_MS: u64 = 86_400_000;

/// After a fault of ours the alarm comes back so soon, milliseconds.
const AFTER_FAULT_MS: u64 = 5_000;

/// What the Worker asks of a registration.
#[derive(Serialize, Deserialize)]
pub struct Ask {
    /// Its id.
    pub id: RegistrationId,
    /// What.
    pub what: What,
}

/// See [`Ask`].
#[derive(Serialize, Deserialize)]
pub enum What {
    /// `POST /v1/registrations`
    Create {
        /// The request.
        post: Post,
        /// The client's budget.
        client: String,
        /// The agent whose credential came along.
        agent: Option<Text<40>>,
    },
    /// `GET /v1/registrations/{id}`
    View {
        /// The request.
        get: Get,
        /// Wait for a version above this.
        after: Option<u32>,
    },
    /// `POST /v1/registrations/{id}/codes`
    RequestCode {
        /// The request.
        post: Post,
        /// The client's budget.
        client: String,
    },
    /// `POST /v1/registrations/{id}/confirmation`
    Confirm {
        /// The request.
        post: Post,
    },
    /// `POST /v1/registrations/{id}/evidence`
    Evidence {
        /// The request.
        post: Post,
        /// The client's budget.
        client: String,
    },
    /// News from the gateway, verified by the Worker.
    Progress {
        /// The effect that it speaks of.
        seq: u32,
        /// The news.
        progress: CodeProgress,
    },
    /// A reviewer looks at the case.
    Look,
    /// A reviewer decides.
    Decide(ReviewDecision),
    /// The cron wants to be sure that the alarm is set.
    Wake,
}

/// A signed POST as received, its signature not looked at yet.
#[derive(Serialize, Deserialize)]
pub struct Post {
    /// Path.
    pub path: String,
    /// Body.
    pub body: String,
    /// `Idempotency-Key`, of the right form.
    pub key: String,
    /// `Content-Digest`
    pub content_digest: Option<String>,
    /// `Signature-Input`
    pub signature_input: Option<String>,
    /// `Signature`
    pub signature: Option<String>,
}

/// A signed GET as received, its signature not looked at yet.
#[derive(Serialize, Deserialize)]
pub struct Get {
    /// Path.
    pub path: String,
    /// Query.
    pub query: String,
    /// `Signature-Input`
    pub signature_input: Option<String>,
    /// `Signature`
    pub signature: Option<String>,
}

impl Post {
    fn check(&self) -> Result<Unverified, Fault> {
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

    /// What an idempotency key stands for: path and body.
    fn digest(&self) -> String {
        format!("{} {}", self.path, shiming_proof::ContentDigest::of(self.body.as_bytes()))
    }
}

impl Get {
    fn check(&self) -> Result<Unverified, Fault> {
        let signed = SignedGet {
            path: &self.path,
            query: &self.query,
            signature_input: self.signature_input.as_deref(),
            signature: self.signature.as_deref(),
        };
        Ok(signed.check(clock::now())?)
    }
}

/// Asks a registration's object.
pub async fn ask(env: &Env, ask: &Ask) -> worker::Result<Response> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(serde_json::to_string(ask)?.into()));
    let request = Request::new_with_init("https://registration/", &init)?;
    env.durable_object("REGISTRATIONS")?.get_by_name(&hex(&ask.id))?.fetch_with_request(request).await
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
        let ask: Ask = serde_json::from_str(&request.text().await?)?;
        match self.answer(ask).await {
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
    async fn answer(&self, ask: Ask) -> Answer {
        let config = self.config()?;
        match ask.what {
            What::Create { post, client, agent } => self.create(&config, ask.id, &post, client, agent).await,
            What::View { get, after } => self.view(&config, ask.id, &get, after).await,
            What::RequestCode { post, client } => self.request_code(&config, ask.id, &post, client).await,
            What::Confirm { post } => self.confirm(&config, ask.id, &post).await,
            What::Evidence { post, client } => self.evidence(&config, ask.id, &post, client).await,
            What::Progress { seq, progress } => self.progress(&config, ask.id, seq, progress).await,
            What::Look => self.look(&config, ask.id).await,
            What::Decide(decision) => self.decide(&config, ask.id, decision).await,
            What::Wake => {
                let registration = self.load(&config, &ask.id).await?;
                self.arm(&registration).await?;
                http::empty(204)
            }
        }
    }

    async fn create(
        &self,
        config: &Config,
        id: RegistrationId,
        post: &Post,
        client: String,
        agent: Option<Text<40>>,
    ) -> Answer {
        let request: CreateRegistration = http::parse(&post.body)?;
        verify(&request.device_key, post.check()?).await?;
        let _one = self.lock.lock().await;
        if let Some(answer) = self.recorded(post)? {
            return answer;
        }
        if self.store().state()?.is_some() {
            // Its answer was recorded with it, under the only key that leads here.
            return Err(ProblemType::IdempotencyKeyReused.into());
        }
        let (policy, format) = (database::policy(&self.env).await?, database::format_parameters(&self.env).await?);
        let device = names::budget(config, Scope::Device, &request.device_key.0);
        let limit = |scope| policy.limit(Purpose::Opening, scope);
        let near = [(client, limit(Scope::Address)), (device, limit(Scope::Device))];
        budget_do::take_all(&self.env, Purpose::Opening, &near).await?.map_err(attempts_spent)?;
        let subscription = self.subscription(config, &request).await?;
        let line = names::budget(config, Scope::Line, subscription.contact_line.as_str().as_bytes());
        let line = [(line, limit(Scope::Line))];
        budget_do::take_all(&self.env, Purpose::Opening, &line).await?.map_err(attempts_spent)?;

        let line_hint = Text::new(masked_line(subscription.contact_line.as_str())).unwrap_or_default();
        let format = format.into_iter().filter(|side| side.document == request.document).collect();
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
            format,
        };
        self.record(config, &transition, Some(post), 201, serde_json::to_string(&created)?).await
    }

    /// The one subscription that the request names (RN-13). Whatever is wrong with it is one problem.
    async fn subscription(&self, config: &Config, request: &CreateRegistration) -> Result<Subscription, Fault> {
        let target = match &request.sim {
            SimSubject::Link(token) => {
                link::redeem(&self.env, config, token, &request.device_key, clock::now()).await?
            }
            SimSubject::Card { iccid, number } => LinkTarget { iccid: Some(iccid.clone()), number: number.clone() },
        };
        // A question: asking again is asking anew.
        let mut key = [0; 16];
        clock::random(&mut key);
        let query = FindSubscription { iccid: target.iccid.clone(), number: target.number.clone() };
        let adapter = Adapter { config, env: &self.env };
        match adapter.find_subscription(&names::hexadecimal(&key), &query).await {
            Reply::Answered(found)
                if found.number == target.number && target.iccid.as_ref().is_none_or(|iccid| *iccid == found.iccid) =>
            {
                Ok(found)
            }
            Reply::Answered(_) | Reply::Refused => Err(ProblemType::SimNotFound.into()),
            Reply::Unavailable => Err(ProblemType::UpstreamUnavailable.into()),
        }
    }

    async fn view(&self, config: &Config, id: RegistrationId, get: &Get, after: Option<u32>) -> Answer {
        let signed = get.check()?;
        let registration = self.load(config, &id).await?;
        verify(&registration.device_key, signed).await?;
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

    async fn request_code(&self, config: &Config, id: RegistrationId, post: &Post, client: String) -> Answer {
        let _one = self.lock.lock().await;
        let registration = self.load(config, &id).await?;
        verify(&registration.device_key, post.check()?).await?;
        if let Some(answer) = self.recorded(post)? {
            return answer;
        }
        let RequestCode { channel } = http::parse(&post.body)?;
        check_code_request(&registration, channel, clock::now())?;
        let purpose = match channel {
            Channel::Voice => Purpose::VoiceCode,
            Channel::Sms => Purpose::SmsCode,
        };
        self.spend(config, &registration, purpose, client)
            .await?
            .map_err(|error| spent(ProblemType::CodeBudgetSpent, error))?;
        self.step(config, &registration, Event::CodeRequested { channel }, Some(post), 202).await
    }

    async fn confirm(&self, config: &Config, id: RegistrationId, post: &Post) -> Answer {
        let _one = self.lock.lock().await;
        let registration = self.load(config, &id).await?;
        verify(&registration.device_key, post.check()?).await?;
        if let Some(answer) = self.recorded(post)? {
            return answer;
        }
        let ConfirmCode { code } = http::parse(&post.body)?;
        self.step(config, &registration, Event::CodeEntered { code }, Some(post), 200).await
    }

    async fn evidence(&self, config: &Config, id: RegistrationId, post: &Post, client: String) -> Answer {
        let _one = self.lock.lock().await;
        let registration = self.load(config, &id).await?;
        verify(&registration.device_key, post.check()?).await?;
        if let Some(answer) = self.recorded(post)? {
            return answer;
        }
        let evidence: Evidence = http::parse(&post.body)?;
        check_evidence(&registration, &evidence, clock::now())?;
        self.spend(config, &registration, Purpose::Question, client).await?.map_err(attempts_spent)?;
        self.step(config, &registration, Event::EvidenceReceived(Box::new(evidence)), Some(post), 202).await
    }

    async fn progress(&self, config: &Config, id: RegistrationId, seq: u32, progress: CodeProgress) -> Answer {
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

    async fn decide(&self, config: &Config, id: RegistrationId, decision: ReviewDecision) -> Answer {
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
        post: Option<&Post>,
        status: u16,
    ) -> Answer {
        let mut random = clock::random;
        let transition = registration::apply(registration, event, &mut context(config, &mut random))?;
        match transition.refusal.clone() {
            None => {
                let view = serde_json::to_string(&transition.registration.view())?;
                self.record(config, &transition, post, status, view).await
            }
            // It has cost a try: a retry of the same request must not cost another.
            Some(refusal) => {
                let problem = Fault::from(refusal).into_problem();
                self.record(config, &transition, post, problem.status, serde_json::to_string(&problem)?).await
            }
        }
    }

    async fn record(
        &self,
        config: &Config,
        transition: &Transition,
        post: Option<&Post>,
        status: u16,
        body: String,
    ) -> Answer {
        let answer = post.map(|post| AnswerRow { key: post.key.clone(), request: post.digest(), status, body: body.clone() });
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
        let state = sealed::seal(&config.data_keys, &state_place(&id), registration).await?;
        let mut add = Vec::with_capacity(transition.effects.len());
        for entry in &transition.effects {
            let sealed = sealed::seal(&config.data_keys, &entry_place(&id, entry.seq), entry).await?;
            add.push((entry.seq, entry.effect.kind().as_str(), sealed));
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
        while let Some((entry, attempt)) = self.next_entry(&config, &id).await? {
            let adapter = Adapter { config: &config, env: &self.env };
            let done = carry_out(&id, &entry, &adapter).await;
            let _one = self.lock.lock().await;
            if !self.store().has(entry.seq)? {
                continue;
            }
            let mut random = clock::random;
            match outbox::decide(&entry, attempt, done, clock::now(), &mut random) {
                Decision::Retry { after_ms } => self.store().put_off(entry.seq, attempt, clock::now_ms() + after_ms)?,
                Decision::Settle(outcome) => {
                    let registration = self.load(&config, &id).await?;
                    let event = Event::Settled { seq: entry.seq, kind: entry.effect.kind(), outcome };
                    let transition = registration::apply(&registration, event, &mut context(&config, &mut random))?;
                    self.write(&config, &transition, Some(entry.seq), None).await?;
                }
            }
        }
        self.rest(&config, &id).await
    }

    /// The next entry to carry out and the number of this attempt. What is not wanted any more is dropped on the way.
    async fn next_entry(&self, config: &Config, id: &RegistrationId) -> Result<Option<(Entry, u32)>, Fault> {
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
            let entry: Entry = sealed::open(&config.data_keys, &place, &row.sealed).await?;
            if outbox::is_wanted(&registration, &entry) {
                return Ok(Some((entry, row.attempts + 1)));
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

    /// Takes from the budgets of line, device and address, or from none of them.
    async fn spend(
        &self,
        config: &Config,
        registration: &Registration,
        purpose: Purpose,
        client: String,
    ) -> Result<Result<(), Spent>, Fault> {
        let limit = |scope| registration.policy.limit(purpose, scope);
        let mut budgets = vec![
            (client, limit(Scope::Address)),
            (names::budget(config, Scope::Device, &registration.device_key.0), limit(Scope::Device)),
        ];
        if let Some(subject) = &registration.subject {
            let line = names::budget(config, Scope::Line, subject.contact_line.as_str().as_bytes());
            budgets.push((line, limit(Scope::Line)));
        }
        Ok(budget_do::take_all(&self.env, purpose, &budgets).await?)
    }

    /// The answer that this request got before, if it is a retry.
    fn recorded(&self, post: &Post) -> Result<Option<Answer>, Fault> {
        if self.store().state()?.is_none() {
            return Ok(None);
        }
        match self.store().answer(&post.key)? {
            None => Ok(None),
            Some(row) if row.request == post.digest() => Ok(Some(given(row.status, row.body))),
            Some(_) => Err(ProblemType::IdempotencyKeyReused.into()),
        }
    }

    async fn load(&self, config: &Config, id: &RegistrationId) -> Result<Registration, Fault> {
        let row = self.store().state()?.ok_or(ProblemType::RegistrationNotFound)?;
        sealed::open(&config.data_keys, &state_place(&hex(id)), &row.sealed).await
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

fn given(status: u16, body: String) -> Answer {
    let media_type = if status < 400 { "application/json" } else { "application/problem+json" };
    http::written(status, media_type, body)
}

async fn verify(device_key: &Bytes<65>, signed: Unverified) -> Result<(), Fault> {
    match subtle::verify_p256(&device_key.0, &signed.base, &signed.signature).await {
        Ok(true) => Ok(()),
        // A key that is no point of the curve, or a signature of another length.
        Ok(false) | Err(_) => Err(ProblemType::SignatureInvalid.into()),
    }
}

fn context<'a>(config: &'a Config, random: shiming_service::Random<'a>) -> Context<'a> {
    Context {
        now: clock::now(),
        random,
        operator: Operator {
            code_key: &config.code_key,
            service_key: &config.service_key,
            session_key_mode: config.session_key_mode,
            service_number: &config.service_number,
            host: config.host(),
        },
    }
}

fn state_place(id: &str) -> String {
    format!("registration {id}")
}

fn entry_place(id: &str, seq: u32) -> String {
    format!("outbox {id} {seq}")
}
