//! What fictional names are made of.

/// Groups whose names are usually written with a middle dot.
pub(crate) const DOTTED: [&str; 7] = ["维吾尔", "哈萨克", "柯尔克孜", "乌孜别克", "塔吉克", "塔塔尔", "俄罗斯"];

pub(crate) const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
pub(crate) const DOUBLE_SURNAMES: &[&str] =
    &["欧阳", "诸葛", "司马", "上官", "夏侯", "尉迟", "东方", "皇甫", "令狐", "慕容"];

pub(crate) const GIVEN_MALE: &str = "伟强磊军勇涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢阳建国志文杰峰海东晨瑞泽轩子皓天睿嘉思远航铭启恒嵩岳松柏哲谦诚毅翰博";
pub(crate) const GIVEN_FEMALE: &str =
    "芳娜敏静丽艳娟霞秀燕玲桂英红梅婷雪慧莹琳洁萍蕾倩颖琪梦雅欣怡佳悦涵诗语婉清若兰月薇晓璐菲莉茜瑶彤宁心然书安知夏冰";
/// Characters of 通用规范汉字表 that people do carry and that small vocabularies lack.
pub(crate) const RARE: &str = "䶮𬭎𫖯㛃赟翀昇喆堃淼犇骉奭旻垚煊彧祎珺璟邈芊甯昉翯䜣𬱖𬘭𬘡𫍽𬍛𫍯㻬㳇䴖㭎䏝䥽𫘧𬊤𬀩𫓧𬬻昶晟炜玥珩瑄瓒祺筠菡蓁钰霏韬飏骁鲲麒";

pub(crate) const TURKIC_MALE: &[&str] = &[
    "艾尔肯",
    "买合木提",
    "阿不都热依木",
    "吐尔逊江",
    "艾力",
    "库尔班江",
    "玉素甫",
    "伊力亚斯",
    "木合塔尔",
    "叶尔兰",
    "达吾列提",
    "巴合提别克",
    "居马",
];
pub(crate) const TURKIC_FEMALE: &[&str] = &[
    "阿依古丽",
    "古丽巴哈尔",
    "热依汗古丽",
    "帕提古丽",
    "阿孜古丽",
    "米热班",
    "迪丽努尔",
    "阿米娜",
    "努尔比亚",
    "哈丽旦",
    "加依娜尔",
    "古丽扎提",
];
pub(crate) const TURKIC_FATHER: &[&str] = &[
    "买买提",
    "艾则孜",
    "阿卜杜热合曼",
    "吐尔地",
    "卡德尔",
    "依明",
    "司马义",
    "热合曼",
    "叶尔肯",
    "哈布力",
    "巴依扎克",
    "托合提",
    "喀迪尔",
];
pub(crate) const RUSSIAN_MALE: &[&str] = &["伊万", "尼古拉", "安德烈", "谢尔盖"];
pub(crate) const RUSSIAN_FEMALE: &[&str] = &["娜塔莎", "塔季扬娜", "奥莉加", "柳德米拉"];
pub(crate) const RUSSIAN_FATHER: &[&str] = &["索洛维约夫", "库兹涅佐夫", "莫洛佐夫", "列别杰夫"];
pub(crate) const TIBETAN_MALE: &[&str] = &["扎西", "多吉", "次仁", "丹增", "洛桑", "格桑", "旺堆", "顿珠"];
pub(crate) const TIBETAN_FEMALE: &[&str] = &["卓玛", "央金", "拉姆", "白玛", "德吉", "仓决", "措姆", "曲珍"];
pub(crate) const MONGOL_MALE: &[&str] = &["巴特尔", "布和", "那顺", "苏和", "呼格吉勒", "朝鲁", "额尔敦", "乌力吉"];
pub(crate) const MONGOL_FEMALE: &[&str] = &["乌云其其格", "萨仁", "娜仁", "其木格", "高娃", "托娅", "斯琴", "阿茹娜"];
