"""Bytes on a socket, for requests that no honest client would send."""

import http.client
import io
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from requests.structures import CaseInsensitiveDict

from harness.client import CONTRACT


@dataclass
class Response:
    """As much of a response of `requests` as the contract looks at."""

    status_code: int
    headers: CaseInsensitiveDict
    content: bytes

    @property
    def text(self):
        return self.content.decode("utf-8", "replace")


def exchange(address, request, timeout=40):
    """Sends `request` and reads until the server closes; returns its answers."""
    return parse(exchange_bytes(address, request, timeout))


def exchange_bytes(address, request, timeout=40):
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(request)
        return until_closed(connection)


def checked_exchange(address, request, method, path, timeout=40):
    """The one answer to a request after which the server closes, held against the contract."""
    answers = exchange(address, request, timeout)
    assert len(answers) == 1, answers
    CONTRACT.check(method, path, answers[0])
    return answers[0]


def wait_until_read(connection, timeout=40):
    """Returns when the server has read all that was sent, or has closed: what is sent next comes as an event of its own."""
    here, there = (f":{name[1]:04X}" for name in (connection.getsockname(), connection.getpeername()))
    deadline = time.monotonic() + timeout
    while any(queues.split(":")[1] != "00000000" for local, remote, queues in _sockets() if local.endswith(there) and remote.endswith(here)):
        assert time.monotonic() < deadline, "the server does not read"
        time.sleep(0.005)


def _sockets():
    """Addresses and queues (to send, to read) of this machine's TCP sockets: proc(5)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        yield local, remote, queues


def until_closed(connection):
    """What the server sends; a reset counts as closing, silence raises TimeoutError."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def parse(received):
    """All the responses in `received`, none of them to HEAD."""
    stream, answers = io.BytesIO(received), []
    while stream.tell() < len(received):
        response = http.client.HTTPResponse(_Stream(stream))
        response.begin()
        body = response.read()
        answers.append(Response(response.status, CaseInsensitiveDict(response.getheaders()), body))
    return answers


class _Stream:
    """HTTPResponse closes what it reads from; this one stays open for the next response."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, *_arguments):
        return self

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def close(self):
        pass

    def flush(self):
        pass
