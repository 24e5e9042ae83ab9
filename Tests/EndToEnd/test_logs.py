"""The operator's log: one line a record, whatever clients send."""

import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from harness import keys
from harness.bodies import make_job, make_long_job
from harness.raw import exchange_bytes
from harness.server import BINARY

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def lines(server, text, count=1, timeout=10):
    """The lines that have `text`, once there are `count` of them."""
    deadline = time.monotonic() + timeout
    while True:
        found = [line for line in list(server.log) if text in line]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, f"no {text!r} in:\n" + "".join(server.log[-50:])
        time.sleep(0.01)


def fields(line):
    return dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|[^ "\n]*)', line))


def test_every_request_has_a_line_with_what_came_of_it(start_server):
    server = start_server()
    response = server.client.get("/v1/jobs/job_000000000000000000000000", headers={"X-Request-Id": "first-1"})
    line, = lines(server, "request_id=first-1")
    assert re.match(TIME + " info request ", line)
    found = fields(line)
    assert found["method"] == "GET" and found["route"] == "/v1/jobs/{id}" and found["target"] == "/v1/jobs/job_000000000000000000000000"
    assert found["status"] == "404" and int(found["bytes"]) == len(response.content) and found["client"] == "127.0.0.1"
    assert float(found["ms"]) > 0 and "route" not in fields(lines_of_unknown_path(server))


def test_a_refused_request_names_the_key_that_was_shown(start_server):
    server = start_server()
    reader = keys.create(server.directory, "ada", scopes="read")
    keys.await_closed(server)
    client = keys.await_known(keys.client(server, reader))
    assert client.post("/v1/jobs", json=make_job(), headers={"X-Request-Id": "not-allowed"}).status_code == 403
    assert fields(lines(server, "request_id=not-allowed")[0])["caller"] == reader.id


def lines_of_unknown_path(server):
    server.client.get("/nowhere", headers={"X-Request-Id": "second-2"})
    return lines(server, "request_id=second-2")[0]


def test_json_has_an_object_on_each_line(start_server):
    server = start_server(options=["--log-format", "json"])
    done = server.client.train(make_job(), timeout=60)
    id = done["id"]
    lines(server, '"job finished"')
    records = [json.loads(line) for line in list(server.log)]
    assert all(re.fullmatch(TIME, record["time"]) and record["level"] in ("info", "warning", "error") for record in records)
    submitted = next(record for record in records if record.get("method") == "POST")
    assert submitted["status"] == 202 and submitted["route"] == "/v1/jobs" and submitted["received"] > 0
    finished = next(record for record in records if record["message"] == "job finished")
    assert finished["epochs"] == done["progress"]["epoch"] and finished["training_seconds"] == done["timing"]["training_seconds"]
    assert next(record for record in records if record["message"] == "training")["workers"] == server.workers
    assert finished["job"] == id and finished["status"] == "succeeded" and finished["request_id"] == submitted["request_id"]


def test_a_job_that_is_cancelled_before_it_began_has_its_line(start_server):
    server = start_server(workers=1)
    long = server.client.submit(make_long_job())["id"]
    server.client.wait(long, until={"running"})
    id = server.client.submit(make_job())["id"]
    server.client.cancel(id)
    server.client.cancel(id)
    server.client.cancel(long)
    lines(server, f"job={long}")
    line, = [line for line in server.log if "job finished" in line and f"job={id}" in line]
    assert fields(line)["status"] == fields(line)["stop_reason"] == "cancelled"


def test_a_request_that_its_client_gave_up_says_so_with_a_flag(start_server):
    server = start_server(options=["--log-format", "json"])
    with socket.create_connection(server.address) as connection:
        connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nX-Request-Id: given-up\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{")
    assert json.loads(lines(server, "given-up")[0])["aborted"] is True


def test_what_clients_send_cannot_make_a_line_of_its_own(start_server):
    server = start_server(options=["--log-format", "json"])
    target = "/v1/jobs/%0Aerror%1b[31m\u202e\"quoted\\"
    raw = f"GET {target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: evil id\r\nConnection: close\r\n\r\n".encode()
    exchange_bytes(server.address, raw)
    record = next(json.loads(line) for line in lines(server, "[31m"))
    assert record["target"] == target and record["request_id"] != "evil id"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_byte_of_a_request_line_reaches_the_log_raw(start_server, form):
    server = start_server(options=["--log-format", form])
    for byte in [*range(0x21, 0x100)]:
        target = b"/" + bytes([byte]) * 3 + b"?" + bytes([byte])
        exchange_bytes(server.address, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nX-Request-Id: last\r\nConnection: close\r\n\r\n")
    server.client.get("/livez", headers={"X-Request-Id": "the-end"})
    lines(server, "the-end")
    for line in list(server.log):
        assert re.fullmatch(r"[^\x00-\x1f\x7f-\x9f]*", line.rstrip("\n")), ascii(line)
        if form == "json":
            json.loads(line)


def test_the_level_decides_what_is_logged(start_server):
    server = start_server(options=["--log-level", "info", "--access-log", "off"])
    server.client.get("/livez", headers={"X-Request-Id": "unheard"})
    server.client.train(make_job())
    lines(server, "job finished")
    assert not any("unheard" in line for line in server.log)


def test_a_reader_that_stalls_keeps_nobody_waiting(tmp_path):
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [str(BINARY), "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(tmp_path)], stderr=writing,
        env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    os.close(writing)
    try:
        start = b""
        while not (match := re.search(rb"listening on http://127\.0\.0\.1:(\d+)", start)):
            start += os.read(reading, 4096)
        address = ("127.0.0.1", int(match[1]))
        # Lines of half a kilobyte each: more than the pipe and the server hold together, and nobody reads.
        one = b"GET /" + b"x" * 400 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        for _ in range(60):
            answers = exchange_bytes(address, one * 99 + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert answers.count(b"HTTP/1.1 404") == 100
        text = start
        while b"dropped" not in text:
            text += os.read(reading, 1 << 16)
        process.send_signal(signal.SIGTERM)
        while piece := os.read(reading, 1 << 16):
            text += piece
        assert process.wait(10) == 0
        dropped = re.findall(rb"warning lines of the log were dropped: it is read too slowly count=(\d+)\n", text)
        assert dropped and sum(map(int, dropped)) + text.count(b" info request ") == 6000
        assert text.endswith(b" info stopped\n")
    finally:
        process.kill()
        process.wait(10)
        os.close(reading)


@pytest.mark.parametrize(("name", "value"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "loud"), ("ACCESS_LOG", "perhaps")])
def test_a_wrong_word_ends_the_start(tmp_path, name, value):
    option = "--" + name.lower().replace("_", "-")
    for arguments, environment in (([option, value], {}), ([], {f"ESPALIER_{name}": value})):
        result = subprocess.run(
            [str(BINARY), "serve", "--port", "0", "--data-dir", str(tmp_path), *arguments], capture_output=True, text=True, timeout=20,
            env={**os.environ, **environment})
        assert result.returncode != 0 and (value in result.stderr or name in result.stderr)
