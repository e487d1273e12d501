//! Stage 8: slots → fields, held against each other and the calendar.
//!
//! A value is repaired only when the rest of the card proves what it must be, and the field says so.

use shiming_identity::date::Date;
use shiming_identity::document::{DocumentKind, FieldName, Page, SlotContent, facts};
use shiming_identity::ethnicity::{BEYOND_GROUPS, GROUPS};
use shiming_identity::{
    DocumentFields, DocumentNumber, Expiry, Fields, IdNumber, Inconsistency, Sex, Validity, check_document, cross_check,
};

use crate::read::ReadSlot;
use crate::reader::ReadField;
use crate::recognise::Line;
use crate::refusal::Reason;
use crate::zone::zone;

/// Fields with a lower confidence (percent) are pointed out to the user.
pub const LOW_CONFIDENCE: u8 = 80;
/// A value that does not keep to its field's rules is worth no more than this, whatever the reader thinks.
const BROKEN: u8 = 30;
/// Of a page with a zone so many fields come from it, whatever else is printed.
const ZONE_FIELDS: usize = 3;
/// Chinese places that passports write in two words.
const TWO_WORDS: [(&str, &str); 2] = [("NEIMONGOL", "NEI MONGOL"), ("HONGKONG", "HONG KONG")];
/// Months as passports print them (ICAO Doc 9303-3, §3.5).
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// What the user should know about fields that were read. The names of the codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// The number breaks its own rules or does not agree with birth date or sex.
    NumberInconsistent,
    /// The machine-readable zone breaks its check digits or its format.
    ZoneInconsistent,
    /// The machine-readable zone could not be read.
    ZoneMissing,
    /// The picture is not as its format parameters ask; its code is the reason's.
    Picture(Reason),
    /// It looks like a photocopy.
    Photocopy,
    /// It looks like a picture on a screen.
    Screen,
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
    /// Whether a document about which this is said is not accepted.
    #[must_use]
    pub fn forbids(self) -> bool {
        match self {
            Self::NumberInconsistent
            | Self::ZoneInconsistent
            | Self::ZoneMissing
            | Self::Photocopy
            | Self::Screen
            | Self::DatesInvalid
            | Self::Missing(_) => true,
            Self::Picture(_)
            | Self::Expired
            | Self::NotYetValid
            | Self::LowConfidence(_)
            | Self::Repaired(_)
            | Self::Unusual(_) => false,
        }
    }

    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NumberInconsistent => "number_inconsistent",
            Self::ZoneInconsistent => "zone_inconsistent",
            Self::ZoneMissing => "zone_missing",
            Self::Picture(reason) => reason.code(),
            Self::Photocopy => "photocopy",
            Self::Screen => "screen",
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

/// What a page says.
pub(crate) struct Checked {
    /// The page: the zone's document code and issuer tell pages apart that look alike.
    pub page: &'static Page,
    /// Its fields.
    pub fields: Vec<ReadField>,
    /// How many it should have.
    pub expected: usize,
    /// The lines of its zone.
    pub mrz: Vec<String>,
    /// What is worth saying about them.
    pub warnings: Vec<Warning>,
}

/// The fields that a page's slots make, in the order of its layout, and the warnings about them.
pub(crate) fn fields(page: &'static Page, slots: &[ReadSlot], today: Date) -> Checked {
    let zone = zone(page, slots, today);
    let page = zone.as_ref().and_then(|zone| zone.page).unwrap_or(page);
    let kind = page.layout.document;
    let mut names: Vec<FieldName> = Vec::new();
    for name in page.layout.slots.iter().flat_map(|slot| slot.reads.fields()) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    let expected = expected(&names, page);
    let mut fields: Vec<ReadField> = names.iter().filter_map(|name| field(page, *name, slots)).collect();
    repair_number(&mut fields, slots);
    let number = fields.iter().find(|field| field.name == FieldName::IdNumber);
    if let Some(certain) = number.filter(|field| field.confidence >= LOW_CONFIDENCE)
        && let Ok(number) = DocumentNumber::parse(kind, &certain.value)
    {
        repair_from_number(&mut fields, &names, &number);
    }
    let mut warnings = Vec::new();
    if let Some(zone) = &zone {
        join(&mut fields, &zone.fields);
        warnings.extend((!zone.sound).then_some(Warning::ZoneInconsistent));
    } else if page.zone.is_some() {
        warnings.push(Warning::ZoneMissing);
    }
    warnings.extend(warnings_of(page.document(), &fields, &expected, today));
    let expected = expected.len() + page.zone.map_or(0, |_| ZONE_FIELDS);
    Checked { page, fields, expected, mrz: zone.map(|zone| zone.lines).unwrap_or_default(), warnings }
}

/// Those of the fields of a page that every copy of it has.
fn expected(names: &[FieldName], page: &Page) -> Vec<FieldName> {
    let facts = facts(page.layout.document);
    let may_lack = |name: &FieldName| facts.fields.iter().any(|field| field.name == *name && field.optional);
    names.iter().filter(|name| !may_lack(name)).copied().collect()
}

/// One field of a page, as its slots have it.
fn field(page: &Page, name: FieldName, slots: &[ReadSlot]) -> Option<ReadField> {
    let line = |content: SlotContent| slots.iter().find(|slot| slot.reads == content).map(|slot| &slot.line);
    let mut field = match name {
        FieldName::Ethnicity => line(SlotContent::Ethnicity).map(ethnicity),
        FieldName::BirthDate if page.reads(SlotContent::BirthYear) => birth_date(slots),
        FieldName::BirthDate => line(SlotContent::BirthDate).map(|line| date_field(name, line)),
        FieldName::FirstIssued => line(SlotContent::FirstIssued).map(|line| date_field(name, line)),
        FieldName::ValidFrom | FieldName::ValidUntil if page.reads(SlotContent::Validity) => {
            line(SlotContent::Validity).map(|line| validity(line, name))
        }
        FieldName::ValidFrom => line(SlotContent::ValidFrom).map(|line| date_field(name, line)),
        FieldName::ValidUntil => line(SlotContent::ValidUntil).map(|line| date_field(name, line)),
        FieldName::Address => address(slots),
        FieldName::Sex => line(SlotContent::Sex).map(sex),
        FieldName::LatinName => latin_name(slots),
        FieldName::IdNumber => line(SlotContent::IdNumber).map(|line| number(page.layout.document, name, line)),
        FieldName::DocumentNumber => {
            line(SlotContent::DocumentNumber).map(|line| number(page.layout.document, name, line))
        }
        FieldName::BirthPlace | FieldName::IssuePlace => {
            slots.iter().find(|slot| slot.reads.fields() == [name]).map(|slot| place(name, &slot.line))
        }
        other => slots.iter().find(|slot| slot.reads.fields() == [other]).map(|slot| plain(other, &slot.line)),
    }?;
    if slots.iter().any(|slot| slot.broken && slot.reads.fields().contains(&name)) {
        field.confidence = field.confidence.min(BROKEN);
    }
    Some(field)
}

/// Puts what the zone says beside what is printed above it: the same is surer, the zone's checked value is the better one.
fn join(fields: &mut Vec<ReadField>, zone: &[ReadField]) {
    for said in zone {
        let Some(printed) = fields.iter_mut().find(|field| field.name == said.name) else {
            fields.push(said.clone());
            continue;
        };
        let same = |a: &str, b: &str| {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            letters(a) == letters(b)
        };
        if same(&printed.value, &said.value) {
            printed.confidence = printed.confidence.max(said.confidence);
            // Which part is the surname the zone says by its fillers, where the comma got lost; hyphens it does not have.
            if said.name == FieldName::LatinName && !printed.value.contains(',') {
                printed.value.clone_from(&said.value);
            }
        } else if said.confidence > printed.confidence && said.confidence >= LOW_CONFIDENCE && !is_worded(said.name) {
            printed.value.clone_from(&said.value);
            printed.confidence = said.confidence - 1;
            printed.repaired = true;
        } else if !is_worded(said.name) {
            printed.confidence = printed.confidence.min(LOW_CONFIDENCE - 1);
        }
    }
}

/// Whether the zone writes this in another way than the page does, so that they cannot be compared letter by letter.
fn is_worded(name: FieldName) -> bool {
    matches!(name, FieldName::Nationality | FieldName::LatinName)
}

/// What is worth saying about the fields of a side; of another state's identity card or visa, for which no rule is known,
/// only what is missing or doubtful.
fn warnings_of(kind: Option<DocumentKind>, fields: &[ReadField], expected: &[FieldName], today: Date) -> Vec<Warning> {
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
    let number_of = |text: &str| kind.map(|kind| DocumentNumber::parse(kind, text));
    let number = value(FieldName::IdNumber).or_else(|| value(FieldName::DocumentNumber)).and_then(number_of);
    if matches!(number, Some(Err(_))) {
        note(Warning::NumberInconsistent);
    }
    let number = number.and_then(Result::ok);
    // An officer's birth is printed to the month.
    let is_month = |text: &str| text.len() == 7 && Date::parse_iso(&format!("{text}-01")).is_ok();
    let date = |name: FieldName| value(name).filter(|text| !is_month(text)).map(Date::parse_iso);
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
    let sex = value(FieldName::Sex).and_then(|text| text.parse::<Sex>().ok());
    let birth_date = birth.and_then(Result::ok);
    let inconsistencies = match kind {
        Some(DocumentKind::CnResidentId | DocumentKind::CnTemporaryId) => {
            let id_number = number.as_ref().and_then(DocumentNumber::id_number);
            let (address, issuer) = (value(FieldName::Address), value(FieldName::Issuer));
            // A temporary card's term is another.
            let validity = validity.filter(|_| kind == Some(DocumentKind::CnResidentId));
            let card = Fields { id_number: id_number.as_ref(), sex, birth_date, address, issuer, validity };
            cross_check(&card, today)
        }
        Some(kind) => {
            check_document(kind, &DocumentFields { number: number.as_ref(), sex, birth_date, validity }, today)
        }
        None => Vec::new(),
    };
    // What only the last day tells.
    if validity.is_none()
        && let Some(Some(Expiry::On(last))) = until
        && last < today
    {
        note(Warning::Expired);
    }
    for inconsistency in inconsistencies {
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

pub(crate) fn percent(confidence: f32) -> u8 {
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

/// The birth date of its three slots.
fn birth_date(slots: &[ReadSlot]) -> Option<ReadField> {
    let part = |content: SlotContent| {
        let slot = slots.iter().find(|slot| slot.reads == content)?;
        Some((slot.line.text(), slot.line.least_confidence()))
    };
    let (year, month, day) =
        (part(SlotContent::BirthYear)?, part(SlotContent::BirthMonth)?, part(SlotContent::BirthDay)?);
    let date = date_of(&year.0, &month.0, &day.0)?;
    let confidence = percent(year.1.min(month.1).min(day.1));
    Some(ReadField { name: FieldName::BirthDate, value: date.to_string(), confidence, repaired: false })
}

/// A date in any of the ways in which documents print them, as `YYYY-MM-DD`, or `YYYY-MM` where no day is printed; as read,
/// and in doubt, where it is none.
fn date_field(name: FieldName, line: &Line) -> ReadField {
    let mut field = plain(name, line);
    match iso_date(&field.value) {
        Some(iso) => field.value = iso,
        None => field.confidence = field.confidence.min(BROKEN),
    }
    field
}

fn iso_date(text: &str) -> Option<String> {
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let letters: String = text.chars().filter(char::is_ascii_uppercase).collect();
    if !letters.is_empty() {
        let month = MONTHS.iter().position(|month| *month == letters)? + 1;
        // Day first, year last; between them perhaps the month once more.
        let (day, year) = (numbers.first()?, numbers.last()?);
        if let [_, between, _] = numbers.as_slice()
            && between.parse() != Ok(month)
        {
            return None;
        }
        return date_of(year, &month.to_string(), day).map(|date| date.to_string());
    }
    match numbers.as_slice() {
        [year, month, day] => date_of(year, month, day).map(|date| date.to_string()),
        [year, month] => date_of(year, month, "1").map(|date| date.to_string()[..7].to_owned()),
        _ => None,
    }
}

/// A place; of those that are written in two words, the space gets lost.
fn place(name: FieldName, line: &Line) -> ReadField {
    let mut field = plain(name, line);
    for (run_together, words) in TWO_WORDS {
        if field.value.ends_with(run_together) {
            let kept = field.value.len() - run_together.len();
            field.value.replace_range(kept.., words);
        }
    }
    field
}

/// 男 or 女 where it stands, else the letter.
fn sex(line: &Line) -> ReadField {
    let mut field = plain(FieldName::Sex, line);
    if let Some(word) = ["男", "女"].into_iter().find(|word| field.value.contains(word)) {
        word.clone_into(&mut field.value);
    }
    field
}

/// `SURNAME, GIVEN NAMES`, from one line or from two.
fn latin_name(slots: &[ReadSlot]) -> Option<ReadField> {
    let line = |content: SlotContent| slots.iter().find(|slot| slot.reads == content).map(|slot| &slot.line);
    if let Some(line) = line(SlotContent::LatinName) {
        let mut field = plain(FieldName::LatinName, line);
        field.value = field.value.split(',').map(str::trim).collect::<Vec<_>>().join(", ");
        return Some(field);
    }
    let surname = plain(FieldName::LatinName, line(SlotContent::Surname)?);
    let Some(given) = line(SlotContent::GivenNames) else { return Some(surname) };
    let given = plain(FieldName::LatinName, given);
    Some(ReadField {
        value: format!("{}, {}", surname.value, given.value),
        confidence: surname.confidence.min(given.confidence),
        ..surname
    })
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
fn number(kind: DocumentKind, name: FieldName, line: &Line) -> ReadField {
    let mut field = plain(name, line);
    if DocumentNumber::parse(kind, &field.value).is_err() {
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
    // Driving licences part the dates by a word; dots get lost before digits do.
    let (from, until) = text.split_once('至').or_else(|| text.split_once('-')).unwrap_or((text.as_str(), ""));
    if text.contains('至') {
        let half = if name == FieldName::ValidFrom { from } else { until };
        if let Some(iso) = iso_date(half) {
            field.value = iso;
            return field;
        }
    }
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
fn repair_from_number(fields: &mut Vec<ReadField>, expected: &[FieldName], number: &DocumentNumber) {
    let proven = [
        (FieldName::BirthDate, number.birth_date().map(|date| date.to_string())),
        (FieldName::Sex, number.sex().map(|sex| sex.as_str().to_owned())),
    ];
    for (name, value) in proven {
        let Some(value) = value else { continue };
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
/// that keeps its check character and holds the birth date and sex that were read elsewhere, it is that. A change of the
/// province must lead to that of the address: a check character alone would let one in eleven wrong ones pass.
fn repair_number(fields: &mut [ReadField], slots: &[ReadSlot]) {
    let value = |name: FieldName| fields.iter().find(|field| field.name == name).map(|field| field.value.clone());
    let (birth, sex) = (value(FieldName::BirthDate), value(FieldName::Sex));
    let address = value(FieldName::Address).unwrap_or_default();
    let (Some(birth), Some(slot)) = (birth, slots.iter().find(|slot| slot.reads == SlotContent::IdNumber)) else {
        return;
    };
    let Some(field) = fields.iter_mut().find(|field| field.name == FieldName::IdNumber) else { return };
    let characters: Vec<char> = field.value.chars().collect();
    let agrees = |number: &IdNumber| {
        number.birth_date().to_string() == birth && sex.as_deref().is_none_or(|sex| sex == number.sex().as_str())
    };
    // Addresses write 内蒙古 or 内蒙古自治区: two characters tell every province from the others.
    let lives_there = |number: &IdNumber| {
        number.region().province().is_some_and(|name| name.chars().take(2).eq(address.chars().take(2)))
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
                && (index >= 2 || lives_there(&number))
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
    use shiming_identity::document::{Box2, pages};

    use super::*;
    use crate::recognise::ReadCharacter;

    fn page(name: &str) -> &'static Page {
        pages().iter().find(|page| page.name == name).unwrap()
    }

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

    /// A front with this number and birth date.
    fn front(number: &str, [year, month, day]: [&str; 3], sure: f32) -> Vec<ReadSlot> {
        vec![
            slot(SlotContent::Name, "样本", 0.99),
            slot(SlotContent::Sex, "女", 0.99),
            slot(SlotContent::Ethnicity, "汉", 0.99),
            slot(SlotContent::BirthYear, year, sure),
            slot(SlotContent::BirthMonth, month, sure),
            slot(SlotContent::BirthDay, day, sure),
            slot(SlotContent::Address, "北京市东城区样本路1号", 0.97),
            slot(SlotContent::IdNumber, number, 0.98),
        ]
    }

    const BORN: [&str; 3] = ["1949", "12", "31"];

    fn checked(slots: &[ReadSlot]) -> Checked {
        fields(page("cn_resident_id.front"), slots, today())
    }

    fn value(checked: &Checked, name: FieldName) -> &ReadField {
        checked.fields.iter().find(|field| field.name == name).unwrap()
    }

    // RN-5; 11010519491231002X is the example of GB 11643-1999 annex A
    #[test]
    fn a_consistent_front_has_no_warning() {
        let checked = checked(&front("11010519491231002X", BORN, 0.95));
        assert_eq!((checked.fields.len(), checked.expected), (6, 6));
        assert_eq!(value(&checked, FieldName::BirthDate).value, "1949-12-31");
        assert_eq!(checked.warnings, []);
    }

    // RN-5
    #[test]
    fn an_unreadable_birth_date_is_proven_by_a_sure_number() {
        let checked = checked(&front("11010519491231002X", ["1949", "13", "31"], 0.5));
        let birth = value(&checked, FieldName::BirthDate);
        assert_eq!((birth.value.as_str(), birth.repaired), ("1949-12-31", true));
        assert_eq!(checked.warnings, [Warning::Repaired(FieldName::BirthDate)]);
    }

    // RN-5
    #[test]
    fn a_birth_date_that_was_read_well_is_not_changed() {
        let checked = checked(&front("11010519491231002X", ["1948", "12", "31"], 0.99));
        assert_eq!(value(&checked, FieldName::BirthDate).value, "1948-12-31");
        assert_eq!(checked.warnings, [Warning::NumberInconsistent]);
    }

    // RN-5
    #[test]
    fn a_number_is_repaired_only_when_the_rest_proves_it() {
        let mut slots = front("11010519491231082X", BORN, 0.95);
        slots[7].line.characters[15].alternatives = vec![('0', 0.3), ('6', 0.1)];
        let repaired = checked(&slots);
        let number = value(&repaired, FieldName::IdNumber);
        assert_eq!((number.value.as_str(), number.repaired), ("11010519491231002X", true));
        assert!(repaired.warnings.contains(&Warning::Repaired(FieldName::IdNumber)));
        assert!(repaired.warnings.contains(&Warning::LowConfidence(FieldName::IdNumber)));

        let mut other = front("11010519491231082X", ["1949", "12", "30"], 0.95);
        other[7].line.characters[15].alternatives = vec![('0', 0.3), ('6', 0.1)];
        let left = checked(&other);
        assert_eq!(value(&left, FieldName::IdNumber).value, "11010519491231082X");
        assert!(left.warnings.contains(&Warning::NumberInconsistent));
    }

    // RN-5
    #[test]
    fn a_number_is_repaired_to_the_province_of_the_address_only() {
        let read = |address: &str| {
            let mut slots = front("71010519491231002X", BORN, 0.95);
            slots[7].line.characters[0].alternatives = vec![('1', 0.3)];
            slots[6] = slot(SlotContent::Address, address, 0.97);
            value(&checked(&slots), FieldName::IdNumber).value.clone()
        };
        assert_eq!(read("北京市朝阳区"), "11010519491231002X");
        assert_eq!(read("上海市静安区"), "71010519491231002X");
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
        // As driving licences print it.
        assert_eq!(both("2016-07-01至2026-07-01"), ["2016-07-01", "2026-07-01"]);
        assert_eq!(both("2016-07-01至长期"), ["2016-07-01", "长期"]);
    }

    // RN-5
    #[test]
    fn names_and_places_keep_their_words_apart() {
        let of = |reads: SlotContent, text: &str, name: FieldName| {
            field(page("cn_passport.front"), name, &[slot(reads, text, 0.9)]).unwrap().value
        };
        assert_eq!(of(SlotContent::LatinName, "LU,YI", FieldName::LatinName), "LU, YI");
        assert_eq!(of(SlotContent::IssuePlace, "内蒙古/NEIMONGOL", FieldName::IssuePlace), "内蒙古/NEI MONGOL");
        assert_eq!(of(SlotContent::IssuePlace, "北京/BEIJING", FieldName::IssuePlace), "北京/BEIJING");
    }

    // RN-5
    #[test]
    fn dates_are_read_however_documents_print_them() {
        for (printed, iso) in [
            ("1974.08.12", Some("1974-08-12")),
            ("2016-07-01", Some("2016-07-01")),
            ("12 AUG 1974", Some("1974-08-12")),
            ("12 8月/AUG 1974", Some("1974-08-12")),
            ("12 9月/AUG 1974", None),
            ("1988年3月", Some("1988-03")),
            ("31 FEB 1974", None),
            ("12 AGU 1974", None),
        ] {
            assert_eq!(iso_date(printed).as_deref(), iso, "{printed}");
        }
    }

    // RN-5
    #[test]
    fn expired_and_impossible_dates_are_warned_about() {
        let of = |text: &str| {
            let slots =
                [slot(SlotContent::Issuer, "北京市公安局东城分局", 0.99), slot(SlotContent::Validity, text, 0.99)];
            fields(page("cn_resident_id.back"), &slots, today()).warnings
        };
        assert_eq!(of("2016.07.01-2036.07.01"), []);
        assert_eq!(of("2006.07.01-2026.07.01"), [Warning::Expired]);
        assert!(of("2016.13.01-2036.07.01").contains(&Warning::DatesInvalid));
        assert!(of("2036.07.01-2016.07.01").contains(&Warning::DatesInvalid));
    }

    /// A passport's zone and what is printed above it; the specimen of ICAO Doc 9303-4, appendix A.
    fn passport(number: &str, zone: [&str; 2]) -> Checked {
        let mut slots = vec![
            slot(SlotContent::DocumentNumber, number, 0.85),
            slot(SlotContent::Surname, "ERIKSSON", 0.97),
            slot(SlotContent::GivenNames, "ANNA MARIA", 0.96),
            slot(SlotContent::Nationality, "UTOPIAN", 0.9),
            slot(SlotContent::BirthDate, "12 AUG 1974", 0.7),
            slot(SlotContent::Sex, "F", 0.99),
            slot(SlotContent::ValidFrom, "16 APR 2022", 0.99),
            slot(SlotContent::ValidUntil, "15 APR 2032", 0.99),
        ];
        for (number, text) in (0..).zip(zone) {
            slots.push(ReadSlot { line_number: number, ..slot(SlotContent::Mrz, text, 0.97) });
        }
        fields(page("foreign_passport.front"), &slots, Date::new(2026, 11, 22).unwrap())
    }

    const ZONE: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F3204153ZE184226B<<<<<16"];

    // RN-5, RC-1: check digits vouch for what is printed, and correct it
    #[test]
    fn a_sound_zone_vouches_and_corrects() {
        let same = passport("L898902C3", ZONE);
        assert_eq!(same.warnings, []);
        assert_eq!((value(&same, FieldName::DocumentNumber).confidence, same.mrz.len()), (99, 2));
        assert_eq!(value(&same, FieldName::LatinName).value, "ERIKSSON, ANNA MARIA");
        let slip = passport("L89B902C3", ZONE);
        let number = value(&slip, FieldName::DocumentNumber);
        assert_eq!((number.value.as_str(), number.repaired), ("L898902C3", true));
        assert!(slip.warnings.contains(&Warning::Repaired(FieldName::DocumentNumber)));
    }

    // RN-5: a zone that breaks its digits changes nothing and is told
    #[test]
    fn a_broken_zone_is_told() {
        let broken = passport("L898902C3", [ZONE[0], "L898902C36UTO7408222F3204153ZE184226B<<<<<16"]);
        assert!(broken.warnings.contains(&Warning::ZoneInconsistent), "{:?}", broken.warnings);
        assert_eq!(value(&broken, FieldName::BirthDate).value, "1974-08-12");
        let lost = fields(page("foreign_passport.front"), &[slot(SlotContent::Mrz, ZONE[0], 0.9)], today());
        assert!(lost.warnings.contains(&Warning::ZoneMissing));
    }
}
