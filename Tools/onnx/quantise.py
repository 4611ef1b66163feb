"""Quantises a float ONNX model to static int8 QDQ with ONNX Runtime's own quantiser."""

import os
import tempfile

import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class _Reader(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def quantise(model, feeds, path, **options):
    """Writes the quantised model: int8 activations per tensor, int8 weights per channel, int32 biases."""
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared = os.path.join(folder, "float.onnx"), os.path.join(folder, "prepared.onnx")
        onnx.save(model, plain)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared, path, _Reader(feeds), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax, **options)
