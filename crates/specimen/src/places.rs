//! Places that fictional people live in: real divisions (GB/T 2260), invented streets.

/// A county-level division.
pub(crate) struct Place {
    /// GB/T 2260 code.
    pub(crate) code: &'static str,
    /// What an address starts with before the county's name: province, and city where the county is a district of it.
    pub(crate) province: &'static str,
    /// The city, where the county is a district of it.
    pub(crate) city: &'static str,
    /// The county-level name.
    pub(crate) county: &'static str,
}

impl Place {
    /// The words before the street.
    pub(crate) fn prefix(&self) -> String {
        let city = if self.city == self.province { "" } else { self.city };
        format!("{}{city}{}", self.province, self.county)
    }

    /// The public-security organ that issues cards here (签发机关).
    pub(crate) fn issuer(&self) -> String {
        match self.county.strip_suffix('区') {
            Some(stem) if !self.city.is_empty() => {
                let stem = stem.strip_suffix("新").unwrap_or(stem);
                format!("{}公安局{stem}分局", self.city)
            }
            _ => format!("{}公安局", self.county),
        }
    }
}

const fn place(code: &'static str, province: &'static str, city: &'static str, county: &'static str) -> Place {
    Place { code, province, city, county }
}

/// Divisions that have kept code and name for decades, so that no card's number disagrees with its holder's age.
pub(crate) const PLACES: &[Place] = &[
    place("110105", "北京市", "北京市", "朝阳区"),
    place("110108", "北京市", "北京市", "海淀区"),
    place("120103", "天津市", "天津市", "河西区"),
    place("130203", "河北省", "唐山市", "路北区"),
    place("140106", "山西省", "太原市", "迎泽区"),
    place("150102", "内蒙古自治区", "呼和浩特市", "新城区"),
    place("210102", "辽宁省", "沈阳市", "和平区"),
    place("210204", "辽宁省", "大连市", "沙河口区"),
    place("220102", "吉林省", "长春市", "南关区"),
    place("222401", "吉林省", "", "延吉市"),
    place("230102", "黑龙江省", "哈尔滨市", "道里区"),
    place("230202", "黑龙江省", "齐齐哈尔市", "龙沙区"),
    place("310104", "上海市", "上海市", "徐汇区"),
    place("310115", "上海市", "上海市", "浦东新区"),
    place("320102", "江苏省", "南京市", "玄武区"),
    place("320583", "江苏省", "", "昆山市"),
    place("330106", "浙江省", "杭州市", "西湖区"),
    place("330782", "浙江省", "", "义乌市"),
    place("341221", "安徽省", "", "临泉县"),
    place("350203", "福建省", "厦门市", "思明区"),
    place("350582", "福建省", "", "晋江市"),
    place("360102", "江西省", "南昌市", "东湖区"),
    place("370102", "山东省", "济南市", "历下区"),
    place("370202", "山东省", "青岛市", "市南区"),
    place("371302", "山东省", "临沂市", "兰山区"),
    place("410102", "河南省", "郑州市", "中原区"),
    place("410303", "河南省", "洛阳市", "西工区"),
    place("420106", "湖北省", "武汉市", "武昌区"),
    place("422801", "湖北省", "", "恩施市"),
    place("430121", "湖南省", "", "长沙县"),
    place("433101", "湖南省", "", "吉首市"),
    place("440103", "广东省", "广州市", "荔湾区"),
    place("440106", "广东省", "广州市", "天河区"),
    place("440305", "广东省", "深圳市", "南山区"),
    place("450102", "广西壮族自治区", "南宁市", "兴宁区"),
    place("450325", "广西壮族自治区", "", "兴安县"),
    place("500103", "重庆市", "重庆市", "渝中区"),
    place("510104", "四川省", "成都市", "锦江区"),
    place("510722", "四川省", "", "三台县"),
    place("513401", "四川省", "", "西昌市"),
    place("520102", "贵州省", "贵阳市", "南明区"),
    place("522601", "贵州省", "", "凯里市"),
    place("530102", "云南省", "昆明市", "五华区"),
    place("532901", "云南省", "", "大理市"),
    place("532801", "云南省", "", "景洪市"),
    place("533102", "云南省", "", "瑞丽市"),
    place("540102", "西藏自治区", "拉萨市", "城关区"),
    place("610102", "陕西省", "西安市", "新城区"),
    place("610113", "陕西省", "西安市", "雁塔区"),
    place("620102", "甘肃省", "兰州市", "城关区"),
    place("620523", "甘肃省", "", "甘谷县"),
    place("630102", "青海省", "西宁市", "城东区"),
    place("640221", "宁夏回族自治区", "", "平罗县"),
    place("650102", "新疆维吾尔自治区", "乌鲁木齐市", "天山区"),
    place("653101", "新疆维吾尔自治区", "", "喀什市"),
    place("654002", "新疆维吾尔自治区", "", "伊宁市"),
];

/// Codes that no longer exist, the year of their end, and a place to which people who carry them have moved.
pub(crate) const ABOLISHED: &[(&str, i32, &str)] =
    &[("310103", 2011, "310104"), ("120107", 2009, "120103"), ("110103", 2010, "110105"), ("110104", 2010, "110108")];

/// Streets of towns.
pub(crate) const STREETS: &[&str] = &[
    "和平路",
    "解放路",
    "人民路",
    "中山路",
    "建设路",
    "文化路",
    "新华街",
    "青年路",
    "光明街",
    "胜利路",
    "友谊路",
    "团结路",
    "长江路",
    "黄河路",
    "松花江路",
    "梧桐路",
    "银杏街",
    "海棠路",
    "桂花巷",
    "翠竹路",
    "听涛路",
    "学府路",
    "滨河东路",
    "滨江西路",
    "科技一路",
    "环城北路",
    "东风大街",
    "凤凰山路",
];

/// Estates.
pub(crate) const ESTATES: &[&str] = &[
    "锦绣花园",
    "阳光家园",
    "碧水湾",
    "翠湖小区",
    "和谐苑",
    "金桂园",
    "江南春城",
    "望京西园四区",
    "幸福里",
    "天鹅湖畔",
];

/// Villages of counties.
pub(crate) const VILLAGES: &[&str] = &[
    "石桥镇柳树村",
    "双河镇大湾村",
    "青山乡白马村",
    "龙泉镇枫林村",
    "太平镇李家庄村",
    "清水乡石门村",
    "永安镇新丰村",
    "罗坪镇马鞍村",
];

#[cfg(test)]
mod tests {
    use shiming_identity::RegionCode;
    use shiming_identity::region::{lookup, periods};

    use super::*;

    // GB/T 2260
    #[test]
    fn places_exist_and_have_existed_for_long() {
        for place in PLACES {
            let code = RegionCode::parse(place.code).unwrap();
            let division = lookup(code, 2026).unwrap();
            assert!(division.full_name().ends_with(place.county), "{} {}", place.code, division.full_name());
            assert!(place.prefix().starts_with(place.province) && place.prefix().ends_with(place.county));
        }
    }

    #[test]
    fn abolished_codes_were_codes_once() {
        for (code, end, heir) in ABOLISHED {
            let code = RegionCode::parse(code).unwrap();
            assert!(lookup(code, 2026).is_none(), "{code:?}");
            assert!(periods(code).next().is_some(), "{code:?}");
            assert!((2000..2026).contains(end) && PLACES.iter().any(|place| place.code == *heir));
        }
    }
}
