//! What the phone says it read: text and figures, never a picture (DC-1).

use serde::{Deserialize, Serialize};
use shiming_identity::document::{DocumentKind, registrable_kind};

use crate::bounded::{BoundError, Bytes, Text};
use crate::face::FaceDescriptor;

/// `POST /v1/registrations/{id}/evidence`. Self-asserted on the device; the signature binds it to the device key
/// and the nonce, not to the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The nonce that the registration was opened with; one use.
    pub nonce: Bytes<16>,
    /// The document that was read: one whose pictures can be.
    #[serde(deserialize_with = "registrable_kind")]
    pub document: DocumentKind,
    /// 姓名, 1 to 50 characters.
    pub name: Field<50>,
    /// 男 or 女.
    pub sex: Field<1>,
    /// 民族, without 族.
    pub ethnicity: Field<10>,
    /// 出生, `YYYY-MM-DD`.
    pub birth_date: Field<10>,
    /// 住址, the lines joined.
    pub address: Field<80>,
    /// 公民身份号码.
    pub id_number: Field<18>,
    /// 签发机关.
    pub issuer: Field<40>,
    /// First day of validity, `YYYY-MM-DD`.
    pub valid_from: Field<10>,
    /// Last day of validity, `YYYY-MM-DD`, or 长期.
    pub valid_until: Field<10>,
    /// What a net made of the portrait on the document, where the policy compares it (RN-7). Dropped once compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<FaceDescriptor>,
    /// What was measured on the picture of the front.
    pub front: Measured,
    /// What was measured on the picture of the back.
    pub back: Measured,
    /// Version of the models that read it.
    pub models: Text<24>,
}

/// One field as read and, perhaps, corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UnboundedField")]
pub struct Field<const MAX: usize> {
    /// The value that the user confirmed.
    pub value: Text<MAX>,
    /// The reader's confidence in what it read, percent.
    pub confidence: u8,
    /// The user changed what was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

/// A field before its bound is checked: one reader for all bounds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnboundedField {
    value: String,
    confidence: u8,
    #[serde(default)]
    edited: bool,
}

impl<const MAX: usize> TryFrom<UnboundedField> for Field<MAX> {
    type Error = BoundError;
    fn try_from(field: UnboundedField) -> Result<Self, BoundError> {
        let UnboundedField { value, confidence, edited } = field;
        Ok(Self { value: Text::new(value)?, confidence, edited })
    }
}

/// What was measured on one side's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Camera or file.
    pub source: PictureSource,
    /// Sharpness of the rectified document, 0 to 100.
    pub sharpness: u8,
    /// Mean luma of the rectified document.
    pub brightness: u8,
    /// Share of the document that is washed out, percent.
    pub glare: u8,
    /// Share of the photo that the document covers, percent.
    pub coverage: u8,
}

/// Where a picture came from (RN-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureSource {
    /// A frame of the camera's stream.
    Camera,
    /// A file that the user picked.
    File,
}
