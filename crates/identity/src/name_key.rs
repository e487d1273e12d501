//! One key for all ways of writing a name (RC-4, RC-6), and those ways in order of likelihood.

use std::fmt;

use crate::name::PersonName;
use crate::variants::{Kind, TABLE_VERSION, Variants};

// Keys begin with one digit.
const _: () = assert!(TABLE_VERSION <= 9);

/// The canonical form of a name: version digit, then the formal code of each character. Equal for all code variants of a
/// name, and only for those. It is for matching and for keyed hashes, never for display; `Debug` shows nothing of it.
///
/// The version rises with the built-in table: a key of an earlier version is made again from the stored name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameKey(String);

impl NameKey {
    /// What a keyed hash is made over.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameKey(version {TABLE_VERSION})")
    }
}

impl PersonName {
    /// The name with every character in its formal code: what is displayed and stored beside the code as read (RC-6).
    #[must_use]
    pub fn to_formal(&self, variants: &Variants) -> PersonName {
        self.map(|c| variants.formal(c))
    }

    /// The key of the name.
    #[must_use]
    pub fn key(&self, variants: &Variants) -> NameKey {
        let mut key = String::with_capacity(1 + self.as_str().len());
        key.push(char::from(b'0' + TABLE_VERSION));
        key.extend(self.as_str().chars().map(|c| variants.formal(c)));
        NameKey(key)
    }
}

/// The ways to write `name`, each once, most likely first: as it was read, all formal, all in the codes of the GBK era,
/// then mixed, nearest to formal first; those with a compatibility ideograph or a radical in them come last, since input
/// methods and recognisers give such codes and registers hardly hold them. Lazy: a long name has more ways than anybody
/// will ask for, so the caller sets the budget with `take`.
#[must_use]
pub fn spellings(name: &PersonName, variants: &Variants) -> Spellings {
    let gbk = name.map(|c| {
        let twin = variants.codes(c).into_iter().find(|&code| variants.kind(code) == Kind::Gbk);
        twin.unwrap_or_else(|| variants.formal(c))
    });
    let places: Vec<Place> = name.as_str().chars().map(|c| Place::of(c, variants)).collect();
    let mixed = Mixed::new(places.iter().map(|place| place.likely - 1).collect());
    Spellings { likely: [name.clone(), name.to_formal(variants), gbk], given: 0, places, mixed, unlikely: false }
}

/// The codes of the character at one place, most likely first.
struct Place {
    codes: Vec<char>,
    /// How many of them registers hold; at least the formal one.
    likely: usize,
}

impl Place {
    fn of(c: char, variants: &Variants) -> Self {
        let all = variants.codes(c);
        let mut place = Self { codes: Vec::with_capacity(all.len()), likely: 0 };
        for kind in Kind::BY_LIKELIHOOD {
            if kind == Kind::Compatibility {
                place.likely = place.codes.len();
            }
            place.codes.extend(all.iter().filter(|&&code| variants.kind(code) == kind));
        }
        place
    }
}

/// The ways to write a name; made by [`spellings`].
pub struct Spellings {
    /// As read, all formal, all of the GBK era; one may be like another.
    likely: [PersonName; 3],
    /// How many of those were given or passed over.
    given: usize,
    places: Vec<Place>,
    mixed: Mixed,
    /// Whether `mixed` has come to the ways with an unlikely code in them.
    unlikely: bool,
}

impl Iterator for Spellings {
    type Item = PersonName;
    fn next(&mut self) -> Option<PersonName> {
        while let Some(way) = self.likely.get(self.given) {
            let seen = self.likely[..self.given].contains(way);
            self.given += 1;
            if !seen {
                return Some(way.clone());
            }
        }
        loop {
            let Some(ranks) = self.mixed.next() else {
                if std::mem::replace(&mut self.unlikely, true) {
                    return None;
                }
                self.mixed = Mixed::new(self.places.iter().map(|place| place.codes.len() - 1).collect());
                continue;
            };
            let mut chosen = ranks.iter().zip(&self.places);
            if self.unlikely && chosen.clone().all(|(&rank, place)| rank < place.likely) {
                continue;
            }
            let [read, ..] = &self.likely;
            let way =
                read.map(|c| chosen.next().and_then(|(&rank, place)| place.codes.get(rank).copied()).unwrap_or(c));
            if !self.likely.contains(&way) {
                return Some(way);
            }
        }
    }
}

/// Nothing of the name.
impl fmt::Debug for Spellings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spellings({} chars)", self.places.len())
    }
}

/// Every choice of one rank per place, in order of the sum of ranks.
struct Mixed {
    most: Vec<usize>,
    next: Option<Vec<usize>>,
}

impl Mixed {
    fn new(most: Vec<usize>) -> Self {
        let next = Some(vec![0; most.len()]);
        Self { most, next }
    }

    /// The next choice with the same sum, or the first with a sum of one more.
    fn after(&self, ranks: &[usize]) -> Option<Vec<usize>> {
        let mut tail = 0;
        for at in (0..ranks.len()).rev() {
            if tail > 0 && ranks[at] < self.most[at] {
                let mut next = ranks.to_vec();
                next[at] += 1;
                self.fill(&mut next, at + 1, tail - 1);
                return Some(next);
            }
            tail += ranks[at];
        }
        let mut next = vec![0; ranks.len()];
        (tail < self.most.iter().sum()).then(|| {
            self.fill(&mut next, 0, tail + 1);
            next
        })
    }

    /// Spreads `sum` over the places from `start`, as far to the right as it goes.
    fn fill(&self, ranks: &mut [usize], start: usize, mut sum: usize) {
        for at in (start..ranks.len()).rev() {
            ranks[at] = sum.min(self.most[at]);
            sum -= ranks[at];
        }
    }
}

impl Iterator for Mixed {
    type Item = Vec<usize>;
    fn next(&mut self) -> Option<Vec<usize>> {
        let now = self.next.take()?;
        self.next = self.after(&now);
        Some(now)
    }
}
