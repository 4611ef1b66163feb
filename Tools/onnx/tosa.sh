#!/bin/bash
# tosa.sh VENV CASES: holds the int8 operations to Arm's TOSA reference model, which VENV has (PyPI tosa-tools): tosa.json comes out as it was
# committed, and so many drawn convolutions, and other operations in proportion, agree with the Python reference and with the executor.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=("$1/bin/python3" -B)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${python[@]}" Tools/onnx/tosa_vectors.py "$work/committed.json"
cmp "$work/committed.json" Tests/Vectors/tosa.json
seed=${SEED:-$RANDOM}
echo "drawn cases of seed $seed (SEED=$seed draws them again)"
"${python[@]}" Tools/onnx/tosa_vectors.py "$work/drawn.json" --seed "$seed" --cases "$2"
"${python[@]}" Tools/reference/tests/test_int8.py "$work/drawn.json"
PROBITY_TOSA=$work/drawn.json swift test -c release --disable-testable-imports --filter TensorsTests.Int8Tests
