//! How often each field of drawn cards is read right, how sure the reader is, and how long a card takes; a Markdown
//! table for docs/benchmarks.md: `cargo run --release -p shiming-vision --example accuracy [CARDS]`. One thread, as in
//! a browser: set `RTEN_NUM_THREADS=1` and `RAYON_NUM_THREADS=1`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use shiming_identity::Date;
use shiming_identity::document::{DocumentKind, FieldName, FormatParameters, layouts};
use shiming_specimen::{Citizen, Fonts, PhotoStyle, citizen, draw_back, draw_front, photograph};
use shiming_vision::{Models, Photo, Reader};

/// Below this percentage a page asks the user to look again.
const UNCERTAIN: u8 = 70;

/// What became of one field over all cards.
#[derive(Default)]
struct Tally {
    right: usize,
    right_but_uncertain: usize,
    wrong: usize,
    wrong_but_certain: usize,
    missing: usize,
}

type Truth<'a> = Vec<(FieldName, &'a str)>;

fn main() -> Result<(), Box<dyn Error>> {
    let cards: usize = std::env::args().nth(1).map_or(Ok(50), |text| text.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let recogniser = std::fs::read(root.join("models/recogniser.onnx"))?;
    let detector = std::fs::read(root.join("models/detector.onnx"))?;
    let reader = Reader::new(Models { recogniser: &recogniser, detector: Some(&detector) })?;
    let fonts = Fonts::load(&root.join("node_modules"))?;
    let formats: Vec<FormatParameters> =
        layouts(DocumentKind::CnResidentId).into_iter().map(|layout| layout.format).collect();
    let today = Date::new(2026, 11, 22)?;

    for (style, photo_style) in [
        ("phone, 1280 × 720", PhotoStyle::phone as fn(u64) -> PhotoStyle),
        ("phone upright, 720 × 1280", PhotoStyle::phone_upright),
        ("still camera, 2400 × 1800", PhotoStyle::still),
    ] {
        let mut tallies: BTreeMap<FieldName, Tally> = BTreeMap::new();
        let (mut refused, mut whole, mut time) = (0, 0, [Duration::ZERO; 2]);
        for index in 0..cards {
            let person = citizen(index);
            let mut all_right = true;
            let sides = [
                (draw_front(&person, &fonts, 1600), front(&person)),
                (draw_back(&person, &fonts, 1600), back(&person)),
            ];
            for (side, (card, truth)) in sides.into_iter().enumerate() {
                let photo = Photo::new(photograph(&card, &photo_style((index * 2 + side) as u64)).image);
                let start = Instant::now();
                let reading = reader.read(&photo, &formats, today);
                time[side] += start.elapsed();
                let Ok(reading) = reading else {
                    refused += 1;
                    all_right = false;
                    continue;
                };
                for (name, value) in truth {
                    let tally = tallies.entry(name).or_default();
                    match reading.field(name) {
                        None => tally.missing += 1,
                        Some(field) if field.value == value => {
                            tally.right += 1;
                            tally.right_but_uncertain += usize::from(field.confidence < UNCERTAIN);
                            continue;
                        }
                        Some(field) => {
                            tally.wrong += 1;
                            tally.wrong_but_certain += usize::from(field.confidence >= UNCERTAIN);
                            eprintln!("{index} {value} → {} ({} %)", field.value, field.confidence);
                        }
                    }
                    all_right = false;
                }
            }
            whole += usize::from(all_right);
        }
        println!("\n**{style}**: all fields of both sides right on {whole} of {cards} cards, {refused} sides refused;");
        let each = time.map(|time| time.as_millis() / cards.max(1) as u128);
        println!("{} ms front, {} ms back.\n", each[0], each[1]);
        println!("| field | right | of these under {UNCERTAIN} % | wrong | of these {UNCERTAIN} % or more | missing |");
        println!("| --- | --- | --- | --- | --- | --- |");
        for (name, tally) in tallies {
            let Tally { right, right_but_uncertain, wrong, wrong_but_certain, missing } = tally;
            println!("| {name:?} | {right} | {right_but_uncertain} | {wrong} | {wrong_but_certain} | {missing} |");
        }
    }
    Ok(())
}

fn front(person: &Citizen) -> Truth<'_> {
    vec![
        (FieldName::Name, &person.name),
        (FieldName::Sex, &person.sex),
        (FieldName::Ethnicity, &person.ethnicity),
        (FieldName::BirthDate, &person.birth_date),
        (FieldName::Address, &person.address),
        (FieldName::IdNumber, &person.id_number),
    ]
}

fn back(person: &Citizen) -> Truth<'_> {
    vec![
        (FieldName::Issuer, &person.issuer),
        (FieldName::ValidFrom, &person.valid_from),
        (FieldName::ValidUntil, &person.valid_until),
    ]
}
