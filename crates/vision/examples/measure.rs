//! Reads drawn cards in phone-like photos and says what came out wrong:
//! `cargo run --release -p shiming-vision --example measure -- [FIRST [COUNT [FOLDER_FOR_PICTURES]]]`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shiming_identity::Date;
use shiming_identity::document::{DocumentKind, FieldName, FormatParameters, layouts};
use shiming_specimen::{Citizen, Fonts, PhotoStyle, citizen, draw_back, draw_front, photograph};
use shiming_vision::{Models, Reader, decode, inspect};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let first: usize = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let count: usize = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let pictures = arguments.next().map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let recogniser = std::fs::read(root.join("models/recogniser.onnx"))?;
    let detector = std::fs::read(root.join("models/detector.onnx"))?;
    let reader = Reader::new(Models { recogniser: &recogniser, detector: Some(&detector) })?;
    let fonts = Fonts::load(&root.join("node_modules"))?;
    let formats: Vec<FormatParameters> =
        layouts(DocumentKind::CnResidentId).into_iter().map(|layout| layout.format).collect();
    let today = Date::new(2026, 11, 22)?;

    let (mut right, mut sides) = (0, 0);
    let (mut inspecting, mut decoding, mut reading_time) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for index in first..first + count {
        let citizen = citizen(index);
        for back in [false, true] {
            let card = if back { draw_back(&citizen, &fonts, 1600) } else { draw_front(&citizen, &fonts, 1600) };
            let photo = photograph(&card, &PhotoStyle::phone(index as u64 * 2 + u64::from(back)));
            sides += 1;
            let start = Instant::now();
            let decoded = decode(&photo.jpeg, &formats[0].pixels)?;
            decoding += start.elapsed();
            let start = Instant::now();
            let report = inspect(&decoded.frame(), &formats[usize::from(back)]);
            inspecting += start.elapsed();
            let start = Instant::now();
            let reading = reader.read(&decoded, &formats, today);
            reading_time += start.elapsed();
            let label = format!("{index:03} {}", if back { "back " } else { "front" });
            let mut wrong = Vec::new();
            match &reading {
                Err(refusal) => wrong.push(format!("{refusal} {:?}", refusal.measured)),
                Ok(reading) => {
                    for (name, truth) in truth(&citizen, back) {
                        match reading.field(name) {
                            Some(field) if field.value == truth => {}
                            Some(field) => wrong.push(format!(
                                "{name:?} {truth} → {} ({} %{})",
                                field.value,
                                field.confidence,
                                if field.repaired { ", repaired" } else { "" }
                            )),
                            None => wrong.push(format!("{name:?} {truth} → nothing")),
                        }
                    }
                    let off = reading
                        .quad
                        .iter()
                        .zip(&photo.corners)
                        .map(|(a, b)| (a[0] - b.0).hypot(a[1] - b.1))
                        .fold(0.0, f32::max);
                    if off > 4.0 {
                        wrong.push(format!("corner {off:.1} px off"));
                    }
                    println!(
                        "{label} off {off:.1} {:?} hint {} warnings {:?}",
                        reading.measured,
                        report.hint.code(),
                        reading.warnings
                    );
                }
            }
            right += usize::from(wrong.is_empty());
            if !wrong.is_empty() {
                println!("{label} WRONG {}", wrong.join("; "));
                if let Some(folder) = &pictures {
                    std::fs::create_dir_all(folder)?;
                    let name = label.trim().replace(' ', "-");
                    photo.image.save(folder.join(format!("{name}.png")))?;
                    if let Ok(reading) = &reading {
                        std::fs::write(folder.join(format!("{name}.jpg")), &reading.formatted)?;
                    }
                }
            }
        }
    }
    let each = |time: Duration| time.as_secs_f64() * 1000.0 / sides as f64;
    println!(
        "{right} of {sides} sides right; decode {:.1} ms, inspect {:.1} ms, read {:.0} ms a side",
        each(decoding),
        each(inspecting),
        each(reading_time)
    );
    Ok(())
}

fn truth(citizen: &Citizen, back: bool) -> Vec<(FieldName, &str)> {
    if back {
        vec![
            (FieldName::Issuer, &citizen.issuer),
            (FieldName::ValidFrom, &citizen.valid_from),
            (FieldName::ValidUntil, &citizen.valid_until),
        ]
    } else {
        vec![
            (FieldName::Name, &citizen.name),
            (FieldName::Sex, &citizen.sex),
            (FieldName::Ethnicity, &citizen.ethnicity),
            (FieldName::BirthDate, &citizen.birth_date),
            (FieldName::Address, &citizen.address),
            (FieldName::IdNumber, &citizen.id_number),
        ]
    }
}
