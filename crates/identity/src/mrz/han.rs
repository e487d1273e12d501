//! Names in Han characters against the zone: by their pinyin, and by the characters that the zone itself carries.

use super::field::MaybeChecked;
use super::gbk;
use super::layout::Format;
use super::name::{Agreement, MrzName, reached};
use super::pinyin::{is_compound_surname, readings, readings_in_surname, spellings};
use super::{Mrz, StateCode};
use crate::name::{MIDDLE_DOT, PersonName};
use crate::variants::Variants;

/// What the zone says about a name in Han characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HanAgreement {
    /// By the characters that the zone carries, where it does.
    pub characters: Agreement,
    /// By its letters read as pinyin.
    pub pinyin: Agreement,
}

/// How a zone may write a name in Han characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Transliteration {
    /// The surname, as it is likely to be written.
    pub primary: String,
    /// Given names likewise.
    pub secondary: String,
    /// Per character of the name, every way to write it, the likeliest first. A character with more than one makes the
    /// transliteration doubtful.
    pub ways: Vec<Vec<String>>,
}

impl Transliteration {
    /// Whether every character has one way only.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.ways.iter().all(|ways| ways.len() == 1)
    }
}

/// The likely name in the zone of a name in Han characters: compound surnames are known, anything else has a surname of
/// one character. None for names that pinyin does not reach: with a middle dot (of peoples with names of their own), in
/// Latin letters, of one character only, or with a character of unknown reading.
#[must_use]
pub fn to_mrz_name(name: &PersonName, variants: &Variants) -> Option<Transliteration> {
    let name = Spoken::new(name, variants)?;
    let at = if name.characters.len() > 2 && is_compound_surname(name.characters.get(..2)?) { 2 } else { 1 };
    let given = name.ways.get(at..).filter(|given| !given.is_empty())?;
    let ways = [name.surname(at), given.to_vec()].concat();
    let likely = |ways: &[Vec<String>]| ways.iter().filter_map(|ways| ways.first()).map(String::as_str).collect();
    let (surname, given) = ways.split_at_checked(at)?;
    Some(Transliteration { primary: likely(surname), secondary: likely(given), ways })
}

impl MrzName {
    /// Whether this is `name` in pinyin. Every reading of a character counts, and every surname of up to three
    /// characters: registers and people do not always choose the usual ones. [`Agreement::CannotSay`] for names that
    /// pinyin does not reach ([`to_mrz_name`]) and for irregular ones.
    #[must_use]
    pub fn compare_pinyin(&self, name: &PersonName, variants: &Variants) -> Agreement {
        let Some(name) = Spoken::new(name, variants).filter(|_| self.is_regular()) else {
            return Agreement::CannotSay;
        };
        let together = |part: &str| part.replace(' ', "");
        let (primary, secondary) = (together(self.primary()), together(self.secondary()));
        let mut best = Agreement::Differs;
        for at in 1..=name.characters.len().min(3) {
            let surname = reached(name.surname(at).iter(), &primary);
            let given = reached(name.ways.iter().skip(at), &secondary);
            if surname.whole && given.whole {
                return Agreement::Agrees;
            }
            if self.may_be_truncated() && surname.all_printed && given.all_printed {
                best = Agreement::AgreesAsFarAsPrinted;
            }
        }
        best
    }
}

impl Mrz {
    /// Whether `name` is the zone's.
    ///
    /// Mainland passports (`PO`, `PD`, `PS`, `PE`) spell names in pinyin and carry the first three characters in their
    /// optional data, where check digits cover them; the three-line permits carry four, uncovered. Both facts come from
    /// published specimens. Passports of Hong Kong and Macao and all permits may spell names otherwise, and permits may
    /// carry simplified characters where the holder writes traditional ones: there, another name is
    /// [`Agreement::CannotSay`].
    #[must_use]
    pub fn compare_han(&self, name: &PersonName, variants: &Variants) -> HanAgreement {
        let is_pinyin = self.is_mainland_passport();
        let doubt = |agreement| match agreement {
            Agreement::Differs if !is_pinyin => Agreement::CannotSay,
            other => other,
        };
        let pinyin =
            self.name.as_ref().map_or(Agreement::CannotSay, |zone| doubt(zone.value().compare_pinyin(name, variants)));
        let characters = self
            .han_letters()
            .map_or(Agreement::CannotSay, |(letters, room)| doubt(compare_characters(letters, room, name, variants)));
        HanAgreement { characters, pinyin }
    }

    fn is_mainland_passport(&self) -> bool {
        self.format == Format::Td3
            && self.issuer.as_ref().is_some_and(|issuer| *issuer.value() == StateCode::new(b"CHN"))
            && matches!(self.code.value().as_str(), "PO" | "PD" | "PS" | "PE")
    }

    /// The letters that stand for Han characters, and for how many there is room.
    fn han_letters(&self) -> Option<(&str, usize)> {
        if let Some(han) = &self.han {
            return Some((han.value(), 4));
        }
        match self.optional.first() {
            Some(MaybeChecked::Checked(optional)) if self.is_mainland_passport() && optional.held() => {
                let text = optional.value();
                Some((text.get(..12).unwrap_or(text), 3))
            }
            _ => None,
        }
    }
}

/// The letters that stand for the first `room` characters of a name: three on mainland passports, four on three-line
/// permits. None if GBK lacks one of them.
#[must_use]
pub fn to_han_letters(name: &PersonName, room: usize) -> Option<String> {
    let bytes: Option<Vec<_>> = name.as_str().chars().take(room).map(gbk::bytes).collect();
    let nibbles = bytes?.into_iter().flatten().flat_map(|byte| [byte >> 4, byte & 0xF]);
    Some(nibbles.map(|nibble| char::from(b'A' + nibble)).collect())
}

/// Each character of GBK is two bytes, each byte two letters, A for 0 to P for 15; fillers behind the last.
fn characters_of(letters: &str) -> Option<Vec<char>> {
    let letters = letters.trim_end_matches('<').as_bytes();
    let mut characters = Vec::with_capacity(4);
    for group in letters.chunks(4) {
        let [a, b, c, d] = group else { return None };
        let nibble = |letter: &u8| letter.checked_sub(b'A').filter(|nibble| *nibble < 16);
        let bytes = [nibble(a)? << 4 | nibble(b)?, nibble(c)? << 4 | nibble(d)?];
        characters.push(gbk::character(bytes)?);
    }
    (!characters.is_empty()).then_some(characters)
}

/// Compares the characters that the zone has room for. A zone with fewer of them than that says nothing about a longer
/// name: GBK may lack one.
fn compare_characters(letters: &str, room: usize, name: &PersonName, variants: &Variants) -> Agreement {
    let Some(zone) = characters_of(letters) else { return Agreement::CannotSay };
    if zone.len() > name.len() {
        return Agreement::Differs;
    }
    let mut name = name.as_str().chars().map(|c| variants.formal(c));
    for (read, written) in zone.iter().map(|c| variants.formal(*c)).zip(&mut name) {
        if written == MIDDLE_DOT {
            return Agreement::CannotSay;
        }
        if read != written {
            return Agreement::Differs;
        }
    }
    if name.next().is_none() {
        Agreement::Agrees
    } else if zone.len() == room {
        Agreement::AgreesAsFarAsPrinted
    } else {
        Agreement::CannotSay
    }
}

/// A name that pinyin reaches: its characters in their formal codes, and the ways to write each.
struct Spoken {
    characters: Vec<char>,
    ways: Vec<Vec<String>>,
}

impl Spoken {
    fn new(name: &PersonName, variants: &Variants) -> Option<Self> {
        let characters: Vec<char> = name.as_str().chars().map(|c| variants.formal(c)).collect();
        let ways: Vec<_> = characters.iter().map(|c| spelt(readings(*c).into_iter())).collect();
        // The middle dot has no reading either.
        ways.iter().all(|ways| !ways.is_empty()).then_some(Self { characters, ways })
    }

    /// The ways to write the first `length` characters as a surname.
    fn surname(&self, length: usize) -> Vec<Vec<String>> {
        let surname = self.characters.get(..length).unwrap_or_default();
        let ways = self.ways.iter().take(length).enumerate();
        ways.map(|(place, others)| {
            let mut ways = spelt(readings_in_surname(surname, place));
            ways.extend(others.iter().filter(|way| !ways.contains(way)).cloned().collect::<Vec<_>>());
            ways
        })
        .collect()
    }
}

/// The spellings of readings, each once.
fn spelt<'a>(readings: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut ways = Vec::new();
    for way in readings.flat_map(spellings) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;

    const PASSPORT: &str = "POCHNZHENGJIAN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<\nE000000008CHN8310291F2202059NGKELMPONBPJB972";
    const TWO_CHARACTERS: &str =
        "PDCHNYANG<<ZHAO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nDE00000003CHN8509037F2611158NBOONFNB<<<<A912";
    const PERMIT: &str =
        "CRH1234567830002212119F8108038\nNGKELMPONBPJLBLOAABA1234567842\nZHENG<JIAN<<YANG<BEN<<<<<<<<<<";

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    fn pinyin(zone: &str, text: &str) -> Agreement {
        MrzName::parse(zone.as_bytes()).compare_pinyin(&name(text), &Variants::built_in())
    }

    fn compare(zone: &str, text: &str) -> (Agreement, Agreement) {
        let mrz = Mrz::parse(zone, Date::parse_iso("2026-11-22").unwrap()).unwrap();
        let agreement = mrz.compare_han(&name(text), &Variants::built_in());
        (agreement.characters, agreement.pinyin)
    }

    // Names of fictional people
    #[test]
    fn pinyin_agrees_by_any_reading() {
        for (zone, text) in [
            ("WANG<<XIAOMING<<<", "王小明"),
            ("SHAN<<DAN<<<", "单丹"),
            ("DAN<<DAN<<<", "单丹"),
            ("ZENG<<ZENG<<<", "曾曾"),
            ("QIU<<LIANG<<", "仇亮"),
            ("OU<<YING<<", "区英"),
            ("ZHA<<LIANGYONG<<", "查良镛"),
            ("XIE<<ZHEN<<", "解珍"),
            ("YUCHI<<GONG<<", "尉迟恭"),
            ("MOQI<<XUE<<", "万俟雪"),
            ("OUYANG<<XIU<<", "欧阳修"),
            ("ZHANGSUN<<WUJI<<", "长孙无忌"),
            ("LYU<<XIAOLYU<<", "吕小绿"),
            ("LU<<XIAOLU<<", "吕小绿"),
            ("LV<<XIAOLV<<", "吕小绿"),
            ("NYU<<WA<<", "女娃"),
            ("ZHAO<<YUELYUE<<", "赵月略"),
            ("HE<<LE<<", "何乐"),
            ("HE<<YUE<<", "何乐"),
            ("LI<<XI<AN<<", "李西安"),
            ("GONG<<YAN<<", "龚䶮"),
            ("GONG<<YAN<<", "龚\u{E863}"),
            ("ZHANGCHEN<<YIFAN<<", "张陈一凡"),
        ] {
            assert_eq!(pinyin(zone, text), Agreement::Agrees, "{zone} {text}");
        }
        for (zone, text) in [
            ("WANG<<XIAOMIN<<<", "王小明"),
            ("XIAOMING<<WANG<<<", "王小明"),
            ("HUANG<<XIAOMING<<<", "王小明"),
            ("WANG<<XIAO<<<", "王小明"),
            ("WANG<<XIAOMINGA<<<", "王小明"),
            ("LYV<<XIAO<<", "吕小"),
        ] {
            assert_eq!(pinyin(zone, text), Agreement::Differs, "{zone} {text}");
        }
        for (zone, text) in [
            ("AISHAN<<MAIMAITI<<", "艾山·买买提"),
            ("SMITH<<JOHN<<", "John Smith"),
            ("WANG<<X<<", "王\u{E000}"),
            ("WANG<<<XIAO<<", "王小"),
        ] {
            assert_eq!(pinyin(zone, text), Agreement::CannotSay, "{zone} {text}");
        }
        assert_eq!(pinyin("OUYANG<<ZHUANGCHUANGSH", "欧阳庄床双"), Agreement::AgreesAsFarAsPrinted);
    }

    #[test]
    fn likely_transliterations_and_their_doubts() {
        let to = |text: &str| to_mrz_name(&name(text), &Variants::built_in());
        for (text, primary, secondary, certain) in [
            ("王小明", "WANG", "XIAOMING", true),
            ("单丹", "SHAN", "DAN", false),
            ("尉迟恭", "YUCHI", "GONG", false),
            ("欧阳修", "OUYANG", "XIU", true),
            ("吕明", "LYU", "MING", false),
            ("曾参", "ZENG", "CAN", false),
            ("仇英", "QIU", "YING", false),
            ("区文", "OU", "WEN", false),
            ("查文", "ZHA", "WEN", false),
            ("解文", "XIE", "WEN", false),
            ("万俟文", "MOQI", "WEN", false),
            ("长孙文", "ZHANGSUN", "WEN", false),
            ("龚䶮", "GONG", "YAN", true),
        ] {
            let likely = to(text).unwrap();
            assert_eq!((likely.primary.as_str(), likely.secondary.as_str()), (primary, secondary), "{text}");
            assert_eq!(likely.is_certain(), certain, "{text}");
            let zone = format!("{primary}<<{secondary}<");
            assert_eq!(pinyin(&zone, text), Agreement::Agrees, "{text}");
        }
        assert_eq!(to("单丹").unwrap().ways, [vec!["SHAN", "DAN", "CHAN"], vec!["DAN"]]);
        assert_eq!(to("王绿").unwrap().ways, [vec!["WANG"], vec!["LYU", "LU", "LV"]]);
        for text in ["艾山·买买提", "John Smith", "王", "王\u{E000}"] {
            assert!(to(text).is_none(), "{text}");
        }
    }

    #[test]
    fn characters_that_the_zone_carries() {
        use Agreement::{Agrees, AgreesAsFarAsPrinted, CannotSay, Differs};
        for (zone, text, characters, pinyin) in [
            (PASSPORT, "证件样本", AgreesAsFarAsPrinted, Agrees),
            (PASSPORT, "证件样", Agrees, Differs),
            (PASSPORT, "政见样本", Differs, Agrees),
            (PASSPORT, "证件", Differs, Differs),
            (TWO_CHARACTERS, "杨昭", Agrees, Agrees),
            (TWO_CHARACTERS, "杨昭昭", CannotSay, Differs),
            (TWO_CHARACTERS, "王昭", Differs, Differs),
            (PERMIT, "证件样本", Agrees, Agrees),
            // Traditional characters, and names spelt otherwise than in pinyin: nothing is said.
            (PERMIT, "證件樣本", CannotSay, Agrees),
            (PERMIT, "陳大文", CannotSay, CannotSay),
            (
                "P<CHNCHUNG<<KWOK<SUM<<<<<<<<<<<<<<<<<<<<<<<<\nK000000000CHN8008080F1702057HK8888888<<<<<34",
                "鍾國琛",
                CannotSay,
                CannotSay,
            ),
            ("CSC000000004<2404200<8108038<6", "证件样本", CannotSay, CannotSay),
        ] {
            assert_eq!(compare(zone, text), (characters, pinyin), "{zone} {text}");
        }
        assert_eq!(characters_of("NGKELMPONBPJLBLO").unwrap(), ['证', '件', '样', '本']);
        assert_eq!(to_han_letters(&name("证件样本"), 4).as_deref(), Some("NGKELMPONBPJLBLO"));
        assert_eq!(to_han_letters(&name("杨昭"), 3).as_deref(), Some("NBOONFNB"));
        for text in ["艾山·买买提", "龚䶮", "Smith"] {
            assert_eq!(to_han_letters(&name(text), 3), None, "{text}");
        }
        for letters in ["", "NGK", "NGKQ", "AAAA", "NGKE<<<<NGKE", "ZZZZ"] {
            assert_eq!(characters_of(letters), None, "{letters}");
        }
        // Failed check digits: what the optional data say is not used.
        assert_eq!(compare(&PASSPORT.replace("NGKE", "NGKF"), "证件样本").0, CannotSay);
    }
}
