//! What is said about a code, in one shape for programs: the command line prints it, the verifier's page shows it
//! (docs/cli.md).

use serde::Serialize;

use crate::card::Card;
use crate::verify::{Refusal, Shown};

/// What a code is worth.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// `valid`, or why not: docs/credential.md has the list.
    #[serde(rename = "verdict")]
    pub code: &'static str,
    /// What to do, where the card is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What the card says; nothing where it is not valid.
    #[serde(flatten)]
    pub card: Option<Statement>,
}

/// What a card says. Times are seconds since 1970.
#[derive(Serialize)]
pub struct Statement {
    /// Who issued it.
    pub issuer: String,
    /// Its virtual number, sixteen digits.
    pub number: String,
    /// Which document its holder was identified by.
    pub document_class: String,
    /// When it was issued.
    pub issued_at: u64,
    /// From when on it is no longer valid.
    pub expires_at: u64,
    /// When the phone showed it; nothing where it was not shown, but read by its holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_at: Option<u64>,
    /// The holder's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The holder is at least so many years old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<u8>,
    /// 男 or 女.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_reference: Option<String>,
}

/// Names nobody: what a card says is personal data.
impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Statement({}, until {})", self.document_class, self.expires_at)
    }
}

impl From<Result<Shown, Refusal>> for Verdict {
    fn from(answer: Result<Shown, Refusal>) -> Self {
        match answer {
            Ok(shown) => Self { code: "valid", problem: None, card: Some(shown.into()) },
            Err(refusal) => Self { code: refusal.code(), problem: Some(refusal.to_string()), card: None },
        }
    }
}

impl From<Shown> for Statement {
    fn from(Shown { card, shown_at }: Shown) -> Self {
        Self { shown_at: Some(shown_at), ..card.into() }
    }
}

impl From<Card> for Statement {
    fn from(card: Card) -> Self {
        let disclosed = card.disclosed;
        let hexadecimal = |bytes: [u8; 16]| bytes.map(|byte| format!("{byte:02x}")).concat();
        Self {
            issuer: card.issuer,
            number: card.number.to_string(),
            document_class: card.document_class,
            issued_at: card.issued_at,
            expires_at: card.expires_at,
            shown_at: None,
            name: disclosed.name,
            over: disclosed.over,
            sex: disclosed.sex,
            birth_date: disclosed.birth_date,
            holder_reference: disclosed.holder_reference.map(hexadecimal),
        }
    }
}
