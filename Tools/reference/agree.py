"""Holds the executor to the reference on real models: `agree.py PROBITY BUNDLE…` runs a prompt on both and compares every bit that is committed."""

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

PROMPT = "Write one sentence about the sea."
LEAST_PROMPT_TOKENS, NEW_TOKENS, STEPS = 9, 6, 20


def output_of(*command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}).stdout)


def reference(bundle, *arguments):
    return output_of(
        sys.executable, "-B", str(Path(__file__).parent / "run_model.py"), bundle, *arguments, "--model-root", "--check", str(STEPS))


def picture(rows, columns, channels):
    """Squares of drawn colours with some noise: the bytes of a tensor."""
    draw, across = random.Random(1), -(-columns // 16)
    colours = [[draw.randrange(-100, 101) for _ in range(channels)] for _ in range(-(-rows // 16) * across)]
    return bytes((colours[y // 16 * across + x // 16][c] + draw.randrange(-27, 28)) % 256
                 for y in range(rows) for x in range(columns) for c in range(channels))


def compare_tensor(probity, bundle, inspected):
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(picture(*inspected["input"]))
        file.flush()
        ours = inspected | output_of(probity, "infer", "--model", bundle, "--input", file.name, "--trace", "--json")
        theirs = reference(bundle, "--tensor", file.name)
    differing = [key for key in ("modelRoot", "tensorsRoot", "traceRoot", "values") if ours[key] != theirs[key]]
    if differing or theirs["checked"] != {"honest": STEPS} or len(set(ours["values"])) < 3:
        sys.exit(f"error: the executor and the reference differ in {differing}; steps: {theirs['checked']}")
    print(f"{ours['name']}: executor and reference agree on {len(ours['values'])} values and {STEPS} steps, trace root {ours['traceRoot']}")


def compare(probity, bundle):
    ours = output_of(probity, "model", "inspect", bundle, "--json")
    if ours["task"] == "tensor":
        return compare_tensor(probity, bundle, ours)
    embeds = ours["task"] == "embedding"
    how = ["--embed"] if embeds else ["--max-tokens", str(NEW_TOKENS)]
    ours |= output_of(probity, "infer", "--model", bundle, *how, "--trace", "--json", PROMPT)
    if embeds:
        ours |= {"values": [round(value * 2**24) for value in ours["embedding"]], "outputTokens": [0]}
    theirs = reference(bundle, "--tokens", ",".join(map(str, ours["promptTokens"])), "--max-new", str(NEW_TOKENS))
    shared = ["modelRoot", "tensorsRoot", "promptTokens", "outputTokens", "traceRoot"] + (["values"] if embeds else [])
    differing = [key for key in shared if ours[key] != theirs[key]]
    if differing or theirs["checked"] != {"honest": STEPS} or len(ours["promptTokens"]) < LEAST_PROMPT_TOKENS:
        sys.exit(f"error: the executor and the reference differ in {differing}; steps: {theirs['checked']}\n{ours}\n{theirs}")
    print(
        f"{ours['name']}: executor and reference agree on {len(ours['promptTokens'])} + {len(ours['outputTokens'])} tokens and {STEPS} steps, "
        f"trace root {ours['traceRoot']}")


for bundle in sys.argv[2:]:
    compare(sys.argv[1], bundle)
