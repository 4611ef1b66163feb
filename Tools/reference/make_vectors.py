"""Writes the test vectors to Tests/Vectors: `python3 Tools/reference/make_vectors.py [NAME ...]`."""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from vectors import FILES  # noqa: E402


def main():
    target = Path(__file__).resolve().parents[2] / "Tests" / "Vectors"
    target.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or FILES:
        content = json.dumps(FILES[name](), indent=1) + "\n"
        (target / f"{name}.json").write_text(content)
        print(f"{name}.json: {len(content)} bytes")


main()
