//! What the operator decides: policy as data, bounded and validated. A registration keeps the policy it was opened with.

use serde::{Deserialize, Serialize};
use shiming_wire::{ActivateOn, Channel, Text};

use crate::budget::{Limit, Purpose, Scope};

/// The operator's policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Ways to receive the code, first choice first (CB-7).
    pub channels: Vec<Channel>,
    /// A person reviews every registration (RN-8).
    pub review: bool,
    /// A person reviews those whose name or number was edited by hand.
    pub review_if_edited: bool,
    /// When the SIM card is switched on (RN-9).
    pub activate_on: ActivateOn,
    /// How long a code is good for, seconds, 30 to 600 (CB-5; SP 800-63B-4: at most ten minutes).
    pub code_ttl_seconds: u16,
    /// Wrong codes until the code is void, 1 to 5 (CB-5).
    pub code_tries: u8,
    /// How long a registration may take until evidence is in, seconds, 60 to 86,400.
    pub registration_ttl_seconds: u32,
    /// How long the operator's systems may take after that, seconds, 600 to 604,800.
    pub checking_ttl_seconds: u32,
    /// How long a one-time capture link is good for, seconds, 60 to 604,800 (RN-2).
    pub link_ttl_seconds: u32,
    /// Language of the spoken code, BCP 47 (CB-4).
    pub language: Text<10>,
    /// How many times the code is spoken, 1 to 5 (CB-4).
    pub repeat: u8,
    /// Budgets.
    pub budgets: Budgets,
}

/// A limit for each scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoped {
    /// Per line.
    pub line: Limit,
    /// Per device key.
    pub device: Limit,
    /// Per client address.
    pub address: Limit,
}

/// How often somebody may do what costs money or could be abused. Voice and message codes are counted apart, so that
/// the other channel is free at once when one fails (CB-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budgets {
    /// Opening a registration.
    pub openings: Scoped,
    /// Asking for a code, per channel.
    pub codes: Scoped,
    /// Asking the citizen register.
    pub questions: Scoped,
}

const fn limit(per_day: u16, spacing_seconds: u16) -> Limit {
    Limit { per_day, spacing_seconds }
}

impl Default for Budgets {
    /// Per number as message and voice providers allow it (one a minute, ten a day); an address may be shared by very
    /// many people.
    fn default() -> Self {
        Self {
            openings: Scoped { line: limit(20, 0), device: limit(20, 0), address: limit(1000, 0) },
            codes: Scoped { line: limit(10, 60), device: limit(10, 30), address: limit(1000, 0) },
            questions: Scoped { line: limit(5, 0), device: limit(5, 0), address: limit(500, 0) },
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            channels: vec![Channel::Voice, Channel::Sms],
            review: false,
            review_if_edited: true,
            activate_on: ActivateOn::Pass,
            code_ttl_seconds: 600,
            code_tries: 5,
            registration_ttl_seconds: 1800,
            checking_ttl_seconds: 86_400,
            link_ttl_seconds: 86_400,
            // The constant fits, so the empty default is never taken (tested).
            language: Text::new("cmn-CN").unwrap_or_default(),
            repeat: 3,
            budgets: Budgets::default(),
        }
    }
}

/// A member of the policy is outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer} is outside its bounds")]
pub struct PolicyError {
    /// The member, as a JSON pointer (RFC 6901).
    pub pointer: &'static str,
}

impl Policy {
    /// Checks every bound.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let distinct = match self.channels.as_slice() {
            [_] => true,
            [first, second] => first != second,
            _ => false,
        };
        let language = self.language.as_str();
        let rules = [
            ("/channels", distinct),
            ("/code_ttl_seconds", (30..=600).contains(&self.code_ttl_seconds)),
            ("/code_tries", (1..=5).contains(&self.code_tries)),
            ("/registration_ttl_seconds", (60..=86_400).contains(&self.registration_ttl_seconds)),
            ("/checking_ttl_seconds", (600..=604_800).contains(&self.checking_ttl_seconds)),
            ("/link_ttl_seconds", (60..=604_800).contains(&self.link_ttl_seconds)),
            ("/language", !language.is_empty() && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')),
            ("/repeat", (1..=5).contains(&self.repeat)),
        ];
        match rules.into_iter().find(|(_, holds)| !holds) {
            Some((pointer, _)) => Err(PolicyError { pointer }),
            None => Ok(()),
        }
    }

    /// The limit on `purpose` for `scope`.
    #[must_use]
    pub fn limit(&self, purpose: Purpose, scope: Scope) -> Limit {
        let scoped = match purpose {
            Purpose::Opening => &self.budgets.openings,
            Purpose::VoiceCode | Purpose::SmsCode => &self.budgets.codes,
            Purpose::Question => &self.budgets.questions,
        };
        match scope {
            Scope::Line => scoped.line,
            Scope::Device => scoped.device,
            Scope::Address => scoped.address,
        }
    }

    /// What the phone is told of it.
    #[must_use]
    pub fn for_phone(&self) -> shiming_wire::Policy {
        shiming_wire::Policy { channels: self.channels.clone(), review: self.review, activate_on: self.activate_on }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_within_its_own_bounds() {
        assert_eq!(Policy::default().validate(), Ok(()));
        assert_eq!(Policy::default().language.as_str(), "cmn-CN");
    }

    #[test]
    fn every_bound_is_kept() {
        type Case<'a> = (&'a str, fn(&mut Policy));
        let cases: [Case<'_>; 12] = [
            ("/channels", |p| p.channels.clear()),
            ("/channels", |p| p.channels = vec![Channel::Sms, Channel::Sms]),
            ("/code_ttl_seconds", |p| p.code_ttl_seconds = 601),
            ("/code_ttl_seconds", |p| p.code_ttl_seconds = 0),
            ("/code_tries", |p| p.code_tries = 6),
            ("/code_tries", |p| p.code_tries = 0),
            ("/registration_ttl_seconds", |p| p.registration_ttl_seconds = 59),
            ("/checking_ttl_seconds", |p| p.checking_ttl_seconds = 604_801),
            ("/link_ttl_seconds", |p| p.link_ttl_seconds = 0),
            ("/language", |p| p.language = Text::new("").unwrap()),
            ("/repeat", |p| p.repeat = 6),
            ("/repeat", |p| p.repeat = 0),
        ];
        for (pointer, break_it) in cases {
            let mut policy = Policy::default();
            break_it(&mut policy);
            assert_eq!(policy.validate(), Err(PolicyError { pointer }));
        }
    }

    #[test]
    fn members_left_out_take_their_defaults_and_unknown_ones_are_refused() {
        let policy: Policy = serde_json::from_str(r#"{"review":true}"#).unwrap();
        assert_eq!(policy, Policy { review: true, ..Policy::default() });
        assert!(serde_json::from_str::<Policy>(r#"{"reviews":true}"#).is_err());
    }
}
