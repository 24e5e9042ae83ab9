"""HTTP over one kept-alive socket, with as little work per request as Python can do."""

import json
import os
import socket


class Refused(Exception):
    """An answer of 400 or above."""


def request(method, path, body=b"", content_type="application/json"):
    """The bytes of a request, to be made once and sent often."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if body or method == "POST":
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def close(self):
        self.socket.close()

    def send(self, message):
        self.socket.sendall(message)

    def receive(self):
        """Status and body of the next answer."""
        status, headers, rest = self.head()
        if headers.get(b"transfer-encoding") == b"chunked":
            return status, self._chunks(rest)
        length = int(headers.get(b"content-length", b"0"))
        parts, have = [rest], len(rest)
        while have < length:
            parts.append(self._read())
            have += len(parts[-1])
        body = b"".join(parts)
        self.rest = body[length:]
        return status, body[:length]

    def head(self):
        """Status, headers in lower case, and what came of the body with them."""
        data = self.rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._read()
        lines = data[:end].split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        self.rest = b""
        return int(lines[0].split(b" ", 2)[1]), headers, data[end + 4 :]

    def _read(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def _chunks(self, data):
        body = []
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self._read()
            size = int(data[:end].split(b";")[0], 16)
            data = data[end + 2 :]
            while len(data) < size + 2:
                data += self._read()
            if size == 0:
                self.rest = data[2:]
                return b"".join(body)
            body.append(data[:size])
            data = data[size + 2 :]

    def drain(self):
        """Reads an answer and throws it away as it comes; returns its status and the bytes of its body."""
        status, headers, rest = self.head()
        buffer = bytearray(1 << 20)
        if b"content-length" in headers:
            total = int(headers[b"content-length"])
            left = total - len(rest)
            while left > 0:
                left -= self._read_into(buffer)
            return status, total
        # The last chunk ends the answer, and nothing else is on its way on this connection.
        total, tail = len(rest), rest[-5:]
        while tail != b"0\r\n\r\n":
            count = self._read_into(buffer)
            total += count
            tail = (tail + bytes(buffer[max(0, count - 5) : count]))[-5:]
        return status, total

    def _read_into(self, buffer):
        count = self.socket.recv_into(buffer)
        if count == 0:
            raise ConnectionError("the server closed the connection")
        return count

    def json(self, method, path, body=None):
        """One exchange of JSON documents."""
        self.send(request(method, path, b"" if body is None else json.dumps(body).encode()))
        return _document(method, path, *self.receive())

    def upload(self, path, file, content_type):
        """Posts a file without reading it into this process."""
        size = os.path.getsize(file)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
        self.send(f"{head}Content-Length: {size}\r\n\r\n".encode())
        with open(file, "rb") as stream:
            self.socket.sendfile(stream)
        return _document("POST", path, *self.receive())


def _document(method, path, status, body):
    if status >= 400:
        raise Refused(f"{method} {path}: {status} {body[:500].decode(errors='replace')}")
    return json.loads(body) if body else None
