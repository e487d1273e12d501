//! What the police sign about a seal.

use shiming_credential::token::{self, ISSUED_AT};
use shiming_credential::{Claim, Claims, IssuerKeys, KeyId, TokenError, Unsigned};

use crate::hash::Hash;
use crate::number::OfficeCode;

/// `typ` of what the police sign.
const KIND: &str = "shiming-seal";
/// `sub`: the office. `exp`, `nbf`: between when it may be used, seconds since 1970.
const SUB: i64 = 2;
const EXP: i64 = 4;
const NBF: i64 = 5;
/// Private use: what the picture is, and its hash.
const MEDIA_TYPE: i64 = -65_543;
const PICTURE: i64 = -65_544;

/// What a seal's picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `image/svg+xml`, of shapes only.
    Svg,
    /// `image/png`.
    Png,
}

/// What the police sign about a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Whose seal it is.
    pub office: OfficeCode,
    /// When this was signed, seconds since 1970.
    pub issued_at: u64,
    /// From when on it may be used.
    pub not_before: u64,
    /// From when on no longer.
    pub expires_at: u64,
    /// What the picture is.
    pub media_type: MediaType,
    /// The picture's hash.
    pub picture: Hash,
}

impl MediaType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }
}

impl Grant {
    /// What the police's key of that name has to sign.
    #[must_use]
    pub fn unsigned(&self, key_id: &KeyId) -> Unsigned {
        let claims = Claims::from([
            (SUB, Claim::Text(self.office.to_string())),
            (EXP, Claim::Number(self.expires_at)),
            (NBF, Claim::Number(self.not_before)),
            (ISSUED_AT, Claim::Number(self.issued_at)),
            (MEDIA_TYPE, Claim::Text(self.media_type.as_str().to_owned())),
            (PICTURE, Claim::Bytes(self.picture.0.to_vec())),
        ]);
        token::unsigned(KIND, key_id, &claims)
    }

    /// What it says, if one of these keys signed it. Of the picture and of the time nothing is looked at.
    pub fn open(signed: &[u8], keys: &IssuerKeys) -> Result<Self, TokenError> {
        let claims = token::open(signed, KIND, keys)?;
        let number = |key: i64| match claims.get(&key) {
            Some(Claim::Number(number)) => Some(*number),
            _ => None,
        };
        let read = || {
            let (Claim::Text(office), Claim::Text(media_type)) = (claims.get(&SUB)?, claims.get(&MEDIA_TYPE)?) else {
                return None;
            };
            let Claim::Bytes(picture) = claims.get(&PICTURE)? else { return None };
            let known = [MediaType::Svg, MediaType::Png].into_iter().find(|known| known.as_str() == media_type);
            (claims.len() == 6).then_some(Self {
                office: OfficeCode::parse(office).ok()?,
                issued_at: number(ISSUED_AT)?,
                not_before: number(NBF)?,
                expires_at: number(EXP)?,
                media_type: known?,
                picture: Hash(picture.as_slice().try_into().ok()?),
            })
        };
        read().ok_or(TokenError::Malformed)
    }
}
