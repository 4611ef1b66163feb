"""Speed, memory and step proofs: ours beside llama.cpp (Q8_0, one thread), turn by turn in one run, medians.

`speed.py` takes a few minutes; `speed.py --short` runs ours alone, once, and holds it to nothing."""

import statistics
import subprocess
import sys
from pathlib import Path

import engine
import report

ROUNDS = 9
PREFILL = 128
PROMPT, DECODE = 16, 64
Q8 = engine.CACHE / "SmolLM2-135M-Instruct.Q8_0.gguf"


def eight_bit_model():
    if not Q8.exists():
        unfinished = Q8.with_suffix(".new")
        subprocess.run([sys.executable, Path(__file__).parent / "peer.py", "--requantise", engine.GGUF, unfinished], check=True)
        unfinished.rename(Q8)
    return Q8


def medians(measures, rounds):
    """The median seconds of each measure, taken in turn."""
    times = [[] for _ in measures]
    for _ in range(rounds):
        for place, measure in enumerate(measures):
            times[place].append(measure()["seconds"])
    return [statistics.median(values) for values in times]


def step_rows(ours, rounds_rows, prefix=""):
    steps = ours.ask("steps", rounds_rows)["steps"]
    largest = max(steps, key=lambda step: step["bytes"])
    slowest = max(steps, key=lambda step: step["seconds"])
    proofs = sum(step["proofs"] for step in steps)
    return [
        report.row(
            prefix + "step-bytes", f"largest step proof at T={rounds_rows} ({largest['kind']}), {proofs} proofs of {len(steps)} segments", "KB",
            largest["bytes"] / 1024, target=("ours", "<=", 256)),
        report.row(
            prefix + "step-check", f"slowest step check at T={rounds_rows} ({slowest['kind']})", "ms",
            slowest["seconds"] * 1000, target=("ours", "<=", 5)),
    ]


def short():
    with engine.ours() as ours:
        prefill = ours.ask("prefill", PREFILL, "trace", 1)["seconds"]
        decode = ours.ask("decode", PROMPT, DECODE, "trace", 1)["seconds"]
        return [
            report.row("prefill-short", f"prefill of {PREFILL}, traced, once", "tokens/s", PREFILL / prefill),
            report.row("decode-short", f"decode of {DECODE}, traced, once", "tokens/s", DECODE / decode),
        ] + step_rows(ours, PREFILL)


def full():
    with engine.ours() as ours, engine.peer(eight_bit_model()) as peer:
        prefill = ["prefill", PREFILL]
        decode = ["decode", PROMPT, DECODE]
        ours.ask(*prefill, "plain", 1), peer.ask(*prefill), ours.ask(*decode, "plain", 1), peer.ask(*decode)
        plain, traced, theirs, both = medians([
            lambda: ours.ask(*prefill, "plain", 1), lambda: ours.ask(*prefill, "trace", 1), lambda: peer.ask(*prefill),
            lambda: ours.ask(*prefill, "plain", 2),
        ], ROUNDS)
        decode_plain, decode_traced, decode_theirs = medians([
            lambda: ours.ask(*decode, "plain", 1), lambda: ours.ask(*decode, "trace", 1), lambda: peer.ask(*decode),
        ], ROUNDS)
        memory, peer_memory = (side.ask("memory")["peakKilobytes"] / 1024 for side in (ours, peer))
        return [
            report.row(
                "prefill", f"prefill of {PREFILL}, 1 thread; peer llama.cpp Q8_0", "tokens/s", PREFILL / plain, PREFILL / theirs,
                ("ratio", ">=", 0.6)),
            report.row(
                "decode", f"decode of {DECODE} after {PROMPT}, 1 thread; peer llama.cpp Q8_0", "tokens/s", DECODE / decode_plain,
                DECODE / decode_theirs, ("ratio", ">=", 0.6)),
            report.row("memory", "resident at most; peer in Python", "MB", memory, peer_memory, ("ours", "<=", 300)),
            report.row("prefill-traced", "prefill with the trace; peer ours without", "tokens/s", PREFILL / traced, PREFILL / plain),
            report.row("decode-traced", "decode with the trace; peer ours without", "tokens/s", DECODE / decode_traced, DECODE / decode_plain),
            report.row("prefill-workers", "prefill with 2 workers; peer ours with 1", "tokens/s", PREFILL / both, PREFILL / plain),
            report.row(
                "replay", f"replay of {DECODE} tokens as one prefill; peer ours decoding, traced", "tokens/s", PREFILL / traced,
                DECODE / decode_traced),
        ] + step_rows(ours, PREFILL)


if __name__ == "__main__":
    rows = short() if "--short" in sys.argv else full()
    report.save(rows)
    print(report.table(rows))
