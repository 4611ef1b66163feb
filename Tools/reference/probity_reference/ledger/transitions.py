"""[TX-1] to [TX-8] What may stand in a block, and what it then does to the state."""

from dataclasses import dataclass, field

from .. import signatures
from ..bundle import model_root
from ..encoding import Reader, Refused, u64
from ..merkle import Tree, verify_inclusion
from ..records import Record, shape_fits
from . import values as v
from .evidence import graph_of, judge, tokenizer_of
from .transactions import Bond, FraudProof, PostClaim, RegisterModel, Transaction, Transfer, Unbond, required_fee

ACCEPTED = 0
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


def apply(chain, state, transaction, height, blobs):
    """[TX-2] Both parts; the outcome."""
    sender = state.account(transaction.sender)
    state.set_account(transaction.sender, sender.change(nonce=sender.nonce + 1, balance=sender.balance - transaction.fee))
    return RULES[type(transaction.payload)](chain, state, transaction, height, blobs)


def transfer(chain, state, transaction, height, blobs):
    """[TX-3]"""
    payload, sender = transaction.payload, state.account(transaction.sender)
    if payload.amount == 0:
        return 101
    if payload.to == transaction.sender:
        return 102
    if sender.balance < payload.amount:
        return 103
    state.set_account(transaction.sender, sender.change(balance=sender.balance - payload.amount))
    credit(state, payload.to, payload.amount)
    return ACCEPTED


def credit(state, key, amount):
    account = state.account(key)
    state.set_account(key, account.change(balance=account.balance + amount))


def bond(chain, state, transaction, height, blobs):
    """[TX-4]"""
    amount, sender = transaction.payload.amount, state.account(transaction.sender)
    if amount == 0:
        return 201
    if sender.balance < amount:
        return 202
    state.set_account(transaction.sender, sender.change(balance=sender.balance - amount, stake=sender.stake + amount))
    return ACCEPTED


def unbond(chain, state, transaction, height, blobs):
    """[TX-4]"""
    amount, sender = transaction.payload.amount, state.account(transaction.sender)
    if amount == 0:
        return 211
    if sender.stake - sender.locked < amount:
        return 212
    if len(sender.unbonding) == v.UNBONDINGS:
        return 213
    release = height + chain.parameters.unbonding_blocks
    state.set_account(transaction.sender, sender.change(stake=sender.stake - amount, unbonding=(*sender.unbonding, (release, amount))))
    state.join(v.RELEASE, release, transaction.sender)
    return ACCEPTED


def register(chain, state, transaction, height, blobs):
    """[TX-5]"""
    payload = transaction.payload
    root = model_root(payload.graph, payload.tensors_root, blobs[payload.tokenizer])
    if state.get(v.MODEL, root) is not None:
        return 301
    try:
        graph = graph_of(payload.graph)
    except Refused:
        return 302
    try:
        tokenizer = tokenizer_of(blobs[payload.tokenizer])
    except Refused:
        return 303
    if len(tokenizer.tokens) > graph.vocabulary:
        return 303
    state.set(v.MODEL, root, v.Model(payload.name, payload.graph, payload.tensors_root, payload.tokenizer, transaction.sender, height))
    chain.tokenizers[payload.tokenizer] = blobs[payload.tokenizer]
    return ACCEPTED


def read_batch(blob):
    """[REC-7]"""
    reader = Reader(blob)
    records = reader.listing(256, lambda: Record.read(reader))
    reader.end()
    if not records:
        raise Refused("a batch of no records")
    return records


def claim(chain, state, transaction, height, blobs):
    """[TX-6]"""
    payload, sender = transaction.payload, state.account(transaction.sender)
    model, required = state.get(v.MODEL, payload.model_root), chain.parameters.claim_bond
    if model is None:
        return 401
    if sender.stake - sender.locked < required:
        return 402
    try:
        records = read_batch(blobs[payload.records])
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
    name, deadline = v.claim_id(transaction.sender, transaction.nonce), height + chain.parameters.window_blocks
    state.set(v.CLAIM, name, v.Claim(
        transaction.sender, payload.model_root, payload.batch_root, payload.record_count, payload.records, height, deadline, required))
    state.set_account(transaction.sender, sender.change(locked=sender.locked + required))
    state.join(v.DEADLINE, deadline, name)
    for digest in digests:
        state.set(v.REQUEST, digest, v.Pointer(name))
    return ACCEPTED


def fraud(chain, state, transaction, height, blobs):
    """[TX-7]"""
    payload = transaction.payload
    found = state.get(v.CLAIM, payload.claim)
    if found is None:
        return 501
    if found.status.tag != v.PENDING:
        return 502 if found.status.tag == v.FINALIZED else 503
    if payload.record_index >= found.record_count:
        return 504
    if not verify_inclusion(found.batch_root, found.record_count, payload.record_index, payload.record, payload.inclusion):
        return 505
    model = state.get(v.MODEL, found.model_root)
    refusal = judge(payload.kind, payload.evidence, payload.record, model, chain.tokenizers[model.tokenizer])
    if refusal:
        return refusal
    provider = state.account(found.provider)
    state.set_account(found.provider, provider.change(stake=provider.stake - found.bond, locked=provider.locked - found.bond))
    reward, totals = found.bond * chain.parameters.reward_permille // 1000, state.totals()
    credit(state, transaction.sender, reward)
    state.set(v.TOTALS, b"", totals.change(burnt=totals.burnt + found.bond - reward))
    state.set(v.CLAIM, payload.claim, found.change(status=v.Status(v.SLASHED, height, transaction.sender)))
    return ACCEPTED


RULES = {Transfer: transfer, Bond: bond, Unbond: unbond, RegisterModel: register, PostClaim: claim, FraudProof: fraud}


def begin(state, height):
    """[TX-8]"""
    for key in ascending(state, v.RELEASE, height):
        account = state.account(key)
        due = sum(amount for release, amount in account.unbonding if release <= height)
        rest = tuple(entry for entry in account.unbonding if entry[0] > height)
        state.set_account(key, account.change(balance=account.balance + due, unbonding=rest))
    for name in ascending(state, v.DEADLINE, height - 1):
        found = state.get(v.CLAIM, name)
        if found.status.tag == v.PENDING:
            provider = state.account(found.provider)
            state.set_account(found.provider, provider.change(locked=provider.locked - found.bond))
            state.set(v.CLAIM, name, found.change(status=v.Status(v.FINALIZED, height)))


def ascending(state, tag, height):
    """The list of tag 5 or 6 at a height, which is removed."""
    found = state.get(tag, u64(height))
    if found is None:
        return ()
    state.set(tag, u64(height), None)
    return found.items


def end(state, proposer, fees):
    """[TX-8]"""
    credit(state, proposer, fees)
