"""receipts.json: receipts against a genesis and against a checkpoint, valid or refused by each code of [RCPT-2]."""

from dataclasses import replace

from probity_reference.encoding import u32, u8
from probity_reference.hashing import sha256
from probity_reference.ledger import blocks as b, receipts as r
from probity_reference.ledger.state import State
from probity_reference.ledger.transactions import FraudProof
from probity_reference.ledger.values import CLAIM, Status
from probity_reference.merkle import path, root_of

from .claim_cases import Claims
from .fraud_cases import BINDING, OUTPUT
from .record_cases import changed
from .scenario import BOND, VERSION, public, secret

VALIDATORS = ["validator 1", "validator 2", "validator 3", "validator 4"]
QUORUM = VALIDATORS[:3]


class Receipts(Claims):
    def __init__(self):
        super().__init__("receipts", {"alice": (10**6, 0), "dave": (10**6, 0), "provider": (10**6, 4 * BOND)}, validators=VALIDATORS)
        self.states, self.cases = {0: self.ledger.state}, []

    def close(self, note, proposer=None):
        header = super().close(note, proposer)
        self.states[header.height] = self.ledger.state
        return header

    def attestations(self, header, names=QUORUM):
        return b.attested(header, (), (), [secret(name) for name in names]).attestations

    def receipt(self, height, claim, records, index, anchor=None, names=QUORUM):
        """As of a height, by way of the header of another."""
        header, history = self.ledger.headers[height], None
        if anchor is not None:
            history = (self.ledger.headers[anchor], tuple(path(self.ledger.hashes[:anchor], height)))
        attested = self.attestations(self.ledger.headers[height if anchor is None else anchor], names)
        return r.make(self.ledger, self.states[height], header, claim, records, index, history, attested)

    def case(self, name, code, receipt, verdict=None, checkpoint=None):
        data = receipt if isinstance(receipt, bytes) else receipt.encode()
        found, decoded = r.check(data, VERSION, None if checkpoint else self.genesis, checkpoint)
        assert found == code, (name, found)
        case = {"name": name, "receipt": data.hex(), "code": code}
        if checkpoint:
            case["checkpoint"] = checkpoint.hex()
        if code == 0:
            assert r.verdict(decoded) == verdict, name
            case["verdict"] = verdict
        self.cases.append(case)


def encodings(s, receipt):
    """Code 1."""
    data = receipt.encode()
    yield "no bytes", b""
    yield "another magic", b"PROBREC2" + data[8:]
    yield "a byte short", data[:-1]
    yield "a byte left over", data + b"\0"
    yield "a record of 2^19 + 1 bytes", data[:8] + u32(2**19 + 1) + data[12:]
    at = data.index(receipt.claim.encode()) + len(receipt.claim.encode())
    status = len(receipt.claim.status.encode())
    yield "a status with no rule", data[:at - status] + b"\3" + data[at - status + 1:]
    yield "a record count of 0", replace(receipt, claim=receipt.claim.change(record_count=0)).encode()
    yield "a record count of 257", replace(receipt, claim=receipt.claim.change(record_count=257)).encode()
    yield "a state proof with no rule", data[:at] + b"\3" + data[at + 1:]
    yield "257 siblings", replace(receipt, state_proof=b"\0" + u32(257) + bytes(32 * 257)).encode()
    yield "an inclusion of 41 digests", replace(receipt, inclusion=(bytes(32),) * 41).encode()
    yield "attestations that descend", replace(receipt, attestations=receipt.attestations[::-1]).encode()
    yield "one attestation twice", replace(receipt, attestations=receipt.attestations[:1] * 2).encode()


def forged(s, claim, record):
    """A receipt of a state that no rule makes, which a quorum attests."""
    state, name, data = State(), sha256(b"forged"), record if isinstance(record, bytes) else record.encode()
    state.set(CLAIM, name, claim.change(batch_root=root_of([data]), record_count=1))
    header = replace(s.ledger.header, state_root=state.root())
    return r.make(s.ledger, state, header, name, [data], 0, None, s.attestations(header))


def trust(s, fine, past):
    """Codes 2 to 8."""
    header, anchor = fine.header, past.history[0]
    elsewhere = replace(anchor, chain=bytes(32))
    s.case("header and anchor of different chains", 2, replace(past, history=(elsewhere, past.history[1])))
    s.case("header and anchor of different chains, a checkpoint", 2, replace(past, history=(elsewhere, past.history[1])), checkpoint=elsewhere.hash())
    s.case("another chain", 3, replace(fine, header=replace(header, chain=bytes(32))))
    s.case("another header than the checkpoint", 4, fine, checkpoint=s.ledger.hashes[1])
    s.case("the header is the checkpoint, the anchor is not", 4, past, checkpoint=past.header.hash())
    s.case("a checkpoint of zeros", 4, fine, checkpoint=bytes(32))
    s.case("an attestation by no validator", 5, replace(fine, attestations=s.attestations(header, [*QUORUM, "alice"])))
    wrong = [(key, bytes(64)) for key, _ in fine.attestations[:1]]
    s.case("a wrong signature", 6, replace(fine, attestations=(*wrong, *fine.attestations[1:])))
    s.case("a wrong signature beside a quorum", 6, replace(fine, attestations=tuple(sorted(
        [*fine.attestations, (public("validator 4"), bytes(64))]))))
    s.case("by no validator and a wrong signature", 5, replace(fine, attestations=tuple(sorted([*wrong, *s.attestations(header, ["alice"])]))))
    s.case("attestations of the header, not of the anchor", 6, replace(past, attestations=s.attestations(past.header)))
    s.case("two of four attestations", 7, replace(fine, attestations=s.attestations(header, VALIDATORS[:2])))
    s.case("no attestation", 7, replace(fine, attestations=()))
    s.case("the anchor's height is the header's", 8, replace(past, history=(past.header, ()), attestations=s.attestations(past.header)))
    s.case("the anchor is below the header", 8, replace(fine, history=(s.ledger.headers[2], ()), attestations=s.attestations(s.ledger.headers[2])))
    s.case("a path too short", 8, replace(past, history=(anchor, past.history[1][:-1])))
    s.case("a path too long", 8, replace(past, history=(anchor, (*past.history[1], bytes(32)))))
    s.case("another path", 8, replace(past, history=(anchor, (bytes(32), *past.history[1][1:]))))
    s.case("another header than the path's", 8, replace(past, header=replace(past.header, time=past.header.time + 1)))
    s.case("a header of another chain with its anchor", 3, replace(
        past, header=replace(past.header, chain=bytes(32)), history=(elsewhere, past.history[1])))


def content(s, fine, records):
    """Codes 9 to 15."""
    claim, proof = fine.claim, fine.state_proof
    absent = r.state_tree.prove(s.states[fine.header.height].pairs(), sha256(b"absent"))
    s.case("a claim that is not the state's", 9, replace(fine, claim=claim.change(bond=claim.bond + 1)))
    s.case("another status", 9, replace(fine, claim=claim.change(status=Status(1, 1))))
    s.case("a provider that is no key", 9, replace(fine, claim=claim.change(provider=bytes(32))))
    s.case("a challenger that is no key", 9, replace(fine, claim=claim.change(status=Status(2, 3, bytes(32)))))
    s.case("another claim id", 9, replace(fine, claim_id=bytes(32)))
    s.case("a sibling flipped", 9, replace(fine, state_proof=proof[:-1] + bytes([proof[-1] ^ 1])))
    s.case("a proof of absence", 9, replace(fine, state_proof=absent))
    s.case("a header of another height", 9, replace(fine, header=s.ledger.headers[1], attestations=s.attestations(s.ledger.headers[1])))
    s.case("no such record", 10, replace(fine, record_index=claim.record_count))
    s.case("the last record index", 10, replace(fine, record_index=2**32 - 1))
    s.case("another record index", 11, replace(fine, record_index=1 - fine.record_index))
    s.case("another record", 11, replace(fine, record=records[1 - fine.record_index].encode()))
    s.case("a hash too few", 11, replace(fine, inclusion=()))
    s.case("another record's model, and a wrong inclusion", 11, replace(
        fine, record=s.resalted(records[0], model_root=bytes(32)).encode()))
    record = records[0]
    s.case("forged, but fine", 0, forged(s, claim, record), verdict="final")
    s.case("no record", 12, forged(s, claim, b""))
    s.case("a record with a byte left over", 12, forged(s, claim, record.encode() + b"\0"))
    s.case("a record for another model", 13, forged(s, claim, s.resalted(record, model_root=bytes(32))))
    s.case("a record of another executor version", 14, forged(s, claim, changed(record, version=bytes(32))))
    s.case("another model and another executor version", 13, forged(s, claim, changed(s.resalted(record, model_root=bytes(32)), version=bytes(32))))
    s.case("a wrong signature of the request", 15, forged(s, claim, changed(record, signature=bytes(64))))
    s.case("another executor version and a wrong signature", 14, forged(s, claim, changed(record, version=bytes(32), signature=bytes(64))))
    s.case("a wrong shape is no reason", 0, forged(s, claim, changed(record, output=[])), verdict="final")


def make():
    s = Receipts()
    s.send("the test model", "alice", s.model(), s.tokenizer)
    s.close("height 1: a model")
    base = s.maker.record("a", 3, "receipts")
    records = [s.resalted(base), s.resalted(base)]
    first = s.claim("two records", "provider", records)
    false = [changed(s.resalted(base), answer="no")]
    second = s.claim("a false record", "provider", false)
    s.close("height 2: claims, deadline 5")
    s.send("a fraud proof", "dave", FraudProof(second, 0, false[0].encode(), (), BINDING, u8(OUTPUT)))
    s.close("height 3")
    for height in range(4, 9):
        s.close(f"height {height}", VALIDATORS[height % 4])
    fine, past = s.receipt(6, first, records, 1), s.receipt(6, first, records, 0, anchor=8)
    s.case("final", 0, fine, "final")
    s.case("final, by three of four", 0, s.receipt(8, first, records, 0), "final")
    s.case("final, by all", 0, s.receipt(8, first, records, 0, names=VALIDATORS), "final")
    s.case("final, by way of a later header", 0, past, "final")
    s.case("final, by way of the next header", 0, s.receipt(7, first, records, 0, anchor=8), "final")
    s.case("pending", 0, s.receipt(2, first, records, 0), "pending")
    s.case("pending at its deadline, by way of a later header", 0, s.receipt(5, first, records, 1, anchor=6), "pending")
    s.case("slashed", 0, s.receipt(3, second, false, 0), "slashed")
    s.case("slashed, pending before", 0, s.receipt(2, second, false, 0, anchor=8), "pending")
    bare = replace(fine, attestations=())
    s.case("against a checkpoint", 0, bare, "final", checkpoint=bare.header.hash())
    s.case("against a checkpoint, by way of it", 0, replace(past, attestations=()), "final", checkpoint=s.ledger.hashes[8])
    junk = replace(fine, attestations=tuple(sorted([(bytes(32), bytes(64))])))
    s.case("against a checkpoint, attestations are not looked at", 0, junk, "final", checkpoint=bare.header.hash())
    for name, data in encodings(s, fine):
        s.case(name, 1, data)
    trust(s, fine, past)
    content(s, fine, records)
    return {**s.file(), "cases": s.cases}
