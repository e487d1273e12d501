//! Ethnic groups (GB/T 3304) as the card prints them: without 族, except where the name needs it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The 56 groups in the order of GB/T 3304: the n-th has numeric code n.
pub const GROUPS: [&str; 56] = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
];

/// What cards print for people of no such group: not yet identified groups, others, naturalised citizens.
pub const BEYOND_GROUPS: [&str; 4] = ["穿青人", "革家人", "其他", "外国血统"];

/// One of [`GROUPS`] or [`BEYOND_GROUPS`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ethnicity(&'static str);

/// No ethnic group is called so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no ethnic group is called so")]
pub struct EthnicityError;

impl Ethnicity {
    /// The 56 groups in the order of GB/T 3304.
    #[must_use]
    pub fn groups() -> impl ExactSizeIterator<Item = Self> {
        GROUPS.iter().map(|name| Self(name))
    }

    /// As the card prints it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Numeric code of GB/T 3304, 1 to 56; none beyond the groups.
    #[must_use]
    pub fn code(self) -> Option<u8> {
        GROUPS.iter().position(|name| *name == self.0).and_then(|index| u8::try_from(index + 1).ok())
    }
}

impl fmt::Display for Ethnicity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Ethnicity is personal data: nothing is shown.
impl fmt::Debug for Ethnicity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ethnicity(…)")
    }
}

/// Takes the name with or without 族.
impl FromStr for Ethnicity {
    type Err = EthnicityError;
    fn from_str(text: &str) -> Result<Self, EthnicityError> {
        let text = text.trim();
        let name = text.strip_suffix('族').unwrap_or(text);
        GROUPS
            .iter()
            .find(|known| **known == name)
            .or_else(|| BEYOND_GROUPS.iter().find(|known| **known == text))
            .map(|known| Self(known))
            .ok_or(EthnicityError)
    }
}

impl TryFrom<String> for Ethnicity {
    type Error = EthnicityError;
    fn try_from(text: String) -> Result<Self, EthnicityError> {
        text.parse()
    }
}

impl From<Ethnicity> for String {
    fn from(ethnicity: Ethnicity) -> Self {
        ethnicity.0.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    // RN-5
    #[test]
    fn fifty_six_groups_each_read_with_and_without_the_suffix() {
        assert_eq!(GROUPS.iter().collect::<HashSet<_>>().len(), 56);
        for (index, group) in Ethnicity::groups().enumerate() {
            assert_eq!(group.code().map(usize::from), Some(index + 1));
            assert_eq!(group.to_string().parse(), Ok(group));
            assert_eq!(format!("{group}族").parse(), Ok(group));
        }
    }

    #[test]
    fn others_have_no_code_and_strangers_are_refused() {
        assert_eq!("穿青人".parse::<Ethnicity>().unwrap().code(), None);
        for text in ["", "族", "汉族族", "漢", "穿青人族", "黄"] {
            assert_eq!(text.parse::<Ethnicity>(), Err(EthnicityError), "{text}");
        }
    }
}
