"""text.json: SPEC section 8."""

from probity_reference import text
from probity_reference.encoding import Refused, counted, listing, option, u8, u32
from probity_reference.testmodel import tokenizer as byte_tokenizer
from probity_reference.text import BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER, Tokenizer

SPLITS = [
    "it's  42", "it's", "It'S we'll they've I'd''s", "a  b", "a \n b", " a", "  a", "   ", "a   ", "\n\n\nx", "\t x", "x1y22 333", "1 2", " 1", "  1",
    "hello, world!", " ,,, ", "naïve café", "日本語 テスト", "x\u00a0\u00a0y", "x\u2028 y", "½²Ⅷ", "e\u0301t\u0301", "\u0378\ue000", "😀😀 ok", "a\u200bb", "'", "''s",
    "'re're", " 's", "  's", "don't1'll", "\x1c\x1d\x85z", "",
]


def classes():
    counts = {"space": 0, "letter": 0, "number": 0, "other": 0}
    for scalar in range(0x110000):
        if not 0xD800 <= scalar < 0xE000:
            counts[text.classify(chr(scalar))] += 1
    samples = "aZ09 \t\n'_-½²Ⅷ٣éßж語あ\u00a0\u2028\u200b\u0301\u0378\ue000😀\U000e0001\U0010ffff\U0001fbf0\U00031350\u0e50"
    return {"counts": counts, "samples": [{"scalar": ord(c), "class": text.classify(c)} for c in samples]}


def small(split=1, adds=False):
    """Byte tokens, merges of English, and special tokens of every kind; the last merge gives a pair of the first a second result."""
    tokens = [(BYTE, bytes([b])) for b in range(256)]
    tokens[ord("z")] = (NORMAL, b"z")
    merges = []

    def number(data):
        return next(i for i, (kind, d) in enumerate(tokens) if d == data and kind in (NORMAL, BYTE))

    for left, right in [(b"t", b"h"), (b"th", b"e"), (b" ", b"the"), (b"i", b"n"), (b"in", b"g"), (b"a", b"a"), (b"aa", b"aa"), (b" ", b"t"), (b"\xc3", b"\xa9")]:
        tokens.append((NORMAL, left + right))
        merges.append((number(left), number(right), len(tokens) - 1))
    for kind, data in [(UNKNOWN, b"<unk>"), (CONTROL, b"<s>"), (CONTROL, b"<|end|>"), (USER, b"<tool>"), (USER, b"<tool>s"), (UNUSED, b"<never>"), (CONTROL, b"<s>"),
                       (BYTE, b"z"), (NORMAL, b"in"), (USER, "é!".encode())]:
        tokens.append((kind, data))
    merges.append((number(b"i"), number(b"n"), len(tokens) - 2))
    return Tokenizer(split, tokens, merges, 266, adds)


TEXTS = [
    "", "the thing in the inn", "aaaaaaa", "aaaa aaa", "<s>the<|end|>", "<tool>s<tool>t", "<unk><never>", "<<s>>", "<tool", "é!é", "café é!", "it's  42", "zz", " the", "  the", "12 the3",
    "😀", "the\n\nthe", "<s> the",
]
DECODED = [b"", b"abc", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xe2\x82A", b"\xc0\xaf\xf5\x80\xff", b"\xf4\x90\x80\x80", b"\xe0\x9f\xbf", b"\xf0\x9f\x98\x80", b"\xc3", b"\xc3\xc3\xa9", b"\x80\x80z",
           b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbfA"]


def encodings(name, tokenizer):
    out = [{"text": t, "tokens": tokenizer.encode(t)} for t in TEXTS]
    return {"name": name, "tokenizer": tokenizer.serialise().hex(), "encodings": out}


def refusals():
    """Bytes that are no tokenizer, and why."""
    def make(tag=1, split=1, tokens=((BYTE, b"a"), (BYTE, b"b"), (NORMAL, b"ab"), (CONTROL, b"<s>")), merges=((0, 1, 2),), beginning=3, adds=1, after=b""):
        return (u8(tag) + u8(split) + listing([u8(kind) + counted(data) for kind, data in tokens])
                + listing([u32(x) + u32(y) + u32(z) for x, y, z in merges]) + option(None if beginning is None else u32(beginning)) + bytes([adds]) + after)

    yield "fine", make(), True
    yield "another tag", make(tag=2), False
    yield "no such split rule", make(split=3), False
    yield "kind 0", make(tokens=((0, b"a"),), merges=(), beginning=None, adds=0), False
    yield "kind 7", make(tokens=((7, b"a"),), merges=(), beginning=None, adds=0), False
    yield "a byte token of two bytes", make(tokens=((BYTE, b"ab"),), merges=(), beginning=None, adds=0), False
    yield "an empty byte token", make(tokens=((BYTE, b""),), merges=(), beginning=None, adds=0), False
    yield "an empty normal token", make(tokens=((NORMAL, b""),), merges=(), beginning=None, adds=0), True
    yield "an empty special token", make(tokens=((USER, b""),), merges=(), beginning=None, adds=0), False
    yield "a special token of 64 bytes", make(tokens=((USER, b"x" * 64),), merges=(), beginning=None, adds=0), True
    yield "a special token of 65 bytes", make(tokens=((USER, b"x" * 65),), merges=(), beginning=None, adds=0), False
    yield "a special token that is not UTF-8", make(tokens=((CONTROL, b"\xff"),), merges=(), beginning=None, adds=0), False
    yield "a merge of a special token", make(merges=((0, 3, 2),)), False
    yield "a merge into a special token", make(tokens=((BYTE, b"a"), (BYTE, b"b"), (USER, b"ab")), merges=((0, 1, 2),), beginning=None, adds=0), False
    yield "a merge of no token", make(merges=((0, 4, 2),)), False
    yield "a merge that does not join", make(merges=((1, 0, 2),)), False
    yield "a beginning that is no token", make(beginning=4), False
    yield "adding an absent beginning", make(beginning=None), False
    yield "a Boolean of 2", make(adds=2), False
    yield "bytes left over", make(after=b"\0"), False
    yield "bytes end early", make()[:-1], False


def refusal(name, data, fine):
    try:
        assert Tokenizer.parse(data).serialise() == data and fine, name
    except Refused:
        assert not fine, name
    return {"name": name, "tokenizer": data.hex(), "decodes": fine}


def make():
    byte = Tokenizer.parse(byte_tokenizer())
    special = small()
    return {
        "classes": classes(),
        "splits": [{"text": t, "gpt2": text.gpt2(t), "smollm": text.smollm(t)} for t in SPLITS],
        "tokenizers": [encodings("small, gpt2", special), encodings("small, smollm, beginning", small(2, True))],
        "decodings": [{"bytes": data.hex(), "decoded": byte.decode(list(data)).hex()} for data in DECODED],
        "smallDecodings": [{"tokens": t, "decoded": special.decode(t).hex()} for t in ([258, 266, 268, 270, 32, 258], [265, 267, 999999, 65], [195, 266, 169], [274, 270])],
        "refusals": [refusal(*case) for case in refusals()],
    }
