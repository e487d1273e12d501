//! What an operator may say of private-use codes (RC-2): whose they are, and which characters they stand for.

use shiming_identity::{Assignment, AssignmentError, Variants};
use shiming_wire::operator::CharacterCodes;

/// Most codes that an operator may assign, of all sources together.
pub const MOST_CODES: usize = 2000;
/// Most sources.
pub const MOST_SOURCES: usize = 64;

/// Every code of every character, an operator's own among them; or a JSON pointer (RFC 6901) to the first member that is
/// outside its bounds or cannot be right.
///
/// A code belongs to one character, whoever assigned it: a name does not say whose font wrote it.
pub fn variants(sources: &[CharacterCodes]) -> Result<Variants, String> {
    if sources.len() > MOST_SOURCES {
        return Err(format!("/{MOST_SOURCES}"));
    }
    let mut rows = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        if source.source.as_str().trim().is_empty() {
            return Err(format!("/{index}/source"));
        }
        if rows.len() + source.codes.len() > MOST_CODES {
            return Err(format!("/{index}/codes"));
        }
        rows.extend(&source.codes);
    }
    Variants::with(&rows).map_err(|error| pointer(sources, &error))
}

/// The same of codes that were set before, and how many of them say what the built-in table says otherwise: a release
/// that adds a row to it must neither stop registrations nor unsettle the other rows.
#[must_use]
pub fn in_force(sources: &[CharacterCodes]) -> (Variants, usize) {
    let mut rows: Vec<Assignment> = sources.iter().flat_map(|source| source.codes.iter().copied()).collect();
    let all = rows.len();
    loop {
        match Variants::with(&rows) {
            Ok(variants) => return (variants, all - rows.len()),
            Err(error) => match rows.iter().rposition(|row| is_about(&error, *row)) {
                Some(at) => rows.remove(at),
                None => return (Variants::built_in(), all),
            },
        };
    }
}

/// Where the last row is that the error can be about: of two rows that cannot be both, the one that came later.
fn pointer(sources: &[CharacterCodes], error: &AssignmentError) -> String {
    let place = sources.iter().enumerate().rev().find_map(|(at, source)| {
        let row = source.codes.iter().rposition(|row| is_about(error, *row))?;
        Some(format!("/{at}/codes/{row}"))
    });
    // Every error is about a row that is there.
    place.unwrap_or_default()
}

fn is_about(error: &AssignmentError, row: Assignment) -> bool {
    match *error {
        AssignmentError::NotPrivateUse { code }
        | AssignmentError::Chain { code, .. }
        | AssignmentError::NotFormal { code, .. }
        | AssignmentError::NotHan { code, .. }
        | AssignmentError::Known { code, .. }
        | AssignmentError::Conflict { code, .. } => row.code == code,
        AssignmentError::TooManyCodes { formal } => row.formal == formal,
    }
}

#[cfg(test)]
mod tests {
    use shiming_identity::PersonName;

    use super::*;
    use crate::testing::text;

    fn source(rows: &[(char, char)]) -> CharacterCodes {
        let codes = rows.iter().map(|&(code, formal)| Assignment { code, formal }).collect();
        CharacterCodes { source: text("a bank's terminals, 2009"), codes }
    }

    fn many(count: u32) -> Vec<(char, char)> {
        let code = |n| char::from_u32(0xF_0000 + n).unwrap();
        let formal = |n| char::from_u32(0x4E00 + n).unwrap();
        (0..count).map(|n| (code(n), formal(n))).collect()
    }

    // RC-2
    #[test]
    fn an_operators_codes_are_codes_of_their_characters() {
        let variants =
            variants(&[source(&[('\u{F0001}', '\u{2B5AF}')]), source(&[('\u{F0002}', '\u{2B5AF}')])]).unwrap();
        let name = |text| PersonName::parse(text).unwrap();
        assert_eq!(name("李\u{F0002}").to_formal(&variants), name("李\u{2B5AF}"));
        assert_eq!(name("李\u{F0001}").key(&variants), name("李\u{F0002}").key(&variants));
        assert_eq!(variants.codes('\u{2B5AF}').len(), 3);
    }

    #[test]
    fn what_cannot_be_right_is_pointed_at() {
        let good = ('\u{F0001}', '李');
        let nine: Vec<(char, char)> = (0..9).map(|n| (char::from_u32(0xF_0100 + n).unwrap(), '张')).collect();
        for (sources, at) in [
            (vec![source(&[good, ('王', '李')])], "/0/codes/1"),
            (vec![source(&[good]), source(&[('\u{F0002}', '\u{F0001}')])], "/1/codes/0"),
            (vec![source(&[('\u{F0002}', 'A')])], "/0/codes/0"),
            (vec![source(&[('\u{E863}', '李')])], "/0/codes/0"),
            (vec![source(&[('\u{F0002}', '\u{F934}')])], "/0/codes/0"),
            (vec![source(&[good]), source(&[good, ('\u{F0001}', '王')])], "/1/codes/1"),
            (vec![source(&nine)], "/0/codes/8"),
            (vec![source(&[good]), CharacterCodes { source: text(" "), codes: Vec::new() }], "/1/source"),
        ] {
            assert_eq!(variants(&sources), Err(at.to_owned()));
        }
    }

    #[test]
    fn rows_that_a_release_contradicts_are_left_out_and_no_others() {
        let sources = [source(&[('\u{F0001}', '李'), ('\u{E863}', '李')]), source(&[('\u{F0001}', '张')])];
        let (kept, dropped) = in_force(&sources);
        assert_eq!((kept, dropped), (variants(&[source(&[('\u{F0001}', '李')])]).unwrap(), 2));
        assert_eq!(in_force(&[]), (Variants::built_in(), 0));
    }

    #[test]
    fn there_is_an_end_to_them() {
        assert!(variants(&[source(&many(2000))]).is_ok());
        assert_eq!(variants(&[source(&many(2000)), source(&[('\u{F9000}', '李')])]), Err("/1/codes".to_owned()));
        assert!(variants(&vec![source(&[]); MOST_SOURCES]).is_ok());
        assert_eq!(variants(&vec![source(&[]); MOST_SOURCES + 1]), Err("/64".to_owned()));
    }

    #[test]
    fn codes_are_written_in_hexadecimal() {
        let json = r#"[{"source":"x","codes":[{"code":"F0001","formal":"674E"}]}]"#;
        let read: Vec<CharacterCodes> = shiming_wire::json::from_slice(json.as_bytes()).unwrap();
        assert_eq!(read[0].codes, [Assignment { code: '\u{F0001}', formal: '李' }]);
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}
