//! What the operator decides: policy as data, bounded and validated. A registration keeps the policy it was opened with.

use serde::{Deserialize, Serialize};
use shiming_identity::portrait::Strictness;
use shiming_wire::{ActivateOn, Channel, PortraitPolicy, Text};

use crate::budget::{Limit, Purpose, Scope};
use crate::code::Rules;

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
    /// Whether the document's portrait is compared with the register's (RN-7).
    pub portrait: PortraitPolicy,
    /// How alike they have to be.
    pub portrait_strictness: Strictness,
    /// A person reviews those whose portrait had nothing to be compared with; else they pass, recorded as such.
    pub review_if_no_portrait: bool,
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
    /// How the citizen register takes names (RC-4).
    pub register_names: RegisterNames,
}

/// How the citizen register takes names (RC-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterNames {
    /// Name, and where one of its characters has several codes, all of them: one question finds the person.
    #[default]
    Sequence,
    /// A name and nothing else, compared code by code: the ways to write it are tried one after the other.
    Plain(PlainNames),
}

/// What a register that takes plain names allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainNames {
    /// Ways to write a name that one registration tries at most, 1 to [`MOST_TRIES`].
    pub tries: u8,
    /// Questions about one ID number that the provider answers in a day, from twice `tries` to 1,000. Windows of 24 hours
    /// are counted from their first question and the provider's day begins when it likes, so each of ours takes half.
    pub per_day: u16,
}

/// Most ways to write a name that are tried: with one character of two codes there are two, with three there are eight.
pub const MOST_TRIES: u8 = 8;

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
            // The page has to load the nets that describe faces before it can register anybody.
            portrait: PortraitPolicy::Off,
            portrait_strictness: Strictness::Usual,
            review_if_no_portrait: true,
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
            register_names: RegisterNames::Sequence,
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
    /// What it says of codes.
    #[must_use]
    pub fn code_rules(&self) -> Rules {
        Rules {
            ttl_seconds: self.code_ttl_seconds,
            tries: self.code_tries,
            language: self.language.clone(),
            repeat: self.repeat,
        }
    }

    /// Checks every bound.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let distinct = match self.channels.as_slice() {
            [_] => true,
            [first, second] => first != second,
            _ => false,
        };
        let language = self.language.as_str();
        let plain = self.plain_names();
        let rules = [
            ("/channels", distinct),
            ("/code_ttl_seconds", (30..=600).contains(&self.code_ttl_seconds)),
            ("/code_tries", (1..=5).contains(&self.code_tries)),
            ("/registration_ttl_seconds", (60..=86_400).contains(&self.registration_ttl_seconds)),
            ("/checking_ttl_seconds", (600..=604_800).contains(&self.checking_ttl_seconds)),
            ("/link_ttl_seconds", (60..=604_800).contains(&self.link_ttl_seconds)),
            ("/language", !language.is_empty() && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')),
            ("/repeat", (1..=5).contains(&self.repeat)),
            ("/register_names/plain/tries", plain.is_none_or(|plain| (1..=MOST_TRIES).contains(&plain.tries))),
            (
                "/register_names/plain/per_day",
                plain.is_none_or(|plain| (2 * u16::from(plain.tries)..=1000).contains(&plain.per_day)),
            ),
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
            Scope::Holder => {
                Limit { per_day: self.plain_names().map_or(u16::MAX, |plain| plain.per_day / 2), spacing_seconds: 0 }
            }
        }
    }

    /// What the register allows if it takes plain names only.
    #[must_use]
    pub fn plain_names(&self) -> Option<PlainNames> {
        match self.register_names {
            RegisterNames::Sequence => None,
            RegisterNames::Plain(plain) => Some(plain),
        }
    }

    /// What the phone is told of it.
    #[must_use]
    pub fn for_phone(&self) -> shiming_wire::Policy {
        shiming_wire::Policy {
            channels: self.channels.clone(),
            review: self.review,
            activate_on: self.activate_on,
            portrait: self.portrait,
        }
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
        let plain = |tries, per_day| RegisterNames::Plain(PlainNames { tries, per_day });
        for (register_names, pointer) in [
            (plain(0, 10), "/register_names/plain/tries"),
            (plain(MOST_TRIES + 1, 1000), "/register_names/plain/tries"),
            (plain(3, 5), "/register_names/plain/per_day"),
            (plain(3, 1001), "/register_names/plain/per_day"),
        ] {
            let policy = Policy { register_names, ..Policy::default() };
            assert_eq!(policy.validate(), Err(PolicyError { pointer }));
        }
        let policy = Policy { register_names: plain(3, 6), ..Policy::default() };
        assert_eq!((policy.validate(), policy.limit(Purpose::Question, Scope::Holder).per_day), (Ok(()), 3));

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

    // RC-4
    #[test]
    fn a_register_takes_sequences_or_plain_names() {
        let read = |json: &str| shiming_wire::json::from_slice::<Policy>(json.as_bytes());
        assert_eq!(read(r#"{"register_names":"sequence"}"#).unwrap(), Policy::default());
        let plain = read(r#"{"register_names":{"plain":{"tries":3,"per_day":10}}}"#).unwrap();
        assert_eq!(plain.plain_names(), Some(PlainNames { tries: 3, per_day: 10 }));
        assert!(read(r#"{"register_names":"plain"}"#).is_err());
        assert!(read(r#"{"register_names":{"plain":{"tries":3}}}"#).is_err());
    }
}
