"""steps.json, mixed-steps.json, step-edges.json, refutations.json: proofs against the test models, with the verdict that SPEC demands."""

import copy
import random
from dataclasses import replace

from probity_reference import refutations, steps
from probity_reference.bundle import Bundle
from probity_reference.encoding import i32, u16, u32
from probity_reference.executor import Trace, generate
from probity_reference.graph import Argmax, EMBEDDING, Range
from probity_reference.merkle import Tree
from probity_reference.steps import LeafPart, Prover, StepProof
from probity_reference.testmodel import mixed_test_model, test_encoder, test_model

# One step of each kind of segment and of each way that chunks can lie: name, segment, row, chunk.
STEPS = [
    ("embedding", 0, 4, 0), ("query projection", 1, 16, 3), ("key projection", 2, 16, 1), ("value projection", 3, 0, 2),
    ("attention", 4, 9, 1), ("residual", 5, 16, 1), ("gate", 6, 16, 3), ("residual of part of a chunk", 7, 8, 3),
    ("attention over one row", 11, 0, 0), ("residual over two chunks", 12, 3, 1), ("maxima", 15, 2, 1), ("argmax", 16, 1, 0),
]


ENCODER_STEPS = [
    ("embedding with positions", 0, 4, 0), ("biased query projection", 1, 14, 1), ("biased key projection", 2, 14, 3), ("unbiased key projection", 9, 0, 0),
    ("value projection without a norm", 10, 7, 2), ("attention to all rows", 4, 2, 1), ("residual after a norm", 5, 14, 1), ("GELU", 6, 14, 3),
    ("residual after a norm, part of a chunk", 7, 8, 3), ("biased SiLU", 13, 3, 1), ("norm", 15, 9, 1), ("mean", 16, 0, 1), ("unit", 17, 0, 0),
]


class Setting:
    """A bundle, its trees and one run."""

    def __init__(self, prompt="Hello, Probity!", limit=24, output=None, bundle=None):
        self.bundle = bundle or test_model()
        self.trees, self.tensors = self.bundle.tensor_trees()
        prompt = list(prompt.encode())
        self.graph = self.bundle.graph
        if self.graph.task == EMBEDDING:
            output = [0]
        self.trace = Trace(self.bundle, prompt, output or generate(self.bundle, prompt, limit)[0])

    def prover(self):
        return Prover(self.trace, self.trees, self.tensors)

    def index(self, segment, row, chunk):
        return self.graph.leaf_index(segment, row, chunk, len(self.trace.prompt), len(self.trace.output))

    def edited(self, *edits):
        """The same setting with leaves replaced: (segment, leaf index, leaf)."""
        other = copy.copy(self)
        other.trace = copy.copy(self.trace)
        other.trace.leaves = [list(leaves) for leaves in self.trace.leaves]
        for segment, index, leaf in edits:
            other.trace.leaves[segment][index] = leaf
        other.trace.rebuild()
        return other

    def rehashed(self, segment, index, leaf_hash):
        """The same setting with a leaf hash replaced, of which no leaf need be known."""
        other = copy.copy(self)
        other.trace = copy.copy(self.trace)
        hashes = list(self.trace.trees[segment].levels[0])
        hashes[index] = leaf_hash
        other.trace.plant([Tree.of_hashes(hashes) if i == segment else tree for i, tree in enumerate(self.trace.trees)])
        return other

    def consistent(self, segment, row, chunk):
        """The same setting with the leaf that follows from what is there."""
        proof, g = self.prover().step(segment, row, chunk), self.graph
        token = (self.trace.prompt + self.trace.output)[row] if segment == 0 else None
        block = steps.largest_block(proof.reads[0].leaves) if isinstance(g.segments[segment], Argmax) else None
        reads = g.reads(segment, row, chunk, len(self.trace.prompt), len(self.trace.output))
        leaf = steps.compute(g, proof, reads, g.tensor_reads(segment, row, chunk, token, block), token)
        return self.edited((segment, self.index(segment, row, chunk), leaf))

    def case(self, name, data, verdict, check=steps.check, values=None):
        claim = replace(self.prover().claim(), values=values)
        found = check(claim, data)
        assert found == verdict, (name, found)
        stated = {} if values is None else {"values": values.hex()}
        return {
            "name": name, **stated, "tensorsRoot": claim.tensors_root.hex(), "promptTokens": list(claim.prompt),
            "outputTokens": list(claim.output), "traceRoot": claim.trace_root.hex(), "proof": data.hex(), "verdict": verdict}

    def step(self, name, place, verdict):
        return self.case(name, self.prover().step(*place).encode(), verdict)


def flipped(data, at, bits):
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]


def make_steps():
    setting = Setting()
    cases = step_cases(setting, STEPS, random.Random(10), (0, 16))
    cases.append(setting.rehashed(5, 3, bytes(32)).step("residual, a leaf hash of no leaf", (5, 1, 1), steps.FRAUD))
    return {"model": "tiny-model.json", "note": "Each flip of an honest proof makes it invalid.", "cases": cases}


def make_encoder_steps():
    setting = Setting(bundle=test_encoder())
    cases = step_cases(setting, ENCODER_STEPS, random.Random(11), (16, 17))
    low = i32(-2**31)
    for name, segment, row, place in [
        ("a norm's leaf below the range", 15, 3, (16, 0, 0)), ("a mean below the range", 16, 0, (17, 0, 0)), ("a residual row below the range", 0, 3, (5, 3, 0)),
    ]:
        index = setting.index(segment, row, 0)
        edges = setting.edited((segment, index, with_value(setting.trace.leaves[segment][index], 4, low))).consistent(*place)
        cases.append(edges.step(name, place, steps.HONEST))
    for name, tensor, value, verdict, place in [
        ("an offset of -2^31", 3, low, steps.FRAUD, (1, 1, 0)), ("a bias of -2^31", 11, low, steps.FRAUD, (5, 1, 0)),
        ("a gain of 2^23", 2, i32(2**23), steps.FRAUD, (1, 1, 0)),
    ]:
        cases.append(with_tensor(setting, tensor, 12, value).step(name, place, verdict))
    for name, tensor, place in [("the largest offset", 3, (1, 1, 0)), ("the largest bias", 11, (5, 1, 0))]:
        cases.append(with_tensor(setting, tensor, 12, i32(2**31 - 1)).consistent(*place).step(name, place, steps.HONEST))
    return {"model": "tiny-encoder.json", "note": "Each flip of an honest proof makes it invalid.", "cases": cases}


def make_mixed_steps():
    setting = Setting(bundle=mixed_test_model())
    cases = step_cases(setting, STEPS, random.Random(10), (0, 16))
    for name, tensor, at, value, place in [
        ("a weight of -128 in h8", 3, 5, b"\x80", (1, 1, 0)), ("a multiplier of 2^24 in h8", 3, 16 * 64 + 4, u32(2**24), (1, 1, 0)),
        ("a shift of 16 in h8", 3, 16 * 64 + 64, u32(16), (1, 1, 0)), ("a shift of 63 in h8", 3, 16 * 64 + 68, u32(63), (1, 1, 0)),
        ("a weight of -32768 in w16", 12, 6, u16(32768), (8, 1, 0)), ("a multiplier of 2^24 in w16", 12, 32 * 64, u32(2**24), (8, 1, 0)),
        ("a shift of 16 in w16", 12, 32 * 64 + 64, u32(16), (8, 1, 0)), ("a shift of 63 in w16", 12, 32 * 64 + 64, u32(63), (8, 1, 0)),
    ]:
        cases.append(with_tensor(setting, tensor, at, value).step(name, place, steps.FRAUD))
    row, output = setting.trace.output.index(max(setting.trace.output)), setting.trace.output
    lie = Setting(output=output[:row] + [output[row] ^ 3] + output[row + 1:], bundle=setting.bundle)
    columns = [
        prover.case(name, refutations.counterexample(prover.prover(), row, output[row]), verdict, refutations.check_counterexample)
        for name, prover, verdict in (("a larger value", lie, steps.FRAUD), ("the output token itself", setting, steps.HONEST))]
    return {"model": "mixed-model.json", "cases": cases, "counterexamples": columns}


def step_cases(setting, places, generator, resized):
    cases = []
    for name, *place in places:
        honest = setting.step(name, place, steps.HONEST)
        data, claim = bytes.fromhex(honest["proof"]), setting.prover().claim()
        honest["flips"] = []
        for _ in range(16):
            at, bits = generator.randrange(len(data)), 1 << generator.randrange(8)
            assert steps.check(claim, flipped(data, at, bits)) == steps.INVALID
            honest["flips"].append({"offset": at, "xor": bits})
        cases.append(honest)
        segment, index = place[0], setting.index(*place)
        leaf = setting.trace.leaves[segment][index]
        wrong = flipped(leaf, generator.randrange(len(leaf)), 1)
        cases.append(setting.edited((segment, index, wrong)).step(name + ", a wrong leaf", place, steps.FRAUD))
        sizes = (("short", leaf[:-1]), ("long", leaf + b"\0"), ("empty", b""), ("huge", leaf + bytes(2**20)))
        for size, other in sizes if segment in resized else ():
            cases.append(setting.edited((segment, index, other)).step(f"{name}, a {size} leaf", place, steps.FRAUD))
    return cases


def structural(setting):
    """Proofs of a wrong shape."""
    proof = setting.prover().step(0, 4, 0)
    data = proof.encode()
    yield "bytes end early", data[:-1]
    yield "bytes left over", data + b"\0"
    for name, change in [
        ("no such segment", {"segment": 17}), ("no such row", {"row": 17}), ("no such chunk", {"chunk": 1}),
        ("another row", {"row": 5}), ("a read too many", {"reads": proof.tensors}), ("no tensor leaf", {"tensors": []}),
        ("a tensor part too many", {"tensors": proof.tensors * 2}),
    ]:
        yield name, StepProof(**{**vars(proof), **change}).encode()
    attention = setting.prover().step(4, 2, 0)
    yield "parts in another order", StepProof(**{**vars(attention), "reads": attention.reads[::-1]}).encode()
    short = setting.prover().segment_part(Range(2, setting.index(2, 0, 0), 2))
    yield "a range too short", StepProof(**{**vars(attention), "reads": [attention.reads[0], short] + attention.reads[2:]}).encode()
    for field in ("place", "range"):
        for name, value in (("too short", getattr(proof.claimed, field)[:-1]), ("too long", getattr(proof.claimed, field) + [bytes(32)])):
            part = LeafPart(**{**vars(proof.claimed), field: value})
            yield f"{field} {name}", StepProof(**{**vars(proof), "claimed": part}).encode()


def with_value(leaf, at, value):
    return leaf[:at] + value + leaf[at + len(value):]


def with_tensor(setting, index, at, value):
    """A setting whose model has other bytes in one tensor; no check that they are well formed."""
    bundle = copy.copy(setting.bundle)
    bundle.data = list(bundle.data)
    bundle.data[index] = with_value(bytes(bundle.data[index]), at, value)
    other = copy.copy(setting)
    other.bundle = bundle
    other.trace = copy.copy(setting.trace)
    other.trace.bundle = bundle
    other.trees, other.tensors = bundle.tensor_trees()
    return other


def make_edges():
    setting = Setting()
    cases = [setting.case(name, data, steps.INVALID) for name, data in structural(setting)]
    low32, low16 = i32(-2**31), (-2**15 & 0xFFFF).to_bytes(2, "little")

    # Read values at and beyond the edges: the computation bounds them, or the proof shows fraud.
    row = setting.trace.leaves[0][16]
    edges = setting.edited((0, 16, with_value(row, 8, low32)))
    cases.append(edges.step("the smallest i32, committed", (0, 16, 0), steps.FRAUD))
    cases.append(edges.consistent(2, 16, 0).step("the smallest i32, read", (2, 16, 0), steps.HONEST))
    index = setting.index(2, 1, 0)
    edges = setting.edited((2, index, with_value(setting.trace.leaves[2][index], 0, low16)))
    cases.append(edges.consistent(4, 2, 0).step("the smallest i16, read", (4, 2, 0), steps.HONEST))
    index = setting.index(4, 2, 1)
    extreme = bytes([16]) + (low16 + b"\xff\x7f") * 32
    edges = setting.edited((4, index, extreme))
    cases.append(edges.consistent(5, 2, 0).step("the largest exponent, read", (5, 2, 0), steps.HONEST))
    edges = setting.edited((4, index, bytes([17]) + extreme[1:]))
    cases.append(edges.step("an exponent of 17, read", (5, 2, 0), steps.FRAUD))

    # The maxima row of an argmax: what it says decides which block is read, and the lowest of equal blocks wins.
    for name, leaves, block in [
        ("maxima that name block 3", (i32(0) + i32(1), i32(0) + i32(2)), 3),
        ("maxima of equal blocks", (i32(0) + i32(5), i32(5) + i32(5)), 1),
        ("maxima below the range", (low32 + low32, low32 + i32(-2**31 + 1)), 0),
    ]:
        edges = setting.edited((15, setting.index(15, 1, 0), leaves[0]), (15, setting.index(15, 1, 1), leaves[1])).consistent(16, 1, 0)
        proof = edges.prover().step(16, 1, 0)
        assert proof.tensors[1].leaves == b"".join(setting.bundle.leaves(0)[4 * block:4 * block + 4])
        cases.append(edges.step(name, (16, 1, 0), steps.HONEST))

    # Tensor leaves that are not well formed.
    inputs = 64
    for name, tensor, at, value, place in [
        ("a weight of -128", 3, 5, b"\x80", (1, 1, 0)),
        ("a group multiplier of 0", 3, 16 * inputs + 2, u16(0), (1, 1, 0)),
        ("a group multiplier of 4096", 3, 16 * inputs + 2, u16(4096), (1, 1, 0)),
        ("a multiplier of 2^24", 3, 17 * inputs + 4, u32(2**24), (1, 1, 0)),
        ("a shift of 16", 3, 17 * inputs + 64, u32(16), (1, 1, 0)),
        ("a shift of 63", 3, 17 * inputs + 64, u32(63), (1, 1, 0)),
        ("a gain of 2^23", 2, 12, i32(2**23), (3, 1, 0)),
        ("a gain of -2^31", 2, 12, low32, (3, 1, 0)),
        ("a rotation above 2^30", 1, 4 * 32, i32(2**30 + 1), (2, 1, 1)),
    ]:
        cases.append(with_tensor(setting, tensor, at, value).step(name, place, steps.FRAUD))
    well = with_tensor(setting, 3, 17 * inputs, u32(0)).consistent(1, 1, 0)
    cases.append(well.step("a multiplier of 0", (1, 1, 0), steps.HONEST))
    return {"model": "tiny-model.json", "cases": cases}


def make_refutations():
    """Tokens proofs and counterexamples, against an honest run and against one that claims another second token."""
    honest = Setting()
    first, second = honest.trace.output[:2]
    lie = Setting(output=[first, second ^ 3, honest.trace.output[2]])
    tokens, columns = [], []
    for name, setting, row, verdict in [
        ("the token of the trace", honest, 1, steps.HONEST), ("another token", lie, 1, steps.FRAUD),
        ("the first token of the lie", lie, 0, steps.HONEST),
    ]:
        tokens.append(setting.case(name, refutations.tokens_proof(setting.prover(), row), verdict, refutations.check_tokens))
    odd = honest.edited((16, 1, u32(second) + b"\0"))
    tokens.append(odd.case("a leaf of five bytes", refutations.tokens_proof(odd.prover(), 1), steps.FRAUD, refutations.check_tokens))
    hidden = honest.rehashed(16, 1, bytes(32))
    tokens.append(hidden.case("a leaf hash of no leaf", refutations.tokens_proof(hidden.prover(), 1), steps.FRAUD, refutations.check_tokens))
    data = refutations.tokens_proof(lie.prover(), 1)
    tokens.append(lie.case("no such row", u32(3) + data[4:], steps.INVALID, refutations.check_tokens))
    tokens.append(lie.case("the leaf of another row", u32(2) + data[4:], steps.INVALID, refutations.check_tokens))
    tokens.append(lie.case("bytes left over", data + b"\0", steps.INVALID, refutations.check_tokens))

    encoder = Setting(bundle=test_encoder())
    values = encoder.trace.leaves[-1][0]
    data = refutations.tokens_proof(encoder.prover(), 0)
    tokens_of_values = [
        encoder.case("the values of the trace", data, steps.HONEST, refutations.check_tokens, values),
        encoder.case("other values", data, steps.FRAUD, refutations.check_tokens, flipped(values, 5, 1)),
        encoder.case("no such row of values", u32(1) + data[4:], steps.INVALID, refutations.check_tokens, values),
    ]
    columns_of_values = refutations.counterexample(honest.prover(), 0, 0)

    def column(name, setting, row, c, verdict, change=lambda data: data):
        data = change(refutations.counterexample(setting.prover(), row, c))
        columns.append(setting.case(name, data, verdict, refutations.check_counterexample))

    column("a larger value", lie, 1, second, steps.FRAUD)
    column("the output token itself", lie, 1, second ^ 3, steps.HONEST)
    column("a smaller value", honest, 1, 0, steps.HONEST)
    column("no such row", honest, 1, 0, steps.INVALID, lambda data: u32(3) + data[4:])
    lowest = min(range(second // 16 * 16, second // 16 * 16 + 16), key=lambda c: lie.trace.logits[1][c])
    column("another column of the same block", lie, 1, second, steps.HONEST, lambda data: data[:4] + u32(lowest) + data[8:])
    column("no such column", honest, 1, 0, steps.INVALID, lambda data: data[:4] + u32(256) + data[8:])
    column("a column of another block", honest, 1, 0, steps.INVALID, lambda data: data[:4] + u32(16) + data[8:])
    twins, token = equal_columns()
    column("an equal value below", twins, 0, token - 1, steps.FRAUD)
    column("an equal value above", twins, 0, token + 1, steps.HONEST)
    column("a malformed gain", with_tensor(honest, 20, 0, i32(2**23)), 1, 0, steps.FRAUD)
    return {"model": "tiny-model.json", "tokens": tokens, "counterexamples": columns,
            "values": tokens_of_values, "counterexamplesOfValues": [encoder.case("no columns", columns_of_values, steps.INVALID, refutations.check_counterexample, values)]}


def equal_columns():
    """A run's claim on a model whose head has the same channel at token - 1, token and token + 1 of one block; and that token, its first."""
    setting = Setting("The quick brown fox jumps", 2)
    token = setting.trace.output[0]
    assert 1 <= token % 16 <= 14
    size, at = 17 * 64 + 128, token // 16 * (17 * 64 + 128)
    block = bytearray(setting.bundle.data[0][at:at + size])
    own = token % 16
    for twin in (own - 1, own + 1):
        for unit, start, count in ((2, 0, 32), (2, 1024, 2), (4, 1088, 1), (4, 1152, 1)):
            for group in range(count):
                base = start + group * 16 * unit
                block[base + twin * unit:base + (twin + 1) * unit] = block[base + own * unit:base + (own + 1) * unit]
    data = setting.bundle.data
    table = bytes(data[0][:at]) + bytes(block) + bytes(data[0][at + size:])
    b = setting.bundle
    twin = Bundle(b.graph, [table] + data[1:], b.tokenizer, b.name, b.template)
    return Setting(bytes(setting.trace.prompt).decode(), output=setting.trace.output, bundle=twin), token
