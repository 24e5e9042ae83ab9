"""Predictions, and the same from the weights document by a forward pass in NumPy."""

import numpy as np
import pytest

from harness import forward
from harness.bodies import blobs, csv_text, inline, line, make_job

TEXT = "size,colour,weight,y\n" + "".join(f"{n / 8},{['red', 'green', 'blue'][n % 3]},{(n * 7) % 11},{'yes' if n % 2 else 'no'}\n" for n in range(40))
TEXT_ROWS = [[0.5, "red", 3], [100, "blue", -4], [0, "green", 0.125]]
ROWS = [[0, 0], [1.5, -2.25], [-40, 3], [1e6, -1e6]]

CASES = {
    "binary": (make_job(), ROWS),
    "multiclass": (make_job(data=inline(rows=60, classes=4)), ROWS),
    "regression": (make_job(data=line()), ROWS),
    "string labels": (make_job(data={"x": blobs()[0], "y": ["no", "yes"] * 20}), ROWS),
    "boolean labels": (make_job(data={"x": blobs()[0], "y": [False, True] * 20}), ROWS),
    "two classes by softmax": (make_job(data=inline(task="multiclass")), ROWS),
    "no hidden layer": (make_job(network={"hidden_layers": []}), ROWS),
    "text missing": (make_job(data={"csv": TEXT.replace("red", "", 3), "target": "y", "missing": "mean"}), [[0.5, None, 3], [None, "blue", None], *TEXT_ROWS]),
    "not normalised": (make_job(data=inline(normalize="none")), ROWS),
    "constant column": (make_job(data={"x": [[5, n % 9] for n in range(40)], "y": [n % 2 for n in range(40)]}), ROWS),
    "one-hot": (make_job(data={"csv": TEXT, "target": "y"}), TEXT_ROWS),
    "one-hot, batch norm": (make_job(data={"csv": TEXT, "target": "y"}, network={"batch_norm": True}), TEXT_ROWS),
    "batch norm": (make_job(network={"batch_norm": True}, training={"batch_size": 8}), ROWS),
    "batch norm, multiclass": (make_job(data=inline(rows=60, classes=3), network={"batch_norm": True, "activation": "tanh"}), ROWS),
    "dropout": (make_job(network={"keep_prob": 0.7, "input_keep_prob": 0.9}), ROWS),
    "one activation each": (make_job(network={"hidden_layers": [4] * 5, "activation": list(forward.ACTIVATIONS)[:5]}), ROWS),
    **{activation: (make_job(network={"activation": activation}), ROWS) for activation in list(forward.ACTIVATIONS)[:5]},
}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_the_weights_document_predicts_what_the_service_predicts(client, case, precision):
    body, rows = CASES[case]
    job = client.train({**body, "training": {**body["training"], "precision": precision, "epochs": 20}})
    document, answer = client.weights(job["id"]), client.predict(job["id"], rows)
    expected = forward.predictions(document, rows)
    tolerance = {"rel": 1e-3, "abs": 1e-5} if precision == "float32" else {"rel": 1e-9, "abs": 1e-12}
    assert answer["task"] == document["output"]["task"] and answer["classes"] == document["output"]["classes"]
    assert len(answer["data"]) == len(rows)
    for got, wanted in zip(answer["data"], expected):
        assert set(got) == set(wanted)
        for name in set(got) - {"class"}:
            assert got[name] == pytest.approx(wanted[name], **tolerance)
        if "class" in wanted and not near_a_tie(wanted):
            assert got["class"] == wanted["class"] and type(got["class"]) is type(wanted["class"])


def near_a_tie(prediction):
    chances = sorted(prediction.get("probabilities") or [prediction["probability"], 1 - prediction["probability"]])
    return chances[-1] - chances[-2] < 1e-3


def test_probabilities_sum_to_one(client):
    job = client.train(make_job(data=inline(rows=60, classes=3)))
    for prediction in client.predict(job["id"], ROWS)["data"]:
        assert sum(prediction["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_a_row_is_predicted_alike_alone_and_among_others(client):
    job = client.train(make_job(training={"precision": "float64"}))
    x, _ = blobs(rows=1000)
    together = [item["probability"] for item in client.predict(job["id"], x)["data"]]
    alone = [client.predict(job["id"], [row])["data"][0]["probability"] for row in x[::100]]
    assert together[::100] == pytest.approx(alone, rel=1e-12)


def test_the_reported_accuracy_is_that_of_the_predictions(client):
    x, y = blobs(rows=60)
    job = client.train(make_job(data={"train": {"x": x, "y": y}}, training={"precision": "float64", "epochs": 50}))
    predicted = [item["class"] for item in client.predict(job["id"], x)["data"]]
    assert job["metrics"]["train"]["accuracy"] == pytest.approx(np.mean(np.array(predicted) == y))


def test_a_confident_wrong_answer_costs_much_and_not_infinitely(client):
    sets = {"train": {"x": [[n / 8] for n in range(-20, 20)], "y": [int(n >= 0) for n in range(-20, 20)]}, "dev": {"x": [[1e6], [-1e6]], "y": [0, 1]}}
    job = client.train(make_job(data=sets, network={"hidden_layers": []}, training={"epochs": 200, "learning_rate": 0.1, "optimizer": "sgd"}))
    assert job["metrics"]["dev"]["loss"] > 1e4 and job["metrics"]["dev"]["accuracy"] == 0
    assert [item["probability"] for item in client.predict(job["id"], [[1e6], [-1e6]])["data"]] == pytest.approx([1, 0])


def test_a_missing_cell_is_replaced_by_the_mean_where_training_did_so(client):
    body = make_job(data=inline(missing="mean"), training={"precision": "float64"})
    job = client.train(body)
    rows = [[None, 1.0], [0.5, None]]
    expected = forward.predictions(client.weights(job["id"]), rows)
    assert [item["probability"] for item in client.predict(job["id"], rows)["data"]] == pytest.approx([item["probability"] for item in expected], rel=1e-9)


@pytest.fixture(scope="module")
def models(server):
    return {"numbers": server.client.train(make_job())["id"],
            "text": server.client.train(make_job(data={"csv": TEXT, "target": "y"}))["id"]}


@pytest.mark.parametrize(("model", "body", "pointer"), [
    ("numbers", {}, "/x"), ("numbers", {"x": None}, "/x"), ("numbers", {"x": 7}, "/x"), ("numbers", {"x": [7]}, "/x/0"), ("numbers", {"x": [[]]}, "/x/0"),
    ("numbers", {"x": [[1]]}, "/x/0"), ("numbers", {"x": [[1, 2], [1, 2, 3]]}, "/x/1"), ("numbers", {"x": [[1, "2"]]}, "/x/0/1"), ("numbers", {"x": [[1, True]]}, "/x/0/1"),
    ("numbers", {"x": [[1, None]]}, "/x/0/1"), ("numbers", {"x": [[1, [2]]]}, "/x/0/1"), ("numbers", {"x": [[1, 2]], "y": [0]}, "/y"), ("numbers", [], ""),
    ("text", {"x": [[1, "purple", 3]]}, "/x/0/1"), ("text", {"x": [[1, 7, 3]]}, "/x/0/1"), ("text", {"x": [["red", "red", 3]]}, "/x/0/0"), ("text", {"x": [[1, None, 3]]}, "/x/0/1")])
def test_rows_that_the_model_cannot_read_are_refused_by_pointer(client, models, model, body, pointer):
    assert set(client.faults(f"/v1/jobs/{models[model]}/predictions", body)) == {pointer}


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_row_without_a_finite_prediction_is_refused(client, precision):
    for data, task in ((inline(), "binary"), (inline(classes=3, rows=60), "multiclass"), (line(), "regression")):
        id = client.train(make_job(data={**data, "task": task}, network={"activation": "identity"}, training={"precision": precision}))["id"]
        extremes = [[a * 1.7e308, b * 1.7e308] for a in (-1, 1) for b in (-1, 1)]
        faults = client.faults(f"/v1/jobs/{id}/predictions", {"x": [[0, 0], *extremes]})
        assert faults and set(faults) <= {"/x/1", "/x/2", "/x/3", "/x/4"}


def test_more_rows_than_an_answer_holds_are_refused(client, models):
    rows = 2**23 // 3
    path = f"/v1/jobs/{models['numbers']}/predictions"
    response = client.post_text(path, '{"x":[' + ",".join(["[1,2]"] * (rows + 1)) + "]}")
    assert response.status_code == 422 and [fault["pointer"] for fault in response.json()["errors"]] == ["/x"]
    assert str(rows) in response.json()["errors"][0]["detail"]


def test_no_rows_get_no_predictions(client, models):
    assert client.predict(models["numbers"], []) == {"object": "predictions", "task": "binary", "classes": [0, 1], "data": []}


def test_a_tie_is_the_first_class(client):
    """All weights are zero: every class is as likely as another, exactly."""
    for classes in (2, 3):
        data = {"train": dict(zip("xy", blobs(rows=30, classes=classes))), "task": "multiclass" if classes == 3 else "binary"}
        job = client.train(make_job(
            data=data, network={"hidden_layers": [], "initializer": "zeros"}, training={"epochs": 1, "optimizer": "sgd", "learning_rate": 1e-30}))
        predicted = client.predict(job["id"], ROWS)["data"]
        assert [item["class"] for item in predicted] == [0] * len(ROWS)
        assert classes == 3 or [item["probability"] for item in predicted] == [0.5] * len(ROWS)
        assert job["metrics"]["train"]["accuracy"] == pytest.approx(1 / classes)


def test_boolean_columns_take_booleans(client):
    rows = [{"wet": n % 2 == 0, "size": n / 8, "y": int(n % 3 == 0)} for n in range(30)]
    dataset = client.post("/v1/datasets", json=rows).json()
    assert [column["kind"] for column in dataset["columns"]] == ["boolean", "numeric", "numeric"]
    id = client.train(make_job(data={"dataset": dataset["id"], "target": "y"}))["id"]
    assert client.weights(id)["input"]["columns"][0] == {"name": "wet", "index": 0, "kind": "boolean"}
    words, numbers = client.predict(id, [[True, 1], [False, 2]]), client.predict(id, [[1, 1], [0, 2]])
    assert words == numbers and words["data"][0] != words["data"][1]
    assert set(client.faults(f"/v1/jobs/{id}/predictions", {"x": [["true", 1], [True, True]]})) == {"/x/0/0", "/x/1/1"}


def test_an_unknown_category_is_told_with_the_known_ones(client, models):
    detail = client.faults(f"/v1/jobs/{models['text']}/predictions", {"x": [[1, "purple", 3]]})["/x/0/1"]
    assert "purple" in detail and "red" in detail


def test_the_layers_of_a_model_start_another(client):
    first = client.train(make_job(network={"batch_norm": True}))
    layers = client.weights(first["id"])["layers"]
    body = make_job(network={"batch_norm": True, "initial_weights": layers}, training={"learning_rate": 1e-30, "optimizer": "sgd", "precision": "float64"})
    second = client.submit(body)
    given = second["settings"]["network"]["initial_weights"]
    assert given["layers"] == 3 and len(given["sha256"]) == 64
    job = client.wait(second["id"])
    assert job["status"] == "succeeded"
    for before, after in zip(layers, client.weights(job["id"])["layers"], strict=True):
        assert before["activation"] == after["activation"] and ("batch_norm" in before) == ("batch_norm" in after)
        for name in ("weights", "biases"):
            assert np.allclose(before[name], after[name], rtol=1e-12, atol=1e-20)
        for name in ("gamma", "beta") if "batch_norm" in before else ():
            assert np.allclose(before["batch_norm"][name], after["batch_norm"][name], rtol=1e-12, atol=1e-20)


@pytest.mark.parametrize("epsilon", ["x", 0, -1, 0.5])
def test_another_epsilon_in_initial_weights_is_not_ignored(client, epsilon):
    layers = client.weights(client.train(make_job(network={"batch_norm": True}))["id"])["layers"]
    layers[0]["batch_norm"]["epsilon"] = epsilon
    faults = client.faults("/v1/jobs", make_job(network={"batch_norm": True, "initial_weights": layers}))
    assert set(faults) == {"/network/initial_weights/0/batch_norm/epsilon"}


def test_a_weights_document_describes_its_job(client):
    text = csv_text(inline(rows=60, classes=3), ["a", "b", "kind"])
    job = client.train(make_job(data={"csv": text, "target": "kind"}))
    document = client.weights(job["id"])
    assert {part: document[part] for part in ("data", "network", "training")} | {"base_error": 0} == job["settings"] and document["metrics"] == job["metrics"]
    assert document["input"]["features"] == ["a", "b"]
    assert [len(layer["biases"]) for layer in document["layers"]] == [4, 3, 3]
    assert [len(layer["weights"][0]) for layer in document["layers"]] == [2, 4, 3]
    assert [layer["activation"] for layer in document["layers"]] == ["relu", "relu", "softmax"]
