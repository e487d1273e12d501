//! Phones and the calls on them (CB-4, CB-9, RN-13).

use serde::{Deserialize, Serialize};
use shiming_outside::crm::SimState;
use shiming_wire::CodeProgress;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// The gateway is dialling.
    Dialling,
    /// The phone rings.
    Ringing,
    /// Somebody answered and hears the code.
    Answered,
    /// Over, after it was answered.
    Completed,
    /// The line was busy, or the call was declined.
    Busy,
    /// Nobody answered.
    NoAnswer,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEvent {
    /// The dialled line was reached and is free.
    LineFree,
    /// The dialled line was reached and is in use.
    LineBusy,
    /// The phone's owner answers.
    Answer,
    /// The phone's owner declines.
    Decline,
    /// The phone's owner hangs up.
    HangUp,
    /// It rang long enough.
    RingTimeout,
    /// The announcement is over.
    AnnouncementEnd,
}

impl CallState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Dialling, Self::Ringing, Self::Answered, Self::Completed, Self::Busy, Self::NoAnswer];

    /// The state after `event`, or `None` where the event changes nothing.
    #[must_use]
    pub fn after(self, event: CallEvent) -> Option<Self> {
        match (self, event) {
            (Self::Dialling, CallEvent::LineFree) => Some(Self::Ringing),
            (Self::Dialling, CallEvent::LineBusy) | (Self::Ringing, CallEvent::Decline) => Some(Self::Busy),
            (Self::Ringing, CallEvent::Answer) => Some(Self::Answered),
            (Self::Ringing, CallEvent::RingTimeout) => Some(Self::NoAnswer),
            (Self::Answered, CallEvent::HangUp | CallEvent::AnnouncementEnd) => Some(Self::Completed),
            _ => None,
        }
    }

    /// Whether the phone is in use by this call.
    #[must_use]
    pub fn occupies_line(self) -> bool {
        matches!(self, Self::Ringing | Self::Answered)
    }

    /// What the gateway reports of it (CB-9).
    #[must_use]
    pub fn progress(self) -> CodeProgress {
        match self {
            Self::Dialling => CodeProgress::Dialling,
            Self::Ringing => CodeProgress::Ringing,
            Self::Answered => CodeProgress::Answered,
            Self::Completed => CodeProgress::Completed,
            Self::Busy => CodeProgress::Busy,
            Self::NoAnswer => CodeProgress::NoAnswer,
        }
    }

    /// The name it is stored under.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dialling => "dialling",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// Whether `line` is a number that can be dialled: 5 to 20 digits.
#[must_use]
pub fn dialable(line: &str) -> bool {
    (5..=20).contains(&line.len()) && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `line` takes messages: a mobile number. A landline can only be called (CB-6).
#[must_use]
pub fn takes_messages(line: &str) -> bool {
    line.len() == 11 && line.starts_with('1') && dialable(line)
}

/// Whether a line may send: a card that is not switched on receives the operator's service calls and messages and does
/// nothing else (RN-13). A mobile line that is no subscription of this operator is somebody else's and works.
#[must_use]
pub fn may_send(line: &str, sim: Option<SimState>) -> bool {
    takes_messages(line) && !matches!(sim, Some(SimState::Inactive | SimState::Deactivated))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [CallEvent; 7] = [
        CallEvent::LineFree,
        CallEvent::LineBusy,
        CallEvent::Answer,
        CallEvent::Decline,
        CallEvent::HangUp,
        CallEvent::RingTimeout,
        CallEvent::AnnouncementEnd,
    ];

    // CB-4, CB-9: dialling, ringing, answered, over; nothing is spoken before somebody answers.
    #[test]
    fn a_call_goes_its_way() {
        use CallState::{Answered, Busy, Completed, Dialling, NoAnswer, Ringing};
        assert_eq!(Dialling.after(CallEvent::LineFree), Some(Ringing));
        assert_eq!(Dialling.after(CallEvent::LineBusy), Some(Busy));
        assert_eq!(Dialling.after(CallEvent::Answer), None);
        assert_eq!(Ringing.after(CallEvent::Answer), Some(Answered));
        assert_eq!(Ringing.after(CallEvent::Decline), Some(Busy));
        assert_eq!(Ringing.after(CallEvent::RingTimeout), Some(NoAnswer));
        assert_eq!(Answered.after(CallEvent::RingTimeout), None);
        assert_eq!(Answered.after(CallEvent::HangUp), Some(Completed));
        assert_eq!(Answered.after(CallEvent::AnnouncementEnd), Some(Completed));
    }

    #[test]
    fn an_ended_call_stays_ended() {
        for state in [CallState::Completed, CallState::Busy, CallState::NoAnswer] {
            assert!(!state.occupies_line());
            for event in EVENTS {
                assert_eq!(state.after(event), None, "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn stored_names_are_the_wire_names() {
        for state in CallState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(serde_json::to_value(state.progress()).unwrap(), state.name());
        }
    }

    // RN-13
    #[test]
    fn a_card_that_is_off_only_receives() {
        let line = "13800000001";
        assert!(!may_send(line, Some(SimState::Inactive)));
        assert!(!may_send(line, Some(SimState::Deactivated)));
        assert!(may_send(line, Some(SimState::Provisional)));
        assert!(may_send(line, Some(SimState::Active)));
        assert!(may_send(line, None));
    }

    // CB-6: landlines are called, not written to.
    #[test]
    fn landlines_take_no_messages() {
        assert!(dialable("01055500001") && !takes_messages("01055500001"));
        assert!(dialable("13800000001") && takes_messages("13800000001"));
        for bad in ["", "1380000000a", "+8613800000001", "123456789012345678901"] {
            assert!(!dialable(bad), "{bad}");
        }
        assert!(!may_send("01055500001", None));
    }
}
