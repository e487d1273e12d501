//! What whoever checks a card may believe.

use crate::card::{Card, Disclosed, StatusReference};
use crate::code::{self, CodeError};
use crate::keys::IssuerKeys;
use crate::presentation::Presentation;
use crate::status::StatusList;

/// For so many seconds after it was shown a code is fresh.
pub const FRESH_FOR: u64 = 60;
/// So many seconds the clock of a phone may be ahead.
pub const SKEW: u64 = 30;

/// A card that is what it claims to be, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The card.
    pub card: Card,
    /// When the phone showed it, seconds since 1970.
    pub shown_at: u64,
}

impl Shown {
    /// What the holder chose to show.
    #[must_use]
    pub fn disclosed(&self) -> &Disclosed {
        &self.card.disclosed
    }
}

/// Why a code is not to be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a code of an electronic ID card.
    #[error("this is not the code of an electronic ID card")]
    OtherCode,
    /// The code is damaged, or made by something else.
    #[error("the code is damaged: scan it again")]
    Malformed,
    /// No published key has the name that the card gives. The keys may be old.
    #[error("the issuer's key is not known here: fetch the issuer's keys again")]
    UnknownIssuer,
    /// The issuer did not sign the card, or the holder's phone did not show it.
    #[error("the card is forged")]
    Forged,
    /// The card is not valid yet, or the clock here is wrong.
    #[error("the card is not valid yet: check the clock of this device")]
    NotYetValid,
    /// The card has expired.
    #[error("the card has expired: its holder has to renew it")]
    Expired,
    /// The code was shown too long ago: a picture of it, or a clock that is wrong.
    #[error("the code is stale: have it shown anew, from the holder's phone")]
    Stale,
    /// The card was revoked.
    #[error("the card was revoked")]
    Revoked,
    /// No list that is fresh enough says whether the card was revoked.
    #[error("whether the card was revoked is not known here: fetch the status list again")]
    StatusUnknown,
}

impl Refusal {
    /// A stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherCode => "other_code",
            Self::Malformed => "malformed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Forged => "forged",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::Stale => "stale",
            Self::Revoked => "revoked",
            Self::StatusUnknown => "status_unknown",
        }
    }
}

/// Checks what a code says (EC-4), at `now`, seconds since 1970. What is wrong for good is told before what a new code or
/// a newer list would mend.
pub fn verify(text: &str, keys: &IssuerKeys, lists: &[StatusList], now: u64) -> Result<Shown, Refusal> {
    let Shown { card, shown_at } = signed(text, keys)?;
    let list = lists
        .iter()
        .filter(|list| list.list == card.status.list && list.expires_at > now)
        .max_by_key(|list| list.issued_at);
    let revoked = list.and_then(|list| list.is_revoked(card.status.index));
    if revoked == Some(true) {
        return Err(Refusal::Revoked);
    }
    if now >= card.expires_at {
        return Err(Refusal::Expired);
    }
    if now.saturating_add(SKEW) < card.issued_at {
        return Err(Refusal::NotYetValid);
    }
    if shown_at.saturating_add(FRESH_FOR) < now || shown_at > now.saturating_add(SKEW) {
        return Err(Refusal::Stale);
    }
    if revoked.is_none() { Err(Refusal::StatusUnknown) } else { Ok(Shown { card, shown_at }) }
}

/// Where to learn whether the card in a code was revoked, if the issuer signed that card and the phone that it names the code:
/// what others wrote leads nobody to an address.
#[must_use]
pub fn status_of(text: &str, keys: &IssuerKeys) -> Option<StatusReference> {
    signed(text, keys).ok().map(|shown| shown.card.status)
}

/// What a code says, once both signatures were verified; its dates and its status were not looked at.
fn signed(text: &str, keys: &IssuerKeys) -> Result<Shown, Refusal> {
    let bytes = code::decode(text).map_err(|error| match error {
        CodeError::OtherCode => Refusal::OtherCode,
        CodeError::Damaged | CodeError::TooLong => Refusal::Malformed,
    })?;
    let Presentation { card, shown_at, envelope: shown } = Presentation::open(&bytes).ok_or(Refusal::Malformed)?;
    let (card, signed) = Card::open(&card).ok_or(Refusal::Malformed)?;
    let issuer = signed.key_id.as_ref().and_then(|id| keys.find(id)).ok_or(Refusal::UnknownIssuer)?;
    let in_time = (issuer.not_before..=issuer.not_after).contains(&card.issued_at);
    if !in_time || !signed.is_signed_by(&issuer.key) || !shown.is_signed_by(&card.holder_key) {
        return Err(Refusal::Forged);
    }
    Ok(Shown { card, shown_at })
}
