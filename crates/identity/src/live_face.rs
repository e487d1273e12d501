//! A face that does what it is asked to (EC-1): what may be asked, and what is written down of it on the phone.

use serde::{Deserialize, Serialize};

/// What a person is asked to do. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Close both eyes for a moment.
    Blink,
    /// Turn the head to the left and back.
    TurnLeft,
    /// Turn the head to the right and back.
    TurnRight,
    /// Open the mouth and close it.
    OpenMouth,
    /// Lower the chin and raise it again.
    Nod,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Blink, Self::TurnLeft, Self::TurnRight, Self::OpenMouth, Self::Nod];

    /// Whether the head turns: only then does it show that it is not flat.
    #[must_use]
    pub const fn turns(self) -> bool {
        matches!(self, Self::TurnLeft | Self::TurnRight)
    }

    /// From how much on it counts: of the eyes' opening what is gone, degrees, degrees, of the mouth's width, degrees.
    ///
    /// Drawn heads that do as people do mostly show 0.20 to 0.28, 20 to 35, 0.19 to 0.5 and 14 to 25; noise of a camera and of the
    /// mesh makes 0.1, 2, 0.05 and 2 of a face that keeps still (docs/benchmarks.md, "Live faces").
    #[must_use]
    pub const fn least_strength(self) -> f32 {
        match self {
            Self::Blink => 0.16,
            Self::TurnLeft | Self::TurnRight => 16.0,
            Self::OpenMouth => 0.22,
            Self::Nod => 9.0,
        }
    }
}

/// One action as it was seen. Times are milliseconds since the phone was given the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Performed {
    /// What was done.
    pub action: Action,
    /// When it began,
    pub began: u16,
    /// was strongest,
    pub peak: u16,
    /// and was over.
    pub ended: u16,
    /// How strong it was at its peak, as [`Action::least_strength`] counts.
    pub strength: f32,
    /// Of a turn: how far the tip of the nose moved before the face behind it, in distances between the eyes. On a flat
    /// picture it does not move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<f32>,
}

/// Below this [`Performed::depth`] what turned was flat.
pub const LEAST_DEPTH: f32 = 0.07;

/// An action takes no less than this, milliseconds: what is over sooner is a fault of measurement, the shortest blinks take 100.
pub const SHORTEST_MS: u16 = 60;
/// And no more: what takes longer is a face that stays like that.
pub const LONGEST_MS: u16 = 6_000;

/// A challenge lasts so long, milliseconds.
pub const CHALLENGE_MS: u16 = 20_000;
