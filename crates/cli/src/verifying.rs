//! Codes in, verdicts out: offline, against keys and lists that the user brings.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, BufRead as _};

use shiming_credential::{IssuerKeys, KeysError, StatusList, StatusListError, Verdict, verify};

/// Larger files are no keys and no lists.
const LARGEST: u64 = 4 << 20;

/// What codes are checked against.
pub(crate) struct Verifier {
    keys: IssuerKeys,
    lists: Vec<StatusList>,
}

/// Keys or lists that cannot be used.
pub(crate) enum Unusable {
    File(OsString, io::Error),
    Keys(OsString, KeysError),
    List(OsString, StatusListError),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file, error) => write!(f, "cannot read {}: {error}", file.to_string_lossy()),
            Self::Keys(file, error) => write!(f, "{}: {error}", file.to_string_lossy()),
            Self::List(file, error) => write!(f, "{}: {error}", file.to_string_lossy()),
        }
    }
}

impl Verifier {
    /// Reads the issuer's keys and its status lists.
    pub(crate) fn new(keys: &OsStr, lists: &[OsString]) -> Result<Self, Unusable> {
        let json = String::from_utf8_lossy(&contents(keys)?).into_owned();
        let keys = IssuerKeys::from_jwks(&json).map_err(|error| Unusable::Keys(keys.to_owned(), error))?;
        let lists = lists
            .iter()
            .map(|file| StatusList::open(&contents(file)?, &keys).map_err(|error| Unusable::List(file.clone(), error)))
            .collect::<Result<_, _>>()?;
        Ok(Self { keys, lists })
    }

    /// What a code is worth at `now`, seconds since 1970.
    pub(crate) fn verify(&self, code: &str, now: u64) -> Verdict {
        verify(code, &self.keys, &self.lists, now).into()
    }
}

fn contents(file: &OsStr) -> Result<Vec<u8>, Unusable> {
    let read = || {
        if std::fs::metadata(file)?.len() > LARGEST {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        std::fs::read(file)
    };
    read().map_err(|error| Unusable::File(file.to_owned(), error))
}

/// The codes of the command line; `-` stands for the lines of the standard input that are not empty.
pub(crate) fn texts(codes: &[OsString]) -> impl Iterator<Item = io::Result<String>> {
    codes.iter().flat_map(|code| -> Box<dyn Iterator<Item = io::Result<String>>> {
        if code == "-" {
            Box::new(io::stdin().lock().lines().filter(|line| !matches!(line, Ok(text) if text.is_empty())))
        } else {
            Box::new(std::iter::once(Ok(code.to_string_lossy().into_owned())))
        }
    })
}

/// A verdict as people read it.
pub(crate) struct Line<'a>(pub &'a Verdict);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { code, problem, card } = self.0;
        write!(f, "{code}")?;
        if let Some(problem) = problem {
            write!(f, ": {problem}")?;
        }
        let Some(card) = card else { return Ok(()) };
        write!(f, ": card {} of {}, {}", card.number, card.issuer, card.document_class)?;
        let age = card.over.map(|age| format!("{age} or older"));
        let said = [card.name.as_ref(), age.as_ref(), card.sex.as_ref(), card.birth_date.as_ref()];
        said.into_iter().chain([card.holder_reference.as_ref()]).flatten().try_for_each(|said| write!(f, ", {said}"))
    }
}
