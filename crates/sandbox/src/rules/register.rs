//! The citizen register's answer (RN-6, RC-4).

use serde::{Deserialize, Serialize};
use shiming_identity::PersonName;
use shiming_outside::register::{CitizenAnswer, Portrait, VerifyCitizen};

/// What the register holds of one person.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The person's place in the seed.
    pub position: u32,
    /// 姓名, in the codes that the register happens to have.
    pub name: String,
    /// JPEG, base64; none if the register has none.
    pub portrait: Option<Portrait>,
}

/// Which kind of register is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// A name and, where a character has several codes, all of them.
    #[default]
    Sequence,
    /// A name and a number and nothing else, as most providers do.
    Plain,
}

/// The kind of register, and how often it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// What it takes.
    pub takes: Takes,
    /// Questions about one number that it answers in a day (in China); 0 for any number of them.
    pub per_day: u32,
}

/// Why the register gives no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It takes plain names only.
    #[error("this register takes a name and a number, and nothing else")]
    SequenceNotTaken,
    /// The number was asked about too often today.
    #[error("this number was asked about too often today")]
    DailyLimit,
}

/// Compares what is asked with the `entry` under the number asked for, after `asked_today` questions about it.
///
/// Names are compared code point by code point, as registers do; a sequence matches whatever way to write the name the
/// register has. That needs no table of variants here: the sequence names every code itself.
pub fn answer(
    kind: Kind,
    asked_today: u64,
    entry: Option<Entry>,
    ask: &VerifyCitizen,
) -> Result<CitizenAnswer, NoAnswer> {
    if kind.takes == Takes::Plain && ask.sequence.is_some() {
        return Err(NoAnswer::SequenceNotTaken);
    }
    if kind.per_day > 0 && asked_today >= u64::from(kind.per_day) {
        return Err(NoAnswer::DailyLimit);
    }
    let Some(Entry { name, portrait, .. }) = entry else { return Ok(CitizenAnswer::NumberUnknown) };
    let same = match &ask.sequence {
        None => name == ask.name.as_str(),
        Some(sequence) => PersonName::parse(&name).is_ok_and(|name| sequence.matches(&name)),
    };
    Ok(if same { CitizenAnswer::Match { portrait } } else { CitizenAnswer::NameDiffers })
}

/// When the day that `now_ms` is in began in China (UTC+8, no summer time), milliseconds since 1970.
#[must_use]
pub fn day_began(now_ms: u64) -> u64 {
    const DAY: u64 = 86_400_000;
    const AHEAD: u64 = 28_800_000;
    ((now_ms + AHEAD) / DAY * DAY).saturating_sub(AHEAD)
}

#[cfg(test)]
mod tests {
    use shiming_identity::{NameSequence, Variants};
    use shiming_wire::Text;

    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { position: 0, name: name.to_owned(), portrait: Some(Portrait("AAAA".to_owned())) }
    }

    fn ask(name: &str) -> VerifyCitizen {
        VerifyCitizen {
            id_number: Text::new("11010519491231002X").unwrap(),
            name: Text::new(name).unwrap(),
            sequence: None,
        }
    }

    fn ask_all(name: &str) -> VerifyCitizen {
        let sequence = NameSequence::of(&PersonName::parse(name).unwrap(), &Variants::built_in());
        VerifyCitizen { sequence, ..ask(name) }
    }

    fn matches(kind: Kind, recorded: &str, ask: &VerifyCitizen) -> bool {
        matches!(answer(kind, 0, Some(entry(recorded)), ask), Ok(CitizenAnswer::Match { portrait: Some(_) }))
    }

    const PLAIN: Kind = Kind { takes: Takes::Plain, per_day: 2 };

    // RN-6: the three answers, and nothing in between.
    #[test]
    fn three_outcomes() {
        for kind in [Kind::default(), PLAIN] {
            assert_eq!(answer(kind, 0, None, &ask("张三")), Ok(CitizenAnswer::NumberUnknown));
            assert_eq!(answer(kind, 0, Some(entry("李四")), &ask("张三")), Ok(CitizenAnswer::NameDiffers));
            assert!(matches(kind, "张三", &ask("张三")));
        }
    }

    // RN-6: without a sequence a private-use code of the same character is another name.
    #[test]
    fn names_are_compared_code_point_by_code_point() {
        for kind in [Kind::default(), PLAIN] {
            assert!(!matches(kind, "张\u{4DAE}", &ask("张\u{E863}")));
        }
    }

    // RC-4: whichever code the register has.
    #[test]
    fn a_sequence_matches_in_both_directions_and_nothing_else() {
        assert!(matches(Kind::default(), "张\u{4DAE}", &ask_all("张\u{E863}")));
        assert!(matches(Kind::default(), "张\u{E863}", &ask_all("张\u{4DAE}")));
        for other in ["张", "张龙", "汪\u{4DAE}", "张\u{4DAE}\u{4DAE}"] {
            assert!(!matches(Kind::default(), other, &ask_all("张\u{E863}")), "{other}");
        }
    }

    #[test]
    fn a_plain_register_takes_no_sequence_and_keeps_count() {
        assert_eq!(
            answer(PLAIN, 0, Some(entry("张\u{4DAE}")), &ask_all("张\u{4DAE}")),
            Err(NoAnswer::SequenceNotTaken)
        );
        assert!(answer(PLAIN, 1, Some(entry("张三")), &ask("张三")).is_ok());
        assert_eq!(answer(PLAIN, 2, Some(entry("张三")), &ask("张三")), Err(NoAnswer::DailyLimit));
        let boundless = Kind { per_day: 0, ..PLAIN };
        assert!(answer(boundless, u64::MAX, Some(entry("张三")), &ask("张三")).is_ok());
    }

    #[test]
    fn days_begin_at_midnight_in_china() {
        // 2026-11-22T16:00:00Z is midnight there.
        let midnight = 1_795_363_200_000;
        assert_eq!(day_began(midnight), midnight);
        assert_eq!(day_began(midnight - 1), midnight - 86_400_000);
        assert_eq!(day_began(midnight + 86_399_999), midnight);
    }
}
