"""records.json: SPEC section 11 on runs of the test model."""

import copy
from pathlib import Path

from probity_reference import records as r
from probity_reference import signatures
from probity_reference.executor import Trace, generate
from probity_reference.hashing import sha256, tagged
from probity_reference.merkle import Tree
from probity_reference.testmodel import test_encoder, test_model
from probity_reference.text import Tokenizer

from .tensor_model import TensorSetting

SPECIFICATION = Path(__file__).resolve().parents[3] / "SPEC.md"


class Maker:
    def __init__(self):
        self.bundle = test_model()
        self.model_root = self.bundle.model_root()
        self.tokenizer = Tokenizer.parse(self.bundle.tokenizer)
        self.version = r.executor_version(SPECIFICATION.read_bytes())
        self.secret = tagged("probity/devnet-key", b"client")
        self.provider = signatures.public_key(tagged("probity/devnet-key", b"provider"))

    def record(self, prompt, limit, salt):
        request = r.Request(self.model_root, self.provider, signatures.public_key(self.secret), sha256(salt.encode()), limit, prompt)
        tokens = self.tokenizer.encode(prompt)
        output, _ = generate(self.bundle, tokens, limit)
        stop = 0 if output[-1] in self.bundle.graph.stops else 1
        shown = output if stop else output[:-1]
        answer = self.tokenizer.decode(shown).decode()
        signature = signatures.sign(self.secret, request.digest())
        return r.Record(self.version, request, signature, tokens, output, answer, stop, Trace(self.bundle, tokens, output).root)

    def embedding(self, encoder, prompt, salt):
        request = r.Request(encoder.model_root(), self.provider, signatures.public_key(self.secret), sha256(salt.encode()), 1, prompt)
        tokens = self.tokenizer.encode(prompt)
        trace = Trace(encoder, tokens)
        return r.Record(self.version, request, signatures.sign(self.secret, request.digest()), tokens, [0], "", 0, trace.root, trace.leaves[-1][0])

    def tensor(self, setting, salt, provider=None):
        """The record of a tensor setting's trace."""
        bundle, trace = setting.bundle, setting.trace
        request = r.Request(
            bundle.model_root(), provider or self.provider, signatures.public_key(self.secret), sha256(salt.encode()), 1, "", trace.input)
        signature = signatures.sign(self.secret, request.digest())
        return r.Record(self.version, request, signature, [], [0], "", 0, trace.root, trace.values)

    def resigned(self, record, **changes):
        record = copy.deepcopy(record)
        for name, value in changes.items():
            setattr(record.request, name, value)
        record.signature = signatures.sign(self.secret, record.request.digest())
        return record

    def case(self, name, record, shape=True, graph=None, **bindings):
        data, graph = record.encode(), graph or self.bundle.graph
        assert r.Record.decode(data).encode() == data
        assert r.shape_holds(record, graph, self.version) == shape, name
        case = {"name": name, "record": data.hex(), "requestDigest": record.request.digest().hex(), "shape": shape}
        if not shape:
            return case
        found = r.bindings(record, graph, self.tokenizer)
        assert found == {"input": True, "output": True, "stop": True, **bindings}, (name, found)
        return {**case, "bindings": found}


def changed(record, **changes):
    return copy.deepcopy(record).__class__(**{**vars(copy.deepcopy(record)), **changes})


def tensor_cases(m):
    """Cases of the tensor model, and of the test model."""
    setting = TensorSetting()
    record, values, tensor = m.tensor(setting, "salt 7"), setting.trace.values, setting.trace.input

    def case(name, record, **expected):
        return m.case(name, record, graph=setting.graph, **expected)

    other = m.resigned(record, tensor=bytes([tensor[0] ^ 1]) + tensor[1:])
    return [
        case("a tensor", record),
        case("other values of a tensor", changed(record, values=bytes(len(values)))),
        case("another tensor", other),
        case("values of a tensor, too short", changed(record, values=values[:-1]), shape=False),
        case("values of a tensor, too long", changed(record, values=values + b"\0"), shape=False),
        case("a prompt token beside a tensor", changed(record, prompt=[1]), shape=False),
        case("two tokens asked for with a tensor", m.resigned(record, limit=2), shape=False),
        case("a tensor too short", m.resigned(record, tensor=tensor[:-1]), shape=False),
        case("a tensor too long", m.resigned(record, tensor=tensor + b"\0"), shape=False),
        case("a text where a tensor belongs", m.resigned(record, tensor=None, prompt="x"), shape=False),
        case("an answer to a tensor", changed(record, values=None, answer="!", stop=1), shape=False),
        case("another tensor than was signed", changed(record, request=other.request), shape=False),
    ], [
        m.case("a tensor where a text belongs", record, shape=False),
        m.case("an answer to a tensor, of a model of text", changed(record, values=None, prompt=[1], answer="!", stop=1), shape=False),
    ]


def make():
    m = Maker()
    stop, length = m.record("Stop 29", 24, "salt 1"), m.record("The quick brown fox jumps", 8, "salt 2")
    context = m.record("What is proved needs no trust; what is not, needs a bond.", 16, "salt 3")
    single, three = m.record("a", 1, "salt 4"), m.record("é", 3, "salt 5")
    honest = [stop, length, context, single, three]
    cases = [m.case(name, record) for name, record in zip(("stop token", "length", "context", "one token", "two bytes"), honest)]
    cases += [
        m.case("another prompt token", changed(length, prompt=length.prompt[:-1] + [33]), input=False),
        m.case("a prompt token too many", changed(length, prompt=length.prompt + [33]), input=False),
        m.case("another answer", changed(length, answer=length.answer + "!"), output=False),
        m.case("an answer that shows the stop token", changed(stop, answer=m.tokenizer.decode(stop.output).decode()), output=False),
        m.case("stop said, length true", changed(length, stop=0), stop=False),
        m.case("length said, stop true", changed(stop, stop=1), stop=False),
        m.case("ended early", changed(length, output=length.output[:-1], answer=m.tokenizer.decode(length.output[:-1]).decode()), stop=False),
        m.case("a stop token inside", changed(length, output=[10] + length.output[1:], answer=m.tokenizer.decode([10] + length.output[1:]).decode()), stop=False),
        m.case("another executor version", changed(length, version=bytes(32)), shape=False),
        m.case("no prompt token", changed(length, prompt=[]), shape=False),
        m.case("no output token", changed(length, output=[]), shape=False),
        m.case("more than asked for", m.resigned(length, limit=7), shape=False),
        m.case("beyond the context", changed(context, output=context.output + [1]), shape=False),
        m.case("a token not in the vocabulary", changed(length, output=length.output[:-1] + [256]), shape=False),
        m.case("a signature of another request", changed(length, signature=stop.signature), shape=False),
    ]
    encoder = test_encoder()
    embedding = m.embedding(encoder, "Hello, Probity!", "salt 6")

    def values(name, record, **expected):
        return m.case(name, record, graph=encoder.graph, **expected)

    of_values = [
        values("values", embedding),
        values("values of another prompt token", changed(embedding, prompt=embedding.prompt[:-1] + [34]), input=False),
        values("other values", changed(embedding, values=bytes(len(embedding.values)))),
        values("values too short", changed(embedding, values=embedding.values[:-1]), shape=False),
        values("values too long", changed(embedding, values=embedding.values + b"\0"), shape=False),
        values("no values", changed(embedding, values=b""), shape=False),
        values("two tokens asked for", m.resigned(embedding, limit=2), shape=False),
        values("an answer where values belong", changed(embedding, values=None, answer="!", stop=1), shape=False),
        m.case("values where an answer belongs", changed(length, values=b"abcd", output=[0], answer="", stop=0), shape=False),
    ]
    of_tensors, tensors_of_generation = tensor_cases(m)
    blob, tree = r.batch_blob(honest), Tree([record.encode() for record in honest])
    return {
        "executorVersion": m.version.hex(), "modelRoot": m.model_root.hex(),
        "client": {"secret": m.secret.hex(), "public": signatures.public_key(m.secret).hex()}, "provider": m.provider.hex(),
        "request": {"bytes": stop.request.encode().hex(), "digest": stop.request.digest().hex(), "signature": stop.signature.hex()},
        "cases": cases, "values": of_values[:-1], "valuesOfGeneration": of_values[-1:] + tensors_of_generation, "tensors": of_tensors, "encoderModelRoot": encoder.model_root().hex(),
        "batch": {"cases": [0, 1, 2, 3, 4], "root": tree.root.hex(), "blobSHA256": sha256(blob).hex(), "blobBytes": len(blob),
                  "inclusionOf2": [h.hex() for h in inclusion(tree, 2)]},
    }


def inclusion(tree, index):
    """[TREE-3] The siblings from the leaf up."""
    proof, place = [], index
    for level in tree.levels[:-1]:
        sibling = place ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        place >>= 1
    return proof
