"""Predictions with dropout on: one pass, and many with their spread, against NumPy and the documented masks."""

import numpy as np
import pytest

from harness import dropout_masks, forward
from harness.bodies import blobs, inline, line, make_job

ROWS = [[0, 0], [1.5, -2.25], [-3, 1], [0.5, 0.5], [2, 2]]


def ask(client, job, rows=ROWS, **members):
    response = client.post(f"/v1/jobs/{job['id']}/predictions", json={"x": rows, **members})
    assert response.status_code == 200, response.text
    return response.json()["data"]


def one_pass(document, rows, seed, number):
    """The last layer's activations (rows, outputs) in a pass with dropout."""
    a, network = forward.encode(document, rows), document["network"]

    def drop(a, layer, keep_prob):
        return a if keep_prob == 1 else a * dropout_masks.mask(seed, number, layer, *a.shape, keep_prob) / keep_prob

    a = drop(a, 0, network["input_keep_prob"])
    for index, layer in enumerate(document["layers"]):
        z = a @ np.array(layer["weights"]).T + np.array(layer["biases"])
        if norm := layer.get("batch_norm"):
            z = norm["gamma"] * (z - norm["running_mean"]) / np.sqrt(np.array(norm["running_variance"]) + norm["epsilon"]) + norm["beta"]
        a = forward.ACTIVATIONS[layer["activation"]](z)
        if index < len(network["keep_prob"]):
            a = drop(a, index + 1, network["keep_prob"][index])
    return a


def outputs(predictions):
    return np.array([np.atleast_1d(item.get("probabilities") or item.get("probability") or item.get("value")) for item in predictions])


CASES = {
    "binary": make_job(network={"keep_prob": [0.7, 0.5]}),
    "multiclass": make_job(data=inline(rows=60, classes=3), network={"keep_prob": 0.8, "input_keep_prob": 0.9}),
    "regression": make_job(data=line(), network={"activation": "tanh", "keep_prob": [0.6, 1]}),
    "batch norm": make_job(network={"batch_norm": True, "keep_prob": 0.7}, training={"batch_size": 8}),
    "input alone": make_job(network={"hidden_layers": [], "input_keep_prob": 0.5}),
    "trained with NumPy's masks": make_job(network={"keep_prob": 0.7}, training={"generator": "numpy"})}


@pytest.mark.parametrize("case", CASES)
def test_passes_have_the_documented_masks(client, case):
    job = client.train({**CASES[case], "training": {**CASES[case]["training"], "precision": "float64", "epochs": 20}})
    document, seed = client.weights(job["id"]), 2**32 + 5
    passes = np.array([one_pass(document, ROWS, seed, number) for number in range(7)])
    assert np.ptp(passes, axis=0).max() > 0.01, "the passes are all alike"
    assert outputs(ask(client, job, mode="train", seed=seed)) == pytest.approx(passes[0], rel=1e-9, abs=1e-12)
    answer = ask(client, job, monte_carlo=7, seed=seed)
    assert outputs(answer) == pytest.approx(passes.mean(axis=0), rel=1e-9, abs=1e-12)
    spread = np.array([np.atleast_1d(item["standard_deviation"]) for item in answer])
    assert spread == pytest.approx(passes.std(axis=0), rel=1e-6, abs=1e-10)


def test_the_class_is_that_of_the_mean(client):
    job = client.train(make_job(data=inline(rows=60, classes=3), network={"keep_prob": 0.5}))
    x, _ = blobs(rows=200)
    for item in ask(client, job, x, monte_carlo=5):
        assert item["class"] == int(np.argmax(item["probabilities"]))
        assert sum(item["probabilities"]) == pytest.approx(1, abs=1e-5) and len(item["standard_deviation"]) == 3
    job = client.train(make_job(network={"keep_prob": 0.5}))
    for item in ask(client, job, x, monte_carlo=5):
        assert item["class"] == int(item["probability"] > 0.5)


@pytest.fixture(scope="module")
def linear(server):
    """y = Σ vⱼ (wⱼ·x) with dropout of half of the four hidden units and known weights: everything can be worked out."""
    w, v = np.array([[1, 0], [0, 1], [1, 1], [2, -1.0]]), np.array([[1, -2, 0.5, 1.0]])
    layers = [{"weights": w.tolist(), "biases": [0] * 4}, {"weights": v.tolist(), "biases": [0.25]}]
    body = make_job(
        data=line(normalize="none"),
        network={"hidden_layers": [4], "activation": "identity", "keep_prob": 0.8, "initial_weights": layers},
        training={"epochs": 1, "optimizer": "sgd", "learning_rate": 1e-30, "precision": "float64"})
    return server.client.train(body), w, v[0]


def test_one_pass_keeps_each_unit_scaled_or_not_at_all(client, linear):
    job, w, v = linear
    x = np.array([[1.0, 2.5]] * 400)
    parts = v * (w @ x[0]) / 0.8
    possible = {round(0.25 + sum(parts[unit] for unit in range(4) if choice >> unit & 1), 9): choice for choice in range(16)}
    values = [item["value"] for item in ask(client, job, x.tolist(), mode="train")]
    assert len(possible) == 16
    choices = [possible[round(value, 9)] for value in values]
    for unit in range(4):
        share = np.mean([choice >> unit & 1 for choice in choices])
        assert abs(share - 0.8) < 4 * np.sqrt(0.8 * 0.2 / 400)


def test_many_passes_approach_expectation_and_deviation(client, linear):
    job, w, v = linear
    passes, x = 4000, [[1.0, 2.0], [-1.0, 0.5], [3.0, 3.0]]
    expected = 0.25 + np.array(x) @ w.T @ v
    deviation = np.sqrt(((np.array(x) @ w.T * v) ** 2).sum(axis=1) * 0.2 / 0.8)
    inference = [item["value"] for item in ask(client, job, x)]
    assert inference == pytest.approx(expected, rel=1e-12)
    answer = ask(client, job, x, monte_carlo=passes)
    for item, mean, spread in zip(answer, expected, deviation, strict=True):
        assert abs(item["value"] - mean) < 4 * spread / np.sqrt(passes)
        assert item["standard_deviation"] == pytest.approx(spread, rel=0.08)


def test_the_same_seed_gives_the_same_answer_and_another_another(client, linear):
    job = linear[0]
    for members in ({"mode": "train"}, {"monte_carlo": 3}):
        assert ask(client, job, **members) == ask(client, job, **members) == ask(client, job, seed=0, **members)
        assert ask(client, job, seed=1, **members) != ask(client, job, **members)
    assert [item["value"] for item in ask(client, job, mode="train", seed=9)] == [item["value"] for item in ask(client, job, monte_carlo=1, seed=9)]


def test_a_rows_answer_depends_on_its_number_and_not_on_the_rows_behind(client, linear):
    x, _ = blobs(rows=700)
    many, few = (ask(client, linear[0], x[:rows], mode="train") for rows in (700, 300))
    assert [item["value"] for item in many[:300]] == pytest.approx([item["value"] for item in few], rel=1e-12)


def test_a_model_without_dropout_has_no_doubt(client):
    for body in (make_job(), make_job(data=inline(rows=60, classes=3)), make_job(data=line())):
        job = client.train(body)
        plain = ask(client, job)
        assert ask(client, job, mode="inference") == ask(client, job, mode="train") == ask(client, job, mode=None, monte_carlo=None, seed=None) == plain
        for item, wanted in zip(ask(client, job, monte_carlo=10_000), plain, strict=True):
            spread = item.pop("standard_deviation")
            assert item == wanted and not np.any(spread)


def test_inference_has_no_dropout(client):
    job = client.train(make_job(network={"keep_prob": 0.5}, training={"precision": "float64"}))
    assert outputs(ask(client, job, seed=4)) == pytest.approx(forward.outputs(client.weights(job["id"]), ROWS), rel=1e-9)


@pytest.mark.parametrize(("members", "pointers"), [
    ({"mode": "dropout"}, {"/mode"}), ({"mode": True}, {"/mode"}), ({"mode": "Train"}, {"/mode"}), ({"monte_carlo": 0}, {"/monte_carlo"}),
    ({"monte_carlo": 10_001}, {"/monte_carlo"}), ({"monte_carlo": 2.5}, {"/monte_carlo"}), ({"monte_carlo": "9"}, {"/monte_carlo"}),
    ({"seed": -1}, {"/seed"}), ({"seed": 2**64}, {"/seed"}), ({"seed": 1.5}, {"/seed"}), ({"mode": "train", "monte_carlo": 5}, {"/mode"}),
    ({"mode": "inference", "monte_carlo": 5}, {"/mode"}), ({"passes": 5}, {"/passes"}), ({"mode": 7, "monte_carlo": 0, "seed": "x", "x": None}, {"/mode", "/monte_carlo", "/seed", "/x"})])
def test_what_cannot_be_asked_is_refused_by_name(client, linear, members, pointers):
    assert set(client.faults(f"/v1/jobs/{linear[0]['id']}/predictions", {"x": ROWS, **members})) == pointers


def test_more_passes_than_one_request_may_make_are_refused(client):
    job = client.train(make_job(network={"hidden_layers": [512, 512], "keep_prob": 0.9}, training={"epochs": 1}))
    faults = client.faults(f"/v1/jobs/{job['id']}/predictions", {"x": ROWS * 100, "monte_carlo": 10_000})
    assert set(faults) == {"/monte_carlo"} and "times" in faults["/monte_carlo"]
    assert len(ask(client, job, ROWS, monte_carlo=50)) == len(ROWS)


def test_a_pass_that_is_no_finite_number_is_refused(client):
    job = client.train(make_job(data=line(), network={"activation": "identity", "keep_prob": 0.5}))
    for members in ({"mode": "train"}, {"monte_carlo": 3}):
        faults = client.faults(f"/v1/jobs/{job['id']}/predictions", {"x": [[0, 0], [1.7e308, 1.7e308]], **members})
        assert set(faults) == {"/x/1"}
