"""The graph of the LLaMA architecture: norm, attention with rotated queries and keys, norm, gated feed-forward."""

from dataclasses import dataclass

from .graph import Argmax, Attention, Embedding, GENERATION, Gate, Graph, Map, Maxima, Projection, Residual
from .segments import Norm
from .tensors import Linear, Rotation, Vector


@dataclass(frozen=True)
class Architecture:
    """Sizes, chunk widths, shifts; one value for all layers."""
    vocabulary: int
    context: int
    stops: tuple
    width: int
    layers: int
    heads: int
    groups: int
    head_width: int
    hidden: int
    query_chunk: int
    key_chunk: int
    value_chunk: int
    attention_residual_chunk: int
    hidden_residual_chunk: int
    gate_chunk: int
    maxima_chunk: int
    delta: int
    eps: int
    norm_shift: int
    query_shift: int
    key_shift: int
    value_narrowing: int
    score_shift: int
    value_shift: int
    gate_shift: int


def llama_graph(a):
    """Tensors: table, rotation; for each layer gain, query, key, value, output, gain, gate, up, down; the last gain. The table is the head."""
    queries, shared = a.heads * a.head_width, a.groups * a.head_width
    tensors = [Linear(a.vocabulary, a.width), Rotation(a.context, a.head_width)]
    segments = [Embedding(0, a.delta)]
    for _ in range(a.layers):
        t = len(tensors)
        tensors += [
            Vector(a.width), Linear(queries, a.width), Linear(shared, a.width), Linear(shared, a.width), Linear(a.width, queries),
            Vector(a.width), Linear(a.hidden, a.width), Linear(a.hidden, a.width), Linear(a.width, a.hidden)]
        s = len(segments)
        stream, norm = s - 1, Norm(t, a.eps, a.norm_shift)
        segments += [
            Projection(stream, norm, Map(t + 1), a.query_chunk, 1, a.query_shift, 0),
            Projection(stream, norm, Map(t + 2), a.key_chunk, 1, a.key_shift, 1),
            Projection(stream, norm, Map(t + 3), a.value_chunk, None, a.value_narrowing, 1),
            Attention(s, s + 1, s + 2, a.groups, a.heads, a.head_width, a.score_shift, a.value_shift),
            Residual(s + 3, Map(t + 4), stream, None, a.attention_residual_chunk),
            Gate(s + 4, Norm(t + 5, a.eps, a.norm_shift), Map(t + 6), Map(t + 7), a.gate_chunk, a.gate_shift),
            Residual(s + 5, Map(t + 8), s + 4, None, a.hidden_residual_chunk)]
    tensors.append(Vector(a.width))
    segments.append(Maxima(len(segments) - 1, Norm(len(tensors) - 1, a.eps, a.norm_shift), 0, a.maxima_chunk))
    segments.append(Argmax(len(segments) - 1))
    return Graph(GENERATION, a.vocabulary, a.context, a.stops, tensors, segments)
