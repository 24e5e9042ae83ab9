"""W4: a thousand small jobs over HTTP, from the first submission until the last one is finished."""

import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import numpy as np

import problems
from harness import limits, machine, web
from harness.connection import request
from harness.contest import Contest
from harness.crowd import CONNECTIONS, exchange
from harness.entrant import ESPALIER, PEER, Entrant
from harness.memory import peak_bytes, reset_peak
from harness.results import Section
from harness.service import Service
from harness.table import seconds

TITLE = "many small jobs over HTTP"
JOBS = 1000
# Means over all jobs; everybody draws starting weights and orders of their own.
TOLERANCE = 0.15
POLL_SECONDS = 0.005


class EspalierJobs(Entrant):
    """Rows inline in every job, a seed of its own for each, durable before each 202."""

    def __init__(self, problem, jobs):
        super().__init__("Espalier", ESPALIER)
        self.problem, self.jobs, self.service = problem, jobs, None

    def prepare(self):
        self.service = Service(cpus=machine.cpus(), workers=len(machine.cpus()))
        self.version = f"{self.service.kernels} kernels"
        self.messages = [self._message(seed) for seed in range(self.jobs)]
        self._finish(self.messages[: self.jobs // 20])
        self.service.reset_peak()

    def _message(self, seed):
        body = {
            "data": {
                "x": self.problem.x.tolist(), "y": self.problem.y.tolist(), "split": {"train": 1}, "normalize": "none"},
            "network": {"hidden_layers": self.problem.units[1:-1]},
            "training": {
                "epochs": self.problem.epochs, "batch_size": self.problem.batch, "seed": seed,
                "history_every": self.problem.epochs}}
        return request("POST", "/v1/jobs", json.dumps(body).encode())

    def _finish(self, messages):
        """Seconds until all are submitted, and until all are finished."""
        began = time.perf_counter()
        exchange(self.service.port, messages)
        submitted = time.perf_counter() - began
        for status in ("queued", "running"):
            poll = request("GET", f"/v1/jobs?status={status}&limit=1")
            while True:
                self.service.connection.send(poll)
                if b'"data":[]' in self.service.connection.receive()[1]:
                    break
                time.sleep(POLL_SECONDS)
        return submitted, time.perf_counter() - began

    def run(self):
        submitted, finished = self._finish(self.messages)
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.service.pid))
        costs, trained, after = [], [], ""
        while len(costs) < self.jobs:
            page = self.service.connection.json("GET", "/v1/jobs?limit=100" + after)
            for job in page["data"][: self.jobs - len(costs)]:
                if job["status"] != "succeeded":
                    raise RuntimeError(f"a job {job['status']}")
                costs.append(job["metrics"]["train"]["cost"])
                trained.append(job["timing"]["training_seconds"])
            after = f"&after={page['data'][-1]['id']}"
        return finished, {"cost": float(np.mean(costs)), "submitted": submitted, "training": sum(trained)}

    def close(self):
        if self.service:
            self.service.stop()


class WebJobs(Entrant):
    """A peer that trains for clients. Seconds are scaled to as many jobs as Espalier trains."""

    def __init__(self, name, jobs, scaled_to, **named):
        super().__init__(name, PEER, note=f"{jobs} jobs, scaled", **named)
        self.jobs, self.scaled_to, self.server = jobs, scaled_to, None

    def start(self):
        """The running server."""
        raise NotImplementedError

    def submit(self):
        """The id of a new job."""
        raise NotImplementedError

    def result(self, job):
        """What a job became, or None where it is not done."""
        raise NotImplementedError

    def prepare(self):
        began = time.perf_counter()
        self.server = self.start()
        self._finish(4)
        self.preparation_seconds = time.perf_counter() - began
        reset_peak(self.server.pid)

    def _finish(self, count):
        results = []
        for job in [self.submit() for _ in range(count)]:
            while (result := self.result(job)) is None:
                time.sleep(2 * POLL_SECONDS)
            results.append(result)
        return results

    def run(self):
        began = time.perf_counter()
        results = self._finish(self.jobs)
        seconds = (time.perf_counter() - began) * self.scaled_to / self.jobs
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.server.pid))
        return seconds, {"cost": self.cost(results)}

    def cost(self, results):
        return float(np.mean(results))

    def close(self):
        if self.server:
            self.server.stop()


class FastAPIJobs(WebJobs):
    """FastAPI and a pool of as many processes as there are cores."""

    def __init__(self, library, title, problem, jobs, scaled_to):
        super().__init__(f"FastAPI, {title}", jobs, scaled_to)
        self.library = library
        self.body = {"x": problem.x.tolist(), "y": problem.y.tolist(), "epochs": problem.epochs}

    def start(self):
        workers = str(len(machine.cpus()))
        return web.uvicorn("jobs_app", environment={"JOBS_LIBRARY": self.library, "JOBS_WORKERS": workers})

    def submit(self):
        return self.server.connection.json("POST", "/jobs", self.body)["id"]

    def result(self, job):
        return self.server.connection.json("GET", f"/jobs/{job}")["loss"]


class H2OJobs(WebJobs):
    """H2O's deep learning, the rows imported once. It has no Adam: its adaptive method is ADADELTA."""

    def __init__(self, problem, jobs, scaled_to):
        super().__init__("H2O", jobs, scaled_to, checked=False)
        self.note += "; ADADELTA"
        self.problem, self.folder = problem, None

    def start(self):
        archive = web.h2o_archive()
        if archive is None:
            raise RuntimeError("not installed")
        # Not in .bench: it reads nothing from hidden folders.
        port, self.folder = web.free_port(), Path(tempfile.mkdtemp(prefix="espalier-bench-"))
        # Known before anything else can fail, so that `close` ends it.
        server = self.server = web.WebServer(
            ["java", "-Xmx4g", "-jar", archive, "-port", str(port), "-ip", "127.0.0.1", "-name", f"bench{os.getpid()}",
             "-nthreads", str(len(machine.cpus())), "-ice_root", str(self.folder / "h2o")],
            port, "/3/Cloud", cpus=machine.cpus())
        self.version = "H2O " + server.connection.json("GET", "/3/Cloud")["version"]
        file = self.folder / "flowers.csv"
        lines = [",".join([*map(str, row), f"class{label}"]) for row, label in zip(self.problem.x, self.problem.y)]
        file.write_text("\n".join(["a,b,c,d,y", *lines]))
        self._import(server, file)
        settings = {
            "training_frame": "flowers", "response_column": "y", "hidden": "[16]", "activation": "Rectifier",
            "epochs": self.problem.epochs, "mini_batch_size": self.problem.batch, "train_samples_per_iteration": -1,
            "score_interval": 1e9, "score_duty_cycle": 0, "overwrite_with_best_model": "false", "stopping_rounds": 0,
            "classification_stop": -1, "variable_importances": "false", "seed": 1}
        self.message = self._form("POST", "/3/ModelBuilders/deeplearning", settings)
        return server

    def _import(self, server, file):
        """Three requests, as its own clients do it."""
        ask = server.connection
        found = ask.json("GET", f"/3/ImportFiles?path={quote(str(file))}")["destination_frames"]
        ask.send(self._form("POST", "/3/ParseSetup", {"source_frames": json.dumps(found)}))
        setup = json.loads(ask.receive()[1])
        keys = ("parse_type", "separator", "number_columns", "single_quotes", "check_header", "chunk_size")
        fields = {key: str(setup[key]).lower() if isinstance(setup[key], bool) else setup[key] for key in keys}
        fields |= {
            "destination_frame": "flowers", "source_frames": json.dumps(found), "delete_on_done": "true",
            "column_names": json.dumps(setup["column_names"]), "column_types": json.dumps(setup["column_types"])}
        ask.send(self._form("POST", "/3/Parse", fields))
        job = json.loads(ask.receive()[1])["job"]["key"]["name"]
        while ask.json("GET", "/3/Jobs/" + quote(job))["jobs"][0]["status"] != "DONE":
            time.sleep(0.05)

    def _form(self, method, path, fields):
        return request(method, path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def submit(self):
        self.server.connection.send(self.message)
        status, body = self.server.connection.receive()
        if status >= 400:
            raise RuntimeError(body[:300].decode())
        return json.loads(body)["job"]["key"]["name"]

    def result(self, job):
        job = self.server.connection.json("GET", "/3/Jobs/" + quote(job))["jobs"][0]
        if job["status"] in ("FAILED", "CANCELLED"):
            raise RuntimeError(job["status"])
        return job["dest"]["name"] if job["status"] == "DONE" else None

    def cost(self, results):
        model = self.server.connection.json("GET", "/3/Models/" + quote(results[-1]))["models"][0]
        return model["output"]["training_metrics"]["logloss"]

    def close(self):
        super().close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def run(options):
    section = Section("w4", TITLE)
    problem, jobs, cores = problems.flowers(), options.size(JOBS, 60), len(machine.cpus())
    program = limits.build("jobs_loop_nest", libraries=["pthread"])
    entrants = [EspalierJobs(problem, jobs)]
    entrants += limits.limit(
        "C loop nest, no HTTP", program, limits.data_file(problem), jobs, cores, threads=cores)
    peers = [
        H2OJobs(problem, 60, jobs), FastAPIJobs("sklearn", "scikit-learn", problem, 40, jobs),
        FastAPIJobs("torch", "PyTorch", problem, 24, jobs)]
    entrants += [peer for peer in peers if options.wants(peer.name)]
    contest = Contest(
        f"W4, {jobs} jobs on {cores} cores", entrants, repetitions=options.repetitions, budget=15, tolerance=TOLERANCE,
        work=jobs, unit="jobs/s")
    section.add(contest.run(), absolute=(400 * cores, f"≥ {400 * cores} jobs/s"), ahead=100)
    own = contest.espalier
    section.remarks += [
        "150 rows of 4 numbers inline in each job, 4-16-3, 200 epochs, batches of 32, Adam. "
        f"{CONNECTIONS} connections submit, each waiting for its `202` before its next job; the end is seen by asking "
        f"every {1000 * POLL_SECONDS:.0f} ms for jobs that are queued or running. The client takes its share of the "
        "same cores. The limit trains as many such networks, and that is all it does.",
        f"In the last turn all jobs were submitted after {seconds(own.facts['submitted'])}; the training loops took "
        f"{seconds(own.facts['training'])} on {cores} workers together."]
    return section
