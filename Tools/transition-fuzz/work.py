"""Runs of the test model, honest and fraudulent, with evidence against them: real traces, real proofs."""

import copy
from dataclasses import dataclass

from probity_reference import refutations
from probity_reference.encoding import u8
from probity_reference.ledger.evidence import BINDING, COUNTEREXAMPLE, STEP, TOKENS
from probity_reference.records import Record, Request
from probity_reference.text import Tokenizer
from vectors.scenario import VERSION
from vectors.step_cases import STEPS, Setting, flipped

PROMPTS = [("ab", 3), ("a", 2), ("Stop 29", 6), ("Hi, you", 4)]


@dataclass
class Work:
    """What a provider claims for a prompt, and evidence (kind, bytes) that bears on it, whether it shows fraud or not."""
    prompt: str
    limit: int
    record: Record
    evidence: list
    setting: object


def step_places(setting):
    """One step of each kind of segment that the run has."""
    graph, p, n = setting.graph, len(setting.trace.prompt), len(setting.trace.output)
    for _, segment, row, chunk in STEPS:
        yield segment, min(row, graph.rows(segment, p, n) - 1), chunk


def work(setting, text, limit, tokenizer, evidence, **changes):
    output = changes.get("output", setting.trace.output)
    ends = output[-1] in setting.graph.stops
    answer = tokenizer.decode(output[:-1] if ends else output).decode()
    fields = {"prompt": setting.trace.prompt, "output": output, "answer": answer, "stop": 0 if ends else 1, **changes}
    record = Record(VERSION, None, bytes(64), fields["prompt"], fields["output"], fields["answer"], fields["stop"], setting.trace.root)
    bindings = [(BINDING, u8(tag)) for tag in range(3)]
    return Work(text, limit, record, bindings + evidence, setting)


def proofs(setting, column):
    """Proofs of one run: a step of each kind, and for each row its token and a counterexample."""
    prover, rows = setting.prover(), range(len(setting.trace.output))
    made = [(STEP, prover.step(*place).encode()) for place in step_places(setting)]
    made += [(TOKENS, refutations.tokens_proof(prover, row)) for row in rows]
    return made + [(COUNTEREXAMPLE, refutations.counterexample(prover, row, column)) for row in rows]


def make_work(generator):
    """All the work, and the bundle that it was done with."""
    made, bundle = [], None
    for prompt, limit in PROMPTS:
        honest = Setting(prompt, limit, bundle=bundle)
        bundle = honest.bundle
        tokenizer, output = Tokenizer.parse(bundle.tokenizer), honest.trace.output
        evidence = proofs(honest, 0)
        made.append(work(honest, prompt, limit, tokenizer, evidence))
        made.append(work(honest, prompt, limit, tokenizer, evidence, prompt=honest.trace.prompt[:-1] + [99]))
        made.append(work(honest, prompt, limit, tokenizer, evidence, answer="no"))
        made.append(work(honest, prompt, limit, tokenizer, evidence, stop=1 - (0 if output[-1] in bundle.graph.stops else 1)))
        lie = Setting(prompt, limit, output=[*output[:-1], output[-1] ^ 3], bundle=bundle)
        made.append(work(lie, prompt, limit, tokenizer, proofs(lie, output[-1])))
        for segment, row, chunk in generator.sample(list(step_places(honest)), 5):
            index = honest.index(segment, row, chunk)
            leaf = honest.trace.leaves[segment][index]
            wrong = honest.edited((segment, index, flipped(leaf, generator.randrange(len(leaf)), 1 << generator.randrange(8))))
            made.append(work(wrong, prompt, limit, tokenizer, [*evidence[:3], (STEP, wrong.prover().step(segment, row, chunk).encode())]))
    return made, bundle


def record_for(item, model_root, provider, client, salt, sign):
    """The item's record, for a new request that `sign` signs by its digest."""
    record = copy.copy(item.record)
    record.request = Request(model_root, provider, client, salt, item.limit, item.prompt)
    record.signature = sign(record.request.digest())
    return record
