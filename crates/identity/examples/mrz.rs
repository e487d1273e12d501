//! What check digits and repairs make of misread zones, and how long reading takes: the table of docs/benchmarks.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement: what fails may stop it")]

#[path = "../tests/mrz/generate.rs"]
mod generate;

use std::hint::black_box;
use std::time::Instant;

use generate::{Dice, FORMATS, confused, generate, mask, with};
use shiming_identity::mrz::Format;
use shiming_identity::{Date, Mrz};

const ZONES: u32 = 30_000;

fn main() {
    let today = Date::parse_iso("2026-11-22").expect("a day");
    println!("| format | misread | sound and right | sound and wrong | left unsound | suggestions, right of all |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for errors in 1..=3 {
        for format in FORMATS {
            measure(format, errors, today);
        }
    }
    let mut dice = Dice::new(1);
    let zones: Vec<String> = (0..1_000).map(|_| generate(Format::Td3, &mut dice).text).collect();
    let start = Instant::now();
    for zone in &zones {
        black_box(Mrz::read(black_box(zone), today)).expect("a zone");
    }
    println!("\nA passport's zone is read and repaired in {:?}.", start.elapsed() / 1_000);
}

/// Zones with so many characters confused where check digits reach. Fillers are left alone: check digits do not tell
/// them from K.
fn measure(format: Format, errors: usize, today: Date) {
    let mask = mask(format);
    let mut dice = Dice::new(1);
    let (mut zones, mut right, mut wrong, mut suggested, mut suggested_right) = (0, 0, 0, 0, 0);
    while zones < ZONES {
        let truth = generate(format, &mut dice);
        let mut text = truth.text.clone();
        let mut places = Vec::new();
        for _ in 0..200 {
            let place = dice.below(text.len());
            let free =
                mask.as_bytes()[place] == b'x' && truth.text.as_bytes()[place] != b'<' && !places.contains(&place);
            if let Some(other) = confused(truth.text.as_bytes()[place], &mut dice).filter(|_| free) {
                text = with(&text, place, other);
                places.push(place);
            }
            if places.len() == errors {
                break;
            }
        }
        if places.len() < errors {
            continue;
        }
        zones += 1;
        let Ok(mrz) = Mrz::read(&text, today) else { continue };
        if mrz.is_sound() {
            *(if truth.is(&mrz) { &mut right } else { &mut wrong }) += 1;
        }
        if let Some(suggestion) = mrz.suggestion {
            let mut number: Vec<char> = mrz.number.value().chars().collect();
            number[suggestion.position - 1] = suggestion.instead;
            suggested += 1;
            suggested_right += u32::from(number.iter().collect::<String>() == truth.number);
        }
    }
    println!(
        "| {format:?} | {errors} | {right} | {wrong} | {} | {suggested_right} of {suggested} |",
        zones - right - wrong
    );
}
