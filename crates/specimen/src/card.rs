//! The two sides of a resident ID card, drawn where `documents/*.json` says.

use image::RgbImage;
use shiming_identity::document::{Box2, DocumentKind, Label, Layout, Side, Slot, SlotContent, layouts};
use tiny_skia::{Color, GradientStop, LinearGradient, Pixmap, Point, Rect, SpreadMode, Transform};

use crate::canvas::{Line, Rgb8, fill, flatten, path, stroke};
use crate::citizen::Citizen;
use crate::fonts::Fonts;
use crate::portrait;

const LABEL: Rgb8 = [44, 112, 186];
const INK: Rgb8 = [34, 33, 36];
const TITLE: Rgb8 = [40, 38, 40];
const MARK: Rgb8 = [176, 72, 96];

/// Height of a Han character's ink over its em square, in the sans.
const HAN_INK: f32 = 0.88;
/// Where the baseline lies below the middle of a Han character, in em.
const HAN_DROP: f32 = 0.38;

/// Draws the side with the portrait, `width` pixels across.
#[must_use]
pub fn draw_front(citizen: &Citizen, fonts: &Fonts, width: u32) -> RgbImage {
    draw(citizen, fonts, width, Side::Front)
}

/// Draws the side with the emblem, `width` pixels across.
#[must_use]
pub fn draw_back(citizen: &Citizen, fonts: &Fonts, width: u32) -> RgbImage {
    draw(citizen, fonts, width, Side::Back)
}

fn draw(citizen: &Citizen, fonts: &Fonts, width: u32, side: Side) -> RgbImage {
    let Some(layout) = layouts(DocumentKind::CnResidentId).into_iter().find(|layout| layout.side == side) else {
        return RgbImage::new(width.max(1), width.max(1));
    };
    let sheet = Sheet::new(width, &layout);
    let Some(mut pixmap) = Pixmap::new(sheet.pixels.0, sheet.pixels.1) else { return RgbImage::new(1, 1) };
    ground(&mut pixmap, &sheet, side);
    if let Some(area) = layout.portrait {
        let [left, top, right, bottom] = sheet.pixels_of(area);
        portrait::draw_into(&mut pixmap, citizen, left, top, right - left, bottom - top);
    }
    if let Some(area) = layout.emblem {
        emblem(&mut pixmap, sheet.pixels_of(area));
    }
    let mut image = flatten(&pixmap);
    mark(&mut image, &sheet, fonts, side);
    for label in &layout.labels {
        print_label(&mut image, &sheet, fonts, label, side);
    }
    for slot in &layout.slots {
        print_value(&mut image, &sheet, fonts, slot, &value(citizen, slot));
    }
    image
}

/// A side's size in pixels.
struct Sheet {
    pixels: (u32, u32),
    width: f32,
    height: f32,
}

impl Sheet {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a card is a few thousand pixels wide"
    )]
    fn new(width: u32, layout: &Layout) -> Self {
        let width = width.clamp(64, 8192);
        let height = (width as f32 * layout.millimetres[1] / layout.millimetres[0]).round();
        Self { pixels: (width, height as u32), width: width as f32, height }
    }

    fn pixels_of(&self, area: Box2) -> [f32; 4] {
        [area.left * self.width, area.top * self.height, area.right * self.width, area.bottom * self.height]
    }
}

/// What is printed in `slot`; empty when this citizen has nothing there.
fn value(citizen: &Citizen, slot: &Slot) -> String {
    let date = |part: usize| {
        let part = citizen.birth_date.split('-').nth(part).unwrap_or_default();
        part.trim_start_matches('0').to_owned()
    };
    match slot.reads {
        SlotContent::Name => citizen.name.clone(),
        SlotContent::Sex => citizen.sex.clone(),
        SlotContent::Ethnicity => citizen.ethnicity.clone(),
        SlotContent::BirthYear => date(0),
        SlotContent::BirthMonth => date(1),
        SlotContent::BirthDay => date(2),
        SlotContent::Address => citizen.address_lines().into_iter().nth(usize::from(slot.line)).unwrap_or_default(),
        SlotContent::IdNumber => citizen.id_number.clone(),
        SlotContent::Issuer => citizen.issuer.clone(),
        SlotContent::Validity => {
            format!("{}-{}", citizen.valid_from.replace('-', "."), citizen.valid_until.replace('-', "."))
        }
    }
}

/// Prints a label so that its ink fills its box.
fn print_label(on: &mut RgbImage, sheet: &Sheet, fonts: &Fonts, label: &Label, side: Side) {
    let [left, top, right, bottom] = sheet.pixels_of(label.area);
    // The back's first two labels are its title.
    let title = side == Side::Back && label.area.bottom < 0.5;
    let (font, colour) = match (side, title) {
        (Side::Front, _) => (&fonts.sans, LABEL),
        (Side::Back, true) => (&fonts.serif, TITLE),
        (Side::Back, false) => (&fonts.sans, INK),
    };
    let whole = Line { font, em: 100.0, tracking: 0.0 }.ink(&label.text);
    // Whichever of height and width binds first decides the size; tracking fills the rest of the width.
    let em = 100.0 * ((bottom - top) / (whole[3] - whole[1])).min((right - left) / (whole[2] - whole[0]));
    let bare = Line { font, em, tracking: 0.0 };
    let ink = bare.ink(&label.text);
    let gaps = label.text.chars().count().saturating_sub(1);
    let tracking = if gaps == 0 { 0.0 } else { ((right - left) - (ink[2] - ink[0])) / count(gaps) };
    let line = Line { tracking, ..bare };
    let ink = line.ink(&label.text);
    let x = f32::midpoint(left, right) - f32::midpoint(ink[0], ink[2]);
    let baseline = f32::midpoint(top, bottom) - f32::midpoint(ink[1], ink[3]);
    line.draw(on, &label.text, x, baseline, colour, 0.95);
}

/// Prints a value in its slot.
fn print_value(on: &mut RgbImage, sheet: &Sheet, fonts: &Fonts, slot: &Slot, text: &str) {
    if text.is_empty() {
        return;
    }
    let [left, top, right, bottom] = sheet.pixels_of(slot.area);
    let middle = f32::midpoint(top, bottom);
    let height = slot.text_height * sheet.height;
    let number = slot.reads == SlotContent::IdNumber;
    let mut line = if number {
        // OCR-B's digits are 0.787 em high.
        Line { font: &fonts.ocr_b, em: height / 0.787, tracking: 0.0016 * sheet.width }
    } else {
        let em = height / HAN_INK;
        let tracking = match slot.reads {
            SlotContent::Name => 0.06 * em,
            SlotContent::Address | SlotContent::Issuer => 0.04 * em,
            SlotContent::Validity => 0.05 * em,
            _ => 0.0,
        };
        Line { font: &fonts.sans, em, tracking }
    };
    let margin = 0.004 * sheet.width;
    // A long name closes up, then shrinks, until it fits its slot.
    let room = right - left - 2.0 * margin;
    let extent = |line: Line| {
        let ink = line.ink(text);
        ink[2] - ink[0]
    };
    if extent(line) > room {
        let gaps = count(text.chars().count().saturating_sub(1).max(1));
        line.tracking -= ((extent(line) - room) / gaps).min(line.tracking + 0.02 * line.em);
    }
    let too_wide = extent(line) / room;
    if too_wide > 1.0 {
        line.em /= too_wide;
        line.tracking /= too_wide;
    }
    let ink = line.ink(text);
    let x = match slot.reads {
        // One digit or two, in the middle between the words.
        SlotContent::BirthMonth => left + 0.0305 * sheet.width - f32::midpoint(ink[0], ink[2]),
        SlotContent::BirthDay => left + 0.0365 * sheet.width - f32::midpoint(ink[0], ink[2]),
        reads => {
            let indent = match reads {
                SlotContent::IdNumber => 0.027,
                SlotContent::BirthYear => 0.013,
                SlotContent::Issuer | SlotContent::Validity => 0.011,
                SlotContent::Ethnicity => 0.007,
                _ => 0.0085,
            };
            (left + indent * sheet.width).min(right - margin - (ink[2] - ink[0])).max(left + margin) - ink[0]
        }
    };
    let baseline = if number { middle - f32::midpoint(ink[1], ink[3]) } else { middle + HAN_DROP * line.em };
    line.draw(on, text, x, baseline, INK, 0.96);
}

#[expect(clippy::cast_precision_loss, reason = "a line has a few dozen characters")]
fn count(characters: usize) -> f32 {
    characters as f32
}

/// The word that says what this is, pale but legible, where no field is.
fn mark(on: &mut RgbImage, sheet: &Sheet, fonts: &Fonts, side: Side) {
    let words: &[(&str, f32, f32, f32, f32)] = match side {
        // Text, em over height, left, middle, opacity.
        Side::Front => &[
            ("样本 SPECIMEN", 0.062, 0.08, 0.088, 0.42),
            ("样本 SPECIMEN", 0.046, 0.655, 0.79, 0.42),
            ("虚构人物，仅供测试 · FICTIONAL PERSON", 0.028, 0.33, 0.95, 0.5),
        ],
        Side::Back => &[
            ("样本 SPECIMEN", 0.13, 0.2, 0.56, 0.34),
            ("虚构人物，仅供测试 · FICTIONAL PERSON", 0.028, 0.24, 0.95, 0.5),
        ],
    };
    for &(text, em, left, middle, opacity) in words {
        let line = Line { font: &fonts.bold, em: em * sheet.height, tracking: 0.04 * em * sheet.height };
        let baseline = middle * sheet.height + HAN_DROP * line.em;
        line.draw(on, text, left * sheet.width, baseline, MARK, opacity);
    }
}

/// A pale ground of fine waves and a rosette.
fn ground(on: &mut Pixmap, sheet: &Sheet, side: Side) {
    let (width, height) = (sheet.width, sheet.height);
    let colours: [Rgb8; 3] = match side {
        Side::Front => [[226, 238, 244], [240, 238, 240], [222, 236, 238]],
        Side::Back => [[240, 232, 236], [230, 238, 242], [238, 234, 228]],
    };
    let stop = |at: f32, [red, green, blue]: Rgb8| GradientStop::new(at, Color::from_rgba8(red, green, blue, 255));
    let stops = vec![stop(0.0, colours[0]), stop(0.55, colours[1]), stop(1.0, colours[2])];
    let (from, to) = (Point::from_xy(0.0, 0.0), Point::from_xy(width, height));
    let shader = LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity());
    if let (Some(shader), Some(all)) = (shader, Rect::from_xywh(0.0, 0.0, width, height)) {
        let paint = tiny_skia::Paint { shader, ..tiny_skia::Paint::default() };
        on.fill_rect(all, &paint, Transform::identity(), None);
    }
    let pen = 0.0011 * width;
    for index in 0..58_u8 {
        let row = f32::from(index);
        let colour: Rgb8 = if index % 2 == 0 { [120, 176, 206] } else { [222, 160, 178] };
        let wave = (0..=120_u8).map(|step| {
            let along = f32::from(step) / 120.0;
            let swing = (along * 19.0 + row * 0.21).sin() * 0.016 + (along * 6.3 - row * 0.13).sin() * 0.03;
            (along * width, ((row - 3.0) / 52.0 + swing) * height)
        });
        stroke(on, polyline(wave), colour, 0.26, pen, Transform::identity());
    }
    // The rosette stands where neither portrait nor emblem is.
    let (x, y, radius) = match side {
        Side::Front => (0.4 * width, 0.5 * height, 0.36 * height),
        Side::Back => (0.62 * width, 0.56 * height, 0.4 * height),
    };
    let rings: [(f32, f32, f32, Rgb8); 2] = [(0.8, 0.2, 14.0, [112, 172, 168]), (0.42, 0.24, 8.0, [206, 150, 176])];
    for (base, swing, petals, colour) in rings {
        for curve in 0..9_u8 {
            let phase = f32::from(curve) / 9.0 * std::f32::consts::TAU;
            let petal = (0..=360_u16).map(|step| {
                let angle = f32::from(step) / 360.0 * std::f32::consts::TAU;
                let reach = radius * (base + swing * (angle * petals + phase).sin() * (angle * 2.0 + phase).cos());
                let (dy, dx) = angle.sin_cos();
                (x + dx * reach, y + dy * reach)
            });
            stroke(on, polyline(petal), colour, 0.2, pen, Transform::identity());
        }
    }
}

/// A line through `points`.
fn polyline(points: impl Iterator<Item = (f32, f32)>) -> Option<tiny_skia::Path> {
    path(|b| {
        for (index, (x, y)) in points.enumerate() {
            if index == 0 {
                b.move_to(x, y);
            } else {
                b.line_to(x, y);
            }
        }
    })
}

/// An emblem of our own: a gear around an eight-pointed star.
fn emblem(on: &mut Pixmap, [left, top, right, bottom]: [f32; 4]) {
    let at = Transform::from_row((right - left) / 200.0, 0.0, 0.0, (bottom - top) / 200.0, left, top);
    let (red, gold): (Rgb8, Rgb8) = ([196, 48, 52], [236, 190, 84]);
    let around = |points: u16, radius: &dyn Fn(u16) -> f32| {
        polyline((0..points).map(|point| {
            let angle = (f32::from(point) / f32::from(points) - 0.25) * std::f32::consts::TAU;
            (100.0 + radius(point) * angle.cos(), 100.0 + radius(point) * angle.sin())
        }))
    };
    let circle = |radius: f32| {
        let rect = Rect::from_ltrb(100.0 - radius, 100.0 - radius, 100.0 + radius, 100.0 + radius);
        path(|b| rect.into_iter().for_each(|rect| b.push_oval(rect)))
    };
    fill(on, around(96, &|point| if point % 6 < 3 { 99.0 } else { 87.0 }), red, 1.0, at);
    fill(on, circle(78.0), gold, 1.0, at);
    fill(on, circle(71.0), red, 1.0, at);
    fill(on, around(16, &|point| if point % 2 == 0 { 60.0 } else { 27.0 }), gold, 1.0, at);
    fill(on, circle(15.0), red, 1.0, at);
    fill(on, circle(8.0), gold, 1.0, at);
}
