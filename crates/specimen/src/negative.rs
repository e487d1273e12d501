//! Pictures without a document, some of which look like one: nothing may be read from them.

use image::{Rgb, RgbImage, imageops};
use tiny_skia::{Pixmap, Rect, Transform};

use crate::backdrop::draw_backdrop_of_half;
use crate::canvas::{Line, Rgb8, fill, flatten, path, stroke};
use crate::citizen::Citizen;
use crate::dice::Dice;
use crate::fonts::Fonts;
use crate::foreigners::PLACES;
use crate::ground::polyline;
use crate::names::{GIVEN_FEMALE, GIVEN_MALE, SURNAMES};
use crate::noise::f32_of;
use crate::people::{NameKind, latin, person};
use crate::photo::{Photo, PhotoStyle, photograph_on};
use crate::places::STREETS;
use crate::severity::Severity;
use crate::split::Split;

/// What is shown in place of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scene {
    /// A bank card: a card's size, chip, number, name.
    BankCard,
    /// A form with an identity card's labels, partly filled in.
    Form,
    /// A page of a book.
    Book,
    /// A railway ticket with a name and half of a number.
    Ticket,
    /// A business card.
    BusinessCard,
    /// A room.
    Room,
    /// A table with nothing on it.
    Bare,
}

impl Scene {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::BankCard, Self::Form, Self::Book, Self::Ticket, Self::BusinessCard, Self::Room, Self::Bare];

    /// The scene's name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BankCard => "bank_card",
            Self::Form => "form",
            Self::Book => "book",
            Self::Ticket => "ticket",
            Self::BusinessCard => "business_card",
            Self::Room => "room",
            Self::Bare => "bare",
        }
    }

    /// Width and height, millimetres.
    fn millimetres(self) -> [f32; 2] {
        match self {
            Self::Form => [210.0, 150.0],
            Self::Book => [140.0, 200.0],
            Self::BusinessCard => [90.0, 54.0],
            _ => [85.6, 54.0],
        }
    }
}

/// Picture `index` of a set without documents: every scene and severity in turn. `fonts` are those of the split; none give
/// nothing. The corners are those of what is shown, all zero where it fills the frame.
#[must_use]
pub fn without_document(split: Split, seed: u64, index: usize, fonts: &[Fonts]) -> Option<(Scene, Photo)> {
    let fonts = fonts.get(index % fonts.len().max(1))?;
    let scene = *Scene::ALL.get(index % Scene::ALL.len())?;
    let severity = *Severity::ALL.get(index / Scene::ALL.len() % Severity::ALL.len())?;
    let seed = (seed << 24) ^ u64::try_from(index).ok()?;
    let mut style = severity.style_of(scene.millimetres(), &[], split, seed);
    if scene != Scene::BankCard {
        style.corner = 0.0;
    }
    let mut dice = Dice::new(scene.name(), style.seed);
    let who = person(split, seed, NameKind::Any);
    let empty = PhotoStyle { coverage: 0.0, ..style.clone() };
    let nothing = RgbImage::new(1, 1);
    let photo = match scene {
        Scene::Room => photograph_on(room(style.frame, &mut dice), &nothing, &empty, style.seed),
        Scene::Bare => photograph_on(draw_backdrop_of_half(&style), &nothing, &empty, style.seed),
        _ => {
            let mut sheet = Sheet::new(scene.millimetres(), fonts);
            match scene {
                Scene::BankCard => bank_card(&mut sheet, &who, &mut dice),
                Scene::Form => form(&mut sheet, &who, &mut dice),
                Scene::Book => book(&mut sheet, &mut dice),
                Scene::Ticket => ticket(&mut sheet, &who, &mut dice),
                _ => business_card(&mut sheet, &who, &mut dice),
            }
            photograph_on(draw_backdrop_of_half(&style), &sheet.image, &style, style.seed)
        }
    };
    Some((scene, photo))
}

/// A picture that is drawn on in millimetres.
struct Sheet<'a> {
    image: RgbImage,
    fonts: &'a Fonts,
    /// Pixels to a millimetre.
    scale: f32,
    millimetres: [f32; 2],
}

impl<'a> Sheet<'a> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred pixels")]
    fn new(millimetres: [f32; 2], fonts: &'a Fonts) -> Self {
        let scale = 1100.0 / millimetres[0].max(millimetres[1]);
        let [width, height] = millimetres.map(|side| (side * scale) as u32);
        Self { image: RgbImage::from_pixel(width, height, Rgb([250; 3])), fonts, scale, millimetres }
    }

    /// Text whose em is `em` and whose baseline begins at `x`, `y`.
    fn text(&mut self, text: &str, [x, y, em]: [f32; 3], colour: Rgb8) {
        let line = Line { font: &self.fonts.sans, em: em * self.scale, tracking: 0.0 };
        line.draw(&mut self.image, text, x * self.scale, y * self.scale, colour, 0.95);
    }

    /// The same in the serif.
    fn title(&mut self, text: &str, [x, y, em]: [f32; 3], colour: Rgb8) {
        let line = Line { font: &self.fonts.serif, em: em * self.scale, tracking: 0.06 * em * self.scale };
        line.draw(&mut self.image, text, x * self.scale, y * self.scale, colour, 0.95);
    }

    /// The same in OCR-B.
    fn number(&mut self, text: &str, [x, y, em]: [f32; 3], colour: Rgb8) {
        let line = Line { font: &self.fonts.ocr_b, em: em * self.scale, tracking: 0.04 * em * self.scale };
        line.draw(&mut self.image, text, x * self.scale, y * self.scale, colour, 0.95);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
    fn block(&mut self, [left, top, right, bottom]: [f32; 4], colour: Rgb8) {
        let (width, height) = self.image.dimensions();
        let clamp = |at: f32, end: u32| (at * self.scale).clamp(0.0, f32_of(end)) as u32;
        for y in clamp(top, height)..clamp(bottom, height) {
            for x in clamp(left, width)..clamp(right, width) {
                self.image.put_pixel(x, y, Rgb(colour));
            }
        }
    }

    fn everywhere(&mut self, colour: Rgb8) {
        self.block([0.0, 0.0, self.millimetres[0], self.millimetres[1]], colour);
    }
}

/// A bank card of a bank that there is not.
fn bank_card(sheet: &mut Sheet, who: &Citizen, dice: &mut Dice) {
    let grounds: [Rgb8; 5] = [[26, 62, 120], [150, 30, 44], [24, 26, 30], [212, 178, 104], [36, 110, 92]];
    sheet.everywhere(grounds[dice.index(5)]);
    let pale: Rgb8 = [240, 240, 242];
    sheet.text("乌托邦银行 UTOPIA BANK", [6.0, 9.0, 4.4], pale);
    sheet.block([8.0, 18.0, 19.0, 26.5], [214, 186, 110]);
    sheet.block([12.5, 18.0, 13.0, 26.5], [150, 124, 66]);
    sheet.block([8.0, 22.0, 19.0, 22.4], [150, 124, 66]);
    // No bank has numbers that begin with 9999.
    let number = format!("9999 {} {} {}", dice.digits(4), dice.digits(4), dice.digits(4));
    sheet.number(&number, [8.0, 36.5, 4.7], pale);
    sheet.text("VALID THRU", [30.0, 41.0, 1.9], pale);
    sheet.number(&format!("{:02}29", 1 + dice.below(12)), [42.0, 41.4, 3.4], pale);
    let name =
        latin(&who.name).map_or_else(String::new, |name| format!("{} {}", name.surname.concat(), name.given.concat()));
    sheet.text(&name, [8.0, 48.5, 3.6], pale);
    sheet.text("信用卡 CREDIT", [60.0, 48.5, 3.4], pale);
}

/// A form with the labels of an identity card; some lines are filled in, none with everything.
fn form(sheet: &mut Sheet, who: &Citizen, dice: &mut Dice) {
    let (ink, blue): (Rgb8, Rgb8) = ([40, 40, 44], [40, 60, 130]);
    sheet.everywhere([248, 247, 243]);
    sheet.title("个人信息登记表", [70.0, 18.0, 9.0], ink);
    let birth = who.birth_date.replacen('-', "年", 1).replacen('-', "月", 1) + "日";
    let number = who.id_number.clone();
    let rows = [
        ("姓名", who.name.as_str(), "性别", who.sex.as_str()),
        ("民族", who.ethnicity.as_str(), "出生", birth.as_str()),
        ("住址", who.address.as_str(), "", ""),
        ("公民身份号码", number.as_str(), "", ""),
        ("签发机关", who.issuer.as_str(), "有效期限", "长期"),
        ("联系电话", "", "备注", ""),
    ];
    for (row, top) in rows.into_iter().zip([28.0_f32, 46.0, 64.0, 82.0, 100.0, 118.0]) {
        sheet.block([14.0, top, 196.0, top + 0.5], ink);
        sheet.text(row.0, [16.5, top + 11.5, 5.1], ink);
        sheet.text(row.2, [120.0, top + 11.5, 5.4], ink);
        if dice.chance(60) {
            sheet.text(row.1, [54.0, top + 11.5, 5.6], blue);
        }
        if dice.chance(60) {
            sheet.text(row.3, [146.0, top + 11.5, 5.6], blue);
        }
    }
    sheet.block([14.0, 136.0, 196.0, 136.5], ink);
    for x in [14.0, 50.0, 195.5] {
        sheet.block([x, 28.0, x + 0.5, 136.0], ink);
    }
}

/// A page of prose that says nothing.
fn book(sheet: &mut Sheet, dice: &mut Dice) {
    let ink: Rgb8 = [44, 42, 40];
    sheet.everywhere([246, 242, 230]);
    sheet.title(dice.pick(STREETS), [16.0, 20.0, 6.5], ink);
    for row in 0..24_u8 {
        let last = row % 6 == 5;
        let indent = if row % 6 == 0 { 10.0 } else { 0.0 };
        let length = if last { 8 + dice.below(10) } else { 25 };
        let mut line = String::new();
        while line.chars().count() < length as usize {
            match dice.below(6) {
                0 => line.push('，'),
                1 => line.push_str(dice.pick(STREETS)),
                2 => line.push(dice.pick_char(SURNAMES)),
                3 => line.push(dice.pick_char(GIVEN_MALE)),
                _ => line.push(dice.pick_char(GIVEN_FEMALE)),
            }
        }
        let line: String = line.chars().take(if indent > 0.0 { 23 } else { 25 }).collect();
        sheet.text(&line, [12.0 + indent, 32.0 + f32::from(row) * 6.6, 4.6], ink);
    }
    sheet.text(&format!("· {} ·", 1 + dice.below(400)), [66.0, 194.0, 4.0], ink);
}

/// A railway ticket; the middle of the number is stars.
fn ticket(sheet: &mut Sheet, who: &Citizen, dice: &mut Dice) {
    let (ink, red): (Rgb8, Rgb8) = ([30, 34, 46], [186, 54, 52]);
    sheet.everywhere(if dice.chance(50) { [206, 226, 238] } else { [240, 214, 214] });
    sheet.number(&format!("Z{}", dice.digits(9)), [5.0, 7.0, 4.0], red);
    let station = |dice: &mut Dice| format!("{}站", PLACES[dice.index(PLACES.len())].0);
    let (from, to) = (station(dice), station(dice));
    sheet.text(&from, [8.0, 16.0, 6.0], ink);
    sheet.text(&format!("G{}", 1 + dice.below(1999)), [37.0, 15.0, 5.0], ink);
    sheet.text(&to, [58.0, 16.0, 6.0], ink);
    sheet.block([35.0, 16.6, 51.0, 17.0], ink);
    let day = format!(
        "2026年{:02}月{:02}日 {:02}:{:02}开",
        1 + dice.below(12),
        1 + dice.below(28),
        dice.below(24),
        dice.below(60)
    );
    sheet.text(&day, [8.0, 24.0, 3.8], ink);
    sheet.text(&format!("{:02}车{:02}A号", 1 + dice.below(16), 1 + dice.below(18)), [58.0, 24.0, 3.8], ink);
    sheet.text(&format!("￥{}.5元  二等座", 20 + dice.below(900)), [8.0, 30.5, 3.8], ink);
    sheet.text("仅供报销使用", [8.0, 36.0, 3.2], ink);
    let hidden = format!("{}****{}", &who.id_number[..10], &who.id_number[14..]);
    sheet.text(&format!("{hidden}{}", who.name), [8.0, 42.5, 3.8], ink);
    for at in 0..144_u16 {
        if dice.chance(50) {
            let (x, y) = (64.0 + f32::from(at % 12) * 1.3, 32.0 + f32::from(at / 12) * 1.3);
            sheet.block([x, y, x + 1.3, y + 1.3], ink);
        }
    }
    sheet.block([0.0, 48.0, 85.6, 54.0], [150, 186, 212]);
    sheet.number(&dice.digits(21), [5.0, 52.4, 3.2], ink);
}

/// A business card.
fn business_card(sheet: &mut Sheet, who: &Citizen, dice: &mut Dice) {
    let ink: Rgb8 = [52, 54, 60];
    sheet.everywhere([250, 249, 247]);
    sheet.block([0.0, 0.0, 4.0, 54.0], [40, 96, 140]);
    sheet.title(&who.name, [12.0, 16.0, 6.4], ink);
    sheet.text("经理  Manager", [12.0, 22.0, 3.0], ink);
    sheet.text("乌托邦信息技术有限公司", [12.0, 32.0, 3.8], ink);
    sheet.text(&format!("地址：{}", who.address.chars().take(18).collect::<String>()), [12.0, 38.5, 2.9], ink);
    // Numbers of fiction: no exchange begins with 0.
    sheet.text(&format!("电话：010-0{}   手机：000{}", dice.digits(7), dice.digits(8)), [12.0, 43.5, 2.9], ink);
    sheet.text("www.example.com", [12.0, 48.5, 2.9], ink);
}

/// A wall, a floor, a window and furniture.
fn room((width, height): (u32, u32), dice: &mut Dice) -> RgbImage {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let Some(mut on) = Pixmap::new(half_width, half_height) else { return RgbImage::new(width, height) };
    let (w, h) = (f32_of(half_width), f32_of(half_height));
    let upright = Transform::identity();
    let tone = |dice: &mut Dice, low: f32, high: f32| -> Rgb8 {
        let base = dice.between(low, high);
        [base * dice.between(0.9, 1.05), base, base * dice.between(0.85, 1.05)].map(crate::canvas::byte)
    };
    let mut block = |left: f32, top: f32, right: f32, bottom: f32, colour: Rgb8| {
        let rect = Rect::from_ltrb(left * w, top * h, right * w, bottom * h);
        fill(&mut on, path(|b| rect.into_iter().for_each(|rect| b.push_rect(rect))), colour, 1.0, upright);
    };
    block(0.0, 0.0, 1.0, 1.0, tone(dice, 150.0, 225.0));
    let floor = dice.between(0.6, 0.8);
    block(0.0, floor, 1.0, 1.0, tone(dice, 70.0, 150.0));
    let left = dice.between(0.05, 0.5);
    block(left, 0.1, left + 0.3, 0.5, [236, 236, 232]);
    block(left + 0.015, 0.12, left + 0.142, 0.48, [168, 200, 226]);
    block(left + 0.158, 0.12, left + 0.285, 0.48, [176, 206, 230]);
    for _ in 0..4 {
        let (x, wide, tall) = (dice.between(0.0, 0.85), dice.between(0.08, 0.3), dice.between(0.12, 0.42));
        let foot = dice.between(floor, 1.0);
        let colour = tone(dice, 40.0, 170.0);
        block(x, foot - tall, x + wide, foot, colour);
        block(x + 0.1 * wide, foot - 0.92 * tall, x + 0.9 * wide, foot - 0.55 * tall, tone(dice, 60.0, 190.0));
    }
    let cable = polyline((0..=30_u8).map(|step| {
        let along = f32::from(step) / 30.0;
        (along * w, (floor + 0.06 + 0.03 * (along * 11.0).sin()) * h)
    }));
    stroke(&mut on, cable, [40, 40, 44], 0.9, 0.006 * h, upright);
    imageops::resize(&flatten(&on), width, height, imageops::FilterType::Triangle)
}
