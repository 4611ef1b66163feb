"""[TX-7] Evidence of fraud in one record, judged against the registered model: 0, or the code of the refusal."""

from functools import lru_cache

from .. import refutations, steps
from ..encoding import Reader, Refused
from ..records import Record, bindings
from ..tensor_graph import decode_graph
from ..text import Tokenizer

ACCEPTED, UNDECODABLE, INVALID, NO_FRAUD = 0, 506, 507, 508
STEP, BINDING, TOKENS, COUNTEREXAMPLE = range(4)
BINDINGS = ("input", "output", "stop")

graph_of = lru_cache(maxsize=64)(decode_graph)
tokenizer_of = lru_cache(maxsize=64)(Tokenizer.parse)


def binding_tag(data):
    reader = Reader(data)
    tag = reader.u8()
    reader.end()
    if tag >= len(BINDINGS):
        raise Refused("a binding with no rule")
    return tag


DECODERS = {
    STEP: steps.StepProof.decode, BINDING: binding_tag, TOKENS: refutations.decode_tokens, COUNTEREXAMPLE: refutations.decode_counterexample}
CHECKS = {STEP: steps.check, TOKENS: refutations.check_tokens, COUNTEREXAMPLE: refutations.check_counterexample}


@lru_cache(maxsize=2**14)
def verdict(kind, graph, tensors_root, prompt, output, trace_root, values, tensor, evidence):
    return CHECKS[kind](steps.Claim(graph_of(graph), tensors_root, prompt, output, trace_root, values, tensor), evidence)


def judge(kind, evidence, record_bytes, model, tokenizer):
    try:
        decoded = DECODERS[kind](evidence)
    except Refused:
        return UNDECODABLE
    record = Record.decode(record_bytes)
    if kind == BINDING:
        holds = bindings(record, graph_of(model.graph), tokenizer_of(tokenizer))[BINDINGS[decoded]]
        return NO_FRAUD if holds else ACCEPTED
    found = verdict(
        kind, model.graph, model.tensors_root, tuple(record.prompt), tuple(record.output), record.trace_root, record.values, record.request.tensor,
        evidence)
    return {steps.INVALID: INVALID, steps.HONEST: NO_FRAUD, steps.FRAUD: ACCEPTED}[found]
