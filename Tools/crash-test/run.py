"""Runs the crash test with the arguments given here, prints its one-line summary, and adds its rows to .build/bench.json."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools" / "bench"))

import report  # noqa: E402  (its folder has to be named first)


def compiled_library():
    library = ROOT / ".build" / "power-cut.so"
    subprocess.run(
        ["clang", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", library, Path(__file__).parent / "power-cut.c", "-ldl"],
        check=True)
    return library


def rows(summary):
    deaths = summary["kills"] + summary["startKills"] + summary["powerCuts"]
    return [
        report.row("crash-deaths", "deaths of a node under load or at start, each restarted and audited", "count", deaths),
        report.row(
            "crash-lost", f"lost of {summary['acknowledged']} acknowledged transactions", "count",
            summary["acknowledged"] - summary["kept"], target=("ours", "<=", 0)),
        report.row("crash-damages", "damaged stores that were refused with a reason, or read as if whole", "count", summary["damages"]),
        report.row("crash-restart", "median restart after a death, until requests are answered", "ms", summary["restartMilliseconds"]),
        report.row("crash-load", "acknowledged (synced) under load over HTTP, one node", "transactions/s", summary["acknowledgedPerSecond"]),
    ]


def main():
    binary = ROOT / ".build" / "release"
    command = [
        binary / "probity-crash-test", "--node", binary / "probity", "--power-cut-library", compiled_library(), *sys.argv[1:]]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(run.returncode)
    summary = json.loads(run.stdout)
    report.save(rows(summary))
    print(
        "crash test: {kills} kills under load, {startKills} during start-up, {powerCuts} power cuts ({lostBytes} unsynced bytes dropped); "
        "{acknowledged} acknowledged, {lost} lost; {audits} audits agree; {damages} damages noticed or harmless; {acknowledgedPerSecond:.0f} acknowledged/s, "
        "p50 {latencyP50Milliseconds:.1f} ms, p99 {latencyP99Milliseconds:.1f} ms; restart {restartMilliseconds:.0f} ms; seed {seed}"
        .format(lost=summary["acknowledged"] - summary["kept"], **summary))


if __name__ == "__main__":
    main()
