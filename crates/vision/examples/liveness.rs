//! How often people who follow a challenge are turned away, and attacks are not, for `cargo xtask bench liveness`:
//! `liveness [FOLDER] [--people N]`.
//!
//! Drawn people and drawn attacks, each with a challenge as the edge draws them, and, where FOLDER holds a folder of pictures
//! for each person, pictures of real ones that are swapped for another's. Prints the tables of docs/benchmarks.md.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a developer's program: what fails may stop it")]
#![allow(clippy::cast_precision_loss, reason = "a few hundred clips")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{DESCRIBER, FACES};
use image::RgbImage;
use oorandom::Rand32;
use shiming_identity::live_face::{Action, CHALLENGE_MS};
use shiming_specimen::{Actor, perform, swap};
use shiming_vision::Photo;
use shiming_vision::live::{Failure, Guidance, Session};

/// Drawn people, unless told otherwise.
const PEOPLE: usize = 24;
/// Pairs of real people whose pictures are swapped.
const SWAPS: usize = 20;
/// Every such one of them is played by pictures, too.
const ATTACKERS: usize = 2;
/// Citizens that no test looks at.
const FROM: usize = 100;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let folder = arguments.next_if(|first| !first.starts_with("--")).map(PathBuf::from);
    let mut people = PEOPLE;
    while let Some(option) = arguments.next() {
        assert_eq!(option, "--people", "usage: liveness [FOLDER] [--people N]");
        people = arguments.next().and_then(|count| count.parse().ok()).expect("--people takes a number");
    }
    let mut table = Table::default();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let seen: Vec<Vec<Outcome>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || (worker..people).step_by(workers).map(drawn).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    for at in 0..people {
        for (kind, said) in &seen[at % workers][at / workers] {
            table.add(kind, *said);
        }
    }
    if let Some(folder) = folder {
        let pictures = pictures(&folder);
        assert!(pictures.len() > 1, "{} holds no folders of pictures", folder.display());
        for pair in 0..SWAPS {
            let [a, b] = [pair % pictures.len(), (pair + 1) % pictures.len()];
            let asked = [Action::Nod, Action::TurnLeft, Action::Blink];
            for (kind, [before, after]) in [
                ("real pictures, another person's after the first nod", [&pictures[a][0], &pictures[b][0]]),
                ("(beside it: another picture of the same person)", [&pictures[a][0], &pictures[a][1]]),
            ] {
                let clip: Vec<_> = swap([before.clone(), after.clone()], &asked, pair as u64).collect();
                table.add(kind, watched(&asked, &clip));
            }
        }
    }
    table.print();
}

/// What came of the clips of one drawn person.
type Outcome = Vec<(&'static str, Guidance)>;

fn drawn(number: usize) -> Outcome {
    let index = FROM + number;
    let mut random = Rand32::new(index as u64);
    let asked = challenge(&mut random);
    let clip: Vec<_> = perform(Actor::Person(index), &asked).collect();
    let mut outcome = vec![("a person who follows", watched(&asked, &clip))];
    // The same clip where another challenge is given.
    let mut other = asked;
    while other == asked {
        other = challenge(&mut random);
    }
    outcome.push(("a clip of another challenge", watched(&other, &clip)));
    let mut shuffled = asked;
    while shuffled == asked {
        random_order(&mut shuffled, &mut random);
    }
    outcome.push(("a clip of the same actions in another order", watched(&shuffled, &clip)));
    if number.is_multiple_of(ATTACKERS) {
        // The challenges that ask least of a picture: one in nine has neither eyes nor mouth in it.
        let mut turning = [Action::TurnLeft, Action::TurnRight, Action::Nod];
        random_order(&mut turning, &mut random);
        for (kind, actor, asked) in [
            ("a picture that lies still", Actor::StillPicture(index), asked),
            ("a flat picture, moved as asked", Actor::Picture(index), asked),
            ("a bent picture, moved as asked", Actor::BentPicture(index), asked),
            ("a flat picture; turns and nods are asked", Actor::Picture(index), turning),
            ("a bent picture; turns and nods are asked", Actor::BentPicture(index), turning),
        ] {
            let clip: Vec<_> = perform(actor, &asked).collect();
            outcome.push((kind, watched(&asked, &clip)));
        }
    }
    eprintln!("person {number} is done");
    outcome
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
    let mut session = Session::new(asked.to_vec());
    let end = clip.last().map(|(_, picture)| (u32::from(CHALLENGE_MS) + 1, picture.clone()));
    for (now, picture) in clip.iter().chain(&end) {
        let photo = Photo::new(picture.clone());
        let said = session.see((&FACES, &DESCRIBER), *now, &photo.frame()).unwrap();
        if matches!(said, Guidance::Done | Guidance::Failed(_)) {
            break;
        }
    }
    session.watch().guidance()
}

/// For each person, their pictures.
fn pictures(folder: &Path) -> Vec<Vec<RgbImage>> {
    let sorted = |folder: &Path| {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries
    };
    let opened = |person: &PathBuf| -> Vec<RgbImage> {
        let read = |file| image::open(file).ok().map(|picture| picture.into_rgb8());
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
