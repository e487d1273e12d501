//! Is the evidence possible at all? What must hold of its fields before the citizen register is asked.

use serde::{Deserialize, Serialize};
use shiming_identity::check::{Fields, Severity, cross_check};
use shiming_identity::document::FieldName;
use shiming_identity::{Date, Ethnicity, Expiry, IdNumber, PersonName, Sex, Validity, Variants};
use shiming_outside::crm::{Identity, NameMatch};
use shiming_outside::register::VerifyCitizen;
use shiming_wire::{Evidence, Field, Measured, Text};

use crate::inquiry::Inquiry;
use crate::policy::RegisterNames;

/// Evidence whose fields can be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is kept of it.
    pub case: Case,
    /// The question for the citizen register.
    pub question: VerifyCitizen,
    /// What follows if the register says that the name differs (RC-4).
    pub inquiry: Inquiry,
    /// Whether the document is valid today.
    pub valid_today: bool,
}

/// What a registration keeps of its evidence, until the CRM has it and nobody has to look at it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The person's data, each field in its one spelling; the name in its formal codes and as it was read (RC-6).
    pub identity: Identity,
    /// How the register found the name, once it has, if there are several ways to write it (RC-4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_match: Option<NameMatch>,
    /// Fields that were changed by hand.
    pub edited: Vec<Text<20>>,
    /// Whether the name or the number is among them.
    pub key_field_edited: bool,
    /// The reader's least confidence in a field, percent.
    pub least_confidence: u8,
    /// What was measured on the picture of the front.
    pub front: Measured,
    /// What was measured on the picture of the back.
    pub back: Measured,
    /// Version of the models that read it.
    pub models: Text<24>,
}

/// Fields that cannot be right, in the document's order; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} fields cannot be right", .fields.len())]
pub struct Impossible {
    /// The fields.
    pub fields: Vec<FieldName>,
}

/// Checks every field by itself, then against the others and today (in China), and makes the question for the register.
pub fn check(
    evidence: &Evidence,
    today: Date,
    variants: &Variants,
    register: RegisterNames,
) -> Result<Checked, Impossible> {
    let mut wrong = Vec::new();
    let name = note(&mut wrong, FieldName::Name, PersonName::parse(evidence.name.value.as_str()));
    let sex = note(&mut wrong, FieldName::Sex, evidence.sex.value.as_str().parse::<Sex>());
    let ethnicity = note(&mut wrong, FieldName::Ethnicity, evidence.ethnicity.value.as_str().parse::<Ethnicity>());
    let birth_date = note(&mut wrong, FieldName::BirthDate, Date::parse_iso(evidence.birth_date.value.as_str()));
    let address = note(&mut wrong, FieldName::Address, not_blank(&evidence.address.value));
    let id_number = note(&mut wrong, FieldName::IdNumber, IdNumber::parse(evidence.id_number.value.as_str()));
    let issuer = note(&mut wrong, FieldName::Issuer, not_blank(&evidence.issuer.value));
    let from = note(&mut wrong, FieldName::ValidFrom, Date::parse_iso(evidence.valid_from.value.as_str()));
    let until = note(&mut wrong, FieldName::ValidUntil, evidence.valid_until.value.as_str().parse::<Expiry>());
    let validity = match (from, until) {
        (Some(from), Some(until)) => note(&mut wrong, FieldName::ValidUntil, Validity::new(from, until)),
        _ => None,
    };

    let fields = Fields {
        id_number: id_number.as_ref(),
        sex,
        birth_date,
        address: address.as_ref().map(Text::as_str),
        issuer: issuer.as_ref().map(Text::as_str),
        validity,
    };
    let mut valid_today = true;
    for inconsistency in cross_check(&fields, today) {
        match inconsistency.severity() {
            Severity::Contradiction => wrong.extend(inconsistency.fields()),
            Severity::NotValid => valid_today = false,
            Severity::Doubt => {}
        }
    }
    let marks = marks(evidence);
    let wrong: Vec<FieldName> = marks.iter().map(|mark| mark.field).filter(|field| wrong.contains(field)).collect();

    let (Some(name), Some(sex), Some(ethnicity), Some(birth_date), Some(address)) =
        (name, sex, ethnicity, birth_date, address)
    else {
        return Err(Impossible { fields: wrong });
    };
    let (Some(id_number), Some(issuer), Some(validity)) = (id_number, issuer, validity) else {
        return Err(Impossible { fields: wrong });
    };
    let asked = bounded(id_number.as_str()).and_then(|number| Inquiry::begin(number, &name, variants, register));
    let (Some((inquiry, question)), true) = (asked, wrong.is_empty()) else {
        return Err(Impossible { fields: wrong });
    };
    let formal = name.to_formal(variants);
    let identity = Identity {
        name: bounded(formal.as_str()).unwrap_or_default(),
        name_as_read: if formal == name { None } else { bounded(name.as_str()) },
        // Each of these is shorter than its bound by its own grammar.
        sex: bounded(sex.as_str()).unwrap_or_default(),
        ethnicity: bounded(ethnicity.as_str()).unwrap_or_default(),
        birth_date: bounded(&birth_date.to_string()).unwrap_or_default(),
        address,
        id_number: question.id_number.clone(),
        issuer,
        valid_from: bounded(&validity.from().to_string()).unwrap_or_default(),
        valid_until: bounded(&validity.until().to_string()).unwrap_or_default(),
    };
    let case = Case {
        identity,
        name_match: None,
        edited: marks.iter().filter(|mark| mark.edited).filter_map(|mark| bounded(mark.field.as_str())).collect(),
        key_field_edited: evidence.name.edited || evidence.id_number.edited,
        least_confidence: marks.iter().map(|mark| mark.confidence).min().unwrap_or_default().min(100),
        front: evidence.front,
        back: evidence.back,
        models: evidence.models.clone(),
    };
    Ok(Checked { case, question, inquiry, valid_today })
}

/// How sure the reader was of a field, percent, and whether the user changed it.
struct Mark {
    field: FieldName,
    confidence: u8,
    edited: bool,
}

/// Every field in the document's order.
fn marks(evidence: &Evidence) -> [Mark; 9] {
    fn mark<const MAX: usize>(name: FieldName, field: &Field<MAX>) -> Mark {
        Mark { field: name, confidence: field.confidence, edited: field.edited }
    }
    [
        mark(FieldName::Name, &evidence.name),
        mark(FieldName::Sex, &evidence.sex),
        mark(FieldName::Ethnicity, &evidence.ethnicity),
        mark(FieldName::BirthDate, &evidence.birth_date),
        mark(FieldName::Address, &evidence.address),
        mark(FieldName::IdNumber, &evidence.id_number),
        mark(FieldName::Issuer, &evidence.issuer),
        mark(FieldName::ValidFrom, &evidence.valid_from),
        mark(FieldName::ValidUntil, &evidence.valid_until),
    ]
}

fn note<T, E>(wrong: &mut Vec<FieldName>, field: FieldName, parsed: Result<T, E>) -> Option<T> {
    if parsed.is_err() {
        wrong.push(field);
    }
    parsed.ok()
}

fn not_blank<const MAX: usize>(text: &Text<MAX>) -> Result<Text<MAX>, ()> {
    let trimmed = text.as_str().trim();
    if trimmed.is_empty() { Err(()) } else { Text::new(trimmed).map_err(|_| ()) }
}

fn bounded<const MAX: usize>(text: &str) -> Option<Text<MAX>> {
    Text::new(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::evidence;

    fn check_today(evidence: &Evidence) -> Result<Checked, Impossible> {
        let today = Date::parse_iso("2026-11-22").unwrap();
        check(evidence, today, &Variants::built_in(), RegisterNames::Sequence)
    }

    fn set<const MAX: usize>(field: &mut shiming_wire::Field<MAX>, value: &str) {
        field.value = Text::new(value).unwrap();
    }

    // RN-5
    #[test]
    fn a_good_card_becomes_a_question_and_a_record() {
        let checked = check_today(&evidence()).unwrap();
        assert_eq!(checked.question.id_number.as_str(), "11010519491231002X");
        assert_eq!(checked.question.name.as_str(), checked.case.identity.name.as_str());
        assert_eq!(checked.case.identity.valid_until.as_str(), "长期");
        assert!(checked.valid_today && checked.case.edited.is_empty() && !checked.case.key_field_edited);
    }

    // RC-6: the formal code is shown and stored, the code as read is stored beside it, and asked for.
    #[test]
    fn the_record_has_the_formal_code_and_the_code_as_read() {
        let mut evidence = evidence();
        set(&mut evidence.name, "张\u{E863}");
        let checked = check_today(&evidence).unwrap();
        let Identity { name, name_as_read, .. } = &checked.case.identity;
        assert_eq!((name.as_str(), name_as_read.as_ref().map(Text::as_str)), ("张\u{4DAE}", Some("张\u{E863}")));
        assert_eq!(checked.question.name.as_str(), "张\u{E863}");
        set(&mut evidence.name, "张\u{4DAE}");
        assert_eq!(check_today(&evidence).unwrap().case.identity.name_as_read, None);
    }

    #[test]
    fn every_broken_field_is_named() {
        type Case<'a> = (fn(&mut Evidence), &'a [FieldName]);
        let cases: [Case<'_>; 12] = [
            (|e| set(&mut e.name, ""), &[FieldName::Name]),
            (|e| set(&mut e.sex, "男"), &[FieldName::Sex, FieldName::IdNumber]),
            (|e| set(&mut e.sex, "中"), &[FieldName::Sex]),
            (|e| set(&mut e.ethnicity, "某"), &[FieldName::Ethnicity]),
            (|e| set(&mut e.birth_date, "1949-12-30"), &[FieldName::BirthDate, FieldName::IdNumber]),
            (|e| set(&mut e.birth_date, "1949.12.31"), &[FieldName::BirthDate]),
            (|e| set(&mut e.address, "  "), &[FieldName::Address]),
            (|e| set(&mut e.id_number, "110105194912310021"), &[FieldName::IdNumber]),
            (|e| set(&mut e.issuer, ""), &[FieldName::Issuer]),
            (|e| set(&mut e.valid_from, "2016"), &[FieldName::ValidFrom]),
            (|e| set(&mut e.valid_until, "2010-01-01"), &[FieldName::ValidUntil]),
            (
                |e| {
                    set(&mut e.name, "");
                    set(&mut e.issuer, "");
                },
                &[FieldName::Name, FieldName::Issuer],
            ),
        ];
        for (index, (break_it, fields)) in cases.into_iter().enumerate() {
            let mut evidence = evidence();
            break_it(&mut evidence);
            assert_eq!(check_today(&evidence), Err(Impossible { fields: fields.to_vec() }), "case {index}");
        }
    }

    #[test]
    fn an_expired_document_is_possible_but_not_valid() {
        let mut evidence = evidence();
        set(&mut evidence.valid_until, "2026-11-21");
        assert!(!check_today(&evidence).unwrap().valid_today);
        set(&mut evidence.valid_until, "2026-11-22");
        assert!(check_today(&evidence).unwrap().valid_today);
        set(&mut evidence.valid_from, "2026-11-23");
        set(&mut evidence.valid_until, "长期");
        assert!(!check_today(&evidence).unwrap().valid_today);
    }

    #[test]
    fn edits_are_listed() {
        let mut evidence = evidence();
        evidence.address.edited = true;
        let checked = check_today(&evidence).unwrap();
        assert!(!checked.case.key_field_edited);
        assert_eq!(checked.case.edited.iter().map(Text::as_str).collect::<Vec<_>>(), ["address"]);
        evidence.id_number.edited = true;
        assert!(check_today(&evidence).unwrap().case.key_field_edited);
    }

    #[test]
    fn members_are_spelled_as_on_the_wire() {
        let json = serde_json::to_value(evidence()).unwrap();
        for field in marks(&evidence()).map(|mark| mark.field) {
            assert!(json.get(field.as_str()).is_some());
            assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
        }
    }
}
