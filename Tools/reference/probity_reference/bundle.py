"""SPEC section 7: the model bundle."""

import mmap

import numpy as np

from .encoding import Reader, Refused, counted, text, u32, u64
from .hashing import sha256, tagged
from .merkle import Tree
from .tensor_graph import decode_graph
from .tensors import Linear
from .text import Tokenizer

MAGIC = b"PROBITY1"


def aligned(at):
    return -(-at // 64) * 64


class Bundle:
    """A graph, the bytes of its tensors, and the texts of the header."""

    def __init__(self, graph, data, tokenizer, name, template):
        self.graph, self.data, self.tokenizer, self.name, self.template = graph, data, tokenizer, name, template
        self.check()

    def encode(self):
        """[MODEL-1]"""
        header = counted(self.graph.encode()) + counted(self.tokenizer) + text(self.name) + text(self.template)
        out = bytearray(MAGIC + counted(header))
        out += bytes(aligned(len(out)) - len(out))
        for data in self.data:
            out += bytes(aligned(len(out)) - len(out)) + bytes(data)
        return bytes(out)

    @classmethod
    def open(cls, path):
        with open(path, "rb") as file:
            return cls.decode(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    @classmethod
    def decode(cls, raw):
        raw = memoryview(raw)
        if bytes(raw[:8]) != MAGIC:
            raise Refused("not a bundle")
        size = Reader(raw[8:12]).u32()
        if size > 2**20 + 2**25 + 256 + 65536 + 16 or 12 + size > len(raw):
            raise Refused("the header's size")
        header = Reader(raw[12:12 + size])
        graph = decode_graph(header.counted(2**20))
        tokenizer, name, template = header.counted(2**25), header.text(256), header.text(65536)
        header.end()
        at, data = 12 + size, []
        start = aligned(at)
        for tensor in graph.tensors:
            if any(raw[at:start]):
                raise Refused("padding is zero")
            at = start + tensor.leaf_bytes * tensor.leaf_count
            if at > len(raw):
                raise Refused("the bytes end early")
            data.append(raw[start:at])
            start = aligned(at)
        if at != len(raw):
            raise Refused("bytes left over")
        return cls(graph, data, tokenizer, name, template)

    def check(self):
        """[MODEL-4], [MODEL-6]"""
        if not fits(self.graph, self.tokenizer):
            raise Refused("a tokenizer that does not fit")
        for tensor, used, data in zip(self.graph.tensors, self.graph.used_leaves(), self.data, strict=True):
            if len(data) != tensor.leaf_bytes * tensor.leaf_count:
                raise Refused("the tensor's size")
            data = data[:tensor.leaf_bytes * used]
            if isinstance(tensor, Linear):
                fine = all(slab.well_formed() for slab in tensor.blocks(data).slabs(256))
            else:
                fine = tensor.well_formed(data)
            if not fine:
                raise Refused("a leaf that is not well formed")

    def leaves(self, index):
        size = self.graph.tensors[index].leaf_bytes
        return [bytes(self.data[index][at:at + size]) for at in range(0, len(self.data[index]), size)]

    def blocks(self, index):
        return self.graph.tensors[index].blocks(self.data[index])

    def vector(self, index):
        return np.frombuffer(self.data[index], dtype="<i4").astype(np.int64)

    def rotation(self, index):
        return self.vector(index).reshape(-1, self.graph.tensors[index].width)

    def tensor_trees(self):
        """[MODEL-5] The tree of each tensor, and the tree over their roots."""
        trees = [Tree(self.leaves(i)) for i in range(len(self.data))]
        return trees, Tree([place_leaf(i, tree.size, tree.root) for i, tree in enumerate(trees)])

    def model_root(self, tensors_root=None):
        root = self.tensor_trees()[1].root if tensors_root is None else tensors_root
        return model_root(self.graph.encode(), root, self.tokenizer)


def fits(graph, tokenizer):
    """[MODEL-6] Whether the bytes are a tokenizer that fits a valid graph."""
    try:
        return len(Tokenizer.parse(tokenizer).tokens) <= graph.vocabulary
    except Refused:
        return False


def registers(graph, tokenizer):
    """[TX-5] Whether the bytes of a graph and of a tokenizer can be registered."""
    try:
        return fits(decode_graph(graph), tokenizer)
    except Refused:
        return False


def place_leaf(index, leaf_count, root):
    """The leaf of the tensors tree [MODEL-5] and of the trace tree [TRACE-2]."""
    return u32(index) + u64(leaf_count) + root


def model_root(graph, tensors_root, tokenizer):
    return tagged("probity/model", sha256(graph) + tensors_root + sha256(tokenizer))
