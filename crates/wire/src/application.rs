//! What crosses the wire between a kiosk or a phone and whoever issues certificates of no criminal record (NC-1, NC-2, NC-5).

use serde::{Deserialize, Serialize};
use shiming_identity::document::{DocumentKind, registrable_kind};
use shiming_identity::live_face::Performed;

use crate::UnixSeconds;
use crate::bounded::{Bytes, Text};
use crate::card::{ChallengeId, FaceChallenge, few};
use crate::face::FaceDescriptor;
use crate::registration::{Channel, CodeView};

/// An application's id: 128 random bits. Knowing it gives no access; requests are signed with its key.
pub type ApplicationId = Bytes<16>;

/// `POST /v1/certificates/applications`: a document was read, and somebody asks for a certificate (NC-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenApplication {
    /// Public half of the key that signs what follows: P-256, uncompressed SEC 1 point.
    pub key: Bytes<65>,
    /// Who applies.
    pub applicant: Applicant,
    /// The portrait on the document (DC-1: described on the device).
    pub portrait: FaceDescriptor,
    /// The office that shall issue it, `110105-021`; none where the operator has one only, or a kiosk stands in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Text<10>>,
    /// In which languages.
    pub language: CertificateLanguage,
}

/// Who applies, as their document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// The document.
    #[serde(deserialize_with = "registrable_kind")]
    pub document: DocumentKind,
    /// 姓名
    pub name: Text<50>,
    /// The name in Latin letters, for a certificate in both languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latin_name: Option<Text<50>>,
    /// The document's number.
    pub number: Text<18>,
    /// The last day of the document, `YYYY-MM-DD`, or 长期.
    pub valid_until: Text<10>,
}

/// The languages of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateLanguage {
    /// Chinese.
    Chinese,
    /// Chinese and English.
    Bilingual,
}

/// Where codes go, by the operator's policy (NC-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSource {
    /// To the line that the applicant gives.
    #[default]
    Typed,
    /// To the line that the operator's CRM maps the given number to, whoever reads or hears that (CB-2).
    Mapped,
}

/// `POST /v1/certificates/applications/{id}/codes`: send a (new) code to a line (NC-2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestLineCode {
    /// How.
    pub channel: Channel,
    /// The phone number, as the applicant gives it: where the code goes, or what that is mapped from ([`LineSource`]).
    pub line: Text<20>,
}

/// `POST /v1/certificates/applications/{id}/faces`: how the live face answered the challenge (NC-1). The portrait on the
/// document came with the application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerFace {
    /// The challenge.
    pub challenge: ChallengeId,
    /// What was done, in the order in which it was done; five at most.
    #[serde(deserialize_with = "few")]
    pub performed: Vec<Performed>,
    /// The face before the first action.
    pub first: FaceDescriptor,
    /// The face after the last.
    pub last: FaceDescriptor,
}

/// An application as its device may see it, and the answer to every POST on it. The server is in command: `next` says what
/// it wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationView {
    /// The application.
    pub id: ApplicationId,
    /// Grows with every change.
    pub version: u32,
    /// What is to be done now.
    pub next: NextStep,
    /// Where codes go.
    pub line: LineSource,
    /// The code that is under way, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeView>,
    /// What the live face shall do, with [`NextStep::ShowFace`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceChallenge>,
    /// When an unfinished application is removed, or a finished one's document.
    pub expires_at: UnixSeconds,
}

/// What an application waits for, or how it ended. The two that have a document are equally long: whoever sees only how
/// much is sent does not learn which it is (NC-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Ask for a code, and enter it (NC-2).
    ProveLine,
    /// Show a living face (NC-1).
    ShowFace,
    /// Nothing: the police are being asked (NC-3).
    Wait,
    /// Take the certificate (NC-5).
    TakeIssued,
    /// Take the notice that none is issued here (NC-6).
    TakeNotice,
    /// Nothing more: the face is not the document's. Another application may be made.
    RefusedFace,
    /// Nothing more: not finished in time. Another application may be made.
    Expired,
}

impl NextStep {
    /// Whether nothing can follow.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::TakeIssued | Self::TakeNotice | Self::RefusedFace | Self::Expired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // NC-6
    #[test]
    fn a_certificate_and_a_notice_are_announced_in_as_many_bytes() {
        let view = |next| ApplicationView {
            id: Bytes([7; 16]),
            version: 9,
            next,
            line: LineSource::Typed,
            code: None,
            face: None,
            expires_at: 1,
        };
        let length = |next| serde_json::to_string(&view(next)).unwrap().len();
        assert_eq!(length(NextStep::TakeIssued), length(NextStep::TakeNotice));
    }
}
