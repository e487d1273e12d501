use proptest::prelude::*;

use super::*;

fn parse(kind: DocumentKind, text: &str) -> Result<DocumentNumber, NumberError> {
    DocumentNumber::parse(kind, text)
}

// RC-1
#[test]
fn every_printed_example_is_read_as_its_form() {
    for kind in DocumentKind::ALL {
        for form in &facts(kind).numbers {
            for example in &form.examples {
                let number =
                    parse(kind, &example.number).unwrap_or_else(|error| panic!("{kind:?} {example:?}: {error}"));
                assert_eq!(number.form().form, form.form, "{kind:?} {example:?}");
                // Its one spelling is read as itself.
                assert_eq!(parse(kind, number.as_str()).as_ref(), Ok(&number));
                assert_eq!(number.assurance() == Assurance::CheckCharacter, form.rule.is_some());
                assert_eq!(number.lasting().map_or(0, |part| part.chars().count()), form.lasting, "{example:?}");
            }
        }
    }
}

// RC-1
#[test]
fn wrong_numbers_are_refused_and_the_error_says_why() {
    use DocumentKind::{
        CnArmedPoliceCard, CnDrivingLicence, CnOfficerCard, CnPassport, CnPermanentResident, CnResidencePermit,
        CnResidentId, CnTemporaryId, CnTravelPermitHkMacao, CnTravelPermitTaiwan, ForeignPassport,
    };
    let length = |found, expected: &[usize]| NumberError::Length { found, expected: expected.to_vec() };
    let character = |position| NumberError::Character { position };
    for (kind, text, error) in [
        // GB 11643-1999, annex B: the body 34052419800101001 has the check character X.
        (CnResidentId, "340524198001010011", NumberError::Checksum),
        (CnResidentId, "110105194912310021", NumberError::Checksum),
        (CnResidentId, "11010519491331002X", NumberError::BirthDate),
        (CnResidentId, "17010519491231002X", NumberError::Region),
        (CnResidentId, "1101051949123100", length(16, &[18])),
        (CnResidentId, "110105490123002", length(15, &[18])),
        (CnResidentId, "1101051949123100XX", character(17)),
        (CnResidentId, "01010519491231002X", character(1)),
        (CnResidentId, "810000199408230021", NumberError::OtherDocument(CnResidencePermit)),
        (CnResidentId, "932682198501010017", NumberError::OtherDocument(CnPermanentResident)),
        (CnTemporaryId, "440524188001010015", NumberError::Checksum),
        (CnTemporaryId, "", length(0, &[18])),
        (CnOfficerCard, "军字第号", length(1, &[5, 6, 7, 8, 9, 10])),
        (CnOfficerCard, "1234567", character(1)),
        (CnOfficerCard, "军字第123456!号", character(8)),
        (CnArmedPoliceCard, "武字第123号", length(4, &[5, 6, 7, 8, 9, 10])),
        (CnArmedPoliceCard, "WJ1234567", character(1)),
        // I and O are not used, lest they be read as digits.
        (CnPassport, "EI1234567", character(2)),
        (CnPassport, "EO1234567", character(2)),
        (CnPassport, "E1234567", character(1)),
        (CnPassport, "G12345678A", length(10, &[8, 9])),
        (CnPassport, "X12345678", character(1)),
        (ForeignPassport, "L898902C3X", length(10, &[3, 4, 5, 6, 7, 8, 9])),
        (ForeignPassport, "L898902<3", character(8)),
        (ForeignPassport, "护照", length(2, &[3, 4, 5, 6, 7, 8, 9])),
        (ForeignPassport, "KAZ110090123105", NumberError::OtherDocument(CnPermanentResident)),
        (CnTravelPermitHkMacao, "A12345678", character(1)),
        (CnTravelPermitHkMacao, "H1234567", length(8, &[9, 11])),
        (CnTravelPermitHkMacao, "H123456789", length(10, &[9, 11])),
        (CnTravelPermitHkMacao, "H1234567B", character(9)),
        (CnTravelPermitHkMacao, "HB1234567", character(2)),
        (CnTravelPermitTaiwan, "1234567", length(7, &[8, 9, 10, 11, 12])),
        (CnTravelPermitTaiwan, "1234567B", character(8)),
        (CnTravelPermitTaiwan, "0123456701(BCD)", length(13, &[8, 9, 10, 11, 12])),
        (CnResidencePermit, "810000199408230022", NumberError::Checksum),
        (CnResidencePermit, "830000199213300022", NumberError::BirthDate),
        (CnResidencePermit, "840000199201300022", character(2)),
        (CnResidencePermit, "11010519491231002X", NumberError::OtherDocument(CnResidentId)),
        (CnPermanentResident, "932682198501010018", NumberError::Checksum),
        (CnPermanentResident, "932682198513010017", NumberError::BirthDate),
        (CnPermanentResident, "832682198501010017", character(1)),
        (CnPermanentResident, "KAZ110090123106", NumberError::Checksum),
        (CnPermanentResident, "KAZ110090023105", NumberError::BirthDate),
        (CnPermanentResident, "KA1110090123105", character(3)),
        (CnPermanentResident, "KAZ1100901231050", length(16, &[15, 18])),
        (CnPermanentResident, "11010519491231002X", NumberError::OtherDocument(CnResidentId)),
        // Whatever looks like a number with a check character is held to it.
        (CnDrivingLicence, "110105194912310021", NumberError::Checksum),
        (CnDrivingLicence, "932682198501010018", NumberError::Checksum),
        (CnDrivingLicence, "KAZ110090123106", NumberError::Checksum),
        (CnDrivingLicence, "12", length(2, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18])),
    ] {
        assert_eq!(parse(kind, text), Err(error), "{kind:?} {text}");
    }
}

// RC-1
#[test]
fn numbers_are_taken_as_people_write_them() {
    for (kind, text, spelling) in [
        (DocumentKind::CnResidentId, " 110105 19491231 002x ", "11010519491231002X"),
        (DocumentKind::CnResidentId, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        (DocumentKind::CnOfficerCard, "军字第 1234567 号", "军1234567"),
        (DocumentKind::CnOfficerCard, "军1234567", "军1234567"),
        (DocumentKind::CnPassport, "e a1234567", "EA1234567"),
        (DocumentKind::CnPassport, "P.1234567", "P1234567"),
        (DocumentKind::CnTravelPermitHkMacao, "h 1234 5678 (01)", "H1234567801"),
        (DocumentKind::CnTravelPermitTaiwan, "0123456701（B）", "0123456701B"),
        (DocumentKind::CnTravelPermitTaiwan, "\u{200B}01234567\u{FEFF}", "01234567"),
        (DocumentKind::CnPermanentResident, "kaz 1100 901231 05", "KAZ110090123105"),
    ] {
        assert_eq!(parse(kind, text).map(|number| number.as_str().to_owned()), Ok(spelling.to_owned()), "{text}");
    }
}

// RC-1: a renewed permit is the same person's.
#[test]
fn what_lasts_is_the_holders() {
    let lasting = |kind, text| parse(kind, text).unwrap().lasting().map(ToOwned::to_owned);
    let permit = DocumentKind::CnTravelPermitHkMacao;
    assert_eq!(lasting(permit, "H0123456700"), lasting(permit, "H01234567"));
    assert_ne!(lasting(permit, "H0123456700"), lasting(permit, "M0123456700"));
    let permit = DocumentKind::CnTravelPermitTaiwan;
    assert_eq!(lasting(permit, "0123456701(B)"), lasting(permit, "01234567"));
    assert_eq!(lasting(DocumentKind::CnPassport, "EA1234567"), None);
}

// RC-1
#[test]
fn numbers_say_what_they_hold() {
    let man = parse(DocumentKind::CnPermanentResident, "932682198501010017").unwrap();
    assert_eq!(man.birth_date().unwrap().to_string(), "1985-01-01");
    assert_eq!(man.sex(), Some(Sex::Male));
    let woman = parse(DocumentKind::CnPermanentResident, "911124198108030024").unwrap();
    assert_eq!(woman.birth_date().unwrap().to_string(), "1981-08-03");
    assert_eq!(woman.sex(), Some(Sex::Female));

    // The specimen of 2017 is a woman's, its sequence digit odd: that form does not tell.
    let specimen = parse(DocumentKind::CnPermanentResident, "CAN110081080310").unwrap();
    assert_eq!(specimen.sex(), None);
    assert!(specimen.allows_birth(Date::parse_iso("1981-08-03").unwrap()));
    let old = parse(DocumentKind::CnPermanentResident, "KAZ110090123105").unwrap();
    assert_eq!((old.birth_date(), old.sex()), (None, None));
    for (birth, allowed) in [("1990-12-31", true), ("2090-12-31", true), ("1990-12-30", false), ("1991-12-31", false)] {
        assert_eq!(old.allows_birth(Date::parse_iso(birth).unwrap()), allowed, "{birth}");
    }

    let permit = parse(DocumentKind::CnResidencePermit, "830000199201300022").unwrap();
    assert_eq!(permit.id_number().unwrap().holder(), crate::id_number::NumberHolder::Taiwan);
    assert_eq!(permit.sex(), Some(Sex::Female));
    assert!(!permit.allows_birth(Date::parse_iso("1992-01-31").unwrap()));

    let passport = parse(DocumentKind::CnPassport, "EA1234567").unwrap();
    assert_eq!((passport.birth_date(), passport.sex(), passport.id_number()), (None, None, None));
    assert!(passport.allows_birth(Date::parse_iso("1992-01-31").unwrap()));
}

#[test]
fn what_a_number_vouches_for() {
    for (kind, text, assurance) in [
        (DocumentKind::CnResidentId, "11010519491231002X", Assurance::CheckCharacter),
        (DocumentKind::CnDrivingLicence, "KAZ110090123105", Assurance::CheckCharacter),
        (DocumentKind::CnPassport, "EA1234567", Assurance::Form),
        (DocumentKind::CnPassport, "DE1234567", Assurance::Reported),
        (DocumentKind::CnArmedPoliceCard, "武字第1234567号", Assurance::Reported),
        (DocumentKind::CnDrivingLicence, "H01234567", Assurance::Reported),
    ] {
        assert_eq!(parse(kind, text).unwrap().assurance(), assurance, "{kind:?} {text}");
    }
    assert!(Assurance::Reported < Assurance::Form && Assurance::Form < Assurance::CheckCharacter);
}

#[test]
fn shows_little_and_debugs_nothing() {
    for (kind, text, shown) in [
        (DocumentKind::CnResidentId, "11010519491231002X", "110***********002X"),
        (DocumentKind::CnPermanentResident, "KAZ110090123105", "KA**********105"),
        (DocumentKind::CnTravelPermitHkMacao, "H0123456702", "H********02"),
        (DocumentKind::CnPassport, "EA1234567", "E******67"),
        (DocumentKind::CnTravelPermitTaiwan, "01234567", "0******7"),
        (DocumentKind::CnOfficerCard, "军字第1234567号", "军******7"),
        (DocumentKind::ForeignPassport, "123", "***"),
    ] {
        let number = parse(kind, text).unwrap();
        assert_eq!(number.masked(), shown);
        assert_eq!(format!("{number:?}"), format!("DocumentNumber({kind:?}, …)"));
    }
    let error = parse(DocumentKind::CnResidentId, "110105194912310021").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("1949"));
}

/// A kind and a number that has the shape of one of its forms. A shape is a regular expression but for its classes.
fn of_some_shape() -> impl Strategy<Value = (DocumentKind, String)> {
    let forms = |kind| facts(kind).numbers.iter().map(move |form| (kind, form.shape.to_string()));
    let shapes: Vec<_> = DocumentKind::ALL.into_iter().flat_map(forms).collect();
    prop::sample::select(shapes).prop_flat_map(|(kind, shape)| {
        let regex = [("#", "[0-9]"), ("@", "[A-Z]"), ("%", "[军武北海空边]")]
            .iter()
            .fold(shape, |regex, (class, set)| regex.replace(class, set));
        (Just(kind), prop::string::string_regex(&regex).unwrap())
    })
}

proptest! {
    // RC-1: what has a form's shape is refused for what it says only, however it is written.
    #[test]
    fn numbers_of_every_form_are_read_however_they_are_written((kind, text) in of_some_shape(), at in 0usize..20) {
        let number = parse(kind, &text);
        match &number {
            Ok(number) => prop_assert_eq!(number.as_str(), &text),
            Err(NumberError::Region | NumberError::BirthDate | NumberError::Checksum) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
        let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0) } else { Some(c) };
        let full_width: String = text.chars().filter_map(wide).collect();
        prop_assert_eq!(parse(kind, &full_width), number.clone());
        let (head, tail): (String, String) = (text.chars().take(at).collect(), text.chars().skip(at).collect());
        prop_assert_eq!(parse(kind, &format!(" {} {}\n", head.to_lowercase(), tail)), number);
    }

    #[test]
    fn never_panics_and_spelling_is_stable(kind in prop::sample::select(&DocumentKind::ALL[..]), text in "\\PC{0,24}") {
        if let Ok(number) = parse(kind, &text) {
            prop_assert_eq!(parse(kind, number.as_str()), Ok(number));
        }
    }

    // RC-1: digits, letters and brackets in any order.
    #[test]
    fn plausible_text_is_stable_too(kind in prop::sample::select(&DocumentKind::ALL[..]), text in "[军武北HMEGKP019X() ]{0,12}") {
        if let Ok(number) = parse(kind, &text) {
            prop_assert_eq!(parse(kind, number.as_str()), Ok(number));
        }
    }
}
