#!/bin/bash
# The reference agrees with its own worked numbers, and the vectors in the tree are those that it writes.
set -euo pipefail
cd "$(dirname "$0")/../.."

python3 Tools/reference/self_test.py
python3 Tools/reference/make_vectors.py
if ! git diff --exit-code --stat -- Tests/Vectors || [ -n "$(git ls-files --others --exclude-standard -- Tests/Vectors)" ]; then
  echo "error: Tests/Vectors differs from what Tools/reference/make_vectors.py writes" >&2
  exit 1
fi
