"""What a dispute costs: `disputes.py [--short]`, for the test model, SmolLM2 and a model with the shape of LLaMA 7B.

Where the trace is served, a lie is proved by one message. Where it is withheld, the chain is asked for it: rounds are questions. A message is a transaction, signature
and all; its time is what a validator takes for a block that holds it alone."""

import sys

import engine
import report

MODELS = [("tiny", "tiny", "the test model", 48), ("smollm", engine.BUNDLE, "SmolLM2-135M", 128), ("7b", "synthetic", "the shape of LLaMA 7B", 128)]


def rows(name, model, title, count):
    with engine.ours(model) as ours:
        disputes = ours.ask("disputes", count)["disputes"]
    deepest = max(disputes, key=lambda dispute: dispute["rounds"])
    largest = max(disputes, key=lambda dispute: dispute["largestBytes"])
    longest = max(disputes, key=lambda dispute: dispute["totalBytes"])
    slowest = max(disputes, key=lambda dispute: dispute["slowestSeconds"])
    about = f"{title}, T={count}"
    return [
        report.row(f"dispute-{name}-rounds", f"questions until a withheld leaf is found, {about} ({deepest['kind']})", "", deepest["rounds"],
                   target=("ours", "<=", 4)),
        report.row(f"dispute-{name}-message", f"the largest message of a dispute, {about} ({largest['kind']})", "KB",
                   largest["largestBytes"] / 1024, target=("ours", "<=", 256)),
        report.row(f"dispute-{name}-bytes", f"all messages of a dispute, {about} ({longest['kind']})", "KB", longest["totalBytes"] / 1024),
        report.row(f"dispute-{name}-check", f"the slowest block of one message, {about} ({slowest['kind']})", "ms",
                   slowest["slowestSeconds"] * 1000, target=("ours", "<=", 5)),
    ]


def main():
    short = "--short" in sys.argv
    for model in MODELS[:2] if short else MODELS:
        made = rows(*model)
        if short:
            made = [{**row, "id": row["id"] + "-short", "target": None, "met": None} for row in made]
        report.save(made)
        print(report.table(made), flush=True)


if __name__ == "__main__":
    main()
