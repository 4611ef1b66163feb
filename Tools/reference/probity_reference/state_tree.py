"""SPEC section 5: the state tree over key hashes."""

from .encoding import Reader, listing, u8
from .hashing import sha256

EMPTY = bytes(32)


def bit(key, b):
    return key[b // 8] >> 7 - b % 8 & 1


def leaf(key, value_hash):
    return sha256(b"\2" + key + value_hash)


def root(pairs, b=0):
    """[JMT-1] R(S, b), `pairs` from key to value."""
    if not pairs:
        return EMPTY
    if len(pairs) == 1:
        (key, value), = pairs.items()
        return leaf(key, sha256(value))
    return sha256(b"\3" + root(half(pairs, b, 0), b + 1) + root(half(pairs, b, 1), b + 1))


def half(pairs, b, side):
    return {k: v for k, v in pairs.items() if bit(k, b) == side}


def prove(pairs, key):
    """[JMT-2] The encoded proof of presence or absence."""
    siblings = []
    while len(pairs) > 1:
        b = len(siblings)
        siblings.append(root(half(pairs, b, 1 - bit(key, b)), b + 1))
        pairs = half(pairs, b, bit(key, b))
    if key in pairs:
        return u8(0) + listing(siblings)
    if not pairs:
        return u8(1) + listing(siblings)
    (other, value), = pairs.items()
    return u8(2) + listing(siblings) + other + sha256(value)


def verify(tree_root, key, value, proof):
    """[JMT-3] Whether `proof` shows that `key` has `value`; None stands for no value."""
    reader = Reader(proof)
    tag = reader.u8()
    siblings = reader.listing(256, reader.digest)
    other = (reader.digest(), reader.digest()) if tag == 2 else None
    reader.end()
    if tag > 2 or (tag == 0) != (value is not None) or (siblings and siblings[-1] == EMPTY):
        return False
    h = leaf(key, sha256(value)) if tag == 0 else EMPTY
    if other:
        if other[0] == key or any(bit(other[0], b) != bit(key, b) for b in range(len(siblings))):
            return False
        h = leaf(*other)
    for b in reversed(range(len(siblings))):
        h = sha256(b"\3" + (siblings[b] + h if bit(key, b) else h + siblings[b]))
    return h == tree_root
