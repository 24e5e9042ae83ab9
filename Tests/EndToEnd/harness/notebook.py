"""A regularised MLP as a notebook of the course writes it, examples in columns: what `generator: "numpy"` reproduces."""

import numpy as np


def relu(z):
    return np.maximum(z, 0)


def train(x, y, hidden_layers, *, epochs, learning_rate, seed, keep_prob, dropout_seed, dropout_mask, l2_lambda=0, variance=None):
    """Gradient descent on (features, m) and (1, m); returns [(weights, biases)] and the cost before each step."""
    sizes, m = [x.shape[0], *hidden_layers, 1], x.shape[1]
    variance = variance or (lambda n_in, n_out, output: (1 if output else 2) / n_in)
    draw = np.random.RandomState(seed)
    weights = [draw.randn(n_out, n_in) * np.sqrt(variance(n_in, n_out, k == len(sizes) - 2))
               for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]))]
    biases = [np.zeros((n, 1)) for n in sizes[1:]]
    masks, costs = np.random.RandomState(dropout_seed), []
    for _ in range(epochs):
        if dropout_mask == "fixed":
            masks = np.random.RandomState(dropout_seed)
        activations, kept = [x], []
        for k, units in enumerate(hidden_layers):
            a = relu(weights[k] @ activations[-1] + biases[k])
            d = (masks.rand(units, m) < keep_prob[k]) / keep_prob[k] if keep_prob[k] < 1 else np.ones((units, m))
            kept.append(d)
            activations.append(a * d)
        z = weights[-1] @ activations[-1] + biases[-1]
        penalty = l2_lambda / (2 * m) * sum(np.sum(w ** 2) for w in weights)
        costs.append(np.mean(np.logaddexp(0, z) - z * y) + penalty)
        dz = 1 / (1 + np.exp(-z)) - y
        for k in reversed(range(len(weights))):
            dw = dz @ activations[k].T / m + l2_lambda / m * weights[k]
            db = dz.mean(axis=1, keepdims=True)
            if k > 0:
                dz = (weights[k].T @ dz) * kept[k - 1] * (activations[k] > 0)
            weights[k] -= learning_rate * dw
            biases[k] -= learning_rate * db
    return list(zip(weights, biases)), costs
