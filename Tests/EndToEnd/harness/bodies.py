"""Requests to send: small, quick and valid unless a test spoils them."""

import copy

import numpy as np


def blobs(rows=40, features=2, classes=2, seed=5):
    """Overlapping clusters, one for each class: rows x and labels y (0, 1, …), as Python lists of exact eighths."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    centres = generator.normal(size=(classes, features)) * 2
    x = np.round((centres[labels] + generator.normal(size=(rows, features))) * 8) / 8
    return x.tolist(), labels.tolist()


def inline(rows=40, features=2, classes=2, seed=5, **members):
    x, y = blobs(rows, features, classes, seed)
    return {"x": x, "y": y, **members}


def line(rows=40, seed=5, **members):
    """A regression: y = 3 x₀ − 2 x₁ + noise."""
    generator = np.random.default_rng(seed)
    x = np.round(generator.normal(size=(rows, 2)) * 8) / 8
    y = 3 * x[:, 0] - 2 * x[:, 1] + 0.0625 * generator.normal(size=rows)
    return {"x": x.tolist(), "y": y.tolist(), "task": "regression", **members}


def make_job(data=None, network=None, training=None, **members):
    """A job that takes milliseconds; `network` and `training` override single fields."""
    return {
        "data": inline() if data is None else data,
        "network": {"hidden_layers": [4, 3], **(network or {})},
        "training": {"epochs": 5, "seed": 1, **(training or {})},
        **members,
    }


def make_long_job(**training):
    """A job that runs until somebody stops it."""
    return make_job(
        data=inline(rows=400, features=10),
        network={"hidden_layers": [32, 32]},
        training={"epochs": 10_000_000, **training})


def altered(body, pointer, value):
    """A copy of `body` with `value` at a JSON pointer; missing objects are made."""
    result = copy.deepcopy(body)
    at = result
    *parents, last = pointer.split("/")[1:]
    for token in parents:
        at = at[int(token)] if isinstance(at, list) else at.setdefault(token, {})
    if isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return result


def csv_text(data, header=None, delimiter=","):
    """Inline data as CSV text, the label last."""
    lines = [] if header is None else [delimiter.join(header)]
    lines += [delimiter.join(str(cell) for cell in [*x, y]) for x, y in zip(data["x"], data["y"])]
    return "\n".join(lines) + "\n"
