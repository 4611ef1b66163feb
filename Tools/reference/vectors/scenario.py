"""A chain under construction: candidates in their turn, and the block of those that are admissible."""

import re
from pathlib import Path

from probity_reference import records, signatures
from probity_reference.hashing import sha256
from probity_reference.ledger import blocks, genesis as g, transitions
from probity_reference.ledger.load import Load
from probity_reference.ledger.transactions import Transaction, required_fee

SPECIFICATION = Path(__file__).resolve().parents[3] / "SPEC.md"
VERSION = records.executor_version(SPECIFICATION.read_bytes())
SMALL = g.Parameters(
    window_blocks=3, unbonding_blocks=20, claim_bond=30_000_001, reward_permille=333, base_fee=10, byte_fee=2, blob_byte_fee=3,
    evidence_byte_fee=1, block_interval_milliseconds=50, block_bytes=2**22, dispute_blocks=14, reveal_blocks=1, move_blocks=1, seal_blocks=2,
    stretch_blocks=2, fan_out_bits=8, challenge_bond=5000, penalty=700)
BOND = SMALL.claim_bond


def secret(name):
    return g.development_key(name)


def public(name):
    return signatures.public_key(secret(name))


def make_genesis(name, validators, accounts, parameters=SMALL):
    """`accounts`: name -> (balance, stake)."""
    return g.Genesis(name, 1_700_000_000_000, parameters, tuple(sorted(map(public, validators))),
                     tuple(sorted((public(name), *amounts) for name, amounts in accounts.items())))


def compact(data):
    """Bytes for JSON: hexadecimal digits, or a list of such parts and of `{"repeat": bytes, "count": n}`."""
    parts, start = [], 0
    for run in re.finditer(rb"\0{256,}", data):
        if run.start() > start:
            parts.append(data[start:run.start()].hex())
        parts.append({"repeat": "00", "count": len(run[0])})
        start = run.end()
    if not parts:
        return data.hex()
    return parts + ([data[start:].hex()] if start < len(data) else [])


class Scenario:
    def __init__(self, name, validators, accounts, parameters=SMALL):
        self.genesis, self.validators = make_genesis(name, validators, accounts, parameters), validators
        self.ledger = blocks.Ledger(self.genesis, VERSION)
        self.blocks, self.known_blobs = [], {}
        self.start()

    def start(self):
        """A new block's candidates."""
        self.state, self.height = self.ledger.state.copy(), self.ledger.header.height + 1
        transitions.begin(self.ledger.chain, self.state, self.height)
        self.candidates, self.included, self.load = [], [], Load()

    def transaction(self, sender, payload, blob=None, **changes):
        """Signed, with the sender's next nonce and exactly the required fee unless `changes` say otherwise."""
        key = public(sender)
        fields = {"chain": self.genesis.root(), "sender": key, "nonce": self.state.account(key).nonce, "fee": 0, "payload": payload, **changes}
        if "fee" not in changes:
            size = len(Transaction(**fields).encode())
            fields["fee"] = required_fee(self.genesis.parameters, size, len(blob or b""), len(payload.evidence))
        unsigned = Transaction(**fields)
        return Transaction(**{**fields, "signature": signatures.sign(secret(sender), unsigned.id())})

    def offer(self, name, transaction, blob=None, inadmissible=0, outcome=0):
        """Takes a candidate, a `Transaction` or bytes, in its turn, and asserts what becomes of it."""
        data = transaction if isinstance(transaction, bytes) else transaction.encode()
        blobs = {} if blob is None else {sha256(blob): blob}
        self.known_blobs.update(blobs)
        case = {"name": name, "transaction": compact(data)}
        if blob is not None:
            case["blob"] = sha256(blob).hex()
        decoded = transitions.standing(self.ledger.chain, data)
        code = decoded if isinstance(decoded, int) else transitions.inadmissible(self.ledger.chain, self.state, decoded, len(data), blobs)
        assert code == inadmissible, (name, code)
        if not isinstance(decoded, int):
            case["id"] = decoded.id().hex()
        if code:
            self.candidates.append({**case, "inadmissible": code})
            return
        self.load.add(decoded, len(data), len(blob or b""))
        self.load.add_tokenizer(transitions.needed_tokenizer(self.state, decoded.payload))
        assert self.load.fits(self.genesis.parameters), name
        found = transitions.apply(transitions.Turn(self.ledger.chain, self.state, decoded, self.height, len(self.included), blobs))
        assert found == outcome, (name, found)
        self.candidates.append({**case, "outcome": outcome})
        self.included.append((data, blob))

    def send(self, name, sender, payload, blob=None, inadmissible=0, outcome=0, beside=True, **changes):
        transaction = self.transaction(sender, payload, blob, **changes)
        self.offer(name, transaction, blob if beside else None, inadmissible, outcome)
        return transaction

    def close(self, note, proposer=None):
        """Ends the block: proposes, attests and accepts it."""
        before = dict(self.ledger.state.values)
        data = [transaction for transaction, _ in self.included]
        beside = list(dict.fromkeys(blob for _, blob in self.included if blob is not None))
        name = proposer or self.validators[0]
        header = self.ledger.propose(data, beside, secret(name), self.ledger.header.time + 50)
        block = blocks.attested(header, data, beside, [secret(name)])
        outcomes = self.ledger.accept(block.encode())
        assert outcomes == [c["outcome"] for c in self.candidates if "outcome" in c]
        self.ledger.state.check_conservation()
        after = self.ledger.state.values
        changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        self.blocks.append({
            "note": note, "candidates": self.candidates, "header": header.encode().hex(), "headerHash": header.hash().hex(),
            "attestations": blocks.encode_attestations(block.attestations).hex(), "blockSHA256": sha256(block.encode()).hex(),
            "changes": [{"key": key.hex(), "value": after[key].encode().hex() if key in after else None} for key in changed]})
        self.start()
        return header

    def file(self):
        return {
            "genesis": g.write_file(self.genesis), "executorVersion": VERSION.hex(), "genesisStateRoot": self.genesis.state().root().hex(),
            "genesisHeaderHash": self.ledger.hashes[0].hex(),
            "blobs": {digest.hex(): compact(blob) for digest, blob in self.known_blobs.items()}, "blocks": self.blocks}
