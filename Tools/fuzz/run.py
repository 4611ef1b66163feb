"""Fuzzes every reader of outside bytes with libFuzzer and the address sanitizer, from the committed corpus; prints a table.

`run.py SECONDS [KIND...]`: so many seconds for each kind. Exits with 1 if an input broke a promise; the input is kept in .build-fuzz/found.
`run.py --keep KIND...` afterwards adds to the corpus what reached something new, as long as it is small."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-fuzz"
CORPUS = Path(__file__).parent / "Corpus"
BINARY = BUILD / "release" / "probity-fuzz"
KEPT_BYTES = 512
KEPT_FILES = 24
sys.path.insert(0, str(ROOT / "Tools" / "bench"))

import report  # noqa: E402  (its folder has to be named first)

# A crash that swift-backtrace looks at would hang; memory is bounded, and so is one allocation.
ENVIRONMENT = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}
LIMITS = ["-rss_limit_mb=2048", "-malloc_limit_mb=512", "-timeout=20", "-print_final_stats=1", "-use_value_profile=1"]


def build():
    flags = ["-Xswiftc", "-sanitize=fuzzer,address", "-Xcc", "-fsanitize=fuzzer-no-link,address",
             "-Xswiftc", "-use-ld=lld"]
    subprocess.run(
        ["swift", "build", "-c", "release", "--scratch-path", BUILD, "--product", "probity-fuzz", *flags], cwd=ROOT, check=True,
        env={**os.environ, "PROBITY_FUZZ": "1"})


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def fuzz(kind, seconds, seeds):
    """Runs one kind; returns (executions, edges covered, edges in all, inputs kept, ok)."""
    work, found = BUILD / "work" / kind, BUILD / "found"
    work.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    folders = [folder for folder in (work, CORPUS / kind, seeds / kind) if folder.exists()]
    log = BUILD / f"{kind}.log"
    command = [BINARY, kind, *folders, f"-max_total_time={seconds}", f"-artifact_prefix={found}/{kind}-", *LIMITS]
    with log.open("w") as output:
        try:
            status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=ENVIRONMENT, timeout=60 + 3 * seconds).returncode
        except subprocess.TimeoutExpired:
            status = "a timeout"
    text = log.read_text(errors="replace")
    if status:
        print(f"{kind}: ended with {status}; see {log} and {found}", file=sys.stderr)
    return (last(r"stat::number_of_executed_units: (\d+)", text), last(r"cov: (\d+)", text),
            last(r"\((\d+) inline 8-bit counters\)", text) or last(r"(\d+) inline 8-bit counters", text), last(r"corp: (\d+)", text), not status)


def keep(kind):
    """Adds the smallest inputs that reach something of their own to the corpus."""
    merged = BUILD / "merged" / kind
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    subprocess.run(
        [BINARY, kind, "-merge=1", merged, CORPUS / kind, BUILD / "work" / kind] if (CORPUS / kind).exists()
        else [BINARY, kind, "-merge=1", merged, BUILD / "work" / kind],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT, check=True)
    small = sorted((file for file in merged.iterdir() if file.stat().st_size <= KEPT_BYTES), key=lambda file: file.stat().st_size)
    (CORPUS / kind).mkdir(parents=True, exist_ok=True)
    for file in small[-KEPT_FILES:]:
        shutil.copy(file, CORPUS / kind / file.name)


def main():
    build()
    kinds = subprocess.run([BINARY, "--list"], check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout.split()
    words = sys.argv[1:]
    if words[:1] == ["--keep"]:
        for kind in words[1:] or kinds:
            keep(kind)
        return
    seconds, wanted = int(words[0]), words[1:] or kinds
    seeds = BUILD / "seeds"
    subprocess.run([BINARY, "--seeds", seeds], check=True, env=ENVIRONMENT)
    print(f"{'kind':16}{'executions':>12}{'per second':>12}{'edges':>8}{'corpus':>8}")
    results = []
    for kind in wanted:
        executions, edges, _, corpus, ok = result = fuzz(kind, seconds, seeds)
        results.append(result)
        print(f"{kind:16}{executions:12}{executions // max(1, seconds):12}{edges:8}{corpus:8}{'' if ok else '  FAILED'}", flush=True)
    failed = sum(not result[4] for result in results)
    total = sum(result[0] for result in results)
    print(f"fuzz: {total} inputs in {seconds} s for each of {len(wanted)} kinds, {failed} kinds broken")
    report.save([
        report.row("fuzz-inputs", f"inputs fuzzed, {seconds} s for each of {len(wanted)} kinds", "count", total),
        report.row("fuzz-broken", "kinds of which an input broke a promise", "count", failed, target=("ours", "<=", 0)),
    ])
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
