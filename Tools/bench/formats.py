"""The other kinds of weights and long contexts against a float32 forward pass: `formats.py [--short] [h8] [w16] [long]`.

h8 and w16 are imported anew; w16's answers to ten chat prompts are held to the float model's choice at every token, where a difference counts only
if the float model prefers its own token by more than TIE. `long` runs the default bundle over LONG tokens and counts values that saturate."""

import subprocess
import sys
import tempfile
from pathlib import Path

import engine
import numpy as np
import quality
import report

TIE = 0.001
LONG, LAST = 2048, 512


def imported(format, folder):
    bundle = folder / f"{format}.probity"
    subprocess.run([engine.ROOT / ".build" / "release" / "probity-bench", "import", engine.GGUF, format, bundle], check=True)
    return engine.ours(bundle)


def divergence(format, ours, folder, short):
    """KL of a format, over the chunks of the quality bench."""
    size, count = (64, 1) if short else (quality.CHUNK, 5)
    parts = [
        quality.compare(quality.integer_logits(ours, folder, tokens), quality.float_logits(tokens), tokens)
        for tokens in list(quality.chunks(ours, folder, size))[:count]]
    kl, agreement, _ = (np.concatenate(column) for column in zip(*parts))
    bound = {"h8": 0.006, "w16": 0.0001}[format]
    return [
        report.row(f"{format}-kl", f"{format}: mean KL to float32 over {len(kl)} tokens", "nats", float(kl.mean()), target=("ours", "<=", bound)),
        report.row(f"{format}-top1", f"{format}: top-1 agreement with float32", "%", float(100 * agreement.mean())),
    ]


def same_text(ours, folder, prompts):
    """How many greedy answers are the float model's, but for ties, and the largest preference for another token."""
    same, largest = 0, 0.0
    for prompt in prompts:
        file = folder / "prompt"
        file.write_text(quality.TEMPLATE.format(prompt))
        start, output = ours.ask("tokens", file)["tokens"], ours.ask("answer", 64, file)["tokens"]
        logits = quality.float_logits(start + output[:-1])[len(start) - 1:]
        gaps = logits.max(axis=-1) - logits[np.arange(len(output)), output]
        same += bool(gaps.max() <= TIE)
        largest = max(largest, float(gaps.max()))
    return [
        report.row(
            "w16-greedy", f"w16: greedy answers to {len(prompts)} prompts that are the float model's", "", same, target=("ours", ">=", len(prompts))),
        report.row("w16-gap", "w16: largest preference of the float model for another token", "logits", largest),
    ]


def long_context(folder):
    with engine.ours() as ours:
        tokens = next(quality.chunks(ours, folder, LONG))
        file = folder / "tokens"
        file.write_bytes(np.array(tokens, "<u4").tobytes())
        saturation = ours.ask("saturation", file)
        kl, agreement, _ = quality.compare(quality.integer_logits(ours, folder, tokens), quality.float_logits(tokens), tokens)
    first, last = kl[:LAST].mean(), kl[-LAST:].mean()
    return [
        report.row("long-saturation", f"saturated of {saturation['committed']} committed values at T={LONG}", "", saturation["saturated"], target=("ours", "<=", 0)),
        report.row("long-kl", f"mean KL to float32 at T={LONG}", "nats", float(kl.mean()), target=("ours", "<=", 0.003)),
        report.row("long-kl-last", f"mean KL over the last {LAST} rows; peer the first {LAST}", "nats", float(last), float(first), ("ratio", "<=", 1.5)),
        report.row("long-top1", f"top-1 agreement with float32 at T={LONG}", "%", float(100 * agreement.mean()), target=("ours", ">=", 97)),
    ]


def main():
    short = "--short" in sys.argv
    parts = [part for part in sys.argv[1:] if part != "--short"] or (["h8", "w16"] if short else ["h8", "w16", "long"])
    with tempfile.TemporaryDirectory(dir=engine.CACHE) as name:
        folder, rows = Path(name), []
        for part in parts:
            if part == "long":
                rows += long_context(folder)
                continue
            with imported(part, folder) as ours:
                rows += divergence(part, ours, folder, short)
                if part == "w16":
                    rows += same_text(ours, folder, quality.PROMPTS[:1] if short else quality.PROMPTS)
    if not short:
        report.save(rows)
    print(report.table(rows))


if __name__ == "__main__":
    main()
