"""ledger-accounts.json, ledger-edges.json: admissibility, transfers, stakes, unbonding, fees."""

from probity_reference import signatures
from probity_reference.encoding import counted, listing, text, u32, u64, u8
from probity_reference.hashing import sha256, tagged
from probity_reference.ledger.genesis import Parameters
from probity_reference.ledger.transactions import Bond, FraudProof, PostClaim, RegisterModel, Transaction, Transfer, Unbond

from .scenario import Scenario, public, secret

NO_KEY = bytes(31) + b"\5"  # no point of secp256k1 has the x coordinate 5


def raw(scenario, sender, payload_bytes, key=None):
    """Signed bytes with any payload, well formed or not."""
    state = scenario.state.account(public(sender))
    signed = scenario.genesis.root() + (key or public(sender)) + u64(state.nonce) + u64(10**6) + payload_bytes
    return signed + signatures.sign(secret(sender), tagged("probity/transaction", signed))


def not_canonical(s):
    """[TX-1] reason 1."""
    fine = s.transaction("alice", Transfer(public("bob"), 1)).encode()
    s.offer("no bytes", b"", inadmissible=1)
    s.offer("a byte short", fine[:-1], inadmissible=1)
    s.offer("a byte left over", fine + b"\0", inadmissible=1)
    s.offer("a payload with no rule", raw(s, "alice", u8(255) + bytes(40)), inadmissible=1)
    s.offer("a sender that is no key", raw(s, "alice", u8(1) + u64(1), NO_KEY), inadmissible=1)
    s.offer("a sender above the field size", raw(s, "alice", u8(1) + u64(1), b"\xff" * 32), inadmissible=1)
    s.offer("a transfer to no key", raw(s, "alice", u8(0) + NO_KEY + u64(1)), inadmissible=1)
    for name, encoded in [("an empty name", counted(b"")), ("a name of 257 bytes", counted(b"n" * 257)), ("a name that is not UTF-8", counted(b"\xff"))]:
        s.offer(name, raw(s, "alice", u8(3) + encoded + counted(b"") + bytes(64)), inadmissible=1)
    s.offer("a graph of 2^20 + 1 bytes", raw(s, "alice", u8(3) + text("n") + counted(bytes(2**20 + 1)) + bytes(64)), inadmissible=1)
    for count in (0, 257):
        s.offer(f"a record count of {count}", raw(s, "alice", u8(4) + bytes(64) + u32(count) + bytes(32)), inadmissible=1)
    proof = bytes(32) + u32(0) + counted(b"r")
    s.offer("an evidence tag of 4", raw(s, "alice", u8(5) + proof + listing([]) + u8(4) + counted(b"")), inadmissible=1)
    s.offer("an inclusion of 41 digests", raw(s, "alice", u8(5) + proof + listing([bytes(32)] * 41) + u8(0) + counted(b"")), inadmissible=1)
    s.offer("a record of 2^19 + 1 bytes", raw(s, "alice", u8(5) + bytes(36) + counted(bytes(2**19 + 1)) + listing([]) + u8(0) + counted(b"")), inadmissible=1)
    s.offer("evidence of 3 * 2^19 + 1 bytes", raw(s, "alice", u8(5) + proof + listing([]) + u8(0) + counted(bytes(3 * 2**19 + 1))), inadmissible=1)
    large = FraudProof(bytes(32), 0, bytes(2**19), (), 0, bytes(3 * 2**19))
    s.send("canonical, but of more than 2^21 bytes", "alice", large, inadmissible=1)


def admissibility(s):
    """[TX-1] reasons 2 to 9, and which of two comes first."""
    pay = Transfer(public("bob"), 7)
    s.send("another chain", "alice", pay, inadmissible=2, chain=sha256(b"another"))
    fine = s.transaction("alice", pay)
    data = fine.encode()
    s.offer("a signature with a bit flipped", data[:-1] + bytes([data[-1] ^ 1]), inadmissible=3)
    s.offer("a signature by another", Transaction(**{**vars(fine), "signature": s.transaction("bob", pay).signature}), inadmissible=3)
    s.offer("a signature of another nonce", Transaction(**{**vars(s.transaction("alice", pay, nonce=1)), "nonce": 0}), inadmissible=3)
    s.offer("a signature with s = n", Transaction(**{**vars(fine), "signature": fine.signature[:32] + signatures.octets(signatures.N)}), inadmissible=3)
    s.offer("another chain and a wrong signature", Transaction(**{**vars(fine), "chain": bytes(32)}), inadmissible=2)
    claim = lambda blob: PostClaim(bytes(32), bytes(32), 1, sha256(blob))
    model = lambda blob: RegisterModel("m", b"", bytes(32), sha256(blob))
    s.send("a blob that is not there", "alice", claim(b"records"), b"records", inadmissible=4, beside=False)
    s.send("a blob that is not there, and a nonce above", "alice", claim(b"records"), b"records", inadmissible=4, beside=False, nonce=9)
    s.send("another blob beside it", "alice", claim(b"other"), b"records", inadmissible=4)
    s.send("an empty blob", "alice", claim(b""), b"", inadmissible=5)
    s.send("an empty tokenizer", "alice", model(b""), b"", inadmissible=5)
    s.send("records of 2^22 + 1 bytes", "alice", claim(bytes(2**22 + 1)), bytes(2**22 + 1), inadmissible=5)
    s.send("a tokenizer of 2^25 + 1 bytes", "alice", model(bytes(2**25 + 1)), bytes(2**25 + 1), inadmissible=5)
    s.send("an empty blob and a nonce above", "alice", claim(b""), b"", inadmissible=5, nonce=9)
    s.send("a nonce above", "alice", pay, inadmissible=7, nonce=1)
    s.send("the last nonce", "alice", pay, inadmissible=7, nonce=2**64 - 1)
    s.send("a nonce above and no fee", "alice", pay, inadmissible=7, nonce=1, fee=0)
    s.send("a fee one short", "alice", pay, inadmissible=8, fee=fine.fee - 1)
    s.send("a blob's fee one short", "alice", claim(b"records"), b"records", inadmissible=8,
           fee=s.transaction("alice", claim(b"records"), b"records").fee - 1)
    proof = FraudProof(bytes(32), 0, b"", (), 1, b"\0\0\0")
    s.send("evidence's fee one short", "alice", proof, inadmissible=8, fee=s.transaction("alice", proof).fee - 1)
    s.send("a balance below the fee", "poor", pay, inadmissible=9)
    s.send("no account and no fee", "nobody", pay, inadmissible=8, fee=0)
    s.send("no account", "nobody", pay, inadmissible=9)
    s.send("a fee of 2^64 - 1", "alice", pay, inadmissible=9, fee=2**64 - 1)
    s.send("accepted", "alice", pay)
    s.offer("once more", fine, inadmissible=6)
    s.send("a nonce below and no fee", "alice", pay, inadmissible=6, nonce=0, fee=0)


def make_accounts():
    s = Scenario("accounts", ["validator 1", "validator 2"], {
        "alice": (5_000_000, 0), "bob": (100_000, 50), "carol": (60_000, 2**40), "poor": (379, 1)})
    not_canonical(s)
    s.close("no transaction; a proposer without account gets no fee")
    admissibility(s)
    s.close("one transaction")
    alice, bob, carol = public("alice"), public("bob"), public("carol")
    s.send("of nothing", "alice", Transfer(bob, 0), outcome=101)
    s.send("of nothing, to oneself", "alice", Transfer(alice, 0), outcome=101)
    s.send("to oneself", "alice", Transfer(alice, 5), outcome=102)
    s.send("to oneself, more than there is", "alice", Transfer(alice, 2**63), outcome=102)
    s.send("of 2^64 - 1", "alice", Transfer(bob, 2**64 - 1), outcome=103)
    left = s.state.account(alice).balance - s.transaction("alice", Transfer(bob, 1)).fee
    s.send("one more than is left after the fee", "alice", Transfer(bob, left + 1), outcome=103)
    s.send("to a new account", "alice", Transfer(public("new"), 1_000))
    s.send("a fee above the required one", "alice", Transfer(bob, 1), fee=99_999)
    s.send("the new account pays the validator", "new", Transfer(public("validator 1"), 1))
    s.send("bond of nothing", "alice", Bond(0), outcome=201)
    s.send("bond of 2^64 - 1", "alice", Bond(2**64 - 1), outcome=202)
    s.send("bond", "alice", Bond(1_000_000))
    s.send("unbond of nothing", "alice", Unbond(0), outcome=211)
    s.send("unbond of more than the stake", "alice", Unbond(1_000_001), outcome=212)
    s.send("unbond of 2^64 - 1", "alice", Unbond(2**64 - 1), outcome=212)
    s.send("unbond of a part", "alice", Unbond(300_000))
    s.send("unbond of the rest", "alice", Unbond(700_000))
    s.send("by another, at the same height", "bob", Unbond(50))
    s.close("transfers, bonds, unbonds", "validator 2")
    s.send("all that is left", "new", Transfer(bob, s.state.account(public("new")).balance - s.transaction("new", Transfer(bob, 1)).fee))
    s.send("a proposer's own", "validator 1", Bond(1), inadmissible=9, fee=10**9)
    for count in range(32):
        s.send(f"unbonding {count + 1}", "carol", Unbond(2**count))
    s.send("a 33rd unbonding", "carol", Unbond(1), outcome=213)
    s.send("a 33rd unbonding of nothing", "carol", Unbond(0), outcome=211)
    s.close("an account with 32 unbondings; an emptied account keeps its entry")
    for height in range(5, 23):
        s.close("no transaction", s.validators[height % 2])
    before = s.ledger.state.account(alice).balance
    fee = s.transaction("alice", Transfer(bob, 1)).fee
    s.send("what was released in this block", "alice", Transfer(bob, before + 1_000_000 - fee))
    s.close("release at height 23 of two accounts")
    s.send("unbonding again", "carol", Unbond(1))
    s.send("and once more", "carol", Unbond(1))
    s.send("a third", "carol", Unbond(1))
    s.close("release of 32 unbondings at height 24, then new ones")
    return s.file()


FREE = Parameters(
    window_blocks=1, unbonding_blocks=16, claim_bond=2**62, reward_permille=999, base_fee=0, byte_fee=0, blob_byte_fee=0, evidence_byte_fee=0,
    block_interval_milliseconds=50, block_bytes=2**22, dispute_blocks=13, reveal_blocks=1, move_blocks=1, seal_blocks=1, stretch_blocks=0,
    fan_out_bits=8, challenge_bond=1, penalty=2**60)


def make_edges():
    """No fees, and a supply of 2^63 - 1."""
    s = Scenario("edges", ["validator 1", "validator 2"], {"alice": (2**62, 0), "bob": (0, 2**62 - 1)}, FREE)
    s.close("nobody pays: no entry is written for the proposer")
    alice, bob = public("alice"), public("bob")
    s.send("without fee", "nobody", Transfer(alice, 1), outcome=103)
    s.send("without fee, of nothing", "nobody", Transfer(alice, 0), outcome=101)
    s.send("everything", "alice", Transfer(bob, 2**62))
    s.send("from nothing", "alice", Transfer(bob, 1), outcome=103)
    s.send("all of it bonded", "bob", Bond(2**62))
    s.send("one too much", "bob", Unbond(2**63), outcome=212)
    s.send("all of the supply", "bob", Unbond(2**63 - 1))
    s.close("all the supply in one unbonding")
    for _ in range(15):
        s.close("nothing")
    s.send("all of the supply", "bob", Transfer(alice, 2**63 - 1))
    s.send("all of the supply as fee, to oneself", "alice", Transfer(bob, 1), fee=2**63 - 1, outcome=103)
    s.close("release, and all of the supply becomes a fee")
    s.send("the proposer's, as fee", "validator 1", Transfer(bob, 1), fee=2**63 - 2)
    s.close("a fee that its payer gets back")
    return s.file()
