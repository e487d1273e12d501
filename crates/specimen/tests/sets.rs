//! Sets of photos: whole documents, as hard as they are called, the same every time, trained and tested apart.

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

use shiming_specimen::{
    Attack, Fonts, NameKind, RgbImage, Scene, Severity, Shot, Split, attacked, page, pages, set, shot, third_tier,
    truth, without_document,
};

fn node_modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules")
}

static FONTS: LazyLock<Vec<Fonts>> =
    LazyLock::new(|| Fonts::of_split(&node_modules(), Split::Test).expect("`npm ci` installs the fonts"));

#[test]
fn sets_hold_enough_rare_and_dotted_names() {
    let page = page("cn_passport.front").unwrap();
    for n in [25, 100, 500] {
        let names: Vec<String> =
            (0..n).map(|index| truth(page, Split::Train, index as u64, NameKind::at(index)).holder.name).collect();
        let share = |of: &dyn Fn(&String) -> bool| names.iter().filter(|name| of(name)).count() * 100;
        assert!(share(&|name| name.chars().any(|c| third_tier().contains(c))) >= 20 * n);
        assert!(share(&|name| name.contains('·')) >= 8 * n);
    }
}

#[test]
fn styles_are_as_hard_as_they_are_called_and_no_finger_hides_a_field() {
    let page = page("cn_resident_id.front").unwrap();
    for split in Split::BOTH {
        for severity in Severity::ALL {
            let styles: Vec<_> = (0..300).map(|seed| severity.style(page, split, seed)).collect();
            for style in &styles {
                assert!(split.backdrops().contains(&style.backdrop));
                assert!((0.15..=1.0).contains(&style.coverage), "{style:?}");
                assert_eq!(split.apart(style.seed >> 1), style.seed);
                for finger in &style.fingers {
                    for slot in &page.layout.slots {
                        let (x, y) = finger.tip;
                        let inside =
                            slot.area.left < x && x < slot.area.right && slot.area.top < y && y < slot.area.bottom;
                        assert!(!inside, "{finger:?} {slot:?}");
                    }
                }
            }
            let mean = |of: &dyn Fn(&shiming_specimen::PhotoStyle) -> f32| styles.iter().map(of).sum::<f32>() / 300.0;
            let [tilt, blur, noise] = match severity {
                Severity::Easy => [(2.0, 6.0), (0.4, 0.6), (1.0, 2.5)],
                Severity::Medium => [(6.0, 12.0), (0.6, 0.8), (2.5, 4.5)],
                Severity::Hard => [(12.0, 18.0), (0.9, 1.2), (5.0, 7.5)],
            };
            for (value, (low, high)) in
                [(mean(&|s| s.tilt.0.abs()), tilt), (mean(&|s| s.blur), blur), (mean(&|s| s.noise), noise)]
            {
                assert!(low < value && value < high, "{severity:?} {value}");
            }
            let fingers = styles.iter().filter(|style| !style.fingers.is_empty()).count();
            assert!(fingers > 10, "{severity:?} {fingers}");
        }
    }
}

fn whole(shot: &Shot) -> bool {
    let (width, height) = shot.style.frame;
    let inside = |&(x, y): &(f32, f32)| x >= 0.0 && y >= 0.0 && x <= width as f32 && y <= height as f32;
    shot.photo.corners.iter().all(inside)
}

#[test]
fn photos_show_the_whole_document_and_come_again() {
    for (index, severity) in Severity::ALL.into_iter().enumerate() {
        for page in [&pages()[index], &pages()[10 + index]] {
            let shot = || shot(page, severity, Split::Test, 7, index, &FONTS).unwrap();
            let (one, other) = (shot(), shot());
            assert!(whole(&one), "{:?}", one.photo.corners);
            assert!(!one.photo.jpeg.is_empty() && one.photo.jpeg == other.photo.jpeg);
            assert_eq!(one.truth.fields, other.truth.fields);
        }
    }
    assert_eq!(set(page("cn_resident_id.back").unwrap(), Severity::Easy, Split::Test, 1, 2, &FONTS).count(), 2);
}

/// How much the colour changes from pixel to pixel, whatever the light's; and how much green does to its right neighbour.
fn colour_and_grain(image: &RgbImage, [a, _, c, _]: [(f32, f32); 4]) -> (f32, f32) {
    let middle = (f32::midpoint(a.0, c.0) as u32, f32::midpoint(a.1, c.1) as u32);
    let part = image::imageops::crop_imm(image, middle.0 - 120, middle.1 - 120, 240, 240).to_image();
    let count = (part.width() * part.height()) as f32;
    let hues: Vec<f32> =
        part.pixels().map(|p| p.0.map(f32::from)).map(|[r, g, b]| (r - b) / (r + g + b + 1.0) * 100.0).collect();
    let mean = hues.iter().sum::<f32>() / count;
    let colour = hues.iter().map(|hue| (hue - mean).powi(2)).sum::<f32>() / count;
    let rows = part.rows().map(|row| {
        let greens: Vec<f32> = row.map(|pixel| f32::from(pixel.0[1])).collect();
        greens.windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum::<f32>()
    });
    (colour, rows.sum::<f32>() / count)
}

/// How bright it is just outside the card's edges, over how bright it is just inside.
fn paper_around(shot: &Shot) -> f32 {
    let corners = shot.photo.corners;
    let middle = corners.iter().fold((0.0, 0.0), |sum, c| (sum.0 + c.0 / 4.0, sum.1 + c.1 / 4.0));
    let ratios = (0..4).map(|edge| {
        let (a, b) = (corners[edge], corners[(edge + 1) % 4]);
        let on = (f32::midpoint(a.0, b.0), f32::midpoint(a.1, b.1));
        let (dx, dy) = (on.0 - middle.0, on.1 - middle.1);
        let green = |along: f32| {
            let (x, y) = (middle.0 + dx * along, middle.1 + dy * along);
            f32::from(
                shot.photo
                    .image
                    .get_pixel((x as u32).min(shot.style.frame.0 - 1), (y as u32).min(shot.style.frame.1 - 1))
                    .0[1],
            )
        };
        green(1.04) / green(0.95).max(1.0)
    });
    ratios.fold(f32::MAX, f32::min)
}

#[test]
fn attacks_are_what_they_are_called() {
    let page = page("cn_resident_id.front").unwrap();
    for index in [0, 1] {
        let severity = [Severity::Easy, Severity::Medium][index];
        let plain = shot(page, severity, Split::Test, 3, index, &FONTS).unwrap();
        let (_, grain) = colour_and_grain(&plain.photo.image, plain.photo.corners);
        let mut colours = Vec::new();
        for attack in Attack::ALL {
            let made = attacked(page, attack, Split::Test, 3, index, &FONTS).unwrap();
            assert_eq!(made.truth.fields, plain.truth.fields);
            assert!(whole(&made), "{attack:?} {:?}", made.photo.corners);
            let (its_colour, its_grain) = colour_and_grain(&made.photo.image, made.photo.corners);
            let bright = |image: &RgbImage| image.pixels().filter(|p| p.0.iter().all(|&part| part > 250)).count();
            match attack {
                Attack::GreyCopy | Attack::ColourCopy => {
                    assert!(paper_around(&made) > 0.8, "{attack:?}: no paper around it: {}", paper_around(&made));
                    assert!(paper_around(&plain) < 0.75, "{}", paper_around(&plain));
                    colours.push(its_colour);
                }
                Attack::Screen => assert!(its_grain > 1.5 * grain, "{its_grain} {grain}"),
                Attack::Covered => assert!(made.style.fingers.len() > plain.style.fingers.len()),
                Attack::Overexposed => assert!(bright(&made.photo.image) > 20 * (1 + bright(&plain.photo.image))),
            }
        }
        // The copies lie in one light, and only one of them has colours of its own.
        assert!(colours[0] > 2.0 * colours[1], "{colours:?}");
    }
}

#[test]
fn pictures_without_a_document_are_many_and_come_again() {
    let scenes: Vec<_> = (0..14).map(|index| without_document(Split::Test, 5, index, &FONTS).unwrap()).collect();
    for (index, (scene, photo)) in scenes.iter().enumerate() {
        assert_eq!(*scene, Scene::ALL[index % Scene::ALL.len()]);
        assert!(!photo.jpeg.is_empty());
        assert_eq!(photo.corners == [(0.0, 0.0); 4], matches!(scene, Scene::Room | Scene::Bare));
        assert!(scenes[..index].iter().all(|(_, other)| other.jpeg != photo.jpeg), "{scene:?} twice");
    }
    assert_eq!(without_document(Split::Test, 5, 3, &FONTS).unwrap().1.jpeg, scenes[3].1.jpeg);
    assert_ne!(without_document(Split::Train, 5, 3, &FONTS).unwrap().1.jpeg, scenes[3].1.jpeg);
}
