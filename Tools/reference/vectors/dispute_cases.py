"""ledger-disputes.json, ledger-delays.json: challenges, reveals, seals, prizes, misconduct, and the clock."""

from dataclasses import replace

from probity_reference import signatures, steps
from probity_reference.graph import Range
from probity_reference.hashing import sha256
from probity_reference.ledger import values as v
from probity_reference.ledger.disputes import SEGMENT, TRACE, WEIGHTS, Question, child_count, top
from probity_reference.ledger.headers import attestation_message
from probity_reference.ledger.transactions import (
    Bond, Close, FraudProof, MakeChallenge, MakeSeal, Misconduct, Promise, Reveal, Transfer, Unbond)
from probity_reference.merkle import Tree, leaf_hash, path

from .account_cases import raw
from .fraud_cases import BINDING, OUTPUT, STEP, Frauds
from .record_cases import changed
from .scenario import BOND, SMALL, public, secret

DEEP = replace(SMALL, window_blocks=7, dispute_blocks=65, reveal_blocks=2, unbonding_blocks=80, fan_out_bits=2, stretch_blocks=0)


def children(setting, question, fan_out):
    """What an honest provider reveals."""
    trees = setting.trace.trees
    tree = setting.trace.places if question.tag == TRACE else trees[question.segment]
    hashes, unit = tree.levels[0], fan_out**(question.height - 1)
    first = question.place * fan_out
    count = child_count(len(hashes), fan_out, question.height, question.place)
    return tuple(Tree.of_hashes(hashes[i * unit:(i + 1) * unit]).root for i in range(first, first + count))


class Disputes(Frauds):
    def __init__(self, name, parameters):
        super().__init__(name, {
            "alice": (10**9, 0), "dave": (10**8, 0), "erin": (10**8, 0), "poor": (6100, 0), "idle": (0, 500), "busy": (10**6, 300),
            "provider": (10**8, 20 * BOND), "second": (10**8, 4 * BOND)}, parameters=parameters)
        self.fan_out = 1 << parameters.fan_out_bits
        self.send("the test model", "alice", self.model(), self.tokenizer)
        self.close("a model")

    def opening(self, records, index):
        encodings = [record.encode() for record in records]
        return encodings[index], tuple(path(encodings, index))

    def ask(self, name, claim, question, opening=None, outcome=0, sender="dave"):
        self.send(name, sender, MakeChallenge(claim, question, opening), outcome=outcome)

    def reveal(self, name, claim, question, outcome=0, sender="provider", setting=None, **changes):
        if question.tag == WEIGHTS:
            answer = {"children": None, "weights": self.honest.prover().tensor_part(Range(question.tensor, question.leaf, 1))}
        else:
            answer = {"children": children(setting or self.honest, question, self.fan_out)}
        self.send(name, sender, Reveal(**{"claim": claim, "question": question, **answer, **changes}), outcome=outcome)

    def first(self, record=0):
        return Question(TRACE, record, height=top(len(self.honest.graph.segments), self.fan_out))


def openings(s, claim, records):
    """[TX-10], [TX-11]: the first question, and what is refused before it and after it."""
    ask, first, opening = s.ask, s.first(), s.opening(records, 0)
    ask("no such claim", bytes(32), first, opening, 701)
    ask("no opening", claim, first, None, 705)
    ask("an opening with a question about weights", claim, Question(WEIGHTS), opening, 705)
    ask("no such record", claim, Question(TRACE, 2, height=3), opening, 705)
    ask("another record", claim, s.first(1), opening, 705)
    ask("a path too short", claim, first, (opening[0], ()), 705)
    ask("a node of height 0", claim, Question(TRACE, height=0), opening, 706)
    ask("a node above the top", claim, Question(TRACE, height=4), opening, 706)
    ask("a node of height 255", claim, Question(TRACE, height=255, place=2**64 - 1), opening, 706)
    ask("a node beside the top", claim, Question(TRACE, height=3, place=1), opening, 706)
    ask("an opening with a question that is not first", claim, Question(TRACE, height=2), opening, 706)
    ask("an opening with a question about a segment", claim, Question(SEGMENT, segment=2, height=2), opening, 706)
    s.close("questions that are refused")
    for name, tensor, leaf in [("no such tensor", 21, 0), ("no such leaf", 0, 16), ("no such leaf of a vector", 2, 1)]:
        ask(name, claim, Question(WEIGHTS, tensor=tensor, leaf=leaf), None, 706)
    ask("a balance below the bond", claim, first, opening, 708, "poor")
    s.reveal("before the question", claim, first, 711)
    s.send("closed before the question", "dave", Close(claim, first), outcome=721)
    ask("the first question", claim, first, opening)
    ask("the same question", claim, first, opening, 703, "erin")
    ask("the same question, without the opening", claim, first, None, 703)
    ask("an opening once more", claim, Question(TRACE, height=2), opening, 705)
    ask("below what is not answered", claim, Question(TRACE, height=2), None, 707)
    s.send("closed while the claim is pending", "dave", Close(claim, first), outcome=722)
    right = children(s.honest, first, s.fan_out)
    s.reveal("weights for children", claim, first, 714, children=None, weights=s.honest.prover().tensor_part(Range(0, 0, 1)))
    s.reveal("a child too few", claim, first, 714, children=right[:-1])
    s.reveal("a child too many", claim, first, 714, children=(*right, bytes(32)))
    s.reveal("no children", claim, first, 714, children=())
    s.reveal("children in another order", claim, first, 714, children=right[::-1])
    s.reveal("children of another trace", claim, first, 714, setting=s.wrong_leaf)
    s.reveal("by anyone", claim, first, sender="erin")
    s.reveal("revealed already", claim, first, 713)


def descent(s, claim):
    """From the top of the trace tree to the leaves of a segment, and a leaf of the weights."""
    path_down = [Question(TRACE, height=2), Question(TRACE, height=1), Question(SEGMENT, segment=2, height=2),
                 Question(SEGMENT, segment=2, height=1, place=3)]
    s.ask("a segment whose parent is not asked about", claim, path_down[2], None, 707)
    s.ask("no such segment", claim, Question(SEGMENT, segment=17, height=1), None, 706)
    s.ask("no such node of the trace tree", claim, Question(TRACE, height=2, place=2), None, 706)
    s.ask("a leaf, not a node", claim, Question(TRACE, height=0, place=0), None, 706)
    for question in path_down:
        s.ask(f"node ({question.height}, {question.place})", claim, question)
        s.reveal("children of another segment", claim, question, 714, children=(bytes(32),) * len(children(s.honest, question, s.fan_out)))
        s.reveal("its children", claim, question)
    s.ask("the last node of the trace tree", claim, Question(TRACE, height=2, place=1))
    s.reveal("its child", claim, Question(TRACE, height=2, place=1))
    s.ask("the last segment's parent", claim, Question(TRACE, height=1, place=4))
    s.reveal("its only child", claim, Question(TRACE, height=1, place=4))
    s.ask("the last segment", claim, Question(SEGMENT, segment=16, height=1))
    s.reveal("a leaf flipped", claim, Question(SEGMENT, segment=16, height=1), 714, children=(bytes(32),) * 3)
    s.reveal("its leaves", claim, Question(SEGMENT, segment=16, height=1))
    s.ask("below the leaves", claim, Question(SEGMENT, segment=16, height=0), None, 706)
    weights = Question(WEIGHTS, tensor=3, leaf=7)
    s.ask("a block of weights", claim, weights, sender="erin")
    part = s.honest.prover().tensor_part(Range(3, 7, 1))
    s.reveal("children for weights", claim, weights, 714, children=(bytes(32),), weights=None)
    s.reveal("another leaf", claim, weights, 714, weights=s.honest.prover().tensor_part(Range(3, 6, 1)))
    s.reveal("two leaves", claim, weights, 714, weights=s.honest.prover().tensor_part(Range(3, 6, 2)))
    s.reveal("a wrong size", claim, weights, 714, weights=steps.Part(part.root, part.place, part.leaves[:-1], part.range))
    s.reveal("the leaf", claim, weights)


def make_disputes():
    """Four children a node."""
    s = Disputes("disputes", DEEP)
    honest = [s.record(s.honest), s.record(s.honest)]
    first = s.claim("two honest records", "provider", honest)
    false = [s.record(s.wrong_leaf)]
    slashed = s.claim("a false record", "provider", false)
    silent = s.claim("a record whose trace is withheld", "provider", withheld := [s.record(s.honest)])
    forgotten = s.claim("another", "second", other := [s.record(s.honest, "second")])
    s.close("claims, window 9")
    openings(s, first, honest)
    s.close("openings")
    descent(s, first)
    s.close("a descent in one block")
    s.ask("of a claim that will be slashed", slashed, s.first(), s.opening(false, 0))
    s.ask("its weights", slashed, Question(WEIGHTS, tensor=2), sender="erin")
    s.reveal("its weights", slashed, Question(WEIGHTS, tensor=2))
    s.prove("a fraud proof", "dave", slashed, false, 0, STEP, s.wrong_leaf.prover().step(0, 1, 0).encode())
    s.ask("slashed", slashed, Question(WEIGHTS, tensor=3), None, 702)
    s.ask("slashed, the same question", slashed, s.first(), s.opening(false, 0), 702)
    s.reveal("slashed", slashed, s.first(), 712, setting=s.wrong_leaf)
    s.send("closed: the bond goes back", "alice", Close(slashed, s.first()))
    s.send("closed already", "alice", Close(slashed, s.first()), outcome=721)
    s.send("an answered one closed", "alice", Close(slashed, Question(WEIGHTS, tensor=2)))
    s.ask("withheld", silent, s.first(), s.opening(withheld, 0), sender="erin")
    s.close("height 6: a claim is slashed, another challenged until 8")
    s.close("height 7")
    s.close("height 8: the last for an answer")
    s.reveal("too late", silent, s.first(), 712)
    s.ask("in the last block of the window", forgotten, Question(WEIGHTS, tensor=1, leaf=63))
    s.reveal("at once", forgotten, Question(WEIGHTS, tensor=1, leaf=63), sender="second")
    s.close("height 9: the silent provider is slashed")
    s.ask("the window is over", first, Question(WEIGHTS, tensor=0), None, 704)
    s.ask("the window is over for openings", first, s.first(1), s.opening(honest, 1), 704)
    s.ask("but not for the descent", first, Question(SEGMENT, segment=2, height=1, place=0))
    s.reveal("at once", first, Question(SEGMENT, segment=2, height=1, place=0))
    s.close("height 10: the prize of height 6 was paid")
    s.send("pending still", "alice", Close(first, s.first()), outcome=722)
    s.send("closed: the bond goes back", "erin", Close(silent, s.first()))
    for _ in range(5):
        s.close("no transaction")
    assert s.state.get(v.CLAIM, forgotten).status.tag == v.FINALIZED
    s.send("closed: half to the revealer", "alice", Close(forgotten, Question(WEIGHTS, tensor=1, leaf=63)))
    assert s.state.get(v.CLAIM, first).status.tag == v.FINALIZED
    s.ask("final", first, Question(WEIGHTS, tensor=0), None, 702)
    s.send("closed, with the opened record", "alice", Close(first, s.first()))
    s.send("its descent", "alice", Close(first, Question(TRACE, height=2)))
    s.close("challenges of final claims are closed")
    return s.file()


# Seals, prizes, delays, misconduct.

def promise(s, provider, request, record=bytes(32), latest=2**64 - 1, **changes):
    made = Promise(s.genesis.root(), public(provider), request, record, latest)
    made = replace(made, **changes)
    return made, signatures.sign(secret(provider), made.message())


def seals(s, claim, records):
    evidence = s.wrong_leaf.prover().step(0, 1, 0).encode()
    salt, late = sha256(b"salt"), sha256(b"another salt")
    encodings = [record.encode() for record in records]

    def proof(salt):
        return FraudProof(claim, 0, encodings[0], tuple(path(encodings, 0)), STEP, evidence, salt)

    s.send("a seal", "erin", MakeSeal(proof(salt).seal(public("erin"))))
    s.send("the same seal", "erin", MakeSeal(proof(salt).seal(public("erin"))), outcome=601)
    s.send("the same seal by another", "dave", MakeSeal(proof(salt).seal(public("erin"))))
    s.send("in the same block", "erin", proof(salt), outcome=509)
    s.send("no such claim, no such seal", "erin", replace(proof(salt), claim=bytes(32)), outcome=501)
    s.send("another seal", "alice", MakeSeal(proof(late).seal(public("alice"))))
    s.close("seals")
    s.send("a proof without a seal", "dave", proof(None))
    s.send("another one later", "alice", proof(None), outcome=503)
    s.send("no such seal", "dave", proof(salt), outcome=509)
    s.send("another salt", "erin", proof(late), outcome=509)
    s.send("evidence that the seal is not of", "erin", replace(proof(salt), evidence=evidence + b"\0"), outcome=509)
    s.send("a later seal takes over", "alice", proof(late))
    s.send("an earlier seal takes over", "erin", proof(salt))
    s.send("the earlier seal once more", "erin", proof(salt), outcome=503)
    s.send("the later seal once more", "alice", proof(late), outcome=503)
    s.close("the prize changes hands")
    s.send("a seal is still there", "erin", MakeSeal(proof(salt).seal(public("erin"))), outcome=601)
    s.close("the last block of the seals")
    s.send("the seal is gone", "erin", proof(salt), outcome=509)
    s.send("so it can be made again", "erin", MakeSeal(proof(salt).seal(public("erin"))))
    s.close("the seals are removed, the prize stands")
    s.send("slashed, and the prize is paid", "erin", proof(salt), outcome=503)
    s.close("the prize is paid")


def misconducts(s, claim, records):
    request = records[0].request.digest()
    here, leaf = s.height, leaf_hash(records[0].encode())
    one, other = promise(s, "busy", sha256(b"r"), b"\1" * 32), promise(s, "busy", sha256(b"r"), b"\2" * 32)
    tell = lambda name, outcome, kind, *words, sender="dave", **fields: s.send(name, sender, Misconduct(kind, words, **fields), outcome=outcome)
    s.offer("evidence with no rule", raw(s, "dave", bytes([10, 4]) + bytes(300)), inadmissible=1)
    tell("another chain", 801, 0, one, promise(s, "busy", sha256(b"r"), b"\2" * 32, chain=bytes(32)))
    tell("a wrong signature", 801, 0, (one[0], other[1]), other)
    tell("a second wrong signature", 801, 0, one, (other[0], one[1]))
    tell("one promise twice", 802, 0, one, one)
    tell("promises for two requests", 802, 0, one, promise(s, "busy", sha256(b"q"), b"\2" * 32))
    tell("promises that differ in the last height", 802, 0, one, promise(s, "busy", sha256(b"r"), b"\1" * 32, 5))
    tell("promises of two providers", 801, 0, one, promise(s, "idle", sha256(b"r"), b"\2" * 32))
    s.send("some of it on its way", "busy", Unbond(100))
    s.send("and more", "busy", Unbond(150))
    s.send("bonded anew", "busy", Bond(500))
    tell("two promises: the stake, then the last unbonding", 0, 0, one, other)
    tell("once more", 803, 0, other, one, sender="erin")
    tell("once more by another kind, too early", 802, 2, promise(s, "busy", sha256(b"r"), latest=here))
    tell("once more by another kind", 803, 2, promise(s, "busy", sha256(b"r"), latest=here - 1))
    encodings = [record.encode() for record in records]
    own = {"claim": claim, "record_index": 0, "record": encodings[0], "inclusion": tuple(path(encodings, 0))}
    tell("the claim keeps the promise", 802, 1, promise(s, "provider", request, leaf), **own)
    tell("another request", 802, 1, promise(s, "provider", sha256(b"r")), **own)
    tell("another provider", 802, 1, promise(s, "busy", request), **own)
    tell("no such claim", 802, 1, promise(s, "provider", request), **{**own, "claim": bytes(32)})
    tell("no such record", 802, 1, promise(s, "provider", request), **{**own, "record_index": 9})
    tell("a path too short", 802, 1, promise(s, "provider", request), **{**own, "inclusion": ()})
    tell("a promise of another record", 0, 1, promise(s, "provider", request), **own)
    posted = s.ledger.state.get(v.CLAIM, claim).posted
    second = records[1].request.digest()
    tell("kept in the last block for it", 802, 2, promise(s, "provider", second, latest=posted))
    tell("kept too late", 0, 2, promise(s, "provider", second, latest=posted - 1))
    tell("claimed by another", 0, 2, promise(s, "second", second, latest=here - 1))
    tell("nothing but stake: the entry is lost", 0, 2, promise(s, "idle", sha256(b"r"), latest=here - 1))
    tell("one that never had anything", 0, 2, promise(s, "nobody", sha256(b"r"), latest=here - 1))
    headers(s, tell)


def headers(s, tell):
    header = s.ledger.header
    sign = lambda header, name="validator 1": (header, signatures.sign(secret(name), attestation_message(header.hash())))
    twin = replace(header, time=header.time + 1)
    own = {"validator": public("validator 1")}
    tell("one header twice", 802, 3, sign(header), sign(header), **own)
    tell("headers of two heights", 802, 3, sign(header), sign(s.ledger.headers[1]), **own)
    tell("a header of another chain", 801, 3, sign(header), sign(replace(twin, chain=bytes(32))), **own)
    tell("a header signed by another", 801, 3, sign(header), sign(twin, "alice"), **own)
    tell("no validator", 802, 3, sign(header, "alice"), sign(twin, "alice"), validator=public("alice"))
    tell("two headers of one height", 0, 3, sign(header), sign(twin), **own)
    tell("a third", 803, 3, sign(header), sign(replace(twin, time=0)), **own)


def fill(s):
    """Makes the block full: little is left for texts."""
    s.send("a large record", "alice", FraudProof(bytes(32), 0, bytes(2**18), (), BINDING, b"\1"), outcome=501)
    s.send("another large record", "alice", FraudProof(bytes(32), 0, bytes(2**18 + 1), (), BINDING, b"\1"), outcome=501)


def make_delays():
    """Two hundred and fifty-six children a node."""
    s = Disputes("delays", SMALL)
    honest = [s.record(s.honest), s.record(s.honest)]
    claim = s.claim("honest records", "provider", honest)
    false = s.claim("a false record", "provider", records := [s.record(s.wrong_leaf)])
    s.close("height 2: claims, window 5")
    seals(s, false, records)
    second = s.claim("more honest records", "provider", again := [s.record(s.honest), s.record(s.honest)])
    s.close("height 8: a claim, window 11")
    misconducts(s, second, again)
    s.ask("the first question", second, s.first(), s.opening(again, 0))
    s.reveal("at once", second, s.first())
    s.close("height 9: misconduct, and a challenge that puts nothing off")
    window = s.ledger.state.get(v.CLAIM, second).window
    for segment in range(0, 5):
        while s.height < window - 1 + 3 * segment:
            s.close("no transaction")
        question = Question(SEGMENT, segment=segment, height=1)
        last = s.height + 4 > window + SMALL.dispute_blocks
        s.ask(f"segment {segment}", second, question, None, 704 if last else 0)
        if not last:
            s.reveal("at once", second, question)
        s.close(f"height {s.height}")
    while s.state.get(v.CLAIM, second).status.tag == v.PENDING:
        s.ask("the end of the dispute", second, Question(SEGMENT, segment=9, height=1), None,
              704 if s.height + 4 > window + SMALL.dispute_blocks else 708, "poor")
        s.close("no delay is left")
    third = s.claim("honest records once more", "second", [s.record(s.honest, "second")])
    fill(s)
    s.close("full: the clock stands")
    fill(s)
    s.send("in the last block of the window by the clock", "alice", Transfer(public("dave"), 1))
    s.close("full: the clock stands")
    fill(s)
    s.close("full, but the clock has stood long enough")
    for _ in range(2):
        s.close("not full")
    fill(s)
    s.close("full: the clock stands again")
    while s.state.get(v.CLAIM, third).status.tag == v.PENDING:
        s.close("until the claim is final")
    return s.file()
