//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use lexopt::{Arg, ValueExt as _};

pub(crate) const HELP: &str = "\
shiming read [--json] FILE…    read pictures of identity documents
shiming verify --keys JWKS [--status LIST]… [--at SECONDS] [--json] [--picture FILE]… [CODE…]
                               check codes of electronic ID cards
shiming verify --keys JWKS [--log LOG [--head HEAD]…] [--at SECONDS] [--json] FILE.pdf…
                               check certificates of no criminal record
shiming audit --keys JWKS [--head HEAD]… [--at SECONDS] [--json] LOG
                               look for what was altered in a log of certificates

Documents   the People's Republic of China's ID cards, permits, passport and licences; other states'
            passports, and the zones of their cards and visas (docs/documents.md)
Pictures    JPEG, PNG, WebP or BMP, told by content; EXIF orientation is applied
Codes       as a scanner gives them, SM1:…; - takes one a line from the standard input

  --json      one JSON object a line: for every document in every file, or for every code
  --keys      the issuer's published keys, a JWK set
  --status    a status list of the issuer; without one a card may have been revoked
  --picture   a photo of a code, or a picture of one
  --log       the issuer's log of certificates; without one a certificate may have been withdrawn
  --head      a signed head of the log that was kept elsewhere
  --at        check as of this time, seconds since 1970, instead of now
  --help      this text
  --version   the version

Exit code 0: every file has its answer, also one that cannot be read, or everything that was checked is
good; 1: the answer could not be written, keys, lists or logs could not be read; 2: wrong usage; 3: a card
or a certificate is not valid, or the log was altered.
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
        pictures: Vec<OsString>,
        certificates: Vec<OsString>,
        lists: Vec<OsString>,
        log: Option<OsString>,
        against: Against,
    },
    Audit {
        log: OsString,
        against: Against,
    },
    Help,
    Version,
}

/// What is checked against what, and how it is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Against {
    /// The issuer's published keys.
    pub(crate) keys: OsString,
    /// Heads of the log that were kept elsewhere.
    pub(crate) heads: Vec<OsString>,
    /// Seconds since 1970; none for now.
    pub(crate) at: Option<u64>,
    /// For programs.
    pub(crate) json: bool,
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
        let (mut pictures, mut log, mut heads) = (Vec::new(), None, Vec::new());
        while let Some(argument) = parser.next()? {
            let checks = matches!(command, Some(Word::Verify | Word::Audit));
            let verifies = command == Some(Word::Verify);
            match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long("version") | Arg::Short('V') => return Ok(Self::Version),
                Arg::Long("json") if command.is_some() => json = true,
                Arg::Long("keys") if checks => keys = Some(parser.value()?),
                Arg::Long("at") if checks => at = Some(parser.value()?.parse()?),
                Arg::Long("head") if checks => heads.push(parser.value()?),
                Arg::Long("status") if verifies => lists.push(parser.value()?),
                Arg::Long("picture") if verifies => pictures.push(parser.value()?),
                Arg::Long("log") if verifies => log = Some(parser.value()?),
                Arg::Value(word) if command.is_none() => {
                    command = Some(match word.to_str() {
                        Some("read") => Word::Read,
                        Some("verify") => Word::Verify,
                        Some("audit") => Word::Audit,
                        _ => return Err(Usage(format!("no command is called {}", word.to_string_lossy()))),
                    });
                }
                Arg::Value(value) => values.push(value),
                other => return Err(other.unexpected().into()),
            }
        }
        let against = |keys: Option<OsString>| -> Result<Against, Usage> {
            let keys = keys.ok_or_else(|| Usage("say with --keys where the issuer's keys are".to_owned()))?;
            Ok(Against { keys, heads, at, json })
        };
        match command {
            None => Err(Usage("say what to do".to_owned())),
            Some(Word::Read) if values.is_empty() => Err(Usage("say which files to read".to_owned())),
            Some(Word::Verify) if values.is_empty() && pictures.is_empty() => {
                Err(Usage("say which codes or certificates to check".to_owned()))
            }
            Some(Word::Read) => Ok(Self::Read { files: values, json }),
            Some(Word::Verify) => {
                let (certificates, codes) = values.into_iter().partition(|value| is_certificate(value));
                Ok(Self::Verify { codes, pictures, certificates, lists, log, against: against(keys)? })
            }
            Some(Word::Audit) => match <[OsString; 1]>::try_from(values) {
                Ok([log]) => Ok(Self::Audit { log, against: against(keys)? }),
                Err(_) => Err(Usage("say which log to look at".to_owned())),
            },
        }
    }
}

/// Whether it is a file that is meant, and no code: codes begin with their prefix.
fn is_certificate(value: &OsStr) -> bool {
    let extension = Path::new(value).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"))
        && !value.to_string_lossy().starts_with(shiming_credential::code::PREFIX)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Read,
    Verify,
    Audit,
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
            codes: vec!["SM1:A B".into(), "SM1:A.PDF".into()],
            pictures: vec!["p.jpg".into()],
            certificates: vec!["a.pdf".into()],
            lists: vec!["1.cwt".into(), "2.cwt".into()],
            log: Some("l".into()),
            against: against(&[]),
        };
        let words = [
            "verify",
            "--status",
            "1.cwt",
            "--keys",
            "k.json",
            "SM1:A B",
            "a.pdf",
            "SM1:A.PDF",
            "--log",
            "l",
            "--picture",
            "p.jpg",
            "--status=2.cwt",
            "--at",
            "1800000000",
        ];
        assert_eq!(parse(&words).unwrap(), expected);
        let words = ["audit", "l", "--head", "h", "--keys", "k.json", "--at", "1800000000"];
        assert_eq!(parse(&words).unwrap(), Command::Audit { log: "l".into(), against: against(&["h"]) });
    }

    fn against(heads: &[&str]) -> Against {
        let heads = heads.iter().map(OsString::from).collect();
        Against { keys: "k.json".into(), heads, at: Some(1_800_000_000), json: false }
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
            &["audit", "--keys", "k"],
            &["audit", "l"],
            &["audit", "--keys", "k", "l", "m"],
            &["audit", "--status", "s", "--keys", "k", "l"],
            &["verify", "--keys", "k", "--at", "noon", "SM1:A"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
