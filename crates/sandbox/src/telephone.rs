//! Phones, the message centre's way in, and what is reported to the edge (CB-4, CB-9, RN-2).

use std::time::Duration;

use futures_util::future::{Either, select};
use serde::Deserialize;
use serde_json::json;
use shiming_outside::gateway::CallProgress;
use shiming_outside::sms::{InboundMessage, MessageText};
use shiming_wire::Text;
use worker::{Delay, Result};

use crate::answer::Answer;
use crate::auth;
use crate::rules::phone::{CallEvent, CallState, may_send};
use crate::store::{CallbackRow, PhoneCallRow};
use crate::world::{World, now_ms};

/// From dialling to reaching the line, milliseconds.
pub const DIAL_MS: u64 = 800;
/// How long a phone rings when the variable `RING_SECONDS` is not set.
const RING_SECONDS: u64 = 30;
/// How long an answered call lasts when nobody hangs up, milliseconds.
const ANNOUNCEMENT_MS: u64 = 90_000;
/// How long the edge may take to answer a callback.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);
/// After this many attempts a callback is given up.
const CALLBACK_ATTEMPTS: u32 = 8;

/// What a phone's owner sends: `POST /phones/{line}/send`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outgoing {
    /// A service code of the operator.
    to: Text<20>,
    /// The text.
    text: MessageText,
}

impl World {
    /// Does everything that is due, and sets the alarm for what comes next.
    pub(crate) async fn catch_up(&self) -> Result<()> {
        loop {
            for timer in self.store()?.due_timers(now_ms())? {
                self.store()?.clear_timer(timer.call)?;
                self.timer_fired(timer.call, &timer.event)?;
            }
            let Some(callback) = self.store()?.due_callback(now_ms())? else { break };
            self.deliver(callback).await?;
        }
        self.schedule().await
    }

    /// Sets the alarm for the next thing that is due.
    pub(crate) async fn schedule(&self) -> Result<()> {
        if let Some(due) = self.store()?.next_due()? {
            #[allow(clippy::cast_possible_truncation, reason = "a delay in milliseconds is far below 2^53")]
            let wait = (due - Self::clock()).max(0.0) as i64;
            self.state.storage().set_alarm(wait).await?;
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    fn clock() -> f64 {
        now_ms() as f64
    }

    fn timer_fired(&self, id: u64, event: &str) -> Result<()> {
        let Some(call) = self.store()?.phone_call(id)? else { return Ok(()) };
        let event = match event {
            "reach" if self.store()?.current_call(&call.line)?.is_some() => CallEvent::LineBusy,
            "reach" => CallEvent::LineFree,
            "ring_timeout" => CallEvent::RingTimeout,
            _ => CallEvent::AnnouncementEnd,
        };
        self.happen(&call, event).map(|_| ())
    }

    /// Moves a call on, reports it, and sets the timer of its new state. None if the event changes nothing.
    fn happen(&self, call: &PhoneCallRow, event: CallEvent) -> Result<Option<CallState>> {
        let Some(state) = call.state.after(event) else { return Ok(None) };
        let (store, now) = (self.store()?, now_ms());
        store.set_call_state(call.id, state, now)?;
        match state {
            CallState::Ringing => store.set_timer(call.id, "ring_timeout", now + self.ring_ms())?,
            CallState::Answered => store.set_timer(call.id, "announcement_end", now + ANNOUNCEMENT_MS)?,
            _ => store.clear_timer(call.id)?,
        }
        self.report(call, state)?;
        self.touch();
        Ok(Some(state))
    }

    fn ring_ms(&self) -> u64 {
        let seconds = self.env.var("RING_SECONDS").ok().and_then(|value| value.to_string().parse().ok());
        seconds.unwrap_or(RING_SECONDS).saturating_mul(1000)
    }

    /// Queues the report that a call is in `state` (CB-9), twice if that was ordered.
    pub(crate) fn report(&self, call: &PhoneCallRow, state: CallState) -> Result<()> {
        let Ok(reference) = Text::new(call.reference.as_str()) else { return Ok(()) };
        let body = serde_json::to_string(&CallProgress { reference, progress: state.progress() })?;
        let now = now_ms();
        let key = auth::digest_hex(format!("{}/{}/{}/{now}", call.id, call.reference, state.name()).as_bytes());
        for _ in 0..=call.twice {
            self.store()?.add_callback(
                "/v1/call-progress",
                &format!("call-{}", call.id),
                key.get(..32).unwrap_or(&key),
                &body,
                now,
            )?;
        }
        Ok(())
    }

    /// A button on the phone.
    pub(crate) async fn press(&self, line: &str, event: CallEvent) -> Result<Answer> {
        let moved = match self.store()?.current_call(line)? {
            Some(call) => self.happen(&call, event)?,
            None => None,
        };
        if moved.is_none() {
            return Ok(Answer::problem(409, "no-such-call", "There is no call on this line that this button is for."));
        }
        self.schedule().await?;
        self.phone_state(line)
    }

    /// A message from this line to a service code (RN-2).
    pub(crate) async fn send_from(&self, line: &str, body: &[u8]) -> Result<Answer> {
        let (Ok(outgoing), Ok(from)) = (serde_json::from_slice::<Outgoing>(body), Text::new(line)) else {
            return Ok(Answer::malformed());
        };
        let (store, now) = (self.store()?, now_ms());
        let sim = store.subscription(None, line)?.map(|row| row.sim);
        if !may_send(line, sim) {
            return Ok(Answer::problem(409, "line-cannot-send", "This line cannot send messages."));
        }
        let id = store.add_message(line, outgoing.to.as_str(), true, outgoing.text.as_str(), now)?;
        let message = InboundMessage { from, service_code: outgoing.to, text: outgoing.text };
        let key = auth::digest_hex(format!("message/{id}/{line}/{now}").as_bytes());
        store.add_callback(
            "/v1/inbound-messages",
            &format!("message-{id}"),
            key.get(..32).unwrap_or(&key),
            &serde_json::to_string(&message)?,
            now,
        )?;
        self.touch();
        self.schedule().await?;
        Ok(Answer { status: 202, body: json!({ "message": id }).to_string() })
    }

    /// Tries to deliver a callback; one that is not taken is tried again later, under the same key.
    async fn deliver(&self, mut callback: CallbackRow) -> Result<()> {
        let status = {
            let post = Box::pin(self.post_to_edge(&callback));
            match select(post, Delay::from(CALLBACK_TIMEOUT)).await {
                Either::Left((Ok(status), _)) => Some(status),
                Either::Left((Err(_), _)) | Either::Right(_) => None,
            }
        };
        callback.attempts += 1;
        callback.status = status;
        let delivered = status.is_some_and(|status| (200..300).contains(&status));
        // What the edge refuses it would refuse again; what it could not take now it may take later.
        let refused = status.is_some_and(|status| (400..500).contains(&status) && status != 429);
        if delivered {
            "delivered".clone_into(&mut callback.outcome);
        } else if refused || callback.attempts >= CALLBACK_ATTEMPTS {
            "given_up".clone_into(&mut callback.outcome);
        } else {
            callback.due_ms = now_ms() + (250 << callback.attempts);
        }
        self.store()?.callback_tried(&callback)
    }
}
