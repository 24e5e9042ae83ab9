"""Alarms, what they stop, and what probes find of each layer."""


import numpy as np
import pytest

from harness.bodies import inline, line, make_job
from harness.forward import ACTIVATIONS, encode

VANISHING = {"hidden_layers": [12] * 12, "activation": "sigmoid"}


def alarms(client, id):
    return [event["data"] for event in client.events(id) if event["type"] == "alarm"]


def names(found):
    return [alarm["alarm"] for alarm in found]


def leaking(rows=60):
    generator = np.random.default_rng(4)
    x, y = generator.normal(size=(rows, 3)), np.arange(rows) % 2
    x[:, 1] = 5 * y - 2
    return {"x": x.tolist(), "y": y.tolist()}


def layers_of(client, id):
    response = client.get(f"/v1/jobs/{id}/history?layers=true")
    assert response.status_code == 200, response.text
    return response.json()["data"]


def test_a_healthy_job_has_no_alarms(client):
    job = client.train(make_job(data=inline(rows=300, features=4), training={"epochs": 30}))
    assert job["alarms"] == [] and alarms(client, job["id"]) == []


def test_an_alarm_is_an_event_and_the_job_lists_it(client):
    job = client.train(make_job(data=leaking()))
    events = client.events(job["id"])
    assert [event["type"] for event in events] == ["queued", "started", "alarm", "succeeded"]
    assert [event["id"] for event in events] == [1, 2, 3, 4]
    alarm = events[2]["data"]
    assert (alarm["alarm"], alarm["layer"], alarm["epoch"], alarm["feature"]) == ("target_leak", None, 0, "x1")
    assert alarm["value"] == 1 and alarm["threshold"] == 0.99
    assert "x1" in alarm["message"] and "features" in alarm["suggestion"]
    assert job["alarms"] == [{"alarm": "target_leak", "layer": None, "epoch": 0}]
    assert client.job(job["id"])["alarms"] == job["alarms"]


def test_an_alarm_of_a_class_names_its_label(client):
    generator = np.random.default_rng(1)
    sets = {}
    for name, share in (("train", 0.5), ("dev", 0.5), ("test", 0.05)):
        y = np.where(generator.random(300) < share, "yes", "no")
        sets[name] = {"x": generator.normal(size=(300, 3)).tolist(), "y": y.tolist()}
    found = alarms(client, client.train(make_job(data=sets))["id"])
    assert names(found) == ["shifted_classes"]
    assert found[0]["class"] in ("yes", "no") and found[0]["set"] == "test" and found[0]["feature"] is None
    assert 0.3 < found[0]["value"] < 0.6


def test_without_the_monitor_nothing_is_looked_at(client):
    job = client.train(make_job(data=leaking(), training={"monitor": "off"}))
    assert job["alarms"] == [] and alarms(client, job["id"]) == []
    assert all(row["layers"] is None for row in layers_of(client, job["id"]))


@pytest.mark.parametrize("network", [{"hidden_layers": [20, 3]}, {"hidden_layers": [40], "batch_norm": True, "keep_prob": 0.8}, VANISHING])
@pytest.mark.parametrize("batch_size", ["full", 16])
def test_the_weights_do_not_depend_on_the_monitor(client, network, batch_size):
    documents = []
    for monitor in ("on", "off"):
        body = make_job(data=inline(rows=100), network=network, training={"epochs": 40, "batch_size": batch_size, "monitor": monitor})
        text = client.weights_bytes(client.train(body)["id"])
        assert text.count(b'"monitor":"%b"' % monitor.encode()) == 1
        documents.append(text.replace(b'"monitor":"%b"' % monitor.encode(), b""))
    assert documents[0] == documents[1]


def test_stop_on_ends_training_and_keeps_the_weights(client):
    body = make_job(data=line(rows=100), network={"hidden_layers": []}, training={
        "epochs": 300, "batch_size": "full", "optimizer": "sgd", "learning_rate": 1.2, "stop_on": ["dead_units", "cost_rising"]})
    job = client.wait(client.submit(body)["id"])
    assert (job["status"], job["stop_reason"]) == ("failed", "alarm")
    assert job["settings"]["training"]["stop_on"] == ["dead_units", "cost_rising"]
    assert job["alarms"][-1] == {"alarm": "cost_rising", "layer": None, "epoch": job["error"]["epoch"]}
    assert 0 < job["progress"]["epoch"] < 300
    error = job["error"]
    assert (error["code"], error["type"], error["status"]) == ("alarm", "/problems/alarm", 422)
    assert all(word in error["detail"] for word in ("cost_rising", f"epoch {error['epoch']}", "stop_on"))
    assert client.events(job["id"])[-1]["data"] == {"stop_reason": "alarm", "code": "alarm", "epoch": error["epoch"], "step": None}
    assert job["metrics"]["train"] is not None
    document = client.weights(job["id"])
    assert len(document["layers"]) == 1
    client.predict(job["id"], [[0, 0]])
    body["training"] |= {"epochs": job["progress"]["epoch"], "stop_on": [], "monitor": "off"}
    assert client.weights(client.train(body)["id"])["layers"] == document["layers"]


def test_stop_on_can_end_a_job_before_its_first_step(client):
    job = client.wait(client.submit(make_job(network=VANISHING, training={"stop_on": ["vanishing_gradients"]}))["id"])
    assert (job["status"], job["stop_reason"], job["progress"]["epoch"], job["error"]["epoch"]) == ("failed", "alarm", 0, None)
    assert "in layer 1 before training" in job["error"]["detail"]
    assert job["alarms"] == [{"alarm": "vanishing_gradients", "layer": 1, "epoch": 0}]
    assert len(client.weights(job["id"])["layers"]) == 13


def test_an_alarm_that_is_not_named_stops_nothing(client):
    job = client.train(make_job(data=leaking(), training={"stop_on": ["divergence"]}))
    assert job["stop_reason"] == "completed" and names(job["alarms"]) == ["target_leak"]


def test_a_diverged_job_has_its_alarm_before_the_end(client):
    body = make_job(data=line(), network={"activation": "identity"}, training={"optimizer": "sgd", "learning_rate": 1000, "epochs": 1000})
    job = client.wait(client.submit(body)["id"])
    assert job["stop_reason"] == "diverged"
    assert [event["type"] for event in client.events(job["id"])][-2:] == ["alarm", "failed"]
    last = alarms(client, job["id"])[-1]
    assert (last["alarm"], last["epoch"], last["threshold"]) == ("divergence", job["error"]["epoch"], None)


def test_alarms_of_a_long_job_are_there_while_it_runs(client):
    id = client.submit(make_job(data=leaking(), network={"hidden_layers": [32, 32]}, training={"epochs": 10_000_000}))["id"]
    try:
        client.wait(id, until={"running"})
        while not client.job(id)["alarms"]:
            assert client.job(id)["status"] == "running"
        assert client.job(id)["status"] == "running"
        assert names(alarms(client, id)) == ["target_leak"]
    finally:
        client.cancel(id)
    job = client.wait(id)
    assert job["status"] == "cancelled" and names(job["alarms"]) == ["target_leak"]
    assert names(alarms(client, id)) == ["target_leak"]


def test_an_attempt_after_a_crash_tells_no_alarm_again(start_server, tmp_path):
    server = start_server(directory=tmp_path, workers=1)
    body = make_job(data=leaking(), network={"hidden_layers": [32, 32]}, training={"epochs": 10_000_000})
    id = server.client.submit(body)["id"]
    while not server.client.job(id)["alarms"]:
        pass
    server.kill()
    server = start_server(directory=tmp_path, workers=1)
    # The alarm is the first thing that a run does: by its second epoch it has been raised.
    while server.client.job(id)["progress"]["epoch"] < 2:
        pass
    server.client.cancel(id)
    server.client.wait(id)
    assert [event["type"] for event in server.client.events(id) if event["type"] != "resumed"] == [
        "queued", "started", "alarm", "requeued", "started", "cancelling", "cancelled"]
    assert names(server.client.job(id)["alarms"]) == ["target_leak"]


@pytest.mark.parametrize(("training", "pointer"), [
    ({"stop_on": ["fever"]}, "/training/stop_on/0"), ({"stop_on": ["dead_units", "dead_units"]}, "/training/stop_on/1"),
    ({"stop_on": "dead_units"}, "/training/stop_on"), ({"monitor": False}, "/training/monitor"),
    ({"monitor": "off", "stop_on": ["dead_units"]}, "/training/stop_on")])
def test_what_is_no_alarm_is_refused(client, training, pointer):
    assert set(client.faults("/v1/jobs", make_job(training=training))) == {pointer}


def test_layers_is_true_or_false(client):
    id = client.train(make_job())["id"]
    response = client.get(f"/v1/jobs/{id}/history?layers=yes")
    assert response.status_code == 422 and response.json()["errors"][0]["pointer"] == "/query/layers"
    assert client.get(f"/v1/jobs/{id}/history?layer=true").status_code == 422
    assert all("layers" not in row for row in client.get(f"/v1/jobs/{id}/history?layers=false").json()["data"])


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky_relu", "identity"])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_layer_statistics_are_those_of_numpy(client, activation, task):
    """By the weights documents of this run and of one that is an epoch shorter."""
    data = line(rows=100) if task == "regression" else inline(rows=100, features=3, classes=2 if task == "binary" else 3)
    x, y = data["x"], data["y"]
    data = {"train": {"x": x, "y": y}}
    if task == "regression":
        data["task"] = "regression"

    def run(epochs):
        body = make_job(data=data, network={"hidden_layers": [7, 5], "activation": activation}, training={
            "epochs": epochs, "batch_size": "full", "optimizer": "sgd", "learning_rate": 0.05, "precision": "float64", "l2_lambda": 2})
        return client.train(body)["id"]

    id = run(3)
    document, before = client.weights(id), client.weights(run(2))
    found = layers_of(client, id)[-1]["layers"]
    a, activations, slopes = encode(document, x), [], []
    for layer in document["layers"]:
        z = a @ np.array(layer["weights"]).T + layer["biases"]
        activations.append(a)
        a = ACTIVATIONS[layer["activation"]](z)
        slopes.append({"relu": z > 0, "tanh": 1 - a * a, "sigmoid": a * (1 - a), "leaky_relu": np.where(z > 0, 1, 0.01)}.get(layer["activation"], 1))
    target = np.array(y, dtype=float)[:, None] if task != "multiclass" else np.eye(3)[y]
    delta = (a - target) * (2 if task == "regression" else 1) / len(x)
    for index in reversed(range(3)):
        weights, old = np.array(document["layers"][index]["weights"]), np.array(before["layers"][index]["weights"])
        gradient = np.hypot(np.linalg.norm(delta.T @ activations[index]), np.linalg.norm(delta.sum(axis=0)))
        statistics = found[index]
        assert statistics["gradient_norm"] == pytest.approx(gradient, rel=1e-9)
        assert statistics["delta_norm"] == pytest.approx(np.linalg.norm(delta), rel=1e-9)
        assert statistics["weight_norm"] == pytest.approx(np.linalg.norm(weights), rel=1e-12)
        assert statistics["update_ratio"] == pytest.approx(np.linalg.norm(weights - old) / np.linalg.norm(old), rel=1e-9)
        if index == 2:
            assert statistics["activation_mean"] is statistics["activation_std"] is statistics["dead_units"] is statistics["saturated_units"] is None
        else:
            out = activations[index + 1]
            assert statistics["activation_mean"] == pytest.approx(out.mean(), rel=1e-9, abs=1e-12)
            assert statistics["activation_std"] == pytest.approx(out.std(), rel=1e-9)
            assert statistics["dead_units"] == (np.mean((out == 0).all(axis=0)) if activation == "relu" else None)
            flat = {"tanh": 1, "sigmoid": 4}.get(activation)
            assert statistics["saturated_units"] == (np.mean((flat * slopes[index]).mean(axis=0) < 0.05) if flat else None)
        if index:
            delta = delta @ weights * slopes[index - 1]


def test_layers_of_a_running_job_are_those_it_ends_with(client):
    id = client.submit(make_job(data=inline(rows=400, features=10), network={"hidden_layers": [32, 32]}, training={"epochs": 10_000_000}))["id"]
    try:
        client.wait(id, until={"running"})
        rows = []
        while not rows:
            rows = layers_of(client, id)
    finally:
        client.cancel(id)
    client.wait(id)
    assert layers_of(client, id)[0] == rows[0]
    assert len(rows[0]["layers"]) == 3 and rows[0]["layers"][0]["update_ratio"] is None
