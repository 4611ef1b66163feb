"""[REC-5], [REC-6] Tokens proofs and counterexamples."""

from .encoding import Refused, decoded, listing, u32
from .graph import GENERATION, Range, norm_tensors
from .merkle import leaf_hash
from .steps import FRAUD, HONEST, INVALID, LeafPart, Part, all_well_formed, head


def decode_tokens(data):
    return decoded(data, lambda reader: (reader.u32(), LeafPart.decode(reader)))


def decode_counterexample(data):
    return decoded(data, lambda reader: (
        reader.u32(), reader.u32(), Part.decode(reader), reader.listing(4, lambda: Part.decode(reader))))


def tokens_proof(prover, row):
    index = len(prover.graph.segments) - 1
    return u32(row) + prover.leaf_part(index, row).encode()


def check_tokens(claim, data):
    try:
        row, part = decode_tokens(data)
    except Refused:
        return INVALID
    if row >= len(claim.output) or not claim.verify_claimed(part, len(claim.graph.segments) - 1, row):
        return INVALID
    stated = u32(claim.output[row]) if claim.graph.task == GENERATION else claim.values
    return FRAUD if part.hash != leaf_hash(stated) else HONEST


def counterexample_reads(graph, row, column, prompt, token):
    """The stream row, and the tensor leaves."""
    maxima = graph.segments[-2]
    norm = [Range(t, 0, 1) for t in norm_tensors(maxima.norm)]
    tensors = norm + [Range(maxima.weights, column // 16, 1), Range(maxima.weights, token // 16, 1)]
    return graph.whole_row(maxima.source, prompt - 1 + row), tensors


def counterexample(prover, row, column):
    stream, tensors = counterexample_reads(prover.graph, row, column, len(prover.trace.prompt), prover.trace.output[row])
    parts = [prover.tensor_part(r).encode() for r in tensors]
    return u32(row) + u32(column) + prover.segment_part(stream).encode() + listing(parts)


def check_counterexample(claim, data):
    try:
        row, column, part, parts = decode_counterexample(data)
    except Refused:
        return INVALID
    if claim.graph.task != GENERATION or row >= len(claim.output) or column >= claim.graph.vocabulary:
        return INVALID
    token = claim.output[row]
    stream, tensors = counterexample_reads(claim.graph, row, column, len(claim.prompt), token)
    if len(parts) != len(tensors):
        return INVALID
    if not claim.verify_segment(part, stream) or not all(claim.verify_tensor(p, where) for p, where in zip(parts, tensors)):
        return INVALID
    if not all_well_formed(claim.graph, tensors, parts):
        return FRAUD
    values = head(claim.graph, part, parts)
    own, other = values[16 + token % 16], values[column % 16]
    return FRAUD if other > own or (other == own and column < token) else HONEST
