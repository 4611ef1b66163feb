"""[CHAL-1], [CHAL-2] Nodes of trees, and questions about them."""

from dataclasses import dataclass

from ..encoding import Refused, u8, u32, u64
from .values import Value

TRACE, SEGMENT, WEIGHTS = range(3)


def top(size, fan_out):
    height = 1
    while fan_out**height < size:
        height += 1
    return height


def is_node(size, fan_out, height, place):
    return 1 <= height <= top(size, fan_out) and place * fan_out**height < size


def child_count(size, fan_out, height, place):
    """How many children a node has."""
    leaves = min((place + 1) * fan_out**height, size) - place * fan_out**height
    return -(-leaves // fan_out**(height - 1))


@dataclass(frozen=True)
class Question(Value):
    """[CHAL-2] About a node (height, place) of a record's trace tree or of a segment's tree, or about a leaf of a tensor."""
    tag: int
    record: int = 0
    segment: int = 0
    height: int = 0
    place: int = 0
    tensor: int = 0
    leaf: int = 0

    def encode(self):
        if self.tag == WEIGHTS:
            return u8(2) + u32(self.tensor) + u32(self.leaf)
        segment = u32(self.segment) if self.tag == SEGMENT else b""
        return u8(self.tag) + u32(self.record) + segment + u8(self.height) + u64(self.place)

    @classmethod
    def read(cls, r):
        tag = r.u8()
        if tag > WEIGHTS:
            raise Refused("a question with no rule")
        if tag == WEIGHTS:
            return cls(tag, tensor=r.u32(), leaf=r.u32())
        return cls(tag, record=r.u32(), segment=r.u32() if tag == SEGMENT else 0, height=r.u8(), place=r.u64())

    def places(self):
        """How many places of [BLOCK-5] it takes."""
        return 16 if self.tag == WEIGHTS else 1

    def size(self, graph, opened):
        """The leaves of the tree that it is about; `opened` has the record's numbers of tokens."""
        return len(graph.segments) if self.tag == TRACE else graph.leaf_count(self.segment, opened.prompt, opened.output)

    def names_something(self, graph, fan_out, opened):
        if self.tag == WEIGHTS:
            return self.tensor < len(graph.tensors) and self.leaf < graph.tensors[self.tensor].leaf_count
        if self.tag == SEGMENT and self.segment >= len(graph.segments):
            return False
        return is_node(self.size(graph, opened), fan_out, self.height, self.place)

    def is_first(self, graph, fan_out):
        return self.tag == TRACE and self.height == top(len(graph.segments), fan_out)

    def parent(self, graph, fan_out, opened):
        """The question that must be answered before, or None."""
        if self.tag == WEIGHTS or self.is_first(graph, fan_out):
            return None
        if self.tag == SEGMENT and self.height == top(self.size(graph, opened), fan_out):
            return Question(TRACE, self.record, height=1, place=self.segment // fan_out)
        return Question(self.tag, self.record, self.segment, self.height + 1, self.place // fan_out)

    def answer_size(self, graph, fan_out, opened):
        """[CHAL-3] The bytes that the bond pays for."""
        if self.tag == WEIGHTS:
            return graph.tensors[self.tensor].leaf_bytes + 8192
        return 32 * child_count(self.size(graph, opened), fan_out, self.height, self.place)
