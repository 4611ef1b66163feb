"""Runs a bundle by the reference: `OMP_NUM_THREADS=1 python3 Tools/reference/run_model.py BUNDLE --tokens 1,2,3 --max-new 8`."""

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from probity_reference import steps  # noqa: E402
from probity_reference.bundle import Bundle  # noqa: E402
from probity_reference.executor import Trace, generate  # noqa: E402
from probity_reference.graph import EMBEDDING  # noqa: E402
from probity_reference.tensor_run import TensorTrace  # noqa: E402
from probity_reference.testmodel import test_model  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", help="a bundle file, or the word `test` for the test model")
    parser.add_argument("--tokens", default="", help="the prompt's tokens, separated by commas")
    parser.add_argument("--tensor", help="for a tensor model: a file of the input's bytes")
    parser.add_argument("--max-new", type=int, default=4, metavar="N")
    parser.add_argument("--output", help="do not generate: trace these output tokens")
    parser.add_argument("--model-root", action="store_true", help="hash the whole model too")
    parser.add_argument("--check", type=int, default=0, metavar="N", help="recompute N leaves in plain integers from step proofs")
    parser.add_argument("--roots", action="store_true", help="print every segment's root")
    return parser.parse_args()


def numbers(text):
    return [int(word) for word in text.replace(",", " ").split()]


def timed(what, work):
    start = time.time()
    result = work()
    print(f"{what}: {time.time() - start:.1f} s", file=sys.stderr)
    return result


def main():
    options = arguments()
    bundle = timed("open", test_model if options.bundle == "test" else lambda: Bundle.open(options.bundle))
    prompt, output = numbers(options.tokens), [0]
    if options.tensor:
        tensor = Path(options.tensor).read_bytes()
        trace = timed("trace", lambda: TensorTrace(bundle, tensor))
        return report(options, bundle, trace, {"values": trace.outputs[-1].ravel().tolist(), "traceRoot": trace.root.hex()})
    if bundle.graph.task == EMBEDDING:
        pass
    elif options.output:
        output = numbers(options.output)
    else:
        output, _ = timed("generate", lambda: generate(bundle, prompt, options.max_new))
    trace = timed("trace", lambda: Trace(bundle, prompt, output))
    result = {"promptTokens": prompt, "outputTokens": output, "traceRoot": trace.root.hex()}
    if bundle.graph.task == EMBEDDING:
        result["values"] = trace.executor.rows[-1][0].tolist()
    report(options, bundle, trace, result)


def report(options, bundle, trace, result):
    if options.roots:
        result["segmentRoots"] = [tree.root.hex() for tree in trace.trees]
    if options.model_root or options.check:
        trees, tensors = timed("model root", bundle.tensor_trees)
        result["modelRoot"] = bundle.model_root(tensors.root).hex()
        result["tensorsRoot"] = tensors.root.hex()
    if options.check:
        result["checked"] = timed("check", lambda: check(steps.Prover(trace, trees, tensors), options.check))
    print(json.dumps(result))


def check(prover, count):
    """Verdicts on `count` leaves drawn over all segments."""
    graph, generator, verdicts = prover.graph, random.Random(1), {}
    for _ in range(count):
        segment = generator.randrange(len(graph.segments))
        row = generator.randrange(graph.rows(segment, len(prover.trace.prompt), len(prover.trace.output)))
        chunk = generator.randrange(graph.chunks(segment))
        verdict = steps.check(prover.claim(), prover.step(segment, row, chunk).encode())
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    return verdicts


main()
