"""The small nets of our own: what they are made of, in one place for training (`train.py`) and for the files (`prepare.py`).

A net is a list of layers that are applied one after the other; every convolution is followed by ReLU unless it says
otherwise. `save` keeps what has been computed under a name, `add` adds it again.

    conv      name, inputs, outputs, kernel (rows, columns), stride (rows, columns), padding (rows, columns), relu
    up        twice as large, each value repeated
    save, add name
    mean      the mean over rows and columns
"""

PAGES = [
    "cn_resident_id.front", "cn_resident_id.back", "cn_resident_id.bilingual.front", "cn_temporary_id.front",
    "cn_temporary_id.back", "cn_residence_permit.front", "cn_residence_permit.hk_macao.back",
    "cn_residence_permit.taiwan.back", "cn_travel_permit_hk_macao.front", "cn_travel_permit_hk_macao.back",
    "cn_travel_permit_taiwan.front", "cn_travel_permit_taiwan.back", "cn_permanent_resident.2017.front",
    "cn_permanent_resident.2017.back", "cn_permanent_resident.2023.front", "cn_permanent_resident.2023.back",
    "cn_passport.front", "foreign_passport.front", "cn_driving_licence.front", "cn_officer_card.front",
    "cn_armed_police_card.front", "foreign_passport.td1.front", "foreign_passport.td1.back",
    "foreign_passport.td2.front", "foreign_passport.mrv_a.front", "foreign_passport.mrv_b.front",
]
"""The pages that are told apart, in the order of the net's classes."""
PATCH = 64
"""Height and width of a patch, pixels."""
MADE = ["original", "colour_copy", "grey_copy", "screen"]
"""How what is photographed was made, likewise."""

NARROW = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<.,-/'() 年月日长期至男女字第号军武"
    "汉蒙古回藏维吾尔苗彝壮布依朝鲜满侗瑶白土家哈尼萨克傣黎傈僳佤畲高山拉祜水东乡纳西景颇柯孜达斡"
    "仫佬羌朗撒毛南仡锡伯阿昌普米塔吉怒乌别俄罗斯鄂温德昂保安裕固京独龙伦赫哲门巴珞基诺"
    "其他外国血统中籍入士族穿青人春ÁÃÍÑÜ"
)
NARROW = "".join(dict.fromkeys(NARROW))
"""What the narrow reader writes: class 1 is the first, 0 the CTC blank."""


def conv(name, inputs, outputs, kernel=3, stride=1, padding=None, relu=True):
    """A convolution; sizes are one number or (rows, columns)."""
    both = lambda value: value if isinstance(value, tuple) else (value, value)
    kernel = both(kernel)
    padding = (kernel[0] // 2, kernel[1] // 2) if padding is None else both(padding)
    return ("conv", name, inputs, outputs, kernel, both(stride), padding, relu)


def residual(name, channels, kernel=3):
    """Two convolutions around which the input passes."""
    return [
        ("save", f"{name}.in"),
        conv(f"{name}.a", channels, channels, kernel),
        conv(f"{name}.b", channels, channels, kernel, relu=False),
        ("add", f"{name}.in"),
        ("relu",),
    ]


def finder():
    """View (RGB, long side 256, sides multiples of 32; value / 255 − 0.5) → logits at half the size: is here a document?"""
    c1, c2, c3, c4, c5 = 16, 24, 32, 48, 64
    down = [
        conv("stem", 3, c1, stride=2), ("save", "half"),
        conv("down2", c1, c2, stride=2), *residual("r2", c2), ("save", "quarter"),
        conv("down3", c2, c3, stride=2), *residual("r3", c3), ("save", "eighth"),
        conv("down4", c3, c4, stride=2), *residual("r4", c4), ("save", "sixteenth"),
        conv("down5", c4, c5, stride=2, padding=1), *residual("r5", c5), *residual("r5b", c5), *residual("r5c", c5),
    ]
    up = []
    for name, inputs, outputs, kept in [
        ("up4", c5, c4, "sixteenth"), ("up3", c4, c3, "eighth"), ("up2", c3, c2, "quarter"), ("up1", c2, c1, "half"),
    ]:
        up += [conv(f"{name}.a", inputs, outputs, 1), ("up",), ("add", kept), conv(f"{name}.b", outputs, outputs)]
    return [*down, *up, conv("out", c1, 1, relu=False)]


def sorter():
    """Thumbnail (RGB, 192 × 128; value / 255 − 0.5) → logits: nothing, each page upright, each page turned by half; then
    original, colour copy, grey copy, screen."""
    return [
        conv("c1", 3, 16, stride=2),
        conv("c2", 16, 24, stride=2), *residual("r2", 24),
        conv("c3", 24, 40, stride=2), *residual("r3", 40),
        conv("c4", 40, 64, stride=2), *residual("r4", 64),
        conv("c5", 64, 64, stride=2), *residual("r5", 64),
        conv("squeeze", 64, 48, 1),
        conv("whole", 48, 96, kernel=(4, 6), padding=0),
        conv("out", 96, 1 + 2 * len(PAGES) + len(MADE), 1, relu=False),
    ]


def grain():
    """Patch (RGB, 64 × 64 of the camera's pixels; value / 255 − 0.5) → logits: original, copy, screen."""
    return [
        conv("c1", 3, 16),
        conv("c2", 16, 24, stride=2), *residual("r2", 24),
        conv("c3", 24, 32, stride=2),
        conv("c4", 32, 32, stride=2),
        ("mean",),
        conv("out", 32, 3, 1, relu=False),
    ]


def narrow():
    """Strip (luma, 32 high; less its mean, by its deviation) → logits for every 4 pixels along it."""
    return [
        conv("c1", 1, 16, stride=2),
        conv("c2", 16, 32, stride=2), *residual("r2", 32),
        conv("c3", 32, 56, stride=(2, 1)), *residual("r3", 56),
        conv("c4", 56, 96, kernel=(4, 3), padding=(0, 1)),
        *residual("r4", 96, (1, 5)), *residual("r5", 96, (1, 5)),
        conv("out", 96, 1 + len(NARROW), 1, relu=False),
    ]
