//! Why a picture is not read, and what to do about it.

use serde::Serialize;
use shiming_identity::document::Page;

use crate::quality::Measured;

/// An enum whose variants have stable names, which are what serde writes.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(into = "&'static str")]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its stable name.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl From<$name> for &'static str {
            fn from(value: $name) -> Self {
                value.code()
            }
        }
    };
}

words! {
    /// Why a picture is refused. Its names in snake case are stable: interfaces translate them.
    Reason {
        /// No document of the asked kind is to be seen.
        NoDocument = "no_document",
        /// The document goes on beyond the picture's border.
        NotWhole = "not_whole",
        /// The document has too few pixels or too small a share of the picture.
        TooSmall = "too_small",
        /// The document is seen too much from the side.
        TooSteep = "too_steep",
        /// The document does not lie upright (only where the format asks for another shot instead of converting).
        Tilted = "tilted",
        /// Out of focus, or the camera moved.
        Blurred = "blurred",
        /// Too little light.
        TooDark = "too_dark",
        /// Too much light.
        TooBright = "too_bright",
        /// A reflection hides a part.
        Glare = "glare",
        /// Something lies over a part.
        Covered = "covered",
        /// It is the document's other side.
        OtherSide = "other_side",
        /// It is another document than is asked for.
        OtherDocument = "other_document",
        /// It is a photocopy.
        Photocopy = "photocopy",
        /// It is a picture on a screen.
        Screen = "screen",
        /// The document is there but its fields cannot be made out.
        Unreadable = "unreadable",
        /// The reader itself failed; another picture may work.
        ReaderFailed = "reader_failed",
    }
}

words! {
    /// What the user should do next. Its names in snake case are stable.
    Hint {
        /// Nothing to see yet: bring the document into the picture.
        NoDocument = "no_document",
        /// Come closer.
        Closer = "closer",
        /// Go farther away.
        Farther = "farther",
        /// Hold the phone parallel to the document.
        Flatter = "flatter",
        /// Turn the phone or the document upright.
        Straighten = "straighten",
        /// Hold still and let the camera focus.
        HoldStill = "hold_still",
        /// Move out of the reflection.
        LessGlare = "less_glare",
        /// Find more light.
        MoreLight = "more_light",
        /// Find less light.
        LessLight = "less_light",
        /// Bring all four corners into the picture.
        WholeCard = "whole_card",
        /// Turn the document over.
        OtherSide = "other_side",
        /// Show the document that is asked for.
        OtherDocument = "other_document",
        /// Use the document itself, no copy or picture of it.
        Original = "original",
        /// Good: shoot.
        Ready = "ready",
    }
}

impl Reason {
    /// Whether the light is to blame, so that nothing else can be told for certain.
    #[must_use]
    pub fn is_of_light(self) -> bool {
        matches!(self, Self::TooDark | Self::TooBright | Self::Glare)
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
            Self::OtherDocument => Hint::OtherDocument,
            Self::Photocopy | Self::Screen => Hint::Original,
        }
    }
}

/// A picture that is not read (RN-4): the reason, and as much as was found out.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the picture is refused: {}", reason.code())]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The page that is to be seen, if that was found out.
    pub page: Option<&'static Page>,
    /// What was measured, if a document was found.
    pub measured: Option<Measured>,
}

impl Refusal {
    pub(crate) fn new(reason: Reason) -> Self {
        Self { reason, page: None, measured: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_what_serde_writes() {
        let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        let hints: Vec<&str> = Hint::ALL.iter().map(|hint| hint.code()).collect();
        assert_eq!(serde_json::to_string(Reason::ALL).unwrap(), serde_json::to_string(&reasons).unwrap());
        assert_eq!(serde_json::to_string(Hint::ALL).unwrap(), serde_json::to_string(&hints).unwrap());
        assert_eq!(Reason::NotWhole.code(), "not_whole");
        assert_eq!(Hint::HoldStill.code(), "hold_still");
    }
}
