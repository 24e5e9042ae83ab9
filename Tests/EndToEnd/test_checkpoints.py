"""A job that is interrupted goes on from its last checkpoint, and ends with the bits of one that never was."""

import os
import random
import time

import pytest

from harness.bodies import altered

OFTEN = ["--checkpoint-seconds", "0.05"]


def checkpoints(server):
    folder = server.directory / "checkpoints"
    return sorted(folder.iterdir()) if folder.exists() else []


def wait_for_checkpoints(server, count=2):
    deadline = time.monotonic() + 20
    while len([file for file in checkpoints(server) if not file.name.startswith(".")]) < count:
        assert time.monotonic() < deadline, "no checkpoint came"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def expected(server, job_of_seconds):
    """A job of two seconds with everything that has a state of its own, and what it ends with."""
    body = altered(altered(job_of_seconds(2), "/network/keep_prob", 0.9), "/training/batch_size", 4)
    body["training"] |= {"history_every": max(1, body["training"]["epochs"] // 50)}
    id = server.client.train(body)["id"]
    return body, server.client.weights_bytes(id), server.client.history(id)


def finish(client, id, expected):
    job = client.wait(id, timeout=60)
    assert job["status"] == "succeeded", job["error"]
    assert client.weights_bytes(id) == expected[1]
    assert client.history(id) == expected[2]
    return [event for event in client.events(id) if event["type"] == "resumed"]


def test_a_killed_job_goes_on_from_its_last_checkpoint(start_server, expected):
    server = start_server(workers=1, options=OFTEN)
    id = server.client.submit(expected[0])["id"]
    wait_for_checkpoints(server)
    server.kill()
    client = server.start().client
    resumed = finish(client, id, expected)
    assert len(resumed) == 1 and resumed[0]["data"]["epoch"] > 0
    assert checkpoints(server) == []


def test_a_job_that_is_killed_again_and_again_ends_all_the_same(start_server, expected):
    """More often than a job without progress would be tried."""
    server = start_server(workers=1, options=OFTEN)
    id = server.client.submit(expected[0])["id"]
    chance, kills, epochs = random.Random(5), 0, [-1]
    for _ in range(8):
        time.sleep(chance.uniform(0.1, 0.4))
        if server.client.job(id)["status"] == "succeeded":
            break
        server.kill()
        kills += 1
        server.start()
    assert kills > 3
    epochs = [event["data"]["epoch"] for event in finish(server.client, id, expected)]
    assert epochs == sorted(epochs) and len(epochs) > 1


def test_sigterm_saves_the_job_where_it_is(start_server, expected):
    server = start_server(workers=1, options=["--checkpoint-seconds", "1000"])
    quarter = expected[0]["training"]["epochs"] // 4
    id = server.client.submit(expected[0])["id"]
    while server.client.job(id)["progress"]["epoch"] < quarter:
        time.sleep(0.01)
    assert server.terminate(timeout=10) == 0
    server.start()
    resumed = finish(server.client, id, expected)
    assert [event["data"]["epoch"] >= quarter for event in resumed] == [True]


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "swap"])
def test_a_damaged_checkpoint_is_not_used(start_server, expected, damage):
    server = start_server(workers=1, options=OFTEN)
    id = server.client.submit(expected[0])["id"]
    wait_for_checkpoints(server)
    server.kill()
    files = [file for file in checkpoints(server) if not file.name.startswith(".")]
    for file in files:
        content = bytearray(file.read_bytes())
        if damage == "flip":
            content[len(content) // 2] ^= 1
        file.write_bytes({"flip": content, "cut": content[:-1], "empty": b"", "swap": content[::-1]}[damage])
    resumed = finish(server.start().client, id, expected)
    assert resumed == []


def test_the_older_checkpoint_serves_where_the_newer_one_is_damaged(start_server, expected):
    server = start_server(workers=1, options=OFTEN)
    id = server.client.submit(expected[0])["id"]
    wait_for_checkpoints(server)
    server.kill()
    newest = max((file for file in checkpoints(server) if not file.name.startswith(".")), key=lambda file: file.stat().st_mtime_ns)
    newest.write_bytes(newest.read_bytes()[:100])
    assert len(finish(server.start().client, id, expected)) == 1


def test_a_finished_or_cancelled_job_leaves_no_checkpoint(start_server, expected):
    server = start_server(workers=1, options=OFTEN)
    id = server.client.submit(expected[0])["id"]
    wait_for_checkpoints(server, 1)
    server.client.cancel(id)
    server.client.wait(id, until={"cancelled"})
    deadline = time.monotonic() + 5
    while checkpoints(server):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_leftovers_are_swept_at_the_start(start_server, expected):
    server = start_server(workers=1, options=OFTEN)
    server.terminate(timeout=10)
    folder = server.directory / "checkpoints"
    for name in ["job_000000000000000000000000.first", ".incoming-1234"]:
        (folder / name).write_bytes(os.urandom(10))
    server.start()
    assert checkpoints(server) == []
