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
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
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
