//! Random codes of six digits (CB-2).

use std::fmt;

/// How many codes there are.
const CODES: u32 = 1_000_000;
/// Largest multiple of [`CODES`] that 24 bits reach: numbers from here on would favour small codes and are drawn again.
const LIMIT: u32 = (1 << 24) / CODES * CODES;
/// A number is drawn again with probability 0.046; a source that is refused so often in a row is broken.
const MAX_DRAWS: usize = 64;

/// Six decimal digits. `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Why there is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError<E> {
    /// The source of randomness failed.
    #[error("the source of randomness failed")]
    Source(#[source] E),
    /// The source gives the same refused numbers again and again.
    #[error("the source of randomness is stuck")]
    Stuck,
}

/// Draws a code without bias: every one of the million is equally likely. `fill` fills a buffer with random bytes.
pub fn random_code<E>(mut fill: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<Code, CodeError<E>> {
    for _ in 0..MAX_DRAWS {
        let mut bytes = [0u8; 4];
        fill(&mut bytes[1..]).map_err(CodeError::Source)?;
        let number = u32::from_be_bytes(bytes);
        if number < LIMIT {
            return Ok(Code(format!("{:06}", number % CODES)));
        }
    }
    Err(CodeError::Stuck)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::Secret;

    /// A fixed stream of bytes: HMAC of a counter under a seed.
    struct Stream {
        seed: Secret,
        block: u64,
        bytes: Vec<u8>,
    }

    impl Stream {
        fn new(seed: u8) -> Self {
            Self { seed: Secret::new([seed; 32]).unwrap(), block: 0, bytes: Vec::new() }
        }

        fn fill(&mut self, buffer: &mut [u8]) {
            for byte in buffer {
                if self.bytes.is_empty() {
                    self.bytes = self.seed.hmac(&[&self.block.to_be_bytes()]).to_vec();
                    self.block += 1;
                }
                *byte = self.bytes.pop().unwrap();
            }
        }
    }

    /// χ² of the leading and of the trailing three digits of a million numbers below a million.
    fn chi_squared(mut draw: impl FnMut() -> u32) -> [f64; 2] {
        const DRAWS: u32 = 1_000_000;
        let mut counts = [[0f64; 1000]; 2];
        for _ in 0..DRAWS {
            let number = draw();
            counts[0][(number / 1000) as usize] += 1.0;
            counts[1][(number % 1000) as usize] += 1.0;
        }
        let expected = f64::from(DRAWS) / 1000.0;
        counts.map(|half| half.iter().map(|count| (count - expected).powi(2) / expected).sum())
    }

    // CB-2
    #[test]
    fn the_edges_of_the_range() {
        for (bytes, code) in [
            ([0x00, 0x00, 0x00], "000000"),
            ([0x00, 0x00, 0x2A], "000042"),
            // 999,999 and 1,000,000.
            ([0x0F, 0x42, 0x3F], "999999"),
            ([0x0F, 0x42, 0x40], "000000"),
            // 15,999,999: the last that is taken.
            ([0xF4, 0x23, 0xFF], "999999"),
        ] {
            let drawn = random_code(|buffer| {
                buffer.copy_from_slice(&bytes);
                Ok::<(), Infallible>(())
            });
            assert_eq!(drawn.unwrap().as_str(), code);
        }
        // 16,000,000 is drawn again.
        let mut numbers = [[0xF4, 0x24, 0x00], [0x00, 0x00, 0x07]].into_iter();
        let drawn = random_code(|buffer| {
            buffer.copy_from_slice(&numbers.next().unwrap());
            Ok::<(), Infallible>(())
        });
        assert_eq!(drawn.unwrap().as_str(), "000007");
    }

    #[test]
    fn a_broken_source_is_an_error() {
        assert_eq!(random_code(|_| Err("down")), Err(CodeError::Source("down")));
        let stuck = random_code(|buffer| {
            buffer.fill(0xFF);
            Ok::<(), Infallible>(())
        });
        assert_eq!(stuck, Err(CodeError::Stuck));
    }

    // CB-2: 999 degrees of freedom have mean 999 and standard deviation 44.7; ±5 deviations are allowed. The seeds are fixed,
    // so the test gives the same answer for ever.
    #[test]
    fn codes_are_uniform() {
        for seed in 1..=2 {
            let mut stream = Stream::new(seed);
            let figures = chi_squared(|| {
                let code = random_code(|buffer| {
                    stream.fill(buffer);
                    Ok::<(), Infallible>(())
                });
                code.unwrap().as_str().parse().unwrap()
            });
            assert!(figures.iter().all(|figure| (775.0..1223.0).contains(figure)), "seed {seed}: {figures:?}");
        }
    }

    /// The same figure catches the bias of a generator that does not draw again.
    #[test]
    fn the_figure_sees_bias() {
        let mut stream = Stream::new(1);
        let [leading, _] = chi_squared(|| {
            let mut bytes = [0; 4];
            stream.fill(&mut bytes[1..]);
            u32::from_be_bytes(bytes) % CODES
        });
        assert!(leading > 1400.0, "{leading}");
    }

    #[test]
    fn debug_shows_nothing() {
        let code = random_code(|_| Ok::<(), Infallible>(())).unwrap();
        assert_eq!(format!("{code:?}"), "Code(…)");
    }
}
