//! Names that differ in a character are different names.

use oorandom::Rand64;
use shiming_identity::Variants;

use crate::data::{DATA, below, characters, name, one_of, recoded};

const VARIANTS: Variants = Variants::built_in();
const PAIRS: usize = 1_000_000;
const SUBSTITUTIONS: usize = 100_000;

// RC-6: half of the pairs are one name written twice, half differ in one place, by the text files
#[test]
fn a_million_pairs_have_one_key_exactly_if_they_are_one_name() {
    let mut random = Rand64::new(3);
    let (mut equal, mut different) = (0, 0);
    for _ in 0..PAIRS {
        let one = characters(&mut random);
        let mut other = recoded(&one, &mut random);
        let place = below(one.len(), &mut random);
        if random.rand_u64().is_multiple_of(2) {
            other[place] = one_of(&DATA.all, &mut random);
        }
        let same = DATA.same(one[place], other[place]);
        assert_eq!(name(&one).key(&VARIANTS) == name(&other).key(&VARIANTS), same, "{one:?} {other:?}");
        if same {
            equal += 1;
        } else {
            different += 1;
        }
    }
    // Neither half is there by chance alone.
    assert!(equal > PAIRS / 3 && different > PAIRS / 3);
}

// RC-6
#[test]
fn a_look_alike_in_any_place_makes_another_name() {
    let mut random = Rand64::new(4);
    for _ in 0..SUBSTITUTIONS {
        let (a, b) = one_of(&DATA.never_equal, &mut random);
        let mut one = characters(&mut random);
        let place = below(one.len(), &mut random);
        one[place] = a;
        let mut other = recoded(&one, &mut random);
        other[place] = one_of(DATA.codes(&b), &mut random);
        assert_ne!(name(&one).key(&VARIANTS), name(&other).key(&VARIANTS), "{one:?} {other:?}");
    }
}

// RC-6: a prefix, two characters in another order
#[test]
fn length_and_order_tell_names_apart() {
    let mut random = Rand64::new(5);
    for _ in 0..20_000 {
        let one = characters(&mut random);
        let mut longer = one.clone();
        longer.push(one_of(&DATA.all, &mut random));
        assert_ne!(name(&one).key(&VARIANTS), name(&longer).key(&VARIANTS));
        let mut turned = longer.clone();
        turned.reverse();
        let palindrome = longer.iter().zip(&turned).all(|(a, b)| DATA.same(*a, *b));
        assert_eq!(name(&turned).key(&VARIANTS) == name(&longer).key(&VARIANTS), palindrome);
    }
}
