"""The networks and data that workloads train on: the same numbers for the service, every peer and every limit."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Problem:
    """One training task. `units` counts the inputs first and the outputs last; every hidden layer is ReLU."""

    name: str
    x: np.ndarray  # (examples, inputs)
    y: np.ndarray  # (examples,), class numbers
    units: list[int]
    epochs: int
    batch: int | None  # None: all examples
    optimizer: str  # "sgd" or "adam"
    learning_rate: float
    weights: list[np.ndarray]  # starting weights, each (inputs, units), float64; starting biases are 0
    l2_lambda: float = 0.0
    keep_prob: float = 1.0
    precision: str = "float32"
    classes: list[str] = field(default_factory=list)

    @property
    def binary(self):
        return self.units[-1] == 1

    @property
    def dtype(self):
        return np.dtype(self.precision)

    @property
    def batches(self):
        """Rows of each step of an epoch; the last has what is left."""
        rows, examples = self.batch or len(self.x), len(self.x)
        return [min(rows, examples - start) for start in range(0, examples, rows)]

    @property
    def steps(self):
        return self.epochs * len(self.batches)

    def cost(self, parameters, rows=10_000):
        """Mean loss and penalty in float64 without dropout, over the first `rows` examples.

        `parameters` are W1, b1, W2, b2 …, each W (inputs, units). Everybody's result is measured by this.
        """
        arrays = [np.asarray(array, np.float64) for array in parameters]
        weights, biases = arrays[0::2], [bias.reshape(-1) for bias in arrays[1::2]]
        a, y = self.x[:rows].astype(np.float64), self.y[:rows].astype(np.int64)
        for w, b in zip(weights[:-1], biases[:-1]):
            a = np.maximum(a @ w + b, 0)
        z = a @ weights[-1] + biases[-1]
        if self.binary:
            loss = np.mean(np.logaddexp(0, z[:, 0]) - y * z[:, 0])
        else:
            z = z - z.max(axis=1, keepdims=True)
            loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y])
        penalty = self.l2_lambda / (2 * len(self.x)) * sum((w**2).sum() for w in weights)
        return float(loss + penalty)


def _he(random, units):
    return [random.standard_normal((a, b)) * np.sqrt(2 / a) for a, b in zip(units, units[1:])]


def course(variant="none", precision="float32", iterations=30_000):
    """Two features, two classes with a wavy border between them; plain full-batch gradient descent."""
    # At this learning rate the loss of most seeds still jumps at the end, and rounding alone decides where it lands. Of
    # this one everybody, in whatever order they add, ends within 1 %.
    random = np.random.default_rng(30)
    examples = 211
    x = random.uniform(-0.8, 0.8, (examples, 2)).astype(np.float32)
    border = 0.35 * np.sin(4 * x[:, 0]) + 0.22 * random.standard_normal(examples)
    y = (x[:, 1] + border > 0).astype(np.int64)
    units = [2, 20, 3, 1]
    return Problem(
        f"course/{variant}/{precision}/{iterations}", x.astype(precision), y, units, iterations, None, "sgd", 0.3,
        _he(random, units), l2_lambda=0.7 if variant == "l2" else 0.0,
        keep_prob=0.86 if variant == "dropout" else 1.0, precision=precision)


def mnist_scale(examples=60_000):
    """Ten noisy prototypes of 784 features; a tenth of the labels is random, so that the loss stays well above 0."""
    random = np.random.default_rng(5)
    prototypes = random.random((10, 784), dtype=np.float32)
    y = random.integers(0, 10, examples)
    x = prototypes[y] * np.float32(0.35) + random.random((examples, 784), dtype=np.float32) * np.float32(0.65)
    y = np.where(random.random(examples) < 0.1, random.integers(0, 10, examples), y)
    units = [784, 512, 512, 10]
    weights = _he(np.random.default_rng(7), units)
    return Problem(f"mnist_scale/{examples}", x, y, units, 1, 128, "adam", 1e-3, weights, keep_prob=0.8)


def tabular(examples=20_000):
    """64 features, of which three directions decide between two classes, and noise."""
    random = np.random.default_rng(11)
    x = random.standard_normal((examples, 64), dtype=np.float32)
    u = random.standard_normal((64, 3)) / 8
    signal = np.tanh(x @ u[:, 0]) + (x @ u[:, 1]) * (x @ u[:, 2])
    y = (signal + 0.3 * random.standard_normal(examples) > 0).astype(np.int64)
    units = [64, 32, 16, 1]
    return Problem(f"tabular/{examples}", x, y, units, 1, 32, "adam", 1e-3, _he(random, units))


def flowers():
    """150 rows of 4 features in three classes, as a client of a training service would send them."""
    random = np.random.default_rng(4)
    y = np.repeat(np.arange(3), 50)
    centres = np.array([[5.0, 3.4, 1.5, 0.25], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    x = (centres[y] + random.standard_normal((150, 4)) * [0.5, 0.35, 0.4, 0.2]).round(1)
    units = [4, 16, 3]
    return Problem("flowers", x, y, units, 200, 32, "adam", 1e-3, _he(random, units))


def load(name):
    """The problem that a child process is told the name of."""
    kind, *arguments = name.split("/")
    if kind == "course":
        variant, precision, iterations = arguments
        return course(variant, precision, int(iterations))
    if kind == "mnist_scale":
        return mnist_scale(int(arguments[0]))
    if kind == "tabular":
        return tabular(int(arguments[0]))
    return flowers()
