"""[LED-2], [LED-3], [CHAL-3] The keys and values of the state."""

from dataclasses import dataclass, replace

from ..encoding import Reader, Refused, counted, listing, text, u8, u32, u64
from ..hashing import tagged
from ..signatures import checked_key

(TOTALS, ACCOUNT, MODEL, CLAIM, REQUEST, DEADLINE, RELEASE, CLOCK, OPENED, CHALLENGE, EXPIRY, SEAL, SEAL_EXPIRY, PRIZE, PAYMENT,
 PUNISHED) = range(16)
UNBONDINGS = 32


def state_key(tag, field=b""):
    """The encoded key; `field` is the encoding of its fields."""
    return u8(tag) + field


def key_hash(key):
    return tagged("probity/state-key", key)


def key_reader(reader):
    """Reads an account where it must be a public key."""
    return checked_key(reader.digest())


def short_text(reader, limit):
    """A text of 1 to `limit` bytes."""
    value = reader.text(limit)
    if not value:
        raise Refused("a text that is empty")
    return value


class Value:
    """Something with an encoding."""
    change = replace

    @classmethod
    def decode(cls, data):
        reader = Reader(data)
        value = cls.read(reader)
        reader.end()
        return value


@dataclass(frozen=True)
class Totals(Value):
    supply: int
    burnt: int

    def encode(self):
        return u64(self.supply) + u64(self.burnt)

    @classmethod
    def read(cls, r):
        return cls(r.u64(), r.u64())


@dataclass(frozen=True)
class Account(Value):
    nonce: int = 0
    balance: int = 0
    stake: int = 0
    locked: int = 0
    unbonding: tuple = ()

    def encode(self):
        return (u64(self.nonce) + u64(self.balance) + u64(self.stake) + u64(self.locked)
                + listing([u64(height) + u64(amount) for height, amount in self.unbonding]))

    @classmethod
    def read(cls, r):
        account = cls(r.u64(), r.u64(), r.u64(), r.u64(), tuple(r.listing(UNBONDINGS, lambda: (r.u64(), r.u64()))))
        heights = [height for height, _ in account.unbonding]
        if account.locked > account.stake or heights != sorted(heights) or any(amount == 0 for _, amount in account.unbonding):
            raise Refused("an account out of range")
        return account


@dataclass(frozen=True)
class Model(Value):
    name: str
    graph: bytes
    tensors_root: bytes
    tokenizer: bytes
    registrant: bytes
    height: int

    def encode(self):
        return text(self.name) + counted(self.graph) + self.tensors_root + self.tokenizer + self.registrant + u64(self.height)

    @classmethod
    def read(cls, r):
        return cls(short_text(r, 256), r.counted(2**20), r.digest(), r.digest(), r.digest(), r.u64())


@dataclass(frozen=True)
class Status(Value):
    """Pending, finalized at a height, or slashed at a height by a challenger."""
    tag: int
    height: int = 0
    challenger: bytes = b""

    def encode(self):
        return u8(self.tag) + (u64(self.height) if self.tag else b"") + self.challenger

    @classmethod
    def read(cls, r):
        tag = r.u8()
        if tag > 2:
            raise Refused("a status with no rule")
        return cls(tag, r.u64() if tag else 0, r.digest() if tag == 2 else b"")


PENDING, FINALIZED, SLASHED = 0, 1, 2


@dataclass(frozen=True)
class Claim(Value):
    """[LED-3]"""
    provider: bytes
    model_root: bytes
    batch_root: bytes
    record_count: int
    blob: bytes
    posted: int
    window: int
    deadline: int
    bond: int
    status: Status = Status(PENDING)

    def encode(self):
        return (self.provider + self.model_root + self.batch_root + u32(self.record_count) + self.blob + u64(self.posted)
                + u64(self.window) + u64(self.deadline) + u64(self.bond) + self.status.encode())

    @classmethod
    def read(cls, r):
        claim = cls(r.digest(), r.digest(), r.digest(), r.u32(), r.digest(), r.u64(), r.u64(), r.u64(), r.u64(), Status.read(r))
        if not 1 <= claim.record_count <= 256:
            raise Refused("a record count out of range")
        return claim


def claim_id(provider, nonce):
    return tagged("probity/claim", provider + u64(nonce))


@dataclass(frozen=True)
class Ascending(Value):
    """A list of encodings that ascends strictly: tags 5, 6, 10, 12 and 14."""
    items: tuple

    def encode(self):
        return listing(list(self.items))

    def adding(self, item):
        return Ascending(tuple(sorted({*self.items, item})))

    def without(self, item):
        return Ascending(tuple(other for other in self.items if other != item))


@dataclass(frozen=True)
class Pointer(Value):
    """A digest: tag 4."""
    digest: bytes

    def encode(self):
        return self.digest


@dataclass(frozen=True)
class Clock(Value):
    """[CLOCK-1]"""
    stood: int = 0
    run: int = 0

    def encode(self):
        return u64(self.stood) + u64(self.run)


@dataclass(frozen=True)
class Opened(Value):
    """A record's trace root and its numbers of tokens."""
    trace_root: bytes
    prompt: int
    output: int

    def encode(self):
        return self.trace_root + u32(self.prompt) + u32(self.output)


def rank(height, index):
    """[CHAL-4] Ordered by height, then index."""
    return height, index


def encode_rank(value):
    return u64(value[0]) + u32(value[1])


@dataclass(frozen=True)
class Challenge(Value):
    """[CHAL-3] `revealer` is None while it is open."""
    challenger: bytes
    bond: int
    rank: tuple
    expires: int
    revealer: object = None
    children: tuple = ()

    def encode(self):
        answer = u8(0) if self.revealer is None else u8(1) + self.revealer + listing(list(self.children))
        return self.challenger + u64(self.bond) + encode_rank(self.rank) + u64(self.expires) + answer


@dataclass(frozen=True)
class Seal(Value):
    rank: tuple
    expires: int

    def encode(self):
        return encode_rank(self.rank) + u64(self.expires)


@dataclass(frozen=True)
class Prize(Value):
    reward: int
    rank: tuple
    due: int

    def encode(self):
        return u64(self.reward) + encode_rank(self.rank) + u64(self.due)


@dataclass(frozen=True)
class Punished(Value):
    height: int

    def encode(self):
        return u64(self.height)
