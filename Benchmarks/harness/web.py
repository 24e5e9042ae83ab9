"""Peers that are servers: started on a free port, asked over HTTP, ended with all their children."""

import glob
import json
import os
import signal
import socket
import subprocess
import tempfile
import time

from harness import machine
from harness.connection import Connection, Refused
from harness.memory import tree


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class WebServer:
    """A command that serves `port`, ready as soon as a GET of `path` is answered."""

    def __init__(self, command, port, path, *, cpus, environment=None, timeout=90):
        self.port, self.log = port, tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={**machine.thread_environment(1), **(environment or {})},
            preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.connection = Connection(port)
                self.connection.json("GET", path)
                return
            except (OSError, Refused, json.JSONDecodeError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(self._complaint()) from None
                time.sleep(0.1)

    def _complaint(self):
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it does not start"

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        for process in reversed(tree(self.process.pid)):
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                pass
        self.process.wait()


def uvicorn(application, *, environment=None):
    """An application of `peers/` behind uvicorn with one process, its fastest event loop and no log."""
    interpreter, port = machine.python(), free_port()
    if interpreter is None:
        raise RuntimeError("not installed")
    command = [
        interpreter, "-m", "uvicorn", f"{application}:app", "--port", str(port), "--log-level", "critical",
        "--no-access-log", "--timeout-keep-alive", "600", "--app-dir", str(machine.ROOT / "Benchmarks/peers")]
    return WebServer(command, port, "/livez", cpus=machine.cpus(), environment=environment)


def h2o_archive():
    """Path of H2O's server as its Python package brings it, or None."""
    return next(iter(glob.glob(str(machine.WORK / "venv/lib/python3*/site-packages/h2o/backend/bin/h2o.jar"))), None)
