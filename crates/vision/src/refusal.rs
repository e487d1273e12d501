//! Why a picture is not read, and what to do about it.

use serde::Serialize;
use shiming_identity::document::Side;

use crate::quality::Measured;

/// Why a picture is refused. Its names in snake case are stable: interfaces translate them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No document of the asked kind is to be seen.
    NoDocument,
    /// The document goes on beyond the picture's border.
    NotWhole,
    /// The document has too few pixels or too small a share of the picture.
    TooSmall,
    /// The document is seen too much from the side.
    TooSteep,
    /// The document does not lie upright (only where the format asks for another shot instead of converting).
    Tilted,
    /// Out of focus, or the camera moved.
    Blurred,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// A reflection hides a part.
    Glare,
    /// Something lies over a part.
    Covered,
    /// It is the document's other side.
    OtherSide,
    /// The document is there but its fields cannot be made out.
    Unreadable,
    /// The reader itself failed; another picture may work.
    ReaderFailed,
}

/// What the user should do next. Its names in snake case are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Nothing to see yet: bring the document into the picture.
    NoDocument,
    /// Come closer.
    Closer,
    /// Go farther away.
    Farther,
    /// Hold the phone parallel to the document.
    Flatter,
    /// Turn the phone or the document upright.
    Straighten,
    /// Hold still and let the camera focus.
    HoldStill,
    /// Move out of the reflection.
    LessGlare,
    /// Find more light.
    MoreLight,
    /// Find less light.
    LessLight,
    /// Bring all four corners into the picture.
    WholeCard,
    /// Turn the document over.
    OtherSide,
    /// Good: shoot.
    Ready,
}

impl Reason {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoDocument => "no_document",
            Self::NotWhole => "not_whole",
            Self::TooSmall => "too_small",
            Self::TooSteep => "too_steep",
            Self::Tilted => "tilted",
            Self::Blurred => "blurred",
            Self::TooDark => "too_dark",
            Self::TooBright => "too_bright",
            Self::Glare => "glare",
            Self::Covered => "covered",
            Self::OtherSide => "other_side",
            Self::Unreadable => "unreadable",
            Self::ReaderFailed => "reader_failed",
        }
    }

    /// What the user should do.
    #[must_use]
    pub fn hint(self) -> Hint {
        match self {
            Self::NoDocument => Hint::NoDocument,
            Self::NotWhole | Self::Covered => Hint::WholeCard,
            Self::TooSmall => Hint::Closer,
            Self::TooSteep => Hint::Flatter,
            Self::Tilted => Hint::Straighten,
            Self::Blurred | Self::Unreadable | Self::ReaderFailed => Hint::HoldStill,
            Self::TooDark => Hint::MoreLight,
            Self::TooBright => Hint::LessLight,
            Self::Glare => Hint::LessGlare,
            Self::OtherSide => Hint::OtherSide,
        }
    }
}

impl Hint {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoDocument => "no_document",
            Self::Closer => "closer",
            Self::Farther => "farther",
            Self::Flatter => "flatter",
            Self::Straighten => "straighten",
            Self::HoldStill => "hold_still",
            Self::LessGlare => "less_glare",
            Self::MoreLight => "more_light",
            Self::LessLight => "less_light",
            Self::WholeCard => "whole_card",
            Self::OtherSide => "other_side",
            Self::Ready => "ready",
        }
    }
}

/// A picture that is not read (RN-4): the reason, and as much as was found out.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the picture is refused: {}", reason.code())]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The side that is to be seen, if that was found out.
    pub side: Option<Side>,
    /// What was measured, if a document was found.
    pub measured: Option<Measured>,
}

impl Refusal {
    pub(crate) fn new(reason: Reason) -> Self {
        Self { reason, side: None, measured: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_serde_writes() {
        for reason in [Reason::NoDocument, Reason::NotWhole, Reason::TooSmall, Reason::TooSteep, Reason::ReaderFailed] {
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.code()));
        }
        for hint in [Hint::HoldStill, Hint::WholeCard, Hint::Ready, Hint::LessGlare] {
            assert_eq!(serde_json::to_string(&hint).unwrap(), format!("\"{}\"", hint.code()));
        }
    }
}
