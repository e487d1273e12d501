//! What a page's machine-readable zone says: its lines, and fields of which check digits say whether they are right.

use shiming_identity::Mrz;
use shiming_identity::date::Date;
use shiming_identity::document::{FieldName, Page, SlotContent, pages};
use shiming_identity::mrz::{MrzDate, MrzSex};

use crate::check::percent;
use crate::read::ReadSlot;
use crate::reader::ReadField;

/// What a value is worth whose check digit holds in a zone that is sound throughout…
const HELD: u8 = 99;
/// … and at most one whose check digit does not hold.
const NOT_HELD: u8 = 30;
/// How probable the reader's second choice has to be, and how many of them are tried.
const LEAST_SECOND: f32 = 0.04;
const MOST_DOUBTS: usize = 10;
/// The states whose documents name the sex in Han characters.
const CHINA: &str = "CHN";

/// A zone, as far as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zone {
    /// Its lines; as read where they make no zone.
    pub lines: Vec<String>,
    /// Its fields.
    pub fields: Vec<ReadField>,
    /// Every check digit holds and every field is as its format asks.
    pub sound: bool,
    /// The page that it is on, where document code and issuer say that it is another one of the same shape.
    pub page: Option<&'static Page>,
}

/// Reads the zone of `page` from its slots; `None` where the page has none, or a line of it is missing.
pub(crate) fn zone(page: &Page, slots: &[ReadSlot], today: Date) -> Option<Zone> {
    let format = page.zone?;
    let mut read: Vec<&ReadSlot> = slots.iter().filter(|slot| slot.reads == SlotContent::Mrz).collect();
    read.sort_by_key(|slot| slot.line_number);
    if read.len() != format.size().0 {
        return None;
    }
    let lines: Vec<String> = read.iter().map(|slot| slot.line.text()).collect();
    let least = read.iter().map(|slot| slot.line.least_confidence()).fold(1.0, f32::min);
    let Ok(mrz) = Mrz::read(&lines.join("\n"), today) else {
        return Some(Zone { lines, ..Zone::default() });
    };
    let second = if mrz.is_sound() { None } else { second_choice(&read, today) };
    let by_second_choice = second.is_some();
    let mrz = second.unwrap_or(mrz);
    let sound = mrz.is_sound();
    let mut fields = Vec::new();
    let mut put = |name: FieldName, value: String, held: bool, repaired: bool| {
        if !value.is_empty() {
            let confidence = match (held, sound) {
                (true, true) => HELD,
                (true, false) => percent(least).min(NOT_HELD + 40),
                (false, _) => NOT_HELD,
            };
            fields.push(ReadField { name, value, confidence, repaired });
        }
    };
    let checked_repairs =
        by_second_choice || mrz.repairs.iter().any(|repair| repair.proof == shiming_identity::mrz::Proof::CheckDigit);
    put(FieldName::DocumentNumber, mrz.number.value().clone(), mrz.number.held(), checked_repairs);
    let day = |date: &MrzDate| date.day().map(|day| day.to_string()).unwrap_or_default();
    put(FieldName::BirthDate, day(mrz.birth.value()), mrz.birth.held(), false);
    put(FieldName::ValidUntil, day(mrz.expiry.value()), mrz.expiry.held(), false);
    let chinese = mrz.issuer.as_ref().is_none_or(|issuer| issuer.value().as_str() == CHINA);
    // What no check digit covers is as sure as its least sure line.
    let mut uncovered = |name: FieldName, value: String| {
        if !value.is_empty() {
            fields.push(ReadField { name, value, confidence: percent(least).min(95), repaired: false });
        }
    };
    if let Some(sex) = &mrz.sex {
        let word = match (sex.value(), chinese) {
            (MrzSex::Male, true) => "男",
            (MrzSex::Female, true) => "女",
            (MrzSex::Male, false) => "M",
            (MrzSex::Female, false) => "F",
            (MrzSex::Unspecified | MrzSex::NoSex, _) => "",
        };
        uncovered(FieldName::Sex, word.to_owned());
    }
    if let Some(name) = &mrz.name {
        let (primary, secondary) = (name.value().primary(), name.value().secondary());
        let whole = if secondary.is_empty() { primary.to_owned() } else { format!("{primary}, {secondary}") };
        uncovered(FieldName::LatinName, whole);
    }
    if let Some(state) = &mrz.nationality {
        uncovered(FieldName::Nationality, state.value().as_str().to_owned());
    }
    if let Some(count) = &mrz.issue_count {
        let count = count.value().trim_start_matches('0');
        uncovered(FieldName::IssueCount, count.to_owned());
    }
    let other = mrz.document_kind().filter(|kind| Some(*kind) != page.document());
    let twin =
        |twin: &&Page| twin.document() == other && twin.zone == page.zone && twin.layout.side == page.layout.side;
    let page = other.and_then(|_| pages().iter().find(twin));
    Some(Zone { lines: mrz.lines().to_vec(), fields, sound, page })
}

/// The zone with one character, or one in each of two lines, as the reader would have read them next, if exactly one such zone
/// is sound: two check digits and the reader's own doubt agree on it.
fn second_choice(lines: &[&ReadSlot], today: Date) -> Option<Mrz> {
    let mut doubts: Vec<(usize, usize, char, f32)> = Vec::new();
    for (line, slot) in lines.iter().enumerate() {
        for (position, read) in slot.line.characters.iter().enumerate() {
            let others = read.alternatives.iter().filter(|(_, share)| *share >= LEAST_SECOND);
            doubts.extend(others.map(|(other, share)| (line, position, *other, *share)));
        }
    }
    doubts.sort_by(|a, b| b.3.total_cmp(&a.3));
    doubts.truncate(MOST_DOUBTS);
    let text: Vec<Vec<char>> = lines.iter().map(|slot| slot.line.text().chars().collect()).collect();
    let with = |changes: &[&(usize, usize, char, f32)]| {
        let mut changed = text.clone();
        for (line, position, other, _) in changes {
            *changed.get_mut(*line)?.get_mut(*position)? = *other;
        }
        let lines: Vec<String> = changed.into_iter().map(String::from_iter).collect();
        Mrz::parse(&lines.join("\n"), today).ok().filter(Mrz::is_sound)
    };
    let mut sound: Vec<Mrz> = doubts.iter().filter_map(|doubt| with(&[doubt])).collect();
    if sound.is_empty() {
        for (at, first) in doubts.iter().enumerate() {
            // Two changes to one line may make up for each other in its check digits; one to each line cannot.
            let others = doubts[at + 1..].iter().filter(|second| second.0 != first.0);
            sound.extend(others.filter_map(|second| with(&[first, second])));
        }
    }
    if sound.len() == 1 { sound.pop() } else { None }
}
