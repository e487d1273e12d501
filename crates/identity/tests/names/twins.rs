//! The codes of the GBK era, against an independent decoder.

use encoding_rs::GB18030;
use shiming_identity::{NameSequence, Variants};

use crate::data::{code, name};

const VARIANTS: Variants = Variants::built_in();
/// Class, bytes, private-use code, unified code.
type Row = (&'static str, Vec<u8>, char, char);

fn rows() -> impl Iterator<Item = Row> {
    include_str!("../../data/names/gb18030_pua.tsv").lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let bytes = u16::from_str_radix(columns[1], 16).unwrap().to_be_bytes().to_vec();
        (columns[0], bytes, code(columns[2]), code(columns[3]))
    })
}

fn decode(bytes: &[u8]) -> String {
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).unwrap().into_owned()
}

// RC-2, RC-4: card and register, in both directions
#[test]
fn the_twins_among_the_general_standard_match_both_ways() {
    let twins: Vec<char> = "㑇㘎㤘㧟㧐㭎䁖䅟䏝䓖䜣䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮".chars().collect();
    assert_eq!(twins.len(), 24);
    for formal in twins {
        let (_, _, private, _) = rows().find(|row| row.3 == formal).unwrap();
        let (by_card, by_register) = (name(&['李', private]), name(&['李', formal]));
        for (asked, held) in [(&by_card, &by_register), (&by_register, &by_card)] {
            assert_eq!(asked.key(&VARIANTS), held.key(&VARIANTS), "{formal}");
            assert!(NameSequence::of(asked, &VARIANTS).unwrap().matches(held), "{formal}");
            assert_eq!(held.to_formal(&VARIANTS), by_register, "{formal}");
        }
    }
}

// RC-2: one byte pair meant the private-use code in GBK and means the unified one today
#[test]
fn an_independent_decoder_agrees_on_the_unified_codes() {
    let mut dual = 0;
    for (class, bytes, private, unified) in rows() {
        match class {
            // Here GB 18030-2022 still decodes to the private-use code; the unified one has four bytes.
            "2022-dual" => {
                assert_eq!(decode(&bytes), private.to_string());
                dual += 1;
            }
            _ => assert_eq!(decode(&bytes), unified.to_string()),
        }
        assert_eq!(VARIANTS.formal(private), unified);
    }
    assert_eq!(dual, 6);
}

// RC-2: GBK lays its private-use codes out in the order of the bytes, U+E815 for FE 50
#[test]
fn the_private_use_codes_are_in_the_order_of_the_bytes() {
    for (_, bytes, private, _) in rows() {
        let [lead, trail] = bytes[..] else { unreachable!() };
        // No character ends in 7F.
        let place = u32::from(trail) - 0x50 - u32::from(trail > 0x7F);
        assert_eq!((lead, u32::from(private)), (0xFE, 0xE815 + place));
    }
}
