//! Division codes (GB/T 2260), the first six digits of an ID number.
//!
//! The provinces are always known. The whole table, 8,110 periods of 7,185 codes, comes with feature `regions`
//! (`data/README.md` says from where).

use std::fmt;

/// Numeric prefixes and names of the 34 divisions of province level, and 83, the prefix of Taiwan residents' permits.
const PROVINCES: [(u8, &str); 35] = [
    (11, "北京市"),
    (12, "天津市"),
    (13, "河北省"),
    (14, "山西省"),
    (15, "内蒙古自治区"),
    (21, "辽宁省"),
    (22, "吉林省"),
    (23, "黑龙江省"),
    (31, "上海市"),
    (32, "江苏省"),
    (33, "浙江省"),
    (34, "安徽省"),
    (35, "福建省"),
    (36, "江西省"),
    (37, "山东省"),
    (41, "河南省"),
    (42, "湖北省"),
    (43, "湖南省"),
    (44, "广东省"),
    (45, "广西壮族自治区"),
    (46, "海南省"),
    (50, "重庆市"),
    (51, "四川省"),
    (52, "贵州省"),
    (53, "云南省"),
    (54, "西藏自治区"),
    (61, "陕西省"),
    (62, "甘肃省"),
    (63, "青海省"),
    (64, "宁夏回族自治区"),
    (65, "新疆维吾尔自治区"),
    (71, "台湾省"),
    (81, "香港特别行政区"),
    (82, "澳门特别行政区"),
    (83, "台湾省"),
];

/// The province whose codes begin with these two digits (83 is Taiwan's too).
#[must_use]
pub fn province_name(prefix: u8) -> Option<&'static str> {
    PROVINCES.iter().find(|(known, _)| *known == prefix).map(|(_, name)| *name)
}

/// Six digits; whether a division has them is another question. `Debug` shows the province only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionCode([u8; 6]);

/// Not six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not six digits")]
pub struct RegionCodeError;

impl RegionCode {
    /// Reads six digits.
    pub fn parse(text: &str) -> Result<Self, RegionCodeError> {
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| RegionCodeError)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(RegionCodeError) }
    }

    /// `digits` must be ASCII digits.
    pub(crate) fn of_digits(digits: [u8; 6]) -> Self {
        Self(digits)
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The first two digits as a number.
    #[must_use]
    pub fn prefix(self) -> u8 {
        (self.0[0] - b'0') * 10 + (self.0[1] - b'0')
    }

    /// The province.
    #[must_use]
    pub fn province(self) -> Option<&'static str> {
        province_name(self.prefix())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionCode({}****)", &self.as_str()[..2])
    }
}

#[cfg(feature = "regions")]
pub use table::{Division, Period, lookup, periods};

#[cfg(feature = "regions")]
mod table {
    use super::RegionCode;

    /// Lines of `code TAB first TAB last TAB name`, sorted.
    const TABLE: &str = include_str!("../data/regions.tsv");

    /// A name that a code had, and when.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Period {
        /// First year in force; none: as long as there are codes.
        pub first: Option<u16>,
        /// Last year in force; none: still.
        pub last: Option<u16>,
        /// The division's own name, without those above it.
        pub name: &'static str,
    }

    impl Period {
        /// Whether the name was in force in `year`.
        #[must_use]
        pub fn covers(&self, year: u16) -> bool {
            self.first.is_none_or(|first| first <= year) && self.last.is_none_or(|last| year <= last)
        }
    }

    /// What a code meant in a year: the names of its three levels.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Division {
        /// Province, autonomous region, municipality or special administrative region.
        pub province: &'static str,
        /// Prefecture or city; none where the county is directly under the province.
        pub prefecture: Option<&'static str>,
        /// County, district or county-level city; none for codes of the levels above and for the summary codes
        /// (`…01`, `…02`, `…11`, `…20`) that lists of the eighties gave to a city's districts as a whole.
        pub county: Option<&'static str>,
    }

    impl Division {
        /// The names from the province down.
        #[must_use]
        pub fn full_name(&self) -> String {
            // 市辖区, 县 and the like group districts; nobody says them.
            let prefecture =
                self.prefecture.filter(|name| !matches!(*name, "市辖区" | "县" | "市" | "省直辖县级行政区划"));
            [Some(self.province), prefecture, self.county].into_iter().flatten().collect()
        }
    }

    /// Every name that `code` had, oldest first; nothing if the lists never had it.
    pub fn periods(code: RegionCode) -> impl Iterator<Item = Period> {
        let rest = &TABLE[first_line_of(code.as_str())..];
        rest.lines().map_while(move |line| {
            let mut columns = line.split('\t');
            let (found, first, last, name) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
            (found == code.as_str()).then(|| Period { first: first.parse().ok(), last: last.parse().ok(), name })
        })
    }

    /// What `code` meant in `year`. Lists begin in 1980: an earlier year finds what was in force then.
    #[must_use]
    pub fn lookup(code: RegionCode, year: u16) -> Option<Division> {
        let year = year.max(1980);
        let province = code.province()?;
        let digits = code.as_str();
        let named = |digits: &str| {
            let code = RegionCode::parse(digits).ok()?;
            periods(code).find(|period| period.covers(year)).map(|period| period.name)
        };
        if &digits[2..] == "0000" {
            return named(digits).map(|_| Division { province, prefecture: None, county: None });
        }
        let prefecture_code = format!("{}00", &digits[..4]);
        // A county can outlive the list of its prefecture: then any name that the prefecture had.
        let prefecture = named(&prefecture_code)
            .or_else(|| RegionCode::parse(&prefecture_code).ok().and_then(|code| periods(code).last()).map(|p| p.name));
        if &digits[4..] == "00" {
            return named(digits).map(|name| Division { province, prefecture: Some(name), county: None });
        }
        match named(digits) {
            Some(county) => Some(Division { province, prefecture, county: Some(county) }),
            None if matches!(&digits[4..], "01" | "02" | "11" | "20") => {
                prefecture.map(|name| Division { province, prefecture: Some(name), county: None })
            }
            None => None,
        }
    }

    /// Byte offset of the first line whose code is not below `code`.
    fn first_line_of(code: &str) -> usize {
        let bytes = TABLE.as_bytes();
        // `low` and `high` are starts of lines; every line before `low` is below `code`, none from `high` on is.
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = bytes[low..middle].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
            if &bytes[start..start + code.len()] < code.as_bytes() {
                low = bytes[middle..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| middle + at + 1);
            } else {
                high = start;
            }
        }
        low
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn code(text: &str) -> RegionCode {
            RegionCode::parse(text).unwrap()
        }

        #[test]
        fn the_table_is_what_the_readers_expect() {
            let mut previous: Option<(&str, &str)> = None;
            for line in TABLE.lines() {
                let columns: Vec<&str> = line.split('\t').collect();
                assert_eq!(columns.len(), 4, "{line}");
                let region = code(columns[0]);
                assert!(region.province().is_some(), "{line}");
                for year in &columns[1..3] {
                    assert!(year.is_empty() || (1980..2030).contains(&year.parse().unwrap()), "{line}");
                }
                assert!(previous.is_none_or(|before| before < (columns[0], columns[1])), "{line} is out of order");
                previous = Some((columns[0], columns[1]));
                assert!(periods(region).any(|period| period.name == columns[3]), "{line} is not found");
            }
            assert_eq!(TABLE.lines().count(), 8110);
        }

        // RN-5: GB/T 2260 codes have periods of validity.
        #[test]
        fn a_code_means_what_it_meant_then() {
            let chongwen = code("110103");
            assert_eq!(lookup(chongwen, 1985).unwrap().full_name(), "北京市崇文区");
            assert_eq!(lookup(chongwen, 2015), None);
            assert_eq!(lookup(code("330106"), 2000).unwrap().full_name(), "浙江省杭州市西湖区");
            assert_eq!(lookup(code("330000"), 2000).unwrap().full_name(), "浙江省");
            assert_eq!(lookup(code("330100"), 2000).unwrap().full_name(), "浙江省杭州市");
            assert_eq!(lookup(code("810000"), 2019).unwrap().full_name(), "香港特别行政区");
            // Born before there were codes: the first list counts.
            assert_eq!(lookup(code("330106"), 1950).unwrap().county, Some("西湖区"));
        }

        #[test]
        fn codes_that_never_were_have_no_periods() {
            for text in ["000000", "110199", "999999", "659999"] {
                assert_eq!(periods(code(text)).count(), 0, "{text}");
                assert_eq!(lookup(code(text), 2000), None, "{text}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn thirty_four_provinces_and_one_prefix_twice() {
        let names: HashSet<_> = PROVINCES.iter().map(|(_, name)| name).collect();
        assert_eq!(names.len(), 34);
        assert_eq!(province_name(83), province_name(71));
        assert_eq!(province_name(10), None);
    }

    #[test]
    fn a_code_is_six_digits() {
        assert_eq!(RegionCode::parse("330106").unwrap().province(), Some("浙江省"));
        for text in ["", "33010", "3301066", "33010X", "二二"] {
            assert_eq!(RegionCode::parse(text), Err(RegionCodeError), "{text}");
        }
        assert_eq!(format!("{:?}", RegionCode::parse("330106").unwrap()), "RegionCode(33****)");
    }
}
