"""The graph of the BERT architecture: every reader of a row normalises it itself, so that the norm after an addition is no segment."""

from dataclasses import dataclass

from .graph import Attention, EMBEDDING, Embedding, Gate, Graph, Map, Mean, NormRows, Projection, Residual, Unit
from .segments import Norm
from .tensors import Linear, Offsets, Vector


@dataclass(frozen=True)
class Encoder:
    """Sizes, chunk widths, shifts; one value for all layers."""
    vocabulary: int
    context: int
    width: int
    layers: int
    heads: int
    hidden: int
    query_chunk: int
    shared_chunk: int
    attention_residual_chunk: int
    hidden_residual_chunk: int
    gate_chunk: int
    norm_chunk: int
    delta: int
    positions_delta: int
    eps: int
    norm_shift: int
    query_shift: int
    key_shift: int
    value_narrowing: int
    score_shift: int
    value_shift: int
    gate_shift: int
    unit_shift: int


def bert_parts(a):
    """Tensors: table, positions, gain, offsets; for each layer query, key, value, output, each with its bias, gain, offsets, up, down, each with its
    bias, gain, offsets."""
    tensors = [Linear(a.vocabulary, a.width), Linear(a.context, a.width), Vector(a.width), Offsets(a.width)]
    segments = [Embedding(0, a.delta, (1, a.positions_delta))]

    def norm(gain):
        return Norm(gain, a.eps, a.norm_shift, gain + 1)

    entering = norm(2)
    for _ in range(a.layers):
        t = len(tensors)
        tensors += [Linear(a.width, a.width), Offsets(a.width)] * 4 + [Vector(a.width), Offsets(a.width)]
        tensors += [Linear(a.hidden, a.width), Offsets(a.hidden), Linear(a.width, a.hidden), Offsets(a.width), Vector(a.width), Offsets(a.width)]
        s, inner = len(segments), norm(t + 8)
        segments += [
            Projection(s - 1, entering, Map(t, t + 1), a.query_chunk, None, a.query_shift, 0),
            Projection(s - 1, entering, Map(t + 2, t + 3), a.shared_chunk, None, a.key_shift, 1),
            Projection(s - 1, entering, Map(t + 4, t + 5), a.shared_chunk, None, a.value_narrowing, 1),
            Attention(s, s + 1, s + 2, a.heads, a.heads, a.width // a.heads, a.score_shift, a.value_shift, False),
            Residual(s + 3, Map(t + 6, t + 7), s - 1, entering, a.attention_residual_chunk),
            Gate(s + 4, inner, Map(t + 10, t + 11), None, a.gate_chunk, a.gate_shift),
            Residual(s + 5, Map(t + 12, t + 13), s + 4, inner, a.hidden_residual_chunk)]
        entering = norm(t + 14)
    end = len(segments)
    return tensors, segments + [NormRows(end - 1, entering, a.norm_chunk), Mean(end), Unit(end + 1, a.unit_shift)]


def bert_graph(a):
    return Graph(EMBEDDING, a.vocabulary, a.context, [], *bert_parts(a))
