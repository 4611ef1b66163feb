"""SPEC section 6 in plain integers: slow, and plainly what the text says."""

from math import isqrt

from .tables import X, Y, Z


def rs(v, n):
    """[NUM-2]"""
    return v if n == 0 else (v + (1 << n - 1)) >> n


def sat32(v):
    """[NUM-3]"""
    return max(-(2**31 - 1), min(2**31 - 1, v))


def sat16(v):
    """[NUM-3]"""
    return max(-32767, min(32767, v))


def quantise(y):
    """[NUM-4] `(e, q)` of a row."""
    m = max(abs(v) for v in y)
    e = max(0, m.bit_length() - 15)
    return e, [min(rs(v, e), 32767) for v in y]


def unpack(e, q):
    """[NUM-5]"""
    return [sat32(v << e) for v in q]


def linear(e, q, w, g, multiplier, sh):
    """[NUM-6] One output channel of a quantised row."""
    acc = sum(g[i // 32] * q[i] * w[i] for i in range(len(q)))
    return sat32(rs(rs(acc, 12) * multiplier, sh - e))


def transform_length(k):
    """[NUM-31] The largest power of two that divides the row's width."""
    return k & -k


def rotated_steps(q):
    """[NUM-31] The 8-bit row of a quantised row, and the quantities on the way to it."""
    p = transform_length(len(q))
    t = []
    for start in range(0, len(q), p):
        run = q[start:start + p]
        half = 1
        while half < p:
            for i in range(0, p, 2 * half):
                for j in range(i, i + half):
                    run[j], run[j + half] = run[j] + run[j + half], run[j] - run[j + half]
            half *= 2
        t += run
    m = max(1, max(abs(v) for v in t))
    n = m.bit_length() + 23
    v = 127 * 2**n // m
    return {"t": t, "m": m, "n": n, "v": v, "b": [rs(x * v, n) for x in t]}


def rotated_linear(e, m, b, w, multiplier, sh):
    """[NUM-31] One output channel of an 8-bit row."""
    acc = sum(b[i] * w[i] for i in range(len(b)))
    return sat32(rs(rs(acc * multiplier, 22) * m, sh - e))


def wide_linear(e, q, w, multiplier, sh):
    """[NUM-32] One output channel of a quantised row."""
    acc = sum(q[i] * w[i] for i in range(len(q)))
    return sat32(rs(rs(acc, 8) * multiplier, sh - e))


def norm_steps(x, gain, eps, z):
    """[NUM-7] The row and every quantity on the way to it."""
    m = max(abs(v) for v in x)
    s = max(0, m.bit_length() - 23)
    ss = sum((abs(v) >> s) ** 2 for v in x)
    a = max(1, ss + (eps >> 2 * s))
    c = 62 - a.bit_length()
    c -= c % 2
    r = isqrt(a << c)
    v = 2**61 // r
    u = [rs(value * v, 31 - c // 2 + s) for value in x]
    y = [sat32(rs(u[i] * gain[i], z)) for i in range(len(x))]
    return {"m": m, "s": s, "ss": ss, "A": a, "c": c, "R": r, "v": v, "u": u, "y": y}


def norm(x, gain, eps, z):
    return norm_steps(x, gain, eps, z)["y"]


def rotate(a, b, c, s, z):
    """[NUM-8]"""
    return sat16(rs(a * c - b * s, z)), sat16(rs(a * s + b * c, z))


def narrow(a, z):
    """[NUM-8]"""
    return sat16(rs(a, z))


def exponential(d):
    """[NUM-9] `E(d)`, 2^30 * 2^(-d / 2^16)."""
    p, j, r = d >> 16, (d >> 8) & 255, d & 255
    if p > 30:
        return 0
    return rs(X[j] - (((X[j] - X[j + 1]) * r + 128) >> 8), p)


def attention_steps(q, keys, values, z, y):
    """[NUM-10] One query over the rows of keys and values."""
    scores = [rs(sum(a * b for a, b in zip(q, k)), z) for k in keys]
    m = max(scores)
    w = [rs(exponential(min(m - s, 2**21)), 15) for s in scores]
    total = sum(w)
    n = [sum(w[i] * values[i][j] for i in range(len(w))) << y for j in range(len(values[0]))]
    o = [(1 if v >= 0 else -1) * ((2 * abs(v) + total) // (2 * total)) for v in n]
    return {"S": scores, "m": m, "w": w, "D": total, "N": n, "o": o}


def attention(q, keys, values, z, y):
    return attention_steps(q, keys, values, z, y)["o"]


def gate(g, u, z):
    """[NUM-11]"""
    a = abs(g)
    if a >= 2**20:
        sigma = 2**30
    else:
        j, r = a >> 10, a & 1023
        sigma = Y[j] + (((Y[j + 1] - Y[j]) * r + 512) >> 10)
    if g < 0:
        sigma = 2**30 - sigma
    return sat32(rs(rs(g * sigma, 30) * u, z))


def embed(w, g, multiplier, sh, delta):
    """[NUM-12] The values of one channel."""
    n = max(0, min(62, sh - delta))
    return [sat32(rs(w[i] * g[i // 32] * multiplier, n)) for i in range(len(w))]


def wide_embed(w, multiplier, sh, delta):
    """[NUM-12] The values of one channel of kind w16."""
    n = max(0, min(62, sh - delta))
    return [sat32(rs(v * multiplier, n)) for v in w]


def biased(out, b):
    """[NUM-6] A channel with its bias."""
    return sat32(out + b)


def layer_norm(x, gain, eps, z, offset):
    """[NUM-16]"""
    n = len(x)
    mu = (2 * sum(x) + n) // (2 * n)
    u = norm_steps([sat32(v - mu) for v in x], gain, eps, z)["u"]
    return [sat32(rs(u[i] * gain[i], z) + offset[i]) for i in range(n)]


def gelu(g, z):
    """[NUM-17]"""
    a = abs(g)
    if a >= 2**19:
        phi = 2**30
    else:
        j, r = a >> 9, a & 511
        phi = Z[j] + (((Z[j + 1] - Z[j]) * r + 256) >> 9)
    if g < 0:
        phi = 2**30 - phi
    return rs(rs(g * phi, 30), z)


def mean(values):
    """[NUM-18]"""
    return (2 * sum(values) + len(values)) // (2 * len(values))


def unit(x, z):
    """[NUM-19]"""
    return [rs(u, z) for u in norm_steps(x, [0] * len(x), 0, 1)["u"]]


def residual(x, y):
    """[NUM-13]"""
    return sat32(x + y)


def block_maxima(channels):
    """[NUM-13]"""
    return [max(channels[i:i + 64]) for i in range(0, len(channels), 64)]


def argmax(values):
    """[NUM-13] The lowest index among the largest."""
    return values.index(max(values))
