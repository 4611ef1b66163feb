"""What the groups of measurements share: engines that are started when asked for, and medians of turns."""

import statistics
import subprocess
import sys
from pathlib import Path

import engine

Q8 = engine.CACHE / "SmolLM2-135M-Instruct.Q8_0.gguf"


def eight_bit_model():
    """The file that a user of llama.cpp would run, made once."""
    if not Q8.exists():
        unfinished = Q8.with_suffix(".new")
        subprocess.run([sys.executable, Path(__file__).parent / "peer.py", "--requantise", engine.GGUF, unfinished], check=True)
        unfinished.rename(Q8)
    return Q8


class Bench:
    """`ours` and `peer`, each a process of its own, and how many rounds to take."""

    def __init__(self, rounds, short):
        self.rounds, self.short = rounds, short
        self.started = {}

    def engine(self, name, start):
        if name not in self.started:
            self.started[name] = start()
        return self.started[name]

    @property
    def ours(self):
        return self.engine("ours", engine.ours)

    @property
    def peer(self):
        return self.engine("peer", lambda: engine.peer(eight_bit_model()))

    def seconds(self, *words):
        """A measure of ours."""
        return lambda: self.ours.ask(*words)["seconds"]

    def peer_seconds(self, *words):
        """A measure of the peer."""
        return lambda: self.peer.ask(*words)["seconds"]

    def medians(self, *measures):
        """The median seconds of each measure, taken in turn, after a turn that does not count."""
        if not self.short:
            for measure in measures:
                measure()
        times = [[] for _ in measures]
        for _ in range(1 if self.short else self.rounds):
            for place, measure in enumerate(measures):
                times[place].append(measure())
        return [statistics.median(values) for values in times]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.started.values():
            process.__exit__()
