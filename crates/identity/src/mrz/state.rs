//! The three-letter codes of states, organizations and kinds of nationality.

use std::fmt;

/// Who issued a document, or whose national its holder is, as the zone prints it: up to three characters. Nothing says
/// that the code is assigned; [`StateCode::is_known`] does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateCode([u8; 3]);

impl StateCode {
    /// The three characters, fillers at the end.
    pub(super) fn new(characters: &[u8]) -> Self {
        let mut code = [b'<'; 3];
        for (cell, c) in code.iter_mut().zip(characters) {
            *cell = *c;
        }
        Self(code)
    }

    /// The code without fillers.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().rposition(|c| *c != b'<').map_or(0, |last| last + 1);
        self.0.get(..end).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default()
    }

    /// Whether it is a code of ISO 3166-1 alpha-3 or of Doc 9303-3 §5. Documents may carry older codes than these.
    #[must_use]
    pub fn is_known(self) -> bool {
        let code = self.as_str();
        !code.is_empty() && [ISO_3166, ICAO].iter().any(|codes| codes.split(' ').any(|known| known == code))
    }

    /// Whether it is made of letters, at least one, with fillers only after them.
    pub(super) fn is_well_formed(self) -> bool {
        !self.as_str().is_empty() && self.as_str().bytes().all(|c| c.is_ascii_uppercase())
    }
}

impl fmt::Display for StateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A nationality is personal: nothing is shown.
impl fmt::Debug for StateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateCode(…)")
    }
}

/// ISO 3166-1 alpha-3 as of 2026.
const ISO_3166: &str = "\
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM \
    BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR \
    CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB \
    GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA \
    JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA \
    MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR \
    NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS \
    SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON \
    TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE";

/// Doc 9303-3 §5, parts B to D: Germany, nationals of the United Kingdom other than citizens, the European Union, the
/// United Nations and Kosovo, organizations that issue travel documents, people without a nationality, and Utopia for
/// specimens. `RKS` is what documents of Kosovo print.
const ICAO: &str = "D GBD GBN GBO GBP GBS EUE UNO UNA UNK RKS XBA XIM XCC XCE XCO XEC XES XMP XOM XPO XDC XXA XXB XXC \
    XXX UTO";

#[cfg(test)]
mod tests {
    use super::*;

    // Doc 9303-3 §5
    #[test]
    fn states_and_special_codes() {
        for code in ["CHN", "D<<", "GBD", "UNO", "XXA", "XXB", "XXC", "XXX", "XOM", "UTO", "ZWE", "ABW", "HKG"] {
            assert!(StateCode::new(code.as_bytes()).is_known(), "{code}");
        }
        for code in ["<<<", "DE<", "CH", "CNH", "ABC", " CH", "N D"] {
            assert!(!StateCode::new(code.as_bytes()).is_known(), "{code}");
        }
        assert_eq!(StateCode::new(b"D<<").to_string(), "D");
        assert!(!StateCode::new(b"C<N").is_well_formed() && !StateCode::new(b"UT0").is_well_formed());
        assert_eq!(ISO_3166.split(' ').count(), 249);
    }
}
