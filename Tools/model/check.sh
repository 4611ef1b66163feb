#!/bin/bash
# Checks the model of disputes with Spin: what must hold does, and what a broken rule lets through is found.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() {  # run NAME DEFINES...: leaves Spin's report in $work/NAME
  local name=$1
  shift
  mkdir -p "$work/$name.d"
  (cd "$work/$name.d" && spin -a "$@" "$OLDPWD/dispute.pml" && cc -w -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m2000000 >"$work/$name")
}

holds() {
  run "$@"
  grep -q 'errors: 0' "$work/$1" || { cat "$work/$1"; echo "$1: an error was found"; exit 1; }
  grep -q 'max search depth too small\|out of memory' "$work/$1" && { echo "$1: the search was cut off"; exit 1; }
  echo "$1: holds, $(grep -o '[0-9]* states, stored' "$work/$1")"
}

fails() {
  run "$@"
  grep -q 'errors: 0' "$work/$1" && { echo "$1: the broken rule was not found"; exit 1; }
  echo "$1: found, as it must be"
}

for depth in 1 2 3; do
  holds "honest-$depth" -DDEPTH=$depth
  holds "lie-$depth" -DDEPTH=$depth -DLIE
done
fails broken-bound -DDEPTH=3 -DBROKEN
fails idle-challenger -DDEPTH=2 -DLIE -DUNPAID
