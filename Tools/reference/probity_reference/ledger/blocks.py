"""[BLOCK-1] to [BLOCK-8] Headers, blocks, their validity, and the chain that they make."""

from dataclasses import dataclass

from ..encoding import Refused, counted, listing
from ..hashing import sha256
from ..merkle import root_of
from .. import signatures
from . import transitions
from .genesis import ascends
from .headers import Header, attestation_message
from .load import Load
from .transactions import MOST_BYTES
from .values import Value

MOST_TRANSACTIONS, MOST_BLOBS = 1344, 64
LATER_AT_MOST, LATEST_FIRST = 3_600_000, 2**48 - 1


def genesis_header(genesis):
    """[BLOCK-2]"""
    empty = root_of([])
    return Header(genesis.root(), 0, genesis.time, bytes(32), empty, empty, genesis.state().root(), empty, bytes(32))


def read_attestations(r):
    """A list of (validator, signature)."""
    attestations = tuple(r.listing(128, lambda: (r.digest(), r.fixed(64))))
    if not ascends([validator for validator, _ in attestations]):
        raise Refused("attestations ascend")
    return attestations


def encode_attestations(attestations):
    return listing([validator + signature for validator, signature in attestations])


def is_final(genesis, attestations):
    """[BLOCK-8]"""
    return 3 * len(attestations) > 2 * len(genesis.validators)


@dataclass(frozen=True)
class Block(Value):
    header: Header
    transactions: tuple
    blobs: tuple
    attestations: tuple

    def encode(self):
        return (self.header.encode() + listing([counted(t) for t in self.transactions]) + listing([counted(b) for b in self.blobs])
                + encode_attestations(self.attestations))

    @classmethod
    def read(cls, r):
        return cls(Header.read(r), tuple(r.listing(MOST_TRANSACTIONS, lambda: r.counted(MOST_BYTES))), tuple(r.listing(MOST_BLOBS, lambda: r.counted(2**25))),
                   read_attestations(r))


def transaction_root(transactions):
    return root_of(list(transactions))


def blob_root(blobs):
    return root_of([sha256(blob) for blob in blobs])


def named_blobs(decoded):
    """The digests that transactions name, in the order of first naming, each once."""
    return list(dict.fromkeys(t.payload.blob for t in decoded if t.payload.blob is not None))


def time_is_right(header, parent):
    """[BLOCK-9], and later than the parent's."""
    latest = LATEST_FIRST if parent.height == 0 else parent.time + LATER_AT_MOST
    return parent.time < header.time <= latest


class Refusal(Exception):
    """A block's code of [BLOCK-6]."""

    def __init__(self, code):
        super().__init__(f"block refused: {code}")
        self.code = code


class Ledger:
    """A chain of valid blocks: the state after the last, its header, and the hashes of all headers."""

    def __init__(self, genesis, version):
        self.genesis, self.chain, self.state = genesis, transitions.Chain(genesis, version), genesis.state()
        self.header = genesis_header(genesis)
        self.headers = [self.header]
        self.hashes = [self.header.hash()]

    def execute(self, state, height, proposer, decoded, encodings, blobs):
        """[BLOCK-7] on `state`, in place: the outcomes; refuses with 16."""
        transitions.begin(self.chain, state, height)
        outcomes, load = [], Load()
        for index, (transaction, data) in enumerate(zip(decoded, encodings, strict=True)):
            if transitions.inadmissible(self.chain, state, transaction, len(data), blobs):
                raise Refusal(16)
            load.add(transaction, len(data), len(blobs.get(transaction.payload.blob, b"")))
            load.add_tokenizer(transitions.needed_tokenizer(state, transaction.payload))
            if not load.fits(self.chain.parameters):
                raise Refusal(16)
            outcomes.append(transitions.apply(transitions.Turn(self.chain, state, transaction, height, index, blobs)))
        transitions.end(self.chain, state, height, proposer, sum(t.fee for t in decoded), load)
        return outcomes

    def check(self, data):
        """[BLOCK-6] The state after the block and the outcomes; raises the first refusal."""
        def hold(condition, code):
            if not condition:
                raise Refusal(code)

        try:
            block = Block.decode(data)
        except Refused:
            raise Refusal(1) from None
        header, validators = block.header, self.genesis.validators
        hold(header.chain == self.chain.root, 2)
        hold(header.proposer in validators, 3)
        hold(all(validator in validators for validator, _ in block.attestations), 4)
        message = attestation_message(header.hash())
        hold(all(self.chain.verify(validator, message, signature) for validator, signature in block.attestations), 5)
        hold(header.proposer in [validator for validator, _ in block.attestations], 6)
        hold(transaction_root(block.transactions) == header.transaction_root, 7)
        hold(blob_root(block.blobs) == header.blob_root, 8)
        decoded = [transitions.standing(self.chain, transaction) for transaction in block.transactions]
        hold(not any(isinstance(t, int) for t in decoded), 9)
        digests = [sha256(blob) for blob in block.blobs]
        hold(digests == named_blobs(decoded), 10)
        blobs = dict(zip(digests, block.blobs, strict=True))
        load = Load()
        for transaction, encoding in zip(decoded, block.transactions, strict=True):
            load.add(transaction, len(encoding), len(blobs.get(transaction.payload.blob, b"")))
        hold(load.fits(self.chain.parameters), 11)
        hold(header.height == self.header.height + 1, 12)
        hold(header.parent == self.hashes[-1], 13)
        hold(time_is_right(header, self.header), 14)
        hold(header.history_root == root_of(self.hashes), 15)
        state = self.state.copy()
        outcomes = self.execute(state, header.height, header.proposer, decoded, block.transactions, blobs)
        hold(state.root() == header.state_root, 17)
        return block, state, outcomes

    def accept(self, data):
        """Appends a valid block; its outcomes."""
        block, state, outcomes = self.check(data)
        self.state, self.header = state, block.header
        self.headers.append(block.header)
        self.hashes.append(block.header.hash())
        return outcomes

    def propose(self, transactions, blobs, secret, time):
        """The header of a next block with these transactions, which are admissible."""
        decoded = [transitions.standing(self.chain, data) for data in transactions]
        state, height, proposer = self.state.copy(), self.header.height + 1, signatures.public_key(secret)
        self.execute(state, height, proposer, decoded, transactions, {sha256(blob): blob for blob in blobs})
        return Header(self.chain.root, height, time, self.hashes[-1], transaction_root(transactions), blob_root(blobs), state.root(),
                      root_of(self.hashes), proposer)


def attested(header, transactions, blobs, secrets):
    """The block with the attestations of these validators."""
    message = attestation_message(header.hash())
    attestations = sorted((signatures.public_key(secret), signatures.sign(secret, message)) for secret in secrets)
    return Block(header, tuple(transactions), tuple(blobs), tuple(attestations))
