"""SPEC section 11: requests, records, bindings, batches."""

import re
from dataclasses import dataclass

from .encoding import Reader, Refused, counted, listing, text, u8, u32
from .graph import GENERATION
from .hashing import sha256, tagged
from .merkle import Tree
from .signatures import checked_key, verify
from .tensor_graph import TENSOR


def executor_version(specification):
    """[NUM-15] From the bytes of SPEC.md."""
    start = re.search(rb"^## 6\. Arithmetic$", specification, re.M).start()
    end = re.search(rb"^## 7\. The model bundle$", specification, re.M).start()
    return sha256(specification[start:end])


@dataclass
class Request:
    """[REC-1]"""
    model_root: bytes
    provider: bytes
    client: bytes
    salt: bytes
    limit: int
    prompt: str
    tensor: object = None

    def encode(self):
        return self.model_root + self.provider + self.client + self.salt + u32(self.limit) + self.encode_input()

    def encode_input(self):
        return u8(0) + text(self.prompt) if self.tensor is None else u8(1) + counted(self.tensor)

    def digest(self):
        return tagged("probity/request", self.encode())

    @classmethod
    def read(cls, r):
        request = cls(r.digest(), checked_key(r.digest()), checked_key(r.digest()), r.digest(), r.u32(), *read_input(r))
        if not 1 <= request.limit <= 16384 or not (request.prompt or request.tensor):
            raise Refused("a request out of range")
        return request


def read_input(r):
    """The prompt and the tensor, of which one is there."""
    tag = r.u8()
    if tag > 1:
        raise Refused("an input with no rule")
    return (r.text(65536), None) if tag == 0 else ("", r.counted(2**18))


@dataclass
class Record:
    """[REC-2] A generation, or one row of `values`: then `output` is that row without a token, and there is no answer."""
    version: bytes
    request: Request
    signature: bytes
    prompt: list
    output: list
    answer: str
    stop: int
    trace_root: bytes
    values: object = None

    def encode(self):
        return (self.version + self.request.encode() + self.signature + listing([u32(t) for t in self.prompt])
                + self.encode_output() + self.trace_root)

    def encode_output(self):
        if self.values is not None:
            return u8(1) + counted(self.values)
        return u8(0) + listing([u32(t) for t in self.output]) + text(self.answer) + u8(self.stop)

    @classmethod
    def decode(cls, data):
        r = Reader(data)
        record = cls.read(r)
        r.end()
        return record

    @classmethod
    def read(cls, r):
        start = (r.digest(), Request.read(r), r.fixed(64), r.listing(16384, r.u32))
        tag = r.u8()
        if tag > 1:
            raise Refused("an output with no rule")
        if tag == 1:
            values = r.counted(65536)
            return cls(*start, [0], "", 0, r.digest(), values)
        record = cls(*start, r.listing(16384, r.u32), r.text(262144), r.u8(), r.digest())
        if record.stop > 1:
            raise Refused("a stop with no rule")
        return record


def shape_fits(record, graph, version):
    """[REC-3] without the signature."""
    p, n = len(record.prompt), len(record.output)
    if (record.values is None) != (graph.task == GENERATION) or (record.request.tensor is None) != (graph.task != TENSOR):
        return False
    if graph.task == TENSOR:
        if record.prompt or len(record.request.tensor) != graph.shapes[0].rows * graph.shapes[0].row_values:
            return False
        record_tokens, p = [], 1
    else:
        record_tokens = record.prompt + record.output
    if record.values is not None and (len(record.values) != graph.leaf_bytes(len(graph.segments) - 1) or record.request.limit != 1):
        return False
    return (record.version == version and p >= 1 and 1 <= n <= record.request.limit and p + n - 1 <= graph.context
            and all(t < graph.vocabulary for t in record_tokens))


def shape_holds(record, graph, version):
    """[REC-3]"""
    return (shape_fits(record, graph, version)
            and verify(record.request.client, record.request.digest(), record.signature))


def bindings(record, graph, tokenizer):
    """[REC-4] Whether input, output and stop hold."""
    if record.values is not None:
        held = record.request.tensor is not None or tokenizer.encode(record.request.prompt) == record.prompt
        return {"input": held, "output": True, "stop": True}
    p, n, last = len(record.prompt), len(record.output), record.output[-1]
    ends = last in graph.stops
    shown = record.output[:-1] if ends else record.output
    decoded = tokenizer.decode(shown)
    stop = not any(t in graph.stops for t in record.output[:-1]) and (record.stop == 0) == ends
    if record.stop == 1:
        stop = stop and (n == record.request.limit or p + n - 1 == graph.context)
    return {
        "input": tokenizer.encode(record.request.prompt) == record.prompt,
        "output": decoded is not None and decoded == record.answer.encode(), "stop": stop}


def batch_blob(records):
    """[REC-7]"""
    return listing([record.encode() for record in records])


def batch_root(records):
    return Tree([record.encode() for record in records]).root
