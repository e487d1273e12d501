//! What input methods and readers do to plain characters.

/// The ASCII character that a full-width form stands for (U+FF01–U+FF5E, U+3000); any other character as it is.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// `text` without white space at its ends and with full-width ASCII made narrow.
pub(crate) fn plain(text: &str) -> String {
    text.trim().chars().map(narrow).collect()
}

/// A number with enough of its ends to tell one's own from another: of 18 characters the first three and the last four,
/// of fewer as large a part.
pub(crate) fn masked(number: &str) -> String {
    let length = number.chars().count();
    let (head, tail) = (length / 6, length * 2 / 9);
    let hide = |(index, c): (usize, char)| if index < head || index >= length - tail { c } else { '*' };
    number.chars().enumerate().map(hide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_ascii() {
        assert_eq!(plain(" 1101X \u{3000}"), "1101X");
        assert_eq!(plain("王〇·"), "王〇·");
    }
}
