"""SPEC section 6 on whole rows with NumPy. Sums of products run in float64 where every partial sum is below 2^53, so they are exact."""

import numpy as np

from . import tables
from .tensors import RotatedBlocks, WideBlocks

X = np.array(tables.X, dtype=np.int64)
Y = np.array(tables.Y, dtype=np.int64)
Z = np.array(tables.Z, dtype=np.int64)
MAX32 = 2**31 - 1


def rs(v, n):
    """[NUM-2] `n` is an integer or an array of them."""
    n = np.asarray(n, dtype=np.int64)
    half = np.where(n > 0, np.int64(1) << np.maximum(n - 1, 0), 0)
    return (v + half) >> n


def sat32(v):
    return np.clip(v, -MAX32, MAX32)


def sat16(v):
    return np.clip(v, -32767, 32767)


def bit_length(m):
    """Of non-negative integers below 2^62."""
    result = np.zeros(np.shape(m), dtype=np.int64)
    rest = np.array(m, dtype=np.int64)
    for step in (32, 16, 8, 4, 2, 1):
        big = rest >= (np.int64(1) << step)
        result += np.where(big, step, 0)
        rest = np.where(big, rest >> step, rest)
    return result + (rest > 0)


def square_root(v):
    """floor(sqrt(v)) for 0 <= v < 2^62."""
    r = np.sqrt(v.astype(np.float64)).astype(np.int64)
    r -= r * r > v
    r += (r + 1) * (r + 1) <= v
    assert np.all((r * r <= v) & ((r + 1) * (r + 1) > v))
    return r


def quantise(y):
    """[NUM-4] Along the last axis: `(e, q)`."""
    m = np.abs(y).max(axis=-1)
    e = np.maximum(0, bit_length(m) - 15)
    return e, np.minimum(rs(y, e[..., None]), 32767)


def unpack(e, q):
    """[NUM-5] `e` has one value for each row of `q`."""
    return sat32(q << e[..., None])


def linear(e, q, weights):
    """[NUM-6] Rows (T, k) by `weights`, the `Blocks` of n channels: (T, n)."""
    if isinstance(weights, RotatedBlocks):
        return rotated_linear(e, q, weights)
    if isinstance(weights, WideBlocks):
        return wide_linear(e, q, weights)
    rows = q.astype(np.float64)
    parts = []
    for slab in weights.slabs(256):
        # The weights are multiplied by their groups' multipliers: products below 2^34, sums below 2^48.
        acc = (rows @ slab.scaled().T).astype(np.int64)
        parts.append(sat32(rs(rs(acc, 12) * slab.multiplier, slab.shift - e[:, None])))
    return np.concatenate(parts, axis=1)


def rotated(q):
    """[NUM-31] The 8-bit rows of (T, k), and their largest magnitudes."""
    p = q.shape[1] & -q.shape[1]
    t, half = q.reshape(len(q), -1, p), 1
    while half < p:
        pairs = t.reshape(len(q), -1, p // (2 * half), 2, half)
        t = np.stack([pairs[..., 0, :] + pairs[..., 1, :], pairs[..., 0, :] - pairs[..., 1, :]], axis=-2).reshape(t.shape)
        half *= 2
    t = t.reshape(q.shape)
    m = np.maximum(1, np.abs(t).max(axis=1))
    n = bit_length(m) + 23
    v = (np.int64(127) << n) // m
    return m, rs(t * v[:, None], n[:, None])


def rotated_linear(e, q, weights):
    """[NUM-31] Sums are below 2^28."""
    m, b = rotated(q)
    parts = []
    for slab in weights.slabs(256):
        acc = (b.astype(np.float64) @ slab.weights().T.astype(np.float64)).astype(np.int64)
        parts.append(sat32(rs(rs(acc * slab.multiplier, 22) * m[:, None], slab.shift - e[:, None])))
    return np.concatenate(parts, axis=1)


def wide_linear(e, q, weights):
    """[NUM-32] Sums are below 2^44."""
    parts = []
    for slab in weights.slabs(256):
        acc = (q.astype(np.float64) @ slab.weights().T.astype(np.float64)).astype(np.int64)
        parts.append(sat32(rs(rs(acc, 8) * slab.multiplier, slab.shift - e[:, None])))
    return np.concatenate(parts, axis=1)


def norm(x, gain, eps, z):
    """[NUM-7] Each row of (T, n)."""
    return sat32(rs(units(x, eps) * gain, z))


def layer_norm(x, gain, eps, z, offset):
    """[NUM-16] Each row of (T, n)."""
    n = x.shape[1]
    mu = (2 * x.sum(axis=1) + n) // (2 * n)
    return sat32(rs(units(sat32(x - mu[:, None]), eps) * gain, z) + offset)


def units(x, eps):
    """The u of [NUM-7]."""
    m = np.abs(x).max(axis=1)
    s = np.maximum(0, bit_length(m) - 23)
    h = np.abs(x) >> s[:, None]
    a = np.maximum(1, (h * h).sum(axis=1) + (np.int64(eps) >> 2 * s))
    c = 62 - bit_length(a)
    c -= c % 2
    v = np.int64(2**61) // square_root(a << c)
    return rs(x * v[:, None], (31 - c // 2 + s)[:, None])


def rotate(x, entries, z):
    """[NUM-8] Rows (T, n) by the entries (T, width) of their positions."""
    tiled = np.tile(entries, (1, -(-x.shape[1] // entries.shape[1])))[:, :x.shape[1]]
    a, b, c, s = x[:, 0::2], x[:, 1::2], tiled[:, 0::2], tiled[:, 1::2]
    result = np.empty_like(x)
    result[:, 0::2] = sat16(rs(a * c - b * s, z))
    result[:, 1::2] = sat16(rs(a * s + b * c, z))
    return result


def narrow(x, z):
    return sat16(rs(x, z))


def exponential(d):
    """[NUM-9]"""
    p, j, r = d >> 16, (d >> 8) & 255, d & 255
    f = X[j] - (((X[j] - X[j + 1]) * r + 128) >> 8)
    return np.where(p <= 30, rs(f, np.minimum(p, 30)), 0)


def attention(q, keys, values, first, z, y, causal=True):
    """[NUM-10] Queries (n, h) of the rows first..<first+n over keys and values (T, h): each sees the rows up to its own, or all."""
    dot = (q.astype(np.float64) @ keys.astype(np.float64).T).astype(np.int64)
    scores = rs(dot, z)
    visible = np.arange(len(keys))[None, :] <= (first + np.arange(len(q)) if causal else np.full(len(q), len(keys)))[:, None]
    m = np.where(visible, scores, np.iinfo(np.int64).min).max(axis=1, keepdims=True)
    w = np.where(visible, rs(exponential(np.clip(m - scores, 0, 2**21)), 15), 0)
    total = w.sum(axis=1, keepdims=True)
    n = (w.astype(np.float64) @ values.astype(np.float64)).astype(np.int64) << y
    return np.sign(n) * ((2 * np.abs(n) + total) // (2 * total))


def gate(g, u, z):
    """[NUM-11]"""
    a = np.abs(g)
    j, r = np.minimum(a >> 10, 1023), a & 1023
    sigma = np.where(a >= 2**20, 2**30, Y[j] + (((Y[j + 1] - Y[j]) * r + 512) >> 10))
    sigma = np.where(g < 0, 2**30 - sigma, sigma)
    return sat32(rs(rs(g * sigma, 30) * u, z))


def gelu(g, z):
    """[NUM-17]"""
    a = np.abs(g)
    j, r = np.minimum(a >> 9, 1023), a & 511
    phi = np.where(a >= 2**19, 2**30, Z[j] + (((Z[j + 1] - Z[j]) * r + 256) >> 9))
    return rs(rs(g * np.where(g < 0, 2**30 - phi, phi), 30), z)


def embed(weights, channel, delta):
    """[NUM-12] The row of one channel of a `Blocks`."""
    block, place = weights.part(channel // 16, channel // 16 + 1), channel % 16
    n = max(0, min(62, int(block.shift[place]) - delta))
    values = block.weights() if isinstance(block, WideBlocks) else block.scaled()
    return sat32(rs(values[place].astype(np.int64) * block.multiplier[place], n))
