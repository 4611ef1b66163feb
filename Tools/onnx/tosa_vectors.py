"""tosa_vectors.py OUTPUT [--seed N] [--cases N]: cases of the int8 operations, each computed by Arm's TOSA reference model (PyPI `tosa-tools`), as JSON.

No rule of this project is used here: a graph of TOSA operators is built for each case, and the reference model runs it.
"""

import argparse
import base64
import json
import tempfile

import numpy as np
import tosa_reference_model
from serializer import tosa_serializer as ts
from tosa.Op import Op

INT8, INT32 = ts.DType.INT8, ts.DType.INT32
SINGLE_ROUND = 1
PROPAGATE = 1


class Graph:
    """A graph of one block; tensors are added with their shapes, `run` gives the last one's values."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.serializer = ts.TosaSerializer(self.folder.name)
        self.inputs = []

    def input(self, values):
        self.inputs.append(values)
        return self.serializer.addPlaceholder(list(values.shape), self.type(values.dtype), None)

    @staticmethod
    def type(dtype):
        return {"int8": INT8, "int32": INT32}[np.dtype(dtype).name]

    def constant(self, values, dtype):
        values = np.atleast_1d(np.asarray(values, dtype))
        return self.serializer.addConst(list(values.shape), self.type(dtype), values)

    def operator(self, op, inputs, shape, dtype, kind=None, arguments=()):
        attribute = ts.TosaSerializerAttribute()
        getattr(attribute, kind)(*arguments)
        result = self.serializer.addIntermediate(list(shape), self.type(dtype))
        self.serializer.addOperator(op, [tensor.name for tensor in inputs], [result.name], attribute)
        return result

    def rescale(self, x, multipliers, shifts, in_zero, out_zero, shape, source, target):
        """RESCALE with 32-bit multipliers and a single rounding; per channel where there are several multipliers."""
        return self.operator(
            Op.RESCALE, [x, self.constant(multipliers, np.int32), self.constant(shifts, np.int8), self.constant([in_zero], source),
                         self.constant([out_zero], target)],
            shape, target, "RescaleAttribute", (True, SINGLE_ROUND, np.size(multipliers) > 1, False, False))

    def clamp(self, x, low, high, shape):
        attribute = np.array([low], np.int8).tobytes(), np.array([high], np.int8).tobytes()
        return self.operator(Op.CLAMP, [x], shape, np.int8, "ClampAttribute",
                             (self.serializer.builder, list(attribute[0]), list(attribute[1]), PROPAGATE))

    def run(self, result):
        self.serializer.currRegion.currBasicBlock.addOutput(result.name)
        outputs, status = tosa_reference_model.run(bytes(self.serializer.serialize()), self.inputs)
        if status != tosa_reference_model.GraphStatus.TOSA_VALID:
            raise RuntimeError(f"the reference model refuses the graph: {status}")
        return np.frombuffer(outputs[0].tobytes(), np.int8)


def text(values):
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def edges(rng, shape):
    """Int8 values with many at the ends of the range."""
    values = rng.integers(-128, 128, shape)
    return np.where(rng.random(shape) < 0.3, rng.choice([-128, -127, 127, 0], shape), values).astype(np.int8)


def zero(rng):
    return int(rng.choice([-128, 127, 0, int(rng.integers(-128, 128))]))


def bounds(rng):
    return sorted(int(v) for v in rng.integers(-128, 128, 2)) if rng.random() < 0.4 else [-128, 127]


def window(rng, largest=5):
    height, width = (int(v) for v in rng.integers(1, largest + 1, 2))
    return {"height": height, "width": width, "strideY": int(rng.integers(1, 4)), "strideX": int(rng.integers(1, 4)),
            "top": int(rng.integers(0, height)), "left": int(rng.integers(0, width)),
            "dilationY": int(rng.integers(1, 3)), "dilationX": int(rng.integers(1, 3))}


def fit(w, rows, columns):
    """TOSA wants strides that divide what they step over: the padding behind that makes it so, and the output's size.

    None where a window would lie outside the tensor.
    """
    sizes, pads = [], []
    for size, extent, dilation, before, stride in ((rows, w["height"], w["dilationY"], w["top"], w["strideY"]),
                                                   (columns, w["width"], w["dilationX"], w["left"], w["strideX"])):
        reach = (extent - 1) * dilation + 1
        if size + before < reach:
            return None
        pad = -(size + before - reach) % stride
        sizes.append((size + before + pad - reach) // stride + 1)
        if (sizes[-1] - 1) * stride - before >= size:
            return None
        pads.append(pad)
    return sizes, pads


def scales(rng, count, typical):
    """Multipliers of 31 bits and shifts that bring `typical` near the int8 range; some are extreme."""
    multipliers = rng.integers(1 << 30, (1 << 31) - 1, count)
    shifts = np.clip(np.full(count, 30 + max(0, int(np.log2(typical)) - 7)) + rng.integers(-1, 4, count), 2, 62)
    extreme = rng.random(count) < 0.1
    multipliers = np.where(extreme, rng.choice([0, 1, (1 << 31) - 1], count), multipliers)
    shifts = np.where(extreme & (multipliers > 1), 62, shifts)
    return multipliers, shifts


def convolution(rng, depthwise):
    while True:
        rows, columns, channels = int(rng.integers(1, 9)), int(rng.integers(1, 14)), int(rng.integers(1, 21))
        w = window(rng)
        fitted = fit(w, rows, columns)
        if fitted:
            break
    (out_rows, out_columns), (bottom, right) = fitted
    out_channels = channels if depthwise else int(rng.integers(1, 21))
    x = edges(rng, (1, rows, columns, channels))
    weights = edges(rng, (out_channels, w["height"], w["width"], 1 if depthwise else channels))
    biases = rng.integers(-20000, 20000, out_channels).astype(np.int32)
    in_zero, out_zero = zero(rng), zero(rng)
    multipliers, shifts = scales(rng, out_channels, 255 * 64 * np.sqrt(weights[0].size))
    low, high = bounds(rng)
    g = Graph()
    pad, stride, dilation = [w["top"], bottom, w["left"], right], [w["strideY"], w["strideX"]], [w["dilationY"], w["dilationX"]]
    arranged = weights.transpose(1, 2, 0, 3) if depthwise else weights
    shape = (1, out_rows, out_columns, out_channels)
    tensors = [g.input(x), g.constant(np.ascontiguousarray(arranged), np.int8), g.constant(biases, np.int32), g.constant([in_zero], np.int8),
               g.constant([0], np.int8)]
    op, kind = (Op.DEPTHWISE_CONV2D, "DepthwiseConv2dAttribute") if depthwise else (Op.CONV2D, "Conv2dAttribute")
    sums = g.operator(op, tensors, shape, np.int32, kind, (pad, stride, dilation, False, INT32))
    y = g.rescale(sums, multipliers, shifts, 0, out_zero, shape, np.int32, np.int8)
    result = g.run(g.clamp(y, low, high, shape))
    return {"rows": rows, "columns": columns, "channels": channels, "window": w, "outRows": out_rows, "outColumns": out_columns,
            "outChannels": out_channels, "depthwise": depthwise, "inputZero": in_zero, "zero": out_zero, "low": low, "high": high,
            "input": text(x), "weights": text(weights), "biases": biases.tolist(), "multipliers": multipliers.tolist(),
            "shifts": shifts.tolist(), "output": text(result)}


def average_pool(rng):
    """A sum over a window is a depthwise convolution with weights 1; the division is part of the multiplier."""
    while True:
        rows, columns, channels = int(rng.integers(1, 9)), int(rng.integers(1, 9)), int(rng.integers(1, 12))
        w = window(rng, 7)
        fitted = fit(w, rows, columns)
        if fitted:
            break
    (out_rows, out_columns), (bottom, right) = fitted
    x = edges(rng, (1, rows, columns, channels))
    in_zero, out_zero = zero(rng), zero(rng)
    multiplier, shift = (int(v[0]) for v in scales(rng, 1, 255 * w["height"] * w["width"]))
    low, high = bounds(rng)
    g = Graph()
    shape = (1, out_rows, out_columns, channels)
    ones = np.ones((w["height"], w["width"], channels, 1), np.int8)
    sums = g.operator(
        Op.DEPTHWISE_CONV2D,
        [g.input(x), g.constant(ones, np.int8), g.constant(np.zeros(channels), np.int32), g.constant([in_zero], np.int8), g.constant([0], np.int8)],
        shape, np.int32, "DepthwiseConv2dAttribute",
        ([w["top"], bottom, w["left"], right], [w["strideY"], w["strideX"]], [w["dilationY"], w["dilationX"]], False, INT32))
    y = g.clamp(g.rescale(sums, [multiplier], [shift], 0, out_zero, shape, np.int32, np.int8), low, high, shape)
    return {"rows": rows, "columns": columns, "channels": channels, "window": w, "outRows": out_rows, "outColumns": out_columns,
            "maximum": False, "inputZero": in_zero, "zero": out_zero, "low": low, "high": high, "multiplier": multiplier, "shift": shift,
            "input": text(x), "output": text(g.run(y))}


def max_pool(rng):
    while True:
        rows, columns, channels = int(rng.integers(1, 9)), int(rng.integers(1, 9)), int(rng.integers(1, 12))
        w = window(rng, 4) | {"dilationY": 1, "dilationX": 1}
        fitted = fit(w, rows, columns)
        if fitted and all(pad < w[side] for pad, side in zip(fitted[1], ("height", "width"))):
            break
    (out_rows, out_columns), (bottom, right) = fitted
    x = edges(rng, (1, rows, columns, channels))
    in_zero, out_zero = zero(rng), zero(rng)
    multiplier, shift = (int(v[0]) for v in scales(rng, 1, 255))
    low, high = bounds(rng)
    g = Graph()
    shape = (1, out_rows, out_columns, channels)
    largest = g.operator(Op.MAX_POOL2D, [g.input(x)], shape, np.int8, "MaxPool2dAttribute",
                         ([w["height"], w["width"]], [w["strideY"], w["strideX"]], [w["top"], bottom, w["left"], right], PROPAGATE))
    y = g.clamp(g.rescale(largest, [multiplier], [shift], in_zero, out_zero, shape, np.int8, np.int8), low, high, shape)
    return {"rows": rows, "columns": columns, "channels": channels, "window": w, "outRows": out_rows, "outColumns": out_columns,
            "maximum": True, "inputZero": in_zero, "zero": out_zero, "low": low, "high": high, "multiplier": multiplier, "shift": shift,
            "input": text(x), "output": text(g.run(y))}


def pair(rng, product):
    n = int(rng.integers(1, 60))
    a, b = edges(rng, (n,)), edges(rng, (n,))
    a_zero, b_zero, out_zero = zero(rng), zero(rng), zero(rng)
    low, high = bounds(rng)
    g = Graph()
    case = {"product": product, "aZero": a_zero, "bZero": b_zero, "zero": out_zero, "low": low, "high": high, "a": text(a), "b": text(b)}
    if product:
        multiplier, shift = (int(v[0]) for v in scales(rng, 1, 255 * 255))
        one = [1 << 30], [30]
        wide = [g.rescale(g.input(v), *one, z, 0, (n,), np.int8, np.int32) for v, z in ((a, a_zero), (b, b_zero))]
        total = g.operator(Op.MUL, wide + [g.constant([0], np.int8)], (n,), np.int32, "MulAttribute")
    else:
        # Both operands are brought to 2^20 times a common scale, of which the larger is a half to a whole.
        places = [(int(rng.integers(1 << 30, (1 << 31) - 1)), int(10 + rng.integers(0, 8))) for _ in range(2)]
        case |= {"aMultiplier": places[0][0], "aShift": places[0][1], "bMultiplier": places[1][0], "bShift": places[1][1]}
        wide = [g.rescale(g.input(v), [m], [s], z, 0, (n,), np.int8, np.int32)
                for v, z, (m, s) in ((a, a_zero, places[0]), (b, b_zero, places[1]))]
        total = g.operator(Op.ADD, wide, (n,), np.int32, "AddAttribute")
        multiplier, shift = int(rng.integers(1 << 30, (1 << 31) - 1)), int(50 + rng.integers(0, 3))
    y = g.clamp(g.rescale(total, [multiplier], [shift], 0, out_zero, (n,), np.int32, np.int8), low, high, (n,))
    return case | {"multiplier": multiplier, "shift": shift, "output": text(g.run(y))}


def table(rng):
    a, entries = edges(rng, (40,)), edges(rng, (256,))
    g = Graph()
    y = g.operator(Op.TABLE, [g.input(a), g.constant(entries, np.int8)], (40,), np.int8, "TableAttribute")
    return {"a": text(a), "table": text(entries), "output": text(g.run(y))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--cases", type=int, default=60, help="convolutions; half as many pools, and two thirds of pairs")
    options = parser.parse_args()
    rng, count = np.random.default_rng(options.seed), options.cases
    cases = {
        "model": "tosa-tools 2026.8.0",
        "convolutions": [convolution(rng, index % 2 == 1) for index in range(count)],
        "pools": [(max_pool if index % 2 else average_pool)(rng) for index in range(count // 2)],
        "pairs": [pair(rng, index % 2 == 1) for index in range(count * 2 // 3)],
        "tables": [table(rng) for _ in range(4)],
    }
    with open(options.output, "w") as file:
        file.write("{\n" + ",\n".join(
            f' "{name}": ' + (json.dumps(value) if isinstance(value, str) else "[\n  " + ",\n  ".join(json.dumps(c) for c in value) + "\n ]")
            for name, value in cases.items()) + "\n}\n")


if __name__ == "__main__":
    main()
