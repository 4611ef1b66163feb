"""models.json: which models can be registered and which loaded, all by one change of a test model (SPEC section 7)."""

from probity_reference.bundle import Bundle, registers
from probity_reference.encoding import Refused, boolean, counted, i32, listing, option, u8, u32
from probity_reference.graph import Graph
from probity_reference.tensors import Linear, Vector
from probity_reference.testmodel import test_encoder, test_model

from .graph_cases import encode


def tokenizer(count):
    """[TEXT-4] `count` byte tokens, no merges."""
    tokens = [u8(6) + counted(u8(i % 256)) for i in range(count)]
    return u8(1) + u8(1) + listing(tokens) + listing([]) + option(None) + boolean(False)


class Cases:
    def __init__(self, name, bundle, made):
        self.name, self.bundle, self.made = name, bundle, made
        g = self.bundle.graph
        self.base = {"task": g.task, "vocabulary": g.vocabulary, "context": g.context, "stops": g.stops, "tensors": g.tensors, "segments": g.segments}

    def add(self, name, registered, loaded, tokenizer=None, extra=(), edits=(), **changes):
        """`extra`: tensors after the test model's, and their bytes; `edits`: tensor, offset, bytes."""
        tensors = list(self.base["tensors"]) + [tensor for tensor, _ in extra]
        graph = encode(**{**self.base, "tensors": tensors, **changes})
        tokenizer = self.bundle.tokenizer if tokenizer is None else tokenizer
        data = [bytearray(d) for d in self.bundle.data] + [bytearray(d) for _, d in extra]
        for tensor, at, value in edits:
            data[tensor][at:at + len(value)] = value
        try:
            found = bool(Bundle(Graph.decode(graph), data, tokenizer, "probity-test", ""))
        except Refused:
            found = False
        assert (registers(graph, tokenizer), found) == (registered, loaded), name
        self.made.append({
            "name": name, "model": self.name, "graph": graph.hex(), "tokenizer": tokenizer.hex(), "extra": [bytes(d).hex() for _, d in extra],
            "edits": [{"tensor": t, "offset": at, "bytes": value.hex()} for t, at, value in edits],
            "registers": registered, "loads": loaded})


def make():
    c = Cases("tiny-model", test_model(), [])
    c.add("as it is", True, True)
    c.add("a stop token that the tokenizer lacks", True, True, tokenizer=tokenizer(157))
    c.add("a tokenizer of no tokens", True, True, tokenizer=tokenizer(0))
    c.add("more tokens than the vocabulary", False, False, tokenizer=tokenizer(257))
    c.add("a tokenizer with bytes left over", False, False, tokenizer=tokenizer(256) + u8(0))
    c.add("a graph that is not valid", False, False, stops=[157, 10])
    c.add("an unused vector out of range", True, True, extra=[(Vector(2), i32(0) + i32(2**23))])
    c.add("unused weights out of range", True, True, extra=[(Linear(16, 64), b"\x80" * (17 * 64 + 128))])
    c.add("a weight of -128", True, False, edits=[(3, 5, b"\x80")])
    c.add("a gain of 2^23", True, False, edits=[(2, 12, i32(2**23))])
    c.add("a shift of 63 in the last block of the table", True, False, edits=[(0, 16 * (17 * 64 + 128) - 4, u32(63))])
    c.add("the last position out of range", True, False, edits=[(1, 63 * 4 * 32, i32(2**30 + 1))])
    c.add("a position beyond the context out of range", True, True, edits=[(1, 32 * 4 * 32, i32(2**30 + 1))], context=32)
    c.add("the last position of the context out of range", True, False, edits=[(1, 31 * 4 * 32, i32(2**30 + 1))], context=32)
    e = Cases("tiny-encoder", test_encoder(), c.made)
    e.add("an offset of -2^31", True, False, edits=[(3, 12, i32(-2**31))])
    e.add("a block of positions beyond the context out of range", True, True, edits=[(1, 2 * (17 * 64 + 128), b"\x80")], context=32)
    e.add("the last block of positions of the context out of range", True, False, edits=[(1, 2 * (17 * 64 + 128), b"\x80")], context=33)
    return {"cases": c.made}
