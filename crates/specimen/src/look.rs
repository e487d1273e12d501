//! How a side looks beyond what readers need to know: `looks/<page>.json`, whose schema this is.
//!
//! Lengths are fractions of the document's width (x) and height (y), as in layouts; colours are `#rrggbb`.

use serde::Deserialize;
use shiming_identity::document::{Box2, SlotContent};

use crate::canvas::Rgb8;

/// A colour as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Colour(pub(crate) Rgb8);

/// Something is no colour.
#[derive(Debug, thiserror::Error)]
#[error("not written as #rrggbb")]
pub(crate) struct ColourError;

impl TryFrom<String> for Colour {
    type Error = ColourError;

    fn try_from(text: String) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(ColourError)?;
        let [_, r, g, b] = u32::from_str_radix(digits, 16).map_err(|_| ColourError)?.to_be_bytes();
        Ok(Self([r, g, b]))
    }
}

/// A typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Face {
    Sans,
    Bold,
    Serif,
    OcrB,
}

/// How one side looks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    pub(crate) ground: Ground,
    #[serde(default = "ink")]
    pub(crate) ink: Colour,
    /// Characters in a line of the address.
    #[serde(default = "address_line")]
    pub(crate) address_line: usize,
    /// Colour of labels that are no title.
    #[serde(default = "ink")]
    pub(crate) label: Colour,
    /// Labels with a face or colour of their own.
    #[serde(default)]
    pub(crate) titles: Vec<Title>,
    /// Slots that are not printed at the left edge in the sans.
    #[serde(default)]
    pub(crate) slots: Vec<Placement>,
    /// The words that say what this is.
    pub(crate) marks: Vec<Mark>,
    /// Pale copies of the portrait.
    #[serde(default)]
    pub(crate) ghosts: Vec<Box2>,
    /// The portrait is printed in black and white.
    #[serde(default)]
    pub(crate) grey_portrait: bool,
    /// What is behind the portrait; the side's ground if nothing is.
    #[serde(default)]
    pub(crate) portrait_ground: Option<Colour>,
    #[serde(default)]
    pub(crate) art: Vec<Art>,
    /// Lines in another script than the fields', which nobody reads.
    #[serde(default)]
    pub(crate) second_script: Vec<SecondScript>,
}

fn address_line() -> usize {
    11
}

fn ink() -> Colour {
    Colour([34, 33, 36])
}

/// What everything is printed on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ground {
    /// From the top left over the middle to the bottom right.
    pub(crate) colours: [Colour; 3],
    /// The fine lines, in turn.
    #[serde(default = "fine_lines")]
    pub(crate) lines: [Colour; 2],
    /// Middle x, middle y and radius (of the height) of each rosette.
    #[serde(default)]
    pub(crate) rosettes: Vec<[f32; 3]>,
}

fn fine_lines() -> [Colour; 2] {
    [Colour([120, 176, 206]), Colour([222, 160, 178])]
}

/// A label with a face or colour of its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Title {
    /// The label's text.
    pub(crate) text: String,
    pub(crate) face: Face,
    pub(crate) colour: Colour,
}

/// Where in its slot, and how, a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placement {
    pub(crate) reads: SlotContent,
    #[serde(default = "sans")]
    pub(crate) face: Face,
    /// From the slot's left edge to the ink.
    #[serde(default = "indent")]
    pub(crate) indent: f32,
    /// In place of `indent`: from the slot's left edge to the middle of the ink.
    #[serde(default)]
    pub(crate) middle: Option<f32>,
    /// Space after each character, in em.
    #[serde(default)]
    pub(crate) tracking: f32,
    #[serde(default)]
    pub(crate) colour: Option<Colour>,
}

fn sans() -> Face {
    Face::Sans
}

fn indent() -> f32 {
    0.0085
}

impl Placement {
    /// In the sans at the left edge; zones in OCR-B.
    pub(crate) fn usual(reads: SlotContent) -> Self {
        let face = if reads == SlotContent::Mrz { Face::OcrB } else { Face::Sans };
        Self { reads, face, indent: indent(), middle: None, tracking: 0.0, colour: None }
    }
}

/// Words that mark a specimen, where no field is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    #[serde(default = "specimen")]
    pub(crate) text: String,
    /// Size of the em over the height.
    pub(crate) em: f32,
    pub(crate) left: f32,
    /// Middle of the line.
    pub(crate) middle: f32,
    pub(crate) opacity: f32,
}

fn specimen() -> String {
    "样本 SPECIMEN".to_owned()
}

/// Drawings of our own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Art {
    /// Hills with a wall over them, standing on y.
    Wall {
        /// Foot and top of the hills.
        foot: f32,
        /// Height of the highest hill.
        height: f32,
    },
    /// A big star and four small ones, at x, y, of this radius (of the height).
    Stars([f32; 3]),
    /// A square red seal with words.
    Seal {
        /// Its box.
        area: Box2,
        /// Rows of words.
        rows: Vec<String>,
    },
    /// Thin horizontal lines: left, right, y.
    Rules(Vec<[f32; 3]>),
}

/// A line in the script of a nationality.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondScript {
    pub(crate) text: String,
    /// Left edge of the ink and middle of the line.
    pub(crate) left: f32,
    pub(crate) middle: f32,
    /// Size of the em over the height.
    pub(crate) em: f32,
    /// The holder's name follows in Latin letters.
    #[serde(default)]
    pub(crate) then_name: bool,
}
