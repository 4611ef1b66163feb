"""Recomputes the tables of docs/economics.md from the genesis files; with --check it refuses a document that says otherwise."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/economics.md"
NETWORKS = ["devnet", "testnet"]

# Bytes of signed transactions, SPEC.md [LED-5]: chain, sender, nonce, fee, tag, signature, and the payload's own fields.
FRAME = 32 + 32 + 8 + 8 + 1 + 64
QUESTION = 1 + 4 + 4 + 1 + 8
SEAL = FRAME + 32
CHALLENGE = FRAME + 32 + QUESTION + 1
RECORD = 4096  # a typical record: some hundred tokens and their texts
OPENING = CHALLENGE + 4 + RECORD + 4 + 4 * 32
PROOF = 120_000  # a typical step proof of SmolLM2-135M


def reveal(children):
    return FRAME + 32 + QUESTION + 1 + 4 + 32 * children


def fee(p, size, evidence=0, blob=0):
    return p["baseFee"] + p["byteFee"] * size + p["evidenceByteFee"] * evidence + p["blobByteFee"] * blob


def rounds(p):
    bits = p["fanOutBits"]
    return -(-12 // bits) + -(-30 // bits)


def bond(p, size):
    return p["challengeBond"] + 2 * p["byteFee"] * size


def duration(p, blocks):
    seconds = blocks * p["blockIntervalMilliseconds"] / 1000
    for unit, length in [("d", 86400), ("h", 3600), ("min", 60)]:
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def rows(p):
    children = 1 << p["fanOutBits"]
    node = bond(p, 32 * children)
    reward = p["claimBond"] * p["rewardPermille"] // 1000
    bound = p["windowBlocks"] + p["disputeBlocks"] + 1
    step = p["revealBlocks"] + p["moveBlocks"] + p["sealBlocks"]
    descent = rounds(p) * fee(p, CHALLENGE) + fee(p, OPENING) + fee(p, SEAL) + fee(p, PROOF + RECORD + 400, PROOF)
    weights = bond(p, 17 * 16384 + 128 + 8192)
    # The delay that one bond buys, and the cheapest way to the whole of it: one challenge each revealBlocks + moveBlocks.
    delays = -(-p["disputeBlocks"] // (p["revealBlocks"] + p["moveBlocks"]))
    full = min(128 * fee(p, SEAL), 49 * fee(p, CHALLENGE))
    return [
        ("window", f"{p['windowBlocks']:,} blocks, {duration(p, p['windowBlocks'])}"),
        ("bound on finality, clock never stopped", f"{bound:,} blocks, {duration(p, bound)}"),
        ("bound on finality, every lane always full", f"{bound * (p['stretchBlocks'] + 1):,} blocks, "
         f"{duration(p, bound * (p['stretchBlocks'] + 1))}"),
        ("nodes from a trace root to a leaf, at most", f"{rounds(p)}"),
        ("a lie that is caught costs the provider", f"{p['claimBond']:,}"),
        ("of which the winner gets", f"{reward:,}"),
        ("of which is burnt: what slashing oneself costs", f"{p['claimBond'] - reward:,}"),
        ("a whole dispute costs its challenger in fees", f"{descent:,}"),
        ("reward over these fees", f"{reward / descent:,.0f} times"),
        (f"bond of a challenge with {children} children", f"{node:,}"),
        ("the provider's fee for the reveal", f"{fee(p, reveal(children)):,}"),
        ("what it gets back if the claim stands", f"{node // 2:,}"),
        ("bond of a challenge for the largest leaf of weights", f"{weights:,}"),
        ("delay that one forfeited bond buys", f"up to {step:,} blocks"),
        ("the longest delay of one claim costs an attacker", f"{delays * node:,}"),
        ("a block over which the clock stands still costs", f"{full:,}"),
        ("misconduct costs", f"{p['penalty']:,}"),
    ]


def checks(p):
    """The checks of [GEN-1]."""
    reward = p["claimBond"] * p["rewardPermille"] // 1000
    move = p["baseFee"] + 1024 * p["byteFee"]
    assert p["disputeBlocks"] >= rounds(p) * (p["revealBlocks"] + p["moveBlocks"]) + p["sealBlocks"]
    assert p["windowBlocks"] >= p["sealBlocks"]
    assert p["unbondingBlocks"] > p["windowBlocks"] + p["disputeBlocks"] + p["sealBlocks"]
    assert p["challengeBond"] >= 2 * move
    assert reward >= rounds(p) * move + 2 * p["baseFee"] + (2**20 + 2**21) * p["byteFee"] + 3 * 2**19 * p["evidenceByteFee"]
    # Half of any bond covers the reveal that it pays for.
    for children in range(1, 257):
        assert bond(p, 32 * children) // 2 >= fee(p, reveal(children))


def table():
    parameters = [json.loads((ROOT / f"Genesis/{name}.json").read_text())["parameters"] for name in NETWORKS]
    for p in parameters:
        checks(p)
    columns = [rows(p) for p in parameters]
    lines = ["| units | " + " | ".join(NETWORKS) + " |", "| --- |" + " --- |" * len(NETWORKS)]
    for index in range(len(columns[0])):
        names = [column[index][0] for column in columns]
        lines.append(f"| {names[0]} | " + " | ".join(column[index][1] for column in columns) + " |")
    return "\n".join(lines)


def main():
    begin, end = "<!-- computed by Tools/economics/economics.py -->\n", "\n<!-- end -->"
    text = DOCUMENT.read_text()
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    fresh = head + begin + table() + end + tail
    if "--check" in sys.argv:
        if fresh != text:
            sys.exit("docs/economics.md does not say what the genesis files say: run python3 Tools/economics/economics.py")
    else:
        DOCUMENT.write_text(fresh)


main()
