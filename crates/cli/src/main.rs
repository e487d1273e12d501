//! `shiming`: reads pictures of identity documents.
//!
//! `shiming read --json FILE…` prints one JSON object a line, for every document in every file ([`line::Line`]).
//! Everything is read on this machine; nothing is sent anywhere and nothing is kept.

mod arguments;
mod line;
mod picture;
mod reading;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use shiming_identity::Date;

use crate::arguments::{Command, HELP, Usage};
use crate::line::Line;
use crate::reading::Documents;

/// Wrong usage.
const USAGE: u8 = 2;
/// The answer could not be written, or this machine's clock is outside the calendar.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    // What is being read is personal data: a fault says where it was, never what was at hand.
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(io::stderr(), "shiming: the reader failed{place}");
    }));
    match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Read { files, json }) => read(&files, json),
        Ok(Command::Help) => finish(write!(io::stdout(), "{HELP}")),
        Ok(Command::Version) => finish(writeln!(io::stdout(), "shiming {}", env!("CARGO_PKG_VERSION"))),
        Err(Usage(problem)) => {
            let _ = writeln!(io::stderr(), "shiming: {problem}\n\n{HELP}");
            ExitCode::from(USAGE)
        }
    }
}

fn read(files: &[std::ffi::OsString], json: bool) -> ExitCode {
    let Some(today) = today() else {
        let _ = writeln!(io::stderr(), "shiming: this machine's clock is outside the calendar");
        return ExitCode::from(FAILED);
    };
    let documents = match Documents::new(today) {
        Ok(documents) => documents,
        Err(error) => {
            let _ = writeln!(io::stderr(), "shiming: {error}");
            return ExitCode::from(FAILED);
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

fn print_json(out: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

/// The day in China, where the documents are valid.
fn today() -> Option<Date> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    Date::in_china(seconds).ok()
}

/// A reader of our output that has heard enough is no failure.
fn finish(written: io::Result<()>) -> ExitCode {
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "shiming: cannot write: {error}");
            ExitCode::from(FAILED)
        }
    }
}
