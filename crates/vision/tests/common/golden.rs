//! The pictures of which `golden/documents.jsonl` says what is read: drawn, so that none has to be kept.

use rayon::prelude::*;
use shiming_specimen::{
    Attack, Citizen, EXPIRED, Fault, PhotoStyle, Severity, Split, attacked, citizen, draw_back, draw_front, pages,
    photograph, shot, without_document,
};

use crate::common::FONTS;

/// Decides people and light.
const SEED: u64 = 2026;

/// Every page, every fault, copies and screens, fields that contradict each other, pictures without a document; each with
/// its name.
pub fn pictures() -> Vec<(String, Vec<u8>)> {
    let fonts = std::slice::from_ref(&*FONTS);
    let mut drawings: Vec<Drawing<'_>> = Vec::new();
    for (index, page) in pages().iter().enumerate() {
        let severity = [Severity::Easy, Severity::Medium][index % 2];
        drawings.push(Box::new(move || {
            let shot = shot(page, severity, Split::Test, SEED, index, fonts)?;
            Some((page.name, shot.photo.jpeg))
        }));
    }
    // What is covered is among the faults.
    for attack in Attack::ALL.into_iter().filter(|attack| *attack != Attack::Covered) {
        drawings.push(Box::new(move || {
            let shot = attacked(&pages()[0], attack, Split::Test, SEED, 0, fonts)?;
            Some((attack.name(), shot.photo.jpeg))
        }));
    }
    let front = |citizen: &Citizen| draw_front(citizen, &FONTS, 1600);
    let back = |citizen: &Citizen| draw_back(citizen, &FONTS, 1600);
    for fault in Fault::ALL {
        drawings.push(Box::new(move || {
            Some((fault.name(), photograph(&front(&citizen(21)), &PhotoStyle::bad(fault, 42)).jpeg))
        }));
    }
    drawings
        .push(Box::new(move || Some(("expired", photograph(&back(&citizen(EXPIRED)), &PhotoStyle::phone(1)).jpeg))));
    drawings.push(Box::new(move || {
        // A slip in one digit of the number: its check character tells.
        let mut slip = citizen(3);
        slip.id_number = slip.id_number.replacen('1', "7", 1);
        Some(("number_inconsistent", photograph(&front(&slip), &PhotoStyle::phone(3)).jpeg))
    }));
    drawings.push(Box::new(move || {
        // The last day before the first.
        let mut turned = citizen(5);
        (turned.valid_from, turned.valid_until) = ("2036-07-01".to_owned(), "2016-07-01".to_owned());
        Some(("dates_invalid", photograph(&back(&turned), &PhotoStyle::phone(5)).jpeg))
    }));
    for index in 0..7 {
        drawings.push(Box::new(move || {
            let (scene, photo) = without_document(Split::Test, SEED, index, fonts)?;
            Some((scene.name(), photo.jpeg))
        }));
    }
    let drawn = drawings.par_iter().filter_map(|draw| draw());
    drawn.map(|(name, picture)| (name.to_owned(), picture)).collect()
}

/// Draws one picture; its name and its file.
type Drawing<'a> = Box<dyn Fn() -> Option<(&'static str, Vec<u8>)> + Send + Sync + 'a>;
