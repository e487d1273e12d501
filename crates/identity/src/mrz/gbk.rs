//! Han characters of GBK.
//!
//! GB 2312's 6,763 stand in a table; GBK's others of U+4E00 to U+9FA5 follow from it, since GBK lists them in
//! code-point order. What GBK has beyond those (a few radicals and characters in private-use places) is not decoded.

/// Rows 16 to 87 of GB 2312, a row a line. All are full but row 55, which lacks its last five.
const GB_2312: &str = include_str!("../../data/gb2312.txt");
const FIRST: char = '\u{4E00}';
const LAST: char = '\u{9FA5}';

/// How many of the others are in the part of GBK before GB 2312's rows (GBK/3); the rest is behind each row (GBK/4).
const IN_PART_3: usize = 32 * 190;

/// The character of two bytes, if it is a Han character of GBK that has a code of its own.
pub(super) fn character([lead, trail]: [u8; 2]) -> Option<char> {
    // Trail bytes leave out 7F.
    let trail_index = match trail {
        0x40..=0x7E => usize::from(trail - 0x40),
        0x80..=0xFE => usize::from(trail - 0x41),
        _ => return None,
    };
    match (lead, trail) {
        (0xB0..=0xF7, 0xA1..=0xFE) => {
            GB_2312.lines().nth(usize::from(lead - 0xB0))?.chars().nth(usize::from(trail - 0xA1))
        }
        (0x81..=0xA0, _) => others().nth(usize::from(lead - 0x81) * 190 + trail_index),
        (0xAA..=0xFE, 0x40..=0xA0) => others().nth(IN_PART_3 + usize::from(lead - 0xAA) * 96 + trail_index),
        _ => None,
    }
}

/// The two bytes of a character that [`character`] knows.
pub(super) fn bytes(c: char) -> Option<[u8; 2]> {
    let byte = |first: u8, index: usize| u8::try_from(index).ok().and_then(|index| first.checked_add(index));
    for (row, characters) in GB_2312.lines().enumerate() {
        if let Some(column) = characters.chars().position(|known| known == c) {
            return Some([byte(0xB0, row)?, byte(0xA1, column)?]);
        }
    }
    let index = others().position(|other| other == c)?;
    let (first, index, width) = if index < IN_PART_3 { (0x81, index, 190) } else { (0xAA, index - IN_PART_3, 96) };
    let trail = index % width;
    Some([byte(first, index / width)?, byte(if trail < 0x3F { 0x40 } else { 0x41 }, trail)?])
}

/// The characters that GB 2312 lacks, in code-point order.
fn others() -> impl Iterator<Item = char> {
    let mut in_gb_2312 = vec![false; u32::from(LAST).abs_diff(u32::from(FIRST)) as usize + 1];
    for c in GB_2312.chars() {
        let offset = u32::from(c).checked_sub(u32::from(FIRST)).map(|offset| offset as usize);
        if let Some(place) = offset.and_then(|offset| in_gb_2312.get_mut(offset)) {
            *place = true;
        }
    }
    (FIRST..=LAST).zip(in_gb_2312).filter_map(|(c, known)| (!known).then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_an_independent_decoder_says() {
        let mut decoded = 0;
        for lead in 0..=255 {
            for trail in 0..=255 {
                let Some(c) = character([lead, trail]) else { continue };
                let bytes = [lead, trail];
                let text = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&bytes).unwrap();
                assert!(text.chars().eq([c]), "{lead:02X}{trail:02X}");
                // Looking all of them up the other way takes seconds.
                if decoded % 16 == 0 {
                    assert_eq!(super::bytes(c), Some(bytes), "{c}");
                }
                decoded += 1;
            }
        }
        assert_eq!(decoded, 20_902);
    }
}
