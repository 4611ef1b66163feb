"""What the trace costs, and what a replay costs beside the generation that it checks."""

import report

PREFILL, DECODE = 128, 64
PROMPT, GENERATED = 128, 128


def cost(bench, identifier, what, threads, bound, *words):
    """Time with the trace over time without."""
    traced, plain = bench.medians(bench.seconds(*words, "trace", threads), bench.seconds(*words, "plain", threads))
    suffix = "" if threads == 1 else f"-{threads}"
    return report.row(
        identifier + suffix, f"{what} with the trace, {threads} threads; peer ours without", "s", traced, plain, ("ratio", "<=", bound))


def rows(bench):
    made = []
    for threads in (1, 2):
        made.append(cost(bench, "trace-prefill", f"prefill of {PREFILL}", threads, 1.12, "prefill", PREFILL))
        made.append(cost(bench, "trace-decode", f"decode of {DECODE} after 16", threads, 1.05, "decode", 16, DECODE))
    replay, generation = bench.medians(
        bench.seconds("replay", PROMPT, GENERATED, 1), bench.seconds("generation", PROMPT, GENERATED, "trace", 1))
    made.append(
        report.row(
            "replay", f"replay of {PROMPT} + {GENERATED} tokens; peer the generation itself, traced", "s", replay, generation,
            ("ratio", "<=", 1 / 3)))
    return made
