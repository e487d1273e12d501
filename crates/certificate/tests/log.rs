//! The log and its audit: nothing can be removed, altered, moved, inserted or cut off unseen.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests: what fails may stop them")]

#[path = "../../credential/tests/common/mod.rs"]
mod issued;

use std::sync::LazyLock;

use issued::{DAY, Key, key_id};
use proptest::prelude::*;
use serde_json::json;
use shiming_certificate::log::{AuditError, Entry, Event, FRESH_FOR, Fault, Head, Tail, audit, head_line, title_line};
use shiming_certificate::{CertificateNumber, Fate, Hash, OfficeCode, Reason};
use shiming_credential::IssuerKeys;
use shiming_identity::Date;

const NAME: &str = "shiming.example/certificates";
/// Noon of 2026-07-28 in China.
const START: u64 = 1_785_211_200;

fn key() -> Key {
    Key::new(11)
}

fn keys() -> IssuerKeys {
    IssuerKeys::from_jwks(&json!({ "keys": [key().jwk("a")] }).to_string()).unwrap()
}

fn number(at: u64, serial: u32) -> CertificateNumber {
    CertificateNumber::new(OfficeCode::parse("110105-021").unwrap(), Date::in_china(at).unwrap(), serial).unwrap()
}

fn issue(at: u64, serial: u32) -> Entry {
    Entry { at, number: number(at, serial), event: Event::Issued(Hash::of(&[&serial.to_be_bytes()])) }
}

/// A log that is being written, with the heads that were signed.
struct Writer {
    tail: Tail,
    lines: Vec<String>,
    heads: Vec<Head>,
}

impl Writer {
    fn new() -> Self {
        Self { tail: Tail::of_empty(NAME), lines: vec![title_line(NAME)], heads: Vec::new() }
    }

    fn append(&mut self, entry: &Entry) {
        let (tail, line) = self.tail.append(entry);
        self.tail = tail;
        self.lines.push(line);
    }

    fn sign(&mut self, at: u64) {
        let head = Head { log: NAME.to_owned(), tail: self.tail, at };
        self.lines.push(head_line(&key().sign(head.unsigned(&key_id("a")))));
        self.heads.push(head);
    }

    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}

/// Three days: certificates, a withdrawal, one that took another's place.
static LOG: LazyLock<Writer> = LazyLock::new(|| {
    let mut log = Writer::new();
    for day in 0..3 {
        let morning = START + day * DAY;
        for serial in 1..=5 {
            log.append(&issue(morning + u64::from(serial), serial));
        }
        if day == 1 {
            let withdrawn = Event::Withdrawn(Reason::IssuedInError);
            log.append(&Entry { at: morning + 60, number: number(START, 2), event: withdrawn });
            let superseded = Event::Superseded { by: number(morning, 1), reason: Reason::HolderRequest };
            log.append(&Entry { at: morning + 61, number: number(START, 3), event: superseded });
        }
        log.sign(morning + DAY / 2);
    }
    log
});

/// When it is audited.
const NOW: u64 = START + 2 * DAY + DAY / 2 + 3600;

fn fault(text: &str) -> Result<(), Fault> {
    audit(text, &keys(), &[], NOW).map(|_| ()).map_err(|AuditError { fault, .. }| fault)
}

// NC-5
#[test]
fn a_log_says_what_became_of_each_certificate() {
    let audited = audit(&LOG.text(), &keys(), &LOG.heads, NOW).unwrap();
    assert_eq!((audited.tail, audited.heads, audited.certificates.len()), (LOG.tail, 3, 15));
    assert_eq!(audited.tail.size, 17);
    let fate = |at: u64, serial: u32| audited.certificates[&number(at, serial)].fate;
    let next_day = Date::parse_iso("2026-07-29").unwrap();
    assert_eq!(fate(START, 1), Fate::Standing);
    assert_eq!(fate(START, 2), Fate::Withdrawn { on: next_day, reason: Reason::IssuedInError });
    let by = number(START + DAY, 1);
    assert_eq!(fate(START, 3), Fate::Superseded { on: next_day, by, reason: Reason::HolderRequest });
}

/// Every line that is no head and not the first.
fn entries() -> Vec<usize> {
    let is_entry = |at: &usize| !LOG.lines[*at].starts_with("{\"head\"");
    (1..LOG.lines.len()).filter(is_entry).collect()
}

// NC-5
#[test]
fn a_removed_repeated_or_moved_entry_is_seen() {
    for at in entries() {
        let mut lines = LOG.lines.clone();
        let taken = lines.remove(at);
        assert!(fault(&(lines.join("\n") + "\n")).is_err(), "without line {at}");
        for to in 1..=lines.len() {
            let mut moved = lines.clone();
            moved.insert(to, taken.clone());
            if to != at {
                assert!(fault(&(moved.join("\n") + "\n")).is_err(), "line {at} at {to}");
            }
            moved.insert(at, taken.clone());
            assert!(fault(&(moved.join("\n") + "\n")).is_err(), "line {at} at {to}, too");
        }
    }
}

// NC-5: whoever can write the log, but not sign, makes the chain anew
#[test]
fn a_chain_that_is_made_anew_differs_from_its_head() {
    let mut forged = Writer::new();
    for serial in [1, 2, 4, 5] {
        forged.append(&issue(START + u64::from(serial), serial));
    }
    forged.lines.push(LOG.lines[6].clone());
    assert_eq!(fault(&forged.text()), Err(Fault::HeadDiffers));
    // A head of another key.
    forged.lines.pop();
    let head = Head { log: NAME.to_owned(), tail: forged.tail, at: START + DAY / 2 };
    forged.lines.push(head_line(&Key::new(99).sign(head.unsigned(&key_id("a")))));
    assert!(matches!(fault(&forged.text()), Err(Fault::Head(_))));
}

// NC-5
#[test]
fn what_was_cut_off_is_seen() {
    let text = LOG.text();
    // As late as the whole log is still fresh.
    let late = START + 2 * DAY + DAY / 2 + FRESH_FOR;
    assert!(audit(&text, &keys(), &LOG.heads, late).is_ok());
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    for (line, end) in ends.iter().enumerate().take(ends.len() - 1) {
        // Even where an older head ends what is left: it is stale, and who kept the newest knows better.
        assert!(audit(&text[..*end], &keys(), &[], late).is_err(), "after line {}", line + 1);
        let known = audit(&text[..*end], &keys(), &LOG.heads, NOW);
        assert!(known.is_err(), "after line {}", line + 1);
    }
    assert_eq!(fault(&text[..text.len() - 1]), Err(Fault::Malformed));
    // After the last head, nobody vouches for what follows.
    let mut more = Writer { tail: LOG.tail, lines: LOG.lines.clone(), heads: Vec::new() };
    more.append(&issue(NOW - 60, 9));
    assert_eq!(fault(&more.text()), Err(Fault::NotSigned));
    let stale = audit(&text, &keys(), &[], late + 1).unwrap_err();
    assert_eq!(stale.fault, Fault::Stale);
}

// NC-5
#[test]
fn an_issuer_that_shows_two_logs_is_found_out() {
    let mut other = Writer::new();
    other.append(&issue(START + 1, 7));
    other.sign(START + DAY / 2);
    let audited = audit(&other.text(), &keys(), &[], START + DAY / 2 + 60);
    assert!(audited.is_ok());
    let audited = audit(&other.text(), &keys(), &LOG.heads[..1], START + DAY / 2 + 60);
    assert_eq!(audited.unwrap_err().fault, Fault::KnownHead);
}

// NC-5
#[test]
fn what_cannot_have_happened_is_refused() {
    let wrong = |entries: &[Entry]| {
        let mut log = Writer::new();
        for entry in entries {
            log.append(entry);
        }
        log.sign(NOW);
        fault(&log.text())
    };
    let withdrawal = |at: u64, serial: u32| {
        let event = Event::Withdrawn(Reason::OfficeDecision);
        Entry { at, number: number(START, serial), event }
    };
    let first = issue(START, 1);
    assert_eq!(wrong(&[first.clone(), withdrawal(START + 1, 1)]), Ok(()));
    assert_eq!(wrong(&[first.clone(), first.clone()]), Err(Fault::IssuedTwice));
    assert_eq!(wrong(&[withdrawal(START, 1)]), Err(Fault::NotStanding));
    assert_eq!(wrong(&[first.clone(), withdrawal(START, 1), withdrawal(START, 1)]), Err(Fault::NotStanding));
    assert_eq!(wrong(&[first.clone(), withdrawal(START - 1, 1)]), Err(Fault::Order));
    assert_eq!(wrong(&[Entry { at: START + DAY, ..first.clone() }]), Err(Fault::NumberDate));
    let by_nobody = Event::Superseded { by: number(START, 8), reason: Reason::HolderRequest };
    assert_eq!(wrong(&[first.clone(), Entry { event: by_nobody, ..first }]), Err(Fault::NotStanding));
    assert_eq!(fault(""), Err(Fault::NoTitle));
    assert_eq!(fault(&(LOG.lines[1].clone() + "\n")), Err(Fault::NoTitle));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    // NC-5: any single change is seen
    #[test]
    fn any_changed_byte_is_seen(at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let mut text = LOG.text().into_bytes();
        let at = at.index(text.len());
        let same = text[at] == byte;
        text[at] = byte;
        prop_assert_eq!(fault(std::str::from_utf8(&text).unwrap()).is_ok(), same);
    }

    #[test]
    fn any_inserted_or_removed_byte_is_seen(at in any::<prop::sample::Index>(), byte in prop::option::of(0x0a_u8..0x7f)) {
        let mut text = LOG.text().into_bytes();
        let at = at.index(text.len());
        match byte {
            Some(byte) => text.insert(at, byte),
            None => drop(text.remove(at)),
        }
        prop_assert!(fault(std::str::from_utf8(&text).unwrap()).is_err());
    }

    #[test]
    fn any_text_is_answered(text in "(\\{\"log\":\"a\"\\}\n)?\\PC{0,200}\n?") {
        prop_assert!(fault(&text).is_err());
    }
}
