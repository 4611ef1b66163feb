"""[NUM-9], [NUM-11], [NUM-14], [NUM-17]: the tables X, Y and Z, computed with 60 decimal digits."""

from decimal import Decimal, ROUND_FLOOR, getcontext, localcontext

from .encoding import i32
from .hashing import sha256

getcontext().prec = 60
HALF = Decimal(1) / 2
ONE = Decimal(2 ** 30)


def nearest(value):
    return int((value + HALF).to_integral_value(ROUND_FLOOR))


def normal(x):
    """The standard normal distribution function: 1/2 + (x - x^3/6 + x^5/40 - ...) / sqrt(2 pi), by its series in x^2/2."""
    total, term, n = Decimal(0), x, 0
    while abs(term) > Decimal(10) ** -58:
        total += term / (2 * n + 1)
        n += 1
        term *= -x * x / (2 * n)
    return HALF + total / (2 * PI).sqrt()


PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803")
X = [nearest(ONE * Decimal(2) ** (Decimal(-j) / 256)) for j in range(257)]
Y = [nearest(ONE / (1 + (Decimal(-j) / 64).exp())) for j in range(1025)]

with localcontext() as context:
    context.prec = 100
    Z = [nearest(ONE * normal(Decimal(j) / 128)) for j in range(1025)]


def digest(table):
    return sha256(b"".join(i32(value) for value in table))


X_DIGEST = "21c50821b132c0a124613b2ee76cac286c1cb8148ed63fb62a3763910318da50"
Y_DIGEST = "72cb2653d4c56ac2432023cbfd8e6a96580c4a8f2ef5ad499d07b323a26cdd04"
Z_DIGEST = "a49d7eab9180cf05910dd44b51c89653ec4e2428e711e9fa5d5b970169d3b0c9"
