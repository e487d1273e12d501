//! All codes of one character are one character.

use oorandom::Rand64;
use proptest::prelude::*;
use shiming_identity::{NameSequence, PersonName, Variants, spellings};

use crate::data::{DATA, below, characters, name, one_of, recoded};

const VARIANTS: Variants = Variants::built_in();

// RC-2
#[test]
fn every_row_is_in_the_compiled_table() {
    for (formal, codes) in &DATA.rows {
        for &code in codes {
            assert_eq!(VARIANTS.formal(code), *formal, "U+{:04X}", u32::from(code));
            assert_eq!(VARIANTS.codes(code).as_slice(), codes, "U+{:04X}", u32::from(code));
        }
    }
}

// RC-2, RC-6: nothing but the rows
#[test]
fn every_other_code_is_plain() {
    for c in ('\0'..=char::MAX).filter(|c| !DATA.row_of.contains_key(c)) {
        assert_eq!(VARIANTS.formal(c), c, "U+{:04X}", u32::from(c));
    }
    for &c in DATA.general.iter().filter(|c| !DATA.row_of.contains_key(c)) {
        assert_eq!(VARIANTS.codes(c).as_slice(), [c], "U+{:04X}", u32::from(c));
    }
}

// RC-6
#[test]
fn characters_of_the_general_standard_are_formal() {
    assert_eq!(DATA.general.len(), 8105);
    for &c in &DATA.general {
        assert_eq!(VARIANTS.formal(c), c, "U+{:04X}", u32::from(c));
    }
}

// RC-2 to RC-4: every row, in names of every length
#[test]
fn all_codes_of_every_row_give_one_key_in_any_name() {
    let mut random = Rand64::new(1);
    for (_, codes) in &DATA.rows {
        for _ in 0..20 {
            let mut text = characters(&mut random);
            let place = below(text.len(), &mut random);
            text[place] = codes[0];
            let key = name(&text).key(&VARIANTS);
            for &code in codes {
                text = recoded(&text, &mut random);
                text[place] = code;
                assert_eq!(name(&text).key(&VARIANTS), key);
            }
        }
    }
}

// RC-3, RC-4: whoever has the sequence finds the name however it is written, and only that name
#[test]
fn the_sequence_matches_every_writing_and_no_other_name() {
    let mut random = Rand64::new(2);
    for _ in 0..20_000 {
        let text = characters(&mut random);
        let Some(sequence) = NameSequence::of(&name(&text), &VARIANTS) else {
            assert!(text.iter().all(|c| !DATA.row_of.contains_key(c)));
            continue;
        };
        let mut written = recoded(&text, &mut random);
        assert!(sequence.matches(&name(&written)));
        assert_eq!(NameSequence::of(&name(&written), &VARIANTS), Some(sequence.clone()));
        let place = below(written.len(), &mut random);
        let other = one_of(&DATA.all, &mut random);
        let same = DATA.same(written[place], other);
        written[place] = other;
        assert_eq!(sequence.matches(&name(&written)), same);
        written.truncate(20 - 1);
        written.push('一');
        assert!(!sequence.matches(&name(&[&written[..], &['一']].concat())));
    }
}

proptest! {
    // RC-2 to RC-4, RC-6: whatever parses as a name, of any script
    #[test]
    fn any_name_matches_itself_in_every_form(
        text in "\\PC{1,50}|[\u{2E80}-\u{2FD5}\u{E000}-\u{F8FF}\u{F900}-\u{FAFF}\u{2F800}-\u{2FA1F}·]{1,50}|[A-Za-zÀ-ž '.-]{1,50}"
    ) {
        let Ok(name) = PersonName::parse(&text) else { return Ok(()) };
        let formal = name.to_formal(&VARIANTS);
        prop_assert_eq!(PersonName::parse(formal.as_str()), Ok(formal.clone()));
        prop_assert_eq!(formal.to_formal(&VARIANTS), formal.clone());
        prop_assert_eq!(formal.key(&VARIANTS), name.key(&VARIANTS));
        prop_assert_eq!(formal.len(), name.len());
        let sequence = NameSequence::of(&name, &VARIANTS);
        for way in spellings(&name, &VARIANTS).take(20) {
            prop_assert_eq!(PersonName::parse(way.as_str()), Ok(way.clone()));
            prop_assert_eq!(sequence.as_ref().is_none_or(|sequence| sequence.matches(&way)), true);
        }
    }

    // RC-3: any two texts are a sequence or an error, and a sequence is one name's
    #[test]
    fn any_text_is_a_sequence_or_an_error(
        format in "[0-9]{0,6}", encoding in "([0-9A-F]{4,5} ?){0,9}", junk in "\\PC{0,60}"
    ) {
        prop_assert!(NameSequence::parse(&junk, &encoding).is_err());
        if let Ok(sequence) = NameSequence::parse(&format, &encoding) {
            prop_assert_eq!((sequence.format(), sequence.encoding()), (&format[..], &encoding[..]));
        }
    }
}
