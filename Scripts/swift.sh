#!/usr/bin/env bash
# Runs swift: the one in SWIFT, in PATH or in /opt/swift, in this order. `--where` only says which.
set -euo pipefail

for candidate in "${SWIFT:-}" "$(command -v swift || true)" /opt/swift/usr/bin/swift; do
    if [ -x "$candidate" ]; then
        if [ "${1:-}" = --where ]; then
            echo "$candidate"
            exit
        fi
        exec "$candidate" "$@"
    fi
done
echo "swift: not found in PATH or /opt/swift. Install Swift 6.3 or later from https://www.swift.org/install" >&2
exit 127
