//! Document numbers that are longer than their place.

use super::lines::Lines;
use crate::check_digit::icao_7_3_1;

/// A number of more than nine characters, and what is left of the optional data behind it.
pub(super) struct LongNumber {
    pub(super) number: String,
    pub(super) held: bool,
    pub(super) rest: String,
}

/// A filler stands for the number's check digit, and the optional data begin with the rest of the number and the digit,
/// up to a filler (Doc 9303-5 and 9303-6 §4.2.2).
pub(super) fn long_number(lines: &Lines) -> Option<LongNumber> {
    let layout = lines.format.layout();
    (lines.one(layout.number.digit()) == b'<').then(|| continued(lines)).flatten()
}

/// Whether a filler in the place of the check digit would make a long number whose check digit holds.
pub(super) fn may_be_long(lines: &Lines) -> bool {
    continued(lines).is_some_and(|long| long.held)
}

fn continued(lines: &Lines) -> Option<LongNumber> {
    let layout = lines.format.layout();
    let begin = lines.get(layout.number);
    if !layout.long_numbers || begin.contains(&b'<') {
        return None;
    }
    let optional = lines.get(*layout.optional.first()?);
    let (run, rest) = optional.split_at(optional.iter().position(|c| *c == b'<').unwrap_or(optional.len()));
    let (digit, end) = run.split_last()?;
    if end.is_empty() {
        return None;
    }
    let number = [begin, end].concat();
    Some(LongNumber {
        held: icao_7_3_1(number.iter().copied()) == Some(*digit),
        number: number.into_iter().map(char::from).collect(),
        rest: super::trimmed(rest.get(1..).unwrap_or_default()),
    })
}
