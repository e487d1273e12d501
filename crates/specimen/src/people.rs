//! Who is drawn: people for training and people for testing, never the same, with as many rare names as a bench wants.

use std::sync::LazyLock;

use shiming_identity::PersonName;
use shiming_identity::mrz::to_mrz_name;
use shiming_identity::variants::Variants;

use crate::citizen::{Citizen, citizen};
use crate::dice::Dice;
use crate::names;
use crate::split::Split;

/// What a name is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// Whatever comes.
    Any,
    /// With a character of the third tier of 通用规范汉字表: 1,605 characters of names, places and trades.
    Rare,
    /// With a middle dot.
    Dotted,
}

impl NameKind {
    /// The kind of the person at `index` of a set: of 25 in a row six are rare and three dotted.
    #[must_use]
    pub fn at(index: usize) -> Self {
        match index % 25 {
            0 | 4 | 8 | 12 | 16 | 20 => Self::Rare,
            2 | 10 | 18 => Self::Dotted,
            _ => Self::Any,
        }
    }

    /// The kind's name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Rare => "rare",
            Self::Dotted => "dotted",
        }
    }
}

/// The third tier: the last 1,605 of the 8,105 characters, in the table's order.
#[must_use]
pub fn third_tier() -> &'static str {
    static TIER: LazyLock<String> = LazyLock::new(|| {
        let table = include_str!("../../identity/tests/data/general_standard.txt");
        table.chars().filter(|c| !c.is_whitespace()).skip(6500).collect()
    });
    &TIER
}

/// A grown-up of this split, the same for the same arguments.
pub(crate) fn person(split: Split, seed: u64, kind: NameKind) -> Citizen {
    let mut dice = Dice::new("person", split.apart(seed));
    // Beyond everybody in the register's list, and of the split's own parity; 31 bits leave room for every platform.
    let mut index = 1_000_000 + 2 * dice.below(1 << 29) as usize + usize::from(split == Split::Test);
    let mut citizen = citizen_of_age(&mut index);
    while kind == NameKind::Any && latin(&citizen.name).is_none() {
        citizen = citizen_of_age(&mut index);
    }
    let male = citizen.sex == "男";
    match kind {
        NameKind::Any => {}
        NameKind::Rare => {
            "汉".clone_into(&mut citizen.ethnicity);
            citizen.name = rare_name(male, &mut dice);
        }
        NameKind::Dotted => {
            names::DOTTED[dice.index(6)].clone_into(&mut citizen.ethnicity);
            let own = dice.pick(if male { names::TURKIC_MALE } else { names::TURKIC_FEMALE });
            citizen.name = format!("{own}·{}", dice.pick(names::TURKIC_FATHER));
        }
    }
    citizen
}

/// The next grown-up of the same parity.
fn citizen_of_age(index: &mut usize) -> Citizen {
    loop {
        *index += 2;
        let found = citizen(*index);
        if found.age() >= 19 {
            return found;
        }
    }
}

/// A surname, a character of the third tier, and usually one more character before or after it.
fn rare_name(male: bool, dice: &mut Dice) -> String {
    let usual = if male { names::GIVEN_MALE } else { names::GIVEN_FEMALE };
    loop {
        let surname = dice.pick_char(names::SURNAMES);
        let rare = dice.pick_char(third_tier());
        let other = dice.pick_char(usual);
        let name = match dice.below(10) {
            0..3 => format!("{surname}{rare}"),
            3..6 => format!("{surname}{other}{rare}"),
            _ => format!("{surname}{rare}{other}"),
        };
        if latin(&name).is_some() {
            return name;
        }
    }
}

/// A name in Latin letters, in syllables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Latin {
    pub(crate) surname: Vec<String>,
    pub(crate) given: Vec<String>,
    /// They are a Chinese name's, which passports write together.
    pub(crate) syllables: bool,
}

/// The name in pinyin; names with a middle dot part by part, as it comes to a clerk. None if a character is unknown.
pub(crate) fn latin(name: &str) -> Option<Latin> {
    let variants = Variants::built_in();
    let mut parts = Vec::new();
    for part in name.split('·') {
        let spelt = to_mrz_name(&PersonName::parse(part).ok()?, &variants)?;
        let surname = spelt.primary.len();
        let (mut first, mut second, mut length) = (Vec::new(), Vec::new(), 0);
        for way in spelt.ways.iter().filter_map(|ways| ways.first()) {
            if length < surname {
                first.push(way.clone());
            } else {
                second.push(way.clone());
            }
            length += way.len();
        }
        parts.push((first, second));
    }
    if let [(surname, given)] = parts.as_slice() {
        return Some(Latin { surname: surname.clone(), given: given.clone(), syllables: true });
    }
    let mut whole = parts.into_iter().map(|(first, second)| [first, second].concat());
    Some(Latin { surname: whole.next()?, given: whole.flatten().collect(), syllables: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_tier_has_1605_characters() {
        assert_eq!(third_tier().chars().count(), 1605);
        // The tier's first and last entries by the table's own numbers, 6501 and 8105.
        assert!(third_tier().starts_with('亍') && third_tier().ends_with('蠼'), "{}", third_tier());
    }

    #[test]
    fn names_are_of_the_kind_that_was_asked_for() {
        for seed in 0..200 {
            let person = |kind| person(Split::Test, seed, kind);
            assert!(person(NameKind::Rare).name.chars().any(|c| third_tier().contains(c)));
            assert!(person(NameKind::Dotted).name.contains('·'));
            assert!(person(NameKind::Any).age() >= 19);
        }
    }

    #[test]
    fn names_in_latin_letters() {
        let spelt = |name| latin(name).map(|latin| (latin.surname.join(" "), latin.given.join(" ")));
        assert_eq!(spelt("王建国"), Some(("WANG".into(), "JIAN GUO".into())));
        assert_eq!(spelt("欧阳思远"), Some(("OU YANG".into(), "SI YUAN".into())));
        assert_eq!(spelt("阿不都·买买提"), Some(("A BU DOU".into(), "MAI MAI TI".into())));
    }
}
