//! How the citizen register is asked about a name that can be written in several ways (RC-4).

use serde::{Deserialize, Serialize};
use shiming_identity::{NameSequence, PersonName, Variants, spellings};
use shiming_outside::crm::{NameMatch, Spelling};
use shiming_outside::register::VerifyCitizen;
use shiming_wire::Text;

use crate::policy::RegisterNames;

/// The trial that is under way, and what is tried next if the register says that the name differs. Everything is decided
/// when the evidence comes in: the operator's table of codes may change while the register is asked, an inquiry does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// What a match is recorded as; none where there is one way to write the name.
    trial: Option<NameMatch>,
    /// Other ways to write it, likeliest first; empty where the register takes sequences.
    left: Vec<Text<50>>,
}

impl Inquiry {
    /// The first question about `name`, and what may follow it.
    #[must_use]
    pub fn begin(
        id_number: Text<18>,
        name: &PersonName,
        variants: &Variants,
        register: RegisterNames,
    ) -> Option<(Self, VerifyCitizen)> {
        let as_read = Text::new(name.as_str()).ok()?;
        let sequence = NameSequence::of(name, variants);
        let (trial, left, sequence) = match (register, sequence) {
            // Exactly what is asked about everybody else (RC-3: if, and only if, a character has several codes).
            (_, None) => (None, Vec::new(), None),
            (RegisterNames::Sequence, sequence) => (Some(NameMatch::Sequence), Vec::new(), sequence),
            (RegisterNames::Plain(plain), Some(_)) => {
                let trials = spellings(name, variants).take(usize::from(plain.tries)).skip(1);
                let left: Option<Vec<_>> = trials.map(|name| Text::new(name.as_str()).ok()).collect();
                (Some(NameMatch::Spelling(Spelling { trial: 1, name: as_read.clone() })), left?, None)
            }
        };
        Some((Self { trial, left }, VerifyCitizen { id_number, name: as_read, sequence }))
    }

    /// What is asked after the register said that the name differs; none if that was its last word.
    #[must_use]
    pub fn next(&self, id_number: &Text<18>) -> Option<(Self, VerifyCitizen)> {
        let (name, left) = self.left.split_first()?;
        let trial = match &self.trial {
            Some(NameMatch::Spelling(Spelling { trial, .. })) => trial.saturating_add(1),
            _ => return None,
        };
        let ask = VerifyCitizen { id_number: id_number.clone(), name: name.clone(), sequence: None };
        let trial = Some(NameMatch::Spelling(Spelling { trial, name: name.clone() }));
        Some((Self { trial, left: left.to_vec() }, ask))
    }

    /// What a match is recorded as.
    #[must_use]
    pub fn found(&self) -> Option<NameMatch> {
        self.trial.clone()
    }

    /// How many questions are asked at most, from here on.
    #[must_use]
    pub fn questions(&self) -> u16 {
        // A policy allows eight.
        u16::try_from(self.left.len()).unwrap_or(u16::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::PlainNames;
    use crate::testing::text;

    fn begin(name: &str, register: RegisterNames) -> (Inquiry, VerifyCitizen) {
        let name = PersonName::parse(name).unwrap();
        Inquiry::begin(text("11010519491231002X"), &name, &Variants::built_in(), register).unwrap()
    }

    fn plain(tries: u8) -> RegisterNames {
        RegisterNames::Plain(PlainNames { tries, per_day: 100 })
    }

    /// Every name that is asked for if all of them differ.
    fn all(name: &str, register: RegisterNames) -> Vec<String> {
        let (mut inquiry, mut ask) = begin(name, register);
        let mut names = Vec::new();
        loop {
            assert_eq!(usize::from(inquiry.questions()) + names.len(), begin(name, register).0.left.len() + 1);
            names.push(ask.name.as_str().to_owned());
            let Some(next) = inquiry.next(&text("11010519491231002X")) else { return names };
            (inquiry, ask) = next;
            assert_eq!(ask.sequence, None);
        }
    }

    // RC-3: if, and only if.
    #[test]
    fn a_plain_name_is_asked_for_as_ever() {
        for register in [RegisterNames::Sequence, plain(8)] {
            let (inquiry, ask) = begin("张某某", register);
            assert_eq!((ask.name.as_str(), ask.sequence), ("张某某", None));
            assert_eq!((inquiry.found(), inquiry.questions()), (None, 1));
            assert_eq!(inquiry.next(&text("11010519491231002X")), None);
        }
    }

    // RC-4
    #[test]
    fn a_sequence_is_one_question() {
        let (inquiry, ask) = begin("张\u{E863}", RegisterNames::Sequence);
        assert_eq!(ask.name.as_str(), "张\u{E863}");
        assert!(ask.sequence.unwrap().matches(&PersonName::parse("张\u{4DAE}").unwrap()));
        assert_eq!((inquiry.found(), inquiry.questions()), (Some(NameMatch::Sequence), 1));
        assert_eq!(inquiry.next(&text("11010519491231002X")), None);
    }

    // RC-4: in order of likelihood, within the budget.
    #[test]
    fn a_plain_register_is_asked_for_one_way_after_the_other() {
        assert_eq!(all("张\u{E863}", plain(8)), ["张\u{E863}", "张\u{4DAE}"]);
        assert_eq!(all("张\u{4DAE}", plain(8)), ["张\u{4DAE}", "张\u{E863}"]);
        assert_eq!(all("张\u{4DAE}", plain(1)), ["张\u{4DAE}"]);
        let four = all("\u{4DAE}\u{4D13}", plain(8));
        assert_eq!(four.len(), 4);
        assert_eq!(all("\u{4DAE}\u{4D13}", plain(3)), four[..3]);
        let (first, _) = begin("张\u{E863}", plain(8));
        let (second, _) = first.next(&text("11010519491231002X")).unwrap();
        let spelling = |trial, name: &str| Some(NameMatch::Spelling(Spelling { trial, name: text(name) }));
        assert_eq!(first.found(), spelling(1, "张\u{E863}"));
        assert_eq!(second.found(), spelling(2, "张\u{4DAE}"));
    }

    proptest! {
        // RC-4, RC-6: never more than the budget, no way twice, and every way is the same name.
        #[test]
        fn trials_are_ways_to_write_one_name(name in "[张老龜樂\u{2F7C}\u{4DAE}\u{E863}\u{4D13}\u{F914}]{1,20}", tries in 1u8..=8) {
            let ways = all(&name, plain(tries));
            prop_assert!((1..=usize::from(tries)).contains(&ways.len()));
            prop_assert_eq!(&ways[0], &name, "as it was read comes first");
            let keys = ways.iter().map(|way| PersonName::parse(way).unwrap().key(&Variants::built_in()));
            prop_assert!(keys.collect::<Vec<_>>().windows(2).all(|pair| pair[0] == pair[1]));
            let distinct: std::collections::HashSet<&String> = ways.iter().collect();
            prop_assert_eq!(distinct.len(), ways.len());
        }
    }
}
