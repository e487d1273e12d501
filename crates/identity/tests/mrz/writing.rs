//! Writing zones, and reading them as they are written.

use shiming_identity::mrz::{Agreement, Format, Mrz, MrzFields, MrzSex, VisualName, WriteError, write};

use crate::generate::{Dice, FORMATS, generate};
use crate::{parse, today};

#[test]
fn every_place_has_an_alphabet_and_nothing_else_has() {
    for format in FORMATS {
        let (lines, width) = format.size();
        assert!((0..lines).all(|line| (0..width).all(|position| format.alphabet(line, position).is_some())));
        assert_eq!((format.alphabet(lines, 0), format.alphabet(0, width)), (None, None));
    }
    let of_passport = |line, position| Format::Td3.alphabet(line, position).unwrap();
    assert_eq!(of_passport(0, 2), "ABCDEFGHIJKLMNOPQRSTUVWXYZ<");
    assert_eq!(of_passport(1, 0).len(), 37);
    assert_eq!((of_passport(1, 13), of_passport(1, 19)), ("0123456789<", "0123456789"));
    assert_eq!((of_passport(1, 20), of_passport(1, 42), of_passport(1, 43)), ("MFX<", "0123456789<", "0123456789"));
}

// Doc 9303-4 §4.2.3
#[test]
fn names_that_do_not_fit_are_cut_with_a_letter_at_the_end() {
    let fields = MrzFields {
        code: "I",
        issuer: "UTO",
        number: "D23145890",
        nationality: "UTO",
        birth: "740812",
        sex: MrzSex::Female,
        expiry: "120415",
        ..MrzFields::of(Format::Td1)
    };
    for (primary, secondary, line) in [
        ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJT"),
        ("Bennelong Wooloomooloo Warrandyte", "Diana", "BENNELONG<WOOLOOMOOLOO<WARR<<D"),
        ("Dingo Potoroo Bunyip", "Wombat Elizabeth", "DINGO<POTOROO<BUNYIP<<WOMBAT<E"),
        ("Dingo Potoroo Bunyi", "Wombats A", "DINGO<POTOROO<BUNYI<<WOMBATS<A"),
        ("Dingo Potoroo Bunyip", "Wombats Elizabeth", "DINGO<POTOROO<BUNYIP<<WOMBAT<E"),
        ("Þórðardóttir", "", "THORDARDOTTIR<<<<<<<<<<<<<<<<<"),
    ] {
        let text = write(&MrzFields { primary, secondary, ..fields }).unwrap();
        assert_eq!(text[2], line);
        let mrz = parse(&text.join("\n"));
        let agreement = mrz.name.unwrap().value().compare(VisualName { primary, secondary });
        assert!(matches!(agreement, Agreement::Agrees | Agreement::AgreesAsFarAsPrinted), "{line}");
    }
    let named = MrzFields { primary: "Eriksson", ..fields };
    for (fields, error) in [
        (MrzFields { number: "", ..fields }, WriteError::Missing),
        (fields, WriteError::Missing),
        (MrzFields { primary: "'", ..fields }, WriteError::Missing),
        (MrzFields { primary: "王", ..fields }, WriteError::Character),
        (MrzFields { birth: "74-8-12", ..named }, WriteError::TooLong),
        (MrzFields { number: "é12345678", ..named }, WriteError::Character),
        (MrzFields { number: "123456789é", ..named }, WriteError::Character),
        (MrzFields { number: "D2314589<734", ..named }, WriteError::Character),
        (MrzFields { number: "D23145890", optional: ["ABCDEFGHIJKLMNOP", ""], ..named }, WriteError::TooLong),
    ] {
        assert_eq!(write(&fields), Err(error));
    }
}

// Doc 9303-3 §4.9 (RC-1)
#[test]
fn what_was_written_is_read() {
    for format in FORMATS {
        let mut dice = Dice::new(1);
        for _ in 0..1_000 {
            let truth = generate(format, &mut dice);
            let mrz = parse(&truth.text);
            assert!(mrz.is_sound() && truth.is(&mrz), "{}", truth.text);
            assert_eq!(mrz, Mrz::read(&truth.text, today()).unwrap(), "{}", truth.text);
            assert_eq!(mrz.format, format);
            for (line, text) in mrz.lines().iter().enumerate() {
                for (position, c) in text.chars().enumerate() {
                    assert!(format.alphabet(line, position).unwrap().contains(c), "{line}:{position} {text}");
                }
            }
        }
    }
}
