"""Who takes part in a contest: the service, a peer or a limit, each prepared once and run many times."""

import json
import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass, field

from harness import machine
from harness.memory import peak_bytes, reset_peak
from harness.service import Service, job_settings, parameters, upload_problem

ESPALIER, PEER, LIMIT = "espalier", "peer", "limit"


@dataclass
class Entrant:
    """What a contest knows of one of those it compares. `checked`: its cost must agree with the others'."""

    name: str
    role: str
    checked: bool = True
    note: str = ""
    version: str = ""
    preparation_seconds: float | None = None
    seconds: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    facts: dict = field(default_factory=dict)
    peak_bytes: int = 0
    elapsed: float = 0.0  # of all runs, with what is not measured in them
    failure: str = ""

    def prepare(self):
        """Everything that is not measured: start, load the data, compile, warm up."""

    def run(self):
        """One repetition: seconds and facts, `cost` among them where there is one."""
        raise NotImplementedError

    def close(self):
        """Ends what `prepare` began."""

    @property
    def best(self):
        return min(self.seconds) if self.seconds else None


class Child(Entrant):
    """A program that speaks the protocol of `peers/protocol.py`."""

    def __init__(self, name, role, command, *, threads=1, cpus=None, environment=None, **named):
        super().__init__(name, role, **named)
        self.command, self.cpus = command, cpus or machine.cpus(threads)
        self.environment = {**machine.thread_environment(threads), **(environment or {})}
        self.process = None

    def prepare(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment,
            preexec_fn=lambda: os.sched_setaffinity(0, self.cpus))
        os.set_blocking(self.process.stderr.fileno(), False)
        ready = self._line()
        self.version = ready.get("version", "")
        self.preparation_seconds = ready.get("preparation_seconds")
        reset_peak(self.process.pid)

    def run(self):
        self.process.stdin.write(b"run\n")
        self.process.stdin.flush()
        answer = self._line()
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.process.pid))
        return answer.pop("seconds"), answer

    def close(self):
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _line(self, timeout=180):
        """The next line of JSON; libraries may print other things before it."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            deadline = time.monotonic() + timeout
            while selector.select(max(0, deadline - time.monotonic())):
                line = self.process.stdout.readline()
                if not line:
                    break
                if line.startswith(b"{"):
                    return json.loads(line)
        errors = (self.process.stderr.read() or b"").decode(errors="replace").strip().splitlines()
        raise RuntimeError(errors[-1] if errors else "it does not answer")


def peer(name, module, problem, *, threads=1, **named):
    """A program of `peers/` for a problem; it starts only if its library is installed."""
    program = str(machine.ROOT / "Benchmarks/peers" / f"{module}.py")
    return Child(name, PEER, [machine.python() or sys.executable, program, problem.name], threads=threads, **named)


class Trained(Entrant):
    """The service, training one problem; seconds are those that it reports."""

    def __init__(self, problem, *, threads=1, name="Espalier"):
        super().__init__(name, ESPALIER)
        self.problem, self.threads, self.service = problem, threads, None
        self.layers = None

    def prepare(self):
        self.service = Service(cpus=machine.cpus(self.threads), workers=1)
        self.version = f"{self.service.kernels} kernels"
        dataset = upload_problem(self.service, self.problem)
        self.body = job_settings(self.problem, dataset, threads=self.threads)
        self.service.reset_peak()

    def run(self):
        job = self.service.train(self.body)
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.service.pid))
        self.layers = self.service.layers(job)
        return job["timing"]["training_seconds"], {"cost": self.problem.cost(parameters(self.layers))}

    def close(self):
        if self.service:
            self.service.stop()
