"""The int8 rules against Arm's TOSA reference model, which computed the cases: `test_int8.py [CASES]`, without CASES the committed ones."""

import base64
import json
import struct
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "Tools" / "reference"))

from probity_reference import int8  # noqa: E402

CASES = json.loads((Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests" / "Vectors" / "tosa.json").read_text())


def values(text):
    data = base64.b64decode(text)
    return list(struct.unpack(f"{len(data)}b", data))


def tensor(case):
    flat = iter(values(case["input"]))
    return [[[next(flat) for _ in range(case["channels"])] for _ in range(case["columns"])] for _ in range(case["rows"])]


def window(fields):
    return int8.Window(fields["height"], fields["width"], fields["strideY"], fields["strideX"], fields["top"], fields["left"],
                       fields["dilationY"], fields["dilationX"])


def out_range(case):
    return int8.Range(case["zero"], case["low"], case["high"])


def flat(rows):
    return [v for row in rows for column in row for v in column]


class Int8Tests(unittest.TestCase):
    def test_convolutions(self):
        for case in CASES["convolutions"]:
            weights = values(case["weights"])
            size = len(weights) // case["outChannels"]
            channels = [(weights[c * size:(c + 1) * size], case["biases"][c], case["multipliers"][c], case["shifts"][c])
                        for c in range(case["outChannels"])]
            x = tensor(case)
            rows = [int8.convolve(x, case["inputZero"], window(case["window"]), y, case["outColumns"], channels, case["depthwise"],
                                  out_range(case)) for y in range(case["outRows"])]
            self.assertEqual(flat(rows), values(case["output"]))

    def test_pools(self):
        for case in CASES["pools"]:
            x = tensor(case)
            rows = [int8.pool(x, case["inputZero"], window(case["window"]), y, case["outColumns"], case["maximum"], case["multiplier"],
                              case["shift"], out_range(case)) for y in range(case["outRows"])]
            self.assertEqual(flat(rows), values(case["output"]))

    def test_pairs(self):
        for case in CASES["pairs"]:
            pairs = zip(values(case["a"]), values(case["b"]))
            scale = (case["multiplier"], case["shift"], out_range(case))
            if case["product"]:
                result = [int8.multiply(a, case["aZero"], b, case["bZero"], *scale) for a, b in pairs]
            else:
                left, right = [(case[f"{side}Zero"], case[f"{side}Multiplier"], case[f"{side}Shift"]) for side in "ab"]
                result = [int8.add(a, b, left, right, *scale) for a, b in pairs]
            self.assertEqual(result, values(case["output"]))

    def test_tables(self):
        for case in CASES["tables"]:
            entries = values(case["table"])
            self.assertEqual([int8.look_up(a, entries) for a in values(case["a"])], values(case["output"]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
