//! Codes that prove a line (CB-2 to CB-5, NC-2): drawn, handed to a channel, entered. What they prove it for (a registration, an
//! application for a certificate) has an id, and a number for each effect.

use serde::{Deserialize, Serialize};
use shiming_outside::gateway::PlaceCall;
use shiming_outside::sms::SendServiceMessage;
use shiming_proof::session_key::{CallOrder, Mode, session_key};
use shiming_proof::{Code, CodeHash, Secret, random_code};
use shiming_wire::{Bytes, Channel, CodeProgress, Text, UnixSeconds};

use crate::Random;
use crate::effect::{Freeze as _, FrozenCall, Unwritable, reference};
use crate::message;

/// What the operator brings to every code.
#[derive(Clone, Copy)]
pub struct Operator<'a> {
    /// Key of the hashes of codes.
    pub code_key: &'a Secret,
    /// K1, the service key (CB-3).
    pub service_key: &'a Secret,
    /// How K2 is made; the gateway is configured alike (CB-3).
    pub session_key_mode: Mode,
    /// SN, the service number that calls come from (CB-3).
    pub service_number: &'a str,
    /// Host of the page, for the last line of code messages.
    pub host: &'a str,
}

/// What the policy says of codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How long one is good for, seconds (CB-5).
    pub ttl_seconds: u16,
    /// Wrong entries until it is void (CB-5).
    pub tries: u8,
    /// Language of the spoken code, BCP 47 (CB-4).
    pub language: Text<10>,
    /// How many times it is spoken (CB-4).
    pub repeat: u8,
}

/// A code under way (CB-2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCode {
    /// How it is sent.
    pub channel: Channel,
    /// Keyed hash; the code itself is only in the effect, until the channel took it.
    pub hash: Bytes<32>,
    /// The effect that carries it; the gateway's reference names it.
    pub seq: u32,
    /// After this it is void.
    pub expires_at: UnixSeconds,
    /// Wrong entries that are still allowed.
    pub tries_left: u8,
    /// What is happening on the line (CB-9).
    pub progress: CodeProgress,
}

/// What a code is for.
pub struct Wanted<'a> {
    /// What it proves the line for.
    pub id: &'a Bytes<16>,
    /// The effect that carries it.
    pub seq: u32,
    /// How to send it (CB-7).
    pub channel: Channel,
    /// Where to.
    pub line: Text<20>,
}

/// The operator's configuration cannot be used: a service number that is too long, for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operator's configuration cannot be used")]
pub struct Misconfigured;

/// What was typed is not even compared, and nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Void {
    /// The code is too old.
    #[error("the code is too old")]
    Expired,
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    Spent,
}

/// What was typed, compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It is the code.
    Right,
    /// It is not, and has cost a try.
    Wrong {
        /// Wrong entries that are still allowed.
        tries_left: u8,
    },
}

/// Draws a code and writes the call that carries it.
pub fn draw(
    wanted: Wanted<'_>,
    rules: &Rules,
    operator: Operator<'_>,
    now: UnixSeconds,
    random: Random<'_>,
) -> Result<(FrozenCall, PendingCode), Misconfigured> {
    let code = random_code(|bytes| {
        random(bytes);
        Ok::<(), std::convert::Infallible>(())
    })
    .map_err(|_| Misconfigured)?;
    let Wanted { id, seq, channel, .. } = wanted;
    let call = match channel {
        Channel::Voice => place_call(wanted, &code, rules, operator, now, random)?.freeze()?,
        Channel::Sms => {
            let text = message::code(code.as_str(), operator.host, rules.ttl_seconds).map_err(|_| Misconfigured)?;
            SendServiceMessage { to: wanted.line, text }.freeze()?
        }
    };
    let pending = PendingCode {
        channel,
        hash: Bytes(CodeHash::of(operator.code_key, &id.0, code.as_str()).to_bytes()),
        seq,
        expires_at: now + u64::from(rules.ttl_seconds),
        tries_left: rules.tries,
        progress: CodeProgress::Queued,
    };
    Ok((call, pending))
}

fn place_call(
    wanted: Wanted<'_>,
    code: &Code,
    rules: &Rules,
    operator: Operator<'_>,
    now: UnixSeconds,
    random: Random<'_>,
) -> Result<PlaceCall, Misconfigured> {
    let mut nonce = [0; 16];
    random(&mut nonce);
    let order = CallOrder {
        service_number: operator.service_number,
        telephone_number: wanted.line.as_str(),
        verification_number: code.as_str(),
        timestamp: now,
        nonce: &nonce,
    };
    let session_key = session_key(operator.session_key_mode, operator.service_key, &order);
    Ok(PlaceCall {
        verification_number: Text::new(code.as_str()).map_err(|_| Misconfigured)?,
        service_number: Text::new(operator.service_number).map_err(|_| Misconfigured)?,
        session_key: Bytes(session_key),
        timestamp: now,
        nonce: Bytes(nonce),
        language: rules.language.clone(),
        repeat: rules.repeat,
        reference: Text::new(reference(wanted.id, wanted.seq)).map_err(|_| Misconfigured)?,
        telephone_number: wanted.line,
    })
}

impl PendingCode {
    /// Compares what was typed; a wrong entry costs a try.
    pub fn enter(
        &mut self,
        id: &Bytes<16>,
        entered: &Text<6>,
        code_key: &Secret,
        now: UnixSeconds,
    ) -> Result<Entered, Void> {
        if now >= self.expires_at {
            return Err(Void::Expired);
        }
        if self.tries_left == 0 {
            return Err(Void::Spent);
        }
        if CodeHash::from_bytes(self.hash.0).matches(code_key, &id.0, entered.as_str()) {
            return Ok(Entered::Right);
        }
        self.tries_left -= 1;
        Ok(Entered::Wrong { tries_left: self.tries_left })
    }

    /// Notes what happens on the line, and says whether that is news: it only moves forward, since what the gateway says may
    /// overtake itself (CB-9).
    pub fn move_on(&mut self, progress: CodeProgress) -> bool {
        let news = rank(progress) > rank(self.progress);
        if news {
            self.progress = progress;
        }
        news
    }
}

fn rank(progress: CodeProgress) -> u8 {
    match progress {
        CodeProgress::Queued => 0,
        CodeProgress::Dialling | CodeProgress::Sent => 1,
        CodeProgress::Ringing => 2,
        CodeProgress::Answered => 3,
        CodeProgress::Busy | CodeProgress::NoAnswer | CodeProgress::Completed | CodeProgress::Failed => 4,
    }
}

impl From<Unwritable> for Misconfigured {
    fn from(_: Unwritable) -> Self {
        Self
    }
}
