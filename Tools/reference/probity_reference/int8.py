"""SPEC section 6, [NUM-40] to [NUM-46], in plain integers: tensors are nested lists [row][column][channel]."""

from dataclasses import dataclass

from .arithmetic import rs, sat32


def rescale(v, multiplier, shift):
    """[NUM-40]"""
    return rs(v * multiplier, shift)


@dataclass(frozen=True)
class Range:
    """[NUM-41]"""
    zero: int
    low: int = -128
    high: int = 127

    def narrow(self, v):
        return max(self.low, min(self.high, v + self.zero))


@dataclass(frozen=True)
class Window:
    """[NUM-42]"""
    height: int = 1
    width: int = 1
    stride_y: int = 1
    stride_x: int = 1
    top: int = 0
    left: int = 0
    dilation_y: int = 1
    dilation_x: int = 1

    def cells(self, y, l):
        """The cells of an output row and column, in order, as places of the tensor that may lie outside."""
        return [(y * self.stride_y - self.top + i * self.dilation_y, l * self.stride_x - self.left + j * self.dilation_x)
                for i in range(self.height) for j in range(self.width)]


def cell(x, place):
    """The channels at a place, or None outside."""
    row, column = place
    return x[row][column] if 0 <= row < len(x) and 0 <= column < len(x[0]) else None


def convolve(x, zero, window, y, columns, channels, depthwise, out, first=0):
    """[NUM-42] The output row `y`: `channels` is a list of (weights, bias, multiplier, shift), the first of them channel `first`."""
    row = []
    for l in range(columns):
        cells = [cell(x, place) for place in window.cells(y, l)]
        values = []
        for c, (weights, bias, multiplier, shift) in enumerate(channels):
            inputs = [0 if v is None else v[first + c] - zero for v in cells] if depthwise else [
                0 if v is None else v[k] - zero for v in cells for k in range(len(x[0][0]))]
            acc = sum(v * w for v, w in zip(inputs, weights, strict=True))
            values.append(out.narrow(rescale(acc + bias, multiplier, shift)))
        row.append(values)
    return row


def pool(x, zero, window, y, columns, maximum, multiplier, shift, out):
    """[NUM-43] The output row `y`."""
    row = []
    for l in range(columns):
        cells = [v for v in (cell(x, place) for place in window.cells(y, l)) if v is not None]
        values = []
        for c in range(len(x[0][0])):
            v = max([-128] + [v[c] for v in cells]) - zero if maximum else sum(v[c] - zero for v in cells)
            values.append(out.narrow(rescale(v, multiplier, shift)))
        row.append(values)
    return row


def add(a, b, left, right, multiplier, shift, out):
    """[NUM-44] `left` and `right` are (zero, multiplier, shift)."""
    total = sat32(rescale(a - left[0], left[1], left[2]) + rescale(b - right[0], right[1], right[2]))
    return out.narrow(rescale(total, multiplier, shift))


def multiply(a, a_zero, b, b_zero, multiplier, shift, out):
    """[NUM-45]"""
    return out.narrow(rescale((a - a_zero) * (b - b_zero), multiplier, shift))


def look_up(a, table):
    """[NUM-46]"""
    return table[a + 128]
