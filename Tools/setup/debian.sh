#!/bin/bash
# Installs what the build, the tests and the demo need and Debian 12 does not have yet. Extra packages may be named as arguments.
# Does nothing, and asks for no rights, when all of them are there.
set -euo pipefail

packages=(
  libsecp256k1-dev libleveldb-dev libssl-dev pkg-config
  python3 python3-venv
  git make unzip ca-certificates
  "$@"
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "error: missing packages (${missing[*]}), and neither root nor sudo to install them" >&2; exit 1; }
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
