"""W5: large data sets in, as JSON and as CSV, and the weights of a large network out, as JSON."""

import os
import time

import numpy as np

from harness import limits, machine, table
from harness.contest import Contest
from harness.entrant import ESPALIER, PEER, Child, Entrant
from harness.memory import peak_bytes, resident_bytes
from harness.results import Row, Section
from harness.service import Service

TITLE = "large documents in and out"
COLUMNS = 20
TOLERANCE = 1e-5
IN_PEERS = {
    "json": [("simdjson to NumPy", "simdjson"), ("orjson to NumPy", "orjson")],
    "csv": [("pandas", "pandas"), ("polars", "polars"), ("pyarrow", "pyarrow")]}
TYPES = {"json": "application/json", "csv": "text/csv"}


def documents(megabytes):
    """The same rows of 20 numbers with up to 8 digits as JSON and as CSV; made once and kept."""
    folder = machine.work_folder("data")
    files = {kind: folder / f"rows-{megabytes}.{kind}" for kind in TYPES}
    if not all(file.exists() for file in files.values()):
        random, block = np.random.default_rng(1), 5_000
        row = ",".join(["%.8g"] * COLUMNS)
        with open(f"{files['json']}.part", "w") as json, open(f"{files['csv']}.part", "w") as csv:
            csv.write(",".join(f"c{i}" for i in range(COLUMNS)) + "\n")
            separator = "["
            while json.tell() < megabytes * 1e6:
                numbers = random.standard_normal((block, COLUMNS), dtype=np.float32)
                lines = ("\n".join([row] * block) % tuple(numbers.ravel().tolist())).split("\n")
                csv.write("\n".join(lines) + "\n")
                json.write(separator + "[" + "],[".join(lines) + "]")
                separator = ","
            json.write("]")
        for file in files.values():
            os.rename(f"{file}.part", file)
    return files


class Upload(Entrant):
    """A data set in: from the first byte sent until the 201, which says that it is on disk."""

    def __init__(self, name, kind, file, cpus):
        super().__init__(name, ESPALIER)
        self.kind, self.file, self.cpus, self.service = kind, file, cpus, None

    def prepare(self):
        self.mean_square = self._mean_square()
        self.service = Service(cpus=self.cpus, workers=1)
        self.version = "stored and synced to disk"
        self.idle = resident_bytes(self.service.pid)

    def _upload(self):
        return self.service.connection.upload("/v1/datasets", self.file, TYPES[self.kind])

    def run(self):
        self.service.reset_peak()
        began = time.perf_counter()
        dataset = self._upload()
        seconds = time.perf_counter() - began
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.service.pid))
        self.service.connection.json("DELETE", "/v1/datasets/" + dataset["id"])
        return seconds, {"cost": self.mean_square, "rows": dataset["rows"]}

    def _mean_square(self):
        """Of what is stored, from the deviations that a job normalises with; by a server of its own, whose memory is
        not measured."""
        self.service = Service(cpus=machine.cpus(), workers=1)
        job = self.service.train({
            "data": {
                "dataset": self._upload()["id"], "target": COLUMNS - 1, "split": {"train": 1}, "task": "regression"},
            "network": {"hidden_layers": []}, "training": {"epochs": 1, "batch_size": 4096, "seed": 1}})
        document = self.service.connection.json("GET", f"/v1/jobs/{job['id']}/weights")
        self.close()
        mean, std = np.array(document["input"]["mean"]), np.array(document["input"]["std"])
        return float(np.mean(mean**2 + std**2))

    def close(self):
        if self.service:
            self.service.stop()


class Download(Entrant):
    """The weights document out, over the loopback, read and thrown away."""

    def __init__(self, service, job):
        super().__init__("Espalier", ESPALIER)
        self.service, self.job = service, job

    def prepare(self):
        self.version = "over HTTP"
        self.service.reset_peak()

    def run(self):
        connection = self.service.connection
        began = time.perf_counter()
        connection.send(f"GET /v1/jobs/{self.job['id']}/weights HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        status, total = connection.drain()
        seconds = time.perf_counter() - began
        if status != 200:
            raise RuntimeError(f"the weights answer {status}")
        self.peak_bytes = max(self.peak_bytes, peak_bytes(self.service.pid))
        return seconds, {"bytes": total}


def rows_of(csv):
    """Data rows of a CSV file with a header."""
    with open(csv, "rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 24), b"")) - 1


def document_peer(name, *arguments):
    program = str(machine.ROOT / "Benchmarks/peers/documents.py")
    return Child(name, PEER, [machine.python() or "python3", program, *map(str, arguments)], threads=1)


def uploads(section, options, files):
    cores = len(machine.cpus())
    data = rows_of(files["csv"]) * COLUMNS * 4
    mover = limits.build("bandwidth", libraries=["pthread"])
    for kind, file in files.items():
        size = os.path.getsize(file)
        entrants = [Upload("Espalier, one core", kind, file, machine.cpus(1))]
        if cores > 1:
            entrants.append(Upload(f"Espalier, {cores} cores", kind, file, machine.cpus()))
        entrants += limits.limit("bytes alone", mover, "in", file, data, checked=False)
        entrants += [document_peer(name, how, file) for name, how in IN_PEERS[kind] if options.wants(name)]
        contest = Contest(
            f"W5 {kind.upper()} in, {size / 1e6:.0f} MB, one core", entrants, repetitions=options.repetitions, budget=8,
            tolerance=TOLERANCE, work=size / 1e6, unit="MB/s").run()
        section.add(contest, absolute=(300, "≥ 300 MB/s"))
        own = contest.espalier
        for other in [e for e in entrants[1:] if e.role == ESPALIER]:
            section.add_row(f"W5 {kind.upper()} in, {cores} cores", contest, other)
        section.rows.append(
            Row(f"W5 {kind.upper()} in, peak memory over data", (own.peak_bytes - data) / 2**20, rate="MiB",
                absolute=(64, "≤ 64 MiB"), less_is_better=True))
        section.remarks.append(
            f"{kind.upper()} in: {own.facts['rows']:,} rows of {COLUMNS} numbers; as float32 {table.megabytes(data)}. "
            f"Peak memory of the server while uploading {table.megabytes(own.peak_bytes)}, before it "
            f"{table.megabytes(own.idle)}.")


def weights(section, options):
    units = options.size(3160, 310)
    service = Service(cpus=machine.cpus(1), workers=1)
    try:
        random = np.random.default_rng(2)
        rows = random.standard_normal((20, 2)).tolist()
        job = service.train({
            "data": {"x": rows, "y": [0, 1] * 10, "split": {"train": 1}},
            "network": {"hidden_layers": [units, units]}, "training": {"epochs": 1, "seed": 1}})
        own = Download(service, job)
        total = own.run()[1]["bytes"]
        mover = limits.build("bandwidth", libraries=["pthread"])
        entrants = [own, *limits.limit("bytes alone", mover, "out", total, threads=len(machine.cpus()))]
        if options.wants("orjson"):
            file = machine.work_folder("data") / "weights.npy"
            layers = service.layers(job)
            arrays = [layer[name] for layer in layers for name in ("weights", "biases")]
            np.save(file, np.concatenate([np.array(array, np.float32).ravel() for array in arrays]))
            entrants.append(document_peer("orjson", "dumps", file))
        contest = Contest(
            f"W5 weights out, {job['parameters']:,} parameters", entrants, repetitions=2 * options.repetitions,
            budget=6)
        section.add(contest.run(), absolute=(0.3 if not options.quick else 1, "≤ 0.3 s"))
        section.remarks.append(
            f"Weights out: {job['parameters']:,} parameters, {total / 1e6:.0f} MB of text over the loopback; the peer "
            "writes the same numbers into memory.")
    finally:
        service.stop()


def run(options):
    section = Section("w5", TITLE)
    uploads(section, options, documents(options.size(200, 2)))
    weights(section, options)
    section.remarks.append(
        "The peers parse a file that is in the page cache into arrays of one process and keep nothing; Espalier takes "
        "it over a socket, checks every cell, and answers when the table is on disk. The limit reads the file, looks "
        "at each byte, and writes as many bytes to disk as the numbers take as float32; outwards it sends the bytes "
        "over the loopback. `cost` is the mean square of the numbers of all columns but the last, which shows that "
        "everybody read the same.")
    return section
