"""arithmetic.json: each operation of SPEC section 6 at its edges, and digests of many drawn cases (Tests/Vectors/README.md says how they are drawn)."""

import hashlib

from probity_reference import arithmetic as a
from probity_reference import tables
from probity_reference.testmodel import Stream

MAX32, MAX16 = 2**31 - 1, 32767


def edge(stream, bits):
    """A value of at most 2^bits - 1 in magnitude, often at a power of two."""
    b, v = stream.integer(8), stream.integer(64)
    n = (b & 31) if bits <= 31 else (b & 63)
    n = n % (bits + 1)
    kind = v >> 62
    magnitude = (v % 2**n, v % 2**n, 2**n - 1, min(2**n, 2**bits - 1))[kind]
    return -magnitude if (v >> 61) & 1 else magnitude


def edges(stream, bits, count):
    return [edge(stream, bits) for _ in range(count)]


def little(values, width):
    return b"".join((v & (1 << 8 * width) - 1).to_bytes(width, "little") for v in values)


# Each draws one case: its inputs by name, and the bytes of its output.

def draw_rs(s):
    v, n = edge(s, 62), s.integer(8) % 63
    return {"v": v, "n": n}, little([a.rs(v, n)], 8)


def draw_quantise(s):
    y = edges(s, 31, 1 + s.integer(8) % 64)
    e, q = a.quantise(y)
    return {"y": y}, bytes([e]) + little(q, 2)


def draw_unpack(s):
    e = s.integer(8) % 17
    q = edges(s, 15, 16)
    return {"e": e, "q": q}, little(a.unpack(e, q), 4)


def draw_channel(s, inputs):
    w = edges(s, 7, inputs)
    g = [1 + s.integer(16) % 4095 for _ in range(inputs // 32)]
    return {"w": w, "g": g, "M": abs(edge(s, 24)), "sh": 17 + s.integer(8) % 46}


def draw_linear(s):
    inputs = 64 * (1 + s.integer(8) % 4)
    e, q = s.integer(8) % 17, edges(s, 15, inputs)
    c = draw_channel(s, inputs)
    return {"e": e, "q": q, **c}, little([a.linear(e, q, c["w"], c["g"], c["M"], c["sh"])], 4)


def draw_rotated(s):
    q = edges(s, 15, 64 * (1 + s.integer(8) % 4))
    row = a.rotated_steps(q)
    return {"q": q}, little([row["m"]], 4) + little(row["b"], 1)


def draw_rotated_linear(s):
    inputs = 64 * (1 + s.integer(8) % 4)
    e, q, w = s.integer(8) % 17, edges(s, 15, inputs), edges(s, 7, inputs)
    m, sh = abs(edge(s, 24)), 17 + s.integer(8) % 46
    row = a.rotated_steps(q)
    return {"e": e, "q": q, "w": w, "M": m, "sh": sh}, little([a.rotated_linear(e, row["m"], row["b"], w, m, sh)], 4)


def draw_wide_linear(s):
    inputs = 64 * (1 + s.integer(8) % 4)
    e, q, w = s.integer(8) % 17, edges(s, 15, inputs), edges(s, 15, inputs)
    m, sh = abs(edge(s, 24)), 17 + s.integer(8) % 46
    return {"e": e, "q": q, "w": w, "M": m, "sh": sh}, little([a.wide_linear(e, q, w, m, sh)], 4)


def draw_norm(s):
    n = 64 * (1 + s.integer(8) % 2)
    x, gain = edges(s, 31, n), edges(s, 23, n)
    eps, z = abs(edge(s, 56)), 1 + s.integer(8) % 62
    return {"x": x, "gain": gain, "eps": eps, "z": z}, little(a.norm(x, gain, eps, z), 4)


def draw_rotate(s):
    x, entries = edges(s, 31, 2), edges(s, 30, 2)
    z = 1 + s.integer(8) % 62
    return {"a": x[0], "b": x[1], "c": entries[0], "s": entries[1], "z": z}, little(a.rotate(*x, *entries, z), 2)


def draw_narrow(s):
    v, z = edge(s, 31), s.integer(8) % 63
    return {"a": v, "z": z}, little([a.narrow(v, z)], 2)


def draw_exponential(s):
    d = s.integer(32) % (2**21 + 1)
    return {"d": d}, little([a.exponential(d)], 4)


def draw_attention(s):
    h, t = 16 * (1 + s.integer(8) % 2), 1 + s.integer(8) % 12
    q = edges(s, 15, h)
    keys = [edges(s, 15, h) for _ in range(t)]
    values = [edges(s, 15, h) for _ in range(t)]
    z, y = s.integer(8) % 32, s.integer(8) % 13
    return {"q": q, "k": keys, "v": values, "z": z, "y": y}, little(a.attention(q, keys, values, z, y), 4)


def draw_gate(s):
    g, u = edges(s, 31, 2)
    z = 1 + s.integer(8) % 32
    return {"g": g, "u": u, "z": z}, little([a.gate(g, u, z)], 4)


def draw_layer_norm(s):
    n = 64 * (1 + s.integer(8) % 2)
    x, gain, offset = edges(s, 31, n), edges(s, 23, n), edges(s, 31, n)
    eps, z = abs(edge(s, 56)), 1 + s.integer(8) % 62
    return {"x": x, "gain": gain, "offset": offset, "eps": eps, "z": z}, little(a.layer_norm(x, gain, eps, z, offset), 4)


def draw_gelu(s):
    g, z = edge(s, 31), s.integer(8) % 32
    return {"g": g, "z": z}, little([a.gelu(g, z)], 4)


def draw_mean(s):
    x = edges(s, 31, 1 + s.integer(8) % 64)
    return {"x": x}, little([a.mean(x)], 4)


def draw_unit(s):
    x = edges(s, 31, 64 * (1 + s.integer(8) % 2))
    z = s.integer(8) % 31
    return {"x": x, "z": z}, little(a.unit(x, z), 4)


def draw_embed(s):
    c, delta = draw_channel(s, 64), s.integer(8) % 125 - 62
    return {**c, "delta": delta}, little(a.embed(c["w"], c["g"], c["M"], c["sh"], delta), 4)


def draw_residual(s):
    x, y = edges(s, 31, 2)
    return {"x": x, "y": y}, little([a.residual(x, y)], 4)


DRAWS = {
    "rs": (draw_rs, 10000), "quantise": (draw_quantise, 10000), "unpack": (draw_unpack, 10000), "linear": (draw_linear, 2000),
    "rotated": (draw_rotated, 500), "rotatedLinear": (draw_rotated_linear, 500), "wideLinear": (draw_wide_linear, 2000), "norm": (draw_norm, 2000), "rotate": (draw_rotate, 10000), "narrow": (draw_narrow, 10000),
    "exponential": (draw_exponential, 10000), "attention": (draw_attention, 2000), "gate": (draw_gate, 10000),
    "layer norm": (draw_layer_norm, 2000), "gelu": (draw_gelu, 10000), "mean": (draw_mean, 10000), "unit": (draw_unit, 2000),
    "embed": (draw_embed, 2000), "residual": (draw_residual, 10000),
}


def accumulated(name):
    draw, cases = DRAWS[name]
    stream, digest = Stream(b"probity vectors " + name.encode()), hashlib.sha256()
    first = None
    for _ in range(cases):
        inputs, output = draw(stream)
        first = first or {"in": inputs, "out": output.hex()}
        digest.update(output)
    return {"operation": name, "cases": cases, "digest": digest.hexdigest(), "first": first}


# Chosen cases.

def scalar_cases():
    signs = lambda values: [s * v for v in values for s in (1, -1)]
    edge32 = signs([0, 1, 2, 3, 2**15 - 1, 2**15, 2**16 - 1, 2**16, 2**20 - 1, 2**20, 2**30, MAX32])
    rs = [(v, n) for v in signs([0, 1, 2, 3, 5, 2**31, 2**62 - 1]) for n in (0, 1, 2, 31, 61, 62)]
    gates = [(g, u, z) for g in signs([0, 1, 1023, 1024, 2**20 - 1, 2**20, MAX32]) for u in (1, -1, 2**16, MAX32, -MAX32) for z in (1, 18, 32)]
    rotations = [(MAX32, MAX32, 2**30, 2**30, 1), (MAX32, MAX32, 2**30, 2**30, 62), (-MAX32, MAX32, 2**30, -2**30, 46),
                 (1, 0, 2**30, 0, 30), (0, 1, 0, 2**30, 30), (3, 5, 1 << 29, -(1 << 29), 30), (40000, -40000, 2**30, 0, 30)]
    d = [0, 1, 127, 128, 255, 256, 257, 65535, 65536, 30 << 16, (30 << 16) + 65535, 31 << 16, 2**21]
    return {
        "rs": [{"v": v, "n": n, "out": a.rs(v, n)} for v, n in rs],
        "narrow": [{"a": v, "z": z, "out": a.narrow(v, z)} for v in edge32 for z in (0, 1, 16, 62)],
        "rotate": [dict(zip(("a", "b", "c", "s", "z"), r), out=list(a.rotate(*r))) for r in rotations],
        "exponential": [{"d": v, "out": a.exponential(v)} for v in d],
        "gate": [{"g": g, "u": u, "z": z, "out": a.gate(g, u, z)} for g, u, z in gates],
        "residual": [{"x": x, "y": y, "out": a.residual(x, y)} for x, y in ((MAX32, 1), (-MAX32, -1), (MAX32, -MAX32), (MAX32, MAX32), (2**30, 2**30))],
        "argmax": [{"values": v, "out": a.argmax(v)} for v in ([5], [1, 2, 2], [-MAX32, -MAX32], [3, 1, 3], [-5, -4, -4, MAX32])],
    }


def quantise_cases():
    rows = [[0, 0], [MAX16, -MAX16], [2**15, -2**15], [2**15 - 1, 1], [2**16 - 1, -(2**16 - 1), 1, 3, -3], [MAX32, -MAX32, 32768, -32768, 32767, -32767],
            [2**30, 2**30 - 1], [1, -1, 0], [65535, 65534, -65535, -65534, 2, -2]]
    return [{"y": y, "e": a.quantise(y)[0], "q": a.quantise(y)[1], "unpacked": a.unpack(*a.quantise(y))} for y in rows]


def linear_cases():
    cases = []
    for q, w, g, m, sh, e in [(MAX16, 127, 4095, 2**24 - 1, 17, 0), (-32768, 127, 4095, 2**24 - 1, 17, 16), (-32768, -127, 4095, 2**24 - 1, 62, 0),
                              (MAX16, 127, 1, 0, 40, 5), (1, 1, 1, 2**23, 62, 0), (-1, 1, 32, 2**23, 24, 7), (12345, -77, 2049, 9999999, 44, 9)]:
        inputs = 64
        args = (e, [q] * inputs, [w] * inputs, [g] * (inputs // 32), m, sh)
        cases.append({"e": e, "q": args[1], "w": args[2], "g": args[3], "M": m, "sh": sh, "out": a.linear(*args)})
    wide = 16384
    cases.append({"repeat": wide, "e": 0, "q": [-32768], "w": [-127], "g": [4095], "M": 2**24 - 1, "sh": 62,
                  "out": a.linear(0, [-32768] * wide, [-127] * wide, [4095] * (wide // 32), 2**24 - 1, 62)})
    return cases


def rotated_cases():
    """Rows of [NUM-31], their transforms, and one output channel of each."""
    stream = Stream(b"probity vectors rotated, chosen")
    rows = [
        [0] * 64, [1] + [0] * 63, [3, 1] + [0] * 62, [MAX16] * 64, [-32768] * 64, [MAX16, -MAX16] * 32, [-32768, MAX16] * 96, edges(stream, 15, 64),
        edges(stream, 15, 192), edges(stream, 15, 320), [(i * 7919) % 65536 - 32768 for i in range(256)]]
    cases = []
    for i, q in enumerate(rows):
        e, m, sh = (0, 16, 7)[i % 3], (2**24 - 1, 2**23, 0, 12345678)[i % 4], (17, 24, 40, 62)[i // 2 % 4]
        w = [127, -127, 1, 0] * (len(q) // 4) if i % 2 else edges(stream, 7, len(q))
        row = a.rotated_steps(q)
        cases.append({"q": q, **row, "e": e, "w": w, "M": m, "sh": sh, "out": a.rotated_linear(e, row["m"], row["b"], w, m, sh)})
    return cases


def wide_linear_cases():
    stream = Stream(b"probity vectors wide, chosen")
    cases = []
    for q, w, m, sh, e in [(MAX16, MAX16, 2**24 - 1, 17, 0), (-32768, MAX16, 2**24 - 1, 17, 16), (-32768, -MAX16, 2**24 - 1, 62, 0), (MAX16, -1, 0, 40, 5),
                           (1, 1, 2**23, 62, 0), (-1, 4, 2**23, 24, 7), (12345, -7777, 9999999, 44, 9)]:
        cases.append({"q": [q] * 64, "e": e, "w": [w] * 64, "M": m, "sh": sh})
    cases += [{"q": edges(stream, 15, n), "e": 3, "w": edges(stream, 15, n), "M": 2**23 + 5, "sh": 38} for n in (64, 192, 576)]
    return [{**c, "out": a.wide_linear(c["e"], c["q"], c["w"], c["M"], c["sh"])} for c in cases]


def norm_cases():
    stream = Stream(b"probity vectors norm, chosen")
    rows = [([0] * 64, 0), ([0] * 64, 2**56), ([1] * 64, 0), ([0] * 63 + [1], 0), ([MAX32, -MAX32] * 32, 0), ([MAX32] + [0] * 63, 2**56),
            ([2**23 - 1] * 64, 1), ([2**23] * 64, 1), ([(-1) ** i * i * 1000 for i in range(64)], 171798), (edges(stream, 31, 64), 12345)]
    cases = []
    for i, (x, eps) in enumerate(rows):
        gain = [2**23 - 1, -(2**23 - 1), 0, 2**19] * 16 if i % 2 else [2**19 + j for j in range(64)]
        z = (26, 1, 62, 30)[i % 4]
        cases.append({"x": x, "gain": gain, "eps": eps, "z": z, **a.norm_steps(x, gain, eps, z)})
    n = 16384
    wide = a.norm_steps([-MAX32] * n, [2**23 - 1] * n, 2**56, 30)
    cases.append({"repeat": n, "x": [-MAX32], "gain": [2**23 - 1], "eps": 2**56, "z": 30, **wide, "u": wide["u"][:1], "y": wide["y"][:1]})
    return cases


def attention_cases():
    stream = Stream(b"probity vectors attention, chosen")
    row = lambda v: [v] * 16
    chosen = [
        (row(MAX16), [row(MAX16)], [row(MAX16)], 0, 12), (row(MAX16), [row(MAX16), row(-MAX16)], [row(1), row(-MAX16)], 0, 0),
        (row(0), [row(5), row(-5), row(7)], [row(1), row(2), row(2)], 5, 0), (row(0), [row(0)] * 2, [row(1), row(-2)], 31, 0),
        (row(100), [row(100), row(101), row(95)], [row(1000), row(-1000), row(3)], 0, 6)]
    for t in (4, 9):
        chosen.append((edges(stream, 12, 16), [edges(stream, 10, 16) for _ in range(t)], [edges(stream, 15, 16) for _ in range(t)], 5, 6))
    return [{"q": q, "k": k, "v": v, "z": z, "y": y, **a.attention_steps(q, k, v, z, y)} for q, k, v, z, y in chosen]


def make():
    return {
        "tables": {"X": tables.digest(tables.X).hex(), "Y": tables.digest(tables.Y).hex(), "Z": tables.digest(tables.Z).hex(), "XEnds": tables.X[:2] + tables.X[-2:], "YEnds": tables.Y[:2] + tables.Y[-2:], "ZEnds": tables.Z[:2] + tables.Z[-2:]},
        **scalar_cases(), "quantise": quantise_cases(), "linear": linear_cases(), "rotatedLinear": rotated_cases(), "wideLinear": wide_linear_cases(), "norm": norm_cases(), "attention": attention_cases(),
        "accumulated": [accumulated(name) for name in DRAWS],
    }
