//! Characters that a reader takes for others, put right where that is proven.
//!
//! One check digit is one chance in ten: where a letter and a digit may both stand, a change that makes it hold is
//! right nine times in ten at best, which is no proof. So a character is replaced only where its place says that it is
//! wrong (a letter in a date) and its one look-alike there makes the check digit hold. Then no single misread character
//! leads to a wrong value: two different digits never agree modulo 10. What only the check digit speaks for is a
//! [`Suggestion`]. Where no check digit reaches, places and grammar alone are followed, and the field stays unchecked.

use std::fmt;

use super::layout::{Format, Span};
use super::lines::Lines;
use super::number::may_be_long;
use super::state::StateCode;
use crate::check_digit::icao_7_3_1;

/// A character that was replaced. `Debug` shows where, not what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub position: usize,
    /// What was read.
    pub read: char,
    /// What stands there now.
    pub instead: char,
    /// What speaks for it.
    pub proof: Proof,
}

/// What speaks for a repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Its place allows no such character, and the check digit holds with the other.
    CheckDigit,
    /// Its place allows no such character; no check digit reaches there.
    Place,
}

/// A single change to the document number that would make its check digit hold, the only one among the look-alikes.
/// Not made: by chance alone one change in ten does so. `Debug` shows where, not what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// From 1, in the document number.
    pub position: usize,
    /// What was read.
    pub read: char,
    /// What would stand there.
    pub instead: char,
}

impl fmt::Debug for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repair({}:{}, {:?})", self.line, self.position, self.proof)
    }
}

impl fmt::Debug for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Suggestion({})", self.position)
    }
}

/// The digit that a letter looks like.
fn as_digit(c: u8) -> Option<u8> {
    Some(match c {
        b'O' | b'Q' | b'D' => b'0',
        b'I' | b'L' => b'1',
        b'Z' => b'2',
        b'S' => b'5',
        b'G' => b'6',
        b'B' => b'8',
        _ => return None,
    })
}

/// The letter that a digit looks like.
fn as_letter(c: u8) -> Option<u8> {
    Some(match c {
        b'0' => b'O',
        b'1' => b'I',
        b'2' => b'Z',
        b'5' => b'S',
        b'8' => b'B',
        _ => return None,
    })
}

/// Whether readers take the filler for it.
fn is_like_filler(c: u8) -> bool {
    matches!(c, b'K' | b'C' | b'S')
}

/// Repairs what can be, in place, and says what was done.
pub(super) fn repair(lines: &mut Lines) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let layout = lines.format.layout();

    letters(lines, layout.code, &mut repairs);
    for state in [layout.issuer, layout.nationality].into_iter().flatten() {
        letters(lines, state, &mut repairs);
        fillers_of_state(lines, state, &mut repairs);
    }
    if let Some(name) = layout.name {
        letters(lines, name, &mut repairs);
        fillers_after_name(lines, name, &mut repairs);
    }

    for date in [layout.birth, layout.expiry] {
        digits(lines, &[date, date.digit()], |lines| own_digit_holds(lines, date), &mut repairs);
    }
    if let Some(issue_count) = layout.issue_count {
        let places = [issue_count, issue_count.digit()];
        digits(lines, &places, |lines| own_digit_holds(lines, issue_count), &mut repairs);
    }
    let number = layout.number;
    // A filler may stand there too; where it would prove as much, nothing is proven.
    let proven = |lines: &Lines| own_digit_holds(lines, number) && !may_be_long(lines);
    digits(lines, &number_places(lines), proven, &mut repairs);
    if let Some(optional) = layout.optional_with_digit {
        empty_optional(lines, optional, &mut repairs);
        digits(lines, &[optional.digit()], |lines| optional_digit_holds(lines, optional), &mut repairs);
    }
    if let Some((_, place)) = layout.composite {
        digits(lines, &[place], |lines| composite_holds(lines) == Some(true), &mut repairs);
    }
    repairs
}

/// The only single change among the look-alikes that makes the number's check digit hold.
pub(super) fn suggestion(lines: &Lines) -> Option<Suggestion> {
    let number = lines.format.layout().number;
    if lines.one(number.digit()) == b'<' || own_digit_holds(lines, number) {
        return None;
    }
    let characters = lines.get(number);
    let digits_only = digits_in_number(lines);
    let mut found = None;
    for (position, read) in characters.iter().enumerate() {
        let place = number.start + position;
        let must_be_digit = digits_only.is_some_and(|run| (run.start..run.end).contains(&place));
        for instead in [as_digit(*read), as_letter(*read).filter(|_| !must_be_digit)].into_iter().flatten() {
            let mut changed = lines.clone();
            changed.set(number.line, place, instead);
            if own_digit_holds(&changed, number) {
                let suggestion =
                    Suggestion { position: position + 1, read: char::from(*read), instead: char::from(instead) };
                if found.replace(suggestion).is_some() {
                    return None;
                }
            }
        }
    }
    found
}

/// Whether the check digit behind `field` is the field's.
pub(super) fn own_digit_holds(lines: &Lines, field: Span) -> bool {
    icao_7_3_1(lines.get(field).iter().copied()) == Some(lines.one(field.digit()))
}

/// The same for optional data, whose check digit may be a filler where there are none (Doc 9303-4 §4.2.2.2).
pub(super) fn optional_digit_holds(lines: &Lines, field: Span) -> bool {
    own_digit_holds(lines, field) || (lines.one(field.digit()) == b'<' && lines.get(field).iter().all(|c| *c == b'<'))
}

/// Whether the composite check digit is what it covers; none in formats without one.
pub(super) fn composite_holds(lines: &Lines) -> Option<bool> {
    let (parts, place) = lines.format.layout().composite?;
    let covered = parts.iter().flat_map(|part| lines.get(*part)).copied();
    Some(icao_7_3_1(covered) == Some(lines.one(place)))
}

/// The part of the document number where only digits can stand: the last seven of nine on the Chinese passports and
/// permits in use (E12345678, EA1234567, K12345678, HJ1234567, C12345678, CA1234567, H12345678). Permits for residents
/// of Taiwan have eight digits, and official passports (D, P, S) had eight characters before they had nine: their ninth
/// place is left out, since a filler may stand there, which no check digit tells from 0.
fn digits_in_number(lines: &Lines) -> Option<Span> {
    let layout = lines.format.layout();
    let Span { line, start, end } = layout.number;
    let filler_at_end = match lines.format {
        Format::ChinaThreeLines => lines.get(layout.code) == b"CT",
        Format::ChinaOneLine => false,
        Format::Td3 if layout.issuer.is_some_and(|issuer| lines.get(issuer) == b"CHN") => {
            !matches!(lines.get(layout.number).first(), Some(b'E' | b'G' | b'H' | b'K' | b'M' | b'1'))
        }
        Format::Td1 | Format::Td2 | Format::Td3 | Format::MrvA | Format::MrvB => return None,
    };
    Some(Span { line, start: start + 2, end: end - usize::from(filler_at_end) })
}

/// Whether the document number has digits wherever only digits can stand.
pub(super) fn number_fits(lines: &Lines) -> bool {
    digits_in_number(lines).is_none_or(|run| lines.get(run).iter().all(u8::is_ascii_digit))
}

fn number_places(lines: &Lines) -> Vec<Span> {
    let number = lines.format.layout().number;
    digits_in_number(lines).into_iter().chain([number.digit()]).collect()
}

/// Replaces the letters in `places`, where only digits and fillers stand, if every one has a look-alike and the check
/// digit holds with them.
fn digits(lines: &mut Lines, places: &[Span], holds: impl Fn(&Lines) -> bool, repairs: &mut Vec<Repair>) {
    let mut changed = lines.clone();
    let mut made = Vec::new();
    for place in places {
        for position in place.start..place.end {
            let read = lines.one(Span { line: place.line, start: position, end: position + 1 });
            if !read.is_ascii_uppercase() {
                continue;
            }
            let Some(instead) = as_digit(read) else { return };
            changed.set(place.line, position, instead);
            made.push(at(place.line, position, read, instead, Proof::CheckDigit));
        }
    }
    if !made.is_empty() && holds(&changed) {
        *lines = changed;
        repairs.append(&mut made);
    }
}

/// Replaces the digits in `field`, where only letters and fillers stand.
fn letters(lines: &mut Lines, field: Span, repairs: &mut Vec<Repair>) {
    for (position, read) in (field.start..).zip(lines.get(field).to_vec()) {
        if let Some(instead) = as_letter(read) {
            lines.set(field.line, position, instead);
            repairs.push(at(field.line, position, read, instead, Proof::Place));
        }
    }
}

/// `DKK` and the like: a code that is none until what looks like fillers is taken for them (`D<<` is the only one).
fn fillers_of_state(lines: &mut Lines, state: Span, repairs: &mut Vec<Repair>) {
    let code = lines.get(state).to_vec();
    if StateCode::new(&code).is_known() {
        return;
    }
    let [first, rest @ ..] = code.as_slice() else { return };
    if StateCode::new(&[*first]).is_known() && rest.iter().all(|c| *c == b'<' || is_like_filler(*c)) {
        fill(lines, state.line, state.start + 1, state.end, repairs);
    }
}

/// A name ends with a run of three fillers or the second run of two; behind it there are only fillers.
fn fillers_after_name(lines: &mut Lines, name: Span, repairs: &mut Vec<Repair>) {
    let characters = lines.get(name);
    let mut run = 0;
    let mut doubles = 0;
    let end = characters.iter().position(|c| {
        run = if *c == b'<' { run + 1 } else { 0 };
        doubles += usize::from(run == 2);
        run == 3 || doubles == 2
    });
    let Some(end) = end else { return };
    let rest = characters.get(end..).unwrap_or_default();
    if rest.iter().all(|c| *c == b'<' || is_like_filler(*c)) {
        fill(lines, name.line, name.start + end, name.end, repairs);
    }
}

/// A filler as check digit says that there are no optional data (Doc 9303-4 §4.2.2.2): what looks like fillers among
/// mostly fillers is. The composite check digit has to hold with them.
fn empty_optional(lines: &mut Lines, optional: Span, repairs: &mut Vec<Repair>) {
    let characters = lines.get(optional);
    let others = characters.iter().copied().filter(|c| is_like_filler(*c)).count();
    let all_alike = characters.iter().all(|c| *c == b'<' || is_like_filler(*c));
    if lines.one(optional.digit()) != b'<' || !all_alike || others * 2 >= optional.len() {
        return;
    }
    let mut changed = lines.clone();
    let mut made = Vec::new();
    fill(&mut changed, optional.line, optional.start, optional.end, &mut made);
    if composite_holds(&changed) == Some(true) {
        *lines = changed;
        repairs.extend(made.into_iter().map(|repair| Repair { proof: Proof::CheckDigit, ..repair }));
    }
}

/// Makes fillers of everything from `start` to `end`.
fn fill(lines: &mut Lines, line: usize, start: usize, end: usize, repairs: &mut Vec<Repair>) {
    for (position, read) in (start..).zip(lines.get(Span { line, start, end }).to_vec()) {
        if read != b'<' {
            lines.set(line, position, b'<');
            repairs.push(at(line, position, read, b'<', Proof::Place));
        }
    }
}

fn at(line: usize, position: usize, read: u8, instead: u8, proof: Proof) -> Repair {
    Repair { line: line + 1, position: position + 1, read: char::from(read), instead: char::from(instead), proof }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::mrz::Mrz;

    fn read(text: &str) -> Mrz {
        Mrz::read(text, Date::parse_iso("2026-11-22").unwrap()).unwrap()
    }

    fn made(mrz: &Mrz) -> String {
        let made = mrz.repairs.iter();
        let made = made.map(|r| format!("{}:{} {}{} {:?};", r.line, r.position, r.read, r.instead, r.proof));
        made.collect::<Vec<_>>().concat()
    }

    #[test]
    fn places_for_digits_are_repaired_where_the_check_digit_holds_then() {
        let mrz = read("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO74O8122F12O4I59ZE184226B<<<<<1O");
        assert_eq!(made(&mrz), "2:16 O0 CheckDigit;2:24 O0 CheckDigit;2:26 I1 CheckDigit;2:44 O0 CheckDigit;");
        assert!(mrz.is_sound());
        // B is no misread 0, and S no misread 9: the check digits say so.
        let mrz = read("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO74B8122F120415SZE184226B<<<<<10");
        assert_eq!(made(&mrz), "");
        assert!(!mrz.birth.held() && !mrz.expiry.held() && !mrz.is_sound());
    }

    #[test]
    fn chinese_numbers_have_places_for_digits() {
        let mrz = read("POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nE9OOOO0821CHN81O8038F2110189NGKELMPONBPJB978");
        assert_eq!(made(&mrz).matches("O0 CheckDigit").count(), 5);
        assert!(mrz.is_sound());
        assert_eq!(mrz.number.value(), "E90000082");
        // Two wrong characters that the check digit does not see: O for 0 at the weights 3 and 7.
        let text = "POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nE90OO00821CHN8108038F2110189NGKELMPONBPJB978";
        let parsed = Mrz::parse(text, Date::parse_iso("2026-11-22").unwrap()).unwrap();
        assert_eq!((parsed.digits_hold(), parsed.is_sound()), (true, false));
        assert!(read(text).is_sound());
        // The second character may be a letter: nothing says which of the two it is.
        let mrz = read("POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nEO00000821CHN8108038F2110189NGKELMPONBPJB978");
        assert_eq!((made(&mrz).as_str(), mrz.number.held()), ("", false));
    }

    #[test]
    fn a_number_is_only_suggested() {
        // O for 0; the other look-alikes do not make the digit hold.
        let text = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8989O2C36UTO7408122F1204159ZE184226B<<<<<10";
        let mrz = read(text);
        assert_eq!(made(&mrz), "");
        assert!(!mrz.number.held() && !mrz.is_sound());
        let suggestion = mrz.suggestion.unwrap();
        assert_eq!((suggestion.position, suggestion.read, suggestion.instead), (6, 'O', '0'));
        // Many candidates (any 0 with the same weight would do): none is suggested.
        let text = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nO000000000UTO7408122F1204159<<<<<<<<<<<<<<04";
        assert_eq!(read(text).suggestion, None);
    }

    #[test]
    fn letters_and_fillers_by_place_are_never_proven() {
        let mrz = read("P<UT0ER1KSS0N<<ANNA<MAR1A<<<<KK<<<C<<<<S<<<<\nL898902C36UT07408122F1204159ZE184226B<<<<<10");
        assert!(mrz.repairs.iter().all(|repair| repair.proof == Proof::Place));
        assert_eq!(mrz.lines()[0], "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
        assert!(mrz.is_sound());
        let mrz = read("P<DKKMUELLER<<K<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36DKK7408122F1204159ZE184226B<<<<<10");
        assert_eq!(mrz.issuer.unwrap().value().as_str(), "D");
        assert_eq!(mrz.name.unwrap().value().secondary(), "K");
        let mrz = read("P<UTOARKFREITH<<<<K<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10");
        assert_eq!(made(&mrz), "1:19 K< Place;");
        // What is neither filler nor like one behind the name stays, and the name is irregular.
        let mrz = read("P<UTOERIKSSON<<ANNA<MARIA<<<<KX<<<C<<<<S<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10");
        assert_eq!(mrz.repairs, []);
        assert!(!mrz.name.unwrap().value().is_regular());
    }

    #[test]
    fn empty_optional_data_with_a_filler_for_digit() {
        let good = "P<UTOA<<B<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8";
        assert!(read(good).is_sound());
        let mrz = read(&good.replace("9<<<<<<<<<<<<<<<8", "9<<<KK<<<<C<<<<<8"));
        assert_eq!(mrz.repairs.len(), 3);
        assert!(mrz.is_sound() && mrz.repairs.iter().all(|repair| repair.proof == Proof::CheckDigit));
        let mrz = read(&good.replace("9<<<<<<<<<<<<<<<8", "9<<<KK<<<<C<<<<<7"));
        assert!(mrz.repairs.is_empty() && !mrz.is_sound());
        let mrz = read(&good.replace("9<<<<<<<<<<<<<<<8", "9<<<XX<<<<C<<<<<8"));
        assert!(mrz.repairs.is_empty() && !mrz.is_sound());
    }

    #[test]
    fn debug_shows_no_character() {
        let mrz = read("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8989O2C36UTO74O8122F12O4I59ZE184226B<<<<<1O");
        let debug = format!("{mrz:?}");
        assert!(!debug.contains("ERIKSSON") && !debug.contains("8989"), "{debug}");
        assert_eq!(
            format!("{:?} {:?}", mrz.repairs[0], mrz.suggestion),
            "Repair(2:16, CheckDigit) Some(Suggestion(6))"
        );
    }
}
