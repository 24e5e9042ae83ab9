"""Many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.bodies import altered, make_job, make_long_job
from harness.client import Client


@pytest.mark.timeout(400)
def test_two_hundred_small_jobs_at_once_all_succeed_with_the_weights_they_would_have_alone(start_server):
    server = start_server(workers=2)
    body = make_job(training={"epochs": 20})
    bodies = [altered(body, "/training/seed", n % 10) for n in range(200)]
    alone = {n: server.client.weights_bytes(server.client.train(bodies[n])["id"]) for n in range(10)}

    def submit(slot):
        client = server.new_client()
        return [(n, client.submit(bodies[n])["id"]) for n in range(slot, 200, 16)]

    with ThreadPoolExecutor(16) as pool:
        submitted = [pair for pairs in pool.map(submit, range(16)) for pair in pairs]
    assert len({id for _, id in submitted}) == 200
    for n, id in submitted:
        assert server.client.wait(id, timeout=90)["status"] == "succeeded"
        assert server.client.weights_bytes(id) == alone[n % 10]
    listed, page = [], {"has_more": True}
    while page["has_more"]:
        page = server.client.get("/v1/jobs", params={"limit": 100, **({"after": listed[-1]} if listed else {})}).json()
        listed += [job["id"] for job in page["data"]]
    assert len(listed) == 210 and {id for _, id in submitted} <= set(listed)


def test_jobs_run_in_the_order_they_came(start_server):
    client = start_server(workers=1).client
    blocker = client.submit(make_long_job())["id"]
    client.wait(blocker, until={"running"})
    ids = [client.submit(make_job(training={"epochs": 2_000}))["id"] for _ in range(10)]
    client.cancel(blocker)
    # Times are in milliseconds, and two brief jobs can start within one.
    started = [client.wait(id)["started_at"] for id in ids]
    assert started == sorted(started)


def test_many_clients_read_while_a_job_trains(server, job_of_seconds):
    id = server.client.submit(job_of_seconds(2))["id"]

    def poll(_):
        client: Client = server.new_client()
        for _ in range(50):
            assert client.job(id)["id"] == id
            client.history(id)
            client.events(id)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(poll, range(8)))
    assert server.client.wait(id)["status"] == "succeeded"


def test_the_same_job_cancelled_by_many_at_once_is_cancelled_once(server):
    id = server.client.submit(make_long_job())["id"]
    server.client.wait(id, until={"running"})
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: server.new_client().cancel(id).status_code, range(16)))
    assert set(codes) <= {200, 202}
    server.client.wait(id, until={"cancelled"})
    assert [event["type"] for event in server.client.events(id)] == ["queued", "started", "cancelling", "cancelled"]
