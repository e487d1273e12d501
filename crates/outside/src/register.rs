//! The citizen identity system (RN-6, RC-4).

use std::fmt;

use serde::{Deserialize, Serialize};
use shiming_identity::NameSequence;
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
    /// Every code of every character, if (and only if) a character of the name has several (RC-3). The register compares
    /// its own name with these, place by place, so that one question finds the person whichever codes it has (RC-4). Never
    /// sent to a register that takes plain names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<NameSequence>,
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
    use shiming_identity::{PersonName, Variants};

    use super::*;

    // RC-3, RC-4
    #[test]
    fn a_question_carries_a_sequence_only_where_there_is_one() {
        let ask = |name: &str| VerifyCitizen {
            id_number: Text::new("11010519491231002X").unwrap(),
            name: Text::new(name).unwrap(),
            sequence: NameSequence::of(&PersonName::parse(name).unwrap(), &Variants::built_in()),
        };
        let json = |name| serde_json::to_string(&ask(name)).unwrap();
        assert_eq!(json("张三"), r#"{"id_number":"11010519491231002X","name":"张三"}"#);
        let rare = json("张\u{4DAE}");
        assert_eq!(
            rare,
            "{\"id_number\":\"11010519491231002X\",\"name\":\"张\u{4DAE}\",\
             \"sequence\":{\"format\":\"12\",\"encoding\":\"5F20 4DAE E863\"}}"
        );
        assert_eq!(serde_json::from_str::<VerifyCitizen>(&rare).unwrap(), ask("张\u{4DAE}"));
        for wrong in
            [rare.replace("\"12\"", "\"13\""), rare.replace("5F20", "<script>"), rare.replace("format", "form")]
        {
            assert!(serde_json::from_str::<VerifyCitizen>(&wrong).is_err(), "{wrong}");
        }
    }

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
