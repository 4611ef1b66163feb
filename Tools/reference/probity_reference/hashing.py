"""SPEC section 2: SHA-256 and tagged hashes."""

import hashlib


def sha256(data):
    return hashlib.sha256(data).digest()


def tagged(tag, data):
    """SHA256(SHA256(tag) || SHA256(tag) || data), as in BIP-340."""
    prefix = sha256(tag.encode("ascii"))
    return sha256(prefix + prefix + data)
