//! Risk control (EC-2): what is counted, what the operator's rules make of it, and how that is explained to the operator. To
//! whoever was refused nothing of it is told.

use serde::{Deserialize, Serialize};
use shiming_wire::UnixSeconds;

/// The longest time that a rule looks back, hours: events are kept a little longer.
pub const LONGEST_HOURS: u16 = 720;

/// How long events are kept, seconds.
pub const KEPT_SECONDS: u64 = 90 * 86_400;

/// What is decided about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing yet: the request was counted, and what came of it is written afterwards.
    Asked,
    /// It goes on.
    Allow,
    /// A person looks first.
    Review,
    /// It ends here.
    Refuse,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $sentence:literal;)+) => {
        /// Why something was decided: a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $($(#[$doc])* $reason,)+
        }

        impl Reason {
            /// What an operator is told of it.
            fn sentence(self) -> &'static str {
                match self { $(Self::$reason => $sentence,)+ }
            }
        }
    };
}

reasons! {
    /// Rule: the person is on the blacklist.
    Blacklisted = "The person is on the blacklist.";
    /// Rule: requests for one person.
    HolderVelocity = "This person was identified for cards too often.";
    /// Rule: requests by one device.
    DeviceVelocity = "This device asked for cards too often.";
    /// Rule: requests from one client address.
    AddressVelocity = "Requests came from this client address too often.";
    /// Rule: different people identified by one device.
    DeviceHolders = "This device identified too many different people.";
    /// Rule: requests of one device that the register did not confirm.
    DeviceMismatches = "The register did not confirm too many of this device's people.";
    /// Rule: requests for one person's number that the register did not confirm.
    HolderMismatches = "Wrong names were tried with this person's number too often.";
    /// Rule: live faces of one device that did not pass, in a row.
    DeviceFailedLiveness = "Too many live faces at this device did not pass, one after the other.";
    /// Rule: live faces for one person that did not pass, in a row.
    HolderFailedLiveness = "Too many live faces for this person did not pass, one after the other.";
    /// Rule: SIM numbers that are registered for one person.
    NumbersOfPerson = "More SIM numbers are registered for this person than one may have.";
    /// Rule: other people whom this face was shown for.
    RepeatedFace = "This face was shown for other people's cards.";
    /// The device was never enrolled.
    UnknownDevice = "No device of this name was enrolled.";
    /// The device was revoked.
    RevokedDevice = "The device was revoked, and somebody works with it.";
    /// The device did not rotate its key in time.
    ExpiredCertificate = "The device's certificate is over: enrol it again.";
    /// A signature came a second time.
    Replayed = "The request was sent before: somebody repeats recorded requests, or a program does not sign its retries anew.";
    /// The signature's time is too far off.
    Stale = "The request was signed more than five minutes ago or ahead: a wrong clock, or a recorded request.";
    /// The device's key did not sign these bytes.
    Tampered = "The device's key did not sign this request: it was altered, or somebody uses the device's name.";
    /// The register does not confirm name and number.
    NotConfirmed = "The register does not confirm that name and number belong together.";
    /// The register does not answer.
    Unavailable = "The register did not answer; the device was asked to try again.";
    /// The operator wants a live face, and none was captured.
    NoLiveFace = "A live face is required, and none was captured.";
    /// The live face came without the document's portrait.
    NothingToCompare = "A live face is required, and it came without the document's portrait to compare it with.";
    /// The challenge is unknown, another device's, forgotten, or was answered before.
    ChallengeVoid = "The live face answers no open challenge of this device: somebody repeats an earlier one, or takes another device's.";
    /// It came too late.
    FaceTooLate = "The live face came too late for its challenge: a slow network, or time that somebody needed.";
    /// It says that more time went by than did.
    FaceTooSoon = "The live face claims more time than went by since its challenge: it was recorded before.";
    /// Other actions, or another order.
    OtherActions = "The person did other things than were asked for: another recording, or a misunderstanding.";
    /// Movements that no head makes, or one look at it told twice.
    NotLive = "No living head moves like what was seen, or looks the very same twice.";
    /// What turned was flat.
    FlatFace = "The face that turned was flat: a picture or a screen.";
    /// The face in the end is not the one of the beginning.
    FaceChanged = "The face after the last action is not the one before the first.";
    /// The live face is not the document's.
    FaceDiffers = "The live face is not the one on the document.";
    /// A live face passed.
    LiveFace = "A live face did what was asked and is the document's.";
    /// A live face passed, and there was no portrait of the document.
    LiveFaceAlone = "A live face did what was asked; there was no portrait of the document to compare it with.";
    /// Cards moved to another phone.
    Moved = "The person moved to another phone with a live face; the cards on the old one are over.";
    /// Somebody looked and said no.
    ReviewRefused = "An operator refused this person's request at this device within a day.";
    /// Somebody looked and said yes.
    ReviewApproved = "An operator approved what the rules wanted reviewed.";
}

/// What a live face that did not pass is recorded as.
pub const FAILED_LIVENESS: [Reason; 8] = [
    Reason::ChallengeVoid,
    Reason::FaceTooLate,
    Reason::FaceTooSoon,
    Reason::OtherActions,
    Reason::NotLive,
    Reason::FlatFace,
    Reason::FaceChanged,
    Reason::FaceDiffers,
];

/// SIM numbers that one person may have with one operator (the five numbers of one certificate, 一证五号).
pub const NUMBERS: u32 = 5;

/// What a rule can count.
pub const RULES: [Reason; 11] = [
    Reason::Blacklisted,
    Reason::HolderVelocity,
    Reason::DeviceVelocity,
    Reason::AddressVelocity,
    Reason::DeviceHolders,
    Reason::DeviceMismatches,
    Reason::HolderMismatches,
    Reason::DeviceFailedLiveness,
    Reason::HolderFailedLiveness,
    Reason::NumbersOfPerson,
    Reason::RepeatedFace,
];

/// A rule: more than so many within so many hours, and what is decided then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What is counted; the request at hand counts too.
    pub reason: Reason,
    /// As many are allowed.
    pub most: u32,
    /// Within so many hours, 1 to [`LONGEST_HOURS`]. Blacklist and SIM numbers know no time ([`Reason::is_timeless`]).
    pub within_hours: u16,
    /// Review or refuse.
    pub decision: Decision,
}

impl Rule {
    /// Since when it counts.
    #[must_use]
    pub fn since(&self, now: UnixSeconds) -> UnixSeconds {
        now.saturating_sub(u64::from(self.within_hours) * 3600)
    }
}

impl Reason {
    /// Whether a rule for it counts what is in force, whenever it began.
    #[must_use]
    pub fn is_timeless(self) -> bool {
        matches!(self, Self::Blacklisted | Self::NumbersOfPerson)
    }
}

/// Rules that an operator has not changed. [`Reason::RepeatedFace`] is not among them: it means that descriptors of faces
/// are kept.
#[must_use]
pub fn default_rules() -> Vec<Rule> {
    let rule = |reason, most, within_hours, decision| Rule { reason, most, within_hours, decision };
    vec![
        rule(Reason::Blacklisted, 0, 1, Decision::Refuse),
        rule(Reason::HolderVelocity, 3, 24, Decision::Review),
        rule(Reason::DeviceVelocity, 300, 24, Decision::Review),
        rule(Reason::AddressVelocity, 1000, 24, Decision::Review),
        rule(Reason::DeviceHolders, 200, 24, Decision::Review),
        rule(Reason::DeviceMismatches, 10, 24, Decision::Refuse),
        rule(Reason::HolderMismatches, 5, 24, Decision::Refuse),
        rule(Reason::DeviceFailedLiveness, 10, 24, Decision::Review),
        rule(Reason::HolderFailedLiveness, 4, 24, Decision::Review),
        rule(Reason::NumbersOfPerson, NUMBERS, 1, Decision::Review),
    ]
}

/// A JSON pointer (RFC 6901) to the first rule that cannot be used.
pub fn validate(rules: &[Rule]) -> Result<(), String> {
    let bad = rules.iter().enumerate().find(|(index, rule)| {
        let twice = rules.iter().take(*index).any(|other| other.reason == rule.reason);
        let hours = (1..=LONGEST_HOURS).contains(&rule.within_hours);
        let decides = matches!(rule.decision, Decision::Review | Decision::Refuse);
        twice || !hours || !decides || !RULES.contains(&rule.reason) || rule.most > 100_000
    });
    bad.map_or(Ok(()), |(index, _)| Err(format!("/{index}")))
}

/// Why, as it is recorded: with the numbers, where a rule counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Why.
    pub code: Reason,
    /// How many there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// How many are allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// Within so many hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_hours: Option<u16>,
}

impl From<Reason> for Finding {
    fn from(code: Reason) -> Self {
        Self { code, count: None, most: None, within_hours: None }
    }
}

impl Finding {
    /// One sentence for the operator.
    #[must_use]
    pub fn explanation(&self) -> String {
        match (self.count, self.most, self.within_hours) {
            _ if self.code == Reason::Blacklisted => self.code.sentence().to_owned(),
            (Some(count), Some(most), _) if self.code.is_timeless() => {
                format!("{} Counted {count}; the rule allows {most}.", self.code.sentence())
            }
            (Some(count), Some(most), Some(hours)) => {
                format!("{} Counted {count} within {hours} h; the rule allows {most}.", self.code.sentence())
            }
            _ => self.code.sentence().to_owned(),
        }
    }
}

/// What the rules make of the counts: the strictest decision, and every rule that wants more than to allow. `count` gives
/// what a rule counts; the same order as the rules.
#[must_use]
pub fn judge(rules: &[Rule], counts: &[u32]) -> (Decision, Vec<Finding>) {
    let hits = rules.iter().zip(counts).filter(|(rule, count)| **count > rule.most);
    let mut decision = Decision::Allow;
    let mut findings = Vec::new();
    for (rule, count) in hits {
        decision = decision.max(rule.decision);
        findings.push(Finding {
            code: rule.reason,
            count: Some(*count),
            most: Some(rule.most),
            within_hours: Some(rule.within_hours),
        });
    }
    (decision, findings)
}

/// What an operator said of this person at this device within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// Nothing, and nothing is open.
    No,
    /// A review is open.
    Open,
    /// Yes, and it was not used yet.
    Approved,
    /// No.
    Refused,
}

/// How long an operator's word counts, seconds.
pub const REVIEW_SECONDS: u64 = 86_400;

/// Brings an operator's word in: it waives what the rules wanted reviewed and nothing that they refuse.
#[must_use]
pub fn with_review(decision: Decision, mut findings: Vec<Finding>, reviewed: Reviewed) -> (Decision, Vec<Finding>) {
    match (decision, reviewed) {
        (Decision::Review, Reviewed::Approved) => {
            findings.push(Reason::ReviewApproved.into());
            (Decision::Allow, findings)
        }
        (Decision::Allow | Decision::Review, Reviewed::Refused) => {
            findings.push(Reason::ReviewRefused.into());
            (Decision::Refuse, findings)
        }
        _ => (decision, findings),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // EC-2
    #[test]
    fn the_strictest_rule_decides_and_every_hit_is_told() {
        let rules = default_rules();
        assert_eq!(validate(&rules), Ok(()));
        let counts = |wanted: &[(Reason, u32)]| {
            let of = |rule: &Rule| wanted.iter().find(|(reason, _)| *reason == rule.reason).map_or(0, |(_, n)| *n);
            rules.iter().map(of).collect::<Vec<u32>>()
        };
        let codes = |findings: Vec<Finding>| findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
        for (wanted, decision, hits) in [
            (&[][..], Decision::Allow, &[][..]),
            (&[(Reason::HolderVelocity, 3)], Decision::Allow, &[]),
            (&[(Reason::HolderVelocity, 4)], Decision::Review, &[Reason::HolderVelocity]),
            (&[(Reason::Blacklisted, 1)], Decision::Refuse, &[Reason::Blacklisted]),
            (
                &[(Reason::DeviceVelocity, 301), (Reason::DeviceMismatches, 11)],
                Decision::Refuse,
                &[Reason::DeviceVelocity, Reason::DeviceMismatches],
            ),
        ] {
            let (decided, findings) = judge(&rules, &counts(wanted));
            assert_eq!((decided, codes(findings).as_slice()), (decision, hits), "{wanted:?}");
        }
        let (_, findings) = judge(&rules, &counts(&[(Reason::HolderVelocity, 4)]));
        assert_eq!(
            findings[0].explanation(),
            "This person was identified for cards too often. Counted 4 within 24 h; the rule allows 3."
        );
        let (decision, findings) = judge(&rules, &counts(&[(Reason::NumbersOfPerson, 6)]));
        assert_eq!(decision, Decision::Review);
        assert_eq!(
            findings[0].explanation(),
            "More SIM numbers are registered for this person than one may have. Counted 6; the rule allows 5."
        );
    }

    // EC-1, EC-2: descriptors are kept only where an operator wants it.
    #[test]
    fn as_delivered_every_rule_counts_but_the_one_that_keeps_faces() {
        let delivered: Vec<Reason> = default_rules().iter().map(|rule| rule.reason).collect();
        for reason in RULES {
            assert_eq!(delivered.contains(&reason), reason != Reason::RepeatedFace, "{reason:?}");
        }
        let kept = Rule { reason: Reason::RepeatedFace, most: 0, within_hours: 24, decision: Decision::Refuse };
        assert_eq!(validate(&[kept]), Ok(()));
        assert!(FAILED_LIVENESS.iter().all(|reason| !RULES.contains(reason)));
    }

    #[test]
    fn rules_that_cannot_be_used_are_pointed_at() {
        let rule = default_rules()[1];
        let bad = [
            Rule { within_hours: 0, ..rule },
            Rule { within_hours: LONGEST_HOURS + 1, ..rule },
            Rule { most: 100_001, ..rule },
            Rule { decision: Decision::Allow, ..rule },
            Rule { decision: Decision::Asked, ..rule },
            Rule { reason: Reason::Replayed, ..rule },
        ];
        for wrong in bad {
            assert_eq!(validate(&[default_rules()[0], wrong]), Err("/1".to_owned()), "{wrong:?}");
        }
        assert_eq!(validate(&[rule, rule]), Err("/1".to_owned()));
        assert_eq!(validate(&[]), Ok(()));
    }

    // EC-2: a person's word waives a review and no refusal.
    #[test]
    fn an_operators_word_counts_once_the_rules_leave_room() {
        use Decision::{Allow, Refuse, Review};
        for (decision, reviewed, then) in [
            (Allow, Reviewed::No, Allow),
            (Allow, Reviewed::Open, Allow),
            (Allow, Reviewed::Approved, Allow),
            (Allow, Reviewed::Refused, Refuse),
            (Review, Reviewed::No, Review),
            (Review, Reviewed::Open, Review),
            (Review, Reviewed::Approved, Allow),
            (Review, Reviewed::Refused, Refuse),
            (Refuse, Reviewed::Approved, Refuse),
            (Refuse, Reviewed::Refused, Refuse),
        ] {
            assert_eq!(with_review(decision, Vec::new(), reviewed).0, then, "{decision:?} {reviewed:?}");
        }
    }

    proptest! {
        // More of anything never makes a decision milder.
        #[test]
        fn more_is_never_milder(counts in prop::collection::vec(0u32..400, 10), at in 0usize..10, more in 1u32..400) {
            let rules = default_rules();
            let mut worse = counts.clone();
            worse[at] += more;
            prop_assert!(judge(&rules, &worse).0 >= judge(&rules, &counts).0);
            let (decision, findings) = judge(&rules, &counts);
            prop_assert_eq!(decision == Decision::Allow, findings.is_empty());
        }
    }
}
