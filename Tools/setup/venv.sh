#!/bin/bash
# venv.sh DIRECTORY [REQUIREMENT…]: makes a Python environment once, and installs what it lacks. Prints nothing when there is nothing to do.
set -euo pipefail

directory=$1
shift
mkdir -p "$(dirname "$directory")"
[ -x "$directory/bin/pip" ] || python3 -m venv --clear "$directory"

for requirement in "$@"; do
  stamp="$directory/installed-${requirement//[^A-Za-z0-9._=-]/_}"
  [ -e "$stamp" ] && continue
  "$directory/bin/pip" install --quiet --disable-pip-version-check "$requirement"
  touch "$stamp"
done
