//! Readings of Han characters in Hanyu Pinyin without tones, written as passports write them.

/// Syllables and the characters read so; `data/README.md` says where it comes from and how it is laid out.
const TABLE: &str = include_str!("../../data/readings.txt");

/// Readings as surnames that come before the usual ones, or that the table lacks. The first is the one to expect.
const SURNAMES: &[(&str, &[&str])] = &[
    ("万俟", &["mo qi"]),
    ("尉迟", &["yu chi"]),
    ("澹台", &["tan tai"]),
    ("长孙", &["zhang sun"]),
    ("令狐", &["ling hu"]),
    ("单于", &["chan yu"]),
    ("鲜于", &["xian yu"]),
    ("亓官", &["qi guan"]),
    ("子车", &["zi ju"]),
    ("乐正", &["yue zheng"]),
    ("夹谷", &["jia gu"]),
    ("谷梁", &["gu liang"]),
    ("宰父", &["zai fu"]),
    ("濮阳", &["pu yang"]),
    ("拓跋", &["tuo ba"]),
    ("欧阳", &["ou yang"]),
    ("司马", &["si ma"]),
    ("上官", &["shang guan"]),
    ("诸葛", &["zhu ge"]),
    ("东方", &["dong fang"]),
    ("皇甫", &["huang fu"]),
    ("慕容", &["mu rong"]),
    ("公孙", &["gong sun"]),
    ("司徒", &["si tu"]),
    ("司空", &["si kong"]),
    ("夏侯", &["xia hou"]),
    ("端木", &["duan mu"]),
    ("南宫", &["nan gong"]),
    ("西门", &["xi men"]),
    ("轩辕", &["xuan yuan"]),
    ("呼延", &["hu yan"]),
    ("宇文", &["yu wen"]),
    ("申屠", &["shen tu"]),
    ("太史", &["tai shi"]),
    ("闻人", &["wen ren"]),
    ("钟离", &["zhong li"]),
    ("赫连", &["he lian"]),
    ("独孤", &["du gu"]),
    ("百里", &["bai li"]),
    ("东郭", &["dong guo"]),
    ("单", &["shan"]),
    ("曾", &["zeng"]),
    ("仇", &["qiu"]),
    ("区", &["ou"]),
    ("查", &["zha"]),
    ("解", &["xie"]),
    ("任", &["ren"]),
    ("华", &["hua"]),
    ("盖", &["ge", "gai"]),
    ("缪", &["miao", "mou"]),
    ("乐", &["yue", "le"]),
    ("朴", &["piao"]),
    ("翟", &["zhai", "di"]),
    ("员", &["yun"]),
    ("逄", &["pang"]),
    ("洗", &["xian"]),
    ("秘", &["bi"]),
    ("折", &["she"]),
    ("种", &["chong"]),
    ("祭", &["zhai"]),
    ("召", &["shao"]),
    ("覃", &["qin", "tan"]),
    ("谌", &["chen", "shen"]),
    ("郇", &["xun", "huan"]),
    ("郗", &["xi", "chi"]),
    ("隗", &["wei", "kui"]),
    ("牟", &["mu", "mou"]),
    ("繁", &["po"]),
    ("呙", &["guo"]),
    ("燕", &["yan"]),
    ("柏", &["bai"]),
    ("薄", &["bo"]),
    ("晁", &["chao"]),
    ("都", &["du"]),
    ("葛", &["ge"]),
    ("句", &["gou"]),
    ("角", &["jue"]),
    ("宓", &["mi", "fu"]),
    ("能", &["nai"]),
    ("粘", &["nian"]),
    ("瞿", &["qu"]),
    ("相", &["xiang"]),
    ("宿", &["su"]),
    ("车", &["che"]),
    ("那", &["na"]),
    ("尉", &["wei", "yu"]),
    ("撒", &["sa"]),
    ("应", &["ying"]),
    ("冯", &["feng"]),
    ("贾", &["jia"]),
    ("沈", &["shen"]),
    ("石", &["shi"]),
    ("叶", &["ye"]),
    ("曲", &["qu"]),
    ("宁", &["ning"]),
    ("余", &["yu"]),
    ("盛", &["sheng"]),
    ("卜", &["bu"]),
    ("过", &["guo"]),
    ("哈", &["ha"]),
    ("黑", &["he", "hei"]),
    ("纪", &["ji"]),
    ("佴", &["nai"]),
    ("适", &["kuo", "shi"]),
];

/// The readings of a character, the usual one first; none of a character that the table lacks.
pub(super) fn readings(c: char) -> Vec<&'static str> {
    let mut found = Vec::new();
    for line in TABLE.lines() {
        let Some((syllable, characters)) = line.split_once(' ') else { continue };
        if characters.contains(c) {
            match syllable.strip_prefix('+') {
                Some(other) => found.push(other),
                None => found.insert(0, syllable),
            }
        }
    }
    found
}

/// What comes before the readings of the character at `place` of a surname.
pub(super) fn readings_in_surname(surname: &[char], place: usize) -> impl Iterator<Item = &'static str> + use<> {
    let known = SURNAMES.iter().find(|(known, _)| known.chars().eq(surname.iter().copied()));
    let special = known.map_or(&[][..], |(_, readings)| *readings);
    special.iter().filter_map(move |reading| reading.split(' ').nth(place))
}

/// Whether two characters are a compound surname (复姓).
pub(super) fn is_compound_surname(surname: &[char]) -> bool {
    surname.len() == 2 && SURNAMES.iter().any(|(known, _)| known.chars().eq(surname.iter().copied()))
}

/// A reading as passports write it. ü after n and l is YU (GB/T 28039-2011, for passports); older ones have U or V.
pub(super) fn spellings(reading: &str) -> Vec<String> {
    let capitals = reading.to_ascii_uppercase();
    if capitals.contains('V') {
        ["YU", "U", "V"].iter().map(|way| capitals.replace('V', way)).collect()
    } else {
        vec![capitals]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_character_once_per_reading_and_a_usual_one_of_each() {
        let mut usual = std::collections::HashSet::new();
        let mut others = Vec::new();
        for line in TABLE.lines() {
            let (syllable, characters) = line.split_once(' ').unwrap();
            let plain = syllable.strip_prefix('+').unwrap_or(syllable);
            assert!(!plain.is_empty() && plain.bytes().all(|b| b.is_ascii_lowercase()), "{syllable}");
            assert!(characters.chars().is_sorted_by(|a, b| a < b), "{syllable}");
            if plain == syllable {
                for c in characters.chars() {
                    assert!(usual.insert(c), "{c}");
                }
            } else {
                others.extend(characters.chars());
            }
        }
        assert!(others.iter().all(|c| usual.contains(c)));
        assert!(usual.len() > 20_000);
    }

    #[test]
    fn readings_with_the_usual_one_first() {
        assert_eq!(readings('王'), ["wang"]);
        assert_eq!(readings('单'), ["dan", "chan", "shan"]);
        assert_eq!(readings('吕'), ["lv"]);
        assert_eq!(readings('䶮'), ["yan"]);
        assert_eq!(readings('\u{2B5AF}'), ["fu"]);
        assert_eq!(readings('A'), [""; 0]);
        assert_eq!(readings('\u{E863}'), [""; 0]);
        assert_eq!(spellings("lve"), ["LYUE", "LUE", "LVE"]);
        assert_eq!(spellings("nv"), ["NYU", "NU", "NV"]);
        assert_eq!(spellings("xu"), ["XU"]);
    }

    #[test]
    fn surnames_with_readings_of_their_own() {
        let of = |surname: &str, place: usize| {
            readings_in_surname(&surname.chars().collect::<Vec<_>>(), place).collect::<Vec<_>>()
        };
        assert_eq!(of("单", 0), ["shan"]);
        assert_eq!((of("尉迟", 0), of("尉迟", 1)), (vec!["yu"], vec!["chi"]));
        assert_eq!(of("盖", 0), ["ge", "gai"]);
        assert_eq!((of("张", 0), of("单", 1)), (vec![], vec![]));
        assert!(is_compound_surname(&['欧', '阳']) && !is_compound_surname(&['王', '小']));
    }

    #[test]
    fn every_special_reading_is_a_syllable_of_the_table() {
        for (surname, special) in SURNAMES {
            for reading in *special {
                assert_eq!(reading.split(' ').count(), surname.chars().count(), "{surname}");
                for syllable in reading.split(' ') {
                    assert!(TABLE.lines().any(|line| line.split(' ').next() == Some(syllable)), "{surname}");
                }
            }
        }
    }
}
