#!/usr/bin/env bash
# Installs what Espalier is compared with: Python libraries into .bench/venv, Java for H2O, wrk, and what the limits are
# built from. Safe to run again: it only adds what is missing. What cannot be installed is named and left out.
set -uo pipefail
cd "$(dirname "$0")/.."

packages=(gcc libc6-dev libdnnl-dev libmicrohttpd-dev wrk python3-venv default-jre-headless)
missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)
    if [ "$status" != installed ]; then missing+=("$package"); fi
done
if command -v java >/dev/null; then missing=("${missing[@]/default-jre-headless/}"); fi
read -ra missing <<<"${missing[*]}"

if [ ${#missing[@]} -gt 0 ]; then
    root=(env DEBIAN_FRONTEND=noninteractive)
    if [ "$(id -u)" -ne 0 ]; then root=(sudo "${root[@]}"); fi
    echo "peers: installing ${missing[*]}"
    "${root[@]}" apt-get -qq update
    for package in "${missing[@]}"; do
        "${root[@]}" apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$package" >/dev/null ||
            echo "peers: $package could not be installed" >&2
    done
fi

mkdir -p .bench
echo '*' >.bench/.gitignore
if [ ! -x .bench/venv/bin/pip ]; then python3 -m venv .bench/venv || exit 1; fi
while read -r requirement; do
    case "$requirement" in '' | '#'*) continue ;; esac
    .bench/venv/bin/pip install --quiet --disable-pip-version-check "$requirement" ||
        echo "peers: $requirement could not be installed" >&2
done <Benchmarks/peers/requirements.txt
