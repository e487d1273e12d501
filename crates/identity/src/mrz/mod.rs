//! Machine-readable zones (ICAO Doc 9303 parts 3 to 7, and the mainland's own travel permits).
//!
//! [`Mrz::parse`] takes the lines as they are; [`Mrz::read`] first puts right what a reader is proven to have misread
//! and says which characters those were ([`Repair`]). Every check digit is recomputed. A field that a check digit
//! covers is a [`Checked`], one that none does an [`Unchecked`], which has no way to say that it was checked: names,
//! sex, issuer and nationality never are.
//!
//! Residence permits for Hong Kong, Macao and Taiwan residents and foreigners' permanent residence cards of 2017 and
//! 2023 are made like the resident ID card; no published description gives them a zone. The mainland's permits of 1999
//! (`C<`) had one of another layout; the last of them expired in 2023.
//!
//! Check digits are sums modulo 10: they see no difference between `0`, `A`, `K`, `U` and `<`, nor between `1`, `B`,
//! `L` and `V`, and so on. Where only digits can stand, places see it.

mod alphabet;
mod date;
mod field;
#[cfg(feature = "pinyin")]
mod gbk;
#[cfg(feature = "pinyin")]
mod han;
mod latin;
mod layout;
mod lines;
mod name;
mod number;
#[cfg(feature = "pinyin")]
mod pinyin;
mod repair;
mod state;
mod write;

use std::fmt;

pub use date::MrzDate;
pub use field::{Checked, MaybeChecked, Unchecked};
#[cfg(feature = "pinyin")]
pub use han::{HanAgreement, Transliteration, to_han_letters, to_mrz_name};
pub use layout::Format;
pub use name::{Agreement, MrzName, VisualName};
pub use repair::{Proof, Repair, Suggestion};
pub use state::StateCode;
pub use write::{MrzFields, WriteError, write, yymmdd};

use self::lines::Lines;
use self::number::long_number;
use self::repair::{composite_holds, optional_digit_holds, own_digit_holds};
use crate::date::Date;
use crate::document::DocumentKind;
use crate::sex::Sex;

/// A zone, read. `Debug` shows the format and the verdicts, no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    /// The kind of zone.
    pub format: Format,
    /// The document code: `P`, `PO`, `I`, `V`, `CR` and so on, without fillers.
    pub code: Unchecked<String>,
    /// Who issued the document; the mainland's own permits do not say.
    pub issuer: Option<Unchecked<StateCode>>,
    /// The holder's name; one line of 30 has no room for it.
    pub name: Option<Unchecked<MrzName>>,
    /// The document number, without fillers at its end.
    pub number: Checked<String>,
    /// Whose national the holder is.
    pub nationality: Option<Unchecked<StateCode>>,
    /// The day of birth.
    pub birth: Checked<MrzDate>,
    /// The holder's sex.
    pub sex: Option<Unchecked<MrzSex>>,
    /// The last day of validity.
    pub expiry: Checked<MrzDate>,
    /// Optional data, in the order of the zone, without fillers at their end. Visas' are covered by no check digit.
    pub optional: Vec<MaybeChecked<String>>,
    /// How often the card was replaced (换证次数, Hong Kong and Macao) or issued (签发次数, Taiwan), on the mainland's
    /// three-line permits.
    pub issue_count: Option<Checked<String>>,
    /// The holder's name in Han characters, written in letters, on the mainland's three-line permits.
    pub han: Option<Unchecked<String>>,
    /// Whether the composite check digit holds; none in formats without one.
    pub composite: Option<bool>,
    /// What [`Mrz::read`] put right.
    pub repairs: Vec<Repair>,
    /// What the document number may be, where its check digit does not hold; for a person to decide.
    pub suggestion: Option<Suggestion>,
    number_fits: bool,
    lines: Vec<String>,
}

/// Sex as the zone prints it (Doc 9303-4 §4.2.2.2, the same in parts 5 to 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MrzSex {
    /// `M`
    Male,
    /// `F`
    Female,
    /// `<`, or `X` as the visual zone prints it.
    Unspecified,
    /// Another character.
    NoSex,
}

/// Why lines are no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    /// No format has so many lines of such length.
    #[error("no format has lines of this number and length")]
    Size,
    /// A character that no zone has.
    #[error("line {line}, position {position}: no character of a machine-readable zone")]
    Character {
        /// From 1, empty lines not counted.
        line: usize,
        /// From 1, white space not counted.
        position: usize,
    },
}

impl Mrz {
    /// Takes the lines as they are. White space and case do not matter, and fillers missing at the end of a name line,
    /// or too many of them, are made right.
    pub fn parse(text: &str, today: Date) -> Result<Self, MrzError> {
        Ok(Self::of(&Lines::parse(text)?, today, Vec::new()))
    }

    /// Like [`Mrz::parse`], having put right what is proven to be misread.
    pub fn read(text: &str, today: Date) -> Result<Self, MrzError> {
        let mut lines = Lines::parse(text)?;
        let repairs = repair::repair(&mut lines);
        Ok(Self::of(&lines, today, repairs))
    }

    fn of(lines: &Lines, today: Date, repairs: Vec<Repair>) -> Self {
        let layout = lines.format.layout();
        let composite = composite_holds(lines);
        let composite_over = |field| composite.filter(|_| layout.composite_covers(field));
        let own = |field| own_digit_holds(lines, field);

        let mut optional: Vec<_> = layout.optional.iter().map(|place| (*place, trimmed(lines.get(*place)))).collect();
        let (number, held) = if let Some(long) = long_number(lines) {
            if let Some((_, first)) = optional.first_mut() {
                *first = long.rest;
            }
            (long.number, long.held)
        } else {
            (trimmed(lines.get(layout.number)), own(layout.number))
        };
        let number = Checked::own(number, held, composite_over(layout.number));
        let mut optional: Vec<_> = optional
            .into_iter()
            .map(|(place, text)| match composite_over(place) {
                Some(held) => MaybeChecked::Checked(Checked::composite(text, held)),
                None => MaybeChecked::Unchecked(Unchecked::new(text)),
            })
            .collect();
        if let Some(place) = layout.optional_with_digit {
            let text = trimmed(lines.get(place));
            let held = optional_digit_holds(lines, place);
            optional.push(MaybeChecked::Checked(Checked::own(text, held, composite_over(place))));
        }

        let state = |place| Unchecked::new(StateCode::new(lines.get(place)));
        let birth = MrzDate::birth(lines.get(layout.birth), today);
        let expiry = MrzDate::expiry(lines.get(layout.expiry), today);
        Self {
            format: lines.format,
            code: Unchecked::new(trimmed(lines.get(layout.code))),
            issuer: layout.issuer.map(state),
            name: layout.name.map(|place| Unchecked::new(MrzName::parse(lines.get(place)))),
            number,
            nationality: layout.nationality.map(state),
            birth: Checked::own(birth, own(layout.birth), composite_over(layout.birth)),
            sex: layout.sex.map(|place| Unchecked::new(MrzSex::of(lines.one(place)))),
            expiry: Checked::own(expiry, own(layout.expiry), composite_over(layout.expiry)),
            optional,
            issue_count: layout
                .issue_count
                .map(|place| Checked::own(trimmed(lines.get(place)), own(place), composite_over(place))),
            han: layout.han.map(|place| Unchecked::new(trimmed(lines.get(place)))),
            composite,
            suggestion: repair::suggestion(lines),
            number_fits: repair::number_fits(lines),
            repairs,
            lines: lines.all(),
        }
    }

    /// The lines, repaired where they were.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Which document it is on, by document code and issuer; none if it is none that is known here (other states'
    /// cards, visas, permits of mainland residents).
    #[must_use]
    pub fn document_kind(&self) -> Option<DocumentKind> {
        match (self.format, self.code.value().as_str(), self.issuer.as_ref()) {
            (Format::ChinaThreeLines, "CR", _) => Some(DocumentKind::CnTravelPermitHkMacao),
            (Format::ChinaThreeLines, "CT", _) => Some(DocumentKind::CnTravelPermitTaiwan),
            (_, code, Some(issuer)) if code.starts_with('P') => Some(match issuer.value().as_str() {
                "CHN" => DocumentKind::CnPassport,
                _ => DocumentKind::ForeignPassport,
            }),
            _ => None,
        }
    }

    /// Whether every check digit holds; the composite one counts with each field that it covers.
    #[must_use]
    pub fn digits_hold(&self) -> bool {
        self.number.held()
            && self.birth.held()
            && self.expiry.held()
            && self.issue_count.as_ref().is_none_or(Checked::held)
            && self.optional.iter().all(|field| field.held() != Some(false))
    }

    /// Whether every field is written as its format asks: dates that exist, states and names of letters, a known sex;
    /// digits where Chinese document numbers have them.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let states = [&self.issuer, &self.nationality];
        !self.number.value().is_empty()
            && self.number_fits
            && self.code.value().starts_with(|c: char| c.is_ascii_uppercase())
            && self.birth.value().is_well_formed()
            && self.expiry.value().is_well_formed()
            && states.into_iter().flatten().all(|state| state.value().is_well_formed())
            && self.name.as_ref().is_none_or(|name| name.value().is_regular())
            && self.sex.as_ref().is_none_or(|sex| *sex.value() != MrzSex::NoSex)
    }

    /// Whether the zone can be relied on as far as check digits reach: all of them hold and every field is well formed.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.digits_hold() && self.is_well_formed()
    }
}

impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mrz")
            .field("format", &self.format)
            .field("number", &self.number)
            .field("birth", &self.birth)
            .field("expiry", &self.expiry)
            .field("composite", &self.composite)
            .field("repairs", &self.repairs)
            .field("suggestion", &self.suggestion)
            .finish_non_exhaustive()
    }
}

impl MrzSex {
    fn of(character: u8) -> Self {
        match character {
            b'M' => Self::Male,
            b'F' => Self::Female,
            b'<' | b'X' => Self::Unspecified,
            _ => Self::NoSex,
        }
    }

    /// The character of the zone.
    fn in_zone(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
            Self::Unspecified | Self::NoSex => "<",
        }
    }

    /// 男 or 女, if it is one of them.
    #[must_use]
    pub fn sex(self) -> Option<Sex> {
        match self {
            Self::Male => Some(Sex::Male),
            Self::Female => Some(Sex::Female),
            Self::Unspecified | Self::NoSex => None,
        }
    }
}

/// The characters without the fillers at their end.
fn trimmed(characters: &[u8]) -> String {
    let text: String = characters.iter().map(|c| char::from(*c)).collect();
    text.trim_end_matches('<').to_owned()
}
