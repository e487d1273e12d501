//! Han characters of GBK.
//!
//! GB 2312's 6,763 stand in a table; GBK's others of U+4E00 to U+9FA5 follow from it, since GBK lists them in code-point
//! order. What GBK has beyond those (a few radicals and characters in private-use places) is not decoded.

/// Rows 16 to 87 of GB 2312, a row a line. All are full but row 55, which lacks its last five.
const GB_2312: &str = include_str!("../../data/gb2312.txt");
const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FA5;

/// The character of two bytes, if it is a Han character of GBK that has a code of its own.
pub(super) fn character([lead, trail]: [u8; 2]) -> Option<char> {
    // Trail bytes leave out 7F.
    let trail_index = |trail: u8| match trail {
        0x40..=0x7E => Some(usize::from(trail - 0x40)),
        0x80..=0xFE => Some(usize::from(trail - 0x41)),
        _ => None,
    };
    match (lead, trail) {
        (0xB0..=0xF7, 0xA1..=0xFE) => {
            GB_2312.lines().nth(usize::from(lead - 0xB0))?.chars().nth(usize::from(trail - 0xA1))
        }
        (0x81..=0xA0, _) => other(usize::from(lead - 0x81) * 190 + trail_index(trail)?),
        (0xAA..=0xFE, 0x40..=0xA0) => other(32 * 190 + usize::from(lead - 0xAA) * 96 + trail_index(trail)?),
        _ => None,
    }
}

/// The character at `index` of those that GB 2312 lacks.
fn other(index: usize) -> Option<char> {
    let mut in_gb_2312 = vec![false; usize::try_from(LAST - FIRST + 1).ok()?];
    for c in GB_2312.chars() {
        let offset = u32::from(c).checked_sub(FIRST).and_then(|offset| usize::try_from(offset).ok());
        if let Some(place) = offset.and_then(|offset| in_gb_2312.get_mut(offset)) {
            *place = true;
        }
    }
    (FIRST..=LAST).zip(in_gb_2312).filter(|(_, known)| !known).nth(index).and_then(|(code, _)| char::from_u32(code))
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
                decoded += 1;
            }
        }
        assert_eq!(decoded, 20_902);
    }
}
