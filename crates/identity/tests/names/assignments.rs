//! An operator's own private-use codes.

use shiming_identity::{Assignment, AssignmentError, NameSequence, Variants};

use crate::data::name;

fn row(code: char, formal: char) -> Assignment {
    Assignment { code, formal }
}

// RC-2, RC-4: a vendor's code joins without a release
#[test]
fn a_vendors_code_joins_its_character() {
    let variants = Variants::with(&[row('\u{E123}', '㛃'), row('\u{F0001}', '㛃'), row('\u{E124}', '䶮')]).unwrap();
    assert_eq!(variants.codes('㛃').as_slice(), ['㛃', '\u{E123}', '\u{F0001}']);
    assert_eq!(variants.codes('\u{E124}').as_slice(), ['䶮', '\u{E124}', '\u{E863}']);
    let (card, register) = (name(&['张', '\u{E123}', '\u{E863}']), name(&['张', '㛃', '\u{E124}']));
    assert_eq!(card.key(&variants), register.key(&variants));
    assert_ne!(card.key(&Variants::built_in()), register.key(&Variants::built_in()));
    assert_eq!(card.to_formal(&variants).as_str(), "张㛃䶮");
    assert_eq!(NameSequence::of(&card, &variants).unwrap().format(), "133");
    assert!(NameSequence::of(&card, &variants).unwrap().matches(&register));
}

#[test]
fn repeating_a_row_or_the_table_does_no_harm() {
    let variants = Variants::with(&[row('\u{E123}', '㛃'), row('\u{E863}', '䶮'), row('\u{E123}', '㛃')]).unwrap();
    assert_eq!(variants.codes('㛃').len(), 2);
    assert_eq!(variants.codes('䶮').len(), 2);
    assert_eq!(Variants::with(&[]).unwrap(), Variants::built_in());
}

// RC-6: nobody's assignment joins two characters
#[test]
fn what_is_no_assignment() {
    let (e, f) = ('\u{E123}', '\u{E124}');
    for (rows, error) in [
        (vec![row('一', '二')], AssignmentError::NotPrivateUse { code: '一' }),
        (vec![row('\u{F934}', '老')], AssignmentError::NotPrivateUse { code: '\u{F934}' }),
        (vec![row(e, f)], AssignmentError::Chain { code: e, formal: f }),
        (vec![row(e, e)], AssignmentError::Chain { code: e, formal: e }),
        (vec![row(e, '㛃'), row(f, e)], AssignmentError::Chain { code: f, formal: e }),
        (vec![row(e, '\u{E863}')], AssignmentError::Chain { code: e, formal: '\u{E863}' }),
        (vec![row(e, '\u{F934}')], AssignmentError::NotFormal { code: e, formal: '\u{F934}', better: '老' }),
        (vec![row(e, '\u{2F7C}')], AssignmentError::NotFormal { code: e, formal: '\u{2F7C}', better: '老' }),
        (vec![row(e, 'A')], AssignmentError::NotHan { code: e, formal: 'A' }),
        (vec![row(e, '·')], AssignmentError::NotHan { code: e, formal: '·' }),
        (vec![row('\u{E863}', '龙')], AssignmentError::Known { code: '\u{E863}', known: '䶮' }),
        (vec![row(e, '末'), row(e, '未')], AssignmentError::Conflict { code: e, one: '未', other: '末' }),
    ] {
        assert_eq!(Variants::with(&rows), Err(error), "{rows:?}");
    }
}

// RC-3: one digit counts the codes
#[test]
fn a_character_has_nine_codes_at_most() {
    let rows = |count: u32| -> Vec<Assignment> {
        (0..count).map(|at| row(char::from_u32(0xE000 + at).unwrap(), '龜')).collect()
    };
    // Six are built in.
    let variants = Variants::with(&rows(3)).unwrap();
    assert_eq!(NameSequence::of(&name(&['龜']), &variants).unwrap().format(), "9");
    assert_eq!(Variants::with(&rows(4)), Err(AssignmentError::TooManyCodes { formal: '龜' }));
}

#[test]
fn rows_travel_as_hexadecimal() {
    let one = row('\u{E123}', '\u{2B5EF}');
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(text, r#"{"code":"E123","formal":"2B5EF"}"#);
    assert_eq!(serde_json::from_str::<Assignment>(&text).unwrap(), one);
    for bad in [r#"{"code":"e123","formal":"4DAE"}"#, r#"{"code":"E123","formal":"D800"}"#, r#"{"code":"E123"}"#] {
        assert!(serde_json::from_str::<Assignment>(bad).is_err(), "{bad}");
    }
}
