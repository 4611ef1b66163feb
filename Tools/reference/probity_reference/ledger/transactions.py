"""[LED-5] to [LED-7] Transactions: their encoding, identifiers, blobs and fees."""

from dataclasses import dataclass

from ..encoding import Refused, counted, listing, option, text, u8, u32, u64
from ..hashing import sha256, tagged
from ..steps import Part
from .disputes import Question
from .headers import Header
from .values import Value, key_reader, short_text

MOST_BYTES = 2**21


class Payload(Value):
    blob = None
    blob_limit = 0
    evidence = b""


@dataclass(frozen=True)
class Transfer(Payload):
    to: bytes
    amount: int
    tag = 0

    def encode(self):
        return self.to + u64(self.amount)

    @classmethod
    def read(cls, r):
        return cls(key_reader(r), r.u64())


@dataclass(frozen=True)
class Bond(Payload):
    amount: int
    tag = 1

    def encode(self):
        return u64(self.amount)

    @classmethod
    def read(cls, r):
        return cls(r.u64())


class Unbond(Bond):
    tag = 2


@dataclass(frozen=True)
class RegisterModel(Payload):
    name: str
    graph: bytes
    tensors_root: bytes
    tokenizer: bytes
    tag, blob_limit = 3, 2**25

    @property
    def blob(self):
        return self.tokenizer

    def encode(self):
        return text(self.name) + counted(self.graph) + self.tensors_root + self.tokenizer

    @classmethod
    def read(cls, r):
        return cls(short_text(r, 256), r.counted(2**20), r.digest(), r.digest())


@dataclass(frozen=True)
class PostClaim(Payload):
    model_root: bytes
    batch_root: bytes
    record_count: int
    records: bytes
    tag, blob_limit = 4, 2**22

    @property
    def blob(self):
        return self.records

    def encode(self):
        return self.model_root + self.batch_root + u32(self.record_count) + self.records

    @classmethod
    def read(cls, r):
        payload = cls(r.digest(), r.digest(), r.u32(), r.digest())
        if not 1 <= payload.record_count <= 256:
            raise Refused("a record count out of range")
        return payload


@dataclass(frozen=True)
class FraudProof(Payload):
    claim: bytes
    record_index: int
    record: bytes
    inclusion: tuple
    kind: int
    evidence: bytes
    salt: object = None
    tag = 5

    def sealed_part(self):
        return (self.claim + u32(self.record_index) + counted(self.record) + listing(list(self.inclusion)) + u8(self.kind)
                + counted(self.evidence))

    def encode(self):
        return self.sealed_part() + option(self.salt)

    def seal(self, sender):
        """[TX-7] The seal under which the sender may have promised this proof."""
        return tagged("probity/seal", sender + self.salt + sha256(self.sealed_part()))

    @classmethod
    def read(cls, r):
        claim, index, record, inclusion = r.digest(), r.u32(), r.counted(2**19), tuple(r.listing(40, r.digest))
        kind = r.u8()
        if kind > 3:
            raise Refused("an evidence tag with no rule")
        return cls(claim, index, record, inclusion, kind, r.counted(3 * 2**19), r.option(r.digest))


@dataclass(frozen=True)
class MakeSeal(Payload):
    seal: bytes
    tag = 6

    def encode(self):
        return self.seal

    @classmethod
    def read(cls, r):
        return cls(r.digest())


@dataclass(frozen=True)
class MakeChallenge(Payload):
    claim: bytes
    question: Question
    opening: object = None  # or (record, inclusion)
    tag = 7

    def encode(self):
        opening = None if self.opening is None else counted(self.opening[0]) + listing(list(self.opening[1]))
        return self.claim + self.question.encode() + option(opening)

    @classmethod
    def read(cls, r):
        return cls(r.digest(), Question.read(r), r.option(lambda: (r.counted(2**19), tuple(r.listing(40, r.digest)))))


@dataclass(frozen=True)
class Reveal(Payload):
    claim: bytes
    question: Question
    children: object  # a tuple of digests, or None for weights
    weights: object = None
    tag = 8

    def encode(self):
        answer = u8(1) + self.weights.encode() if self.children is None else u8(0) + listing(list(self.children))
        return self.claim + self.question.encode() + answer

    @classmethod
    def read(cls, r):
        claim, question, kind = r.digest(), Question.read(r), r.u8()
        if kind > 1:
            raise Refused("an answer with no rule")
        return cls(claim, question, None, Part.decode(r)) if kind else cls(claim, question, tuple(r.listing(256, r.digest)))


@dataclass(frozen=True)
class Close(Payload):
    claim: bytes
    question: Question
    tag = 9

    def encode(self):
        return self.claim + self.question.encode()

    @classmethod
    def read(cls, r):
        return cls(r.digest(), Question.read(r))


@dataclass(frozen=True)
class Promise(Value):
    """[PROM-1]"""
    chain: bytes
    provider: bytes
    request: bytes
    record: bytes
    latest: int

    def encode(self):
        return self.chain + self.provider + self.request + self.record + u64(self.latest)

    def message(self):
        return tagged("probity/promise", self.encode())

    @classmethod
    def read(cls, r):
        return cls(r.digest(), r.digest(), r.digest(), r.digest(), r.u64())


@dataclass(frozen=True)
class Misconduct(Payload):
    """[TX-13] `words` are the promises or headers with their signatures; the rest is of tag 1 or 3 alone."""
    kind: int
    words: tuple
    claim: bytes = b""
    record_index: int = 0
    record: bytes = b""
    inclusion: tuple = ()
    validator: bytes = b""
    tag = 10

    def encode(self):
        words = u8(self.kind) + b"".join(word.encode() + signature for word, signature in self.words)
        if self.kind == 1:
            words += self.claim + u32(self.record_index) + counted(self.record) + listing(list(self.inclusion))
        return words + self.validator

    @classmethod
    def read(cls, r):
        kind = r.u8()
        if kind > 3:
            raise Refused("evidence with no rule")
        words = tuple(((Header if kind == 3 else Promise).read(r), r.fixed(64)) for _ in range(2 if kind in (0, 3) else 1))
        if kind == 1:
            return cls(kind, words, r.digest(), r.u32(), r.counted(2**19), tuple(r.listing(40, r.digest)))
        return cls(kind, words, validator=r.digest() if kind == 3 else b"")


PAYLOADS = {kind.tag: kind for kind in (
    Transfer, Bond, Unbond, RegisterModel, PostClaim, FraudProof, MakeSeal, MakeChallenge, Reveal, Close, Misconduct)}


@dataclass(frozen=True)
class Transaction(Value):
    chain: bytes
    sender: bytes
    nonce: int
    fee: int
    payload: Payload
    signature: bytes = bytes(64)

    def signed_part(self):
        return self.chain + self.sender + u64(self.nonce) + u64(self.fee) + u8(self.payload.tag) + self.payload.encode()

    def id(self):
        return tagged("probity/transaction", self.signed_part())

    def encode(self):
        return self.signed_part() + self.signature

    @classmethod
    def read(cls, r):
        chain, sender, nonce, fee, tag = r.digest(), key_reader(r), r.u64(), r.u64(), r.u8()
        if tag not in PAYLOADS:
            raise Refused("a payload with no rule")
        return cls(chain, sender, nonce, fee, PAYLOADS[tag].read(r), r.fixed(64))

    @classmethod
    def decode(cls, data):
        if len(data) > MOST_BYTES:
            raise Refused("a transaction of too many bytes")
        return super().decode(data)


def required_fee(parameters, size, blob_size, evidence_size):
    """[LED-7]"""
    return (parameters.base_fee + parameters.byte_fee * size + parameters.blob_byte_fee * blob_size
            + parameters.evidence_byte_fee * evidence_size)
