//! The ways to write a name, most likely first.

use std::collections::HashSet;

use oorandom::Rand64;
use shiming_identity::{Assignment, PersonName, Variants, spellings};

use crate::data::{DATA, characters, name};

const VARIANTS: Variants = Variants::built_in();

fn ways(text: &str, variants: &Variants) -> Vec<String> {
    spellings(&PersonName::parse(text).unwrap(), variants).map(String::from).collect()
}

// RC-4: for registers that take a plain name only
#[test]
fn as_read_then_formal_then_gbk_then_mixed() {
    assert_eq!(ways("张三", &VARIANTS), ["张三"]);
    assert_eq!(ways("张䶮", &VARIANTS), ["张䶮", "张\u{E863}"]);
    assert_eq!(ways("张\u{E863}", &VARIANTS), ["张\u{E863}", "张䶮"]);
    assert_eq!(
        ways("\u{F934}䶮", &VARIANTS),
        ["\u{F934}䶮", "老䶮", "老\u{E863}", "\u{2F7C}䶮", "\u{2F7C}\u{E863}", "\u{F934}\u{E863}"]
    );
    assert_eq!(ways("㑇䶮", &VARIANTS), ["㑇䶮", "\u{E81B}\u{E863}", "㑇\u{E863}", "\u{E81B}䶮"]);
    // 王 has a compatibility ideograph, which no register is asked for before the codes that registers hold.
    assert_eq!(
        ways("㑇王䶮", &VARIANTS)[..5],
        ["㑇王䶮", "\u{E81B}王\u{E863}", "㑇王\u{E863}", "\u{E81B}王䶮", "㑇\u{2F929}䶮"]
    );
    // A vendor's code comes after the one that everybody had.
    let variants = Variants::with(&[Assignment { code: '\u{E000}', formal: '䶮' }]).unwrap();
    assert_eq!(ways("䶮", &variants), ["䶮", "\u{E863}", "\u{E000}"]);
}

// RC-4, RC-6: every way is this name, none comes twice, none is missing
#[test]
fn all_ways_and_each_once() {
    let mut random = Rand64::new(7);
    for _ in 0..2_000 {
        let mut text = characters(&mut random);
        text.truncate(5);
        let name = name(&text);
        let all: Vec<PersonName> = spellings(&name, &VARIANTS).collect();
        assert_eq!(all.len(), text.iter().map(|c| DATA.codes(c).len()).product::<usize>());
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert!(all.iter().all(|way| way.key(&VARIANTS) == name.key(&VARIANTS)));
        assert_eq!(all[0], name);
    }
}

// 6^50 ways: only those asked for are made
#[test]
fn a_long_name_is_no_explosion() {
    let name = name(&['龜'; 50]);
    let some: HashSet<PersonName> = spellings(&name, &VARIANTS).take(1_000).collect();
    assert_eq!(some.len(), 1_000);
}
