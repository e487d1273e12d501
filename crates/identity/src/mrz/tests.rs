use proptest::prelude::*;

use super::*;

fn today() -> Date {
    Date::parse_iso("2026-11-22").unwrap()
}

fn parse(text: &str) -> Mrz {
    Mrz::parse(text, today()).unwrap()
}

fn day(field: &Checked<MrzDate>) -> String {
    field.value().day().map_or_else(|| "…".to_owned(), |day| day.to_string())
}

/// The specimens of Doc 9303 parts 4 to 7, of part 11 appendix D, and published specimens (证件样本) of Chinese documents.
const SPECIMENS: [(Format, &str, &str, &str, &str); 18] = [
    (
        Format::Td3,
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "L898902C3",
        "1974-08-12",
        "2012-04-15",
    ),
    (
        Format::Td1,
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        "D23145890",
        "1974-08-12",
        "2012-04-15",
    ),
    (
        Format::Td1,
        "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<",
        "D23145890734",
        "1934-07-12",
        "1995-07-12",
    ),
    (
        Format::Td2,
        "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
        "D23145890",
        "1974-08-12",
        "2012-04-15",
    ),
    (
        Format::Td2,
        "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8",
        "D23145890734",
        "1934-07-12",
        "1995-07-12",
    ),
    (
        Format::MrvA,
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236ZE184226B<<<<<<<",
        "L898902C",
        "1969-08-06",
        "1994-06-23",
    ),
    (
        Format::MrvB,
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL898902C<3UTO6908061F9406236ZE184226",
        "L898902C",
        "1969-08-06",
        "1994-06-23",
    ),
    (
        Format::MrvA,
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
        "L8988901C",
        "1940-09-07",
        "1996-12-10",
    ),
    (
        Format::MrvB,
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
        "L8988901C",
        "1940-09-07",
        "1996-12-10",
    ),
    (
        Format::Td3,
        "POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nE000000008CHN8310291F2202059NGKELMPONBPJB972",
        "E00000000",
        "1983-10-29",
        "2022-02-05",
    ),
    (
        Format::Td3,
        "POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nE900000821CHN8108038F2110189NGKELMPONBPJB978",
        "E90000082",
        "1981-08-03",
        "2021-10-18",
    ),
    (
        Format::Td3,
        "POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nE000000008CHN8510312F2410306NGKELMPONBPJB970",
        "E00000000",
        "1985-10-31",
        "2024-10-30",
    ),
    (
        Format::Td3,
        "PDCHNYANG<<ZHAO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nDE00000003CHN8509037F2611158NBOONFNB<<<<A912",
        "DE0000000",
        "1985-09-03",
        "2026-11-15",
    ),
    (
        Format::Td3,
        "P<CHNCHUNG<<KWOK<SUM<<<<<<<<<<<<<<<<<<<<<<<<\nK000000000CHN8008080F1702057HK8888888<<<<<34",
        "K00000000",
        "1980-08-08",
        "2017-02-05",
    ),
    (
        Format::ChinaThreeLines,
        "CRH1234567830002212119F8108038\nNGKELMPONBPJLBLOAABA1234567842\nZHENG<JIAN<<YANG<BEN<<<<<<<<<<",
        "H12345678",
        "1981-08-03",
        "2022-12-11",
    ),
    (
        Format::ChinaThreeLines,
        "CT00000000<00262006084F8108038\nNGKELMPONBPJLBLOAABR0000000001\nZHENG<JIAN<<YANG<BEN<<<<<<3500",
        "00000000",
        "1981-08-03",
        "2020-06-08",
    ),
    (Format::ChinaOneLine, "CSC000000004<2404200<8108038<6", "C00000000", "1981-08-03", "2024-04-20"),
    (Format::ChinaOneLine, "CDL000000007<2508197<8208031<6", "L00000000", "1982-08-03", "2025-08-19"),
];

// Doc 9303 parts 4 to 7, 11 (RC-1)
#[test]
fn every_specimen_is_sound() {
    for (format, text, number, birth, expiry) in SPECIMENS {
        for mrz in [parse(text), Mrz::read(text, today()).unwrap()] {
            assert_eq!(mrz.format, format, "{text}");
            assert!(mrz.is_sound(), "{text}");
            assert_eq!(mrz.number.value(), number);
            assert_eq!((day(&mrz.birth), day(&mrz.expiry)), (birth.to_owned(), expiry.to_owned()), "{text}");
            assert_eq!(mrz.lines().join("\n"), text);
            assert_eq!((mrz.repairs.as_slice(), mrz.suggestion), (&[][..], None), "{text}");
        }
    }
}

#[test]
fn the_other_fields_of_the_specimens() {
    let passport = parse(SPECIMENS[0].1);
    assert_eq!(passport.code.value(), "P");
    assert_eq!(passport.issuer.unwrap().value().as_str(), "UTO");
    assert_eq!(passport.nationality.unwrap().value().as_str(), "UTO");
    assert_eq!(*passport.sex.unwrap().value(), MrzSex::Female);
    let name = passport.name.unwrap();
    assert_eq!((name.value().primary(), name.value().secondary()), ("ERIKSSON", "ANNA MARIA"));
    assert_eq!(passport.optional[0].value(), "ZE184226B");
    assert_eq!(passport.optional[0].held(), Some(true));

    let visa = parse(SPECIMENS[5].1);
    assert_eq!((visa.optional[0].value().as_str(), visa.optional[0].held()), ("ZE184226B", None));
    assert_eq!(visa.composite, None);

    let permit = parse(SPECIMENS[14].1);
    assert_eq!(permit.code.value(), "CR");
    assert_eq!(permit.replacements.unwrap().value(), "00");
    assert_eq!(permit.han.unwrap().value(), "NGKELMPONBPJLBLO");
    assert_eq!(permit.name.unwrap().value().secondary(), "YANG BEN");
    assert_eq!(permit.optional[0].held(), None);
}

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

// Doc 9303-4 §4.2.3
#[test]
fn names_that_do_not_fit_are_cut_with_a_letter_at_the_end() {
    let fields = MrzFields {
        format: Format::Td1,
        code: "I",
        issuer: "UTO",
        primary: "Nilavadhanananda",
        secondary: "Chayapa Dejthamrong Krasuang",
        number: "D23145890",
        nationality: "UTO",
        birth: "740812",
        sex: MrzSex::Female,
        expiry: "120415",
        optional: ["", ""],
        replacements: "",
        han: "",
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
    for (fields, error) in [
        (MrzFields { number: "", ..fields }, WriteError::Missing),
        (MrzFields { primary: "'", ..fields }, WriteError::Missing),
        (MrzFields { primary: "王", ..fields }, WriteError::Character),
        (MrzFields { birth: "74-8-12", ..fields }, WriteError::TooLong),
        (MrzFields { number: "é12345678", ..fields }, WriteError::Character),
        (MrzFields { number: "123456789é", ..fields }, WriteError::Character),
        (MrzFields { number: "D23145890", optional: ["ABCDEFGHIJKLMNOP", ""], ..fields }, WriteError::TooLong),
    ] {
        assert_eq!(write(&fields), Err(error));
    }
}

/// Which characters a check digit covers or is (`x`), written down from the standard and not from [`Format::layout`].
fn mask(format: Format) -> String {
    let rows: &[&[(char, usize)]] = match format {
        Format::Td1 => &[&[('.', 5), ('x', 25)], &[('x', 7), ('.', 1), ('x', 7), ('.', 3), ('x', 12)], &[('.', 30)]],
        Format::Td2 => &[&[('.', 36)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 15)]],
        Format::Td3 => &[&[('.', 44)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 23)]],
        Format::MrvA => &[&[('.', 44)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 7), ('.', 16)]],
        Format::MrvB => &[&[('.', 36)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 7), ('.', 8)]],
        Format::ChinaThreeLines => &[&[('.', 2), ('x', 20), ('.', 1), ('x', 7)], &[('.', 30)], &[('.', 30)]],
        Format::ChinaOneLine => &[&[('.', 2), ('x', 10), ('.', 1), ('x', 7), ('.', 1), ('x', 7), ('.', 1), ('x', 1)]],
    };
    let rows: Vec<String> =
        rows.iter().map(|row| row.iter().map(|(c, n)| c.to_string().repeat(*n)).collect()).collect();
    rows.join("\n")
}

const FORMATS: [Format; 7] =
    [Format::Td1, Format::Td2, Format::Td3, Format::MrvA, Format::MrvB, Format::ChinaThreeLines, Format::ChinaOneLine];
const CHARACTERS: &[u8; 37] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

/// Numbers that are the same on every run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn text(&mut self, alphabet: &[u8], shortest: usize, longest: usize) -> String {
        let length = shortest + self.below(longest - shortest + 1);
        (0..length).map(|_| char::from(self.of(alphabet))).collect()
    }
}

/// What a generated zone was made from.
struct Truth {
    text: String,
    number: String,
    birth: String,
    expiry: String,
    optional: Vec<String>,
    replacements: String,
}

/// A zone with everything that the format allows: long and short numbers, unknown parts of birth dates, empty fields.
fn generate(format: Format, dice: &mut Dice) -> Truth {
    let letters = &CHARACTERS[10..36];
    let digits = &CHARACTERS[..10];
    let letters_and_digits = &CHARACTERS[..36];
    let chinese = dice.below(3) == 0;
    let state = if chinese { "CHN" } else { dice.of(&["UTO", "D", "GBR", "USA", "XXA", "JPN"]) };
    let code = match format {
        Format::Td1 | Format::Td2 => "I",
        Format::Td3 => "P",
        Format::MrvA | Format::MrvB => "V",
        Format::ChinaThreeLines => dice.of(&["CR", "CT"]),
        Format::ChinaOneLine => dice.of(&["CS", "CD"]),
    };
    let number = match format {
        Format::Td1 | Format::Td2 if dice.below(4) == 0 => {
            dice.text(letters_and_digits, 10, if format == Format::Td1 { 20 } else { 15 })
        }
        Format::ChinaThreeLines if code == "CT" => dice.text(digits, 8, 8),
        Format::Td3 if !chinese => dice.text(letters_and_digits, 1, 9),
        Format::ChinaThreeLines | Format::ChinaOneLine | Format::Td3 => {
            format!("{}{}{}", dice.text(letters, 1, 1), dice.text(letters_and_digits, 1, 1), dice.text(digits, 7, 7))
        }
        _ => dice.text(letters_and_digits, 1, 9),
    };
    let mut day = |years: std::ops::Range<usize>| {
        let year = u16::try_from(years.start + dice.below(years.len())).unwrap();
        let month = u8::try_from(1 + dice.below(12)).unwrap();
        yymmdd(Date::new(year, month, u8::try_from(1 + dice.below(28)).unwrap()).unwrap())
    };
    let (mut birth, expiry) = (day(1930..2026), day(2010..2060));
    match dice.below(10) {
        0 => birth.replace_range(4.., "<<"),
        1 => birth.replace_range(2.., "<<<<"),
        _ => {}
    }
    let room = match format {
        Format::Td1 | Format::Td2 if number.len() > 9 => 0,
        Format::Td1 => 15,
        Format::Td2 => 7,
        Format::Td3 => 14,
        Format::MrvA => 16,
        Format::MrvB => 8,
        Format::ChinaThreeLines => 10,
        Format::ChinaOneLine => 0,
    };
    let first = if dice.below(3) == 0 { String::new() } else { dice.text(letters_and_digits, 0, room) };
    let second = if format == Format::Td1 { dice.text(letters_and_digits, 0, 11) } else { String::new() };
    let replacements = dice.text(digits, 2, 2);
    let han = dice.text(b"ABCDEFGHIJKLMNOP", 16, 16);
    let (primary, secondary) = (dice.text(letters, 1, 24), dice.text(letters, 0, 24));
    let fields = MrzFields {
        format,
        code,
        issuer: state,
        primary: &primary,
        secondary: &secondary,
        number: &number,
        nationality: state,
        birth: &birth,
        sex: dice.of(&[MrzSex::Male, MrzSex::Female, MrzSex::Unspecified]),
        expiry: &expiry,
        optional: [&first, &second],
        replacements: &replacements,
        han: &han,
    };
    let text = write(&fields).unwrap().join("\n");
    let optional = match format {
        Format::Td1 => vec![first, second],
        Format::ChinaOneLine => Vec::new(),
        _ => vec![first],
    };
    let replacements = if format == Format::ChinaThreeLines { replacements } else { String::new() };
    Truth { text, number, birth, expiry, optional, replacements }
}

impl Truth {
    /// Whether every field that a check digit covers is what was written.
    fn is(&self, mrz: &Mrz) -> bool {
        let optional = mrz.optional.iter().zip(&self.optional).all(|(field, truth)| match field {
            MaybeChecked::Checked(field) => field.value() == truth,
            MaybeChecked::Unchecked(_) => true,
        });
        *mrz.number.value() == self.number
            && *mrz.birth.value() == MrzDate::birth(self.birth.as_bytes(), today())
            && *mrz.expiry.value() == MrzDate::expiry(self.expiry.as_bytes(), today())
            && optional
            && mrz.replacements.as_ref().is_none_or(|field| *field.value() == self.replacements)
    }
}

fn value(c: u8) -> u8 {
    crate::check_digit::icao_value(c).unwrap() % 10
}

/// Replaces the character at `place` of the text.
fn with(text: &str, place: usize, c: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = c;
    String::from_utf8(bytes).unwrap()
}

// Doc 9303-3 §4.9 (RC-1)
#[test]
fn what_was_written_is_read() {
    for format in FORMATS {
        let mut dice = Dice(1);
        for _ in 0..1_000 {
            let truth = generate(format, &mut dice);
            let mrz = parse(&truth.text);
            assert!(mrz.is_sound() && truth.is(&mrz), "{}", truth.text);
            assert_eq!(mrz, Mrz::read(&truth.text, today()).unwrap(), "{}", truth.text);
            assert_eq!(mrz.format, format);
        }
    }
}

/// 10^5 zones of each format with one character that is another. A change of value modulo 10 where a check digit covers
/// it is never sound, neither as read nor after repairs, unless the repairs gave the truth back; a change elsewhere never
/// makes a check digit fail, which would mean that it covers more than the standard says.
#[test]
fn no_single_wrong_character_that_the_digits_see_is_accepted() {
    for format in FORMATS {
        let mask = mask(format);
        let mut dice = Dice(2);
        let mut seen = 0;
        for _ in 0..1_000 {
            let truth = generate(format, &mut dice);
            for _ in 0..100 {
                let place = dice.below(truth.text.len());
                let right = truth.text.as_bytes()[place];
                let wrong = dice.of(CHARACTERS);
                if right == b'\n' || right == wrong {
                    continue;
                }
                let text = with(&truth.text, place, wrong);
                // The code of a one-line zone is all that says what it is.
                let (Ok(parsed), Ok(read)) = (Mrz::parse(&text, today()), Mrz::read(&text, today())) else {
                    assert!(place < 2 && format == Format::ChinaOneLine, "{text}");
                    continue;
                };
                if mask.as_bytes()[place] == b'.' {
                    // Another first character may be another format.
                    assert!(parsed.digits_hold() || parsed.format != format, "{text}");
                } else if value(right) != value(wrong) {
                    seen += 1;
                    assert!(!parsed.digits_hold(), "{text}");
                    assert!(!read.is_sound() || truth.is(&read), "{text}");
                }
            }
        }
        assert!(seen > 20_000, "{format:?}: {seen}");
    }
}

/// What readers take for each other.
const CONFUSED: [(u8, u8); 8] =
    [(b'0', b'O'), (b'1', b'I'), (b'2', b'Z'), (b'5', b'S'), (b'8', b'B'), (b'<', b'K'), (b'<', b'C'), (b'<', b'S')];

fn confused(c: u8, dice: &mut Dice) -> Option<u8> {
    let others: Vec<u8> = CONFUSED
        .iter()
        .filter_map(|(a, b)| if *a == c { Some(*b) } else { (*b == c && *a != b'<').then_some(*a) })
        .collect();
    (!others.is_empty()).then(|| dice.of(&others))
}

/// One confused character where a check digit covers it: what is accepted is the truth, or differs from it by characters
/// of equal value (a filler taken for K).
#[test]
fn a_repaired_zone_is_the_right_one() {
    let mut accepted = 0;
    let mut all = 0;
    for format in FORMATS {
        let mask = mask(format);
        let mut dice = Dice(3);
        for _ in 0..5_000 {
            let truth = generate(format, &mut dice);
            let place = dice.below(truth.text.len());
            let right = truth.text.as_bytes()[place];
            let Some(wrong) = confused(right, &mut dice).filter(|_| mask.as_bytes()[place] == b'x') else { continue };
            let read = Mrz::read(&with(&truth.text, place, wrong), today()).unwrap();
            all += 1;
            if read.is_sound() {
                assert!(truth.is(&read) || value(right) == value(wrong), "{}", truth.text);
                accepted += usize::from(truth.is(&read));
            }
        }
    }
    // 61 % when measured; the others have the confused character where letters and digits may both stand.
    assert!(accepted * 2 > all, "{accepted} of {all}");
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
