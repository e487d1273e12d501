//! `shiming`: reads pictures of identity documents, checks electronic ID cards and certificates of no criminal record.
//!
//! `shiming read --json FILE…` prints one JSON object a line, for every document in every file ([`line::Line`]);
//! `shiming verify` one for every code ([`shiming_credential::Verdict`]) and every certificate ([`certificates::Line`]);
//! `shiming audit` one for a log ([`certificates::Finding`]). Everything is done on this machine; nothing is sent
//! anywhere and nothing is kept.

mod arguments;
mod certificates;
mod line;
mod picture;
mod reading;
mod verifying;

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use shiming_credential::Verdict;
use shiming_identity::Date;

use crate::arguments::{Against, Command, HELP, Usage};
use crate::reading::Documents;
use crate::verifying::Verifier;

/// Wrong usage.
const USAGE: u8 = 2;
/// The answer could not be written, or this machine's clock is outside the calendar.
const FAILED: u8 = 1;
/// What is said where there is no time of day.
const NO_TIME: &str = "this machine's clock is outside the calendar";
/// A card, a certificate or a log is not to be relied on.
const NOT_VALID: u8 = 3;

fn main() -> ExitCode {
    // What is being read is personal data: a fault says where it was, never what was at hand.
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(io::stderr(), "shiming: the program failed{place}");
    }));
    match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Read { files, json }) => read(&files, json),
        Ok(Command::Verify { codes, pictures, certificates, lists, log, against }) => {
            verify(&Shown { codes, pictures, certificates }, &lists, log.as_deref(), &against)
        }
        Ok(Command::Audit { log, against }) => audit(&log, &against),
        Ok(Command::Help) => finish(write!(io::stdout(), "{HELP}")),
        Ok(Command::Version) => finish(writeln!(io::stdout(), "shiming {}", env!("CARGO_PKG_VERSION"))),
        Err(Usage(problem)) => {
            let _ = writeln!(io::stderr(), "shiming: {problem}\n\n{HELP}");
            ExitCode::from(USAGE)
        }
    }
}

fn read(files: &[OsString], json: bool) -> ExitCode {
    let Some(today) = today() else {
        return failed(NO_TIME);
    };
    let documents = match Documents::new(today) {
        Ok(documents) => documents,
        Err(error) => {
            return failed(error);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for file in files {
        for line in documents.of_file(file) {
            let written = if json { print_json(&mut out, &line) } else { write!(out, "{line}") };
            // A line can be used as soon as it is known.
            if let Err(error) = written.and_then(|()| out.flush()) {
                return finish(Err(error));
            }
        }
    }
    ExitCode::SUCCESS
}

/// What `verify` looks at.
struct Shown {
    codes: Vec<OsString>,
    pictures: Vec<OsString>,
    certificates: Vec<OsString>,
}

fn verify(shown: &Shown, lists: &[OsString], log: Option<&OsStr>, against: &Against) -> ExitCode {
    let Some(now) = against.at.or_else(now) else {
        return failed(NO_TIME);
    };
    let verifier = match Verifier::new(&against.keys, lists) {
        Ok(verifier) => verifier,
        Err(problem) => {
            return failed(problem);
        }
    };
    let log = log.map(|log| certificates::audited(log, verifier.keys(), &against.heads, now));
    let log = match log.transpose() {
        Ok(None) => None,
        Ok(Some(finding)) => match finding.audited {
            Some(audited) => Some(audited),
            None => return failed(finding),
        },
        Err(problem) => return failed(problem),
    };
    let typed = verifying::texts(&shown.codes).map(|code| Ok::<_, io::Error>(verifier.verify(&code?, now)));
    let seen = shown
        .pictures
        .iter()
        .map(|file| Ok(verifying::text_of(file).map_or_else(Verdict::from, |code| verifier.verify(&code, now))));
    let mut all_valid = true;
    let mut out = BufWriter::new(io::stdout().lock());
    for verdict in typed.chain(seen) {
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(error) => {
                return failed(format_args!("cannot read the standard input: {error}"));
            }
        };
        all_valid &= verdict.card.is_some();
        if let Err(error) = print(&mut out, &verdict, verifying::Line(&verdict), against.json) {
            return finish(Err(error));
        }
    }
    for file in &shown.certificates {
        let line = certificates::Line::of(file, verifier.keys(), log.as_ref(), now);
        all_valid &= line.verdict.is_good();
        if let Err(error) = print(&mut out, &line, &line, against.json) {
            return finish(Err(error));
        }
    }
    if all_valid { ExitCode::SUCCESS } else { ExitCode::from(NOT_VALID) }
}

fn audit(log: &OsStr, against: &Against) -> ExitCode {
    let Some(now) = against.at.or_else(now) else {
        return failed(NO_TIME);
    };
    let found = Verifier::new(&against.keys, &[])
        .and_then(|verifier| certificates::audited(log, verifier.keys(), &against.heads, now));
    let finding = match found {
        Ok(finding) => finding,
        Err(problem) => return failed(problem),
    };
    let mut out = io::stdout().lock();
    match print(&mut out, &finding, &finding, against.json) {
        Ok(()) if finding.audited.is_none() => ExitCode::from(NOT_VALID),
        written => finish(written),
    }
}

/// One line, for programs or for people; it can be used as soon as it is known.
fn print(out: &mut impl Write, for_programs: &impl Serialize, for_people: impl Display, json: bool) -> io::Result<()> {
    let written = if json { print_json(out, for_programs) } else { writeln!(out, "{for_people}") };
    written.and_then(|()| out.flush())
}

fn print_json(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

/// Seconds since 1970.
fn now() -> Option<u64> {
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// The day in China, where the documents are valid.
fn today() -> Option<Date> {
    Date::in_china(now()?).ok()
}

/// Nothing more can be done, and why.
fn failed(problem: impl Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "shiming: {problem}");
    ExitCode::from(FAILED)
}

/// A reader of our output that has heard enough is no failure.
fn finish(written: io::Result<()>) -> ExitCode {
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => failed(format_args!("cannot write: {error}")),
    }
}
