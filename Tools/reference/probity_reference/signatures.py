"""SPEC section 3: BIP-340 Schnorr signatures over secp256k1, in plain integers and Jacobian coordinates (x / z^2, y / z^3)."""

from functools import lru_cache

from .encoding import Refused
from .hashing import tagged

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
INFINITY = (0, 1, 0)


def double(point):
    x, y, z = point
    square = y * y % P
    s, m = 4 * x * square % P, 3 * x * x % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * square * square) % P, 2 * y * z % P


def add(a, b):
    if a[2] == 0:
        return b
    if b[2] == 0:
        return a
    a2, b2 = a[2] * a[2] % P, b[2] * b[2] % P
    u, v = a[0] * b2 % P, b[0] * a2 % P
    s, t = a[1] * b2 * b[2] % P, b[1] * a2 * a[2] % P
    if u == v:
        return double(a) if s == t else INFINITY
    h, r = v - u, t - s
    square = h * h % P
    cube, w = h * square % P, u * square % P
    x = (r * r - cube - 2 * w) % P
    return x, (r * (w - x) - s * cube) % P, h * a[2] * b[2] % P


def affine(point):
    """The coordinates of a point, or None at infinity."""
    if point[2] == 0:
        return None
    inverse = pow(point[2], -1, P)
    return point[0] * inverse**2 % P, point[1] * inverse**3 % P


def combine(*terms):
    """The sum of scalar * point over terms (point, scalar), affine; scalars below 2^256."""
    tables = []
    for point, scalar in terms:
        multiples = [INFINITY, (*point, 1)]
        for _ in range(14):
            multiples.append(add(multiples[-1], multiples[1]))
        tables.append((multiples, scalar))
    result = INFINITY
    for at in range(252, -4, -4):
        for _ in range(4):
            result = double(result)
        for multiples, scalar in tables:
            result = add(result, multiples[scalar >> at & 15])
    return affine(result)


def lift_x(x):
    """The point with this x and an even y, or None."""
    if x >= P:
        return None
    square = (x * x * x + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        return None
    return x, y if y % 2 == 0 else P - y


def integer(data):
    return int.from_bytes(data, "big")


def octets(value):
    return value.to_bytes(32, "big")


def public_key(secret):
    return octets(combine((G, integer(secret)))[0])


@lru_cache(maxsize=2**16)
def checked_key(data):
    """[SIG-1] The 32 bytes of a public key; refuses what is none."""
    if len(data) != 32 or lift_x(integer(data)) is None:
        raise Refused("32 bytes that are no public key")
    return data


def sign(secret, message, auxiliary=bytes(32)):
    d = integer(secret)
    if not 1 <= d < N:
        raise ValueError("secret key out of range")
    point = combine((G, d))
    if point[1] % 2:
        d = N - d
    masked = octets(d ^ integer(tagged("BIP0340/aux", auxiliary)))
    k = integer(tagged("BIP0340/nonce", masked + octets(point[0]) + message)) % N
    if k == 0:
        raise ValueError("nonce is zero")
    r = combine((G, k))
    if r[1] % 2:
        k = N - k
    e = integer(tagged("BIP0340/challenge", octets(r[0]) + octets(point[0]) + message)) % N
    return octets(r[0]) + octets((k + e * d) % N)


@lru_cache(maxsize=2**12)
def verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    point = lift_x(integer(public))
    r, s = integer(signature[:32]), integer(signature[32:])
    if point is None or r >= P or s >= N:
        return False
    e = integer(tagged("BIP0340/challenge", signature[:32] + public + message)) % N
    result = combine((G, s), (point, N - e))
    return result is not None and result[1] % 2 == 0 and result[0] == r
