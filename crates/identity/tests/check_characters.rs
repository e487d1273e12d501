//! RC-1: what check characters notice, and what they cannot. Each promise is held against a million slips of the pen, and
//! each gap is shown to be one, so that nobody takes a check character for more than it is.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use shiming_identity::check_digit::{icao_7_3_1, icao_value, mod_11_2};
use shiming_identity::document::DocumentKind;
use shiming_identity::document_number::NumberError;
use shiming_identity::id_number::IdNumberError;
use shiming_identity::{Date, DocumentNumber, IdNumber};

const SLIPS: usize = 1_000_000;
/// Slips made on one number before the next is drawn.
const SLIPS_EACH: usize = 20;

/// Numbers that repeat from run to run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    fn one_of(&mut self, characters: &[u8]) -> u8 {
        characters[self.below(characters.len())]
    }

    fn birth(&mut self) -> Date {
        Date::in_china(self.below(20_000) as u64 * 86_400).unwrap()
    }

    /// An 18-character number as GB 11643 makes them.
    fn id_number(&mut self) -> [u8; 18] {
        let province = ["11", "23", "37", "44", "51", "65", "81", "83"][self.below(8)];
        let body = format!("{province}{:04}{}{:03}", self.below(10_000), self.birth().compact(), self.below(1000));
        with_check(body.as_bytes(), mod_11_2)
    }

    /// A 15-character number of a permanent residence card of 2004.
    fn permanent_resident(&mut self) -> [u8; 15] {
        let letters: Vec<u8> = (0..3).map(|_| b'A' + u8::try_from(self.below(26)).unwrap()).collect();
        let country = String::from_utf8(letters).unwrap();
        let birth = &self.birth().compact()[2..];
        let body = format!("{country}{:04}{birth}{}", self.below(10_000), self.below(10));
        with_check(body.as_bytes(), |body| icao_7_3_1(body.iter().copied()))
    }

    /// Two places of `length`, the first before the second.
    fn places(&mut self, length: usize) -> (usize, usize) {
        let second = 1 + self.below(length - 1);
        (self.below(second), second)
    }
}

fn with_check<const N: usize>(body: &[u8], check: impl Fn(&[u8]) -> Option<u8>) -> [u8; N] {
    [body, &[check(body).unwrap()]].concat().try_into().unwrap()
}

fn text(characters: &[u8]) -> &str {
    std::str::from_utf8(characters).unwrap()
}

// RC-1: ISO 7064 MOD 11-2 notices every single wrong character.
#[test]
fn a_million_wrong_characters_in_id_numbers_are_all_caught() {
    let mut dice = Dice(1);
    for _ in 0..SLIPS / SLIPS_EACH {
        let right = dice.id_number();
        assert!(IdNumber::parse(text(&right)).is_ok());
        for _ in 0..SLIPS_EACH {
            let mut wrong = right;
            let place = dice.below(18);
            let digits: &[u8] = if place == 17 { b"0123456789X" } else { b"0123456789" };
            while wrong == right {
                wrong[place] = dice.one_of(digits);
            }
            // The digits that are there are checked, whatever the calendar and the provinces say of them.
            assert_ne!(mod_11_2(&wrong[..17]), Some(wrong[17]));
            assert!(IdNumber::parse(text(&wrong)).is_err());
        }
    }
}

// RC-1: it notices every swap of two different digits, but for places ten apart, whose weights are the same (2^10 ≡ 1
// mod 11). Of the 153 pairs of places that leaves 8.
#[test]
fn a_million_swaps_in_id_numbers_are_caught_where_weights_differ() {
    let mut dice = Dice(2);
    let (mut caught, mut missed, mut accepted) = (0, 0, 0);
    while caught + missed < SLIPS {
        let right = dice.id_number();
        for _ in 0..SLIPS_EACH {
            let mut wrong = right;
            let (first, second) = dice.places(18);
            wrong.swap(first, second);
            if wrong == right {
                continue;
            }
            let parsed = IdNumber::parse(text(&wrong));
            if wrong[..17].contains(&b'X') {
                // X stands for ten in the last place only.
                assert_eq!(parsed, Err(IdNumberError::Character { position: first + 1 }));
                caught += 1;
            } else if second - first == 10 {
                assert_eq!(mod_11_2(&wrong[..17]), Some(wrong[17]), "{first} {second}");
                missed += 1;
                accepted += usize::from(parsed.is_ok());
            } else {
                assert_ne!(mod_11_2(&wrong[..17]), Some(wrong[17]), "{first} {second}");
                assert!(parsed.is_err());
                caught += 1;
            }
        }
    }
    // The gap is real: some such swaps make another number that may be somebody's.
    assert!(accepted > 0 && missed > accepted, "{caught} caught, {missed} missed, {accepted} accepted");
}

// RC-1: 7-3-1 mod 10 notices every wrong digit; of wrong letters those whose value differs by a multiple of ten pass.
#[test]
fn wrong_characters_in_permanent_residents_numbers() {
    let mut dice = Dice(3);
    for _ in 0..SLIPS / SLIPS_EACH {
        let right = dice.permanent_resident();
        assert!(DocumentNumber::parse(DocumentKind::CnPermanentResident, text(&right)).is_ok());
        for _ in 0..SLIPS_EACH {
            let mut wrong = right;
            let place = dice.below(15);
            let alphabet: &[u8] = if place < 3 { b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" } else { b"0123456789" };
            while wrong == right {
                wrong[place] = dice.one_of(alphabet);
            }
            let difference = icao_value(right[place]).unwrap().abs_diff(icao_value(wrong[place]).unwrap());
            let passes = icao_7_3_1(wrong[..14].iter().copied()) == Some(wrong[14]);
            assert_eq!(passes, place < 3 && difference.is_multiple_of(10), "{place}");
        }
    }
    // K is 20, A is 10 and U is 30: the check digit cannot tell them apart.
    for number in ["KAZ110090123105", "AAZ110090123105", "UKZ110090123105"] {
        assert!(DocumentNumber::parse(DocumentKind::CnPermanentResident, number).is_ok());
    }
    let other = DocumentNumber::parse(DocumentKind::CnPermanentResident, "LAZ110090123105");
    assert_eq!(other, Err(NumberError::Checksum));
}

// RC-1: 7-3-1 mod 10 misses the swap of neighbours whose values differ by a multiple of five (the weights' differences
// are 4, 2 and 6), and every swap three or a multiple of three apart.
#[test]
fn swaps_in_permanent_residents_numbers() {
    let mut dice = Dice(4);
    let (mut caught, mut missed) = (0, 0);
    while caught + missed < SLIPS {
        let right = dice.permanent_resident();
        for _ in 0..SLIPS_EACH {
            let mut wrong = right;
            let (first, second) = dice.places(14);
            wrong.swap(first, second);
            if wrong == right {
                continue;
            }
            let difference = icao_value(right[first]).unwrap().abs_diff(icao_value(right[second]).unwrap());
            let passes = icao_7_3_1(wrong[..14].iter().copied()) == Some(wrong[14]);
            assert_eq!(passes, (second - first).is_multiple_of(3) || difference.is_multiple_of(5), "{first} {second}");
            *(if passes { &mut missed } else { &mut caught }) += 1;
        }
    }
    assert!(caught > missed && missed > 0);
}

// RC-1: GB 11643-1989 to -1999 and back. Numbers of 15 digits were given out until 1999, so the century is 19; the
// sequences 996 to 999 were kept for those over a hundred.
#[test]
fn numbers_grow_from_15_to_18_and_back() {
    let mut dice = Dice(5);
    for _ in 0..10_000 {
        let birth = dice.birth();
        let sequence = dice.below(1000);
        let old = format!("44{:04}{}{sequence:03}", dice.below(10_000), &birth.compact()[2..]);
        match IdNumber::parse_15(&old) {
            Ok(new) => {
                assert_eq!(new.birth_date().year() / 100, if sequence < 996 { 19 } else { 18 });
                assert_eq!(new.to_15().as_deref(), Some(old.as_str()));
                assert_eq!(IdNumber::parse(new.as_str()), Ok(new));
            }
            // 29 February 1900 is the only day of two-digit years that neither century has.
            Err(error) => assert_eq!((error, &old[6..12]), (IdNumberError::BirthDate, "000229")),
        }
    }
    for (number, old) in [
        ("11010519491231002X", Some("110105491231002")),
        // Born in a century that no number of 15 digits names.
        ("440524188001010014", None),
        ("110105200001010013", None),
        // A sequence that would have meant the century before.
        ("110105199001019972", None),
    ] {
        let body = mod_11_2(&number.as_bytes()[..17]).map(char::from).map(|check| format!("{}{check}", &number[..17]));
        assert_eq!(IdNumber::parse(&body.unwrap()).unwrap().to_15().as_deref(), old, "{number}");
    }
}
