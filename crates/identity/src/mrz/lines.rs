//! From text to lines of the 37 characters.

use super::MrzError;
use super::layout::{Format, Span};

/// The lines of a zone, all as long as the format asks, of `0`–`9`, `A`–`Z` and `<` only.
#[derive(Clone)]
pub(super) struct Lines {
    pub(super) format: Format,
    cells: Vec<Vec<u8>>,
}

impl Lines {
    /// Takes the lines of a text: white space goes, empty lines too, letters become capitals, what recognisers write
    /// for the filler (`«`, `‹`, `＜`, …) becomes `<`. A line that ends with the name may lack fillers at its end or
    /// have too many: readers count long runs badly, and only their being fillers means anything.
    pub(super) fn parse(text: &str) -> Result<Self, MrzError> {
        let mut cells: Vec<Vec<u8>> = Vec::new();
        for line in text.lines() {
            let mut characters = Vec::with_capacity(44);
            for c in line.chars().filter(|c| !c.is_whitespace()) {
                match crate::text::narrow(c) {
                    c @ ('0'..='9' | 'A'..='Z' | 'a'..='z' | '<') => {
                        characters.extend(u8::try_from(c).map(|c| c.to_ascii_uppercase()));
                    }
                    '‹' | '〈' | '《' | '⟨' => characters.push(b'<'),
                    '«' => characters.extend(b"<<"),
                    _ => return Err(MrzError::Character { line: cells.len() + 1, position: characters.len() + 1 }),
                }
            }
            if !characters.is_empty() {
                cells.push(characters);
            }
            if cells.len() > 3 {
                return Err(MrzError::Size);
            }
        }
        let format = format_of(&cells).ok_or(MrzError::Size)?;
        let layout = format.layout();
        for (index, line) in cells.iter_mut().enumerate() {
            let ends_with_name = layout.name.is_some_and(|name| name.line == index && name.end == layout.width);
            if ends_with_name && line.ends_with(b"<<") {
                while line.len() > layout.width && line.ends_with(b"<<") {
                    line.pop();
                }
                line.resize(line.len().max(layout.width), b'<');
            }
            if line.len() != layout.width {
                return Err(MrzError::Size);
            }
        }
        Ok(Self { format, cells })
    }

    pub(super) fn get(&self, span: Span) -> &[u8] {
        self.cells.get(span.line).and_then(|line| line.get(span.start..span.end)).unwrap_or_default()
    }

    /// The one character of a span of length one; a filler where there is none.
    pub(super) fn one(&self, span: Span) -> u8 {
        self.get(span).first().copied().unwrap_or(b'<')
    }

    pub(super) fn set(&mut self, line: usize, position: usize, character: u8) {
        if let Some(cell) = self.cells.get_mut(line).and_then(|line| line.get_mut(position)) {
            *cell = character;
        }
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.cells.iter().map(|line| line.iter().map(|c| char::from(*c)).collect()).collect()
    }
}

/// The format by the line that has to be exact: the last but for TD1 and the mainland's permits, whose first is.
fn format_of(cells: &[Vec<u8>]) -> Option<Format> {
    let first = cells.first()?;
    match cells.len() {
        2 => Format::of(2, cells.last()?.len(), first),
        lines => Format::of(lines, first.len(), first),
    }
}
