"""`generator: "numpy"` reproduces a NumPy notebook to the last digits."""

import numpy as np
import pytest

from harness import notebook
from harness.bodies import blobs

X, Y = blobs(rows=37, features=2)
HIDDEN = [20, 3]
VARIANCES = {
    "auto": lambda n_in, n_out, output: (1 if output else 2) / n_in,
    "he": lambda n_in, n_out, output: 2 / n_in,
    "xavier": lambda n_in, n_out, output: 1 / n_in,
    "glorot": lambda n_in, n_out, output: 2 / (n_in + n_out),
    "bengio": lambda n_in, n_out, output: 2 / (n_in * n_out),
    "normal": lambda n_in, n_out, output: 1,
}


def both(client, *, epochs=200, seed=3, dropout_seed=1, keep_prob=(1, 1), dropout_mask="resample", l2_lambda=0, initializer="he"):
    layers, costs = notebook.train(
        np.array(X).T, np.array([Y], dtype=float), HIDDEN, epochs=epochs, learning_rate=0.05, seed=seed, keep_prob=keep_prob,
        dropout_seed=dropout_seed, dropout_mask=dropout_mask, l2_lambda=l2_lambda, variance=VARIANCES[initializer])
    job = client.train({
        "data": {"train": {"x": X, "y": Y}, "normalize": "none"},
        "network": {"hidden_layers": HIDDEN, "activation": "relu", "keep_prob": list(keep_prob), "initializer": initializer},
        "training": {
            "epochs": epochs, "batch_size": "full", "optimizer": "sgd", "learning_rate": 0.05, "l2_lambda": l2_lambda, "seed": seed, "precision": "float64",
            "generator": "numpy", "dropout_seed": dropout_seed, "dropout_mask": dropout_mask, "history_every": 1}})
    return layers, costs, client.weights(job["id"])["layers"], [row["step_cost"] for row in client.history(job["id"])[1:]]


def assert_equal(expected, costs, layers, step_costs):
    assert step_costs == pytest.approx(costs, rel=1e-10)
    for (weights, biases), layer in zip(expected, layers, strict=True):
        assert np.allclose(layer["weights"], weights, rtol=1e-10, atol=1e-13)
        assert np.allclose(layer["biases"], biases[:, 0], rtol=1e-10, atol=1e-13)


def test_without_regularisation(client):
    assert_equal(*both(client))


def test_with_l2(client):
    assert_equal(*both(client, l2_lambda=0.7))


@pytest.mark.parametrize("dropout_mask", ["fixed", "resample"])
@pytest.mark.parametrize("keep_prob", [(0.86, 0.86), (1, 0.5), (0.5, 1)])
def test_with_dropout(client, dropout_mask, keep_prob):
    assert_equal(*both(client, keep_prob=keep_prob, dropout_mask=dropout_mask, l2_lambda=0.3))


@pytest.mark.parametrize("initializer", VARIANCES)
def test_with_every_initializer(client, initializer):
    assert_equal(*both(client, epochs=20, initializer=initializer))


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1])
def test_with_every_seed(client, seed):
    assert_equal(*both(client, epochs=5, seed=seed, dropout_seed=seed, keep_prob=(0.8, 0.8)))
