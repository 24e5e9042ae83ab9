"""Cancelling: queued, running, finished."""

import time
from datetime import datetime

from harness.bodies import make_job, make_long_job


def moment(event):
    return datetime.fromisoformat(event["at"])


def test_a_running_job_stops_at_once_and_keeps_its_weights(client):
    id = client.submit(make_long_job())["id"]
    client.wait(id, until={"running"})
    while client.job(id)["progress"]["epoch"] == 0:
        time.sleep(0.01)
    response = client.cancel(id)
    assert response.status_code in (200, 202) and response.json()["status"] in ("cancelling", "cancelled")
    job = client.wait(id, until={"cancelled"}, timeout=30, every=0.005)
    assert (job["stop_reason"], job["error"]) == ("cancelled", None)
    events = client.events(id)
    assert [event["type"] for event in events] == ["queued", "started", "cancelling", "cancelled"]
    assert (moment(events[3]) - moment(events[2])).total_seconds() < 2, "a mini-batch or 100 ms, the weights' way to disk, and what else this machine does"
    assert client.weights(id)["layers"] and client.predict(id, [[0.0] * 10])["data"]
    assert 0 < job["progress"]["epoch"] < job["progress"]["epochs"]
    assert job["metrics"]["train"]["loss"] < client.history(id)[0]["train"]["loss"], "of the weights reached"
    assert client.history(id)[-1]["epoch"] <= job["progress"]["epoch"], "no row for parameters between two epochs"


def test_cancelling_answers_202_while_the_job_runs_and_200_once_it_is_cancelled(client):
    id = client.submit(make_long_job())["id"]
    client.wait(id, until={"running"})
    first = client.cancel(id)
    assert {202: "cancelling", 200: "cancelled"}[first.status_code] == first.json()["status"]
    client.wait(id, until={"cancelled"}, timeout=30)
    again = client.cancel(id)
    assert again.status_code == 200 and again.json()["status"] == "cancelled"
    assert again.json() == client.job(id)


def test_a_queued_job_is_cancelled_at_once_and_never_runs(start_server):
    client = start_server(workers=1).client
    blocker = client.submit(make_long_job())["id"]
    client.wait(blocker, until={"running"})
    id = client.submit(make_job())["id"]
    response = client.cancel(id)
    assert response.status_code == 200 and response.json()["status"] == "cancelled"
    assert response.json()["started_at"] is None and response.json()["stop_reason"] == "cancelled"
    client.cancel(blocker)
    client.wait(blocker, until={"cancelled"})
    client.train(make_job())
    assert client.job(id)["status"] == "cancelled" and client.job(id)["started_at"] is None
    weights = client.get(f"/v1/jobs/{id}/weights")
    assert weights.status_code == 409 and "cancelled" in weights.json()["detail"]
    assert [event["type"] for event in client.events(id)] == ["queued", "cancelled"]
    assert client.history(id) == []


def test_a_finished_job_cannot_be_cancelled(client):
    id = client.train(make_job())["id"]
    response = client.cancel(id)
    assert response.status_code == 409 and "succeeded" in response.json()["detail"]
    assert client.job(id)["status"] == "succeeded"


def test_cancelling_frees_the_worker(start_server):
    client = start_server(workers=1).client
    for _ in range(5):
        id = client.submit(make_long_job())["id"]
        client.wait(id, until={"running"}, timeout=10)
        client.cancel(id)
        client.wait(id, until={"cancelled"}, timeout=30)
    client.train(make_job(), timeout=10)


def test_a_job_of_one_long_epoch_stops_within_it(client):
    rows = 100_000
    body = make_job(
        data={"x": [[n % 7, n % 5, n % 3] for n in range(rows)], "y": [n % 2 for n in range(rows)], "split": {"train": 1}},
        network={"hidden_layers": [256, 256]}, training={"epochs": 10_000_000, "batch_size": 1})
    id = client.submit(body)["id"]
    client.wait(id, until={"running"})
    client.cancel(id)
    assert client.wait(id, until={"cancelled"}, timeout=30)["progress"]["epoch"] < 10
    cancelling, cancelled = client.events(id)[-2:]
    assert (moment(cancelled) - moment(cancelling)).total_seconds() < 3, "an epoch lasts longer"
