"""graphs.json, encoder-graphs.json: graphs that are valid and graphs that are not, all by one change of a test model's graph (SPEC section 9)."""

from dataclasses import replace

from probity_reference.encoding import Refused, i8, listing, u8, u32
from probity_reference.graph import Argmax, Embedding, Gate, Graph, Map, Maxima, Mean, NormRows, Residual, Unit
from probity_reference.segments import Norm
from probity_reference.tensors import Linear, RotatedLinear, Rotation, Vector, WideLinear
from probity_reference.testmodel import test_encoder, test_model


def encode(task, vocabulary, context, stops, tensors, segments):
    """A graph's encoding, valid or not."""
    return (u8(task) + u32(vocabulary) + u32(context) + listing([u32(v) for v in stops])
            + listing([t.encode() for t in tensors]) + listing([s.encode() for s in segments]))


class Cases:
    def __init__(self, g):
        self.base = {"task": g.task, "vocabulary": g.vocabulary, "context": g.context, "stops": g.stops, "tensors": g.tensors, "segments": g.segments}
        self.made = []

    def add(self, name, data, valid):
        try:
            found = Graph.decode(data).encode() == data
        except Refused:
            found = False
        assert found == valid, (name, found)
        self.made.append({"name": name, "graph": data.hex(), "valid": valid})

    def change(self, name, valid=False, **changes):
        self.add(name, encode(**{**self.base, **changes}), valid)

    def tensor(self, name, index, tensor, valid=False):
        self.change(name, valid, tensors=[tensor if i == index else t for i, t in enumerate(self.base["tensors"])])

    def segment(self, name, index, valid=False, **fields):
        segments = list(self.base["segments"])
        segments[index] = replace(segments[index], **fields)
        self.change(name, valid, segments=segments)

    def norm(self, name, index, valid=False, **fields):
        self.segment(name, index, valid, norm=replace(self.base["segments"][index].norm, **fields))


def heads_and_stops(c):
    c.change("as it is", True)
    c.change("no stop tokens", True, stops=[])
    c.change("sixteen stop tokens", True, stops=list(range(16)))
    c.change("seventeen stop tokens", stops=list(range(17)))
    c.change("equal stop tokens", stops=[10, 10])
    c.change("descending stop tokens", stops=[157, 10])
    c.change("a stop token not in the vocabulary", stops=[256])
    c.change("a vocabulary of 0", vocabulary=0, stops=[])
    c.change("a vocabulary that is no multiple of 64", vocabulary=250)
    c.change("another vocabulary than the table's", vocabulary=320)
    c.change("a context of 0", context=0)
    c.change("a context of 1", True, context=1)
    c.change("more context than positions", context=65)


def tensors(c):
    more = c.base["tensors"]
    c.change("a tensor that nothing uses", True, tensors=more + [Vector(5)])
    for name, tensor in [
        ("a linear tensor of 0 channels", Linear(0, 64)), ("a linear tensor of 24 channels", Linear(24, 64)), ("a linear tensor of 0 inputs", Linear(16, 0)),
        ("a linear tensor of 96 inputs", Linear(16, 96)), ("a linear tensor of 16448 inputs", Linear(16, 16448)), ("a linear tensor of 2^20 + 16 channels", Linear(2**20 + 16, 64)),
        ("an empty vector", Vector(0)), ("a vector of 16385", Vector(16385)), ("a rotation of no positions", Rotation(0, 16)), ("a rotation of 16385 positions", Rotation(16385, 16)),
        ("a rotation of width 0", Rotation(64, 0)), ("a rotation of width 24", Rotation(64, 24)), ("a rotation of width 272", Rotation(64, 272)),
    ]:
        c.change(name, tensors=more + [tensor])
    c.tensor("a gain of another length", 2, Vector(128))
    c.tensor("a gain that is a rotation", 2, Rotation(64, 64))
    c.tensor("query weights of another width", 3, Linear(128, 128))
    c.tensor("query weights of fewer channels", 3, Linear(64, 64))
    c.tensor("up of another shape than gate", 9, Linear(64, 64))
    c.tensor("up of another kind than gate", 9, RotatedLinear(128, 64))
    for kind in (RotatedLinear, WideLinear):
        c.tensor(f"query weights of tag {kind.tag}", 3, kind(128, 64), True)
        c.tensor(f"weights of tag {kind.tag} and 96 inputs", 3, kind(128, 96))
        c.tensor(f"weights of tag {kind.tag} and 24 channels", 3, kind(24, 64))
    c.tensor("a table of tag 4", 0, RotatedLinear(256, 64))
    c.tensor("a table of tag 5", 0, WideLinear(256, 64), True)
    c.tensor("a rotation wider than the chunk, no multiple of it", 1, Rotation(64, 48))
    c.tensor("a rotation of width 16", 1, Rotation(64, 16), True)


def segments(c):
    s = c.base["segments"]
    c.segment("a chunk of 0", 1, chunk=0)
    c.segment("a chunk of 24", 1, chunk=24)
    c.segment("a chunk that does not divide", 5, chunk=48)
    c.segment("a query chunk of all of a group", 1, True, chunk=64)
    c.segment("a query chunk over two groups", 1, chunk=128)
    c.segment("a chunk-major query", 1, major=1)
    c.segment("a row-major key", 2, major=0)
    c.segment("a row-major value", 3, major=0)
    c.segment("a key chunk wider than a head", 2, chunk=64)
    c.segment("a major of 2", 2, major=2)
    c.segment("a rotation with shift 0", 1, shift=0)
    c.segment("a narrowing with shift 0", 3, True, shift=0)
    c.segment("a shift of 63", 3, shift=63)
    c.segment("a shift of 62", 3, True, shift=62)
    c.segment("a rotation that is no rotation", 1, rotation=2)
    c.segment("a rotation that is no tensor", 1, rotation=21)
    c.segment("a source of i16", 8, source=1)
    c.segment("a source of packed", 8, source=4)
    c.segment("a source that is itself", 1, source=1)
    c.segment("a source that is later", 1, source=5)
    c.segment("weights that are no tensor", 1, map=Map(21))
    c.segment("a residual's source of i32", 5, source=0)
    c.segment("a residual of packed", 5, residual=4)
    c.segment("a residual that skips a layer", 12, True, residual=0)
    c.segment("no groups", 4, groups=0)
    c.segment("no heads", 4, heads=0)
    c.segment("groups that do not divide heads", 4, groups=3)
    c.segment("a head width of 0", 4, width=0)
    c.segment("a head width of 24", 4, width=24)
    c.segment("two heads of width 64", 4, heads=2, width=64)
    c.segment("a score shift of 31", 4, True, score_shift=31)
    c.segment("a score shift of 32", 4, score_shift=32)
    c.segment("a value shift of 12", 4, True, value_shift=12)
    c.segment("a value shift of 13", 4, value_shift=13)
    c.segment("a key as query", 4, query=2)
    last = len(s) - 2
    many = [replace(s[1], map=Map(21), rotation=None, chunk=16, major=major) for major in (0, 1, 1)]
    c.change(
        "1040 heads", True, tensors=list(c.base["tensors"]) + [Linear(16640, 64)],
        segments=s[:-2] + many + [replace(s[4], query=last, key=last + 1, value=last + 2, groups=1040, heads=1040, width=16), s[-2], Argmax(last + 4)])
    c.segment("a gate shift of 0", 6, shift=0)
    c.segment("a gate shift of 32", 6, True, shift=32)
    c.segment("a gate shift of 33", 6, shift=33)
    c.segment("a maxima chunk of 32", 15, chunk=32)
    c.segment("a maxima chunk of 64", 15, True, chunk=64)
    c.segment("a maxima chunk of 192", 15, chunk=192)
    c.segment("maxima of a vector", 15, weights=20)
    c.segment("an argmax of another segment", 16, maxima=14)
    c.segment("a delta of -62", 0, True, delta=-62)
    c.segment("a delta of 63", 0, delta=63)
    c.segment("a table of another size", 0, table=3)
    c.norm("an epsilon of 2^56", 1, True, eps=2**56)
    c.norm("an epsilon above 2^56", 1, eps=2**56 + 1)
    c.norm("a norm shift of 0", 1, shift=0)
    c.norm("a norm shift of 63", 1, shift=63)
    c.change("no embedding", segments=s[1:])
    c.change("two embeddings", segments=s[:1] + [Embedding(0, 9)] + s[2:])
    c.change("no argmax", segments=s[:-1])
    c.change("two argmax", segments=s + [Argmax(15)])
    c.change("no segments", segments=[])
    c.change("the task of an embedding", task=1)
    c.change("a task of 2", task=2)
    c.segment("a query without a norm", 1, True, norm=None)
    c.segment("a head without a norm", 15, True, norm=None)
    c.norm("offsets that are a vector", 1, offset=2)
    c.segment("a bias that is a vector", 1, map=Map(3, 2))
    c.segment("an attention to all rows", 4, causal=False)
    c.change("a norm segment", segments=s[:-2] + [NormRows(14, s[1].norm, 32), s[15], Argmax(16)])
    c.change("the shortest", True, segments=[s[0], replace(s[15], source=0, norm=Norm(20, 0, 26)), Argmax(1)])


def encoders(c):
    s = c.base["segments"]
    c.change("as it is", True)
    c.change("the task of a generation", task=0)
    c.change("a stop token", stops=[1])
    c.change("a context of 0", context=0)
    c.change("a context of 1", True, context=1)
    c.change("more context than positions", context=65)
    c.segment("no positions", 0, True, positions=None)
    c.segment("positions that are no tensor", 0, positions=(36, 8))
    c.segment("positions that are a vector", 0, positions=(2, 8))
    c.segment("positions of another width", 0, positions=(16, 8))
    c.segment("positions with a delta of -62", 0, True, positions=(1, -62))
    c.segment("positions with a delta of 63", 0, positions=(1, 63))
    c.segment("a causal attention", 4, True, causal=True)
    c.segment("a projection without a norm", 1, True, norm=None)
    c.segment("a projection with another norm", 1, True, norm=Norm(2, 0, 26))
    c.segment("a residual without a norm", 5, True, norm=None)
    c.segment("a gate without a norm", 6, True, norm=None)
    c.segment("a norm segment without a norm", 15, norm=None)
    c.norm("a gain that is offsets", 1, gain=3)
    c.norm("offsets that are a vector", 1, offset=2)
    c.norm("offsets that are no tensor", 1, offset=36)
    c.norm("offsets of another length", 1, offset=15)
    c.norm("a residual's norm with shift 0", 5, shift=0)
    c.norm("a norm segment's shift of 63", 15, shift=63)
    c.segment("no bias", 1, True, map=Map(4))
    c.segment("a bias that is a vector", 1, map=Map(4, 2))
    c.segment("a bias that is no tensor", 1, map=Map(4, 36))
    c.segment("a bias of another length", 1, map=Map(4, 15))
    c.segment("an up of another shape", 13, up=Map(20, 21))
    c.segment("an up bias of another length", 13, up=Map(30, 3))
    c.segment("an up without a bias", 13, True, up=Map(30))
    c.segment("a GELU shift of 31", 6, True, shift=31)
    c.segment("a GELU shift of 32", 6, shift=32)
    c.segment("a GELU shift of 0", 6, True, shift=0)
    c.segment("a SiLU shift of 0", 13, shift=0)
    c.segment("a norm segment's chunk of 24", 15, chunk=24)
    c.segment("a norm segment's chunk of 0", 15, chunk=0)
    c.segment("a norm segment's chunk of all", 15, True, chunk=64)
    c.segment("a norm segment's chunk of 48", 15, chunk=48)
    c.segment("a mean of a residual", 16, source=14)
    c.segment("a mean of itself", 16, source=16)
    c.segment("a unit of a norm segment", 17, source=15)
    c.segment("a unit shift of 30", 17, True, shift=30)
    c.segment("a unit shift of 31", 17, shift=31)
    c.change("a projection of a norm segment", segments=s[:16] + [replace(s[1], source=15), Mean(15), Unit(17, 6)])
    c.change("two norm segments", True, segments=s[:16] + [s[15], Mean(16), Unit(17, 6)])
    c.change("no unit", segments=s[:-1])
    c.change("two means", segments=s[:17] + [Mean(15), Unit(17, 6)])
    c.change("two units", segments=s + [Unit(16, 6)])
    c.change("an argmax too", segments=s + [Argmax(16)])
    c.change("two embeddings", segments=s[:1] + [s[0]] + s[2:])
    c.change("no segments", segments=[])
    c.change("the shortest", True, segments=[s[0], replace(s[15], source=0), Mean(1), Unit(2, 6)])
    data = encode(**c.base)
    at = len(encode(**{**c.base, "segments": []}))
    c.add("a norm tag of 3", data[:at + 11 + 5] + u8(3) + data[at + 11 + 6:], False)
    first = encode(**{**c.base, "segments": s[:6]})
    c.add("an activation tag of 2", data[:len(first) + 32] + u8(2) + data[len(first) + 33:], False)
    limit = next(n for n in range(1, 16385) if mean_cost(n, 64) > 2**20) - 1
    for name, context, valid in [("the longest context", limit, True), ("a context too long", limit + 1, False)]:
        tensors = list(c.base["tensors"])
        tensors[1] = Linear(-(-context // 16) * 16, 64)
        wide = [replace(s[15], source=0, chunk=64), Mean(1), Unit(2, 6)]
        c.change(name, valid, context=context, tensors=tensors, segments=s[:1] + wide)


def mean_cost(context, chunk):
    """[STEP-6] Bytes of a mean."""
    return 1024 + 4096 + 4 * chunk * context + 4096


def make_encoder():
    c = Cases(test_encoder().graph)
    encoders(c)
    return {"cases": c.made}


def encodings(c):
    data = encode(**c.base)
    c.add("bytes left over", data + b"\0", False)
    c.add("bytes end early", data[:-1], False)
    c.add("no bytes", b"", False)
    at = len(encode(**{**c.base, "segments": []}))
    c.add("a segment tag of 10", data[:at] + u8(10) + data[at + 1:], False)
    first = encode(**{**c.base, "tensors": [], "segments": []})[:-4]
    c.add("a tensor tag of 6", data[:len(first)] + u8(6) + data[len(first) + 1:], False)
    embedding = u8(0) + u32(0) + i8(9) + u8(0)
    option = data.index(embedding) + len(embedding) + 1 + 4 + 14 + 5 + 4
    assert data[option:option + 5] == u8(1) + u32(1)
    c.add("an option of 2", data[:option] + u8(2) + data[option + 1:], False)


def costs(c):
    """Graphs at the limits of a step [GRAPH-9]; a longer context needs a longer rotation."""
    def with_context(context):
        tensors = list(c.base["tensors"])
        tensors[1] = Rotation(context, 32)
        return {"context": context, "tensors": tensors}

    limit = next(n for n in range(1, 16385) if attention_cost(n) > 2**20) - 1
    c.change("the longest context", True, **with_context(limit))
    c.change("a context too long", **with_context(limit + 1))
    wide = list(c.base["tensors"]) + [Linear(64, 16384)]
    c.change("a wide tensor that nothing uses", True, tensors=wide)
    c.change("a residual's costliest chunk within the limits", True, **residual_over_chunks(192))
    c.change("a residual's second chunk too costly", **residual_over_chunks(384))


def residual_over_chunks(chunk):
    """A graph whose residual of chunks of 384 channels costs too much where a chunk reads two leaves of 576 of its base, not where it reads one."""
    norm = Norm(1, 0, 26)
    return {
        "task": 0, "vocabulary": 64, "context": 4, "stops": [],
        "tensors": [Linear(64, 1152), Vector(1152), Linear(2496, 1152), Linear(64, 1152), Linear(1152, 64), Linear(1152, 2496)],
        "segments": [
            Embedding(0, 0), Gate(0, norm, Map(2), Map(2), 16, 18), Gate(0, norm, Map(3), Map(3), 16, 18), Residual(2, Map(4), 0, None, 576), Residual(1, Map(5), 3, None, chunk),
            Maxima(4, norm, 0, 64), Argmax(5)]}


def attention_cost(context):
    """[STEP-6] Bytes of the test model's attention at the last row."""
    query, keys = 2 * 64, 4 * 16 * 2 * context
    return 1024 + 4096 + query + 4096 + keys + 4 * 4096


def make():
    c = Cases(test_model().graph)
    for group in (heads_and_stops, tensors, segments, encodings, costs):
        group(c)
    return {"cases": c.made}
