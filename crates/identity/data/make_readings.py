#!/usr/bin/env python3
"""Makes readings.txt from Unihan_Readings.txt (Unicode 15.0.0; Debian package unicode-data 15.0.0-1).

    python3 make_readings.py Unihan_Readings.txt.bz2 > readings.txt

Each line is a syllable of Hanyu Pinyin without its tone (ü written v) and the characters read so, in code-point order.
Characters: those of kTGHZ2013 (the 8,105 of the 2013 table), of kXHC1983, and the unified ideographs U+4E00 to U+9FFF with
a kMandarin. Readings: all of kTGHZ2013, kXHC1983 and kMandarin; kHanyuPinyin's archaic ones are left out. A character's
usual reading is on the syllable's first line; its others are on a line of their own that begins with `+`.
"""

import bz2
import collections
import re
import sys
import unicodedata

FIELDS = ("kMandarin", "kTGHZ2013", "kXHC1983")


def plain(syllable: str) -> str:
    """`lǜ` → `lv`."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(c for c in letters if not unicodedata.combining(c))


def main(path: str) -> None:
    found: dict[str, dict[str, list[str]]] = collections.defaultdict(dict)
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("U+"):
                code, field, value = line.rstrip("\n").split("\t", 2)
                if field in FIELDS:
                    syllables = value.replace(":", " ").replace(",", " ").split()
                    readings = [plain(s) for s in syllables if not re.match(r"\d", s)]
                    found[chr(int(code[2:], 16))][field] = readings
    usual, others = collections.defaultdict(list), collections.defaultdict(list)
    for character in sorted(found):
        fields = found[character]
        if not ("kTGHZ2013" in fields or "kXHC1983" in fields or "\u4e00" <= character <= "\u9fff"):
            continue
        readings = list(dict.fromkeys(r for field in FIELDS for r in fields.get(field, ()) if re.fullmatch("[a-z]+", r)))
        if not readings:
            continue
        usual[readings[0]].append(character)
        for reading in readings[1:]:
            others[reading].append(character)
    for syllable in sorted(usual.keys() | others.keys()):
        if usual[syllable]:
            print(syllable + " " + "".join(usual[syllable]))
        if others[syllable]:
            print("+" + syllable + " " + "".join(others[syllable]))


main(sys.argv[1])
