"""Too many clients, and clients that are too slow."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from harness import raw
from harness.bodies import make_job
from harness.server import BINARY

REQUEST = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


def connect(server, *, sends=b""):
    connection = socket.create_connection(server.address, timeout=20)
    connection.sendall(sends)
    return connection


def answer(connection, method, path):
    """The one answer after which the server closes, held against the contract."""
    answers = raw.parse(raw.until_closed(connection))
    assert len(answers) == 1, answers
    raw.CONTRACT.check(method, path, answers[0])
    return answers[0]


def test_a_connection_too_many_is_503_and_there_is_room_again_when_one_ends(start_server):
    server = start_server(options=["--max-connections", 3])
    held = [connect(server, sends=REQUEST) for _ in range(3)]
    for connection in held:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    with connect(server, sends=REQUEST) as connection:
        refused = answer(connection, "GET", "/livez")
    assert refused.status_code == 503 and refused.headers["Retry-After"] == "1" and json.loads(refused.content)["code"] == "too_many_connections"
    for connection in held:
        connection.close()
    while True:
        with connect(server, sends=b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as connection:
            if raw.until_closed(connection).startswith(b"HTTP/1.1 200 "):
                break


def test_one_client_may_have_a_few_connections_only(start_server):
    server = start_server(options=["--max-connections-per-client", 2])
    held = [connect(server, sends=REQUEST) for _ in range(2)]
    for connection in held:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    with connect(server, sends=REQUEST) as connection:
        assert answer(connection, "GET", "/livez").status_code == 503


@pytest.mark.parametrize("start", [b"POST /v1/jobs HT", b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nX: "])
def test_headers_that_do_not_end_are_408(start_server, start):
    server = start_server(options=["--header-timeout", 0.5])
    with connect(server, sends=start) as connection:
        late = answer(connection, "POST", "/v1/jobs")
    assert late.status_code == 408 and json.loads(late.content)["code"] == "request_timeout"
    server.client.train(make_job())


def test_a_body_that_does_not_come_is_408_and_stores_nothing(start_server):
    server = start_server()
    with connect(server, sends=b"POST /v1/datasets HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\na,b\n") as connection:
        late = answer(connection, "POST", "/v1/datasets")
    assert late.status_code == 408 and json.loads(late.content)["code"] == "request_timeout"
    assert server.client.get("/v1/datasets").json()["data"] == []
    assert not any(Path(server.directory, "uploads").iterdir())


def test_an_idle_connection_is_closed_without_a_word(start_server):
    server = start_server(options=["--idle-timeout", 1])
    with connect(server, sends=REQUEST) as connection:
        assert [answer.status_code for answer in raw.parse(raw.until_closed(connection))] == [200]


@pytest.mark.parametrize("request_, status", [
    (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414), (b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    (b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n{}", 417)])
def test_what_is_too_long_or_expects_too_much_has_its_problem(server, request_, status):
    method, path = request_.split()[:2]
    assert raw.checked_exchange(server.address, request_, method.decode(), path.decode()[:20]).status_code == status


@pytest.mark.parametrize("options", [
    ("--max-connections", "0"), ("--max-connections-per-client", "-1"), ("--header-timeout", "0"), ("--idle-timeout", "0"), ("--min-body-rate", "-1"), ("--min-answer-rate", "x")])
def test_a_limit_that_makes_no_sense_ends_the_start_with_a_word(tmp_path, options):
    result = subprocess.run([str(BINARY), "serve", "--port", "0", "--data-dir", str(tmp_path), *options], capture_output=True, text=True, timeout=20)
    assert result.returncode != 0 and options[0] in result.stderr and "Fatal error" not in result.stderr
