"""SPEC [GRAPH-23] to [GRAPH-25]: a run of a tensor model with NumPy, its trace, and one leaf from the bytes of a step in plain integers."""

import numpy as np

from . import int8
from .bundle import place_leaf
from .merkle import Tree
from .tensor_segments import Concatenate, Convolve, Input, LookUp, Pair, Pool, signed

MAXIMUM = 2**31 - 1


class TensorTrace:
    """[TRACE-1] to [TRACE-3] of a run on an input, an array of rows, columns and channels or its bytes."""
    prompt, output = (), (0,)

    def __init__(self, bundle, values):
        self.bundle, self.graph, self.input = bundle, bundle.graph, bytes(values)
        self.outputs = run(bundle, np.frombuffer(self.input, np.int8))
        self.leaves = [leaves_of(shape, output) for shape, output in zip(self.graph.shapes, self.outputs)]
        self.rebuild()

    def rebuild(self):
        self.plant([Tree(leaves) for leaves in self.leaves])

    def plant(self, trees):
        self.trees = trees
        self.places = Tree([place_leaf(i, tree.size, tree.root) for i, tree in enumerate(self.trees)])
        self.root = self.places.root

    @property
    def values(self):
        return self.leaves[-1][0]


def leaves_of(shape, output):
    """[GRAPH-21]"""
    chunked = output.reshape(shape.rows, shape.columns, shape.chunks, shape.chunk).transpose(0, 2, 1, 3).astype(np.int8)
    return [chunk.tobytes() for row in chunked for chunk in row]


# A whole run. Arrays are int64; a product of matrices of integers below 2^53 is exact in float64.

def rescale(v, multiplier, shift):
    return (v * multiplier + (1 << (np.int64(shift) - 1))) >> np.int64(shift)


def narrow(v, r):
    return np.clip(v + r.zero, r.low, r.high)


def windows(x, outside, sweep):
    """[rows][columns][cells][channels]"""
    w, rows, columns = sweep.window, sweep.rows, sweep.columns
    below = max(0, (rows - 1) * w.stride_y + (w.height - 1) * w.dilation_y + 1 - w.top - x.shape[0])
    right = max(0, (columns - 1) * w.stride_x + (w.width - 1) * w.dilation_x + 1 - w.left - x.shape[1])
    padded = np.pad(x, ((w.top, below), (w.left, right), (0, 0)), constant_values=outside)
    return np.stack([
        padded[i * w.dilation_y:][:(rows - 1) * w.stride_y + 1:w.stride_y, j * w.dilation_x:][:, :(columns - 1) * w.stride_x + 1:w.stride_x]
        for i in range(w.height) for j in range(w.width)], axis=2)


def convolve(bundle, s, x):
    channels = bundle.graph.tensors[s.weights].channels_of(bytes(bundle.data[s.weights]))[:bundle.graph.tensors[s.weights].channels]
    weights = np.array([c[0] for c in channels], np.float64)
    bias, multiplier, shift = (np.array([c[n] for c in channels], np.int64) for n in (1, 2, 3))
    cells = windows(x - s.zero, 0, s.sweep).astype(np.float64)
    if s.depthwise:
        sums = np.einsum("ylkc,ck->ylc", cells, weights)
    else:
        sums = cells.reshape(*cells.shape[:2], -1) @ weights.T
    return narrow(rescale(sums.astype(np.int64) + bias, multiplier, shift), s.range)


def add(s, a, b):
    (za, left), (zb, right) = s.left, s.right
    total = rescale(a - za, left.multiplier, left.shift) + rescale(b - zb, right.multiplier, right.shift)
    return narrow(rescale(np.clip(total, -MAXIMUM, MAXIMUM), s.scale.multiplier, s.scale.shift), s.range)


def run(bundle, values):
    """Every segment's tensor."""
    outputs = []
    for segment, shape in zip(bundle.graph.segments, bundle.graph.shapes):
        outputs.append(compute_all(bundle, segment, shape, [outputs[s] for s in segment.sources], values))
    return outputs


def compute_all(bundle, s, shape, sources, values):
    match s:
        case Input():
            return values.reshape(shape.size()).astype(np.int64)
        case Convolve():
            y = convolve(bundle, s, sources[0])
            return y if s.addend is None else add(s.addend[1], y, sources[1])
        case Pool():
            if s.maximum:
                v = windows(sources[0], -128, s.sweep).max(axis=2) - s.zero
            else:
                v = windows(sources[0] - s.zero, 0, s.sweep).sum(axis=2)
            return narrow(rescale(v, s.scale.multiplier, s.scale.shift), s.range)
        case Pair():
            if not s.product:
                return add(s.sum, *sources)
            products = (sources[0] - s.sum.left[0]) * (sources[1] - s.sum.right[0])
            return narrow(rescale(products, s.sum.scale.multiplier, s.sum.scale.shift), s.sum.range)
        case LookUp():
            return np.frombuffer(bytes(bundle.data[s.table]), np.int8).astype(np.int64)[sources[0] + 128]
        case Concatenate():
            return np.concatenate(sources, axis=2)


# One leaf, in plain integers.

def compute(graph, proof, values):
    """[STEP-7] The leaf of a step that follows from its parts; `values` is the record's tensor."""
    index, row, chunk = proof.segment, proof.row, proof.chunk
    s, shape = graph.segments[index], graph.shapes[index]
    parts = [rows_of(graph.shapes[source], part.leaves) for source, part in zip(s.sources, proof.reads)]
    first = chunk * shape.chunk
    match s:
        case Input():
            return values[row * shape.row_values:(row + 1) * shape.row_values]
        case Convolve() | Pool():
            # The rows that were not read lie outside the window.
            rows, source = graph.rows_read(index, row)[0], graph.shapes[s.source]
            blank = [[0] * source.channels] * source.columns
            x = [parts[0][y - rows.start] if y in rows else blank for y in range(source.rows)]
            if isinstance(s, Pool):
                columns = int8.pool(x, s.zero, s.sweep.window, row, shape.columns, s.maximum, s.scale.multiplier, s.scale.shift, s.range)
            else:
                channels = graph.tensors[s.weights].channels_of(proof.tensors[0].leaves)[:shape.chunk]
                columns = int8.convolve(x, s.zero, s.sweep.window, row, shape.columns, channels, s.depthwise, s.range, first)
                if s.addend is not None:
                    columns = [[s.addend[1].add(a, b) for a, b in zip(own, other[first:])] for own, other in zip(columns, parts[1][0])]
        case Pair():
            left, right = parts[0][0], parts[1][0]
            if len(right) != len(left):
                right = right * len(left)
            operation = s.sum.multiply if s.product else s.sum.add
            columns = [[operation(a, b) for a, b in zip(x, y)] for x, y in zip(left, right)]
        case LookUp():
            table = signed(proof.tensors[0].leaves)
            columns = [[int8.look_up(a, table) for a in x] for x in parts[0][0]]
        case Concatenate():
            columns = [[v for part in parts for v in part[0][x]] for x in range(shape.columns)]
    return b"".join(v.to_bytes(1, "little", signed=True) for x in columns for v in x)


def rows_of(shape, data):
    """Rows of columns of channels from the leaves of whole rows."""
    values, rows = signed(data), []
    for at in range(0, len(values), shape.row_values):
        columns = [[] for _ in range(shape.columns)]
        for start in range(at, at + shape.row_values, shape.leaf_values):
            for x in range(shape.columns):
                columns[x] += values[start + x * shape.chunk:start + (x + 1) * shape.chunk]
        rows.append(columns)
    return rows
