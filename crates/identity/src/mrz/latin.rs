//! Latin letters in the 26 of the zone (Doc 9303-3 §6, table A).

/// How a letter may be written in the zone, the recommended way first; none if the table has no such letter. A mark
/// that names leave out (apostrophe, full stop, comma) is written as nothing, one that parts their components (space,
/// hyphen) as a filler.
pub(super) fn in_zone(c: char) -> Option<&'static [&'static str]> {
    let c = c.to_lowercase().next().unwrap_or(c);
    if c.is_ascii_lowercase() {
        return LETTERS.get(usize::from(u8::try_from(c).ok()? - b'a')).copied();
    }
    Some(match c {
        ' ' | '-' | '\u{2010}' | '\u{2011}' | '\u{B7}' => &["<"],
        '\'' | '\u{2019}' | '\u{2BC}' | '`' | '\u{B4}' | '.' | ',' => &[""],
        'à'..='ã' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => &["A"],
        'ä' => &["AE", "A"],
        'å' => &["AA", "A"],
        'æ' => &["AE"],
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => &["C"],
        'ď' | 'đ' | 'ð' => &["D"],
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ə' | 'ẹ'..='ệ' => &["E"],
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => &["G"],
        'ĥ' | 'ħ' => &["H"],
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' | 'ỉ' | 'ị' => &["I"],
        'ĳ' => &["IJ"],
        'ĵ' => &["J"],
        'ķ' => &["K"],
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => &["L"],
        'ñ' => &["N", "NXX"],
        'ń' | 'ņ' | 'ň' | 'ŋ' => &["N"],
        'ò'..='õ' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' | 'ọ'..='ợ' => &["O"],
        'ö' | 'ø' => &["OE", "O"],
        'œ' => &["OE"],
        'ŕ' | 'ŗ' | 'ř' => &["R"],
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => &["S"],
        'ß' => &["SS"],
        'ţ' | 'ť' | 'ŧ' | 'ț' => &["T"],
        'þ' => &["TH"],
        'ù'..='û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ụ'..='ự' => &["U"],
        'ü' => &["UE", "UXX", "U"],
        // Pinyin's ü with tones, and what GB/T 28039 makes of it.
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => &["YU", "U", "V"],
        'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' => &["W"],
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => &["Y"],
        'ź' | 'ż' | 'ž' => &["Z"],
        _ => return None,
    })
}

const LETTERS: [&[&str]; 26] = [
    &["A"],
    &["B"],
    &["C"],
    &["D"],
    &["E"],
    &["F"],
    &["G"],
    &["H"],
    &["I"],
    &["J"],
    &["K"],
    &["L"],
    &["M"],
    &["N"],
    &["O"],
    &["P"],
    &["Q"],
    &["R"],
    &["S"],
    &["T"],
    &["U"],
    &["V"],
    &["W"],
    &["X"],
    &["Y"],
    &["Z"],
];

/// `text` as the zone recommends it, components parted by one filler; none if a character is not in the table.
pub(super) fn recommended(text: &str) -> Option<String> {
    let mut zone = String::with_capacity(text.len());
    for c in text.chars() {
        let first = in_zone(c)?.first()?;
        if !(*first == "<" && (zone.is_empty() || zone.ends_with('<'))) {
            zone.push_str(first);
        }
    }
    zone.truncate(zone.trim_end_matches('<').len());
    Some(zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Doc 9303-3 §6, table A
    #[test]
    fn letters_of_the_table() {
        for (text, zone) in [
            ("Müller", "MUELLER"),
            ("Ångström", "AANGSTROEM"),
            ("Weiß", "WEISS"),
            ("Þórðardóttir", "THORDARDOTTIR"),
            ("Øverland", "OEVERLAND"),
            ("Łukasiewicz", "LUKASIEWICZ"),
            ("Peña", "PENA"),
            ("IJsbrand", "IJSBRAND"),
            ("Ğül İnan ılgaz", "GUEL<INAN<ILGAZ"),
            ("D'Artagnan", "DARTAGNAN"),
            ("Jean-Luc  van der Œuvre, Jr.", "JEAN<LUC<VAN<DER<OEUVRE<JR"),
            ("Nguyễn Thị Ánh", "NGUYEN<THI<ANH"),
            ("Əliyev", "ELIYEV"),
        ] {
            assert_eq!(recommended(text).as_deref(), Some(zone), "{text}");
        }
        for text in ["Иванов", "王", "Smith2", "Αλφα"] {
            assert_eq!(recommended(text), None, "{text}");
        }
    }

    #[test]
    fn every_letter_is_written_in_the_zones_letters() {
        for c in '\0'..='\u{1EFF}' {
            for way in in_zone(c).unwrap_or_default() {
                assert!(way.bytes().all(|b| b.is_ascii_uppercase() || b == b'<'), "{c}");
            }
        }
    }
}
