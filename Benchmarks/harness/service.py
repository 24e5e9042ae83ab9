"""The release binary as a child process: fresh data directory, free port, pinned like everybody else."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import numpy as np

from harness import machine
from harness.connection import Connection
from harness.memory import reset_peak

READY = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")


class Service:
    """One server. `cpus` is what it may run on, `workers` how many jobs it trains at a time."""

    def __init__(self, *, cpus, workers, port=0, options=()):
        self.directory = tempfile.mkdtemp(prefix="espalier-bench-")
        command = [
            str(machine.BINARY), "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
            "--data-dir", self.directory + "/data", *options]
        self.started_at = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no"}, preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        self.log, self.port, self._ready = [], None, threading.Event()
        threading.Thread(target=self._read_log, daemon=True).start()
        if not self._ready.wait(30) or self.port is None:
            self.stop()
            raise RuntimeError("the server does not start:\n" + "".join(self.log[-20:]))
        self.connection = Connection(self.port)

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line)
            if match := READY.search(line):
                self.port = int(match[1])
                self._ready.set()
        self._ready.set()

    @property
    def pid(self):
        return self.process.pid

    @property
    def kernels(self):
        """The instruction set it says it trains with."""
        match = re.search(r"training kernels=(\w+)", "".join(self.log))
        return match[1] if match else "unknown"

    def stop(self):
        if hasattr(self, "connection"):
            self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def upload_array(self, array):
        """A data set of an array's rows; returns its id."""
        file = os.path.join(self.directory, "upload.npy")
        np.save(file, array)
        dataset = self.connection.upload("/v1/datasets", file, "application/x-npy")["id"]
        os.unlink(file)
        return dataset

    def train(self, body, poll_seconds=0.01):
        """Submits a job and waits for it; returns the finished job."""
        job = self.connection.json("POST", "/v1/jobs", body)
        while job["status"] in ("queued", "running"):
            time.sleep(poll_seconds)
            job = self.connection.json("GET", "/v1/jobs/" + job["id"])
        if job["status"] != "succeeded":
            raise RuntimeError(f"the job {job['status']}: {job['error']}")
        return job

    def layers(self, job):
        return self.connection.json("GET", f"/v1/jobs/{job['id']}/weights")["layers"]

    def reset_peak(self):
        reset_peak(self.pid)


def upload_problem(service, problem):
    """Inputs and, as the last column, class numbers; float64 only where the problem is."""
    return service.upload_array(np.column_stack([problem.x, problem.y]).astype(problem.x.dtype))


def job_settings(problem, dataset, *, threads=1, seed=1):
    """The job that does a problem's work and no more: all rows train, nothing is normalised or evaluated between."""
    layers = [{"weights": w.T.tolist(), "biases": [0] * w.shape[1]} for w in problem.weights]
    return {
        "data": {
            "dataset": dataset, "target": problem.units[0], "task": "binary" if problem.binary else "multiclass",
            "split": {"train": 1}, "normalize": "none"},
        "network": {
            "hidden_layers": problem.units[1:-1], "activation": "relu", "keep_prob": problem.keep_prob,
            "initial_weights": layers},
        "training": {
            "epochs": problem.epochs, "batch_size": problem.batch or "full", "optimizer": problem.optimizer,
            "learning_rate": problem.learning_rate, "l2_lambda": problem.l2_lambda, "precision": problem.precision,
            "history_every": problem.epochs, "threads": threads, "seed": seed}}


def parameters(layers):
    """A weights document's layers in the order that `Problem.cost` takes."""
    return [np.array(a) for layer in layers for a in (np.array(layer["weights"]).T, layer["biases"])]
