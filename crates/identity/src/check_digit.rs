//! The two check digits that identity documents use.
//!
//! Both take ASCII and answer in ASCII. Neither says that a number exists; each says which slips of the pen it notices:
//!
//! - [`mod_11_2`] gives the digit at distance `k` from the end the weight 2^k mod 11. Eleven is prime and 2 generates
//!   its multiplicative group (order 10), so no weight is 0: **every single wrong digit** changes the sum. Weights of two
//!   places differ unless the places are 10 or 20 … apart: **every swap of two different digits** changes the sum,
//!   except of places exactly ten (a multiple of ten) apart, which share a weight.
//! - [`icao_7_3_1`] repeats the weights 7, 3, 1, each prime to ten, so every single wrong *digit* is noticed. Letters
//!   count 10 to 35, so two characters whose values differ by 10 or 20 or 30 (`0` `A` `K` `U` and `<`; `1` `B` `L` `V`; …)
//!   are the same to it. A swap of neighbours is unnoticed where their values differ by a multiple of 5 (7−3, 3−1 and
//!   7−1 are even), and a swap of places three apart always.

/// ISO 7064:1983, MOD 11-2 (GB 11643-1999, 校验码 and annex B): the check character, `0` to `9` or `X`, that belongs after `digits`;
/// none if one of them is no ASCII digit.
#[must_use]
pub fn mod_11_2(digits: &[u8]) -> Option<u8> {
    let mut product = 0;
    for digit in digits {
        let value = u32::from(*digit).checked_sub(u32::from(b'0')).filter(|value| *value < 10)?;
        product = (product + value) * 2 % 11;
    }
    // With the check character added the sum is to be 1.
    [b'1', b'0', b'X', b'9', b'8', b'7', b'6', b'5', b'4', b'3', b'2'].get(product as usize).copied()
}

/// ICAO Doc 9303-3 §4.9: the check digit, `0` to `9`, that belongs to `characters` (`0`–`9`, `A`–`Z`, `<`); none if one
/// of them is another. Parts that one check digit covers together are chained.
#[must_use]
pub fn icao_7_3_1(characters: impl IntoIterator<Item = u8>) -> Option<u8> {
    let mut sum = 0;
    for (character, weight) in characters.into_iter().zip([7, 3, 1].into_iter().cycle()) {
        sum = (sum + u32::from(icao_value(character)?) * weight) % 10;
    }
    u8::try_from(sum).ok().map(|digit| b'0' + digit)
}

/// What a character counts in [`icao_7_3_1`]: digits themselves, `A` to `Z` 10 to 35, `<` nothing.
#[must_use]
pub fn icao_value(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'Z' => Some(character - b'A' + 10),
        b'<' => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_examples() {
        // GB 11643-1999, annexes A and B.
        assert_eq!(mod_11_2(b"11010519491231002"), Some(b'X'));
        assert_eq!(mod_11_2(b"44052418800101001"), Some(b'4'));
        assert_eq!(mod_11_2(b"34052419800101001"), Some(b'X'));
        // ICAO Doc 9303-3 §4.9, appendix A, and the TD3 specimen of 9303-4.
        for (characters, digit) in
            [("520727", b'3'), ("AB2134<<<", b'5'), ("L898902C3", b'6'), ("740812", b'2'), ("ZE184226B<<<<<", b'1')]
        {
            assert_eq!(icao_7_3_1(characters.bytes()), Some(digit), "{characters}");
        }
        let composite = ["HA672242<6", "5802254", "9601086<<<<<<<<<<<<<<0"];
        assert_eq!(icao_7_3_1(composite.concat().bytes()), Some(b'8'));
    }

    #[test]
    fn other_characters_have_no_check_digit() {
        assert_eq!(mod_11_2(b"1101051949123100X"), None);
        assert_eq!(mod_11_2("１".as_bytes()), None);
        assert_eq!(icao_7_3_1("ab".bytes()), None);
        assert_eq!(icao_7_3_1("é".bytes()), None);
        assert_eq!((mod_11_2(b""), icao_7_3_1([])), (Some(b'1'), Some(b'0')));
    }
}
