"""[LED-2] The state: values under encoded keys, and the state tree over them, changed in place of computed anew."""

from ..encoding import u64
from ..hashing import sha256
from ..state_tree import EMPTY, bit, leaf
from . import values as v


class Leaf:
    __slots__ = ("key", "hash")

    def __init__(self, key, value_hash):
        self.key, self.hash = key, leaf(key, value_hash)


class Fork:
    """Two halves with at least two pairs together; its hash is computed when it is asked for."""
    __slots__ = ("halves", "known")

    def __init__(self, halves):
        self.halves, self.known = halves, None

    @property
    def hash(self):
        if self.known is None:
            self.known = sha256(b"\3" + hash_of(self.halves[0]) + hash_of(self.halves[1]))
        return self.known


def hash_of(node):
    return EMPTY if node is None else node.hash


def with_half(node, side, half):
    return Fork((half, node.halves[1]) if side == 0 else (node.halves[0], half))


def put(node, b, new):
    """The tree below bit b with the leaf `new`."""
    if node is None or (isinstance(node, Leaf) and node.key == new.key):
        return new
    if isinstance(node, Leaf):
        node = Fork((node, None) if bit(node.key, b) == 0 else (None, node))
    side = bit(new.key, b)
    return with_half(node, side, put(node.halves[side], b + 1, new))


def remove(node, b, key):
    """The tree below bit b without the key."""
    if node is None or isinstance(node, Leaf):
        return None if node is not None and node.key == key else node
    side = bit(key, b)
    node = with_half(node, side, remove(node.halves[side], b + 1, key))
    rest = [half for half in node.halves if half is not None]
    return rest[0] if len(rest) == 1 and isinstance(rest[0], Leaf) else node


class State:
    def __init__(self):
        self.values, self.changed, self.tree, self.hashes = {}, set(), None, {}

    def copy(self):
        other = State()
        other.values, other.changed, other.tree, other.hashes = dict(self.values), set(self.changed), self.tree, self.hashes
        return other

    def get(self, tag, field=b""):
        return self.values.get(v.state_key(tag, field))

    def set(self, tag, field, value):
        """Writes a value, or removes it (None)."""
        key = v.state_key(tag, field)
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value
        self.changed.add(key)

    def account(self, key):
        return self.get(v.ACCOUNT, key) or v.Account()

    def set_account(self, key, account):
        """An account with every field 0 has no entry."""
        if account != v.Account():
            self.set(v.ACCOUNT, key, account)
        elif self.get(v.ACCOUNT, key) is not None:
            self.set(v.ACCOUNT, key, None)

    def totals(self):
        return self.get(v.TOTALS)

    def join(self, tag, height, item):
        """Adds to the list of a tag at a height or clock."""
        present = self.get(tag, u64(height)) or v.Ascending(())
        self.set(tag, u64(height), present.adding(item))

    def leave(self, tag, height, item):
        """Takes from the list of a tag at a height or clock."""
        rest = self.get(tag, u64(height)).without(item)
        self.set(tag, u64(height), rest if rest.items else None)

    def clock(self, height):
        """[CLOCK-1]"""
        return height - (self.get(v.CLOCK) or v.Clock()).stood

    def root(self):
        for key in self.changed:
            place = self.hashes.get(key) or self.hashes.setdefault(key, v.key_hash(key))
            if key in self.values:
                self.tree = put(self.tree, 0, Leaf(place, sha256(self.values[key].encode())))
            else:
                self.tree = remove(self.tree, 0, place)
        self.changed.clear()
        return hash_of(self.tree)

    def pairs(self):
        """The set of [JMT-1]: from key hash to encoded value."""
        return {v.key_hash(key): value.encode() for key, value in self.values.items()}

    def check_conservation(self):
        """[LED-4]"""
        accounts = {key[1:]: value for key, value in self.values.items() if key[0] == v.ACCOUNT}
        held = sum(a.balance + a.stake + sum(amount for _, amount in a.unbonding) for a in accounts.values())
        held += sum(value.bond for key, value in self.values.items() if key[0] == v.CHALLENGE)
        held += sum(value.reward for key, value in self.values.items() if key[0] == v.PRIZE)
        totals = self.totals()
        assert held + totals.burnt == totals.supply
        locked = {}
        for key, claim in self.values.items():
            if key[0] == v.CLAIM and claim.status.tag == v.PENDING:
                locked[claim.provider] = locked.get(claim.provider, 0) + claim.bond
        for key, account in accounts.items():
            assert account.locked == locked.get(key, 0) <= account.stake
