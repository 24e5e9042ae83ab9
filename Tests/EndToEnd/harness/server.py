"""The release binary as a child process."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from harness.client import Client
from harness.contract import ROOT

BINARY = Path(os.environ.get("ESPALIER_BINARY", ROOT / ".build/release/espalier")).resolve()
READY = re.compile(r"listening on (https?://127\.0\.0\.1:\d+)")


class Server:
    """One server over one data directory. It may be stopped and started again."""

    make_client = Client

    def __init__(self, directory, *, workers=2, options=(), variables=None, scheme="http"):
        self.directory = Path(directory)
        self.workers = workers
        self.options = [str(option) for option in options]
        self.variables = variables or {}
        self.scheme = scheme
        self.process = None
        self.log = []
        self.client = None

    def command(self):
        return [
            str(BINARY), "serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(self.directory),
            "--workers", str(self.workers), *self.options]

    def environment(self):
        return {**os.environ, "SWIFT_BACKTRACE": "enable=no", **self.variables}

    def start(self, timeout=60):
        assert self.process is None, "runs already"
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment())
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
                self.client = self.make_client(match[1])
                ready.set()
        ready.set()

    def wait_for_log(self, words, timeout=20):
        """Returns when there is a line with these words."""
        deadline = time.monotonic() + timeout
        while not any(words in line for line in list(self.log)):
            assert time.monotonic() < deadline, f"no line with {words!r}:\n" + "".join(self.log[-20:])
            time.sleep(0.01)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def address(self):
        host, port = self.client.url.removeprefix(f"{self.scheme}://").split(":")
        return host, int(port)

    def put_busy_threads_last(self, seconds=0.5):
        """Threads that compute, those of jobs that are to run as long as the test does, get what the others leave."""
        def ticks():
            found = {}
            for task in Path(f"/proc/{self.process.pid}/task").iterdir():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    # utime, behind the name, which may have spaces.
                    found[int(task.name)] = int((task / "stat").read_text().rpartition(")")[2].split()[11])
            return found

        before = ticks()
        time.sleep(seconds)
        for thread, after in ticks().items():
            if after - before.get(thread, after) > 0.1 * seconds * os.sysconf("SC_CLK_TCK"):
                with contextlib.suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, thread, 19)

    def new_client(self):
        """For another thread."""
        return self.make_client(self.client.url)

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
