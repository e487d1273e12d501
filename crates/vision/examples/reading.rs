//! How well documents are read, and how long it takes: the tables of docs/benchmarks.md. `cargo xtask bench native` runs
//! this. Photos are of the test split (`specimen::Split`), which no net was trained on; they follow from their seeds, so
//! two runs differ in time only.
//!
//! ```text
//! reading [--first N] [--count N] [--page NAME]… [--severity NAME]… [--threads N] [--wrong FOLDER] [--quick]
//! ```
//!
//! `--first` leaves out the photos before, to look at one again. Without `--page`: resident ID cards (both sides), zones (TD3, TD1), every other page with a fifth of the photos, copies
//! and screens, and pictures without a document. `--wrong` keeps the photos that were not read right; what was wrong is
//! told on standard error (the people are fictional). Times are of the photos' own size, one thread each.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a measurement: what fails may stop it")]
#![allow(clippy::cast_precision_loss, reason = "counts of photos are small")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use common::{READER, any_format, today};
use shiming_identity::document::FieldName;
use shiming_specimen::{
    Attack, Fonts, NameKind, Page, Severity, Shot, Split, attacked, page, pages, shot, without_document,
};
use shiming_vision::{Lacking, Photo, Reading, Warning, decode};

/// Decides the people and the light of the whole bench.
const SEED: u64 = 77;
/// A field read wrong with at least this confidence, percent, is one that nobody will look at.
const CERTAIN: u8 = 90;
/// Pictures without a document.
const EMPTY: usize = 210;

struct Options {
    first: usize,
    count: usize,
    pages: Vec<&'static Page>,
    severities: Vec<Severity>,
    threads: usize,
    wrong: Option<PathBuf>,
    chosen: bool,
}

fn main() {
    let options = options();
    let node_modules = common::root().join("node_modules");
    let fonts = Fonts::of_split(&node_modules, Split::Test).unwrap();
    let bench = Bench { options: &options, fonts: &fonts };
    let mut rows = Vec::new();
    for page in &options.pages {
        for severity in &options.severities {
            rows.push(bench.page(page, *severity));
        }
    }
    table_of_pages(&rows);
    table_of_fields(&rows);
    if !options.chosen {
        bench.attacks();
        bench.nothing();
    }
}

fn options() -> Options {
    let mut options = Options {
        first: 0,
        count: 100,
        pages: Vec::new(),
        severities: Vec::new(),
        threads: 1,
        wrong: None,
        chosen: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value after the option");
        match argument.as_str() {
            "--first" => options.first = value().parse().expect("a number"),
            "--count" => options.count = value().parse().expect("a number"),
            "--threads" => options.threads = value().parse().expect("a number"),
            "--wrong" => options.wrong = Some(PathBuf::from(value())),
            "--page" => options.pages.push(page(&value()).expect("a page")),
            "--severity" => {
                let name = value();
                options.severities.push(*Severity::ALL.iter().find(|s| s.name() == name).expect("a severity"));
            }
            other => panic!("no option is called {other}"),
        }
    }
    options.chosen = !options.pages.is_empty();
    if !options.chosen {
        options.pages = pages().iter().collect();
    }
    if options.severities.is_empty() {
        options.severities = Severity::ALL.to_vec();
    }
    options
}

/// What became of the photos of one page in one severity.
#[derive(Default)]
struct Tally {
    page: &'static str,
    severity: &'static str,
    photos: usize,
    refused: BTreeMap<&'static str, usize>,
    other_page: usize,
    /// Of photos that should have said it: every field exact; the zone exact.
    all: usize,
    zone: Option<usize>,
    fields: BTreeMap<FieldName, Field>,
    names: BTreeMap<&'static str, (usize, usize)>,
    /// Fields read wrong with confidence, of all.
    certain_and_wrong: (usize, usize),
    /// Wrong numbers and zones that pass their checks.
    passed_wrong: usize,
    alarms: usize,
    corner: f32,
    times: Vec<f64>,
}

#[derive(Default)]
struct Field {
    right: usize,
    asked: usize,
    certain_and_wrong: usize,
}

struct Bench<'a> {
    options: &'a Options,
    fonts: &'a [Fonts],
}

impl Bench<'_> {
    /// Runs `work` for every index on as many threads as were asked for.
    fn each(&self, count: usize, work: impl Fn(usize) + Sync) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.options.threads {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            break;
                        }
                        work(index);
                    }
                });
            }
        });
    }

    fn count(&self, page: &Page) -> usize {
        let often = matches!(
            page.name,
            "cn_resident_id.front" | "cn_resident_id.back" | "cn_passport.front" | "foreign_passport.td1.back"
        );
        if self.options.chosen || often { self.options.count } else { (self.options.count / 5).max(1) }
    }

    fn page(&self, page: &'static Page, severity: Severity) -> Tally {
        let tally = Mutex::new(Tally {
            page: page.name,
            severity: severity.name(),
            zone: page.zone.map(|_| 0),
            ..Tally::default()
        });
        self.each(self.count(page), |index| {
            let index = self.options.first + index;
            let Some(shot) = shot(page, severity, Split::Test, SEED, index, self.fonts) else { return };
            let start = Instant::now();
            let outcome = read(&shot.photo.jpeg);
            let took = start.elapsed().as_secs_f64() * 1000.0;
            let mut tally = tally.lock().unwrap();
            tally.times.push(took);
            let right = tally.count(&shot, index, &outcome);
            if !right && let Some(folder) = &self.options.wrong {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{}-{}-{index}.jpg", page.name, severity.name())), &shot.photo.jpeg)
                    .unwrap();
            }
        });
        tally.into_inner().unwrap()
    }

    /// Copies and screens: how many are said to be.
    fn attacks(&self) {
        println!("\n| attack | photos | refused | said to be no original |\n| --- | --- | --- | --- |");
        for attack in [Attack::ColourCopy, Attack::GreyCopy, Attack::Screen] {
            let counts = Mutex::new((0, 0, 0));
            self.each(self.options.count, |index| {
                // Every page in turn, resident ID cards more often.
                let page = if index % 2 == 0 { &pages()[index / 2 % 2] } else { &pages()[index / 2 % pages().len()] };
                let Some(shot) = attacked(page, attack, Split::Test, SEED, index, self.fonts) else { return };
                let outcome = read(&shot.photo.jpeg);
                let mut counts = counts.lock().unwrap();
                counts.0 += 1;
                match outcome {
                    Err(_) => counts.1 += 1,
                    Ok(reading) => counts.2 += usize::from(is_flagged(&reading)),
                }
            });
            let (photos, refused, flagged) = counts.into_inner().unwrap();
            println!("| {} | {photos} | {refused} | {} |", attack.name(), share(flagged, photos - refused));
        }
    }

    /// Pictures without a document.
    fn nothing(&self) {
        let counts: Mutex<BTreeMap<&'static str, (usize, usize)>> = Mutex::new(BTreeMap::new());
        self.each(EMPTY, |index| {
            let Some((scene, photo)) = without_document(Split::Test, SEED, index, self.fonts) else { return };
            let outcome = read(&photo.jpeg);
            if let Ok(reading) = &outcome {
                eprintln!("read from nothing: {} {index} {} {:?}", scene.name(), reading.page.name, reading.warnings);
            }
            let mut counts = counts.lock().unwrap();
            let (all, read) = counts.entry(scene.name()).or_default();
            *all += 1;
            *read += usize::from(outcome.is_ok());
        });
        println!("\n| pictures without a document | photos | something read |\n| --- | --- | --- |");
        for (scene, (all, read)) in counts.into_inner().unwrap() {
            println!("| {scene} | {all} | {read} |");
        }
    }
}

fn is_flagged(reading: &Reading) -> bool {
    reading.warnings.iter().any(|warning| matches!(warning, Warning::Photocopy | Warning::Screen))
}

/// From an encoded photo to the largest document in it.
fn read(jpeg: &[u8]) -> Result<Reading, &'static str> {
    let pixels = pages()[0].layout.format.pixels;
    let photo: Photo = decode(jpeg, &pixels).map_err(|_| "undecodable")?;
    let mut refused = "nothing";
    for outcome in READER.read_all(&photo, any_format, Lacking::Told, today()) {
        match outcome {
            Ok(reading) => return Ok(reading),
            Err(refusal) => refused = refusal.reason.code(),
        }
    }
    Err(refused)
}

impl Tally {
    /// Counts a photo; whether everything was right.
    fn count(&mut self, shot: &Shot, index: usize, outcome: &Result<Reading, &'static str>) -> bool {
        self.photos += 1;
        let truth = &shot.truth;
        let place = format!("{} {} {index}", self.page, self.severity);
        let name_kind = match shot.names {
            NameKind::Any => "common",
            NameKind::Rare => "rare",
            NameKind::Dotted => "dotted",
        };
        let reading = match outcome {
            Err(reason) => {
                *self.refused.entry(reason).or_default() += 1;
                eprintln!("{place}: refused, {reason}");
                None
            }
            Ok(reading) if reading.page.name != self.page => {
                self.other_page += 1;
                eprintln!("{place}: taken for {}", reading.page.name);
                None
            }
            Ok(reading) => Some(reading),
        };
        if let Some(reading) = reading {
            self.alarms += usize::from(is_flagged(reading));
            let corners = reading.quad.iter().zip(&shot.photo.corners);
            self.corner = corners.map(|(a, b)| (a[0] - b.0).hypot(a[1] - b.1)).fold(self.corner, f32::max);
        }
        let mut all = reading.is_some();
        for (name, printed) in &truth.fields {
            let tally = self.fields.entry(*name).or_default();
            tally.asked += 1;
            let read = reading.and_then(|reading| reading.field(*name));
            let right = read.is_some_and(|field| field.value == *printed);
            tally.right += usize::from(right);
            all &= right;
            if let Some(field) = read {
                self.certain_and_wrong.1 += 1;
                if !right {
                    eprintln!("{place}: {name:?} {printed} → {} ({} %)", field.value, field.confidence);
                    self.certain_and_wrong.0 += usize::from(field.confidence >= CERTAIN);
                    tally.certain_and_wrong += usize::from(field.confidence >= CERTAIN);
                    let accepted = |reading: &Reading| {
                        !reading
                            .warnings
                            .iter()
                            .any(|w| matches!(w, Warning::NumberInconsistent | Warning::ZoneInconsistent))
                    };
                    let is_number = matches!(name, FieldName::IdNumber | FieldName::DocumentNumber);
                    self.passed_wrong += usize::from(is_number && reading.is_some_and(accepted));
                }
            } else if reading.is_some() {
                eprintln!("{place}: {name:?} {printed} → nothing");
            }
            if *name == FieldName::Name {
                let (right_names, names) = self.names.entry(name_kind).or_default();
                *names += 1;
                *right_names += usize::from(right);
            }
        }
        if let Some(zones) = &mut self.zone {
            let right = reading.is_some_and(|reading| reading.mrz == truth.mrz);
            *zones += usize::from(right);
            all &= right;
            if !right && let Some(reading) = reading {
                let sound =
                    !reading.warnings.iter().any(|w| matches!(w, Warning::ZoneInconsistent | Warning::ZoneMissing));
                let covered = |lines: &[String]| {
                    shiming_identity::Mrz::parse(&lines.join("\n"), today())
                        .map(|mrz| {
                            (
                                mrz.number.value().clone(),
                                format!("{:?}", mrz.birth.value().day()),
                                format!("{:?}", mrz.expiry.value().day()),
                            )
                        })
                        .ok()
                };
                self.passed_wrong += usize::from(sound && covered(&reading.mrz) != covered(&truth.mrz));
                eprintln!("{place}: zone {:?}\n{place}:   as {:?} sound {sound}", truth.mrz, reading.mrz);
            }
        }
        self.all += usize::from(all);
        all
    }

    fn below(&self, percent: usize) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        times.get(times.len() * percent / 100).or(times.last()).copied().unwrap_or_default()
    }
}

/// Percent with the 95 % interval (Wilson).
fn share(right: usize, all: usize) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    let (n, p, z) = (all as f64, right as f64 / all as f64, 1.96);
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    format!("{:.1} ({:.1}–{:.1})", 100.0 * p, 100.0 * (middle - half).max(0.0), 100.0 * (middle + half).min(1.0))
}

fn table_of_pages(rows: &[Tally]) {
    println!(
        "| page | severity | photos | all right, % | zone, % | wrong ≥ {CERTAIN} %, % of fields | passed wrong | false alarms | refused | median ms | p95 ms | corner px |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in rows {
        let refused: Vec<String> = row.refused.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let other = if row.other_page > 0 { format!(" other page {}", row.other_page) } else { String::new() };
        let (wrong, fields) = row.certain_and_wrong;
        println!(
            "| {} | {} | {} | {} | {} | {:.2} ({wrong} of {fields}) | {} | {} | {}{other} | {:.0} | {:.0} | {:.1} |",
            row.page,
            row.severity,
            row.photos,
            share(row.all, row.photos),
            row.zone.map_or("–".to_owned(), |zone| share(zone, row.photos)),
            100.0 * wrong as f64 / fields.max(1) as f64,
            row.passed_wrong,
            row.alarms,
            refused.join(", "),
            row.below(50),
            row.below(95),
            row.corner,
        );
    }
}

fn table_of_fields(rows: &[Tally]) {
    println!(
        "\n| page | severity | field | right, % | of | wrong ≥ {CERTAIN} % |\n| --- | --- | --- | --- | --- | --- |"
    );
    for row in rows {
        for (name, field) in &row.fields {
            println!(
                "| {} | {} | {} | {} | {} | {} |",
                row.page,
                row.severity,
                name.as_str(),
                share(field.right, field.asked),
                field.asked,
                field.certain_and_wrong,
            );
        }
        for (kind, (right, all)) in &row.names {
            println!("| {} | {} | name, {kind} | {} | {all} | |", row.page, row.severity, share(*right, *all));
        }
    }
}
