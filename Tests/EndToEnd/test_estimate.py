"""What a job would take, and whether it would be accepted, told before anything is queued."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.bodies import altered, blobs, csv_text, inline, line, make_job

PATHS = ["/v1/jobs:validate", "/v1/jobs:estimate"]


def estimate(client, body):
    response = client.post("/v1/jobs:estimate", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def validate(client, body):
    response = client.post("/v1/jobs:validate", json=body)
    assert response.status_code == 200, response.text
    return response.json()


FORMS = {
    "examples": lambda client: inline(),
    "regression": lambda client: line(),
    "sets": lambda client: {"train": dict(zip("xy", blobs())), "dev": dict(zip("xy", blobs(10)))},
    "csv": lambda client: {"csv": csv_text(inline(), ["a", "b", "y"]), "target": "y"},
    "dataset": lambda client: {"dataset": client.upload(csv_text(inline(), ["a", "b", "y"]))["id"], "target": "y"},
    "augmented": lambda client: inline(augment={"noise": {"std": 0.1}}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_valid_job_is_answered_with_what_submitting_it_resolves_to(client, form):
    body = make_job(data=FORMS[form](client), network={"keep_prob": 0.9}, training={"l2_lambda": 0.1})
    answer = validate(client, body)
    job = client.submit(body)
    assert answer["settings"] == job["settings"] and answer["parameters"] == job["parameters"]


def test_the_settings_of_a_validation_make_the_same_job(client):
    body = make_job()
    del body["training"]["seed"]
    settings = validate(client, body)["settings"]
    job = client.submit({"data": body["data"], "network": settings["network"], "training": settings["training"]})
    assert job["settings"] == settings


def test_starting_weights_are_named_as_submitting_would(client):
    layers = client.weights(client.train(make_job())["id"])["layers"]
    body = altered(make_job(), "/network/initial_weights", layers)
    assert validate(client, body)["settings"] == client.submit(body)["settings"]


FAULTY = [
    altered(altered(make_job(), "/training/epochs", 0), "/network/keep_prob", 2),
    make_job(data=inline(rows=10), training={"early_stopping": {}}),
    make_job(data={"csv": "a,y\n1,0\n,1\n", "target": "y"}),
    make_job(network={"hidden_layers": [1_000_000, 1_000_000]}),
    make_job(data=line(), training={"class_weight": "balanced"}),
    {"data": {}},
    {},
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", FAULTY)
def test_a_job_that_would_be_refused_is_refused_alike(client, path, body):
    assert client.faults(path, body) == client.faults("/v1/jobs", body)


@pytest.mark.parametrize("path", [*PATHS, "/v1/sweeps:validate"])
def test_what_is_no_json_is_400(client, path):
    assert client.post_text(path, "{").status_code == 400


def test_a_colon_may_be_escaped_and_nothing_else_is_the_path(client):
    # The contract has no path that is written so.
    escaped = client.session.post(f"{client.url}/v1/jobs%3Avalidate", json=make_job(), timeout=30)
    assert escaped.status_code == 200 and escaped.json()["object"] == "job_validation"
    for path in ["/v1/jobs:", "/v1/jobs:validat", "/v1/jobs:validate/", "/v1/jobs:Validate", "/v1/jobs/:validate"]:
        assert client.post(path, json=make_job()).status_code in (404, 405)


def test_nothing_is_queued_or_kept(start_server):
    server = start_server(options=["--checkpoint-seconds", "0"])
    client = server.client
    large = inline(rows=2_000, features=20)
    bodies = [make_job(), make_job(data=large), make_job(data={"csv": csv_text(large), "target": 20})]
    with ThreadPoolExecutor(4) as pool:
        for answer in pool.map(lambda body: [server.new_client().post(path, json=body).status_code for path in PATHS], 4 * bodies):
            assert answer == [200, 200]
    sweep = {"job": make_job(data=large), "search": {"parameters": {"l2_lambda": [0, 1]}}}
    assert client.post("/v1/sweeps:validate", json=sweep).status_code == 200
    for body in FAULTY:
        client.faults("/v1/jobs:validate", body)
    assert os.listdir(server.directory / "tables") == [] and os.listdir(server.directory / "initial-weights") == []
    for collection in ["jobs", "sweeps", "datasets"]:
        assert client.get(f"/v1/{collection}").json()["data"] == []


def test_a_table_that_a_job_needs_outlives_estimates_of_it(start_server):
    server = start_server(workers=1)
    client = server.client
    data = inline(rows=2_000, features=20)
    job = client.train(make_job(data=data))
    for path in PATHS:
        assert client.post(path, json=make_job(data=data)).status_code == 200
    assert len(os.listdir(server.directory / "tables")) == 1
    assert client.get(f"/v1/jobs/{job['id']}/evaluation").status_code == 200


def test_an_estimate_counts_parameters_rows_and_steps_as_the_job_does(client):
    body = make_job(data=inline(rows=100, features=7, classes=3), network={"hidden_layers": [11, 5]}, training={"batch_size": 16})
    answer = estimate(client, body)
    job = client.submit(body)
    assert answer["parameters"] == job["parameters"] == 8 * 11 + 12 * 5 + 6 * 3
    assert answer["rows"] == job["settings"]["data"]["rows"] == {"train": 60, "dev": 20, "test": 20}
    assert (answer["task"], answer["inputs"], answer["outputs"], answer["steps_per_epoch"]) == ("multiclass", 7, 3, 4)
    assert answer["memory_bytes"]["total"] >= sum(answer["memory_bytes"][part] for part in ["parameters", "moments"])
    assert answer["disk_bytes"]["network"] == 4 * answer["parameters"]


def test_an_estimate_needs_sizes_alone(client):
    rows, features, classes = 300, 6, 3
    settings = {"network": {"hidden_layers": [9]}, "training": {"epochs": 40, "batch_size": 32}}
    described = estimate(client, {"data": {"rows": rows, "features": features, "classes": classes}, **settings})
    given = estimate(client, {"data": inline(rows, features, classes), **settings})
    for member in ["parameters", "task", "inputs", "outputs", "rows", "steps_per_epoch", "memory_bytes"]:
        assert described[member] == given[member], member
    assert described["seconds"] == pytest.approx(given["seconds"])


def test_the_sizes_of_a_large_job_take_no_time_to_estimate(client):
    answer = estimate(client, {"data": {"rows": 60_000, "features": 784, "classes": 10}, "network": {"hidden_layers": [512, 512]}, "training": {"epochs": 20}})
    assert answer["parameters"] == 669_706 and answer["rows"] == {"train": 48_000, "dev": 6_000, "test": 6_000}
    assert answer["memory_bytes"]["data"] == 60_000 * 785 * 4
    assert answer["memory_bytes"]["parameters"] == answer["memory_bytes"]["moments"] == 8 * answer["parameters"]
    assert answer["seconds"]["total"] == pytest.approx(answer["seconds"]["training"] + answer["seconds"]["measuring"])
    assert answer["seconds"]["training"] == pytest.approx(20 * answer["seconds"]["per_epoch"])


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        ({"rows": 10}, {"/data/features"}),
        ({"rows": 0, "features": 0, "classes": 1}, {"/data/rows", "/data/features", "/data/classes"}),
        ({"rows": 10, "features": 2, "x": [[1]]}, {"/data/x"}),
        ({"rows": 10, "features": 2, "task": "multiclass"}, {"/data/classes"}),
        ({"rows": 10, "features": 2, "classes": 3, "task": "binary"}, {"/data/classes"}),
        ({"rows": 10, "features": 2, "classes": 3, "task": "regression"}, {"/data/classes"}),
        ({"rows": 10, "features": 2, "augment": {"image": {"height": 2, "width": 2}}}, {"/data/augment/image"}),
        ({"rows": 10, "features": 2, "augment": {"noise": {"std": 1, "features": ["a"]}}}, {"/data/augment/noise/features"}),
    ])
def test_a_faulty_description_of_data_is_422(client, data, pointers):
    assert set(client.faults("/v1/jobs:estimate", {"data": data})) == pointers


def test_only_an_estimate_takes_a_description(client):
    for path in ["/v1/jobs", "/v1/jobs:validate", "/v1/gradient-checks"]:
        assert client.faults(path, {"data": {"rows": 10, "features": 2}})


def test_a_time_limit_bounds_the_estimated_seconds(client):
    body = {"data": {"rows": 100_000, "features": 100}, "training": {"epochs": 1_000_000}}
    assert estimate(client, body)["seconds"]["total"] > 1_000
    assert estimate(client, altered(body, "/training/time_limit_seconds", 7))["seconds"]["total"] == pytest.approx(7)


def test_an_estimate_grows_with_what_it_is_of(client):
    body = {"data": {"rows": 10_000, "features": 50}, "network": {"hidden_layers": [64, 64]}, "training": {"epochs": 10}}
    usual = estimate(client, body)["seconds"]["total"]
    for pointer, more in [("/training/epochs", 100), ("/data/rows", 100_000), ("/network/hidden_layers", [1024, 1024]), ("/training/precision", "float64")]:
        assert estimate(client, altered(body, pointer, more))["seconds"]["total"] > usual, pointer


def test_a_valid_sweep_is_answered_with_its_jobs_and_settings(client):
    body = {
        "job": make_job(), "search": {"parameters": {"l2_lambda": [0, 0.1, 1], "activation": ["relu", "tanh"]}},
        "judge": {"folds": 3}, "seed": 4}
    answer = client.post("/v1/sweeps:validate", json=body).json()
    sweep = client.submit_sweep(body)
    assert answer["settings"] == sweep["settings"] and (answer["trials"], answer["jobs"]) == (6, 19)
    client.post(f"/v1/sweeps/{sweep['id']}/cancel")


def test_a_sweep_that_would_be_refused_is_refused_alike(client):
    body = {"job": make_job(training={"epochs": 0}), "search": {"parameters": {"l2_lambda": [-1], "depth": [1]}}}
    assert client.faults("/v1/sweeps:validate", body) == client.faults("/v1/sweeps", body)


@pytest.mark.parametrize("pointer", ["/training/history_every", "/training/batch_size", "/training/early_stopping"])
def test_the_largest_numbers_are_borne(client, pointer):
    most = 2**63 - 1
    body = altered(make_job(), pointer, {"patience": most} if pointer.endswith("stopping") else most)
    for path in PATHS:
        assert client.post(path, json=body).status_code in (200, 422)
    assert client.get("/livez").status_code == 200
