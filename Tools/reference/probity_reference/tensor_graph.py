"""SPEC [MODEL-8], [GRAPH-20] to [GRAPH-25], [STEP-7], [STEP-8]: tensor graphs, slow and plainly what the text says."""

import struct
from dataclasses import dataclass, field

from . import int8, merkle
from .bundle import place_leaf
from .encoding import boolean, counted, i8, listing, option, u8, u16, u32

LIMITS = (1 << 20, 1 << 22)


@dataclass(frozen=True)
class ConvolutionTensor:
    """[MODEL-8] `values` is a list of (weights, bias, multiplier, shift)."""
    values: tuple

    @property
    def inputs(self):
        return len(self.values[0][0])

    def encode(self):
        return u8(16) + u32(len(self.values)) + u32(self.inputs)

    def leaves(self):
        blocks = []
        for first in range(0, len(self.values), 8):
            block = list(self.values[first:first + 8])
            block += [([0] * self.inputs, 0, 0, 2)] * (8 - len(block))
            weights = b"".join(
                i8(w[i] if i < self.inputs else 0) for pair in range(-(-self.inputs // 2)) for w, *_ in block for i in (2 * pair, 2 * pair + 1))
            blocks.append(weights + b"".join(struct.pack("<8" + kind, *(c[place] for c in block)) for place, kind in ((1, "i"), (2, "I"), (3, "I"))))
        return blocks


@dataclass(frozen=True)
class TableTensor:
    """[MODEL-8]"""
    values: tuple

    def encode(self):
        return u8(17)

    def leaves(self):
        return [b"".join(i8(v) for v in self.values)]


@dataclass(frozen=True)
class Scale:
    multiplier: int = 1 << 30
    shift: int = 30

    def encode(self):
        return u32(self.multiplier) + u8(self.shift)


@dataclass(frozen=True)
class Sum:
    """[GRAPH-22] `left` and `right` are (zero, Scale)."""
    left: tuple
    right: tuple
    scale: Scale
    range: int8.Range

    def encode(self):
        return b"".join(i8(zero) + scale.encode() for zero, scale in (self.left, self.right)) + self.scale.encode() + encode_range(self.range)

    def add(self, a, b):
        left, right = [(zero, scale.multiplier, scale.shift) for zero, scale in (self.left, self.right)]
        return int8.add(a, b, left, right, self.scale.multiplier, self.scale.shift, self.range)

    def multiply(self, a, b):
        return int8.multiply(a, self.left[0], b, self.right[0], self.scale.multiplier, self.scale.shift, self.range)


def encode_range(r):
    return i8(r.zero) + i8(r.low) + i8(r.high)


@dataclass(frozen=True)
class Segment:
    """[GRAPH-22] The kind's name, its fields, and the shape (rows, columns, channels, chunk)."""
    kind: str
    sources: tuple
    shape: tuple
    fields: dict = field(default_factory=dict)

    def encode(self):
        f = self.fields
        rows, columns, channels, chunk = self.shape
        if self.kind == "input":
            return u8(16) + u32(rows) + u32(columns) + u32(channels)
        if "window" in f:
            w = f["window"]
            sweep = b"".join(u16(v) for v in (w.height, w.width, w.stride_y, w.stride_x, w.top, w.left, w.dilation_y, w.dilation_x))
            sweep += u32(rows) + u32(columns)
        if self.kind == "convolution":
            addend = None if "sum" not in f else u32(self.sources[1]) + f["sum"].encode()
            return (u8(17) + u32(self.sources[0]) + u32(f["weights"]) + sweep + boolean(f["depthwise"]) + i8(f["zero"])
                    + encode_range(f["range"]) + u32(chunk) + option(addend))
        if self.kind == "pool":
            return u8(18) + u32(self.sources[0]) + sweep + boolean(f["maximum"]) + i8(f["zero"]) + f["scale"].encode() + encode_range(f["range"])
        if self.kind == "pair":
            return u8(19) + boolean(f["product"]) + u32(self.sources[0]) + u32(self.sources[1]) + f["sum"].encode()
        if self.kind == "table":
            return u8(20) + u32(self.sources[0]) + u32(f["table"])
        return u8(21) + listing([u32(s) for s in self.sources])


class TensorModel:
    def __init__(self, tensors, segments):
        self.tensors, self.segments = tensors, segments

    def encode(self):
        """[GRAPH-20]"""
        return u8(2) + listing([t.encode() for t in self.tensors]) + listing([s.encode() for s in self.segments])

    def bundle(self, tokenizer, name):
        """[MODEL-1]"""
        header = counted(self.encode()) + counted(tokenizer) + counted(name.encode()) + counted(b"")
        data = b"PROBITY1" + counted(header)
        data += bytes(-len(data) % 64)
        for tensor in self.tensors:
            data += bytes(-len(data) % 64) + b"".join(tensor.leaves())
        return data

    def tensors_root(self):
        return merkle.root_of([
            place_leaf(index, len(tensor.leaves()), merkle.root_of(tensor.leaves())) for index, tensor in enumerate(self.tensors)])

    def rows_read(self, index, y):
        """[STEP-7] The rows of each source."""
        segment = self.segments[index]
        if "window" in segment.fields:
            w, height = segment.fields["window"], self.segments[segment.sources[0]].shape[0]
            first = y * w.stride_y - w.top
            return [range(max(0, first), min(height - 1, first + (w.height - 1) * w.dilation_y) + 1)] + [range(y, y + 1)] * (len(segment.sources) - 1)
        single = [self.segments[s].shape[0] == 1 for s in segment.sources]
        return [range(1) if segment.kind == "pair" and place == 1 and single[place] else range(y, y + 1) for place in range(len(segment.sources))]

    def cost(self, index, y):
        """[STEP-8] Bytes and multiply-adds of a step."""
        segment = self.segments[index]
        rows, columns, channels, chunk = segment.shape
        parts = [len(rows) * self.segments[s].shape[1] * self.segments[s].shape[2] for s, rows in zip(segment.sources, self.rows_read(index, y))]
        values = columns * chunk
        adds = 0 if segment.kind == "input" else values
        if segment.kind == "convolution":
            tensor, w = self.tensors[segment.fields["weights"]], segment.fields["window"]
            blocks = -(-chunk // 8)
            parts.append(blocks * len(tensor.leaves()[0]))
            plane = w.height * ((columns - 1) * w.stride_x + (w.width - 1) * w.dilation_x + 1)
            source = self.segments[segment.sources[0]].shape[2]
            adds = columns * 8 * blocks * tensor.inputs + plane * 8 * -(-source // 8) + (values if "sum" in segment.fields else 0)
        elif segment.kind == "pool":
            adds = values * segment.fields["window"].height * segment.fields["window"].width
        elif segment.kind == "table":
            parts.append(256)
        return 1024 + 4096 + sum(parts) + 4096 * len(parts), adds

    def run(self, values):
        """[GRAPH-23] to [GRAPH-25] Every segment's tensor, [row][column][channel]."""
        outputs = []
        for segment in self.segments:
            rows, columns, channels, chunk = segment.shape
            f = segment.fields
            sources = [outputs[s] for s in segment.sources]
            if segment.kind == "input":
                flat = iter(values)
                result = [[[next(flat) for _ in range(channels)] for _ in range(columns)] for _ in range(rows)]
            elif segment.kind == "convolution":
                result = [int8.convolve(sources[0], f["zero"], f["window"], y, columns, self.tensors[f["weights"]].values, f["depthwise"], f["range"])
                          for y in range(rows)]
                if "sum" in f:
                    result = each(f["sum"].add, result, sources[1])
            elif segment.kind == "pool":
                result = [int8.pool(sources[0], f["zero"], f["window"], y, columns, f["maximum"], f["scale"].multiplier, f["scale"].shift, f["range"])
                          for y in range(rows)]
            elif segment.kind == "pair":
                left, right = sources
                if (len(right), len(right[0])) != (rows, columns):
                    right = [[right[0][0]] * columns] * rows
                result = each(f["sum"].multiply if f["product"] else f["sum"].add, left, right)
            elif segment.kind == "table":
                result = each(lambda a, _: int8.look_up(a, self.tensors[f["table"]].values), sources[0], sources[0])
            else:
                result = [[[v for s in sources for v in s[y][x]] for x in range(columns)] for y in range(rows)]
            outputs.append(result)
        return outputs

    def leaves(self, index, output):
        """[GRAPH-21] The leaves of a segment, in order."""
        rows, columns, channels, chunk = self.segments[index].shape
        return [b"".join(i8(v) for x in row for v in x[first:first + chunk]) for row in output for first in range(0, channels, chunk)]

    def trace_root(self, outputs):
        """[TRACE-2]"""
        leaves = [self.leaves(index, output) for index, output in enumerate(outputs)]
        return merkle.root_of([place_leaf(index, len(part), merkle.root_of(part)) for index, part in enumerate(leaves)])


def each(operation, a, b):
    return [[[operation(v, w) for v, w in zip(x, y)] for x, y in zip(row, other)] for row, other in zip(a, b)]
