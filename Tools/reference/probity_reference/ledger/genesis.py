"""[GEN-1] to [GEN-4] The genesis, its root, its state and its file."""

import json
import re
from dataclasses import dataclass, fields

from ..encoding import Refused, listing, text, u64
from ..hashing import tagged
from .. import signatures
from . import values as v
from .state import State
from .values import Value, key_reader, short_text

NAMES = {
    "window_blocks": "windowBlocks", "unbonding_blocks": "unbondingBlocks", "claim_bond": "claimBond", "reward_permille": "rewardPermille",
    "base_fee": "baseFee", "byte_fee": "byteFee", "blob_byte_fee": "blobByteFee", "evidence_byte_fee": "evidenceByteFee",
    "block_interval_milliseconds": "blockIntervalMilliseconds", "block_bytes": "blockBytes",
    "dispute_blocks": "disputeBlocks", "reveal_blocks": "revealBlocks", "move_blocks": "moveBlocks", "seal_blocks": "sealBlocks",
    "stretch_blocks": "stretchBlocks", "fan_out_bits": "fanOutBits", "challenge_bond": "challengeBond", "penalty": "penalty"}
RANGES = [(1, 2**32), (2, 2**33), (1, 2**62), (1, 999)] + [(0, 2**32)] * 4 + [(50, 2**32), (2**22, 2**26)] + [
    (1, 2**32), (1, 2**24), (1, 2**24), (1, 2**24), (0, 15), (1, 8), (1, 2**60), (1, 2**60)]


@dataclass(frozen=True)
class Parameters(Value):
    window_blocks: int = 8
    unbonding_blocks: int = 32
    claim_bond: int = 1_000_000_000
    reward_permille: int = 500
    base_fee: int = 1000
    byte_fee: int = 1
    blob_byte_fee: int = 1
    evidence_byte_fee: int = 1
    block_interval_milliseconds: int = 500
    block_bytes: int = 2**26
    dispute_blocks: int = 40
    reveal_blocks: int = 2
    move_blocks: int = 1
    seal_blocks: int = 4
    stretch_blocks: int = 8
    fan_out_bits: int = 6
    challenge_bond: int = 10_000
    penalty: int = 1_000_000

    def encode(self):
        return b"".join(u64(getattr(self, field.name)) for field in fields(self))

    @classmethod
    def read(cls, r):
        return cls(*(r.u64() for _ in fields(cls)))

    def check(self):
        for field, (low, high) in zip(fields(self), RANGES, strict=True):
            if not low <= getattr(self, field.name) <= high:
                raise Refused(f"{field.name} out of range")
        rounds = -(-12 // self.fan_out_bits) - (-30 // self.fan_out_bits)
        message = self.base_fee + 1024 * self.byte_fee
        longest = rounds * message + 2 * self.base_fee + (2**20 + 2**21) * self.byte_fee + 3 * 2**19 * self.evidence_byte_fee
        if not (self.dispute_blocks >= rounds * (self.reveal_blocks + self.move_blocks) + self.seal_blocks
                and self.window_blocks >= self.seal_blocks):
            raise Refused("a dispute that is begun cannot be ended")
        if self.unbonding_blocks <= self.window_blocks + self.dispute_blocks + self.seal_blocks:
            raise Refused("stake does not outlast disputes")
        if self.challenge_bond < 2 * message:
            raise Refused("a forfeited bond does not pay for the reveal")
        if self.claim_bond * self.reward_permille // 1000 < longest:
            raise Refused("the reward does not pay for the longest dispute")


def ascends(keys):
    return all(a < b for a, b in zip(keys, keys[1:]))


@dataclass(frozen=True)
class Genesis(Value):
    name: str
    time: int
    parameters: Parameters
    validators: tuple
    accounts: tuple  # of (account, balance, stake)

    def encode(self):
        return (text(self.name) + u64(self.time) + self.parameters.encode() + listing(list(self.validators))
                + listing([key + u64(balance) + u64(stake) for key, balance, stake in self.accounts]))

    @classmethod
    def read(cls, r):
        genesis = cls(short_text(r, 64), r.u64(), Parameters.read(r), tuple(r.listing(128, lambda: key_reader(r))),
                      tuple(r.listing(4096, lambda: (key_reader(r), r.u64(), r.u64()))))
        genesis.check()
        return genesis

    def check(self):
        if not 1 <= len(self.name.encode()) <= 64:
            raise Refused("the name's size")
        if self.time >= 2**47:
            raise Refused("the time")
        self.parameters.check()
        accounts = [key for key, _, _ in self.accounts]
        if not 1 <= len(self.validators) <= 128 or not ascends(self.validators) or len(accounts) > 4096 or not ascends(accounts):
            raise Refused("the lists ascend, within their limits")
        for key in (*self.validators, *accounts):
            signatures.checked_key(key)
        if any(balance == stake == 0 for _, balance, stake in self.accounts):
            raise Refused("an account that holds nothing")
        if self.supply() >= 2**63:
            raise Refused("the supply")

    def supply(self):
        return sum(balance + stake for _, balance, stake in self.accounts)

    def root(self):
        return tagged("probity/genesis", self.encode())

    def state(self):
        """[GEN-2]"""
        state = State()
        state.set(v.TOTALS, b"", v.Totals(self.supply(), 0))
        for key, balance, stake in self.accounts:
            state.set_account(key, v.Account(balance=balance, stake=stake))
        return state


def development_key(name):
    """[GEN-4]"""
    return tagged("probity/devnet-key", name.encode())


# The file [GEN-3].

def members(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise Refused("a member that is repeated")
    return dict(pairs)


def no_number(literal):
    raise Refused(f"{literal} is no number here")


def whole(literal):
    if not literal.isdecimal() or int(literal) >= 2**64:
        raise Refused("a number without sign, below 2^64")
    return int(literal)


def exactly(value, names):
    if not isinstance(value, dict) or set(value) != set(names):
        raise Refused(f"an object with exactly {', '.join(names)}")
    return value


def typed(value, kind):
    if type(value) is not kind:
        raise Refused(f"a value that is no {kind.__name__}")
    return value


def digest(value):
    if not re.fullmatch("[0-9a-f]{64}", typed(value, str)):
        raise Refused("64 lower-case hexadecimal digits")
    return bytes.fromhex(value)


def parse_file(data):
    """The genesis of a file's bytes, checked."""
    if len(data) > 2**22:
        raise Refused("the file's size")
    try:
        file = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_int=whole, parse_float=no_number, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON") from error
    exactly(file, ["name", "time", "parameters", "validators", "accounts", "root"])
    parameters = exactly(file["parameters"], list(NAMES.values()))
    accounts = [exactly(account, ["key", "balance", "stake"]) for account in typed(file["accounts"], list)]
    try:
        name = typed(file["name"], str).encode("utf-8").decode()
    except UnicodeEncodeError as error:
        raise Refused("a name that is no text") from error
    genesis = Genesis(
        name, typed(file["time"], int), Parameters(*(typed(parameters[member], int) for member in NAMES.values())),
        tuple(digest(key) for key in typed(file["validators"], list)),
        tuple((digest(a["key"]), typed(a["balance"], int), typed(a["stake"], int)) for a in accounts))
    genesis.check()
    if digest(file["root"]) != genesis.root():
        raise Refused("the root differs")
    return genesis


def write_file(genesis):
    """One way to write the file."""
    parameters = {member: getattr(genesis.parameters, name) for name, member in NAMES.items()}
    return json.dumps({
        "name": genesis.name, "time": genesis.time, "parameters": parameters, "validators": [key.hex() for key in genesis.validators],
        "accounts": [{"key": key.hex(), "balance": balance, "stake": stake} for key, balance, stake in genesis.accounts],
        "root": genesis.root().hex()}, indent=1)
