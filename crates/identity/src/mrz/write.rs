//! Writing a zone: for drawing specimens, and for proving the reader against.

use super::MrzSex;
use super::latin::recommended;
use super::layout::{Format, Span};
use crate::check_digit::icao_7_3_1;
use crate::date::Date;

/// What goes into a zone. Fields that the format does not have are left out of it.
#[derive(Clone, Copy)]
pub struct MrzFields<'a> {
    /// The kind of zone.
    pub format: Format,
    /// One or two characters: `P`, `PO`, `I`, `V`, `CR`.
    pub code: &'a str,
    /// One to three letters.
    pub issuer: &'a str,
    /// The surname in Latin letters; transliterated as Doc 9303-3 §6 recommends, cut where there is no room.
    pub primary: &'a str,
    /// Given names; may be empty.
    pub secondary: &'a str,
    /// Up to nine characters; more for TD1 and TD2, where it goes on in the optional data.
    pub number: &'a str,
    /// One to three letters.
    pub nationality: &'a str,
    /// `YYMMDD`, unknown parts as fillers ([`yymmdd`]).
    pub birth: &'a str,
    /// As the zone prints it.
    pub sex: MrzSex,
    /// `YYMMDD` ([`yymmdd`]).
    pub expiry: &'a str,
    /// Optional data; only TD1 has a second field for it.
    pub optional: [&'a str; 2],
    /// Two digits: how often the card was replaced or issued (the mainland's three-line permits).
    pub issue_count: &'a str,
    /// Han characters as letters (the mainland's three-line permits).
    pub han: &'a str,
}

impl MrzFields<'_> {
    /// A zone of this format with nothing in it yet: neither number nor name, dates unknown.
    #[must_use]
    pub fn of(format: Format) -> Self {
        Self {
            format,
            code: "",
            issuer: "",
            primary: "",
            secondary: "",
            number: "",
            nationality: "",
            birth: "",
            sex: MrzSex::Unspecified,
            expiry: "",
            optional: ["", ""],
            issue_count: "",
            han: "",
        }
    }
}

/// Why something cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A field is longer than its place.
    #[error("a field is longer than its place")]
    TooLong,
    /// A character that the zone does not have.
    #[error("a character that the zone does not have")]
    Character,
    /// A zone has to have a number and a primary identifier.
    #[error("the number or the name is missing")]
    Missing,
}

/// A day as the zone prints it.
#[must_use]
pub fn yymmdd(date: Date) -> String {
    format!("{:02}{:02}{:02}", date.year() % 100, date.month(), date.day())
}

/// The lines of the zone, check digits and all.
pub fn write(fields: &MrzFields<'_>) -> Result<Vec<String>, WriteError> {
    let layout = fields.format.layout();
    let mut page = Page(vec![vec![b'<'; layout.width]; layout.lines]);
    if fields.number.is_empty() {
        return Err(WriteError::Missing);
    }

    page.put(layout.code, fields.code)?;
    if let Some(issuer) = layout.issuer {
        page.put(issuer, fields.issuer)?;
    }
    if let Some(nationality) = layout.nationality {
        page.put(nationality, fields.nationality)?;
    }
    if let Some(name) = layout.name {
        page.put(name, &name_of(fields.primary, fields.secondary, name.len())?)?;
    }
    if let Some(sex) = layout.sex {
        page.put(sex, fields.sex.in_zone())?;
    }
    for (place, text) in [(layout.birth, fields.birth), (layout.expiry, fields.expiry)] {
        page.put(place, text)?;
        page.digit_behind(place);
    }
    if let Some(place) = layout.issue_count {
        page.put(place, fields.issue_count)?;
        page.digit_behind(place);
    }
    if let Some(place) = layout.han {
        page.put(place, fields.han)?;
    }

    let mut optional = fields.optional.map(str::to_owned);
    let room = layout.number.len();
    if layout.long_numbers && fields.number.len() > room {
        // Doc 9303-5 and 9303-6 §4.2.2: a filler for the check digit; the rest, then the digit, then a filler.
        let digit =
            icao_7_3_1(fields.number.bytes()).filter(|_| !fields.number.contains('<')).ok_or(WriteError::Character)?;
        let (begin, rest) = fields.number.split_at_checked(room).ok_or(WriteError::Character)?;
        page.put(layout.number, begin)?;
        let [first, _] = &mut optional;
        *first = if first.is_empty() {
            format!("{rest}{}", char::from(digit))
        } else {
            format!("{rest}{}<{first}", char::from(digit))
        };
    } else {
        page.put(layout.number, fields.number)?;
        page.digit_behind(layout.number);
    }

    if let Some(place) = layout.optional_with_digit {
        page.put(place, &optional[0])?;
        page.digit_behind(place);
    }
    for (place, text) in layout.optional.iter().zip(&optional) {
        page.put(*place, text)?;
    }
    if let Some((parts, place)) = layout.composite {
        let covered: Vec<u8> = parts.iter().flat_map(|part| page.get(*part)).collect();
        page.set_digit(place, &covered);
    }
    Ok(page.0.into_iter().map(|line| line.into_iter().map(char::from).collect()).collect())
}

/// Lines of fillers to write on.
struct Page(Vec<Vec<u8>>);

impl Page {
    fn get(&self, span: Span) -> Vec<u8> {
        self.0.get(span.line).and_then(|line| line.get(span.start..span.end)).unwrap_or_default().to_vec()
    }

    fn put(&mut self, span: Span, text: &str) -> Result<(), WriteError> {
        if text.len() > span.len() {
            return Err(WriteError::TooLong);
        }
        if !text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'A'..=b'Z' | b'<')) {
            return Err(WriteError::Character);
        }
        if let Some(cells) = self.0.get_mut(span.line).and_then(|line| line.get_mut(span.start..span.end)) {
            for (cell, c) in cells.iter_mut().zip(text.bytes()) {
                *cell = c;
            }
        }
        Ok(())
    }

    fn digit_behind(&mut self, span: Span) {
        let covered = self.get(span);
        self.set_digit(span.digit(), &covered);
    }

    fn set_digit(&mut self, place: Span, covered: &[u8]) {
        // What was put is of the zone's characters, so there is a digit.
        if let (Some(digit), Some(cell)) =
            (icao_7_3_1(covered.iter().copied()), self.0.get_mut(place.line).and_then(|line| line.get_mut(place.start)))
        {
            *cell = digit;
        }
    }
}

/// A name in `room` characters. Where it does not fit, it is cut so that the last character is a letter, which says so,
/// and a letter of the secondary identifier is left (Doc 9303-4 §4.2.3).
fn name_of(primary: &str, secondary: &str, room: usize) -> Result<String, WriteError> {
    let mut primary = recommended(primary).ok_or(WriteError::Character)?;
    let secondary = recommended(secondary).ok_or(WriteError::Character)?;
    if primary.is_empty() {
        return Err(WriteError::Missing);
    }
    if secondary.is_empty() {
        return Ok(cut(&primary, room));
    }
    if primary.len() + 3 > room {
        primary = cut(&primary, room - 3);
    }
    let left = room - primary.len() - 2;
    Ok(format!("{primary}<<{}", cut(&secondary, left)))
}

/// The beginning of `text`, its last character a letter: where that would be a filler, a letter before it goes.
fn cut(text: &str, room: usize) -> String {
    let mut text = text.as_bytes().to_vec();
    while text.len() > room && text.get(room - 1) == Some(&b'<') && room > 1 {
        text.remove(room - 2);
    }
    text.truncate(room);
    text.into_iter().map(char::from).collect()
}
