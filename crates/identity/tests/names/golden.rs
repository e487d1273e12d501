//! Keys that are stored somewhere: they change only with the table's version.

use shiming_identity::variants::TABLE_VERSION;
use shiming_identity::{PersonName, Variants};

// RC-4. A change here needs a new table version: stored hashes are made over these bytes.
#[test]
fn keys_stay_what_they_are() {
    assert_eq!(TABLE_VERSION, 1);
    for (text, key) in [
        ("张三", "1张三"),
        ("王〇", "1王〇"),
        ("李䶮", "1李䶮"),
        ("李\u{E863}", "1李䶮"),
        ("\u{2F7C}王", "1老王"),
        ("\u{F934}王", "1老王"),
        ("\u{2EE2}\u{E854}", "1马\u{9FBA}"),
        ("\u{E816}", "1\u{20087}"),
        ("\u{2F80A}\u{FA31}", "1僧僧"),
        ("\u{FAD0}", "1\u{22844}"),
        ("\u{20BB7}野", "1\u{20BB7}野"),
        ("李\u{E000}", "1李\u{E000}"),
        ("欧阳\u{F929}", "1欧阳朗"),
        ("迪丽热巴・迪力木拉提", "1迪丽热巴·迪力木拉提"),
        ("Ａｎｎａ  Maria O’Neil", "1Anna Maria O'Neil"),
    ] {
        let name = PersonName::parse(text).unwrap();
        assert_eq!(name.key(&Variants::built_in()).as_bytes(), key.as_bytes(), "{text}");
    }
}

// RC-4: whoever changes a row gives the table a new version, and writes its figure here.
#[test]
fn rows_change_only_with_the_version() {
    let mut figure = 0xCBF2_9CE4_8422_2325_u64;
    for c in '\0'..=char::MAX {
        let formal = Variants::built_in().formal(c);
        if formal != c {
            for code in [c, formal] {
                figure = (figure ^ u64::from(u32::from(code))).wrapping_mul(0x100_0000_01B3);
            }
        }
    }
    assert_eq!((TABLE_VERSION, figure), (1, 0x33C3_389F_E9CE_B67D));
}
