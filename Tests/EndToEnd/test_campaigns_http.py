"""The campaigns against malformed requests and slow clients, in small, and that each finds what is planted for it."""

import re
import subprocess
import sys

import pytest

from harness.contract import ROOT

CAMPAIGNS = ROOT / "Tests/Campaigns"
UNABLE = 77
sys.path.append(str(CAMPAIGNS))

from rawhttp.grammar import MARKER_ANSWER, SMUGGLED  # noqa: E402
from rawhttp.judge import judge  # noqa: E402


def run(name, *options):
    """Exit status, output, rounds and violations."""
    result = subprocess.run([sys.executable, str(CAMPAIGNS / f"{name}.py"), *map(str, options)], capture_output=True, text=True)
    if result.returncode == UNABLE:
        pytest.skip(result.stdout.splitlines()[-1])
    output = result.stdout + result.stderr
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


def answer(status, body=b"ok", *, closes=False):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), b"Connection: close\r\n" if closes else b"", body)


CHUNKED = b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
CONNECT = b"CONNECT /livez HTTP/1.1\r\nHost: x\r\n\r\n"
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = GET.replace(b"GET", b"HEAD")


@pytest.mark.parametrize("sent, received, fault", [
    *((CHUNKED + end + SMUGGLED, answer(200) + answer(404, MARKER_ANSWER), "a smuggled request was executed")
      for end in (b"0\0\n\r\n", b"0\r\n:\n", b"0\r\n\0\n", b"0\r\nX: y\0\n\r\n", b"0\n\0\r\n", b"0\n\n", b"0\r\n\r\n")),
    (CHUNKED + b"0\r\n\r\n" + GET, answer(200) + answer(200), "2 answers to 1 requests"),
    (CHUNKED + b"0\r\n\r\n", answer(200), "may go on after chunks or CONNECT"),
    (CONNECT + GET, answer(405) + answer(200), "2 answers to 1 requests"),
    (CONNECT, answer(405), "may go on after chunks or CONNECT"),
    (HEAD + GET, answer(501, b"") + answer(200), "another answer after one that ends the connection"),
    (GET + GET, answer(200, closes=True) + answer(200), "another answer after one that ends the connection")])
def test_the_judge_of_malformed_requests_is_not_deceived(sent, received, fault):
    assert any(fault in found for found in judge(sent, received, True))


@pytest.mark.parametrize("sent, received", [
    (CHUNKED + b"0\r\n\r\n" + SMUGGLED, answer(200, closes=True)), (CONNECT + GET, answer(405, closes=True)), (GET + b"\r\n" + GET, answer(200) * 2),
    (HEAD.replace(b"1.1", b"1.0").replace(b"x", b"x\r\nConnection: keep-alive") + GET, answer(200, b"") + answer(200))])
def test_the_judge_of_malformed_requests_lets_pass_what_is_right(sent, received):
    assert judge(sent, received, True) == []


@pytest.mark.timeout(400)
def test_fifty_slow_clients_of_each_kind_are_cut_and_keep_nobody_waiting():
    status, output, rounds, violations = run("slow_clients", "--connections", 50)
    assert (status, rounds, violations) == (0, 50, 0), output


@pytest.mark.timeout(300)
def test_the_slow_clients_find_missing_deadlines():
    status, output, _, violations = run("slow_clients", "--connections", 5, "--plant", "no-deadlines")
    assert status == 1 and violations > 0 and "connections are still open" in output, output
