//! The pictures of which `golden/documents.jsonl` says what is read: drawn, so that none has to be kept.

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
    let mut pictures = Vec::new();
    for (index, page) in pages().iter().enumerate() {
        let severity = [Severity::Easy, Severity::Medium][index % 2];
        if let Some(shot) = shot(page, severity, Split::Test, SEED, index, fonts) {
            pictures.push((page.name.to_owned(), shot.photo.jpeg));
        }
    }
    // What is covered is among the faults.
    for attack in Attack::ALL.into_iter().filter(|attack| *attack != Attack::Covered) {
        if let Some(shot) = attacked(&pages()[0], attack, Split::Test, SEED, 0, fonts) {
            pictures.push((attack.name().to_owned(), shot.photo.jpeg));
        }
    }
    let front = |citizen: &Citizen| draw_front(citizen, &FONTS, 1600);
    for fault in Fault::ALL {
        pictures.push((fault.name().to_owned(), photograph(&front(&citizen(21)), &PhotoStyle::bad(fault, 42)).jpeg));
    }
    let expired = draw_back(&citizen(EXPIRED), &FONTS, 1600);
    pictures.push(("expired".to_owned(), photograph(&expired, &PhotoStyle::phone(1)).jpeg));
    // A slip in one digit of the number: its check character tells.
    let mut slip = citizen(3);
    slip.id_number = slip.id_number.replacen('1', "7", 1);
    pictures.push(("number_inconsistent".to_owned(), photograph(&front(&slip), &PhotoStyle::phone(3)).jpeg));
    // The last day before the first.
    let mut turned = citizen(5);
    (turned.valid_from, turned.valid_until) = ("2036-07-01".to_owned(), "2016-07-01".to_owned());
    let turned = draw_back(&turned, &FONTS, 1600);
    pictures.push(("dates_invalid".to_owned(), photograph(&turned, &PhotoStyle::phone(5)).jpeg));
    for index in 0..7 {
        if let Some((scene, photo)) = without_document(Split::Test, SEED, index, fonts) {
            pictures.push((scene.name().to_owned(), photo.jpeg));
        }
    }
    pictures
}
