"""Holds the executor to the reference on real models: `agree.py PROBITY BUNDLE…` runs a prompt on both and compares every bit that is committed."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROMPT = "Write one sentence about the sea."
LEAST_PROMPT_TOKENS, NEW_TOKENS, STEPS = 9, 6, 20


def output_of(*command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}).stdout)


def compare(probity, bundle):
    ours = output_of(probity, "model", "inspect", bundle, "--json")
    embeds = ours["task"] == "embedding"
    how = ["--embed"] if embeds else ["--max-tokens", str(NEW_TOKENS)]
    ours |= output_of(probity, "infer", "--model", bundle, *how, "--trace", "--json", PROMPT)
    if embeds:
        ours |= {"values": [round(value * 2**24) for value in ours["embedding"]], "outputTokens": [0]}
    theirs = output_of(
        sys.executable, "-B", str(Path(__file__).parent / "run_model.py"), bundle, "--tokens", ",".join(map(str, ours["promptTokens"])),
        "--max-new", str(NEW_TOKENS), "--model-root", "--check", str(STEPS))
    shared = ["modelRoot", "tensorsRoot", "promptTokens", "outputTokens", "traceRoot"] + (["values"] if embeds else [])
    differing = [key for key in shared if ours[key] != theirs[key]]
    if differing or theirs["checked"] != {"honest": STEPS} or len(ours["promptTokens"]) < LEAST_PROMPT_TOKENS:
        sys.exit(f"error: the executor and the reference differ in {differing}; steps: {theirs['checked']}\n{ours}\n{theirs}")
    print(
        f"{ours['name']}: executor and reference agree on {len(ours['promptTokens'])} + {len(ours['outputTokens'])} tokens and {STEPS} steps, "
        f"trace root {ours['traceRoot']}")


for bundle in sys.argv[2:]:
    compare(sys.argv[1], bundle)
