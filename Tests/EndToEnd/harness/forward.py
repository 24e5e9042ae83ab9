"""The forward pass over a weights document, as its description in openapi.yaml has it, in NumPy."""

import numpy as np

ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-np.clip(z, -700, 700))),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "identity": lambda z: z,
    "softmax": lambda z: np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True),
}


def encode(document, rows):
    """Raw rows → features, one column of numbers for each name in input.features."""
    given, columns = document["input"], []
    for index, column in enumerate(given["columns"]):
        for category in column.get("categories", [None]):
            feature = len(columns)
            columns.append([
                given["missing_values"][feature] if cell is None else float(cell == category if column["kind"] == "text" else cell)
                for cell in (row[index] for row in rows)])
    features = np.array(columns, dtype=float).T
    assert features.shape[1] == len(given["features"]) == len(given["mean"]) == len(given["std"])
    return (features - given["mean"]) / given["std"]


def outputs(document, rows):
    """Raw rows → the last layer's activations (rows, outputs)."""
    a = encode(document, rows)
    for layer in document["layers"]:
        z = a @ np.array(layer["weights"]).T + np.array(layer["biases"])
        if norm := layer.get("batch_norm"):
            centred = z - norm["running_mean"]
            z = norm["gamma"] * centred / np.sqrt(np.array(norm["running_variance"]) + norm["epsilon"]) + norm["beta"]
        a = ACTIVATIONS[layer["activation"]](z)
    return a


def predictions(document, rows):
    """Raw rows → what POST …/predictions answers as `data`."""
    task, classes = document["output"]["task"], document["output"]["classes"]
    a = outputs(document, rows)
    match task:
        case "binary":
            return [{"probability": p, "class": classes[int(p > 0.5)]} for p in a[:, 0]]
        case "multiclass":
            return [{"probabilities": list(p), "class": classes[int(np.argmax(p))]} for p in a]
        case "regression":
            return [{"value": value} for value in a[:, 0]]
