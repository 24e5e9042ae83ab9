"""A full disk refuses, loses nothing, and is forgiven when there is space again."""

import os
import socket
import subprocess
import time

import pytest

from harness.bodies import inline, make_job, make_long_job

RESERVE = 2 << 20


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 16 MB."""
    directory = tmp_path / "disk"
    directory.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(directory)], capture_output=True).returncode != 0:
        pytest.skip("mounting a small tmpfs takes root")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)


def fill(directory, leaving=0):
    """Takes all space but so many bytes; the file that has it goes to make space again."""
    filler = directory / "filler"
    # Unbuffered: what a buffer could not get rid of would be tried again on closing.
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                free = os.statvfs(directory)
                room = free.f_bavail * free.f_frsize - leaving
                if leaving and room < 1 << 12:
                    break
                file.write(bytes(min(1 << 16, room) if leaving else 1 << 16))
        except OSError:
            pass
    return filler


def wait_for_line(server, words, timeout=30):
    deadline = time.monotonic() + timeout
    while not any(words in line for line in server.log):
        assert time.monotonic() < deadline, f"no line with {words!r}:\n" + "".join(server.log[-20:])
        time.sleep(0.02)


def test_a_full_disk_is_507_and_works_again_when_there_is_space(small_disk, start_server):
    server = start_server(directory=small_disk, options=["--min-free-disk", "0"])
    client = server.client
    kept = client.train(make_job())
    weights = client.weights_bytes(kept["id"])
    filler = fill(small_disk)
    refused = 0
    for _ in range(3):
        response = client.post_text("/v1/datasets", "a,b,y\n" + "1.5,2.5,0\n2.5,1.5,1\n" * 50_000, "text/csv")
        assert response.status_code == 507 and response.json()["code"] == "insufficient_storage"
        refused += client.post("/v1/jobs", json=make_job()).status_code == 507
    assert refused == 3
    assert client.weights_bytes(kept["id"]) == weights and client.get("/livez").status_code == 200
    filler.unlink()
    client.train(make_job())
    client.upload("a,y\n1,0\n2,1\n")
    server.kill()
    client = server.start().client
    assert client.weights_bytes(kept["id"]) == weights
    assert len(client.get("/v1/jobs").json()["data"]) == 2 and len(client.get("/v1/datasets").json()["data"]) == 1


def test_below_the_reserve_what_is_new_is_507_and_all_else_goes_on(small_disk, start_server):
    server = start_server(directory=small_disk, options=["--min-free-disk", str(RESERVE)])
    client = server.client
    kept, gone, replayed = client.train(make_job()), client.train(make_job()), {"Idempotency-Key": "k"}
    first = client.post("/v1/jobs", json=make_job(), headers=replayed)
    running = client.submit(make_long_job())
    client.wait(running["id"], until={"running"})
    filler = fill(small_disk, leaving=RESERVE * 7 // 8)
    deadline = time.monotonic() + 60
    while client.post("/v1/jobs", json=make_job()).status_code != 507:
        # The space is not looked at for every request; but what is accepted meanwhile takes some.
        assert time.monotonic() < deadline
        time.sleep(0.2)
    sweep = {"job": make_job(), "search": {"parameters": {"l2_lambda": [0]}}}
    for response in [
        client.post("/v1/jobs", json=make_job()), client.post("/v1/sweeps", json=sweep),
        client.post_text("/v1/datasets", "a,y\n1,0\n2,1\n", "text/csv"),
    ]:
        assert response.status_code == 507 and response.json()["code"] == "insufficient_storage"
    # What takes no space, and what gives some back.
    assert client.post("/v1/jobs:validate", json=make_job()).status_code == 200
    assert client.post("/v1/gradient-checks", json=make_job()).status_code == 200
    again = client.post("/v1/jobs", json=make_job(), headers=replayed)
    assert again.status_code == 200 and again.json()["id"] == first.json()["id"]
    assert client.delete(f"/v1/jobs/{gone['id']}").status_code == 204
    client.cancel(running["id"])
    assert client.wait(running["id"])["status"] == "cancelled"
    client.weights(kept["id"])
    filler.unlink()
    client.train(make_job())


def test_an_upload_larger_than_the_space_left_is_refused_at_its_head(small_disk, start_server):
    server = start_server(directory=small_disk, options=["--min-free-disk", str(RESERVE)])
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.sendall(
            b"POST /v1/datasets HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 15000000\r\nExpect: 100-continue\r\n\r\n")
        answer = connection.recv(1 << 16)
    # Nothing of the body was asked for.
    assert answer.startswith(b"HTTP/1.1 507 "), answer
    assert os.listdir(small_disk / "uploads") == []


def test_an_upload_of_unknown_length_leaves_the_reserve_free(small_disk, start_server):
    server = start_server(directory=small_disk, options=["--min-free-disk", str(RESERVE)])

    def endless():
        for _ in range(400):
            yield b"1.5,2.5,0\n" * 5_000

    lowest = [1 << 60]

    def watched():
        for piece in endless():
            free = os.statvfs(small_disk)
            lowest[0] = min(lowest[0], free.f_bavail * free.f_frsize)
            yield piece

    try:
        response = server.client.post("/v1/datasets", data=watched(), headers={"Content-Type": "text/csv"})
    except ConnectionError:
        # Cut off in the middle of what was refused.
        pass
    else:
        assert response.status_code == 507
    assert lowest[0] > RESERVE - (1 << 20)
    assert server.client.post("/v1/datasets", data="a,y\n1,0\n2,1\n", headers={"Content-Type": "text/csv"}).status_code == 201


def wide(epochs, **training):
    """A job whose network is too large for the store, and has a file."""
    return make_job(network={"hidden_layers": [600, 600]}, training={"epochs": epochs, "history_every": 1_000_000, **training})


def test_a_job_that_ends_on_a_full_disk_waits_for_space_and_keeps_its_result(small_disk, start_server):
    server = start_server(directory=small_disk, workers=1, options=["--min-free-disk", "0", "--checkpoint-seconds", "0"])
    client = server.client
    expected = client.weights_bytes(client.train(wide(1_000))["id"])
    job = client.submit(wide(1_000))
    client.wait(job["id"], until={"running"})
    filler = fill(small_disk)
    wait_for_line(server, "it is tried again until it succeeds")
    assert client.job(job["id"])["status"] == "running"
    filler.unlink()
    assert client.wait(job["id"])["status"] == "succeeded"
    assert client.weights_bytes(job["id"]) == expected
    client.train(make_job())


def test_a_small_job_that_ends_on_a_full_disk_is_stored_when_there_is_space(small_disk, start_server, job_of_seconds):
    server = start_server(directory=small_disk, workers=1, options=["--min-free-disk", "0", "--checkpoint-seconds", "0"])
    client = server.client
    body = job_of_seconds(1)
    job = client.submit(body)
    client.wait(job["id"], until={"running"})
    filler = fill(small_disk)
    wait_for_line(server, "the store failed: ")
    deadline = time.monotonic() + 60
    while client.job(job["id"])["progress"]["fraction"] < 1:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert client.job(job["id"])["status"] == "running"
    filler.unlink()
    assert client.wait(job["id"])["status"] == "succeeded"


def test_a_job_that_waits_for_space_can_be_cancelled(small_disk, start_server):
    server = start_server(directory=small_disk, workers=1, options=["--min-free-disk", "0", "--checkpoint-seconds", "0"])
    client = server.client
    job = client.submit(wide(1_000))
    client.wait(job["id"], until={"running"})
    # Enough for the store, and not for the network.
    fill(small_disk, leaving=400_000)
    wait_for_line(server, "it is tried again until it succeeds")
    assert client.cancel(job["id"]).status_code == 202
    assert client.wait(job["id"])["status"] == "cancelled"


def test_checkpoints_that_find_no_space_are_skipped(small_disk, start_server):
    server = start_server(directory=small_disk, workers=1, options=["--min-free-disk", "0", "--checkpoint-seconds", "0.05"])
    client = server.client
    job = client.submit(make_long_job() | {"network": {"hidden_layers": [400, 400]}})
    client.wait(job["id"], until={"running"})
    filler = fill(small_disk)
    wait_for_line(server, "no checkpoint: ")
    assert client.job(job["id"])["status"] == "running"
    filler.unlink()
    deadline = time.monotonic() + 30
    while not os.listdir(small_disk / "checkpoints"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    client.cancel(job["id"])
    assert client.wait(job["id"])["status"] == "cancelled"
