"""SPEC section 10: step proofs, made and checked. A leaf is computed in plain integers from the bytes of the proof alone."""

from dataclasses import dataclass

from . import arithmetic as a
from . import tensor_run
from .bundle import place_leaf
from .encoding import Reader, Refused, counted, decoded, listing, u32
from .graph import Argmax, Attention, Embedding, Gate, Map, Maxima, Mean, NormRows, PACKED, Projection, Residual, Unit, norm_tensors
from .merkle import leaf_hash, verify_hashes, verify_range
from .tensor_graph import TENSOR
from .tensors import RotatedLinear, WideLinear, decode_block, decode_rotated_block, decode_wide_block, values_i32

HONEST, FRAUD, INVALID = "honest", "fraud", "invalid"


@dataclass
class Part:
    """[STEP-2] A tree part."""
    root: bytes
    place: list
    leaves: bytes
    range: list

    def encode(self):
        return self.root + listing(self.place) + counted(self.leaves) + listing(self.range)

    @classmethod
    def decode(cls, reader):
        return cls(reader.digest(), reader.listing(80, reader.digest), reader.counted(2**20), reader.listing(80, reader.digest))

    def verify(self, tree_root, tree_size, index, leaf_count, leaf_bytes, where):
        """Whether the leaves of `where` stand in the tree `index` of a tree of trees."""
        leaves = [self.leaves[i:i + leaf_bytes] for i in range(0, len(self.leaves), leaf_bytes)]
        return (len(self.leaves) == leaf_bytes * where.count
                and verify_range(tree_root, tree_size, index, [place_leaf(index, leaf_count, self.root)], self.place)
                and verify_range(self.root, leaf_count, where.first, leaves, self.range))


@dataclass
class LeafPart:
    """[STEP-2] A leaf part: one leaf by its hash."""
    root: bytes
    place: list
    hash: bytes
    range: list

    def encode(self):
        return self.root + listing(self.place) + self.hash + listing(self.range)

    @classmethod
    def decode(cls, reader):
        return cls(reader.digest(), reader.listing(80, reader.digest), reader.digest(), reader.listing(80, reader.digest))

    def verify(self, tree_root, tree_size, index, leaf_count, place):
        """Whether the leaf hash stands at `place` in the tree `index` of a tree of trees."""
        return (verify_range(tree_root, tree_size, index, [place_leaf(index, leaf_count, self.root)], self.place)
                and verify_hashes(self.root, leaf_count, place, [self.hash], self.range))


@dataclass
class StepProof:
    """[STEP-3]"""
    segment: int
    row: int
    chunk: int
    claimed: LeafPart
    reads: list
    tensors: list

    def encode(self):
        return (u32(self.segment) + u32(self.row) + u32(self.chunk) + self.claimed.encode()
                + listing([p.encode() for p in self.reads]) + listing([p.encode() for p in self.tensors]))

    @classmethod
    def decode(cls, data):
        def read(r):
            part = lambda: Part.decode(r)
            return cls(r.u32(), r.u32(), r.u32(), LeafPart.decode(r), r.listing(64, part), r.listing(8, part))

        return decoded(data, read)


@dataclass(frozen=True)
class Claim:
    """What a step is checked against: the model, and what the record says."""
    graph: object
    tensors_root: bytes
    prompt: tuple
    output: tuple
    trace_root: bytes
    values: bytes = None
    tensor: bytes = None

    @property
    def token(self):
        return self.prompt + self.output

    def verify_segment(self, part, where):
        g, p, n = self.graph, len(self.prompt), len(self.output)
        return part.verify(self.trace_root, len(g.segments), where.of, g.leaf_count(where.of, p, n), g.leaf_bytes(where.of), where)

    def verify_claimed(self, part, segment, place):
        g = self.graph
        return part.verify(self.trace_root, len(g.segments), segment, g.leaf_count(segment, len(self.prompt), len(self.output)), place)

    def verify_tensor(self, part, where):
        tensor = self.graph.tensors[where.of]
        return part.verify(self.tensors_root, len(self.graph.tensors), where.of, tensor.leaf_count, tensor.leaf_bytes, where)


class Prover:
    """Cuts proofs out of a trace and of the model's trees."""

    def __init__(self, trace, trees, tensors_tree):
        self.trace, self.graph, self.trees, self.tensors_tree = trace, trace.graph, trees, tensors_tree
        self.tensor_leaves = {}

    def claim(self):
        return Claim(self.graph, self.tensors_tree.root, tuple(self.trace.prompt), tuple(self.trace.output), self.trace.root,
                     tensor=self.trace.input if self.graph.task == TENSOR else None)

    def segment_part(self, where):
        tree, leaves = self.trace.trees[where.of], self.trace.leaves[where.of]
        return self.part(tree, self.trace.places, leaves, where)

    def leaf_part(self, segment, place):
        tree = self.trace.trees[segment]
        return LeafPart(tree.root, self.trace.places.range_proof(segment, segment + 1), tree.levels[0][place], tree.range_proof(place, place + 1))

    def tensor_part(self, where):
        if where.of not in self.tensor_leaves:
            self.tensor_leaves[where.of] = self.trace.bundle.leaves(where.of)
        return self.part(self.trees[where.of], self.tensors_tree, self.tensor_leaves[where.of], where)

    def part(self, tree, places, leaves, where):
        end = where.first + where.count
        return Part(tree.root, places.range_proof(where.of, where.of + 1), b"".join(leaves[where.first:end]),
                    tree.range_proof(where.first, end))

    def step(self, segment, row, chunk):
        g, p, n = self.graph, len(self.trace.prompt), len(self.trace.output)
        claimed = self.leaf_part(segment, g.leaf_index(segment, row, chunk, p, n))
        reads = [self.segment_part(r) for r in g.reads(segment, row, chunk, p, n)]
        token = (self.trace.prompt + self.trace.output)[row] if isinstance(g.segments[segment], Embedding) else None
        block = largest_block(reads[0].leaves) if isinstance(g.segments[segment], Argmax) else None
        tensors = [self.tensor_part(r) for r in g.tensor_reads(segment, row, chunk, token, block)]
        return StepProof(segment, row, chunk, claimed, reads, tensors)


def check(claim, data):
    """[STEP-4] The verdict on the bytes of a step proof."""
    try:
        proof = StepProof.decode(data)
    except Refused:
        return INVALID
    g, p, n = claim.graph, len(claim.prompt), len(claim.output)
    if proof.segment >= len(g.segments) or proof.row >= g.rows(proof.segment, p, n) or proof.chunk >= g.chunks(proof.segment):
        return INVALID
    segment = g.segments[proof.segment]
    place = g.leaf_index(proof.segment, proof.row, proof.chunk, p, n)
    reads = g.reads(proof.segment, proof.row, proof.chunk, p, n)
    if not claim.verify_claimed(proof.claimed, proof.segment, place) or len(proof.reads) != len(reads):
        return INVALID
    if not all(claim.verify_segment(part, where) for part, where in zip(proof.reads, reads)):
        return INVALID
    token = claim.token[proof.row] if isinstance(segment, Embedding) else None
    block = largest_block(proof.reads[0].leaves) if isinstance(segment, Argmax) else None
    tensors = g.tensor_reads(proof.segment, proof.row, proof.chunk, token, block)
    if len(proof.tensors) != len(tensors) or not all(claim.verify_tensor(part, where) for part, where in zip(proof.tensors, tensors)):
        return INVALID
    if not all_well_formed(g, tensors, proof.tensors) or any(exponent_too_large(g, r, part) for r, part in zip(reads, proof.reads)):
        return FRAUD
    computed = tensor_run.compute(g, proof, claim.tensor) if g.task == TENSOR else compute(g, proof, reads, tensors, token)
    return HONEST if leaf_hash(computed) == proof.claimed.hash else FRAUD


def all_well_formed(graph, ranges, parts):
    for where, part in zip(ranges, parts):
        size = graph.tensors[where.of].leaf_bytes
        if not all(graph.tensors[where.of].well_formed(part.leaves[i:i + size]) for i in range(0, len(part.leaves), size)):
            return False
    return True


def exponent_too_large(graph, where, part):
    size = graph.leaf_bytes(where.of)
    return graph.segments[where.of].format == PACKED and any(e > 16 for e in part.leaves[::size])


# Values of leaves [STEP-5].

def read_i32(data):
    return [a.sat32(v) for v in values_i32(data)]


def read_i16(data):
    reader = Reader(data)
    return [reader.integer(16, True) for _ in range(len(data) // 2)]


def read_packed(data, leaf_bytes):
    row = []
    for i in range(0, len(data), leaf_bytes):
        row += a.unpack(data[i], read_i16(data[i + 1:i + leaf_bytes]))
    return row


def write(values, bits):
    return b"".join((v & (1 << bits) - 1).to_bytes(bits // 8, "little") for v in values)


def write_packed(values):
    e, q = a.quantise(values)
    return bytes([e]) + write(q, 16)


def largest_block(maxima):
    """The b of [GRAPH-8]."""
    return a.argmax(read_i32(maxima))


# The computation of a leaf [GRAPH-5] to [GRAPH-8].

def linear(e, q, part, tensor):
    """[NUM-6] for every channel of the blocks of a part."""
    channels = []
    for i in range(0, len(part.leaves), tensor.leaf_bytes):
        block = part.leaves[i:i + tensor.leaf_bytes]
        if isinstance(tensor, RotatedLinear):
            row, (w, m, sh) = a.rotated_steps(q), decode_rotated_block(block, tensor.inputs)
            channels += [a.rotated_linear(e, row["m"], row["b"], w[c], m[c], sh[c]) for c in range(16)]
        elif isinstance(tensor, WideLinear):
            w, m, sh = decode_wide_block(block, tensor.inputs)
            channels += [a.wide_linear(e, q, w[c], m[c], sh[c]) for c in range(16)]
        else:
            w, g, m, sh = decode_block(block, tensor.inputs)
            channels += [a.linear(e, q, w[c], g[c], m[c], sh[c]) for c in range(16)]
    return channels


def embed(tensor, part, channel, delta):
    """[NUM-12] for one channel of the block of a part."""
    if isinstance(tensor, WideLinear):
        w, m, sh = decode_wide_block(part.leaves, tensor.inputs)
        return a.wide_embed(w[channel], m[channel], sh[channel], delta)
    w, g, m, sh = decode_block(part.leaves, tensor.inputs)
    return a.embed(w[channel], g[channel], m[channel], sh[channel], delta)



class Parts:
    """The tensor parts of a proof, taken from the front as [STEP-1] lists them."""

    def __init__(self, graph, parts):
        self.graph, self.rest = graph, list(parts)

    def take(self):
        return self.rest.pop(0)

    def norm(self, norm, x):
        if norm is None:
            return x
        gain, *offsets = [values_i32(self.take().leaves) for _ in norm_tensors(norm)]
        return a.layer_norm(x, gain, norm.eps, norm.shift, *offsets) if offsets else a.norm(x, gain, norm.eps, norm.shift)

    def linear(self, quantised, m, first):
        """The channels from `first` on of a map."""
        x = linear(*quantised, self.take(), self.graph.tensors[m.weights])
        if m.bias is None:
            return x
        bias = values_i32(self.take().leaves)
        return [a.biased(x[i], bias[first + i]) for i in range(len(x))]


def head(graph, stream, tensors):
    """The channel values of the head's blocks, from a stream row."""
    maxima, parts = graph.segments[-2], Parts(graph, tensors)
    row = a.quantise(parts.norm(maxima.norm, read_i32(stream.leaves)))
    return [channel for _ in list(parts.rest) for channel in parts.linear(row, Map(maxima.weights), 0)]


def compute(graph, proof, reads, tensors, token):
    s, parts, blocks = graph.segments[proof.segment], proof.reads, proof.tensors
    tensors, first = Parts(graph, blocks), proof.chunk * getattr(s, "chunk", 0)
    match s:
        case Embedding():
            row = embed(graph.tensors[s.table], blocks[0], token % 16, s.delta)
            if s.positions is not None:
                place = embed(graph.tensors[s.positions[0]], blocks[1], proof.row % 16, s.positions[1])
                row = [a.residual(x, y) for x, y in zip(row, place)]
            return write(row, 32)
        case Projection():
            return write(project(graph, s, proof), 16)
        case Attention():
            return attend(graph, s, proof, reads)
        case Residual():
            residual, start = read_i32(parts[1].leaves), first % graph.chunk_width(s.residual)
            if s.norm is not None:
                residual, start = tensors.norm(s.norm, residual), first
            x = read_packed(parts[0].leaves, graph.leaf_bytes(s.source))
            y = tensors.linear(a.quantise(x), s.map, first)
            return write([a.residual(residual[start + i], y[i]) for i in range(s.chunk)], 32)
        case Gate():
            row = a.quantise(tensors.norm(s.norm, read_i32(parts[0].leaves)))
            g = tensors.linear(row, s.map, first)
            if s.up is None:
                return write_packed([a.gelu(v, s.shift) for v in g])
            u = tensors.linear(row, s.up, first)
            return write_packed([a.gate(g[i], u[i], s.shift) for i in range(s.chunk)])
        case NormRows():
            return write(tensors.norm(s.norm, read_i32(parts[0].leaves))[first:first + s.chunk], 32)
        case Mean():
            values, width = read_i32(parts[0].leaves), graph.chunk_width(s.source)
            return write([a.mean(values[i::width]) for i in range(width)], 32)
        case Unit():
            return write(a.unit(read_i32(parts[0].leaves), s.shift), 32)
        case Maxima():
            return write(a.block_maxima(head(graph, parts[0], blocks)), 32)
        case Argmax():
            b = largest_block(parts[0].leaves)
            return write([64 * b + a.argmax(head(graph, parts[1], blocks))], 32)


def project(graph, s, proof):
    tensors = Parts(graph, proof.tensors)
    row = a.quantise(tensors.norm(s.norm, read_i32(proof.reads[0].leaves)))
    x = tensors.linear(row, s.map, proof.chunk * s.chunk)
    if s.rotation is None:
        return [a.narrow(v, s.shift) for v in x]
    entries, out = values_i32(tensors.take().leaves), []
    for i in range(0, s.chunk, 2):
        at = (proof.chunk * s.chunk + i) % len(entries)
        out += a.rotate(x[i], x[i + 1], entries[at], entries[at + 1], s.shift)
    return out


def attend(graph, s, proof, reads):
    query = [a.sat16(v) for v in read_i16(proof.reads[0].leaves)]
    half = 1 + (len(reads) - 1 - graph.chunks(s.value) // s.groups)
    keys = gather(graph, proof.reads[1:half], reads[1:half])
    values = gather(graph, proof.reads[half:], reads[half:])
    out = []
    for i in range(0, len(query), s.width):
        out += a.attention(query[i:i + s.width], keys, values, s.score_shift, s.value_shift)
    return write_packed(out)


def gather(graph, parts, ranges):
    """Rows of keys or of values from their chunks."""
    rows = [[] for _ in range(ranges[0].count)]
    for part, where in zip(parts, ranges):
        size = graph.leaf_bytes(where.of)
        for row in range(where.count):
            rows[row] += [a.sat16(v) for v in read_i16(part.leaves[row * size:(row + 1) * size])]
    return rows
