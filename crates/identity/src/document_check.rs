//! Do the fields of a document of any kind agree with each other (RC-1)?
//!
//! [`cross_check`](crate::check::cross_check) knows more of resident ID cards: regions, issuers.

use crate::check::{Inconsistency, calendar};
use crate::date::Date;
use crate::document::{DocumentKind, facts};
use crate::document_number::DocumentNumber;
use crate::sex::Sex;
use crate::validity::Validity;

/// The fields of a document that have something to say about each other; absent ones are not compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentFields<'a> {
    /// Its number.
    pub number: Option<&'a DocumentNumber>,
    /// 性别
    pub sex: Option<Sex>,
    /// 出生日期
    pub birth_date: Option<Date>,
    /// 有效期限
    pub validity: Option<Validity>,
}

/// Every inconsistency among the `fields` of a document of this kind and `today`, in the order of the variants.
#[must_use]
pub fn check_document(kind: DocumentKind, fields: &DocumentFields<'_>, today: Date) -> Vec<Inconsistency> {
    let number = fields.number;
    // The number's is the better one: it has a check character.
    let birth = number.and_then(DocumentNumber::birth_date).or(fields.birth_date);
    let mut found = Vec::new();
    let mut note = |broken: bool, inconsistency| {
        if broken {
            found.push(inconsistency);
        }
    };
    let other_birth = number.zip(fields.birth_date).is_some_and(|(number, birth)| !number.allows_birth(birth));
    note(other_birth, Inconsistency::BirthDateNotInNumber);
    let other_sex = number.and_then(DocumentNumber::sex).zip(fields.sex).is_some_and(|(number, sex)| number != sex);
    note(other_sex, Inconsistency::SexNotInNumber);
    calendar(birth, fields.validity, today, &mut note);
    let warning = fields.validity.zip(facts(kind).validity.as_ref());
    if let Some(warning) = warning.and_then(|(validity, rule)| rule.warnings(validity, birth)) {
        note(true, warning.into());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Expiry;

    const TODAY: &str = "2026-11-22";

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    fn validity(from: &str, until: &str) -> Validity {
        Validity::new(day(from), until.parse::<Expiry>().unwrap()).unwrap()
    }

    // RC-1
    #[test]
    fn each_inconsistency_of_a_permanent_residents_card_is_found_alone() {
        let kind = DocumentKind::CnPermanentResident;
        // The specimen card of 2023: a woman born 1981-08-03.
        let number = DocumentNumber::parse(kind, "911124198108030024").unwrap();
        let good = DocumentFields {
            number: Some(&number),
            sex: Some(Sex::Female),
            birth_date: Some(day("1981-08-03")),
            validity: Some(validity("2023-09-15", "2033-09-14")),
        };
        assert_eq!(check_document(kind, &good, day(TODAY)), []);
        assert_eq!(check_document(kind, &DocumentFields::default(), day(TODAY)), []);
        for (fields, expected) in [
            (DocumentFields { birth_date: Some(day("1981-08-04")), ..good }, Inconsistency::BirthDateNotInNumber),
            (DocumentFields { sex: Some(Sex::Male), ..good }, Inconsistency::SexNotInNumber),
            (
                DocumentFields { validity: Some(validity("2026-11-23", "2036-11-22")), ..good },
                Inconsistency::NotYetValid,
            ),
            (DocumentFields { validity: Some(validity("2013-09-15", "2023-09-14")), ..good }, Inconsistency::Expired),
            (
                DocumentFields { validity: Some(validity("2023-09-15", "2043-09-14")), ..good },
                Inconsistency::UnusualTerm,
            ),
            (
                DocumentFields { validity: Some(validity("2023-09-15", "2028-09-14")), ..good },
                Inconsistency::TermNotOfAge,
            ),
        ] {
            assert_eq!(check_document(kind, &fields, day(TODAY)), [expected]);
        }
    }

    // RC-1
    #[test]
    fn numbers_that_hold_less_are_asked_for_less() {
        let kind = DocumentKind::CnPermanentResident;
        let number = DocumentNumber::parse(kind, "KAZ110090123105").unwrap();
        let with_birth = |birth: &str| {
            let fields = DocumentFields {
                number: Some(&number),
                sex: Some(Sex::Male),
                birth_date: Some(day(birth)),
                ..DocumentFields::default()
            };
            check_document(kind, &fields, day(TODAY))
        };
        assert_eq!(with_birth("1990-12-31"), []);
        assert_eq!(with_birth("1990-12-30"), [Inconsistency::BirthDateNotInNumber]);

        let kind = DocumentKind::ForeignPassport;
        let number = DocumentNumber::parse(kind, "L898902C3").unwrap();
        let fields = DocumentFields {
            number: Some(&number),
            sex: Some(Sex::Female),
            birth_date: Some(day("1974-08-12")),
            // No state's rule is known, so no term is unusual.
            validity: Some(validity("2025-04-15", "2032-04-15")),
        };
        assert_eq!(check_document(kind, &fields, day(TODAY)), []);
        let born_tomorrow = DocumentFields { birth_date: Some(day("2026-11-23")), ..DocumentFields::default() };
        assert_eq!(check_document(kind, &born_tomorrow, day(TODAY)), [Inconsistency::BornInFuture]);
    }

    // RC-1: for resident ID cards both checks say the same of what both look at.
    #[test]
    fn resident_cards_are_checked_alike() {
        use crate::check::{Fields, cross_check};

        let kind = DocumentKind::CnResidentId;
        let number = DocumentNumber::parse(kind, "11010519491231002X").unwrap();
        let id_number = number.id_number();
        for (birth, sex, from, until) in [
            ("1949-12-31", Sex::Female, "2010-01-01", "长期"),
            ("1949-12-30", Sex::Male, "2010-01-01", "2030-01-01"),
            ("2026-12-31", Sex::Female, "1949-01-01", "1969-01-01"),
            ("1949-12-31", Sex::Female, "2027-01-01", "2067-01-01"),
        ] {
            let (birth_date, sex, validity) = (Some(day(birth)), Some(sex), Some(validity(from, until)));
            let own = DocumentFields { number: Some(&number), sex, birth_date, validity };
            let card = Fields { id_number: id_number.as_ref(), sex, birth_date, validity, ..Fields::default() };
            assert_eq!(check_document(kind, &own, day(TODAY)), cross_check(&card, day(TODAY)));
        }
    }
}
