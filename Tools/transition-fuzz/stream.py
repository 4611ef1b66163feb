"""A stream of random transactions, from one seed: each made on the state that the reference has reached, most of them valid, many not."""

import random
from dataclasses import replace

from probity_reference import bundle as bundles
from probity_reference.encoding import listing
from probity_reference.hashing import sha256
from probity_reference.ledger import values as v
from probity_reference.ledger.genesis import Genesis, Parameters, development_key
from probity_reference.ledger.transactions import (
    Bond, FraudProof, PostClaim, RegisterModel, Transaction, Transfer, Unbond, required_fee)
from probity_reference.merkle import path, root_of
from probity_reference.records import Record, batch_blob

from disputes import Disputes
from work import make_work, record_for

PARAMETERS = Parameters(
    window_blocks=3, unbonding_blocks=71, claim_bond=15_000_001, reward_permille=333, base_fee=10, byte_fee=1, blob_byte_fee=1,
    evidence_byte_fee=1, block_interval_milliseconds=50, block_bytes=2**25, dispute_blocks=65, reveal_blocks=2, move_blocks=1, seal_blocks=2,
    stretch_blocks=3, fan_out_bits=2, challenge_bond=3000, penalty=5000)
VALIDATORS, RICH, POOR, STRANGERS = 4, 24, 6, 400
MOST_TRANSACTIONS, LARGEST = 1300, 2**64 - 1


class Stream:
    def __init__(self, seed, library):
        self.random, self.library = random.Random(seed), library
        self.validators = [development_key(f"validator {i}") for i in range(VALIDATORS)]
        self.rich = [development_key(f"rich {i}") for i in range(RICH)]
        self.poor = [development_key(f"poor {i}") for i in range(POOR)]
        self.strangers = [development_key(f"stranger {i}") for i in range(STRANGERS)]
        self.clients = [development_key(f"client {i}") for i in range(8)]
        self.items, self.bundle = make_work(self.random)
        self.graph, self.tokenizer = self.bundle.graph.encode(), self.bundle.tokenizer
        self.tensors_root = self.bundle.tensor_trees()[1].root
        self.models, self.claims, self.salt = [], [], 0
        self.secrets = {self.key(secret): secret for secret in self.validators + self.rich + self.poor + self.strangers}
        self.disputes = Disputes(self)
        self.kinds = [(30, self.transfer), (10, self.bond), (10, self.unbond), (1, self.register), (6, self.claim), (12, self.proof)]
        self.kinds += self.disputes.kinds

    def key(self, secret):
        return self.library.public_key(secret)

    def genesis(self):
        accounts = [(secret, 10**14, 10**12) for secret in self.rich] + [(secret, 3000, 40) for secret in self.poor]
        return Genesis("transition fuzz", 1_700_000_000_000, PARAMETERS, tuple(sorted(map(self.key, self.validators))),
                       tuple(sorted((self.key(secret), balance, stake) for secret, balance, stake in accounts)))

    def start(self, chain, state, height):
        """Begins a block on a state that `begin` has been applied to."""
        self.chain, self.state, self.height = chain, state, height
        self.count, self.last = 0, None
        pending = lambda claim: state.get(v.CLAIM, claim.name).status.tag == v.PENDING
        self.claims = [claim for claim in self.claims if claim.height >= height - 8 or pending(claim)][-400:]
        self.disputes.start()

    def included(self, transaction, data):
        """The reference took a transaction into the block."""
        self.count += 1
        self.disputes.included(transaction.payload)
        if isinstance(transaction.payload, PostClaim) and self.posted is not None:
            name = v.claim_id(transaction.sender, transaction.nonce)
            if self.state.get(v.CLAIM, name) is not None:
                self.claims.append(Posted(name, *self.posted, self.height))
        if isinstance(transaction.payload, RegisterModel):
            root = bundles.model_root(transaction.payload.graph, transaction.payload.tensors_root, self.tokenizer)
            if self.state.get(v.MODEL, root) is not None and root not in self.models:
                self.models.append(root)

    def is_full(self):
        return self.count >= MOST_TRANSACTIONS

    # Candidates: a transaction's bytes, and the blob beside it or None.

    def candidate(self):
        self.posted = None
        if self.last is not None and self.random.random() < 0.04:
            return self.damaged(*self.last)
        while True:
            make, = self.random.choices([make for _, make in self.kinds], [weight for weight, _ in self.kinds])
            made = make()
            if made is not None:
                break
        sender, payload, blob = made
        data = self.transaction(sender, payload, blob)
        self.last = data, blob
        if blob is not None and self.random.random() < 0.01:
            blob = self.random.choice([None, b"", b"another"])
        return data, blob

    def transaction(self, sender, payload, blob):
        key = self.key(sender)
        account, choice = self.state.account(key), self.random.random()
        fields = {"chain": self.chain.root, "sender": key, "nonce": account.nonce, "fee": 0, "payload": payload}
        size = len(Transaction(**fields).encode())
        fee = required_fee(PARAMETERS, size, len(blob or b""), len(payload.evidence))
        if choice < 0.01:
            fields["nonce"] = self.random.choice([account.nonce + 1, max(0, account.nonce - 1), LARGEST])
        elif choice < 0.02:
            fee = self.random.choice([0, fee - 1, account.balance, account.balance + 1, LARGEST])
        elif choice < 0.05:
            fee += self.random.randrange(1000)
        elif choice < 0.053:
            fields["chain"] = self.random.randbytes(32)
        unsigned = Transaction(**{**fields, "fee": fee})
        signer = self.anyone() if self.random.random() < 0.005 else sender
        return replace(unsigned, signature=self.library.sign(signer, unsigned.id())).encode()

    def damaged(self, data, blob):
        """An earlier transaction once more, as it was or with a fault in its bytes."""
        choice, at = self.random.random(), self.random.randrange(len(data))
        if choice < 0.5:
            return data[:at] + bytes([data[at] ^ 1 << self.random.randrange(8)]) + data[at + 1:], blob
        if choice < 0.6:
            return data[:at], blob
        if choice < 0.7:
            return data + self.random.randbytes(1 + self.random.randrange(4)), blob
        return data, blob

    def anyone(self):
        return self.random.choice(self.random.choices([self.rich, self.poor, self.strangers, self.validators], [88, 4, 6, 2])[0])

    def amount(self, most):
        """Up to a largest amount and at its edges."""
        choice = self.random.random()
        if choice < 0.7:
            return self.random.randrange(1, max(2, most // 1000))
        return min(LARGEST, max(0, self.random.choice([0, 1, most - 1, most, most + 1, 2**63, LARGEST, self.random.randrange(most + 1)])))

    def fee_of_plain(self):
        return PARAMETERS.base_fee + 185

    def transfer(self):
        sender = self.anyone()
        balance = max(0, self.state.account(self.key(sender)).balance - self.fee_of_plain())
        to = sender if self.random.random() < 0.02 else self.anyone()
        amount = self.amount(balance)
        # Fortunes stay spread, so that the stream goes on.
        return sender, Transfer(self.key(to), min(amount, 10**9) if self.random.random() < 0.99 and amount < 2**62 else amount), None

    def bond(self):
        sender = self.anyone()
        amount = self.amount(self.state.account(self.key(sender)).balance)
        return sender, Bond(min(amount, 10**10) if amount < 2**62 else amount), None

    def unbond(self):
        sender = self.anyone()
        account = self.state.account(self.key(sender))
        amount = self.amount(account.stake - account.locked)
        return sender, Unbond(amount if self.random.random() < 0.02 or amount >= 2**62 else min(amount, 10**6)), None

    def register(self):
        choice = self.random.random()
        graph, tensors, tokenizer = self.graph, self.random.randbytes(32), self.tokenizer
        if choice < 0.4 or not self.models:
            tensors = self.tensors_root
        elif choice < 0.6:
            at = self.random.randrange(len(graph))
            graph = graph[:at] + bytes([graph[at] ^ 1 << self.random.randrange(8)]) + graph[at + 1:]
        elif choice < 0.8:
            at = self.random.randrange(len(tokenizer))
            tokenizer = tokenizer[:at] + bytes([tokenizer[at] ^ 1 << self.random.randrange(8)]) + tokenizer[at + 1:]
        elif len(self.models) > 40:
            tensors = self.tensors_root
        return self.anyone(), RegisterModel("m" * self.random.choice([1, 20, 256]), graph, tensors, sha256(tokenizer)), tokenizer

    def record(self, item, model, provider):
        secret = self.random.choice(self.clients)
        self.salt += 1
        return record_for(item, model, provider, self.key(secret), sha256(self.salt.to_bytes(8, "big")), lambda digest: self.library.sign(secret, digest))

    def claim(self):
        if not self.models:
            return None
        model = self.models[0] if self.random.random() < 0.9 else self.random.choice(self.models)
        items = self.random.choices(self.items, k=self.random.choice([1, 1, 2, 3]))
        sender = self.anyone()
        records = [self.record(item, model, self.key(sender)) for item in items]
        choice = self.random.random()
        if choice < 0.12:
            self.spoil(records, self.key(sender))
        blob = batch_blob(records)
        if choice > 0.97:
            blob = self.random.choice([b"x", blob + b"\0", blob[:-1], listing([])])
        fields = {"model_root": model, "batch_root": root_of([r.encode() for r in records]), "record_count": len(records), "records": sha256(blob)}
        if 0.95 < choice < 0.97:
            fields.update(self.random.choice([{"model_root": bytes(32)}, {"batch_root": bytes(32)}, {"record_count": 1 + len(records)}]))
        if choice > 0.995:
            blob, fields["records"] = b"", sha256(b"")
        self.posted = items, [r.encode() for r in records]
        return sender, PostClaim(**fields), blob

    def spoil(self, records, provider):
        """A fault in one record."""
        at, choice = self.random.randrange(len(records)), self.random.randrange(7)
        record = records[at]
        if choice == 0:
            records.append(record)
        elif choice == 1 and self.claims:
            records[at] = self.random.choice(self.claims).first
        elif choice == 2:
            record.signature = self.random.randbytes(64)
        elif choice == 3:
            record.version = bytes(32)
        elif choice == 4:
            record.output = self.random.choice([[], [256], record.output * 30])
        elif choice == 5:
            records[at] = self.record(self.random.choice(self.items), record.request.model_root, self.key(self.anyone()))
        else:
            records[at] = self.record(self.random.choice(self.items), self.random.choice([*self.models, bytes(32)]), provider)

    def proof(self):
        if not self.claims:
            return None
        posted = self.random.choice(self.claims)
        index = self.random.randrange(len(posted.encodings))
        item = posted.items[index] if self.random.random() < 0.97 else self.random.choice(self.items)
        kind, evidence = self.random.choice(item.evidence[:3]) if self.random.random() < 0.3 else self.random.choice(item.evidence[3:])
        if self.random.random() < 0.3:
            kind, evidence = item.evidence[-1]
        fields = {"claim": posted.name, "record_index": index, "record": posted.encodings[index], "inclusion": tuple(path(posted.encodings, index)),
                  "kind": kind, "evidence": evidence}
        self.spoil_proof(fields)
        return self.disputes.sealed(self.anyone(), FraudProof(**fields))

    def spoil_proof(self, fields):
        choice, evidence = self.random.random(), fields["evidence"]
        at = self.random.randrange(len(evidence))
        if choice < 0.06:
            fields["evidence"] = evidence[:at] + bytes([evidence[at] ^ 1 << self.random.randrange(8)]) + evidence[at + 1:]
        elif choice < 0.08:
            fields["evidence"] = self.random.choice([b"", evidence[:at], evidence + b"\0"])
        elif choice < 0.09:
            fields["kind"] = self.random.randrange(4)
        elif choice < 0.10:
            fields["record_index"] = self.random.choice([fields["record_index"] + 1, 2**32 - 1])
        elif choice < 0.11:
            fields["inclusion"] = self.random.choice([(), (bytes(32),), (*fields["inclusion"], bytes(32))])
        elif choice < 0.12:
            fields["record"] = fields["record"][:-1] + bytes([fields["record"][-1] ^ 1])
        elif choice < 0.13:
            fields["claim"] = self.random.randbytes(32)


class Posted:
    """A claim that stands, with what was posted."""

    def __init__(self, name, items, encodings, height):
        self.name, self.items, self.encodings, self.height = name, items, encodings, height

    @property
    def first(self):
        return Record.decode(self.encodings[0])

    def request(self, index):
        return Record.decode(self.encodings[index]).request.digest()
