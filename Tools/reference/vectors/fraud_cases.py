"""ledger-frauds.json: fraud proofs of every kind, accepted and refused."""

from probity_reference import refutations
from probity_reference.encoding import listing, u32, u8
from probity_reference.ledger.transactions import FraudProof
from probity_reference.ledger.values import CLAIM
from probity_reference.merkle import path
from probity_reference.records import Record, Request

from .claim_cases import Claims
from .record_cases import changed
from .scenario import BOND, public
from .step_cases import Setting, flipped

STEP, BINDING, TOKENS, COUNTEREXAMPLE = range(4)
INPUT, OUTPUT, STOP = range(3)


class Frauds(Claims):
    """A scenario with runs of the test model, honest and not, and what proves the latter."""

    def __init__(self, name, accounts, prompt="ab", limit=3, **options):
        super().__init__(name, accounts, **options)
        self.honest = Setting(prompt, limit)
        output = self.honest.trace.output
        self.prompt, self.limit = prompt, limit
        self.wrong_token = Setting(prompt, limit, output=[output[0], output[1] ^ 3, output[2]])
        leaf = self.honest.trace.leaves[0][1]
        self.wrong_leaf = self.honest.edited((0, 1, flipped(leaf, 5, 1)))

    def record(self, setting, provider="provider", **changes):
        """A record of a setting's run, for a fresh request to a provider."""
        output = changes.get("output", setting.trace.output)
        ends = output[-1] in self.bundle.graph.stops
        answer = self.maker.tokenizer.decode(output[:-1] if ends else output).decode()
        base = Record(self.maker.version, None, b"", setting.trace.prompt, output, answer, 0 if ends else 1, setting.trace.root)
        request = Request(self.maker.model_root, public(provider), public("client"), bytes(32), self.limit, self.prompt)
        return changed(self.resalted(changed(base, request=request)), **changes)

    def prove(self, name, sender, of, records, index, kind, evidence, outcome=0, **changes):
        encodings = [record.encode() for record in records]
        fields = {"claim": of, "record_index": index, "record": encodings[index], "inclusion": tuple(path(encodings, index)), "kind": kind,
                  "evidence": evidence, **changes}
        self.send(name, sender, FraudProof(**fields), outcome=outcome)


def against_honest(s, claim, records):
    """Refusals, in the order of the table."""
    step = s.honest.prover().step(0, 1, 0).encode()
    prove = lambda name, kind, evidence, outcome, index=1, **changes: s.prove(
        name, "dave", claim, records, index, kind, evidence, outcome, **changes)
    prove("no such claim", STEP, step, 501, claim=bytes(32))
    prove("no such claim, no such record", STEP, b"", 501, claim=bytes(32), record_index=7)
    prove("no such record", STEP, step, 504, record_index=3)
    prove("no such record, and no inclusion", STEP, step, 504, record_index=2**32 - 1, inclusion=())
    prove("another record's place", STEP, step, 505, record_index=0)
    prove("another record", STEP, step, 505, record=records[0].encode())
    prove("no record", STEP, step, 505, record=b"")
    prove("a hash too few", STEP, step, 505, inclusion=())
    encodings = [record.encode() for record in records]
    prove("a hash too many", STEP, step, 505, inclusion=(*path(encodings, 1), bytes(32)))
    prove("inclusion and evidence both wrong", STEP, b"", 505, inclusion=())
    tokens, column = refutations.tokens_proof(s.honest.prover(), 1), refutations.counterexample(s.honest.prover(), 1, 0)
    for name, kind, evidence in [("step", STEP, step), ("tokens", TOKENS, tokens), ("counterexample", COUNTEREXAMPLE, column)]:
        prove(f"{name}: a byte short", kind, evidence[:-1], 506)
        prove(f"{name}: a byte left over", kind, evidence + b"\0", 506)
        prove(f"{name}: nothing", kind, b"", 506)
    for name, evidence in [("nothing", b""), ("two bytes", b"\0\0"), ("a binding with no rule", b"\3")]:
        prove(f"binding: {name}", BINDING, evidence, 506)
    prove("evidence of another kind", TOKENS, step, 506)
    prove("step: another leaf", STEP, s.wrong_leaf.prover().step(0, 1, 0).encode(), 507)
    prove("step: no such segment", STEP, u32(17) + step[4:], 507)
    prove("step: no such row", STEP, step[:4] + u32(4) + step[8:], 507)
    prove("tokens: no such row", TOKENS, u32(3) + tokens[4:], 507)
    prove("tokens: another row's leaf", TOKENS, u32(2) + tokens[4:], 507)
    prove("counterexample: no such row", COUNTEREXAMPLE, u32(3) + column[4:], 507)
    prove("counterexample: no such column", COUNTEREXAMPLE, column[:4] + u32(256) + column[8:], 507)
    prove("counterexample: no tensor leaf", COUNTEREXAMPLE, counterexample_with(column, 0), 507)
    prove("counterexample: a tensor leaf too many", COUNTEREXAMPLE, counterexample_with(column, 4), 507)
    prove("counterexample: five tensor leaves", COUNTEREXAMPLE, counterexample_with(column, 5), 506)
    prove("step: an honest step", STEP, step, 508)
    prove("step: an honest argmax", STEP, s.honest.prover().step(16, 2, 0).encode(), 508)
    prove("step: an honest attention", STEP, s.honest.prover().step(4, 3, 0).encode(), 508)
    prove("tokens: the token of the trace", TOKENS, tokens, 508)
    prove("counterexample: a smaller value", COUNTEREXAMPLE, column, 508)
    for tag in (INPUT, OUTPUT, STOP):
        prove(f"binding {tag} holds", BINDING, u8(tag), 508)


def counterexample_with(evidence, count):
    """The counterexample with another number of tensor leaves, its own ones from the first on, over and over."""
    row, column, part, parts = refutations.decode_counterexample(evidence)
    return u32(row) + u32(column) + part.encode() + listing([parts[i % len(parts)].encode() for i in range(count)])


def broken_bindings(s):
    """Name, record, the binding that fails."""
    output = s.honest.trace.output
    yield "another prompt token", s.record(s.honest, "second", prompt=s.honest.trace.prompt[:-1] + [99]), INPUT
    yield "another answer", s.record(s.honest, "second", answer="no"), OUTPUT
    yield "ended early", s.record(s.honest, "second", output=output[:-1]), STOP


def make():
    s = Frauds("frauds", {
        "alice": (10**6, 0), "dave": (10**8, 0), "erin": (10**8, 0), "provider": (10**8, 20 * BOND), "second": (10**8, 4 * BOND)})
    s.send("the test model", "alice", s.model(), s.tokenizer)
    s.close("a model")
    honest = [s.record(s.honest), s.record(s.honest), s.record(s.honest)]
    first = s.claim("three honest records", "provider", honest)
    leaf = [s.record(s.honest), s.record(s.wrong_leaf)]
    leaves = s.claim("the second record has a wrong leaf", "provider", leaf)
    token = [s.record(s.wrong_token)]
    by_tokens = s.claim("a wrong token, 1", "provider", token)
    column = [s.record(s.wrong_token)]
    by_column = s.claim("a wrong token, 2", "provider", column)
    broken = [(name, [record], tag, s.claim(name, "second", [record])) for name, record, tag in broken_bindings(s)]
    s.close("claims, deadline 5")
    against_honest(s, first, honest)
    s.close("fraud proofs that are refused")

    step = s.wrong_leaf.prover().step(0, 1, 0).encode()
    s.prove("the honest record of a false claim", "dave", leaves, leaf, 0, STEP, s.honest.prover().step(0, 1, 0).encode(), 508)
    s.prove("a wrong leaf", "dave", leaves, leaf, 1, STEP, step)
    s.prove("once more, by another", "erin", leaves, leaf, 1, STEP, step, 503)
    s.prove("slashed, and no such record", "erin", leaves, leaf, 1, STEP, step, 503, record_index=5)
    for name, records, tag, claim in broken:
        for other in {INPUT, OUTPUT, STOP} - {tag}:
            s.prove(f"{name}: binding {other} holds", "erin", claim, records, 0, BINDING, u8(other), 508)
        s.prove(f"{name}: binding {tag}", "erin", claim, records, 0, BINDING, u8(tag))
    s.prove("a token that is not the trace's", "provider", by_tokens, token, 0, TOKENS, refutations.tokens_proof(s.wrong_token.prover(), 1))
    s.close("fraud proofs that are accepted, one by the provider itself")
    s.prove("a larger value, in the block of the deadline", "erin", by_column, column, 0, COUNTEREXAMPLE,
            refutations.counterexample(s.wrong_token.prover(), 1, s.honest.trace.output[1]))
    late = s.claim("another wrong leaf", "second", leaf_again := [s.record(s.wrong_leaf, "second")])
    s.close("height 5: the deadline")
    s.prove("the honest claim is final", "dave", first, honest, 0, STEP, b"", 502, record_index=9)
    s.close("height 6: what was slashed is not finalized")
    for _ in range(2):
        s.close("no transaction")
    s.prove("a block too late", "dave", late, leaf_again, 0, STEP, step, 502)
    s.close("height 9: final, though false")
    assert s.ledger.state.get(CLAIM, late).status.tag == 1
    return s.file()
