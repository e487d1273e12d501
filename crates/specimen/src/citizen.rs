//! Fictional people whose data agree with each other.

use serde::{Deserialize, Serialize};
use shiming_identity::check_digit::mod_11_2;
use shiming_identity::date::LONG_TERM;
use shiming_identity::ethnicity::GROUPS;

use crate::dice::Dice;
use crate::{names, places};

/// The day on which documents are valid or expired, `YYYY-MM-DD`.
pub const REFERENCE_DAY: &str = "2026-11-01";
/// Index of the one citizen among the first 300 whose card has expired on [`REFERENCE_DAY`]: the last of a list of 300.
pub const EXPIRED: usize = 299;

pub(crate) const REFERENCE: Civil = Civil { year: 2026, month: 11, day: 1 };
/// No card but the expired one ends before this day, so that tests which ask the real clock last until then.
const FIRST_END: Civil = Civil { year: 2031, month: 1, day: 1 };

/// A fictional person and the data on their resident ID card, written as on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citizen {
    /// 姓名
    pub name: String,
    /// 男 or 女
    pub sex: String,
    /// 民族, without 族
    pub ethnicity: String,
    /// `YYYY-MM-DD`
    pub birth_date: String,
    /// 住址, the lines joined; at most 33 characters
    pub address: String,
    /// 公民身份号码, 18 characters with a right check character (GB 11643)
    pub id_number: String,
    /// 签发机关
    pub issuer: String,
    /// `YYYY-MM-DD`
    pub valid_from: String,
    /// `YYYY-MM-DD` or 长期
    pub valid_until: String,
}

/// The first `n` citizens. The list only ever grows: the citizen at an index is the same for every `n`.
#[must_use]
pub fn citizens(n: usize) -> Vec<Citizen> {
    (0..n).map(citizen).collect()
}

/// What is decided by hand for the first citizens: (name, sex, ethnic group, year of birth).
///
/// Among them are rare characters (1, 4, 6, 8, 9, 14), names with a middle dot (2, 7, 16), cards without end (3, 12), a
/// child's card of five years (15) and names of two to twelve characters.
const FIRST: [(&str, &str, &str, i32); 20] = [
    ("周敏", "女", "汉", 1991),
    ("李䶮", "男", "汉", 1987),
    ("阿依古丽·买买提", "女", "维吾尔", 1995),
    ("王建国", "男", "汉", 1949),
    ("陈𬭎", "男", "汉", 1999),
    ("欧阳思远", "男", "汉", 1984),
    ("张赟翀", "男", "汉", 2001),
    ("买合木提·艾则孜", "男", "维吾尔", 1979),
    ("刘𫖯", "男", "土家", 1990),
    ("赵㛃", "女", "汉", 1996),
    ("扎西卓玛", "女", "藏", 1988),
    ("乌云其其格", "女", "蒙古", 1993),
    ("孙秀英", "女", "汉", 1952),
    ("诸葛明哲", "男", "汉", 2003),
    ("何喆", "男", "仫佬", 1986),
    ("林子涵", "女", "汉", 2013),
    ("古丽巴哈尔·阿卜杜热合曼", "女", "维吾尔", 1982),
    ("黄婷婷", "女", "壮", 1998),
    ("马龙飞", "男", "回", 1975),
    ("吴桐", "女", "满", 1969),
];

/// The citizen at `index`.
#[must_use]
pub fn citizen(index: usize) -> Citizen {
    let seed = index as u64;
    let mut dice = Dice::new("citizen", seed);
    let (name, male, ethnicity, birth_year) = if let Some(&(name, sex, ethnicity, year)) = FIRST.get(index) {
        (name.to_owned(), sex == "男", ethnicity, year)
    } else {
        let male = dice.chance(50);
        let ethnicity = ethnicity(index, &mut dice);
        // Ten years from 2014 are the term of somebody born in 1994.
        let year = if index == EXPIRED { 1994 } else { 1940 + i32_below(&mut dice, 69) };
        (name(ethnicity, male, &mut dice), male, ethnicity, year)
    };
    let birth = Civil::any(birth_year, &mut dice);
    let place = home(ethnicity, &mut dice);
    let code = places::ABOLISHED
        .iter()
        .find(|(_, until, heir)| *heir == place.code && birth_year < *until && index % 2 == 1)
        .map_or(place.code, |(code, ..)| code);
    let order = 1 + 2 * dice.below(499) + u32::from(!male);
    let (from, until) = if index == EXPIRED {
        let from = Civil { year: 2014, month: 3, day: 12 };
        (from, Some(from.years_later(10)))
    } else {
        validity(birth, &mut dice)
    };
    Citizen {
        name,
        sex: if male { "男" } else { "女" }.to_owned(),
        ethnicity: ethnicity.to_owned(),
        birth_date: birth.iso(),
        address: address(place, &mut dice),
        id_number: with_check_character(&format!("{code}{}{order:03}", birth.iso().replace('-', ""))),
        issuer: place.issuer(),
        valid_from: from.iso(),
        valid_until: until.map_or_else(|| LONG_TERM.to_owned(), Civil::iso),
    }
}

/// Citizens 20 to 75 go once through the 56 groups; after that more than half are Han, and a tenth have dotted names.
fn ethnicity(index: usize, dice: &mut Dice) -> &'static str {
    let swept = index - FIRST.len();
    if let Some(group) = GROUPS.get(swept) {
        return group;
    }
    match dice.below(100) {
        0..60 => "汉",
        60..70 => names::DOTTED[dice.index(names::DOTTED.len())],
        _ => GROUPS[dice.index(GROUPS.len())],
    }
}

fn name(ethnicity: &str, male: bool, dice: &mut Dice) -> String {
    use names::{
        DOUBLE_SURNAMES, GIVEN_FEMALE, GIVEN_MALE, MONGOL_FEMALE, MONGOL_MALE, RARE, RUSSIAN_FATHER, RUSSIAN_FEMALE,
        RUSSIAN_MALE, SURNAMES, TIBETAN_FEMALE, TIBETAN_MALE, TURKIC_FATHER, TURKIC_FEMALE, TURKIC_MALE,
    };
    match ethnicity {
        "俄罗斯" => {
            let own = dice.pick(if male { RUSSIAN_MALE } else { RUSSIAN_FEMALE });
            format!("{own}·{}", dice.pick(RUSSIAN_FATHER))
        }
        dotted if names::DOTTED.contains(&dotted) => {
            let own = dice.pick(if male { TURKIC_MALE } else { TURKIC_FEMALE });
            format!("{own}·{}", dice.pick(TURKIC_FATHER))
        }
        "藏" | "门巴" | "珞巴" => {
            let second = dice.pick(if male { TIBETAN_MALE } else { TIBETAN_FEMALE });
            format!("{}{second}", dice.pick(TIBETAN_MALE))
        }
        "蒙古" => dice.pick(if male { MONGOL_MALE } else { MONGOL_FEMALE }).to_owned(),
        _ => {
            let mut name = if dice.chance(4) {
                dice.pick(DOUBLE_SURNAMES).to_owned()
            } else {
                dice.pick_char(SURNAMES).to_string()
            };
            let given = if male { GIVEN_MALE } else { GIVEN_FEMALE };
            let long = dice.chance(70);
            let rare = dice.chance(25);
            name.push(if rare { dice.pick_char(RARE) } else { dice.pick_char(given) });
            if long {
                name.push(dice.pick_char(given));
            }
            name
        }
    }
}

/// Where someone of this group lives: the group's own region half of the time, as far as the table goes.
fn home(ethnicity: &str, dice: &mut Dice) -> &'static places::Place {
    let region = match ethnicity {
        "维吾尔" | "哈萨克" | "柯尔克孜" | "乌孜别克" | "塔吉克" | "塔塔尔" | "俄罗斯" | "锡伯" => {
            "65"
        }
        "藏" | "门巴" | "珞巴" => "54",
        "蒙古" | "达斡尔" | "鄂温克" | "鄂伦春" => "15",
        "壮" | "仫佬" | "毛南" | "京" | "瑶" => "45",
        "白" | "傣" | "哈尼" | "佤" | "纳西" | "景颇" | "基诺" | "独龙" | "怒" | "阿昌" | "德昂" => {
            "53"
        }
        _ => "",
    };
    let near: Vec<_> = places::PLACES.iter().filter(|place| place.code.starts_with(region)).collect();
    near[dice.index(near.len())]
}

/// An address of one to three lines: at most 33 characters.
fn address(place: &places::Place, dice: &mut Dice) -> String {
    let prefix = place.prefix();
    if place.city.is_empty() && dice.chance(45) {
        let village = dice.pick(places::VILLAGES);
        let place = match dice.below(3) {
            0 => format!("{village}{}号", 1 + dice.below(199)),
            1 => format!("{village}{}组{}号", 1 + dice.below(12), 1 + dice.below(80)),
            _ => format!("{village}{}组", 1 + dice.below(20)),
        };
        return format!("{prefix}{place}");
    }
    let street = dice.pick(places::STREETS);
    let kind = dice.below(8);
    // The shortest addresses fit on one line.
    let number = 1 + dice.below(if kind == 0 { 9 } else { 999 });
    let rest = match kind {
        0 | 1 => String::new(),
        2 => format!(
            "{}号楼{}单元{}室",
            1 + dice.below(28),
            1 + dice.below(6),
            101 + dice.below(18) * 100 + dice.below(4)
        ),
        3 => format!("附{}号", 1 + dice.below(30)),
        4 => format!("{}栋{}室", dice.pick_char("ABCDEFGH"), 101 + dice.below(30) * 100 + dice.below(8)),
        5 => format!("{}{}幢{}室", dice.pick(places::ESTATES), 1 + dice.below(40), 101 + dice.below(11) * 100),
        6 => format!("{}弄{}号{}室", 10 + dice.below(800), 1 + dice.below(60), 101 + dice.below(6) * 100),
        _ => format!(
            "{}{}-{}-{}",
            dice.pick(places::ESTATES),
            1 + dice.below(20),
            1 + dice.below(4),
            101 + dice.below(17) * 100
        ),
    };
    let full = format!("{prefix}{street}{number}号{rest}");
    // A card has three lines of eleven characters.
    if full.chars().count() <= 33 { full } else { format!("{prefix}{street}{number}号") }
}

/// First and last day of a card that is valid on the reference day; none is 长期.
///
/// 居民身份证法 art. 5: five years below the age of 16, ten from 16 to 25, twenty from 26 to 45, without end from 46.
fn validity(birth: Civil, dice: &mut Dice) -> (Civil, Option<Civil>) {
    for _ in 0..1000 {
        // The second generation of cards began in 2004.
        let from = Civil::any(2004 + i32_below(dice, 23), dice);
        if from < birth || from >= REFERENCE {
            continue;
        }
        let until = match birth.age_on(from) {
            0..16 => Some(from.years_later(5)),
            16..26 => Some(from.years_later(10)),
            26..46 => Some(from.years_later(20)),
            _ => None,
        };
        if until.is_none_or(|until| until >= FIRST_END) {
            return (from, until);
        }
    }
    let from = Civil { year: 2026, month: 10, day: 8 };
    (from, Some(from.years_later(5)))
}

/// The 17 digits and their check character (GB 11643, ISO 7064 MOD 11-2).
pub(crate) fn with_check_character(digits: &str) -> String {
    format!("{digits}{}", mod_11_2(digits.as_bytes()).map_or('0', char::from))
}

fn i32_below(dice: &mut Dice, bound: u32) -> i32 {
    i32::try_from(dice.below(bound)).unwrap_or(0)
}

/// Days of the months; nobody here is born, and nothing begins, on the 29th of February.
const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Civil {
    pub(crate) year: i32,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

impl Civil {
    pub(crate) fn any(year: i32, dice: &mut Dice) -> Self {
        let month = 1 + dice.below(12);
        // The 29th of February would need a rule for cards that end in another year; nobody here is born on it.
        Self { year, month, day: 1 + dice.below(DAYS[(month - 1) as usize]) }
    }

    /// The day that [`Civil::iso`] wrote; zeros where it is none.
    pub(crate) fn parse(iso: &str) -> Self {
        let mut parts = iso.split('-').map(|part| part.parse::<u32>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        Self { year: i32::try_from(next()).unwrap_or(0), month: next(), day: next() }
    }

    pub(crate) fn years_later(self, years: i32) -> Self {
        Self { year: self.year + years, ..self }
    }

    /// The same day so many months later, or the last day of that month.
    pub(crate) fn months_later(self, months: u32) -> Self {
        let month = self.month + months;
        let (year, month) = if month > 12 { (self.year + 1, month - 12) } else { (self.year, month) };
        Self { year, month, day: self.day.min(DAYS[(month - 1) as usize]) }
    }

    pub(crate) fn day_before(self) -> Self {
        match (self.month, self.day) {
            (1, 1) => Self { year: self.year - 1, month: 12, day: 31 },
            (month, 1) => Self { month: month - 1, day: DAYS[(month - 2) as usize], ..self },
            (_, day) => Self { day: day - 1, ..self },
        }
    }

    /// `YYYYMMDD`
    pub(crate) fn compact(self) -> String {
        self.iso().replace('-', "")
    }

    pub(crate) fn age_on(self, day: Self) -> i32 {
        day.year - self.year - i32::from((day.month, day.day) < (self.month, self.day))
    }

    pub(crate) fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Citizen {
    /// Age in years on [`REFERENCE_DAY`].
    #[must_use]
    pub fn age(&self) -> u32 {
        let birth = Civil::parse(&self.birth_date);
        u32::try_from(birth.age_on(REFERENCE)).unwrap_or(0)
    }

    /// The address as the card breaks it: lines of 11 characters.
    #[must_use]
    pub fn address_lines(&self) -> Vec<String> {
        self.address_lines_of(11)
    }

    /// The address in lines of so many characters.
    pub(crate) fn address_lines_of(&self, length: usize) -> Vec<String> {
        self.address.chars().collect::<Vec<_>>().chunks(length.max(1)).map(|line| line.iter().collect()).collect()
    }

    /// The number that everything drawn for this person starts from.
    pub(crate) fn seed(&self) -> u64 {
        self.id_number.bytes().fold(7, |seed, byte| seed.wrapping_mul(131).wrapping_add(u64::from(byte)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use shiming_identity::{Date, Fields, IdNumber, Inconsistency, PersonName, Validity, cross_check};

    use super::*;

    #[test]
    fn people_are_distinct_and_stay_where_they_are() {
        let many = citizens(600);
        assert_eq!(many[..300], citizens(300));
        let numbers: HashSet<_> = many.iter().map(|citizen| &citizen.id_number).collect();
        assert_eq!(numbers.len(), many.len());
    }

    #[test]
    fn data_agree_with_the_number() {
        for citizen in citizens(600) {
            let number = &citizen.id_number;
            assert_eq!(number.len(), 18);
            assert_eq!(number[6..14], citizen.birth_date.replace('-', ""));
            let odd = number.as_bytes()[16] % 2 == 1;
            assert_eq!(odd, citizen.sex == "男", "{citizen:?}");
            // ISO 7064 MOD 11-2: the weighted sum with the check character is 1 modulo 11.
            let sum =
                number.chars().fold(0, |sum, c| (sum * 2 + if c == 'X' { 10 } else { c.to_digit(10).unwrap() }) % 11);
            assert_eq!(sum, 1, "{number}");
            assert!((1..=3).contains(&citizen.address_lines().len()));
        }
    }

    #[test]
    fn fields_agree_and_only_the_flagged_card_has_expired() {
        for (index, citizen) in citizens(600).iter().enumerate() {
            let number: IdNumber = citizen.id_number.parse().unwrap();
            let printed = format!("{}-{}", citizen.valid_from.replace('-', "."), citizen.valid_until.replace('-', "."));
            let fields = Fields {
                id_number: Some(&number),
                sex: Some(citizen.sex.parse().unwrap()),
                birth_date: Some(Date::parse_iso(&citizen.birth_date).unwrap()),
                address: Some(&citizen.address),
                issuer: Some(&citizen.issuer),
                validity: Some(Validity::parse_printed(&printed).unwrap()),
            };
            let expected: &[Inconsistency] = if index == EXPIRED { &[Inconsistency::Expired] } else { &[] };
            let today = Date::parse_iso(REFERENCE_DAY).unwrap();
            assert_eq!(cross_check(&fields, today), expected, "{index}: {citizen:?}");
            assert_eq!(PersonName::parse(&citizen.name).unwrap().as_str(), citizen.name);
        }
    }

    #[test]
    fn the_list_holds_what_readers_find_hard() {
        let all = citizens(300);
        let groups: HashSet<_> = all.iter().map(|citizen| citizen.ethnicity.as_str()).collect();
        assert_eq!(groups, HashSet::from(GROUPS));
        let first = &all[..20];
        let rare = |citizen: &&Citizen| citizen.name.chars().any(|c| names::RARE.contains(c));
        assert!(first.iter().filter(rare).count() >= 4);
        assert!(first.iter().filter(|citizen| citizen.name.contains('·')).count() >= 2);
        assert!(first.iter().filter(|citizen| citizen.valid_until == LONG_TERM).count() >= 2);
        for lines in 1..=3 {
            assert!(all.iter().any(|citizen| citizen.address_lines().len() == lines), "{lines} lines");
        }
        assert!(all.iter().filter(rare).count() * 100 / all.len() >= 15);
    }
}
