"""A job's life: submitted, listed, finished, forgotten."""

import time
from datetime import datetime

import pytest

from harness.bodies import altered, inline, line, make_job, make_long_job


def test_a_job_is_queued_then_runs_then_succeeds(client):
    submitted = client.submit(make_job(name="a name"))
    assert submitted["status"] == "queued"
    assert (submitted["started_at"], submitted["finished_at"], submitted["stop_reason"], submitted["error"]) == (None,) * 4
    assert submitted["progress"]["epoch"] == 0 and submitted["progress"]["fraction"] == 0
    assert submitted["metrics"] == {"train": None, "dev": None, "test": None}
    job = client.wait(submitted["id"])
    assert (job["status"], job["stop_reason"], job["error"], job["name"]) == ("succeeded", "completed", None, "a name")
    assert job["progress"]["epoch"] == job["progress"]["epochs"] == 5 and job["progress"]["fraction"] == 1
    times = [datetime.fromisoformat(job[name]) for name in ("created_at", "started_at", "finished_at")]
    assert times == sorted(times)
    assert job["timing"]["training_seconds"] > 0 and job["timing"]["queued_seconds"] >= 0
    assert job["settings"] == submitted["settings"] and job["created_at"] == submitted["created_at"]


def test_a_finished_job_has_the_metrics_of_all_its_sets(client):
    job = client.train(make_job())
    for name in ("train", "dev", "test"):
        assert set(job["metrics"][name]) == {"loss", "cost", "accuracy"}
    regression = client.train(make_job(data=line()))
    for name in ("train", "dev", "test"):
        assert set(regression["metrics"][name]) == {"loss", "cost", "rmse", "r2"}
        assert regression["metrics"][name]["rmse"] ** 2 == pytest.approx(regression["metrics"][name]["loss"], rel=1e-4)


def test_a_set_that_does_not_exist_has_no_metrics(client):
    job = client.train(make_job(data=inline(rows=10)))
    assert job["metrics"]["dev"] is None and job["metrics"]["test"] is None and job["best"] is None


def test_the_cost_is_the_loss_plus_the_penalties(client):
    body = make_job(training={"l1_lambda": 0.3, "l2_lambda": 0.7, "precision": "float64"})
    job = client.train(body)
    layers = client.weights(job["id"])["layers"]
    weights = [w for layer in layers for row in layer["weights"] for w in row]
    m = job["settings"]["data"]["rows"]["train"]
    penalty = 0.7 / (2 * m) * sum(w * w for w in weights) + 0.3 / (2 * m) * sum(map(abs, weights))
    for name in ("train", "dev"):
        assert job["metrics"][name]["cost"] - job["metrics"][name]["loss"] == pytest.approx(penalty, rel=1e-9)


@pytest.mark.parametrize(
    ("network", "parameters"),
    [({"hidden_layers": []}, 3), ({"hidden_layers": [4]}, 17), ({"hidden_layers": [20, 3]}, 127),
     ({"hidden_layers": [4], "batch_norm": True}, 21)])
def test_parameters_counts_weights_and_biases(client, network, parameters):
    job = client.submit(make_job(network=network))
    assert job["parameters"] == parameters
    if not network.get("batch_norm"):
        layers = client.weights(client.wait(job["id"])["id"])["layers"]
        assert sum(len(layer["biases"]) + sum(map(len, layer["weights"])) for layer in layers) == parameters


def test_training_learns(client):
    job = client.train(make_job(data=inline(rows=200), training={"epochs": 300, "learning_rate": 0.01}))
    rows = client.history(job["id"])
    assert rows[-1]["train"]["loss"] < 0.5 * rows[0]["train"]["loss"]
    assert job["metrics"]["train"]["accuracy"] > 0.8
    fit = client.train(make_job(data=line(rows=200), training={"epochs": 500, "learning_rate": 0.01}))
    assert fit["metrics"]["test"]["r2"] > 0.9


def test_the_history_starts_at_epoch_0_and_ends_with_the_last(client):
    job = client.train(make_job(training={"epochs": 10, "history_every": 4, "precision": "float64"}))
    rows = client.history(job["id"])
    assert [row["epoch"] for row in rows] == [0, 4, 8, 10]
    assert rows[0]["step_cost"] is None and rows[0]["gradient_norm"] is None
    assert all(row["step_cost"] > 0 and row["gradient_norm"] > 0 for row in rows[1:])
    assert all(row["dev"] is not None for row in rows)
    for name in ("train", "dev"):
        assert rows[-1][name] == job["metrics"][name]


def test_a_full_batch_step_costs_what_the_row_before_measured(client):
    job = client.train(make_job(training={"batch_size": "full", "l2_lambda": 0.5, "precision": "float64", "epochs": 20}))
    rows = client.history(job["id"])
    for before, after in zip(rows, rows[1:]):
        assert after["step_cost"] == pytest.approx(before["train"]["cost"], rel=1e-10)


def test_the_history_shows_the_learning_rate_fall(client):
    decay = {"name": "exponential", "rate": 0.5}
    job = client.train(make_job(training={"epochs": 4, "learning_rate": 0.8, "learning_rate_decay": decay}))
    assert [row["learning_rate"] for row in client.history(job["id"])[1:]] == pytest.approx([0.8, 0.4, 0.2, 0.1])


def test_events_tell_the_story_in_order(client):
    job = client.train(make_job())
    events = client.events(job["id"])
    assert [event["type"] for event in events] == ["queued", "started", "succeeded"]
    assert [event["id"] for event in events] == [1, 2, 3]
    assert [event["data"] for event in events] == [
        {"request_id": job["request_id"], "trace_parent": None}, {"attempt": 1}, {"stop_reason": "completed", "epochs": 5}]
    assert [event["at"] for event in events] == [job[name] for name in ("created_at", "started_at", "finished_at")]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)


def test_a_job_without_weights_yet_says_which_state_it_is_in(client):
    id = client.submit(make_long_job())["id"]
    try:
        running = client.wait(id, until={"running"})
        for response in (client.get(f"/v1/jobs/{id}/weights"), client.post(f"/v1/jobs/{id}/predictions", json={"x": [[0] * 10]})):
            assert response.status_code == 409
            assert "running" in response.json()["detail"], running
    finally:
        client.cancel(id)


def test_a_finished_job_can_be_forgotten(client):
    id = client.train(make_job())["id"]
    assert client.delete(f"/v1/jobs/{id}").status_code == 204
    for path in ("", "/history", "/events", "/weights"):
        assert client.get(f"/v1/jobs/{id}{path}").status_code == 404
    assert client.delete(f"/v1/jobs/{id}").status_code == 404
    assert id not in {job["id"] for job in client.get("/v1/jobs?limit=100").json()["data"]}


def test_a_running_job_cannot_be_forgotten(client):
    id = client.submit(make_long_job())["id"]
    client.wait(id, until={"running"})
    response = client.delete(f"/v1/jobs/{id}")
    assert response.status_code == 409 and "running" in response.json()["detail"]
    client.cancel(id)
    client.wait(id, until={"cancelled"})
    assert client.delete(f"/v1/jobs/{id}").status_code == 204


def test_a_queued_job_cannot_be_forgotten(start_server):
    client = start_server(workers=1).client
    client.wait(client.submit(make_long_job())["id"], until={"running"})
    queued = client.submit(make_job())["id"]
    response = client.delete(f"/v1/jobs/{queued}")
    assert response.status_code == 409 and "queued" in response.json()["detail"]


def test_the_list_pages_through_all_jobs_newest_first(start_server):
    client = start_server().client
    ids = [client.submit(make_job(name=str(n)))["id"] for n in range(25)]
    for id in ids:
        client.wait(id)
    first = client.get("/v1/jobs").json()
    assert len(first["data"]) == 20 and first["has_more"] is True
    seen, page = [], {"has_more": True}
    while page["has_more"]:
        after = {"after": seen[-1]} if seen else {}
        page = client.get("/v1/jobs", params={"limit": 7, **after}).json()
        assert len(page["data"]) == 7 or not page["has_more"]
        seen += [job["id"] for job in page["data"]]
    assert seen == ids[::-1]
    exact = client.get("/v1/jobs", params={"limit": 25}).json()
    assert len(exact["data"]) == 25 and exact["has_more"] is False
    assert exact["data"][0] == client.job(ids[-1])


def test_a_forgotten_job_is_still_a_place_in_the_list(start_server):
    server = start_server()
    client = server.client
    ids = [client.train(make_job())["id"] for _ in range(3)]
    assert client.delete(f"/v1/jobs/{ids[1]}").status_code == 204
    for _ in range(2):
        assert [job["id"] for job in client.get(f"/v1/jobs?after={ids[1]}").json()["data"]] == [ids[0]]
        server.kill()
        client = server.start().client


def test_the_list_filters_by_status(start_server):
    client = start_server(workers=1).client
    done = client.train(make_job())["id"]
    running = client.submit(make_long_job())["id"]
    client.wait(running, until={"running"})
    queued = [client.submit(make_job())["id"] for _ in range(3)]

    def ids(status):
        return [job["id"] for job in client.get("/v1/jobs", params={"status": status}).json()["data"]]

    assert ids("succeeded") == [done] and ids("running") == [running] and ids("queued") == queued[::-1]
    assert ids("failed") == ids("cancelled") == ids("cancelling") == []
    page = client.get("/v1/jobs", params={"status": "queued", "limit": 2}).json()
    assert [job["id"] for job in page["data"]] == queued[:0:-1] and page["has_more"] is True


def test_an_empty_list_is_an_empty_list(start_server):
    client = start_server().client
    empty = {"object": "list", "data": [], "has_more": False}
    assert client.get("/v1/jobs").json() == empty and client.get("/v1/datasets").json() == empty


def test_progress_shows_soon(client):
    id = client.submit(make_long_job())["id"]
    try:
        client.wait(id, until={"running"}, every=0.002)
        seen = time.monotonic()
        while (job := client.job(id))["progress"]["epoch"] == 0:
            assert time.monotonic() - seen < 5, "no progress"
            time.sleep(0.01)
        time.sleep(0.5)
        later = client.job(id)
        assert later["progress"]["epoch"] > job["progress"]["epoch"]
        assert 0 < later["progress"]["fraction"] < 1
        assert later["progress"]["seconds_per_epoch"] > 0 and later["progress"]["eta_seconds"] > 0
        assert later["metrics"]["train"]["loss"] > 0
        assert client.history(id)[0]["epoch"] == 0
    finally:
        client.cancel(id)


def test_early_stopping_stops_and_keeps_the_best_epoch(client):
    stopping = {"monitor": "dev_loss", "patience": 5}
    body = make_job(data=inline(rows=60, seed=9), training={
        "epochs": 100_000, "learning_rate": 0.05, "early_stopping": stopping, "history_every": 1, "precision": "float64"})
    job = client.train(body)
    assert job["stop_reason"] == "early_stopping" and job["progress"]["epoch"] < 100_000
    rows = {row["epoch"]: row for row in client.history(job["id"])}
    best = job["best"]
    assert job["progress"]["epoch"] == best["epoch"] + 5
    assert best["dev_loss"] == min(row["dev"]["loss"] for row in rows.values()) == rows[best["epoch"]]["dev"]["loss"]
    assert job["metrics"]["dev"]["loss"] == pytest.approx(best["dev_loss"], rel=1e-12)


def test_a_time_limit_ends_training_with_what_it_has(client):
    job = client.train(altered(make_long_job(), "/training/time_limit_seconds", 0.5))
    assert job["stop_reason"] == "time_limit" and 0 < job["progress"]["epoch"] < 10_000_000
    assert job["timing"]["training_seconds"] < 2
    assert client.weights(job["id"])["layers"]


def test_a_job_that_diverges_fails_and_says_where_and_what_to_try(client):
    body = make_job(
        data=line(), network={"hidden_layers": []}, training={"optimizer": "sgd", "learning_rate": 1e6, "epochs": 1000})
    job = client.wait(client.submit(body)["id"])
    assert (job["status"], job["stop_reason"], job["error"]["code"]) == ("failed", "diverged", "diverged")
    error = job["error"]
    assert 1 <= error["epoch"] <= 1000 and error["step"] == 1
    assert f"step 1 of epoch {error['epoch']}" in error["detail"] and "learning_rate" in error["detail"]
    events = client.events(job["id"])
    assert [event["type"] for event in events] == ["queued", "started", "alarm", "failed"]
    assert events[-1]["data"] == {"stop_reason": "diverged", "code": "diverged", "epoch": error["epoch"], "step": 1}
    response = client.get(f"/v1/jobs/{job['id']}/weights")
    assert response.status_code == 409 and "failed" in response.json()["detail"]
    assert client.history(job["id"])[0]["epoch"] == 0
