//! From the police server's answer to what the applicant gets: a certificate or a notice, and never the other way (NC-3, NC-6).
//!
//! A certificate is made from a [`Draft`], a draft from a [`NoRecord`], and that only by [`Inquiry::settle`] from an answer to
//! this very question that says so. What a [`NotIssued`] was made of it does not keep, so that nothing made from it can tell:
//!
//! ```compile_fail
//! # use shiming_certificate::{Draft, Holder, NotIssued, Office, Policy};
//! # use shiming_identity::Date;
//! fn certify(refused: NotIssued, holder: Holder, office: Office, today: Date) {
//!     let _ = Draft::new(refused, holder, office, today, Policy::default());
//! }
//! ```

use std::fmt;

use shiming_identity::{Date, DocumentNumber, PersonName, Sex};

use crate::code::VerificationCode;
use crate::number::{CertificateNumber, NumberError, OfficeCode};
use crate::standing::Policy;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// An office that issues certificates, as the operator enters it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Its place in the coding rule.
    pub code: OfficeCode,
    /// Its name.
    pub name: Bilingual,
    /// Where to go.
    pub address: Bilingual,
    /// Whom to call.
    pub telephone: String,
}

/// Whom a certificate is about, as the document said and the register confirmed.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name, in its formal code (RC-6).
    pub name: PersonName,
    /// The name in Latin letters, for bilingual certificates, where the document has it.
    pub latin_name: Option<PersonName>,
    /// The sex, where the document says it.
    pub sex: Option<Sex>,
    /// The day of birth, where the document says it.
    pub birth_date: Option<Date>,
    /// The document and its number.
    pub document: DocumentNumber,
}

/// A question to the police server: this document's holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// Unlike any other's; the answer names it.
    pub id: [u8; 16],
    /// Who is asked about.
    pub document: DocumentNumber,
}

/// What the police server said, as its adapter read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question that it answers.
    pub inquiry: [u8; 16],
    /// Who it is about.
    pub document: DocumentNumber,
    /// What it says.
    pub finding: Finding,
    /// Up to which day the police's records were searched.
    pub as_of: Date,
}

/// What an answer says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// No record was found.
    NoRecord,
    /// Anything else that is final: a record, or a case for a person to decide. Which, we do not want to know.
    NotIssuable,
}

/// An answer that answers nothing: the question stays open and is asked again (as RN-6 does).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It names another question.
    #[error("the answer is to another question")]
    OtherQuestion,
    /// It is about another document.
    #[error("the answer is about another document")]
    OtherPerson,
    /// Its records end after today, or more than a week ago.
    #[error("the answer's records are of another day")]
    OtherDay,
}

/// The police found no record of this person: the only thing that a certificate is made from.
pub struct NoRecord {
    document: DocumentNumber,
    as_of: Date,
}

/// No certificate is issued. It is the same value whatever the reason.
#[derive(Debug, PartialEq, Eq)]
pub struct NotIssued(());

/// What becomes of an application.
#[derive(Debug)]
pub enum Outcome {
    /// A certificate is made.
    Certifiable(NoRecord),
    /// A notice is given.
    NotIssued(NotIssued),
}

/// So many days an answer's records may be behind.
const MOST_DAYS_BEHIND: u8 = 7;

impl Inquiry {
    /// Holds an answer against its question.
    pub fn settle(self, answer: &Answer, today: Date) -> Result<Outcome, AnswerError> {
        if answer.inquiry != self.id {
            return Err(AnswerError::OtherQuestion);
        }
        if answer.document != self.document {
            return Err(AnswerError::OtherPerson);
        }
        let days =
            std::iter::successors(Some(answer.as_of), |day| day.tomorrow()).take(usize::from(MOST_DAYS_BEHIND) + 1);
        if !days.into_iter().any(|day| day == today) {
            return Err(AnswerError::OtherDay);
        }
        Ok(match answer.finding {
            Finding::NoRecord => Outcome::Certifiable(NoRecord { document: self.document, as_of: answer.as_of }),
            Finding::NotIssuable => Outcome::NotIssued(NotIssued(())),
        })
    }
}

/// A certificate that lacks its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    holder: Holder,
    office: Office,
    as_of: Date,
    issued_on: Date,
    policy: Policy,
}

/// The answer was about somebody else than the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is about another document than the holder's")]
pub struct OtherHolder;

impl Draft {
    /// The draft for this holder, whom the answer has to be about.
    pub fn new(
        no_record: NoRecord,
        holder: Holder,
        office: Office,
        today: Date,
        policy: Policy,
    ) -> Result<Self, OtherHolder> {
        let NoRecord { document, as_of } = no_record;
        if document != holder.document {
            return Err(OtherHolder);
        }
        Ok(Self { holder, office, as_of, issued_on: today, policy })
    }

    /// The certificate: the `serial`-th of its office and day, from 1. Serial numbers are drawn for drafts only, so that a
    /// gap between them says nothing of anybody.
    pub fn numbered(self, serial: u32, code: VerificationCode) -> Result<Certificate, NumberError> {
        let number = CertificateNumber::new(self.office.code, self.issued_on, serial)?;
        Ok(Certificate { draft: self, number, code })
    }
}

/// A certificate as it is printed, signed and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    draft: Draft,
    number: CertificateNumber,
    code: VerificationCode,
}

impl Certificate {
    /// Whom it is about.
    #[must_use]
    pub fn holder(&self) -> &Holder {
        &self.draft.holder
    }

    /// Who issued it.
    #[must_use]
    pub fn office(&self) -> &Office {
        &self.draft.office
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> CertificateNumber {
        self.number
    }

    /// What is typed beside the number to check it.
    #[must_use]
    pub fn code(&self) -> &VerificationCode {
        &self.code
    }

    /// Up to which day the police's records were searched.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.draft.as_of
    }

    /// The day of issue.
    #[must_use]
    pub fn issued_on(&self) -> Date {
        self.draft.issued_on
    }

    /// The last day on which it is valid.
    #[must_use]
    pub fn valid_through(&self) -> Date {
        self.draft.policy.last_day(self.draft.issued_on)
    }

    /// The policy that it was issued under.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.draft.policy
    }
}

/// The written notice that no certificate was issued here, with where to go and how to ask for a review (NC-6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    applicant: String,
    office: Office,
    given_on: Date,
}

impl Notice {
    /// The notice for this applicant. It is told to nobody but them and kept nowhere.
    #[must_use]
    pub fn new(_: NotIssued, applicant: &PersonName, office: Office, today: Date) -> Self {
        Self { applicant: crate::standing::masked_name(applicant), office, given_on: today }
    }

    /// The applicant's name, masked: the paper may be lost.
    #[must_use]
    pub fn applicant(&self) -> &str {
        &self.applicant
    }

    /// Where to go.
    #[must_use]
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// The day on which it was given.
    #[must_use]
    pub fn given_on(&self) -> Date {
        self.given_on
    }
}

/// Names nobody.
impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder({:?})", self.document.kind())
    }
}

/// What the police say of somebody is shown by no `Debug`.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finding(…)")
    }
}

impl fmt::Debug for NoRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoRecord(…)")
    }
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::DocumentKind;

    use super::*;

    fn document(text: &str) -> DocumentNumber {
        DocumentNumber::parse(DocumentKind::CnResidentId, text).unwrap()
    }

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    fn answer(finding: Finding) -> Answer {
        let document = document("11010519491231002X");
        Answer { inquiry: [1; 16], document, finding, as_of: day("2026-07-28") }
    }

    fn inquiry() -> Inquiry {
        Inquiry { id: [1; 16], document: document("11010519491231002X") }
    }

    // NC-3
    #[test]
    fn only_the_answer_to_this_question_counts() {
        let today = day("2026-07-28");
        let good = answer(Finding::NoRecord);
        assert!(matches!(inquiry().settle(&good, today), Ok(Outcome::Certifiable(_))));
        let other = Answer { inquiry: [2; 16], ..good.clone() };
        assert_eq!(inquiry().settle(&other, today).unwrap_err(), AnswerError::OtherQuestion);
        let other = Answer { document: document("440524188001010014"), ..good.clone() };
        assert_eq!(inquiry().settle(&other, today).unwrap_err(), AnswerError::OtherPerson);
        for (as_of, fits) in [
            ("2026-07-29", false),
            ("2026-07-28", true),
            ("2026-07-21", true),
            ("2026-07-20", false),
            ("9999-12-31", false),
        ] {
            let other = Answer { as_of: day(as_of), ..good.clone() };
            assert_eq!(inquiry().settle(&other, today).is_ok(), fits, "{as_of}");
        }
    }

    // NC-6
    #[test]
    fn why_there_is_none_is_not_kept() {
        let today = day("2026-07-28");
        let Ok(Outcome::NotIssued(refused)) = inquiry().settle(&answer(Finding::NotIssuable), today) else { panic!() };
        assert_eq!(std::mem::size_of_val(&refused), 0);
        for text in [format!("{:?}", answer(Finding::NotIssuable)), format!("{:?}", answer(Finding::NoRecord))] {
            assert!(text.contains("Finding(…)"), "{text}");
        }
    }

    // NC-3
    #[test]
    fn an_answer_makes_no_certificate_for_somebody_else() {
        let today = day("2026-07-28");
        let Ok(Outcome::Certifiable(found)) = inquiry().settle(&answer(Finding::NoRecord), today) else { panic!() };
        let holder = Holder {
            name: PersonName::parse("张三").unwrap(),
            latin_name: None,
            sex: None,
            birth_date: None,
            document: document("440524188001010014"),
        };
        let both = |text: &str| Bilingual { zh: text.to_owned(), en: text.to_owned() };
        let code = OfficeCode::parse("110105-021").unwrap();
        let office = Office { code, name: both("甲"), address: both("乙"), telephone: "110".to_owned() };
        assert_eq!(Draft::new(found, holder, office, today, Policy::default()), Err(OtherHolder));
    }
}
