//! `shiming`: reads pictures of identity documents, checks electronic ID cards.
//!
//! `shiming read --json FILE…` prints one JSON object a line, for every document in every file ([`line::Line`]);
//! `shiming verify` one for every code ([`shiming_credential::Verdict`]). Everything is done on this machine; nothing is sent
//! anywhere and nothing is kept.

mod arguments;
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

use crate::arguments::{Command, HELP, Usage};
use crate::reading::Documents;
use crate::verifying::Verifier;

/// Wrong usage.
const USAGE: u8 = 2;
/// The answer could not be written, or this machine's clock is outside the calendar.
const FAILED: u8 = 1;
/// What is said where there is no time of day.
const NO_TIME: &str = "this machine's clock is outside the calendar";
/// A card is not to be relied on.
const NOT_VALID: u8 = 3;

fn main() -> ExitCode {
    // What is being read is personal data: a fault says where it was, never what was at hand.
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(io::stderr(), "shiming: the program failed{place}");
    }));
    match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Read { files, json }) => read(&files, json),
        Ok(Command::Verify { codes, keys, lists, pictures, at, json }) => {
            verify(&Shown { codes, pictures }, &keys, &lists, at, json)
        }
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
}

fn verify(shown: &Shown, keys: &OsStr, lists: &[OsString], at: Option<u64>, json: bool) -> ExitCode {
    let verifier = match Verifier::new(keys, lists) {
        Ok(verifier) => verifier,
        Err(problem) => {
            return failed(problem);
        }
    };
    let Some(now) = at.or_else(now) else {
        return failed(NO_TIME);
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
        let line = verifying::Line(&verdict);
        let written = if json { print_json(&mut out, &verdict) } else { writeln!(out, "{line}") };
        if let Err(error) = written.and_then(|()| out.flush()) {
            return finish(Err(error));
        }
    }
    if all_valid { ExitCode::SUCCESS } else { ExitCode::from(NOT_VALID) }
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
