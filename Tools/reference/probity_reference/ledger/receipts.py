"""[RCPT-1] to [RCPT-3] Receipts."""

from dataclasses import dataclass

from .. import signatures, state_tree
from ..encoding import Refused, counted, listing, option, u32
from ..merkle import path, verify_inclusion
from ..records import Record
from . import values as v
from .blocks import encode_attestations, is_final, read_attestations
from .headers import Header, attestation_message
from .transitions import ACCEPTED
from .values import Claim, Value

MAGIC = b"PROBREC1"
MOST_BYTES = 2**21


def read_state_proof(r):
    """[JMT-2] The bytes of a state proof."""
    start = r.at
    tag = r.u8()
    if tag > 2:
        raise Refused("a proof with no rule")
    r.listing(256, r.digest)
    r.fixed(64 if tag == 2 else 0)
    return r.data[start:r.at]


@dataclass(frozen=True)
class Receipt(Value):
    record: bytes
    record_index: int
    inclusion: tuple
    claim_id: bytes
    claim: Claim
    state_proof: bytes
    header: Header
    history: object  # None, or (anchor, path)
    attestations: tuple

    def encode(self):
        history = None if self.history is None else self.history[0].encode() + listing(list(self.history[1]))
        return (MAGIC + counted(self.record) + u32(self.record_index) + listing(list(self.inclusion)) + self.claim_id + self.claim.encode()
                + self.state_proof + self.header.encode() + option(history) + encode_attestations(self.attestations))

    @classmethod
    def read(cls, r):
        if r.fixed(8) != MAGIC:
            raise Refused("not a receipt")
        return cls(r.counted(2**19), r.u32(), tuple(r.listing(40, r.digest)), r.digest(), Claim.read(r), read_state_proof(r), Header.read(r),
                   r.option(lambda: (Header.read(r), tuple(r.listing(40, r.digest)))), read_attestations(r))

    @classmethod
    def decode(cls, data):
        if len(data) > MOST_BYTES:
            raise Refused("a receipt of too many bytes")
        return super().decode(data)


def check(data, version, genesis=None, checkpoint=None):
    """[RCPT-2] 0 and the receipt, or the code of the refusal and None. Exactly one of `genesis` and `checkpoint` is given."""
    code, receipt = 1, None
    try:
        receipt = Receipt.decode(data)
        code = refusal(receipt, version, genesis, checkpoint)
    except Refused:
        pass
    return (code, receipt) if code == ACCEPTED else (code, None)


def refusal(receipt, version, genesis, checkpoint):
    header, anchor = receipt.header, receipt.history[0] if receipt.history else receipt.header
    if header.chain != anchor.chain:
        return 2
    if genesis is not None:
        if anchor.chain != genesis.root():
            return 3
    elif anchor.hash() != checkpoint:
        return 4
    if genesis is not None:
        if any(validator not in genesis.validators for validator, _ in receipt.attestations):
            return 5
        message = attestation_message(anchor.hash())
        if not all(signatures.verify(validator, message, signature) for validator, signature in receipt.attestations):
            return 6
        if not is_final(genesis, receipt.attestations):
            return 7
    if receipt.history and not (anchor.height > header.height and verify_inclusion(
            anchor.history_root, anchor.height, header.height, header.hash(), receipt.history[1])):
        return 8
    key = v.key_hash(v.state_key(v.CLAIM, receipt.claim_id))
    if not state_tree.verify(header.state_root, key, receipt.claim.encode(), receipt.state_proof):
        return 9
    if receipt.record_index >= receipt.claim.record_count:
        return 10
    if not verify_inclusion(
            receipt.claim.batch_root, receipt.claim.record_count, receipt.record_index, receipt.record, receipt.inclusion):
        return 11
    try:
        record = Record.decode(receipt.record)
    except Refused:
        return 12
    if record.request.model_root != receipt.claim.model_root:
        return 13
    if record.version != version:
        return 14
    if not signatures.verify(record.request.client, record.request.digest(), record.signature):
        return 15
    return ACCEPTED


def verdict(receipt):
    """[RCPT-3] The word, and the heights that it speaks of."""
    status = receipt.claim.status
    return {v.PENDING: "pending", v.FINALIZED: "final", v.SLASHED: "slashed"}[status.tag]


def make(ledger, state, header, claim_id, records, index, history=None, attestations=()):
    """A receipt as of `header`, whose state is `state`."""
    encodings = [record if isinstance(record, bytes) else record.encode() for record in records]
    key = v.state_key(v.CLAIM, claim_id)
    proof = state_tree.prove(state.pairs(), v.key_hash(key))
    return Receipt(encodings[index], index, tuple(path(encodings, index)), claim_id, state.get(v.CLAIM, claim_id), proof, header, history,
                   tuple(attestations))
