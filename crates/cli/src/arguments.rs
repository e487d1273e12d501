//! The command line.

use std::ffi::OsString;

use lexopt::Arg;

pub(crate) const HELP: &str = "\
shiming read [--json] FILE…    read pictures of identity documents

Documents   resident ID card of the People's Republic of China, front and back
Pictures    JPEG, PNG, WebP or BMP, told by content; EXIF orientation is applied

  --json      one JSON object a line for every document in every file
  --help      this text
  --version   the version

Exit code 0: every file has its answer, also one that cannot be read; 1: the answer could not be
written; 2: wrong usage.
";

/// What the user asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Read { files: Vec<OsString>, json: bool },
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
        let mut command = None;
        let (mut files, mut json) = (Vec::new(), false);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long("version") | Arg::Short('V') => return Ok(Self::Version),
                Arg::Long("json") if command.is_some() => json = true,
                Arg::Value(word) if command.is_none() => {
                    if word != "read" {
                        return Err(Usage(format!("no command is called {}", word.to_string_lossy())));
                    }
                    command = Some(());
                }
                Arg::Value(file) => files.push(file),
                other => return Err(other.unexpected().into()),
            }
        }
        if command.is_none() {
            return Err(Usage("say what to do".to_owned()));
        }
        if files.is_empty() {
            return Err(Usage("say which files to read".to_owned()));
        }
        Ok(Self::Read { files, json })
    }
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
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
