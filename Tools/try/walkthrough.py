"""Plays docs/walkthrough.md: a node, honest and cheating providers, a watchtower and clients, each a process of its own.

Exits with 1, and says why, if anything is otherwise than it should be.
"""

import signal
import sys
import time

from processes import GENESIS, Network, Unexpected, arguments

CHEATS = {
    "cheat-bit": ("bit", "What is the capital of France?"),
    "cheat-text": ("text", "Is it safe to drink sea water?"),
    "cheat-model": ("model", "Name three colours."),
}
# These share an account, one after the other.
LATER_CHEATS = {"answer": "Who wrote Hamlet?", "length": "Count to ten.", "withhold": "How deep is the sea?"}


def say(text):
    print(text, flush=True)


def address(network, key):
    return network.json("key", "show", "--dev-key", key)["address"]


def watch(network, node, providers, *more):
    """Starts a watchtower that knows where the providers serve."""
    named = [word for key, url in providers.items() for word in ("--provider", f"{address(network, key)}={url}")]
    tower = network.start(
        "watchtower", "watch", "--node", node, "--genesis", GENESIS, "--dev-key", "watchtower", "--model", network.bundle, *named, *more)
    tower.wait_for(lambda event: event["event"] == "watching", 60)
    return tower


def ask(network, url, question, expect, *more):
    return network.json(
        "ask", question, "--provider", url, "--genesis", GENESIS, "--dev-key", "client", "--max-tokens", 16, "--timeout", 120, *more,
        expect=expect)


def check(holds, otherwise):
    if not holds:
        raise Unexpected(otherwise)


def catch(network, tower, cheat, url, question):
    """Asks a provider that cheats: the claim is slashed, and its receipt says so."""
    evidence = network.folder / f"{cheat}.receipt"
    slashed = ask(network, url, question, 4, "--output", evidence)
    check(slashed["verdict"] == "slashed", f"the cheat {cheat} is {slashed['verdict']}")
    found = tower.wait_for(lambda event: event["event"] == "fraud" and event["claim"] == slashed["claim"], 60)
    check(found["slashedAt"] == slashed["height"], f"watchtower and receipt differ about {cheat}: {found} {slashed}")
    network.run(evidence, "--genesis", GENESIS, program=network.verifier, expect=4)
    how = f"a proof of {found['proofBytes']} bytes" if found["proofBytes"] else "asked on the chain, no answer in time"
    say(f"slashed        --cheat {cheat}: {found['reason']}; {how}")


def play(network):
    _, node = network.node()
    say(f"node           {node}")
    root = network.json("model", "inspect", network.bundle)["modelRoot"]
    network.run("tx", "register-model", network.bundle, "--node", node, "--genesis", GENESIS, "--dev-key", "provider")
    say(f"registered     {root}")
    honest, honest_url = network.provider("provider", node)
    urls = {"provider": honest_url}
    for key, (cheat, _) in CHEATS.items():
        _, urls[key] = network.provider(key, node, "--cheat", cheat)
    tower = watch(network, node, urls)

    receipt, promise = network.folder / "honest.receipt", network.folder / "honest.promise"
    final = ask(network, honest_url, "Why is the sky blue?", 0, "--model-root", root, "--output", receipt, "--promise", promise)
    check(final["verdict"] == "final", f"an honest answer is {final['verdict']}")
    check("Why is the sky blue?" in final["prompt"], "the receipt is of another prompt")
    tower.wait_for(lambda event: event["event"] == "honest" and event["claim"] == final["claim"], 60)
    say(f"final          {final['answer']!r}")

    for key, (cheat, question) in CHEATS.items():
        catch(network, tower, cheat, urls[key], question)
    for cheat, question in LATER_CHEATS.items():
        later, url = network.provider("provider-2", node, "--cheat", cheat, name=cheat)
        catch(network, tower, cheat, url, question)
        later.end()

    word = promise.read_text().strip()
    network.run(receipt, "--genesis", GENESIS, "--promise", word, program=network.verifier)
    other = word[:-1] + ("1" if word[-1] == "0" else "0")
    network.run(receipt, "--genesis", GENESIS, "--promise", other, program=network.verifier, expect=1)
    forged = network.folder / "forged.receipt"
    data = bytearray(receipt.read_bytes())
    data[data.index(b"sky")] ^= 1
    forged.write_bytes(data)
    network.run(forged, "--genesis", GENESIS, program=network.verifier, expect=1)
    say("verified       the honest receipt offline, with the promise that it keeps; either with a changed bit is refused")

    # What a provider streams and what it puts on record are two things: the client compares.
    lying, url = network.provider("provider-2", node, "--cheat", "stream", name="stream")
    shown = ask(network, url, "Is the earth flat?", 1)
    check(shown["verdict"] == "final" and "Whatever" not in shown["answer"], f"the record holds what was streamed: {shown}")
    lying.end()
    say("noticed        --cheat stream: the client refuses an answer that is not the one on record")

    # A watchtower that is killed comes back and finds what was claimed meanwhile.
    tower.end(signal.SIGKILL)
    claim = ask(network, urls["cheat-bit"], "What is the tallest mountain?", 3, "--no-wait")["claim"]
    tower = watch(network, node, urls)
    tower.wait_for(lambda event: event["event"] == "fraud" and event["claim"] == claim and "slashedAt" in event, 60)
    say("restarted      the watchtower was killed; after its return it proved a fraud from in between")

    # One that does not know where the provider serves says what it cannot judge.
    blind = network.start("blind", "watch", "--node", node, "--genesis", GENESIS, "--model", network.bundle, "--report-only")
    blind.wait_for(lambda event: event["event"] == "watching", 60)
    claim = ask(network, urls["cheat-bit"], "How far is the moon?", 3, "--no-wait")["claim"]
    doubt = blind.wait_for(lambda event: event["event"] in ("unverified", "fraud") and event.get("claim") == claim, 60)
    check(doubt["event"] == "unverified", f"a watchtower without a trace proved something: {doubt}")
    check(blind.end() == 0, "the second watchtower did not end in order")
    say(f"flagged        without the provider's address: {doubt['reason']}")
    tower.wait_for(lambda event: event["event"] == "fraud" and event["claim"] == claim, 60)

    for process in (tower, honest):
        check(process.end() == 0, f"{process.name} did not end in order")
    say("ended          watchtower and provider, by SIGTERM, with status 0")


def main():
    options = arguments(__doc__.splitlines()[0])
    start = time.monotonic()
    network = Network(options.binaries, options.model)
    network.keeps = options.keep
    try:
        with network:
            play(network)
    except Unexpected as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    say(f"Everything went as it should, in {time.monotonic() - start:.0f} seconds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
