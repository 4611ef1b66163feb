#!/usr/bin/env python3
"""Writes the kernels' tables as C files. Integers and decimals only; every entry is proved to be rounded correctly."""
import hashlib
import pathlib
import struct
from decimal import Decimal, getcontext

getcontext().prec = 80
SCALE = 1 << 30
GUARD = Decimal(10) ** -60  # far above the error of 80 digits
KERNELS = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "CKernels"


def round_half_up(value):
    """floor(value + 1/2), refused where the error of the computation could decide it."""
    low, high = (int((value + Decimal("0.5") + d).to_integral_value("ROUND_FLOOR")) for d in (-GUARD, GUARD))
    if low != high:
        raise ValueError(f"not decided: {value}")
    return low


def exp2_entry(j):
    return round_half_up(SCALE * (-Decimal(j) / 256 * Decimal(2).ln()).exp())


def sigmoid_entry(j):
    return round_half_up(SCALE / (1 + (-Decimal(j) / 64).exp()))


def arctangent_of_inverse(n):
    """The arc tangent of 1/n, by its series."""
    power, total, k = Decimal(1) / n, Decimal(0), 0
    while power > GUARD * GUARD:
        total += power / (2 * k + 1) * (-1) ** k
        power, k = power / (n * n), k + 1
    return total


PI = 4 * (4 * arctangent_of_inverse(5) - arctangent_of_inverse(239))


def normal_entry(j):
    """1/2 plus the density times x + x^3/3 + x^5/15 + ..., all of whose terms are positive."""
    x = Decimal(j) / 128
    term, total, k = x, Decimal(0), 1
    while term > GUARD * GUARD:
        total, k = total + term, k + 2
        term = term * x * x / k
    return round_half_up(SCALE * (Decimal("0.5") + (-x * x / 2).exp() / (2 * PI).sqrt() * total))


def write(name, comment, digest, entries):
    if hashlib.sha256(struct.pack(f"<{len(entries)}i", *entries)).hexdigest() != digest:
        raise ValueError(f"the table {name} is not that of SPEC.md [NUM-14]")
    lines = [
        '#include "include/ckernels.h"',
        "",
        f"// Written by Tools/tables/generate.py: {comment}",
        f"const int32_t ck_{name}_table[{len(entries)}] = {{",
    ]
    for start in range(0, len(entries), 10):
        lines.append("    " + " ".join(f"{entry}," for entry in entries[start : start + 10]))
    lines.append("};")
    (KERNELS / f"{name}_table.c").write_text("\n".join(lines) + "\n")


write(
    "exp2",
    "round_half_up(2^30 * 2^(-j/256)), j = 0...256.",
    "21c50821b132c0a124613b2ee76cac286c1cb8148ed63fb62a3763910318da50",
    [exp2_entry(j) for j in range(257)],
)
write(
    "sigmoid",
    "round_half_up(2^30 / (1 + exp(-j/64))), j = 0...1024.",
    "72cb2653d4c56ac2432023cbfd8e6a96580c4a8f2ef5ad499d07b323a26cdd04",
    [sigmoid_entry(j) for j in range(1025)],
)
write(
    "normal",
    "round_half_up(2^30 * P(j/128)), P the standard normal distribution function, j = 0...1024.",
    "a49d7eab9180cf05910dd44b51c89653ec4e2428e711e9fa5d5b970169d3b0c9",
    [normal_entry(j) for j in range(1025)],
)
