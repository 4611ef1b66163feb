"""[LED-5] to [LED-7] Transactions: their encoding, identifiers, blobs and fees."""

from dataclasses import dataclass

from ..encoding import Refused, counted, listing, text, u8, u32, u64
from ..hashing import tagged
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
    tag = 5

    def encode(self):
        return (self.claim + u32(self.record_index) + counted(self.record) + listing(list(self.inclusion)) + u8(self.kind)
                + counted(self.evidence))

    @classmethod
    def read(cls, r):
        claim, index, record, inclusion = r.digest(), r.u32(), r.counted(2**19), tuple(r.listing(40, r.digest))
        kind = r.u8()
        if kind > 3:
            raise Refused("an evidence tag with no rule")
        return cls(claim, index, record, inclusion, kind, r.counted(3 * 2**19))


PAYLOADS = {kind.tag: kind for kind in (Transfer, Bond, Unbond, RegisterModel, PostClaim, FraudProof)}


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
