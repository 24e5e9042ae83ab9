"""Data built to have each illness: its own diagnosis and no other, over ten seeds; and the treatment helps."""

import numpy as np
import pytest

from harness.bodies import altered, inline, line, make_job

SEEDS = range(10)


def diagnosis(client, id, **query):
    response = client.get(f"/v1/jobs/{id}/diagnosis", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def disc(random, rows, features=2, wrong=0.0):
    """Inside or outside of a disc in the first two features, the others mean nothing; a share of the labels wrong."""
    x = random.uniform(-2, 2, size=(rows, features))
    y = (x[:, 0] ** 2 + x[:, 1] ** 2 < 2.5) ^ (random.random(rows) < wrong)
    return x, y.astype(int)


def halves(random, rows, features=2, wrong=0.0, shift=0.0):
    """The two sides of a line, a share of the labels wrong."""
    x = random.normal(size=(rows, features))
    y = (x[:, 0] + x[:, 1] > 0) ^ (random.random(rows) < wrong)
    return x + shift, y.astype(int)


def wave(random, rows, features=1, noise=0.1):
    """A sine of the first feature."""
    x = random.uniform(-2, 2, size=(rows, features))
    return x, np.sin(3 * x[:, 0]) + noise * random.normal(size=rows)


def slope(random, rows, features=15, noise=0.5):
    """The first of many features."""
    x = random.normal(size=(rows, features))
    return x, x[:, 0] + noise * random.normal(size=rows)


def job(hidden_layers, train, dev, test, base_error=0, **training):
    sets = {name: {"x": np.round(x, 4).tolist(), "y": y.tolist()} for name, (x, y) in [("train", train), ("dev", dev), ("test", test)]}
    return {
        "data": sets, "network": {"hidden_layers": hidden_layers}, "base_error": base_error,
        "training": {"epochs": 200, "learning_rate": 0.01, **training}}


ILL = {
    "a net too small": ("high_bias", lambda random: job([], *(disc(random, rows) for rows in (800, 400, 800)))),
    "a net too small for a regression": ("high_bias", lambda random: job([], *(wave(random, rows) for rows in (800, 600, 1200)), base_error=0.01)),
    "training that ended too early": ("high_bias", lambda random: job([16], *(disc(random, rows) for rows in (400, 400, 800)), epochs=8)),
    "too strong a penalty": ("high_bias", lambda random: job([16], *(disc(random, rows) for rows in (400, 400, 800)), l2_lambda=300)),
    "a net too big on few rows": ("high_variance", lambda random: job([64, 32], *(disc(random, rows, 4, wrong=0.05) for rows in (60, 400, 1200)), base_error=0.05, epochs=300)),
    "a net too big on few rows for a regression": ("high_variance", lambda random: job([64, 32], *(slope(random, rows) for rows in (40, 600, 1200)), base_error=0.25, epochs=300)),
    "a net too small on few rows": ("both", lambda random: job([], *(disc(random, rows, 40) for rows in (400, 1000, 2000)))),
}
HEALTHY = {
    "classes": lambda random: job([8], *(halves(random, rows) for rows in (600, 300, 600))),
    "classes with wrong labels that nobody can tell": lambda random: job([4], *(halves(random, rows, wrong=0.1) for rows in (1000, 600, 1200)), base_error=0.1),
    "a regression": lambda random: job([32, 16], *(wave(random, rows) for rows in (400, 300, 600)), base_error=0.01, epochs=300),
}


def trained(client, make, seed):
    body = make(np.random.default_rng(seed))
    body["training"]["seed"] = seed
    return body, client.train(body)


def gaps(found):
    return [found[name]["level"] for name in ("avoidable_bias", "variance", "dev_test_gap")]


@pytest.mark.parametrize("illness", ILL)
def test_each_illness_gets_its_own_verdict_and_its_treatment_helps(client, illness):
    verdict, make = ILL[illness]
    before, after = [], []
    for seed in SEEDS:
        body, sick = trained(client, make, seed)
        found = diagnosis(client, sick["id"])
        assert found["verdict"] == verdict, (seed, found["summary"], found["errors"])
        # A penalty that presses all weights to 0 leaves units with nothing but their biases, and next to no gradient.
        expected = {"dead_units", "vanishing_gradients"} if "penalty" in illness else set()
        assert {alarm["alarm"] for alarm in sick["alarms"]} <= expected, (seed, sick["alarms"])
        assert found["dev_test_gap"]["level"] != "high", (seed, found["dev_test_gap"])
        assert found["learning_curve"]["stopped_too_early"] == ("early" in illness), (seed, found["learning_curve"])
        treatment = next(suggestion for suggestion in found["suggestions"] if suggestion["field"])
        treated = client.train(altered(body, treatment["field"], treatment["to"]))
        before.append(found["errors"]["dev"]["error"])
        after.append(diagnosis(client, treated["id"])["errors"]["dev"]["error"])
        assert treated["metrics"]["dev"]["loss"] < sick["metrics"]["dev"]["loss"] or after[-1] < before[-1], (seed, treatment)
    assert np.mean(after) < 0.95 * np.mean(before)
    assert sum(np.less(after, before)) >= 8, (before, after)


@pytest.mark.parametrize("kind", HEALTHY)
def test_what_is_healthy_is_left_alone(client, kind):
    for seed in SEEDS:
        _, job = trained(client, HEALTHY[kind], seed)
        found = diagnosis(client, job["id"])
        assert found["verdict"] == "balanced" and found["suggestions"] == [], (seed, found["summary"], found["suggestions"])
        assert gaps(found) == ["low"] * 3 and job["alarms"] == [], (seed, job["alarms"])


def test_a_shifted_test_set_is_told_by_its_gap_and_its_features_alone(client):
    for seed in SEEDS:
        _, sick = trained(client, lambda random: job([8], halves(random, 600), halves(random, 300), halves(random, 300, shift=0.8)), seed)
        found = diagnosis(client, sick["id"])
        assert found["verdict"] == "balanced" and gaps(found) == ["low", "low", "high"], (seed, found["errors"])
        assert [suggestion["action"] for suggestion in found["suggestions"]] == ["check_test_set"]
        assert {alarm["alarm"] for alarm in sick["alarms"]} == {"shifted_features"}, seed


def test_few_examples_are_not_enough_for_a_verdict(client):
    for seed in SEEDS:
        _, few = trained(client, lambda random: job([4], *(halves(random, rows) for rows in (100, 6, 6))), seed)
        found = diagnosis(client, few["id"])
        assert found["verdict"] == "not_enough_data" and found["variance"]["level"] == "unsettled", (seed, found["errors"])
        assert found["suggestions"][0]["action"] == "enlarge_dev_set"


def test_noise_is_suggested_as_a_job_takes_it_and_only_where_there_is_none(client):
    body, sick = trained(client, ILL["a net too big on few rows"][1], 0)
    noise = next(item for item in diagnosis(client, sick["id"])["suggestions"] if item["action"] == "augment_data")
    assert (noise["field"], noise["from"], noise["to"]) == ("/data/augment", None, {"noise": {"std": 0.1}})
    treated = client.train(altered(body, noise["field"], noise["to"]))
    assert treated["settings"]["data"]["augment"]["noise"]["std"] == 0.1
    again = next(item for item in diagnosis(client, treated["id"])["suggestions"] if item["action"] == "augment_data")
    assert (again["field"], again["to"]) == (None, None)


def test_alarms_of_the_run_are_told_with_the_diagnosis(client):
    data = inline(rows=60)
    leaked = client.train(make_job(data={**data, "x": [[*row, label] for row, label in zip(data["x"], data["y"])]}))
    assert "target_leak" in [alarm["alarm"] for alarm in leaked["alarms"]]
    assert diagnosis(client, leaked["id"])["alarms"] == leaked["alarms"]


def test_without_a_dev_set_one_is_asked_for_and_then_there(client):
    body = make_job(data=inline(rows=200, split={"train": 1}))
    found = diagnosis(client, client.train(body)["id"])
    assert found["verdict"] == "not_enough_data" and found["variance"] is None and found["dev_test_gap"] is None
    first = found["suggestions"][0]
    assert (first["action"], first["field"], first["from"]) == ("add_dev_set", "/data/split", {"train": 1, "dev": 0, "test": 0})
    assert diagnosis(client, client.train(altered(body, first["field"], first["to"]))["id"])["errors"]["dev"]["examples"] == 40


def test_errors_are_those_of_the_metrics(client):
    classes = client.train(make_job(data=inline(rows=200, classes=3), training={"precision": "float64"}, base_error=0.02))
    found = diagnosis(client, classes["id"])
    assert found["measure"] == "error_rate" and found["base_error"] == 0.02
    for name, set in found["errors"].items():
        assert set["error"] == pytest.approx(1 - classes["metrics"][name]["accuracy"])
        assert set["examples"] == classes["settings"]["data"]["rows"][name]
        assert set["interval"] == pytest.approx(wilson(set["error"], set["examples"]))
    data = {name: line(rows=rows, seed=rows) for name, rows in [("train", 80), ("dev", 40)]}
    sets = {name: {"x": part["x"], "y": part["y"]} for name, part in data.items()}
    values = client.train(make_job(data={**sets, "task": "regression"}, training={"precision": "float64"}, base_error=0.5))
    found = diagnosis(client, values["id"])
    variance = np.var(data["train"]["y"])
    assert found["measure"] == "unexplained_variance" and found["base_error"] == pytest.approx(0.5 / variance)
    for name in ("train", "dev"):
        assert found["errors"][name]["error"] == pytest.approx(values["metrics"][name]["loss"] / variance)
    assert found["errors"]["train"]["error"] == pytest.approx(1 - values["metrics"]["train"]["r2"])
    assert found["avoidable_bias"]["value"] == pytest.approx(found["errors"]["train"]["error"] - found["base_error"])
    assert found["variance"]["value"] == pytest.approx(found["errors"]["dev"]["error"] - found["errors"]["train"]["error"])


def wilson(p, n, z=1.959963984540054):
    centre, reach = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [max(0, (centre - reach) / (1 + z * z / n)), min(1, (centre + reach) / (1 + z * z / n))]


def test_a_threshold_of_ones_own_is_held_to(client):
    _, job = trained(client, HEALTHY["classes with wrong labels that nobody can tell"], 0)
    strict = diagnosis(client, job["id"], threshold=0.001)
    assert strict["avoidable_bias"]["threshold"] == strict["variance"]["threshold"] == 0.001
    assert strict["verdict"] != "balanced"


@pytest.mark.parametrize(("base_error", "data"), [(-0.1, inline()), (1.01, inline()), ("0", inline()), ([], inline()), (-1, line())])
def test_a_base_error_out_of_range_is_refused(client, base_error, data):
    assert set(client.faults("/v1/jobs", make_job(data=data, base_error=base_error))) == {"/base_error"}


def test_a_base_error_is_echoed_and_changes_no_weights(client):
    plain, based = client.train(make_job()), client.train(make_job(base_error=0.25))
    assert (plain["settings"]["base_error"], based["settings"]["base_error"]) == (0, 0.25)
    assert client.weights_bytes(plain["id"]) == client.weights_bytes(based["id"])
    assert client.submit(make_job(data=line(), base_error=7.5))["settings"]["base_error"] == 7.5


def test_a_restart_changes_no_diagnosis(start_server):
    server = start_server()
    id = server.client.train(make_job())["id"]
    before = diagnosis(server.client, id)
    server.kill()
    assert diagnosis(server.start().client, id) == before


def large_targets(seed):
    random = np.random.default_rng(seed)
    x = random.normal(size=(1000, 5))
    y = 200_000 + 60_000 * (x @ [1, 0.5, 0.2, 0, 0]) + 20_000 * random.normal(size=1000)
    return {"x": x.round(4).tolist(), "y": y.round(2).tolist(), "task": "regression"}


@pytest.mark.parametrize("seed", [1, 2])
def test_large_targets_that_are_learned_raise_no_alarm(client, seed):
    job = client.train({"data": large_targets(seed), "training": {"epochs": 200, "learning_rate": 0.01, "seed": seed}})
    assert job["metrics"]["train"]["r2"] > 0.8 and job["alarms"] == []


def test_what_an_alarm_names_is_what_is_tried_first(client):
    random = np.random.default_rng(3)
    x = random.normal(size=(400, 2))
    body = {
        "data": {"x": x.round(4).tolist(), "y": (x[:, 0] * x[:, 1] > 0).astype(int).tolist()},
        "network": {"hidden_layers": [16], "initializer": "zeros"}, "training": {"epochs": 100, "seed": 1}}
    id = client.train(body)["id"]
    suggestion = client.get(f"/v1/jobs/{id}/diagnosis").json()["suggestions"][0]
    assert (suggestion["field"], suggestion["to"]) == ("/network/initializer", "auto")


def test_a_first_layer_is_suggested_so_that_a_job_takes_it_whatever_lists_it_had(client):
    random = np.random.default_rng(2)
    body = job([], *(disc(random, rows) for rows in (400, 400, 400)))
    body["network"] |= {"activation": [], "keep_prob": [], "initializer": "glorot"}
    found = diagnosis(client, client.train(body)["id"])
    suggestion = next(item for item in found["suggestions"] if item["action"] == "enlarge_network")
    treated = client.submit(altered(body, suggestion["field"], suggestion["to"]))
    assert treated["settings"]["network"]["hidden_layers"] == [16] and treated["settings"]["network"]["initializer"] == "glorot"
