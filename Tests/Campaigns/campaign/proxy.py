"""A server in between that does not keep what is promised: what campaigns of the wire must notice."""

import socket
import threading


class Proxy:
    """Passes bytes on between clients and a server; `change(bytes, upward)` may alter each piece, None drops it."""

    def __init__(self, target, change):
        self.target, self.change = target, change
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:{}".format(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target())
            except Exception:
                # It is down, or was never up; clients learn of it as they would without the proxy.
                client.close()
                continue
            for source, sink, upward in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(source, sink, upward), daemon=True).start()

    def _pass_on(self, source, sink, upward):
        try:
            while piece := source.recv(1 << 16):
                piece = self.change(piece, upward)
                if piece is not None:
                    sink.sendall(piece)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def close(self):
        self.listener.close()
