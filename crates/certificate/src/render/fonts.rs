//! Typefaces and lines of text. Han and Latin letters stand one after the other in the order of the text: no shaping is needed.

use std::sync::Arc;

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

/// The typefaces of a document. Each weight is a list: a character that the first face lacks is looked for in the next.
#[derive(Clone)]
pub struct Fonts {
    regular: Vec<Face>,
    bold: Vec<Face>,
}

#[derive(Clone)]
struct Face {
    data: Arc<Vec<u8>>,
    font: Font,
}

/// Bytes that are no font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("typeface {0} is none that can be embedded")]
pub struct FontError(pub usize);

impl Fonts {
    /// TrueType or OpenType files, whole: what is used of them is embedded.
    pub fn new(regular: Vec<Vec<u8>>, bold: Vec<Vec<u8>>) -> Result<Self, FontError> {
        let faces = |files: Vec<Vec<u8>>| {
            let faces: Result<Vec<Face>, FontError> =
                files.into_iter().enumerate().map(|(at, file)| Face::new(file).ok_or(FontError(at))).collect();
            faces.and_then(|faces| if faces.is_empty() { Err(FontError(0)) } else { Ok(faces) })
        };
        Ok(Self { regular: faces(regular)?, bold: faces(bold)? })
    }

    /// The characters of `text` that no face has: whoever bears them gets no certificate from here (RC-6: no box, no look-alike).
    #[must_use]
    pub fn missing(&self, text: &str) -> String {
        let writers = [Writer::of(&self.regular), Writer::of(&self.bold)];
        text.chars().filter(|c| writers.iter().any(|writer| writer.glyph(*c).is_none())).collect()
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({} regular, {} bold)", self.regular.len(), self.bold.len())
    }
}

impl Face {
    fn new(file: Vec<u8>) -> Option<Self> {
        FontRef::from_index(&file, 0).ok()?;
        let data = Arc::new(file);
        let font = Font::new(Data::from(Arc::clone(&data)), 0)?;
        Some(Self { data, font })
    }
}

/// Which of the two weights.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Writes in both weights.
pub(super) struct Writers<'a> {
    regular: Writer<'a>,
    bold: Writer<'a>,
}

impl<'a> Writers<'a> {
    pub(super) fn new(fonts: &'a Fonts) -> Self {
        Self { regular: Writer::of(&fonts.regular), bold: Writer::of(&fonts.bold) }
    }

    pub(super) fn of(&self, weight: Weight) -> &Writer<'a> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

/// Turns text into glyphs of one weight.
pub(super) struct Writer<'a>(Vec<Cut<'a>>);

struct Cut<'a> {
    font: &'a Font,
    characters: Charmap<'a>,
    metrics: GlyphMetrics<'a>,
}

/// A part of a line that is in one face.
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// In ems.
    pub(super) width: f32,
}

/// No face has the character at this place, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoGlyph(pub(super) usize);

impl<'a> Writer<'a> {
    fn of(faces: &'a [Face]) -> Self {
        let cut = |face: &'a Face| {
            let font = FontRef::from_index(&face.data, 0).ok()?;
            let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
            Some(Cut { font: &face.font, characters: font.charmap(), metrics })
        };
        Self(faces.iter().filter_map(cut).collect())
    }

    /// Which face has the character, its glyph there, and its width in ems.
    fn glyph(&self, c: char) -> Option<(usize, GlyphId, f32)> {
        self.0.iter().enumerate().find_map(|(at, cut)| {
            let glyph = cut.characters.map(c).filter(|glyph| glyph.to_u32() != 0)?;
            let width = cut.metrics.advance_width(glyph).unwrap_or_default() / cut.font.units_per_em();
            Some((at, GlyphId::new(glyph.to_u32()), width))
        })
    }

    /// The glyphs of a line; `spacing` is added behind every character, in ems.
    pub(super) fn runs(&self, text: &str, spacing: f32) -> Result<Vec<Run>, NoGlyph> {
        let mut runs: Vec<(usize, Run)> = Vec::new();
        for (at, c) in text.chars().enumerate() {
            let (face, glyph, width) = self.glyph(c).ok_or(NoGlyph(at + 1))?;
            if runs.last().is_none_or(|(last, _)| *last != face) {
                let font = self.0[face].font.clone();
                runs.push((face, Run { font, text: String::new(), glyphs: Vec::new(), width: 0.0 }));
            }
            if let Some((_, run)) = runs.last_mut() {
                let start = run.text.len();
                run.text.push(c);
                let range = start..run.text.len();
                run.glyphs.push(KrillaGlyph::new(glyph, width + spacing, 0.0, 0.0, 0.0, range, None));
                run.width += width + spacing;
            }
        }
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    /// How wide a line is, in ems.
    pub(super) fn width(&self, text: &str, spacing: f32) -> Result<f32, NoGlyph> {
        Ok(self.runs(text, spacing)?.iter().map(|run| run.width).sum())
    }

    /// The lines of a paragraph that is `width` ems wide, its first line indented by `indent` ems.
    pub(super) fn lines(&self, text: &str, width: f32, indent: f32) -> Result<Vec<String>, NoGlyph> {
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), indent);
        for piece in pieces(text) {
            let shown = self.width(piece.trim_end(), 0.0)?;
            if used + shown > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0.0;
            }
            line.push_str(piece);
            used += self.width(piece, 0.0)?;
        }
        if !line.is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        Ok(lines)
    }
}

/// Where lines may break: after a space, and beside every Han character, but not before what closes or after what opens
/// (GB/T 15834).
fn pieces(text: &str) -> Vec<&str> {
    let is_han = |c: char| u32::from(c) >= 0x2E80;
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|before| {
            let opens = matches!(before, '（' | '“' | '《' | '「');
            let closes = matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '”' | '》' | '」' | '！' | '？' | ' ');
            !opens && !closes && (before == ' ' || is_han(before) || is_han(c))
        });
        if breaks {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_they_may() {
        assert_eq!(pieces("截至2026年，无（甲）。"), ["截", "至", "2026", "年，", "无", "（甲）。"]);
        assert_eq!(pieces("no record 记录"), ["no ", "record ", "记", "录"]);
    }
}
