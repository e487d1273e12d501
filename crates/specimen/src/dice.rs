//! Randomness that a seed and a purpose decide, the same on every machine and in every release.

use oorandom::Rand64;

/// A stream of random numbers for one purpose.
///
/// The purpose is part of the seed, so that drawing one number more for one purpose changes nothing elsewhere.
pub(crate) struct Dice(Rand64);

impl Dice {
    pub(crate) fn new(purpose: &str, seed: u64) -> Self {
        // FNV-1a (64 bit) spreads the purpose; PCG's own mixing does the rest.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in purpose.bytes().chain(seed.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(Rand64::new((u128::from(seed) << 64) | u128::from(hash)))
    }

    /// An integer of `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        u32::try_from(self.0.rand_range(0..u64::from(bound))).unwrap_or(0)
    }

    /// A number of `low..high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A number of `0..1`.
    #[expect(clippy::cast_possible_truncation, reason = "a random fraction needs no more than f32 holds")]
    pub(crate) fn unit(&mut self) -> f32 {
        self.0.rand_float() as f32
    }

    /// True in `percent` of all throws.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which must not be empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &'a [&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// One character of `text`, which must not be empty.
    pub(crate) fn pick_char(&mut self, text: &str) -> char {
        let count = text.chars().count();
        text.chars().nth(self.index(count)).unwrap_or('一')
    }

    /// So many digits.
    pub(crate) fn digits(&mut self, length: u32) -> String {
        (0..length).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0))).collect()
    }

    /// An index into something of `len` items.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(u32::try_from(len).unwrap_or(u32::MAX)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_seeds_differ() {
        let mut seen = [0; 4];
        for seed in 0..400 {
            seen[Dice::new("backdrop", seed).index(4)] += 1;
        }
        assert!(seen.iter().all(|&count| (60..140).contains(&count)), "{seen:?}");
    }
}
