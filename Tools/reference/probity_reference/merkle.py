"""SPEC section 4: RFC 9162 Merkle trees and range proofs."""

from .encoding import Refused
from .hashing import sha256


def leaf_hash(leaf):
    return sha256(b"\0" + leaf)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def split(size):
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


class Tree:
    """A tree over leaves, with the hash of every subtree of the recursion at hand."""

    def __init__(self, leaves):
        self.grow([leaf_hash(leaf) for leaf in leaves])

    @classmethod
    def of_hashes(cls, hashes):
        tree = cls.__new__(cls)
        tree.grow(list(hashes))
        return tree

    def grow(self, level):
        self.size = len(level)
        # A level's node i covers the leaves from i * 2^height; an odd last node moves up unchanged, which is the RFC's recursion.
        self.levels = [level]
        while len(level) > 1:
            pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            level = pairs + level[len(level) - len(level) % 2:]
            self.levels.append(level)
        self.root = self.levels[-1][0] if self.size else sha256(b"")

    def subtree(self, start, end):
        """The hash of the recursion's subtree over the leaves start..<end."""
        height = (end - start - 1).bit_length()
        return self.levels[height][start >> height]

    def range_proof(self, first, end):
        """The hashes of the maximal subtrees outside first..<end, left to right."""
        if not 0 <= first < end <= self.size:
            raise Refused("a range outside the tree")
        proof = []

        def walk(low, high):
            if high <= first or low >= end:
                proof.append(self.subtree(low, high))
            elif not (first <= low and high <= end):
                middle = low + split(high - low)
                walk(low, middle)
                walk(middle, high)

        walk(0, self.size)
        return proof


def root_of(leaves):
    return Tree(leaves).root


def verify_range(root, size, first, leaves, proof):
    """Whether `leaves` are the leaves from `first` of the tree with `root` and `size` leaves."""
    return verify_hashes(root, size, first, [leaf_hash(leaf) for leaf in leaves], proof)


def verify_hashes(root, size, first, hashes, proof):
    """The same for leaves of which only the hashes are at hand."""
    end = first + len(hashes)
    if not 0 <= first < end <= size:
        return False
    rest = list(proof)

    def walk(low, high):
        if high <= first or low >= end:
            if not rest:
                raise Refused("the proof ends early")
            return rest.pop(0)
        if high - low == 1:
            return hashes[low - first]
        middle = low + split(high - low)
        left = walk(low, middle)
        return node_hash(left, walk(middle, high))

    try:
        return walk(0, size) == root and not rest
    except Refused:
        return False


def path(leaves, index):
    """[TREE-3] The siblings from the leaf up."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path(leaves[:k], index) + [root_of(leaves[k:])]
    return path(leaves[k:], index - k) + [root_of(leaves[:k])]


def verify_inclusion(root, size, index, leaf, siblings):
    """Whether `leaf` stands at `index` of the tree with `root` and `size` leaves."""
    def walk(index, size, rest):
        if size == 1 or not rest:
            if size > 1 or rest:
                raise Refused("a wrong number of hashes")
            return leaf_hash(leaf)
        k = split(size)
        if index < k:
            return node_hash(walk(index, k, rest[:-1]), rest[-1])
        return node_hash(rest[-1], walk(index - k, size - k, rest[:-1]))

    try:
        return 0 <= index < size <= 2**40 and walk(index, size, list(siblings)) == root
    except Refused:
        return False
