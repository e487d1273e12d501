//! When an effect that could not be carried out is tried again, and when that is given up.

use shiming_wire::{State, UnixSeconds};

use crate::Random;
use crate::effect::{CallKind, Effect, Entry};
use crate::port::{Attempt, Outcome};
use crate::registration::Registration;

/// A code that the channel has not taken by then is given up: the gateway refuses a session key older than 60 s, and
/// nobody waits longer for a call. Seconds.
pub const CODE_DEADLINE_SECONDS: u64 = 45;

/// The longest wait between two attempts, milliseconds, before jitter.
const LONGEST_WAIT_MS: u64 = 300_000;

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The effect is over: apply its outcome and take it out of the outbox.
    Settle(Outcome),
    /// Try again with the same key.
    Retry {
        /// After so long, milliseconds.
        after_ms: u64,
    },
}

/// Decides after attempt number `attempt` (from 1), for a registration in `state`.
///
/// *Unavailable* is no answer: it is retried with exponential backoff, and never taken for a mismatch (RN-6). A permanent
/// refusal ends codes and switches. For the register and the identity record it cannot be an answer (a person's
/// registration must neither pass nor fail by it), so it is retried like silence, at the slowest pace.
pub fn decide(
    state: State,
    entry: &Entry,
    attempt: u32,
    done: Attempt,
    now: UnixSeconds,
    random: Random<'_>,
) -> Decision {
    let late = now.saturating_sub(entry.created_at) >= CODE_DEADLINE_SECONDS;
    match done {
        Attempt::Settled(Outcome::Refused) if must_not_end_by_refusal(state, &entry.effect) => {
            Decision::Retry { after_ms: jitter(LONGEST_WAIT_MS, random) }
        }
        Attempt::Settled(outcome) => Decision::Settle(outcome),
        Attempt::Unavailable if entry.effect.is_code() && late => Decision::Settle(Outcome::Refused),
        Attempt::Unavailable => Decision::Retry { after_ms: backoff_ms(attempt, random) },
    }
}

/// Whether the entry still means something. A code that was replaced is dropped unsent, and so is everything positive
/// about a registration that came to a bad end meanwhile: what undoes it comes behind, in order.
#[must_use]
pub fn is_wanted(registration: &Registration, entry: &Entry) -> bool {
    match entry.effect.call() {
        Some(CallKind::PlaceCall | CallKind::SendServiceMessage) => registration.awaits_code(entry.seq),
        Some(CallKind::VerifyCitizen) => registration.awaits_answer(entry.seq),
        Some(CallKind::StoreIdentity) => !registration.state().is_final(),
        Some(CallKind::ActivateSim) => !matches!(registration.state(), State::Refused | State::Expired),
        _ => true,
    }
}

fn must_not_end_by_refusal(state: State, effect: &Effect) -> bool {
    match effect.call() {
        // After a bad end the record is being taken out again; "no such record" is then as good as done.
        Some(CallKind::SetRecordState) => !matches!(state, State::Refused | State::Expired),
        Some(CallKind::VerifyCitizen | CallKind::StoreIdentity) | None => true,
        Some(_) => false,
    }
}

/// How long to wait after attempt number `attempt` (from 1), milliseconds: 1 s, 2 s, 4 s … up to five minutes, each with
/// ±25 % of jitter.
#[must_use]
pub fn backoff_ms(attempt: u32, random: Random<'_>) -> u64 {
    let wait = 1000u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(LONGEST_WAIT_MS).clamp(1000, LONGEST_WAIT_MS);
    jitter(wait, random)
}

fn jitter(wait: u64, random: Random<'_>) -> u64 {
    let mut bytes = [0; 2];
    random(&mut bytes);
    wait * 3 / 4 + wait / 2 * u64::from(u16::from_le_bytes(bytes)) / u64::from(u16::MAX)
}
