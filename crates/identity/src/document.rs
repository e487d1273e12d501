//! Documents as data: what each side carries, where, and what a picture of it must be like.
//!
//! The data live in `documents/*.json`, one file per document and side; this module is their schema.

use serde::{Deserialize, Serialize};

/// A kind of identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Resident ID card of the People's Republic of China (居民身份证, second generation).
    CnResidentId,
}

/// A side of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side with the portrait.
    Front,
    /// The side with the emblem.
    Back,
}

/// A field that a document carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldName {
    /// 姓名
    Name,
    /// 性别
    Sex,
    /// 民族
    Ethnicity,
    /// 出生
    BirthDate,
    /// 住址
    Address,
    /// 公民身份号码
    IdNumber,
    /// 签发机关
    Issuer,
    /// First day of 有效期限
    ValidFrom,
    /// Last day of 有效期限, or 长期
    ValidUntil,
}

/// Image-format parameters of one side (RN-3): what a picture must satisfy before it is read (RN-4).
///
/// The defaults come with the documents; the operator overrides them at the edge without a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatParameters {
    /// The document these parameters are for.
    pub document: DocumentKind,
    /// The side these parameters are for.
    pub side: Side,
    /// What to do with a picture that does not satisfy them.
    pub mode: FormatMode,
    /// Size of the formatted picture.
    pub size: Size,
    /// Where the document must lie in the photo.
    pub position: Position,
    /// How many pixels the photo must and may have.
    pub pixels: Pixels,
    /// Encoding of the formatted picture.
    pub format: Encoding,
    /// Below this a picture is not read.
    pub quality_floor: QualityFloor,
}

/// RN-4: convert what does not satisfy the parameters, or ask for another shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatMode {
    /// Mode 1: resize, rotate, crop, adapt the position, re-encode; ask again only when that cannot satisfy them.
    Convert,
    /// Mode 2: ask the user to shoot again with the document in the asked position.
    Reshoot,
}

/// A size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

/// Where the document must lie in the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Least share of the photo's area that the document covers, percent.
    pub min_coverage_percent: u8,
    /// Largest angle between a document's edge and its place in an upright picture, degrees; applies in mode
    /// [`FormatMode::Reshoot`] and to the camera's guide (mode [`FormatMode::Convert`] rotates).
    pub max_tilt_degrees: u8,
    /// Largest ratio of opposite sides, percent (100: no perspective).
    pub max_perspective_percent: u8,
}

/// Bounds on the photo's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pixels {
    /// Least number of photo pixels along the document's long edge.
    pub min_document_width: u16,
    /// Largest number of pixels (width × height) a photo may decode to, in units of 1,000,000.
    pub max_megapixels: u16,
}

/// Encoding of the formatted picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoding {
    /// The picture format.
    pub kind: PictureFormat,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
}

/// Formats that a formatted picture can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
}

/// Least quality of a picture that is read; every figure is measured on the rectified document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityFloor {
    /// Least sharpness, 0 to 100.
    pub min_sharpness: u8,
    /// Least mean luma, 0 to 255.
    pub min_brightness: u8,
    /// Largest mean luma, 0 to 255.
    pub max_brightness: u8,
    /// Largest share of the document that may be washed out, percent.
    pub max_glare_percent: u8,
}

/// An axis-aligned box as fractions of the document's width and height, origin at the top left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Box2 {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Bottom edge.
    pub bottom: f32,
}

/// Which characters a field is written in; readers restrict their alphabet by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// Chinese characters of names, and the middle dot.
    HanName,
    /// 男 or 女.
    Sex,
    /// The 56 ethnic groups.
    Ethnicity,
    /// Decimal digits.
    Digits,
    /// Decimal digits and X.
    IdNumber,
    /// Chinese characters, digits, Latin letters and the punctuation of addresses.
    Text,
    /// `2016.07.01-2036.07.01` or `2016.07.01-长期`.
    Validity,
}

/// One printed line, or piece of one, that belongs to a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// What is read here: one field, or a part of one (`birth_date` has three).
    pub reads: SlotContent,
    /// Where the ink can be: the box with room for the longest value.
    pub area: Box2,
    /// Height of a Han character printed here, as a fraction of the document's height.
    pub text_height: f32,
    /// The characters it is written in.
    pub alphabet: Alphabet,
    /// For a field of several lines: which line this is, from 0.
    #[serde(default)]
    pub line: u8,
}

/// What a [`Slot`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotContent {
    /// 姓名
    Name,
    /// 性别
    Sex,
    /// 民族
    Ethnicity,
    /// Four digits before 年.
    BirthYear,
    /// One or two digits before 月.
    BirthMonth,
    /// One or two digits before 日.
    BirthDay,
    /// A line of 住址.
    Address,
    /// 公民身份号码
    IdNumber,
    /// 签发机关
    Issuer,
    /// Both dates of 有效期限 with the hyphen between them.
    Validity,
}

/// Words printed on every copy of a side; a side is recognised, and located without edges, by them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The printed text.
    pub text: String,
    /// Its ink box.
    pub area: Box2,
}

/// One side of a document, as `documents/<document>.<side>.json` describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Where these figures come from.
    pub source: String,
    /// The document.
    pub document: DocumentKind,
    /// The side.
    pub side: Side,
    /// Width and height of the document, millimetres (ISO/IEC 7810).
    pub millimetres: [f32; 2],
    /// Printed labels.
    pub labels: Vec<Label>,
    /// Where values are printed.
    pub slots: Vec<Slot>,
    /// The portrait or the emblem.
    pub portrait: Option<Box2>,
    /// The emblem.
    pub emblem: Option<Box2>,
    /// Default image-format parameters.
    pub format: FormatParameters,
}

/// The sides of `document`, in the order in which they are captured.
///
/// # Panics
/// Never: the files are part of the program and a test parses each of them.
#[must_use]
pub fn layouts(document: DocumentKind) -> Vec<Layout> {
    sources(document).iter().filter_map(|file| serde_json::from_str(file).ok()).collect()
}

/// The files that describe `document`'s sides ([`Layout`] in JSON), in the order in which they are captured; for readers
/// that want less of them than [`layouts`] gives.
#[must_use]
pub fn sources(document: DocumentKind) -> &'static [&'static str] {
    match document {
        DocumentKind::CnResidentId => &[
            include_str!("../../../documents/cn_resident_id.front.json"),
            include_str!("../../../documents/cn_resident_id.back.json"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RN-3
    #[test]
    fn every_document_file_parses() {
        let sides: Vec<Side> = layouts(DocumentKind::CnResidentId).iter().map(|layout| layout.side).collect();
        assert_eq!(sides, [Side::Front, Side::Back]);
    }
}
