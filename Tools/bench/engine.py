"""A program that reads one command a line and answers each with one line of JSON: ours or the peer."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("PROBITY_CACHE", Path.home() / ".cache" / "probity"))
GGUF = CACHE / "SmolLM2-135M-Instruct.Q4_1.gguf"
BUNDLE = CACHE / "SmolLM2-135M-Instruct.probity"


class Engine:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args[0]} ended at: {words}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def ours(bundle=BUNDLE):
    """Our executor, built in the release configuration."""
    return Engine(ROOT / ".build" / "release" / "probity-bench", bundle)


def peer(model):
    """llama.cpp, in a process of its own."""
    return Engine(sys.executable, Path(__file__).parent / "peer.py", model)
