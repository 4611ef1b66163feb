"""`python3 -m pytest Tools/reference`, or `python3 -m unittest discover Tools/reference/tests`."""

import json
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from probity_reference import arithmetic as a, merkle, signatures, state_tree, steps, tables, vectorised as v  # noqa: E402
from probity_reference.bundle import Bundle  # noqa: E402
from probity_reference.encoding import Refused, u32  # noqa: E402
from probity_reference.executor import Trace, generate  # noqa: E402
from probity_reference.graph import Graph  # noqa: E402
from probity_reference.hashing import tagged  # noqa: E402
from probity_reference.ledger import genesis, values  # noqa: E402
from probity_reference.ledger.state import State  # noqa: E402
from probity_reference.tensors import Blocks  # noqa: E402
from probity_reference.testmodel import Stream, mixed_test_model, test_model as build_test_model  # noqa: E402
from probity_reference.text import Tokenizer  # noqa: E402
from vectors import FILES, arithmetic as draws, primitives  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "Tests" / "Vectors"


def array(values):
    return np.array(values, dtype=np.int64)


def block_bytes(channels):
    """[MODEL-3] A block from 16 drawn channels."""
    inputs = len(channels[0]["w"])
    out = b"".join(draws.little([c["w"][2 * i], c["w"][2 * i + 1]], 1) for i in range(inputs // 2) for c in channels)
    out += b"".join(draws.little([c["g"][i]], 2) for i in range(inputs // 32) for c in channels)
    return out + draws.little([c["M"] for c in channels], 4) + draws.little([c["sh"] for c in channels], 4)


class WorkedNumbers(unittest.TestCase):
    """The numbers that SPEC.md works out."""

    def test_numbers(self):
        self.assertEqual([a.rs(3, 1), a.rs(-3, 1)], [2, -1])
        self.assertEqual(tables.digest(tables.X).hex(), tables.X_DIGEST)
        self.assertEqual(tables.digest(tables.Y).hex(), tables.Y_DIGEST)
        self.assertEqual(tagged("probity/example", b"abc").hex(), "b41f0d6a598472f2b903b45e25db659bc24ffb9906a4e04aa1361c1d4f449a7a")

    def test_trees(self):
        tree = merkle.Tree(primitives.CERTIFICATE_TRANSPARENCY)
        self.assertEqual(tree.root.hex(), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
        proof = tree.range_proof(1, 3)
        self.assertEqual(proof[:2], [tree.levels[0][0], tree.levels[0][3]])
        self.assertEqual(proof[2].hex(), "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")

    def test_state_tree(self):
        key = lambda first: bytes([first]) + bytes(31)
        for pairs, root in [
            ({}, "00" * 32), ({0: b"a"}, "711f8dfc6c2b58dc4b3743e5aaae634dda71017ed8de3eee263b6acd8ff9d925"),
            ({0: b"a", 0x80: b"b"}, "45d96daa9683029607cd7aa849edaa2d8fa9ddd64055102a01d0713e2c8964fe"),
            ({0: b"a", 1: b"b"}, "0a35277b0b58ad2f2c6d4a067e83b586f062be9060ea5f89f575f17da0d6ea8b"),
        ]:
            self.assertEqual(state_tree.root({key(k): value for k, value in pairs.items()}).hex(), root)

    def test_signatures(self):
        secret = (3).to_bytes(32, "big")
        public = signatures.public_key(secret)
        self.assertEqual(public.hex(), "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9")
        signature = signatures.sign(secret, bytes(32))
        self.assertEqual(signature.hex()[:64], "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215")
        self.assertTrue(signatures.verify(public, bytes(32), signature))
        self.assertFalse(signatures.verify(public, bytes(31) + b"\1", signature))


class Trees(unittest.TestCase):
    def test_every_range(self):
        for size in range(1, 20):
            leaves = [u32(i) for i in range(size)]
            tree = merkle.Tree(leaves)
            for i in range(size):
                for j in range(i + 1, size + 1):
                    proof = tree.range_proof(i, j)
                    self.assertTrue(merkle.verify_range(tree.root, size, i, leaves[i:j], proof))
                    self.assertFalse(merkle.verify_range(tree.root, size, i, leaves[i:j], proof + [bytes(32)]))
                    self.assertFalse(merkle.verify_range(tree.root, size, i, leaves[i:j][:-1] + [b"x"], proof))

    def test_state_proofs(self):
        made = primitives.state()
        for proof in made["proofs"]:
            value = None if proof["value"] is None else bytes.fromhex(proof["value"])
            root, key, data = (bytes.fromhex(x) for x in (made["root"], proof["key"], proof["proof"]))
            self.assertTrue(state_tree.verify(root, key, value, data))
            self.assertFalse(state_tree.verify(root, key, b"other", data))


class Ledger(unittest.TestCase):
    def test_the_kept_tree_is_that_of_the_definition(self):
        stream, state = Stream(b"kept tree"), State()
        for _ in range(400):
            key = bytes([stream.integer(8) % 24]) * 32
            state.set(values.REQUEST, key, values.Pointer(stream.take(32)) if stream.integer(8) % 3 else None)
            if stream.integer(8) % 2:
                self.assertEqual(state.root(), state_tree.root(state.pairs()))

    def test_worked_roots(self):
        specification = (ROOT / "SPEC.md").read_text()
        for name in ("devnet", "testnet"):
            self.assertIn(genesis.parse_file((ROOT / "Genesis" / f"{name}.json").read_bytes()).root().hex(), specification)
        public = signatures.public_key(genesis.development_key("faucet"))
        self.assertEqual(public.hex(), "1f9b7097783e5a5d912cc9096c23294dc0f4fb6f7ce936d57d4621e0ec6060c6")

    def test_every_code_of_the_specification_is_in_the_vectors(self):
        load = lambda name: json.loads((VECTORS / f"{name}.json").read_text())
        candidates = [c for name in FILES if name.startswith("ledger-") for block in load(name)["blocks"] for c in block["candidates"]]
        text = (ROOT / "SPEC.md").read_text()
        codes = lambda start, end: {int(code) for code in re.findall(r"^\| (\d+) \|", text[text.index(start):text.index(end)], re.M)}
        self.assertEqual({c["inadmissible"] for c in candidates if "inadmissible" in c}, codes("**[TX-1]**", "**[TX-2]**"))
        self.assertEqual({c["outcome"] for c in candidates if c.get("outcome")}, {c for c in codes("**[TX-3]**", "**[GEN-1]**") if c > 100})
        self.assertEqual({c["code"] for c in load("blocks")["cases"]} - {0}, codes("**[BLOCK-6]**", "**[BLOCK-7]**"))
        self.assertEqual({c["code"] for c in load("receipts")["cases"]} - {0}, codes("**[RCPT-2]**", "**[RCPT-3]**"))


class Twins(unittest.TestCase):
    """The vectorised arithmetic gives the bits of the plain one."""

    def cases(self, name, count=200):
        draw, stream = draws.DRAWS[name][0], Stream(b"twins " + name.encode())
        return (draw(stream) for _ in range(count))

    def agree(self, name, fast, width, count=200):
        for inputs, output in self.cases(name, count):
            result = np.asarray(fast(**inputs)).reshape(-1)
            self.assertEqual(draws.little([int(x) for x in result], width), output, (name, inputs))

    def test_elementwise(self):
        for inputs, output in self.cases("rs"):
            self.assertEqual(draws.little([int(v.rs(array([inputs["v"]]), inputs["n"])[0])], 8), output)
        self.agree("narrow", lambda a, z: v.narrow(array([a]), z), 2)
        self.agree("exponential", lambda d: v.exponential(array([d])), 4)
        self.agree("gate", lambda g, u, z: v.gate(array([g]), array([u]), z), 4)
        self.agree("unpack", lambda e, q: v.unpack(array([e]), array([q])), 4)
        self.agree("rotate", lambda a, b, c, s, z: v.rotate(array([[a, b]]), array([[c, s]]), z), 2)

    def test_rows(self):
        self.agree("norm", lambda x, gain, eps, z: v.norm(array([x]), array(gain), eps, z), 4)
        for inputs, output in self.cases("attention"):
            q, k, values = (array(inputs[name]) for name in "qkv")
            o = v.attention(q[None], k, values, len(k) - 1, inputs["z"], inputs["y"])
            self.assertEqual(draws.little([int(x) for x in o[0]], 4), output)
        for inputs, output in self.cases("rotated", 100):
            m, b = v.rotated(array([inputs["q"]]))
            self.assertEqual(draws.little([int(m[0])], 4) + draws.little([int(x) for x in b[0]], 1), output)
        for inputs, output in self.cases("quantise"):
            e, q = v.quantise(array([inputs["y"]]))
            self.assertEqual(bytes([int(e[0])]) + draws.little([int(x) for x in q[0]], 2), output)

    def test_blocks(self):
        stream = Stream(b"twins blocks")
        for _ in range(20):
            inputs = 64 * (1 + stream.integer(8) % 4)
            channels = [draws.draw_channel(stream, inputs) for _ in range(16)]
            e, q = stream.integer(8) % 17, draws.edges(stream, 15, inputs)
            blocks = Blocks(block_bytes(channels), inputs)
            slow = [a.linear(e, q, c["w"], c["g"], c["M"], c["sh"]) for c in channels]
            self.assertEqual(v.linear(array([e]), array([q]), blocks)[0].tolist(), slow)
            delta, c = stream.integer(8) % 125 - 62, channels[5]
            self.assertEqual(v.embed(blocks, 5, delta).tolist(), a.embed(c["w"], c["g"], c["M"], c["sh"], delta))


class TestModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bundle = build_test_model()
        cls.trees, cls.tensors = cls.bundle.tensor_trees()

    def test_round_trips(self):
        graph = self.bundle.graph.encode()
        self.assertEqual(Graph.decode(graph).encode(), graph)
        data = self.bundle.encode()
        self.assertEqual(Bundle.decode(data).encode(), data)
        for bad in (data[:-1], data + b"\0", b"x" + data[1:]):
            with self.assertRaises(Refused):
                Bundle.decode(bad)

    def test_rows_do_not_depend_on_batching(self):
        prompt = list(b"Hello, Probity!")
        output, grown = generate(self.bundle, prompt, 8)
        trace = Trace(self.bundle, prompt, output)
        for one, other in zip(grown.rows, trace.executor.rows):
            self.assertTrue(one is other is None or np.array_equal(one, other))
        self.assertEqual([int(t[0]) for t in trace.leaves[-1]], output)

    def test_each_leaf_follows_in_plain_integers(self):
        self.check_each_leaf(self.bundle, b"ab", 4)
        self.check_each_leaf(mixed_test_model(), b"a", 2)

    def check_each_leaf(self, bundle, prompt, limit):
        prompt = list(prompt)
        trace = Trace(bundle, prompt, generate(bundle, prompt, limit)[0])
        trees, tensors = bundle.tensor_trees()
        prover = steps.Prover(trace, trees, tensors)
        claim, g = prover.claim(), bundle.graph
        for segment in range(len(g.segments)):
            for row in range(g.rows(segment, len(prompt), len(trace.output))):
                for chunk in range(g.chunks(segment)):
                    self.assertEqual(steps.check(claim, prover.step(segment, row, chunk).encode()), steps.HONEST)


class Text(unittest.TestCase):
    """The tokenizations of another program, in small-tokenizer.json."""

    def test_small_tokenizer(self):
        path = VECTORS / "small-tokenizer.json"
        if not path.exists():
            self.skipTest("no such file")
        made = json.loads(path.read_text())
        written = [*range(33, 127), *range(161, 173), *range(174, 256)]
        hidden = [b for b in range(256) if b not in written]
        octet = {**{chr(b): b for b in written}, **{chr(256 + i): b for i, b in enumerate(hidden)}}
        names, kinds = made["tokenizer"]["tokens"], made["tokenizer"]["kinds"]
        tokens = [(kind, name.encode() if kind in (2, 3, 4) else bytes(octet[c] for c in name)) for name, kind in zip(names, kinds)]
        number = {name: i for i, name in enumerate(names)}
        merges = [(number[a_], number[b], number[a_ + b]) for a_, b in (merge.split(" ") for merge in made["tokenizer"]["merges"])]
        for split, name in ((1, "gpt-2"), (2, "smollm")):
            tokenizer = Tokenizer(split, tokens, merges, None, False)
            for vector in made[name]:
                self.assertEqual(tokenizer.encode(vector["text"]), vector["tokens"], vector["text"])


class Files(unittest.TestCase):
    def test_vectors_are_those_that_the_code_makes(self):
        for name, make in FILES.items():
            with self.subTest(name):
                self.assertEqual(json.loads((VECTORS / f"{name}.json").read_text()), json.loads(json.dumps(make())))


if __name__ == "__main__":
    unittest.main()
