"""SPEC [GRAPH-20] to [GRAPH-25], [STEP-7], [STEP-8]: tensor graphs; what a graph of text answers of its leaves, one of tensors does too."""

from dataclasses import dataclass

from .encoding import Reader, listing, u8
from .graph import Graph, Range
from .tensor_segments import (
    ALL_VALUES, CHANNELS, Convolution, Convolve, INPUT_VALUES, Input, LookUp, OUTPUT_VALUES, Pair, Pool, ROW_VALUES, SIDE, Scale,
    Table, blocks, check_range, read_segment, read_tensor, require)

TENSOR = 2


@dataclass(frozen=True)
class Shape:
    """[GRAPH-21]"""
    rows: int
    columns: int
    channels: int
    chunk: int

    chunks = property(lambda self: self.channels // self.chunk)
    row_values = property(lambda self: self.columns * self.channels)
    leaf_values = property(lambda self: self.columns * self.chunk)

    def check(self):
        require(1 <= self.rows <= SIDE and 1 <= self.columns <= SIDE and 1 <= self.channels <= CHANNELS, "the sides of a segment")
        require(self.row_values <= ROW_VALUES, "a row of too many values")
        require(self.chunk >= 1 and self.channels % self.chunk == 0 and (self.chunk == self.channels or self.chunk % 8 == 0), "the chunk")

    def size(self):
        return self.rows, self.columns, self.channels


class TensorGraph:
    """[GRAPH-20] A valid tensor graph."""
    task, vocabulary, context, stops = TENSOR, 0, 1, ()

    def __init__(self, tensors, segments):
        self.tensors, self.segments, self.shapes = list(tensors), list(segments), []
        self.validate()

    def encode(self):
        return u8(TENSOR) + listing([t.encode() for t in self.tensors]) + listing([s.encode() for s in self.segments])

    @classmethod
    def decode(cls, data):
        r = Reader(data)
        require(r.u8() == TENSOR, "a tensor graph")
        graph = cls(r.listing(4096, lambda: read_tensor(r)), r.listing(4096, lambda: read_segment(r)))
        r.end()
        return graph

    # Leaves; prompt and output have no part in them.

    def leaf_bytes(self, index):
        return self.shapes[index].leaf_values

    def chunks(self, index):
        return self.shapes[index].chunks

    def rows(self, index, prompt=0, generated=1):
        return self.shapes[index].rows

    def leaf_count(self, index, prompt=0, generated=1):
        return self.rows(index) * self.chunks(index)

    def leaf_index(self, index, row, chunk, prompt=0, generated=1):
        return row * self.chunks(index) + chunk

    def used_leaves(self):
        used = {t for s in self.segments for t in ([s.weights] if isinstance(s, Convolve) else [s.table] if isinstance(s, LookUp) else [])}
        return [tensor.leaf_count if index in used else 0 for index, tensor in enumerate(self.tensors)]

    # Reads [STEP-7].

    def rows_read(self, index, row):
        """The rows of each source."""
        s = self.segments[index]
        if isinstance(s, (Convolve, Pool)):
            return [s.sweep.rows_read(row, self.shapes[s.source])] + [range(row, row + 1)] * (len(s.sources) - 1)
        if isinstance(s, Pair):
            return [range(row, row + 1), range(1) if self.shapes[s.right].rows == 1 else range(row, row + 1)]
        return [range(row, row + 1) for _ in s.sources]

    def reads(self, index, row, chunk, prompt=0, generated=1):
        return [Range(source, rows.start * self.chunks(source), len(rows) * self.chunks(source))
                for source, rows in zip(self.segments[index].sources, self.rows_read(index, row))]

    def tensor_reads(self, index, row, chunk, token=None, block=None):
        s, width = self.segments[index], self.shapes[index].chunk
        match s:
            case Convolve():
                first = chunk * width // 8
                return [Range(s.weights, first, blocks((chunk + 1) * width) - first)]
            case LookUp():
                return [Range(s.table, 0, 1)]
        return []

    def cost(self, index, row, chunk):
        """[STEP-8] Bytes and multiply-adds."""
        s, shape = self.segments[index], self.shapes[index]
        size = 1024 + 4096
        size += sum(r.count * self.leaf_bytes(r.of) + 4096 for r in self.reads(index, row, chunk))
        size += sum(r.count * self.tensors[r.of].leaf_bytes + 4096 for r in self.tensor_reads(index, row, chunk))
        match s:
            case Input():
                return size, 0
            case Convolve():
                w, inputs = s.sweep.window, self.tensors[s.weights].inputs
                plane = w.height * ((shape.columns - 1) * w.stride_x + (w.width - 1) * w.dilation_x + 1) * 8 * blocks(self.shapes[s.source].channels)
                return size, shape.columns * 8 * blocks(shape.chunk) * inputs + plane + (0 if s.addend is None else shape.leaf_values)
            case Pool():
                return size, shape.leaf_values * s.sweep.window.height * s.sweep.window.width
        return size, shape.leaf_values

    # Validity [GRAPH-20] to [GRAPH-22].

    def validate(self):
        require(len(self.tensors) <= 4096 and 1 <= len(self.segments) <= 4096, "counts")
        for tensor in self.tensors:
            tensor.check()
        for index, segment in enumerate(self.segments):
            require(isinstance(segment, Input) == (index == 0), "one input, first")
            require(all(s < index for s in segment.sources), "a segment names an earlier one")
            shape = getattr(self, "shape_of_" + type(segment).__name__.lower())(segment)
            shape.check()
            self.shapes.append(shape)
        last = self.shapes[-1]
        require(last.rows == 1 and last.chunks == 1 and last.row_values <= OUTPUT_VALUES, "the output")
        require(sum(s.rows * s.row_values for s in self.shapes) <= ALL_VALUES, "all values")
        for index, shape in enumerate(self.shapes):
            # At most 256 rows of padding: from the last window that starts in it on, windows reach over ever fewer rows.
            for row in range(min(shape.rows, 258)):
                size, operations = self.cost(index, row, 0)
                require(size <= 2**20 and operations <= 2**22, "the limits of a step")

    def shape_of_input(self, s):
        require(s.rows * s.columns * s.channels <= INPUT_VALUES, "the input's values")
        return Shape(s.rows, s.columns, s.channels, s.channels)

    def shape_of_convolve(self, s):
        require(s.weights < len(self.tensors) and isinstance(self.tensors[s.weights], Convolution), "a convolution tensor")
        tensor, source, w = self.tensors[s.weights], self.shapes[s.source], s.sweep.window
        shape = Shape(s.sweep.rows, s.sweep.columns, tensor.channels, s.chunk)
        shape.check()
        s.sweep.check(source)
        check_range(s.range)
        require(tensor.inputs == w.height * w.width * (1 if s.depthwise else source.channels), "the weights' inputs")
        require(not s.depthwise or tensor.channels == source.channels, "the channels of a depthwise convolution")
        if s.addend is not None:
            s.addend[1].check()
            require(self.shapes[s.addend[0]].size() == shape.size(), "the addend's size")
        return shape

    def shape_of_pool(self, s):
        source = self.shapes[s.source]
        s.sweep.check(source)
        s.scale.check()
        check_range(s.range)
        return Shape(s.sweep.rows, s.sweep.columns, source.channels, source.channels)

    def shape_of_pair(self, s):
        left, right = self.shapes[s.left], self.shapes[s.right]
        require(right.size() in (left.size(), (1, 1, left.channels)), "the operands' sizes")
        s.sum.check()
        require(not s.product or s.sum.left[1] == s.sum.right[1] == Scale(), "the scales of a product")
        return Shape(*left.size(), left.channels)

    def shape_of_lookup(self, s):
        require(s.table < len(self.tensors) and isinstance(self.tensors[s.table], Table), "a table tensor")
        source = self.shapes[s.source]
        return Shape(*source.size(), source.channels)

    def shape_of_concatenate(self, s):
        require(len(s.parts) >= 2, "two sources or more")
        shapes = [self.shapes[part] for part in s.parts]
        require(all(shape.size()[:2] == shapes[0].size()[:2] for shape in shapes), "equal rows and columns")
        channels = sum(shape.channels for shape in shapes)
        return Shape(shapes[0].rows, shapes[0].columns, channels, channels)


def decode_graph(data):
    """[GRAPH-1] A valid graph of any task."""
    return TensorGraph.decode(data) if bytes(data[:1]) == u8(TENSOR) else Graph.decode(data)
