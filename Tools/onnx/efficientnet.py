"""EfficientNet-Lite0 as an ONNX graph, written from the checkpoint: batch norms are folded into the convolutions."""

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

SIDE = 224
EPSILON = 1e-3
# Repeats, kernel, stride, expansion, input and output channels of each stage.
STAGES = [(1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80), (3, 5, 1, 6, 80, 112),
          (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320)]


class _Builder:
    def __init__(self, tensors):
        self.tensors = tensors
        self.nodes = []
        self.initializers = []

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, name, inputs, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name + "_out"], name=name, **attributes))
        return name + "_out"

    def convolution(self, name, x, norm, side, stride=1, groups=1, clips=True):
        """A convolution with TensorFlow's `SAME` padding, the norm folded in; returns its output and the new side."""
        weight = self.tensors[name + ".weight"].astype(np.float64)
        gain, shift, mean, variance = (
            self.tensors[f"{norm}.{part}"].astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var"))
        scale = gain / np.sqrt(variance + EPSILON)
        kernel = weight.shape[2]
        out = -(-side // stride)
        pad = max(0, (out - 1) * stride + kernel - side)
        before, after = pad // 2, pad - pad // 2
        y = self.node(
            "Conv", name,
            [x, self.constant(name + "_weight", (weight * scale[:, None, None, None]).astype(np.float32)),
             self.constant(name + "_bias", (shift - mean * scale).astype(np.float32))],
            kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[before, before, after, after], group=groups)
        if clips:
            y = self.node("Clip", name + "_clip", [y, "zero", "six"])
        return y, out


def model(tensors):
    """The float model: input `image` [1, 3, 224, 224], (pixel - 127) / 128 in RGB; output `logits` [1, 1000]."""
    b = _Builder(tensors)
    b.constant("zero", np.float32(0))
    b.constant("six", np.float32(6))
    x, side = b.convolution("_conv_stem", "image", "_bn0", SIDE, stride=2)
    block = 0
    for repeats, kernel, stride, expansion, channels, out_channels in STAGES:
        for repeat in range(repeats):
            name = f"_blocks.{block}."
            entry, width = x, (channels if repeat == 0 else out_channels)
            step = stride if repeat == 0 else 1
            if expansion > 1:
                x, side = b.convolution(name + "_expand_conv", x, name + "_bn0", side)
            x, side = b.convolution(name + "_depthwise_conv", x, name + "_bn1", side, stride=step, groups=width * expansion)
            x, side = b.convolution(name + "_project_conv", x, name + "_bn2", side, clips=False)
            if repeat > 0:
                x = b.node("Add", name + "add", [x, entry])
            block += 1
    x, side = b.convolution("_conv_head", x, "_bn1", side)
    x = b.node("GlobalAveragePool", "pool", [x])
    x = b.node("Flatten", "flatten", [x])
    x = b.node("Gemm", "_fc", [x, b.constant("_fc_weight", tensors["_fc.weight"]), b.constant("_fc_bias", tensors["_fc.bias"])], transB=1)
    graph = helper.make_graph(
        b.nodes, "efficientnet-lite0", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 1000])], b.initializers)
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="probity", ir_version=8)
    checker.check_model(result, full_check=True)
    return result
