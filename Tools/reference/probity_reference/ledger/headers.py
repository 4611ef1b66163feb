"""[BLOCK-1] Headers, and what a validator signs of them."""

from dataclasses import dataclass

from ..encoding import u64
from ..hashing import tagged
from .values import Value


@dataclass(frozen=True)
class Header(Value):
    chain: bytes
    height: int
    time: int
    parent: bytes
    transaction_root: bytes
    blob_root: bytes
    state_root: bytes
    history_root: bytes
    proposer: bytes

    def encode(self):
        return (self.chain + u64(self.height) + u64(self.time) + self.parent + self.transaction_root + self.blob_root + self.state_root
                + self.history_root + self.proposer)

    @classmethod
    def read(cls, r):
        return cls(r.digest(), r.u64(), r.u64(), *(r.digest() for _ in range(6)))

    def hash(self):
        return tagged("probity/header", self.encode())


def attestation_message(header_hash):
    return tagged("probity/attestation", header_hash)
