"""Predicts from a weights document in NumPy alone: predict.py WEIGHTS ROWS PREDICTIONS, where PREDICTIONS is what the
service answered for ROWS; prints how far the two are apart."""

import json
import sys

import numpy as np

ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "identity": lambda z: z,
    "softmax": lambda z: np.exp(z - z.max(1, keepdims=True)) / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True),
}


def predict(model, x):
    a = (np.array(x) - model["input"]["mean"]) / model["input"]["std"]
    for layer in model["layers"]:
        z = a @ np.transpose(layer["weights"]) + layer["biases"]
        if norm := layer.get("batch_norm"):
            deviation = np.sqrt(np.array(norm["running_variance"]) + norm["epsilon"])
            z = norm["gamma"] * (z - norm["running_mean"]) / deviation + norm["beta"]
        a = ACTIVATIONS[layer["activation"]](z)
    return a


model, rows, answer = (json.load(open(path)) for path in sys.argv[1:])
served = [p.get("probability", p.get("probabilities", p.get("value"))) for p in answer["data"]]
difference = np.abs(predict(model, rows["x"]) - np.array(served).reshape(len(served), -1)).max()
print(f"{len(served)} predictions, largest difference {difference:.1e}")
sys.exit(int(difference > 1e-12))
