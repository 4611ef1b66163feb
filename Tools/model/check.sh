#!/bin/bash
# Checks the model of disputes with Spin: what must hold does, and what a broken rule lets through is found.
# Usage: check.sh [DEPTH], the questions of the longest descent that is searched, 1 to 4; default 3.
set -euo pipefail
deepest=${1:-3}
[[ $deepest =~ ^[1-4]$ ]] || { echo "usage: $0 [DEPTH from 1 to 4]" >&2; exit 2; }
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

for ((depth = 1; depth <= deepest; depth++)); do
  holds "honest-$depth" -DDEPTH=$depth
  holds "lie-$depth" -DDEPTH=$depth -DLIE
done
fails broken-bound -DDEPTH=$deepest -DBROKEN
fails idle-challenger -DDEPTH=2 -DLIE -DUNPAID
