"""[MODEL-2] to [MODEL-4]: tensors and their leaves."""

import struct
from dataclasses import dataclass

import numpy as np

from .encoding import Reader, Refused, u8, u32


@dataclass(frozen=True)
class Linear:
    """Kind a16."""
    channels: int
    inputs: int
    tag = 0

    def encode(self):
        return u8(self.tag) + u32(self.channels) + u32(self.inputs)

    def check(self):
        if self.channels % 16 or not 16 <= self.channels <= 2**20 or self.inputs % 64 or not 64 <= self.inputs <= 16384:
            raise Refused("linear sizes")

    leaf_bytes = property(lambda self: 17 * self.inputs + 128)
    leaf_count = property(lambda self: self.channels // 16)

    def well_formed(self, leaf):
        w, g, m, sh = decode_block(leaf, self.inputs)
        return (all(-127 <= v for channel in w for v in channel) and all(1 <= v <= 4095 for channel in g for v in channel)
                and all(v < 2**24 for v in m) and all(17 <= v <= 62 for v in sh))

    def blocks(self, data):
        return Blocks(data, self.inputs)


@dataclass(frozen=True)
class RotatedLinear(Linear):
    """Kind h8."""
    tag = 4
    leaf_bytes = property(lambda self: 16 * self.inputs + 128)

    def well_formed(self, leaf):
        w, m, sh = decode_rotated_block(leaf, self.inputs)
        return all(-127 <= v for channel in w for v in channel) and all(v < 2**24 for v in m) and all(17 <= v <= 62 for v in sh)

    def blocks(self, data):
        return RotatedBlocks(data, self.inputs)


@dataclass(frozen=True)
class WideLinear(Linear):
    """Kind w16."""
    tag = 5
    leaf_bytes = property(lambda self: 32 * self.inputs + 128)

    def well_formed(self, leaf):
        w, m, sh = decode_wide_block(leaf, self.inputs)
        return all(-32767 <= v for channel in w for v in channel) and all(v < 2**24 for v in m) and all(17 <= v <= 62 for v in sh)

    def blocks(self, data):
        return WideBlocks(data, self.inputs)


@dataclass(frozen=True)
class Vector:
    count: int

    def encode(self):
        return u8(1) + u32(self.count)

    def check(self):
        if not 1 <= self.count <= 16384:
            raise Refused("vector count")

    leaf_bytes = property(lambda self: 4 * self.count)
    leaf_count = property(lambda self: 1)

    def well_formed(self, leaf):
        return all(abs(v) < 2**23 for v in values_i32(leaf))


@dataclass(frozen=True)
class Rotation:
    positions: int
    width: int

    def encode(self):
        return u8(2) + u32(self.positions) + u32(self.width)

    def check(self):
        if not 1 <= self.positions <= 16384 or self.width % 16 or not 16 <= self.width <= 256:
            raise Refused("rotation sizes")

    leaf_bytes = property(lambda self: 4 * self.width)
    leaf_count = property(lambda self: self.positions)

    def well_formed(self, leaf):
        return all(abs(v) <= 2**30 for v in values_i32(leaf))


@dataclass(frozen=True)
class Offsets(Vector):
    def encode(self):
        return u8(3) + u32(self.count)

    def well_formed(self, leaf):
        return all(abs(v) < 2**31 for v in values_i32(leaf))


KINDS = ((Linear, 2), (Vector, 1), (Rotation, 2), (Offsets, 1), (RotatedLinear, 2), (WideLinear, 2))


def decode_tensor(reader):
    tag = reader.u8()
    if tag >= len(KINDS):
        raise Refused("a tensor tag with no rule")
    kind, fields = KINDS[tag]
    tensor = kind(*[reader.u32() for _ in range(fields)])
    tensor.check()
    return tensor


def values_i32(data):
    return list(struct.unpack(f"<{len(data) // 4}i", data[:len(data) // 4 * 4]))


def decode_block(leaf, inputs):
    """[MODEL-3] In plain integers: weights[16][inputs], multipliers[16][inputs / 32], M[16], sh[16]."""
    if len(leaf) != 17 * inputs + 128:
        raise Refused("a block's size")
    signed = memoryview(leaf).cast("b")[:16 * inputs].tolist()
    w = [[signed[i // 2 * 32 + c * 2 + i % 2] for i in range(inputs)] for c in range(16)]
    groups = struct.unpack_from(f"<{inputs // 2}H", leaf, 16 * inputs)
    g = [list(groups[c::16]) for c in range(16)]
    m = list(struct.unpack_from("<16I", leaf, 17 * inputs))
    sh = list(struct.unpack_from("<16I", leaf, 17 * inputs + 64))
    return w, g, m, sh


def decode_rotated_block(leaf, inputs):
    """[MODEL-3] weights[16][inputs], M[16], sh[16]."""
    reader = Reader(leaf)
    w = [[0] * inputs for _ in range(16)]
    for four in range(inputs // 4):
        for c in range(16):
            for i in range(4):
                w[c][4 * four + i] = reader.i8()
    m = [reader.u32() for _ in range(16)]
    sh = [reader.u32() for _ in range(16)]
    reader.end()
    return w, m, sh


def decode_wide_block(leaf, inputs):
    """[MODEL-3] weights[16][inputs], M[16], sh[16]."""
    reader = Reader(leaf)
    w = [[0] * inputs for _ in range(16)]
    for pair in range(inputs // 2):
        for c in range(16):
            w[c][2 * pair] = reader.integer(16, True)
            w[c][2 * pair + 1] = reader.integer(16, True)
    m = [reader.u32() for _ in range(16)]
    sh = [reader.u32() for _ in range(16)]
    reader.end()
    return w, m, sh


class Blocks:
    """[MODEL-3] The blocks of a linear tensor as arrays, decoded when asked for."""

    def __init__(self, data, inputs):
        self.inputs = inputs
        self.raw = np.frombuffer(data, dtype=np.uint8).reshape(-1, 17 * inputs + 128)
        tail = np.ascontiguousarray(self.raw[:, 17 * inputs:]).view("<u4").astype(np.int64)
        self.multiplier = tail[:, :16].reshape(-1)
        self.shift = tail[:, 16:].reshape(-1)

    def part(self, first, end):
        return Blocks(np.ascontiguousarray(self.raw[first:end]).reshape(-1), self.inputs)

    def slabs(self, blocks):
        return (self.part(i, i + blocks) for i in range(0, len(self.raw), blocks))

    def weights(self):
        pairs = np.ascontiguousarray(self.raw[:, :16 * self.inputs]).view(np.int8).reshape(-1, self.inputs // 2, 16, 2)
        return pairs.transpose(0, 2, 1, 3).reshape(-1, self.inputs)

    def groups(self):
        values = np.ascontiguousarray(self.raw[:, 16 * self.inputs:17 * self.inputs]).view("<u2").reshape(-1, self.inputs // 32, 16)
        return values.transpose(0, 2, 1).reshape(-1, self.inputs // 32)

    def scaled(self):
        """Each weight times its group's multiplier, in float64 (below 2^19)."""
        groups = self.groups().astype(np.float64)
        return (self.weights().reshape(*groups.shape, 32) * groups[:, :, None]).reshape(-1, self.inputs)

    def well_formed(self):
        groups = self.groups()
        return bool((self.weights() >= -127).all() and (groups >= 1).all() and (groups <= 4095).all()
                    and (self.multiplier < 2**24).all() and (self.shift >= 17).all() and (self.shift <= 62).all())


class PlainBlocks:
    """[MODEL-3] The blocks of a tensor without group multipliers."""

    def __init__(self, data, inputs):
        self.inputs = inputs
        self.raw = np.frombuffer(data, dtype=np.uint8).reshape(-1, self.weight_bytes * 16 * inputs + 128)
        tail = np.ascontiguousarray(self.raw[:, -128:]).view("<u4").astype(np.int64)
        self.multiplier = tail[:, :16].reshape(-1)
        self.shift = tail[:, 16:].reshape(-1)

    def part(self, first, end):
        return type(self)(np.ascontiguousarray(self.raw[first:end]).reshape(-1), self.inputs)

    def slabs(self, blocks):
        return (self.part(i, i + blocks) for i in range(0, len(self.raw), blocks))

    def weights(self):
        kind, run = ("<i2", 2) if self.weight_bytes == 2 else ("i1", 4)
        runs = np.ascontiguousarray(self.raw[:, :-128]).view(kind).reshape(-1, self.inputs // run, 16, run)
        return runs.transpose(0, 2, 1, 3).reshape(-1, self.inputs)

    def well_formed(self):
        limit = 32767 if self.weight_bytes == 2 else 127
        return bool((self.weights() >= -limit).all() and (self.multiplier < 2**24).all() and (self.shift >= 17).all() and (self.shift <= 62).all())


class RotatedBlocks(PlainBlocks):
    """Kind h8."""
    weight_bytes = 1


class WideBlocks(PlainBlocks):
    """Kind w16."""
    weight_bytes = 2
