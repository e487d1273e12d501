//! Troubles that can be ordered: slow, silent, failing and stuttering systems.

use serde::{Deserialize, Serialize};

use shiming_outside::register::Portrait;

use super::police::Says;
use super::register::Takes;

/// An order to the sandbox: `POST /control`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Control {
    /// The next `times` calls of `on` meet this trouble.
    Fault {
        /// A path (`/crm/sims/activate`), a system (`crm`) or `*`.
        on: String,
        /// Only calls whose body holds this text: a card, a line, a registration. All if it is empty.
        #[serde(default)]
        only: String,
        /// Which trouble.
        kind: FaultKind,
        /// How many calls.
        #[serde(default = "once")]
        times: u32,
        /// For `delay` and `timeout`: how long, milliseconds.
        #[serde(default)]
        delay_ms: u32,
    },
    /// Calls of `on` wait until they are released.
    Hold {
        /// As in `fault`.
        on: String,
        /// As in `fault`.
        #[serde(default)]
        only: String,
        /// Before or after the call was carried out.
        #[serde(default)]
        phase: Phase,
    },
    /// Lets held calls go on: those of `on`, or all.
    Release {
        /// As it was given to `hold`.
        #[serde(default)]
        on: Option<String>,
        /// As it was given to `hold`.
        #[serde(default)]
        only: String,
    },
    /// Which kind of register is played from now on (RC-4).
    Register {
        /// What it takes.
        takes: Takes,
        /// Questions about one number that it answers in a day; 0 for any number of them.
        #[serde(default)]
        per_day: u32,
    },
    /// In which codes the register has somebody's name from now on (RC-4).
    Name {
        /// Whose.
        id_number: String,
        /// 姓名
        name: String,
    },
    /// Which portrait the register has of somebody from now on (RN-7).
    Portrait {
        /// Whose.
        id_number: String,
        /// JPEG, base64; none if the register has none.
        #[serde(default)]
        portrait: Option<Portrait>,
    },
    /// What the police say about a number from now on (NC-3).
    Police {
        /// The number of a document.
        number: String,
        /// What they say.
        says: Says,
    },
    /// Ends all troubles, releases all calls, and makes the register and the police as they were seeded.
    Reset {},
}

fn once() -> u32 {
    1
}

/// A trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Carried out, `delay_ms` late.
    Delay,
    /// 503; nothing is carried out.
    Unavailable,
    /// No answer for `delay_ms` (60 s if zero), then 504; nothing is carried out.
    Timeout,
    /// Carried out, but the answer is cut in the middle.
    Malformed,
    /// Carried out, but the answer is lost: 504 without a body.
    DropAnswer,
    /// `/gateway/calls` only: every progress report of the call is delivered twice.
    Twice,
}

impl FaultKind {
    /// The name it is stored under.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Malformed => "malformed",
            Self::DropAnswer => "drop_answer",
            Self::Twice => "twice",
        }
    }
}

/// When a call is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It arrived; nothing is done yet.
    #[default]
    Before,
    /// It is carried out; the answer is not sent yet.
    After,
}

impl Phase {
    /// The name it is stored under.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// The outside systems, by the first segment of their paths.
pub const SYSTEMS: [&str; 5] = ["register", "crm", "sms", "gateway", "police"];

/// The paths that the edge calls.
pub const PATHS: [&str; 12] = [
    "/register/verify",
    "/register/cards",
    "/register/cards/withdraw",
    "/crm/subscriptions/find",
    "/crm/records/store",
    "/crm/records/state",
    "/crm/sims/activate",
    "/crm/sims/deactivate-provisional",
    "/sms/messages",
    "/gateway/calls",
    "/police/records/inquiries",
    "*",
];

/// The system that serves `path`.
#[must_use]
pub fn system_of(path: &str) -> Option<&'static str> {
    let first = path.strip_prefix('/')?.split('/').next()?;
    SYSTEMS.into_iter().find(|system| *system == first)
}

/// Whether `on` can be the object of an order: a misspelt path would make a test pass for nothing.
#[must_use]
pub fn is_target(on: &str) -> bool {
    SYSTEMS.contains(&on) || PATHS.contains(&on)
}

/// Which calls an order is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Path, system or `*`.
    pub target: String,
    /// Text that the body holds; empty for every body.
    pub only_text: String,
}

impl Scope {
    /// Whether the order covers a call.
    #[must_use]
    pub fn covers(&self, path: &str, body: &str) -> bool {
        let target = self.target.as_str();
        (target == "*" || target == path || system_of(path) == Some(target)) && body.contains(&self.only_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_outside::Call;
    use shiming_outside::{cards, crm, gateway, police, register, sms};

    fn scope(target: &str, only_text: &str) -> Scope {
        Scope { target: target.to_owned(), only_text: only_text.to_owned() }
    }

    #[test]
    fn every_call_of_the_edge_is_a_target() {
        for path in [
            register::VerifyCitizen::PATH,
            cards::RecordCards::PATH,
            cards::WithdrawCards::PATH,
            crm::FindSubscription::PATH,
            crm::StoreIdentity::PATH,
            crm::SetRecordState::PATH,
            crm::ActivateSim::PATH,
            crm::DeactivateProvisionalSim::PATH,
            sms::SendServiceMessage::PATH,
            gateway::PlaceCall::PATH,
            police::InquireRecord::PATH,
        ] {
            assert!(is_target(path), "{path}");
            assert!(system_of(path).is_some_and(|system| scope(system, "").covers(path, "{}")), "{path}");
        }
    }

    #[test]
    fn orders_cover_a_path_a_system_or_everything() {
        assert!(scope("*", "").covers("/sms/messages", "{}"));
        assert!(scope("crm", "").covers("/crm/sims/activate", "{}"));
        assert!(!scope("crm", "").covers("/sms/messages", "{}"));
        assert!(scope("/crm/sims/activate", "").covers("/crm/sims/activate", "{}"));
        assert!(!scope("/crm/sims/activate", "").covers("/crm/sims/deactivate-provisional", "{}"));
        assert!(scope("*", "13800000001").covers("/sms/messages", r#"{"to":"13800000001"}"#));
        assert!(!scope("*", "13800000001").covers("/sms/messages", r#"{"to":"13800000002"}"#));
        assert!(!is_target("/crm/sims/activat") && !is_target("hlr") && !is_target(""));
    }

    #[test]
    fn orders_are_strict_json() {
        let order: Control = serde_json::from_str(r#"{"action":"fault","on":"crm","kind":"drop_answer"}"#).unwrap();
        assert_eq!(
            order,
            Control::Fault {
                on: "crm".into(),
                only: String::new(),
                kind: FaultKind::DropAnswer,
                times: 1,
                delay_ms: 0
            }
        );
        assert!(serde_json::from_str::<Control>(r#"{"action":"fault","on":"crm","kind":"slow"}"#).is_err());
        assert!(serde_json::from_str::<Control>(r#"{"action":"hold","on":"crm","until":1}"#).is_err());
        assert_eq!(
            serde_json::from_str::<Control>(r#"{"action":"hold","on":"crm"}"#).unwrap(),
            Control::Hold { on: "crm".into(), only: String::new(), phase: Phase::Before }
        );
        assert_eq!(
            serde_json::from_str::<Control>(r#"{"action":"register","takes":"plain","per_day":3}"#).unwrap(),
            Control::Register { takes: Takes::Plain, per_day: 3 }
        );
        assert!(serde_json::from_str::<Control>(r#"{"action":"register","takes":"any"}"#).is_err());
        assert_eq!(
            serde_json::from_str::<Control>(r#"{"action":"police","number":"1","says":"other_office"}"#).unwrap(),
            Control::Police { number: "1".into(), says: Says::OtherOffice }
        );
        assert!(serde_json::from_str::<Control>(r#"{"action":"police","number":"1","says":"guilty"}"#).is_err());
    }

    #[test]
    fn stored_names_are_the_wire_names() {
        for kind in [
            FaultKind::Delay,
            FaultKind::Unavailable,
            FaultKind::Timeout,
            FaultKind::Malformed,
            FaultKind::DropAnswer,
            FaultKind::Twice,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        for phase in [Phase::Before, Phase::After] {
            assert_eq!(serde_json::to_value(phase).unwrap(), phase.name());
        }
    }
}
