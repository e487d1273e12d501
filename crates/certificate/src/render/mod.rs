//! The documents as PDF: A4, PDF/A-2u, real text in embedded subsets of the typefaces, equal bytes for equal input (NC-4).

mod fonts;
mod ornament;
mod pages;
mod sheet;
mod specimen;
mod template;

use crate::file::FileError;

pub use fonts::{FontError, Fonts};
pub use pages::{certificate, notice};
pub use specimen::{DocumentKind, Specimen};
pub use template::{CertificateWords, NoticeWords, Template, TemplateError};

/// The languages of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese.
    Chinese,
    /// Chinese and English.
    Bilingual,
}

/// A part of a document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The holder's name.
    Name,
    /// The holder's name in Latin letters.
    LatinName,
    /// The number of the holder's document.
    DocumentNumber,
    /// The office's name, address or telephone.
    Office,
    /// The template's words, or what the program says.
    Words,
}

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No typeface has a character. Nothing is printed in its place: the office issues such a certificate by hand.
    #[error("no typeface has character {position} of {part:?}")]
    NoGlyph {
        /// Where.
        part: Part,
        /// From 1.
        position: usize,
    },
    /// A text is longer than its place.
    #[error("{0:?} does not fit the page")]
    DoesNotFit(Part),
    /// The seal is another office's.
    #[error("the seal is another office's")]
    OtherSeal,
    /// The link does not fit a QR symbol.
    #[error("the link does not fit a QR symbol")]
    Symbol,
    /// The PDF cannot be written as PDF/A.
    #[error("the PDF cannot be written")]
    Pdf,
    /// The PDF makes no file.
    #[error(transparent)]
    File(#[from] FileError),
}
