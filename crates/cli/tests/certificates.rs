//! Certificates and their log, checked by the program as their verifiers run it (NC-5): offline, with files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests: what fails may stop them")]

#[path = "../../certificate/tests/common/mod.rs"]
mod certified;
mod common;

use std::process::Output;

use certified::issued::key_id;
use certified::{NOW, certificate, issuer, jwks, signed};
use common::{Folder, shiming};
use serde_json::{Value, json};
use shiming_certificate::log::{Entry, Event, Head, Tail, head_line, title_line};
use shiming_certificate::render::Language;
use shiming_certificate::{Hash, Reason};

const LOG: &str = "shiming.example/certificates";

/// What a verifier has in files.
struct World {
    folder: Folder,
    keys: String,
    pdf: String,
    issued: Entry,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let file = signed(&certificate(), Language::Bilingual);
        let event = Event::Issued(Hash::of(&[&file]));
        let issued = Entry { at: NOW, number: certificate().number(), event };
        let (keys, pdf) = (folder.file("keys.json", jwks(&issuer()).as_bytes()), folder.file("a.pdf", &file));
        Self { folder, keys, pdf, issued }
    }

    /// A log of these entries with a head of its own after each, and the last head by itself.
    fn log(&self, name: &str, entries: &[Entry]) -> (String, String) {
        let (mut tail, mut lines) = (Tail::of_empty(LOG), vec![title_line(LOG)]);
        let mut last = String::new();
        for entry in entries {
            let (next, line) = tail.append(entry);
            tail = next;
            let head = Head { log: LOG.to_owned(), tail, at: entry.at + 1 };
            last = head_line(&issuer().sign(head.unsigned(&key_id("a"))));
            lines.extend([line, last.clone()]);
        }
        let log = self.folder.file(name, (lines.join("\n") + "\n").as_bytes());
        (log, self.folder.file(&format!("{name}.head"), last.as_bytes()))
    }

    fn run(&self, command: &str, more: &[&str]) -> Output {
        shiming(&[&[command, "--keys", &self.keys, "--at", &(NOW + 60).to_string()], more].concat())
    }
}

fn lines(output: &Output) -> Vec<Value> {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

// NC-5
#[test]
fn a_certificate_is_checked_with_a_single_file() {
    let world = World::new("certificate");
    let output = world.run("verify", &["--json", &world.pdf]);
    let expected = json!({
        "file": world.pdf, "verdict": "genuine", "issuer": "shiming.example",
        "number": certificate().number().to_string(), "issued_at": NOW, "valid_through": "2026-10-28",
    });
    assert_eq!((lines(&output), output.status.code()), (vec![expected], Some(0)));
    let told = String::from_utf8(world.run("verify", &[&world.pdf]).stdout).unwrap();
    let number = certificate().number();
    let expected = format!("genuine: certificate {number} of shiming.example, valid through 2026-10-28\n");
    assert_eq!(told, format!("{}: {expected}", world.pdf));

    let mut bytes = std::fs::read(&world.pdf).unwrap();
    bytes[5000] ^= 1;
    let altered = world.folder.file("altered.PDF", &bytes);
    let other = world.folder.file("other.pdf", b"%PDF-1.4\n");
    let large = world.folder.file("large.pdf", &vec![b' '; 200_000]);
    let output = world.run("verify", &["--json", &altered, &other, &large, "/nowhere.pdf"]);
    let verdicts: Vec<Value> = lines(&output).into_iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["altered", "other_file", "other_file", "file_unreadable"]);
    assert_eq!(output.status.code(), Some(3));
}

// NC-5
#[test]
fn with_the_log_a_withdrawn_certificate_is_known() {
    let world = World::new("withdrawn");
    let withdrawn = Entry { at: NOW + 30, event: Event::Withdrawn(Reason::IssuedInError), ..world.issued.clone() };
    let (standing, _) = world.log("standing", std::slice::from_ref(&world.issued));
    let (over, head) = world.log("over", &[world.issued.clone(), withdrawn]);
    let verdict = |more: &[&str]| {
        let output = world.run("verify", &[more, &["--json", &world.pdf]].concat());
        (lines(&output)[0].clone(), output.status.code())
    };
    let (line, code) = verdict(&["--log", &standing]);
    assert_eq!((line["verdict"].as_str(), code), (Some("valid"), Some(0)));
    let (line, code) = verdict(&["--log", &over]);
    assert_eq!(
        (line["verdict"].as_str(), line["ended_on"].as_str(), code),
        (Some("withdrawn"), Some("2026-07-28"), Some(3))
    );
    assert_eq!(line["reason"], "issued_in_error");
    // A log that lacks its end does not help whoever kept its head.
    let output = world.run("verify", &["--log", &standing, "--head", &head, &world.pdf]);
    assert_eq!((output.stdout.len(), output.status.code()), (0, Some(1)));
    assert!(String::from_utf8_lossy(&output.stderr).contains("kept elsewhere"));
}

// NC-5
#[test]
fn an_altered_log_is_told_with_its_line() {
    let world = World::new("audit");
    let withdrawn = Entry { at: NOW + 30, event: Event::Withdrawn(Reason::IssuedInError), ..world.issued.clone() };
    let (log, head) = world.log("log", &[world.issued.clone(), withdrawn]);
    let output = world.run("audit", &["--json", "--head", &head, &log]);
    let expected = json!({ "verdict": "sound", "log": LOG, "entries": 2, "heads": 2, "signed_at": NOW + 31 });
    assert_eq!((lines(&output), output.status.code()), (vec![expected], Some(0)));

    let text = std::fs::read_to_string(&log).unwrap();
    let without: Vec<&str> = text.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line).collect();
    let without = world.folder.file("without", (without.join("\n") + "\n").as_bytes());
    let output = world.run("audit", &["--json", &without]);
    assert_eq!((lines(&output)[0]["verdict"].as_str(), lines(&output)[0]["line"].as_u64()), (Some("altered"), Some(2)));
    assert_eq!(output.status.code(), Some(3));
    let cut: Vec<&str> = text.lines().take(3).collect();
    let cut = world.folder.file("cut", (cut.join("\n") + "\n").as_bytes());
    let output = world.run("audit", &["--head", &head, &cut]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        (told.as_str(), output.status.code()),
        ("altered: line 3: a head that was kept elsewhere says otherwise\n", Some(3))
    );
    let output = world.run("audit", &["--head", &log, &cut]);
    assert_eq!((output.stdout.len(), output.status.code()), (0, Some(1)));
}
