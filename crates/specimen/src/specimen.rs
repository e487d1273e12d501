//! A fictional document, drawn, with the truth about it.

use std::collections::BTreeMap;

use image::RgbImage;
use shiming_identity::document::FieldName;

use crate::citizen::Citizen;
use crate::draw::{Printed, draw};
use crate::fonts::Fonts;
use crate::pages::Page;
use crate::papers::Papers;
use crate::people::{NameKind, person};
use crate::split::Split;

/// What is true of a drawn side.
#[derive(Clone)]
pub struct Truth {
    /// Which side of which document.
    pub page: &'static Page,
    /// The fields printed on this side as a reader should report them: dates `YYYY-MM-DD` (officers' births `YYYY-MM`) or
    /// 长期, sex 男 or 女 (`M` or `F` on foreign documents), Latin names as `SURNAME, GIVEN NAMES`.
    pub fields: BTreeMap<FieldName, String>,
    /// The lines of its machine-readable zone; none if it has none.
    pub mrz: Vec<String>,
    /// What is printed in each slot of its layout, in their order.
    pub printed: Vec<Printed>,
    /// Whose portrait it bears.
    pub holder: Citizen,
}

/// A side of a fictional document, drawn flat.
pub struct Specimen {
    /// The picture.
    pub image: RgbImage,
    /// What it shows.
    pub truth: Truth,
}

/// What `page` says for the person of `seed`. The other sides of the same person's document have the same `split`, `seed`
/// and `names`.
#[must_use]
pub fn truth(page: &'static Page, split: Split, seed: u64, names: NameKind) -> Truth {
    Truth::of(page, papers(page, split, seed, names))
}

/// Draws what [`truth`] says, `width` pixels across.
#[must_use]
pub fn specimen(page: &'static Page, split: Split, seed: u64, names: NameKind, fonts: &Fonts, width: u32) -> Specimen {
    let papers = papers(page, split, seed, names);
    Specimen { image: draw(page, &papers, fonts, width), truth: Truth::of(page, papers) }
}

fn papers(page: &Page, split: Split, seed: u64, names: NameKind) -> Papers {
    Papers::new(page, &person(split, seed, names), split.apart(seed))
}

impl Truth {
    fn of(page: &'static Page, papers: Papers) -> Self {
        let mrz = page.zone.map(|format| papers.zone(format)).unwrap_or_default();
        Self { page, fields: papers.truth(page), mrz, printed: papers.print(page), holder: papers.citizen }
    }
}
