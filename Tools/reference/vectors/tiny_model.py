"""tiny-model.json, mixed-model.json, tiny-encoder.json: the test models of SPEC section 17, and whole runs of them."""

from probity_reference.executor import Trace, generate
from probity_reference.hashing import sha256
from probity_reference.testmodel import ENCODER_SEED, MIXED_SEED, SEED, mixed_test_model, test_encoder, test_model

# Prompt, and the most new tokens: ends by a stop token, by length, from one token, and by the context's end.
RUNS = [
    ("stop", "Hello, Probity!", 24),
    ("length", "The quick brown fox jumps", 8),
    ("single", "a", 3),
    ("context", "What is proved needs no trust; what is not, needs a bond.", 16),
]


# Texts to embed: one token, some, and the whole context.
TEXTS = [("single", "a"), ("some", "Hello, Probity!"), ("context", "What is proved needs no trust; what is not, needs a bond. Always")]


def leaves_and_roots(graph, trace, tokens, output):
    leaves = []
    for index in range(len(graph.segments)):
        for row in sorted({0, graph.rows(index, len(tokens), len(output)) - 1}):
            chunk = graph.chunks(index) - 1
            place = graph.leaf_index(index, row, chunk, len(tokens), len(output))
            leaves.append({"segment": index, "row": row, "chunk": chunk, "index": place, "leaf": trace.leaves[index][place].hex()})
    return {
        "leafCounts": [tree.size for tree in trace.trees],
        "segmentRoots": [tree.root.hex() for tree in trace.trees], "traceRoot": trace.root.hex(), "leaves": leaves,
    }


def run(bundle, name, prompt, limit):
    graph, tokens = bundle.graph, list(prompt.encode())
    output, _ = generate(bundle, tokens, limit)
    return {
        "name": name, "prompt": prompt, "maxNewTokens": limit, "promptTokens": tokens, "outputTokens": output,
        "stop": 0 if output[-1] in graph.stops else 1, "rows": len(tokens) + len(output) - 1,
        **leaves_and_roots(graph, Trace(bundle, tokens, output), tokens, output)}


def embed(bundle, name, prompt):
    tokens = list(prompt.encode())
    trace = Trace(bundle, tokens)
    return {
        "name": name, "prompt": prompt, "promptTokens": tokens, "values": trace.leaves[-1][0].hex(),
        **leaves_and_roots(bundle.graph, trace, tokens, [0])}


def make():
    return generating(test_model(), SEED)


def make_mixed():
    return generating(mixed_test_model(), MIXED_SEED)


def generating(bundle, seed):
    return {**described(bundle, seed), "runs": [run(bundle, *r) for r in RUNS]}


def make_encoder():
    bundle = test_encoder()
    return {**described(bundle, ENCODER_SEED), "runs": [embed(bundle, *r) for r in TEXTS]}


def described(bundle, seed):
    trees, tensors = bundle.tensor_trees()
    return {
        "seed": seed.decode(), "graph": bundle.graph.encode().hex(), "tokenizer": bundle.tokenizer.hex(),
        "tensorSHA256": [sha256(data).hex() for data in bundle.data],
        "tensorRoots": [tree.root.hex() for tree in trees], "tensorsRoot": tensors.root.hex(),
        "modelRoot": bundle.model_root().hex(), "bundleSHA256": sha256(bundle.encode()).hex(),
    }
