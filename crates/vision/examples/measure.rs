//! Reads drawn cards in phone-like photos and says what came out wrong:
//! `cargo run --release -p shiming-vision --example measure -- STYLE [FIRST [COUNT [FOLDER_FOR_PICTURES]]]`, where STYLE
//! is `phone`, `upright`, `still`, `moderate` (turned by up to 12°, tilted by up to 15°, worse light), or the name of a
//! fault, for which what is said about the photo is printed.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shiming_identity::Date;
use shiming_identity::document::{DocumentKind, FieldName, FormatParameters, layouts};
use shiming_specimen::{Citizen, Fault, Fonts, PhotoStyle, citizen, draw_back, draw_front, photograph};
use shiming_vision::{Models, Reader, decode, inspect};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let style = arguments.next().ok_or("which style?")?;
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

    let (mut right, mut sides) = (0, 0u32);
    let (mut inspecting, mut decoding, mut reading_time) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for index in first..first + count {
        let citizen = citizen(index);
        for back in [false, true] {
            let card = if back { draw_back(&citizen, &fonts, 1600) } else { draw_front(&citizen, &fonts, 1600) };
            let photo = photograph(&card, &photo_style(&style, index as u64 * 2 + u64::from(back))?);
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
            let mut wrong: Vec<String> = Vec::new();
            match &reading {
                Err(refusal) => wrong.push(format!("{refusal} {:?} hint {}", refusal.measured, report.hint.code())),
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
                        wrong.push(format!("corner {off:.1} px off: {:?} for {:?}", reading.quad, photo.corners));
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
    let each = |time: Duration| time.as_secs_f64() * 1000.0 / f64::from(sides);
    println!(
        "{right} of {sides} sides right; decode {:.1} ms, inspect {:.1} ms, read {:.0} ms a side",
        each(decoding),
        each(inspecting),
        each(reading_time)
    );
    Ok(())
}

fn photo_style(name: &str, seed: u64) -> Result<PhotoStyle, Box<dyn Error>> {
    if let Some(fault) = Fault::ALL.into_iter().find(|fault| fault.name() == name) {
        return Ok(PhotoStyle::bad(fault, seed));
    }
    match name {
        "phone" => Ok(PhotoStyle::phone(seed)),
        "upright" => Ok(PhotoStyle::phone_upright(seed)),
        "still" => Ok(PhotoStyle::still(seed)),
        "moderate" => {
            // A number from −1 to 1 that depends on the seed and which one it is.
            let dice = |which: u64| {
                let mixed = (seed * 16 + which + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                f32::from(((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 48) as u16) / 32_768.0 - 1.0
            };
            let rotation = 12.0 * dice(1);
            Ok(PhotoStyle {
                // Turned cards must be smaller to stay whole.
                coverage: 0.44 + 0.09 * dice(0) - 0.008 * rotation.abs(),
                rotation,
                tilt: (15.0 * dice(2), 15.0 * dice(3)),
                gradient: 0.15 + 0.1 * dice(4),
                shadow: 0.15 + 0.15 * dice(5),
                blur: 0.7 + 0.3 * dice(6),
                noise: 3.5 + 2.0 * dice(7),
                exposure: 0.88 + 0.1 * dice(8),
                ..PhotoStyle::phone(seed)
            })
        }
        other => Err(format!("no style {other}").into()),
    }
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
