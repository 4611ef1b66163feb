"""SPEC section 17: the test model and the test encoder."""

from dataclasses import replace

from .bert import Encoder, bert_parts
from .bundle import Bundle
from .encoding import counted, i32, listing, option, boolean, u8, u16, u32, u64
from .graph import EMBEDDING, Graph, Map
from .hashing import sha256
from .llama import Architecture, llama_graph
from .tensors import Linear, Offsets, RotatedLinear, Rotation, Vector, WideLinear

SEED = b"probity test model 1"
ENCODER_SEED = b"probity test model 2"
MIXED_SEED = b"probity test model 3"
STOPS = (10, 157)


class Stream:
    """[TESTMODEL-1] The bytes SHA256(seed || u64 0) || SHA256(seed || u64 1) || ..."""

    def __init__(self, seed):
        self.seed, self.counter, self.rest = seed, 0, b""

    def take(self, count):
        while len(self.rest) < count:
            self.rest += sha256(self.seed + u64(self.counter))
            self.counter += 1
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def integer(self, bits):
        return int.from_bytes(self.take(bits // 8), "little")


ARCHITECTURE = Architecture(
    vocabulary=256, context=64, stops=STOPS, width=64, layers=2, heads=4, groups=2, head_width=32, hidden=128,
    query_chunk=32, key_chunk=16, value_chunk=16, attention_residual_chunk=32, hidden_residual_chunk=16,
    gate_chunk=32, maxima_chunk=128, delta=9, eps=171798, norm_shift=26,
    query_shift=34, key_shift=37, value_narrowing=6, score_shift=5, value_shift=6, gate_shift=18)

# The shift of each linear tensor of a layer, by its place in the layer.
SHIFTS = {1: 36, 2: 36, 3: 36, 4: 32, 6: 35, 7: 36, 8: 31}
TABLE_SHIFT = 36
# What a kind of linear tensor adds to the shift.
KIND_SHIFTS = {0: 0, 4: -11, 5: 1}


ENCODER = Encoder(
    vocabulary=256, context=64, width=64, layers=2, heads=2, hidden=128,
    query_chunk=32, shared_chunk=16, attention_residual_chunk=32, hidden_residual_chunk=16, gate_chunk=32, norm_chunk=32,
    delta=9, positions_delta=8, eps=171798, norm_shift=26,
    query_shift=4, key_shift=7, value_narrowing=6, score_shift=5, value_shift=6, gate_shift=1, unit_shift=6)

# The same for the test encoder.
ENCODER_SHIFTS = {0: 36, 2: 36, 4: 36, 6: 32, 10: 37, 12: 31}


def tensor_shift(index):
    return TABLE_SHIFT if index == 0 else SHIFTS[(index - 2) % 9]


def encoder_shift(index):
    return TABLE_SHIFT if index <= 1 else ENCODER_SHIFTS[(index - 4) % 16]


def tensor_bytes(stream, shift, tensor):
    """[TESTMODEL-3] `shift` is the shift base of a linear tensor."""
    out = bytearray()
    if isinstance(tensor, Linear):
        for _ in range(tensor.leaf_count):
            if isinstance(tensor, WideLinear):
                for _ in range(16 * tensor.inputs):
                    out += u16((stream.integer(16) % 65535 - 32767) & 65535)
            else:
                out += bytes((b % 255 - 127) & 255 for b in stream.take(16 * tensor.inputs))
            if tensor.tag == 0:
                for _ in range(tensor.inputs // 2):
                    out += u16(1 + stream.integer(16) % 4095)
            for _ in range(16):
                out += u32(2**23 + stream.integer(32) % 2**23)
            for _ in range(16):
                out += u32(shift + KIND_SHIFTS[tensor.tag] + stream.integer(8) % 2)
    elif isinstance(tensor, Offsets):
        for _ in range(tensor.count):
            v = stream.integer(32)
            magnitude = (v >> 1) % 2**18
            out += i32(-magnitude if v & 1 else magnitude)
    elif isinstance(tensor, Vector):
        for _ in range(tensor.count):
            v = stream.integer(32)
            magnitude = 2**18 + (v >> 1) % 2**19
            out += i32(-magnitude if v & 1 else magnitude)
    elif isinstance(tensor, Rotation):
        for _ in range(tensor.positions * tensor.width // 2):
            t = stream.integer(16)
            c = 2**30 * (2**32 - t * t) // (2**32 + t * t)
            s = 2**30 * (2 * t * 2**16) // (2**32 + t * t)
            out += i32(c) + i32(s)
    return bytes(out)


def tokenizer():
    """[TESTMODEL-4] One byte token for each byte, no merges ([TEXT-4])."""
    tokens = [u8(6) + counted(bytes([b])) for b in range(256)]
    return u8(1) + u8(1) + listing(tokens) + listing([]) + option(None) + boolean(False)


def test_model():
    graph = llama_graph(ARCHITECTURE)
    stream = Stream(SEED)
    data = [tensor_bytes(stream, isinstance(t, Linear) and tensor_shift(i), t) for i, t in enumerate(graph.tensors)]
    return Bundle(graph, data, tokenizer(), "probity-test", "")


def test_encoder():
    """[TESTMODEL-5]"""
    tensors, segments = bert_parts(ENCODER)
    key, value, gate = segments[9], segments[10], segments[13]
    segments[9] = replace(key, map=Map(key.map.weights))
    segments[10] = replace(value, norm=None)
    segments[13] = replace(gate, up=gate.map, shift=18)
    graph = Graph(EMBEDDING, ENCODER.vocabulary, ENCODER.context, [], tensors, segments)
    stream = Stream(ENCODER_SEED)
    data = [tensor_bytes(stream, isinstance(t, Linear) and encoder_shift(i), t) for i, t in enumerate(tensors)]
    return Bundle(graph, data, tokenizer(), "probity-test-encoder", "")


def mixed_test_model():
    """[TESTMODEL-6] The same sizes: a table of kind w16, the first layer of kind h8, the second of kind w16."""
    plain = llama_graph(replace(ARCHITECTURE, delta=13))
    kinds = [WideLinear] + [RotatedLinear if index < 11 else WideLinear for index in range(1, len(plain.tensors))]
    tensors = [kind(t.channels, t.inputs) if isinstance(t, Linear) else t for kind, t in zip(kinds, plain.tensors)]
    graph = Graph(plain.task, plain.vocabulary, plain.context, plain.stops, tensors, plain.segments)
    stream = Stream(MIXED_SEED)
    data = [tensor_bytes(stream, isinstance(t, Linear) and tensor_shift(i), t) for i, t in enumerate(graph.tensors)]
    return Bundle(graph, data, tokenizer(), "probity-test-mixed", "")
