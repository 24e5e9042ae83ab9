"""The campaigns against malformed requests and slow clients, in small, and that each finds what is planted for it."""

import re
import subprocess
import sys

import pytest

from harness.contract import ROOT

CAMPAIGNS = ROOT / "Tests/Campaigns"
UNABLE = 77


def run(name, *options):
    """Exit status, output, rounds and violations."""
    result = subprocess.run([sys.executable, str(CAMPAIGNS / f"{name}.py"), *map(str, options)], capture_output=True, text=True)
    if result.returncode == UNABLE:
        pytest.skip(result.stdout.splitlines()[-1])
    output = result.stdout[-20_000:] + result.stderr
    last = re.fullmatch(rf"{name}: rounds (\d+), violations (\d+)", result.stdout.splitlines()[-1] if result.stdout else "")
    assert last, output
    return result.returncode, output, int(last[1]), int(last[2])


@pytest.mark.timeout(900)
def test_ten_thousand_malformed_requests_do_no_harm():
    status, output, rounds, violations = run("malformed_requests", "--rounds", 10_000)
    assert (status, rounds, violations) == (0, 10_000, 0), output


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant, rounds, sign", [
    ("unchunked", 500, "a smuggled request was executed"), ("last-length", 500, "a smuggled request was executed"), ("answers-twice", 500, "answers to"), ("fails", 500, "statuses [500]"),
    # A connection that stays open is waited for.
    ("keeps-open", 40, "another answer after one that ends the connection")])
def test_the_malformed_requests_find_a_planted_fault(plant, rounds, sign):
    status, output, done, violations = run("malformed_requests", "--rounds", rounds, "--plant", plant)
    assert status == 1 and done == rounds and violations > 0 and sign in output, output


@pytest.mark.timeout(400)
def test_fifty_slow_clients_of_each_kind_are_cut_and_keep_nobody_waiting():
    status, output, rounds, violations = run("slow_clients", "--connections", 50)
    assert (status, rounds, violations) == (0, 50, 0), output


@pytest.mark.timeout(300)
def test_the_slow_clients_find_missing_deadlines():
    status, output, _, violations = run("slow_clients", "--connections", 5, "--plant", "no-deadlines")
    assert status == 1 and violations > 0 and "connections are still open" in output, output
