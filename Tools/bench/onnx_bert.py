"""The sentence encoder as an ONNX graph of ONNX Runtime's own fused operators, made from the same safetensors: the peer of our encoder.

`onnx_bert.py FOLDER` answers commands as `engine.py` says: `embedding ROWS THREADS` the seconds for so many tokens, the median of ten;
`embed TOKENS…` the unit row in float32. It needs the packages numpy, onnx and onnxruntime."""

import json
import statistics
import struct
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def tensors(folder):
    data = (Path(folder) / "model.safetensors").read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    return {
        name: np.frombuffer(data, "<f4", offset=8 + size + entry["data_offsets"][0], count=int(np.prod(entry["shape"]))).reshape(entry["shape"])
        for name, entry in header.items() if name != "__metadata__" and entry["dtype"] == "F32"}


class Builder:
    def __init__(self, folder):
        self.file = tensors(folder)
        self.configuration = json.loads((Path(folder) / "config.json").read_text())
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator, inputs, output, domain="", extra=(), **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output, *extra], domain=domain, **attributes))
        return output

    def model(self):
        f, epsilon = self.file, float(self.configuration["layer_norm_eps"])
        fused = "com.microsoft"
        words = self.node("Gather", [self.constant("words", f["embeddings.word_embeddings.weight"]), "tokens"], "w")
        places = self.constant("places", f["embeddings.position_embeddings.weight"] + f["embeddings.token_type_embeddings.weight"][0])
        self.node("Shape", ["tokens"], "shape")
        self.node("Slice", ["shape", self.constant("one", np.array([1])), self.constant("two", np.array([2]))], "count")
        self.node("Slice", [places, self.constant("zero", np.array([0])), "count", self.constant("axis", np.array([0]))], "p")
        self.node("Add", [words, "p"], "e")
        gain, bias = (self.constant(n, f["embeddings.LayerNorm." + n]) for n in ("weight", "bias"))
        x = self.node("LayerNormalization", ["e", gain, bias], "x", epsilon=epsilon)
        for layer in range(self.configuration["num_hidden_layers"]):
            x = self.layer(layer, x, epsilon, fused)
        mean = self.node("ReduceMean", [x, "one"], "mean", keepdims=0)
        self.node("LpNormalization", [mean], "unit", p=2, axis=-1)
        graph = helper.make_graph(
            self.nodes, "encoder", [helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, None])],
            [helper.make_tensor_value_info("unit", TensorProto.FLOAT, [1, None])], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(fused, 1)], ir_version=9)

    def layer(self, layer, x, epsilon, fused):
        prefix = f"encoder.layer.{layer}."

        def file(name):
            return self.file[prefix + name]

        def constant(name, value):
            return self.constant(f"{layer}.{name}", value)

        parts = ("query", "key", "value")
        qkv = constant("qkv", np.concatenate([file(f"attention.self.{p}.weight").T for p in parts], axis=1))
        qkv_bias = constant("qkv.bias", np.concatenate([file(f"attention.self.{p}.bias") for p in parts]))
        a = self.node(
            "Attention", [x, qkv, qkv_bias], f"{layer}.a", fused, num_heads=self.configuration["num_attention_heads"])
        o = self.node("MatMul", [a, constant("o", file("attention.output.dense.weight").T)], f"{layer}.mo")
        y = self.skip(o, x, layer, "attention.output", constant, file, epsilon, fused)
        u = self.node("MatMul", [y, constant("u", file("intermediate.dense.weight").T)], f"{layer}.mu")
        g = self.node("BiasGelu", [u, constant("u.bias", file("intermediate.dense.bias"))], f"{layer}.g", fused)
        d = self.node("MatMul", [g, constant("d", file("output.dense.weight").T)], f"{layer}.md")
        return self.skip(d, y, layer, "output", constant, file, epsilon, fused)

    def skip(self, x, skip, layer, name, constant, file, epsilon, fused):
        gain, bias, dense = (constant(f"{name}.{n}", file(f"{name}.{n}")) for n in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias"))
        return self.node("SkipLayerNormalization", [x, skip, gain, bias, dense], f"{layer}.{name}.x", fused, epsilon=epsilon)


class Peer:
    def __init__(self, folder):
        self.bytes = Builder(folder).model().SerializeToString()
        self.sessions = {}

    def session(self, threads):
        if threads not in self.sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
            self.sessions[threads] = onnxruntime.InferenceSession(self.bytes, options, providers=["CPUExecutionProvider"])
        return self.sessions[threads]

    def embed(self, tokens, threads=1):
        return self.session(threads).run(None, {"tokens": np.array([tokens], np.int64)})[0][0]

    def seconds(self, rows, threads):
        tokens = [1000 + i * 7919 % 29000 for i in range(rows)]
        times = []
        for _ in range(10):
            start = time.perf_counter()
            self.embed(tokens, threads)
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def main():
    peer = Peer(sys.argv[1])
    for line in sys.stdin:
        command, *words = line.split()
        numbers = [int(word) for word in words]
        answer = {"seconds": peer.seconds(*numbers)} if command == "embedding" else {"values": [float(v) for v in peer.embed(numbers)]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
