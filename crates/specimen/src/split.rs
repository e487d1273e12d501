//! What nets are trained on, and what they are measured on: two worlds that share no person, ground, seed or typeface.

use crate::backdrop::Backdrop;

/// One of the two worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// For training.
    Train,
    /// For measuring; nothing that was trained on may be in it.
    Test,
}

impl Split {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Train, Self::Test];

    /// A seed that no seed of the other split can become.
    #[must_use]
    pub fn apart(self, seed: u64) -> u64 {
        (seed << 1) | u64::from(self == Self::Test)
    }

    /// What documents lie on.
    #[must_use]
    pub fn backdrops(self) -> &'static [Backdrop] {
        match self {
            Self::Train => &[Backdrop::Wood, Backdrop::Cloth, Backdrop::Tiles, Backdrop::Carpet, Backdrop::Shelf],
            Self::Test => &[Backdrop::Desk, Backdrop::Clutter, Backdrop::Marble, Backdrop::Keyboard],
        }
    }

    /// Weights of the typefaces: sans (values and labels), sans (marks), serif (titles).
    #[must_use]
    pub fn weights(self) -> &'static [[u16; 3]] {
        match self {
            Self::Train => &[[300, 800, 500], [500, 900, 700]],
            Self::Test => &[[400, 700, 600]],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_splits_share_nothing() {
        let [train, test] = Split::BOTH;
        assert!(train.backdrops().iter().all(|backdrop| !test.backdrops().contains(backdrop)));
        let seeds = |split: Split| (0..1000).map(|seed| split.apart(seed)).collect::<HashSet<_>>();
        assert!(seeds(train).is_disjoint(&seeds(test)));
        for face in 0..3 {
            let weights = |split: Split| split.weights().iter().map(|w| w[face]).collect::<HashSet<_>>();
            assert!(weights(train).is_disjoint(&weights(test)), "{face}");
        }
    }
}
