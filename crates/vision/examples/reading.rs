//! How often each field of drawn cards is read right, how sure the reader is, what is said about spoilt photos, and how
//! long each stage takes: the tables of docs/benchmarks.md. `cargo xtask bench reading` runs this on one thread, as a
//! browser does. The photos follow from their seeds, so two runs differ in time only.
//!
//! ```text
//! reading [CARDS] [--style NAME]… [--wrong FOLDER]
//! ```
//!
//! `--style` picks among the kinds of photos, `--wrong` keeps the photos that were not read right. What was wrong is
//! told on standard error; the people are fictional.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a measurement: what fails may stop it")]
#![allow(clippy::cast_precision_loss, reason = "counts of cards are small")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use common::{READER, decoded, format_of, formats, moderate, photo, seed, today, truth};
use shiming_identity::document::{FieldName, Side};
use shiming_specimen::{Fault, PhotoStyle, citizen};
use shiming_vision::{Reading, Refusal, inspect};

/// Below this percentage a page asks the user to look again.
const UNCERTAIN: u8 = 70;
/// Photos of each side for each fault.
const SPOILT: usize = 6;

/// A kind of photo: how it is called, and the photo of a seed.
type Style = (&'static str, fn(u64) -> PhotoStyle);

const STYLES: [Style; 4] = [
    ("phone", PhotoStyle::phone),
    ("upright", PhotoStyle::phone_upright),
    ("moderate", moderate),
    ("still", PhotoStyle::still),
];

fn main() {
    let (mut cards, mut chosen, mut wrong) = (50, Vec::new(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value after the option");
        match argument.as_str() {
            "--style" => chosen.push(value()),
            "--wrong" => wrong = Some(PathBuf::from(value())),
            number => cards = number.parse().expect("a number of cards"),
        }
    }
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|style| style == name);
    for style in STYLES.iter().filter(|(name, _)| wanted(name)) {
        read_well(style, cards, wrong.as_ref());
    }
    let faults: Vec<Fault> = Fault::ALL.into_iter().filter(|fault| wanted(fault.name())).collect();
    if !faults.is_empty() {
        tell_faults(&faults);
    }
}

/// Milliseconds that a stage took, photo by photo.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn of<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push(start.elapsed().as_secs_f64() * 1000.0);
        result
    }

    /// The time that this share of the photos stayed below.
    fn below(&mut self, percent: usize) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0.get(self.0.len() * percent / 100).or(self.0.last()).copied().unwrap_or_default()
    }
}

/// What became of one field over all cards.
#[derive(Default)]
struct Tally {
    right: usize,
    right_but_uncertain: usize,
    wrong: usize,
    wrong_but_certain: usize,
    missing: usize,
}

impl Tally {
    /// Counts a field; whether it is right.
    fn count(&mut self, reading: &Reading, name: FieldName, printed: &str) -> bool {
        let Some(field) = reading.field(name) else {
            self.missing += 1;
            eprintln!("    {name:?} {printed} → nothing");
            return false;
        };
        if field.value == printed {
            self.right += 1;
            self.right_but_uncertain += usize::from(field.confidence < UNCERTAIN);
            return true;
        }
        self.wrong += 1;
        self.wrong_but_certain += usize::from(field.confidence >= UNCERTAIN);
        eprintln!("    {name:?} {printed} → {} ({} %)", field.value, field.confidence);
        false
    }
}

/// Reads both sides of so many cards. A peer's reader would be measured here, on the same photos.
fn read_well((name, style): &Style, cards: usize, keep: Option<&PathBuf>) {
    let mut tallies: BTreeMap<FieldName, Tally> = BTreeMap::new();
    let (mut whole, mut refused, mut far) = (0, 0, 0.0f32);
    let (mut decoding, mut inspecting, mut reading_times) =
        (Times::default(), Times::default(), [const { Times(Vec::new()) }; 2]);
    let mut size = (0, 0);
    for index in 0..cards {
        let mut all_right = true;
        for (place, side) in [Side::Front, Side::Back].into_iter().enumerate() {
            let taken = photo(index, side, &style(seed(index, side)));
            let picture = decoding.of(|| decoded(&taken));
            size = (picture.width(), picture.height());
            inspecting.of(|| inspect(&picture.frame(), &format_of(side)));
            let reading: Result<Reading, Refusal> =
                reading_times[place].of(|| READER.read(&picture, &formats(), today()));
            let person = citizen(index);
            let right = match &reading {
                Err(refusal) => {
                    refused += 1;
                    eprintln!("    {refusal}");
                    false
                }
                Ok(reading) => {
                    let corners = reading.quad.iter().zip(&taken.corners);
                    far = corners.map(|(a, b)| (a[0] - b.0).hypot(a[1] - b.1)).fold(far, f32::max);
                    // Every field is counted, whatever became of those before it.
                    let fields = truth(&person, side);
                    fields.into_iter().fold(true, |right, (field, printed)| {
                        tallies.entry(field).or_default().count(reading, field, printed) && right
                    })
                }
            };
            if !right {
                eprintln!("{name}, card {index}, {side:?}: not right");
                if let Some(folder) = keep {
                    std::fs::create_dir_all(folder).expect("a folder to write to");
                    std::fs::write(folder.join(format!("{name}-{index}-{side:?}.jpg")), &taken.jpeg).expect("a file");
                }
            }
            all_right &= right;
        }
        whole += usize::from(all_right);
    }
    println!(
        "\n**{name}, {} × {}**: all fields of both sides right on {whole} of {cards} cards, {refused} sides refused;",
        size.0, size.1
    );
    println!("the farthest corner {far:.1} pixels off.\n");
    println!("| stage | median, ms | 95 of 100 below, ms |\n| --- | --- | --- |");
    let [front, back] = &mut reading_times;
    for (stage, times) in
        [("decode", &mut decoding), ("inspect", &mut inspecting), ("read the front", front), ("read the back", back)]
    {
        println!("| {stage} | {:.1} | {:.1} |", times.below(50), times.below(95));
    }
    println!("\n| field | right | of these under {UNCERTAIN} % | wrong | of these {UNCERTAIN} % or more | missing |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, tally) in tallies {
        let Tally { right, right_but_uncertain, wrong, wrong_but_certain, missing } = tally;
        println!("| {name:?} | {right} | {right_but_uncertain} | {wrong} | {wrong_but_certain} | {missing} |");
    }
}

/// What the camera's guide and the reader say about photos with one fault each.
fn tell_faults(faults: &[Fault]) {
    println!("\n| fault | hint of the camera's guide | answer of the reader |\n| --- | --- | --- |");
    for fault in faults {
        let (mut hints, mut answers) = (BTreeMap::new(), BTreeMap::new());
        for index in 0..SPOILT {
            for side in [Side::Front, Side::Back] {
                let taken = photo(index, side, &PhotoStyle::bad(*fault, seed(index, side)));
                let picture = decoded(&taken);
                let report = inspect(&picture.frame(), &format_of(side));
                *hints.entry(report.hint.code().to_owned()).or_insert(0) += 1;
                let answer = match READER.read(&picture, &formats(), today()) {
                    Ok(_) => "read".to_owned(),
                    Err(refusal) => refusal.reason.code().to_owned(),
                };
                *answers.entry(answer).or_insert(0) += 1;
            }
        }
        println!("| {} | {} | {} |", fault.name(), counted(&hints), counted(&answers));
    }
}

fn counted(words: &BTreeMap<String, u32>) -> String {
    words.iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(", ")
}
