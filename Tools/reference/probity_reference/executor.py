"""Sections 9 and 10: runs a bundle, and the trace of a run."""

import numpy as np

from . import vectorised as v
from .bundle import place_leaf
from .graph import Argmax, Attention, EMBEDDING, Embedding, Gate, I16, I32, Maxima, NormRows, PACKED, Projection, Residual
from .merkle import Tree


class Executor:
    """The rows of every stream segment so far; `extend` adds rows in any split, with the same bits."""

    def __init__(self, bundle):
        self.bundle, self.graph = bundle, bundle.graph
        self.rows = [None] * len(self.graph.segments)
        self.exponents = [None] * len(self.graph.segments)
        self.tokens = []

    def extend(self, tokens):
        first = len(self.tokens)
        self.tokens += tokens
        for index, segment in enumerate(self.graph.segments):
            if not self.graph.is_output(index):
                self.store(index, self.compute(segment, tokens, first))

    def store(self, index, values):
        if self.graph.segments[index].format == PACKED:
            chunked = values.reshape(len(values), self.graph.chunks(index), -1)
            e, q = v.quantise(chunked)
            self.exponents[index] = append(self.exponents[index], e)
            values = q.reshape(len(values), -1)
        self.rows[index] = append(self.rows[index], values)

    def unpacked(self, index, first):
        q, e = self.rows[index][first:], self.exponents[index][first:]
        return v.unpack(e, q.reshape(len(q), e.shape[1], -1)).reshape(len(q), -1)

    def norm(self, norm, rows):
        if norm is None:
            return rows
        if norm.offset is None:
            return v.norm(rows, self.bundle.vector(norm.gain), norm.eps, norm.shift)
        return v.layer_norm(rows, self.bundle.vector(norm.gain), norm.eps, norm.shift, self.bundle.vector(norm.offset))

    def normalised(self, segment, rows):
        """The quantised row of a source after its norm."""
        return v.quantise(self.norm(segment.norm, rows))

    def linear(self, quantised, m):
        x = v.linear(*quantised, self.bundle.blocks(m.weights))
        return x if m.bias is None else v.sat32(x + self.bundle.vector(m.bias))

    def compute(self, s, tokens, first):
        match s:
            case Embedding():
                table = self.bundle.blocks(s.table)
                rows = np.stack([v.embed(table, token, s.delta) for token in tokens])
                if s.positions is None:
                    return rows
                places = self.bundle.blocks(s.positions[0])
                return v.sat32(rows + np.stack([v.embed(places, first + i, s.positions[1]) for i in range(len(tokens))]))
            case Projection():
                x = self.linear(self.normalised(s, self.rows[s.source][first:]), s.map)
                if s.rotation is None:
                    return v.narrow(x, s.shift)
                return v.rotate(x, self.bundle.rotation(s.rotation)[first:first + len(x)], s.shift)
            case Attention():
                return self.attend(s, first)
            case Residual():
                y = self.linear(v.quantise(self.unpacked(s.source, first)), s.map)
                return v.sat32(y + self.norm(s.norm, self.rows[s.residual][first:]))
            case Gate():
                row = self.normalised(s, self.rows[s.source][first:])
                g = self.linear(row, s.map)
                return v.gelu(g, s.shift) if s.up is None else v.gate(g, self.linear(row, s.up), s.shift)
            case NormRows():
                return self.norm(s.norm, self.rows[s.source][first:])

    def attend(self, s, first):
        queries, keys, values = self.rows[s.query][first:], self.rows[s.key], self.rows[s.value]
        heads = []
        for head in range(s.heads):
            group = head // (s.heads // s.groups)
            own, shared = slice(head * s.width, (head + 1) * s.width), slice(group * s.width, (group + 1) * s.width)
            heads.append(v.attention(queries[:, own], keys[:, shared], values[:, shared], first, s.score_shift, s.value_shift, s.causal))
        return np.concatenate(heads, axis=1)

    def pooled(self):
        """[GRAPH-8] The mean row and the unit row of an embedding graph."""
        mean, unit = self.graph.segments[-2:]
        rows = self.rows[mean.source]
        means = (2 * rows.sum(axis=0) + len(rows)) // (2 * len(rows))
        return means[None], v.rs(v.units(means[None], 0), unit.shift)

    def head(self, rows):
        """[GRAPH-8] The channel values of the head for the given stream rows."""
        maxima = self.graph.segments[-2]
        return v.linear(*self.normalised(maxima, self.rows[maxima.source][rows]), self.bundle.blocks(maxima.weights))


def append(old, new):
    return new if old is None else np.concatenate([old, new])


def generate(bundle, prompt, limit):
    """Greedy generation: the output tokens and the executor that made them."""
    executor = Executor(bundle)
    executor.extend(prompt)
    output = []
    while True:
        logits = executor.head([len(executor.tokens) - 1])[0]
        output.append(int(np.argmax(logits)))
        if output[-1] in bundle.graph.stops or len(output) == limit or len(executor.tokens) == bundle.graph.context:
            return output, executor
        executor.extend(output[-1:])


class Trace:
    """[TRACE-1] to [TRACE-3] The leaves of a run, and the trees over them."""

    def __init__(self, bundle, prompt, output=(0,)):
        """The output of an embedding is one row: its one token stands for that alone."""
        self.bundle, self.graph, self.prompt, self.output = bundle, bundle.graph, list(prompt), list(output)
        self.executor = Executor(bundle)
        self.executor.extend((self.prompt + self.output)[:-1])
        if self.graph.task == EMBEDDING:
            self.executor.rows[-2:] = self.executor.pooled()
        else:
            self.logits = self.executor.head(list(range(len(prompt) - 1, len(self.executor.tokens))))
        self.leaves = [self.segment_leaves(i) for i in range(len(self.graph.segments))]
        self.rebuild()

    def rebuild(self):
        """The trees over the leaves as they stand."""
        self.plant([Tree(leaves) for leaves in self.leaves])

    def plant(self, trees):
        self.trees = trees
        self.places = Tree([place_leaf(i, tree.size, tree.root) for i, tree in enumerate(self.trees)])
        self.root = self.places.root

    def segment_leaves(self, index):
        s, chunks = self.graph.segments[index], self.graph.chunks(index)
        if isinstance(s, Argmax):
            return [int(t).to_bytes(4, "little") for t in np.argmax(self.logits, axis=1)]
        values = self.executor.rows[index]
        if isinstance(s, Maxima):
            values = self.logits.reshape(len(self.logits), -1, 64).max(axis=2)
        values = values.reshape(len(values), chunks, -1)
        order = [(r, c) for r in range(len(values)) for c in range(chunks)]
        if self.graph.chunk_major(index):
            order = [(r, c) for c in range(chunks) for r in range(len(values))]
        if s.format == PACKED:
            e, q = self.executor.exponents[index], values.astype("<i2")
            return [bytes([int(e[r, c])]) + q[r, c].tobytes() for r, c in order]
        kind = {I32: "<i4", I16: "<i2"}[s.format]
        return [values[r, c].astype(kind).tobytes() for r, c in order]
