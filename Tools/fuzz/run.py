"""Fuzzes every reader of outside bytes and the one-step checker with libFuzzer, each from its corpus and from valid bytes; prints a table.

`run.py --runs N [KIND...]`: so many inputs for each kind, at full speed; then what was kept is read again under the address sanitizer.
`run.py --seconds N [KIND...]`: so many seconds for each kind, under the address sanitizer. Kinds run side by side, one a processor.
The corpora are kept in PROBITY_CACHE/fuzz. Exits with 1 if an input broke a promise (it is kept in .build-fuzz/found), and if a planted
fault is not found or a kind covers next to nothing: then the sources were not compiled for the fuzzer."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-fuzz"
FOUND = BUILD / "found"
CORPUS = Path(os.environ["PROBITY_CACHE"]) / "fuzz"
sys.path.insert(0, str(ROOT / "Tools" / "bench"))

import report  # noqa: E402  (its folder has to be named first)

# A crash that swift-backtrace looks at would hang; memory is bounded, and so is one allocation.
ENVIRONMENT = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}
LIMITS = ["-rss_limit_mb=2048", "-malloc_limit_mb=512", "-timeout=20", "-print_final_stats=1"]
# Inputs until the planted fault is found; blind guessing would take more than 2^70.
CANARY_RUNS = 20_000_000
# The number in front of each line of progress.
PROGRESS = r"(?m)^#(\d+)"
# Every kind reaches more edges than this; without coverage it would be none.
LEAST_EDGES = 30


class Fuzzer:
    """The program, compiled for libFuzzer, with the address sanitizer or without it."""

    def __init__(self, sanitizer):
        name = "address" if sanitizer else "plain"
        scratch = BUILD / name
        kinds = ",address" if sanitizer else ""
        subprocess.run(
            ["swift", "build", "-c", "release", "--scratch-path", scratch, "--product", "probity-fuzz",
             "-Xswiftc", f"-sanitize=fuzzer{kinds}", "-Xcc", f"-fsanitize=fuzzer-no-link{kinds}", "-Xswiftc", "-use-ld=lld"],
            cwd=ROOT, check=True, env={**os.environ, "PROBITY_FUZZ": "1"})
        self.binary = scratch / "release" / "probity-fuzz"
        self.logs = BUILD / "logs" / name
        self.logs.mkdir(parents=True, exist_ok=True)

    def output(self, *arguments):
        return subprocess.run(
            [self.binary, *arguments], check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, timeout=600).stdout

    def run(self, kind, *arguments, limit=None):
        """Runs libFuzzer on one kind; returns its exit status and what it said."""
        log = self.logs / f"{kind}.log"
        with log.open("w") as file:
            try:
                status = subprocess.run(
                    [self.binary, *arguments, f"-artifact_prefix={FOUND}/{kind}-", *LIMITS], stdout=file, stderr=subprocess.STDOUT,
                    env={**ENVIRONMENT, "PROBITY_FUZZ_KIND": kind}, timeout=limit).returncode
            except subprocess.TimeoutExpired:
                status = "a timeout"
        return status, log.read_text(errors="replace")

    def check(self):
        """Finds the planted fault, which takes coverage and comparisons."""
        status, text = self.run("canary", "-seed=1", f"-runs={CANARY_RUNS}", limit=300)
        if not status or "broken: the planted fault" not in text:
            raise SystemExit("fuzz: the planted fault was not found: the sources are not compiled for the fuzzer")
        for file in FOUND.glob("canary-*"):
            file.unlink()
        print(f"fuzz: the planted fault was found after {last(PROGRESS, text)} inputs or a little more", flush=True)


class Result:
    """What became of one kind."""

    def __init__(self, kind, status, text, seconds):
        self.kind = kind
        self.executions = last(r"stat::number_of_executed_units: (\d+)", text)
        self.rate = int(self.executions / max(seconds, 0.1))
        self.edges = last(r"cov: (\d+)", text)
        self.start = first(r"INITED cov: (\d+)", text)
        self.kept = last(r"corp: (\d+)", text)
        self.problem = "an input broke a promise" if status else "covers nothing" if self.edges < LEAST_EDGES else None

    def __str__(self):
        line = f"{self.kind:24}{self.executions:>12}{self.rate:>10}{self.start:>8}{self.edges:>8}{self.kept:>8}"
        return line + (f"  FAILED: {self.problem}" if self.problem else "")


def first(pattern, text):
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def fuzz(fuzzer, kind, seeds, arguments, limit):
    corpus = CORPUS / kind
    corpus.mkdir(parents=True, exist_ok=True)
    longest = max((file.stat().st_size for folder in (corpus, seeds / kind) for file in folder.iterdir()), default=0)
    began = time.monotonic()
    status, text = fuzzer.run(kind, corpus, seeds / kind, f"-max_len={max(4096, 2 * longest)}", *arguments, limit=limit)
    result = Result(kind, status, text, time.monotonic() - began)
    print(result, flush=True)
    return result


def minimise(fuzzer, kind):
    """Leaves in a corpus the fewest inputs that reach the same; keeps it as it is if that goes wrong. Returns whether it went well."""
    corpus, smaller = CORPUS / kind, CORPUS / f"{kind}.smaller"
    shutil.rmtree(smaller, ignore_errors=True)
    smaller.mkdir()
    status, text = fuzzer.run(kind, "-merge=1", smaller, corpus, limit=3600)
    if status == 0 and any(smaller.iterdir()) and "MERGE-OUTER: successful in 1 attempt(s)" in text:
        shutil.rmtree(corpus)
        smaller.rename(corpus)
        return True
    shutil.rmtree(smaller)
    print(f"{kind}: the corpus could not be minimised; see {fuzzer.logs / kind}.log", file=sys.stderr)
    return False


def replay(fuzzer, kind, seeds):
    """Reads the corpus once under the address sanitizer; returns whether all went well."""
    status, _ = fuzzer.run(kind, CORPUS / kind, seeds / kind, "-runs=0", limit=3600)
    if status:
        print(f"{kind}: the address sanitizer objects; see {fuzzer.logs / kind}.log and {FOUND}", file=sys.stderr)
    return status == 0


def main():
    parser = argparse.ArgumentParser()
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--runs", type=int)
    length.add_argument("--seconds", type=int)
    parser.add_argument("kinds", nargs="*")
    options = parser.parse_args()

    FOUND.mkdir(parents=True, exist_ok=True)
    long = options.runs is not None
    fuzzer = Fuzzer(sanitizer=not long)
    fuzzer.check()
    kinds = options.kinds or fuzzer.output("--list").split()
    seeds = BUILD / "seeds"
    fuzzer.output("--seeds", seeds)
    print(f"{'kind':24}{'executions':>12}{'a second':>10}{'edges':>8}{'then':>8}{'kept':>8}")
    arguments = [f"-runs={options.runs}"] if long else [f"-max_total_time={options.seconds}"]
    limit = None if long else 120 + 3 * options.seconds
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda kind: fuzz(fuzzer, kind, seeds, arguments, limit), kinds))
    failed = [result.kind for result in results if result.problem]
    if long:
        sanitizer = Fuzzer(sanitizer=True)
        failed += [kind for kind in kinds if kind not in failed and not (minimise(fuzzer, kind) and replay(sanitizer, kind, seeds))]
    else:
        failed += [
            kind for kind in kinds
            if kind not in failed and sum(1 for _ in (CORPUS / kind).iterdir()) > 2000 and not minimise(fuzzer, kind)]
    total = sum(result.executions for result in results)
    print(f"fuzz: {total} inputs of {len(kinds)} kinds, {len(failed)} kinds broken")
    if failed:
        print(f"fuzz: {' '.join(failed)}; see {FOUND}", file=sys.stderr)
    report.save(
        [report.row(f"fuzz-{result.kind}", f"inputs of kind {result.kind}", "count", result.executions,
                    target=("ours", ">=", options.runs) if long else None) for result in results]
        + [report.row("fuzz-broken", "kinds of which an input broke a promise", "count", len(failed), target=("ours", "<=", 0))])
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
