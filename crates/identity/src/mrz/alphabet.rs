//! Which characters may stand where: for readers, so that they need no repair.

use super::layout::{Format, Span};

const ALL: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
const DIGITS: &str = "0123456789";
const DIGITS_OR_FILLER: &str = "0123456789<";

impl Format {
    /// The characters that may stand at `position` of `line`, both from 0; none outside the zone. Where a field may
    /// hold letters and digits, all 37. Fillers count as letters, and as digits in dates (unknown parts) and in place
    /// of some check digits.
    #[must_use]
    pub fn alphabet(self, line: usize, position: usize) -> Option<&'static str> {
        let layout = self.layout();
        if line >= layout.lines || position >= layout.width {
            return None;
        }
        let is_in = |span: Span| span.line == line && (span.start..span.end).contains(&position);
        let any_is_in = |spans: &[Option<Span>]| spans.iter().flatten().copied().any(is_in);
        let own_digit_or_filler = [Some(layout.number), layout.optional_with_digit].map(|field| field.map(Span::digit));
        let own_digits = [Some(layout.birth), Some(layout.expiry), layout.issue_count].map(|f| f.map(Span::digit));
        Some(if any_is_in(&[Some(layout.code), layout.issuer, layout.nationality, layout.name]) {
            LETTERS
        } else if any_is_in(&[layout.sex]) {
            "MFX<"
        } else if any_is_in(&[layout.han]) {
            "ABCDEFGHIJKLMNOP<"
        } else if any_is_in(&[Some(layout.birth), Some(layout.expiry)]) || any_is_in(&own_digit_or_filler) {
            DIGITS_OR_FILLER
        } else if any_is_in(&own_digits) || any_is_in(&[layout.issue_count, layout.composite.map(|(_, place)| place)]) {
            DIGITS
        } else {
            ALL
        })
    }
}
