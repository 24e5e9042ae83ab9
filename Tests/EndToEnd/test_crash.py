"""kill -9 at bad moments: what was acknowledged is there after a restart, and ends with the right bits."""

import random
import socket
import threading
import time
from pathlib import Path

import pytest
import requests

from harness.bodies import altered, make_job, make_long_job
from harness.client import FINISHED


def stored_bytes(directory):
    return sum(file.stat().st_size for file in Path(directory).rglob("*") if file.is_file())


def test_finished_jobs_and_data_sets_are_still_there(start_server):
    server = start_server()
    client = server.client
    dataset = client.upload("a,b,y\n" + "".join(f"{n},{n % 7},{n % 2}\n" for n in range(100)))
    job = client.train(make_job(data={"dataset": dataset["id"], "target": "y"}, name="kept"))
    before = [client.get(f"/v1/jobs/{job['id']}{path}").content for path in ("", "/weights", "/history", "/events")]
    predicted = client.predict(job["id"], [[1, 2]])
    server.kill()
    client = server.start().client
    assert [client.get(f"/v1/jobs/{job['id']}{path}").content for path in ("", "/weights", "/history", "/events")] == before
    assert client.predict(job["id"], [[1, 2]]) == predicted
    assert client.get(f"/v1/datasets/{dataset['id']}").json() == dataset
    client.train(make_job(data={"dataset": dataset["id"], "target": "y"}))


@pytest.mark.timeout(480)
@pytest.mark.parametrize("moment", [0.05, 0.5, 1.2])
def test_jobs_killed_while_training_end_with_the_weights_of_an_undisturbed_run(start_server, server, job_of_seconds, moment):
    body = job_of_seconds(3)
    bodies = [altered(altered(body, "/training/seed", seed), "/network/keep_prob", 0.9) for seed in (1, 2, 3)]
    undisturbed = [server.client.weights_bytes(server.client.train(body)["id"]) for body in bodies]
    victim = start_server(workers=2)
    ids = [victim.client.submit(body)["id"] for body in bodies]
    victim.client.wait(ids[1], until={"running"} | FINISHED)
    time.sleep(moment)
    victim.kill()
    client = victim.start().client
    for id, expected in zip(ids, undisturbed):
        job = client.wait(id, timeout=90)
        assert job["status"] == "succeeded", job["error"]
        assert client.weights_bytes(id) == expected
    assert {job["id"] for job in client.get("/v1/jobs").json()["data"]} == set(ids)
    assert "requeued" in {event["type"] for id in ids for event in client.events(id)}, "nothing was running when it was killed"


def test_a_job_killed_while_running_is_queued_again_and_its_events_say_so(start_server, job_of_seconds):
    victim = start_server(workers=1)
    id = victim.client.submit(job_of_seconds(2))["id"]
    victim.client.wait(id, until={"running"})
    victim.kill()
    client = victim.start().client
    assert client.wait(id)["status"] == "succeeded"
    events = client.events(id)
    assert [event["type"] for event in events] == ["queued", "started", "requeued", "started", "succeeded"]
    assert [event["id"] for event in events] == [1, 2, 3, 4, 5]
    assert [event["data"]["attempt"] for event in events if event["type"] == "started"] == [1, 2]


def test_a_cancellation_survives(start_server):
    victim = start_server(workers=1)
    running = victim.client.submit(make_long_job())["id"]
    victim.client.wait(running, until={"running"})
    queued = victim.client.submit(make_long_job())["id"]
    assert victim.client.cancel(queued).status_code == 200
    assert victim.client.cancel(running).status_code in (200, 202)
    victim.kill()
    client = victim.start().client
    assert client.job(queued)["status"] == "cancelled"
    assert client.wait(running, until={"cancelled"}, timeout=10)["stop_reason"] == "cancelled"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(5))
def test_jobs_acknowledged_before_a_kill_are_all_there(start_server, server, seed):
    body = make_job(training={"epochs": 50})
    expected = server.client.weights_bytes(server.client.train(body)["id"])
    victim = start_server(workers=2)
    acknowledged, clients = [], [victim.new_client() for _ in range(4)]

    def submit(client):
        try:
            while True:
                acknowledged.append(client.submit(body)["id"])
        except requests.RequestException:
            pass

    threads = [threading.Thread(target=submit, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(random.Random(seed).uniform(0.1, 1))
    victim.kill()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert acknowledged
    client = victim.start().client
    for id in acknowledged:
        job = client.wait(id, timeout=120)
        assert job["status"] == "succeeded", job["error"]
        assert client.weights_bytes(id) == expected


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_an_upload_cut_off_by_a_kill_leaves_nothing(start_server, share):
    victim = start_server()
    kept = victim.client.upload("a,y\n1,0\n2,1\n")["id"]
    before = stored_bytes(victim.directory)
    content = ("1.25,2.5,3\n" * 2_000_000).encode()
    with socket.create_connection(victim.address, timeout=20) as connection:
        connection.sendall(f"POST /v1/datasets HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        connection.sendall(content[:int(len(content) * share)])
        time.sleep(0.2)
        victim.kill()
    client = victim.start().client
    assert [dataset["id"] for dataset in client.get("/v1/datasets").json()["data"]] == [kept]
    assert stored_bytes(victim.directory) < before + 1_000_000, "the half of an upload was not swept away"


@pytest.mark.parametrize("seed", range(3))
def test_data_sets_acknowledged_before_a_kill_are_whole(start_server, seed):
    victim = start_server()
    acknowledged, client = [], victim.new_client()

    def upload():
        try:
            for n in range(10_000):
                acknowledged.append(client.upload("a,y\n" + f"{n},0\n{n + 1},1\n" * 50))
        except requests.RequestException:
            pass

    thread = threading.Thread(target=upload)
    thread.start()
    time.sleep(random.Random(seed).uniform(0.1, 0.6))
    victim.kill()
    thread.join(30)
    assert acknowledged and not thread.is_alive()
    client = victim.start().client
    for dataset in acknowledged:
        assert client.get(f"/v1/datasets/{dataset['id']}").json() == dataset
    client.train(make_job(data={"dataset": acknowledged[-1]["id"], "target": "y"}))
    client.train(make_job(data={"dataset": acknowledged[0]["id"], "target": "y"}))


def test_a_forgotten_job_stays_forgotten(start_server):
    victim = start_server()
    id = victim.client.train(make_job())["id"]
    assert victim.client.delete(f"/v1/jobs/{id}").status_code == 204
    victim.kill()
    assert victim.start().client.get(f"/v1/jobs/{id}").status_code == 404


def test_killed_again_and_again_it_still_gets_there(start_server, server, job_of_seconds):
    body = job_of_seconds(1)
    expected = server.client.weights_bytes(server.client.train(body)["id"])
    victim = start_server(workers=1)
    id = victim.client.submit(body)["id"]
    for _ in range(2):
        victim.client.wait(id, until={"running"} | FINISHED)
        victim.kill()
        victim.start()
    assert victim.client.wait(id)["status"] == "succeeded"
    assert victim.client.weights_bytes(id) == expected
    assert [event["data"]["attempt"] for event in victim.client.events(id) if event["type"] == "started"] == [1, 2, 3]
