//! Every side of every document whose layout is known, in the order of the classes by which readers tell them apart.

use std::sync::LazyLock;

use super::{DocumentKind, Layout, SlotContent};
use crate::mrz::Format;

/// A side of a document.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is called: `cn_passport.front`, `cn_residence_permit.taiwan.back`.
    pub name: &'static str,
    /// Where everything is.
    pub layout: Layout,
    /// Its machine-readable zone, if it has one.
    pub zone: Option<Format>,
    /// A document of ICAO Doc 9303 that is known for its zone, and of no kind that the rules know: an identity card or a
    /// visa of another state.
    pub generic: bool,
}

impl Page {
    /// The kind of document; none for an identity card or a visa of Doc 9303.
    #[must_use]
    pub fn document(&self) -> Option<DocumentKind> {
        (!self.generic).then_some(self.layout.document)
    }

    /// The page's form, where its document has several layouts.
    #[must_use]
    pub fn form(&self) -> Option<&str> {
        self.layout.form.as_deref()
    }

    /// Whether a value is printed here.
    #[must_use]
    pub fn reads(&self, content: SlotContent) -> bool {
        self.layout.slots.iter().any(|slot| slot.reads == content)
    }
}

/// All of them.
///
/// # Panics
/// Never: the files are part of the program, and a test parses each of them.
#[must_use]
pub fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| SOURCES.iter().filter_map(Source::parse).collect());
    &PAGES
}

/// A page's file.
struct Source {
    name: &'static str,
    layout: &'static str,
    generic: bool,
    zone: Option<Format>,
}

impl Source {
    fn parse(&self) -> Option<Page> {
        let layout = serde_json::from_str(self.layout).ok()?;
        Some(Page { name: self.name, layout, zone: self.zone, generic: self.generic })
    }
}

macro_rules! source {
    ($name:literal) => {
        source!($name, false, None)
    };
    ($name:literal, $zone:ident) => {
        source!($name, false, Some(Format::$zone))
    };
    (generic $name:literal, $zone:expr) => {
        source!($name, true, $zone)
    };
    ($name:literal, $generic:literal, $zone:expr) => {
        Source {
            name: $name,
            layout: include_str!(concat!("../../../../documents/", $name, ".json")),
            generic: $generic,
            zone: $zone,
        }
    };
}

/// New ones go to the end: nets were trained with these places.
static SOURCES: &[Source] = &[
    source!("cn_resident_id.front"),
    source!("cn_resident_id.back"),
    source!("cn_resident_id.bilingual.front"),
    source!("cn_temporary_id.front"),
    source!("cn_temporary_id.back"),
    source!("cn_residence_permit.front"),
    source!("cn_residence_permit.hk_macao.back"),
    source!("cn_residence_permit.taiwan.back"),
    source!("cn_travel_permit_hk_macao.front"),
    source!("cn_travel_permit_hk_macao.back", ChinaThreeLines),
    source!("cn_travel_permit_taiwan.front"),
    source!("cn_travel_permit_taiwan.back", ChinaThreeLines),
    source!("cn_permanent_resident.2017.front"),
    source!("cn_permanent_resident.2017.back"),
    source!("cn_permanent_resident.2023.front"),
    source!("cn_permanent_resident.2023.back"),
    source!("cn_passport.front", Td3),
    source!("foreign_passport.front", Td3),
    source!("cn_driving_licence.front"),
    source!("cn_officer_card.front"),
    source!("cn_armed_police_card.front"),
    source!(generic "foreign_passport.td1.front", None),
    source!(generic "foreign_passport.td1.back", Some(Format::Td1)),
    source!(generic "foreign_passport.td2.front", Some(Format::Td2)),
    source!(generic "foreign_passport.mrv_a.front", Some(Format::MrvA)),
    source!(generic "foreign_passport.mrv_b.front", Some(Format::MrvB)),
];

#[cfg(test)]
mod tests {
    use super::*;

    // RC-1: layouts of every document
    #[test]
    fn every_page_parses_and_every_kind_has_one() {
        for source in SOURCES {
            let layout: Layout = serde_json::from_str(source.layout).unwrap_or_else(|e| panic!("{}: {e}", source.name));
            let parts =
                [Some(serde_json::to_value(layout.document).unwrap().as_str().unwrap().to_owned()), layout.form]
                    .into_iter()
                    .flatten()
                    .chain([serde_json::to_value(layout.side).unwrap().as_str().unwrap().to_owned()]);
            assert_eq!(parts.collect::<Vec<_>>().join("."), source.name);
        }
        assert_eq!(pages().len(), SOURCES.len());
        for kind in DocumentKind::ALL {
            assert!(pages().iter().any(|page| page.document() == Some(kind)), "{kind:?}");
        }
    }

    #[test]
    fn whatever_a_layout_has_lies_on_the_page() {
        for page in pages() {
            let layout = &page.layout;
            let areas = layout.slots.iter().map(|slot| slot.area).chain(layout.labels.iter().map(|label| label.area));
            for area in areas.chain(layout.portrait).chain(layout.emblem) {
                assert!(0.0 <= area.left && area.left < area.right && area.right <= 1.0, "{} {area:?}", page.name);
                assert!(0.0 <= area.top && area.top < area.bottom && area.bottom <= 1.0, "{} {area:?}", page.name);
            }
            let zone = layout.slots.iter().filter(|slot| slot.reads == SlotContent::Mrz);
            assert_eq!(zone.count(), page.zone.map_or(0, |format| format.size().0), "{}", page.name);
        }
    }
}
