//! The specimens that are published.

use shiming_identity::DocumentNumber;
use shiming_identity::check_digit::icao_7_3_1;
use shiming_identity::document::DocumentKind;
use shiming_identity::mrz::{Checked, Format, Mrz, MrzDate, MrzFields, MrzSex, write};

use crate::{parse, today};

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

// RC-1
#[test]
fn zones_know_their_documents() {
    let kinds: Vec<_> = SPECIMENS.iter().map(|(_, text, ..)| parse(text).document_kind()).collect();
    let expected = [
        vec![Some(DocumentKind::ForeignPassport)],
        vec![None; 8],
        vec![Some(DocumentKind::CnPassport); 5],
        vec![Some(DocumentKind::CnTravelPermitHkMacao), Some(DocumentKind::CnTravelPermitTaiwan), None, None],
    ];
    assert_eq!(kinds, expected.concat());
    for (_, text, number, ..) in SPECIMENS {
        if let Some(kind) = parse(text).document_kind() {
            assert!(DocumentNumber::parse(kind, number).is_ok(), "{text}");
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
    assert_eq!(permit.issue_count.unwrap().value(), "00");
    assert_eq!(permit.han.unwrap().value(), "NGKELMPONBPJLBLO");
    assert_eq!(permit.name.unwrap().value().secondary(), "YANG BEN");
    assert_eq!(permit.optional[0].held(), None);
}

/// A zone of fields with the composite check digit that belongs to it.
fn with_composite(line: &str) -> String {
    let covered = [&line[..10], &line[13..20], &line[21..43]].concat();
    let digit = char::from(icao_7_3_1(covered.bytes()).unwrap());
    format!("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n{}{digit}", &line[..43])
}

// Doc 9303-4 §4.2.2.2
#[test]
fn a_filler_is_the_check_digit_of_empty_optional_data_only() {
    for (optional, sound) in [
        ("<<<<<<<<<<<<<<<", true),
        ("<<<<<<<<<<<<<<0", true),
        ("ZE184226B<<<<<1", true),
        // The sum of these is 0, and still the digit has to be there.
        ("ZE184226A<<<<<<", false),
        ("A<<<<<<<<<<<<<0", true),
        ("A<<<<<<<<<<<<<<", false),
    ] {
        let mrz = parse(&with_composite(&format!("L898902C36UTO7408122F1204159{optional}<")));
        assert_eq!((mrz.composite, mrz.is_sound()), (Some(true), sound), "{optional}");
        assert_eq!(mrz.optional[0].held(), Some(sound), "{optional}");
    }
}

// Doc 9303-5 §4.2.2
#[test]
fn only_full_numbers_go_on_in_the_optional_data() {
    let digit = |text: &str| char::from(icao_7_3_1(text.bytes()).unwrap());
    for (begin, end, is_long) in [("D23145890", "734", true), ("D2314589<", "734", false), ("D23145890", "", false)] {
        let first = format!("I<UTO{begin}<{:<<15}", format!("{end}{}", digit(&format!("{begin}{end}"))));
        let second = "3407127M9507122UTO<<<<<<<<<<<";
        let composite = digit(&[&first[5..], &second[..7], &second[8..15], &second[18..]].concat());
        let mrz = parse(&format!("{first}\n{second}{composite}\nSTEVENSON<<PETER<JOHN<<<<<<<<<"));
        assert_eq!((mrz.composite, mrz.is_sound()), (Some(true), is_long), "{first}");
        assert_eq!(mrz.number.value().len() > 9, is_long, "{first}");
    }
}

#[test]
fn other_states_may_have_the_same_document_codes() {
    for code in ["CR", "CT", "C<", "AC"] {
        let fields = MrzFields {
            code,
            issuer: "UTO",
            number: "D23145890",
            primary: "Eriksson",
            birth: "740812",
            expiry: "120415",
            nationality: "UTO",
            ..MrzFields::of(Format::Td1)
        };
        let mrz = parse(&write(&fields).unwrap().join("\n"));
        assert_eq!((mrz.format, mrz.is_sound(), mrz.document_kind()), (Format::Td1, true, None), "{code}");
    }
}
