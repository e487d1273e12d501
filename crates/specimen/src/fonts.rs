//! The typefaces that documents are printed in.

use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontArc, FontRef, FontVec};

/// The fonts, once loaded; cheap to share between threads.
pub struct Fonts {
    /// Values and labels: a sans with all 8,105 characters of 通用规范汉字表.
    pub(crate) sans: FontArc,
    /// A bolder cut of the same, for the word that marks a specimen.
    pub(crate) bold: FontArc,
    /// The back's title.
    pub(crate) serif: FontArc,
    /// Digits and X of OCR-B, for the number.
    pub(crate) ocr_b: FontArc,
}

/// Why fonts could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum FontsError {
    /// A file cannot be read.
    #[error("cannot read {path}; `npm ci` installs it")]
    Missing {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not a font.
    #[error("{path} is not a font")]
    Broken {
        /// The file.
        path: PathBuf,
    },
}

impl Fonts {
    /// Loads the fonts that npm installs below `node_modules` (packages `@expo-google-fonts/noto-sans-sc` and
    /// `noto-serif-sc`, both SIL OFL 1.1); OCR-B's digits are part of this crate.
    pub fn load(node_modules: &Path) -> Result<Self, FontsError> {
        let family = node_modules.join("@expo-google-fonts");
        let ocr_b = FontRef::try_from_slice(include_bytes!("../assets/ocr-b-digits.otf"))
            .map_err(|_| FontsError::Broken { path: PathBuf::from("ocr-b-digits.otf") })?;
        Ok(Self {
            sans: open(&family.join("noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"))?,
            bold: open(&family.join("noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf"))?,
            serif: open(&family.join("noto-serif-sc/600SemiBold/NotoSerifSC_600SemiBold.ttf"))?,
            ocr_b: FontArc::from(ocr_b),
        })
    }

    /// The characters of `text` that the sans cannot draw.
    #[must_use]
    pub fn missing(&self, text: &str) -> String {
        text.chars().filter(|&c| self.sans.glyph_id(c).0 == 0).collect()
    }
}

fn open(path: &Path) -> Result<FontArc, FontsError> {
    let bytes = std::fs::read(path).map_err(|source| FontsError::Missing { path: path.to_owned(), source })?;
    let font = FontVec::try_from_vec(bytes).map_err(|_| FontsError::Broken { path: path.to_owned() })?;
    Ok(FontArc::from(font))
}
