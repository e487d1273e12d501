//! The command line.

use std::ffi::OsString;

use lexopt::{Arg, ValueExt as _};

pub(crate) const HELP: &str = "\
shiming read [--json] FILE…    read pictures of identity documents
shiming verify --keys JWKS [--status LIST]… [--at SECONDS] [--json] [--picture FILE]… [CODE…]
                               check codes of electronic ID cards

Documents   the People's Republic of China's ID cards, permits, passport and licences; other states'
            passports, and the zones of their cards and visas (docs/documents.md)
Pictures    JPEG, PNG, WebP or BMP, told by content; EXIF orientation is applied
Codes       as a scanner gives them, SM1:…; - takes one a line from the standard input

  --json      one JSON object a line: for every document in every file, or for every code
  --keys      the issuer's published keys, a JWK set
  --status    a status list of the issuer; without one a card may have been revoked
  --picture   a photo of a code, or a picture of one
  --at        check as of this time, seconds since 1970, instead of now
  --help      this text
  --version   the version

Exit code 0: every file has its answer, also one that cannot be read, or every card is valid; 1: the
answer could not be written, keys or lists could not be read; 2: wrong usage; 3: a card is not valid.
";

/// What the user asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Read {
        files: Vec<OsString>,
        json: bool,
    },
    Verify {
        codes: Vec<OsString>,
        keys: OsString,
        lists: Vec<OsString>,
        pictures: Vec<OsString>,
        at: Option<u64>,
        json: bool,
    },
    Help,
    Version,
}

/// Why a command line is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Usage(pub(crate) String);

impl From<lexopt::Error> for Usage {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

impl Command {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Usage> {
        let mut parser = lexopt::Parser::from_args(arguments);
        let (mut command, mut json) = (None, false);
        let (mut values, mut keys, mut lists, mut at) = (Vec::new(), None, Vec::new(), None);
        let mut pictures = Vec::new();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long("version") | Arg::Short('V') => return Ok(Self::Version),
                Arg::Long("json") if command.is_some() => json = true,
                Arg::Long("keys") if command == Some(Word::Verify) => keys = Some(parser.value()?),
                Arg::Long("status") if command == Some(Word::Verify) => lists.push(parser.value()?),
                Arg::Long("picture") if command == Some(Word::Verify) => pictures.push(parser.value()?),
                Arg::Long("at") if command == Some(Word::Verify) => at = Some(parser.value()?.parse()?),
                Arg::Value(word) if command.is_none() => {
                    command = Some(match word.to_str() {
                        Some("read") => Word::Read,
                        Some("verify") => Word::Verify,
                        _ => return Err(Usage(format!("no command is called {}", word.to_string_lossy()))),
                    });
                }
                Arg::Value(value) => values.push(value),
                other => return Err(other.unexpected().into()),
            }
        }
        match command {
            None => Err(Usage("say what to do".to_owned())),
            Some(Word::Read) if values.is_empty() => Err(Usage("say which files to read".to_owned())),
            Some(Word::Verify) if values.is_empty() && pictures.is_empty() => {
                Err(Usage("say which codes to check".to_owned()))
            }
            Some(Word::Read) => Ok(Self::Read { files: values, json }),
            Some(Word::Verify) => {
                let keys = keys.ok_or_else(|| Usage("say with --keys where the issuer's keys are".to_owned()))?;
                Ok(Self::Verify { codes: values, keys, lists, pictures, at, json })
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Read,
    Verify,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Command, Usage> {
        Command::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn files_and_options_come_in_any_order() {
        let expected = Command::Read { files: vec!["a.jpg".into(), "-b".into()], json: true };
        assert_eq!(parse(&["read", "a.jpg", "--json", "--", "-b"]).unwrap(), expected);
        assert_eq!(parse(&["read", "--help"]).unwrap(), Command::Help);
        assert_eq!(parse(&["--version"]).unwrap(), Command::Version);
        let expected = Command::Verify {
            codes: vec!["SM1:A B".into()],
            keys: "k.json".into(),
            lists: vec!["1.cwt".into(), "2.cwt".into()],
            pictures: vec!["p.jpg".into()],
            at: Some(1_800_000_000),
            json: false,
        };
        let words = [
            "verify",
            "--status",
            "1.cwt",
            "--keys",
            "k.json",
            "SM1:A B",
            "--picture",
            "p.jpg",
            "--status=2.cwt",
            "--at",
            "1800000000",
        ];
        assert_eq!(parse(&words).unwrap(), expected);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for words in [
            &[][..],
            &["read"],
            &["read", "--json"],
            &["write", "a.jpg"],
            &["--json", "read", "a"],
            &["read", "--fast", "a"],
            &["read", "--keys", "k", "a"],
            &["verify", "--keys", "k"],
            &["verify", "SM1:A"],
            &["verify", "--keys", "k", "--at", "noon", "SM1:A"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
