"""Each field of a job: its type, its range, its default; and what a refusal says."""

import copy
import json
from dataclasses import dataclass, field

import pytest

from harness.bodies import altered, inline, line, make_job
from harness.client import CONTRACT, FINISHED

NOT_A_NUMBER = ["1", True, [], {}]
NOT_WHOLE = [*NOT_A_NUMBER, 2.5]
NOT_A_BOOLEAN = [0, 1, "true", [], {}]
NOT_A_STRING = [7, True, [], {}]
BIGGEST = 2**64 - 1


@dataclass(frozen=True)
class At:
    """A bad value whose fault is further in."""

    suffix: str
    value: object


@dataclass
class Field:
    pointer: str
    good: list
    bad: list
    given: dict = field(default_factory=dict)


def choice(pointer, words, given=None):
    return Field(pointer, [*words, None], ["", "Relu", words[0].upper(), 0, True, [], {}], given or {})


def optimizer(name, **constants):
    """The constants of an optimizer, each within its range."""
    ranges = {"unit": ([0, 0.5, 0.999999, None], [1, -0.1, 1.5, *NOT_A_NUMBER]),
              "tiny": ([1e-30, 1e-12, 1, None], [0, 9e-31, 1.1, -1e-8, *NOT_A_NUMBER]),
              "not negative": ([0, 0.5, 3, None], [-0.01, *NOT_A_NUMBER])}
    return [Field(f"/training/optimizer/{constant}", *ranges[kind], {"/training/optimizer/name": name})
            for constant, kind in constants.items()]


FIELDS = [
    Field("/name", ["", "ü", "x" * 200, None], ["x" * 201, "a\0b", *NOT_A_STRING]),

    choice("/data/task", ["auto", "binary"]),
    choice("/data/normalize", ["standard", "none"]),
    choice("/data/missing", ["error", "mean", "drop"]),
    Field("/data/split", [{}, None, {"train": 0.5, "dev": 0.25, "test": 0.25}, {"train": 1}, {"test": 0.25}, {"dev": 0.2}, {"stratify": False}],
          [0.5, "half", True, [], [0.6, 0.2, 0.2], {"train": 0.5}, {"train": 0.8, "dev": 0.1}, {"train": 0.6, "dev": 0.6},
           At("/valid", {"train": 0.5, "valid": 0.5})]),
    Field("/data/split/train", [0.8, None], [0, -0.5, 1.5, *NOT_A_NUMBER], {"/data/split/test": 0.2, "/data/split/dev": None}),
    Field("/data/split/dev", [0, 0.5], [1, -0.5, 1.5, *NOT_A_NUMBER]),
    Field("/data/split/test", [0, 0.5], [1, -0.5, 1.5, *NOT_A_NUMBER]),
    Field("/data/split/stratify", [True, False, None], NOT_A_BOOLEAN),

    Field("/data/augment", [{}, {"noise": None, "image": None}, None], [7, "noise", True, [], At("/blur", {"blur": 1})]),
    Field("/data/augment/noise", [{"std": 0}, {"std": 0.1, "features": [0, 1]}, {"std": [0.1, 2], "features": ["x1", 0]}, None],
          [0.1, "all", True, [], At("/std", {}), At("/std", {"std": None}), At("/sigma", {"std": 1, "sigma": 1}), At("/features/0", {"std": 1, "features": ["x2"]}),
           At("/features/0", {"std": 1, "features": ["y"]}), At("/features/1", {"std": 1, "features": [0, "x0"]}), At("/features/0", {"std": 1, "features": [2.5]}),
           At("/features", {"std": 1, "features": []}), At("/features", {"std": 1, "features": "x0"}), At("/std", {"std": [1, 2]}), At("/std", {"std": [1, 2], "features": None}),
           At("/std", {"std": [1], "features": [0, 1]}), At("/std/1", {"std": [1, -1], "features": [0, 1]}), At("/std/0", {"std": ["1", 1], "features": [0, 1]})]),
    Field("/data/augment/noise/std", [0, 0.5, 1_000_000], [-0.1, 1_000_001, "1", True, {}, None]),
    Field("/data/augment/image", [{"height": 1, "width": 2}, {"height": 1, "width": 1, "channels": 2}, None],
          [7, "28x28", True, [], At("/height", {"width": 2}), At("/width", {"height": 1}), At("/zoom", {"height": 1, "width": 2, "zoom": 1}),
           At("", {"height": 2, "width": 2}), At("", {"height": 10_000, "width": 10_000, "channels": 1000})]),
    *[Field(f"/data/augment/image/{name}", good, bad, {"/data/augment/image": {"height": 1, "width": 2}}) for name, good, bad in [
        ("height", [1], [0, -1, 10_001, None, *NOT_WHOLE]),
        ("width", [2], [0, -1, 10_001, None, *NOT_WHOLE]),
        ("channels", [1, None], [0, -1, 1_001, *NOT_WHOLE]),
        ("flip", [{}, {"horizontal": 0.5}, {"vertical": 1}, None], [0.5, True, "horizontal", [], At("/diagonal", {"diagonal": 1})]),
        ("flip/horizontal", [0, 0.5, 1, None], [-0.1, 1.1, *NOT_A_NUMBER]),
        ("flip/vertical", [0, 0.5, 1, None], [-0.1, 1.1, *NOT_A_NUMBER]),
        ("shift", [{}, {"horizontal": 2}, {"vertical": 1}, None], [2, True, "up", [], At("/up", {"up": 1})]),
        ("shift/horizontal", [0, 3, 10_000, None], [-1, 10_001, *NOT_WHOLE]),
        ("shift/vertical", [0, 3, 10_000, None], [-1, 10_001, *NOT_WHOLE]),
        ("rotate", [0, 0.5, 180, None], [-1, 180.5, *NOT_A_NUMBER]),
        ("scale", [[0.1, 10], [0.8, 1.25], [1, 1], None], [0.5, "0.5", True, {}, [], [1], [1, 1, 1], [1, 0.5], [0.09, 1], [1, 10.1], [1, "2"], [None, 1]]),
        ("elastic", [{"alpha": 34, "sigma": 4}, None], [34, True, "strong", [], At("/alpha", {"sigma": 4}), At("/sigma", {"alpha": 34}), At("/beta", {"alpha": 1, "sigma": 1, "beta": 1})]),
        ("fill", ["nearest", "constant", None], ["", "reflect", 0, True, [], {}]),
        ("fill_value", [None], [At("", 0), *NOT_A_NUMBER])]],
    choice("/data/augment/image/layout", ["channels_last", "channels_first"], {"/data/augment/image": {"height": 1, "width": 2}}),
    *[Field(f"/data/augment/image/elastic/{name}", good, [-1, None, *NOT_A_NUMBER, *bad], {
        "/data/augment/image": {"height": 1, "width": 2, "elastic": {"alpha": 1, "sigma": 1}}}) for name, good, bad in [
        ("alpha", [0, 34.5, 10_000], [10_001]), ("sigma", [0.1, 4, 1_000], [0, 0.09, 1_001])]],
    Field("/data/augment/image/fill_value", [0, -0.5, 255, None], NOT_A_NUMBER, {"/data/augment/image": {"height": 1, "width": 2, "fill": "constant"}}),

    Field("/network", [{}, None], [7, "relu", True, [], At("/layers", {"layers": [3]})]),
    Field("/network/hidden_layers", [[], [1], [4, 3, 2], [1] * 1000, None],
          [4, "4", True, {}, [1] * 1001, At("/0", [0]), At("/1", [4, -1]), At("/0", [2.5]), At("/0", ["4"]), At("/0", [True]), At("/0", [None]),
           At("/0", [[4]]), At("/0", [1_000_001])]),
    Field("/network/activation", ["relu", "tanh", "sigmoid", "leaky_relu", "identity", ["relu", "tanh"], None],
          ["", "softmax", "ReLU", 0, True, {}, [], ["relu"], ["relu"] * 3, At("/1", ["relu", "swish"]), At("/0", [1, "relu"])]),
    Field("/network/keep_prob", [1, 0.5, 1e-6, [0.5, 1], None],
          [0, 9e-7, -0.5, 1.0001, "0.5", True, {}, [], [0.5], [1, 1, 1], At("/1", [0.5, 0]), At("/0", [1.5, 1]), At("/0", ["1", 1])]),
    Field("/network/input_keep_prob", [1, 0.5, 1e-6, None], [0, 9e-7, -0.5, 1.0001, *NOT_A_NUMBER]),
    Field("/network/batch_norm", [True, False, None], NOT_A_BOOLEAN),
    choice("/network/initializer", ["auto", "he", "xavier", "glorot", "bengio", "zeros", "normal"]),
    Field("/network/initial_weights",
          [None,
           [{"weights": [[1, 2]], "biases": [0.5]}],
           [{"weights": [[1, 2]], "biases": [0.5], "activation": "sigmoid"}]],
          [7, "he", True, {}, [], [{"weights": [[1, 2]], "biases": [0]}] * 2,
           At("/0", [7]), At("/0/biases", [{"weights": [[1, 2]]}]), At("/0/weights", [{"biases": [0]}]), At("/0/bias", [{"weights": [[1, 2]], "biases": [0], "bias": [0]}]),
           At("/0/weights", [{"weights": [[1, 2, 3]], "biases": [0]}]), At("/0/weights", [{"weights": [[1, 2], [1, 2]], "biases": [0, 0]}]),
           At("/0/biases", [{"weights": [[1, 2], [1, 2]], "biases": [0]}]), At("/0/weights/1", [{"weights": [[1, 2], [1]], "biases": [0, 0]}]),
           At("/0/weights", [{"weights": [], "biases": []}]), At("/0/weights", [{"weights": [1, 2], "biases": [0]}]),
           At("/0/biases", [{"weights": [[1, 2]], "biases": [0, 0]}]), At("/0/weights/0/1", [{"weights": [[1, "2"]], "biases": [0]}]),
           At("/0/weights/0/0", [{"weights": [[None, 2]], "biases": [0]}]), At("/0/biases/0", [{"weights": [[1, 2]], "biases": [True]}]),
           At("/0/activation", [{"weights": [[1, 2]], "biases": [0], "activation": "relu"}]),
           At("/0/activation", [{"weights": [[1, 2]], "biases": [0], "activation": "swish"}]),
           At("/0/batch_norm", [{"weights": [[1, 2]], "biases": [0], "batch_norm": {"gamma": [1], "beta": [0], "running_mean": [0], "running_variance": [1]}}])],
          {"/network/hidden_layers": []}),

    Field("/training", [{}, None], [7, "adam", True, [], At("/epoch", {"epoch": 3})]),
    Field("/training/epochs", [1, 3.0, 10_000_000, None], [0, -1, 10_000_001, *NOT_WHOLE]),
    Field("/training/batch_size", [1, 1000, "full", None], [0, -1, 2.5, "64", "Full", True, [], {}]),
    Field("/training/shuffle", [True, False, None], NOT_A_BOOLEAN),
    Field("/training/optimizer", ["sgd", "momentum", "rmsprop", "adam", "adamw", {"name": "sgd"}, {"name": "adam", "beta1": 0.8}, None],
          ["", "Adam", "lion", 0, True, [], At("/name", {}), At("/name", {"name": "lion"}), At("/name", {"name": 7}), At("/beta", {"name": "sgd", "beta": 0.9}),
           At("/beta", {"name": "adam", "beta": 0.9}), At("/weight_decay", {"name": "adam", "weight_decay": 0.1}), At("/lr", {"name": "adam", "lr": 0.1})]),
    *optimizer("momentum", beta="unit"),
    *optimizer("rmsprop", rho="unit", epsilon="tiny"),
    *optimizer("adam", beta1="unit", beta2="unit", epsilon="tiny"),
    *optimizer("adamw", beta1="unit", beta2="unit", epsilon="tiny", weight_decay="not negative"),
    Field("/training/learning_rate", [1e-9, 0.3, 1_000_000, None], [0, -0.1, 1_000_001, *NOT_A_NUMBER]),
    Field("/training/learning_rate_decay",
          ["cosine", {"name": "cosine"}, {"name": "cosine", "minimum": 0.0001}, {"name": "step", "rate": 0.5, "every": 10},
           {"name": "exponential", "rate": 0.99}, {"name": "inverse_time", "rate": 0.1}, None],
          ["", "linear", "step", 0.5, True, [], At("/name", {}), At("/name", {"name": "linear"}), At("/rate", {"name": "exponential"}),
           At("/every", {"name": "step", "rate": 0.5}), At("/every", {"name": "exponential", "rate": 0.5, "every": 2}), At("/rate", {"name": "cosine", "rate": 0.5})]),
    Field("/training/learning_rate_decay/rate", [0.1, 1], [0, -0.5, 1.5, *NOT_A_NUMBER], {"/training/learning_rate_decay/name": "exponential"}),
    Field("/training/learning_rate_decay/rate", [0.1, 1], [0, -0.5, 1.5, *NOT_A_NUMBER],
          {"/training/learning_rate_decay/name": "step", "/training/learning_rate_decay/every": 3}),
    Field("/training/learning_rate_decay/every", [1, 1000], [0, -1, *NOT_WHOLE],
          {"/training/learning_rate_decay/name": "step", "/training/learning_rate_decay/rate": 0.5}),
    Field("/training/learning_rate_decay/rate", [0, 0.1, 5], [-0.5, *NOT_A_NUMBER], {"/training/learning_rate_decay/name": "inverse_time"}),
    Field("/training/learning_rate_decay/minimum", [0, 0.0001, None], [-0.5, *NOT_A_NUMBER], {"/training/learning_rate_decay/name": "cosine"}),
    Field("/training/l1_lambda", [0, 0.7, 100, None], [-0.1, *NOT_A_NUMBER]),
    Field("/training/l2_lambda", [0, 0.7, 100, None], [-0.1, *NOT_A_NUMBER]),
    Field("/training/clip_norm", [1e-9, 5, None], [0, -1, *NOT_A_NUMBER]),
    Field("/training/early_stopping", [{}, {"monitor": "train_loss"}, None], [7, True, "dev_loss", [], At("/wait", {"wait": 3})]),
    choice("/training/early_stopping/monitor", ["dev_loss", "dev_accuracy", "train_loss"]),
    Field("/training/early_stopping/patience", [1, 1000, None], [0, -1, *NOT_WHOLE]),
    Field("/training/early_stopping/min_delta", [0, 0.01, None], [-0.01, *NOT_A_NUMBER]),
    Field("/training/early_stopping/restore_best", [True, False, None], NOT_A_BOOLEAN),
    Field("/training/time_limit_seconds", [0.01, 3600, None], [0, -1, *NOT_A_NUMBER]),
    Field("/training/seed", [0, 7, 2**32, 2**53 + 1, BIGGEST, None], [-1, BIGGEST + 1, *NOT_WHOLE]),
    Field("/training/seed", [0, 2**32 - 1, None], [2**32, BIGGEST, -1], {"/training/generator": "numpy"}),
    choice("/training/precision", ["float32", "float64"]),
    Field("/training/history_every", [1, 1000, None], [0, -1, *NOT_WHOLE]),
    Field("/training/history_every", [100, 10_000_000], [1, 99], {"/training/epochs": 10_000_000}),
    Field("/training/threads", [1, 2, 64, None], [0, -1, 65, *NOT_WHOLE]),
    choice("/training/generator", ["philox", "numpy"]),
    Field("/training/dropout_seed", [0, 7, BIGGEST, None], [-1, BIGGEST + 1, *NOT_WHOLE]),
    Field("/training/dropout_seed", [0, 2**32 - 1, None], [2**32, -1], {"/training/generator": "numpy"}),
    choice("/training/dropout_mask", ["resample", "fixed"]),
    Field("/training/class_weight", ["balanced", {"1": 2}, {}, None], ["", "even", 2, True, [], At("/2", {"2": 1}), At("/1", {"1": 0}), At("/1", {"1": "2"})]),
    choice("/training/monitor", ["on", "off"]),
    Field("/training/stop_on", [[], ["dead_units", "divergence"], None], ["dead_units", 7, True, {}, At("/0", ["fever"]), At("/1", ["divergence", "divergence"])]),
]


def body_for(field, value):
    body = make_job()
    for pointer, given in field.given.items():
        body = altered(body, pointer, given)
    return altered(body, field.pointer, value)


def name(field, value):
    context = "".join(f"[{json.dumps(value)}]" for value in field.given.values())
    return f"{field.pointer}{context}={json.dumps(value)[:60]}"


GOOD = [pytest.param(field, value, id=name(field, value)) for field in FIELDS for value in field.good]
BAD = [
    pytest.param(field, bad.value if isinstance(bad, At) else bad, field.pointer + (bad.suffix if isinstance(bad, At) else ""),
                 id=name(field, bad.value if isinstance(bad, At) else bad))
    for field in FIELDS for bad in field.bad]


def answered(job, pointer):
    if pointer == "/name":
        return job["name"]
    value = job["settings"]
    for token in pointer.split("/")[1:]:
        value = value[token]
    return value


def taken(client, body):
    """The job that a body makes, with nobody waiting for it."""
    assert CONTRACT.errors(body, "/components/schemas/JobRequest") == []
    job = client.submit(body)
    if client.job(job["id"])["status"] not in FINISHED:
        client.cancel(job["id"])
    return job


@pytest.mark.parametrize(("field", "value"), [pytest.param(*case.values, id=case.id) for case in GOOD if case.values[1] is not None])
def test_a_value_within_its_range_is_taken_and_answered(client, field, value):
    resolved = answered(taken(client, body_for(field, value)), field.pointer)
    if field.pointer == "/network/initial_weights":
        assert resolved["layers"] == len(value)
    elif field.pointer in ("/network/activation", "/network/keep_prob") and not isinstance(value, list):
        assert resolved == [value, value]
    elif field.pointer in ("/training/optimizer", "/training/learning_rate_decay") and isinstance(value, str):
        assert resolved["name"] == value
    elif isinstance(value, dict):
        assert value.items() <= resolved.items()
    elif field.pointer == "/data/task" and value == "auto":
        assert resolved == "binary"
    else:
        assert resolved == value and isinstance(resolved, bool) == isinstance(value, bool)


@pytest.mark.parametrize("field", [pytest.param(field, id=name(field, None)) for field in FIELDS if None in field.good])
def test_null_means_left_out(client, field):
    body = body_for(field, None)
    *parents, last = field.pointer.split("/")[1:]
    without = copy.deepcopy(body)
    at = without
    for token in parents:
        at = at[token]
    del at[last]
    jobs = [taken(client, body) for body in (body, without)]
    for job in jobs:
        if field.pointer.endswith("seed") or field.pointer == "/training":
            del job["settings"]["training"]["seed"], job["settings"]["training"]["dropout_seed"]
    assert (jobs[0]["settings"], jobs[0]["name"]) == (jobs[1]["settings"], jobs[1]["name"])


@pytest.mark.parametrize(("field", "value", "pointer"), BAD)
def test_a_value_out_of_its_range_is_refused_by_name(client, field, value, pointer):
    assert set(client.faults("/v1/jobs", body_for(field, value))) == {pointer}


@pytest.mark.parametrize(("field", "value", "pointer"), BAD)
def test_a_gradient_check_refuses_what_a_job_refuses(client, field, value, pointer):
    assert set(client.faults("/v1/gradient-checks", body_for(field, value))) == {pointer}


@pytest.mark.parametrize(("pointer", "good", "bad"), [
    ("/gradient_check", [{}, None], [7, True, "all", [], At("/eps", {"eps": 1}), At("/sample_seed", {"sample_seed": 1})]),
    ("/gradient_check/epsilon", [1e-12, 1e-6, 1e-4, 1, None], [0, -1, 1e-13, 1.5, *NOT_A_NUMBER]),
    ("/gradient_check/max_parameters", [1, 5, 1_000_000, None], [0, -1, 1_000_001, *NOT_WHOLE]),
    ("/gradient_check/max_examples", [1, 5, 2**31 - 1, None], [0, -1, 2**31, *NOT_WHOLE])])
def test_the_fields_of_a_gradient_check(client, pointer, good, bad):
    for value in good:
        body = altered(make_job(), pointer, value)
        assert CONTRACT.errors(body, "/components/schemas/GradientCheckRequest") == []
        response = client.post("/v1/gradient-checks", json=body)
        assert response.status_code == 200, f"{value}: {response.text}"
    for value in bad:
        suffix, value = (value.suffix, value.value) if isinstance(value, At) else ("", value)
        assert set(client.faults("/v1/gradient-checks", altered(make_job(), pointer, value))) == {pointer + suffix}, value


def test_a_job_takes_no_gradient_check(client):
    assert set(client.faults("/v1/jobs", make_job(gradient_check={}))) == {"/gradient_check"}


@pytest.mark.parametrize("pointer", ["/colour", "/data/colour", "/network/colour", "/training/colour", "/data/split/colour", "/training/early_stopping/colour",
                                     "/data/X", "/training/Epochs", "/optimizer", "/data/target", "/data/header", "/a~1b", "/a~0b", "/"])
def test_an_unknown_field_is_refused_by_name(client, pointer):
    name = pointer.rsplit("/", 1)[1].replace("~1", "/").replace("~0", "~")
    parent = pointer.rsplit("/", 1)[0]
    body = altered(make_job(), parent + "/" + "placeholder", 1) if parent else {**make_job(), name: 1}
    if parent:
        text = json.dumps(body).replace('"placeholder"', json.dumps(name))
        response = client.post_text("/v1/jobs", text)
    else:
        response = client.post("/v1/jobs", json=body)
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]


def test_a_field_given_twice_is_refused_by_name(client):
    text = json.dumps(make_job()).replace('"epochs": 5', '"epochs": 5, "epochs": 6')
    response = client.post_text("/v1/jobs", text)
    assert response.status_code == 422
    assert {fault["pointer"] for fault in response.json()["errors"]} == {"/training/epochs"}


def test_all_the_faults_of_a_request_come_at_once(client):
    body = {
        "name": 7,
        "colour": "red",
        "data": {**inline(), "normalize": "minmax"},
        "network": {"hidden_layers": [4, 0], "activation": "swish", "keep_prob": 2},
        "training": {"epochs": 0, "optimizer": {"name": "adam", "beta1": 1}, "seed": -1, "early_stopping": {"patience": 0}},
    }
    assert set(client.faults("/v1/jobs", body)) == {
        "/name", "/colour", "/data/normalize", "/network/hidden_layers/1", "/network/activation", "/network/keep_prob", "/training/epochs",
        "/training/optimizer/beta1", "/training/seed", "/training/early_stopping/patience"}


def test_a_refusal_lists_at_most_fifty_faults(client):
    response = client.post("/v1/jobs", json=make_job(**{f"unknown_{n}": 1 for n in range(80)}))
    assert response.status_code == 422 and len(response.json()["errors"]) == 50


def test_a_fault_says_what_would_be_right(client):
    body = make_job(training={"epochs": 0, "optimizer": "lion", "threads": "many"})
    faults = client.faults("/v1/jobs", body)
    assert "0" in faults["/training/epochs"] and "1" in faults["/training/epochs"]
    assert "adamw" in faults["/training/optimizer"] and "lion" in faults["/training/optimizer"]
    assert "whole number" in faults["/training/threads"]


@pytest.mark.parametrize("value", [None, [], "job", 7, True])
def test_a_body_that_is_no_object_is_refused(client, value):
    for path in ("/v1/jobs", "/v1/gradient-checks"):
        response = client.post_text(path, json.dumps(value))
        assert response.status_code == 422
        assert [fault["pointer"] for fault in response.json()["errors"]] == [""]


@pytest.mark.parametrize("body", [{}, {"data": None}, {"name": "x"}])
def test_data_is_required(client, body):
    assert set(client.faults("/v1/jobs", body)) == {"/data"}


@pytest.mark.parametrize("monitor", ["dev_loss", "dev_accuracy"])
def test_early_stopping_on_the_dev_set_needs_one(client, monitor):
    body = make_job(data=inline(split={"train": 1}), training={"early_stopping": {"monitor": monitor}})
    assert set(client.faults("/v1/jobs", body)) == {"/training/early_stopping"}
    client.submit(altered(body, "/training/early_stopping/monitor", "train_loss"))


def test_a_regression_has_no_accuracy_to_monitor(client):
    body = make_job(data=line(), training={"early_stopping": {"monitor": "dev_accuracy"}})
    assert set(client.faults("/v1/jobs", body)) == {"/training/early_stopping/monitor"}


@pytest.mark.parametrize("hidden_layers", [[1_000_000, 1_000_000], [1_000_000] * 1000])
def test_a_network_larger_than_memory_is_refused(client, hidden_layers):
    assert set(client.faults("/v1/jobs", make_job(network={"hidden_layers": hidden_layers}))) == {"/network/hidden_layers"}


def test_nothing_refused_is_stored(start_server):
    client = start_server().client
    for body in ({}, make_job(training={"epochs": 0}), make_job(colour="red")):
        assert client.post("/v1/jobs", json=body).status_code == 422
    assert client.get("/v1/jobs").json()["data"] == []
