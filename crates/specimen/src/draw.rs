//! Draws any side from its layout, its look and what is printed in it.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use image::RgbImage;
use image::imageops;
use shiming_identity::document::{Box2, Label, Layout, Slot, SlotContent};
use tiny_skia::{Color, Pixmap, PixmapPaint, Rect, Transform};

use crate::canvas::{Line, Rgb8, byte, flatten};
use crate::citizen::Citizen;
use crate::fonts::Fonts;
use crate::look::{Face, Look, Placement, SecondScript};
use crate::pages::Page;
use crate::papers::Papers;
use crate::{ground, portrait};

/// Widths in pixels that photos are made from.
pub(crate) const WIDTHS: [u32; 7] = [560, 680, 820, 980, 1180, 1420, 1700];

const MARK: Rgb8 = [176, 72, 96];

/// Height of a Han character's ink over its em square, in the sans.
const HAN_INK: f32 = 0.88;
/// Where the baseline lies below the middle of a Han character, in em.
const HAN_DROP: f32 = 0.38;
/// Height of OCR-B's digits, and the distance between its characters, in em.
const OCR_B_INK: f32 = 0.787;
const OCR_B_PITCH: f32 = 0.723;
/// Characters of a zone stand 2.54 mm apart (ICAO Doc 9303-3 §4.2); a line's slot has 1.2 mm of room on either side.
const ZONE_MARGIN: f32 = 2.4 / 2.54;

/// What is printed in one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// What the slot holds.
    pub reads: SlotContent,
    /// Which of its lines.
    pub line: u8,
    /// The print; empty where nothing is printed.
    pub text: String,
}

/// Draws `page`, `width` pixels across.
pub(crate) fn draw(page: &Page, papers: &Papers, fonts: &Fonts, width: u32) -> RgbImage {
    let (layout, look) = (&page.layout, &page.look);
    let print = papers.print(page);
    let sheet = Sheet::new(width, layout);
    let Some(mut pixmap) = bare(page, &sheet) else { return RgbImage::new(1, 1) };
    let extent = (sheet.width, sheet.height);
    if let Some(area) = layout.portrait {
        portraits(&mut pixmap, &sheet, &papers.citizen, look, area);
    }
    if let Some(area) = layout.emblem {
        ground::emblem(&mut pixmap, sheet.pixels_of(area));
    }
    let mut image = flatten(&pixmap);
    if let (true, Some(area)) = (look.grey_portrait, layout.portrait) {
        drain(&mut image, sheet.pixels_of(area));
    }
    for art in &look.art {
        ground::seal_words(&mut image, extent, art, fonts);
    }
    for mark in &look.marks {
        let line = Line { font: &fonts.bold, em: mark.em * sheet.height, tracking: 0.04 * mark.em * sheet.height };
        let baseline = mark.middle * sheet.height + HAN_DROP * line.em;
        line.draw(&mut image, &mark.text, mark.left * sheet.width, baseline, MARK, mark.opacity);
    }
    for line in &look.second_script {
        print_second_script(&mut image, &sheet, fonts, line, &papers.latin_name());
    }
    for label in &layout.labels {
        print_label(&mut image, &sheet, fonts, look, label);
    }
    for slot in &layout.slots {
        let found = print.iter().find(|printed| printed.reads == slot.reads && printed.line == slot.line);
        if let Some(printed) = found.filter(|printed| !printed.text.is_empty()) {
            let placement = look.slots.iter().find(|placement| placement.reads == slot.reads).copied();
            let placement = placement.unwrap_or_else(|| Placement::usual(slot.reads));
            print_value(&mut image, &sheet, fonts, look, slot, placement, &printed.text);
        }
    }
    image
}

/// The side before anything of its holder is on it: the same for everybody, and most of the work. Those of the widths that
/// photos are drawn with are kept.
fn bare(page: &Page, sheet: &Sheet) -> Option<Pixmap> {
    static KEPT: LazyLock<Mutex<HashMap<(&'static str, u32), Pixmap>>> = LazyLock::new(Mutex::default);
    let key = (page.name, sheet.pixels.0);
    let keeps = WIDTHS.contains(&key.1);
    if let Some(kept) = KEPT.lock().ok().filter(|_| keeps).and_then(|kept| kept.get(&key).cloned()) {
        return Some(kept);
    }
    let mut pixmap = Pixmap::new(sheet.pixels.0, sheet.pixels.1)?;
    let extent = (sheet.width, sheet.height);
    ground::ground(&mut pixmap, extent, &page.look.ground);
    for art in &page.look.art {
        ground::art(&mut pixmap, extent, art);
    }
    if let Some(mut kept) = KEPT.lock().ok().filter(|_| keeps) {
        kept.insert(key, pixmap.clone());
    }
    Some(pixmap)
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
        reason = "a document is a few thousand pixels wide"
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

impl Fonts {
    fn face(&self, face: Face) -> &ab_glyph::FontArc {
        match face {
            Face::Sans => &self.sans,
            Face::Bold => &self.bold,
            Face::Serif => &self.serif,
            Face::OcrB => &self.ocr_b,
        }
    }
}

/// The portrait and its pale copies.
fn portraits(on: &mut Pixmap, sheet: &Sheet, holder: &Citizen, look: &Look, area: Box2) {
    let [left, top, right, bottom] = sheet.pixels_of(area);
    if let (Some(colour), Some(rect)) = (look.portrait_ground, Rect::from_ltrb(left, top, right, bottom)) {
        on.fill_rect(rect, &crate::canvas::paint(colour.0, 1.0), Transform::identity(), None);
    }
    portrait::draw_into(on, holder, left, top, right - left, bottom - top);
    for &ghost in &look.ghosts {
        let Some(mut layer) = Pixmap::new(on.width(), on.height()) else { return };
        layer.fill(Color::TRANSPARENT);
        let [left, top, right, bottom] = sheet.pixels_of(ghost);
        portrait::draw_into(&mut layer, holder, left, top, right - left, bottom - top);
        let pale = PixmapPaint { opacity: 0.3, ..PixmapPaint::default() };
        on.draw_pixmap(0, 0, layer.as_ref(), &pale, Transform::identity(), None);
    }
}

/// Takes the colour out of a box.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a box inside the picture")]
fn drain(on: &mut RgbImage, [left, top, right, bottom]: [f32; 4]) {
    let mut part =
        imageops::crop_imm(on, left as u32, top as u32, (right - left) as u32, (bottom - top) as u32).to_image();
    for pixel in part.pixels_mut() {
        let [r, g, b] = pixel.0.map(f32::from);
        pixel.0 = [byte(0.299 * r + 0.587 * g + 0.114 * b); 3];
    }
    imageops::replace(on, &part, left as i64, top as i64);
}

/// Prints a label so that its ink fills its box.
fn print_label(on: &mut RgbImage, sheet: &Sheet, fonts: &Fonts, look: &Look, label: &Label) {
    let [left, top, right, bottom] = sheet.pixels_of(label.area);
    let title = look.titles.iter().find(|title| title.text == label.text);
    let (face, colour) = title.map_or((Face::Sans, look.label), |title| (title.face, title.colour));
    let font = fonts.face(face);
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
    line.draw(on, &label.text, x, baseline, colour.0, 0.95);
}

/// Prints a line in the script of a nationality.
fn print_second_script(on: &mut RgbImage, sheet: &Sheet, fonts: &Fonts, second: &SecondScript, name: &str) {
    let text = if second.then_name { format!("{}  {name}", second.text) } else { second.text.clone() };
    let line = Line { font: &fonts.sans, em: second.em * sheet.height, tracking: 0.0 };
    let baseline = second.middle * sheet.height + 0.36 * line.em;
    line.draw(on, &text, second.left * sheet.width, baseline, [60, 60, 66], 0.92);
}

/// Prints a value in its slot.
fn print_value(
    on: &mut RgbImage,
    sheet: &Sheet,
    fonts: &Fonts,
    look: &Look,
    slot: &Slot,
    place: Placement,
    text: &str,
) {
    let [left, top, right, bottom] = sheet.pixels_of(slot.area);
    let middle = f32::midpoint(top, bottom);
    let height = slot.text_height * sheet.height;
    let font = fonts.face(place.face);
    let mut line = match (slot.reads, place.face) {
        (SlotContent::Mrz, _) => {
            let pitch = (right - left) / (count(text.chars().count()) + ZONE_MARGIN);
            Line { font, em: pitch / OCR_B_PITCH, tracking: 0.0 }
        }
        (_, Face::OcrB) => Line { font, em: height / OCR_B_INK, tracking: 0.0016 * sheet.width },
        _ => Line { font, em: height / HAN_INK, tracking: place.tracking * height / HAN_INK },
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
    let x = match (slot.reads, place.middle) {
        // The pen, not the ink, keeps to the zone's grid.
        (SlotContent::Mrz, _) => left + ZONE_MARGIN / 2.0 * line.em * OCR_B_PITCH,
        // One digit or two, in the middle between the words.
        (_, Some(centre)) => left + centre * sheet.width - f32::midpoint(ink[0], ink[2]),
        (_, None) => {
            (left + place.indent * sheet.width).min(right - margin - (ink[2] - ink[0])).max(left + margin) - ink[0]
        }
    };
    let baseline = match (slot.reads, place.face) {
        // Digits reach from the baseline to the top.
        (SlotContent::Mrz, _) => middle + OCR_B_INK / 2.0 * line.em,
        (_, Face::OcrB) => middle - f32::midpoint(ink[1], ink[3]),
        _ => middle + HAN_DROP * line.em,
    };
    line.draw(on, text, x, baseline, place.colour.unwrap_or(look.ink).0, 0.96);
}

#[expect(clippy::cast_precision_loss, reason = "a line has a few dozen characters")]
pub(crate) fn count(characters: usize) -> f32 {
    characters as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::pages;
    use crate::people::{NameKind, person};
    use crate::split::Split;

    #[test]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "boxes inside the picture")]
    fn marks_stand_where_nothing_else_does() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules");
        let fonts = Fonts::load(&root).unwrap();
        let mut covered = Vec::new();
        for page in pages() {
            let unmarked = Page { look: Look { marks: Vec::new(), ..page.look.clone() }, ..*page };
            let papers = Papers::new(page, &person(Split::Test, 1, NameKind::Any), 1);
            let (marked, plain) = (draw(page, &papers, &fonts, 900), draw(&unmarked, &papers, &fonts, 900));
            assert!(marked != plain, "{} bears no mark", page.name);
            let layout = &page.layout;
            let areas = layout.slots.iter().map(|slot| slot.area).chain(layout.labels.iter().map(|label| label.area));
            let sheet = Sheet::new(900, layout);
            for area in areas.chain(layout.portrait).chain(layout.emblem) {
                let crop = |image: &RgbImage| {
                    let [left, top, right, bottom] = sheet.pixels_of(area).map(|at| at as u32);
                    imageops::crop_imm(image, left, top, right - left, bottom - top).to_image()
                };
                if crop(&marked) != crop(&plain) {
                    covered.push((page.name, area));
                }
            }
        }
        assert_eq!(covered, []);
    }
}
