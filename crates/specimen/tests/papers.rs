//! Every drawn document is one that the rules accept, printed where its layout says.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests: pixel arithmetic of small pictures, and what fails may stop them"
)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use image::{Rgb, RgbImage};
use shiming_identity::document::{Box2, DocumentKind, FieldName, SlotContent, facts};
use shiming_identity::document_number::Assurance;
use shiming_identity::mrz::{Agreement, VisualName};
use shiming_identity::{Date, DocumentNumber, IdNumber, Mrz, PersonName};
use shiming_specimen::{Fonts, NameKind, REFERENCE_DAY, Split, Truth, page, pages, specimen, truth};

fn node_modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::load(&node_modules()).expect("`npm ci` installs the fonts"));

fn some() -> impl Iterator<Item = Truth> {
    pages()
        .iter()
        .flat_map(|page| (0..25).map(move |seed| truth(page, Split::BOTH[seed % 2], seed as u64, NameKind::at(seed))))
}

// RC-1
#[test]
fn numbers_obey_the_rule_of_their_document() {
    let mut checked = HashSet::new();
    for drawn in some() {
        let Some(kind) = drawn.page.document() else { continue };
        let field = |name| drawn.fields.get(&name).map(String::as_str);
        if let Some(text) = field(FieldName::DocumentNumber) {
            let number =
                DocumentNumber::parse(kind, text).unwrap_or_else(|e| panic!("{} {text}: {e}", drawn.page.name));
            if let Some(form) = drawn.page.form().filter(|_| kind == DocumentKind::CnPermanentResident) {
                assert_eq!(number.form().form == "2023", form == "2023", "{text}");
            }
            if number.assurance() == Assurance::CheckCharacter {
                let birth = Date::parse_iso(field(FieldName::BirthDate).unwrap()).unwrap();
                assert!(number.allows_birth(birth), "{} {text}", drawn.page.name);
                checked.insert(kind);
            }
        }
        if let Some(text) = field(FieldName::IdNumber) {
            let number = IdNumber::parse(text).unwrap();
            assert_eq!(number.birth_date(), Date::parse_iso(field(FieldName::BirthDate).unwrap()).unwrap());
            assert_eq!(number.sex().to_string(), field(FieldName::Sex).unwrap());
        }
        if let Some(text) = field(FieldName::PermitNumber) {
            let kind = if drawn.page.form() == Some("taiwan") {
                DocumentKind::CnTravelPermitTaiwan
            } else {
                DocumentKind::CnTravelPermitHkMacao
            };
            assert!(DocumentNumber::parse(kind, text).is_ok(), "{text}");
        }
    }
    assert_eq!(checked, HashSet::from([DocumentKind::CnPermanentResident, DocumentKind::CnDrivingLicence]));
}

// RC-1: what is printed is what the document is said to carry
#[test]
fn pages_print_the_fields_of_their_document() {
    for kind in DocumentKind::ALL {
        let known: HashSet<FieldName> = facts(kind).fields.iter().map(|field| field.name).collect();
        let sides = pages().iter().filter(|page| page.document() == Some(kind));
        let printed: HashSet<FieldName> =
            sides.flat_map(|page| &page.layout.slots).flat_map(|slot| slot.reads.fields()).copied().collect();
        assert!(printed.is_subset(&known), "{kind:?} {:?}", printed.difference(&known).collect::<Vec<_>>());
        // The licence's second page, with the file number, is not drawn; permits have the nationality on other cards only.
        let left_out = [FieldName::FileNumber, FieldName::LatinName, FieldName::Nationality];
        let optional = |name: &FieldName| {
            facts(kind).fields.iter().any(|field| field.name == *name && field.optional) || left_out.contains(name)
        };
        assert!(
            known.difference(&printed).all(optional),
            "{kind:?} {:?}",
            known.difference(&printed).collect::<Vec<_>>()
        );
    }
}

// Doc 9303-3 §4.9 and the mainland's permits: every check digit holds, and the zone is the visual zone's
#[test]
fn zones_are_sound_and_agree_with_the_print() {
    let today = Date::parse_iso(REFERENCE_DAY).unwrap();
    let mut formats = HashSet::new();
    for drawn in some().filter(|drawn| drawn.page.zone.is_some()) {
        let zone = Mrz::parse(&drawn.mrz.join("\n"), today).unwrap_or_else(|e| panic!("{:?}: {e}", drawn.mrz));
        assert_eq!(Some(zone.format), drawn.page.zone);
        formats.insert(zone.format);
        assert!(zone.is_sound(), "{:?}", drawn.mrz);
        if let Some(number) = drawn.fields.get(&FieldName::DocumentNumber) {
            assert_eq!(zone.number.value(), number);
        }
        if let Some(latin) = drawn.fields.get(&FieldName::LatinName) {
            let (primary, secondary) = latin.split_once(", ").unwrap();
            let agreement = zone.name.as_ref().unwrap().value().compare(VisualName { primary, secondary });
            assert_ne!(agreement, Agreement::Differs, "{latin} {:?}", drawn.mrz);
        }
        if drawn.page.document().is_some_and(|kind| kind != DocumentKind::ForeignPassport) {
            let name = PersonName::parse(&drawn.holder.name).unwrap();
            let agreement = zone.compare_han(&name, &shiming_identity::Variants::built_in());
            assert_ne!(agreement.pinyin, Agreement::Differs, "{:?}", drawn.mrz);
            assert_ne!(agreement.characters, Agreement::Differs, "{:?}", drawn.mrz);
        }
    }
    assert_eq!(formats.len(), 6);
}

#[test]
fn documents_are_valid_for_as_long_as_their_rule_says() {
    for drawn in some() {
        let Some(rule) = drawn.page.document().and_then(|kind| facts(kind).validity.as_ref()) else { continue };
        let date = |name| drawn.fields.get(&name).map(String::as_str).and_then(|text| Date::parse_iso(text).ok());
        let (Some(birth), Some(from)) = (date(FieldName::BirthDate), date(FieldName::ValidFrom)) else { continue };
        let until = &drawn.fields[&FieldName::ValidUntil];
        let validity =
            shiming_identity::Validity::parse_printed(&format!("{}-{}", from.dotted(), until.replace('-', ".")))
                .unwrap();
        assert_eq!(rule.warnings(validity, Some(birth)), None, "{} {birth:?} {from:?} {until}", drawn.page.name);
    }
}

/// The other sides of a document are of the same person, and so is the other split's seed of nobody else.
#[test]
fn one_seed_is_one_person_per_split() {
    let of = |name, split, seed| truth(page(name).unwrap(), split, seed, NameKind::Any);
    let (front, back) = ("cn_travel_permit_taiwan.front", "cn_travel_permit_taiwan.back");
    for seed in 0..8 {
        let (front, back) = (of(front, Split::Test, seed), of(back, Split::Test, seed));
        assert_eq!(front.holder, back.holder);
        assert!(back.mrz[0].contains(&front.fields[&FieldName::DocumentNumber]));
    }
    let people = |split| (0..400).map(|seed| of(front, split, seed).holder.id_number).collect::<HashSet<_>>();
    let (train, test) = (people(Split::Train), people(Split::Test));
    assert!(train.len() > 395 && test.len() > 395 && train.is_disjoint(&test));
}

fn luma(Rgb([r, g, b]): Rgb<u8>) -> f32 {
    0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)
}

/// Dark pixels of `area`, and those of them on its outermost ring.
fn ink(image: &RgbImage, area: Box2) -> (usize, usize) {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let (left, right) = ((area.left * width) as u32, (area.right * width) as u32);
    let (top, bottom) = ((area.top * height) as u32, (area.bottom * height) as u32);
    let dark = |x: u32, y: u32| luma(*image.get_pixel(x, y)) < 105.0;
    let (mut all, mut edge) = (0, 0);
    for y in top..bottom {
        for x in left..right {
            if dark(x, y) {
                all += 1;
                edge += usize::from(x == left || x == right - 1 || y == top || y == bottom - 1);
            }
        }
    }
    (all, edge)
}

#[test]
fn values_lie_in_their_slots_on_every_page() {
    for page in pages() {
        for seed in [0, 1, 2] {
            let drawn = specimen(page, Split::Test, seed, NameKind::at(seed as usize), &FONTS, 900);
            for slot in &page.layout.slots {
                let (all, edge) = ink(&drawn.image, slot.area);
                let empty = slot.reads.fields().first().is_some_and(|name| !drawn.truth.fields.contains_key(name))
                    || (slot.reads == SlotContent::Address && slot.line > 0);
                assert!(empty || all > 20, "{} {slot:?}: nothing is printed", page.name);
                assert_eq!(edge, 0, "{} seed {seed} {slot:?}: cut off, or something else's ink", page.name);
            }
        }
    }
}

#[test]
fn every_character_has_a_glyph() {
    for drawn in some() {
        let text: String = drawn.fields.values().map(String::as_str).collect();
        assert_eq!(FONTS.missing(&text), "", "{}", drawn.page.name);
    }
    assert_eq!(FONTS.missing(shiming_specimen::third_tier()), "");
    for fonts in Fonts::of_split(&node_modules(), Split::Train).unwrap() {
        assert_eq!(fonts.missing(shiming_specimen::third_tier()), "");
    }
}
