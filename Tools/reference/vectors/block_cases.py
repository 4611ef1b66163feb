"""blocks.json: blocks on one parent, valid or refused by each code of [BLOCK-6], and which of two codes comes first."""

from dataclasses import replace

from probity_reference.bundle import model_root
from probity_reference.encoding import counted, listing, u32, u64
from probity_reference.hashing import sha256
from probity_reference.ledger import blocks as b
from probity_reference.ledger.evidence import BINDING
from probity_reference.ledger.transactions import Bond, FraudProof, PostClaim, Transaction, Transfer
from probity_reference.merkle import root_of
from probity_reference.refutations import tokens_proof

from .claim_cases import Claims, tokenizer_of_size
from .record_cases import changed
from .scenario import BOND, compact, public, secret
from .step_cases import Setting


class Cases(Claims):
    """Three validators, three blocks, and then one block after the other on the same parent. Claims on five models, each with another tokenizer."""

    def __init__(self):
        accounts = {"alice": (10**8, 0), "bob": (10**8, 0), "carol": (10**8, 0), "provider": (10**6, 6 * BOND)}
        super().__init__("blocks", accounts, ["validator 1", "validator 2", "validator 3"])
        self.cases = []
        first_times(self)
        self.first, self.cases = self.cases, []
        self.send("a transfer", "alice", Transfer(public("bob"), 5))
        tokenizers = [tokenizer_of_size(256 - i) for i in range(5)]
        for tokenizer in tokenizers:
            self.send("a model", "alice", self.model(tokenizer=tokenizer), tokenizer)
        self.close("five models")
        base = self.maker.record("a", 1, "blocks")
        roots = [model_root(self.graph, self.tensors_root, tokenizer) for tokenizer in tokenizers]
        self.records = [self.resalted(base, model_root=root) for root in [*roots, roots[0]]]
        self.records[4] = changed(self.records[4], output=[base.output[0] ^ 3])
        self.lie = tokens_proof(Setting("a", 1).prover(), 0)
        self.claims = [self.claim("a claim", "provider", [record], model_root=record.request.model_root) for record in self.records]
        self.close("six claims, two of them on one model", "validator 2")
        self.close("another block")

    def binding(self, index, nonce, evidence=b"\0", sender="alice", **changes):
        """A proof about the binding of the input in a claim."""
        fields = {"claim": self.claims[index], "record_index": 0, "record": self.records[index].encode(), "inclusion": (), "kind": BINDING,
                  "evidence": evidence, **changes}
        return self.transaction(sender, FraudProof(**fields), nonce=self.state.account(public(sender)).nonce + nonce)

    def header(self, transactions, blobs=(), proposer="validator 1", **changes):
        """A header that fits the lists, with the state root that execution gives if they can be executed."""
        data, time = [t.encode() if isinstance(t, Transaction) else t for t in transactions], self.ledger.header.time + 1
        try:
            header = self.ledger.propose(data, list(blobs), secret(proposer), time)
        except (b.Refusal, AttributeError):
            header = self.ledger.propose([], [], secret(proposer), time)
            header = replace(header, transaction_root=b.transaction_root(data), blob_root=b.blob_root(blobs))
        return replace(header, **changes)

    def block(self, transactions=(), blobs=(), by=("validator 1",), **changes):
        data = [t.encode() if isinstance(t, Transaction) else t for t in transactions]
        return b.attested(self.header(transactions, blobs, **changes), data, blobs, [secret(name) for name in by])

    def case(self, name, code, block, *repeated):
        """`repeated`: in their order, bytes of the block that stand in it many times, one right after the other."""
        data = block if isinstance(block, bytes) else block.encode()
        try:
            self.ledger.check(data)
            found = 0
        except b.Refusal as refusal:
            found = refusal.code
        assert found == code, (name, found)
        self.cases.append({"name": name, "block": parts(data, repeated), "sha256": sha256(data).hex(), "code": code})


def parts(data, repeated):
    if not repeated:
        return compact(data)
    unit = repeated[0]
    count, start = data.count(unit), data.index(unit)
    end = start + count * len(unit)
    assert data[start:end] == unit * count
    return [compact(data[:start]), {"repeat": compact(unit), "count": count}, parts(data[end:], repeated[1:])]


def first_times(c):
    """Times of a first block."""
    own = c.genesis.time
    for name, code, time in [("the genesis time", 14, own), ("a millisecond later", 0, own + 1), ("a year later", 0, own + 365 * 86_400_000),
                             ("the last time", 0, 2**48 - 1), ("2^48", 14, 2**48), ("2^64 - 1", 14, 2**64 - 1)]:
        c.case(name, code, c.block(time=time))


def encodings(c, valid):
    """Code 1."""
    data = valid.encode()
    header = valid.header.encode()
    own, other = (b.attested(valid.header, (), (), [secret(name)]).attestations[0] for name in ("validator 1", "validator 2"))
    rest = lambda transactions, blobs, attestations: header + transactions + blobs + attestations
    yield "no bytes", b""
    yield "a byte short", data[:-1]
    yield "a byte left over", data + b"\0"
    empty = u32(0)
    descending = sorted([own, other], reverse=True)
    yield "attestations that descend", rest(empty, empty, listing([k + s for k, s in descending]))
    yield "one attestation twice", rest(empty, empty, listing([k + s for k, s in (own, own)]))
    yield "129 attestations", rest(empty, empty, listing([u64(i) + bytes(88) for i in range(129)]))
    yield "65 blobs", rest(empty, listing([counted(b"")] * 65), u32(1) + own[0] + own[1])


def named(c, blob):
    return PostClaim(bytes(32), bytes(32), 1, sha256(blob))


def proof(c, sender, record=b"", evidence=b""):
    return c.transaction(sender, FraudProof(bytes(32), 0, record, (), 0, evidence))


def contents(c):
    """Codes 7 to 11."""
    pay = c.transaction("alice", Transfer(public("bob"), 1))
    other = c.transaction("bob", Transfer(public("alice"), 1))
    blob, second = b"a blob", b"another"
    post = c.transaction("alice", named(c, blob), blob)
    later = c.transaction("bob", named(c, second), second)
    again = c.transaction("carol", named(c, blob), blob)
    c.case("another transaction root", 7, c.block([pay], transaction_root=bytes(32)))
    c.case("transactions in another order", 7, replace(c.block([pay, other]), transactions=(other.encode(), pay.encode())))
    c.case("a transaction missing", 7, replace(c.block([pay, other]), transactions=(pay.encode(),)))
    c.case("another blob root", 8, c.block([post], [blob], blob_root=bytes(32)))
    c.case("a blob missing", 8, replace(c.block([post], [blob]), blobs=()))
    c.case("another transaction root and another blob root", 7, c.block([pay], transaction_root=bytes(32), blob_root=bytes(32)))
    c.case("an empty transaction", 9, c.block([b""]))
    c.case("a transaction with a byte left over", 9, c.block([pay.encode() + b"\0"]))
    c.case("a transaction of another chain", 9, c.block([c.transaction("alice", Transfer(public("bob"), 1), chain=bytes(32))]))
    c.case("a transaction with a wrong signature", 9, c.block([pay, replace(other, signature=bytes(64))]))
    c.case("a blob that no transaction names", 10, c.block([pay], [blob]))
    c.case("no blob for a transaction", 10, c.block([post]))
    c.case("another blob", 10, c.block([post], [second]))
    c.case("blobs in another order", 10, c.block([post, later], [second, blob]))
    c.case("a blob twice", 10, c.block([post, again], [blob, blob]))
    c.case("a wrong signature and a blob too many", 9, c.block([replace(other, signature=bytes(64))], [blob]))
    return pay, post, blob


def limits(c, pay, post, blob):
    """Code 11, and blocks that just pass it: they repeat one transaction, which is then inadmissible."""
    one, cheap = counted(pay.encode()), proof(c, "alice")
    c.case("896 other transactions", 16, c.block([pay] * 896), one)
    c.case("897 other transactions", 11, c.block([pay] * 897), one)
    c.case("64 that name a blob", 16, c.block([post] * 64, [blob]), counted(post.encode()))
    c.case("65 that name a blob", 11, c.block([post] * 65, [blob]), counted(post.encode()))
    c.case("128 fraud proofs", 16, c.block([cheap] * 128), counted(cheap.encode()))
    c.case("129 fraud proofs", 11, c.block([cheap] * 129), counted(cheap.encode()))
    overhead = len(cheap.encode())
    large = proof(c, "alice", bytes(2**19), bytes(2**21 - 2**19 - overhead))
    assert len(large.encode()) == 2**21
    c.case("2^23 bytes of fraud proofs", 16, c.block([large] * 4), counted(large.encode()))
    c.case("and one proof more", 11, c.block([large] * 4 + [cheap]))
    c.case("1024 transactions, 129 of them fraud proofs", 11, c.block([cheap] * 129 + [pay] * 895), counted(cheap.encode()), one)
    size = c.genesis.parameters.block_bytes - len(post.encode())
    fits = bytes(size)
    fitting = c.transaction("alice", named(c, fits), fits)
    c.case("blockBytes with the blob", 0, c.block([fitting], [fits]))
    above = bytes(size + 1)
    c.case("one byte above blockBytes", 11, c.block([c.transaction("alice", named(c, above), above)], [above]))
    half = bytes(c.genesis.parameters.block_bytes // 2)
    two = [c.transaction(name, named(c, half), half) for name in ("alice", "bob")]
    c.case("a blob that two name counts twice", 11, c.block(two, [half]))
    c.case("fraud proofs do not count among the others", 0, c.block([fitting, c.transaction("bob", FraudProof(bytes(32), 0, b"r", (), 0, b"e"))], [fits]))
    texts(c)
    c.case("a limit and the height", 11, c.block([pay] * 897, height=9), one)


def texts(c):
    """What proofs of bindings may cost a block."""
    large = lambda nonce, **changes: c.binding(0, nonce, claim=bytes(32), record=bytes(2**19), **changes)
    c.case("2^20 bytes of records of proofs of bindings", 0, c.block([large(0), large(1)]))
    c.case("and one byte more", 11, c.block([large(0), large(1), c.binding(0, 2, claim=bytes(32), record=b"r")]))
    c.case("other proofs do not count there", 0, c.block([large(nonce, kind=2) for nonce in range(3)]))
    four = [c.binding(index, index) for index in range(4)]
    c.case("proofs that need four tokenizers", 0, c.block(four))
    c.case("proofs that need five tokenizers", 16, c.block([*four, c.binding(4, 4)]))
    c.case("a fifth, refused for its record index", 16, c.block([*four, c.binding(4, 4, record_index=9)]))
    c.case("two proofs that need one tokenizer", 0, c.block([*four, c.binding(5, 4)]))
    c.case("a fifth with evidence that does not decode", 0, c.block([*four, c.binding(4, 4, b"\3")]))
    c.case("a fifth with evidence of another kind", 0, c.block([*four, c.binding(4, 4, kind=0)]))
    c.case("a fifth against no claim", 0, c.block([*four, c.binding(4, 4, claim=bytes(32))]))
    slash = c.binding(4, 0, kind=2, evidence=c.lie)
    c.case("a fifth against a claim that is slashed before", 16, c.block([slash, *(c.binding(i, i + 1) for i in range(5))]))


def consequences(c, pay):
    """Codes 12 to 17."""
    head = c.ledger.header
    c.case("the parent's height", 12, c.block([pay], height=head.height))
    c.case("two above the parent's height", 12, c.block([pay], height=head.height + 2))
    c.case("the last height", 12, c.block([pay], height=2**64 - 1))
    c.case("another parent", 13, c.block([pay], parent=c.ledger.hashes[-2]))
    c.case("another height and another parent", 12, c.block([pay], height=1, parent=bytes(32)))
    c.case("the parent's time", 14, c.block([pay], time=head.time))
    c.case("a time long ago", 14, c.block([pay], time=0))
    c.case("an hour after the parent's time", 0, c.block([pay], time=head.time + 3_600_000))
    c.case("an hour and a millisecond after it", 14, c.block([pay], time=head.time + 3_600_001))
    c.case("the last time", 14, c.block([pay], time=2**64 - 1))
    c.case("a time too late, and another history root", 14, c.block([pay], time=2**63, history_root=bytes(32)))
    c.case("another history root", 15, c.block([pay], history_root=root_of(c.ledger.hashes[:-1])))
    c.case("one transaction twice", 16, c.block([pay, pay]))
    c.case("a nonce above", 16, c.block([c.transaction("alice", Bond(1), nonce=5)]))
    c.case("an earlier nonce", 16, c.block([c.transaction("alice", Bond(1), nonce=0)]))
    c.case("a fee too small", 16, c.block([c.transaction("alice", Bond(1), fee=1)]))
    c.case("a fee above the balance", 16, c.block([c.transaction("alice", Bond(1), fee=10**9)]))
    c.case("an empty blob", 16, c.block([c.transaction("alice", named(c, b""), b"")], [b""]))
    c.case("inadmissible, and another state root", 16, c.block([pay, pay], state_root=bytes(32)))
    c.case("another state root", 17, c.block([pay], state_root=bytes(32)))
    c.case("the parent's state root", 17, c.block([pay], state_root=head.state_root))
    c.case("a later time and the parent's history root", 15, c.block([pay], history_root=head.history_root))


def make():
    c = Cases()
    pay = c.transaction("alice", Transfer(public("bob"), 1))
    post = c.transaction("bob", named(c, b"records"), b"records")
    c.case("valid, empty", 0, c.block())
    c.case("valid, attested by all", 0, c.block(by=c.validators))
    c.case("valid, by another validator", 0, c.block([pay], proposer="validator 3", by=["validator 3"]))
    c.case("valid, with a payload that is refused", 0, c.block([pay, post], [b"records"]))
    for name, data in encodings(c, c.block()):
        c.case(name, 1, data)
    count = u32(1345)
    short = c.block([b""] * 1344).encode()
    at = len(c.ledger.header.encode())
    c.case("1345 transactions", 1, short[:at] + count + counted(b"") + short[at + 4:])
    c.case("a transaction of 2^21 + 1 bytes", 1, c.block([bytes(2**21 + 1)]))
    c.case("a blob of 2^25 + 1 bytes", 1, c.block([], [bytes(2**25 + 1)]))
    c.case("another chain", 2, c.block([pay], chain=bytes(32)))
    c.case("a proposer who is no validator", 3, c.block([pay], proposer="alice", by=["validator 1"]))
    c.case("a proposer who is no validator, of another chain", 2, c.block([pay], proposer="alice", chain=bytes(32)))
    c.case("a proposer that is no key", 3, replace(c.block([pay]), header=c.header([pay], proposer="validator 1").change(proposer=bytes(32))))
    c.case("an attestation by no validator", 4, c.block([pay], by=["validator 1", "alice"]))
    valid = c.block([pay], by=["validator 1", "validator 2"])
    for index in range(2):
        wrong = list(valid.attestations)
        wrong[index] = (wrong[index][0], valid.attestations[1 - index][1])
        c.case(f"a wrong signature at place {index}", 5, replace(valid, attestations=tuple(wrong)))
    old = b.attested(c.ledger.header, (), (), [secret("validator 1")])
    c.case("an attestation of the parent", 5, replace(c.block([pay]), attestations=old.attestations))
    c.case("no attestation", 6, replace(valid, attestations=()))
    c.case("only another's attestation", 6, c.block([pay], by=["validator 2"]))
    c.case("only another's attestation, and another transaction root", 6, c.block([pay], by=["validator 2"], transaction_root=bytes(32)))
    pay, post, blob = contents(c)
    limits(c, pay, post, blob)
    consequences(c, pay)
    return {**c.file(), "first": c.first, "cases": c.cases}
