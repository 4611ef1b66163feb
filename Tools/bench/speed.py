"""Speed, memory and step proofs: `speed.py [--short] [GROUP ...]`, the groups being the files speed_GROUP.py; all of them if none is named.

Measures of a row are taken turn by turn in one run, and the row holds their medians. `--short` runs ours alone, once, and holds it to nothing."""

import importlib
import sys

import measure
import report

GROUPS = ["peer", "trace", "kernels", "steps"]
ROUNDS = 5


def unmeasured(row):
    """A row of a short run: under another name, and met by nothing."""
    return {**row, "id": row["id"] + "-short", "target": None, "met": None}


def main():
    short = "--short" in sys.argv
    names = [name for name in sys.argv[1:] if name != "--short"] or GROUPS
    with measure.Bench(ROUNDS, short) as bench:
        for name in names:
            rows = importlib.import_module(f"speed_{name}").rows(bench)
            rows = [unmeasured(row) for row in rows] if short else rows
            report.save(rows)
            print(report.table(rows), flush=True)


if __name__ == "__main__":
    main()
