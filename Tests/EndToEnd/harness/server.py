"""The release binary as a child process."""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

from harness.client import Client
from harness.contract import ROOT

BINARY = Path(os.environ.get("ESPALIER_BINARY", ROOT / ".build/release/espalier")).resolve()
READY = re.compile(r"listening on (http://127\.0\.0\.1:\d+)")


class Server:
    """One server over one data directory. It may be stopped and started again."""

    def __init__(self, directory, *, workers=2, options=()):
        self.directory = Path(directory)
        self.workers = workers
        self.options = list(options)
        self.process = None
        self.log = []
        self.client = None

    def start(self, timeout=60):
        assert self.process is None, "runs already"
        command = [
            str(BINARY), "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(self.directory),
            "--workers", str(self.workers), *self.options]
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
        ready = threading.Event()
        threading.Thread(target=self._read_log, args=(self.process.stderr, ready), daemon=True).start()
        if not ready.wait(timeout) or self.client is None:
            self.kill()
            raise AssertionError("the server does not start:\n" + "".join(self.log[-20:]))
        return self

    def _read_log(self, stream, ready):
        for line in stream:
            self.log.append(line)
            if match := READY.search(line):
                self.client = Client(match[1])
                ready.set()
        ready.set()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def address(self):
        host, port = self.client.url.removeprefix("http://").split(":")
        return host, int(port)

    def new_client(self):
        """For another thread."""
        return Client(self.client.url)

    def kill(self):
        """kill -9: what a crash of the process leaves behind."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
        self.process = self.client = None

    def terminate(self, timeout=10):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        finally:
            self.kill()
