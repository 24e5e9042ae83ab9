#!/usr/bin/env bash
# Installs what building and running Espalier needs beyond Swift itself. Safe to run again: it only adds what is missing.
#
#   Scripts/setup.sh          to build and run
#   Scripts/setup.sh --test   and to run the tests: a Python virtual environment in .venv
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "setup: $*" >&2
    exit 1
}

case "${1:-}" in
"") with_tests=no ;;
--test) with_tests=yes ;;
*) fail "unknown option $1; usage: Scripts/setup.sh [--test]" ;;
esac

packages=(
    # Espalier's own libraries, and what finds them.
    libmicrohttpd-dev libsimdjson-dev libfmt-dev nettle-dev libcairo2-dev fonts-dejavu-core
    libsqlite3-dev pkg-config
    # The Swift toolchain's own needs on Debian 12: it links with the system's C and C++ libraries, and SwiftPM runs git.
    binutils gcc libc6-dev libstdc++-12-dev zlib1g-dev libcurl4 libxml2 libncurses6 libsqlite3-0 libz3-4
    git ca-certificates tzdata
    # The README's commands.
    curl
)
if [ "$with_tests" = yes ]; then packages+=(python3 python3-venv); fi

install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        fail "this script installs Debian packages, and this is not a Debian system. Install what these give: ${packages[*]}"
    fi
    local missing=() package
    for package in "${packages[@]}"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then return; fi

    . /etc/os-release
    if [ "${ID:-}:${VERSION_ID:-}" != debian:12 ]; then
        fail "written for Debian 12, and this is ${PRETTY_NAME:-something else}. Install what these give: ${missing[*]}"
    fi
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "as root, run: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    echo "setup: installing ${missing[*]}"
    "${root[@]}" apt-get -qq update
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends \
        "${missing[@]}" >/dev/null
}

check_swift() {
    local swift version
    swift=$(Scripts/swift.sh --where) || exit 1
    version=$("$swift" --version 2>&1 | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
    case "$version" in
    6.[3-9]* | 6.[1-9][0-9]* | [7-9].* | [1-9][0-9].*) ;;
    *) fail "Espalier needs Swift 6.3 or later; $swift is ${version:-something that does not answer --version}" ;;
    esac
}

# The environment is made anew when the requirements changed or an earlier attempt did not finish.
make_environment() {
    local requirements=Tests/EndToEnd/requirements.txt made=.venv/requirements.txt
    if cmp -s "$requirements" "$made"; then return; fi
    echo "setup: making .venv"
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$made"
}

install_packages
check_swift
if [ "$with_tests" = yes ]; then make_environment; fi
