"""Prefill and decode beside llama.cpp (Q8_0), on one thread and on two, turn by turn; memory."""

import report

DECODE = 64
# Least ratios to llama.cpp: for prefill, and for decode on one thread and on two.
PREFILL, DECODE_RATIO = 1.5, {1: 1.0, 2: 1.3}


def name(what, threads):
    return what if threads == 1 else f"{what}-{threads}"


def prefill(bench, rows, threads):
    measures = [bench.seconds("prefill", rows, "plain", threads)]
    if not bench.short:
        measures.append(bench.peer_seconds("prefill", rows, threads))
    times = bench.medians(*measures)
    speeds = [rows / time for time in times] + [None]
    return report.row(
        name(f"prefill-{rows}", threads), f"prefill of {rows}, {threads} threads; peer llama.cpp Q8_0", "tokens/s", speeds[0], speeds[1],
        ("ratio", ">=", PREFILL))


def decode(bench, prompt, threads):
    measures = [bench.seconds("decode", prompt, DECODE, "plain", threads)]
    if not bench.short:
        measures.append(bench.peer_seconds("decode", prompt, DECODE, threads))
    times = bench.medians(*measures)
    speeds = [DECODE / time for time in times] + [None]
    return report.row(
        name(f"decode-{prompt}", threads), f"decode of {DECODE} after {prompt}, {threads} threads; peer llama.cpp Q8_0", "tokens/s", speeds[0],
        speeds[1], ("ratio", ">=", DECODE_RATIO[threads]))


def rows(bench):
    made = []
    for threads in (1, 2):
        for count in (128,) if bench.short else (128, 512):
            made.append(prefill(bench, count, threads))
        for prompt in (1,) if bench.short else (1, 512):
            made.append(decode(bench, prompt, threads))
    memory = bench.ours.ask("memory")["peakKilobytes"] / 1024
    peer_memory = None if bench.short else bench.peer.ask("memory")["peakKilobytes"] / 1024
    made.append(report.row("memory", "resident at most; peer in Python", "MB", memory, peer_memory, ("ours", "<=", 300)))
    return made
