//! Every refusal becomes a problem (RFC 9457) here, and nowhere else. Faults of ours are logged and shown as `internal`.

use shiming_proof::SignatureError;
use shiming_service::budget::Spent;
use shiming_service::link::LinkVoid;
use shiming_service::policy::PolicyError;
use shiming_service::registration::Refusal;
use shiming_service::risk::Reason;
use shiming_wire::{Problem, ProblemType, Text};

/// What a handler ends in when it cannot answer.
#[derive(Debug)]
pub enum Fault {
    /// Somebody outside did something that has a name.
    Problem(Box<Problem>),
    /// Ours. The text goes to the log, never into an answer; it holds no personal data and no secret.
    Internal(String),
}

impl Fault {
    /// What the client is told. Logs what it is not told.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => *problem,
            Self::Internal(what) => {
                worker::console_error!("internal: {what}");
                Problem::new(ProblemType::Internal)
            }
        }
    }
}

impl From<ProblemType> for Fault {
    fn from(kind: ProblemType) -> Self {
        Problem::new(kind).into()
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<worker::Error> for Fault {
    fn from(error: worker::Error) -> Self {
        Self::Internal(format!("platform: {error}"))
    }
}

impl From<serde_json::Error> for Fault {
    /// Only for what we wrote ourselves; what comes from outside is [`malformed`]. The position is all that is logged,
    /// since a message can quote its input.
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON at {}:{}", error.line(), error.column()))
    }
}

impl From<SignatureError> for Fault {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Missing { .. } | SignatureError::Profile { .. } => ProblemType::SignatureMissing,
            SignatureError::Stale => ProblemType::SignatureStale,
            SignatureError::Digest | SignatureError::Wrong | SignatureError::Target => ProblemType::SignatureInvalid,
        }
        .into()
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::StateConflict => ProblemType::StateConflict,
            Refusal::RegistrationExpired => ProblemType::RegistrationExpired,
            Refusal::CodeNotRequested => ProblemType::CodeNotRequested,
            Refusal::CodeWrong { .. } => ProblemType::CodeWrong,
            Refusal::CodeExpired => ProblemType::CodeExpired,
            Refusal::CodeTriesSpent => ProblemType::CodeTriesSpent,
            Refusal::ChannelUnavailable => ProblemType::ChannelUnavailable,
            Refusal::NonceMismatch => ProblemType::NonceMismatch,
            Refusal::EvidenceReplayed => ProblemType::EvidenceReplayed,
            Refusal::EvidenceInvalid(_) | Refusal::PortraitMissing => ProblemType::EvidenceInvalid,
            Refusal::Misconfigured => return Self::Internal("the operator's configuration cannot be used".to_owned()),
        };
        let mut problem = Problem::new(kind);
        match refusal {
            Refusal::CodeWrong { tries_left } => problem.tries_left = Some(tries_left),
            Refusal::CodeTriesSpent => problem.tries_left = Some(0),
            Refusal::EvidenceInvalid(impossible) => {
                let pointers =
                    impossible.fields.into_iter().map(|field| pointer(&format!("/{}/value", field.as_str())));
                problem.pointers = pointers.collect();
            }
            Refusal::PortraitMissing => problem.pointers = vec![pointer("/portrait")],
            _ => {}
        }
        problem.into()
    }
}

impl From<PolicyError> for Fault {
    fn from(error: PolicyError) -> Self {
        invalid(error.pointer)
    }
}

impl From<LinkVoid> for Fault {
    fn from(_: LinkVoid) -> Self {
        ProblemType::SimNotFound.into()
    }
}

/// A budget is spent; which one is not said.
#[must_use]
pub fn spent(kind: ProblemType, spent: Spent) -> Fault {
    Problem { retry_after: Some(spent.retry_after), ..Problem::new(kind) }.into()
}

/// What a device is told of a live face that did not pass: what to do next, and little of why.
#[must_use]
pub fn face_refused(reason: Reason) -> Problem {
    let (kind, pointer) = match reason {
        Reason::NoLiveFace => (ProblemType::LiveFaceRequired, Some("/face")),
        Reason::NothingToCompare => (ProblemType::LiveFaceRequired, Some("/face/document")),
        Reason::ChallengeVoid | Reason::FaceTooLate => (ProblemType::LiveFaceVoid, None),
        Reason::FaceDiffers => (ProblemType::FaceDiffers, None),
        _ => (ProblemType::LiveFaceRefused, None),
    };
    let pointers = pointer.into_iter().map(self::pointer).collect();
    Problem { pointers, ..Problem::new(kind) }
}

/// A body that is not what the endpoint takes. Serde's message stays here: it can quote the body.
#[must_use]
pub fn malformed(_: serde_json::Error) -> Fault {
    ProblemType::MalformedBody.into()
}

/// A member breaks its rule.
#[must_use]
pub fn invalid(member: &str) -> Fault {
    Problem { pointers: vec![pointer(member)], ..Problem::new(ProblemType::InvalidParameter) }.into()
}

/// Our own pointers are all shorter than 40 characters.
fn pointer(text: &str) -> Text<40> {
    Text::new(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::FieldName;
    use shiming_service::evidence::Impossible;

    use super::*;

    #[test]
    fn refusals_keep_what_the_page_needs() {
        let problem = Fault::from(Refusal::CodeWrong { tries_left: 3 }).into_problem();
        assert_eq!((problem.kind, problem.tries_left), (ProblemType::CodeWrong, Some(3)));
        let fields = vec![FieldName::IdNumber];
        let problem = Fault::from(Refusal::EvidenceInvalid(Impossible { fields })).into_problem();
        assert_eq!(problem.pointers.iter().map(Text::as_str).collect::<Vec<_>>(), ["/id_number/value"]);
        // RN-7
        let problem = Fault::from(Refusal::PortraitMissing).into_problem();
        assert_eq!(problem.kind, ProblemType::EvidenceInvalid);
        assert_eq!(problem.pointers.iter().map(Text::as_str).collect::<Vec<_>>(), ["/portrait"]);
    }

    #[test]
    fn what_a_client_sent_is_never_shown_again() {
        let error = serde_json::from_str::<u8>("\"secret\"").unwrap_err();
        let problem = malformed(error).into_problem();
        assert!(!serde_json::to_string(&problem).unwrap().contains("secret"));
    }
}
