#!/usr/bin/env python3
"""Clients that hold connections by sending or reading as slowly as they can, while an honest one wants to be served.

slowhttptest does the four kinds at once: headers that do not end, bodies that trickle, answers that are hardly read, and many overlapping ranges. The server must let go of
all of its connections, and answer every honest request.
"""

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "EndToEnd")]

from harness.server import Server  # noqa: E402

UNABLE = 77
# The longest deadline is that for reading an answer, half a minute; a second and a quarter of that are allowed for.
SECONDS = 60
KINDS = {
    "headers": ["-H", "-i", "2", "-x", "24", "-u", "{url}/livez"],
    "body": ["-B", "-i", "5", "-s", "8192", "-x", "10", "-t", "POST", "-f", "application/json", "-u", "{url}/v1/jobs"],
    "read": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3", "-u", "{url}/openapi.yaml"],
    "range": ["-R", "-a", "10", "-b", "3000", "-t", "HEAD", "-u", "{url}/openapi.yaml"],
}
LIMITS = ["--header-timeout", "3", "--idle-timeout", "10"]
NO_LIMITS = ["--header-timeout", "3600", "--idle-timeout", "3600", "--min-body-rate", "0", "--min-answer-rate", "0"]


class HonestClient:
    """Asks all the time, on one connection after the other; its latencies are in milliseconds."""

    def __init__(self, address):
        self.address, self.latencies, self.failures = address, [], []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def stop(self):
        self.stopped.set()
        self.thread.join()

    def _ask(self):
        while not self.stopped.is_set():
            began = time.monotonic()
            try:
                with socket.create_connection(self.address, timeout=10) as connection:
                    for _ in range(20):
                        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                        answer = connection.recv(4096)
                        self.latencies.append((time.monotonic() - began) * 1000)
                        if not answer.startswith(b"HTTP/1.1 200 "):
                            self.failures.append(f"an honest request was answered {answer[:60]!r}")
                        self.stopped.wait(0.005)
                        began = time.monotonic()
            except OSError as error:
                self.failures.append(f"an honest request failed: {error!r}")

    def percentile(self, part):
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def attack(kind, url, connections):
    arguments = [word.format(url=url) for word in KINDS[kind]]
    return subprocess.Popen(
        ["slowhttptest", *arguments, "-c", str(connections), "-r", str(max(50, connections)), "-l", str(SECONDS + 30), "-p", "10"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def held(address):
    """How many connections the server has, as the system sees it: proc(5)."""
    here, established = f":{address[1]:04X}", "01"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(fields[1].endswith(here) and fields[3] == established for fields in lines)


def endure(address, url, connections, seconds):
    """Lets all attack; returns how many connections they held at most, and how many they still hold in the end."""
    attacks = [attack(kind, url, connections) for kind in KINDS]
    began, most, left = time.monotonic(), 0, 0
    while time.monotonic() < began + seconds:
        time.sleep(0.5)
        # One is the honest client's, and there may be one by which slowhttptest looks whether the server answers.
        left = max(0, held(address) - 1 - len(KINDS))
        most = max(most, left)
        if left == 0 and time.monotonic() > began + 10:
            break
    for process in attacks:
        process.kill()
        process.wait()
    return most, left


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=500, help="of each kind")
    parser.add_argument("--seed", type=int, default=1, help="without effect: slowhttptest draws for itself")
    parser.add_argument("--plant", choices=["no-deadlines"], help="let clients be as slow as they like, to see that it is noticed")
    options = parser.parse_args()
    if not shutil.which("slowhttptest"):
        print("slow_clients cannot be made here: there is no slowhttptest")
        sys.exit(UNABLE)
    violations = []
    with tempfile.TemporaryDirectory() as directory:
        limits = NO_LIMITS if options.plant else LIMITS
        server = Server(directory, options=[*limits, "--max-connections", str(4 * options.connections + 100)]).start()
        honest = HonestClient(server.address)
        seconds = 20 if options.plant else SECONDS
        most, left = endure(server.address, server.client.url, options.connections, seconds)
        if left > 0:
            violations.append(f"{left} connections are still open after {seconds} s")
        if most < options.connections:
            violations.append(f"the slow clients held {most} connections at most: nothing was tried")
        honest.stop()
        violations += honest.failures
        if not honest.latencies:
            violations.append("no honest request was answered")
        if not server.running:
            violations.append("the server died:\n" + "".join(server.log[-30:]))
        server.kill()
    for violation in violations:
        print(f"violation: {violation}")
    print(f"connections {options.connections} of each kind, {most} held at once; honest requests {len(honest.latencies)} p50 {honest.percentile(0.5):.1f} ms p99 {honest.percentile(0.99):.1f} ms "
          f"worst {honest.percentile(1):.1f} ms, violations {len(violations)}")
    print(f"slow_clients: rounds {options.connections}, violations {len(violations)}")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
