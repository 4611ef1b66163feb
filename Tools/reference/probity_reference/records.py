"""SPEC section 11: requests, records, bindings, batches."""

import re
from dataclasses import dataclass

from .encoding import Reader, Refused, listing, text, u8, u32
from .hashing import sha256, tagged
from .merkle import Tree
from .signatures import verify


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

    def encode(self):
        return self.model_root + self.provider + self.client + self.salt + u32(self.limit) + text(self.prompt)

    def digest(self):
        return tagged("probity/request", self.encode())

    @classmethod
    def read(cls, r):
        request = cls(r.digest(), r.digest(), r.digest(), r.digest(), r.u32(), r.text(65536))
        if not 1 <= request.limit <= 16384 or not request.prompt:
            raise Refused("a request out of range")
        return request


@dataclass
class Record:
    """[REC-2]"""
    version: bytes
    request: Request
    signature: bytes
    prompt: list
    output: list
    answer: str
    stop: int
    trace_root: bytes

    def encode(self):
        return (self.version + self.request.encode() + self.signature + listing([u32(t) for t in self.prompt])
                + listing([u32(t) for t in self.output]) + text(self.answer) + u8(self.stop) + self.trace_root)

    @classmethod
    def decode(cls, data):
        r = Reader(data)
        record = cls.read(r)
        r.end()
        return record

    @classmethod
    def read(cls, r):
        record = cls(r.digest(), Request.read(r), r.fixed(64), r.listing(16384, r.u32), r.listing(16384, r.u32), r.text(262144), r.u8(), r.digest())
        if record.stop > 1:
            raise Refused("a stop with no rule")
        return record


def shape_holds(record, graph, version):
    """[REC-3]"""
    p, n = len(record.prompt), len(record.output)
    return (record.version == version and p >= 1 and 1 <= n <= record.request.limit and p + n - 1 <= graph.context
            and all(t < graph.vocabulary for t in record.prompt + record.output)
            and verify(record.request.client, record.request.digest(), record.signature))


def bindings(record, graph, tokenizer):
    """[REC-4] Whether input, output and stop hold."""
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
