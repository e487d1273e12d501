//! The police server's answer (NC-3, NC-6).

use serde::{Deserialize, Serialize};
use shiming_certificate::OfficeCode;
use shiming_identity::Date;
use shiming_outside::police::{InquireRecord, RecordAnswer, RecordFinding};
use shiming_wire::{Bytes, Text};

use super::register::Entry;
use super::seals::SealKey;

/// Of whom there is a record: places in the seed, both among those whose cards there are photos of.
pub const RECORDED: [u32; 2] = [11, 19];

/// Whom an answer to the wrong question is about: the number that GB 11643 has as its example, and that of nobody.
const OTHERS: [&str; 2] = ["11010519491231002X", "110105194912310038"];
/// Whose seal comes with the wrong answer.
const OTHER_OFFICES: [&str; 2] = ["110105-021", "110105-022"];
/// How far behind old records are, seconds.
const LONG_AGO: u64 = 30 * 86_400;

/// What the police can be ordered to say about a number. Whatever is wrong with an answer, it says that there is no record: only
/// what is wrong with it stands between it and a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// There is no record, whatever the register has.
    NoRecord,
    /// There is one.
    Recorded,
    /// There is none of somebody else.
    OtherPerson,
    /// There is none, to another question.
    OtherQuestion,
    /// There was none 30 days ago.
    Old,
    /// There is none, and another key signed the seal.
    ForgedSeal,
    /// There is none, and the seal is another office's.
    OtherOffice,
}

/// Why the police give no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// No office has a code like this.
    #[error("there is no such office")]
    UnknownOffice,
    /// The calendar ends before now.
    #[error("the clock is wrong")]
    Clock,
}

impl NoAnswer {
    /// The last part of the problem's type.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownOffice => "unknown-office",
            Self::Clock => "clock",
        }
    }
}

/// Answers `now` (seconds since 1970): by the register's `entry` under the number, unless it was ordered what to say.
///
/// A number that the register does not know and a number with another name get the answer that a record gets: whom it is
/// about is for people to find out.
pub fn answer(
    ask: &InquireRecord,
    entry: Option<&Entry>,
    says: Option<Says>,
    now: u64,
    key: &SealKey,
) -> Result<RecordAnswer, NoAnswer> {
    let office = OfficeCode::parse(ask.office.as_str()).map_err(|_| NoAnswer::UnknownOffice)?;
    let known = entry.is_some_and(|entry| entry.name == ask.name.as_str() && !RECORDED.contains(&entry.position));
    let certifiable = says.map_or(known, |says| says != Says::Recorded);
    let day = if says == Some(Says::Old) { now.saturating_sub(LONG_AGO) } else { now };
    let mut answer = RecordAnswer {
        inquiry: ask.inquiry,
        number: ask.number.clone(),
        finding: if certifiable { RecordFinding::NoRecord } else { RecordFinding::Elsewhere },
        as_of: Date::in_china(day).map_err(|_| NoAnswer::Clock)?,
        seal: key.seal(office, now),
    };
    match says {
        Some(Says::OtherPerson) => {
            let mut others = OTHERS.into_iter().filter_map(|number| Text::new(number).ok());
            answer.number = others.find(|other| *other != ask.number).unwrap_or(answer.number);
        }
        Some(Says::OtherQuestion) => answer.inquiry = Bytes(ask.inquiry.0.map(|byte| !byte)),
        Some(Says::ForgedSeal) => answer.seal = key.forged(office, now),
        Some(Says::OtherOffice) => {
            let mut others = OTHER_OFFICES.into_iter().filter_map(|code| OfficeCode::parse(code).ok());
            answer.seal = key.seal(others.find(|other| *other != office).unwrap_or(office), now);
        }
        Some(Says::NoRecord | Says::Recorded | Says::Old) | None => {}
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::DocumentKind;
    use shiming_identity::{DocumentNumber, IdNumber};

    use super::super::seals::tests::{key, opened};
    use super::*;

    /// Noon of 2026-07-28 in China.
    const NOW: u64 = 1_785_211_200;

    fn entry(position: u32) -> Entry {
        Entry { position, name: "张三".to_owned(), portrait: None }
    }

    fn ask(name: &str) -> InquireRecord {
        InquireRecord {
            inquiry: Bytes([1; 16]),
            document: DocumentKind::CnResidentId,
            number: Text::new("440524188001010014").unwrap(),
            name: Text::new(name).unwrap(),
            office: Text::new("110105-021").unwrap(),
        }
    }

    fn answered(entry: Option<&Entry>, says: Option<Says>) -> RecordAnswer {
        answer(&ask("张三"), entry, says, NOW, &key()).unwrap()
    }

    fn office(code: &str) -> OfficeCode {
        OfficeCode::parse(code).unwrap()
    }

    // NC-3, NC-6: no record of the person with this number and name; everything else is one answer.
    #[test]
    fn only_somebody_who_is_known_and_has_no_record_is_certified() {
        assert_eq!(answered(Some(&entry(0)), None).finding, RecordFinding::NoRecord);
        for position in RECORDED {
            assert_eq!(answered(Some(&entry(position)), None).finding, RecordFinding::Elsewhere);
        }
        assert_eq!(answered(None, None).finding, RecordFinding::Elsewhere);
        let other = answer(&ask("李四"), Some(&entry(0)), None, NOW, &key()).unwrap();
        assert_eq!(other.finding, RecordFinding::Elsewhere);
        // Names are compared code point by code point, as the register compares plain ones.
        let rare = Entry { name: "张\u{4DAE}".to_owned(), ..entry(0) };
        let other = answer(&ask("张\u{E863}"), Some(&rare), None, NOW, &key()).unwrap();
        assert_eq!(other.finding, RecordFinding::Elsewhere);
    }

    // NC-3
    #[test]
    fn an_answer_names_its_question_its_person_and_the_day_in_china() {
        let answer = answered(Some(&entry(0)), None);
        assert_eq!((answer.inquiry, answer.number), (ask("张三").inquiry, ask("张三").number));
        assert_eq!(answer.as_of.to_string(), "2026-07-28");
        assert_eq!(opened(&answer.seal).office, office("110105-021"));
    }

    // NC-6: nobody on the way tells from the size what was found, nor from the seal.
    #[test]
    fn the_answers_differ_in_one_word() {
        let clean = answered(Some(&entry(0)), None);
        let others =
            [answered(Some(&entry(RECORDED[0])), None), answered(None, Some(Says::Recorded)), answered(None, None)];
        let json = |answer: &RecordAnswer| serde_json::to_string(answer).unwrap();
        for other in others {
            assert_eq!(json(&other).len(), json(&clean).len());
            assert_eq!(json(&other).replace("elsewhere", "no_record"), json(&clean));
            assert_ne!(other, clean);
        }
    }

    // NC-3: each order makes one thing wrong.
    #[test]
    fn the_police_say_what_they_are_ordered_to() {
        let right = answered(Some(&entry(0)), None);
        assert_eq!(answered(None, Some(Says::NoRecord)), right);
        let record = answered(Some(&entry(0)), Some(Says::Recorded));
        assert_eq!(record, RecordAnswer { finding: RecordFinding::Elsewhere, ..right.clone() });

        let person = answered(None, Some(Says::OtherPerson));
        assert_ne!(person.number, right.number);
        assert_eq!(person, RecordAnswer { number: person.number.clone(), ..right.clone() });
        let question = answered(None, Some(Says::OtherQuestion));
        assert_ne!(question.inquiry, right.inquiry);
        assert_eq!(question, RecordAnswer { inquiry: question.inquiry, ..right.clone() });
        let old = answered(None, Some(Says::Old));
        assert_eq!(old, RecordAnswer { as_of: Date::parse_iso("2026-06-28").unwrap(), ..right.clone() });
        let stamped = answered(None, Some(Says::OtherOffice));
        assert_eq!(opened(&stamped.seal).office, office("110105-022"));
        assert_eq!(stamped, RecordAnswer { seal: stamped.seal.clone(), ..right.clone() });
        let forged = answered(None, Some(Says::ForgedSeal));
        assert_ne!(forged.seal, right.seal);
        assert_eq!(forged, RecordAnswer { seal: forged.seal.clone(), ..right });
    }

    // NC-3: whoever is asked about, the wrong answer is about another.
    #[test]
    fn another_is_always_another() {
        for number in OTHERS {
            IdNumber::parse(number).unwrap();
            let ask = InquireRecord { number: Text::new(number).unwrap(), ..ask("张三") };
            let other = answer(&ask, None, Some(Says::OtherPerson), NOW, &key()).unwrap();
            assert_ne!(other.number, ask.number);
            DocumentNumber::parse(ask.document, other.number.as_str()).unwrap();
        }
        for code in OTHER_OFFICES {
            let ask = InquireRecord { office: Text::new(code).unwrap(), ..ask("张三") };
            let other = answer(&ask, None, Some(Says::OtherOffice), NOW, &key()).unwrap();
            assert_ne!(opened(&other.seal).office, office(code));
        }
    }

    #[test]
    fn an_office_has_a_code() {
        for code in ["", "110105", "990105-021", "110105-000"] {
            let ask = InquireRecord { office: Text::new(code).unwrap(), ..ask("张三") };
            assert_eq!(answer(&ask, Some(&entry(0)), None, NOW, &key()), Err(NoAnswer::UnknownOffice), "{code}");
        }
    }
}
