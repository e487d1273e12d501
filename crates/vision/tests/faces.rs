//! Faces of drawn heads: found in front of the camera and on cards, followed, told apart; and pictures without any.
#![allow(clippy::unwrap_used, reason = "tests: what fails may stop them")]

mod common;

use common::{DESCRIBER, FACES, FONTS};
use image::RgbImage;
use proptest::prelude::*;
use shiming_identity::portrait::Descriptor;
use shiming_specimen::{PhotoStyle, Pose, citizen, draw_front, head, page, photograph, print_portrait};
use shiming_vision::face::portrait;
use shiming_vision::{Frame, Photo, Quad};

/// People of whom a card and a live face are drawn.
const PEOPLE: usize = 6;
const FRONT: &str = "cn_resident_id.front";

fn described(picture: RgbImage) -> Option<Descriptor> {
    let photo = Photo::new(picture);
    let landmarks = FACES.largest(&photo.frame()).unwrap()?;
    Some(DESCRIBER.describe(&photo.frame(), &landmarks).unwrap())
}

/// A frame of a front camera: the head a little turned, smiling or not.
fn live(index: usize) -> RgbImage {
    let yaw = if index.is_multiple_of(2) { 9.0 } else { -7.0 };
    head(&citizen(index), &Pose { yaw, pitch: 4.0, mouth: 0.15, at: (0.55, 0.5), ..Pose::default() }, (240, 320))
}

/// The portrait that is found on a photo of a card.
fn carded(index: usize) -> RgbImage {
    let page = page(FRONT).unwrap();
    let mut card = draw_front(&citizen(index), &FONTS, 1180);
    let face = head(&citizen(index), &Pose { height: 0.66, ..Pose::default() }, (200, 270));
    print_portrait(&mut card, &page.layout, &face, index as u64);
    let photo = photograph(&card, &PhotoStyle::phone(index as u64));
    let quad = Quad(photo.corners.map(|(x, y)| [x, y]));
    portrait(&Photo::new(photo.image).frame(), &quad, &page.layout).unwrap()
}

// RN-7, EC-1, NC-1: the portrait of a card and the face before the camera
#[test]
fn a_card_is_of_the_person_before_the_camera_and_of_nobody_else() {
    let cards: Vec<Descriptor> = (0..PEOPLE).map(|index| described(carded(index)).unwrap()).collect();
    let faces: Vec<Descriptor> = (0..PEOPLE).map(|index| described(live(index)).unwrap()).collect();
    for (index, face) in faces.iter().enumerate() {
        let similarities: Vec<f32> = cards.iter().map(|card| card.compare(face).unwrap().similarity).collect();
        let others = similarities.iter().enumerate().filter(|(other, _)| *other != index);
        let nearest = others.map(|(_, similarity)| *similarity).fold(-1.0, f32::max);
        assert!(similarities[index] > nearest, "{index}: {similarities:?}");
    }
}

// RN-7: what is no face is none
#[test]
fn nothing_is_seen_where_nobody_is() {
    let blank = RgbImage::from_pixel(320, 240, image::Rgb([200, 205, 210]));
    let page = page(FRONT).unwrap();
    let back = shiming_specimen::draw_back(&citizen(0), &FONTS, 820);
    for picture in [blank, back] {
        let photo = Photo::new(picture);
        assert!(FACES.largest(&photo.frame()).unwrap().is_none());
        // A page without a portrait, and an outline that is none.
        let no_outline = Quad([[5.0, 5.0]; 4]);
        assert!(portrait(&photo.frame(), &no_outline, &page.layout).is_none());
    }
    let back = shiming_specimen::page("cn_resident_id.back").unwrap();
    let photo = Photo::new(RgbImage::new(200, 120));
    assert!(portrait(&photo.frame(), &Quad::of_picture(200.0, 120.0), &back.layout).is_none());
}

// NC-1, and the next room's liveness: landmarks follow a head that turns, nods, blinks and speaks
#[test]
fn landmarks_follow_a_moving_head() {
    let holder = citizen(1);
    let seen = |pose: Pose| {
        let photo = Photo::new(head(&holder, &pose, (240, 320)));
        FACES.largest(&photo.frame()).unwrap().unwrap()
    };
    // How far the nose's tip is from the middle between the cheeks, in widths of the face.
    let turned = |pose: Pose| {
        let points = seen(pose);
        let [tip, right, left] = [1, 234, 454].map(|index| points.point(index)[0]);
        (tip - f32::midpoint(right, left)) / (left - right)
    };
    let usual = Pose::default();
    let turns: Vec<f32> = [-24.0, -12.0, 0.0, 12.0, 24.0].map(|yaw| turned(Pose { yaw, ..usual })).into();
    assert!(turns.is_sorted(), "{turns:?}");
    let opened = |mouth: f32| {
        let points = seen(Pose { mouth, ..usual });
        (points.point(14)[1] - points.point(13)[1]) / points.eye_distance()
    };
    assert!(opened(1.0) > opened(0.0) + 0.1, "{} {}", opened(0.0), opened(1.0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    // Pictures come from outside: whatever their shape and content, nothing panics
    #[test]
    fn any_pixels_are_looked_at(
        (width, height) in (1u32..90, 1u32..90),
        stretch in prop::sample::select(vec![(1, 1), (40, 1), (1, 40)]),
        seed: u64,
    ) {
        let (width, height) = (width * stretch.0, height * stretch.1);
        let mut random = oorandom::Rand32::new(seed);
        let pixels: Vec<u8> = (0..width * height * 4).map(|_| random.rand_u32().to_le_bytes()[0]).collect();
        let frame = Frame::rgba(&pixels, width, height).unwrap();
        if let Some(landmarks) = FACES.largest(&frame).unwrap() {
            let _ = DESCRIBER.describe(&frame, &landmarks);
        }
    }
}
