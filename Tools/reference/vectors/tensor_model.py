"""tensor-model.json: a small tensor model with every kind of segment, and what it gives."""

from probity_reference.bundle import model_root
from probity_reference.hashing import sha256
from probity_reference.int8 import Range, Window
from probity_reference.encoding import boolean, counted, i8, listing, option, u8, u64
from probity_reference.tensor_graph import ConvolutionTensor, Scale, Segment, Sum, TableTensor, TensorModel

# The tokenizer of a model without text: [TEXT-4] with no tokens and no merges.
TOKENIZER = u8(1) + u8(1) + listing([]) + listing([]) + option(None) + boolean(False)


class Draw:
    def __init__(self, seed):
        self.seed, self.count, self.data = seed, 0, b""

    def byte(self):
        if not self.data:
            self.data = sha256(self.seed + u64(self.count))
            self.count += 1
        value, self.data = self.data[0], self.data[1:]
        return value

    def signed(self):
        return self.byte() - 128

    def word(self):
        return int.from_bytes(bytes(self.byte() for _ in range(4)), "little")

    def tensor(self, channels, inputs, shift):
        return ConvolutionTensor(tuple(
            (tuple(self.signed() for _ in range(inputs)), self.word() % 8192 - 4096, 2**30 + self.word() % 2**30, shift + self.byte() % 3)
            for _ in range(channels)))


def model():
    d = Draw(b"probity tensor model 1")
    tensors = [
        d.tensor(16, 27, 38), d.tensor(16, 9, 37), d.tensor(16, 16, 37), TableTensor(tuple(d.signed() for _ in range(256))),
        d.tensor(32, 32, 38), d.tensor(10, 384, 40)]
    common = Sum((3, Scale(2**30 + 5, 12)), (-7, Scale(2**31 - 1, 12)), Scale(2**30 + 77, 49), Range(-4, -100, 110))
    around = Window(3, 3, 1, 1, 1, 1, 1, 1)
    segments = [
        Segment("input", (), (9, 7, 3, 3)),
        Segment("convolution", (0,), (5, 4, 16, 8), {
            "weights": 0, "window": Window(3, 3, 2, 2, 1, 1, 1, 1), "depthwise": False, "zero": -5, "range": Range(9)}),
        Segment("convolution", (1,), (5, 4, 16, 8), {
            "weights": 1, "window": Window(3, 3, 1, 1, 2, 2, 2, 2), "depthwise": True, "zero": 9, "range": Range(-20, -100, 127)}),
        Segment("convolution", (2, 1), (5, 4, 16, 8), {
            "weights": 2, "window": Window(), "depthwise": False, "zero": -20, "range": Range(3), "sum": common}),
        Segment("table", (3,), (5, 4, 16, 16), {"table": 3}),
        Segment("pool", (4,), (5, 4, 16, 16), {
            "window": around, "maximum": True, "zero": 1, "scale": Scale(2**30, 30), "range": Range(1)}),
        Segment("pool", (3,), (5, 4, 16, 16), {
            "window": around, "maximum": False, "zero": -4, "scale": Scale(2**31 // 9, 31), "range": Range(6, -128, 100)}),
        Segment("concatenation", (5, 6), (5, 4, 32, 32)),
        Segment("pool", (7,), (1, 1, 32, 32), {
            "window": Window(5, 4), "maximum": False, "zero": 2, "scale": Scale(2**31 // 20, 31), "range": Range(2)}),
        Segment("convolution", (8,), (1, 1, 32, 16), {
            "weights": 4, "window": Window(), "depthwise": False, "zero": 2, "range": Range(-128)}),
        Segment("pair", (7, 9), (5, 4, 32, 32), {
            "product": True, "sum": Sum((2, Scale()), (-128, Scale()), Scale(2**30, 37), Range(5))}),
        Segment("pair", (10, 7), (5, 4, 32, 32), {"product": False, "sum": common}),
        Segment("convolution", (11,), (1, 1, 10, 10), {
            "weights": 5, "window": Window(4, 3, 3, 2, 0, 0, 1, 1), "depthwise": False, "zero": -4, "range": Range(0)}),
    ]
    return TensorModel(tensors, segments)


def make():
    m = model()
    tokenizer = TOKENIZER
    runs = []
    for number in range(3):
        d = Draw(b"probity tensor input" + u64(number))
        values = [[-128, 127][d.byte() % 2] if number == 2 else d.signed() for _ in range(9 * 7 * 3)]
        outputs = m.run(values)
        runs.append({
            "input": b"".join(i8(v) for v in values).hex(), "output": b"".join(m.leaves(12, outputs[12])).hex(),
            "segments": [sha256(b"".join(m.leaves(index, output))).hex() for index, output in enumerate(outputs)],
            "traceRoot": m.trace_root(outputs).hex()})
    return {
        "graph": m.encode().hex(), "bundle": m.bundle(tokenizer, "probity-tensor-test").hex(), "tensorsRoot": m.tensors_root().hex(),
        "modelRoot": model_root(m.encode(), m.tensors_root(), tokenizer).hex(),
        "costs": [{"segment": index, "row": y, "bytes": m.cost(index, y)[0], "multiplyAdds": m.cost(index, y)[1]}
                  for index, s in enumerate(m.segments) for y in sorted({0, s.shape[0] // 2, s.shape[0] - 1})],
        "runs": runs}
