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


def encode_ranges(text, special, encode_range):
    """[TEXT-5] Special tokens as they are written, and the tokens of the ranges between them; None if there is no encoding."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(data) > MOST_ENCODED or not well_formed(data):
        return None
    result = []
    longest, at, start = max(map(len, special), default=0), 0, 0
    while at < len(data):
        found = next((data[at:at + n] for n in range(longest, 0, -1) if data[at:at + n] in special and at + n <= len(data)), None)
        if found is None or data[at] & 0xC0 == 0x80:
            at += 1
            continue
        part = encode_range(data[start:at].decode())
        if part is None:
            return None
        result += part + [special[found]]
        at += len(found)
        start = at
    part = encode_range(data[start:].decode())
    return None if part is None else result + part


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
        return parse(data)

    @classmethod
    def read(cls, r):
        return cls(r.u8(), r.listing(2**20, lambda: (r.u8(), r.counted(1024))),
                   r.listing(2**20, lambda: (r.u32(), r.u32(), r.u32())), r.option(r.u32), r.boolean())

    def encode(self, text):
        """[TEXT-5] The tokens of a text, or None if it has no encoding. `text` is a str or bytes."""
        found = encode_ranges(text, self.special, self.encode_range)
        return None if found is None else ([self.beginning] if self.adds_beginning else []) + found

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


IDEOGRAPHS = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F))


def is_dropped(scalar):
    """[TEXT-8]"""
    return scalar == "\ufffd" or (scalar not in "\t\n\r" and unicodedata.category(scalar) in ("Cc", "Cf", "Co"))


def is_punctuation(scalar):
    return unicodedata.category(scalar)[0] == "P" or scalar in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def fold(scalar):
    """Decomposed, without marks, in lower case; a scalar alone has nothing to be reordered with but its own marks."""
    return "".join(c.lower() for c in unicodedata.normalize("NFD", scalar) if unicodedata.category(c) != "Mn")


def words(text, folds):
    """[TEXT-8] The words of a range."""
    found, word = [], ""
    for scalar in text:
        if is_dropped(scalar):
            continue
        alone = any(low <= ord(scalar) <= high for low, high in IDEOGRAPHS)
        if alone or ord(scalar) in SPACES:
            found, word = found + [word], ""
        if ord(scalar) in SPACES:
            continue
        for c in fold(scalar) if folds else scalar:
            if is_punctuation(c):
                found, word = found + [word, c], ""
            else:
                word += c
        if alone:
            found, word = found + [word], ""
    return [w for w in found + [word] if w]


@dataclass
class WordPieces:
    """[TEXT-8]"""
    folds: bool
    tokens: list
    unknown: int
    beginning: int
    end: int

    def __post_init__(self):
        Tokenizer(1, self.tokens, [], None, False)
        for kind, data in self.tokens:
            if kind == BYTE or not data or not well_formed(data):
                raise Refused("a token of word pieces")
        if max(self.unknown, self.beginning, self.end) >= len(self.tokens):
            raise Refused("a token that is not in the list")
        self.special, self.ordinary = {}, {}
        for number, (kind, data) in enumerate(self.tokens):
            if kind in (UNKNOWN, CONTROL, USER):
                self.special.setdefault(data, number)
            elif kind == NORMAL:
                self.ordinary.setdefault(data.decode(), number)

    def serialise(self):
        return (u8(2) + boolean(self.folds) + listing([u8(kind) + counted(data) for kind, data in self.tokens])
                + u32(self.unknown) + u32(self.beginning) + u32(self.end))

    @classmethod
    def read(cls, r):
        return cls(r.boolean(), r.listing(2**20, lambda: (r.u8(), r.counted(1024))), r.u32(), r.u32(), r.u32())

    def encode(self, text):
        found = encode_ranges(text, self.special, self.encode_range)
        return None if found is None else [self.beginning] + found + [self.end]

    def encode_range(self, text):
        return [token for word in words(text, self.folds) for token in self.pieces(word)]

    def pieces(self, word):
        found, at = [], 0
        while at < len(word) and len(word) <= 100:
            ends = [e for e in range(len(word), at, -1) if ("##" if at else "") + word[at:e] in self.ordinary]
            if not ends:
                return [self.unknown]
            found.append(self.ordinary[("##" if at else "") + word[at:ends[0]]])
            at = ends[0]
        return found or [self.unknown]

    def decode(self, tokens):
        return None


def parse(data):
    """[TEXT-4] [TEXT-8] A tokenizer of either kind."""
    r = Reader(data)
    tag = r.u8()
    if tag not in (1, 2):
        raise Refused("a tokenizer tag with no rule")
    tokenizer = (Tokenizer if tag == 1 else WordPieces).read(r)
    r.end()
    return tokenizer


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
