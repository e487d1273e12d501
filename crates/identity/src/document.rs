//! Documents as data: what each side carries, where, and what a picture of it must be like.
//!
//! The data live in `documents/`: `<document>.json` holds what is true of a kind of document ([`facts`]), and for each
//! side that pictures are read of `<document>.<side>.json` holds its layout ([`Layout`]). These modules are their schema.

pub mod facts;
pub mod pages;
pub mod shape;

use serde::{Deserialize, Deserializer, Serialize, de};

pub use facts::{Facts, facts};
pub use pages::{Page, pages};

/// A kind of identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Resident ID card of the People's Republic of China (居民身份证, second generation).
    CnResidentId,
    /// Temporary resident ID card (临时居民身份证).
    CnTemporaryId,
    /// Officer's card of the People's Liberation Army (军官证).
    CnOfficerCard,
    /// Officer's card of the People's Armed Police (武警警官证).
    CnArmedPoliceCard,
    /// Chinese passport, those of Hong Kong and Macao included (护照, issuing state CHN).
    CnPassport,
    /// Passport of another state.
    ForeignPassport,
    /// Mainland travel permit for Hong Kong and Macao residents (港澳居民来往内地通行证).
    CnTravelPermitHkMacao,
    /// Mainland travel permit for Taiwan residents (台湾居民来往大陆通行证).
    CnTravelPermitTaiwan,
    /// Residence permit for Hong Kong, Macao and Taiwan residents (港澳居民居住证, 台湾居民居住证).
    CnResidencePermit,
    /// Foreigners' permanent residence card (外国人永久居留身份证).
    CnPermanentResident,
    /// Motor vehicle driving licence (机动车驾驶证). Last: its number is the number of any of the others.
    CnDrivingLicence,
}

impl DocumentKind {
    /// Every kind, in order.
    pub const ALL: [Self; 11] = [
        Self::CnResidentId,
        Self::CnTemporaryId,
        Self::CnOfficerCard,
        Self::CnArmedPoliceCard,
        Self::CnPassport,
        Self::ForeignPassport,
        Self::CnTravelPermitHkMacao,
        Self::CnTravelPermitTaiwan,
        Self::CnResidencePermit,
        Self::CnPermanentResident,
        Self::CnDrivingLicence,
    ];

    /// Whether a registration can be made with it. Pictures of all kinds are read.
    #[must_use]
    pub fn is_registrable(self) -> bool {
        !sources(self).is_empty()
    }
}

/// For `serde(deserialize_with)`: a kind that a registration can be made with; the others are refused like a kind that
/// does not exist.
pub fn registrable_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DocumentKind, D::Error> {
    let kind = DocumentKind::deserialize(deserializer)?;
    if kind.is_registrable() {
        Ok(kind)
    } else {
        Err(de::Error::custom("no registration can be made with this kind of document yet"))
    }
}

/// A side of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side with the portrait: a passport's data page.
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
    /// The name in Latin letters
    LatinName,
    /// 证件号码, where it is no 公民身份号码
    DocumentNumber,
    /// 国籍
    Nationality,
    /// 出生地点
    BirthPlace,
    /// 签发地点
    IssuePlace,
    /// 签发次数 or 换证次数
    IssueCount,
    /// 通行证号码 on a residence permit
    PermitNumber,
    /// 部别, the military unit
    Unit,
    /// 职务
    Position,
    /// 军衔 or 警衔
    Rank,
    /// 准驾车型
    VehicleClasses,
    /// 初次领证日期
    FirstIssued,
    /// 档案编号
    FileNumber,
}

impl FieldName {
    /// The name as JSON has it: `id_number`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Sex => "sex",
            Self::Ethnicity => "ethnicity",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::IdNumber => "id_number",
            Self::Issuer => "issuer",
            Self::ValidFrom => "valid_from",
            Self::ValidUntil => "valid_until",
            Self::LatinName => "latin_name",
            Self::DocumentNumber => "document_number",
            Self::Nationality => "nationality",
            Self::BirthPlace => "birth_place",
            Self::IssuePlace => "issue_place",
            Self::IssueCount => "issue_count",
            Self::PermitNumber => "permit_number",
            Self::Unit => "unit",
            Self::Position => "position",
            Self::Rank => "rank",
            Self::VehicleClasses => "vehicle_classes",
            Self::FirstIssued => "first_issued",
            Self::FileNumber => "file_number",
        }
    }
}

/// Image-format parameters of one side (RN-3): what a picture must satisfy before it is read (RN-4).
///
/// The defaults come with the documents; the operator overrides them at the edge without a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatParameters {
    /// The document these parameters are for: one that is read.
    #[serde(deserialize_with = "registrable_kind")]
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
    /// 男, 女, `M`, `F` or `X`, or both with a slash: `女/F`.
    SexBoth,
    /// Capital Latin letters, diacritics included, with space, comma, hyphen, apostrophe and full stop.
    Latin,
    /// One date: digits, `.`, `-`, `/`, space, capital letters (`12 AUG 1974`) and 年月日.
    Date,
    /// Digits, capital letters and brackets.
    Number,
    /// A machine-readable zone's: capital letters, digits and `<`.
    Mrz,
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
    /// Surname and given names in Latin letters, parted by a comma.
    LatinName,
    /// The surname in Latin letters.
    Surname,
    /// Given names in Latin letters.
    GivenNames,
    /// The whole date of birth.
    BirthDate,
    /// 出生地点
    BirthPlace,
    /// 国籍
    Nationality,
    /// 证件号码, where it is no 公民身份号码
    DocumentNumber,
    /// 通行证号码 on a residence permit
    PermitNumber,
    /// 签发次数 or 换证次数
    IssueCount,
    /// 签发地点
    IssuePlace,
    /// First day of validity, or the day of issue.
    ValidFrom,
    /// Last day of validity.
    ValidUntil,
    /// 初次领证日期
    FirstIssued,
    /// 准驾车型
    VehicleClasses,
    /// 档案编号
    FileNumber,
    /// 部别
    Unit,
    /// 职务
    Position,
    /// 军衔 or 警衔
    Rank,
    /// `P`, `V`: the kind of document, as the visual zone of ICAO Doc 9303 repeats it. No field of its own.
    DocumentCode,
    /// The issuing state's three letters, likewise.
    IssuingState,
    /// A line of the machine-readable zone.
    Mrz,
}

impl SlotContent {
    /// The fields that are read here, whole or in part.
    #[must_use]
    pub fn fields(self) -> &'static [FieldName] {
        match self {
            Self::Name => &[FieldName::Name],
            Self::Sex => &[FieldName::Sex],
            Self::Ethnicity => &[FieldName::Ethnicity],
            Self::BirthYear | Self::BirthMonth | Self::BirthDay | Self::BirthDate => &[FieldName::BirthDate],
            Self::Address => &[FieldName::Address],
            Self::IdNumber => &[FieldName::IdNumber],
            Self::Issuer => &[FieldName::Issuer],
            Self::Validity => &[FieldName::ValidFrom, FieldName::ValidUntil],
            Self::LatinName | Self::Surname | Self::GivenNames => &[FieldName::LatinName],
            Self::BirthPlace => &[FieldName::BirthPlace],
            Self::Nationality => &[FieldName::Nationality],
            Self::DocumentNumber => &[FieldName::DocumentNumber],
            Self::PermitNumber => &[FieldName::PermitNumber],
            Self::IssueCount => &[FieldName::IssueCount],
            Self::IssuePlace => &[FieldName::IssuePlace],
            Self::ValidFrom => &[FieldName::ValidFrom],
            Self::ValidUntil => &[FieldName::ValidUntil],
            Self::FirstIssued => &[FieldName::FirstIssued],
            Self::VehicleClasses => &[FieldName::VehicleClasses],
            Self::FileNumber => &[FieldName::FileNumber],
            Self::Unit => &[FieldName::Unit],
            Self::Position => &[FieldName::Position],
            Self::Rank => &[FieldName::Rank],
            Self::DocumentCode | Self::IssuingState | Self::Mrz => &[],
        }
    }
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
    /// Which of its layouts this is, where the document has several (`2017`, `taiwan`); none where it has one.
    #[serde(default)]
    pub form: Option<String>,
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
    /// Default image-format parameters; of use once the document is read.
    #[serde(with = "FormatOfAnyKind")]
    pub format: FormatParameters,
}

/// [`FormatParameters`] without the check that the document is read: a layout may come before its reader.
#[derive(Serialize, Deserialize)]
#[serde(remote = "FormatParameters", deny_unknown_fields)]
struct FormatOfAnyKind {
    document: DocumentKind,
    side: Side,
    mode: FormatMode,
    size: Size,
    position: Position,
    pixels: Pixels,
    format: Encoding,
    quality_floor: QualityFloor,
}

/// The sides of `document`, in the order in which they are captured; none of a document that no registration can be made with yet.
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
        // Their pages are read (`pages`), but no registration asks for them yet.
        _ => &[],
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
        for kind in DocumentKind::ALL {
            assert_eq!(layouts(kind).len(), sources(kind).len(), "{kind:?}");
            assert_eq!(kind.is_registrable(), kind == DocumentKind::CnResidentId, "{kind:?}");
        }
    }

    // RN-3
    #[test]
    fn documents_that_are_not_registrable_have_no_format_parameters() {
        let format = serde_json::to_string(&layouts(DocumentKind::CnResidentId).remove(0).format).unwrap();
        assert!(serde_json::from_str::<FormatParameters>(&format).is_ok());
        let passport = format.replace("cn_resident_id", "cn_passport");
        assert!(
            serde_json::from_str::<FormatParameters>(&passport).unwrap_err().to_string().contains("no registration")
        );
    }
}
