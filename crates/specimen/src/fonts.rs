//! The typefaces that documents are printed in.

use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontArc, FontRef, FontVec};

use crate::split::Split;

/// The fonts, once loaded; cheap to share between threads.
pub struct Fonts {
    /// Values and labels: a sans with all 8,105 characters of 通用规范汉字表.
    pub(crate) sans: FontArc,
    /// A bolder cut of the same, for the word that marks a specimen.
    pub(crate) bold: FontArc,
    /// The back's title.
    pub(crate) serif: FontArc,
    /// Capital letters, digits and `<` of OCR-B, for numbers and zones.
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
    /// `noto-serif-sc`, both SIL OFL 1.1); OCR-B is part of this crate. They are those of [`Split::Test`].
    pub fn load(node_modules: &Path) -> Result<Self, FontsError> {
        Self::of_weights(node_modules, [400, 700, 600])
    }

    /// The sets of fonts of a split, one after the other.
    pub fn of_split(node_modules: &Path, split: Split) -> Result<Vec<Self>, FontsError> {
        split.weights().iter().map(|weights| Self::of_weights(node_modules, *weights)).collect()
    }

    fn of_weights(node_modules: &Path, [sans, bold, serif]: [u16; 3]) -> Result<Self, FontsError> {
        let family = node_modules.join("@expo-google-fonts");
        let file = |package: &str, stem: &str, weight: u16| {
            let cut = format!("{weight}{}", weight_name(weight));
            open(&family.join(package).join(&cut).join(format!("{stem}_{cut}.ttf")))
        };
        let ocr_b = FontRef::try_from_slice(include_bytes!("../assets/ocr-b.otf"))
            .map_err(|_| FontsError::Broken { path: PathBuf::from("ocr-b.otf") })?;
        Ok(Self {
            sans: file("noto-sans-sc", "NotoSansSC", sans)?,
            bold: file("noto-sans-sc", "NotoSansSC", bold)?,
            serif: file("noto-serif-sc", "NotoSerifSC", serif)?,
            ocr_b: FontArc::from(ocr_b),
        })
    }

    /// The characters of `text` that the sans cannot draw.
    #[must_use]
    pub fn missing(&self, text: &str) -> String {
        text.chars().filter(|&c| self.sans.glyph_id(c).0 == 0).collect()
    }
}

/// How files of this weight are called.
fn weight_name(weight: u16) -> &'static str {
    match weight {
        300 => "Light",
        500 => "Medium",
        600 => "SemiBold",
        700 => "Bold",
        800 => "ExtraBold",
        900 => "Black",
        _ => "Regular",
    }
}

fn open(path: &Path) -> Result<FontArc, FontsError> {
    let bytes = std::fs::read(path).map_err(|source| FontsError::Missing { path: path.to_owned(), source })?;
    let font = FontVec::try_from_vec(bytes).map_err(|_| FontsError::Broken { path: path.to_owned() })?;
    Ok(FontArc::from(font))
}
