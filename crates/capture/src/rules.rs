//! The rules of `identity`, field by field, while the user types.

use serde::{Deserialize, Serialize};
use shiming_identity::check::{Fields, Inconsistency, Severity, cross_check};
use shiming_identity::date::DateError;
use shiming_identity::document::FieldName;
use shiming_identity::id_number::IdNumberError;
use shiming_identity::line::{Iccid, IccidError, LuhnCheck, PhoneNumber, PhoneNumberError};
use shiming_identity::name::NameError;
use shiming_identity::{Date, Ethnicity, Expiry, IdNumber, PersonName, Sex, Validity};

/// What the user confirmed, as in `wire::Evidence`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields of the document")]
pub struct FieldValues {
    pub name: String,
    pub sex: String,
    pub ethnicity: String,
    pub birth_date: String,
    pub address: String,
    pub id_number: String,
    pub issuer: String,
    pub valid_from: String,
    pub valid_until: String,
}

/// Shows nothing: the values are personal data.
impl std::fmt::Debug for FieldValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FieldValues")
    }
}

/// A field that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fault<Name = FieldName> {
    /// Which.
    pub field: Name,
    /// Which rule. Stable; interfaces translate it.
    pub code: &'static str,
    /// Real documents have it now and then: worth a look, nothing to stop for.
    pub doubt: bool,
}

/// What is typed to name a SIM card (RN-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SimField {
    /// The card's printed number.
    Iccid,
    /// The phone number.
    Number,
}

/// Longest address and issuer, characters (`wire::Evidence`).
const MAX_ADDRESS: usize = 80;
const MAX_ISSUER: usize = 40;

/// The faults of every field: first its own rule, then whether it agrees with the others and with the calendar.
#[must_use]
pub fn check_fields(values: &FieldValues, today: Date) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut own = |field, code| faults.push(Fault { field, code, doubt: false });

    if let Err(error) = PersonName::parse(&values.name) {
        own(FieldName::Name, name_code(error));
    }
    let sex = values.sex.parse::<Sex>().ok();
    if sex.is_none() {
        own(FieldName::Sex, missing_or(&values.sex, "malformed"));
    }
    if values.ethnicity.parse::<Ethnicity>().is_err() {
        own(FieldName::Ethnicity, missing_or(&values.ethnicity, "unknown_ethnicity"));
    }
    let birth_date = Date::parse_iso(&values.birth_date);
    if let Err(error) = birth_date {
        own(FieldName::BirthDate, missing_or(&values.birth_date, date_code(error)));
    }
    if let Some(code) = text_code(&values.address, MAX_ADDRESS) {
        own(FieldName::Address, code);
    }
    let id_number = IdNumber::parse(&values.id_number);
    if let Err(error) = id_number {
        own(FieldName::IdNumber, missing_or(&values.id_number, number_code(error)));
    }
    if let Some(code) = text_code(&values.issuer, MAX_ISSUER) {
        own(FieldName::Issuer, code);
    }
    let from = Date::parse_iso(&values.valid_from);
    if let Err(error) = from {
        own(FieldName::ValidFrom, missing_or(&values.valid_from, date_code(error)));
    }
    let until = values.valid_until.parse::<Expiry>();
    if let Err(error) = until {
        own(FieldName::ValidUntil, missing_or(&values.valid_until, date_code(error)));
    }
    let validity = match (from, until) {
        (Ok(from), Ok(until)) => {
            let validity = Validity::new(from, until);
            if validity.is_err() {
                own(FieldName::ValidUntil, "ends_before_it_begins");
            }
            validity.ok()
        }
        _ => None,
    };

    let fields = Fields {
        id_number: id_number.as_ref().ok(),
        sex,
        birth_date: birth_date.ok(),
        address: Some(&values.address).filter(|text| !text.is_empty()).map(String::as_str),
        issuer: Some(&values.issuer).filter(|text| !text.is_empty()).map(String::as_str),
        validity,
    };
    for inconsistency in cross_check(&fields, today) {
        let doubt = inconsistency.severity() == Severity::Doubt;
        for field in inconsistency.fields() {
            // One sentence a field: the first fault is the one to mend.
            if !faults.iter().any(|fault| fault.field == *field && (doubt || !fault.doubt)) {
                faults.retain(|fault| fault.field != *field);
                faults.push(Fault { field: *field, code: inconsistency_code(inconsistency), doubt });
            }
        }
    }
    // In the order in which the document has the fields.
    faults.sort_by_key(|fault| fault.field);
    faults
}

/// The faults of a card's number and its phone number. A Chinese card's check digit is a doubt at most: not all keep one.
#[must_use]
pub fn check_sim(iccid: &str, number: &str) -> Vec<Fault<SimField>> {
    let mut faults = Vec::new();
    match Iccid::parse(iccid) {
        Ok(iccid) if iccid.check() == LuhnCheck::Wrong => {
            faults.push(Fault { field: SimField::Iccid, code: "check", doubt: true });
        }
        Ok(_) => {}
        Err(error) => {
            let code = match error {
                IccidError::Length => "length",
                IccidError::Character { .. } => "malformed",
                IccidError::Prefix => "prefix",
                IccidError::CheckDigit => "check",
            };
            faults.push(Fault { field: SimField::Iccid, code, doubt: false });
        }
    }
    if let Err(error) = PhoneNumber::parse(number) {
        let code = match error {
            PhoneNumberError::Length => "length",
            PhoneNumberError::Character => "malformed",
            PhoneNumberError::Prefix => "prefix",
        };
        faults.push(Fault { field: SimField::Number, code, doubt: false });
    }
    faults
}

fn missing_or(value: &str, code: &'static str) -> &'static str {
    if value.trim().is_empty() { "empty" } else { code }
}

fn text_code(value: &str, most: usize) -> Option<&'static str> {
    if value.trim().is_empty() {
        Some("empty")
    } else if value.chars().any(char::is_control) {
        Some("character")
    } else if value.chars().count() > most {
        Some("too_long")
    } else {
        None
    }
}

fn name_code(error: NameError) -> &'static str {
    match error {
        NameError::Empty => "empty",
        NameError::TooLong => "too_long",
        NameError::Character { .. } => "character",
        NameError::Mixed => "mixed_scripts",
        NameError::Joint => "malformed",
    }
}

fn number_code(error: IdNumberError) -> &'static str {
    match error {
        IdNumberError::Length { .. } => "length",
        IdNumberError::Character { .. } => "character",
        IdNumberError::Province => "province",
        IdNumberError::BirthDate => "birth_date",
        IdNumberError::Checksum => "check_character",
    }
}

fn date_code(error: DateError) -> &'static str {
    match error {
        DateError::Format => "malformed",
        DateError::NoSuchDay => "no_such_day",
    }
}

/// As serde writes it.
fn inconsistency_code(inconsistency: Inconsistency) -> &'static str {
    match inconsistency {
        Inconsistency::BirthDateNotInNumber => "birth_date_not_in_number",
        Inconsistency::SexNotInNumber => "sex_not_in_number",
        Inconsistency::BornInFuture => "born_in_future",
        Inconsistency::TooOld => "too_old",
        Inconsistency::IssuedBeforeBirth => "issued_before_birth",
        Inconsistency::NotYetValid => "not_yet_valid",
        Inconsistency::Expired => "expired",
        Inconsistency::NumberOfResidencePermit => "number_of_residence_permit",
        Inconsistency::RegionUnknown => "region_unknown",
        Inconsistency::RegionAbolishedBeforeBirth => "region_abolished_before_birth",
        Inconsistency::IssuerNotPolice => "issuer_not_police",
        Inconsistency::IssuerElsewhere => "issuer_elsewhere",
        Inconsistency::UnusualTerm => "unusual_term",
        Inconsistency::TermNotOfAge => "term_not_of_age",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> FieldValues {
        FieldValues {
            name: "古丽·买买提".into(),
            sex: "女".into(),
            ethnicity: "维吾尔".into(),
            birth_date: "1949-12-31".into(),
            address: "北京市朝阳区样本路1号".into(),
            id_number: "11010519491231002X".into(),
            issuer: "北京市公安局朝阳分局".into(),
            valid_from: "2010-01-01".into(),
            valid_until: "长期".into(),
        }
    }

    fn faults(values: &FieldValues) -> Vec<(FieldName, &'static str, bool)> {
        let today = Date::parse_iso("2026-11-22").unwrap();
        check_fields(values, today).into_iter().map(|fault| (fault.field, fault.code, fault.doubt)).collect()
    }

    // RN-5
    #[test]
    fn a_sound_document_has_no_fault() {
        assert_eq!(faults(&good()), []);
    }

    // RN-5
    #[test]
    fn each_field_keeps_its_own_rule() {
        use FieldName::{Address, BirthDate, Ethnicity, IdNumber, Issuer, Name, Sex, ValidFrom, ValidUntil};
        type Change = fn(&mut FieldValues);
        let cases: [(Change, FieldName, &str); 12] = [
            (|v| v.name.clear(), Name, "empty"),
            (|v| v.name = "张3".into(), Name, "character"),
            (|v| v.sex.clear(), Sex, "empty"),
            (|v| v.ethnicity = "火星".into(), Ethnicity, "unknown_ethnicity"),
            (|v| v.birth_date = "1949-02-30".into(), BirthDate, "no_such_day"),
            (|v| v.address = "路".repeat(81), Address, "too_long"),
            (|v| v.id_number = "110105194912310021".into(), IdNumber, "check_character"),
            (|v| v.id_number = "1101051949123100".into(), IdNumber, "length"),
            (|v| v.id_number = "99010519491231002X".into(), IdNumber, "province"),
            (|v| v.issuer.clear(), Issuer, "empty"),
            (|v| v.valid_from = "2010.01.01".into(), ValidFrom, "malformed"),
            (|v| v.valid_until = "2009-01-01".into(), ValidUntil, "ends_before_it_begins"),
        ];
        for (change, field, code) in cases {
            let mut values = good();
            change(&mut values);
            let found = faults(&values);
            assert!(found.contains(&(field, code, false)), "{field:?} {code}: {found:?}");
        }
    }

    // RN-5
    #[test]
    fn fields_that_disagree_are_faults_and_rare_ones_doubts() {
        let mut values = good();
        values.sex = "男".into();
        assert!(faults(&values).contains(&(FieldName::Sex, "sex_not_in_number", false)));
        let mut values = good();
        values.issuer = "杭州市公安局西湖分局".into();
        assert!(faults(&values).contains(&(FieldName::Issuer, "issuer_elsewhere", true)));
        let mut values = good();
        values.valid_until = "2020-01-01".into();
        assert!(faults(&values).contains(&(FieldName::ValidUntil, "expired", false)));
    }

    #[test]
    fn a_field_has_one_fault() {
        let mut values = good();
        values.sex = "男".into();
        values.birth_date = "1950-12-31".into();
        let found = faults(&values);
        let mut fields: Vec<FieldName> = found.iter().map(|fault| fault.0).collect();
        fields.sort_unstable();
        fields.dedup();
        assert_eq!(fields.len(), found.len(), "{found:?}");
    }

    // RN-13
    #[test]
    fn sim_cards_and_numbers() {
        assert_eq!(check_sim("8986 0024 1234 5678 9012", "13800000002").iter().filter(|fault| !fault.doubt).count(), 0);
        assert_eq!(check_sim("123", "13800000002")[0].code, "length");
        assert_eq!(check_sim("89860024123456789012", "23800000002").last().unwrap().code, "prefix");
    }
}
