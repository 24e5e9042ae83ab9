"""Jobs side by side."""

import numpy as np
import pytest

from harness.bodies import altered, inline, make_job, make_long_job


def compare(client, *ids):
    response = client.get("/v1/comparisons", params={"jobs": ",".join(ids)})
    assert response.status_code == 200, response.text
    return response.json()


def test_only_what_differs_is_listed_with_a_value_for_each(client):
    plain = make_job(training={"precision": "float64"})
    other = altered(altered(plain, "/training/l2_lambda", 0.7), "/network/hidden_layers", [5])
    third = {**altered(plain, "/training/early_stopping", {"patience": 3}), "base_error": 0.1}
    ids = [client.train(body)["id"] for body in (plain, other, third)]
    differences = {item["pointer"]: item["values"] for item in compare(client, *ids)["differences"]}
    usual = {"monitor": "dev_loss", "patience": 3, "min_delta": 0, "restore_best": True}
    assert differences == {
        "/network/hidden_layers": [[4, 3], [5], [4, 3]], "/network/activation": [["relu"] * 2, ["relu"], ["relu"] * 2],
        "/network/keep_prob": [[1, 1], [1], [1, 1]], "/training/l2_lambda": [0, 0.7, 0],
        "/training/early_stopping": [None, None, usual], "/base_error": [0, 0, 0.1]}


def test_objects_are_taken_apart_where_all_are_objects(client):
    bodies = [make_job(training={"early_stopping": {"patience": patience}, "optimizer": {"name": "adam", "beta1": beta}}) for patience, beta in [(3, 0.5), (4, 0.75)]]
    differences = {item["pointer"]: item["values"] for item in compare(client, *[client.train(body)["id"] for body in bodies])["differences"]}
    assert differences == {"/training/early_stopping/patience": [3, 4], "/training/optimizer/beta1": [0.5, 0.75]}


def test_finished_jobs_come_with_metrics_and_the_norms_of_their_weights(client):
    jobs = [client.train(make_job(name=name, training={"precision": "float64", "l1_lambda": penalty})) for name, penalty in [("a", 0), ("b", 3)]]
    columns = compare(client, *[job["id"] for job in jobs])["jobs"]
    for job, column in zip(jobs, columns, strict=True):
        for member in ("id", "name", "status", "stop_reason", "parameters", "timing", "metrics"):
            assert column[member] == job[member]
        assert column["epochs"] == 5
        layers = [np.array(layer["weights"]) for layer in client.weights(job["id"])["layers"]]
        for index, (w, norms) in enumerate(zip(layers, column["layers"], strict=True)):
            assert norms == {
                "layer": index + 1, "weights": w.size, "l1": pytest.approx(np.abs(w).sum()), "l2": pytest.approx(np.linalg.norm(w)),
                "max": np.abs(w).max(), "near_zero_share": pytest.approx((np.abs(w) < 1e-3).mean())}


def test_jobs_that_are_not_finished_have_nulls(client):
    done, running = client.train(make_job())["id"], client.submit(make_long_job())["id"]
    try:
        client.wait(running, until={"running"})
        column = compare(client, running, done)["jobs"][0]
        assert (column["status"], column["epochs"], column["layers"]) == ("running", None, None)
        assert column["metrics"] == {"train": None, "dev": None, "test": None} and column["timing"]["training_seconds"] is None
    finally:
        client.cancel(running)


def test_twenty_jobs_are_compared_and_no_more(client):
    ids = [client.submit(make_job(training={"seed": seed}))["id"] for seed in range(21)]
    for id in ids:
        client.wait(id)
    seeds = {item["pointer"]: item["values"] for item in compare(client, *ids[:20])["differences"]}
    assert seeds == {"/training/seed": list(range(20)), "/training/dropout_seed": list(range(20))}
    response = client.get("/v1/comparisons", params={"jobs": ",".join(ids)})
    assert response.status_code == 422 and "21" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("jobs", [None, "", ",", "{id}", "{id},{id}", "{id},", "{id},nonsense", "{id},job_000000000000000000000000", "x" * 1001])
def test_a_comparison_needs_two_different_jobs_that_exist(client, jobs):
    id = client.train(make_job(data=inline(rows=10)))["id"]
    response = client.get("/v1/comparisons", params={} if jobs is None else {"jobs": jobs.format(id=id)})
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/query/jobs"]
