//! Drawn cards in phone-like photos, read from JPEG bytes to fields.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use common::{READER, decoded, draw, format_of, formats, inspect, moderate, photo, root, seed, today, truth};
use shiming_identity::document::{FieldName, FormatMode, Side};
use shiming_specimen::{EXPIRED, Fault, Fonts, PhotoStyle, Severity, Split, Spot, citizen, page, shot};
use shiming_vision::{Hint, Photo, Reason, Warning};

const SIDES: [Side; 2] = [Side::Front, Side::Back];

/// Citizens of the golden table: rare characters, names with a middle dot, cards without end, addresses of one to three
/// lines are among them.
const GOLDEN: usize = 12;

/// What both sides of the first citizens' cards say in moderately bad photos, against `golden/cards.txt`.
/// `UPDATE_GOLDEN=1` writes the file anew; look at its difference before committing it.
// RN-4, RN-5
#[test]
fn the_golden_cards_read_as_they_did() {
    let (mut table, mut right, mut fields) = (String::new(), 0, 0);
    for index in 0..GOLDEN {
        for side in SIDES {
            let citizen = citizen(index);
            let style = moderate(seed(index, side));
            let reading = READER.read(&decoded(&photo(index, side, &style)), &formats(), today());
            for (name, printed) in truth(&citizen, side) {
                let read = reading.as_ref().ok().and_then(|reading| reading.field(name)).map(|field| &field.value);
                fields += 1;
                right += u32::from(read.is_some_and(|value| value == printed));
                let read = match (&reading, read) {
                    (Err(refusal), _) => format!("refused: {}", refusal.reason.code()),
                    (Ok(_), None) => "nothing".to_owned(),
                    (Ok(_), Some(value)) if value == printed => value.clone(),
                    (Ok(_), Some(value)) => format!("{value} (printed: {printed})"),
                };
                writeln!(table, "{index:02} {side:?} {name:?}: {read}").unwrap();
            }
        }
    }
    println!("{right} of {fields} fields right");
    let file = common::root().join("crates/vision/tests/golden/cards.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap();
    let differences: Vec<_> = golden.lines().zip(table.lines()).filter(|(was, is)| was != is).collect();
    assert_eq!(golden.lines().count(), table.lines().count());
    assert!(differences.is_empty(), "(was, is): {differences:#?}");
    // The table itself may not slip below the target.
    assert!(right * 100 >= fields * 97, "{right} of {fields} fields right");
}

// RN-5: a field that is read wrong is never read with confidence, in good photos
#[test]
fn good_photos_are_read_right_or_with_doubt() {
    for index in [1, 4, 8, 17, 23] {
        let citizen = citizen(index);
        let photo = photo(index, Side::Front, &PhotoStyle::phone(seed(index, Side::Front)));
        let reading = READER.read(&decoded(&photo), &formats(), today()).unwrap();
        for (name, printed) in truth(&citizen, Side::Front) {
            let field = reading.field(name).unwrap();
            assert!(field.value == printed || field.confidence < 80, "{index} {name:?} {} %", field.confidence);
        }
    }
}

// RN-4: mode "convert" turns what lies sideways or upside down
#[test]
fn cards_are_read_whichever_way_up_they_lie() {
    let straight = photo(5, Side::Front, &PhotoStyle::phone(10)).image;
    let turned = [
        image::imageops::rotate90(&straight),
        image::imageops::rotate180(&straight),
        image::imageops::rotate270(&straight),
    ];
    for (quarter, image) in turned.into_iter().enumerate() {
        let reading = READER.read(&Photo::new(image), &formats(), today()).unwrap();
        assert_eq!(reading.field(FieldName::IdNumber).unwrap().value, citizen(5).id_number, "{} quarters", quarter + 1);
        let formatted = shiming_vision::decode(&reading.formatted, &formats()[0].pixels).unwrap();
        assert_eq!((formatted.width(), formatted.height()), (1280, 808));
        // The portrait is on the right of an upright front: darker than the paper on the far left.
        let mean = |x0: u32| {
            let sum: u32 = (0..200)
                .flat_map(|y| (0..100).map(move |x| (x0 + x, 300 + y)))
                .map(|(x, y)| u32::from(formatted.image().get_pixel(x, y).0[1]))
                .sum();
            sum / 20_000
        };
        assert!(mean(950) + 20 < mean(20), "{} against {}", mean(950), mean(20));
    }
}

// RN-4: mode "reshoot" does not
#[test]
fn in_mode_reshoot_the_user_is_asked_to_straighten() {
    let mut formats = formats();
    for format in &mut formats {
        format.mode = FormatMode::Reshoot;
    }
    let straight = photo(5, Side::Front, &PhotoStyle::phone(10)).image;
    assert!(READER.read(&Photo::new(straight.clone()), &formats, today()).is_ok());
    let refusal = READER.read(&Photo::new(image::imageops::rotate180(&straight)), &formats, today()).unwrap_err();
    assert_eq!((refusal.reason, refusal.reason.hint()), (Reason::Tilted, Hint::Straighten));
}

// RN-1, RN-5: a scanner's file shows the card and nothing else; a camera's has more pixels
#[test]
fn scans_and_large_photos_are_read() {
    let scan = Photo::new(draw(&citizen(0), Side::Front));
    let usual = decoded(&photo(0, Side::Front, &PhotoStyle::still(3)));
    // As the cameras of phones make them: 12 and 48 megapixels.
    let large = [4000, 8000].map(|long| {
        let high = long * usual.height() / usual.width();
        Photo::new(image::imageops::resize(usual.image(), long, high, image::imageops::FilterType::Triangle))
    });
    for photo in [scan, usual].into_iter().chain(large) {
        let reading = READER.read(&photo, &formats(), today()).unwrap();
        assert_eq!(reading.field(FieldName::IdNumber).unwrap().value, citizen(0).id_number, "{photo:?}");
        assert_eq!(reading.field(FieldName::Name).unwrap().value, citizen(0).name, "{photo:?}");
    }
}

// RN-5: the edge of the card's shadow is stronger than the card's own, and the number is cut
#[test]
fn what_breaks_its_check_character_is_read_along_another_outline() {
    let fonts = Fonts::of_split(&root().join("node_modules"), Split::Test).unwrap();
    for index in [29, 374] {
        let front = page("cn_resident_id.front").unwrap();
        let shot = shot(front, Severity::Easy, Split::Test, 77, index, &fonts).unwrap();
        let reports = READER.report(&decoded(&shot.photo), today());
        let number = |fields: &BTreeMap<FieldName, String>| fields[&FieldName::IdNumber].clone();
        assert_eq!(number(&reports[0].fields), number(&shot.truth.fields), "{index}");
    }
}

// RN-4: only the side that is asked for is read
#[test]
fn the_other_side_is_refused_as_such() {
    for (shown, asked) in [(Side::Front, Side::Back), (Side::Back, Side::Front)] {
        let photo = decoded(&photo(2, shown, &PhotoStyle::phone(7)));
        let refusal = READER.read(&photo, &[format_of(asked)], today()).unwrap_err();
        assert_eq!((refusal.reason, refusal.page.map(|page| page.layout.side)), (Reason::OtherSide, Some(shown)));
        let report = inspect(&photo.frame(), &format_of(asked));
        assert_eq!((report.hint, report.side), (Hint::OtherSide, Some(shown)));
    }
}

// RN-3: parameters that an operator changed are the ones that count
#[test]
fn an_operators_parameters_replace_the_defaults() {
    let photo = decoded(&photo(2, Side::Back, &PhotoStyle::phone(7)));
    let mut format = format_of(Side::Back);
    format.size.width = 640;
    format.size.height = 404;
    let reading = READER.read(&photo, &[format.clone()], today()).unwrap();
    let formatted = shiming_vision::decode(&reading.formatted, &format.pixels).unwrap();
    assert_eq!((formatted.width(), formatted.height()), (640, 404));
    format.pixels.min_document_width = 1200;
    assert_eq!(READER.read(&photo, &[format.clone()], today()).unwrap_err().reason, Reason::TooSmall);
    assert_eq!(inspect(&photo.frame(), &format).hint, Hint::Closer);
}

// RN-4: what a reflection hides counts, not only how much of the document it covers
#[test]
fn a_reflection_on_face_emblem_or_heading_is_seen() {
    let places = [
        (Side::Front, (0.76, 0.45)),
        (Side::Front, (0.85, 0.45)),
        (Side::Back, (0.16, 0.3)),
        (Side::Back, (0.6, 0.34)),
        (Side::Back, (0.85, 0.34)),
    ];
    for index in [1, 3, 7, 24] {
        for (side, at) in places {
            let spot = Spot { at, radius: 0.13, strength: 1.7 };
            let style = PhotoStyle { glare: Some(spot), ..PhotoStyle::phone(seed(index, side)) };
            let hint = inspect(&decoded(&photo(index, side, &style)).frame(), &format_of(side)).hint;
            // Near the card's edge it may take the edge away.
            assert!([Hint::LessGlare, Hint::WholeCard].contains(&hint), "{index} {side:?} {at:?}: {hint:?}");
        }
    }
}

// RN-4: every fault is refused, with a hint that mends it, by the reader and in the camera's view
#[test]
fn every_fault_is_refused_with_what_to_do() {
    for fault in Fault::ALL {
        let (reasons, hints): (&[Reason], &[Hint]) = match fault {
            Fault::Blurred => (&[Reason::Blurred], &[Hint::HoldStill]),
            Fault::Glare => (&[Reason::Glare], &[Hint::LessGlare]),
            Fault::Dark => (&[Reason::TooDark], &[Hint::MoreLight]),
            Fault::Bright => (&[Reason::TooBright], &[Hint::LessLight]),
            // What is left of the card may be too little to be told from other things.
            Fault::CutOff => (&[Reason::NotWhole, Reason::NoDocument], &[Hint::WholeCard, Hint::NoDocument]),
            Fault::Small => (&[Reason::TooSmall, Reason::NoDocument], &[Hint::Closer, Hint::NoDocument]),
            // Fingers hide a label, or a corner, or an edge.
            Fault::Covered => (
                &[Reason::Covered, Reason::Glare, Reason::NotWhole, Reason::NoDocument],
                &[Hint::WholeCard, Hint::LessGlare, Hint::NoDocument],
            ),
            Fault::Steep => (&[Reason::TooSteep], &[Hint::Flatter]),
            Fault::Empty => (&[Reason::NoDocument], &[Hint::NoDocument]),
        };
        for index in [21, 22] {
            let photo = decoded(&photo(index, Side::Front, &PhotoStyle::bad(fault, seed(index, Side::Front))));
            let refusal = READER.read(&photo, &formats(), today()).unwrap_err();
            let hint = inspect(&photo.frame(), &format_of(Side::Front)).hint;
            assert!(reasons.contains(&refusal.reason), "{fault:?} {index}: {refusal}");
            assert!(hints.contains(&hint), "{fault:?} {index}: {hint:?}");
        }
    }
}

// The camera's view says "ready" where the reader can read, and knows the side and the corners
#[test]
fn good_frames_are_ready() {
    for index in 0..6 {
        for side in SIDES {
            let shot = photo(index, side, &PhotoStyle::phone(seed(index, side)));
            let report = inspect(&decoded(&shot).frame(), &format_of(side));
            assert_eq!((report.hint, report.side), (Hint::Ready, Some(side)), "{index} {side:?}");
            for (found, [x, y]) in report.quad.unwrap().iter().zip(shot.corners.map(<[f32; 2]>::from)) {
                assert!((found[0] - x).hypot(found[1] - y) < 3.0, "{index} {side:?}");
            }
        }
    }
}

// Expired documents are read; the operator's policy decides
#[test]
fn an_expired_card_is_read_with_a_warning() {
    let photo = decoded(&photo(EXPIRED, Side::Back, &PhotoStyle::phone(1)));
    let reading = READER.read(&photo, &formats(), today()).unwrap();
    assert!(reading.warnings.contains(&Warning::Expired), "{:?}", reading.warnings);
}

// DC-1: what could be logged shows neither values nor pixels
#[test]
fn debug_shows_nothing_personal() {
    let photo = decoded(&photo(0, Side::Front, &PhotoStyle::phone(0)));
    let reading = READER.read(&photo, &formats(), today()).unwrap();
    let shown = format!("{photo:?} {:?} {reading:?} {:?}", photo.frame(), reading.fields);
    let citizen = citizen(0);
    for (_, value) in truth(&citizen, Side::Front) {
        // One character (男, 汉) occurs in any text; the others are telling.
        assert!(value.chars().count() < 2 || !shown.contains(value), "{shown}");
    }
    assert!(shown.len() < 600, "{shown}");
    // Nor does what is reported carry the picture.
    let json = serde_json::to_string(&shiming_vision::Report::from(&reading)).unwrap();
    assert!(json.len() < 2000);
}
