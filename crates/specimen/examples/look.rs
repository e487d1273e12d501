//! A contact sheet for the eye: `cargo run -p shiming-specimen --example look -- DIR`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use shiming_specimen::{Fault, Fonts, PhotoStyle, citizen, citizens, draw_back, draw_front, photograph, portrait};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("say where to")?);
    std::fs::create_dir_all(&out)?;
    let fonts = Fonts::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules"))?;
    let start = Instant::now();
    for index in [0, 2, 16] {
        draw_front(&citizen(index), &fonts, 1600).save(out.join(format!("front-{index}.png")))?;
    }
    draw_back(&citizen(0), &fonts, 1600).save(out.join("back-0.png"))?;
    println!("cards {:?}", start.elapsed());
    let mut sheet = image::RgbImage::new(240 * 8, 322 * 3);
    for (i, citizen) in (0..).zip(citizens(24).iter()) {
        image::imageops::replace(&mut sheet, &portrait(citizen), i % 8 * 240, i / 8 * 322);
    }
    sheet.save(out.join("portraits.png"))?;
    let card = draw_front(&citizen(4), &fonts, 1600);
    let start = Instant::now();
    let mut sheet = image::RgbImage::new(1280 * 2, 720 * 3);
    for i in 0_i64..6 {
        let photo = photograph(&card, &PhotoStyle::phone(i.unsigned_abs()));
        image::imageops::replace(&mut sheet, &photo.image, i % 2 * 1280, i / 2 * 720);
    }
    println!("6 photos {:?}", start.elapsed());
    sheet.save(out.join("photos.png"))?;
    let mut sheet = image::RgbImage::new(1280 * 2, 720 * 5);
    for (i, fault) in (0_i64..).zip(Fault::ALL) {
        let photo = photograph(&card, &PhotoStyle::bad(fault, i.unsigned_abs()));
        image::imageops::replace(&mut sheet, &photo.image, i % 2 * 1280, i / 2 * 720);
    }
    sheet.save(out.join("faults.png"))?;
    photograph(&card, &PhotoStyle::phone_upright(3)).image.save(out.join("upright.png"))?;
    Ok(())
}
