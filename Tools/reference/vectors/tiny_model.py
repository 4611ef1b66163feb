"""tiny-model.json: the test model of SPEC section 17, and whole runs of it."""

from probity_reference.executor import Trace, generate
from probity_reference.hashing import sha256
from probity_reference.testmodel import SEED, test_model

# Prompt, and the most new tokens: ends by a stop token, by length, from one token, and by the context's end.
RUNS = [
    ("stop", "Hello, Probity!", 24),
    ("length", "The quick brown fox jumps", 8),
    ("single", "a", 3),
    ("context", "What is proved needs no trust; what is not, needs a bond.", 16),
]


def run(bundle, name, prompt, limit):
    graph, tokens = bundle.graph, list(prompt.encode())
    output, _ = generate(bundle, tokens, limit)
    trace = Trace(bundle, tokens, output)
    rows = len(tokens) + len(output) - 1
    leaves = []
    for index in range(len(graph.segments)):
        for row in sorted({0, graph.rows(index, len(tokens), len(output)) - 1}):
            chunk = graph.chunks(index) - 1
            place = graph.leaf_index(index, row, chunk, len(tokens), len(output))
            leaves.append({"segment": index, "row": row, "chunk": chunk, "index": place, "leaf": trace.leaves[index][place].hex()})
    return {
        "name": name, "prompt": prompt, "maxNewTokens": limit, "promptTokens": tokens, "outputTokens": output,
        "stop": 0 if output[-1] in graph.stops else 1, "rows": rows,
        "leafCounts": [tree.size for tree in trace.trees],
        "segmentRoots": [tree.root.hex() for tree in trace.trees], "traceRoot": trace.root.hex(), "leaves": leaves,
    }


def make():
    bundle = test_model()
    trees, tensors = bundle.tensor_trees()
    return {
        "seed": SEED.decode(), "graph": bundle.graph.encode().hex(), "tokenizer": bundle.tokenizer.hex(),
        "tensorSHA256": [sha256(data).hex() for data in bundle.data],
        "tensorRoots": [tree.root.hex() for tree in trees], "tensorsRoot": tensors.root.hex(),
        "modelRoot": bundle.model_root().hex(), "bundleSHA256": sha256(bundle.encode()).hex(),
        "runs": [run(bundle, *r) for r in RUNS],
    }
