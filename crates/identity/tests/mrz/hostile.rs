//! Text that is no zone, or hardly.

use proptest::prelude::*;
use shiming_identity::Mrz;
use shiming_identity::mrz::MrzError;

use crate::generate::CHARACTERS;
use crate::{parse, today};

#[test]
fn what_is_no_zone_is_refused() {
    let [a, b] = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    for text in ["", "\n\n", a, b, &format!("{a}\n{a}x"), &format!("{a}\n{b}\n{b}"), &format!("{a}\n{b}\n\n{b}\n{b}")] {
        assert_eq!(Mrz::parse(text, today()), Err(MrzError::Size), "{text}");
    }
    let text = format!("{a}\n\n{}", b.replace('U', "é"));
    assert_eq!(Mrz::parse(&text, today()), Err(MrzError::Character { line: 2, position: 11 }));
}

#[test]
fn spaces_case_and_miscounted_fillers_do_not_matter() {
    let [a, b] = ["P<UTOERIKSSON<<ANNA<MARIA", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    let sound = parse(&format!("{a}{}\n{b}", "<".repeat(19)));
    for text in [
        format!("  {a}{} \r\n\n {} ", "<".repeat(19), b.to_lowercase()),
        format!("{a}{}\n{b}", "<".repeat(15)),
        format!("{a}{}\n{b}", "<".repeat(23)),
        format!("{}\n{b}", format!("{a}{}", "<".repeat(19)).replace("<<", "«").replace('<', "＜")),
    ] {
        assert_eq!(parse(&text), sound, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC{0,200}") {
        let _ = (Mrz::parse(&text, today()), Mrz::read(&text, today()));
    }

    #[test]
    fn any_lines_of_the_right_size_are_taken(
        (lines, width) in prop::sample::select(vec![(3usize, 30usize), (2, 36), (2, 44), (1, 30)]),
        characters in prop::collection::vec(prop::sample::select(CHARACTERS.to_vec()), 132),
        code in prop::sample::select(vec!["P<", "V<", "CR", "CT", "CS", "I<", "<<"]),
    ) {
        let mut text: Vec<String> = characters
            .chunks(width)
            .take(lines)
            .map(|line| line.iter().map(|c| char::from(*c)).collect())
            .collect();
        text[0].replace_range(..2, code);
        let text = text.join("\n");
        if let Ok(mrz) = Mrz::read(&text, today()) {
            prop_assert_eq!(&Mrz::parse(&mrz.lines().join("\n"), today()).unwrap().number, &mrz.number);
        } else {
            prop_assert!(lines == 1);
        }
    }
}
