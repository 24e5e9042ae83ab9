"""Limits that an operator sets: each is a clear problem that names the field, the limit and what was asked."""

import json

import pytest

from harness.bodies import altered, csv_text, inline, make_job, make_long_job
from harness.npy import npy_bytes

OPTIONS = {
    "max-rows": 50, "max-columns": 6, "max-cells": 200, "max-parameters": 500, "max-hidden-layers": 3, "max-units": 40,
    "max-epochs": 1_000_000, "max-job-seconds": 1.5, "max-job-threads": 2, "max-history-rows": 20, "max-sweep-jobs": 10,
    "max-json-depth": 16,
}


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    from harness.server import Server
    server = Server(tmp_path_factory.mktemp("limited"), options=[word for name, value in OPTIONS.items() for word in (f"--{name}", str(value))])
    yield server.start().client
    server.kill()


FIELDS = {
    "/training/epochs": (1_000_001, "from 1 to 1000000, not 1000001"),
    "/training/time_limit_seconds": (2, "at most 1.5, not 2.0"),
    "/training/threads": (3, "from 1 to 2, not 3"),
    "/network/hidden_layers": ([1, 1, 1, 1], "at most 3 layers, not 4"),
    "/network/hidden_layers/1": (41, "from 1 to 40, not 41"),
    "/training/history_every": (1, "at least 5 with 100 epochs, not 1: a history has at most 20 rows"),
}


@pytest.mark.parametrize("pointer", FIELDS)
@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/jobs:validate", "/v1/jobs:estimate", "/v1/gradient-checks"])
def test_a_field_over_its_limit_is_named_with_both(limited, path, pointer):
    value, words = FIELDS[pointer]
    faults = limited.faults(path, altered(make_job(training={"epochs": 100}), pointer, value))
    assert list(faults) == [pointer] and words in faults[pointer]


def test_all_fields_over_their_limits_are_told_at_once(limited):
    body = make_job(training={"epochs": 100})
    pointers = [pointer for pointer in FIELDS if pointer != "/network/hidden_layers"]
    for pointer in pointers:
        body = altered(body, pointer, FIELDS[pointer][0])
    assert set(limited.faults("/v1/jobs", body)) == set(pointers)


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/jobs:validate", "/v1/jobs:estimate", "/v1/gradient-checks"])
def test_parameters_over_the_limit_are_422(limited, path):
    fault = limited.faults(path, make_job(network={"hidden_layers": [30, 30]}))["/network/hidden_layers"]
    assert fault == "makes 1051 parameters; a job may have at most 500"


def test_parameters_are_counted_before_anything_is_made_of_them(client):
    """Far more than there is memory on any machine."""
    body = {"data": {"rows": 10, "features": 100_000, "classes": 10_000}, "network": {"hidden_layers": [1_000_000] * 1_000}}
    assert "makes 999111000010000 parameters" in client.faults("/v1/jobs:estimate", body)["/network/hidden_layers"]
    assert set(client.faults("/v1/jobs", make_job(network={"hidden_layers": [1_000_000] * 1_000}))) == {"/network/hidden_layers"}


DATA = {
    "rows": (inline(rows=51, features=2), "51 rows, and at most 50 are allowed"),
    "columns": (inline(rows=4, features=6), "7 columns, and at most 6 are allowed"),
    "cells": (inline(rows=41, features=4), "41 rows × 5 columns, and at most 200 cells are allowed"),
}


@pytest.mark.parametrize("what", DATA)
def test_data_over_a_limit_is_422_in_every_form(limited, what):
    data, words = DATA[what]
    assert words in limited.faults("/v1/jobs", make_job(data=data))["/data/x"]
    width = len(data["x"][0])
    uploads = {
        "application/json": json.dumps(data),
        "application/x-npy": npy_bytes([[*x, y] for x, y in zip(data["x"], data["y"])]),
        "text/csv": csv_text(data),
    }
    for media_type, content in uploads.items():
        response = limited.post("/v1/datasets", data=content, headers={"Content-Type": media_type})
        assert response.status_code == 422, (media_type, response.text)
        (fault,) = response.json()["errors"]
        if media_type != "text/csv":
            assert words in fault["detail"]
    rows = [dict(zip("abcdefgh", [*x, y])) for x, y in zip(data["x"], data["y"])]
    assert words in limited.faults("/v1/datasets", rows)[""]
    csv = limited.faults("/v1/jobs", make_job(data={"csv": csv_text(data), "target": width}))["/data/csv"]
    assert "more than" in csv


def test_json_over_its_depth_is_400_and_says_so(limited, client):
    deep = "[" * 15 + "1" + "]" * 15
    for path in ["/v1/jobs", "/v1/datasets"]:
        assert limited.post_text(path, deep).status_code == 422
        response = limited.post_text(path, f"[{deep}]")
        assert response.status_code == 400 and "less than 16 deep" in response.json()["detail"]
        assert client.post_text(path, f"[{deep}]").status_code == 422
        assert "less than 256 deep" in client.post_text(path, "[" * 300 + "]" * 300).json()["detail"]


def test_a_job_without_a_time_limit_has_that_of_the_server(limited):
    job = limited.submit(make_job(data=inline(rows=50), network={"hidden_layers": [16, 16]}, training={"epochs": 1_000_000, "batch_size": 1}))
    assert job["settings"]["training"]["time_limit_seconds"] == 1.5
    ended = limited.wait(job["id"])
    assert (ended["status"], ended["stop_reason"]) == ("succeeded", "time_limit") and ended["progress"]["epoch"] < 1_000_000
    assert limited.weights(job["id"])["training"]["time_limit_seconds"] == 1.5
    assert limited.submit(make_job(training={"time_limit_seconds": 1}))["settings"]["training"]["time_limit_seconds"] == 1


def test_defaults_keep_to_the_limits(start_server):
    client = start_server(options=["--max-hidden-layers", "1", "--max-units", "10", "--max-epochs", "30", "--max-history-rows", "11"]).client
    settings = client.submit({"data": inline()})["settings"]
    assert settings["network"]["hidden_layers"] == [10] and settings["training"]["epochs"] == 30
    assert settings["training"]["history_every"] == 5


def test_initial_weights_over_a_limit_are_422(limited, client):
    wide = client.weights(client.train(make_job(network={"hidden_layers": [41]}))["id"])["layers"]
    fault = limited.faults("/v1/jobs", {"data": inline(), "network": {"initial_weights": wide}})
    assert list(fault) == ["/network/initial_weights"] and "at most 40" in fault["/network/initial_weights"]
    deep = client.weights(client.train(make_job(network={"hidden_layers": [2, 2, 2, 2]}))["id"])["layers"]
    assert "at most 3" in limited.faults("/v1/jobs", {"data": inline(), "network": {"initial_weights": deep}})["/network/initial_weights"]


SEARCHES = {
    "/search/parameters/epochs/linear/to": ({"epochs": {"linear": {"from": 1, "to": 1_000_001, "steps": 2}}}, "from 1 to 1000000, not 1000001"),
    "/search/parameters/hidden_layers/1/0": ({"hidden_layers": [[4], [41]]}, "from 1 to 40, not 41"),
    "/search/parameters/hidden_layers/1": ({"hidden_layers": [[4], [30, 30]]}, "1051 parameters; a job may have at most 500"),
}


@pytest.mark.parametrize("pointer", SEARCHES)
@pytest.mark.parametrize("path", ["/v1/sweeps", "/v1/sweeps:validate"])
def test_a_search_that_could_exceed_a_limit_is_422(limited, path, pointer):
    parameters, words = SEARCHES[pointer]
    faults = limited.faults(path, {"job": {"data": inline(), "training": {"epochs": 5}, "network": {"hidden_layers": [4]}}, "search": {"parameters": parameters}})
    assert list(faults) == [pointer] and words in faults[pointer]


def test_values_that_are_too_much_together_are_422(client, start_server):
    job = {"data": inline(), "training": {"epochs": 2}, "network": {"hidden_layers": [8]}}
    search = {"hidden_layers": [[8], [120, 90]], "precision": ["float32", "float64"]}

    def memory(body):
        return client.post("/v1/jobs:estimate", json=body).json()["memory_bytes"]["total"]

    wide, exact = altered(job, "/network/hidden_layers", [120, 90]), altered(job, "/training/precision", "float64")
    limit = (max(memory(wide), memory(exact)) + memory(altered(wide, "/training/precision", "float64"))) // 2
    client = start_server(options=["--max-job-memory", str(limit)]).client
    for name, values in search.items():
        assert client.post("/v1/sweeps:validate", json={"job": job, "search": {"parameters": {name: values}}}).status_code == 200
    faults = client.faults("/v1/sweeps", {"job": job, "search": {"parameters": search}})
    assert list(faults) == ["/search/parameters"] and str(limit) in faults["/search/parameters"]


def test_a_sweep_over_its_jobs_is_422(limited):
    body = {"job": make_job(), "search": {"parameters": {"l2_lambda": [0, 1]}}, "max_jobs": 11}
    assert limited.faults("/v1/sweeps", body) == {"/max_jobs": "must be from 2 to 10, not 11"}
    del body["max_jobs"]
    many = altered(body, "/search/parameters/l2_lambda", list(range(10)))
    assert list(limited.faults("/v1/sweeps", many)) == ["/max_jobs"]


def test_the_trials_of_a_sweep_have_the_time_limit_of_the_server(limited):
    sweep = limited.finished_sweep({"job": make_job(), "search": {"parameters": {"l2_lambda": [0, 1]}}})
    jobs = limited.get(f"/v1/jobs?sweep={sweep['id']}").json()["data"]
    assert len(jobs) == 3 and {job["settings"]["training"]["time_limit_seconds"] for job in jobs} == {1.5}


def test_jobs_that_were_accepted_outlive_lower_limits(tmp_path, start_server):
    server = start_server(directory=tmp_path / "data", workers=1)
    done = server.client.train(make_job(training={"epochs": 500}))
    running = server.client.submit(make_long_job())
    server.client.wait(running["id"], until={"running"})
    waiting = server.client.submit(make_job(training={"epochs": 500}))
    server.kill()
    server.options = ["--max-epochs", "10", "--max-units", "3", "--max-parameters", "10", "--max-rows", "5", "--max-job-seconds", "1"]
    client = server.start().client
    client.wait(running["id"], until={"running"})
    client.cancel(running["id"])
    assert client.wait(waiting["id"])["status"] == "succeeded"
    assert client.weights_bytes(done["id"]) == client.weights_bytes(waiting["id"])
    assert client.get(f"/v1/jobs/{done['id']}/evaluation").status_code == 200
