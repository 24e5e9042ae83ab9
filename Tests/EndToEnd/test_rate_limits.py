"""Requests a second, jobs that wait and sweeps that run: of one owner, and of all."""

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.bodies import make_job, make_long_job
from harness.client import Client
from harness.keys import client as client_of
from harness.keys import create, shared
from harness.server import BINARY

# A token comes back in an hour and a bit: what a test counts does not depend on how long it takes.
SLOW = ["--rate-limit", "0.00025"]


def left(answer):
    return int(re.fullmatch(r'"requests";r=(\d+);t=\d+', answer.headers["RateLimit"])[1])


def test_without_the_option_nothing_is_counted(client):
    answer = client.get("/v1/jobs")
    assert answer.status_code == 200 and "RateLimit" not in answer.headers and "RateLimit-Policy" not in answer.headers


def test_a_burst_is_served_and_then_no_more(start_server):
    server = start_server(options=[*SLOW, "--rate-burst", "5"])
    answers = [server.client.get("/v1/jobs") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert [left(answer) for answer in answers] == [4, 3, 2, 1, 0, 0, 0]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"requests";q=5;w=20000'}
    refused = answers[-1]
    assert refused.json()["code"] == "rate_limited" and 3000 < int(refused.headers["Retry-After"]) <= 4000


def test_every_answer_says_what_is_left(start_server):
    server = start_server(options=[*SLOW, "--rate-burst", "100"])
    unknown = "job_000000000000000000000000"
    requests = [
        ("POST", "/v1/jobs", {"json": make_job()}), ("POST", "/v1/jobs", {"data": "x", "headers": {"Content-Type": "text/plain"}}), ("GET", f"/v1/jobs/{unknown}", {}),
        ("POST", "/v1/jobs", {"json": {}}), ("DELETE", f"/v1/jobs/{unknown}", {}), ("HEAD", "/v1/jobs", {})]
    assert [left(server.client.request(method, path, **more)) for method, path, more in requests] == [99, 98, 97, 96, 95, 94]


def test_a_job_that_is_polled_from_memory_counts(start_server):
    server = start_server(options=[*SLOW, "--rate-burst", "200"])
    job = server.client.train(make_job())["id"]
    first = left(server.client.get(f"/v1/jobs/{job}"))
    assert [left(server.client.get(f"/v1/jobs/{job}")) for _ in range(3)] == [first - 1, first - 2, first - 3]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/openapi.yaml"])
def test_what_everybody_may_know_is_not_counted(start_server, path):
    server = start_server(options=[*SLOW, "--rate-burst", "1"])
    assert server.client.get("/v1/jobs").status_code == 200
    for _ in range(3):
        answer = server.client.get(path)
        assert answer.status_code == 200 and "RateLimit" not in answer.headers


def test_tokens_come_back_with_time(start_server):
    server = start_server(options=["--rate-limit", "2", "--rate-burst", "2"])
    deadline = time.monotonic() + 30
    while (answer := server.client.get("/v1/jobs")).status_code == 200:
        assert time.monotonic() < deadline
    time.sleep(int(answer.headers["Retry-After"]))
    assert server.client.get("/v1/jobs").status_code == 200


def test_each_key_has_its_own_and_who_shows_none_is_counted_by_address(tmp_path, start_server):
    keys = [create(tmp_path, "ada"), create(tmp_path, "ada"), create(tmp_path, "bob")]
    server = start_server(directory=tmp_path, options=[*SLOW, "--rate-burst", "2"])
    for key in keys:
        assert [client_of(server, key).get("/v1/jobs").status_code for _ in range(3)] == [200, 200, 429]
    wrong = {"Authorization": "Bearer esp_wrong"}
    answers = [server.client.get("/v1/jobs"), server.client.get("/v1/jobs", headers=wrong), server.client.get("/v1/jobs"), server.client.get("/v1/jobs", headers=wrong)]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert left(answers[0]) == 1


@pytest.mark.parametrize("options", [
    ["--rate-limit", "-1"], ["--rate-limit", "nan"], ["--rate-limit", "inf"], ["--rate-limit", "1e9"], ["--rate-limit", "1e-9"], ["--rate-limit", "5", "--rate-burst", "-1"],
    ["--max-queued-jobs-per-owner", "0"], ["--max-sweeps-per-owner", "0"]])
def test_a_limit_that_makes_no_sense_is_refused_at_the_start(tmp_path, options):
    done = subprocess.run([str(BINARY), "serve", "--port", "0", "--data-dir", str(tmp_path), *options], capture_output=True, text=True, timeout=60)
    assert done.returncode == 64 and options[-2] in done.stderr


# What waits and runs

@pytest.fixture
def crowded(start_server):
    """A server whose one worker is busy, and that lets an owner have three jobs waiting and one sweep running."""
    server = start_server(workers=1, options=["--max-queued-jobs-per-owner", "3", "--max-sweeps-per-owner", "1"])
    people = shared(server, ["ada", "bob", "eve"])
    people.admin.wait(people.admin.submit(make_long_job())["id"], until={"running"})
    return people


def test_an_owners_waiting_jobs_are_counted_apart(crowded):
    jobs = [crowded.ada.submit(make_job())["id"] for _ in range(3)]
    refused = crowded.ada.post("/v1/jobs", json=make_job())
    assert refused.status_code == 429 and refused.json()["code"] == "owner_limit" and int(refused.headers["Retry-After"]) > 0
    crowded.bob.submit(make_job())
    assert crowded.ada.cancel(jobs[0]).status_code == 200
    crowded.ada.submit(make_job())
    assert crowded.ada.post("/v1/jobs", json=make_job()).status_code == 429


def test_many_submissions_at_once_take_no_more_than_may_wait(crowded):
    def submit(_):
        own = Client(crowded.eve.url)
        own.session.headers.update(crowded.eve.session.headers)
        return own.post("/v1/jobs", json=make_job()).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(submit, range(48)))
    assert sorted(set(statuses)) == [202, 429] and statuses.count(202) == 3
    assert len(crowded.eve.get("/v1/jobs?status=queued").json()["data"]) == 3


def test_a_repeated_request_is_answered_although_no_more_may_wait(crowded):
    headers = {"Idempotency-Key": "k"}
    first = crowded.ada.post("/v1/jobs", json=make_job(), headers=headers)
    for _ in range(2):
        crowded.ada.submit(make_job())
    assert crowded.ada.post("/v1/jobs", json=make_job()).status_code == 429
    again = crowded.ada.post("/v1/jobs", json=make_job(), headers=headers)
    assert again.status_code == 200 and again.json()["id"] == first.json()["id"]


def test_an_owners_running_sweeps_are_counted_apart(crowded):
    body = {"job": make_job(), "search": {"parameters": {"l2_lambda": [0, 1]}}}
    sweep = crowded.ada.submit_sweep(body)["id"]
    refused = crowded.ada.post("/v1/sweeps", json=body)
    assert refused.status_code == 429 and refused.json()["code"] == "owner_limit"
    crowded.bob.submit_sweep(body)
    # The sweep's jobs wait, and leave the owner's own as many places as ever.
    for _ in range(3):
        crowded.ada.submit(make_job())
    crowded.ada.post(f"/v1/sweeps/{sweep}/cancel")
    crowded.ada.wait_sweep(sweep)
    crowded.ada.submit_sweep(body)
