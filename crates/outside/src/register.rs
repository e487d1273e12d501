//! The citizen identity system (RN-6).

use std::fmt;

use serde::{Deserialize, Serialize};
use shiming_wire::Text;

use crate::Call;

/// Is this the name of the person with this number?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyCitizen {
    /// 公民身份号码, 18 characters.
    pub id_number: Text<18>,
    /// 姓名 as on the document.
    pub name: Text<50>,
}

/// The register's answer; no answer at all is *unavailable*, which is not one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", try_from = "FlatAnswer")]
pub enum CitizenAnswer {
    /// Name and number belong together.
    Match {
        /// The holder's photo, if the register gives it. It goes to the CRM record, never to a phone (RN-8).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        portrait: Option<Portrait>,
    },
    /// The number exists with another name.
    NameDiffers,
    /// No such number.
    NumberUnknown,
}

/// The answer as written: an outcome, and a portrait that only a match has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FlatAnswer {
    outcome: OutcomeName,
    #[serde(default)]
    portrait: Option<Portrait>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeName {
    Match,
    NameDiffers,
    NumberUnknown,
}

/// A portrait came with an answer that is no match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a portrait without a match")]
pub struct StrayPortrait;

impl TryFrom<FlatAnswer> for CitizenAnswer {
    type Error = StrayPortrait;
    fn try_from(answer: FlatAnswer) -> Result<Self, StrayPortrait> {
        match (answer.outcome, answer.portrait) {
            (OutcomeName::Match, portrait) => Ok(Self::Match { portrait }),
            (OutcomeName::NameDiffers, None) => Ok(Self::NameDiffers),
            (OutcomeName::NumberUnknown, None) => Ok(Self::NumberUnknown),
            (_, Some(_)) => Err(StrayPortrait),
        }
    }
}

/// A JPEG of the holder from the register, base64 (RFC 4648 §4), at most 128 KiB encoded. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portrait(pub String);

impl fmt::Debug for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portrait({} characters)", self.0.len())
    }
}

impl Call for VerifyCitizen {
    const PATH: &'static str = "/register/verify";
    type Answer = CitizenAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;

    // RN-6
    #[test]
    fn answers_read_back_and_strangers_are_refused() {
        let portrait = Some(Portrait("AAAA".to_owned()));
        for answer in [
            CitizenAnswer::Match { portrait: None },
            CitizenAnswer::Match { portrait },
            CitizenAnswer::NameDiffers,
            CitizenAnswer::NumberUnknown,
        ] {
            let json = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<CitizenAnswer>(&json).unwrap(), answer);
        }
        for json in [
            r#"{"outcome":"maybe"}"#,
            r#"{"outcome":"name_differs","portrait":"AAAA"}"#,
            r#"{"outcome":"match","name":"x"}"#,
            "{}",
        ] {
            assert!(serde_json::from_str::<CitizenAnswer>(json).is_err(), "{json}");
        }
    }
}
