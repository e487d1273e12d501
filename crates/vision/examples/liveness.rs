//! How often people who follow a challenge are turned away, and attacks are not, for `cargo xtask bench liveness`:
//! `liveness [FOLDER] [OPTIONS]`.
//!
//! Drawn people and drawn attacks, each with a challenge as the edge draws them, and, where FOLDER holds a folder of pictures
//! for each person, pictures of real ones: swapped for another's, and held up in place of a person who follows. Prints the tables of docs/benchmarks.md.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a developer's program: what fails may stop it")]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a few hundred clips")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{AT_REST, Clip, DESCRIBER, FACES, stand_in};
use image::RgbImage;
use oorandom::Rand32;
use shiming_identity::live_face::{Action, CHALLENGE_MS, Performed};
use shiming_specimen::{Actor, Pose, citizen, head, perform, portrait, swap};
use shiming_vision::Photo;
use shiming_vision::live::{Failure, Guidance, Session};

/// Drawn people, unless told otherwise.
const PEOPLE: usize = 20;
/// Of whom pictures are made.
const ATTACKERS: usize = 8;
/// Pairs of real people whose pictures are swapped.
const SWAPS: usize = 8;
/// Citizens that no test looks at.
const FROM: usize = 100;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let folder = arguments.next_if(|first| !first.starts_with("--")).map(PathBuf::from);
    let mut counts = [PEOPLE, ATTACKERS, SWAPS, std::thread::available_parallelism().map_or(1, usize::from)];
    while let Some(option) = arguments.next() {
        let known = ["--people", "--attackers", "--swaps", "--threads"].iter().position(|known| *known == option);
        let count = arguments.next().and_then(|count| count.parse().ok());
        let (at, count) = known.zip(count).expect("usage: liveness [FOLDER] [--people|attackers|swaps|threads N]…");
        counts[at] = count;
    }
    let [people, attackers, swaps, threads] = counts;
    let pictures = folder.map(|folder| pictures(&folder)).unwrap_or_default();
    let mut jobs: Vec<Job<'_>> = Vec::new();
    jobs.extend((0..people).map(|number| Job::Follows(number, pictures.get(number).map(|pictures| &pictures[0]))));
    jobs.extend((0..attackers).map(Job::Attacks));
    let next = pictures.iter().cycle().skip(1);
    jobs.extend(
        pictures.iter().zip(next).take(swaps).enumerate().map(|(pair, (one, other))| Job::Swaps(pair, one, other)),
    );

    let (jobs, taken) = (&jobs, &AtomicUsize::new(0));
    let mut outcomes: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let work = || {
            let job = || taken.fetch_add(1, Ordering::Relaxed);
            let mine = std::iter::from_fn(|| Some(job()).and_then(|at| Some((at, jobs.get(at)?.outcome()))));
            mine.inspect(|(at, outcome)| eprintln!("{at}: {outcome:?}")).collect::<Vec<_>>()
        };
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    outcomes.sort_by_key(|(at, _)| *at);
    let mut table = Table::default();
    for (kind, said) in outcomes.into_iter().flat_map(|(_, outcome)| outcome) {
        table.add(kind, said);
    }
    table.print();
}

/// What came of the clips of one drawn person.
type Outcome = Vec<(&'static str, Guidance)>;

/// Clips of one person and a real one's picture, of one attacker, or of two real people's pictures.
enum Job<'a> {
    Follows(usize, Option<&'a RgbImage>),
    Attacks(usize),
    Swaps(usize, &'a [RgbImage], &'a [RgbImage]),
}

impl Job<'_> {
    fn outcome(&self) -> Outcome {
        match *self {
            Self::Follows(number, real) => follows(FROM + number, real, &mut Rand32::new(number as u64)),
            Self::Attacks(number) => attacks(FROM + number, &mut Rand32::new(number as u64)),
            Self::Swaps(pair, one, other) => swaps(one, other, pair as u64),
        }
    }
}

fn follows(index: usize, real: Option<&RgbImage>, random: &mut Rand32) -> Outcome {
    let asked = challenge(random);
    let clip: Clip = perform(Actor::Person(index), &asked).collect();
    // The same clip where another challenge is given.
    let (mut other, mut shuffled) = (asked, asked);
    while other == asked {
        other = challenge(random);
    }
    while shuffled == asked {
        random_order(&mut shuffled, random);
    }
    let (said, performed) = seen(&asked, &clip);
    let mut outcome = vec![
        ("a person who follows", said),
        ("a clip of another challenge", watched(&other, &clip)),
        ("a clip of the same actions in another order", watched(&shuffled, &clip)),
    ];
    // Whoever does not pass with their own face all the time shows nothing of what a picture changes.
    if let (Guidance::Done, Some(last)) = (said, performed.last()) {
        let size = clip[0].1.dimensions();
        let own = head(&citizen(index), &Pose::default(), size);
        let drawn = portrait(&citizen(index + 1));
        let over = u32::from(last.ended);
        let mut held = |before, after, picture| {
            outcome.push((before, watched(&asked, &stand_in(&clip, picture, ..AT_REST))));
            outcome.push((after, watched(&asked, &stand_in(&clip, picture, over..))));
        };
        held("their own picture, then the person", "the person, and in the end their own picture", &own);
        held(
            "another's drawn portrait, then the person",
            "the person, and in the end another's drawn portrait",
            &drawn,
        );
        if let Some(real) = real {
            held(
                "a real person's picture, then the person",
                "the person, and in the end a real person's picture",
                real,
            );
        }
    }
    outcome
}

fn attacks(index: usize, random: &mut Rand32) -> Outcome {
    // The challenges that ask least of a picture: one in nine has neither eyes nor mouth in it.
    let mut asked = [Action::TurnLeft, Action::TurnRight, Action::Nod];
    random_order(&mut asked, random);
    [
        ("a picture that lies still", Actor::StillPicture(index)),
        ("a flat picture, moved as asked", Actor::Picture(index)),
        ("a bent picture, moved as asked", Actor::BentPicture(index)),
    ]
    .map(|(kind, actor)| (kind, watched(&asked, &perform(actor, &asked).collect::<Vec<_>>())))
    .to_vec()
}

/// A picture nods, as far as that is seen, and is another person's from then on.
fn swaps(one: &[RgbImage], other: &[RgbImage], seed: u64) -> Outcome {
    let asked = [Action::Nod, Action::Blink, Action::TurnLeft];
    [
        ("a real person's picture, then another's", &other[0]),
        ("a real person's picture, then another of the same", &one[1]),
    ]
    .map(|(kind, after)| {
        let clip: Vec<_> = swap([one[0].clone(), after.clone()], &asked, seed).collect();
        (kind, watched(&asked, &clip))
    })
    .to_vec()
}

/// Three actions, one a turn at least, as `service::live_face` draws them.
fn challenge(random: &mut Rand32) -> [Action; 3] {
    loop {
        let mut all = Action::ALL;
        random_order(&mut all, random);
        let [first, second, third, ..] = all;
        if [first, second, third].iter().any(|action| action.turns()) {
            return [first, second, third];
        }
    }
}

fn random_order(actions: &mut [Action], random: &mut Rand32) {
    for last in (1..actions.len()).rev() {
        actions.swap(last, random.rand_range(0..last as u32 + 1) as usize);
    }
}

/// What comes of a clip, and then of its last frame when time is up.
fn watched(asked: &[Action], clip: &[(u32, RgbImage)]) -> Guidance {
    seen(asked, clip).0
}

/// The same, and what was done until then.
fn seen(asked: &[Action], clip: &[(u32, RgbImage)]) -> (Guidance, Vec<Performed>) {
    let mut session = Session::new(asked.to_vec());
    let end = clip.last().map(|(_, picture)| (u32::from(CHALLENGE_MS) + 1, picture.clone()));
    for (now, picture) in clip.iter().chain(&end) {
        let photo = Photo::new(picture.clone());
        let said = session.see((&FACES, &DESCRIBER), *now, &photo.frame()).unwrap();
        if matches!(said, Guidance::Done | Guidance::Failed(_)) {
            break;
        }
    }
    (session.watch().guidance(), session.watch().performed().to_vec())
}

/// For each person, their pictures.
fn pictures(folder: &Path) -> Vec<Vec<RgbImage>> {
    let sorted = |folder: &Path| {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries
    };
    let opened = |person: &PathBuf| -> Vec<RgbImage> {
        let read = |file| image::open(file).ok().map(image::DynamicImage::into_rgb8);
        sorted(person).iter().filter_map(read).collect()
    };
    let people = sorted(folder).iter().filter(|path| path.is_dir()).map(opened).collect::<Vec<_>>();
    people.into_iter().filter(|pictures| pictures.len() > 1).collect()
}

/// What came of each kind.
#[derive(Default)]
struct Table(Vec<(&'static str, BTreeMap<&'static str, usize>)>);

impl Table {
    fn add(&mut self, kind: &'static str, said: Guidance) {
        let came = match said {
            Guidance::Done => "passed",
            Guidance::Failed(Failure::OtherAction { .. }) => "other action",
            Guidance::Failed(Failure::Interrupted) => "interrupted",
            Guidance::Failed(Failure::OtherPerson) => "other person",
            Guidance::Failed(Failure::Flat) => "flat",
            Guidance::Failed(Failure::TimedOut) => "not in time",
            _ => "no end",
        };
        let at = self.0.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.0.push((kind, BTreeMap::new()));
            self.0.len() - 1
        });
        *self.0[at].1.entry(came).or_default() += 1;
    }

    fn print(&self) {
        println!("| before the camera | clips | passed | share passed, 95 % | refused as |");
        println!("| --- | --- | --- | --- | --- |");
        for (kind, came) in &self.0 {
            let count: usize = came.values().sum();
            let passed = came.get("passed").copied().unwrap_or_default();
            let (low, high) = interval(passed, count);
            let refused = came.iter().filter(|(how, _)| **how != "passed");
            let refused: Vec<String> = refused.map(|(how, count)| format!("{how} {count}")).collect();
            println!(
                "| {kind} | {count} | {passed} | {:.0}–{:.0} % | {} |",
                100.0 * low,
                100.0 * high,
                refused.join(", ")
            );
        }
    }
}

/// Wilson's interval for a share, at 95 %.
fn interval(passed: usize, count: usize) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, p) = (count as f64, passed as f64 / count as f64);
    let middle = p + Z * Z / (2.0 * n);
    let around = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let by = 1.0 + Z * Z / n;
    (((middle - around) / by).max(0.0), ((middle + around) / by).min(1.0))
}
