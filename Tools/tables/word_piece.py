#!/usr/bin/env python3
"""Writes the tables of Sources/Text/WordPiece: the classes and foldings of Unicode scalars that [TEXT-8] names.

Usage: python3 Tools/tables/word_piece.py classes > Sources/Text/WordPiece/WordClassTable.swift
       python3 Tools/tables/word_piece.py low > Sources/Text/WordPiece/LowFoldingTable.swift
       python3 Tools/tables/word_piece.py high > Sources/Text/WordPiece/HighFoldingTable.swift
Debian 12's Python carries Unicode 14.0.0, the version that SPEC.md fixes; any other version is refused.
"""
import sys
import unicodedata

from unicode_classes import UNICODE_VERSION, WHITE_SPACE

OTHER, DROPPED, SPACE, PUNCTUATION, MARK = range(5)
HANGUL = range(0xAC00, 0xD7A4)
SCALARS = [*range(0xD800), *range(0xE000, 0x110000)]
HALVES = {"low": range(0x2000), "high": range(0x2000, 0x110000)}


def word_class(scalar: int) -> int:
    category = unicodedata.category(chr(scalar))
    if scalar == 0xFFFD or (category in ("Cc", "Cf", "Co") and scalar not in (9, 10, 13)):
        return DROPPED
    if scalar in WHITE_SPACE:
        return SPACE
    if category == "Mn":
        return MARK
    if category[0] == "P" or (0x21 <= scalar <= 0x7E and not chr(scalar).isalnum()):
        return PUNCTUATION
    return OTHER


def folding(scalar: int) -> str:
    """The canonical decomposition without nonspacing marks, each scalar in lower case."""
    return "".join(c.lower() for c in unicodedata.normalize("NFD", chr(scalar)) if unicodedata.category(c) != "Mn")


def array(name: str, comment: str, values: list[int]) -> None:
    print(f"// Written by Tools/tables/word_piece.py from Unicode {UNICODE_VERSION}. Do not edit.")
    print()
    print(f"/// {comment}")
    print(f"let {name}: [UInt32] = [")
    line = ""
    for value in values:
        if len(line) + len(f" 0x{value:x},") > 138:
            print(f" {line}")
            line = ""
        line += f" 0x{value:x},"
    print(f" {line}")
    print("]")


def write_classes() -> None:
    starts, counts, last = [], [0] * 5, None
    for scalar in SCALARS:
        current = word_class(scalar)
        counts[current] += 1
        if current != last:
            starts.append(scalar << 3 | current)
            last = current
    array("wordClassRuns", f"Where runs of one class start: eight times the first scalar, plus the class. {counts[DROPPED]} dropped, "
          f"{counts[SPACE]} spaces,\n/// {counts[PUNCTUATION]} punctuation, {counts[MARK]} marks. `[TEXT-8]`", starts)


def write_foldings(half: str) -> None:
    entries = [s for s in SCALARS if s in HALVES[half] and s not in HANGUL and word_class(s) != MARK and folding(s) != chr(s)]
    values = [v for s in entries for v in (s << 2 | len(folding(s)), *map(ord, folding(s)))]
    array(f"{half}Foldings", f"The {len(entries)} scalars, marks and Hangul syllables aside, that folding changes: four times the scalar, plus how many it becomes, "
          "then\n/// those. Ascending. `[TEXT-8]`", values)


def main() -> int:
    if unicodedata.unidata_version != UNICODE_VERSION:
        print(f"this Python carries Unicode {unicodedata.unidata_version}, not {UNICODE_VERSION}", file=sys.stderr)
        return 1
    assert max(len(folding(s)) for s in SCALARS) < 4
    table = sys.argv[1]
    write_classes() if table == "classes" else write_foldings(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
