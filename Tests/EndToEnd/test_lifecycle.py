"""The process: starting, stopping, options."""

import os
import signal
import socket
import subprocess
import time

import pytest
import requests

from harness.bodies import make_job, make_long_job
from harness.server import BINARY, Server

ENVIRONMENT = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}


def run(*arguments, timeout=60):
    return subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, env=ENVIRONMENT)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_server_with_status_0(start_server, name):
    server = start_server()
    server.client.get("/livez")
    server.process.send_signal(name)
    assert server.process.wait(10) == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_with_the_listening_line_ends_the_server_with_status_0(tmp_path, name):
    for _ in range(10):
        command = [str(BINARY), "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(tmp_path)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        try:
            assert any("listening on" in line for line in process.stderr)
            process.send_signal(name)
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.wait(10)
            process.stderr.close()


def test_sigterm_ends_a_busy_server_within_ten_seconds_and_its_jobs_go_on_after_a_restart(start_server, server, job_of_seconds):
    body = job_of_seconds(2)
    expected = server.client.weights_bytes(server.client.train(body)["id"])
    busy = start_server(workers=1)
    running, queued = busy.client.submit(body)["id"], busy.client.submit(body)["id"]
    busy.client.wait(running, until={"running"})
    assert busy.terminate(timeout=10) == 0
    client = busy.start().client
    for id in (running, queued):
        assert client.wait(id)["status"] == "succeeded"
        assert client.weights_bytes(id) == expected


def test_sigterm_lets_a_request_in_flight_finish_or_says_503(start_server):
    server = start_server()
    client = server.new_client()
    client.get("/readyz")
    blocker = server.client.submit(make_long_job())["id"]
    server.client.wait(blocker, until={"running"})
    server.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 10
    while server.running:
        assert time.monotonic() < deadline
        try:
            response = client.get("/readyz", timeout=5)
            assert response.status_code in (200, 503)
        except requests.ConnectionError:
            pass
        time.sleep(0.005)
    assert server.process.returncode == 0


def test_a_client_that_holds_its_connection_does_not_hold_up_the_stop(start_server):
    server = start_server()
    with socket.create_connection(server.address) as connection:
        connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        assert server.terminate(timeout=10) == 0


def test_help_explains_every_option():
    for arguments in (("--help",), ("serve", "--help")):
        result = run(*arguments)
        assert result.returncode == 0
    for option in ("--host", "--port", "--data-dir", "--workers", "--max-job-bytes", "--max-dataset-bytes", "--max-connections", "--header-timeout", "--tls-cert"):
        assert option in result.stdout


@pytest.mark.parametrize("arguments", [
    ("--port", "70000"), ("--port", "x"), ("--port", "-1"), ("--workers", "0"), ("--workers", "-1"), ("--max-job-bytes", "0"), ("--host", "not.a.host.invalid"), ("--colour", "red"),
    ("--data-dir", "/proc/espalier")])
def test_an_option_that_makes_no_sense_ends_the_start_with_a_word(tmp_path, arguments):
    options = {"--host": "127.0.0.1", "--port": "0", "--data-dir": tmp_path, **dict([arguments])}
    result = run("serve", *[word for pair in options.items() for word in pair])
    assert result.returncode != 0 and result.stderr.strip()
    assert "Fatal error" not in result.stderr


def test_a_port_in_use_ends_the_start_with_a_word(server, tmp_path):
    result = run("serve", "--host", "127.0.0.1", "--port", server.address[1], "--data-dir", tmp_path)
    assert result.returncode != 0 and str(server.address[1]) in result.stderr


def test_two_servers_do_not_share_a_data_directory(server):
    result = run("serve", "--host", "127.0.0.1", "--port", 0, "--data-dir", server.directory)
    assert result.returncode != 0 and result.stderr.strip()
    server.client.train(make_job())


def test_environment_variables_stand_in_for_options(tmp_path):
    environment = {**ENVIRONMENT, "ESPALIER_HOST": "127.0.0.1", "ESPALIER_PORT": "0", "ESPALIER_DATA_DIR": str(tmp_path / "data"), "ESPALIER_WORKERS": "1"}
    process = subprocess.Popen([str(BINARY), "serve"], stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
    try:
        line = next(line for line in process.stderr if "listening on" in line)
        assert "127.0.0.1" in line and any((tmp_path / "data").iterdir())
    finally:
        process.kill()
        process.wait(10)
        process.stderr.close()


def test_it_is_ready_when_it_says_that_it_listens(tmp_path):
    server = Server(tmp_path)
    server.start()
    try:
        assert server.client.get("/readyz").status_code == 200
    finally:
        server.kill()


def test_a_server_that_stops_is_not_ready(start_server):
    server = start_server()
    with socket.create_connection(server.address, timeout=20) as asking, socket.create_connection(server.address, timeout=20) as slow:
        asking.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asking.recv(65536).startswith(b"HTTP/1.1 200 ")
        # A request that is not complete keeps the server from ending at once.
        slow.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        time.sleep(0.2)
        server.process.terminate()
        server.wait_for_log("SIGTERM received")
        asking.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while piece := asking.recv(65536):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 503 ") and b'"name":"running","ok":false' in answer


def test_what_the_server_writes_is_its_users_alone(start_server, tmp_path):
    server = start_server(directory=tmp_path / "new")
    server.client.train(make_job())
    server.client.upload("a,b,y\n" + "1,2,0\n3,4,1\n" * 8_000)
    paths = [server.directory, *server.directory.rglob("*")]
    assert len(paths) > 8 and not [path for path in paths if path.stat().st_mode & 0o077]
