#!/usr/bin/env python3
"""Runs campaigns one after the other, whatever they find, and prints what each has found."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from campaign.command import UNABLE
from campaign.sizes import SIZES

HERE = Path(__file__).resolve().parent


def run(name, options):
    """Seconds, and the last line or what there is instead."""
    began, last = time.monotonic(), ""
    print(f"== {name} {' '.join(options)}", flush=True)
    process = subprocess.Popen([sys.executable, str(HERE / f"{name}.py"), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line.strip() or last
    status = process.wait()
    if status == UNABLE:
        last = f"{name}: not made here"
    elif not last.startswith(f"{name}: rounds"):
        last = f"{name}: broke with status {status}"
    return status in (0, UNABLE), time.monotonic() - began, last


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of campaigns")
    parser.add_argument("--scale", choices=["full", "ci"], default="full")
    options = parser.parse_args()
    names = options.only.split() or [name for name in SIZES if SIZES[name][options.scale] is not None]
    if unknown := set(names) - set(SIZES):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(SIZES)}")
    results = [run(name, SIZES[name][options.scale] or []) for name in names]
    print()
    for _, seconds, last in results:
        print(f"{seconds:8.0f} s  {last}")
    sys.exit(not all(kept for kept, _, _ in results))


if __name__ == "__main__":
    main()
