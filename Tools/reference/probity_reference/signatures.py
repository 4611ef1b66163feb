"""SPEC section 3: BIP-340 Schnorr signatures over secp256k1, in plain integers and affine coordinates."""

from .hashing import tagged

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0] and a[1] != b[1]:
        return None
    if a == b:
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(point, scalar):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


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
    return octets(multiply(G, integer(secret))[0])


def sign(secret, message, auxiliary=bytes(32)):
    d = integer(secret)
    if not 1 <= d < N:
        raise ValueError("secret key out of range")
    point = multiply(G, d)
    if point[1] % 2:
        d = N - d
    masked = octets(d ^ integer(tagged("BIP0340/aux", auxiliary)))
    k = integer(tagged("BIP0340/nonce", masked + octets(point[0]) + message)) % N
    if k == 0:
        raise ValueError("nonce is zero")
    r = multiply(G, k)
    if r[1] % 2:
        k = N - k
    e = integer(tagged("BIP0340/challenge", octets(r[0]) + octets(point[0]) + message)) % N
    return octets(r[0]) + octets((k + e * d) % N)


def verify(public, message, signature):
    point = lift_x(integer(public))
    r, s = integer(signature[:32]), integer(signature[32:])
    if len(public) != 32 or len(signature) != 64 or point is None or r >= P or s >= N:
        return False
    e = integer(tagged("BIP0340/challenge", signature[:32] + public + message)) % N
    result = add(multiply(G, s), multiply(point, N - e))
    return result is not None and result[1] % 2 == 0 and result[0] == r
