"""Plots: each in every form and theme, and their numbers against predictions, weights and history taken elsewhere."""

import struct
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from harness.bodies import blobs, inline, line, make_job, make_long_job

PLOTS = ["cost", "decision-boundary", "weights", "calibration", "confusion"]
ALL = [*PLOTS, "gradients"]
TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json"}
SVG = "{http://www.w3.org/2000/svg}"
WHOLE = {"train": 1, "dev": 0, "test": 0}
RECORDS = [
    {"size": n / 8, "colour": ["red", "green", "red", "blue"][n % 4], "weight": (n * 7) % 11, "ripe": n % 5 < 3, "sold": "yes" if n * n % 7 > 2 else "no"}
    for n in range(40)]


@pytest.fixture(scope="module")
def models(server):
    client = server.client
    dataset = client.post("/v1/datasets", json=RECORDS).json()["id"]
    precise = {"precision": "float64", "epochs": 30}
    bodies = {
        "binary": make_job(data=inline(rows=80), training=precise, name="two blobs"),
        "multiclass": make_job(data=inline(rows=90, classes=3), training=precise),
        "regression": make_job(data=line(rows=60), training=precise),
        "mixed": make_job(data={"dataset": dataset, "target": "sold", "split": WHOLE}, training=precise),
        "curve": make_job(data=inline(rows=60, features=1), training=precise),
        "regression curve": make_job(data={"x": [[n / 8] for n in range(30)], "y": [n * n / 64 for n in range(30)], "task": "regression"}, training=precise),
    }
    return {name: client.train(body)["id"] for name, body in bodies.items()}


def plot(client, id, name, query="", **headers):
    return client.get(f"/v1/jobs/{id}/plots/{name}{query}", headers=headers)


def document(client, id, name, query=""):
    response = plot(client, id, name + ".json", query)
    assert response.status_code == 200, response.text
    return response.json()


def size_of_png(content):
    assert content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR" and content[-8:-4] == b"IEND"
    return struct.unpack(">II", content[16:24])


# Forms

@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_plot_is_a_picture_of_the_size_asked_for(client, models, name, theme):
    query = f"?theme={theme}&width=640&height=480"
    svg, png = (plot(client, models["binary"], f"{name}.{form}", query) for form in ("svg", "png"))
    assert (svg.status_code, svg.headers["Content-Type"]) == (200, TYPES["svg"])
    assert (png.status_code, png.headers["Content-Type"]) == (200, TYPES["png"])
    assert size_of_png(png.content) == (640, 480)
    root = ElementTree.fromstring(svg.content)
    assert root.tag == SVG + "svg" and (root.get("width"), root.get("height"), root.get("viewBox")) == ("640", "480", "0 0 640 480")
    given = document(client, models["binary"], name)
    assert root.find(SVG + "title").text == given["title"] and given["title"].endswith(": two blobs")
    assert root.find(SVG + "desc").text.startswith(given["subtitle"]) and given["subtitle"]
    assert len(root.findall(f".//{SVG}path")) > 10


@pytest.mark.parametrize(("name", "words"), [
    ("cost", ["horizontal: epoch", "vertical: cost, loss", "vertical: accuracy"]), ("decision-boundary", ["horizontal: x0", "vertical: x1"]), ("weights", ["horizontal: weight"]),
    ("calibration", ["vertical: share observed", "horizontal: mean predicted probability"]), ("confusion", ["horizontal: predicted class", "vertical: true class"]),
    ("gradients", ["horizontal: layer", "vertical: gradient norm"])])
def test_an_svg_says_in_words_what_is_on_its_axes(client, models, name, words):
    text = ElementTree.fromstring(plot(client, models["binary"], name + ".svg").content).find(SVG + "desc").text
    assert [word for word in words if word not in text] == []


def test_themes_sizes_and_density_make_different_pictures(client, models):
    queries = ["", "?theme=dark", "?width=500", "?height=500", "?density=2"]
    pictures = [plot(client, models["binary"], "cost.png", query).content for query in queries]
    assert len(set(pictures)) == len(queries)
    assert size_of_png(pictures[4]) == tuple(2 * side for side in size_of_png(pictures[0]))


@pytest.mark.parametrize("name", ALL)
def test_the_same_plot_has_the_same_bytes(client, models, name):
    for form in TYPES:
        first, second = (plot(client, models["multiclass"], f"{name}.{form}").content for _ in range(2))
        assert first == second


@pytest.mark.parametrize(("accept", "form"), [
    (None, "svg"), ("*/*", "svg"), ("image/*", "svg"), ("image/png", "png"), ("application/json", "json"), ("image/svg+xml;q=0.2, image/png;q=0.3", "png"),
    ("text/html, image/avif, */*;q=0.1", "svg"), ("application/json, text/plain", "json")])
@pytest.mark.parametrize("name", ALL)
def test_accept_chooses_the_form(client, models, name, accept, form):
    response = plot(client, models["binary"], name, Accept=accept)
    assert (response.status_code, response.headers["Content-Type"], response.headers["Vary"].split(", ")[0]) == (200, TYPES[form], "Accept")
    assert response.content == plot(client, models["binary"], f"{name}.{form}").content


@pytest.mark.parametrize("accept", ["text/html", "image/jpeg, image/gif", "image/svg+xml;q=0"])
@pytest.mark.parametrize("name", ALL)
def test_a_form_that_there_is_not_is_406(client, models, name, accept):
    response = plot(client, models["binary"], name, Accept=accept)
    assert (response.status_code, response.json()["code"], response.headers["Vary"]) == (406, "not_acceptable", "Accept")


def test_a_suffix_decides_whatever_accept_says(client, models):
    response = plot(client, models["binary"], "cost.png", Accept="text/html")
    assert (response.status_code, response.headers["Content-Type"]) == (200, TYPES["png"]) and "Vary" not in response.headers


# Numbers

@pytest.mark.parametrize(("model", "query"), [
    ("binary", ""), ("multiclass", ""), ("regression", ""), ("mixed", ""), ("mixed", "&x=ripe&y=size"), ("mixed", "&x=weight&y=0"), ("curve", ""), ("regression curve", "")])
def test_the_grid_is_what_predictions_say(client, models, model, query):
    id = models[model]
    given = document(client, id, "decision-boundary", f"?resolution=5{query}")
    columns = client.weights(id)["input"]["columns"]
    held = {item["column"]: item["value"] for item in given["held"]}
    x, y = given["x"], given["y"] or {"column": None, "values": [0]}
    rows = [
        [held.get(column["index"], horizontal if column["index"] == x["column"] else vertical) for column in columns]
        for vertical in y["values"] for horizontal in x["values"]]
    predicted = client.predict(id, rows)
    assert (given["task"], given["classes"]) == (predicted["task"], predicted["classes"])
    outputs = np.array([item.get("probabilities") or [item.get("probability", item.get("value"))] for item in predicted["data"]])
    assert np.shape(given["outputs"]) == (outputs.shape[1], len(y["values"]), 5)
    assert np.moveaxis(np.array(given["outputs"]), 0, 2).reshape(outputs.shape) == pytest.approx(outputs, rel=1e-9, abs=1e-12)


def test_the_other_features_are_held_at_their_mean_or_most_frequent_value(client, models):
    def held(query):
        return {item["feature"]: item["value"] for item in document(client, models["mixed"], "decision-boundary", query)["held"]}

    assert held("?resolution=2") == {"colour": "red", "ripe": True}
    both = held("?resolution=2&x=ripe&y=weight")
    assert both == {"size": pytest.approx(np.mean([row["size"] for row in RECORDS])), "colour": "red"}


def test_the_plane_covers_its_examples_with_a_margin(client, models):
    given = document(client, models["mixed"], "decision-boundary", "?resolution=3")
    for name, axis in (("size", given["x"]), ("weight", given["y"])):
        cells = np.array([row[name] for row in RECORDS], dtype=float)
        margin = 0.06 * np.ptp(cells)
        assert axis["feature"] == name and axis["values"] == pytest.approx([cells.min() - margin, (cells.min() + cells.max()) / 2, cells.max() + margin])
    [shown] = given["sets"]
    assert (shown["set"], shown["examples"]) == ("train", 40)
    assert list(zip(shown["x"], shown["y"], shown["target"])) == [(row["size"], row["weight"], row["sold"]) for row in RECORDS]


def test_only_the_sets_asked_for_are_shown(client, models):
    rows = client.job(models["binary"])["settings"]["data"]["rows"]
    for query, names in (("", ["train", "dev", "test"]), ("&sets=test", ["test"]), ("&sets=dev,train", ["train", "dev"])):
        sets = document(client, models["binary"], "decision-boundary", f"?resolution=2{query}")["sets"]
        assert [(item["set"], item["examples"], len(item["x"])) for item in sets] == [(name, rows[name], rows[name]) for name in names]


def test_of_many_examples_as_many_as_can_be_told_apart_are_shown(client):
    x, y = blobs(rows=2500)
    id = client.train(make_job(data={"train": {"x": x, "y": y}}))["id"]
    given = document(client, id, "decision-boundary", "?resolution=2")
    [shown] = given["sets"]
    kept = [i * 2500 // 1000 for i in range(1000)]
    assert (shown["examples"], shown["x"], shown["target"]) == (2500, [x[i][0] for i in kept], [y[i] for i in kept])
    assert "1000 of 2500 train examples shown" in given["subtitle"]


def test_an_example_with_a_missing_cell_is_not_shown(client):
    csv = "a,b,y\n" + "".join(f"{'' if n == 3 else n},{n % 4},{n % 2}\n" for n in range(10))
    id = client.train(make_job(data={"csv": csv, "target": "y", "missing": "mean", "split": WHOLE}))["id"]
    given = document(client, id, "decision-boundary", "?resolution=2")
    assert given["sets"][0]["x"] == [n for n in range(10) if n != 3] and "9 of 10 train examples shown" in given["subtitle"]


def test_a_curve_has_no_vertical_feature(client, models):
    for model in ("curve", "regression curve"):
        given = document(client, models[model], "decision-boundary")
        assert given["y"] is None and len(given["x"]["values"]) == 200 and all(item["y"] is None for item in given["sets"])
        assert plot(client, models[model], "decision-boundary.png").status_code == 200


def test_histograms_count_the_weights(client, models):
    layers = client.weights(models["multiclass"])["layers"]
    given = document(client, models["multiclass"], "weights")["layers"]
    for layer, histogram in zip(layers, given, strict=True):
        weights = np.array(layer["weights"])
        assert (histogram["units"], histogram["inputs"]) == weights.shape
        edges = np.array(histogram["edges"])
        assert edges[0] == pytest.approx(weights.min()) and edges[-1] == pytest.approx(weights.max())
        assert histogram["counts"] == np.histogram(np.clip(weights, edges[0], edges[-1]), edges)[0].tolist()
        assert histogram["mean"] == pytest.approx(weights.mean()) and histogram["standard_deviation"] == pytest.approx(weights.std())
        assert histogram["zero_share"] == np.mean(weights == 0)


def sets_of(count, classes):
    """Sets of a test's own, so that it can predict for them."""
    x, y = blobs(rows=count, classes=classes, seed=11)
    third = count // 3
    return {name: {"x": x[at:at + third], "y": y[at:at + third]} for name, at in (("train", 0), ("dev", third), ("test", 2 * third))}


@pytest.fixture(scope="module", params=[2, 3])
def scored(request, server):
    sets = sets_of(240, request.param)
    id = server.client.train(make_job(data=sets, training={"precision": "float64"}))["id"]
    return id, sets, request.param


def outputs(client, id, rows):
    data = client.predict(id, rows)["data"]
    return np.array([item.get("probabilities") or [1 - item["probability"], item["probability"]] for item in data])


@pytest.mark.parametrize("bins", [None, 4])
@pytest.mark.parametrize("name", [None, "train", "test"])
def test_calibration_counts_what_predictions_say(client, scored, name, bins):
    id, sets, classes = scored
    query = "?" + "&".join([f"{key}={value}" for key, value in (("set", name), ("bins", bins)) if value])
    given = document(client, id, "calibration", query)
    chosen, count = sets[name or "dev"], bins or 10
    label = 1 if classes == 2 else 0
    p, truth = outputs(client, id, chosen["x"])[:, label], np.array(chosen["y"]) == label
    assert (given["set"], given["class"], given["examples"], given["scored"]) == (name or "dev", label, len(p), len(p))
    assert given["brier_score"] == pytest.approx(np.mean((p - truth) ** 2))
    edges = np.linspace(0, 1, count + 1)
    place = np.searchsorted(edges[1:-1], p)
    assert [item["count"] for item in given["bins"]] == np.bincount(place, minlength=count).tolist()
    error = 0
    for index, item in enumerate(given["bins"]):
        members = place == index
        assert (item["lower"], item["upper"]) == (edges[index], edges[index + 1])
        if members.any():
            assert (item["mean_probability"], item["share_of_positives"]) == (pytest.approx(p[members].mean()), pytest.approx(truth[members].mean()))
            error += members.mean() * abs(p[members].mean() - truth[members].mean())
        else:
            assert (item["mean_probability"], item["share_of_positives"]) == (None, None)
    assert given["expected_calibration_error"] == pytest.approx(error)


def test_calibration_is_of_any_class(client, scored):
    id, sets, classes = scored
    for label in range(classes):
        given = document(client, id, "calibration", f"?class={label}&set=test")
        p, truth = outputs(client, id, sets["test"]["x"])[:, label], np.array(sets["test"]["y"]) == label
        assert given["class"] == label and given["brier_score"] == pytest.approx(np.mean((p - truth) ** 2))


@pytest.mark.parametrize("name", [None, "train", "dev", "test"])
def test_the_confusion_matrix_counts_predicted_classes(client, scored, name):
    id, sets, classes = scored
    given = document(client, id, "confusion", f"?set={name}" if name else "")
    chosen = sets[name or "dev"]
    expected = np.zeros((classes, classes), int)
    for truth, item in zip(chosen["y"], client.predict(id, chosen["x"])["data"]):
        expected[truth][item["class"]] += 1
    assert given["counts"] == expected.tolist() and given["classes"] == list(range(classes)) and given["set"] == (name or "dev")


@pytest.mark.parametrize("model", ["binary", "regression"])
def test_the_learning_curve_is_the_history(client, models, model):
    given, rows, job = document(client, models[model], "cost"), client.history(models[model]), client.job(models[model])
    metric = "rmse" if model == "regression" else "accuracy"
    assert given["epoch"] == [row["epoch"] for row in rows] and given["step_cost"] == [row["step_cost"] for row in rows]
    for name in ("train", "dev"):
        assert given[name] == {key: [row[name][key] for row in rows] for key in ("loss", "cost", metric)}
    assert given["best_epoch"] == job["best"]["epoch"]
    linear, logarithmic = (plot(client, models[model], "cost.svg", query).content for query in ("?scale=linear", "?scale=log"))
    assert linear != logarithmic and document(client, models[model], "cost", "?scale=log") == given


@pytest.mark.parametrize("model", ["binary", "regression curve"])
def test_gradients_are_the_probed_rows_of_the_history(client, models, model):
    rows = client.get(f"/v1/jobs/{models[model]}/history", params={"layers": "true"}).json()["data"]
    probed = [row for row in rows if row["layers"]]
    given = document(client, models[model], "gradients")
    assert len(probed) > 1 and given["epochs"] == [row["epoch"] for row in probed]
    assert given["layers"] == [[row["layers"][layer]["gradient_norm"] for row in probed] for layer in range(len(probed[0]["layers"]))]


def test_a_job_that_was_not_monitored_has_no_gradients(client):
    id = client.train(make_job(training={"monitor": "off"}))["id"]
    for name in ("gradients", "gradients.json"):
        response = plot(client, id, name)
        assert (response.status_code, response.json()["code"]) == (409, "wrong_state")


# States

def test_a_running_job_has_a_learning_curve_and_no_model(start_server):
    client = start_server(workers=1).client
    running, queued = (client.submit(make_long_job())["id"] for _ in range(2))
    client.wait(running, until={"running"})
    while len(client.history(running)) < 3:
        pass
    given = document(client, running, "cost")
    assert len(given["epoch"]) >= 3 and "running after" in given["subtitle"]
    assert document(client, queued, "cost")["epoch"] == []
    for id in (running, queued):
        assert ElementTree.fromstring(plot(client, id, "cost.svg").content).tag == SVG + "svg"
        for name in PLOTS[1:]:
            response = plot(client, id, name)
            assert (response.status_code, response.json()["code"]) == (409, "wrong_state")


def test_a_job_that_diverged_has_a_learning_curve_only(client):
    id = client.submit(make_job(training={"optimizer": "sgd", "learning_rate": 1_000_000, "epochs": 1000}, network={"activation": "identity"}))["id"]
    assert client.wait(id)["status"] == "failed"
    assert plot(client, id, "cost.png").status_code == 200
    assert {plot(client, id, name).status_code for name in PLOTS[1:]} == {409}


@pytest.mark.parametrize("name", ["calibration", "confusion"])
def test_a_regression_has_no_classes_to_count(client, models, name):
    response = plot(client, models["regression"], name)
    assert (response.status_code, response.json()["code"]) == (409, "wrong_state")


def test_too_many_classes_make_no_table(client):
    data = {"x": [[n / 8] for n in range(1002)], "y": [f"c{n % 501}" for n in range(1002)], "split": WHOLE}
    id = client.train(make_job(data=data, training={"epochs": 1}))["id"]
    assert plot(client, id, "confusion").status_code == 409
    assert plot(client, id, "calibration.json").status_code == plot(client, id, "decision-boundary.svg").status_code == 200


def test_a_model_of_very_many_outputs_has_coarser_grids(client):
    """At most 2²³ outputs in all."""
    data = {"x": [[n / 8, n % 3] for n in range(1200)], "y": [f"c{n % 600}" for n in range(1200)], "split": WHOLE}
    id = client.train(make_job(data=data, training={"epochs": 1}))["id"]
    finest = int((2**23 / 600) ** 0.5)
    response = plot(client, id, "decision-boundary.json", f"?resolution={finest + 1}")
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/query/resolution"] and str(finest) in response.json()["detail"]
    assert plot(client, id, "decision-boundary.png").status_code == 200


@pytest.mark.parametrize("name", ALL)
def test_the_plot_of_an_unknown_job_is_404(client, name):
    for id in ("job_000000000000000000000000", "x"):
        assert plot(client, id, name).status_code == plot(client, id, name + ".json").status_code == 404


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("query", "pointer"), [
    ("theme=blue", "theme"), ("width=319", "width"), ("width=2049", "width"), ("height=239", "height"), ("height=2049", "height"), ("density=0", "density"),
    ("density=3", "density"), ("colour=red", "colour"), ("theme=dark&theme=light", "theme")])
def test_a_look_that_there_is_not_is_422(client, models, name, query, pointer):
    response = plot(client, models["binary"], name + ".png", "?" + query)
    assert response.status_code == 422 and [fault["pointer"] for fault in response.json()["errors"]] == [f"/query/{pointer}"]


@pytest.mark.parametrize(("model", "name", "query", "pointers"), [
    ("binary", "cost", "scale=square", ["scale"]), ("binary", "cost", "x=x0", ["x"]), ("binary", "weights", "set=dev", ["set"]),
    ("binary", "decision-boundary", "x=nothing&y=x7", ["x", "y"]), ("binary", "decision-boundary", "x=0&y=x0", ["y"]), ("mixed", "decision-boundary", "x=colour", ["x"]),
    ("mixed", "decision-boundary", "y=4", ["y"]), ("curve", "decision-boundary", "y=0", ["y"]), ("binary", "decision-boundary", "sets=dev,dev", ["sets"]), ("binary", "decision-boundary", "sets=", ["sets"]),
    ("binary", "decision-boundary", "sets=train,all", ["sets"]), ("binary", "decision-boundary", "resolution=1", ["resolution"]), ("binary", "decision-boundary", "resolution=401", ["resolution"]),
    ("binary", "calibration", "bins=1", ["bins"]), ("binary", "calibration", "bins=51", ["bins"]), ("binary", "calibration", "class=2", ["class"]), ("binary", "calibration", "set=all", ["set"]),
    ("mixed", "calibration", "set=dev", ["set"]), ("mixed", "confusion", "set=test", ["set"])])
def test_what_a_plot_cannot_show_is_422_by_parameter(client, models, model, name, query, pointers):
    response = plot(client, models[model], name, "?" + query)
    assert response.status_code == 422 and [fault["pointer"] for fault in response.json()["errors"]] == [f"/query/{pointer}" for pointer in pointers]
