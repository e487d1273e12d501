//! `cargo xtask bench names`: how long the key of a name takes, beside Unicode's own fold (NFKC, crate
//! `unicode-normalization`) of the same names in the same run.
//!
//! The peer does a little less where it counts (it knows no private-use codes) and joins more than is right for names
//! outside Han; it is what one would reach for otherwise.

use std::hint::black_box;
use std::time::{Duration, Instant};

use oorandom::Rand64;
use shiming_identity::{NameSequence, PersonName, Variants, spellings};
use unicode_normalization::UnicodeNormalization;

const NAMES: usize = 1_000;
const CHARACTERS: usize = 4;
const ROUNDS: usize = 300;
const VARIANTS: Variants = Variants::built_in();

fn main() -> Result<(), shiming_identity::name::NameError> {
    let common: Vec<char> = include_str!("../tests/data/general_standard.txt").chars().filter(|c| *c != '\n').collect();
    let rare: Vec<char> =
        ('\u{2F00}'..='\u{2FD5}').chain('\u{E815}'..='\u{E864}').chain('\u{F900}'..='\u{FA6D}').collect();
    println!("{NAMES} names of {CHARACTERS} characters, best of {ROUNDS} rounds, one thread; nanoseconds a name\n");
    println!("| names | key | NFKC (peer) | key / peer | sequence | match | three spellings |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (title, pool) in [("of the 8,105", &common), ("every character a variant", &rare)] {
        let names = draw(pool)?;
        let key = nanoseconds(&names, |name| name.key(&VARIANTS).as_bytes().len());
        let peer = nanoseconds(&names, |name| name.as_str().nfkc().collect::<String>().len());
        let sequence = nanoseconds(&names, |name| NameSequence::of(name, &VARIANTS).map_or(0, |s| s.encoding().len()));
        let sequences: Vec<_> = names.iter().map(|name| (NameSequence::of(name, &VARIANTS), name.clone())).collect();
        let matching = nanoseconds(&sequences, |(sequence, name)| {
            usize::from(sequence.as_ref().is_some_and(|sequence| sequence.matches(name)))
        });
        let ways = nanoseconds(&names, |name| spellings(name, &VARIANTS).take(3).count());
        println!("| {title} | {key:.0} | {peer:.0} | {:.2} | {sequence:.0} | {matching:.0} | {ways:.0} |", key / peer);
    }
    Ok(())
}

fn draw(pool: &[char]) -> Result<Vec<PersonName>, shiming_identity::name::NameError> {
    let mut random = Rand64::new(1);
    let mut character = || {
        let at = random.rand_range(0..u64::try_from(pool.len()).unwrap_or(1));
        usize::try_from(at).ok().and_then(|at| pool.get(at)).copied().unwrap_or('一')
    };
    (0..NAMES).map(|_| PersonName::parse(&(0..CHARACTERS).map(|_| character()).collect::<String>())).collect()
}

/// The best round: what the work takes when nothing else runs.
fn nanoseconds<T>(items: &[T], work: impl Fn(&T) -> usize) -> f64 {
    let round = || {
        let start = Instant::now();
        for item in items {
            black_box(work(black_box(item)));
        }
        start.elapsed()
    };
    let best = (0..ROUNDS).map(|_| round()).min().unwrap_or(Duration::ZERO);
    best.as_secs_f64() * 1e9 / f64::from(u32::try_from(items.len()).unwrap_or(1))
}
