#!/usr/bin/env python3
"""Writes Sources/Text/UnicodeClassTable.swift: the classes of Unicode scalars that [TEXT-3] names.

Usage: python3 Tools/tables/unicode_classes.py > Sources/Text/UnicodeClassTable.swift
Debian 12's Python carries Unicode 14.0.0, the version that SPEC.md fixes; any other version is refused.
"""
import sys
import unicodedata

UNICODE_VERSION = "14.0.0"
# The property White_Space, the same set in every version of Unicode since 6.3.
WHITE_SPACE = {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, *range(0x09, 0x0E), *range(0x2000, 0x200B)}
OTHER, LETTER, NUMBER, SPACE = range(4)


def scalar_class(scalar: int) -> int:
    if scalar in WHITE_SPACE:
        return SPACE
    return {"L": LETTER, "N": NUMBER}.get(unicodedata.category(chr(scalar))[0], OTHER)


def main() -> int:
    if unicodedata.unidata_version != UNICODE_VERSION:
        print(f"this Python carries Unicode {unicodedata.unidata_version}, not {UNICODE_VERSION}", file=sys.stderr)
        return 1
    starts, counts, last = [], [0, 0, 0, 0], None
    for scalar in range(0x110000):
        current = scalar_class(scalar)
        counts[current] += 1
        if current != last:
            starts.append(scalar << 2 | current)
            last = current
    print(f"// Written by Tools/tables/unicode_classes.py from Unicode {UNICODE_VERSION}. Do not edit.")
    print()
    print("/// Where runs of one class start: four times the first scalar, plus the class. Ascending; a run ends where the next one starts.")
    print(f"/// {counts[LETTER]} letters, {counts[NUMBER]} numbers, {counts[SPACE]} spaces. `[TEXT-3]`")
    print("let unicodeClassRuns: [UInt32] = [")
    for line in range(0, len(starts), 14):
        print("  " + ", ".join(f"0x{start:x}" for start in starts[line:line + 14]) + ",")
    print("]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
