"""The sentence encoder: speed beside ONNX Runtime in float32, turn by turn in one run, and the cosine to its embeddings of fifty texts.

`encoder.py` takes a minute; `encoder.py --short` runs ours alone, once, and holds it to nothing."""

import math
import statistics
import sys
import tempfile
from pathlib import Path

import engine
import report
from speed_steps import step_rows

FOLDER = engine.CACHE / "all-MiniLM-L6-v2"
BUNDLE = engine.CACHE / "all-MiniLM-L6-v2.probity"
ROUNDS = 9
ROWS = (128, 32)
TEXTS = [
    "A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby.", "A man is riding a horse.", "A woman is playing violin.",
    "Two men pushed carts through the woods.", "A monkey is playing drums.", "A cheetah is running behind its prey.", "The new movie is awesome.", "The cat sits outside.",
    "How do I reset my password?", "Where can I change my login details?", "What is the capital of France?", "Paris is the capital and largest city of France.", "Quantum computers use qubits.",
    "The stock market fell sharply on Monday.", "Shares plunged at the start of the week.", "Boil the egg for seven minutes.", "Preheat the oven to 180 degrees.", "Photosynthesis turns light into sugar.",
    "def add(a, b): return a + b", "SELECT name FROM users WHERE id = 7;", "The quick brown fox jumps over the lazy dog.", "To be, or not to be, that is the question.", "E = mc^2",
    "naïve café résumé", "Größe und Straße", "¿Dónde está la biblioteca?", "Привет, мир!", "こんにちは世界", "你好，世界", "مرحبا بالعالم", "😀 great 👍", "OK", "?", "1234567890",
    "The contract may be terminated by either party upon thirty days' written notice.", "Patients with type 2 diabetes should have their HbA1c measured at least twice a year.",
    "He said that she said that they said that nobody had said anything.", "Climate change is altering rainfall patterns across the globe.",
    "An optimistic rollup assumes that claims are right unless somebody proves otherwise.", "Fraud proofs let a single honest watcher win.", "Integers are the same on every machine.",
    "The mitochondria is the powerhouse of the cell.", "I would like to book a table for two at eight o'clock.", "My flight was cancelled and I want a refund.",
    "Please translate this sentence into German.", "The Eiffel Tower was completed in 1889 and was the world's tallest structure for forty years. " * 4,
    "Once upon a time, in a land far away, there lived a king who loved nothing more than riddles. " * 8, "word " * 200,
]


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def quality(ours, peer):
    cosines = []
    with tempfile.TemporaryDirectory(dir=engine.CACHE) as folder:
        file = Path(folder) / "text"
        for text in TEXTS:
            file.write_text(text)
            answer = ours.ask("embed", file)
            cosines.append(cosine(answer["values"], peer.ask("embed", *answer["tokens"])["values"]))
    return [
        report.row("encoder-cosine", f"mean cosine to float32 over {len(TEXTS)} texts", "", statistics.mean(cosines), target=("ours", ">=", 0.999)),
        report.row("encoder-cosine-least", "least cosine", "", min(cosines)),
    ]


def speed(ours, peer):
    rows = []
    for count in ROWS:
        sides = [
            lambda workers: ours.ask("embedding", count, "plain", workers), lambda workers: ours.ask("embedding", count, "trace", workers),
            lambda workers: peer.ask("embedding", count, workers)]
        for workers in (1, 2):
            times = [[], [], []]
            for _ in range(ROUNDS):
                for place, side in enumerate(sides):
                    times[place].append(side(workers)["seconds"])
            plain, traced, theirs = (statistics.median(values) for values in times)
            rows.append(report.row(
                f"encoder-{count}-{workers}", f"embedding of {count} tokens, {workers} thread(s); peer ONNX Runtime float32", "texts/s",
                1 / plain, 1 / theirs, ("ratio", ">=", 1.7 if workers == 1 else 2.5)))
            rows.append(report.row(
                f"encoder-{count}-{workers}-traced", "with the trace; peer ours without", "texts/s", 1 / traced, 1 / plain))
    return rows


def peer():
    return engine.Engine(sys.executable, Path(__file__).parent / "onnx_bert.py", FOLDER)


def main():
    with engine.ours(BUNDLE) as ours:
        if "--short" in sys.argv:
            rows = [report.row("encoder-short", "embedding of 128 tokens, traced", "texts/s", 1 / ours.ask("embedding", 128, "trace", 1)["seconds"])]
            rows += step_rows(ours, 128, "encoder-")
        else:
            with peer() as theirs:
                rows = quality(ours, theirs) + speed(ours, theirs) + step_rows(ours, 256, "encoder-")
    report.save(rows)
    print(report.table(rows))


if __name__ == "__main__":
    main()
