"""SPEC section 8: scalars, split rules, tokenizers, canonical encoding and decoding."""

import unicodedata
from dataclasses import dataclass

from .encoding import Reader, Refused, boolean, counted, listing, option, u8, u32

assert unicodedata.unidata_version == "14.0.0", "[TEXT-3] fixes Unicode 14.0.0"

NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
SPACES = {*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
CONTRACTIONS = ("'s", "'t", "'m", "'d", "'re", "'ve", "'ll")
MOST_ENCODED, MOST_DECODED = 65536, 262144


def classify(scalar):
    """[TEXT-3] The class of a scalar."""
    if ord(scalar) in SPACES:
        return "space"
    return {"L": "letter", "N": "number"}.get(unicodedata.category(scalar)[0], "other")


def run_length(text, at, wanted):
    end = at
    while end < len(text) and classify(text[end]) == wanted:
        end += 1
    return end - at


def gpt2(text):
    """[TEXT-3] The pieces of a range."""
    pieces, at = [], 0
    while at < len(text):
        size = piece_length(text, at)
        pieces.append(text[at:at + size])
        at += size
    return pieces


def piece_length(text, at):
    for contraction in CONTRACTIONS:
        if text.startswith(contraction, at):
            return len(contraction)
    start = at + 1 if text[at] == " " else at
    if start < len(text) and classify(text[start]) != "space":
        return start - at + run_length(text, start, classify(text[start]))
    spaces = run_length(text, at, "space")
    if spaces >= 2 and at + spaces < len(text):
        return spaces - 1
    return spaces


def smollm(text):
    pieces, start = [], 0
    for at, scalar in enumerate(text):
        if classify(scalar) == "number":
            pieces += gpt2(text[start:at]) + [scalar]
            start = at + 1
    return pieces + gpt2(text[start:])


SPLIT = {1: gpt2, 2: smollm}


@dataclass
class Tokenizer:
    """[TEXT-4]"""
    split: int
    tokens: list
    merges: list
    beginning: object
    adds_beginning: bool

    def __post_init__(self):
        def require(condition, rule):
            if not condition:
                raise Refused(rule)

        require(self.split in SPLIT, "the split rule")
        require(len(self.tokens) <= 2**20 and len(self.merges) <= 2**20, "the counts")
        require(sum(len(data) for _, data in self.tokens) <= 2**24, "the tokens' bytes")
        special = 0
        for kind, data in self.tokens:
            require(1 <= kind <= 6, "a kind with no rule")
            require(len(data) <= 1024, "a token's bytes")
            require(kind != BYTE or len(data) == 1, "a byte token is one byte")
            if kind in (UNKNOWN, CONTROL, USER):
                special += 1
                require(1 <= len(data) <= 64 and well_formed(data), "a special token")
        require(special <= 8192, "the number of special tokens")
        for merge in self.merges:
            require(all(number < len(self.tokens) and self.ordinary(number) for number in merge), "a merge names ordinary tokens")
            left, right, result = (self.tokens[number][1] for number in merge)
            require(left + right == result, "a merge joins")
        require(self.beginning is None or self.beginning < len(self.tokens), "the beginning token")
        require(not self.adds_beginning or self.beginning is not None, "adding an absent beginning")
        self.special, self.bytes, self.rank = {}, {}, {}
        for number, (kind, data) in enumerate(self.tokens):
            if kind in (UNKNOWN, CONTROL, USER):
                self.special.setdefault(data, number)
            if self.ordinary(number) and len(data) == 1:
                self.bytes.setdefault(data[0], number)
        for rank, (left, right, result) in enumerate(self.merges):
            self.rank.setdefault((left, right), (rank, result))

    def ordinary(self, number):
        return self.tokens[number][0] in (NORMAL, BYTE)

    def serialise(self):
        return (u8(1) + u8(self.split) + listing([u8(kind) + counted(data) for kind, data in self.tokens])
                + listing([u32(a) + u32(b) + u32(c) for a, b, c in self.merges]) + option(None if self.beginning is None else u32(self.beginning))
                + boolean(self.adds_beginning))

    @classmethod
    def parse(cls, data):
        r = Reader(data)
        if r.u8() != 1:
            raise Refused("a tokenizer tag with no rule")
        tokenizer = cls(r.u8(), r.listing(2**20, lambda: (r.u8(), r.counted(1024))),
                        r.listing(2**20, lambda: (r.u32(), r.u32(), r.u32())), r.option(r.u32), r.boolean())
        r.end()
        return tokenizer

    def encode(self, text):
        """[TEXT-5] The tokens of a text, or None if it has no encoding. `text` is a str or bytes."""
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        if len(data) > MOST_ENCODED or not well_formed(data):
            return None
        result = [self.beginning] if self.adds_beginning else []
        longest, at, start = max(map(len, self.special), default=0), 0, 0
        while at < len(data):
            found = next((data[at:at + n] for n in range(longest, 0, -1) if data[at:at + n] in self.special and at + n <= len(data)), None)
            if found is None or data[at] & 0xC0 == 0x80:
                at += 1
                continue
            part = self.encode_range(data[start:at].decode())
            if part is None:
                return None
            result += part + [self.special[found]]
            at += len(found)
            start = at
        part = self.encode_range(data[start:].decode())
        return None if part is None else result + part

    def encode_range(self, text):
        result = []
        for piece in SPLIT[self.split](text):
            data = piece.encode()
            if not all(b in self.bytes for b in data):
                return None
            tokens = [self.bytes[b] for b in data]
            while True:
                pairs = [(self.rank[pair], i) for i, pair in enumerate(zip(tokens, tokens[1:])) if pair in self.rank]
                if not pairs:
                    break
                (_, merged), i = min(pairs)
                tokens[i:i + 2] = [merged]
            result += tokens
        return result

    def decode(self, tokens):
        """[TEXT-6] The text of tokens as bytes, or None if it would be too long."""
        data = b"".join(self.tokens[n][1] for n in tokens if n < len(self.tokens) and self.tokens[n][0] in (NORMAL, BYTE, USER))
        text = repaired(data)
        return None if len(text) > MOST_DECODED else text


# UTF-8 by table 3-7 of the Unicode Standard: the first byte's range, then the ranges of the bytes after it.
TAIL = (0x80, 0xBF)
FORMS = [
    ((0x00, 0x7F),), ((0xC2, 0xDF), TAIL), ((0xE0, 0xE0), (0xA0, 0xBF), TAIL), ((0xE1, 0xEC), TAIL, TAIL), ((0xED, 0xED), (0x80, 0x9F), TAIL),
    ((0xEE, 0xEF), TAIL, TAIL), ((0xF0, 0xF0), (0x90, 0xBF), TAIL, TAIL), ((0xF1, 0xF3), TAIL, TAIL, TAIL), ((0xF4, 0xF4), (0x80, 0x8F), TAIL, TAIL)]


def subpart(data, at):
    """The length of the sequence or maximal subpart at a place, and whether it is whole."""
    for form in FORMS:
        if form[0][0] <= data[at] <= form[0][1]:
            size = 1
            while size < len(form) and at + size < len(data) and form[size][0] <= data[at + size] <= form[size][1]:
                size += 1
            return size, size == len(form)
    return 1, False


def parts(data):
    at = 0
    while at < len(data):
        size, whole = subpart(data, at)
        yield data[at:at + size], whole
        at += size


def well_formed(data):
    return all(whole for _, whole in parts(data))


def repaired(data):
    return b"".join(part if whole else b"\xef\xbf\xbd" for part, whole in parts(data))
