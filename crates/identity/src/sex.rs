//! Sex as documents print it (GB/T 2261.1).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// 男 or 女.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// Neither 男 nor 女.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither 男 nor 女")]
pub struct SexError;

impl Sex {
    /// The printed character.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Sex {
    type Err = SexError;
    fn from_str(text: &str) -> Result<Self, SexError> {
        match text.trim() {
            "男" => Ok(Self::Male),
            "女" => Ok(Self::Female),
            _ => Err(SexError),
        }
    }
}

impl TryFrom<String> for Sex {
    type Error = SexError;
    fn try_from(text: String) -> Result<Self, SexError> {
        text.parse()
    }
}

impl From<Sex> for String {
    fn from(sex: Sex) -> Self {
        sex.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RN-5
    #[test]
    fn reads_back_what_it_prints() {
        for sex in [Sex::Male, Sex::Female] {
            assert_eq!(sex.to_string().parse(), Ok(sex));
        }
        for text in ["", "男女", "M", "未"] {
            assert_eq!(text.parse::<Sex>(), Err(SexError), "{text}");
        }
    }
}
