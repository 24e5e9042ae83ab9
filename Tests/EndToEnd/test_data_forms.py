"""The four forms of `data`: equal data gives equal models, and what is wrong is named."""

import numpy as np
import pytest

from harness.bodies import altered, blobs, csv_text, inline, make_job
from harness.npy import npy_bytes

SOURCE = inline()


def layers(client, data, **training):
    job = client.train(make_job(data=data, training={"precision": "float64", **training}))
    return client.weights(job["id"])["layers"]


@pytest.fixture(scope="module")
def reference(server):
    return layers(server.client, SOURCE)


@pytest.mark.parametrize("header", [["a", "b", "y"], None])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_job_trains_what_inline_data_trains(client, reference, header, delimiter):
    data = {"csv": csv_text(SOURCE, header, delimiter), "target": "y" if header else 2}
    assert layers(client, data) == reference
    assert layers(client, {**data, "header": header is not None, "delimiter": delimiter}) == reference


def test_an_uploaded_csv_trains_what_inline_data_trains(client, reference):
    id = client.upload(csv_text(SOURCE, ["a", "b", "y"]))["id"]
    for data in ({"dataset": id, "target": "y"}, {"dataset": id, "target": 2}, {"dataset": id, "target": "y", "features": ["a", "b"]},
                 {"dataset": id, "target": "y", "features": [0, "b"]}):
        assert layers(client, data) == reference


def test_uploaded_json_trains_what_inline_data_trains(client, reference):
    rows = [[*x, y] for x, y in zip(SOURCE["x"], SOURCE["y"])]
    for content, target in ((rows, 2), ([dict(zip("aby", row)) for row in rows], "y")):
        response = client.post("/v1/datasets", json=content)
        assert response.status_code == 201, response.text
        assert layers(client, {"dataset": response.json()["id"], "target": target}) == reference


def test_an_uploaded_npy_trains_what_inline_data_trains(client, reference):
    table = np.column_stack([SOURCE["x"], SOURCE["y"]])
    id = client.upload(npy_bytes(table), "application/x-npy")["id"]
    assert layers(client, {"dataset": id, "target": 2}) == reference


def test_explicit_sets_are_used_as_they_are(client):
    x, y = blobs(rows=30)
    sets = {"train": {"x": x[:20], "y": y[:20]}, "dev": {"x": x[20:25], "y": y[20:25]}, "test": {"x": x[25:], "y": y[25:]}}
    job = client.train(make_job(data=sets))
    data = job["settings"]["data"]
    assert (data["source"], data["split"], data["rows"]) == ("sets", None, {"train": 20, "dev": 5, "test": 5})
    assert all(job["metrics"][name] for name in ("train", "dev", "test"))
    alone = client.train(make_job(data={"train": sets["train"], "dev": None}))
    assert client.weights(alone["id"])["layers"] == client.weights(job["id"])["layers"]
    assert alone["metrics"]["dev"] is None and alone["metrics"]["test"] is None


def test_explicit_sets_are_normalised_by_the_training_rows_alone(client):
    x, y = np.array(blobs(rows=30)[0]), blobs(rows=30)[1]
    sets = {"train": {"x": x[:20].tolist(), "y": y[:20]}, "dev": {"x": (x[20:] * 1000).tolist(), "y": y[20:]}}
    given = client.weights(client.train(make_job(data=sets, training={"precision": "float64"}))["id"])["input"]
    assert given["mean"] == pytest.approx(x[:20].mean(axis=0), rel=1e-12)
    assert given["std"] == pytest.approx(x[:20].std(axis=0), rel=1e-12)


def test_a_constant_column_is_only_centred(client):
    x = [[5, n] for n in range(10)]
    given = client.weights(client.train(make_job(data={"x": x, "y": [n % 2 for n in range(10)]}))["id"])["input"]
    assert given["mean"][0] == 5 and given["std"][0] == 1


def test_without_normalisation_inputs_stay_as_they_are(client):
    given = client.weights(client.train(make_job(data=inline(normalize="none")))["id"])["input"]
    assert given["mean"] == [0, 0] and given["std"] == [1, 1]


def test_the_columns_of_inline_data_may_be_named(client):
    x, y = blobs(rows=30)
    for data, names in (
            ({"x": x, "y": y}, ["x0", "x1"]), ({"x": x, "y": y, "features": ["size", "ü"]}, ["size", "ü"]),
            ({"train": {"x": x, "y": y}, "dev": {"x": x, "y": y}, "features": ["size", "age"]}, ["size", "age"])):
        job = client.train(make_job(data=data))
        document = client.weights(job["id"])
        assert document["input"]["features"] == [column["name"] for column in document["input"]["columns"]] == names
        assert job["settings"]["data"]["features"] is None


@pytest.mark.parametrize(("features", "pointer"), [
    ([], ""), (["a"], ""), (["a", "b", "c"], ""), ("a,b", ""), (["a", 1], "/1"), (["a", "a"], "/1"), (["y", "a"], "/0"), (["a", ""], "/1"), (["a", "b\0"], "/1")])
def test_names_that_do_not_fit_inline_data_are_refused(client, features, pointer):
    for data in (inline(features=2), {"train": inline()}):
        assert set(client.faults("/v1/jobs", make_job(data={**data, "features": features}))) == {f"/data/features{pointer}"}


def test_features_choose_columns_and_their_order(client):
    text = csv_text(inline(features=4), ["a", "b", "c", "d", "y"])
    job = client.train(make_job(data={"csv": text, "target": "y", "features": ["d", 1]}))
    assert job["settings"]["data"]["features"] == ["d", 1] or job["settings"]["data"]["features"] == ["d", "b"]
    document = client.weights(job["id"])
    assert [column["name"] for column in document["input"]["columns"]] == ["d", "b"]
    assert len(document["layers"][0]["weights"][0]) == 2


# Labels

@pytest.mark.parametrize(("labels", "task", "classes"), [
    ([0, 1], "binary", [0, 1]), ([1, 0], "binary", [0, 1]), ([-1, 1], "binary", [-1, 1]), ([5, 2], "binary", [2, 5]), ([True, False], "binary", [False, True]),
    ([0.5, 1.5], "binary", [0.5, 1.5]), (["yes", "no"], "binary", ["no", "yes"]),
    ([0, 1, 2], "multiclass", [0, 1, 2]), ([3, 1, 2], "multiclass", [1, 2, 3]), (["b", "a", "ü"], "multiclass", ["a", "b", "ü"]),
    (list(range(20)), "multiclass", list(range(20))), (list(range(1, 21)), "multiclass", list(range(1, 21))), (list(range(21)), "regression", None),
    ([2, 3, 4], "regression", None), ([0, 1, 3], "regression", None), ([-1, 0, 1], "regression", None), ([10, 9, 2], "regression", None),
    ([0.5, 1.25, 3], "regression", None), ([0, 1, 1.5], "regression", None)])
def test_labels_decide_the_task_and_keep_their_type(client, labels, task, classes):
    x, _ = blobs(rows=60)
    job = client.train(make_job(data={"x": x, "y": [labels[n % len(labels)] for n in range(60)]}))
    data = job["settings"]["data"]
    assert (data["task"], data["classes"]) == (task, classes)
    assert [type(label) for label in data["classes"] or []] == [type(label) for label in classes or []]
    document = client.weights(job["id"])
    assert document["output"] == {"task": task, "classes": classes}
    last = document["layers"][-1]
    assert last["activation"] == {"binary": "sigmoid", "multiclass": "softmax", "regression": "identity"}[task]
    assert len(last["biases"]) == (len(classes) if task == "multiclass" else 1)


@pytest.mark.parametrize(("rows", "values", "task"), [(40, 20, "multiclass"), (39, 20, "regression"), (6, 3, "multiclass"), (5, 3, "regression"), (60, 60, "regression")])
def test_whole_numbers_are_classes_where_each_comes_twice_on_average(client, rows, values, task):
    x, _ = blobs(rows=rows)
    assert client.submit(make_job(data={"x": x, "y": [n % values for n in range(rows)]}))["settings"]["data"]["task"] == task


def test_a_task_may_be_asked_for(client):
    x, _ = blobs(rows=60)
    y = [n % 3 for n in range(60)]
    assert client.submit(make_job(data={"x": x, "y": y, "task": "regression"}))["settings"]["data"]["classes"] is None
    wide = client.submit(make_job(data={"x": x, "y": [n % 30 for n in range(60)], "task": "multiclass"}))
    assert wide["settings"]["data"]["classes"] == list(range(30))
    two = client.submit(make_job(data={"x": x, "y": [n % 2 for n in range(60)], "task": "multiclass"}))
    assert two["settings"]["data"]["task"] == "multiclass"
    sparse = client.submit(make_job(data={"x": x, "y": [[10, 9, 2][n % 3] for n in range(60)], "task": "multiclass"}))
    assert sparse["settings"]["data"]["classes"] == [2, 9, 10]
    number = client.submit(make_job(data={"x": x, "y": [n % 2 for n in range(60)], "task": "regression"}))
    assert (number["settings"]["data"]["task"], number["settings"]["data"]["classes"]) == ("regression", None)


# Text columns and missing values

COLOURS = "size,colour,y\n" + "".join(f"{n / 8},{['red', 'green', 'blue'][n % 3]},{n % 2}\n" for n in range(30))


def test_text_columns_become_one_feature_for_each_category(client):
    job = client.train(make_job(data={"csv": COLOURS, "target": "y"}))
    given = client.weights(job["id"])["input"]
    assert given["columns"] == [
        {"name": "size", "index": 0, "kind": "numeric"}, {"name": "colour", "index": 1, "kind": "text", "categories": ["blue", "green", "red"]}]
    assert job["settings"]["data"]["inputs"] == 4
    assert len(given["features"]) == 4 and given["features"][0] == "size" and all("colour" in name for name in given["features"][1:])


GAPS = "a,b,y\n" + "".join(f"{n / 8},{'' if n in (3, 7) else n},{n % 2}\n" for n in range(15))


def test_a_missing_value_is_an_error_that_names_row_and_column(client):
    for policy in ({}, {"missing": "error"}):
        faults = client.faults("/v1/jobs", make_job(data={"csv": GAPS, "target": "y", **policy}))
        assert set(faults) == {"/data/csv"}
        assert "row" in faults["/data/csv"] and '"b"' in faults["/data/csv"] and "missing" in faults["/data/csv"]
    id = client.upload(GAPS)["id"]
    faults = client.faults("/v1/jobs", make_job(data={"dataset": id, "target": "y"}))
    assert set(faults) == {"/data/dataset"} and "row" in faults["/data/dataset"]


def test_a_missing_value_may_be_replaced_by_the_mean(client):
    document = client.weights(client.train(make_job(data={"csv": GAPS, "target": "y", "missing": "mean"}))["id"])
    mean = np.mean([n for n in range(15) if n not in (3, 7)])
    assert document["input"]["missing_values"] == pytest.approx([np.mean(np.arange(15) / 8), mean], rel=1e-12)
    assert document["input"]["mean"][1] == pytest.approx(mean, rel=1e-12)


def test_a_missing_text_is_replaced_by_the_share_of_each_category(client):
    text = "colour,y\n" + "".join(f"{['', 'red', 'red', 'blue', 'red'][n % 5]},{n % 2}\n" for n in range(15))
    job = client.train(make_job(data={"csv": text, "target": "y", "missing": "mean"}))
    document = client.weights(job["id"])
    assert document["input"]["columns"][0]["categories"] == ["blue", "red"]
    assert document["input"]["missing_values"] == document["input"]["mean"] == pytest.approx([0.25, 0.75], rel=1e-12)


def test_a_row_with_a_missing_value_may_be_left_out(client):
    job = client.train(make_job(data={"csv": GAPS, "target": "y", "missing": "drop"}))
    assert job["settings"]["data"]["rows"] == {"train": 13, "dev": 0, "test": 0}
    assert client.weights(job["id"])["input"]["missing_values"] is None


def test_null_is_a_missing_value_in_inline_data(client):
    body = altered(make_job(), "/data/x/3/1", None)
    assert set(client.faults("/v1/jobs", body)) == {"/data/x/3/1"}
    client.train(altered(body, "/data/missing", "mean"))
    assert sum(client.train(altered(body, "/data/missing", "drop"))["settings"]["data"]["rows"].values()) == 39


@pytest.mark.parametrize("policy", ["error", "mean"])
def test_a_missing_label_is_an_error_unless_its_row_is_left_out(client, policy):
    text = "a,y\n" + "".join(f"{n},{'' if n == 4 else n % 2}\n" for n in range(10))
    assert set(client.faults("/v1/jobs", make_job(data={"csv": text, "target": "y", "missing": policy}))) == {"/data/csv"}
    job = client.submit(make_job(data={"csv": text, "target": "y", "missing": "drop"}))
    assert job["settings"]["data"]["rows"]["train"] == 9


# What is wrong with data

X, Y = [[0, 1], [1, 0], [2, 2], [3, 1]], [0, 1, 0, 1]


@pytest.mark.parametrize(("data", "pointer"), [
    ([], "/data"), (7, "/data"), ("x,y", "/data"), ({}, "/data"), ({"task": "auto"}, "/data"),
    ({"x": X}, "/data/y"), ({"y": Y}, "/data/x"),
    ({"x": X, "y": Y, "csv": "a,y\n1,2\n"}, "/data"), ({"x": X, "y": Y, "train": {"x": X, "y": Y}}, "/data"),
    ({"x": [], "y": []}, "/data/x"), ({"x": [[], [], [], []], "y": Y}, "/data/x/0"), ({"x": 7, "y": Y}, "/data/x"), ({"x": X, "y": 7}, "/data/y"),
    ({"x": {"a": 1}, "y": Y}, "/data/x"), ({"x": [1, 2, 3, 4], "y": Y}, "/data/x/0"), ({"x": [[0, 1], 7, [2, 2], [3, 1]], "y": Y}, "/data/x/1"),
    ({"x": [[0, 1], [1, 0], [2], [3, 1]], "y": Y}, "/data/x/2"), ({"x": [[0, 1], [1, 0], [2, 2, 2], [3, 1]], "y": Y}, "/data/x/2"),
    ({"x": [[0, 1], [1, "0"], [2, 2], [3, 1]], "y": Y}, "/data/x/1/1"), ({"x": [[0, 1], [1, 0], [2, "NaN"], [3, 1]], "y": Y}, "/data/x/2/1"),
    ({"x": [[0, 1], [1, True], [2, 2], [3, 1]], "y": Y}, "/data/x/1/1"), ({"x": [[0, 1], [1, [0]], [2, 2], [3, 1]], "y": Y}, "/data/x/1/1"),
    ({"x": X, "y": [0, 1, 0]}, "/data/y"), ({"x": X, "y": [0, 1, 0, 1, 0]}, "/data/y"),
    ({"x": X, "y": [0, 0, 0, 0]}, "/data/y"), ({"x": X, "y": ["a"] * 4}, "/data/y"), ({"x": X, "y": [0, 1, None, 1]}, "/data/y/2"),
    ({"x": X, "y": [0, 1, "a", 1]}, "/data/y/2"), ({"x": X, "y": [0, 1, [1], 1]}, "/data/y/2"), ({"x": X, "y": ["a", "b", {}, "a"]}, "/data/y/2"),
    ({"x": X, "y": [True, False, 1, False]}, "/data/y/2"),
    ({"x": X, "y": [0, 1, 2, 1], "task": "binary"}, "/data/y"), ({"x": X, "y": ["a", "b", "a", "b"], "task": "regression"}, "/data/y"),
    ({"x": X, "y": [0, 0.5, 1, 1], "task": "binary"}, "/data/y"), ({"csv": "a,y\n1,p\n2,q\n3,r\n", "target": "y", "task": "binary"}, "/data/target"),
    ({"train": {"x": X, "y": Y}, "split": {"train": 0.5}}, "/data/split"), ({"train": 7}, "/data/train"), ({"train": {"x": X}}, "/data/train/y"),
    ({"dev": {"x": X, "y": Y}}, "/data/train"), ({"train": {"x": X, "y": Y, "task": "auto"}}, "/data/train/task"),
    ({"train": {"x": X, "y": Y}, "dev": {"x": [[1]], "y": [0]}}, "/data/dev/x"), ({"train": {"x": X, "y": Y}, "test": {"x": [[1, 2, 3]], "y": [0]}}, "/data/test/x"),
    ({"train": {"x": X, "y": Y}, "dev": {"x": [[1, 2], [1]], "y": [0, 1]}}, "/data/dev/x/1"),
    ({"train": {"x": X, "y": Y}, "dev": {"x": [[1, 2]], "y": [2]}}, "/data/dev/y/0"), ({"train": {"x": X, "y": Y}, "dev": {"x": [[1, 2]], "y": ["0"]}}, "/data/dev/y/0"),
    ({"train": {"x": X, "y": Y}, "dev": {"x": [[1, 2]], "y": [0, 1]}}, "/data/dev/y"), ({"train": {"x": X, "y": Y}, "valid": {"x": X, "y": Y}}, "/data/valid"),
    ({"csv": "a,y\n1,0\n2,1\n"}, "/data/target"), ({"csv": "", "target": "y"}, "/data/csv"), ({"csv": "a,y\n", "target": "y"}, "/data/csv"),
    ({"csv": 7, "target": "y"}, "/data/csv"), ({"csv": "a,y\n\0,0\n2,1\n", "target": "y"}, "/data/csv"), ({"csv": "a,y\n1,0\n2\n", "target": "y"}, "/data/csv"), ({"csv": "a,y\n1,0\n2,1,3\n", "target": "y"}, "/data/csv"),
    ({"csv": "a,y\n1,\"0\n", "target": "y"}, "/data/csv"), ({"csv": "a,y\n1,0\n2,0\n", "target": "y"}, "/data/target"),
    ({"csv": "a,y\n1,0\n2,1\n", "target": "z"}, "/data/target"), ({"csv": "a,y\n1,0\n2,1\n", "target": 2}, "/data/target"),
    ({"csv": "a,y\n1,0\n2,1\n", "target": -1}, "/data/target"), ({"csv": "a,y\n1,0\n2,1\n", "target": True}, "/data/target"),
    ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "features": []}, "/data/features"), ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "features": ["z"]}, "/data/features/0"),
    ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "features": ["a", "a"]}, "/data/features/1"), ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "features": ["a", 0]}, "/data/features/1"),
    ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "features": ["a", "y"]}, "/data/features/1"), ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "features": "a"}, "/data/features"),
    ({"csv": "y\n0\n1\n", "target": "y"}, "/data/target"), ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "delimiter": "|"}, "/data/delimiter"),
    ({"csv": "a,y\n1,0\n2,1\n", "target": "y", "header": 1}, "/data/header"), ({"csv": "a,y\ninf,0\n2,1\n", "target": "y"}, "/data/csv"),
    ({"dataset": "ds_000000000000000000000000", "target": "y"}, "/data/dataset"), ({"dataset": "x", "target": "y"}, "/data/dataset"), ({"dataset": 7, "target": 0}, "/data/dataset"),
    ({"dataset": "ds_000000000000000000000000", "target": "y", "csv": "a"}, "/data"),
])
def test_bad_data_is_refused_by_name(client, data, pointer):
    assert set(client.faults("/v1/jobs", make_job(data=data))) == {pointer}


def test_a_ragged_csv_names_the_row(client):
    detail = client.faults("/v1/jobs", make_job(data={"csv": "a,b,y\n1,2,0\n3,4,1\n5,6\n", "target": "y"}))["/data/csv"]
    assert "row" in detail and "2" in detail and "3" in detail, "how many cells there are and how many belong"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "nan"])
def test_a_word_in_place_of_a_number_is_no_json(client, number):
    response = client.post_text("/v1/jobs", '{"data": {"x": [[1], [%s]], "y": [0, 1]}}' % number)
    assert response.status_code == 400 and response.json()["code"] == "invalid_json"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400, "-1" + "0" * 400 + ".5"])
@pytest.mark.parametrize(("x", "y", "pointer"), [("%s", "0", "/data/x/1/0"), ("2", "%s", "/data/y/1")])
def test_a_number_beyond_float64_is_refused_by_pointer(client, number, x, y, pointer):
    response = client.post_text("/v1/jobs", ('{"data": {"x": [[1], [' + x + ']], "y": [0, ' + y + ']}}') % number)
    assert response.status_code == 422, response.text
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]


def test_many_ragged_rows_come_with_many_faults(client):
    x = [[1, 2]] + [[1]] * 200
    faults = client.faults("/v1/jobs", make_job(data={"x": x, "y": [n % 2 for n in range(201)]}))
    assert 1 < len(faults) <= 50 and all(pointer.startswith("/data/x/") for pointer in faults)
