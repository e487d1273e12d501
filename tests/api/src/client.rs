//! Who talks to the system: a phone, the operator's staff, and the test itself through the sandbox's remote control.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shiming_outside::crm::SimState;
use shiming_proof::{HmacKey, IdempotencyKey, KeyId, Secret, ToSign};
use shiming_wire::{
    Bytes, Channel, ConfirmCode, CreateRegistration, Evidence, Problem, RegistrationCreated, RegistrationId,
    RegistrationView, RequestCode, SimSubject, State, Terminal, Text,
};

/// Longest wait for something that has to happen. Generous: it decides only how long a failing test takes.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked.
const GLANCE: Duration = Duration::from_millis(40);

/// A request in the making; tests spoil it before it goes out.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body of a POST or PUT.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, or nothing.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

fn agent() -> &'static ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            // Servers are killed here: a kept connection would fail the first request to the next one.
            .max_idle_connections(0)
            .timeout_global(Some(PATIENCE))
            .build()
            .into()
    })
}

impl Request {
    /// A GET.
    pub fn get(target: impl Into<String>) -> Self {
        Self { method: "GET", target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A POST of JSON.
    pub fn post(target: impl Into<String>, body: Vec<u8>) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { method: "POST", target: target.into(), headers, body }
    }

    /// With this header, in place of one of the same name.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        let mut request = self.without(name);
        request.headers.push((name, value.into()));
        request
    }

    /// Without this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| *present != name);
        self
    }

    /// With another body, and everything else as it is.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With a bearer credential and, on a POST, a fresh idempotency key.
    #[must_use]
    pub fn by(self, credential: &str) -> Self {
        let request = self.with("authorization", format!("Bearer {credential}"));
        if request.method == "POST" { request.with("idempotency-key", random_key()) } else { request }
    }

    /// Sends it to `base`. The development server in front of the Worker sometimes drops a connection whose body the Worker
    /// does not read (a refusal of a large one) and answers by itself; no answer of the Worker looks so. Then it is sent
    /// once more: what is refused leaves nothing behind.
    pub fn send(&self, base: &str) -> Result<Answer> {
        let dropped = |answer: &Answer| {
            answer.status == 500 && String::from_utf8_lossy(&answer.body).contains("Network connection lost")
        };
        match self.send_once(base)? {
            answer if dropped(&answer) => self.send_once(base),
            answer => Ok(answer),
        }
    }

    fn send_once(&self, base: &str) -> Result<Answer> {
        let url = format!("{base}{}", self.target);
        let mut builder = ureq::http::Request::builder().method(self.method).uri(&url);
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        let what = || format!("{} {}", self.method, self.target);
        let mut response = if self.method == "GET" {
            agent().run(builder.body(())?).with_context(what)?
        } else {
            agent().run(builder.body(self.body.as_slice())?).with_context(what)?
        };
        let content_type =
            response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = response.body_mut().read_to_vec().with_context(what)?;
        Ok(Answer { status: response.status().as_u16(), content_type, body })
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// The body, if the status is `status`.
    pub fn expect<T: DeserializeOwned>(&self, status: u16) -> Result<T> {
        ensure!(
            self.status == status,
            "status {} instead of {status}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }

    /// The problem: status, content type and body have to agree (RFC 9457).
    pub fn problem(&self) -> Result<Problem> {
        let problem: Problem = self.json()?;
        ensure!(self.content_type == "application/problem+json", "content type {}", self.content_type);
        ensure!(self.status == problem.status && self.status == problem.kind.status(), "status {}", self.status);
        Ok(problem)
    }
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// A fresh idempotency key.
#[must_use]
pub fn random_key() -> String {
    Bytes(random::<16>()).to_base64url()
}

fn random<const LEN: usize>() -> [u8; LEN] {
    let mut bytes = [0; LEN];
    // Without randomness no test makes sense.
    assert!(getrandom::fill(&mut bytes).is_ok(), "the system gives no randomness");
    bytes
}

/// A phone with its device key, and the registration that it opened.
pub struct Phone {
    edge: String,
    key: SigningKey,
    /// Credential of the agent whose terminal this is (RN-1).
    pub agent: Option<String>,
    /// What the edge answered when the registration was opened.
    pub opened: Option<RegistrationCreated>,
}

impl Phone {
    /// A phone with a new key.
    pub fn new(edge: impl Into<String>) -> Result<Self> {
        let key = loop {
            // Nearly every 32 bytes are a key.
            if let Ok(key) = SigningKey::from_slice(&random::<32>()) {
                break key;
            }
        };
        Ok(Self { edge: edge.into(), key, agent: None, opened: None })
    }

    /// Public half of the key.
    #[must_use]
    pub fn device_key(&self) -> Bytes<65> {
        let point = self.key.verifying_key().to_sec1_point(false);
        Bytes(point.as_bytes().try_into().unwrap_or([0; 65]))
    }

    /// The registration's id.
    pub fn id(&self) -> Result<RegistrationId> {
        Ok(self.opened.as_ref().context("no registration was opened")?.id)
    }

    /// The id as outside systems know it.
    pub fn hex_id(&self) -> Result<String> {
        Ok(self.id()?.0.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")))
    }

    /// `/v1/registrations/{id}/{rest}`
    pub fn path(&self, rest: &str) -> Result<String> {
        Ok(format!("/v1/registrations/{}{rest}", self.id()?.to_base64url()))
    }

    /// A POST as the phone makes it: signed now, with a fresh idempotency key.
    pub fn signed(&self, path: &str, body: &impl Serialize) -> Result<Request> {
        self.signed_bytes(path, serde_json::to_vec(body)?, &random_key(), now())
    }

    /// A POST of these bytes, signed as if it were made at `created`.
    pub fn signed_bytes(&self, path: &str, body: Vec<u8>, key: &str, created: u64) -> Result<Request> {
        let to_sign = ToSign::post(path, &body, IdempotencyKey::parse(key)?, created, None)?;
        let signature: Signature = self.key.sign(to_sign.base());
        let headers = to_sign.finish(&signature.to_bytes());
        let mut request = Request::post(path, body)
            .with("idempotency-key", key)
            .with("content-digest", headers.content_digest.context("a POST has a digest")?)
            .with("signature-input", headers.signature_input)
            .with("signature", headers.signature);
        if let Some(agent) = &self.agent {
            request = request.with("authorization", format!("Bearer {agent}"));
        }
        Ok(request)
    }

    /// A GET as the phone makes it.
    pub fn signed_get(&self, path: &str, query: &str) -> Result<Request> {
        let to_sign = ToSign::get(path, query, now())?;
        let signature: Signature = self.key.sign(to_sign.base());
        let headers = to_sign.finish(&signature.to_bytes());
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Ok(Request::get(target).with("signature-input", headers.signature_input).with("signature", headers.signature))
    }

    /// Sends to the edge.
    pub fn send(&self, request: &Request) -> Result<Answer> {
        request.send(&self.edge)
    }

    /// Signs and sends.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send(&self.signed(path, body)?)
    }

    /// The body of the first request.
    #[must_use]
    pub fn create_body(&self, sim: SimSubject) -> CreateRegistration {
        CreateRegistration {
            device_key: self.device_key(),
            sim,
            document: shiming_identity::document::DocumentKind::CnResidentId,
            terminal: if self.agent.is_some() { Terminal::Agent } else { Terminal::Own },
        }
    }

    /// Opens a registration.
    pub fn open(&mut self, sim: SimSubject) -> Result<&RegistrationCreated> {
        let answer = self.post("/v1/registrations", &self.create_body(sim))?;
        Ok(self.opened.insert(answer.expect(201)?))
    }

    /// Asks for a code.
    pub fn request_code(&self, channel: Channel) -> Result<Answer> {
        self.post(&self.path("/codes")?, &RequestCode { channel })
    }

    /// Sends a code.
    pub fn confirm(&self, code: &str) -> Result<Answer> {
        self.post(&self.path("/confirmation")?, &ConfirmCode { code: Text::new(code)? })
    }

    /// Sends evidence.
    pub fn send_evidence(&self, evidence: &Evidence) -> Result<Answer> {
        self.post(&self.path("/evidence")?, evidence)
    }

    /// The registration as it is now.
    pub fn view(&self) -> Result<RegistrationView> {
        self.send(&self.signed_get(&self.path("")?, "")?)?.expect(200)
    }

    /// Waits until the registration is as `wanted` says, by asking for changes as the page does.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&RegistrationView) -> bool) -> Result<RegistrationView> {
        let begin = Instant::now();
        loop {
            let view = self.view()?;
            if wanted(&view) {
                return Ok(view);
            }
            if begin.elapsed() > PATIENCE {
                bail!("the registration is never {what}: {view:?}");
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Waits for a state.
    pub fn wait_for(&self, state: State) -> Result<RegistrationView> {
        self.wait_until(&format!("{state:?}"), |view| view.state == state)
    }

    /// Asks for a code by message and confirms it.
    pub fn confirm_by_sms(&self, world: &Sandbox, line: &str) -> Result<RegistrationView> {
        let before = world.messages(line)?.len();
        self.request_code(Channel::Sms)?.expect::<RegistrationView>(202)?;
        let code = world.code_message(line, before)?;
        self.confirm(&code)?.expect(200)
    }
}

/// The sandbox's remote control.
#[derive(Clone, Debug)]
pub struct Sandbox {
    base: String,
}

/// One activation or deactivation that the CRM carried out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LedgerRow {
    /// `activate` or `deactivate`.
    pub operation: String,
    /// The card.
    pub iccid: String,
    /// Why: the registration, hexadecimal.
    pub registration: String,
    /// The key of the call that did it.
    pub idempotency_key: String,
    /// State before.
    pub sim_before: SimState,
    /// State after.
    pub sim_after: SimState,
}

/// One call that an outside system received.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CallRow {
    /// Number of the call.
    pub id: u64,
    /// Path.
    pub path: String,
    /// Idempotency key.
    pub idempotency_key: String,
    /// What became of it (the sandbox's documentation lists the words).
    pub outcome: String,
}

/// One question that the register answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QuestionRow {
    /// The key of the call that asked.
    pub idempotency_key: String,
    /// The number asked about.
    pub id_number: String,
    /// The name asked about.
    pub name: String,
    /// Its sequence, JSON.
    pub sequence: Option<String>,
    /// `match`, `name_differs` or `number_unknown`.
    pub outcome: String,
}

/// A message on a phone.
#[derive(Clone, Debug, Deserialize)]
pub struct MessageRow {
    /// The text.
    pub text: String,
    /// 1 if the phone sent it.
    pub outgoing: u8,
}

/// A subscription in the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Subscription {
    /// The card.
    pub iccid: String,
    /// Its number.
    pub number: String,
    /// Where codes go.
    pub contact_line: String,
    /// State of the card.
    pub sim: SimState,
    /// It has an effective record.
    pub registered: bool,
    /// ID number of its holder.
    pub holder: Option<String>,
    /// Its place in the seed.
    pub index: u32,
}

/// An identity record in the CRM.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecordView {
    /// `stored`, `effective` or `withdrawn`.
    pub state: String,
    /// What was stored: `shiming_outside::crm::StoreIdentity` as JSON.
    pub record: Value,
}

impl Sandbox {
    /// The sandbox at `base`.
    #[must_use]
    pub fn new(base: String) -> Self {
        Self { base }
    }

    /// Reads something.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        Request::get(path).send(&self.base)?.expect(200)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        Request::post(path, serde_json::to_vec(body)?).send(&self.base)
    }

    /// All activations and deactivations.
    pub fn ledger(&self) -> Result<Vec<LedgerRow>> {
        self.get("/ledger")
    }

    /// Those of one registration.
    pub fn ledger_of(&self, registration: &str) -> Result<Vec<LedgerRow>> {
        Ok(self.ledger()?.into_iter().filter(|row| row.registration == registration).collect())
    }

    /// Every call that was received.
    pub fn calls(&self) -> Result<Vec<CallRow>> {
        self.get("/calls")
    }

    /// Calls of `path` that carry a key of this registration.
    pub fn calls_of(&self, registration: &str, path: &str) -> Result<Vec<CallRow>> {
        let of = |row: &CallRow| row.path == path && row.idempotency_key.starts_with(registration);
        Ok(self.calls()?.into_iter().filter(of).collect())
    }

    /// All identity records.
    pub fn records(&self) -> Result<Vec<RecordView>> {
        self.get("/crm/records")
    }

    /// The record of one registration, if there is one.
    pub fn record(&self, registration: &str) -> Result<Option<RecordView>> {
        let answer = Request::get(format!("/crm/records/{registration}")).send(&self.base)?;
        if answer.status == 404 { Ok(None) } else { answer.expect(200).map(Some) }
    }

    /// All subscriptions.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>> {
        self.get("/crm/subscriptions")
    }

    /// The subscription of a card.
    pub fn subscription(&self, iccid: &str) -> Result<Subscription> {
        self.get(&format!("/crm/subscriptions/{iccid}"))
    }

    /// Messages on a phone.
    pub fn messages(&self, line: &str) -> Result<Vec<MessageRow>> {
        self.get(&format!("/phones/{line}/messages"))
    }

    /// Waits until more than `before` messages are on the phone, and gives the last.
    pub fn next_message(&self, line: &str, before: usize) -> Result<String> {
        let messages = wait(&format!("a message on {line}"), || {
            let messages = self.messages(line)?;
            Ok((messages.len() > before).then_some(messages))
        })?;
        Ok(messages.into_iter().last().context("no message")?.text)
    }

    /// Waits for the next code message and gives its code: the last line is `@host #code`.
    pub fn code_message(&self, line: &str, before: usize) -> Result<String> {
        let text = self.next_message(line, before)?;
        let (_, code) = text.lines().last().and_then(|line| line.rsplit_once('#')).context("no code in the message")?;
        ensure!(code.len() == 6, "no six digits");
        Ok(code.to_owned())
    }

    /// Waits until the phone rings, answers, and gives the code that is spoken.
    pub fn answer_call(&self, line: &str) -> Result<String> {
        wait(&format!("{line} to ring"), || {
            let state: Value = self.get(&format!("/phones/{line}/state"))?;
            Ok((state["call"]["state"] == "ringing").then_some(()))
        })?;
        let state: Value = self.post(&format!("/phones/{line}/answer"), &json!({}))?.expect(200)?;
        Ok(state["call"]["announcement"]["code"].as_str().context("nothing is spoken")?.to_owned())
    }

    /// Hangs up.
    pub fn hang_up(&self, line: &str) -> Result<()> {
        self.post(&format!("/phones/{line}/hangup"), &json!({}))?.expect::<Value>(200).map(|_| ())
    }

    /// Sends a message from a phone to a service code (RN-2).
    pub fn send_from(&self, line: &str, to: &str, text: &str) -> Result<()> {
        let body = json!({ "to": to, "text": text });
        self.post(&format!("/phones/{line}/send"), &body)?.expect::<Value>(202).map(|_| ())
    }

    /// The next `times` calls of `on` meet a trouble: `unavailable`, `timeout`, `malformed`, `drop_answer`, `delay`.
    pub fn fault(&self, on: &str, kind: &str, times: u32) -> Result<()> {
        self.control(&json!({ "action": "fault", "on": on, "kind": kind, "times": times }))
    }

    /// The same for calls whose body holds `only`.
    pub fn fault_for(&self, on: &str, only: &str, kind: &str, times: u32) -> Result<()> {
        self.control(&json!({ "action": "fault", "on": on, "only": only, "kind": kind, "times": times }))
    }

    /// Which kind of register is played, `sequence` or `plain`, and how many questions about one number it answers in a
    /// day (0: any number), until [`Self::calm`].
    pub fn register_takes(&self, takes: &str, per_day: u32) -> Result<()> {
        self.control(&json!({ "action": "register", "takes": takes, "per_day": per_day }))
    }

    /// In which codes the register has somebody's name, until [`Self::calm`].
    pub fn register_name(&self, id_number: &str, name: &str) -> Result<()> {
        self.control(&json!({ "action": "name", "id_number": id_number, "name": name }))
    }

    /// Which portrait the register has of somebody (JPEG), or that it has none, until [`Self::calm`].
    pub fn register_portrait(&self, id_number: &str, jpeg: Option<&[u8]>) -> Result<()> {
        let portrait = jpeg.map(|jpeg| STANDARD.encode(jpeg));
        self.control(&json!({ "action": "portrait", "id_number": id_number, "portrait": portrait }))
    }

    /// Every question that the register answered.
    pub fn questions(&self) -> Result<Vec<QuestionRow>> {
        self.get("/questions")
    }

    /// Those that a registration asked, oldest first.
    pub fn questions_of(&self, registration: &str) -> Result<Vec<QuestionRow>> {
        Ok(self.questions()?.into_iter().filter(|row| row.idempotency_key.starts_with(registration)).collect())
    }

    /// Asks the register as the edge does: signed with the key that both have in development.
    pub fn ask_register(&self, path: &str, key: &str, body: &str) -> Result<Answer> {
        let vars = include_str!("../../../crates/sandbox/.dev.vars.example");
        let line = vars.lines().find_map(|line| line.strip_prefix("REGISTER_KEYS=")).context("no key")?;
        let (id, secret) = line.trim_matches('"').split_once(':').context("not a key")?;
        let signing = HmacKey { id: KeyId::new(id)?, secret: Secret::from_base64url(secret)? };
        let headers = signing.sign(path, body.as_bytes(), IdempotencyKey::parse(key)?, now())?;
        Request::post(path, body.as_bytes().to_vec())
            .with("idempotency-key", key)
            .with("content-digest", headers.content_digest.context("a POST has a digest")?)
            .with("signature-input", headers.signature_input)
            .with("signature", headers.signature)
            .send(&self.base)
    }

    /// Calls of `on` wait, `before` or `after` they are carried out, until they are released.
    pub fn hold(&self, on: &str, phase: &str) -> Result<()> {
        self.control(&json!({ "action": "hold", "on": on, "phase": phase }))
    }

    /// Any other order.
    pub fn order(&self, order: &Value) -> Result<()> {
        self.control(order)
    }

    /// Ends all troubles and holds.
    pub fn calm(&self) -> Result<()> {
        self.control(&json!({ "action": "reset" }))
    }

    fn control(&self, order: &Value) -> Result<()> {
        self.post("/control", order)?.expect::<Value>(200).map(|_| ())
    }
}

/// Looks until there is something.
pub fn wait<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let begin = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if begin.elapsed() > PATIENCE {
            bail!("waited in vain for {what}");
        }
        std::thread::sleep(GLANCE);
    }
}
