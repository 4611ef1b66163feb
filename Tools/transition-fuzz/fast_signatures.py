"""BIP-340 by libsecp256k1, which is what the stream signs and mostly verifies with; the reference's own arithmetic checks every hundredth."""

import ctypes
import ctypes.util

from probity_reference import signatures

SAMPLE = 100


class Library:
    def __init__(self):
        name = ctypes.util.find_library("secp256k1")
        if name is None:
            raise SystemExit("error: libsecp256k1 is missing; Tools/setup/debian.sh installs it")
        self.library = ctypes.CDLL(name)
        self.library.secp256k1_context_create.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.library.secp256k1_context_create(1))
        self.pairs, self.points, self.checked = {}, {}, 0

    def pair(self, secret):
        """The key pair and the public key of a secret."""
        if secret not in self.pairs:
            pair, point, key = (ctypes.create_string_buffer(size) for size in (96, 64, 32))
            assert self.library.secp256k1_keypair_create(self.context, pair, secret)
            assert self.library.secp256k1_keypair_xonly_pub(self.context, point, None, pair)
            assert self.library.secp256k1_xonly_pubkey_serialize(self.context, key, point)
            self.pairs[secret] = pair, key.raw
        return self.pairs[secret]

    def public_key(self, secret):
        return self.pair(secret)[1]

    def sign(self, secret, message):
        signature = ctypes.create_string_buffer(64)
        assert self.library.secp256k1_schnorrsig_sign32(self.context, signature, message, self.pair(secret)[0], bytes(32))
        return signature.raw

    def point(self, key):
        if key not in self.points:
            point = ctypes.create_string_buffer(64)
            self.points[key] = point if self.library.secp256k1_xonly_pubkey_parse(self.context, point, key) else None
        return self.points[key]

    def verify(self, key, message, signature):
        point = self.point(key)
        holds = point is not None and bool(self.library.secp256k1_schnorrsig_verify(
            self.context, signature, message, ctypes.c_size_t(32), point))
        self.checked += 1
        if self.checked % SAMPLE == 0 and signatures.verify(key, message, signature) != holds:
            raise AssertionError(f"BIP-340: {key.hex()} {message.hex()} {signature.hex()}: the library says {holds}, the reference does not")
        return holds
