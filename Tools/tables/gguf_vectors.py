#!/usr/bin/env python3
"""Writes Tests/Vectors/gguf-blocks.json: random blocks of each tensor type and their values by the reference package of the format.

Usage: gguf_vectors.py REPOSITORY   (needs the packages gguf and numpy)
"""
import json
import random
import sys
from pathlib import Path

import gguf
import numpy as np

TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q6_K"]
# Where the half-precision scales of a block stand; random bytes there could be infinities.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q6_K": [208]}
BLOCKS = 4


def main() -> None:
    draw = random.Random(20241124)
    vectors = []
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        values, size = gguf.GGML_QUANT_SIZES[kind]
        count = BLOCKS if values > 1 else 64
        data = bytearray(draw.randbytes(size * count))
        for block in range(count):
            for offset in SCALES.get(name, []):
                scale = np.float16(draw.uniform(-2, 2) if block else 2**-20)
                data[block * size + offset:block * size + offset + 2] = scale.tobytes()
        if values == 1:
            data = bytearray(np.array([draw.uniform(-9, 9) * 10.0 ** draw.randint(-6, 3) for _ in range(count)], np.float32).tobytes())
            if name == "F16":
                data = bytearray(np.frombuffer(bytes(data), np.float32).astype(np.float16).tobytes())
            if name == "BF16":
                data = bytearray(np.frombuffer(bytes(data), np.uint16)[1::2].tobytes())
        result = gguf.quants.dequantize(np.frombuffer(bytes(data), np.uint8), kind).astype(np.float32)
        vectors.append({"type": int(kind), "bytes": bytes(data).hex(), "values": result.reshape(-1).view(np.uint32).tolist()})
    path = Path(sys.argv[1]) / "Tests/Vectors/gguf-blocks.json"
    path.write_text(json.dumps(vectors, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
