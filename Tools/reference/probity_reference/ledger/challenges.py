"""[TX-9] to [TX-12] Seals, challenges, reveals, closes."""

from ..bundle import place_leaf
from ..graph import Range
from ..merkle import Tree, leaf_hash, verify_inclusion
from ..records import Record
from . import values as v
from .disputes import SEGMENT, TRACE, WEIGHTS, child_count
from .evidence import graph_of
from .payments import ACCEPTED, burn, credit


def seal(turn, state, transaction, payload):
    """[TX-9]"""
    name = transaction.sender + payload.seal
    if state.get(v.SEAL, name) is not None:
        return 601
    expires = turn.clock + turn.chain.parameters.seal_blocks
    state.set(v.SEAL, name, v.Seal(turn.rank, expires))
    state.join(v.SEAL_EXPIRY, expires, name)
    return ACCEPTED


def challenge(turn, state, transaction, payload):
    """[TX-10]"""
    p, clock, question, opening = turn.chain.parameters, turn.clock, payload.question, payload.opening
    fan_out, about_record = 1 << p.fan_out_bits, question.tag != WEIGHTS
    found, name = state.get(v.CLAIM, payload.claim), payload.claim + question.encode()
    if found is None:
        return 701
    if found.status.tag != v.PENDING:
        return 702
    if state.get(v.CHALLENGE, name) is not None:
        return 703
    record_key = payload.claim + question.record.to_bytes(4, "little")
    opened, last = state.get(v.OPENED, record_key) if about_record else None, clock + p.reveal_blocks + p.move_blocks + p.seal_blocks
    if clock > found.window if opened is None else last > found.window + p.dispute_blocks:
        return 704
    if opening is None and about_record and opened is None:
        return 705
    if opening is not None:
        if not about_record or opened is not None or question.record >= found.record_count or not verify_inclusion(
                found.batch_root, found.record_count, question.record, *opening):
            return 705
        record = Record.decode(opening[0])
        opened = v.Opened(record.trace_root, len(record.prompt), len(record.output))
    graph = graph_of(state.get(v.MODEL, found.model_root).graph)
    if not question.names_something(graph, fan_out, opened) or (opening is not None and not question.is_first(graph, fan_out)):
        return 706
    parent = question.parent(graph, fan_out, opened)
    if parent is not None:
        answered = state.get(v.CHALLENGE, payload.claim + parent.encode())
        if answered is None or answered.revealer is None:
            return 707
    bond = p.challenge_bond + 2 * p.byte_fee * question.answer_size(graph, fan_out, opened)
    sender = state.account(transaction.sender)
    if sender.balance < bond:
        return 708
    state.set_account(transaction.sender, sender.change(balance=sender.balance - bond))
    expires = clock + p.reveal_blocks
    state.set(v.CHALLENGE, name, v.Challenge(transaction.sender, bond, turn.rank, expires))
    state.join(v.EXPIRY, expires, name)
    if found.deadline < last:
        state.leave(v.DEADLINE, found.deadline, payload.claim)
        state.join(v.DEADLINE, last, payload.claim)
        state.set(v.CLAIM, payload.claim, found.change(deadline=last))
    if opening is not None:
        state.set(v.OPENED, record_key, opened)
    return ACCEPTED


def reveal(turn, state, transaction, payload):
    """[TX-11]"""
    name = payload.claim + payload.question.encode()
    asked, found = state.get(v.CHALLENGE, name), state.get(v.CLAIM, payload.claim)
    if asked is None:
        return 711
    if found.status.tag != v.PENDING:
        return 712
    if asked.revealer is not None:
        return 713
    fits = weights_fit if payload.question.tag == WEIGHTS else children_fit
    if not fits(turn, state, payload, state.get(v.MODEL, found.model_root)):
        return 714
    state.set(v.CHALLENGE, name, asked.change(revealer=transaction.sender, children=payload.children or ()))
    return ACCEPTED


def weights_fit(turn, state, payload, model):
    if payload.weights is None:
        return False
    graph, question = graph_of(model.graph), payload.question
    tensor = graph.tensors[question.tensor]
    return payload.weights.verify(model.tensors_root, len(graph.tensors), question.tensor, tensor.leaf_count, tensor.leaf_bytes,
                                  Range(question.tensor, question.leaf, 1))


def children_fit(turn, state, payload, model):
    question, fan_out, graph = payload.question, 1 << turn.chain.parameters.fan_out_bits, graph_of(model.graph)
    opened = state.get(v.OPENED, payload.claim + question.record.to_bytes(4, "little"))
    size = question.size(graph, opened)
    if payload.children is None or len(payload.children) != child_count(size, fan_out, question.height, question.place):
        return False
    root = Tree.of_hashes(payload.children).root
    parent = question.parent(graph, fan_out, opened)
    if parent is None:
        return root == opened.trace_root
    shown = state.get(v.CHALLENGE, payload.claim + parent.encode()).children
    if question.tag == SEGMENT and parent.tag == TRACE:
        return leaf_hash(place_leaf(question.segment, size, root)) == shown[question.segment % fan_out]
    return root == shown[question.place % fan_out]


def close(turn, state, transaction, payload):
    """[TX-12]"""
    name = payload.claim + payload.question.encode()
    asked, found = state.get(v.CHALLENGE, name), state.get(v.CLAIM, payload.claim)
    if asked is None:
        return 721
    if found.status.tag == v.PENDING:
        return 722
    state.set(v.CHALLENGE, name, None)
    if payload.question.is_first(graph_of(state.get(v.MODEL, found.model_root).graph), 1 << turn.chain.parameters.fan_out_bits):
        state.set(v.OPENED, payload.claim + payload.question.record.to_bytes(4, "little"), None)
    if found.status.tag == v.SLASHED:
        credit(state, asked.challenger, asked.bond)
        return ACCEPTED
    credit(state, asked.revealer, asked.bond // 2)
    burn(state, asked.bond - asked.bond // 2)
    return ACCEPTED
