"""NumPy as a careful author writes it: arrays of the wanted precision, in place where it is easy."""

import sys
import time

import numpy as np

from protocol import serve, timed

import problems


def gradients(problem, parameters, x, y, random):
    """Of the cost over one batch. x (rows, inputs), y (rows, 1) or one-hot (rows, classes)."""
    dtype, keep = problem.dtype.type, problem.keep_prob
    weights, biases = parameters[0::2], parameters[1::2]
    activations, masks = [x], []
    for w, b in zip(weights[:-1], biases[:-1]):
        a = activations[-1] @ w
        a += b
        np.maximum(a, 0, out=a)
        if keep < 1:
            mask = (random.random(a.shape, dtype=np.float32) < keep) * dtype(1 / keep)
            a *= mask
            masks.append(mask)
        activations.append(a)
    z = activations[-1] @ weights[-1]
    z += biases[-1]
    if problem.binary:
        output = 1 / (1 + np.exp(-z))
    else:
        output = np.exp(z - z.max(axis=1, keepdims=True))
        output /= output.sum(axis=1, keepdims=True)
    delta = (output - y) * dtype(1 / len(x))
    found = [None] * len(parameters)
    for layer in reversed(range(len(weights))):
        found[2 * layer] = activations[layer].T @ delta
        found[2 * layer + 1] = delta.sum(axis=0)
        if problem.l2_lambda:
            found[2 * layer] += dtype(problem.l2_lambda / len(problem.x)) * weights[layer]
        if layer:
            delta = delta @ weights[layer].T
            if keep < 1:
                delta *= masks[layer - 1]
            delta *= activations[layer] > 0
    return found


def train(problem):
    dtype = problem.dtype.type
    x = np.ascontiguousarray(problem.x, dtype)
    y = problem.y[:, None].astype(dtype) if problem.binary else np.eye(problem.units[-1], dtype=dtype)[problem.y]
    parameters = [array for w in problem.weights for array in (w.astype(dtype), np.zeros(w.shape[1], dtype))]
    first = [np.zeros_like(array) for array in parameters]
    second = [np.zeros_like(array) for array in parameters]
    random, rate, step = np.random.default_rng(1), dtype(problem.learning_rate), 0
    for _ in range(problem.epochs):
        order = random.permutation(len(x)) if problem.batch else None
        start = 0
        for rows in problem.batches:
            batch = slice(None) if order is None else order[start : start + rows]
            start += rows
            found = gradients(problem, parameters, x[batch], y[batch], random)
            if problem.optimizer == "sgd":
                for w, g in zip(parameters, found):
                    w -= rate * g
                continue
            step += 1
            alpha, scale = dtype(problem.learning_rate / (1 - 0.9**step)), dtype(1 / (1 - 0.999**step))
            for w, g, m, v in zip(parameters, found, first, second):
                m *= dtype(0.9)
                m += dtype(0.1) * g
                v *= dtype(0.999)
                v += dtype(0.001) * g * g
                w -= alpha * m / (np.sqrt(v * scale) + dtype(1e-8))
    return parameters


if __name__ == "__main__":
    problem = problems.load(sys.argv[1])
    started = time.perf_counter()
    serve(f"NumPy {np.__version__}", timed(lambda: train(problem), problem.cost), started)
