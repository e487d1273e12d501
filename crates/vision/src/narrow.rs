//! Reading strips of narrow alphabets: numbers, dates, sexes, ethnic groups, Latin letters, machine-readable zones.
//!
//! A net a hundredth the size of the one that knows every character, trained on these lines alone, and told what each
//! line can look like.

use image::GrayImage;
use shiming_identity::document::{Alphabet, DocumentKind, Page, Slot, SlotContent};
use shiming_identity::ethnicity::{BEYOND_GROUPS, GROUPS};

use crate::ctc::{BLANK, Place, Steps};
use crate::net::{Net, NetError, softmax};
use crate::recognise::{Line, ReadCharacter};

/// The characters that the net writes: class 1 is the first.
const CHARACTERS: &str = include_str!("../../../models/narrow.txt");

/// Reads strips.
pub struct Narrow {
    net: Net,
    classes: Vec<char>,
    ethnic_groups: Vec<(&'static str, Vec<usize>)>,
}

impl Narrow {
    /// Loads `models/narrow.onnx`.
    pub fn new(model: impl Into<Vec<u8>>) -> Result<Self, NetError> {
        let mut narrow =
            Self { net: Net::new(model)?, classes: CHARACTERS.chars().collect(), ethnic_groups: Vec::new() };
        narrow.ethnic_groups = narrow.written(GROUPS.iter().chain(&BEYOND_GROUPS));
        Ok(narrow)
    }

    /// Whether it reads this slot.
    pub(crate) fn reads(slot: &Slot) -> bool {
        !matches!(slot.alphabet, Alphabet::HanName | Alphabet::Text)
    }

    /// What the strip of a slot says; an empty line where nothing is printed.
    pub(crate) fn read(&self, strip: &GrayImage, page: &Page, slot: &Slot) -> Result<Line, NetError> {
        let steps = self.steps(strip)?;
        if steps.classes != self.classes.len() + 1 {
            return Err(NetError::Other);
        }
        let freely = self.freely(&steps, slot.alphabet);
        if freely.characters.is_empty() {
            return Ok(freely);
        }
        let told = match slot.alphabet {
            Alphabet::Ethnicity => Self::word(&steps, &self.ethnic_groups),
            Alphabet::Sex => self.words(&steps, &["男", "女"]),
            Alphabet::SexBoth if page.layout.document == DocumentKind::ForeignPassport => {
                self.words(&steps, &["M", "F", "X"])
            }
            Alphabet::SexBoth => self.words(&steps, &["男/M", "女/F"]),
            Alphabet::Digits => match slot.reads {
                SlotContent::BirthYear => self.kinds(&steps, &["dddd"]),
                SlotContent::BirthMonth => self.words(&steps, &MONTHS),
                SlotContent::BirthDay => self.words(&steps, &DAYS),
                _ => None,
            },
            Alphabet::IdNumber => self.kinds(&steps, &["dddddddddddddddddc"]),
            Alphabet::Validity => self.kinds(&steps, &["dddd.dd.dd-dddd.dd.dd", "dddd.dd.dd-长期"]),
            Alphabet::Date => self.kinds(&steps, dates(page.layout.document)),
            Alphabet::Mrz => self.zone_line(&steps, page, slot),
            _ => None,
        };
        Ok(told.unwrap_or(freely))
    }

    fn steps(&self, strip: &GrayImage) -> Result<Steps, NetError> {
        let planes = self.net.run_luma(strip)?;
        if planes.height != 1 {
            return Err(NetError::Other);
        }
        let mut probabilities = Vec::with_capacity(planes.values.len());
        let mut scores = vec![0.0; planes.channels];
        for step in 0..planes.width {
            for (class, score) in scores.iter_mut().enumerate() {
                *score = planes.values[class * planes.width + step];
            }
            probabilities.extend(softmax(&scores));
        }
        Ok(Steps { classes: planes.channels, probabilities })
    }

    fn character(&self, class: usize) -> char {
        self.classes.get(class.wrapping_sub(1)).copied().unwrap_or('\u{fffd}')
    }

    fn class(&self, character: char) -> Option<usize> {
        self.classes.iter().position(|known| *known == character).map(|at| at + 1)
    }

    fn of_word(&self, word: &str) -> Vec<usize> {
        word.chars().filter_map(|character| self.class(character)).collect()
    }

    /// Those of the words that the net has all characters of.
    fn written<'a>(&self, words: impl Iterator<Item = &'a &'a str>) -> Vec<(&'a str, Vec<usize>)> {
        let known = |word: &str| word.chars().all(|character| self.class(character).is_some());
        words.filter(|word| known(word)).map(|word| (*word, self.of_word(word))).collect()
    }

    /// A word of the list, every character as sure as the word is.
    fn word(steps: &Steps, words: &[(&str, Vec<usize>)]) -> Option<Line> {
        let (word, confidence) = steps.word(words)?;
        let count = word.chars().count() as f32;
        let characters = word.chars().enumerate().map(|(at, value)| ReadCharacter {
            value,
            confidence,
            alternatives: Vec::new(),
            position: (at as f32 + 0.5) / count,
        });
        Some(Line { characters: characters.collect() })
    }

    fn words(&self, steps: &Steps, words: &[&str]) -> Option<Line> {
        Self::word(steps, &self.written(words.iter()))
    }

    /// A line of one of these kinds: `d` stands for a digit, `c` for a digit or X, `A` for a letter, everything else for
    /// itself.
    fn kinds(&self, steps: &Steps, kinds: &[&str]) -> Option<Line> {
        let place = |sign: char| -> Place {
            match sign {
                'd' => self.of_word("0123456789"),
                'c' => self.of_word("0123456789X"),
                'A' => self.of_word("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                _ => self.class(sign).into_iter().collect(),
            }
        };
        let kinds: Vec<Vec<Place>> = kinds.iter().map(|kind| kind.chars().map(place).collect()).collect();
        steps.likeliest(&kinds, 1.0, |class| self.character(class))
    }

    /// A line of the page's zone, as long as its lines are and with what may stand where.
    fn zone_line(&self, steps: &Steps, page: &Page, slot: &Slot) -> Option<Line> {
        let format = page.zone?;
        let places: Vec<Place> = (0..format.size().1)
            .map(|position| {
                format.alphabet(usize::from(slot.line), position).map(|signs| self.of_word(signs)).unwrap_or_default()
            })
            .collect();
        steps.likeliest(&[places], 1.0, |class| self.character(class))
    }

    /// The likeliest character of each step that the alphabet has.
    fn freely(&self, steps: &Steps, alphabet: Alphabet) -> Line {
        let allowed: Vec<bool> = std::iter::once(true)
            .chain(self.classes.iter().map(|character| crate::recognise::allows(alphabet, *character)))
            .collect();
        let count = steps.len() as f32;
        let mut line = Line::default();
        let mut previous = BLANK;
        for (step, shares) in steps.probabilities.chunks_exact(steps.classes).enumerate() {
            let best = shares
                .iter()
                .enumerate()
                .filter(|(class, _)| allowed.get(*class) == Some(&true))
                .max_by(|a, b| a.1.total_cmp(b.1))
                .map_or(BLANK, |(class, _)| class);
            let repeated = best == previous;
            previous = best;
            if best == BLANK {
                continue;
            }
            let read = ReadCharacter {
                value: self.character(best),
                confidence: shares[best],
                alternatives: Vec::new(),
                position: (step as f32 + 0.5) / count,
            };
            match line.characters.last_mut() {
                Some(last) if repeated => {
                    if last.confidence < read.confidence {
                        *last = read;
                    }
                }
                _ => line.characters.push(read),
            }
        }
        line
    }
}

impl std::fmt::Debug for Narrow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Narrow({} classes)", self.classes.len() + 1)
    }
}

const MONTHS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];
const DAYS: [&str; 31] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
    "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
];

/// How a kind of document prints dates.
fn dates(kind: DocumentKind) -> &'static [&'static str] {
    match kind {
        DocumentKind::CnPassport => &["dd AAA dddd", "dd d月/AAA dddd", "dd dd月/AAA dddd"],
        DocumentKind::ForeignPassport => &["dd AAA dddd"],
        DocumentKind::CnDrivingLicence => &["dddd-dd-dd"],
        DocumentKind::CnOfficerCard | DocumentKind::CnArmedPoliceCard => &["dddd年d月", "dddd年dd月"],
        _ => &["dddd.dd.dd"],
    }
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::pages;

    use super::*;

    // RN-5: every group, every layout's signs
    #[test]
    fn everything_that_it_is_asked_for_can_be_written() {
        for word in GROUPS.iter().chain(&["长期", "年月日", "男女", "MFX/", "<.-'"]) {
            assert!(word.chars().all(|character| CHARACTERS.contains(character)), "{word}");
        }
        for page in pages() {
            for slot in page.layout.slots.iter().filter(|slot| slot.alphabet == Alphabet::Date) {
                for sign in dates(page.layout.document).concat().chars().filter(|sign| *sign != 'd') {
                    assert!(CHARACTERS.contains(sign), "{} {:?} {sign}", page.name, slot.reads);
                }
            }
        }
    }
}
