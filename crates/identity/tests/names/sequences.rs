//! Format and encoding sequence.

use oorandom::Rand64;
use shiming_identity::name_sequence::SequenceError;
use shiming_identity::{NameSequence, PersonName, Variants};

use crate::data::{DATA, characters, code, name};

const VARIANTS: Variants = Variants::built_in();

fn of(text: &str) -> Option<NameSequence> {
    NameSequence::of(&PersonName::parse(text).unwrap(), &VARIANTS)
}

// RC-3
#[test]
fn sequences_of_names() {
    for (text, format, encoding) in [
        ("老张", "31", "2F7C 8001 F934 5F20"),
        ("\u{F934}张", "31", "2F7C 8001 F934 5F20"),
        ("李䶮", "22", "674E F9E1 4DAE E863"),
        ("张䶮", "12", "5F20 4DAE E863"),
        ("王䶮", "22", "738B 2F929 4DAE E863"),
        ("张\u{20BB7}䶮", "112", "5F20 20BB7 4DAE E863"),
        ("阿·龜", "116", "963F 00B7 2EF1 2FD4 9F9C F907 F908 FACE"),
        ("\u{20087}", "2", "E816 20087"),
    ] {
        let sequence = of(text).unwrap();
        assert_eq!((sequence.format(), sequence.encoding()), (format, encoding), "{text}");
    }
}

// RC-3: if, and only if
#[test]
fn plain_names_have_no_sequence() {
    for text in ["张三", "阿依古·买买提", "Anna Maria", "张〇", "张\u{E000}"] {
        assert_eq!(of(text), None, "{text}");
    }
    assert_eq!(NameSequence::parse("11", "5F20 4E09"), Err(SequenceError::Plain));
}

// RC-3
#[test]
fn what_was_encoded_is_decoded() {
    let mut random = Rand64::new(6);
    let mut count = 0;
    for _ in 0..20_000 {
        let text = characters(&mut random);
        let Some(sequence) = NameSequence::of(&name(&text), &VARIANTS) else { continue };
        count += 1;
        assert_eq!(NameSequence::parse(sequence.format(), sequence.encoding()).as_ref(), Ok(&sequence));
        let json = serde_json::to_string(&sequence).unwrap();
        assert_eq!(serde_json::from_str::<NameSequence>(&json).unwrap(), sequence);
        // By hand: the digits cut the codes into the characters' codes.
        let mut codes = sequence.encoding().split(' ').map(code);
        for (digit, c) in sequence.format().chars().zip(&text) {
            let own: Vec<char> = codes.by_ref().take(digit.to_digit(10).unwrap() as usize).collect();
            assert_eq!(own, DATA.codes(c));
        }
        assert_eq!(codes.next(), None);
    }
    assert!(count > 10_000);
}

#[test]
fn what_is_no_sequence() {
    let long = ("2".repeat(51), ["4DAE E863"; 51].join(" "));
    for (format, encoding, error) in [
        ("", "", SequenceError::Length),
        (long.0.as_str(), long.1.as_str(), SequenceError::Length),
        ("02", "738B 4DAE E863", SequenceError::Digit { position: 1 }),
        ("1x", "738B 4DAE E863", SequenceError::Digit { position: 2 }),
        ("1２", "738B 4DAE E863", SequenceError::Digit { position: 2 }),
        ("2", "4dae E863", SequenceError::Code { position: 1 }),
        ("2", "4DAE  E863", SequenceError::Code { position: 2 }),
        ("2", "4DAE E863 ", SequenceError::Code { position: 3 }),
        ("2", " 4DAE E863", SequenceError::Code { position: 1 }),
        ("2", "4DAE U+E863", SequenceError::Code { position: 2 }),
        ("2", "4DAE 00E863", SequenceError::Code { position: 2 }),
        ("2", "4DAE D800", SequenceError::Code { position: 2 }),
        ("2", "4DAE 110000", SequenceError::Code { position: 2 }),
        ("2", "4DAE +863", SequenceError::Code { position: 2 }),
        ("2", "4DAE", SequenceError::Count),
        ("2", "4DAE E863 738B", SequenceError::Count),
        ("12", "738B 4DAE", SequenceError::Count),
        ("2", "E863 4DAE", SequenceError::Order { position: 1 }),
        ("12", "738B 4DAE 4DAE", SequenceError::Order { position: 2 }),
        ("21", "4DAE E863 0041", SequenceError::Name),
        ("2", "00B7 4DAE", SequenceError::Name),
        ("21", "4DAE E863 00B7", SequenceError::Name),
        ("121", "00B7 4DAE E863 738B", SequenceError::Name),
    ] {
        assert_eq!(NameSequence::parse(format, encoding), Err(error), "{format} {encoding}");
    }
    assert!(serde_json::from_str::<NameSequence>(r#"{"format":"2","encoding":"E863 4DAE"}"#).is_err());
    assert!(serde_json::from_str::<NameSequence>(r#"{"format":"2","encoding":"4DAE E863","name":"李"}"#).is_err());
}

// RC-4: whoever receives a sequence needs no table
#[test]
fn matching_needs_every_place_and_no_more() {
    let sequence = NameSequence::parse("12", "738B 4DAE E863").unwrap();
    for (text, expected) in
        [("王䶮", true), ("王\u{E863}", true), ("玉䶮", false), ("王", false), ("王䶮䶮", false), ("䶮王", false)]
    {
        assert_eq!(sequence.matches(&PersonName::parse(text).unwrap()), expected, "{text}");
    }
}

// Nothing personal in what is printed
#[test]
fn debug_shows_no_name() {
    let name = PersonName::parse("李䶮").unwrap();
    let shown = format!(
        "{name:?} {:?} {:?} {:?}",
        NameSequence::of(&name, &VARIANTS).unwrap(),
        name.key(&VARIANTS),
        VARIANTS.codes('䶮')
    );
    assert!(shown.is_ascii() && !shown.contains("4DAE"), "{shown}");
}
