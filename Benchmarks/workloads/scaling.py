"""Time per step as width, depth, batch and threads grow, and the execution plan that fits each."""

import re

import numpy as np

from harness import limits, machine
from harness.results import Section
from harness.service import Service
from harness.table import seconds

TITLE = "how a step grows"
INPUTS, CLASSES = 64, 10
PLAN = machine.ROOT / "Sources/Perceptron/Training/ExecutionPlan.swift"


def points(options):
    """Title of the table, what grows, and its points: hidden layers, batch."""
    widths = options.size([16, 32, 64, 128, 256, 512, 1024, 2048], [16, 512])
    depths = options.size([1, 2, 5, 10, 20, 50], [2])
    batches = options.size([1, 4, 16, 64, 256, 1024, 4096], [1, 64])
    return [
        ("two hidden layers, batch 64", "width", [(width, [width] * 2, 64) for width in widths]),
        ("64 units a layer, batch 64", "depth", [(depth, [64] * depth, 64) for depth in depths]),
        ("two hidden layers of 128 units", "batch", [(batch, [128] * 2, batch) for batch in batches])]


class Measurement:
    """One network and batch size on 1 and on 2 threads."""

    def __init__(self, hidden, batch, rows):
        self.units, self.batch, self.rows = [INPUTS, *hidden, CLASSES], batch, rows
        self.epochs, self.best = None, {}

    @property
    def steps(self):
        return -(-self.rows // self.batch)

    @property
    def flops(self):
        """Of the matrix products of a step: forward, weights' gradients, and inputs' but for the first layer."""
        products = [a * b for a, b in zip(self.units, self.units[1:])]
        return 2 * self.batch * (3 * sum(products) - products[0])

    @property
    def parameters(self):
        return sum((a + 1) * b for a, b in zip(self.units, self.units[1:]))

    def measure(self, service, dataset, threads, target):
        """Trains for about `target` seconds, after a first epoch has shown how long one takes."""
        if self.epochs is None:
            self.epochs = 1
            once = self._train(service, dataset, 1)
            self.epochs = max(1, min(20_000, round(target / max(once, 1e-6))))
        taken = self._train(service, dataset, threads) / (self.epochs * self.steps)
        self.best[threads] = min(taken, self.best.get(threads, taken))

    def _train(self, service, dataset, threads):
        job = service.train({
            "data": {
                "dataset": dataset, "target": INPUTS, "task": "multiclass", "split": {"train": 1}, "normalize": "none"},
            "network": {"hidden_layers": self.units[1:-1]},
            "training": {
                "epochs": self.epochs, "batch_size": self.batch, "history_every": self.epochs, "threads": threads,
                "seed": 1, "learning_rate": 1e-5}})
        return job["timing"]["training_seconds"]


def plan(measurement):
    """The plan by the rule of ExecutionPlan.swift, which the service does not tell; its numbers are read from there."""
    text = PLAN.read_text()

    def number(name):
        value = re.search(rf"static let {name} = ([\d_]+)(?: << (\d+))?", text)
        return int(value[1]) << int(value[2] or 0)

    try:
        most, per_row, units = number("mostParameters"), number("mostParametersPerRow"), number("mostUnits")
        full = int(re.search(r"precision == \.float32 \? (\d+)", text)[1])
    except TypeError:
        return "?"
    fits = measurement.parameters <= (most if measurement.batch >= full else measurement.batch * per_row)
    return "fused" if fits and max(measurement.units[:-1]) <= units else "gemm"


def peak(options):
    """What one core can do at most, in words."""
    for entrant in limits.limit("peak", limits.build("peak")):
        entrant.prepare()
        runs = [entrant.run()[1] for _ in range(options.size(20, 2))]
        entrant.close()
        best = {name: max(run[name] for run in runs) for name in runs[0]}
        return [
            f"One core was seen to do {best['float32']:.0f} GFLOP/s in float32 and {best['float64']:.0f} in float64 "
            f"(multiply-adds in registers) and to read {best['memory']:.0f} GB/s from memory."]
    return []


def run(options):
    section = Section("scaling", TITLE)
    cores = len(machine.cpus())
    counts = [1, 2] if cores > 1 else [1]
    service = Service(cpus=machine.cpus(), workers=1)
    try:
        random, tables, datasets = np.random.default_rng(9), [], {}
        for rows in options.size((1024, 4096), (128, 256)):
            x = random.standard_normal((rows, INPUTS), dtype=np.float32)
            y = random.integers(0, CLASSES, rows).astype(np.float32)
            datasets[rows] = service.upload_array(np.column_stack([x, y]))
        few, many = datasets
        for title, grows, places in points(options):
            rows = many if grows == "batch" else few
            tables.append((title, grows, [(value, Measurement(h, b, rows)) for value, h, b in places]))
        for _ in range(options.repetitions):
            for _, _, lines in tables:
                for _, measurement in lines:
                    for threads in counts:
                        measurement.measure(service, datasets[measurement.rows], threads, options.size(0.1, 0.005))
    finally:
        service.stop()
    switches = []
    for title, grows, lines in tables:
        headers = [grows, "parameters", "plan", "a step", "GFLOP/s", "2 threads", "speed-up"]
        section.tables.append((f"{grows.capitalize()} ({title})", headers, [line(value, m) for value, m in lines]))
        for (before, one), (after, other) in zip(lines, lines[1:]):
            if plan(one) != plan(other):
                switches.append(f"{plan(one)} to {plan(other)} between {grows} {before} and {after}")
    section.remarks.append(
        f"{INPUTS} inputs, {CLASSES} classes, ReLU, Adam, float32; the fastest of {options.repetitions} runs of about "
        "a tenth of a second. GFLOP/s are those of the matrix products alone. The service does not tell its plan: it "
        "is computed from the rule in `ExecutionPlan.swift`. The fused plan runs on one thread.")
    if switches:
        section.remarks.append("The plan switches from " + ", from ".join(switches) + ".")
    section.remarks += peak(options)
    return section


def line(value, measurement):
    alone, shared = measurement.best[1], measurement.best.get(2)
    return [
        str(value), f"{measurement.parameters:,}", plan(measurement), seconds(alone),
        f"{measurement.flops / alone / 1e9:.1f}", seconds(shared), f"{alone / shared:.2f}" if shared else ""]
