"""class_weight and sample_weight: what they mean, in every form of data, against NumPy and scikit-learn's formulas."""

import numpy as np
import pytest
from sklearn import metrics as sk

from harness import forward
from harness.bodies import blobs, csv_text, inline, line, make_job

EXACT = {"precision": "float64", "batch_size": "full", "optimizer": "sgd", "learning_rate": 0.1}


def layers(client, job):
    return np.concatenate([np.ravel(layer[name]) for layer in client.weights(job["id"])["layers"] for name in ("weights", "biases")])


def sample_weights(count, seed=3):
    """In no order, some of them 0; eighths, which every format holds."""
    return (np.random.default_rng(seed).integers(0, 40, count) / 8).tolist()


def losses(document, x, y):
    """The loss of each row, and whether its class was predicted."""
    a, classes = forward.outputs(document, x), document["output"]["classes"]
    match document["output"]["task"]:
        case "regression":
            return (a[:, 0] - y) ** 2, None
        case "binary":
            label = np.array([classes.index(value) for value in y])
            return -np.log(np.where(label == 1, a[:, 0], 1 - a[:, 0])), (a[:, 0] > 0.5) == label
        case "multiclass":
            label = np.array([classes.index(value) for value in y])
            return -np.log(a[np.arange(len(y)), label]), a.argmax(axis=1) == label


DATA = {"binary": inline(rows=45), "multiclass": inline(rows=60, classes=3), "regression": line(rows=50)}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("task", "class_weight"), [("regression", None), *((task, choice) for task in ("binary", "multiclass") for choice in (None, "balanced", {"1": 4}))])
def test_metrics_are_the_weighted_ones(client, task, weighted, class_weight):
    x, y = DATA[task]["x"], DATA[task]["y"]
    cut = {"train": slice(0, 30), "dev": slice(30, 40), "test": slice(40, None)}
    w = {name: sample_weights(len(y[part])) for name, part in cut.items()}
    data = {name: {"x": x[part], "y": y[part], **({"sample_weight": w[name]} if weighted else {})} for name, part in cut.items()}
    job = client.train(make_job(data={**data, "task": task}, training={**EXACT, "epochs": 20, "class_weight": class_weight}))
    document, settings = client.weights(job["id"]), job["settings"]
    classes, given = settings["data"]["classes"], settings["data"]["class_weights"]
    counts = [data["train"]["y"].count(label) for label in classes or []]
    wanted = {"balanced": [30 / (len(counts) * n) for n in counts if n], "named": [4 if label == 1 else 1 for label in classes or []]}
    assert given == (None if class_weight is None else pytest.approx(wanted["balanced" if class_weight == "balanced" else "named"], rel=1e-15))
    assert settings["training"]["class_weight"] == class_weight
    assert settings["data"]["sample_weight"] == ("sample_weight" if weighted else None)
    for name in cut:
        labels, metrics = np.array(data[name]["y"]), job["metrics"][name]
        loss, right = losses(document, data[name]["x"], data[name]["y"])
        sample = np.array(w[name]) if weighted else np.ones(len(labels))
        by_class = np.array([given[classes.index(label)] for label in data[name]["y"]]) if given else 1
        assert metrics["loss"] == pytest.approx(np.average(loss, weights=sample * by_class), rel=1e-9)
        assert metrics["cost"] == metrics["loss"]
        if task == "regression":
            error, spread = ((np.average(v, weights=sample)) for v in (loss, (labels - np.average(labels, weights=sample)) ** 2))
            assert (metrics["rmse"], metrics["r2"]) == pytest.approx((np.sqrt(error), 1 - error / spread), rel=1e-9)
        else:
            assert metrics["accuracy"] == pytest.approx(np.average(right, weights=sample), rel=1e-12)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("task", DATA)
def test_an_evaluation_weighs_as_the_job_and_scikit_learn_do(client, task, precision):
    x, y, w = np.array(DATA[task]["x"]), np.array(DATA[task]["y"]), np.array(sample_weights(len(DATA[task]["y"])))
    cut = {"train": slice(0, 30), "dev": slice(30, 40), "test": slice(40, None)}
    data = {name: {"x": x[part].tolist(), "y": y[part].tolist(), "sample_weight": w[part].tolist()} for name, part in cut.items()}
    class_weight = None if task == "regression" else {"1": 4}
    job = client.train(make_job(data={**data, "task": task}, training={**EXACT, "precision": precision, "epochs": 20, "class_weight": class_weight, "l2_lambda": 0.5}))
    document, exact = client.weights(job["id"]), 1e-9 if precision == "float64" else 1e-5
    response = client.get(f"/v1/jobs/{job['id']}/evaluation", params={"hardest": 1000})
    diagnosis = client.get(f"/v1/jobs/{job['id']}/diagnosis").json()
    for name, part in cut.items():
        found, outputs = response.json()["sets"][name], forward.outputs(document, data[name]["x"])
        assert {member: found[member] for member in job["metrics"][name]} == pytest.approx(job["metrics"][name], rel=1e-6 if precision == "float32" else 1e-12)
        y_, w_, near = y[part], w[part], lambda value: pytest.approx(value, rel=exact)
        if task == "regression":
            assert found["mae"] == near(sk.mean_absolute_error(y_, outputs[:, 0], sample_weight=w_))
            assert found["rmse"] == near(sk.root_mean_squared_error(y_, outputs[:, 0], sample_weight=w_))
            assert found["r2"] == near(sk.r2_score(y_, outputs[:, 0], sample_weight=w_))
            spread = np.average((y[:30] - np.average(y[:30], weights=w[:30])) ** 2, weights=w[:30])
            wrong = (y_ - outputs[:, 0]) ** 2 / spread
        else:
            full = np.column_stack([1 - outputs[:, 0], outputs[:, 0]]) if task == "binary" else outputs
            predicted, labels = full.argmax(axis=1), list(range(full.shape[1]))
            assert found["confusion_matrix"] == near(sk.confusion_matrix(y_, predicted, labels=labels, sample_weight=w_))
            assert found["log_loss"] == near(sk.log_loss(y_, full, labels=labels, sample_weight=w_))
            assert found["brier_score"] == near(np.average(((full - np.eye(len(labels))[y_]) ** 2).sum(axis=1), weights=w_) / (2 if task == "binary" else 1))
            assert [item["support"] for item in found["per_class"]] == near([w_[y_ == label].sum() for label in labels])
            areas = [sk.roc_auc_score(y_ == label, full[:, label], sample_weight=w_) for label in labels]
            assert [item["roc_auc"] for item in found["per_class"]] == near(areas)
            confusion, calibration = (client.get(f"/v1/jobs/{job['id']}/plots/{kind}.json", params={"set": name}).json() for kind in ("confusion", "calibration"))
            assert confusion["counts"] == found["confusion_matrix"] and "by sample weight" in confusion["subtitle"]
            assert sum(item["count"] for item in calibration["bins"]) == w_.sum()
            if task == "binary":
                assert calibration["brier_score"] == found["brier_score"]
                assert calibration["expected_calibration_error"] == found["calibration"]["expected_calibration_error"]
            wrong = predicted != y_
        error, n = diagnosis["errors"][name], w_.sum() ** 2 / (w_ ** 2).sum()
        mean = np.average(wrong, weights=w_)
        assert error["error"] == near(mean) and error["examples"] == len(y_)
        z = 1.959963984540054
        if task == "regression":
            reach = z * np.sqrt((w_ * (wrong - mean) ** 2).sum() / (w_.sum() - (w_ ** 2).sum() / w_.sum()) / n)
            interval = None if n < 10 else [max(0, mean - reach), mean + reach]
        else:
            centre, reach = mean + z * z / (2 * n), z * np.sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
            interval = [0 if mean == 0 else (centre - reach) / (1 + z * z / n), 1 if mean == 1 else (centre + reach) / (1 + z * z / n)]
        assert error["interval"] == (None if interval is None else pytest.approx(interval, rel=exact, abs=1e-12))
    listed = [(item["set"], item["row"]) for item in response.json()["hardest"]]
    assert sorted(listed) == sorted((name, row) for name in ("train", "dev") for row, weight in enumerate(data[name]["sample_weight"]) if weight > 0)
    losses_ = [item["loss"] for item in response.json()["hardest"]]
    assert losses_ == sorted(losses_, reverse=True)


def test_a_weighted_step_descends_the_weighted_cost(client):
    """One step of gradient descent for a logistic regression, worked out in NumPy."""
    x, y, w = np.array(DATA["binary"]["x"]), np.array(DATA["binary"]["y"]), np.array(sample_weights(45))
    body = make_job(
        data={**DATA["binary"], "sample_weight": w.tolist(), "normalize": "none", "split": {"train": 1}},
        network={"hidden_layers": [], "initializer": "zeros"}, training={**EXACT, "epochs": 1, "class_weight": {"0": 3}})
    job = client.train(body)
    w = w * np.where(y == 0, 3, 1)
    delta = w / w.mean() * (0.5 - y) / 45
    expected = [*(-0.1 * delta @ x), -0.1 * delta.sum()]
    assert layers(client, job) == pytest.approx(expected, rel=1e-12)
    assert client.history(job["id"])[1]["step_cost"] == pytest.approx(np.log(2), rel=1e-12)


def test_a_weight_of_two_is_a_row_given_twice_and_of_none_a_row_left_out(client):
    x, y = blobs(rows=40)
    w = [[1, 2, 0, 3][n % 4] for n in range(40)]
    repeated = [row for row, times in enumerate(w) for _ in range(times)]
    one, other = (client.train(make_job(data={"train": data, "normalize": "none"}, training={**EXACT, "epochs": 30})) for data in (
        {"x": x, "y": y, "sample_weight": w}, {"x": [x[row] for row in repeated], "y": [y[row] for row in repeated]}))
    assert layers(client, one) == pytest.approx(layers(client, other), rel=1e-11)
    assert one["metrics"]["train"] == pytest.approx(other["metrics"]["train"], rel=1e-11)


@pytest.mark.parametrize("training", [{}, {"batch_size": 8}, {"precision": "float64"}, {"generator": "numpy"}])
def test_equal_weights_are_no_weights(client, training):
    body = make_job(network={"keep_prob": 0.8}, training=training)
    equal = make_job(data=inline(sample_weight=[0.3] * 40), network={"keep_prob": 0.8}, training={**training, "class_weight": {"0": 5, "1": 5}})
    plain, same = client.train(body), client.train(equal)
    assert client.weights(plain["id"])["layers"] == client.weights(same["id"])["layers"] and plain["metrics"] == same["metrics"]
    assert client.history(plain["id"]) == client.history(same["id"])


# Where the weights are

def test_all_forms_of_data_train_the_same(client):
    source, w = inline(rows=40), sample_weights(40)
    text = csv_text({"x": [[*row, weight] for row, weight in zip(source["x"], w)], "y": source["y"]}, ["a", "b", "w", "y"])
    dataset = client.upload(text)["id"]
    reference = client.train(make_job(data={**source, "sample_weight": w}))
    for data, answered in (
            ({"csv": text, "target": "y", "sample_weight": "w"}, "w"), ({"csv": text, "target": 3, "sample_weight": 2}, "w"),
            ({"dataset": dataset, "target": "y", "sample_weight": "w"}, "w"), ({"dataset": dataset, "target": "y", "sample_weight": 2, "features": ["a", "b"]}, "w"),
            ({"csv": text.split("\n", 1)[1], "target": 3, "sample_weight": 2}, 2)):
        job = client.train(make_job(data=data))
        assert client.weights(job["id"])["layers"] == client.weights(reference["id"])["layers"] and job["metrics"] == reference["metrics"]
        assert job["settings"]["data"]["sample_weight"] == answered and job["settings"]["data"]["inputs"] == 2
    assert client.train(make_job(data={"dataset": dataset, "target": "y"}))["settings"]["data"]["inputs"] == 3
    assert [column["name"] for column in client.weights(reference["id"])["input"]["columns"]] == ["x0", "x1"]


def test_weights_leave_the_data_without_them_as_it_was(client):
    tables = [client.submit(make_job(data=inline(**members)))["settings"]["data"]["table"] for members in ({}, {"sample_weight": None}, {"sample_weight": [1] * 40})]
    assert tables[0] == tables[1] != tables[2]


def test_a_boolean_column_chooses_rows(client):
    rows = [{"size": n / 8, "use": n % 3 != 0, "y": int(n % 2)} for n in range(30)]
    id = client.post("/v1/datasets", json=rows).json()["id"]
    kept = [row for row in rows if row["use"]]
    common = {"normalize": "none", "split": {"train": 1}}
    used = client.train(make_job(data={"dataset": id, "target": "y", "sample_weight": "use", **common}, training={**EXACT}))
    only = client.train(make_job(data={"x": [[row["size"]] for row in kept], "y": [row["y"] for row in kept], **common}, training={**EXACT}))
    assert layers(client, used) == pytest.approx(layers(client, only), rel=1e-11)


def test_rows_without_a_weight_may_be_dropped(client):
    x, y = blobs(rows=40)
    w = [None if n < 10 else 1 + n % 3 for n in range(40)]
    dropped = client.train(make_job(data={"train": {"x": x, "y": y, "sample_weight": w}, "missing": "drop"}))
    alone = client.train(make_job(data={"train": {"x": x[10:], "y": y[10:], "sample_weight": w[10:]}}))
    assert layers(client, dropped) == pytest.approx(layers(client, alone))
    for missing in ("error", "mean"):
        faults = client.faults("/v1/jobs", make_job(data={"train": {"x": x, "y": y, "sample_weight": w}, "missing": missing}))
        assert set(faults) == {"/data/train/sample_weight/0"} and "drop" in faults["/data/train/sample_weight/0"]


CSV = "a,b,w,t,y\n" + "".join(f"{n % 7},{n % 5},{n % 4},{'xyz'[n % 3]},{n % 2}\n" for n in range(24))
SMALL = {"x": [[0], [1], [2], [3]], "y": [0, 1, 0, 1]}


@pytest.mark.parametrize(("data", "pointers"), [
    ({**SMALL, "sample_weight": 3}, {"/data/sample_weight"}), ({**SMALL, "sample_weight": "w"}, {"/data/sample_weight"}),
    ({**SMALL, "sample_weight": [1, 2, 3]}, {"/data/sample_weight"}), ({**SMALL, "sample_weight": [1, 2, 3, 4, 5]}, {"/data/sample_weight"}),
    ({**SMALL, "sample_weight": [1, "2", 3, True]}, {"/data/sample_weight/1", "/data/sample_weight/3"}),
    ({**SMALL, "sample_weight": [1, -2, 3, -0.5]}, {"/data/sample_weight/1", "/data/sample_weight/3"}),
    ({**SMALL, "sample_weight": [1, None, 3, 4]}, {"/data/sample_weight/1"}), ({**SMALL, "sample_weight": [0, 0, 0, 0]}, {"/data/sample_weight"}),
    ({**SMALL, "sample_weight": [1e308, 1e308, 1e308, 1]}, {"/data/sample_weight"}), ({**SMALL, "sample_weight": []}, {"/data/sample_weight"}),
    ({**SMALL, "sample_weight": [1, 1, 1, 1], "features": ["sample_weight"]}, {"/data/features/0"}),
    ({"train": {**SMALL, "sample_weight": [1, 1, 1, 2]}, "dev": SMALL, "test": SMALL}, {"/data/dev/sample_weight", "/data/test/sample_weight"}),
    ({"train": SMALL, "dev": {**SMALL, "sample_weight": [1, 1, 1, 2]}}, {"/data/train/sample_weight"}),
    ({"train": {**SMALL, "sample_weight": [1] * 4}, "dev": {**SMALL, "sample_weight": [0] * 4}}, {"/data/dev/sample_weight"}),
    ({"train": {**SMALL, "sample_weight": [1] * 4}, "test": {**SMALL, "sample_weight": [1, 1, -1, 1]}}, {"/data/test/sample_weight/2"}),
    ({"train": SMALL, "sample_weight": [1, 1, 1, 1]}, {"/data/sample_weight"}),
    ({"csv": CSV, "target": "y", "sample_weight": "v"}, {"/data/sample_weight"}), ({"csv": CSV, "target": "y", "sample_weight": 5}, {"/data/sample_weight"}),
    ({"csv": CSV, "target": "y", "sample_weight": [1, 2]}, {"/data/sample_weight"}), ({"csv": CSV, "target": "y", "sample_weight": "y"}, {"/data/sample_weight"}),
    ({"csv": CSV, "target": "y", "sample_weight": "t"}, {"/data/sample_weight"}), ({"csv": CSV, "target": "y", "sample_weight": "w", "features": ["a", "w"]}, {"/data/features/1"}),
    ({"csv": CSV.replace("0,0,0,x", "0,0,-1,x"), "target": "y", "sample_weight": "w"}, {"/data/sample_weight"}),
    ({"csv": CSV.replace("0,0,0,x", "0,0,,x"), "target": "y", "sample_weight": "w"}, {"/data/sample_weight"}),
    ({"csv": "w,y\n1,0\n2,1\n", "target": "y", "sample_weight": "w"}, {"/data/target"})])
def test_weights_that_are_none_are_refused_where_they_stand(client, data, pointers):
    assert set(client.faults("/v1/jobs", make_job(data=data))) == pointers


# Class weights

@pytest.mark.parametrize(("labels", "class_weight", "resolved"), [
    ([0, 1], {"1": 3}, [1, 3]), ([0, 1], {"0": 0.5, "1": 3}, [0.5, 3]), ([0, 1], {"1.0": 3}, [1, 3]), ([0.5, 1.5], {"0.5": 2}, [2, 1]), ([0, 1], {}, [1, 1]),
    ([True, False], {"true": 2}, [1, 2]), (["no", "yes"], {"yes": 2, "no": 4}, [4, 2]), (["a/b", "~"], {"a/b": 2}, [2, 1]),
    ([1, 2, 3], {"2": 7}, [1, 7, 1]), ([1, 2, 3], "balanced", [1, 1, 1])])
def test_classes_are_named_as_text(client, labels, class_weight, resolved):
    x, _ = blobs(rows=60)
    settings = client.submit(make_job(data={"x": x, "y": [labels[n % len(labels)] for n in range(60)]}, training={"class_weight": class_weight}))["settings"]
    assert settings["data"]["class_weights"] == resolved and settings["training"]["class_weight"] == class_weight


def test_balanced_counts_the_training_rows(client):
    x, y = blobs(rows=50)
    y = [0 if n < 40 else 1 for n in range(50)]
    data = client.submit(make_job(data={"train": {"x": x, "y": y}, "dev": {"x": x, "y": [1] * 50}}, training={"class_weight": "balanced"}))["settings"]["data"]
    assert data["class_weights"] == pytest.approx([50 / (2 * 40), 50 / (2 * 10)], rel=1e-15)


def test_balanced_weights_find_a_rare_class(client):
    generator = np.random.default_rng(4)
    y = (np.arange(400) % 20 == 0).astype(int)
    x = generator.normal(size=(400, 2)) + 1.2 * y[:, None]
    data = {"train": {"x": x.tolist(), "y": y.tolist()}}
    training = {"epochs": 200, "optimizer": "sgd", "learning_rate": 0.5, "batch_size": "full"}
    found = {}
    for class_weight in (None, "balanced"):
        job = client.train(make_job(data=data, network={"hidden_layers": []}, training={**training, "class_weight": class_weight}))
        predicted = [item["class"] for item in client.predict(job["id"], x[y == 1].tolist())["data"]]
        found[class_weight] = np.mean(predicted)
    assert found[None] < 0.3 and found["balanced"] > 0.6


@pytest.mark.parametrize(("class_weight", "pointer"), [
    ("even", ""), (2, ""), ([1, 2], ""), (True, ""), ({"2": 1}, "/2"), ({"zero": 1}, "/zero"), ({"0": 0}, "/0"), ({"0": -1}, "/0"), ({"0": "2"}, "/0"), ({"1": None}, "/1"),
    ({"1": 2, "1.0": 3}, "/1.0"), ({"a/b": 1}, "/a~1b")])
def test_class_weights_that_are_none_are_refused_by_name(client, class_weight, pointer):
    for path in ("/v1/jobs", "/v1/gradient-checks"):
        assert set(client.faults(path, make_job(training={"class_weight": class_weight}))) == {f"/training/class_weight{pointer}"}


def test_a_regression_has_no_classes_to_weigh(client):
    for class_weight in ("balanced", {"1": 2}):
        assert set(client.faults("/v1/jobs", make_job(data=line(), training={"class_weight": class_weight}))) == {"/training/class_weight"}


def test_an_unknown_class_is_told_with_the_known_ones(client):
    data = {"x": blobs()[0], "y": ["no", "yes"] * 20}
    assert "\"no\", \"yes\"" in client.faults("/v1/jobs", make_job(data=data, training={"class_weight": {"maybe": 2}}))["/training/class_weight/maybe"]


def test_a_weighted_gradient_is_checked(client):
    body = make_job(data=inline(sample_weight=sample_weights(40)), network={"activation": "tanh"}, training={"class_weight": "balanced", "l2_lambda": 0.5})
    weighted, plain = (client.post("/v1/gradient-checks", json=given).json() for given in (body, make_job(network={"activation": "tanh"}, training={"l2_lambda": 0.5})))
    assert weighted["verdict"] == "correct" and weighted["cost"] != plain["cost"]


def test_a_weighted_job_survives_a_restart(start_server, tmp_path):
    server = start_server(directory=tmp_path)
    body = make_job(data=inline(sample_weight=sample_weights(40)), training={"class_weight": {"1": 3}, "epochs": 30})
    job = server.client.train(body)
    document = server.client.weights_bytes(job["id"])
    server.terminate()
    again = start_server(directory=tmp_path)
    assert again.client.weights_bytes(job["id"]) == document
    assert again.client.weights_bytes(again.client.train(body)["id"]) == document
