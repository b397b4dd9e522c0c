#!/usr/bin/env bash
# Installs the Debian packages that tests use where they are present. Quick when nothing is missing.
set -euo pipefail

packages=(
  pgbouncer # the transaction pooler of tests/external/pgbouncer.test.ts
  redis-server # the buses of tests/buses
  nats-server
  fish # completion is tested in the shells themselves
  zsh
  systemd # the unit of the worker is verified, nothing is started
  shellcheck
  faketime # the clock of tests/workers/clock.test.ts
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

if ! command -v apt-get >/dev/null; then
  echo "not a Debian: install by hand, or the tests that need them are skipped: ${missing[*]}" >&2
  exit 0
fi
as_root=()
((EUID == 0)) || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
# Tests run these programs themselves, on ports of their own: the services stay off where there is a choice.
RUNLEVEL=1 "${as_root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}"
