"""SPEC [MODEL-8], [GRAPH-21], [GRAPH-22]: the tensors and segments of a tensor graph, and their encodings."""

import struct
from dataclasses import dataclass

from . import int8
from .encoding import Refused, boolean, i8, listing, option, u8, u16, u32

SIDE, CHANNELS, ROW_VALUES, INPUT_VALUES, OUTPUT_VALUES, ALL_VALUES = 16384, 65536, 2**22, 2**18, 65536, 2**28


def require(condition, rule):
    if not condition:
        raise Refused(rule)


def signed(data):
    return list(struct.unpack(f"{len(data)}b", data))


def blocks(channels):
    return -(-channels // 8)


# Tensors.

@dataclass(frozen=True)
class Convolution:
    channels: int
    inputs: int
    leaf_count = property(lambda self: blocks(self.channels))
    leaf_bytes = property(lambda self: 16 * -(-self.inputs // 2) + 96)

    def encode(self):
        return u8(16) + u32(self.channels) + u32(self.inputs)

    def check(self):
        require(1 <= self.channels <= CHANNELS and 1 <= self.inputs <= 32768, "the sizes of a convolution")

    def channels_of(self, data):
        """The channels of some blocks: (weights, bias, multiplier, shift)."""
        result = []
        for at in range(0, len(data), self.leaf_bytes):
            block = data[at:at + self.leaf_bytes]
            weights, numbers = signed(block[:-96]), [struct.unpack_from("<8" + kind, block, len(block) - 96 + 32 * n) for n, kind in enumerate("iII")]
            result += [([weights[i // 2 * 16 + c * 2 + i % 2] for i in range(self.inputs)], *(n[c] for n in numbers)) for c in range(8)]
        return result

    def leaves(self, channels):
        """The blocks of a list of channels."""
        made = []
        for first in range(0, len(channels), 8):
            block = list(channels[first:first + 8])
            block += [([0] * self.inputs, 0, 0, 2)] * (8 - len(block))
            weights = b"".join(
                i8(w[i] if i < self.inputs else 0) for pair in range(-(-self.inputs // 2)) for w, *_ in block for i in (2 * pair, 2 * pair + 1))
            made.append(weights + b"".join(struct.pack("<8" + kind, *(c[place] for c in block)) for place, kind in ((1, "i"), (2, "I"), (3, "I"))))
        return made

    def well_formed(self, data):
        for at in range(0, len(data), self.leaf_bytes):
            block = data[at:at + self.leaf_bytes]
            numbers = [struct.unpack_from("<8" + kind, block, len(block) - 96 + 32 * n) for n, kind in enumerate("iII")]
            if not (all(abs(v) <= 2**30 for v in numbers[0]) and all(v < 2**31 for v in numbers[1]) and all(2 <= v <= 62 for v in numbers[2])):
                return False
            if self.inputs % 2 and any(block[len(block) - 112 + 2 * c + 1] for c in range(8)):
                return False
        return True


@dataclass(frozen=True)
class Table:
    leaf_count = property(lambda self: 1)
    leaf_bytes = property(lambda self: 256)

    def encode(self):
        return u8(17)

    def check(self):
        pass

    def well_formed(self, data):
        return True


def read_tensor(r):
    tag = r.u8()
    require(tag in (16, 17), "a tensor tag with no rule")
    return Convolution(r.u32(), r.u32()) if tag == 16 else Table()


# Parts of segments.

@dataclass(frozen=True)
class Scale:
    multiplier: int = 1 << 30
    shift: int = 30

    def encode(self):
        return u32(self.multiplier) + u8(self.shift)

    def check(self):
        require(self.multiplier < 2**31 and 2 <= self.shift <= 62, "a scale")


def read_scale(r):
    return Scale(r.u32(), r.u8())


def encode_range(r):
    return i8(r.zero) + i8(r.low) + i8(r.high)


def read_range(r):
    return int8.Range(r.i8(), r.i8(), r.i8())


def check_range(r):
    require(r.low <= r.high, "a range")


@dataclass(frozen=True)
class Sum:
    """`left` and `right` are (zero, Scale)."""
    left: tuple
    right: tuple
    scale: Scale
    range: int8.Range

    def encode(self):
        return b"".join(i8(zero) + scale.encode() for zero, scale in (self.left, self.right)) + self.scale.encode() + encode_range(self.range)

    def check(self):
        for scale in (self.left[1], self.right[1], self.scale):
            scale.check()
        check_range(self.range)

    def add(self, a, b):
        left, right = [(zero, scale.multiplier, scale.shift) for zero, scale in (self.left, self.right)]
        return int8.add(a, b, left, right, self.scale.multiplier, self.scale.shift, self.range)

    def multiply(self, a, b):
        return int8.multiply(a, self.left[0], b, self.right[0], self.scale.multiplier, self.scale.shift, self.range)


def read_sum(r):
    return Sum((r.i8(), read_scale(r)), (r.i8(), read_scale(r)), read_scale(r), read_range(r))


@dataclass(frozen=True)
class Sweep:
    window: int8.Window
    rows: int
    columns: int

    def sides(self):
        w = self.window
        return w.height, w.width, w.stride_y, w.stride_x, w.top, w.left, w.dilation_y, w.dilation_x

    def encode(self):
        return b"".join(u16(v) for v in self.sides()) + u32(self.rows) + u32(self.columns)

    def check(self, source):
        """`source` is the shape that the window moves over."""
        height, width, stride_y, stride_x, top, left, dilation_y, dilation_x = self.sides()
        require(all(1 <= v <= 256 for v in (height, width, stride_y, stride_x, dilation_y, dilation_x)), "the sides of a window")
        require(top <= min(256, (height - 1) * dilation_y) and left <= min(256, (width - 1) * dilation_x), "the padding")
        require((self.rows - 1) * stride_y - top < source.rows and (self.columns - 1) * stride_x - left < source.columns, "the windows' reach")

    def rows_read(self, row, source):
        first = row * self.window.stride_y - self.window.top
        return range(max(0, first), min(source.rows - 1, first + (self.window.height - 1) * self.window.dilation_y) + 1)


def read_sweep(r):
    return Sweep(int8.Window(*[r.u16() for _ in range(8)]), r.u32(), r.u32())


# Segments. Each has the leaves' format, and names its sources.

@dataclass(frozen=True)
class Segment:
    format = "i8"
    addend = None
    sources = property(lambda self: [self.source])


@dataclass(frozen=True)
class Input(Segment):
    rows: int
    columns: int
    channels: int
    sources = property(lambda self: [])

    def encode(self):
        return u8(16) + u32(self.rows) + u32(self.columns) + u32(self.channels)


@dataclass(frozen=True)
class Convolve(Segment):
    """`addend` is None or (segment, Sum)."""
    source: int
    weights: int
    sweep: Sweep
    depthwise: bool
    zero: int
    range: int8.Range
    chunk: int
    addend: object = None
    sources = property(lambda self: [self.source] + ([] if self.addend is None else [self.addend[0]]))

    def encode(self):
        addend = None if self.addend is None else u32(self.addend[0]) + self.addend[1].encode()
        return (u8(17) + u32(self.source) + u32(self.weights) + self.sweep.encode() + boolean(self.depthwise) + i8(self.zero)
                + encode_range(self.range) + u32(self.chunk) + option(addend))


@dataclass(frozen=True)
class Pool(Segment):
    source: int
    sweep: Sweep
    maximum: bool
    zero: int
    scale: Scale
    range: int8.Range

    def encode(self):
        return u8(18) + u32(self.source) + self.sweep.encode() + boolean(self.maximum) + i8(self.zero) + self.scale.encode() + encode_range(self.range)


@dataclass(frozen=True)
class Pair(Segment):
    product: bool
    left: int
    right: int
    sum: Sum
    sources = property(lambda self: [self.left, self.right])

    def encode(self):
        return u8(19) + boolean(self.product) + u32(self.left) + u32(self.right) + self.sum.encode()


@dataclass(frozen=True)
class LookUp(Segment):
    source: int
    table: int

    def encode(self):
        return u8(20) + u32(self.source) + u32(self.table)


@dataclass(frozen=True)
class Concatenate(Segment):
    parts: tuple
    sources = property(lambda self: list(self.parts))

    def encode(self):
        return u8(21) + listing([u32(s) for s in self.parts])


def read_segment(r):
    match r.u8():
        case 16: return Input(r.u32(), r.u32(), r.u32())
        case 17: return Convolve(r.u32(), r.u32(), read_sweep(r), r.boolean(), r.i8(), read_range(r), r.u32(), r.option(lambda: (r.u32(), read_sum(r))))
        case 18: return Pool(r.u32(), read_sweep(r), r.boolean(), r.i8(), read_scale(r), read_range(r))
        case 19: return Pair(r.boolean(), r.u32(), r.u32(), read_sum(r))
        case 20: return LookUp(r.u32(), r.u32())
        case 21: return Concatenate(tuple(r.listing(16, r.u32)))
    raise Refused("a segment tag with no rule")
