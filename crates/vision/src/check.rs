//! Stage 8: slots → fields, held against each other and the calendar.
//!
//! A value is repaired only when the rest of the card proves what it must be, and the field says so.

use serde::Serialize;
use shiming_identity::date::Date;
use shiming_identity::document::{FieldName, SlotContent};
use shiming_identity::ethnicity::{BEYOND_GROUPS, GROUPS};
use shiming_identity::{Expiry, Fields, IdNumber, Inconsistency, Sex, Validity, cross_check};

use crate::read::ReadSlot;
use crate::reader::ReadField;
use crate::recognise::Line;

/// Fields with a lower confidence (percent) are pointed out to the user.
pub const LOW_CONFIDENCE: u8 = 80;
/// A value that does not keep to its field's rules is worth no more than this, whatever the reader thinks.
const BROKEN: u8 = 30;

/// What the user should know about fields that were read. The names of the codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case", tag = "code", content = "field")]
pub enum Warning {
    /// The number breaks its own rules or does not agree with birth date or sex.
    NumberInconsistent,
    /// A date is none, or dates contradict each other.
    DatesInvalid,
    /// The document's last day is over (not a refusal: the operator's policy decides).
    Expired,
    /// The document's first day is yet to come.
    NotYetValid,
    /// A field that should be looked at.
    LowConfidence(FieldName),
    /// A field that could not be read at all.
    Missing(FieldName),
    /// A field whose value was completed from what the rest of the card proves.
    Repaired(FieldName),
    /// Two fields that rarely go together (an issuer from elsewhere, an unusual term): look twice.
    Unusual(FieldName),
}

impl Warning {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NumberInconsistent => "number_inconsistent",
            Self::DatesInvalid => "dates_invalid",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::LowConfidence(_) => "low_confidence",
            Self::Missing(_) => "missing",
            Self::Repaired(_) => "repaired",
            Self::Unusual(_) => "unusual",
        }
    }
}

/// The fields that slots make, in the order of `expected`, and the warnings about them. `birth_line` is the line with
/// the birth date as a whole.
pub(crate) fn fields(
    slots: &[ReadSlot],
    birth_line: Option<&Line>,
    expected: &[FieldName],
    today: Date,
) -> (Vec<ReadField>, Vec<Warning>) {
    let line = |content: SlotContent| slots.iter().find(|slot| slot.reads == content).map(|slot| &slot.line);
    let number = line(SlotContent::IdNumber).map(id_number);
    let parsed_number = number.as_ref().and_then(|field| IdNumber::parse(&field.value).ok());
    let mut fields = Vec::with_capacity(expected.len());
    for name in expected {
        let field = match name {
            FieldName::Name => line(SlotContent::Name).map(|line| plain(FieldName::Name, line)),
            FieldName::Sex => line(SlotContent::Sex).map(|line| plain(FieldName::Sex, line)),
            FieldName::Ethnicity => line(SlotContent::Ethnicity).map(ethnicity),
            FieldName::BirthDate => birth_date(slots, birth_line),
            FieldName::Address => address(slots),
            FieldName::IdNumber => number.clone(),
            FieldName::Issuer => line(SlotContent::Issuer).map(|line| plain(FieldName::Issuer, line)),
            FieldName::ValidFrom => line(SlotContent::Validity).map(|line| validity(line, FieldName::ValidFrom)),
            FieldName::ValidUntil => line(SlotContent::Validity).map(|line| validity(line, FieldName::ValidUntil)),
            // No layout that is read has the others.
            _ => None,
        };
        let broken = slots.iter().any(|slot| slot.broken && makes(slot.reads, *name));
        fields.extend(field.map(|mut field| {
            if broken {
                field.confidence = field.confidence.min(BROKEN);
            }
            field
        }));
    }
    if let Some(number) = &parsed_number {
        let certain =
            fields.iter().any(|field| field.name == FieldName::IdNumber && field.confidence >= LOW_CONFIDENCE);
        repair_from_number(&mut fields, expected, number, certain);
    }
    repair_number(&mut fields, slots);
    let warnings = warnings(&fields, expected, today);
    (fields, warnings)
}

/// Whether a slot is where a field is read. The parts of the birth date are checked by the calendar and the number.
fn makes(slot: SlotContent, name: FieldName) -> bool {
    !matches!(slot, SlotContent::BirthYear | SlotContent::BirthMonth | SlotContent::BirthDay)
        && slot.fields().contains(&name)
}

/// What is worth saying about fields: of one side, or of both sides together.
#[must_use]
pub fn warnings(fields: &[ReadField], expected: &[FieldName], today: Date) -> Vec<Warning> {
    let mut found: Vec<Warning> = Vec::new();
    let mut note = |warning| {
        if !found.contains(&warning) {
            found.push(warning);
        }
    };
    for name in expected {
        match fields.iter().find(|field| field.name == *name) {
            None => note(Warning::Missing(*name)),
            Some(field) => {
                if field.repaired {
                    note(Warning::Repaired(*name));
                }
                if field.confidence < LOW_CONFIDENCE {
                    note(Warning::LowConfidence(*name));
                }
            }
        }
    }
    let value = |name: FieldName| fields.iter().find(|field| field.name == name).map(|field| field.value.as_str());
    let number = value(FieldName::IdNumber).map(IdNumber::parse);
    if matches!(number, Some(Err(_))) {
        note(Warning::NumberInconsistent);
    }
    let number = number.and_then(Result::ok);
    let date = |name: FieldName| value(name).map(Date::parse_iso);
    let (birth, from) = (date(FieldName::BirthDate), date(FieldName::ValidFrom));
    let until = value(FieldName::ValidUntil).map(parse_expiry);
    if matches!(birth, Some(Err(_))) || matches!(from, Some(Err(_))) || matches!(until, Some(None)) {
        note(Warning::DatesInvalid);
    }
    let mut validity = None;
    if let (Some(Ok(from)), Some(Some(until))) = (from, until) {
        validity = Validity::new(from, until).ok();
        if validity.is_none() {
            note(Warning::DatesInvalid);
        }
    }
    let checked = Fields {
        id_number: number.as_ref(),
        sex: value(FieldName::Sex).and_then(|text| text.parse::<Sex>().ok()),
        birth_date: birth.and_then(Result::ok),
        address: value(FieldName::Address),
        issuer: value(FieldName::Issuer),
        validity,
    };
    for inconsistency in cross_check(&checked, today) {
        match inconsistency {
            Inconsistency::BirthDateNotInNumber | Inconsistency::SexNotInNumber => note(Warning::NumberInconsistent),
            Inconsistency::BornInFuture | Inconsistency::TooOld | Inconsistency::IssuedBeforeBirth => {
                note(Warning::DatesInvalid);
            }
            Inconsistency::Expired => note(Warning::Expired),
            Inconsistency::NotYetValid => note(Warning::NotYetValid),
            other => {
                if let Some(field) = other.fields().first() {
                    note(Warning::Unusual(*field));
                }
            }
        }
    }
    found
}

fn parse_expiry(text: &str) -> Option<Expiry> {
    if text == shiming_identity::date::LONG_TERM {
        return Some(Expiry::LongTerm);
    }
    Date::parse_iso(text).ok().map(Expiry::On)
}

fn percent(confidence: f32) -> u8 {
    (100.0 * confidence).round().clamp(0.0, 100.0) as u8
}

fn plain(name: FieldName, line: &Line) -> ReadField {
    ReadField { name, value: line.text(), confidence: percent(line.least_confidence()), repaired: false }
}

/// One of the ethnic groups, or the only one that is a character off.
fn ethnicity(line: &Line) -> ReadField {
    let mut field = plain(FieldName::Ethnicity, line);
    let known = || GROUPS.iter().chain(&BEYOND_GROUPS);
    // Cards print 汉, not 汉族.
    if field.value.ends_with('族') {
        field.value.pop();
    }
    if known().any(|group| *group == field.value) {
        return field;
    }
    let read: Vec<char> = field.value.chars().collect();
    let mut near = known().filter(|group| {
        let group: Vec<char> = group.chars().collect();
        group.len() > 1 && group.len() == read.len() && group.iter().zip(&read).filter(|(a, b)| a != b).count() == 1
    });
    match (near.next(), near.next()) {
        (Some(only), None) => {
            (*only).clone_into(&mut field.value);
            field.repaired = true;
            field.confidence = field.confidence.min(LOW_CONFIDENCE - 1);
        }
        _ => field.confidence = field.confidence.min(BROKEN),
    }
    field
}

/// The birth date of the whole line, or of its three slots; whichever is a date, the surer one first.
fn birth_date(slots: &[ReadSlot], line: Option<&Line>) -> Option<ReadField> {
    let of_line = line.and_then(|line| {
        let digits: Vec<String> = line
            .text()
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        let sure = line
            .characters
            .iter()
            .filter(|character| character.value.is_ascii_digit())
            .map(|character| character.confidence)
            .reduce(f32::min)?;
        match digits.as_slice() {
            [year, month, day] => Some((date_of(year, month, day)?, percent(sure))),
            _ => None,
        }
    });
    let part = |content: SlotContent| {
        let slot = slots.iter().find(|slot| slot.reads == content)?;
        Some((slot.line.text(), slot.line.least_confidence()))
    };
    let of_slots = || {
        let (year, month, day) =
            (part(SlotContent::BirthYear)?, part(SlotContent::BirthMonth)?, part(SlotContent::BirthDay)?);
        Some((date_of(&year.0, &month.0, &day.0)?, percent(year.1.min(month.1).min(day.1))))
    };
    let (date, confidence) = of_line.or_else(of_slots)?;
    Some(ReadField { name: FieldName::BirthDate, value: date.to_string(), confidence, repaired: false })
}

fn date_of(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The lines of the address, joined.
fn address(slots: &[ReadSlot]) -> Option<ReadField> {
    let mut lines: Vec<&ReadSlot> = slots.iter().filter(|slot| slot.reads == SlotContent::Address).collect();
    lines.sort_by_key(|slot| slot.line_number);
    let confidence = lines.iter().map(|slot| slot.line.least_confidence()).reduce(f32::min)?;
    let value: String = lines.iter().map(|slot| slot.line.text()).collect();
    Some(ReadField { name: FieldName::Address, value, confidence: percent(confidence), repaired: false })
}

/// The number; one that breaks its rules is in doubt.
fn id_number(line: &Line) -> ReadField {
    let mut field = plain(FieldName::IdNumber, line);
    if IdNumber::parse(&field.value).is_err() {
        field.confidence = field.confidence.min(BROKEN);
    }
    field
}

/// The dates of `2016.07.01-2036.07.01` or `2016.07.01-长期`, in ISO form where they are dates.
fn validity(line: &Line, name: FieldName) -> ReadField {
    let mut field = plain(name, line);
    let text = line.text();
    if let Ok(validity) = Validity::parse_printed(&text) {
        field.value = match name {
            FieldName::ValidFrom => validity.from().to_string(),
            _ => match validity.until() {
                Expiry::On(date) => date.to_string(),
                Expiry::LongTerm => shiming_identity::date::LONG_TERM.to_owned(),
            },
        };
        return field;
    }
    // Dots get lost before digits do.
    let (from, until) = text.split_once('-').unwrap_or((text.as_str(), ""));
    let half = if name == FieldName::ValidFrom { from } else { until };
    let digits: String = half.chars().filter(char::is_ascii_digit).collect();
    match Date::parse_compact(&digits) {
        Ok(date) => {
            field.value = date.to_string();
            field.confidence = field.confidence.min(LOW_CONFIDENCE - 1);
        }
        Err(_) if name == FieldName::ValidUntil && (half.contains('长') || half.contains('期')) => {
            shiming_identity::date::LONG_TERM.clone_into(&mut field.value);
            field.confidence = field.confidence.min(LOW_CONFIDENCE - 1);
        }
        Err(_) => {
            half.clone_into(&mut field.value);
            field.confidence = field.confidence.min(BROKEN);
        }
    }
    field
}

/// A number that keeps its check character and was read with confidence proves the birth date and the sex where those
/// could not be read, or were read with doubt.
fn repair_from_number(fields: &mut Vec<ReadField>, expected: &[FieldName], number: &IdNumber, certain: bool) {
    if !certain {
        return;
    }
    let proven =
        [(FieldName::BirthDate, number.birth_date().to_string()), (FieldName::Sex, number.sex().as_str().to_owned())];
    for (name, value) in proven {
        match fields.iter_mut().find(|field| field.name == name) {
            Some(field) if field.value != value && field.confidence < LOW_CONFIDENCE => {
                field.value = value;
                field.repaired = true;
                field.confidence = LOW_CONFIDENCE;
            }
            None if expected.contains(&name) => {
                let place = expected.iter().take_while(|other| **other != name).count().min(fields.len());
                fields.insert(place, ReadField { name, value, confidence: LOW_CONFIDENCE, repaired: true });
            }
            Some(_) | None => {}
        }
    }
}

/// A number that breaks its rules: if among the reader's own second choices exactly one single change makes a number
/// that keeps its check character and holds the birth date and sex that were read elsewhere, it is that.
fn repair_number(fields: &mut [ReadField], slots: &[ReadSlot]) {
    let value = |name: FieldName| fields.iter().find(|field| field.name == name).map(|field| field.value.clone());
    let (birth, sex) = (value(FieldName::BirthDate), value(FieldName::Sex));
    let (Some(birth), Some(slot)) = (birth, slots.iter().find(|slot| slot.reads == SlotContent::IdNumber)) else {
        return;
    };
    let Some(field) = fields.iter_mut().find(|field| field.name == FieldName::IdNumber) else { return };
    let characters: Vec<char> = field.value.chars().collect();
    let agrees = |number: &IdNumber| {
        number.birth_date().to_string() == birth && sex.as_deref().is_none_or(|sex| sex == number.sex().as_str())
    };
    if characters.len() != 18 || characters.len() != slot.line.characters.len() {
        return;
    }
    if IdNumber::parse(&field.value).is_ok() {
        return;
    }
    let mut candidates: Vec<(IdNumber, f32)> = Vec::new();
    for (index, read) in slot.line.characters.iter().enumerate() {
        for (other, probability) in &read.alternatives {
            let mut changed = characters.clone();
            changed[index] = *other;
            let text: String = changed.iter().collect();
            if let Ok(number) = IdNumber::parse(&text)
                && agrees(&number)
            {
                candidates.push((number, *probability));
            }
        }
    }
    if let [(number, _)] = candidates.as_slice() {
        number.as_str().clone_into(&mut field.value);
        field.repaired = true;
        field.confidence = LOW_CONFIDENCE - 1;
    }
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::Box2;

    use super::*;
    use crate::recognise::ReadCharacter;

    const FRONT: [FieldName; 6] = [
        FieldName::Name,
        FieldName::Sex,
        FieldName::Ethnicity,
        FieldName::BirthDate,
        FieldName::Address,
        FieldName::IdNumber,
    ];

    fn line(text: &str, confidence: f32) -> Line {
        Line {
            characters: text
                .chars()
                .map(|value| ReadCharacter { value, confidence, alternatives: Vec::new(), position: 0.0 })
                .collect(),
        }
    }

    fn slot(reads: SlotContent, text: &str, confidence: f32) -> ReadSlot {
        let place = Box2 { left: 0.2, top: 0.1, right: 0.5, bottom: 0.2 };
        ReadSlot { reads, line_number: 0, line: line(text, confidence), place, broken: false }
    }

    fn today() -> Date {
        Date::new(2026, 11, 22).unwrap()
    }

    fn front(number: &str) -> Vec<ReadSlot> {
        vec![
            slot(SlotContent::Name, "样本", 0.99),
            slot(SlotContent::Sex, "女", 0.99),
            slot(SlotContent::Ethnicity, "汉", 0.99),
            slot(SlotContent::Address, "北京市东城区样本路1号", 0.97),
            slot(SlotContent::IdNumber, number, 0.98),
        ]
    }

    fn value(fields: &[ReadField], name: FieldName) -> &ReadField {
        fields.iter().find(|field| field.name == name).unwrap()
    }

    // RN-5; 11010519491231002X is the example of GB 11643-1999 annex A
    #[test]
    fn a_consistent_front_has_no_warning() {
        let birth = line("1949年12月31日", 0.95);
        let (fields, warnings) = fields(&front("11010519491231002X"), Some(&birth), &FRONT, today());
        assert_eq!(fields.len(), 6);
        assert_eq!(value(&fields, FieldName::BirthDate).value, "1949-12-31");
        assert_eq!(warnings, []);
    }

    // RN-5
    #[test]
    fn an_unreadable_birth_date_is_proven_by_a_sure_number() {
        let birth = line("1949年1z月日", 0.5);
        let (fields, warnings) = fields(&front("11010519491231002X"), Some(&birth), &FRONT, today());
        let birth = value(&fields, FieldName::BirthDate);
        assert_eq!((birth.value.as_str(), birth.repaired), ("1949-12-31", true));
        assert_eq!(warnings, [Warning::Repaired(FieldName::BirthDate)]);
    }

    // RN-5
    #[test]
    fn a_birth_date_that_was_read_well_is_not_changed() {
        let birth = line("1948年12月31日", 0.99);
        let (fields, warnings) = fields(&front("11010519491231002X"), Some(&birth), &FRONT, today());
        assert_eq!(value(&fields, FieldName::BirthDate).value, "1948-12-31");
        assert_eq!(warnings, [Warning::NumberInconsistent]);
    }

    // RN-5
    #[test]
    fn a_number_is_repaired_only_when_the_rest_proves_it() {
        let birth = line("1949年12月31日", 0.95);
        let mut slots = front("11010519491231082X");
        slots[4].line.characters[15].alternatives = vec![('0', 0.3), ('6', 0.1)];
        let (repaired, found) = fields(&slots, Some(&birth), &FRONT, today());
        let number = value(&repaired, FieldName::IdNumber);
        assert_eq!((number.value.as_str(), number.repaired), ("11010519491231002X", true));
        assert!(found.contains(&Warning::Repaired(FieldName::IdNumber)));
        assert!(found.contains(&Warning::LowConfidence(FieldName::IdNumber)));

        let other_birth = line("1949年12月30日", 0.95);
        let (left, found) = fields(&slots, Some(&other_birth), &FRONT, today());
        assert_eq!(value(&left, FieldName::IdNumber).value, "11010519491231082X");
        assert!(found.contains(&Warning::NumberInconsistent));
    }

    // RN-5
    #[test]
    fn an_ethnic_group_that_does_not_exist_is_the_only_near_one_or_in_doubt() {
        let near = ethnicity(&line("维吾示", 0.9));
        assert_eq!((near.value.as_str(), near.repaired), ("维吾尔", true));
        let none = ethnicity(&line("样", 0.9));
        assert!(!none.repaired && none.confidence <= BROKEN);
        assert_eq!(ethnicity(&line("汉族", 0.9)).value, "汉");
    }

    // RN-5
    #[test]
    fn validity_comes_out_as_dates() {
        let both = |text: &str| {
            [FieldName::ValidFrom, FieldName::ValidUntil].map(|name| validity(&line(text, 0.9), name).value)
        };
        assert_eq!(both("2016.07.01-2036.07.01"), ["2016-07-01", "2036-07-01"]);
        assert_eq!(both("2016.07.01-长期"), ["2016-07-01", "长期"]);
        assert_eq!(both("2016.0701-203607.01"), ["2016-07-01", "2036-07-01"]);
    }

    // RN-5
    #[test]
    fn expired_and_impossible_dates_are_warned_about() {
        let back = [FieldName::Issuer, FieldName::ValidFrom, FieldName::ValidUntil];
        let of = |text: &str| {
            let slots =
                [slot(SlotContent::Issuer, "北京市公安局东城分局", 0.99), slot(SlotContent::Validity, text, 0.99)];
            fields(&slots, None, &back, today()).1
        };
        assert_eq!(of("2016.07.01-2036.07.01"), []);
        assert_eq!(of("2006.07.01-2026.07.01"), [Warning::Expired]);
        assert!(of("2016.13.01-2036.07.01").contains(&Warning::DatesInvalid));
        assert!(of("2036.07.01-2016.07.01").contains(&Warning::DatesInvalid));
    }
}
