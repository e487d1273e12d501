//! The two sides of a resident ID card.

use image::RgbImage;

use crate::citizen::Citizen;
use crate::draw::draw;
use crate::fonts::Fonts;
use crate::pages::page;
use crate::papers::Papers;

/// Draws the side with the portrait, `width` pixels across.
#[must_use]
pub fn draw_front(citizen: &Citizen, fonts: &Fonts, width: u32) -> RgbImage {
    draw_side("cn_resident_id.front", citizen, fonts, width)
}

/// Draws the side with the emblem, `width` pixels across.
#[must_use]
pub fn draw_back(citizen: &Citizen, fonts: &Fonts, width: u32) -> RgbImage {
    draw_side("cn_resident_id.back", citizen, fonts, width)
}

fn draw_side(name: &str, citizen: &Citizen, fonts: &Fonts, width: u32) -> RgbImage {
    let Some(page) = page(name) else { return RgbImage::new(1, 1) };
    // Everything on this card is the citizen's own: no seed decides anything.
    draw(page, &Papers::new(page, citizen, 0), fonts, width)
}
