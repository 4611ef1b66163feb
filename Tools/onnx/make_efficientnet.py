"""make_efficientnet.py CHECKPOINT PHOTOS FLOAT QUANTISED: EfficientNet-Lite0 as float ONNX and as static int8 QDQ."""

import sys

import numpy as np
import onnx

import checkpoint
import efficientnet
import images
from quantise import quantise


def feed(crop):
    return {"image": ((crop.astype(np.float32) - 127) / 128).transpose(2, 0, 1)[None]}


def main():
    source, photos, float_path, quantised_path = sys.argv[1:]
    model = efficientnet.model(checkpoint.read(source))
    onnx.save(model, float_path)
    crops = images.crops(photos, efficientnet.SIDE)
    # The two extremes make the input's scale exactly 1/128 and its zero point -1, so a pixel p is the value p - 128.
    extremes = [np.full_like(crops[0], value) for value in (0, 255)]
    quantise(model, [feed(crop) for crop in [*extremes, *crops[::2]]], quantised_path)


if __name__ == "__main__":
    main()
