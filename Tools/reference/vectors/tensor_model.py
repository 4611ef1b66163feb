"""tensor-model.json: a small tensor model with every kind of segment, and what it gives."""

from probity_reference import steps
from probity_reference.bundle import Bundle
from probity_reference.encoding import boolean, i8, listing, option, u8, u64
from probity_reference.hashing import sha256
from probity_reference.int8 import Range, Window
from probity_reference.tensor_graph import TensorGraph
from probity_reference.tensor_run import TensorTrace
from probity_reference.tensor_segments import Concatenate, Convolution, Convolve, Input, LookUp, Pair, Pool, Scale, Sum, Sweep, Table

from .step_cases import Setting

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
        """A convolution tensor and its bytes."""
        tensor = Convolution(channels, inputs)
        return tensor, b"".join(tensor.leaves([
            ([self.signed() for _ in range(inputs)], self.word() % 8192 - 4096, 2**30 + self.word() % 2**30, shift + self.byte() % 3)
            for _ in range(channels)]))


def model():
    d = Draw(b"probity tensor model 1")
    tensors = [
        d.tensor(16, 27, 38), d.tensor(16, 9, 37), d.tensor(16, 16, 37), (Table(), b"".join(i8(d.signed()) for _ in range(256))),
        d.tensor(32, 32, 38), d.tensor(10, 384, 40)]
    common = Sum((3, Scale(2**30 + 5, 12)), (-7, Scale(2**31 - 1, 12)), Scale(2**30 + 77, 49), Range(-4, -100, 110))
    around = Sweep(Window(3, 3, 1, 1, 1, 1, 1, 1), 5, 4)
    segments = [
        Input(9, 7, 3),
        Convolve(0, 0, Sweep(Window(3, 3, 2, 2, 1, 1, 1, 1), 5, 4), False, -5, Range(9), 8),
        Convolve(1, 1, Sweep(Window(3, 3, 1, 1, 2, 2, 2, 2), 5, 4), True, 9, Range(-20, -100, 127), 8),
        Convolve(2, 2, Sweep(Window(), 5, 4), False, -20, Range(3), 8, (1, common)),
        LookUp(3, 3),
        Pool(4, around, True, 1, Scale(2**30, 30), Range(1)),
        Pool(3, around, False, -4, Scale(2**31 // 9, 31), Range(6, -128, 100)),
        Concatenate((5, 6)),
        Pool(7, Sweep(Window(5, 4), 1, 1), False, 2, Scale(2**31 // 20, 31), Range(2)),
        Convolve(8, 4, Sweep(Window(), 1, 1), False, 2, Range(-128), 16),
        Pair(True, 7, 9, Sum((2, Scale()), (-128, Scale()), Scale(2**30, 37), Range(5))),
        Pair(False, 10, 7, common),
        Convolve(11, 5, Sweep(Window(4, 3, 3, 2, 0, 0, 1, 1), 1, 1), False, -4, Range(0), 10),
    ]
    graph = TensorGraph([shape for shape, _ in tensors], segments)
    return Bundle(graph, [data for _, data in tensors], TOKENIZER, "probity-tensor-test", "")


def tensor_input(number):
    """The bytes of an input; that of number 2 has extremes alone."""
    d = Draw(b"probity tensor input" + u64(number))
    return b"".join(i8([-128, 127][d.byte() % 2] if number == 2 else d.signed()) for _ in range(9 * 7 * 3))


class TensorSetting(Setting):
    def __init__(self, number=0):
        self.bundle = model()
        self.trees, self.tensors = self.bundle.tensor_trees()
        self.graph, self.trace = self.bundle.graph, TensorTrace(self.bundle, tensor_input(number))

    def case(self, name, data, verdict, check=steps.check, values=None):
        return {**super().case(name, data, verdict, check, values), "tensor": self.trace.input.hex()}


def make():
    m = model()
    g, runs = m.graph, []
    for number in range(3):
        trace = TensorTrace(m, tensor_input(number))
        runs.append({
            "input": trace.input.hex(), "output": trace.values.hex(), "segments": [sha256(b"".join(leaves)).hex() for leaves in trace.leaves],
            "traceRoot": trace.root.hex()})
    costs = [(index, y, g.cost(index, y, 0)) for index, s in enumerate(g.shapes) for y in sorted({0, s.rows // 2, s.rows - 1})]
    return {
        "graph": g.encode().hex(), "bundle": m.encode().hex(), "tensorsRoot": m.tensor_trees()[1].root.hex(), "modelRoot": m.model_root().hex(),
        "costs": [{"segment": index, "row": y, "bytes": size, "multiplyAdds": operations} for index, y, (size, operations) in costs],
        "runs": runs}
