"""Runs the workloads and writes docs/benchmarks.md. See `python3 Benchmarks/run.py --help`, or `make bench`."""

import argparse
import importlib
import sys
import time

from harness import machine, report, table
from harness.options import Options

WORKLOADS = {
    "w1": "w1_course", "w2": "w2_mnist", "w3": "w3_tabular", "w4": "w4_jobs", "w5": "w5_documents", "w6": "w6_requests",
    "scaling": "scaling"}


def arguments():
    parser = argparse.ArgumentParser(description="Measures Espalier, its peers and the machine's limits, side by side.")
    parser.add_argument("--only", default="", help="some of: " + " ".join(WORKLOADS))
    parser.add_argument("--reps", type=int, default=3, help="turns of each entrant (default: 3)")
    parser.add_argument("--peers", default=None, help='names or parts of names, e.g. "jax numpy"; "none" for none')
    parser.add_argument("--quick", action="store_true", help="tiny sizes and no peers: does it all work?")
    parser.add_argument("--output", help="where to write the report (default: docs/benchmarks.md if all is measured)")
    chosen = parser.parse_args()
    words = chosen.only.replace(",", " ").split() or list(WORKLOADS)
    if unknown := [word for word in words if word not in WORKLOADS]:
        parser.error(f"no such workload: {', '.join(unknown)}")
    return chosen, words


def main():
    chosen, words = arguments()
    if not machine.BINARY.exists():
        sys.exit(f"{machine.BINARY} is missing: make build")
    peers = None if chosen.peers is None else tuple(chosen.peers.lower().replace(",", " ").split())
    options = Options(repetitions=1 if chosen.quick else chosen.reps, quick=chosen.quick, peers=peers)
    if machine.python() is None and not chosen.quick:
        print("No peers are installed; `make bench-peers` does that.", flush=True)

    began, sections = time.monotonic(), []
    for word in words:
        workload = importlib.import_module("workloads." + WORKLOADS[word])
        print(f"\n{word}: {workload.TITLE} ({time.monotonic() - began:.0f} s)", flush=True)
        sections.append(workload.run(options))

    print("\n" + table.text(*table.summary(sections, judged=not options.quick)))
    for section in sections:
        for title, headers, lines in section.tables:
            print(f"\n{title}\n" + table.text(headers, lines))
    faults = [fault for section in sections for fault in section.faults]
    for fault in faults:
        print(f"NOT EQUAL: {fault}")

    whole = len(words) == len(WORKLOADS) and not chosen.quick and peers is None
    file = chosen.output or (machine.ROOT / "docs/benchmarks.md" if whole else machine.WORK / "benchmarks.md")
    report.write(file, sections, faults, judged=not options.quick)
    print(f"\n{time.monotonic() - began:.0f} s; written to {file}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
