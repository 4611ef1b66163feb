"""ledger-claims.json: models, claims, and what becomes of claims that nobody disputes."""


from probity_reference.encoding import counted, listing, option, boolean, u8
from probity_reference.hashing import sha256
from probity_reference.ledger.transactions import PostClaim, RegisterModel, Transfer, Unbond
from probity_reference.ledger.values import CLAIM, claim_id
from probity_reference.merkle import root_of
from probity_reference.records import batch_blob

from .account_cases import NO_KEY
from .record_cases import Maker, changed
from .scenario import BOND, SMALL, Scenario, public


def tokenizer_of_size(count):
    return u8(1) + u8(1) + listing([u8(6) + counted(bytes([n % 256])) for n in range(count)]) + listing([]) + option(None) + boolean(False)


class Claims(Scenario):
    """A scenario with the test model, and records for it."""

    def __init__(self, name, accounts, validators=("validator 1",), parameters=SMALL):
        super().__init__(name, validators, accounts, parameters)
        self.maker = Maker()
        self.bundle, self.salts = self.maker.bundle, 0
        self.graph, self.tensors_root, self.tokenizer = self.bundle.graph.encode(), self.bundle.tensor_trees()[1].root, self.bundle.tokenizer

    def model(self, name="the test model", graph=None, tensors_root=None, tokenizer=None):
        return RegisterModel(name, graph or self.graph, tensors_root or self.tensors_root, sha256(tokenizer or self.tokenizer))

    def resalted(self, record, **changes):
        """The record for another request of the same prompt."""
        self.salts += 1
        return self.maker.resigned(record, salt=sha256(f"{self.genesis.name} {self.salts}".encode()), **changes)

    def payload(self, records, **changes):
        """The payload and the blob of a claim."""
        blob = batch_blob(records)
        fields = {"model_root": self.maker.model_root, "batch_root": root_of([r.encode() for r in records]), "record_count": len(records),
                  "records": sha256(blob), **changes}
        return PostClaim(**fields), blob

    def claim(self, name, sender, records, outcome=0, **changes):
        """Posts a claim: its id."""
        payload, blob = self.payload(records, **changes)
        nonce = self.send(name, sender, payload, blob, outcome=outcome).nonce
        return claim_id(public(sender), nonce)


def models(s):
    """[TX-5]"""
    other = s.model("another name", tensors_root=sha256(b"other tensors"))
    s.send("a graph that does not decode", "alice", s.model(graph=s.graph[:-1]), s.tokenizer, outcome=302)
    s.send("bytes left over after a graph", "alice", s.model(graph=s.graph + b"\0"), s.tokenizer, outcome=302)
    vocabulary = b"\x01\0\0\0"
    s.send("a graph that is not valid", "alice", s.model(graph=vocabulary + s.graph[4:]), s.tokenizer, outcome=302)
    s.send("an empty graph and a bad tokenizer", "alice", RegisterModel("m", b"", s.tensors_root, sha256(b"x")), b"x", outcome=302)
    s.send("a tokenizer that does not decode", "alice", s.model(tokenizer=b"x"), b"x", outcome=303)
    s.send("bytes left over after a tokenizer", "alice", s.model(tokenizer=s.tokenizer + b"\0"), s.tokenizer + b"\0", outcome=303)
    s.send("a tokenizer of 257 tokens", "alice", s.model(tokenizer=tokenizer_of_size(257)), tokenizer_of_size(257), outcome=303)
    s.send("the test model", "alice", s.model(), s.tokenizer)
    s.send("the same model under another name", "bob", s.model("mine"), s.tokenizer, outcome=301)
    s.send("the same graph with other tensors", "bob", other, s.tokenizer)
    s.send("a tokenizer of one token", "bob", s.model("n" * 256, tokenizer=tokenizer_of_size(1)), tokenizer_of_size(1))
    s.close("models")


def refusals(s, record):
    """[TX-6] with no claim standing yet."""
    one = s.resalted(record)
    payload, blob = s.payload([one])
    s.send("a model that is not registered", "provider", PostClaim(bytes(32), payload.batch_root, 1, payload.records), blob, outcome=401)
    s.send("no stake, no model", "alice", PostClaim(bytes(32), bytes(32), 1, payload.records), blob, outcome=401)
    s.send("no stake", "alice", payload, blob, outcome=402)
    s.send("a stake one short, and no batch", "bob", PostClaim(payload.model_root, bytes(32), 1, sha256(b"x")), b"x", outcome=402)
    for name, bad in [("no batch", b"x"), ("an empty batch", listing([])), ("bytes left over", blob + b"\0"), ("bytes that end early", blob[:-1]),
                      ("a stop with no rule", blob[:-33] + b"\2" + blob[-32:]),
                      ("257 records", listing([one.encode()] * 257)),
                      ("a client that is no key", blob.replace(one.request.client, NO_KEY)),
                      ("a provider that is no key", blob.replace(one.request.provider, NO_KEY))]:
        s.send(name, "provider", PostClaim(payload.model_root, payload.batch_root, 1, sha256(bad)), bad, outcome=403)
    s.claim("two records said, one there", "provider", [one], 404, record_count=2)
    s.claim("one record said, two there; and another root", "provider", [one, s.resalted(record)], 404, record_count=1, batch_root=bytes(32))
    s.claim("another batch root", "provider", [one], 405, batch_root=bytes(32))
    s.claim("another batch root, and a record for another model", "provider", [s.resalted(record, model_root=bytes(32))], 405, batch_root=bytes(32))
    s.claim("a record for another model", "provider", [one, s.resalted(record, model_root=bytes(32))], 406)
    second = public("second")
    s.claim("a request to another provider", "provider", [one, s.resalted(record, provider=second)], 407)
    s.claim("a request to another provider, for another model", "provider", [s.resalted(record, model_root=bytes(32), provider=second)], 406)
    s.claim("a request to another provider, with a wrong shape", "provider", [changed(s.resalted(record, provider=second), output=[])], 407)
    shapes = [
        ("another executor version", {"version": bytes(32)}), ("no prompt token", {"prompt": []}), ("no output token", {"output": []}),
        ("more tokens than asked for", {"output": record.output * 2}), ("a token above the vocabulary", {"output": record.output[:-1] + [256]}),
        ("rows beyond the context", {"prompt": [1] * 65}), ("a prompt token above the vocabulary", {"prompt": [2**32 - 1]})]
    for name, change in shapes:
        s.claim(name, "provider", [changed(s.resalted(record), **change)], 408)
    s.claim("a wrong signature", "provider", [changed(one, signature=bytes(64))], 409)
    s.claim("a signature of another request", "provider", [changed(one, signature=record.signature)], 409)
    s.claim("a wrong shape and a wrong signature", "provider", [changed(one, signature=bytes(64), output=[])], 408)
    s.claim("another model, a wrong shape and a wrong signature", "provider",
            [changed(s.resalted(record, model_root=bytes(32)), signature=bytes(64), output=[])], 406)
    s.claim("one request twice", "provider", [one, one], 410)
    again = changed(one, trace_root=bytes(32))
    s.claim("one request twice, in different records", "provider", [one, s.resalted(record), again], 410)
    s.claim("the first record's fault comes first", "provider", [changed(s.resalted(record), signature=bytes(64)), s.resalted(record, model_root=bytes(32))], 409)
    s.close("claims that are refused")
    return one


def make():
    s = Claims("claims", {"alice": (10**6, 0), "bob": (10**6, BOND - 1), "provider": (10**6, 2 * BOND + 1000), "second": (10**6, BOND)})
    record = s.maker.record("a", 3, "claims")
    s.claim("before the model", "provider", [record], 401)
    s.close("no model yet")
    models(s)
    one = refusals(s, record)
    first = s.claim("a claim", "provider", [one])
    s.claim("the same request, by another", "second", [one], 407)
    s.claim("the same request among others", "provider", [s.resalted(record), changed(one, trace_root=bytes(32))], 410)
    s.claim("a claim of three records", "provider", [s.resalted(record) for _ in range(3)])
    s.claim("a third, for which no stake is free", "provider", [s.resalted(record)], 402)
    s.send("the stake that is locked", "provider", Unbond(1001), outcome=212)
    s.send("the stake that is not", "provider", Unbond(1000))
    s.close("two claims of one provider, deadline 7")
    lie = s.maker.resigned(changed(record, answer="not the answer", trace_root=bytes(32)), salt=sha256(b"lie"), provider=public("second"))
    s.claim("a claim that nobody disputes, though false", "second", [lie])
    s.close("deadline 8")
    s.close("no transaction")
    s.send("still locked in the block of the deadline", "provider", Unbond(1), outcome=212)
    s.close("height 7: the deadline of the first two")
    assert s.ledger.state.get(CLAIM, first).status.tag == 0
    s.claim("the request of a finalized claim", "provider", [one], 410)
    s.send("unlocked in the block after", "provider", Unbond(2 * BOND))
    s.close("height 8: two claims are final")
    assert s.ledger.state.get(CLAIM, first).status.height == 8
    s.send("a transfer", "second", Transfer(public("alice"), 1))
    s.close("height 9: the third claim is final")
    s.close("no transaction")
    return s.file()
