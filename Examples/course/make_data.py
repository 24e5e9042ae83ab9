"""Writes the three jobs of the course's experiment, none.json, l2.json and dropout.json, and the test points alone,
points.json, all beside this file. `make_data.py 7` draws another data set of the same kind; 3 is the usual one.

All three train the same network on the same data from the same starting weights; only the regularisation differs.
The data set is made here and is the same on every machine: points on a field, a wavy border between two
classes, and two things no model should learn: 3 of 100 labels are wrong, and positions are blurred a little.
"""

import json
import math
import random
import sys
from pathlib import Path

TRAIN, TEST = 211, 200
WRONG_LABELS = 0.03
BLUR = 0.06

NETWORK = {"hidden_layers": [20, 3], "activation": "relu", "initializer": "xavier"}
TRAINING = {
    "optimizer": "sgd", "learning_rate": 0.3, "epochs": 30000, "batch_size": "full",
    "precision": "float64", "generator": "numpy", "seed": 3, "dropout_seed": 1,
}
JOBS = {
    "none": ({}, {}),
    "l2": ({}, {"l2_lambda": 0.7}),
    "dropout": ({"keep_prob": 0.86}, {}),
}


def points(count, seed):
    uniform = random.Random(seed).random

    def normal():
        return math.sqrt(-2 * math.log(1 - uniform())) * math.cos(2 * math.pi * uniform())

    for _ in range(count):
        across, along = 0.8 * (2 * uniform() - 1), 0.64 * (2 * uniform() - 1)
        label = int(along > 0.35 * across + 0.2 * math.sin(5 * across))
        if uniform() < WRONG_LABELS:
            label = 1 - label
        yield [round(across + BLUR * normal(), 4), round(along + BLUR * normal(), 4)], label


def examples(rows):
    x, y = zip(*rows)
    return {"x": list(x), "y": list(y)}


def jobs(seed=3):
    """The three request bodies, by name."""
    rows = list(points(TRAIN + TEST, seed))
    data = {"train": examples(rows[:TRAIN]), "test": examples(rows[TRAIN:]), "normalize": "none"}
    return {
        name: {"name": name, "data": data, "network": NETWORK | network, "training": TRAINING | training}
        for name, (network, training) in JOBS.items()
    }


if __name__ == "__main__":
    bodies = jobs(*map(int, sys.argv[1:]))
    bodies["points"] = {"x": bodies["none"]["data"]["test"]["x"]}
    for name, body in bodies.items():
        path = Path(__file__).with_name(f"{name}.json")
        path.write_text(json.dumps(body) + "\n")
        print(path.name)
