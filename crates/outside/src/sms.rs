//! The short-message centre (CB-7).

use serde::{Deserialize, Serialize};
use shiming_wire::Text;

use crate::Call;

/// Send a service message: it reaches a card that is not active yet (RN-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendServiceMessage {
    /// The line.
    pub to: Text<20>,
    /// The text; several lines are allowed, so it is bounded here and not by [`Text`].
    pub text: MessageText,
}

/// At most 500 characters; the only control character allowed is the line feed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageText(String);

impl MessageText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The message is too long or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message takes at most 500 characters and no control characters but line feeds")]
pub struct MessageTextError;

impl TryFrom<String> for MessageText {
    type Error = MessageTextError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().count() > 500 || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(MessageTextError);
        }
        Ok(Self(text))
    }
}

impl From<MessageText> for String {
    fn from(text: MessageText) -> Self {
        text.0
    }
}

impl std::fmt::Debug for MessageText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageText({} chars)", self.0.chars().count())
    }
}

/// The centre took the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageAccepted {
    /// The centre's id of the message.
    pub message: Text<64>,
}

impl Call for SendServiceMessage {
    const PATH: &'static str = "/sms/messages";
    type Answer = MessageAccepted;
}

/// A message that a line sent to one of the operator's service numbers (RN-2). Comes from the centre *to* the edge:
/// `POST /v1/inbound-messages`, signed by the centre's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundMessage {
    /// The line that sent it.
    pub from: Text<20>,
    /// The service code that it was sent to; the business type follows from it.
    pub service_code: Text<20>,
    /// The text, unused but for the record of what came.
    pub text: MessageText,
}
