//! What is drawn is where the documents' files say, legible, marked, and the same every time.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests: pixel arithmetic of small pictures, and what fails may stop them"
)]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use image::{Rgb, RgbImage};
use shiming_identity::document::{Box2, DocumentKind, Layout, Side, SlotContent, layouts};
use shiming_specimen::{
    Citizen, EXPIRED, Fault, Fonts, NameKind, PhotoStyle, Split, citizen, citizens, draw_back, draw_front, page,
    photograph, portrait, portrait_jpeg, specimen,
};

type Draw = fn(&Citizen, &Fonts, u32) -> RgbImage;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    Fonts::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")).expect("`npm ci` installs the fonts")
});

fn layout(side: Side) -> Layout {
    layouts(DocumentKind::CnResidentId).into_iter().find(|layout| layout.side == side).unwrap()
}

/// Pixels of `area` grown by `margin` (a fraction of the card's width) on every side.
fn pixels(card: &RgbImage, area: Box2, margin: f32) -> impl Iterator<Item = (u32, u32, Rgb<u8>)> + '_ {
    let (width, height) = (card.width() as f32, card.height() as f32);
    let grow = margin * width;
    let (left, right) = ((area.left * width - grow).max(0.0), (area.right * width + grow).min(width));
    let (top, bottom) = ((area.top * height - grow).max(0.0), (area.bottom * height + grow).min(height));
    (top as u32..bottom as u32)
        .flat_map(move |y| (left as u32..right as u32).map(move |x| (x, y, *card.get_pixel(x, y))))
}

fn luma(Rgb([r, g, b]): Rgb<u8>) -> f32 {
    0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)
}

/// Black print; nothing else on a card but the portrait is as dark.
fn is_value(pixel: Rgb<u8>) -> bool {
    luma(pixel) < 110.0 && pixel.0[2] < pixel.0[0].saturating_add(40)
}

/// The blue of the labels.
fn is_label(pixel: Rgb<u8>) -> bool {
    pixel.0[2] > pixel.0[0].saturating_add(70)
}

/// The box of the pixels of `area` that `ink` takes, as fractions of the card.
fn ink_box(card: &RgbImage, area: Box2, margin: f32, ink: fn(Rgb<u8>) -> bool) -> Option<Box2> {
    let (width, height) = (card.width() as f32, card.height() as f32);
    let mut found: Option<Box2> = None;
    for (x, y, _) in pixels(card, area, margin).filter(|&(.., pixel)| ink(pixel)) {
        let (left, top) = (x as f32 / width, y as f32 / height);
        let (right, bottom) = ((x + 1) as f32 / width, (y + 1) as f32 / height);
        found = Some(match found {
            None => Box2 { left, top, right, bottom },
            Some(all) => Box2 {
                left: all.left.min(left),
                top: all.top.min(top),
                right: all.right.max(right),
                bottom: all.bottom.max(bottom),
            },
        });
    }
    found
}

#[test]
fn labels_are_printed_in_their_boxes() {
    let card = draw_front(&citizen(0), &FONTS, 1600);
    for label in layout(Side::Front).labels {
        let ink = ink_box(&card, label.area, 0.004, is_label).unwrap();
        let off = [
            ink.left - label.area.left,
            ink.top - label.area.top,
            ink.right - label.area.right,
            ink.bottom - label.area.bottom,
        ];
        // A box's own proportions need not be the typeface's: either height or width is met, the other lies inside.
        assert!(off.iter().all(|off| off.abs() < 0.01), "{}: {off:?}", label.text);
    }
    let back = draw_back(&citizen(0), &FONTS, 1600);
    for label in layout(Side::Back).labels {
        let ink = ink_box(&back, label.area, 0.004, is_value).unwrap();
        assert!((ink.left - label.area.left).abs() < 0.01 && (ink.right - label.area.right).abs() < 0.01, "{label:?}");
    }
}

#[test]
fn values_lie_in_their_slots_and_nowhere_else() {
    let sides: [(Side, Draw); 2] = [(Side::Front, draw_front), (Side::Back, draw_back)];
    for (side, draw) in sides {
        let layout = layout(side);
        for citizen in citizens(24).iter().chain([&citizen(EXPIRED)]) {
            let mut card = draw(citizen, &FONTS, 800);
            for slot in &layout.slots {
                let ink = ink_box(&card, slot.area, 0.0, is_value);
                let lines = citizen.address_lines().len();
                let expected = slot.reads != SlotContent::Address || usize::from(slot.line) < lines;
                assert_eq!(ink.is_some(), expected, "{citizen:?} {slot:?}");
                let Some(ink) = ink else { continue };
                // Printed as high as the layout says; 一, digits and the like are lower.
                assert!(ink.bottom - ink.top < slot.text_height * 1.12 + 0.004, "{citizen:?} {slot:?} {ink:?}");
                // Not cut at the slot's edge.
                let room = 0.002;
                assert!(
                    ink.left > slot.area.left + room
                        && ink.right < slot.area.right - room
                        && ink.top > slot.area.top
                        && ink.bottom < slot.area.bottom,
                    "{citizen:?} {slot:?} {ink:?}"
                );
            }
            let areas: Vec<Box2> = (layout.slots.iter().map(|slot| slot.area))
                .chain(layout.portrait)
                .chain(layout.emblem)
                .chain(layout.labels.iter().map(|label| label.area))
                .collect();
            for area in areas {
                let inside: Vec<_> = pixels(&card, area, 0.003).map(|(x, y, _)| (x, y)).collect();
                for (x, y) in inside {
                    card.put_pixel(x, y, Rgb([255; 3]));
                }
            }
            let all = Box2 { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
            assert_eq!(ink_box(&card, all, 0.0, is_value), None, "{citizen:?}");
        }
    }
}

/// Where the first character's ink begins on the template that the layouts were measured on, fractions of the width.
const BEGINS: [(SlotContent, f32); 8] = [
    (SlotContent::Name, 0.183),
    (SlotContent::Sex, 0.185),
    (SlotContent::Ethnicity, 0.39),
    (SlotContent::BirthYear, 0.185),
    (SlotContent::Address, 0.184),
    (SlotContent::IdNumber, 0.357),
    (SlotContent::Issuer, 0.409),
    (SlotContent::Validity, 0.409),
];

#[test]
fn values_begin_where_the_template_has_them() {
    let sides: [(Side, Draw); 2] = [(Side::Front, draw_front), (Side::Back, draw_back)];
    for (side, draw) in sides {
        let card = draw(&citizen(5), &FONTS, 1600);
        for slot in &layout(side).slots {
            let Some(ink) = ink_box(&card, slot.area, 0.0, is_value) else { continue };
            let begins = BEGINS.iter().find(|(reads, _)| *reads == slot.reads).map(|&(_, left)| left);
            assert!(begins.is_none_or(|left| (ink.left - left).abs() < 0.01), "{slot:?} {ink:?}");
            let (middle, expected) =
                (f32::midpoint(ink.top, ink.bottom), f32::midpoint(slot.area.top, slot.area.bottom));
            assert!((middle - expected).abs() < 0.01, "{slot:?} {ink:?}");
        }
    }
}

#[test]
fn every_character_of_the_first_600_has_a_glyph() {
    for citizen in citizens(600) {
        let Citizen { name, ethnicity, address, issuer, .. } = &citizen;
        assert_eq!(FONTS.missing(&format!("{name}{ethnicity}{address}{issuer}")), "");
    }
}

#[test]
fn the_mark_can_be_read_and_is_paler_than_a_field() {
    // Where no field is: above the name, and between title and issuer.
    let front = Box2 { left: 0.08, top: 0.05, right: 0.4, bottom: 0.13 };
    let back = Box2 { left: 0.2, top: 0.48, right: 0.85, bottom: 0.64 };
    for (card, area) in [(draw_front(&citizen(0), &FONTS, 1600), front), (draw_back(&citizen(0), &FONTS, 1600), back)] {
        let mut lumas: Vec<f32> = pixels(&card, area, 0.0).map(|(.., pixel)| luma(pixel)).collect();
        lumas.sort_by(f32::total_cmp);
        let (ink, paper) = (lumas[lumas.len() / 20], lumas[lumas.len() * 19 / 20]);
        assert!(paper - ink > 30.0, "not legible: {ink} on {paper}");
        assert!(ink > 130.0, "not pale: {ink}");
    }
}

#[test]
fn portraits_differ_and_are_small() {
    let jpegs: Vec<Vec<u8>> = citizens(40).iter().map(portrait_jpeg).collect();
    for (index, jpeg) in jpegs.iter().enumerate() {
        assert!(!jpeg.is_empty() && jpeg.len() <= 6 * 1024, "{index}: {} bytes", jpeg.len());
        assert!(!jpegs[..index].contains(jpeg), "{index} looks like somebody before");
    }
}

#[test]
fn corners_are_where_the_card_is() {
    // A card of one flat colour: inside each corner's edges it is bright, outside it is the desk.
    let card = RgbImage::from_pixel(856, 540, Rgb([240; 3]));
    for seed in 0..8 {
        let style = PhotoStyle {
            backdrop: shiming_specimen::Backdrop::Wood,
            tilt: (seed as f32 * 3.0 - 15.0, 14.0 - seed as f32 * 2.0),
            rotation: seed as f32 * 31.0,
            coverage: 0.2,
            shadow: 0.0,
            ..PhotoStyle::phone(seed)
        };
        let photo = photograph(&card, &style);
        let middle = (
            0.25 * photo.corners.iter().map(|c| c.0).sum::<f32>(),
            0.25 * photo.corners.iter().map(|c| c.1).sum::<f32>(),
        );
        for edge in 0..4 {
            let (a, b) = (photo.corners[edge], photo.corners[(edge + 1) % 4]);
            let on_edge = (f32::midpoint(a.0, b.0), f32::midpoint(a.1, b.1));
            let (dx, dy) = (middle.0 - on_edge.0, middle.1 - on_edge.1);
            let length = dx.hypot(dy);
            let at = |inward: f32| {
                let (x, y) = (on_edge.0 + dx / length * inward, on_edge.1 + dy / length * inward);
                luma(*photo.image.get_pixel(x as u32, y as u32))
            };
            assert!(at(4.0) > at(-4.0) + 50.0, "seed {seed} edge {edge}: {} {}", at(4.0), at(-4.0));
        }
    }
}

#[test]
fn a_photo_covers_what_is_asked() {
    let card = RgbImage::from_pixel(856, 540, Rgb([240; 3]));
    for seed in 0..6 {
        let style = PhotoStyle::phone(seed);
        let photo = photograph(&card, &style);
        let twice: f32 = (0..4)
            .map(|i| {
                let ((x, y), (next_x, next_y)) = (photo.corners[i], photo.corners[(i + 1) % 4]);
                x * next_y - next_x * y
            })
            .sum();
        let (width, height) = photo.image.dimensions();
        assert!((twice / 2.0 / (width * height) as f32 - style.coverage).abs() < 0.01);
        let whole = photo.corners.iter().all(|&(x, y)| x > 0.0 && y > 0.0 && x < width as f32 && y < height as f32);
        assert!(whole, "seed {seed}");
    }
}

#[test]
fn faults_are_what_they_are_called() {
    let card = draw_front(&citizen(0), &FONTS, 1200);
    let mean = |image: &RgbImage| {
        image.pixels().map(|&pixel| luma(pixel)).sum::<f32>() / (image.width() * image.height()) as f32
    };
    // How steep the picture is: blur makes it flat.
    let slope = |image: &RgbImage| {
        let rows = image.rows().map(|row| {
            let row: Vec<f32> = row.map(|&pixel| luma(pixel)).collect();
            row.windows(2).map(|pair| (pair[0] - pair[1]).powi(2)).sum::<f32>()
        });
        rows.sum::<f32>()
    };
    for seed in 0..2 {
        let good = photograph(&card, &PhotoStyle::phone(seed));
        for fault in Fault::ALL {
            let bad = photograph(&card, &PhotoStyle::bad(fault, seed));
            let outside = bad.corners.iter().filter(|&&(x, _)| !(0.0..1280.0).contains(&x)).count();
            match fault {
                Fault::Blurred => assert!(slope(&bad.image) < 0.35 * slope(&good.image)),
                Fault::Dark => assert!(mean(&bad.image) < 0.35 * mean(&good.image)),
                Fault::Bright => assert!(mean(&bad.image) > 1.4 * mean(&good.image)),
                Fault::Glare => {
                    let white = bad.image.pixels().filter(|&&pixel| luma(pixel) > 205.0).count();
                    assert!(white > good.image.pixels().filter(|&&pixel| luma(pixel) > 205.0).count());
                }
                Fault::Covered => {
                    // Nothing but the thumb and its shadow differs.
                    let pairs = good.image.pixels().zip(bad.image.pixels());
                    let changed = pairs.filter(|&(&a, &b)| (luma(a) - luma(b)).abs() > 20.0).count();
                    let share = changed * 100 / good.image.pixels().len();
                    assert!((3..20).contains(&share), "{share} %");
                }
                Fault::CutOff => assert!(outside > 0),
                Fault::Small => {
                    assert!((bad.corners[0].0 - bad.corners[1].0).hypot(bad.corners[0].1 - bad.corners[1].1) < 320.0);
                }
                Fault::Steep => {
                    let side = |i: usize, j: usize| {
                        (bad.corners[i].0 - bad.corners[j].0).hypot(bad.corners[i].1 - bad.corners[j].1)
                    };
                    assert!(side(1, 2) / side(3, 0) > 1.3 || side(3, 0) / side(1, 2) > 1.3);
                }
                Fault::Empty => assert_eq!(bad.corners, [(0.0, 0.0); 4]),
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let card = draw_front(&citizen(7), &FONTS, 640);
    assert_eq!(card, draw_front(&citizen(7), &FONTS, 640));
    let style = PhotoStyle { frame: (640, 360), ..PhotoStyle::phone(9) };
    let (one, other) = (photograph(&card, &style), photograph(&card, &style));
    assert!(!one.jpeg.is_empty());
    assert_eq!(one.jpeg, other.jpeg);
    assert_eq!(one.image, other.image);
}

/// Drawings change only on purpose: `UPDATE_GOLDEN=1 cargo test -p shiming-specimen` takes what is drawn now.
#[test]
fn drawings_are_the_golden_ones() {
    let card = draw_front(&citizen(2), &FONTS, 1200);
    let wood = PhotoStyle { frame: (320, 180), backdrop: shiming_specimen::Backdrop::Wood, ..PhotoStyle::phone(5) };
    let clutter = PhotoStyle { backdrop: shiming_specimen::Backdrop::Clutter, ..wood.clone() };
    for (name, drawn) in [
        ("front.png", draw_front(&citizen(2), &FONTS, 256)),
        ("back.png", draw_back(&citizen(3), &FONTS, 256)),
        ("portrait.png", portrait(&citizen(5))),
        ("wood.png", photograph(&card, &wood).image),
        ("clutter.png", photograph(&card, &clutter).image),
    ] {
        golden(name, &drawn);
    }
}

#[test]
fn pages_are_the_golden_ones() {
    for name in [
        "cn_passport.front",
        "foreign_passport.front",
        "cn_residence_permit.taiwan.back",
        "cn_travel_permit_hk_macao.front",
        "cn_permanent_resident.2023.front",
        "cn_temporary_id.front",
        "cn_driving_licence.front",
        "cn_officer_card.front",
    ] {
        let drawn = specimen(page(name).unwrap(), Split::Test, 1, NameKind::Any, &FONTS, 128);
        golden(&format!("{name}.png"), &drawn.image);
    }
}

fn golden(name: &str, drawn: &RgbImage) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        drawn.save(&file).unwrap();
    }
    let golden = image::open(&file).unwrap().into_rgb8();
    assert_eq!(golden.dimensions(), drawn.dimensions(), "{name}");
    // Not a hash: sines of another libm may differ in the last bit and move a pixel by a step or two.
    let differs = |(a, b): (&Rgb<u8>, &Rgb<u8>)| a.0.iter().zip(b.0).any(|(&a, b)| a.abs_diff(b) > 6);
    let count = golden.pixels().zip(drawn.pixels()).filter(|&pair| differs(pair)).count();
    assert!(count * 500 < golden.pixels().len(), "{name}: {count} pixels differ");
}
