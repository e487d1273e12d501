//! Several readings of one side, put together field by field, so that one blurred or glaring frame does not decide.
//!
//! Votes are weighed by how sure they are, and rules come first: a value that keeps its field's rule beats one that breaks
//! it, and what the number's check character confirms beats what contradicts it. Frames of one camera make the same
//! mistakes, so agreement decides *which* value stands, but makes it surer than the surest reading of it only where a
//! check character stands behind it.

use std::cmp::Ordering;

use serde::Serialize;
use shiming_identity::document::{FieldName, FormatParameters, layouts};
use shiming_identity::{Date, Ethnicity, Expiry, IdNumber, PersonName, Sex};
use shiming_vision::check::LOW_CONFIDENCE;

use crate::outcome::{NameCharacter, Read, ReadSide};

/// From here on (percent) a value gives way to another only if that was read as surely, or is confirmed by a check character.
const CERTAIN: u8 = 97;
/// What remains of a value's confidence, at most, where another one has much to say for itself: the user looks at it.
const CONTESTED: u8 = LOW_CONFIDENCE - 1;
/// Nothing that was read is surer than this, however often it was read.
const SUREST: u8 = 99;

/// What came of a vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elected {
    /// Of each field the value that won. The figures are those of the first reading, whose picture the user is shown.
    pub reading: ReadSide,
    /// The fields that another frame might make clearer: missing ones, those below [`LOW_CONFIDENCE`], and a number that
    /// birth date or sex do not agree with.
    ///
    /// A name from there to 97 % is not among them. It is the user's to confirm (RC-6): reading on until some frame takes a
    /// rare character for its look-alike surely enough would be asking until the answer pleases.
    pub doubts: Vec<FieldName>,
}

/// The fields that the side of `format` has.
pub(crate) fn fields_of(format: &FormatParameters) -> Vec<FieldName> {
    let mut names = Vec::new();
    for layout in layouts(format.document).iter().filter(|layout| layout.side == format.side) {
        for name in layout.slots.iter().flat_map(|slot| slot.reads.fields()) {
            if !names.contains(name) {
                names.push(*name);
            }
        }
    }
    names
}

/// Lets `others` vote with `first`; those of another side have no vote. `expected` are the side's fields.
#[must_use]
pub fn vote(first: &ReadSide, others: &[ReadSide], expected: &[FieldName]) -> Elected {
    let mut names: Vec<FieldName> = first.fields.keys().copied().collect();
    let readings: Vec<&ReadSide> =
        std::iter::once(first).chain(others.iter().filter(|other| other.side == first.side)).collect();
    names.extend(readings.iter().flat_map(|reading| reading.fields.keys()));
    names.sort();
    names.dedup();
    let elect = |name: FieldName, number: Option<&IdNumber>| {
        elect(name, readings.iter().filter_map(|reading| reading.fields.get(&name)), number)
    };
    let number = elect(FieldName::IdNumber, None)
        .filter(|read| read.confidence >= LOW_CONFIDENCE)
        .and_then(|read| IdNumber::parse(&read.value).ok());
    let fields = names.into_iter().filter_map(|name| Some((name, elect(name, number.as_ref())?))).collect();
    let reading = ReadSide { side: first.side, fields, measured: first.measured };
    let doubts = doubts(&reading, expected);
    Elected { reading, doubts }
}

/// What the readings of one field have to say for one value.
struct Candidate<'a> {
    /// The surest reading of it, the first of several.
    best: &'a Read,
    standing: Standing,
    /// The chance that every reading of it is wrong, were they independent.
    doubt: f32,
}

/// What rules say of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It breaks its field's rule.
    Broken,
    /// It keeps it, or there is none.
    Possible,
    /// A check character confirms it.
    Confirmed,
}

impl Candidate<'_> {
    fn weight(&self) -> f32 {
        -self.doubt.ln()
    }

    fn certain(&self) -> bool {
        self.best.confidence >= CERTAIN
    }

    /// How it compares with another; the earlier of two equals is the better one.
    fn compare(&self, other: &Self) -> Ordering {
        let exact = self.standing.cmp(&other.standing).then(self.certain().cmp(&other.certain()));
        exact.then(self.weight().total_cmp(&other.weight())).then(self.best.confidence.cmp(&other.best.confidence))
    }

    /// Whether it makes `winner` doubtful.
    fn contests(&self, winner: &Self) -> bool {
        let near = self.standing == winner.standing && self.weight() >= winner.weight() / 2.0;
        if winner.certain() || self.standing < winner.standing { self.certain() } else { near }
    }
}

/// The value that wins, and how sure it is.
fn elect<'a>(name: FieldName, votes: impl Iterator<Item = &'a Read>, number: Option<&IdNumber>) -> Option<Read> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for read in votes {
        let doubt = f32::from(100 - read.confidence.min(SUREST)) / 100.0;
        match candidates.iter_mut().find(|candidate| candidate.best.value == read.value) {
            Some(candidate) => {
                candidate.doubt *= doubt;
                if read.confidence > candidate.best.confidence {
                    candidate.best = read;
                }
            }
            None => candidates.push(Candidate { best: read, standing: standing(name, &read.value, number), doubt }),
        }
    }
    // `max_by` takes the last of equals.
    let winner = candidates.iter().rev().max_by(|a, b| a.compare(b))?;
    let mut read = winner.best.clone();
    if winner.standing == Standing::Confirmed {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
        let agreed = (100.0 * (1.0 - winner.doubt)).round() as u8;
        read.confidence = read.confidence.max(agreed.min(SUREST));
    }
    for rival in candidates.iter().filter(|candidate| candidate.best.value != winner.best.value) {
        if rival.contests(winner) {
            read.confidence = read.confidence.min(CONTESTED);
            doubt_characters(&mut read.characters, &rival.best.characters);
        }
    }
    Some(read)
}

/// Marks the characters of a name that a rival of the same length reads otherwise, and offers that reading first.
fn doubt_characters(characters: &mut [NameCharacter], rivals: &[NameCharacter]) {
    if characters.len() != rivals.len() {
        return;
    }
    for (character, rival) in characters.iter_mut().zip(rivals).filter(|(ours, rival)| ours.value != rival.value) {
        character.confidence = character.confidence.min(CONTESTED);
        let rest = character.others.chars().filter(|&other| other != rival.value);
        character.others = std::iter::once(rival.value).chain(rest).collect();
    }
}

fn standing(name: FieldName, value: &str, number: Option<&IdNumber>) -> Standing {
    let keeps = match name {
        FieldName::IdNumber => {
            return if IdNumber::parse(value).is_ok() { Standing::Confirmed } else { Standing::Broken };
        }
        FieldName::BirthDate => {
            let date = Date::parse_iso(value);
            if number.is_some_and(|number| date == Ok(number.birth_date())) {
                return Standing::Confirmed;
            }
            date.is_ok()
        }
        FieldName::Sex => {
            let sex = value.parse::<Sex>();
            if number.is_some_and(|number| sex.as_ref().is_ok_and(|sex| *sex == number.sex())) {
                return Standing::Confirmed;
            }
            sex.is_ok()
        }
        FieldName::Name => PersonName::parse(value).is_ok(),
        FieldName::Ethnicity => value.parse::<Ethnicity>().is_ok(),
        FieldName::ValidFrom => Date::parse_iso(value).is_ok(),
        FieldName::ValidUntil => value.parse::<Expiry>().is_ok(),
        _ => true,
    };
    if keeps { Standing::Possible } else { Standing::Broken }
}

/// See [`Elected::doubts`].
fn doubts(reading: &ReadSide, expected: &[FieldName]) -> Vec<FieldName> {
    let field = |name: FieldName| reading.fields.get(&name);
    let number = field(FieldName::IdNumber).and_then(|read| IdNumber::parse(&read.value).ok());
    let contradicts = |name: FieldName| {
        let read = |name| field(name).map(|read| read.value.as_str());
        let number = number.as_ref();
        let date =
            || number.zip(read(FieldName::BirthDate)).is_some_and(|(n, date)| date != n.birth_date().to_string());
        let sex = || number.zip(read(FieldName::Sex)).is_some_and(|(n, sex)| sex != n.sex().as_str());
        match name {
            FieldName::IdNumber => date() || sex(),
            FieldName::BirthDate => date(),
            FieldName::Sex => sex(),
            _ => false,
        }
    };
    let unclear = |name: FieldName| field(name).is_none_or(|read| read.confidence < LOW_CONFIDENCE);
    let mut names: Vec<FieldName> = expected.to_vec();
    names.extend(reading.fields.keys().filter(|name| !expected.contains(name)));
    names.retain(|&name| unclear(name) || contradicts(name));
    names
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::{DocumentKind, Side};

    use super::*;
    use crate::outcome::Figures;

    /// The example of GB 11643-1999 annex A, and the same with one digit read wrong.
    const NUMBER: &str = "11010519491231002X";
    const MISREAD: &str = "11010519491281002X";

    fn side(fields: &[(FieldName, &str, u8)]) -> ReadSide {
        let read = |(name, value, confidence): &(FieldName, &str, u8)| {
            (*name, Read { value: (*value).to_owned(), confidence: *confidence, characters: Vec::new() })
        };
        ReadSide {
            side: Side::Front,
            fields: fields.iter().map(read).collect(),
            measured: Figures { sharpness: 60, brightness: 140, glare: 0, coverage: 40 },
        }
    }

    /// What is elected for a field that readings say this of, in their order.
    fn of(name: FieldName, votes: &[(&str, u8)]) -> (String, u8) {
        let readings: Vec<ReadSide> =
            votes.iter().map(|(value, confidence)| side(&[(name, *value, *confidence)])).collect();
        let elected = vote(&readings[0], &readings[1..], &[name]);
        let Read { value, confidence, .. } = &elected.reading.fields[&name];
        (value.clone(), *confidence)
    }

    // RN-5
    #[test]
    fn one_reading_stays_as_it_is() {
        let alone = side(&[(FieldName::Name, "张三", 55), (FieldName::IdNumber, MISREAD, 30)]);
        let elected = vote(&alone, &[], &[FieldName::Name, FieldName::Sex, FieldName::IdNumber]);
        assert_eq!(elected.reading, alone);
        assert_eq!(elected.doubts, [FieldName::Name, FieldName::Sex, FieldName::IdNumber]);
    }

    // RN-5
    #[test]
    fn what_one_frame_lacks_another_has() {
        let first = side(&[(FieldName::Name, "张三", 98)]);
        let second = side(&[(FieldName::Name, "张", 40), (FieldName::Ethnicity, "汉", 98)]);
        let elected = vote(&first, &[second], &[FieldName::Name, FieldName::Ethnicity]);
        assert_eq!(elected.reading.fields[&FieldName::Name].confidence, 98);
        assert_eq!(elected.reading.fields[&FieldName::Ethnicity].value, "汉");
        assert_eq!(elected.doubts, []);
    }

    // RN-5
    #[test]
    fn two_that_agree_beat_one_that_is_somewhat_surer() {
        let address = |votes: &[(&str, u8)]| of(FieldName::Address, votes);
        // A frame with a reflection, then two without: the value changes, and nobody is surer than the surest.
        assert_eq!(address(&[("某路1号", 75), ("某路7号", 70), ("某路7号", 72)]), ("某路7号".to_owned(), 72));
        assert_eq!(address(&[("某路7号", 70), ("某路7号", 75)]), ("某路7号".to_owned(), 75));
        // The surer of two that do not agree, and it is in doubt where the other one is not much less sure.
        assert_eq!(address(&[("某路1号", 88), ("某路7号", 90)]), ("某路7号".to_owned(), 79));
        assert_eq!(address(&[("某路1号", 90), ("某路7号", 40)]), ("某路1号".to_owned(), 90));
    }

    // RN-5
    #[test]
    fn a_number_that_keeps_its_check_character_wins_and_agreement_makes_it_surer() {
        let number = |votes: &[(&str, u8)]| of(FieldName::IdNumber, votes);
        assert_eq!(number(&[(MISREAD, 30), (MISREAD, 30), (NUMBER, 55)]), (NUMBER.to_owned(), 55));
        assert_eq!(number(&[(NUMBER, 70), (MISREAD, 30), (NUMBER, 60)]), (NUMBER.to_owned(), 88));
        assert_eq!(number(&[(NUMBER, 95), (NUMBER, 95), (NUMBER, 95)]), (NUMBER.to_owned(), 99));
        // Two numbers that both keep theirs: somebody has to look.
        let other = "440524188001010014";
        assert_eq!(number(&[(NUMBER, 85), (other, 84)]), (NUMBER.to_owned(), 79));
    }

    // RN-5
    #[test]
    fn a_sure_number_confirms_birth_date_and_sex() {
        let first = side(&[
            (FieldName::BirthDate, "1949-12-81", 70),
            (FieldName::Sex, "男", 78),
            (FieldName::IdNumber, NUMBER, 90),
        ]);
        let second = side(&[(FieldName::BirthDate, "1949-12-31", 60), (FieldName::Sex, "女", 70)]);
        let third = side(&[(FieldName::BirthDate, "1949-12-31", 60), (FieldName::Sex, "女", 70)]);
        let expected = [FieldName::BirthDate, FieldName::Sex, FieldName::IdNumber];
        let elected = vote(&first, &[second.clone(), third], &expected);
        let sex = &elected.reading.fields[&FieldName::Sex];
        assert_eq!((sex.value.as_str(), sex.confidence), ("女", 91));
        let born = &elected.reading.fields[&FieldName::BirthDate];
        assert_eq!((born.value.as_str(), born.confidence), ("1949-12-31", 84));
        assert_eq!(elected.doubts, []);
        // One reading of it that was certain and is contradicted by the number is a matter for the user.
        let certain = side(&[(FieldName::Sex, "男", 99), (FieldName::IdNumber, NUMBER, 90)]);
        let elected = vote(&certain, &[second], &expected[1..]);
        let sex = &elected.reading.fields[&FieldName::Sex];
        assert_eq!((sex.value.as_str(), sex.confidence), ("女", 70));
        assert_eq!(vote(&certain, &[], &expected[1..]).doubts, [FieldName::Sex, FieldName::IdNumber]);
    }

    #[test]
    fn what_breaks_its_rule_loses() {
        assert_eq!(of(FieldName::ValidUntil, &[("203o-01-01", 75), ("2030-01-01", 60)]).0, "2030-01-01");
        assert_eq!(of(FieldName::ValidUntil, &[("2期", 75), ("长期", 60)]).0, "长期");
        assert_eq!(of(FieldName::Ethnicity, &[("汊", 75), ("汉", 60)]).0, "汉");
        assert_eq!(of(FieldName::ValidFrom, &[("2016-13-01", 79), ("2016-12-01", 31)]), ("2016-12-01".to_owned(), 31));
    }

    // Three votes of every kind: what is certain stays, unless something as certain contradicts it.
    #[test]
    fn nothing_certain_is_lowered_or_voted_down() {
        const SURE: [u8; 9] = [0, 30, 60, 79, 80, 90, 96, 97, 100];
        for first in SURE {
            for second in SURE {
                for third in SURE {
                    for pattern in 0..8 {
                        let confidences = [first, second, third];
                        let votes: Vec<(&str, u8)> = confidences
                            .iter()
                            .enumerate()
                            .map(|(place, &confidence)| (["某路1号", "某路7号"][(pattern >> place) & 1], confidence))
                            .collect();
                        let surest = |value: &str| {
                            votes.iter().filter(|vote| vote.0 == value).map(|vote| vote.1).max().unwrap_or(0)
                        };
                        let (value, confidence) = of(FieldName::Address, &votes);
                        assert!(confidence <= surest(&value), "{votes:?}");
                        let rival = if value == "某路1号" { "某路7号" } else { "某路1号" };
                        match (surest(&value) >= CERTAIN, surest(rival) >= CERTAIN) {
                            (true, false) => assert_eq!(confidence, surest(&value), "{votes:?}"),
                            (true, true) => assert!(confidence < LOW_CONFIDENCE, "{votes:?}"),
                            (false, certain) => assert!(!certain, "{votes:?}"),
                        }
                    }
                }
            }
        }
    }

    // RC-6: what the other frame saw is offered to the user
    #[test]
    fn a_contested_name_shows_which_character_is_in_doubt() {
        let name = |characters: &[(char, u8, &str)]| {
            let mut side = side(&[]);
            let read = Read {
                value: characters.iter().map(|character| character.0).collect(),
                confidence: characters.iter().map(|character| character.1).min().unwrap(),
                characters: characters
                    .iter()
                    .map(|&(value, confidence, others)| NameCharacter {
                        value,
                        confidence,
                        others: others.to_owned(),
                        at: [0, 0],
                    })
                    .collect(),
            };
            side.fields.insert(FieldName::Name, read);
            side
        };
        let first = name(&[('刘', 99, ""), ('顺', 91, "须𫖯")]);
        let second = name(&[('刘', 99, ""), ('𫖯', 88, "顺")]);
        let elected = vote(&first, &[second], &[FieldName::Name]);
        let read = &elected.reading.fields[&FieldName::Name];
        assert_eq!((read.value.as_str(), read.confidence), ("刘顺", 79));
        assert_eq!((read.characters[0].confidence, read.characters[0].others.as_str()), (99, ""));
        assert_eq!((read.characters[1].confidence, read.characters[1].others.as_str()), (79, "𫖯须"));
    }

    #[test]
    fn readings_of_two_sides_do_not_mix() {
        let front = side(&[(FieldName::Name, "张三", 55)]);
        let back = ReadSide { side: Side::Back, ..side(&[(FieldName::Name, "某市公安局", 99)]) };
        assert_eq!(vote(&front, &[back], &[FieldName::Name]).reading, front);
    }

    #[test]
    fn a_sides_fields_are_those_of_its_layout() {
        let of = |wanted: Side| {
            let layout = layouts(DocumentKind::CnResidentId).into_iter().find(|layout| layout.side == wanted).unwrap();
            fields_of(&layout.format)
        };
        assert_eq!(of(Side::Front).len(), 6);
        assert_eq!(of(Side::Back), [FieldName::Issuer, FieldName::ValidFrom, FieldName::ValidUntil]);
    }
}
