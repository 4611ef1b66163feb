"""Starts the programs of a network as separate processes on this machine, and ends them again."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENESIS = ROOT / "Genesis" / "devnet.json"


class Unexpected(Exception):
    """Something happened that should not, or did not happen that should."""


class Process:
    """A program whose standard output is read line by line; the lines are kept."""

    def __init__(self, name, arguments, log):
        self.name = name
        self.lines = []
        self.arrived = threading.Condition()
        self.log = open(log, "ab")
        self.child = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, cwd=ROOT)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            with self.arrived:
                self.lines.append(line.decode())
                self.arrived.notify_all()

    def wait_for(self, accept, seconds):
        """The first JSON object among the lines that `accept` takes."""
        end = time.monotonic() + seconds
        seen = 0
        with self.arrived:
            while True:
                while seen < len(self.lines):
                    value = json.loads(self.lines[seen])
                    seen += 1
                    if accept(value):
                        return value
                if time.monotonic() > end or self.child.poll() is not None:
                    raise Unexpected(f"{self.name} did not say what was expected; its log is {self.log.name}")
                self.arrived.wait(0.2)

    def end(self, how=signal.SIGTERM):
        """Ends the program; returns its exit status."""
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            status = self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise Unexpected(f"{self.name} did not end within 20 seconds") from None
        self.log.close()
        return status


class Network:
    """A node, and whatever is started beside it; use it in a `with` statement."""

    def __init__(self, binaries, bundle):
        self.probity = str(Path(binaries).resolve() / "probity")
        self.verifier = str(Path(binaries).resolve() / "probity-verify")
        self.bundle = str(Path(bundle).resolve())
        self.folder = Path(tempfile.mkdtemp(prefix="probity-try-"))
        self.running = []
        self.keeps = False

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in reversed(self.running):
            if process.child.poll() is None:
                process.child.kill()
                process.child.wait()
        if kind is None and not self.keeps:
            shutil.rmtree(self.folder)
        else:
            print(f"logs and data: {self.folder}")

    def start(self, name, *arguments):
        """Starts `probity` with --json; its standard error goes to a log of that name."""
        process = Process(name, [self.probity, *map(str, arguments), "--json"], self.folder / f"{name}.log")
        self.running.append(process)
        return process

    def listening(self, name, *arguments):
        """Starts a server; returns it with its address."""
        process = self.start(name, *arguments, "--listen", "127.0.0.1:0")
        return process, process.wait_for(lambda value: "listening" in value, 60)["listening"]

    def run(self, *arguments, expect=0, program=None):
        """Runs a program to its end; returns its standard output."""
        done = subprocess.run([program or self.probity, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300)
        if done.returncode != expect:
            shown = " ".join(map(str, arguments))
            raise Unexpected(f"{shown}\nexited with {done.returncode}, not {expect}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *arguments, expect=0):
        """Runs `probity` with --json; returns the object that it prints."""
        return json.loads(self.run(*arguments, "--json", expect=expect))

    def node(self):
        """Starts the node; returns it with its address."""
        return self.listening("node", "node", "--genesis", GENESIS, "--data", self.folder / "node", "--dev-key", "validator")

    def provider(self, key, node, *arguments, name=None):
        """Starts a provider with a development key; returns it with its address."""
        name = name or key
        return self.listening(
            name, "serve", "--model", self.bundle, "--node", node, "--genesis", GENESIS, "--dev-key", key, "--data", self.folder / name,
            "--claim-delay", 0, *arguments)


def arguments(description):
    """Where the programs and the model are, from the command line."""
    import argparse

    cache = Path(os.environ.get("PROBITY_CACHE", Path.home() / ".cache" / "probity"))
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binaries", default=ROOT / ".build" / "release", help="the folder of probity and probity-verify")
    parser.add_argument("--model", default=cache / "SmolLM2-135M-Instruct.probity", help="the bundle")
    parser.add_argument("--keep", action="store_true", help="keep the chain and the logs")
    return parser.parse_args()
