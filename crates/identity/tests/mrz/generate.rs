//! Zones with everything that their formats allow, and wrong characters in them. `examples/mrz.rs` measures with them,
//! too.

use oorandom::Rand64;
use shiming_identity::Date;
use shiming_identity::mrz::{Format, MaybeChecked, Mrz, MrzDate, MrzFields, MrzSex, write, yymmdd};

pub const FORMATS: [Format; 7] =
    [Format::Td1, Format::Td2, Format::Td3, Format::MrvA, Format::MrvB, Format::ChinaThreeLines, Format::ChinaOneLine];
pub const CHARACTERS: &[u8; 37] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

/// Numbers that are the same on every run.
pub struct Dice(Rand64);

impl Dice {
    pub fn new(seed: u128) -> Self {
        Self(Rand64::new(seed))
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.rand_range(0..u64::try_from(bound).unwrap())).unwrap()
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn text(&mut self, alphabet: &[u8], shortest: usize, longest: usize) -> String {
        let length = shortest + self.below(longest - shortest + 1);
        (0..length).map(|_| char::from(self.of(alphabet))).collect()
    }
}

/// Which characters a check digit covers or is (`x`), written down from the standard and not from [`Format::layout`].
pub fn mask(format: Format) -> String {
    let rows: &[&[(char, usize)]] = match format {
        Format::Td1 => &[&[('.', 5), ('x', 25)], &[('x', 7), ('.', 1), ('x', 7), ('.', 3), ('x', 12)], &[('.', 30)]],
        Format::Td2 => &[&[('.', 36)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 15)]],
        Format::Td3 => &[&[('.', 44)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 23)]],
        Format::MrvA => &[&[('.', 44)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 7), ('.', 16)]],
        Format::MrvB => &[&[('.', 36)], &[('x', 10), ('.', 3), ('x', 7), ('.', 1), ('x', 7), ('.', 8)]],
        Format::ChinaThreeLines => &[&[('.', 2), ('x', 20), ('.', 1), ('x', 7)], &[('.', 30)], &[('.', 30)]],
        Format::ChinaOneLine => &[&[('.', 2), ('x', 10), ('.', 1), ('x', 7), ('.', 1), ('x', 7), ('.', 1), ('x', 1)]],
    };
    let rows: Vec<String> =
        rows.iter().map(|row| row.iter().map(|(c, n)| c.to_string().repeat(*n)).collect()).collect();
    rows.join("\n")
}

/// What a generated zone was made from.
pub struct Truth {
    pub text: String,
    pub number: String,
    birth: MrzDate,
    expiry: MrzDate,
    optional: Vec<String>,
    issue_count: String,
}

/// A zone with everything that the format allows: long and short numbers, unknown parts of birth dates, empty fields.
pub fn generate(format: Format, dice: &mut Dice) -> Truth {
    let letters = &CHARACTERS[10..36];
    let digits = &CHARACTERS[..10];
    let letters_and_digits = &CHARACTERS[..36];
    let chinese = dice.below(3) == 0;
    let state = if chinese { "CHN" } else { dice.of(&["UTO", "D", "GBR", "USA", "XXA", "JPN"]) };
    let code = match format {
        Format::Td1 | Format::Td2 => "I",
        Format::Td3 => "P",
        Format::MrvA | Format::MrvB => "V",
        Format::ChinaThreeLines => dice.of(&["CR", "CT"]),
        Format::ChinaOneLine => dice.of(&["CS", "CD"]),
    };
    let number = match format {
        Format::Td1 | Format::Td2 if dice.below(4) == 0 => {
            dice.text(letters_and_digits, 10, if format == Format::Td1 { 20 } else { 15 })
        }
        Format::ChinaThreeLines if code == "CT" => dice.text(digits, 8, 8),
        Format::Td3 if !chinese => dice.text(letters_and_digits, 1, 9),
        Format::ChinaThreeLines | Format::ChinaOneLine | Format::Td3 => {
            let shortest = if format == Format::Td3 { 6 } else { 7 };
            let (first, second) = (dice.text(letters, 1, 1), dice.text(letters_and_digits, 1, 1));
            // Only official passports had eight characters.
            let shortest = if matches!(first.as_str(), "E" | "G" | "H" | "K" | "M") { 7 } else { shortest };
            format!("{first}{second}{}", dice.text(digits, shortest, 7))
        }
        _ => dice.text(letters_and_digits, 1, 9),
    };
    let mut day = |years: std::ops::Range<usize>| {
        let year = u16::try_from(years.start + dice.below(years.len())).unwrap();
        let month = u8::try_from(1 + dice.below(12)).unwrap();
        Date::new(year, month, u8::try_from(1 + dice.below(28)).unwrap()).unwrap()
    };
    let (born, expires) = (day(1930..2026), day(2010..2060));
    let (birth, birth_text) = match dice.below(10) {
        0 => {
            let partly = MrzDate::Partly { year: Some(born.year()), month: Some(born.month()), day: None };
            (partly, format!("{}<<", &yymmdd(born)[..4]))
        }
        1 => {
            let partly = MrzDate::Partly { year: Some(born.year()), month: None, day: None };
            (partly, format!("{}<<<<", &yymmdd(born)[..2]))
        }
        _ => (MrzDate::Day(born), yymmdd(born)),
    };
    let (expiry, expiry_text) = (MrzDate::Day(expires), yymmdd(expires));
    let room = match format {
        Format::Td1 | Format::Td2 if number.len() > 9 => 0,
        Format::Td1 => 15,
        Format::Td2 => 7,
        Format::Td3 => 14,
        Format::MrvA => 16,
        Format::MrvB => 8,
        Format::ChinaThreeLines => 10,
        Format::ChinaOneLine => 0,
    };
    let first = if dice.below(3) == 0 { String::new() } else { dice.text(letters_and_digits, 0, room) };
    let second = if format == Format::Td1 { dice.text(letters_and_digits, 0, 11) } else { String::new() };
    let issue_count = dice.text(digits, 2, 2);
    let han = dice.text(b"ABCDEFGHIJKLMNOP", 16, 16);
    let (primary, secondary) = (dice.text(letters, 1, 24), dice.text(letters, 0, 24));
    let fields = MrzFields {
        format,
        code,
        issuer: state,
        primary: &primary,
        secondary: &secondary,
        number: &number,
        nationality: state,
        birth: &birth_text,
        sex: dice.of(&[MrzSex::Male, MrzSex::Female, MrzSex::Unspecified]),
        expiry: &expiry_text,
        optional: [&first, &second],
        issue_count: &issue_count,
        han: &han,
    };
    let text = write(&fields).unwrap().join("\n");
    let optional = match format {
        Format::Td1 => vec![first, second],
        Format::ChinaOneLine => Vec::new(),
        _ => vec![first],
    };
    let issue_count = if format == Format::ChinaThreeLines { issue_count } else { String::new() };
    Truth { text, number, birth, expiry, optional, issue_count }
}

impl Truth {
    /// Whether every field that a check digit covers is what was written.
    pub fn is(&self, mrz: &Mrz) -> bool {
        let optional = mrz.optional.iter().zip(&self.optional).all(|(field, truth)| match field {
            MaybeChecked::Checked(field) => field.value() == truth,
            MaybeChecked::Unchecked(_) => true,
        });
        *mrz.number.value() == self.number
            && *mrz.birth.value() == self.birth
            && *mrz.expiry.value() == self.expiry
            && optional
            && mrz.issue_count.as_ref().is_none_or(|field| *field.value() == self.issue_count)
    }
}

/// Replaces the character at `place` of the text.
pub fn with(text: &str, place: usize, c: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = c;
    String::from_utf8(bytes).unwrap()
}

/// What readers take for each other.
pub const CONFUSED: [(u8, u8); 8] =
    [(b'0', b'O'), (b'1', b'I'), (b'2', b'Z'), (b'5', b'S'), (b'8', b'B'), (b'<', b'K'), (b'<', b'C'), (b'<', b'S')];

pub fn confused(c: u8, dice: &mut Dice) -> Option<u8> {
    let others: Vec<u8> = CONFUSED
        .iter()
        .filter_map(|(a, b)| if *a == c { Some(*b) } else { (*b == c && *a != b'<').then_some(*a) })
        .collect();
    (!others.is_empty()).then(|| dice.of(&others))
}
