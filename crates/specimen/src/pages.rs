//! Every side that can be drawn.

use std::ops::Deref;
use std::sync::LazyLock;

use shiming_identity::document;

use crate::look::Look;

/// A side of a document that can be drawn: what is known of it, and its look.
pub struct Page {
    pub(crate) known: &'static document::Page,
    pub(crate) look: Look,
}

impl Deref for Page {
    type Target = document::Page;

    fn deref(&self) -> &document::Page {
        self.known
    }
}

/// Every side that can be drawn.
///
/// # Panics
/// Never: the files are part of the program, and a test parses each of them.
#[must_use]
pub fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
        let known = |name: &str| document::pages().iter().find(|page| page.name == name);
        let page = |(name, look): &(&'static str, &str)| {
            Some(Page { known: known(name)?, look: serde_json::from_str(look).ok()? })
        };
        LOOKS.iter().filter_map(page).collect()
    });
    &PAGES
}

/// The side of this name.
#[must_use]
pub fn page(name: &str) -> Option<&'static Page> {
    pages().iter().find(|page| page.name == name)
}

macro_rules! looks {
    ($($name:literal,)+) => {
        &[$(($name, include_str!(concat!("../looks/", $name, ".json"))),)+]
    };
}

/// What each side looks like, beyond where everything is.
static LOOKS: &[(&str, &str)] = looks![
    "cn_resident_id.front",
    "cn_resident_id.back",
    "cn_resident_id.bilingual.front",
    "cn_temporary_id.front",
    "cn_temporary_id.back",
    "cn_residence_permit.front",
    "cn_residence_permit.hk_macao.back",
    "cn_residence_permit.taiwan.back",
    "cn_travel_permit_hk_macao.front",
    "cn_travel_permit_hk_macao.back",
    "cn_travel_permit_taiwan.front",
    "cn_travel_permit_taiwan.back",
    "cn_permanent_resident.2017.front",
    "cn_permanent_resident.2017.back",
    "cn_permanent_resident.2023.front",
    "cn_permanent_resident.2023.back",
    "cn_passport.front",
    "foreign_passport.front",
    "cn_driving_licence.front",
    "cn_officer_card.front",
    "cn_armed_police_card.front",
    "foreign_passport.td1.front",
    "foreign_passport.td1.back",
    "foreign_passport.td2.front",
    "foreign_passport.mrv_a.front",
    "foreign_passport.mrv_b.front",
];

#[cfg(test)]
mod tests {
    use super::*;

    // RC-1: every page whose layout is known can be drawn
    #[test]
    fn every_page_has_a_look_on_which_everything_lies() {
        assert_eq!(pages().len(), LOOKS.len());
        assert_eq!(pages().len(), document::pages().len());
        for page in pages() {
            for area in &page.look.ghosts {
                assert!(0.0 <= area.left && area.left < area.right && area.right <= 1.0, "{} {area:?}", page.name);
                assert!(0.0 <= area.top && area.top < area.bottom && area.bottom <= 1.0, "{} {area:?}", page.name);
            }
        }
    }
}
