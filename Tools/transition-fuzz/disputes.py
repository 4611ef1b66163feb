"""The disputes of a stream: seals, challenges, reveals, closes and misconduct, honest and not."""

from dataclasses import replace

from probity_reference.encoding import u32
from probity_reference.graph import Range
from probity_reference.ledger import values as v
from probity_reference.ledger.disputes import SEGMENT, TRACE, WEIGHTS, Question, is_node, top
from probity_reference.ledger.headers import attestation_message
from probity_reference.ledger.transactions import Close, MakeChallenge, MakeSeal, Misconduct, Promise, Reveal
from probity_reference.merkle import leaf_hash, path
from vectors.dispute_cases import children


class Disputes:
    def __init__(self, stream):
        self.stream, self.random = stream, stream.random
        self.asked, self.planned, self.ready, self.headers, self.told = [], [], [], [], []
        self.kinds = [(4, self.challenge), (6, self.reveal), (2, self.close), (1, self.seal), (2, self.misconduct)]

    @property
    def fan_out(self):
        return 1 << self.stream.chain.parameters.fan_out_bits

    def start(self):
        self.ready = [*self.ready, *self.planned][-40:]
        self.planned = []
        self.asked = [entry for entry in self.asked if self.entry(*entry) is not None]

    def entry(self, posted, question):
        return self.stream.state.get(v.CHALLENGE, posted.name + question.encode())

    def included(self, payload):
        if isinstance(payload, MakeChallenge):
            posted = next((claim for claim in self.stream.claims if claim.name == payload.claim), None)
            if posted is not None and (posted, payload.question) not in self.asked and self.entry(posted, payload.question) is not None:
                self.asked.append((posted, payload.question))

    # Seals: some fraud proofs are kept back, sealed first, and sent a block later or never.

    def sealed(self, sender, proof):
        choice = self.random.random()
        if choice < 0.1:
            proof = replace(proof, salt=self.random.randbytes(32))
            self.planned.append((sender, proof))
            return sender, MakeSeal(proof.seal(self.stream.key(sender))), None
        if choice < 0.25 and self.ready:
            sender, proof = self.random.choice(self.ready)
            return sender, proof, None
        return sender, replace(proof, salt=self.random.randbytes(32)) if choice > 0.99 else proof, None

    def seal(self):
        if self.ready and self.random.random() < 0.3:
            sender, proof = self.random.choice(self.ready)
            return sender, MakeSeal(proof.seal(self.stream.key(sender))), None
        return self.stream.anyone(), MakeSeal(self.random.randbytes(32)), None

    # Questions.

    def challenge(self):
        if not self.stream.claims:
            return None
        posted = self.random.choice(self.stream.claims)
        record = self.random.randrange(len(posted.encodings))
        opening, question = None, self.question(posted, record)
        if question.tag != WEIGHTS and (
                self.stream.state.get(v.OPENED, posted.name + u32(record)) is None) != (self.random.random() < 0.02):
            opening = posted.encodings[record], tuple(path(posted.encodings, record))
            if self.random.random() < 0.05:
                opening = self.random.choice([(opening[0], ()), (opening[0][:-1], opening[1]), (opening[0], (*opening[1], bytes(32)))])
        return self.stream.anyone(), MakeChallenge(posted.name, question, opening), None

    def question(self, posted, record):
        graph = posted.items[record].setting.graph
        choice = self.random.random()
        if choice < 0.1:
            return Question(WEIGHTS, tensor=self.random.randrange(len(graph.tensors) + 1), leaf=self.random.randrange(17))
        if choice < 0.2:
            tag = self.random.randrange(2)
            return Question(tag, record + self.random.randrange(2), self.random.randrange(18) if tag else 0, self.random.randrange(5),
                            self.random.choice([0, 0, 1, 2**64 - 1]))
        below = [q for known, q in self.asked if known is posted and q.tag != WEIGHTS and q.record == record]
        first = Question(TRACE, record, height=top(len(graph.segments), self.fan_out))
        return self.child(posted, record, graph, self.random.choice(below)) if below and choice < 0.9 else first

    def child(self, posted, record, graph, question):
        """A question below another, or the same again at the leaves."""
        place = question.place * self.fan_out + self.random.randrange(self.fan_out)
        if question.height > 1:
            return replace(question, height=question.height - 1, place=place)
        if question.tag == SEGMENT:
            return question
        segment = min(place, len(graph.segments) - 1)
        made = posted.items[record].record
        size = graph.leaf_count(segment, len(made.prompt), len(made.output))
        return Question(SEGMENT, record, segment, top(size, self.fan_out))

    def reveal(self):
        unanswered = [entry for entry in self.asked if self.entry(*entry) is not None and self.entry(*entry).revealer is None]
        if not self.asked:
            return None
        posted, question = self.random.choice(unanswered if unanswered and self.random.random() < 0.9 else self.asked)
        item, choice = posted.items[min(question.record, len(posted.items) - 1)], self.random.random()
        if question.tag == WEIGHTS:
            part = item.setting.prover().tensor_part(Range(question.tensor, question.leaf, 1))
            answer = {"children": None, "weights": replace(part, leaves=part.leaves[:-1] + b"\x7f") if choice < 0.1 else part}
        else:
            made = item.record
            size = question.size(item.setting.graph, v.Opened(bytes(32), len(made.prompt), len(made.output)))
            if not is_node(size, self.fan_out, question.height, question.place):
                return None
            shown = children(item.setting, question, self.fan_out)
            answer = {"children": self.random.choice([shown[:-1], shown[::-1], (*shown, bytes(32)), (bytes(32),) * len(shown)])
                      if choice < 0.1 else shown}
        if choice > 0.99:
            question = replace(question, record=question.record + 1)
        return self.stream.anyone(), Reveal(posted.name, question, **answer), None

    def close(self):
        if not self.asked:
            return None
        posted, question = self.random.choice(self.asked)
        settled = [entry for entry in self.asked if self.stream.state.get(v.CLAIM, entry[0].name).status.tag != v.PENDING]
        if settled and self.random.random() < 0.9:
            posted, question = self.random.choice(settled)
        return self.stream.anyone(), Close(posted.name, question), None

    # Misconduct.

    def misconduct(self):
        told = self.random.choice(self.told) if self.told and self.random.random() < 0.2 else self.evidence()
        if told is None:
            return None
        self.told = [*self.told, told][-30:]
        return self.stream.anyone(), told, None

    def evidence(self):
        kind, offender = self.random.randrange(4), self.stream.anyone()
        if kind == 3:
            return self.two_headers()
        if kind == 0:
            request = self.random.randbytes(32)
            words = [self.promise(offender, request, bytes([self.random.randrange(4)]) * 32) for _ in range(2)]
            return Misconduct(0, tuple(words))
        if not self.stream.claims:
            return None
        posted = self.random.choice(self.stream.claims)
        index = self.random.randrange(len(posted.encodings))
        found, encoding = self.stream.state.get(v.CLAIM, posted.name), posted.encodings[index]
        secret = self.stream.secrets.get(found.provider, offender) if self.random.random() < 0.9 else offender
        request = posted.request(index) if self.random.random() < 0.9 else self.random.randbytes(32)
        leaf = leaf_hash(encoding) if self.random.random() < 0.5 else bytes(32)
        word = self.promise(secret, request, leaf, found.posted + self.random.randrange(-1, 3))
        if kind == 2:
            return Misconduct(2, (word,))
        return Misconduct(1, (word,), posted.name, index, encoding, tuple(path(posted.encodings, index)))

    def promise(self, secret, request, record, latest=2**64 - 1):
        chain = self.stream.chain.root if self.random.random() < 0.97 else bytes(32)
        made = Promise(chain, self.stream.key(secret), request, record, latest)
        return made, self.sign(secret, made.message())

    def sign(self, secret, message):
        signature = self.stream.library.sign(secret, message)
        return signature if self.random.random() < 0.97 else signature[:-1] + bytes([signature[-1] ^ 1])

    def two_headers(self):
        if not self.headers:
            return None
        secret, header = self.random.choice(self.stream.validators), self.random.choice(self.headers[-50:])
        if self.random.random() < 0.05:
            secret = self.stream.anyone()
        other = self.random.choice([header, self.headers[-1]]) if self.random.random() < 0.1 else replace(header, time=header.time + 1)
        words = tuple((one, self.sign(secret, attestation_message(one.hash()))) for one in (header, other))
        return Misconduct(3, words, validator=self.stream.key(secret))
