"""[TX-1] to [TX-8], [CLOCK-1] What may stand in a block, and what it then does to the state."""

from dataclasses import dataclass, field

from .. import signatures
from ..bundle import model_root
from ..encoding import Reader, Refused, u64
from ..merkle import Tree, verify_inclusion
from ..records import Record, shape_fits
from . import values as v
from .challenges import challenge, close, reveal, seal
from .evidence import BINDING, binding_tag, graph_of, judge, tokenizer_of
from .misconduct import misconduct
from .payments import ACCEPTED, credit, slash
from .transactions import (
    Bond, Close, FraudProof, MakeChallenge, MakeSeal, Misconduct, PostClaim, RegisterModel, Reveal, Transaction, Transfer, Unbond,
    required_fee)

LAST_NONCE = 2**64 - 1


@dataclass
class Chain:
    """What execution reads beside the state: the genesis, the executor version, and the tokenizers that registered models name."""
    genesis: object
    version: bytes
    tokenizers: dict = field(default_factory=dict)
    verify: object = signatures.verify

    def __post_init__(self):
        self.root, self.parameters = self.genesis.root(), self.genesis.parameters


def standing(chain, data):
    """The reasons 1 to 3 of [TX-1], which no state decides: the transaction, or the code."""
    try:
        transaction = Transaction.decode(data)
    except Refused:
        return 1
    if transaction.chain != chain.root:
        return 2
    if not chain.verify(transaction.sender, transaction.id(), transaction.signature):
        return 3
    return transaction


def inadmissible(chain, state, transaction, size, blobs):
    """The reasons 4 to 9 of [TX-1], or 0. `blobs` by digest."""
    payload, sender = transaction.payload, state.account(transaction.sender)
    blob = b""
    if payload.blob is not None:
        if payload.blob not in blobs:
            return 4
        blob = blobs[payload.blob]
        if not 1 <= len(blob) <= payload.blob_limit:
            return 5
    if transaction.nonce < sender.nonce:
        return 6
    if transaction.nonce > sender.nonce or transaction.nonce == LAST_NONCE:
        return 7
    if transaction.fee < required_fee(chain.parameters, size, len(blob), len(payload.evidence)):
        return 8
    return 9 if sender.balance < transaction.fee else ACCEPTED


@dataclass
class Turn:
    """An admissible transaction in its turn: the `index`-th of block `height`."""
    chain: Chain
    state: object
    transaction: Transaction
    height: int
    index: int
    blobs: dict

    @property
    def clock(self):
        return self.state.clock(self.height)

    @property
    def rank(self):
        return v.rank(self.height, self.index)


def apply(turn):
    """[TX-2] Both parts; the outcome."""
    state, transaction = turn.state, turn.transaction
    sender = state.account(transaction.sender)
    state.set_account(transaction.sender, sender.change(nonce=sender.nonce + 1, balance=sender.balance - transaction.fee))
    return RULES[type(transaction.payload)](turn, state, transaction, transaction.payload)


def transfer(turn, state, transaction, payload):
    """[TX-3]"""
    sender = state.account(transaction.sender)
    if payload.amount == 0:
        return 101
    if payload.to == transaction.sender:
        return 102
    if sender.balance < payload.amount:
        return 103
    state.set_account(transaction.sender, sender.change(balance=sender.balance - payload.amount))
    credit(state, payload.to, payload.amount)
    return ACCEPTED


def bond(turn, state, transaction, payload):
    """[TX-4]"""
    amount, sender = payload.amount, state.account(transaction.sender)
    if amount == 0:
        return 201
    if sender.balance < amount:
        return 202
    state.set_account(transaction.sender, sender.change(balance=sender.balance - amount, stake=sender.stake + amount))
    return ACCEPTED


def unbond(turn, state, transaction, payload):
    """[TX-4]"""
    amount, sender = payload.amount, state.account(transaction.sender)
    if amount == 0:
        return 211
    if sender.stake - sender.locked < amount:
        return 212
    if len(sender.unbonding) == v.UNBONDINGS:
        return 213
    release = turn.height + turn.chain.parameters.unbonding_blocks
    state.set_account(transaction.sender, sender.change(stake=sender.stake - amount, unbonding=(*sender.unbonding, (release, amount))))
    state.join(v.RELEASE, release, transaction.sender)
    return ACCEPTED


def register(turn, state, transaction, payload):
    """[TX-5]"""
    blob = turn.blobs[payload.tokenizer]
    root = model_root(payload.graph, payload.tensors_root, blob)
    if state.get(v.MODEL, root) is not None:
        return 301
    try:
        graph = graph_of(payload.graph)
    except Refused:
        return 302
    try:
        tokenizer = tokenizer_of(blob)
    except Refused:
        return 303
    if len(tokenizer.tokens) > graph.vocabulary:
        return 303
    state.set(v.MODEL, root, v.Model(payload.name, payload.graph, payload.tensors_root, payload.tokenizer, transaction.sender, turn.height))
    turn.chain.tokenizers[payload.tokenizer] = blob
    return ACCEPTED


def read_batch(blob):
    """[REC-7]"""
    reader = Reader(blob)
    records = reader.listing(256, lambda: Record.read(reader))
    reader.end()
    if not records:
        raise Refused("a batch of no records")
    return records


def claim(turn, state, transaction, payload):
    """[TX-6]"""
    chain, sender = turn.chain, state.account(transaction.sender)
    model, required = state.get(v.MODEL, payload.model_root), chain.parameters.claim_bond
    if model is None:
        return 401
    if sender.stake - sender.locked < required:
        return 402
    try:
        records = read_batch(turn.blobs[payload.records])
    except Refused:
        return 403
    if len(records) != payload.record_count:
        return 404
    if Tree([record.encode() for record in records]).root != payload.batch_root:
        return 405
    digests = set()
    for record in records:
        digest = record.request.digest()
        if record.request.model_root != payload.model_root:
            return 406
        if record.request.provider != transaction.sender:
            return 407
        if not shape_fits(record, graph_of(model.graph), chain.version):
            return 408
        if not chain.verify(record.request.client, digest, record.signature):
            return 409
        if digest in digests or state.get(v.REQUEST, digest) is not None:
            return 410
        digests.add(digest)
    name, deadline = v.claim_id(transaction.sender, transaction.nonce), turn.clock + chain.parameters.window_blocks
    state.set(v.CLAIM, name, v.Claim(
        transaction.sender, payload.model_root, payload.batch_root, payload.record_count, payload.records, turn.height, deadline, deadline,
        required))
    state.set_account(transaction.sender, sender.change(locked=sender.locked + required))
    state.join(v.DEADLINE, deadline, name)
    for digest in digests:
        state.set(v.REQUEST, digest, v.Pointer(name))
    return ACCEPTED


def fraud(turn, state, transaction, payload):
    """[TX-7]"""
    found, rank = state.get(v.CLAIM, payload.claim), turn.rank
    if found is None:
        return 501
    if payload.salt is not None:
        seal = state.get(v.SEAL, transaction.sender + payload.seal(transaction.sender))
        if seal is None or seal.rank[0] == turn.height:
            return 509
        rank = seal.rank
    prize = state.get(v.PRIZE, payload.claim)
    if found.status.tag == v.FINALIZED:
        return 502
    if found.status.tag == v.SLASHED and (prize is None or prize.rank <= rank):
        return 503
    if payload.record_index >= found.record_count:
        return 504
    if not verify_inclusion(found.batch_root, found.record_count, payload.record_index, payload.record, payload.inclusion):
        return 505
    model = state.get(v.MODEL, found.model_root)
    refusal = judge(payload.kind, payload.evidence, payload.record, model, turn.chain.tokenizers[model.tokenizer])
    if refusal:
        return refusal
    if found.status.tag == v.PENDING:
        slash(turn.chain, state, turn.height, payload.claim, transaction.sender, rank)
    else:
        state.set(v.CLAIM, payload.claim, found.change(status=found.status.change(challenger=transaction.sender)))
        state.set(v.PRIZE, payload.claim, prize.change(rank=rank))
    return ACCEPTED


RULES = {Transfer: transfer, Bond: bond, Unbond: unbond, RegisterModel: register, PostClaim: claim, FraudProof: fraud,
         MakeSeal: seal, MakeChallenge: challenge, Reveal: reveal, Close: close, Misconduct: misconduct}


def needed_tokenizer(state, payload):
    """[BLOCK-5] The digest of the tokenizer that a proof needs in its turn, or None."""
    if not isinstance(payload, FraudProof) or payload.kind != BINDING:
        return None
    found = state.get(v.CLAIM, payload.claim)
    try:
        binding_tag(payload.evidence)
    except Refused:
        return None
    return None if found is None or found.status.tag == v.FINALIZED else state.get(v.MODEL, found.model_root).tokenizer


def begin(chain, state, height):
    """[TX-8]"""
    clock = state.clock(height)
    for key in due(state, v.RELEASE, height):
        account = state.account(key)
        released = sum(amount for release, amount in account.unbonding if release <= height)
        rest = tuple(entry for entry in account.unbonding if entry[0] > height)
        state.set_account(key, account.change(balance=account.balance + released, unbonding=rest))
    for name in due(state, v.EXPIRY, clock - 1):
        asked, found = state.get(v.CHALLENGE, name), state.get(v.CLAIM, name[:32])
        if asked is not None and asked.revealer is None and found.status.tag == v.PENDING:
            slash(chain, state, height, name[:32], asked.challenger, asked.rank)
    for name in due(state, v.DEADLINE, clock - 1):
        found = state.get(v.CLAIM, name)
        if found.status.tag == v.PENDING:
            provider = state.account(found.provider)
            state.set_account(found.provider, provider.change(locked=provider.locked - found.bond))
            state.set(v.CLAIM, name, found.change(status=v.Status(v.FINALIZED, height)))
    for name in due(state, v.PAYMENT, clock - 1):
        credit(state, state.get(v.CLAIM, name).status.challenger, state.get(v.PRIZE, name).reward)
        state.set(v.PRIZE, name, None)
    for name in due(state, v.SEAL_EXPIRY, clock - 1):
        state.set(v.SEAL, name, None)


def due(state, tag, at):
    """The list of a tag at a height or clock, which is removed."""
    found = state.get(tag, u64(at))
    if found is None:
        return ()
    state.set(tag, u64(at), None)
    return found.items


def end(chain, state, height, proposer, fees, load):
    """[TX-8], then [CLOCK-1]."""
    credit(state, proposer, fees)
    before = state.get(v.CLOCK) or v.Clock()
    if load.is_full() and before.run < chain.parameters.stretch_blocks:
        after = v.Clock(before.stood + 1, before.run + 1)
    else:
        after = v.Clock(before.stood, 0)
    if after != before:
        state.set(v.CLOCK, b"", after)
