"""SPEC section 9: the graph, its rules and the shapes that follow from it."""

from dataclasses import dataclass

from .encoding import Refused, Reader, listing, u8, u32
from .segments import (
    Argmax, Attention, EMBEDDING, Embedding, GENERATION, Gate, I16, I32, Map, Maxima, Mean, NormRows, PACKED, Projection, Residual, TOKEN, Unit,
    decode_segment, norm_tensors)
from .tensors import Linear, Offsets, RotatedLinear, Rotation, Vector, WideLinear, decode_tensor


@dataclass(frozen=True)
class Range:
    """`count` leaves from `first` of a segment's or a tensor's tree."""
    of: int
    first: int
    count: int


def require(condition, rule):
    if not condition:
        raise Refused(rule)


class Graph:
    """[GRAPH-1] A valid graph."""

    def __init__(self, task, vocabulary, context, stops, tensors, segments):
        self.task, self.vocabulary, self.context = task, vocabulary, context
        self.stops, self.tensors, self.segments = list(stops), list(tensors), list(segments)
        self.validate()

    def encode(self):
        return (u8(self.task) + u32(self.vocabulary) + u32(self.context) + listing([u32(v) for v in self.stops])
                + listing([t.encode() for t in self.tensors]) + listing([s.encode() for s in self.segments]))

    @classmethod
    def decode(cls, data):
        reader = Reader(data)
        graph = cls(reader.u8(), reader.u32(), reader.u32(), reader.listing(16, reader.u32),
                    reader.listing(4096, lambda: decode_tensor(reader)), reader.listing(4096, lambda: decode_segment(reader)))
        reader.end()
        return graph

    # Shapes [GRAPH-2], [GRAPH-4].

    def width(self, index):
        s = self.segments[index]
        match s:
            case Embedding(): return self.tensors[s.table].inputs
            case Projection() | Residual() | Gate(): return self.tensors[s.map.weights].channels
            case Attention(): return s.heads * s.width
            case Maxima(): return self.vocabulary // 64
            case Argmax(): return 1
            case NormRows() | Mean() | Unit(): return self.width(s.source)

    def chunks(self, index):
        s = self.segments[index]
        match s:
            case Embedding() | Argmax() | Unit(): return 1
            case Mean(): return self.chunks(s.source)
            case Attention(): return s.groups
            case Maxima(): return self.vocabulary // s.chunk
        return self.width(index) // s.chunk

    def chunk_width(self, index):
        return self.width(index) // self.chunks(index)

    def leaf_bytes(self, index):
        width = self.chunk_width(index)
        return {I32: 4 * width, I16: 2 * width, PACKED: 1 + 2 * width, TOKEN: 4}[self.segments[index].format]

    def is_output(self, index):
        return isinstance(self.segments[index], (Maxima, Argmax, Mean, Unit))

    def rows(self, index, prompt, generated):
        return generated if self.is_output(index) else prompt + generated - 1

    def chunk_major(self, index):
        s = self.segments[index]
        return isinstance(s, NormRows) or (isinstance(s, Projection) and s.major == 1)

    def leaf_count(self, index, prompt, generated):
        return self.rows(index, prompt, generated) * self.chunks(index)

    def leaf_index(self, index, row, chunk, prompt, generated):
        """[TRACE-1]"""
        if self.chunk_major(index):
            return chunk * self.rows(index, prompt, generated) + row
        return row * self.chunks(index) + chunk

    def used_leaves(self):
        """[MODEL-4] How many leaves of each tensor are used, from the first on."""
        counts = [0] * len(self.tensors)
        for index, count in (use for s in self.segments for use in s.uses(self.context)):
            counts[index] = max(counts[index], self.tensors[index].leaf_count if count is None else count)
        return counts

    # Reads [STEP-1].

    def whole_row(self, index, row):
        return Range(index, row * self.chunks(index), self.chunks(index))

    def reads(self, index, row, chunk, prompt, generated):
        s = self.segments[index]
        stream = prompt - 1 + row
        match s:
            case Embedding():
                return []
            case Projection() | Gate() | NormRows():
                return [self.whole_row(s.source, row)]
            case Mean():
                rows = prompt + generated - 1
                return [Range(s.source, chunk * rows, rows)]
            case Unit():
                return [self.whole_row(s.source, row)]
            case Maxima():
                return [self.whole_row(s.source, stream)]
            case Argmax():
                return [self.whole_row(s.maxima, row), self.whole_row(self.segments[s.maxima].source, stream)]
            case Residual() if s.norm is not None:
                return [self.whole_row(s.source, row), self.whole_row(s.residual, row)]
            case Residual():
                width = self.chunk_width(s.residual)
                first, end = chunk * s.chunk // width, -(-(chunk + 1) * s.chunk // width)
                return [self.whole_row(s.source, row), Range(s.residual, row * self.chunks(s.residual) + first, end - first)]
        per_group = self.chunks(s.query) // s.groups
        ranges = [Range(s.query, row * self.chunks(s.query) + chunk * per_group, per_group)]
        for tensor in (s.key, s.value):
            per_group = self.chunks(tensor) // s.groups
            for part in range(chunk * per_group, (chunk + 1) * per_group):
                visible = row + 1 if s.causal else prompt + generated - 1
                ranges.append(Range(tensor, self.leaf_index(tensor, 0, part, prompt, generated), visible))
        return ranges

    def tensor_reads(self, index, row, chunk, token=None, block=None):
        """`token`: of the row, for an embedding; `block`: the b of [GRAPH-8], for an argmax."""
        s = self.segments[index]

        def norm(norm):
            return [Range(t, 0, 1) for t in norm_tensors(norm)]

        def linear(m):
            blocks = Range(m.weights, chunk * s.chunk // 16, s.chunk // 16)
            return [blocks] + ([] if m.bias is None else [Range(m.bias, 0, 1)])

        match s:
            case Embedding():
                return [Range(s.table, token // 16, 1)] + ([] if s.positions is None else [Range(s.positions[0], row // 16, 1)])
            case Projection():
                return norm(s.norm) + linear(s.map) + ([] if s.rotation is None else [Range(s.rotation, row, 1)])
            case Attention() | Mean() | Unit():
                return []
            case Residual():
                return norm(s.norm) + linear(s.map)
            case Gate():
                return norm(s.norm) + linear(s.map) + ([] if s.up is None else linear(s.up))
            case Maxima():
                return norm(s.norm) + linear(Map(s.weights))
            case NormRows():
                return norm(s.norm)
        maxima = self.segments[s.maxima]
        return norm(maxima.norm) + [Range(maxima.weights, 4 * block, 4)]

    def cost(self, index, row, chunk):
        """[STEP-6] Bytes and multiply-adds of a step in the longest stream."""
        s = self.segments[index]
        if self.is_output(index):
            row = 0
        reads = self.reads(index, row, chunk, self.context, 1)
        tensors = self.tensor_reads(index, row, chunk, token=0, block=0)
        size = 1024 + 4096
        size += sum(r.count * self.leaf_bytes(r.of) + 4096 for r in reads)
        size += sum(r.count * self.tensors[r.of].leaf_bytes + 4096 for r in tensors)
        if isinstance(s, Attention):
            return size, 2 * s.heads // s.groups * s.width * (row + 1 if s.causal else self.context)
        return size, sum(16 * self.tensors[r.of].inputs * r.count for r in tensors if isinstance(self.tensors[r.of], Linear))

    # Validity [GRAPH-1], [GRAPH-4] to [GRAPH-9].

    def validate(self):
        require(self.task in (GENERATION, EMBEDDING), "a task with no rule")
        require(self.vocabulary % 64 == 0 and 64 <= self.vocabulary <= 2**20, "vocabulary")
        require(1 <= self.context <= 16384, "context")
        require(len(self.stops) <= 16 and all(a < b for a, b in zip(self.stops, self.stops[1:])), "stop tokens ascend")
        require(all(v < self.vocabulary for v in self.stops) and not (self.task == EMBEDDING and self.stops), "stop tokens")
        require(len(self.tensors) <= 4096 and len(self.segments) <= 4096, "counts")
        for tensor in self.tensors:
            tensor.check()
        kinds = [s.tag for s in self.segments]
        require(len(kinds) >= 3 and kinds[0] == 0 and kinds.count(0) == 1, "one embedding, first")
        if self.task == GENERATION:
            require(kinds[-2:] == [5, 6] and kinds.count(5) == 1 and kinds.count(6) == 1, "maxima and argmax, last")
            require(max(kinds) <= 6, "no segment of an embedding")
        else:
            require(kinds[-2:] == [8, 9] and kinds.count(8) == 1 and kinds.count(9) == 1, "mean and unit, last")
            require(5 not in kinds and 6 not in kinds, "no segment of a generation")
        for index, segment in enumerate(self.segments):
            getattr(self, "validate_" + type(segment).__name__.lower())(index, segment)
        for index in range(len(self.segments)):
            for chunk in range(self.chunks(index)):
                size, operations = self.cost(index, self.context - 1, chunk)
                require(size <= 2**20 and operations <= 2**22, "the limits of a step")

    def segment(self, index, current, format):
        require(index < current, "a segment names an earlier one")
        require(not self.is_output(index) and self.segments[index].format == format, "the source's format")
        require(not isinstance(self.segments[index], NormRows), "only a mean reads a norm segment")
        return self.segments[index]

    def tensor(self, index, kind):
        kinds = (Linear, RotatedLinear, WideLinear) if kind is Linear else (kind,)
        require(index < len(self.tensors) and type(self.tensors[index]) in kinds, "the tensor's kind")
        return self.tensors[index]

    def linear(self, m, inputs, chunk, step=16):
        tensor = self.tensor(m.weights, Linear)
        require(m.bias is None or self.tensor(m.bias, Offsets).count == tensor.channels, "the bias's length")
        require(tensor.inputs == inputs, "the weights' inputs")
        require(chunk > 0 and chunk % step == 0 and tensor.channels % chunk == 0, "the chunk")
        return tensor

    def check_norm(self, norm, width):
        if norm is None:
            return
        require(norm.offset is None or self.tensor(norm.offset, Offsets).count == width, "the offsets' length")
        require(self.tensor(norm.gain, Vector).count == width, "the gain's length")
        require(norm.eps <= 2**56 and 1 <= norm.shift <= 62, "the norm")

    def validate_embedding(self, index, s):
        table = self.tensor(s.table, Linear)
        require(table.channels == self.vocabulary and not isinstance(table, RotatedLinear), "the table")
        require(-62 <= s.delta <= 62, "delta")
        if s.positions is not None:
            index, delta = s.positions
            table = self.tensor(index, Linear)
            require(not isinstance(table, RotatedLinear), "the positions' kind")
            require(table.channels >= self.context and table.inputs == self.tensors[s.table].inputs, "the positions")
            require(-62 <= delta <= 62, "delta")

    def validate_projection(self, index, s):
        self.segment(s.source, index, I32)
        self.check_norm(s.norm, self.width(s.source))
        self.linear(s.map, self.width(s.source), s.chunk)
        require(s.major <= 1, "major")
        require((0 if s.rotation is None else 1) <= s.shift <= 62, "the shift")
        if s.rotation is not None:
            rotation = self.tensor(s.rotation, Rotation)
            require(s.chunk % rotation.width == 0 or rotation.width % s.chunk == 0, "the rotation's width")
            require(rotation.positions >= self.context, "the rotation's positions")

    def validate_attention(self, index, s):
        query, key, value = (self.segment(i, index, I16) for i in (s.query, s.key, s.value))
        require(s.groups > 0 and s.heads > 0 and s.heads % s.groups == 0, "groups divide heads")
        require(s.width % 16 == 0 and 16 <= s.width <= 256, "the head width")
        require(s.causal or self.task != GENERATION, "a causal attention")
        require(s.score_shift <= 31 and s.value_shift <= 12, "the shifts")
        require(self.width(s.query) == s.heads * s.width, "the query's width")
        require(s.heads // s.groups * s.width % query.chunk == 0 and query.major == 0, "the query's chunk")
        for i, source in ((s.key, key), (s.value, value)):
            require(self.width(i) == s.groups * s.width, "the width of keys and values")
            require(s.width % source.chunk == 0 and source.major == 1, "the chunk of keys and values")

    def validate_residual(self, index, s):
        self.segment(s.source, index, PACKED)
        weights = self.linear(s.map, self.width(s.source), s.chunk)
        self.segment(s.residual, index, I32)
        require(self.width(s.residual) == weights.channels, "the residual's width")
        self.check_norm(s.norm, weights.channels)

    def validate_gate(self, index, s):
        self.segment(s.source, index, I32)
        self.check_norm(s.norm, self.width(s.source))
        gate = self.linear(s.map, self.width(s.source), s.chunk)
        if s.up is None:
            require(s.shift <= 31, "the shift")
        else:
            require(self.linear(s.up, self.width(s.source), s.chunk) == gate, "gate and up")
            require(1 <= s.shift <= 32, "the shift")

    def validate_maxima(self, index, s):
        self.segment(s.source, index, I32)
        self.check_norm(s.norm, self.width(s.source))
        require(self.linear(Map(s.weights), self.width(s.source), s.chunk, 64).channels == self.vocabulary, "the head's channels")

    def validate_argmax(self, index, s):
        require(s.maxima == index - 1, "the maxima segment")

    def validate_normrows(self, index, s):
        self.segment(s.source, index, I32)
        require(s.norm is not None, "a norm")
        self.check_norm(s.norm, self.width(s.source))
        require(s.chunk > 0 and s.chunk % 16 == 0 and self.width(s.source) % s.chunk == 0, "the chunk")

    def validate_mean(self, index, s):
        require(s.source < index and isinstance(self.segments[s.source], NormRows), "a norm segment")

    def validate_unit(self, index, s):
        require(s.source == index - 1, "the mean segment")
        require(s.shift <= 30, "the shift")
