//! The citizen register's answer (RN-6).

use shiming_outside::register::{CitizenAnswer, Portrait};

/// What the register holds of one person.
#[derive(Clone, Debug)]
pub struct Entry {
    /// 姓名
    pub name: String,
    /// JPEG, base64.
    pub portrait: Portrait,
}

/// Compares the `name` asked for with the `entry` under the number asked for. Names are compared code point by code
/// point, as registers do.
#[must_use]
pub fn answer(entry: Option<Entry>, name: &str) -> CitizenAnswer {
    match entry {
        None => CitizenAnswer::NumberUnknown,
        Some(entry) if entry.name == name => CitizenAnswer::Match { portrait: Some(entry.portrait) },
        Some(_) => CitizenAnswer::NameDiffers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), portrait: Portrait("AAAA".to_owned()) }
    }

    // RN-6: the three answers, and nothing in between.
    #[test]
    fn three_outcomes() {
        assert_eq!(answer(None, "张三"), CitizenAnswer::NumberUnknown);
        assert_eq!(answer(Some(entry("李四")), "张三"), CitizenAnswer::NameDiffers);
        assert_eq!(
            answer(Some(entry("张三")), "张三"),
            CitizenAnswer::Match { portrait: Some(Portrait("AAAA".to_owned())) }
        );
    }

    // RN-6: a private-use code of the same character is another name to a register that matches exactly.
    #[test]
    fn names_are_compared_code_point_by_code_point() {
        assert_eq!(answer(Some(entry("王\u{4DAE}")), "王\u{E863}"), CitizenAnswer::NameDiffers);
    }
}
