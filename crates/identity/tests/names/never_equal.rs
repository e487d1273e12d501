//! Look-alikes and other forms are different characters.

use std::collections::HashSet;

use shiming_identity::{NameSequence, Variants};

use crate::data::{DATA, name};

const VARIANTS: Variants = Variants::built_in();

// RC-6
#[test]
fn no_code_of_one_is_a_code_of_the_other() {
    assert!(DATA.never_equal.len() >= 60);
    for &(a, b) in &DATA.never_equal {
        let (codes_a, codes_b) = (VARIANTS.codes(a), VARIANTS.codes(b));
        assert!(codes_a.iter().all(|&c| !codes_b.contains(c)), "{a} and {b} join");
        for (x, y) in codes_a.iter().flat_map(|x| codes_b.iter().map(move |y| (*x, *y))) {
            assert_ne!(name(&['王', x]).key(&VARIANTS), name(&['王', y]).key(&VARIANTS), "{a} and {b} join");
            if let Some(sequence) = NameSequence::of(&name(&['王', x]), &VARIANTS) {
                assert!(!sequence.matches(&name(&['王', y])), "{a} and {b} join");
            }
        }
    }
}

// The list itself: formal codes, each pair once, the pairs that the requirement names among them.
#[test]
fn the_list_is_in_order() {
    let mut seen = HashSet::new();
    for &(a, b) in &DATA.never_equal {
        assert!(a < b && seen.insert((a, b)), "{a}{b}");
        assert!(VARIANTS.formal(a) == a && VARIANTS.formal(b) == b, "{a}{b}");
    }
    for pair in ["己已", "已巳", "己巳", "未末", "土士", "曰日", "吴呉", "吴吳", "黑黒", "户戶", "户戸", "真眞"]
    {
        let mut pair: Vec<char> = pair.chars().collect();
        pair.sort_unstable();
        assert!(seen.contains(&(pair[0], pair[1])), "{pair:?}");
    }
}
