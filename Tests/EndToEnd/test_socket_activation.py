"""A listening socket that another process keeps while servers come and go."""

import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness import raw
from harness.bodies import make_job
from harness.server import BINARY

REQUEST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Parent:
    """What systemd does: it listens, and starts servers with the socket as descriptor 3."""

    def __init__(self, directory):
        self.directory = directory
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.address = self.listening.getsockname()
        self.process = None

    def start(self, *options, count=1, descriptor=None):
        number = self.listening.fileno() if descriptor is None else descriptor
        script = f'exec 3<&{number}; LISTEN_FDS={count} LISTEN_PID=$$ exec "$@"'
        command = [str(BINARY), "serve", "--port", "1", "--data-dir", str(self.directory), *options]
        self.process = subprocess.Popen(["bash", "-c", script, "bash", *command], pass_fds=[number], stderr=subprocess.PIPE, text=True, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        return self

    def wait_until_ready(self):
        assert any(f"listening on http://127.0.0.1:{self.address[1]}" in line for line in self.process.stderr)
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0

    def close(self):
        self.listening.close()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture
def parent(tmp_path):
    parent = Parent(tmp_path)
    yield parent
    parent.close()


def test_restarts_refuse_nobody(parent):
    """Clients come all the time, and each gets its answer; those that come between two servers wait."""
    parent.start().wait_until_ready()
    over, answers, failures = threading.Event(), [], []

    def ask():
        while not over.is_set():
            try:
                with socket.create_connection(parent.address, timeout=30) as connection:
                    connection.sendall(REQUEST)
                    answers.append(raw.until_closed(connection).split(b" ", 2)[1])
            except (OSError, IndexError) as error:
                failures.append(repr(error))
            time.sleep(0.005)

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    for _ in range(5):
        seen = len(answers)
        while len(answers) < seen + 20 and not failures:
            time.sleep(0.01)
        parent.stop()
        parent.start().wait_until_ready()
    over.set()
    for client in clients:
        client.join()
    parent.stop()
    assert not failures and set(answers) == {b"200"}


def test_a_connection_made_while_no_server_runs_waits_for_one(parent, tmp_path):
    with socket.create_connection(parent.address, timeout=30) as connection:
        connection.sendall(REQUEST)
        parent.start().wait_until_ready()
        assert raw.until_closed(connection).startswith(b"HTTP/1.1 200 ")


def test_what_was_meant_for_another_process_is_left_alone(start_server, monkeypatch):
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", "1")
    start_server().client.train(make_job())


@pytest.mark.parametrize("count, words", [(2, "LISTEN_FDS is 2"), (1, "not a TCP socket that listens")])
def test_a_socket_that_cannot_be_used_ends_the_start_with_a_word(parent, count, words):
    with open(os.devnull) as null:
        parent.start(count=count, descriptor=null.fileno())
        assert parent.process.wait(20) != 0 and re.search(words, parent.process.stderr.read())
