"""tensor-graphs.json, tensor-steps.json, ledger-tensors.json: tensor graphs and steps, valid and not, and what the ledger does with their claims."""

import random
from dataclasses import replace

from probity_reference import refutations, steps
from probity_reference.encoding import Refused, i32, listing, u32, u8
from probity_reference.hashing import sha256
from probity_reference.int8 import Range, Window
from probity_reference.tensor_graph import decode_graph
from probity_reference.tensor_segments import Concatenate, Convolution, Convolve, Input, LookUp, Pair, Pool, Scale, Sweep, Table
from probity_reference.tensors import Vector

from .fraud_cases import Frauds, BINDING, STEP, TOKENS
from .graph_cases import encode
from .record_cases import changed
from .scenario import BOND, public
from .step_cases import flipped, step_cases, with_tensor
from .tensor_model import TensorSetting, model

# One step of each kind of segment and of each way that windows and chunks can lie: name, segment, row, chunk.
STEPS = [
    ("input", 0, 8, 0), ("convolution in the padding", 1, 0, 1), ("convolution", 1, 3, 0), ("depthwise convolution", 2, 4, 1),
    ("convolution and sum", 3, 2, 1), ("table", 4, 2, 0), ("largest of a window", 5, 0, 0), ("sum of a window", 6, 4, 0),
    ("concatenation", 7, 1, 0), ("sum of all", 8, 0, 0), ("convolution of one cell", 9, 0, 1), ("product with one column", 10, 3, 0),
    ("pair", 11, 4, 0), ("output", 12, 0, 0),
]


class Graphs:
    def __init__(self):
        g = model().graph
        self.tensors, self.segments, self.made = g.tensors, g.segments, []

    def add(self, name, data, valid=False):
        try:
            found = decode_graph(data).encode() == data
        except Refused:
            found = False
        assert found == valid, (name, found)
        self.made.append({"name": name, "graph": data.hex(), "valid": valid})

    def change(self, name, valid=False, tensors=None, segments=None):
        parts = [[part.encode() for part in parts] for parts in (tensors or self.tensors, segments or self.segments)]
        self.add(name, u8(2) + listing(parts[0]) + listing(parts[1]), valid)

    def segment(self, name, index, valid=False, **fields):
        self.change(name, valid, segments=[replace(s, **fields) if i == index else s for i, s in enumerate(self.segments)])

    def window(self, name, index, valid=False, rows=None, columns=None, **sides):
        sweep = self.segments[index].sweep
        sweep = Sweep(replace(sweep.window, **sides), sweep.rows if rows is None else rows, sweep.columns if columns is None else columns)
        self.segment(name, index, valid, sweep=sweep)

    def sum(self, name, index, valid=False, **fields):
        s = self.segments[index]
        if isinstance(s, Pair):
            self.segment(name, index, valid, sum=replace(s.sum, **fields))
        else:
            self.segment(name, index, valid, addend=(s.addend[0], replace(s.addend[1], **fields)))

    def small(self, name, valid, first, *more, tensors=()):
        """A graph of an input, its sizes first, and some segments."""
        self.change(name, valid, tensors=[*tensors, Table()], segments=[Input(*first), *more])


def wholes(c):
    s, t = c.segments, c.tensors
    c.change("as it is", True)
    c.change("a tensor that nothing uses", True, tensors=t + [Table(), Convolution(1, 1)])
    c.add("no segments", u8(2) + listing([]) + listing([]))
    c.add("bytes left over", u8(2) + listing([]) + listing([Input(1, 1, 1).encode()]) + b"\0")
    c.add("an input alone", u8(2) + listing([]) + listing([Input(1, 1, 1).encode()]), True)
    c.add("a task of 3", u8(3) + listing([]) + listing([Input(1, 1, 1).encode()]))
    c.add("the head of a graph of text", encode(2, 64, 1, [], t, s))
    c.add("a graph of text with tensor segments", encode(0, 64, 1, [], t, s))
    c.change("two inputs", segments=[s[0]] + s)
    c.change("no input", segments=s[1:])
    c.change("a vector", tensors=[Vector(4)] + t[1:])
    c.change("no output of one row", segments=s[:-1])
    c.change("4097 tensors", tensors=t + [Table()] * (4097 - len(t)))
    c.change("4096 tensors", True, tensors=t + [Table()] * (4096 - len(t)))
    c.small("4096 segments", True, (1, 1, 1), *[LookUp(i, 0) for i in range(4095)])
    c.small("4097 segments", False, (1, 1, 1), *[LookUp(i, 0) for i in range(4096)])
    for name, tensor in [
        ("a convolution of no channels", Convolution(0, 1)), ("a convolution of 65537 channels", Convolution(65537, 1)),
        ("a convolution of no inputs", Convolution(1, 0)), ("a convolution of 32769 inputs", Convolution(1, 32769)),
    ]:
        c.change(name, tensors=t + [tensor])
    c.change("the largest convolution", True, tensors=t + [Convolution(65536, 32768)])


def sizes(c):
    pool = lambda source, window, rows, columns: Pool(source, Sweep(window, rows, columns), True, 0, Scale(), Range(0))
    c.small("an input of 2^18 values", True, (16384, 16, 1), pool(0, Window(1, 16, 1, 16), 16384, 1), pool(1, Window(1, 1, 256, 1), 64, 1), pool(2, Window(64, 1), 1, 1))
    c.small("an input of 2^18 + 1 values", False, (1, 1, 262145))
    c.small("no rows", False, (0, 1, 1))
    c.small("no columns", False, (1, 0, 1))
    c.small("no channels", False, (1, 1, 0))
    c.small("16385 rows", False, (16385, 1, 1), pool(0, Window(1, 1, 256), 1, 1))
    c.small("16385 columns", False, (1, 16385, 1), pool(0, Window(1, 1, 1, 256), 1, 1))
    c.small("65537 channels", False, (1, 1, 65537))
    c.small("an output of 65536 values", True, (1, 1, 65536))
    c.small("an output of 65538 values", False, (1, 2, 32769))
    doubled = [Concatenate((i, i)) for i in range(7)]
    c.small("rows of values that double", True, (4, 4, 512), *doubled, pool(7, Window(1, 1, 4, 4), 1, 1))
    c.small("65536 channels and one more", False, (4, 4, 513), *doubled, pool(7, Window(1, 1, 4, 4), 1, 1))
    # Each of 33 segments of 16384 rows of 512 values.
    many = [Concatenate(tuple([0] * 16))] + [LookUp(i, 0) for i in range(1, 33)]
    c.small("more than 2^28 values", False, (16384, 1, 16), *many, *[LookUp(i, 0) for i in range(33, 66)], pool(66, Window(1, 1, 256), 1, 1))
    c.small("fewer than 2^28 values", True, (16384, 1, 16), *many[:30], pool(30, Window(1, 1, 256), 1, 1))


def windows(c):
    c.window("a stride of 0", 1, stride_y=0)
    c.window("a dilation of 0", 1, dilation_x=0)
    c.window("a dilation of 257", 8, dilation_x=257)
    c.window("a stride of 257", 8, stride_x=257)
    c.window("a stride of 256", 8, True, stride_x=256)
    c.window("padding of a whole window", 1, top=3)
    c.window("padding of two cells of three", 1, True, top=2)
    c.window("padding of a whole window, left", 2, left=5)
    c.window("a row beyond the source", 1, rows=6)
    c.window("a column beyond the source", 1, columns=5)
    c.window("a window that only begins in the source", 12, True, stride_y=4, stride_x=3)
    c.window("no rows of windows", 5, rows=0)
    c.window("no columns of windows", 5, columns=0)
    c.window("rows of windows without end", 5, rows=2**32 - 1)


def segments(c):
    c.segment("a source that is itself", 1, source=1)
    c.segment("a source that is later", 1, source=2)
    c.segment("weights that are no tensor", 1, weights=6)
    c.segment("weights that are a table", 1, weights=3)
    c.segment("weights of other inputs", 1, weights=1)
    c.segment("a dense kernel used depthwise", 3, depthwise=True)
    c.segment("a chunk of 0", 1, chunk=0)
    c.segment("a chunk of 4", 1, chunk=4)
    c.segment("a chunk of all channels", 1, True, chunk=16)
    c.segment("a chunk of 24", 1, chunk=24)
    c.segment("a low above high", 1, range=Range(0, 5, 4))
    c.segment("a range of one value", 1, True, range=Range(0, 5, 5))
    c.segment("an output in two chunks", 12, weights=4, source=8, sweep=Sweep(Window(), 1, 1), chunk=16)
    c.segment("an output of other weights", 12, True, weights=4, source=8, sweep=Sweep(Window(), 1, 1), chunk=32)
    c.segment("an addend of another size", 3, addend=(0, c.segments[3].addend[1]))
    c.segment("an addend that is later", 3, addend=(3, c.segments[3].addend[1]))
    c.segment("a pool's shift of 63", 6, scale=Scale(1, 63))
    c.segment("a pool's shift of 1", 6, scale=Scale(1, 1))
    c.segment("a pool's multiplier of 2^31", 6, scale=Scale(2**31, 30))
    c.segment("a pool's multiplier of 0", 6, True, scale=Scale(0, 2))
    c.segment("a pool's low above high", 6, range=Range(0, 1, 0))
    c.segment("a right of other rows", 11, right=0)
    c.segment("a left of one row", 11, left=9)
    c.segment("the same operand twice", 11, True, right=10)
    c.segment("a right that is itself", 11, right=11)
    c.segment("a table that is no tensor", 4, table=6)
    c.segment("a table that is a convolution", 4, table=0)
    c.segment("one source", 7, parts=(5,))
    c.segment("no sources", 7, parts=())
    c.segment("sources of other rows", 7, parts=(0, 5))
    for index in (3, 10, 11):
        c.sum(f"a multiplier of 2^31 in segment {index}", index, scale=Scale(2**31, 40))
        c.sum(f"a low above high in segment {index}", index, range=Range(0, 1, 0))
    for side in ("left", "right"):
        c.sum(f"a {side} shift of 63", 11, **{side: (0, Scale(1, 63))})
        c.sum(f"a {side} scale in a product", 10, **{side: (0, Scale(2**30, 31))})
    # Sixteen sources, and one more.
    last = c.segments[-1]
    for count, valid in ((16, True), (17, False)):
        made = c.segments[:-1] + [Concatenate(tuple([8] * count)), replace(last, source=8, weights=4, sweep=Sweep(Window(), 1, 1), chunk=32)]
        c.change(f"{count} sources", valid, segments=made)


def costs(c):
    """[STEP-8] Graphs at the limits of a step, and just beyond."""
    def convolution(source, window, out):
        return Convolve(source, 0, Sweep(window, *out), False, 0, Range(0), 8)

    for name, valid, half in [("a step of fewer than 2^22 multiply-adds", True, 452), ("a step of more", False, 456)]:
        made = [Input(1, 512, half), Concatenate((0, 0)), convolution(1, Window(), (1, 512)),
                Pool(2, Sweep(Window(1, 256, 1, 256), 1, 2), True, 0, Scale(), Range(0))]
        c.change(name, valid, tensors=[Convolution(8, 2 * half)], segments=made)
    dilated = Window(2, 2, 1, 1, 0, 0, 1, 256)
    c.change("a widened row of more", tensors=[Convolution(8, 32768)], segments=[Input(2, 16, 8192), convolution(0, dilated, (1, 1))])
    pooled = lambda side: [Input(*side), Pool(0, Sweep(Window(side[0], side[1]), 1, 1), False, 0, Scale(), Range(0))]
    c.change("a pool that reads all", True, segments=pooled((64, 64, 64)))
    rows = [Input(256, 16, 64), Concatenate((0, 0, 0, 0, 0)), Pool(1, Sweep(Window(256, 1, 1, 1), 1, 16), True, 0, Scale(), Range(0))]
    c.change("a window of more than 2^20 bytes", segments=rows)
    c.change("a window of fewer", True, segments=[rows[0], Concatenate((0, 0, 0)), replace(rows[2], sweep=Sweep(Window(256, 1), 1, 16))])
    # Only the windows in the middle reach over all their rows.
    middle = lambda height, top: [
        Input(40, 64, 64), Concatenate(tuple([0] * 8)), Pool(1, Sweep(Window(height, 1, 1, 1, top, 0), 40, 64), True, 0, Scale(), Range(0)),
        Pool(2, Sweep(Window(1, 1, 40, 64), 1, 1), True, 0, Scale(), Range(0))]
    c.change("windows of 31 rows in the middle", True, segments=middle(31, 15))
    c.change("windows of 33 rows in the middle", segments=middle(33, 16))


def make_graphs():
    c = Graphs()
    for part in (wholes, sizes, windows, segments, costs):
        part(c)
    return {"model": "tensor-model.json", "cases": c.made}


def make_steps():
    setting = TensorSetting()
    cases = step_cases(setting, STEPS, random.Random(12), (0, 12))
    parameters = 16 * 14
    for name, at, value, verdict in [
        ("a bias above 2^30", parameters, i32(2**30 + 1), steps.FRAUD), ("a bias below -2^30", parameters, i32(-2**30 - 1), steps.FRAUD),
        ("a multiplier of 2^31", parameters + 32, u32(2**31), steps.FRAUD), ("a shift of 1", parameters + 64, u32(1), steps.FRAUD),
        ("a shift of 63", parameters + 64, u32(63), steps.FRAUD), ("a weight beyond the inputs", 16 * 13 + 5, b"\1", steps.FRAUD),
    ]:
        cases.append(with_tensor(setting, 0, at, value).step(name, (1, 1, 0), verdict))
    extreme = TensorSetting(2)
    cases += [extreme.step(name + ", extremes", place, steps.HONEST) for name, *place in STEPS]
    proof = setting.prover().step(3, 2, 1)
    for name, change in [
        ("no such segment", {"segment": 13}), ("no such row", {"row": 5}), ("no such chunk", {"chunk": 2}), ("another chunk", {"chunk": 0}),
        ("no addend", {"reads": proof.reads[:1]}), ("reads in another order", {"reads": proof.reads[::-1]}), ("no weights", {"tensors": []}),
        ("weights twice", {"tensors": proof.tensors * 2}),
    ]:
        cases.append(setting.case(name, replace(proof, **change).encode(), steps.INVALID))
    data, values = refutations.tokens_proof(setting.prover(), 0), setting.trace.values
    of_values = [
        setting.case("the values of the trace", data, steps.HONEST, refutations.check_tokens, values),
        setting.case("other values", data, steps.FRAUD, refutations.check_tokens, flipped(values, 5, 1)),
        setting.case("no such row of values", u32(1) + data[4:], steps.INVALID, refutations.check_tokens, values),
    ]
    return {"model": "tensor-model.json", "note": "Each flip of an honest proof makes it invalid.", "cases": cases, "values": of_values}


def make_ledger():
    s = Frauds("tensors", {"alice": (10**6, 0), "dave": (10**8, 0), "provider": (10**8, 20 * BOND)})
    setting = TensorSetting()
    bundle, graph = setting.bundle, setting.graph.encode()
    registration = s.model("a tensor model", graph, setting.tensors.root, bundle.tokenizer)
    s.send("a graph that is not valid", "alice", replace(registration, graph=graph[:-1] + b"\x81"), bundle.tokenizer, outcome=302)
    s.send("a tokenizer with tokens", "alice", replace(registration, tokenizer=sha256(s.tokenizer)), s.tokenizer, outcome=303)
    s.send("a tensor model", "alice", registration, bundle.tokenizer)
    s.send("the test model", "alice", s.model(), s.tokenizer)
    s.close("models")

    honest = [s.resalted(s.maker.tensor(setting, "", public("provider"))) for _ in range(2)]
    of_text = s.record(s.honest)
    root = bundle.model_root()
    first = s.claim("an honest tensor record", "provider", honest[:1], model_root=root)
    for name, record in [
        ("a prompt token", changed(honest[1], prompt=[1])), ("values too short", changed(honest[1], values=honest[1].values[:-1])),
        ("a tensor too short", s.maker.resigned(honest[1], tensor=honest[1].request.tensor[:-1])),
    ]:
        s.claim(f"{name}, refused", "provider", [record], outcome=408, model_root=root)
    s.claim("a record of text, refused", "provider", [s.maker.resigned(of_text, model_root=root)], outcome=408, model_root=root)
    s.claim("a tensor for a model of text, refused", "provider", [s.maker.resigned(honest[1], model_root=s.maker.model_root)], outcome=408)
    lies = []
    for name, *place in STEPS:
        segment, index = place[0], setting.index(*place)
        other = setting.edited((segment, index, flipped(setting.trace.leaves[segment][index], 1, 4)))
        record = s.resalted(s.maker.tensor(other, "", public("provider")))
        lies.append((name, place, other, record, s.claim(f"a wrong leaf: {name}", "provider", [record], model_root=root)))
    shown = s.resalted(changed(honest[1], values=flipped(honest[1].values, 0, 1)))
    by_values = s.claim("other values than the trace's", "provider", [shown], model_root=root)
    s.close("claims")

    step = setting.prover().step(*STEPS[1][1:]).encode()
    values = refutations.tokens_proof(setting.prover(), 0)
    s.prove("an honest step", "dave", first, honest[:1], 0, STEP, step, 508)
    s.prove("the values of the trace", "dave", first, honest[:1], 0, TOKENS, values, 508)
    s.prove("a step of another trace", "dave", first, honest[:1], 0, STEP, lies[0][2].prover().step(*lies[0][1]).encode(), 507)
    for tag in range(3):
        s.prove(f"binding {tag} holds", "dave", first, honest[:1], 0, BINDING, u8(tag), 508)
    for name, place, other, record, claim in lies:
        proof = other.prover().step(*place).encode()
        assert len(proof) < 2**18
        s.prove(f"a wrong leaf: {name}", "dave", claim, [record], 0, STEP, proof)
    s.prove("other values than the trace's", "dave", by_values, [shown], 0, TOKENS, values)
    s.close("fraud proofs")
    for _ in range(3):
        s.close("no transaction")
    return s.file()
