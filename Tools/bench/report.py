"""The table of measurements: rows {id, what, unit, ours, peer, ratio, target, met} in .build/bench.json, replaced by id."""

import json
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / ".build" / "bench.json"
FIELDS = ["id", "what", "unit", "ours", "peer", "ratio", "target", "met"]


def row(identifier, what, unit, ours, peer=None, target=None):
    """A row. `target` is (field, comparison, bound), the field `ours` or `ratio` (ours / peer)."""
    ratio = ours / peer if peer else None
    values = {"ours": ours, "ratio": ratio}
    met = text = None
    if target:
        field, comparison, bound = target
        text = f"{field} {comparison} {bound:g}"
        value = values[field]
        met = None if value is None else (value >= bound if comparison == ">=" else value <= bound)
    return dict(zip(FIELDS, [identifier, what, unit, ours, peer, ratio, text, met]))


def read():
    return json.loads(FILE.read_text()) if FILE.exists() else []


def save(rows):
    """Replaces the rows with these ids, and keeps the others."""
    replaced = {row["id"] for row in rows}
    kept = [row for row in read() if row["id"] not in replaced]
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(kept + rows, indent=1) + "\n")


def table(rows):
    """The rows as text in columns."""
    def cell(value):
        if value is None:
            return "-"
        if isinstance(value, bool):
            return "yes" if value else "NO"
        return f"{value:.4g}" if isinstance(value, float) else str(value)

    lines = [FIELDS] + [[cell(row[field]) for field in FIELDS] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(FIELDS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)


if __name__ == "__main__":
    print(table(read()))
