"""Back-propagation against central differences."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.bodies import inline, line, make_job

DATA = {"binary": inline(rows=20), "multiclass": inline(rows=21, classes=3), "regression": line(rows=20)}


def check(client, body):
    response = client.post("/v1/gradient-checks", json=body)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("task", DATA)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky_relu", "identity"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_network_is_correct(client, task, activation, batch_norm):
    body = make_job(
        data={**DATA[task], "task": task}, network={"hidden_layers": [5, 4], "activation": activation, "batch_norm": batch_norm},
        training={"l1_lambda": 0.2, "l2_lambda": 0.7})
    answer = check(client, body)
    assert answer["verdict"] == "correct" and answer["relative_error"] <= 1e-7
    assert answer["checked"] == answer["parameters"] and answer["excluded"] <= answer["kinks"]
    assert answer["excluded"] < 0.2 * answer["parameters"]
    assert answer["kinks"] == 0 or activation in ("relu", "leaky_relu")
    assert answer["examples"] == answer["settings"]["data"]["rows"]["train"]
    assert len(answer["layers"]) == 3
    for index, layer in enumerate(answer["layers"]):
        others = {"gamma", "beta"} if batch_norm and index < 2 else {"biases"}
        assert layer["layer"] == index and set(layer) == {"layer", "weights"} | others


def test_the_groups_add_up(client):
    answer = check(client, make_job(training={"l2_lambda": 0.7}))
    groups = [layer[kind] for layer in answer["layers"] for kind in ("weights", "biases", "gamma", "beta") if kind in layer]
    assert sum(group["checked"] for group in groups) == answer["checked"] - answer["excluded"]
    assert sum(group["parameters"] for group in groups) == answer["parameters"] == 31
    assert all(group["checked"] <= group["parameters"] for group in groups)
    assert [layer["weights"]["parameters"] for layer in answer["layers"]] == [8, 12, 3]
    assert [layer["biases"]["parameters"] for layer in answer["layers"]] == [4, 3, 1]
    assert min(group["relative_error"] for group in groups) <= answer["relative_error"] <= max(group["relative_error"] for group in groups)


def test_the_worst_come_worst_first_with_both_values(client):
    worst = check(client, make_job())["worst"]
    assert 0 < len(worst) <= 10
    shares = [abs(item["numeric"] - item["analytic"]) for item in worst]
    assert shares == sorted(shares, reverse=True)
    places = [(item["layer"], item["kind"], *item["index"]) for item in worst]
    assert len(set(places)) == len(places)
    for item in worst:
        assert len(item["index"]) == (2 if item["kind"] == "weights" else 1)
        difference = abs(item["numeric"] - item["analytic"])
        scale = abs(item["numeric"]) + abs(item["analytic"])
        assert item["relative_error"] == pytest.approx(difference / scale if scale else 0, rel=1e-6, abs=1e-12)


def test_dropout_and_precision_do_not_disturb_it(client):
    plain = check(client, make_job(training={"precision": "float64"}))
    for network, training in (({"keep_prob": 0.5, "input_keep_prob": 0.5}, {}), ({}, {"precision": "float32"})):
        other = check(client, make_job(network=network, training=training))
        assert other["cost"] == plain["cost"] and other["verdict"] == "correct"


@pytest.mark.parametrize(("layer", "kind", "batch_norm"), [
    (0, "weights", False), (1, "biases", False), (2, "weights", False), (2, "biases", True), (1, "gamma", True), (0, "beta", True)])
def test_a_deliberate_error_is_found_where_it_was_made(client, layer, kind, batch_norm):
    body = make_job(network={"activation": "tanh", "batch_norm": batch_norm}, training={"l2_lambda": 0.7})
    error = {"layer": layer, "kind": kind}
    answer = check(client, {**body, "gradient_check": {"deliberate_error": error}})
    assert answer["verdict"] == "wrong"
    # ‖2 g − g‖ / (‖2 g‖ + ‖g‖)
    assert answer["layers"][layer][kind]["relative_error"] == pytest.approx(1 / 3, abs=1e-6)
    others = [group["relative_error"] for number, groups in enumerate(answer["layers"]) for name, group in groups.items()
              if name != "layer" and (number, name) != (layer, kind)]
    assert max(others) <= 1e-7
    assert (answer["worst"][0]["layer"], answer["worst"][0]["kind"]) == (layer, kind)
    assert check(client, {**body, "gradient_check": {"deliberate_error": {**error, "factor": 1}}})["verdict"] == "correct"


@pytest.mark.parametrize(("error", "pointer"), [
    ({"layer": 3, "kind": "weights"}, ""), ({"layer": 0, "kind": "gamma"}, ""), ({"kind": "biases"}, "/layer"),
    ({"layer": 0}, "/kind"), ({"layer": 0, "kind": "both"}, "/kind"), ({"layer": 0, "kind": "biases", "factor": 1e7}, "/factor"),
    ({"layer": 0, "kind": "biases", "by": 2}, "/by")])
def test_a_deliberate_error_in_nothing_is_a_fault(client, error, pointer):
    body = make_job(gradient_check={"deliberate_error": error})
    assert set(client.faults("/v1/gradient-checks", body)) == {"/gradient_check/deliberate_error" + pointer}


def test_epsilon_is_answered_and_a_clumsy_one_is_noticed(client):
    assert check(client, make_job(gradient_check={"epsilon": 1e-4}))["epsilon"] == 1e-4
    clumsy = check(client, make_job(network={"activation": "tanh"}, gradient_check={"epsilon": 0.5}))
    assert clumsy["verdict"] in ("suspicious", "wrong") and clumsy["relative_error"] > 1e-7


def test_the_seed_draws_a_sample_of_parameters_and_of_examples(client):
    """The weights and the training rows are given, so that the seed decides nothing else."""
    x, y = inline(rows=50)["x"], inline(rows=50)["y"]
    network = {"hidden_layers": [40, 30], "activation": "tanh"}
    layers = client.weights(client.train(make_job(network=network))["id"])["layers"]

    def sample(seed, **options):
        return check(client, make_job(
            data={"train": {"x": x, "y": y}}, network={**network, "initial_weights": layers}, training={"seed": seed}, gradient_check=options))

    first, again, other = (sample(seed, max_parameters=100) for seed in (1, 1, 2))
    assert first["parameters"] == 40 * 3 + 30 * 41 + 31
    assert (first["checked"], first["examples"], first["verdict"]) == (100, 50, "correct")
    assert first == again and first["cost"] == other["cost"] and first["worst"] != other["worst"]
    assert all(group["checked"] > 0 for layer in first["layers"] for group in (layer["weights"], layer["biases"]))

    first, again, other = (sample(seed, max_parameters=20, max_examples=7) for seed in (1, 1, 2))
    assert (first["checked"], first["examples"], first["verdict"]) == (20, 7, "correct")
    assert first == again and first["cost"] != other["cost"]


@pytest.mark.timeout(200)
def test_a_huge_network_is_checked_in_seconds(client):
    answer = check(client, make_job(network={"hidden_layers": [2000, 2000], "activation": "tanh"}))
    assert answer["parameters"] == 2000 * 3 + 2000 * 2001 + 2001
    assert answer["verdict"] == "correct" and 20 <= answer["checked"] <= 2000
    assert all(group["checked"] > 0 for layer in answer["layers"] for group in (layer["weights"], layer["biases"]))


@pytest.mark.parametrize(("hidden_layers", "options", "pointer"), [
    ([3000, 3000], {"max_parameters": 100_000}, "/gradient_check/max_parameters"),
    ([1_000_000], {"max_parameters": 1, "max_examples": 3000}, "/gradient_check/max_examples")])
def test_too_much_work_is_refused(client, hidden_layers, options, pointer):
    data = {"train": inline(rows=3000)}
    assert set(client.faults("/v1/gradient-checks", make_job(data=data, network={"hidden_layers": hidden_layers}, gradient_check=options))) == {pointer}


def test_more_checks_than_may_run_at_a_time_are_told_to_come_back(start_server):
    server = start_server()
    body = make_job(network={"hidden_layers": [200, 200], "activation": "tanh"}, gradient_check={"max_parameters": 2000})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.new_client().post("/v1/gradient-checks", json=body), range(8)))
    assert {answer.status_code for answer in answers} == {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert answer.json()["code"] == "busy" and int(answer.headers["Retry-After"]) >= 1
    assert check(server.client, body)["verdict"] == "correct"


def test_nothing_is_stored(start_server):
    client = start_server().client
    check(client, make_job(name="only looking"))
    assert client.get("/v1/jobs").json()["data"] == [] and client.get("/v1/datasets").json()["data"] == []


def test_the_settings_are_those_of_the_job(client):
    body = make_job()
    assert check(client, body)["settings"] == client.train(body)["settings"]


def test_initial_weights_are_checked_where_they_are(client):
    layers = client.weights(client.train(make_job(training={"epochs": 100}))["id"])["layers"]
    body = make_job(network={"initial_weights": layers})
    answer = check(client, body)
    assert answer["verdict"] == "correct" and answer["cost"] != check(client, make_job())["cost"]
    assert answer["settings"] == client.submit(body)["settings"]
