"""Step proofs: the largest, and the slowest to check."""

import report

ROWS = 128


def rows(bench):
    return step_rows(bench.ours, ROWS)


def step_rows(ours, count, prefix=""):
    steps = ours.ask("steps", count)["steps"]
    largest = max(steps, key=lambda step: step["bytes"])
    slowest = max(steps, key=lambda step: step["seconds"])
    proofs = sum(step["proofs"] for step in steps)
    return [
        report.row(
            prefix + "step-bytes", f"largest step proof at T={count} ({largest['kind']}), {proofs} proofs of {len(steps)} segments", "KB",
            largest["bytes"] / 1024, target=("ours", "<=", 256)),
        report.row(
            prefix + "step-check", f"slowest step check at T={count} ({slowest['kind']})", "ms", slowest["seconds"] * 1000,
            target=("ours", "<=", 5)),
    ]
