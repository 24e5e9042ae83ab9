"""A server that makes the mistakes the campaign looks for, one at a time."""

import re
import socket
import threading

from rawhttp.grammar import MARKER_ANSWER

PLANTS = ("unchunked", "last-length", "keeps-open", "answers-twice", "fails")


class NaiveServer:
    def __init__(self, plant):
        self.plant = plant
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.address = self.listening.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.listening.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                data = b""
                while True:
                    while b"\r\n\r\n" not in data:
                        data += self._more(connection)
                    head, _, data = data.partition(b"\r\n\r\n")
                    status, length = self._judge(head)
                    while len(data) < length:
                        data += self._more(connection)
                    data = data[length:]
                    body = MARKER_ANSWER if b"smuggled" in head.split(b"\r\n")[0] else b"ok"
                    answer = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + (b"" if head.startswith(b"HEAD") else body)
                    connection.sendall(answer * (2 if self.plant == "answers-twice" else 1))
                    if status == 400 and self.plant != "keeps-open":
                        return
            except OSError:
                pass

    def _more(self, connection):
        more = connection.recv(65536)
        if not more:
            raise ConnectionError
        return more

    def _judge(self, head):
        """The status of the answer, and the length of the body."""
        broken = 500 if self.plant == "fails" else 400
        lengths = re.findall(rb"\r\nContent-Length: *(\d+)", head)
        if not re.match(rb"[A-Z]+ /\S* HTTP/1\.1\r\n", head + b"\r\n") or len(lengths) > 1 and self.plant != "last-length":
            return broken, 0
        if b"Transfer-Encoding" in head and self.plant != "unchunked":
            return 200, 1 << 40
        return 200, int(lengths[-1]) if lengths else 0
