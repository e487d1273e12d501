//! Codes in, verdicts out: offline, against keys and lists that the user brings.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, BufRead as _};
use std::panic::catch_unwind;

use image::DynamicImage;
use image::imageops::grayscale;
use shiming_credential::{IssuerKeys, KeysError, StatusList, StatusListError, TokenError, Verdict, scan, verify};
use shiming_identity::document::pages;

use crate::picture::{self, NoPhoto};

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
    Head(OsString, TokenError),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file, error) => write!(f, "cannot read {}: {error}", file.to_string_lossy()),
            Self::Keys(file, error) => write!(f, "{}: {error}", file.to_string_lossy()),
            Self::List(file, error) => write!(f, "{}: {error}", file.to_string_lossy()),
            Self::Head(file, error) => write!(f, "{}: {error}", file.to_string_lossy()),
        }
    }
}

impl Verifier {
    /// Reads the issuer's keys and its status lists.
    pub(crate) fn new(keys: &OsStr, lists: &[OsString]) -> Result<Self, Unusable> {
        let json = String::from_utf8_lossy(&contents(keys, LARGEST)?).into_owned();
        let keys = IssuerKeys::from_jwks(&json).map_err(|error| Unusable::Keys(keys.to_owned(), error))?;
        let lists = lists
            .iter()
            .map(|file| {
                StatusList::open(&contents(file, LARGEST)?, &keys).map_err(|error| Unusable::List(file.clone(), error))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { keys, lists })
    }

    /// The issuer's keys.
    pub(crate) fn keys(&self) -> &IssuerKeys {
        &self.keys
    }

    /// What a code is worth at `now`, seconds since 1970.
    pub(crate) fn verify(&self, code: &str, now: u64) -> Verdict {
        verify(code, &self.keys, &self.lists, now).into()
    }
}

/// The bytes of a file that has no more than so many.
pub(crate) fn contents(file: &OsStr, largest: u64) -> Result<Vec<u8>, Unusable> {
    let read = || {
        if std::fs::metadata(file)?.len() > largest {
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

/// Why a picture gave no code.
pub(crate) enum NoCode {
    Picture(NoPhoto),
    NotSeen,
}

impl From<NoCode> for Verdict {
    fn from(none: NoCode) -> Self {
        let (code, problem) = match none {
            NoCode::Picture(fault) => (fault.code(), "the picture cannot be read: take it anew, as JPEG or PNG"),
            NoCode::NotSeen => ("no_code", "no code is seen in the picture: take it from nearer, without glare"),
        };
        Self { code, problem: Some(problem.to_owned()), card: None }
    }
}

/// The code in a picture.
pub(crate) fn text_of(file: &OsStr) -> Result<String, NoCode> {
    let found = || {
        let photo = picture::open(file, pages()[0].layout.format.pixels).map_err(NoCode::Picture)?;
        let mut luma = grayscale(photo.image());
        if luma.width().max(luma.height()) > scan::LONGEST_SIDE {
            luma = DynamicImage::from(luma).thumbnail(scan::LONGEST_SIDE, scan::LONGEST_SIDE).into_luma8();
        }
        let (width, height) = luma.dimensions();
        scan::text_in(luma.into_raw(), width, height).ok_or(NoCode::NotSeen)
    };
    // Libraries decode pictures and find codes: should one of them panic, this picture is the only one that suffers.
    catch_unwind(found).unwrap_or(Err(NoCode::NotSeen))
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
