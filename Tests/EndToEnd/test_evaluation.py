"""Metrics of trained models against scikit-learn, from predictions by an independent forward pass."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn import metrics as sk

from harness import forward
from harness.bodies import blobs, csv_text, inline, line, make_job, make_long_job
from harness.npy import npy_bytes

SHARES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]


def evaluation(client, id, **query):
    response = client.get(f"/v1/jobs/{id}/evaluation", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def random_job(seed):
    """A job over sets of its own: two, three or five classes, texts or numbers, or a regression."""
    random = np.random.default_rng(seed)
    kind = ["binary", "multiclass", "regression"][seed % 3]
    sizes = {"train": 60, "dev": int(random.integers(5, 40)), "test": int(random.integers(5, 40))}
    sets = {}
    for place, (name, rows) in enumerate(sizes.items()):
        if kind == "regression":
            data = line(rows=rows, seed=100 * seed + place)
            sets[name] = {"x": data["x"], "y": data["y"]}
        else:
            x, y = blobs(rows=rows, classes=2 if kind == "binary" else int(3 + seed % 2 * 2), seed=seed)
            order = random.permutation(rows)
            x = (np.array(x) + random.normal(size=np.shape(x)) * 2)[order]
            sets[name] = {"x": np.round(x, 3).tolist(), "y": [["lark", "finch", "wren", "tit", "rook"][y[row]] for row in order]}
    return make_job(data={**sets, "task": kind}, training={"precision": "float64", "epochs": 10, "learning_rate": 0.02, "l2_lambda": 0.5, "seed": seed})


def nullable(value):
    return None if value is None or np.isnan(value) else pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("seed", range(18))
def test_metrics_are_scikit_learns(client, seed):
    body = random_job(seed)
    job = client.train(body)
    document, answer = client.weights(job["id"]), evaluation(client, job["id"])
    assert (answer["task"], answer["classes"]) == (body["data"]["task"], document["output"]["classes"])
    for name in ("train", "dev", "test"):
        y, outputs = body["data"][name]["y"], forward.outputs(document, body["data"][name]["x"])
        found = answer["sets"][name]
        assert found["count"] == len(y)
        for member in job["metrics"][name]:
            assert found[member] == pytest.approx(job["metrics"][name][member], rel=1e-9)
        if answer["task"] == "regression":
            check_regression(found, np.array(y), outputs[:, 0])
        else:
            check_classification(found, np.array([answer["classes"].index(label) for label in y]), outputs, answer["classes"])


def check_regression(found, y, predicted):
    assert found["rmse"] == nullable(sk.root_mean_squared_error(y, predicted))
    assert found["mae"] == nullable(sk.mean_absolute_error(y, predicted))
    assert found["r2"] == nullable(sk.r2_score(y, predicted))
    assert [item["quantile"] for item in found["residuals"]] == SHARES
    assert [item["value"] for item in found["residuals"]] == pytest.approx(np.quantile(y - predicted, SHARES), rel=1e-9, abs=1e-12)


def check_classification(found, y, outputs, classes, threshold=0.5):
    labels = list(range(len(classes)))
    binary = outputs.shape[1] == 1
    predicted = (outputs[:, 0] > threshold).astype(int) if binary else outputs.argmax(axis=1)
    full = np.column_stack([1 - outputs[:, 0], outputs[:, 0]]) if binary else outputs
    assert found["accuracy"] == nullable(sk.accuracy_score(y, predicted))
    assert found["confusion_matrix"] == sk.confusion_matrix(y, predicted, labels=labels).tolist()
    assert found["log_loss"] == nullable(sk.log_loss(y, full, labels=labels)) == found["loss"]
    assert found["brier_score"] == nullable(sk.brier_score_loss(y, outputs[:, 0] if binary else outputs, labels=labels))
    scores = sk.precision_recall_fscore_support(y, predicted, labels=labels, zero_division=np.nan)
    assert [item["class"] for item in found["per_class"]] == classes
    for label, item in enumerate(found["per_class"]):
        assert [item[name] for name in ("precision", "recall", "f1", "support")] == [nullable(score[label]) for score in scores]
    for average in ("macro", "weighted"):
        expected = sk.precision_recall_fscore_support(y, predicted, labels=labels, average=average, zero_division=np.nan)
        assert [found[f"{average}_average"][name] for name in ("precision", "recall", "f1")] == [nullable(score) for score in expected[:3]]
    areas = [sk.roc_auc_score(y == label, full[:, label]) for label in labels]
    assert [item["roc_auc"] for item in found["per_class"]] == [nullable(area) for area in areas]
    assert found["roc_auc"] == nullable(areas[1] if binary else np.mean(areas))
    check_calibration(found["calibration"], *((outputs[:, 0], y) if binary else (outputs.max(axis=1), y == predicted)))


def check_calibration(found, said, came_true):
    bins = found["bins"]
    edges = np.linspace(0, 1, len(bins) + 1)
    assert [item["lower"] for item in bins] == list(edges[:-1]) and [item["upper"] for item in bins] == list(edges[1:])
    place = np.searchsorted(edges[1:-1], said)
    error = 0
    for number, item in enumerate(bins):
        inside = place == number
        assert item["count"] == inside.sum()
        assert item["mean_probability"] == nullable(said[inside].mean() if inside.any() else np.nan)
        assert item["share_of_positives"] == nullable(came_true[inside].mean() if inside.any() else np.nan)
        error += abs(said[inside].sum() - came_true[inside].sum()) / len(said)
    assert found["expected_calibration_error"] == pytest.approx(error, abs=1e-12)


def test_rows_of_sets_that_a_sweep_has_put_together_are_counted_on(client):
    body = random_job(3)
    sweep = client.finished_sweep({"job": body, "search": {"parameters": {"l2_lambda": [0, 1]}}, "judge": {"folds": 3}, "refit": True})
    pooled = body["data"]["train"]["y"] + body["data"]["dev"]["y"]
    jobs = [run["job"] for trial in sweep["trials"] for rung in trial["rungs"] for run in rung["runs"]] + [sweep["final"]["job"]]
    assert len(jobs) == 7
    for job in jobs:
        hardest = evaluation(client, job, hardest=1000)["hardest"]
        assert sorted(item["row"] for item in hardest) == list(range(len(pooled)))
        assert all(item["target"] == pooled[item["row"]] for item in hardest)


@pytest.mark.parametrize("threshold", [0, 0.3, 1])
def test_a_threshold_moves_the_classes_and_nothing_else(client, threshold):
    job = client.train(make_job(training={"precision": "float64"}))
    usual, moved = evaluation(client, job["id"]), evaluation(client, job["id"], threshold=threshold, bins=7)
    assert moved["threshold"] == threshold and usual["threshold"] == 0.5
    for name, set in moved["sets"].items():
        scores = np.array(set["confusion_matrix"])
        assert scores.sum() == set["count"] and len(set["calibration"]["bins"]) == 7
        assert (scores[:, 1].sum() == 0) == (threshold == 1) and (scores[:, 0].sum() == 0) <= (threshold < 1)
        for member in ("loss", "log_loss", "brier_score", "roc_auc"):
            assert set[member] == usual["sets"][name][member]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_hardest_rows_are_those_with_the_largest_losses(client, task):
    data = line(rows=50) if task == "regression" else inline(rows=60, classes=3 if task == "multiclass" else 2)
    job = client.train(make_job(data=data, training={"precision": "float64", "epochs": 20}))
    hardest = evaluation(client, job["id"], hardest=1000)["hardest"]
    rows = job["settings"]["data"]["rows"]
    assert sum(item["set"] == "train" for item in hardest) == rows["train"] and len(hardest) == rows["train"] + rows["dev"]
    assert len({item["row"] for item in hardest}) == len(hardest)
    losses = [item["loss"] for item in hardest]
    assert losses == sorted(losses, reverse=True)
    expected = forward.predictions(client.weights(job["id"]), data["x"])
    for item in hardest:
        assert item["target"] == data["y"][item["row"]]
        assert item["prediction"] == {name: value if name == "class" else pytest.approx(value) for name, value in expected[item["row"]].items()}
        assert item["loss"] == pytest.approx(loss(item, job["settings"]["data"]["classes"]))
    few = evaluation(client, job["id"], hardest=3)["hardest"]
    for name in ("train", "dev"):
        assert [item for item in few if item["set"] == name] == [item for item in hardest if item["set"] == name][:3]
    assert evaluation(client, job["id"], hardest=0)["hardest"] == []


def loss(item, classes):
    prediction = item["prediction"]
    if "value" in prediction:
        return (prediction["value"] - item["target"]) ** 2
    label = classes.index(item["target"])
    return -np.log(prediction["probabilities"][label] if "probabilities" in prediction else abs(1 - label - prediction["probability"]))


def test_rows_of_given_sets_are_counted_within_the_set(client):
    x, y = [[4 * (n % 2) + n % 7 / 8, n % 5 / 8] for n in range(60)], [n % 2 for n in range(60)]
    wrong = {"train": 4, "dev": 7}
    sets = {"train": {"x": x[:40], "y": y[:40]}, "dev": {"x": x[40:], "y": y[40:]}}
    for name, row in wrong.items():
        sets[name]["y"][row] = 1 - sets[name]["y"][row]
    job = client.train(make_job(data=sets, training={"epochs": 60, "learning_rate": 0.02}))
    hardest = evaluation(client, job["id"], hardest=1)["hardest"]
    assert {item["set"]: item["row"] for item in hardest} == wrong


def test_rows_of_a_csv_are_counted_without_its_header_and_with_what_was_dropped(client):
    x, y = blobs(rows=60)
    cells = [[*row] for row in x]
    for row in range(0, 60, 5):
        cells[row][0] = ""
    text = csv_text({"x": cells, "y": [["calm", "storm"][label] for label in y]}, header=["a", "b", "sky"])
    job = client.train(make_job(data={"csv": text, "target": "sky", "missing": "drop"}))
    hardest = evaluation(client, job["id"], hardest=1000)["hardest"]
    assert {item["row"] for item in hardest} <= {row for row in range(60) if row % 5}
    assert all(item["target"] == ["calm", "storm"][y[item["row"]]] for item in hardest)


def test_what_is_undefined_is_null(client):
    """All weights stay zero: everything is taken for the first class; the dev set has the second class only."""
    x, _ = blobs(rows=30)
    data = {"train": {"x": x, "y": [0, 1] * 15}, "dev": {"x": x[:4], "y": [1] * 4}}
    body = make_job(data=data, network={"hidden_layers": [], "initializer": "zeros"}, training={"epochs": 1, "optimizer": "sgd", "learning_rate": 1e-30})
    sets = evaluation(client, client.train(body)["id"])["sets"]
    assert sets["test"] is None and sets["dev"]["roc_auc"] is None and sets["train"]["roc_auc"] == 0.5
    first, second = sets["dev"]["per_class"]
    assert (first["precision"], first["recall"], first["f1"], first["support"]) == (0, None, 0, 0)
    assert (second["precision"], second["recall"], second["f1"], second["support"]) == (None, 0, 0, 4)
    constant = {"train": {"x": x, "y": [0.5] * 15 + [1.5] * 15}, "dev": {"x": x[:3], "y": [2.5] * 3}, "task": "regression"}
    sets = evaluation(client, client.train(make_job(data=constant))["id"])["sets"]
    assert sets["dev"]["r2"] is None and sets["dev"]["rmse"] > 0


@pytest.mark.parametrize("path", ["evaluation", "diagnosis"])
def test_a_job_without_weights_says_which_state_it_is_in(client, path):
    id = client.submit(make_long_job())["id"]
    try:
        client.wait(id, until={"running"})
        response = client.get(f"/v1/jobs/{id}/{path}")
        assert response.status_code == 409 and "running" in response.json()["detail"]
    finally:
        client.cancel(id)
    client.wait(id, until={"cancelled"})
    assert client.get(f"/v1/jobs/{id}/{path}").status_code == 200


@pytest.mark.parametrize("path", ["evaluation", "diagnosis"])
def test_an_unknown_job_is_not_found(client, path):
    assert client.get(f"/v1/jobs/job_{'0' * 24}/{path}").status_code == 404
    assert client.get(f"/v1/jobs/nonsense/{path}").status_code == 404


@pytest.mark.parametrize(("path", "query", "pointers"), [
    ("evaluation", {"hardest": -1}, {"/query/hardest"}), ("evaluation", {"hardest": 1001}, {"/query/hardest"}),
    ("evaluation", {"bins": 0, "threshold": 1.5}, {"/query/bins", "/query/threshold"}), ("evaluation", {"threshold": "0x1"}, {"/query/threshold"}),
    ("evaluation", {"threshold": "nan"}, {"/query/threshold"}), ("evaluation", {"k": 3}, {"/query/k"}),
    ("diagnosis", {"threshold": 0}, {"/query/threshold"}), ("diagnosis", {"threshold": 1}, {"/query/threshold"}),
    ("diagnosis", {"hardest": 3}, {"/query/hardest"})])
def test_a_query_that_is_out_of_range_is_refused(client, path, query, pointers):
    response = client.get(f"/v1/jobs/{client.train(make_job())['id']}/{path}", params=query)
    assert response.status_code == 422 and {fault["pointer"] for fault in response.json()["errors"]} == pointers


def test_a_threshold_needs_two_classes(client):
    id = client.train(make_job(data=line()))["id"]
    response = client.get(f"/v1/jobs/{id}/evaluation", params={"threshold": 0.5})
    assert response.status_code == 422 and response.json()["errors"][0]["pointer"] == "/query/threshold"


def test_a_data_set_that_was_forgotten_is_still_evaluated(client):
    dataset = client.upload(csv_text(inline(), header=["a", "b", "y"]))
    job = client.train(make_job(data={"dataset": dataset["id"], "target": "y"}))
    before = evaluation(client, job["id"])
    assert client.delete(f"/v1/datasets/{dataset['id']}").status_code == 204
    assert evaluation(client, job["id"]) == before


def test_a_third_evaluation_at_a_time_is_told_to_try_again(server, client):
    x = np.random.default_rng(1).normal(size=(200_000, 4))
    dataset = client.upload(npy_bytes(np.column_stack([x, x[:, 0] > 0]).astype(np.float32)), "application/x-npy")
    id = client.train(make_job(data={"dataset": dataset["id"], "target": 4, "task": "binary"}, training={"epochs": 1, "batch_size": 4096}))["id"]
    clients = [server.new_client() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(20):
            answers = list(threads.map(lambda one: one.get(f"/v1/jobs/{id}/evaluation?hardest=0"), clients))
            busy = [answer for answer in answers if answer.status_code == 503]
            assert all(answer.status_code == 200 for answer in answers if answer not in busy)
            if busy:
                break
    assert busy and busy[0].json()["code"] == "busy" and int(busy[0].headers["Retry-After"]) > 0
    assert client.get(f"/v1/jobs/{id}/evaluation").status_code == 200
