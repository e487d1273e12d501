//! What a card says.

use std::collections::BTreeMap;

use crate::cbor::{self, Entries, Key, Value};
use crate::envelope::{Envelope, Unsigned};
use crate::keys::{KeyId, PublicKey};

/// `typ` of a card.
const KIND: &str = "shiming-card";

/// Registered claims of CBOR Web Tokens (IANA).
mod claim {
    pub(super) const ISS: i64 = 1;
    pub(super) const SUB: i64 = 2;
    pub(super) const EXP: i64 = 4;
    pub(super) const IAT: i64 = 6;
    pub(super) const CTI: i64 = 7;
    pub(super) const CNF: i64 = 8;
    /// Status (Token Status List).
    pub(super) const STATUS: i64 = 65535;
    /// Private use: the class of the document that the holder was identified by.
    pub(super) const DOCUMENT_CLASS: i64 = -65537;
    /// Private use: what the holder chose to show.
    pub(super) const DISCLOSED: i64 = -65538;
}

/// Keys of the map of what is shown.
mod disclosed {
    pub(super) const NAME: i64 = 1;
    pub(super) const OVER: i64 = 2;
    pub(super) const SEX: i64 = 3;
    pub(super) const BIRTH_DATE: i64 = 4;
    pub(super) const HOLDER_REFERENCE: i64 = 5;
}

/// An electronic ID card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// `cti`: unlike any other's; random.
    pub id: [u8; 16],
    /// `iss`: who issued it, at most 40 characters.
    pub issuer: String,
    /// `sub`: the virtual number.
    pub number: CardNumber,
    /// `iat`, seconds since 1970.
    pub issued_at: u64,
    /// `exp`, seconds since 1970; from then on it is expired.
    pub expires_at: u64,
    /// `cnf`: the key of the phone that may show it.
    pub holder_key: PublicKey,
    /// Where to learn whether it was revoked.
    pub status: StatusReference,
    /// Which kind of document the holder was identified by, as the command line calls it (`cn_resident_id`).
    pub document_class: String,
    /// What the holder chose to show with this card.
    pub disclosed: Disclosed,
}

/// What a card shows of its holder. A holder has a card for every selection, so that whoever checks one sees no more.
/// `Debug` tells which claims there are, not what they say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Disclosed {
    /// The name as on the document, at most 50 characters.
    pub name: Option<String>,
    /// The holder is at least so many years old.
    pub over: Option<u8>,
    /// 男 or 女.
    pub sex: Option<String>,
    /// YYYY-MM-DD.
    pub birth_date: Option<String>,
    /// What this relying party knows the holder by.
    pub holder_reference: Option<[u8; 16]>,
}

impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = [
            ("name", self.name.is_some()),
            ("over", self.over.is_some()),
            ("sex", self.sex.is_some()),
            ("birth_date", self.birth_date.is_some()),
            ("holder_reference", self.holder_reference.is_some()),
        ];
        f.debug_set().entries(shown.iter().filter(|(_, there)| *there).map(|(name, _)| name)).finish()
    }
}

/// A place in a status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReference {
    /// Which list: an address or a name, at most 60 characters.
    pub list: String,
    /// Which entry.
    pub index: u32,
}

/// The virtual number: 16 digits, random but for the last two, which check the rest (ISO/IEC 7064, MOD 97-10). It has no
/// relation to the ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardNumber(u64);

/// A card that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// A text is empty, longer than a code has room for, or not of its form.
    #[error("{0} is empty, too long, or not of its form")]
    Text(&'static str),
    /// It would expire before it is issued.
    #[error("the card would expire before it is issued")]
    Dates,
}

/// The first of the numbers without their check digits, and how many there are.
const FIRST: u64 = 10_000_000_000_000;
const NUMBERS: u64 = 9 * FIRST;

impl CardNumber {
    /// A number from 64 random bits.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        let payload = (FIRST + bits % NUMBERS) * 100;
        Self(payload + 98 - payload % 97)
    }

    /// Reads 16 digits; `None` where the check digits do not fit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = digits.then(|| text.parse().ok())??;
        (number / 100 >= FIRST && Self::from_random(number / 100 - FIRST).0 == number).then_some(Self(number))
    }
}

impl std::fmt::Display for CardNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Card {
    /// What the issuer's key of that name has to sign.
    pub fn unsigned(&self, key_id: &KeyId) -> Result<Unsigned, CardError> {
        self.check()?;
        let Self { status, disclosed, .. } = self;
        let text = |text: &String| Value::Text(text.clone());
        let shown = [
            (disclosed::NAME, disclosed.name.as_ref().map(text)),
            (disclosed::OVER, disclosed.over.map(Value::from)),
            (disclosed::SEX, disclosed.sex.as_ref().map(text)),
            (disclosed::BIRTH_DATE, disclosed.birth_date.as_ref().map(text)),
            (disclosed::HOLDER_REFERENCE, disclosed.holder_reference.map(|bytes| Value::Bytes(bytes.to_vec()))),
        ];
        let listed = [("idx", Value::from(status.index)), ("uri", text(&status.list))];
        let claims = cbor::map([
            (claim::ISS, text(&self.issuer)),
            (claim::SUB, Value::Text(self.number.to_string())),
            (claim::EXP, self.expires_at.into()),
            (claim::IAT, self.issued_at.into()),
            (claim::CTI, Value::Bytes(self.id.to_vec())),
            (claim::CNF, cbor::map([(1, self.holder_key.to_cose())])),
            (claim::STATUS, named([("status_list", named(listed))])),
            (claim::DOCUMENT_CLASS, text(&self.document_class)),
            (claim::DISCLOSED, cbor::map(shown.into_iter().filter_map(|(key, value)| Some((key, value?))))),
        ]);
        Ok(Unsigned::new(KIND, Some(key_id), cbor::encode(&claims)))
    }

    /// Reads a signed card without a look at its signature: for its holder, who has it from the issuer. `None` where it is no
    /// card.
    #[must_use]
    pub fn from_signed(bytes: &[u8]) -> Option<Self> {
        Self::open(bytes).map(|(card, _)| card)
    }

    /// Takes a card apart, without a look at its signature; `None` where it is not what [`Self::unsigned`] makes.
    pub(crate) fn open(bytes: &[u8]) -> Option<(Self, Envelope)> {
        let envelope = Envelope::open(bytes, KIND)?;
        let card = Self::read(cbor::entries(cbor::decode(&envelope.payload)?)?)?;
        // Claims that are not known here would be read by others, and not by us.
        let again = card.unsigned(envelope.key_id.as_ref()?).ok()?;
        (again.payload() == Some(&envelope.payload)).then_some((card, envelope))
    }

    fn read(mut claims: Entries) -> Option<Self> {
        let mut take = |key: i64| claims.remove(&Key::of(key));
        let mut listed = named_entries(named_entries(take(claim::STATUS)?)?.remove("status_list")?)?;
        let mut shown = cbor::entries(take(claim::DISCLOSED)?)?;
        let mut show = |key: i64| shown.remove(&Key::of(key));
        Some(Self {
            id: bytes(take(claim::CTI)?)?,
            issuer: text(take(claim::ISS)?)?,
            number: CardNumber::parse(take(claim::SUB)?.as_text()?)?,
            issued_at: cbor::unsigned(&take(claim::IAT)?)?,
            expires_at: cbor::unsigned(&take(claim::EXP)?)?,
            holder_key: PublicKey::from_cose(cbor::entries(take(claim::CNF)?)?.remove(&Key::of(1))?)?,
            status: StatusReference {
                list: text(listed.remove("uri")?)?,
                index: cbor::unsigned(&listed.remove("idx")?)?,
            },
            document_class: text(take(claim::DOCUMENT_CLASS)?)?,
            disclosed: Disclosed {
                name: optional(show(disclosed::NAME), text)?,
                over: optional(show(disclosed::OVER), |age| cbor::unsigned(&age))?,
                sex: optional(show(disclosed::SEX), text)?,
                birth_date: optional(show(disclosed::BIRTH_DATE), text)?,
                holder_reference: optional(show(disclosed::HOLDER_REFERENCE), bytes)?,
            },
        })
    }

    fn check(&self) -> Result<(), CardError> {
        let shown = &self.disclosed;
        let is_class = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let is_date = |text: &str| {
            text.len() == 10
                && text.bytes().enumerate().all(|(at, byte)| match at {
                    4 | 7 => byte == b'-',
                    _ => byte.is_ascii_digit(),
                })
        };
        let fits =
            |text: &str, most: usize| (1..=most).contains(&text.chars().count()) && !text.contains(char::is_control);
        let checks = [
            ("issuer", fits(&self.issuer, 40)),
            ("status list", fits(&self.status.list, 60)),
            ("document class", fits(&self.document_class, 40) && is_class(&self.document_class)),
            ("name", shown.name.as_deref().is_none_or(|name| fits(name, 50))),
            ("sex", shown.sex.as_deref().is_none_or(|sex| ["男", "女"].contains(&sex))),
            ("birth date", shown.birth_date.as_deref().is_none_or(is_date)),
        ];
        if let Some((what, _)) = checks.iter().find(|(_, holds)| !holds) {
            return Err(CardError::Text(what));
        }
        if self.issued_at >= self.expires_at { Err(CardError::Dates) } else { Ok(()) }
    }
}

/// A map by names, which must already be in their deterministic order.
fn named<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (Value::Text(key.to_owned()), value)).collect())
}

fn named_entries(value: Value) -> Option<BTreeMap<String, Value>> {
    let Value::Map(pairs) = value else { return None };
    let mut entries = BTreeMap::new();
    for (key, value) in pairs {
        entries.insert(text(key)?, value);
    }
    Some(entries)
}

/// What is not there is well formed; what is there has to be.
#[allow(clippy::option_option, reason = "there and right, there and wrong, not there")]
fn optional<T>(value: Option<Value>, read: impl Fn(Value) -> Option<T>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => read(value).map(Some),
    }
}

fn text(value: Value) -> Option<String> {
    value.into_text().ok()
}

fn bytes(value: Value) -> Option<[u8; 16]> {
    value.into_bytes().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // EC-4
        #[test]
        fn card_numbers_check_themselves(bits in any::<u64>(), at in 0_usize..16, digit in 0_u8..10) {
            let number = CardNumber::from_random(bits);
            let mut text = number.to_string().into_bytes();
            prop_assert_eq!(CardNumber::parse(&number.to_string()), Some(number));
            let other = b'0' + digit;
            if text[at] != other {
                text[at] = other;
                prop_assert_eq!(CardNumber::parse(std::str::from_utf8(&text).unwrap()), None);
            }
        }
    }
}
