//! Names, states, places and posts that citizens' own lists do not have.

use crate::dice::Dice;
use crate::people::Latin;

/// A state whose nationals hold permanent residence cards here (GB/T 2659, ISO 3166-1).
pub(crate) struct State {
    pub(crate) chinese: &'static str,
    pub(crate) letters: &'static str,
    pub(crate) digits: &'static str,
}

const fn state(chinese: &'static str, letters: &'static str, digits: &'static str) -> State {
    State { chinese, letters, digits }
}

pub(crate) const STATES: &[State] = &[
    state("加拿大", "CAN", "124"),
    state("哈萨克斯坦", "KAZ", "398"),
    state("美国", "USA", "840"),
    state("德国", "DEU", "276"),
    state("法国", "FRA", "250"),
    state("韩国", "KOR", "410"),
    state("日本", "JPN", "392"),
    state("英国", "GBR", "826"),
    state("新加坡", "SGP", "702"),
    state("澳大利亚", "AUS", "036"),
    state("巴基斯坦", "PAK", "586"),
    state("俄罗斯", "RUS", "643"),
];

/// Places of birth and issue as passports print them.
pub(crate) const PLACES: &[(&str, &str)] = &[
    ("北京", "BEIJING"),
    ("天津", "TIANJIN"),
    ("河北", "HEBEI"),
    ("山西", "SHANXI"),
    ("内蒙古", "NEI MONGOL"),
    ("辽宁", "LIAONING"),
    ("吉林", "JILIN"),
    ("黑龙江", "HEILONGJIANG"),
    ("上海", "SHANGHAI"),
    ("江苏", "JIANGSU"),
    ("浙江", "ZHEJIANG"),
    ("安徽", "ANHUI"),
    ("福建", "FUJIAN"),
    ("江西", "JIANGXI"),
    ("山东", "SHANDONG"),
    ("河南", "HENAN"),
    ("湖北", "HUBEI"),
    ("湖南", "HUNAN"),
    ("广东", "GUANGDONG"),
    ("广西", "GUANGXI"),
    ("海南", "HAINAN"),
    ("重庆", "CHONGQING"),
    ("四川", "SICHUAN"),
    ("贵州", "GUIZHOU"),
    ("云南", "YUNNAN"),
    ("西藏", "XIZANG"),
    ("陕西", "SHAANXI"),
    ("甘肃", "GANSU"),
    ("青海", "QINGHAI"),
    ("宁夏", "NINGXIA"),
    ("新疆", "XINJIANG"),
];

/// Towns of Utopia.
pub(crate) const TOWNS: &[&str] = &["ZENITH", "AMAUROT", "NEW HARBOUR", "LAKESIDE", "EASTMERE", "PORT ANYDER"];

pub(crate) const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Ranks, from the army's own to those that the armed police share.
pub(crate) const RANKS: [&str; 8] = ["大校", "列兵", "上校", "中校", "少校", "上尉", "中尉", "少尉"];

pub(crate) const POSITIONS: &[&str] = &["排长", "连长", "副连长", "营长", "参谋", "助理工程师", "军医", "教员", "干事"];

const SURNAMES: &[&str] = &[
    "ERIKSSON",
    "MÜLLER",
    "O'CONNOR",
    "VAN DER MEER",
    "NAKAMURA",
    "SILVA SANTOS",
    "KOWALSKI",
    "DUBOIS",
    "HAUGEN",
    "PEÑA",
    "AHMADI",
    "OKAFOR",
    "LINDQVIST",
    "SMITH-JONES",
    "NGUYEN",
    "PAPADOPOULOS CHRISTODOULIDIS",
    "ROSSI",
    "NOVÁK",
    "KIM",
    "IBRAGIMOVA",
];
const MALE: &[&str] =
    &["ERIK", "JÜRGEN", "LIAM", "CORNELIS", "HIROSHI", "JOÃO PEDRO", "JAN", "LUC", "OLE", "DIEGO", "REZA", "MINH QUAN"];
const FEMALE: &[&str] = &[
    "ANNA MARIA",
    "HEIDI",
    "SIOBHAN",
    "SASKIA",
    "YUKO",
    "ANA LUÍSA",
    "EWA",
    "CLAIRE",
    "INGRID",
    "LUCÍA",
    "LEILA",
    "THI LAN",
];

/// A name that nobody of Utopia's neighbours would wonder at.
pub(crate) fn name(male: bool, dice: &mut Dice) -> Latin {
    let parts = |text: &str| text.split(' ').map(str::to_owned).collect();
    let given = dice.pick(if male { MALE } else { FEMALE });
    Latin { surname: parts(dice.pick(SURNAMES)), given: parts(given), syllables: false }
}
