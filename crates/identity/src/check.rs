//! Do the fields of a document agree with each other?

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::document::FieldName;
use crate::id_number::{IdNumber, NumberHolder};
use crate::sex::Sex;
use crate::validity::{Validity, ValidityWarning};

/// The fields of a resident ID card that have something to say about each other; absent ones are not compared, so that
/// one side of a card can be checked alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    /// 公民身份号码
    pub id_number: Option<&'a IdNumber>,
    /// 性别
    pub sex: Option<Sex>,
    /// 出生
    pub birth_date: Option<Date>,
    /// 住址
    pub address: Option<&'a str>,
    /// 签发机关
    pub issuer: Option<&'a str>,
    /// 有效期限
    pub validity: Option<Validity>,
}

/// Two fields, or a field and the calendar, that do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inconsistency {
    /// The birth date is not the one in the number.
    BirthDateNotInNumber,
    /// The sex is not the one in the number.
    SexNotInNumber,
    /// Born after today.
    BornInFuture,
    /// Born more than 130 years ago.
    TooOld,
    /// Issued before birth.
    IssuedBeforeBirth,
    /// Issued after today: not valid yet.
    NotYetValid,
    /// The last day is over.
    Expired,
    /// The number is one of a residence permit, which is another document.
    NumberOfResidencePermit,
    /// No list ever had the number's division code (feature `regions`).
    RegionUnknown,
    /// The number's division code was abolished before the birth (feature `regions`).
    RegionAbolishedBeforeBirth,
    /// The issuer is no public security organ.
    IssuerNotPolice,
    /// The issuer's place does not occur in the address.
    IssuerElsewhere,
    /// The term is none that cards are made for.
    UnusualTerm,
    /// The term is not the one for the holder's age at issue.
    TermNotOfAge,
}

/// What an inconsistency is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Real cards have it now and then: look twice.
    Doubt,
    /// Some field is wrong; no real card that is read right has it.
    Contradiction,
    /// The fields may be right; the document is not valid today.
    NotValid,
}

impl Inconsistency {
    /// What it is worth.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::NotYetValid | Self::Expired => Severity::NotValid,
            Self::BirthDateNotInNumber
            | Self::SexNotInNumber
            | Self::BornInFuture
            | Self::TooOld
            | Self::IssuedBeforeBirth => Severity::Contradiction,
            Self::NumberOfResidencePermit
            | Self::RegionUnknown
            | Self::RegionAbolishedBeforeBirth
            | Self::IssuerNotPolice
            | Self::IssuerElsewhere
            | Self::UnusualTerm
            | Self::TermNotOfAge => Severity::Doubt,
        }
    }

    /// The fields to look at.
    #[must_use]
    pub fn fields(self) -> &'static [FieldName] {
        use FieldName::{Address, BirthDate, IdNumber, Issuer, Sex, ValidFrom, ValidUntil};
        match self {
            Self::BirthDateNotInNumber => &[BirthDate, IdNumber],
            Self::SexNotInNumber => &[Sex, IdNumber],
            Self::BornInFuture | Self::TooOld => &[BirthDate],
            Self::IssuedBeforeBirth => &[ValidFrom, BirthDate],
            Self::NotYetValid => &[ValidFrom],
            Self::Expired => &[ValidUntil],
            Self::NumberOfResidencePermit | Self::RegionUnknown | Self::RegionAbolishedBeforeBirth => &[IdNumber],
            Self::IssuerNotPolice => &[Issuer],
            Self::IssuerElsewhere => &[Issuer, Address],
            Self::UnusualTerm | Self::TermNotOfAge => &[ValidFrom, ValidUntil],
        }
    }
}

/// Every inconsistency among `fields` and `today`, in the order of the variants.
#[must_use]
pub fn cross_check(fields: &Fields<'_>, today: Date) -> Vec<Inconsistency> {
    // The number knows the birth date too, and better: it has a check digit.
    let birth = fields.id_number.map(IdNumber::birth_date).or(fields.birth_date);
    let mut found = Vec::new();
    let mut note = |broken: bool, inconsistency| {
        if broken {
            found.push(inconsistency);
        }
    };

    if let Some(number) = fields.id_number {
        note(fields.birth_date.is_some_and(|date| date != number.birth_date()), Inconsistency::BirthDateNotInNumber);
        note(fields.sex.is_some_and(|sex| sex != number.sex()), Inconsistency::SexNotInNumber);
    }
    calendar(birth, fields.validity, today, &mut note);
    if let Some(number) = fields.id_number {
        note(number.holder() != NumberHolder::Citizen, Inconsistency::NumberOfResidencePermit);
        #[cfg(feature = "regions")]
        match region_in_force(number) {
            RegionInForce::Yes => {}
            RegionInForce::Never => note(true, Inconsistency::RegionUnknown),
            RegionInForce::NotAnyMore => note(true, Inconsistency::RegionAbolishedBeforeBirth),
        }
    }
    if let Some(issuer) = fields.issuer {
        match place_of_issuer(issuer) {
            None => note(true, Inconsistency::IssuerNotPolice),
            Some(place) => {
                note(fields.address.is_some_and(|address| !address.contains(place)), Inconsistency::IssuerElsewhere);
            }
        }
    }
    if let (Some(validity), Some(birth)) = (fields.validity, birth)
        && let Some(warning) = validity.warnings(birth)
    {
        note(true, warning.into());
    }
    found
}

/// What the calendar has against a birth date and a validity, whatever the document.
pub(crate) fn calendar(
    birth: Option<Date>,
    validity: Option<Validity>,
    today: Date,
    note: &mut impl FnMut(bool, Inconsistency),
) {
    if let Some(birth) = birth {
        note(birth > today, Inconsistency::BornInFuture);
        note(birth.age_on(today).is_some_and(|age| age > 130), Inconsistency::TooOld);
    }
    if let Some(validity) = validity {
        note(birth.is_some_and(|birth| validity.from() < birth), Inconsistency::IssuedBeforeBirth);
        note(validity.from() > today, Inconsistency::NotYetValid);
        note(validity.until().is_past(today), Inconsistency::Expired);
    }
}

impl From<ValidityWarning> for Inconsistency {
    fn from(warning: ValidityWarning) -> Self {
        match warning {
            ValidityWarning::UnusualTerm => Self::UnusualTerm,
            ValidityWarning::TermNotOfAge => Self::TermNotOfAge,
        }
    }
}

#[cfg(feature = "regions")]
enum RegionInForce {
    Yes,
    Never,
    NotAnyMore,
}

/// Whether the number's code can have been given to somebody born then. Numbers were given out from 1984 on, so an older
/// person's code need not be older; the police's lists follow the published ones within about a year.
#[cfg(feature = "regions")]
fn region_in_force(number: &IdNumber) -> RegionInForce {
    use crate::region::{RegionCode, lookup, periods};

    let code = number.region();
    let year = number.birth_date().year().max(1984) - 1;
    let mut known = periods(code).peekable();
    if known.peek().is_none() {
        // A summary code (…01, …02, …11, …20) stands for its prefecture and has no line of its own.
        return if lookup(code, year).is_some() { RegionInForce::Yes } else { RegionInForce::Never };
    }
    let prefecture_summary = matches!(&code.as_str()[4..], "01" | "02" | "11" | "20")
        && RegionCode::parse(&format!("{}00", &code.as_str()[..4])).is_ok_and(|code| periods(code).next().is_some());
    if prefecture_summary || known.any(|period| period.last.is_none_or(|last| last >= year)) {
        RegionInForce::Yes
    } else {
        RegionInForce::NotAnyMore
    }
}

/// The place in an issuer's name (杭州市公安局西湖分局 → 杭州), without the word for its level, which addresses vary;
/// none if the issuer is no public security organ (公安).
fn place_of_issuer(issuer: &str) -> Option<&str> {
    let (place, _) = issuer.split_once("公安")?;
    let place = place.trim();
    // Of several levels the last is the issuer's own.
    let own = ["自治县", "自治旗", "市", "县", "区", "旗"]
        .iter()
        .find_map(|level| place.strip_suffix(level))
        .unwrap_or(place);
    let above = ["省", "自治区", "自治州", "地区", "市", "盟"];
    let start = above.iter().filter_map(|level| own.rfind(level).map(|at| at + level.len())).max().unwrap_or(0);
    let own = own.get(start..).filter(|own| !own.is_empty()).unwrap_or(own);
    // A name of one character (e.g. 赵县) needs its level to say anything.
    Some(if own.chars().count() >= 2 { own } else { place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Expiry;

    const TODAY: &str = "2026-11-22";

    fn day(text: &str) -> Date {
        Date::parse_iso(text).unwrap()
    }

    /// The example of GB 11643, annex A: a woman born 1949-12-31 in 110105.
    fn number() -> IdNumber {
        IdNumber::parse("11010519491231002X").unwrap()
    }

    fn validity(from: &str, until: &str) -> Validity {
        Validity::new(day(from), until.parse::<Expiry>().unwrap()).unwrap()
    }

    fn good(number: &IdNumber) -> Fields<'_> {
        Fields {
            id_number: Some(number),
            sex: Some(Sex::Female),
            birth_date: Some(day("1949-12-31")),
            address: Some("北京市朝阳区样本路1号"),
            issuer: Some("北京市公安局朝阳分局"),
            validity: Some(validity("2010-01-01", "长期")),
        }
    }

    // RN-5
    #[test]
    fn a_sound_card_has_no_inconsistency() {
        assert_eq!(cross_check(&good(&number()), day(TODAY)), []);
        assert_eq!(cross_check(&Fields::default(), day(TODAY)), []);
    }

    // RN-5
    #[test]
    fn each_inconsistency_is_found_alone() {
        let number = number();
        let good = good(&number);
        let permit = IdNumber::parse_15("810000900101002").unwrap();
        for (fields, expected) in [
            (Fields { birth_date: Some(day("1949-12-30")), ..good }, Inconsistency::BirthDateNotInNumber),
            (Fields { sex: Some(Sex::Male), ..good }, Inconsistency::SexNotInNumber),
            (Fields { birth_date: Some(day("2026-11-23")), ..Fields::default() }, Inconsistency::BornInFuture),
            (Fields { birth_date: Some(day("1890-01-01")), ..Fields::default() }, Inconsistency::TooOld),
            (Fields { validity: Some(validity("2026-11-23", "长期")), ..good }, Inconsistency::NotYetValid),
            (Fields { validity: Some(validity("1990-01-01", "2010-01-01")), ..good }, Inconsistency::Expired),
            (Fields { id_number: Some(&permit), ..Fields::default() }, Inconsistency::NumberOfResidencePermit),
            (Fields { issuer: Some("北京市民政局"), ..good }, Inconsistency::IssuerNotPolice),
            (Fields { issuer: Some("杭州市公安局西湖分局"), ..good }, Inconsistency::IssuerElsewhere),
            (Fields { validity: Some(validity("2010-01-01", "2040-01-01")), ..good }, Inconsistency::UnusualTerm),
            (Fields { validity: Some(validity("2010-01-01", "2030-01-01")), ..good }, Inconsistency::TermNotOfAge),
        ] {
            assert_eq!(cross_check(&fields, day(TODAY)), [expected]);
        }
        let early = Fields { validity: Some(validity("1949-12-30", "长期")), ..good };
        assert!(cross_check(&early, day(TODAY)).contains(&Inconsistency::IssuedBeforeBirth));
    }

    #[test]
    fn issuers_of_every_level() {
        for (issuer, place) in [
            ("北京市公安局海淀分局", Some("北京")),
            ("博罗县公安局", Some("博罗")),
            ("赵县公安局", Some("赵县")),
            ("呼和浩特市公安局赛罕区分局", Some("呼和浩特")),
            ("浙江省杭州市公安局", Some("杭州")),
            ("延边朝鲜族自治州公安局", Some("延边朝鲜族自治州")),
            ("广州市公安局天河区分局", Some("广州")),
            ("公安局", Some("")),
            ("博罗县", None),
            ("", None),
        ] {
            assert_eq!(place_of_issuer(issuer), place, "{issuer}");
        }
    }

    #[test]
    fn every_severity_has_its_fields() {
        assert_eq!(Inconsistency::Expired.severity(), Severity::NotValid);
        assert_eq!(Inconsistency::SexNotInNumber.severity(), Severity::Contradiction);
        assert_eq!(Inconsistency::IssuerElsewhere.severity(), Severity::Doubt);
        assert_eq!(Inconsistency::SexNotInNumber.fields(), [FieldName::Sex, FieldName::IdNumber]);
    }

    #[cfg(feature = "regions")]
    #[test]
    fn abolished_regions_count_by_birth() {
        // 110103 (崇文区) ended in 2009.
        let with_birth = |birth: &str| {
            let body = format!("110103{birth}002");
            (0..10).map(|d| format!("{body}{d}")).chain([format!("{body}X")]).find_map(|n| IdNumber::parse(&n).ok())
        };
        for (birth, expected) in
            [("19850101", vec![]), ("20100101", vec![]), ("20150101", vec![Inconsistency::RegionAbolishedBeforeBirth])]
        {
            let number = with_birth(birth).unwrap();
            let fields = Fields { id_number: Some(&number), ..Fields::default() };
            assert_eq!(cross_check(&fields, day(TODAY)), expected, "{birth}");
        }
        let nowhere = IdNumber::parse_15("110199900101002").unwrap();
        let fields = Fields { id_number: Some(&nowhere), ..Fields::default() };
        assert_eq!(cross_check(&fields, day(TODAY)), [Inconsistency::RegionUnknown]);
    }
}
