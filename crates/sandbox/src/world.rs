//! The `World` object: the one place where the outside world's state changes.
//!
//! One object plays the operator's CRM and HLR, the message centre, the telephone gateway and all phones, because what
//! is decided about a card, entered in the ledger and recorded under an idempotency key has to happen in one step.

#![allow(missing_docs, reason = "the durable_object macro makes public items without any")]

use std::cell::Cell;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use shiming_outside::crm::SimState;
use worker::{Date, Delay, DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

use crate::answer::Answer;
use crate::auth;
use crate::rules::faults::{Control, Scope, is_target, system_of};
use crate::rules::phone::{CallEvent, CallState, dialable};
use crate::rules::register::Kind;
use crate::store::{PhoneCallRow, Record, Store, SubscriptionRow};

/// Longest wait of `GET /phones/{line}/state?after=…`, milliseconds.
const LONGEST_POLL_MS: u64 = 20_000;
/// How often a waiting request looks again.
pub const GLANCE: Duration = Duration::from_millis(100);

/// The outside world.
#[durable_object(alarm)]
pub struct World {
    pub(crate) state: State,
    pub(crate) env: Env,
    /// The tables, or why they could not be opened.
    store: Result<Store>,
    /// Grows whenever something on some phone changes; starts at the clock so that it also grows over a restart.
    version: Cell<u64>,
    /// The subscriptions are those of D1's seed.
    seeded: Cell<bool>,
    /// Counts the beginnings of the world, so that a call held over a reset does nothing in the new one.
    pub(crate) epoch: Cell<u32>,
}

impl DurableObject for World {
    fn new(state: State, env: Env) -> Self {
        let store = Store::open(state.storage().sql());
        Self { state, env, store, version: Cell::new(now_ms()), seeded: Cell::new(false), epoch: Cell::new(0) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        match self.route(request).await {
            Ok(answer) => answer.into_response(),
            Err(error) => {
                worker::console_error!("sandbox: {error}");
                Answer::problem(500, "internal", "The sandbox itself failed; its log says why.").into_response()
            }
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.catch_up().await?;
        Response::empty()
    }
}

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms() -> u64 {
    Date::now().as_millis()
}

#[derive(Deserialize)]
struct After {
    after: Option<u64>,
}

impl World {
    pub(crate) fn store(&self) -> Result<&Store> {
        self.store.as_ref().map_err(|error| worker::Error::RustError(error.to_string()))
    }

    /// Says that something on a phone changed.
    pub(crate) fn touch(&self) {
        self.version.set(now_ms().max(self.version.get() + 1));
    }

    async fn route(&self, mut request: Request) -> Result<Answer> {
        if !self.ensure_seeded().await? {
            return Ok(Answer::problem(
                503,
                "not-seeded",
                "The sandbox knows no citizens yet: apply its migrations and its seed, see crates/sandbox/README.md.",
            ));
        }
        let path = request.path();
        if system_of(&path).is_some() && path != "/crm/reset" && request.method() == worker::Method::Post {
            return self.outside_call(request).await;
        }
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let store = self.store()?;
        match (request.method(), segments.as_slice()) {
            (worker::Method::Get, ["citizens"]) => self.citizens().await,
            (worker::Method::Get, ["ledger"]) => Answer::ok(&store.ledger()?),
            (worker::Method::Get, ["calls"]) => Answer::ok(&store.calls()?),
            (worker::Method::Get, ["questions"]) => Answer::ok(&store.questions()?),
            (worker::Method::Get, ["cards"]) => Answer::ok(&store.cards()?),
            (worker::Method::Get, ["callbacks"]) => Answer::ok(&store.callbacks()?),
            (worker::Method::Get, ["police", "keys"]) => Answer::ok(&auth::seal_key(&self.env)?.published()),
            (worker::Method::Get, ["control"]) => self.orders(),
            (worker::Method::Post, ["control"]) => {
                let body = request.bytes().await?;
                self.order(&body)
            }
            (worker::Method::Get, ["crm", "records"]) => {
                Answer::ok(&store.records()?.iter().map(record_view).collect::<Vec<_>>())
            }
            (worker::Method::Get, ["crm", "records", registration]) => match store.record(registration)? {
                Some(record) => Answer::ok(&record_view(&record)),
                None => Ok(Answer::not_found()),
            },
            (worker::Method::Get, ["crm", "subscriptions"]) => {
                Answer::ok(&store.subscriptions()?.iter().map(subscription_view).collect::<Vec<_>>())
            }
            (worker::Method::Get, ["crm", "subscriptions", iccid]) => match store.subscription_of_card(iccid)? {
                Some(row) => Answer::ok(&subscription_view(&row)),
                None => Ok(Answer::not_found()),
            },
            (worker::Method::Post, ["crm", "reset"]) => {
                store.empty()?;
                self.seeded.set(false);
                self.epoch.set(self.epoch.get() + 1);
                self.ensure_seeded().await?;
                Answer::ok(&json!({}))
            }
            (worker::Method::Get, ["phones", line, "state"]) if dialable(line) => {
                let after = request.query::<After>().ok().and_then(|query| query.after);
                self.wait_for_change(after).await;
                self.phone_state(line)
            }
            (worker::Method::Get, ["phones", line, "messages"]) if dialable(line) => Answer::ok(&store.messages(line)?),
            (worker::Method::Post, ["phones", line, "answer"]) if dialable(line) => {
                self.press(line, CallEvent::Answer).await
            }
            (worker::Method::Post, ["phones", line, "decline"]) if dialable(line) => {
                self.press(line, CallEvent::Decline).await
            }
            (worker::Method::Post, ["phones", line, "hangup"]) if dialable(line) => {
                self.press(line, CallEvent::HangUp).await
            }
            (worker::Method::Post, ["phones", line, "send"]) if dialable(line) => {
                let body = request.bytes().await?;
                self.send_from(line, &body).await
            }
            _ => Ok(Answer::not_found()),
        }
    }

    /// Takes the subscriptions over from D1 if that was not done since it was seeded; false if it never was.
    async fn ensure_seeded(&self) -> Result<bool> {
        #[derive(Deserialize)]
        struct Seed {
            fingerprint: String,
        }
        if self.seeded.get() {
            return Ok(true);
        }
        let database = self.env.d1("DB")?;
        let Some(seed) = database.prepare("SELECT fingerprint FROM seed").first::<Seed>(None).await? else {
            return Ok(false);
        };
        let rows = database.prepare("SELECT * FROM subscriptions ORDER BY position").all().await?;
        let rows: Vec<SubscriptionRow> = rows.results()?;
        // Another request may have done it meanwhile, and changed something since. From here on nothing yields.
        let store = self.store()?;
        if !self.seeded.get() && store.origin("seed")?.as_ref() != Some(&seed.fingerprint) {
            store.empty()?;
            rows.iter().try_for_each(|row| store.add_subscription(row))?;
            store.set_origin("seed", &seed.fingerprint)?;
            self.touch();
        }
        self.seeded.set(true);
        Ok(true)
    }

    /// The citizens with the subscription that each may register; portraits are left out.
    async fn citizens(&self) -> Result<Answer> {
        let found = self
            .env
            .d1("DB")?
            .prepare(
                "SELECT position AS 'index', name, sex, ethnicity, birth_date, address, id_number, issuer, valid_from,
                 valid_until FROM citizens ORDER BY position",
            )
            .all()
            .await?;
        let mut citizens: Vec<Value> = found.results()?;
        for row in self.store()?.subscriptions()? {
            let position = Value::from(row.position);
            if let Some(Value::Object(citizen)) =
                citizens.iter_mut().find(|citizen| same_number(citizen.get("index"), &position))
            {
                citizen.insert("subscription".to_owned(), subscription_view(&row));
            }
        }
        Answer::ok(&citizens)
    }

    fn orders(&self) -> Result<Answer> {
        let store = self.store()?;
        Answer::ok(&json!({
            "faults": store.faults()?, "holds": store.holds()?, "register": store.register_kind()?,
            "police": store.police()?,
        }))
    }

    fn order(&self, body: &[u8]) -> Result<Answer> {
        let Ok(order) = serde_json::from_slice::<Control>(body) else {
            return Ok(Answer::malformed());
        };
        let store = self.store()?;
        let scope = |target, only_text| is_target(target).then(|| Scope { target: target.to_owned(), only_text });
        let done = match order {
            Control::Fault { on, only, kind, times, delay_ms } => {
                scope(&on, only).map(|scope| store.add_fault(&scope, kind, times, delay_ms))
            }
            Control::Hold { on, only, phase } => scope(&on, only).map(|scope| store.hold(&scope, phase)),
            Control::Release { on: Some(on), only } => scope(&on, only).map(|scope| store.release(Some(&scope))),
            Control::Release { on: None, .. } => Some(store.release(None)),
            Control::Register { takes, per_day } => Some(store.set_register_kind(Kind { takes, per_day })),
            Control::Name { id_number, name } => Some(store.set_name(&id_number, &name)),
            Control::Portrait { id_number, portrait } => {
                Some(store.set_portrait(&id_number, &portrait.map(|portrait| portrait.0).unwrap_or_default()))
            }
            Control::Police { number, says } => Some(store.set_police(&number, says)),
            Control::Reset {} => Some(store.clear_orders()),
        };
        let Some(done) = done else {
            let title = "`on` is a path that the edge calls, a system, or `*`.";
            return Ok(Answer::problem(422, "unknown-target", title));
        };
        done.and_then(|()| self.orders())
    }

    /// Waits until the version is above `after`, if that is given, or for [`LONGEST_POLL_MS`].
    async fn wait_for_change(&self, after: Option<u64>) {
        let Some(after) = after else { return };
        let until = now_ms() + LONGEST_POLL_MS;
        while self.version.get() <= after && now_ms() < until {
            Delay::from(GLANCE).await;
        }
    }

    /// What is on a phone's screen.
    pub(crate) fn phone_state(&self, line: &str) -> Result<Answer> {
        let store = self.store()?;
        let subscription = store.subscriptions()?.into_iter().find(|row| row.number == line);
        let sim: Option<SimState> = subscription.map(|row| row.sim);
        Answer::ok(&json!({
            "version": self.version.get(),
            "line": line,
            "sim": sim,
            "takes_messages": crate::rules::phone::takes_messages(line),
            "may_send": crate::rules::phone::may_send(line, sim),
            "messages": store.messages(line)?,
            "call": store.current_call(line)?.as_ref().map(call_view),
            "last_call": store.last_call(line)?.as_ref().map(call_view),
        }))
    }
}

fn same_number(a: Option<&Value>, b: &Value) -> bool {
    a.and_then(Value::as_f64) == b.as_f64()
}

/// A call as its phone shows it. What is spoken can be heard only after somebody answered (CB-4).
fn call_view(call: &PhoneCallRow) -> Value {
    let announcement = (call.state == CallState::Answered)
        .then(|| json!({ "code": call.code, "language": call.language, "repeat": call.repeat }));
    json!({
        "id": call.id,
        "from": call.service_number,
        "state": call.state,
        "since_ms": call.changed_ms,
        "announcement": announcement,
    })
}

fn record_view(record: &Record) -> Value {
    json!({ "state": record.state, "stored_ms": record.stored_ms, "changed_ms": record.changed_ms,
            "record": record.stored })
}

fn subscription_view(row: &SubscriptionRow) -> Value {
    json!({ "iccid": row.iccid, "number": row.number, "contact_line": row.contact_line, "sim": row.sim,
            "registered": row.registered == 1, "holder": row.holder, "index": row.position })
}
