#!/bin/bash
# check-reference.sh PYTHON…: the reference passes its own tests, and the vectors and tables in the tree are those that it writes.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=("$@")

digests() { find Tests/Vectors Sources/CKernels -name '*.json' -o -name '*_table.c' | sort | xargs sha256sum; }

"${python[@]}" Tools/reference/tests/test_reference.py
"${python[@]}" Tools/reference/tests/test_int8.py
before=$(digests)
"${python[@]}" Tools/tables/generate.py
"${python[@]}" Tools/reference/make_vectors.py
diff <("${python[@]}" Tools/tables/unicode_classes.py) Sources/Text/UnicodeClassTable.swift
diff <("${python[@]}" Tools/tables/word_piece.py classes) Sources/Text/WordPiece/WordClassTable.swift
diff <("${python[@]}" Tools/tables/word_piece.py low) Sources/Text/WordPiece/LowFoldingTable.swift
diff <("${python[@]}" Tools/tables/word_piece.py high) Sources/Text/WordPiece/HighFoldingTable.swift
if ! diff <(echo "$before") <(digests); then
  echo "error: the files above were stale; they have been written anew" >&2
  exit 1
fi
