"""Random transactions through the Python reference and the Swift ledger at once: every code and every header hash must agree.

    run.py PROGRAM [--seed N] [--transactions N] [--block N]

PROGRAM is probity-replay. The stream goes to its standard input block by block; what it answers is compared line by line.
"""

import argparse
import collections
import copy
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))

from probity_reference.encoding import counted, option, u32, u64  # noqa: E402
from probity_reference.hashing import sha256  # noqa: E402
from probity_reference.ledger import blocks as b, transitions  # noqa: E402
from probity_reference.ledger.load import Load  # noqa: E402

from fast_signatures import Library  # noqa: E402
from stream import Stream  # noqa: E402
from vectors.scenario import VERSION  # noqa: E402


class Reference:
    """The reference ledger, one block after the other."""

    def __init__(self, stream, library):
        self.stream, self.genesis = stream, stream.genesis()
        self.chain, self.state = transitions.Chain(self.genesis, VERSION, verify=library.verify), self.genesis.state()
        header = b.genesis_header(self.genesis)
        self.time, self.hashes, self.codes = header.time, [header.hash()], collections.Counter()

    def block(self, most):
        """The next block's bytes in the stream, and the line that it must be answered with."""
        height, proposer = len(self.hashes), self.stream.validators[len(self.hashes) % len(self.stream.validators)]
        self.time += 50
        transitions.begin(self.chain, self.state, height)
        self.load = Load()
        self.stream.start(self.chain, self.state, height)
        offered, words, included, beside, fees = [], [], [], {}, 0
        while len(offered) < most and not self.stream.is_full():
            data, blob = self.stream.candidate()
            offered.append(counted(data) + option(None if blob is None else counted(blob)))
            word, transaction = self.turn(data, blob, height, len(included))
            words.append(word)
            self.codes[word] += 1
            if transaction is not None:
                included.append(data)
                fees += transaction.fee
                if transaction.payload.blob is not None:
                    beside[transaction.payload.blob] = blob
                self.stream.included(transaction, data)
        key = self.stream.key(proposer)
        transitions.end(self.chain, self.state, height, key, fees, self.load)
        header = b.Header(
            self.chain.root, height, self.time, self.hashes[-1], b.transaction_root(included), b.blob_root(list(beside.values())),
            self.state.root(), b.root_of(self.hashes), key)
        self.hashes.append(header.hash())
        self.stream.disputes.headers.append(header)
        name = f"validator {(height) % len(self.stream.validators)}"
        line = f"{height} {header.state_root.hex()} {header.hash().hex()} {' '.join(words)}"
        return u64(self.time) + counted(name.encode()) + u32(len(offered)) + b"".join(offered), line, offered

    def turn(self, data, blob, height, index):
        """`-n` for inadmissible by reason n, `full` where the block has no room, else the outcome and the transaction."""
        transaction = transitions.standing(self.chain, data)
        if isinstance(transaction, int):
            return f"-{transaction}", None
        blobs = {} if blob is None else {sha256(blob): blob}
        code = transitions.inadmissible(self.chain, self.state, transaction, len(data), blobs)
        if code:
            return f"-{code}", None
        load = copy.copy(self.load)
        load.tokenizers = set(load.tokenizers)
        load.add(transaction, len(data), len(blob or b"") if transaction.payload.blob is not None else 0)
        load.add_tokenizer(transitions.needed_tokenizer(self.state, transaction.payload))
        if not load.fits(self.chain.parameters):
            return "full", None
        self.load = load
        return str(transitions.apply(transitions.Turn(self.chain, self.state, transaction, height, index, blobs))), transaction


class Comparison(threading.Thread):
    """Reads the program's lines and compares them with the expected ones."""

    def __init__(self, output):
        super().__init__(daemon=True)
        self.output, self.expected, self.fault, self.compared = output, queue.Queue(), None, 0

    def run(self):
        while self.fault is None:
            item = self.expected.get()
            if item is None:
                return
            line, offered = item
            found = self.output.readline().decode().rstrip("\n")
            if found == line:
                self.compared += 1
            else:
                self.fault = explain(line, found, offered)


def explain(line, found, offered):
    expected, words = line.split(" "), found.split(" ")
    if not found:
        return f"block {expected[0]}: the program gave no answer"
    for index, (one, other) in enumerate(zip(expected[3:], words[3:])):
        if one != other:
            return (f"block {expected[0]}, candidate {index}: the reference says {one}, the program {other}\n"
                    f"the candidate: {offered[index].hex()}")
    return f"block {expected[0]}: the reference has\n{' '.join(expected[:3])}\nthe program\n{' '.join(words[:3])}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--transactions", type=int, default=1_000_000)
    parser.add_argument("--block", type=int, default=1000, help="candidates in a block, at most")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    library = Library()
    stream = Stream(options.seed, library)
    reference, start, done = Reference(stream, library), time.monotonic(), 0
    program = subprocess.Popen([options.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    comparison = Comparison(program.stdout)
    comparison.start()
    try:
        program.stdin.write(counted(reference.genesis.encode()))
        while done < options.transactions and comparison.fault is None:
            data, line, offered = reference.block(min(options.block, options.transactions - done))
            comparison.expected.put((line, offered))
            program.stdin.write(data)
            program.stdin.flush()
            done += len(offered)
            height = len(reference.hashes) - 1
            if height % 25 == 0:
                reference.state.check_conservation()
                print(f"{done} transactions, {height} blocks, {time.monotonic() - start:.0f} s", flush=True)
        program.stdin.close()
    except BrokenPipeError:
        pass
    comparison.expected.put(None)
    comparison.join()
    status = program.wait()
    if comparison.fault or status:
        print(comparison.fault or f"the program ended with {status}")
        print(f"seed {options.seed}")
        sys.exit(1)
    reference.state.check_conservation()
    print(f"codes: {', '.join(f'{code}: {count}' for code, count in sorted(reference.codes.items(), key=lambda c: int(c[0]) if c[0] != 'full' else 1000))}")
    print(f"{done} transactions in {comparison.compared} blocks agree, {time.monotonic() - start:.0f} s; "
          f"{library.checked} signatures checked, every {100}th of them in Python")


main()
