//! Problem details (RFC 9457): every refusal has a stable type and a sentence that says what to do next.

use serde::{Deserialize, Serialize};

use crate::bounded::Text;

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// `urn:shiming:problem:<code>`; the stable thing to branch on.
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// The type in one English sentence.
    pub title: Text<200>,
    /// HTTP status.
    pub status: u16,
    /// Members of the body that are wrong, as JSON pointers (RFC 6901).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<Text<40>>,
    /// Seconds after which the same request may succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Wrong codes that are still allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u8>,
}

macro_rules! problem_types {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $title:literal;)+) => {
        /// The type of a problem: a stable code, an HTTP status and a sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ProblemType {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)+
        }

        impl ProblemType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The URI, `urn:shiming:problem:…`.
            #[must_use]
            pub fn uri(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// What is wrong and what to do next, in English.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

problem_types! {
    /// Not JSON, or not the JSON this endpoint takes.
    MalformedBody = "urn:shiming:problem:malformed-body", 400, "The body is not the JSON that this endpoint takes; see the API description.";
    /// The body is over 16 KiB.
    BodyTooLarge = "urn:shiming:problem:body-too-large", 413, "The body is over 16 KiB; send the extracted fields, never a picture.";
    /// Not `application/json`.
    UnsupportedMediaType = "urn:shiming:problem:unsupported-media-type", 415, "Send the body as application/json.";
    /// No such endpoint.
    NotFound = "urn:shiming:problem:not-found", 404, "There is nothing at this address; see the API description.";
    /// The endpoint exists, the method does not.
    MethodNotAllowed = "urn:shiming:problem:method-not-allowed", 405, "This address does not take that method; see the API description.";
    /// A POST without `Idempotency-Key`.
    IdempotencyKeyMissing = "urn:shiming:problem:idempotency-key-missing", 400, "Send an Idempotency-Key header of 16 to 64 visible ASCII characters with every POST.";
    /// The key was used for another request.
    IdempotencyKeyReused = "urn:shiming:problem:idempotency-key-reused", 422, "This Idempotency-Key was used for another request; take a new one.";
    /// No HTTP message signature, or one that does not cover what it must.
    SignatureMissing = "urn:shiming:problem:signature-missing", 401, "Sign the request with the device key (RFC 9421).";
    /// The signature is not by the key that the registration is bound to.
    SignatureInvalid = "urn:shiming:problem:signature-invalid", 401, "The signature does not verify with this registration's device key; go on with the phone that started it, or start again.";
    /// Created too long ago, or in the future.
    SignatureStale = "urn:shiming:problem:signature-stale", 401, "The signature's time is more than five minutes off; set the phone's clock and try again.";
    /// Card and number do not belong together, one of them is unknown, or the link is unknown, used or too old.
    SimNotFound = "urn:shiming:problem:sim-not-found", 404, "This SIM card and number are not known together; check both on the card's packaging, or ask for a new link.";
    /// No registration has this id (or it was removed).
    RegistrationNotFound = "urn:shiming:problem:registration-not-found", 404, "This registration does not exist or has ended; start a new one.";
    /// The registration was not finished in time.
    RegistrationExpired = "urn:shiming:problem:registration-expired", 410, "This registration was not finished in time; start a new one.";
    /// The registration is in a state that does not allow this.
    StateConflict = "urn:shiming:problem:state-conflict", 409, "That is not the step it is at; read its state and go on from there.";
    /// No application has this id, or it has ended.
    ApplicationNotFound = "urn:shiming:problem:application-not-found", 404, "This application does not exist or has ended; begin a new one.";
    /// No certificate has this number, or the code is not its own: which, is not said.
    CertificateNotFound = "urn:shiming:problem:certificate-not-found", 404, "No certificate has this number and code; check both on the paper, and do not rely on it.";
    /// No code was asked for, or it was used.
    CodeNotRequested = "urn:shiming:problem:code-not-requested", 409, "There is no code to confirm; ask for one first.";
    /// Not the code.
    CodeWrong = "urn:shiming:problem:code-wrong", 422, "That is not the code; listen or read again and type all six digits.";
    /// The code is older than ten minutes.
    CodeExpired = "urn:shiming:problem:code-expired", 410, "The code is too old; ask for a new one.";
    /// Too many wrong codes; the code is void.
    CodeTriesSpent = "urn:shiming:problem:code-tries-spent", 429, "Too many wrong codes; ask for a new code.";
    /// The number, device or address has used up its codes for now.
    CodeBudgetSpent = "urn:shiming:problem:code-budget-spent", 429, "Too many codes were asked for; try again later.";
    /// This channel is not offered.
    ChannelUnavailable = "urn:shiming:problem:channel-unavailable", 422, "The code cannot be sent this way; choose another.";
    /// The evidence is not for this registration's nonce.
    NonceMismatch = "urn:shiming:problem:nonce-mismatch", 422, "The evidence was made for another registration; read the document again.";
    /// Evidence was received already.
    EvidenceReplayed = "urn:shiming:problem:evidence-replayed", 409, "Evidence was received already; read the registration's state.";
    /// A field breaks its own rule (checksum, date, consistency).
    EvidenceInvalid = "urn:shiming:problem:evidence-invalid", 422, "Some fields cannot be right; check them against the document.";
    /// Too many attempts for this SIM card, device or address.
    AttemptsSpent = "urn:shiming:problem:attempts-spent", 429, "Too many attempts; try again later or go to a shop.";
    /// The device is unknown, revoked or expired, or its request was altered or sent before.
    DeviceRefused = "urn:shiming:problem:device-refused", 403, "This device may not do that; ask the operator to look at it, or enrol it again.";
    /// An enrolment code that is unknown, used or too old.
    EnrolmentVoid = "urn:shiming:problem:enrolment-void", 404, "This enrolment code is unknown, used or too old; ask the operator for a new one.";
    /// The operator wants a live face before a card is issued, and there is none.
    LiveFaceRequired = "urn:shiming:problem:live-face-required", 422, "A live face and the portrait on the document are needed for this, and one of them is missing; capture both with the camera.";
    /// The live face answers no challenge that is open.
    LiveFaceVoid = "urn:shiming:problem:live-face-void", 422, "This live face came too late or was used before; ask for a new challenge and begin again.";
    /// The live face did not pass. Why, an operator can read.
    LiveFaceRefused = "urn:shiming:problem:live-face-refused", 422, "The live face was not accepted; begin again, alone before the camera, in good light, and do what is asked in its order.";
    /// The live face is not found to be the document's.
    FaceDiffers = "urn:shiming:problem:face-differs", 422, "The face is not found to be the one on the document; take new pictures of both in good light, or go to a shop.";
    /// The register does not confirm that name and number belong together.
    IdentityNotConfirmed = "urn:shiming:problem:identity-not-confirmed", 422, "The register does not confirm this name and number; read the document again.";
    /// Risk control refuses.
    IssuingRefused = "urn:shiming:problem:issuing-refused", 403, "No card can be issued now; the operator can look up why.";
    /// An offer that is unknown, used or too old.
    OfferVoid = "urn:shiming:problem:offer-void", 404, "This offer is unknown, used or too old; have yourself identified again.";
    /// No card that the sender may revoke has this number or holder.
    CardNotFound = "urn:shiming:problem:card-not-found", 404, "There is no such card of this holder; check the number.";
    /// No credential, or an unknown one.
    Unauthorized = "urn:shiming:problem:unauthorized", 401, "Send a valid credential in the Authorization header.";
    /// The credential does not allow this.
    Forbidden = "urn:shiming:problem:forbidden", 403, "This credential does not allow that.";
    /// A parameter of the request breaks its rule.
    InvalidParameter = "urn:shiming:problem:invalid-parameter", 422, "A value is outside its bounds; see the API description.";
    /// A system that is needed for the answer does not answer now.
    UpstreamUnavailable = "urn:shiming:problem:upstream-unavailable", 503, "A system that is needed does not answer at the moment; try again shortly.";
    /// Our fault.
    Internal = "urn:shiming:problem:internal", 500, "Something went wrong on our side; try again.";
}

impl Problem {
    /// A problem of `kind` without further members.
    #[must_use]
    pub fn new(kind: ProblemType) -> Self {
        // The titles are constants within the bound (tested), so the default is never taken.
        let title = Text::new(kind.title()).unwrap_or_default();
        Self { kind, title, status: kind.status(), pointers: Vec::new(), retry_after: None, tries_left: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_stable_and_distinct() {
        let mut seen = std::collections::HashSet::new();
        for kind in ProblemType::ALL {
            assert!(seen.insert(kind.uri()), "{} twice", kind.uri());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.uri());
            assert_eq!(Problem::new(*kind).title.as_str(), kind.title());
        }
    }
}
