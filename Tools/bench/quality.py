"""Quality: the integer executor's logits against a float32 forward pass of the same file, and its answers to ten chat prompts.

`quality.py` takes a few minutes; `quality.py --short` looks at one short chunk. The float logits are cached by the digest of their tokens."""

import functools
import hashlib
import pydoc_data.topics
import sys
import tempfile
from pathlib import Path

import engine
import numpy as np
import report

CHUNK = 512
TEMPLATE = "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n" \
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
PROMPTS = [
    "What is the capital of France?", "Explain what a prime number is.", "Write a haiku about rain.", "How do I boil an egg?",
    "What is the largest planet in the solar system?", "Translate 'good morning' into Spanish.", "Name three programming languages.",
    "Why is the sky blue?", "Give me a tip for better sleep.", "What is 12 times 12?",
]


def texts():
    """Texts that every Debian system holds: licences and the Python manual."""
    licences = Path("/usr/share/common-licenses")
    return [
        (licences / "GPL-3").read_text()[4000:],
        (licences / "Apache-2.0").read_text(),
        pydoc_data.topics.topics["class"] + pydoc_data.topics.topics["with"],
        pydoc_data.topics.topics["specialnames"],
        pydoc_data.topics.topics["execmodel"] + pydoc_data.topics.topics["import"],
    ]


def chunks(ours, folder, size):
    for text in texts():
        file = folder / "text"
        file.write_text(text[:size * 12])
        tokens = ours.ask("tokens", file)["tokens"]
        if len(tokens) < size:
            raise SystemExit("a text is too short")
        yield tokens[:size]


@functools.cache
def float_model():
    from float_llama import FloatLlama
    return FloatLlama(engine.GGUF)


def float_logits(tokens):
    name = hashlib.sha256(np.array(tokens, "<u4").tobytes()).hexdigest()[:16]
    file = engine.CACHE / f"float-logits-{name}.npy"
    if not file.exists():
        np.save(file, float_model().logits(tokens))
    return np.load(file, mmap_mode="r")


def integer_logits(ours, folder, tokens):
    source, target = folder / "tokens", folder / "logits"
    source.write_bytes(np.array(tokens, "<u4").tobytes())
    ours.ask("logits", source, target)
    return np.fromfile(target, "<i4").reshape(len(tokens), -1)


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def fraction_bits(integers, floats):
    """The logits' fraction bits, a whole number: the scale that fits best, which is refused if it is not near one."""
    bits = float(np.log2(np.vdot(integers, floats) / np.vdot(floats, floats)))
    if abs(bits - round(bits)) > 0.02:
        raise SystemExit(f"the logits do not fit: scale 2^{bits:.3f}")
    return round(bits)


def compare(integers, floats, tokens):
    """Divergence and agreement of each row, and the log likelihoods of the next tokens under both."""
    bits = fraction_bits(integers[:16].astype(np.float64), floats[:16].astype(np.float64))
    divergence, agreement, likelihoods = [], [], []
    for start in range(0, len(tokens), 64):
        rows = slice(start, min(start + 64, len(tokens)))
        p, q = log_softmax(floats[rows].astype(np.float64)), log_softmax(integers[rows] / 2.0**bits)
        divergence.append((np.exp(p) * (p - q)).sum(axis=-1))
        agreement.append(p.argmax(axis=-1) == integers[rows].argmax(axis=-1))
        following = tokens[rows.start + 1:rows.stop + 1]
        places = np.arange(len(following))
        likelihoods.append(np.stack([p[places, following], q[places, following]], axis=-1))
    return np.concatenate(divergence), np.concatenate(agreement), np.concatenate(likelihoods)


def measure(ours, folder, size, count):
    parts = []
    for tokens in list(chunks(ours, folder, size))[:count]:
        parts.append(compare(integer_logits(ours, folder, tokens), float_logits(tokens), tokens))
        print(f"chunk of {size}: KL {parts[-1][0].mean():.5f} nats, top-1 {100 * parts[-1][1].mean():.1f} %", flush=True)
    divergence, agreement, likelihoods = (np.concatenate(column) for column in zip(*parts))
    ours_perplexity, float_perplexity = (float(np.exp(-likelihoods[:, side].mean())) for side in (1, 0))
    return [
        report.row(
            "quality-kl", f"mean KL to float32 over {len(divergence)} tokens", "nats", float(divergence.mean()), target=("ours", "<=", 0.003)),
        report.row("quality-kl-p99", "99th percentile of KL", "nats", float(np.quantile(divergence, 0.99))),
        report.row("quality-top1", "top-1 agreement with float32", "%", float(100 * agreement.mean()), target=("ours", ">=", 97)),
        report.row("quality-perplexity", "perplexity; peer float32", "", ours_perplexity, float_perplexity),
    ]


def chat(ours, file):
    """Prints the answer to the prompt in a file, and how many of its tokens the float model would have chosen after the same ones."""
    prompt, answer = ours.ask("tokens", file)["tokens"], ours.ask("answer", 64, file)
    made = answer["tokens"]
    chosen = float_model().logits(prompt + made[:-1])[len(prompt) - 1:].argmax(axis=-1)
    return f"{answer['text'].strip()}\n(float32 chooses the same token {int((chosen == made).sum())} times of {len(made)})"


def main():
    short = "--short" in sys.argv
    with engine.ours() as ours, tempfile.TemporaryDirectory(dir=engine.CACHE) as name:
        folder = Path(name)
        rows = measure(ours, folder, 64 if short else CHUNK, 1 if short else 5)
        for prompt in PROMPTS[:1] if short else PROMPTS:
            file = folder / "prompt"
            file.write_text(TEMPLATE.format(prompt))
            print(f"\n> {prompt}\n{chat(ours, file)}", flush=True)
    print()
    if not short:
        report.save(rows)
    print(report.table(rows))


if __name__ == "__main__":
    main()
