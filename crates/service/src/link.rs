//! One-time capture links (RN-2) and service codes.

use serde::{Deserialize, Serialize};
use shiming_wire::{Text, UnixSeconds};

/// What a service code is for: the business type follows from the port number addressed (RN-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Business {
    /// Register the card that the message came from.
    Register,
}

/// The business that `service_code` stands for in `table`, written `code=business`, separated by commas.
#[must_use]
pub fn business_of(table: &str, service_code: &str) -> Option<Business> {
    table.split(',').filter_map(|entry| entry.trim().split_once('=')).find_map(|(code, business)| {
        (code.trim() == service_code).then(|| match business.trim() {
            "register" => Some(Business::Register),
            _ => None,
        })?
    })
}

/// What a link names (RN-13): a number, and the card too where an agent sold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTarget {
    /// The card; absent if the line itself asked, then the CRM knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iccid: Option<Text<20>>,
    /// The number.
    pub number: Text<11>,
}

/// A link as stored, but for its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkUse {
    /// After this it is void.
    pub expires_at: UnixSeconds,
    /// The device that used it first; it may go on using it (a failed registration can be started again), nobody else.
    pub device: Option<String>,
}

/// Why a link cannot be used. To the user all of these are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link is too old or another device used it")]
pub struct LinkVoid;

impl LinkUse {
    /// Uses the link from `device`.
    pub fn redeem(&self, device: &str, now: UnixSeconds) -> Result<(), LinkVoid> {
        let free = self.device.as_deref().is_none_or(|first| first == device);
        if free && now < self.expires_at { Ok(()) } else { Err(LinkVoid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RN-2
    #[test]
    fn the_business_follows_from_the_service_code() {
        let table = "106900001=register, 106900002 = register,106900009=else";
        assert_eq!(business_of(table, "106900001"), Some(Business::Register));
        assert_eq!(business_of(table, "106900002"), Some(Business::Register));
        for code in ["106900009", "1069", "", "106900001=register"] {
            assert_eq!(business_of(table, code), None, "{code}");
        }
    }

    // RN-2, RN-13
    #[test]
    fn a_link_belongs_to_the_first_device() {
        let fresh = LinkUse { expires_at: 100, device: None };
        assert_eq!(fresh.redeem("a", 99), Ok(()));
        assert_eq!(fresh.redeem("a", 100), Err(LinkVoid));
        let used = LinkUse { expires_at: 100, device: Some("a".to_owned()) };
        assert_eq!(used.redeem("a", 50), Ok(()));
        assert_eq!(used.redeem("b", 50), Err(LinkVoid));
    }
}
