//! Where each format keeps its fields.

use super::state::StateCode;

/// The formats of machine-readable zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Cards, three lines of 30 (ICAO Doc 9303-5).
    Td1,
    /// Larger cards, two lines of 36 (Doc 9303-6).
    Td2,
    /// Passports, two lines of 44 (Doc 9303-4).
    Td3,
    /// Visas, two lines of 44 (Doc 9303-7 §4).
    MrvA,
    /// Visas, two lines of 36 (Doc 9303-7 §5).
    MrvB,
    /// Travel permits that the mainland issues to residents of Hong Kong and Macao (`CR`, from 2013) and of Taiwan
    /// (`CT`, from 2015): three lines of 30, but not TD1.
    ChinaThreeLines,
    /// Permits for mainland residents to Hong Kong and Macao (`CS`, from 2014) and to Taiwan (`CD`, from 2016): one
    /// line of 30.
    ChinaOneLine,
}

/// A run of characters in one line; both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) line: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

const fn span(line: usize, start: usize, end: usize) -> Span {
    Span { line, start, end }
}

impl Span {
    /// The character after its last: where a check digit of its own stands.
    pub(super) const fn digit(self) -> Self {
        span(self.line, self.end, self.end + 1)
    }

    pub(super) const fn len(self) -> usize {
        self.end - self.start
    }
}

/// The places of the fields of one format. Spans leave check digits out; a number and a date have theirs right behind.
pub(super) struct Layout {
    pub(super) lines: usize,
    pub(super) width: usize,
    pub(super) code: Span,
    pub(super) issuer: Option<Span>,
    pub(super) name: Option<Span>,
    pub(super) number: Span,
    pub(super) nationality: Option<Span>,
    pub(super) birth: Span,
    pub(super) sex: Option<Span>,
    pub(super) expiry: Span,
    /// Optional data with a check digit of its own behind it (TD3).
    pub(super) optional_with_digit: Option<Span>,
    /// Optional data without: TD1 has two.
    pub(super) optional: &'static [Span],
    /// How often the card was replaced or issued, with its check digit behind it (the mainland's three-line permits).
    pub(super) issue_count: Option<Span>,
    /// Han characters as letters (the mainland's three-line permits).
    pub(super) han: Option<Span>,
    /// What the composite check digit covers, and where it stands.
    pub(super) composite: Option<(&'static [Span], Span)>,
    /// Whether a number of more than nine characters goes on in the optional data.
    pub(super) long_numbers: bool,
}

impl Layout {
    /// Whether the composite check digit covers all of `field`.
    pub(super) fn composite_covers(&self, field: Span) -> bool {
        self.composite.is_some_and(|(parts, _)| {
            parts.iter().any(|part| part.line == field.line && part.start <= field.start && field.end <= part.end)
        })
    }
}

impl Format {
    /// How many lines of how many characters.
    #[must_use]
    pub fn size(self) -> (usize, usize) {
        let layout = self.layout();
        (layout.lines, layout.width)
    }

    /// The format of lines of this size, the first of which is `line`. Doc 9303-5 leaves the document code's second
    /// character to the issuer, so another state's TD1 may begin with `CR` or `CT` too; then the state's code follows,
    /// where the mainland's permits have digits.
    pub(super) fn of(lines: usize, width: usize, line: &[u8]) -> Option<Self> {
        let is_of_a_state = || line.get(2..5).is_some_and(|state| StateCode::new(state).is_known());
        match (lines, width, line) {
            (3, 30, [b'C', b'R' | b'T', ..]) if !is_of_a_state() => Some(Self::ChinaThreeLines),
            (3, 30, _) => Some(Self::Td1),
            (1, 30, [b'C', b'S' | b'D', ..]) => Some(Self::ChinaOneLine),
            (2, 44, [b'V', ..]) => Some(Self::MrvA),
            (2, 44, _) => Some(Self::Td3),
            (2, 36, [b'V', ..]) => Some(Self::MrvB),
            (2, 36, _) => Some(Self::Td2),
            _ => None,
        }
    }

    pub(super) const fn layout(self) -> &'static Layout {
        match self {
            Self::Td1 => &TD1,
            Self::Td2 => &TD2,
            Self::Td3 => &TD3,
            Self::MrvA => &MRV_A,
            Self::MrvB => &MRV_B,
            Self::ChinaThreeLines => &CHINA_THREE_LINES,
            Self::ChinaOneLine => &CHINA_ONE_LINE,
        }
    }
}

/// Doc 9303-5 §4.2.2.
static TD1: Layout = Layout {
    lines: 3,
    width: 30,
    code: span(0, 0, 2),
    issuer: Some(span(0, 2, 5)),
    name: Some(span(2, 0, 30)),
    number: span(0, 5, 14),
    nationality: Some(span(1, 15, 18)),
    birth: span(1, 0, 6),
    sex: Some(span(1, 7, 8)),
    expiry: span(1, 8, 14),
    optional_with_digit: None,
    optional: &[span(0, 15, 30), span(1, 18, 29)],
    issue_count: None,
    han: None,
    composite: Some((&[span(0, 5, 30), span(1, 0, 7), span(1, 8, 15), span(1, 18, 29)], span(1, 29, 30))),
    long_numbers: true,
};

/// Doc 9303-6 §4.2.2.
static TD2: Layout = Layout {
    lines: 2,
    width: 36,
    code: span(0, 0, 2),
    issuer: Some(span(0, 2, 5)),
    name: Some(span(0, 5, 36)),
    number: span(1, 0, 9),
    nationality: Some(span(1, 10, 13)),
    birth: span(1, 13, 19),
    sex: Some(span(1, 20, 21)),
    expiry: span(1, 21, 27),
    optional_with_digit: None,
    optional: &[span(1, 28, 35)],
    issue_count: None,
    han: None,
    composite: Some((&[span(1, 0, 10), span(1, 13, 20), span(1, 21, 35)], span(1, 35, 36))),
    long_numbers: true,
};

/// Doc 9303-4 §4.2.2.
static TD3: Layout = Layout {
    optional_with_digit: Some(span(1, 28, 42)),
    composite: Some((&[span(1, 0, 10), span(1, 13, 20), span(1, 21, 43)], span(1, 43, 44))),
    ..BOOKLET
};

/// Doc 9303-7 §4.2.2: no composite check digit, and none over the optional data.
static MRV_A: Layout = Layout { optional: &[span(1, 28, 44)], ..BOOKLET };

/// Doc 9303-7 §5.2.2.
static MRV_B: Layout = Layout { width: 36, name: Some(span(0, 5, 36)), optional: &[span(1, 28, 36)], ..BOOKLET };

/// What passports and visas share.
const BOOKLET: Layout = Layout {
    lines: 2,
    width: 44,
    code: span(0, 0, 2),
    issuer: Some(span(0, 2, 5)),
    name: Some(span(0, 5, 44)),
    number: span(1, 0, 9),
    nationality: Some(span(1, 10, 13)),
    birth: span(1, 13, 19),
    sex: Some(span(1, 20, 21)),
    expiry: span(1, 21, 27),
    optional_with_digit: None,
    optional: &[],
    issue_count: None,
    han: None,
    composite: None,
    long_numbers: false,
};

/// From the published specimens of both cards (证件样本), whose four check digits of the first line hold with these
/// places. The last character of the second line looks like a composite check digit; what it covers is not published
/// (GA/T 704.14 and .16 are not at hand) and two specimens do not settle it, so nothing is said to be covered by it.
static CHINA_THREE_LINES: Layout = Layout {
    lines: 3,
    width: 30,
    code: span(0, 0, 2),
    issuer: None,
    // Four more characters follow: an office's number on some specimens.
    name: Some(span(2, 0, 26)),
    number: span(0, 2, 11),
    nationality: None,
    birth: span(0, 23, 29),
    sex: Some(span(0, 22, 23)),
    expiry: span(0, 15, 21),
    optional_with_digit: None,
    optional: &[span(1, 19, 29)],
    issue_count: Some(span(0, 12, 14)),
    han: Some(span(1, 0, 16)),
    composite: None,
    long_numbers: false,
};

/// From the published specimens of both cards, whose four check digits hold with these places.
static CHINA_ONE_LINE: Layout = Layout {
    lines: 1,
    width: 30,
    code: span(0, 0, 2),
    issuer: None,
    name: None,
    number: span(0, 2, 11),
    nationality: None,
    birth: span(0, 21, 27),
    sex: None,
    expiry: span(0, 13, 19),
    optional_with_digit: None,
    optional: &[],
    issue_count: None,
    han: None,
    composite: Some((&[span(0, 2, 12), span(0, 13, 20), span(0, 21, 28)], span(0, 29, 30))),
    long_numbers: false,
};
