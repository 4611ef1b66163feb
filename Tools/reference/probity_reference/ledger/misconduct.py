"""[TX-13] Misconduct."""

from ..encoding import u64
from ..hashing import tagged
from ..merkle import leaf_hash, verify_inclusion
from ..records import Record
from . import values as v
from .headers import attestation_message
from .payments import ACCEPTED, burn, credit


def misconduct(turn, state, transaction, payload):
    """[TX-13]"""
    verify, words = turn.chain.verify, [word for word, _ in payload.words]
    for word, signature in payload.words:
        signer, message = (payload.validator, attestation_message(word.hash())) if payload.kind == 3 else (word.provider, word.message())
        same_provider = payload.kind == 3 or word.provider == words[0].provider
        if word.chain != turn.chain.root or not same_provider or not verify(signer, message, signature):
            return 801
    if not SHOWS[payload.kind](turn, state, payload, *words):
        return 802
    offender = payload.validator if payload.kind == 3 else words[0].provider
    subject = tagged("probity/height", u64(words[0].height)) if payload.kind == 3 else words[0].request
    if state.get(v.PUNISHED, offender + subject) is not None:
        return 803
    taken = take(state, offender, turn.chain.parameters.penalty)
    reward = taken * turn.chain.parameters.reward_permille // 1000
    credit(state, transaction.sender, reward)
    burn(state, taken - reward)
    state.set(v.PUNISHED, offender + subject, v.Punished(turn.height))
    return ACCEPTED


def take(state, offender, penalty):
    """What of the penalty can be taken: from the free stake, then from the unbondings, the last first."""
    account = state.account(offender)
    from_stake = min(penalty, account.stake - account.locked)
    rest, unbonding = penalty - from_stake, []
    for release, amount in reversed(account.unbonding):
        part = min(rest, amount)
        rest -= part
        if amount > part:
            unbonding.insert(0, (release, amount - part))
    state.set_account(offender, account.change(stake=account.stake - from_stake, unbonding=tuple(unbonding)))
    return penalty - rest


def two_promises(turn, state, payload, one, other):
    return one.request == other.request and one.record != other.record


def another_record(turn, state, payload, promise):
    found = state.get(v.CLAIM, payload.claim)
    if found is None or found.provider != promise.provider or payload.record_index >= found.record_count:
        return False
    if not verify_inclusion(found.batch_root, found.record_count, payload.record_index, payload.record, payload.inclusion):
        return False
    return Record.decode(payload.record).request.digest() == promise.request and leaf_hash(payload.record) != promise.record


def not_kept(turn, state, payload, promise):
    if turn.height <= promise.latest:
        return False
    entry = state.get(v.REQUEST, promise.request)
    found = None if entry is None else state.get(v.CLAIM, entry.digest)
    return found is None or found.provider != promise.provider or found.posted > promise.latest


def two_headers(turn, state, payload, one, other):
    return one.height == other.height and one != other and payload.validator in turn.chain.genesis.validators


SHOWS = {0: two_promises, 1: another_record, 2: not_kept, 3: two_headers}
