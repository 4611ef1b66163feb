"""[GRAPH-3], [GRAPH-4] The segments: their fields and encodings."""

from dataclasses import dataclass, fields

from .encoding import Refused, Reader, boolean, i8, option, u8, u32, u64

GENERATION, EMBEDDING = 0, 1

I32, I16, PACKED, TOKEN = "i32", "i16", "packed", "token"


@dataclass(frozen=True)
class Norm:
    """[GRAPH-4] A norm: RMS, or with offsets a layer norm; None stands for none."""
    gain: int
    eps: int
    shift: int
    offset: object = None

    def encode(self):
        fields = u32(self.gain) + u64(self.eps) + u8(self.shift)
        return u8(1) + fields if self.offset is None else u8(2) + fields + u32(self.offset)

    def tensors(self):
        return [self.gain] + ([] if self.offset is None else [self.offset])


def read_norm(reader):
    tag = reader.u8()
    if tag > 2:
        raise Refused("a norm tag with no rule")
    if tag == 0:
        return None
    norm = Norm(reader.u32(), reader.u64(), reader.u8())
    return norm if tag == 1 else Norm(norm.gain, norm.eps, norm.shift, reader.u32())


def norm_tensors(norm):
    return [] if norm is None else norm.tensors()


@dataclass(frozen=True)
class Map:
    """[GRAPH-4] A linear map: weights and, if it has one, its bias."""
    weights: int
    bias: object = None

    def encode(self):
        return u32(self.weights) + option(None if self.bias is None else u32(self.bias))

    @classmethod
    def read(cls, reader):
        return cls(reader.u32(), reader.option(reader.u32))


def read_activation(reader):
    """The up map of SiLU, or None for GELU."""
    tag = reader.u8()
    if tag > 1:
        raise Refused("an activation tag with no rule")
    return Map.read(reader) if tag == 0 else None


def read_positions(reader):
    return reader.option(lambda: (reader.u32(), reader.i8()))


@dataclass(frozen=True)
class Segment:
    def encode(self):
        return u8(self.tag) + b"".join(WRITERS[field.type](getattr(self, field.name)) for field in fields(self))

    def uses(self, context):
        """[MODEL-4] The tensors that the fields name, each with how many of its leaves steps can read, or None for all."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("table", "weights"):
                yield value, None
            elif field.type == "norm":
                yield from ((index, None) for index in norm_tensors(value))
            elif field.type in ("map", "activation") and value is not None:
                yield from ((index, None) for index in (value.weights, value.bias) if index is not None)
            elif field.name == "rotation" and value is not None:
                yield value, context
            elif field.type == "positions" and value is not None:
                yield value[0], -(-context // 16)


# A field's annotation names its encoding.
@dataclass(frozen=True)
class Embedding(Segment):
    table: "u32"
    delta: "i8"
    positions: "positions" = None
    tag, format = 0, I32


@dataclass(frozen=True)
class Projection(Segment):
    source: "u32"
    norm: "norm"
    map: "map"
    chunk: "u32"
    rotation: "option"
    shift: "u8"
    major: "u8"
    tag, format = 1, I16


@dataclass(frozen=True)
class Attention(Segment):
    query: "u32"
    key: "u32"
    value: "u32"
    groups: "u32"
    heads: "u32"
    width: "u32"
    score_shift: "u8"
    value_shift: "u8"
    causal: "boolean" = True
    tag, format = 2, PACKED


@dataclass(frozen=True)
class Residual(Segment):
    source: "u32"
    map: "map"
    residual: "u32"
    norm: "norm"
    chunk: "u32"
    tag, format = 3, I32


@dataclass(frozen=True)
class Gate(Segment):
    source: "u32"
    norm: "norm"
    map: "map"
    up: "activation"
    chunk: "u32"
    shift: "u8"
    tag, format = 4, PACKED


@dataclass(frozen=True)
class Maxima(Segment):
    source: "u32"
    norm: "norm"
    weights: "u32"
    chunk: "u32"
    tag, format = 5, I32


@dataclass(frozen=True)
class Argmax(Segment):
    maxima: "u32"
    tag, format = 6, TOKEN


@dataclass(frozen=True)
class NormRows(Segment):
    source: "u32"
    norm: "norm"
    chunk: "u32"
    tag, format = 7, I32


@dataclass(frozen=True)
class Mean(Segment):
    source: "u32"
    tag, format = 8, I32


@dataclass(frozen=True)
class Unit(Segment):
    source: "u32"
    shift: "u8"
    tag, format = 9, I32


KINDS = (Embedding, Projection, Attention, Residual, Gate, Maxima, Argmax, NormRows, Mean, Unit)
WRITERS = {
    "u32": u32, "u8": u8, "i8": i8, "boolean": boolean, "map": Map.encode,
    "norm": lambda v: u8(0) if v is None else v.encode(),
    "option": lambda v: option(None if v is None else u32(v)),
    "positions": lambda v: option(None if v is None else u32(v[0]) + i8(v[1])),
    "activation": lambda v: u8(1) if v is None else u8(0) + v.encode(),
}
READERS = {
    "u32": Reader.u32, "u8": Reader.u8, "i8": Reader.i8, "boolean": Reader.boolean, "map": Map.read,
    "norm": read_norm, "option": lambda r: r.option(r.u32), "positions": read_positions, "activation": read_activation,
}


def decode_segment(reader):
    tag = reader.u8()
    if tag >= len(KINDS):
        raise Refused("a segment tag with no rule")
    return KINDS[tag](*[READERS[field.type](reader) for field in fields(KINDS[tag])])
