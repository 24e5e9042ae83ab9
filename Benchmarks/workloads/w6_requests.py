"""W6: small requests, by wrk on 64 connections; status polls beside training; an idle process and its start."""

import http.client
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from functools import partial

import numpy as np

from harness import limits, machine, web
from harness.connection import request
from harness.contest import Contest
from harness.entrant import ESPALIER, LIMIT, PEER, Entrant
from harness.memory import peak_bytes, resident_bytes
from harness.results import Row, Section
from harness.service import Service

TITLE = "small requests"
CONNECTIONS = 64


class Hammered(Entrant):
    """A server under wrk; `start` gives it and the path to ask for."""

    def __init__(self, name, role, start, options):
        super().__init__(name, role)
        self.start, self.options, self.server = start, options, None

    def prepare(self):
        self.server, self.path = self.start()
        if not self.options.quick:
            self._wrk(1)

    def _wrk(self, duration):
        url = f"http://127.0.0.1:{self.server.port}{self.path}"
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{duration}", url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise RuntimeError("some requests failed: " + said.strip().splitlines()[-1])
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])

    def run(self):
        rate = self._wrk(self.options.size(2, 1))
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.server.pid))
        return 1 / rate, {}

    def close(self):
        if self.server:
            self.server.stop()


def espalier():
    return Service(cpus=machine.cpus(), workers=len(machine.cpus()))


def espalier_alive():
    return espalier(), "/livez"


def espalier_with_job():
    """A small finished job."""
    service = espalier()
    job = service.train({"data": {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0]}, "training": {"epochs": 1}})
    return service, f"/v1/jobs/{job['id']}"


def size_of_answer(start):
    service, path = start()
    try:
        return len(http_get(service.port, path))
    finally:
        service.stop()


def bare(program, threads, size):
    port = web.free_port()
    command = [str(program), str(port), str(threads), str(size)]
    return web.WebServer(command, port, "/", cpus=machine.cpus()), "/"


def fastapi():
    return web.uvicorn("requests_app"), "/livez"


def throughput(section, options):
    if not shutil.which("wrk"):
        section.remarks.append("wrk is not installed: throughput was not measured.")
        return
    program = limits.build("http_server", libraries=["microhttpd"])
    for title, start in (("GET /livez", espalier_alive), ("GET /v1/jobs/{id}", espalier_with_job)):
        size = size_of_answer(start)
        entrants = [Hammered("Espalier", ESPALIER, start, options)]
        for threads in (1, 2) if program else ():
            name = f"bare libmicrohttpd, {threads} thread{'s' if threads > 1 else ''}"
            entrants.append(Hammered(name, LIMIT, partial(bare, program, threads, size), options))
        if start is espalier_alive and options.wants("FastAPI"):
            entrants.append(Hammered("FastAPI, uvicorn", PEER, fastapi, options))
        contest = Contest(
            f"W6 {title}, {size:,} bytes", entrants, repetitions=options.repetitions, budget=60, work=1, unit="/s")
        section.add(contest.run(), within=0.9)
    section.remarks.append(
        f"wrk with one thread and {CONNECTIONS} connections, on the same cores as the server. The limit is a C program "
        "that answers every request with one prepared document of the same size, on one or two threads, whichever is "
        "faster.")


def http_get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


def polls_beside_training(section, options):
    """Latencies of one client that asks for a job's status every 2 ms while every worker trains."""
    service = espalier()
    try:
        random, workers = np.random.default_rng(6), len(machine.cpus())
        rows, labels = random.standard_normal((500, 64)).round(3).tolist(), random.integers(0, 10, 500).tolist()
        body = {
            "data": {"x": rows, "y": labels, "split": {"train": 1}, "task": "multiclass"},
            "network": {"hidden_layers": [512, 512]}, "training": {"epochs": 1_000_000, "batch_size": 128}}
        jobs = [service.connection.json("POST", "/v1/jobs", body)["id"] for _ in range(workers)]
        while len(service.connection.json("GET", "/v1/jobs?status=running")["data"]) < workers:
            time.sleep(0.01)
        poll, taken = request("GET", f"/v1/jobs/{jobs[0]}"), []
        for _ in range(options.size(2000, 200)):
            began = time.perf_counter()
            service.connection.send(poll)
            service.connection.receive()
            taken.append(time.perf_counter() - began)
            time.sleep(0.002)
        for job in jobs:
            service.connection.json("POST", f"/v1/jobs/{job}/cancel")
    finally:
        service.stop()
    middle, late = np.percentile(taken, [50, 99])
    section.rows.append(Row("W6 p99 of a status poll beside training", late, absolute=(0.005, "≤ 5 ms")))
    section.remarks.append(
        f"Status polls while {workers} workers train 64-512-512-10, {len(taken):,} of them, one every 2 ms: median "
        f"{1e3 * middle:.2f} ms, p99 {1e3 * late:.2f} ms, longest {1e3 * max(taken):.2f} ms.")


def starts(section, options):
    """From exec until the first 200 of /readyz, with a data directory of its own each time, and memory once idle."""
    taken, resident = [], []
    for number in range(options.size(10, 3)):
        folder, port = tempfile.mkdtemp(prefix="espalier-bench-"), web.free_port()
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(machine.BINARY), "serve", "--port", str(port), "--data-dir", folder + "/data"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while time.perf_counter() - began < 20:
            try:
                if http_get(port, "/readyz"):
                    break
            except (OSError, http.client.HTTPException):
                time.sleep(0.0005)
        taken.append(time.perf_counter() - began)
        if number == 0:
            time.sleep(1)
        resident.append(resident_bytes(process.pid))
        process.send_signal(signal.SIGTERM)
        process.wait()
        shutil.rmtree(folder)
    section.rows.append(Row("Ready, from exec", statistics.median(taken), absolute=(0.1, "≤ 100 ms")))
    section.rows.append(
        Row("Idle process", resident[0] / 2**20, absolute=(40, "≤ 40 MiB resident"), rate="MiB", less_is_better=True,
            peak_bytes=resident[0]))
    section.remarks.append(
        f"Start: median of {len(taken)}, each on a new data directory, the program in the page cache; fastest "
        f"{1e3 * min(taken):.0f} ms, slowest {1e3 * max(taken):.0f} ms. Memory: resident one second after the first "
        "start.")


def run(options):
    section = Section("w6", TITLE)
    throughput(section, options)
    polls_beside_training(section, options)
    starts(section, options)
    return section
