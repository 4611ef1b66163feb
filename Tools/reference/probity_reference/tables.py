"""[NUM-9], [NUM-11], [NUM-14]: the tables X and Y, computed with 60 decimal digits."""

from decimal import Decimal, ROUND_FLOOR, getcontext

from .encoding import i32
from .hashing import sha256

getcontext().prec = 60
HALF = Decimal(1) / 2
ONE = Decimal(2 ** 30)


def nearest(value):
    return int((value + HALF).to_integral_value(ROUND_FLOOR))


X = [nearest(ONE * Decimal(2) ** (Decimal(-j) / 256)) for j in range(257)]
Y = [nearest(ONE / (1 + (Decimal(-j) / 64).exp())) for j in range(1025)]


def digest(table):
    return sha256(b"".join(i32(value) for value in table))


X_DIGEST = "21c50821b132c0a124613b2ee76cac286c1cb8148ed63fb62a3763910318da50"
Y_DIGEST = "72cb2653d4c56ac2432023cbfd8e6a96580c4a8f2ef5ad499d07b323a26cdd04"
