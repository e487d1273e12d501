//! Budgets: how often a line, a device or an address may ask for something that costs money or could be abused.

use serde::{Deserialize, Serialize};
use shiming_wire::UnixSeconds;

/// Length of the window that `per_day` counts in, seconds.
pub const WINDOW_SECONDS: u64 = 86_400;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Registrations opened.
    Opening,
    /// Codes called to a line (CB-3).
    VoiceCode,
    /// Codes sent to a line as a message (CB-7).
    SmsCode,
    /// Questions to the citizen register (RN-6).
    Question,
}

impl Purpose {
    /// The name that a counter is stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::VoiceCode => "voice_code",
            Self::SmsCode => "sms_code",
            Self::Question => "question",
        }
    }
}

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The line that codes go to, across all its registrations.
    Line,
    /// The phone's key.
    Device,
    /// The address that the request came from; many people may share one (carrier-grade NAT).
    Address,
    /// The ID number that a register is asked about, where it counts questions (RC-4).
    Holder,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Line, Self::Device, Self::Address, Self::Holder];

    /// The name that a counter is stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Device => "device",
            Self::Address => "address",
            Self::Holder => "holder",
        }
    }
}

/// What one counter allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Times in 24 hours, counted from the first.
    pub per_day: u16,
    /// Least seconds between two times.
    pub spacing_seconds: u16,
}

/// A counter as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// When the window began.
    pub since: UnixSeconds,
    /// Times in this window.
    pub count: u16,
    /// The last time.
    pub last: UnixSeconds,
}

impl Counter {
    /// Whether the counter says nothing any more at `now`.
    #[must_use]
    pub fn is_over(&self, now: UnixSeconds) -> bool {
        now.saturating_sub(self.since) >= WINDOW_SECONDS
    }
}

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("spent; again in {retry_after} s")]
pub struct Spent {
    /// Seconds until the same may succeed; at least 1.
    pub retry_after: u32,
}

/// Counts so many times more, or says when that may be.
pub fn take(counter: Option<Counter>, limit: Limit, times: u16, now: UnixSeconds) -> Result<Counter, Spent> {
    let wait = |until: u64| Spent { retry_after: u32::try_from(until.saturating_sub(now)).unwrap_or(u32::MAX).max(1) };
    let Some(counter) = counter.filter(|counter| !counter.is_over(now)) else {
        return if times > limit.per_day {
            Err(wait(now + WINDOW_SECONDS))
        } else {
            Ok(Counter { since: now, count: times, last: now })
        };
    };
    if counter.count.saturating_add(times) > limit.per_day {
        return Err(wait(counter.since + WINDOW_SECONDS));
    }
    let next = counter.last + u64::from(limit.spacing_seconds);
    if now < next {
        return Err(wait(next));
    }
    Ok(Counter { count: counter.count + times, last: now.max(counter.last), ..counter })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: Limit = Limit { per_day: 3, spacing_seconds: 60 };

    // CB-5
    #[test]
    fn spacing_then_daily_count_then_a_new_day() {
        let first = take(None, LIMIT, 1, 1000).unwrap();
        assert_eq!(take(Some(first), LIMIT, 1, 1059), Err(Spent { retry_after: 1 }));
        let second = take(Some(first), LIMIT, 1, 1060).unwrap();
        let third = take(Some(second), LIMIT, 1, 2000).unwrap();
        assert_eq!(take(Some(third), LIMIT, 1, 5000), Err(Spent { retry_after: 82_400 }));
        assert_eq!(take(Some(third), LIMIT, 1, 1000 + WINDOW_SECONDS).unwrap().count, 1);
    }

    #[test]
    fn nothing_is_allowed_by_a_limit_of_none() {
        assert!(take(None, Limit { per_day: 0, spacing_seconds: 0 }, 1, 5).is_err());
    }

    // RC-4: several at once, or none of them.
    #[test]
    fn several_are_taken_together_or_not_at_all() {
        let limit = Limit { per_day: 5, spacing_seconds: 0 };
        let counter = take(None, limit, 3, 1000).unwrap();
        assert!(take(Some(counter), limit, 3, 1001).is_err());
        assert_eq!(take(Some(counter), limit, 2, 1001).unwrap().count, 5);
        assert!(take(None, limit, 6, 1000).is_err());
        assert!(take(Some(Counter { count: u16::MAX, ..counter }), limit, u16::MAX, 1001).is_err());
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let counter = take(None, LIMIT, 1, 1000).unwrap();
        assert!(take(Some(counter), LIMIT, 1, 900).is_err());
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_in_a_window(
            steps in prop::collection::vec((0u64..4000, 1u16..4), 1..200), per_day in 0u16..9, spacing_seconds in 0u16..600,
        ) {
            let limit = Limit { per_day, spacing_seconds };
            let (mut now, mut counter, mut taken) = (1_000_000, None, Vec::new());
            for (step, times) in steps {
                now += step;
                match take(counter, limit, times, now) {
                    Ok(next) => { counter = Some(next); taken.push((now, times)); }
                    Err(spent) => prop_assert!(spent.retry_after >= 1),
                }
            }
            for pair in taken.windows(2) {
                let apart = pair[1].0 - pair[0].0;
                prop_assert!(apart >= WINDOW_SECONDS || apart >= u64::from(spacing_seconds) || per_day == 1);
            }
            // Windows are counted from their first event, so any two of them together bound what a day can hold: what a
            // register allows in its day, of which a window takes half (RC-4).
            for (index, (start, _)) in taken.iter().enumerate() {
                let within = taken[index..].iter().filter(|(at, _)| *at < start + WINDOW_SECONDS);
                prop_assert!(within.map(|(_, times)| times).sum::<u16>() <= 2 * per_day);
            }
        }
    }
}
