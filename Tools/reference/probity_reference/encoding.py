"""SPEC section 1: the canonical encoding."""


class Refused(Exception):
    """Bytes or a value that a rule of SPEC.md refuses."""


def integer(value, bits, signed=False):
    """[ENC-1] `value` in its full width, little-endian."""
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= value <= high:
        raise Refused(f"{value} does not fit {bits} bits")
    return (value & ((1 << bits) - 1)).to_bytes(bits // 8, "little")


def u8(v): return integer(v, 8)
def u16(v): return integer(v, 16)
def u32(v): return integer(v, 32)
def u64(v): return integer(v, 64)
def i8(v): return integer(v, 8, True)
def i16(v): return integer(v, 16, True)
def i32(v): return integer(v, 32, True)
def i64(v): return integer(v, 64, True)


def boolean(v):
    return b"\1" if v else b"\0"


def counted(data):
    return u32(len(data)) + data


def text(string):
    return counted(string.encode("utf-8"))


def listing(elements):
    """A list of elements that are encoded already."""
    return u32(len(elements)) + b"".join(elements)


def option(encoded):
    return b"\0" if encoded is None else b"\1" + encoded


class Reader:
    """[ENC-2] Reads from the front; `end` refuses bytes left over."""

    def __init__(self, data):
        self.data = bytes(data)
        self.at = 0

    def fixed(self, count):
        if count > len(self.data) - self.at:
            raise Refused("the bytes end early")
        self.at += count
        return self.data[self.at - count:self.at]

    def integer(self, bits, signed=False):
        return int.from_bytes(self.fixed(bits // 8), "little", signed=signed)

    def u8(self): return self.integer(8)
    def u16(self): return self.integer(16)
    def u32(self): return self.integer(32)
    def u64(self): return self.integer(64)
    def i8(self): return self.integer(8, True)
    def i32(self): return self.integer(32, True)

    def digest(self):
        return self.fixed(32)

    def boolean(self):
        value = self.u8()
        if value > 1:
            raise Refused("a Boolean is 0 or 1")
        return value == 1

    def count(self, limit):
        value = self.u32()
        if value > limit:
            raise Refused("a count above its limit")
        return value

    def counted(self, limit):
        return self.fixed(self.count(limit))

    def text(self, limit):
        try:
            return self.counted(limit).decode("utf-8", "strict")
        except UnicodeDecodeError as error:
            raise Refused("text that is not UTF-8") from error

    def listing(self, limit, element):
        return [element() for _ in range(self.count(limit))]

    def option(self, value):
        return value() if self.boolean() else None

    def end(self):
        if self.at != len(self.data):
            raise Refused("bytes left over")


def decoded(data, read):
    """[ENC-2] All of the bytes, as `read` takes them from a reader."""
    reader = Reader(data)
    value = read(reader)
    reader.end()
    return value
