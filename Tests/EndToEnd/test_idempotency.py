"""Requests that are sent again: one key, one job."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.bodies import altered, make_job, make_long_job

CSV = "a,b,y\n" + "".join(f"{n},{n % 3},{n % 2}\n" for n in range(30))


def submit(client, body, key, path="/v1/jobs"):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def test_a_repeated_submission_answers_with_the_first_job(client):
    body = make_job(name="only once")
    del body["training"]["seed"]
    first, second = submit(client, body, "k-1"), submit(client, body, "k-1")
    assert (first.status_code, second.status_code) == (202, 200)
    assert "Idempotent-Replayed" not in first.headers and second.headers["Idempotent-Replayed"] == "true"
    assert first.json()["id"] == second.json()["id"] and first.headers["Location"] == second.headers["Location"]
    assert first.json()["settings"] == second.json()["settings"]
    third = submit(client, body, "k-2")
    assert third.status_code == 202 and third.json()["id"] != first.json()["id"]


def test_the_replay_shows_the_job_as_it_is_now(client):
    body = make_job()
    id = submit(client, body, "later").json()["id"]
    client.wait(id)
    assert submit(client, body, "later").json()["status"] == "succeeded"


def test_a_key_does_not_serve_another_request(client):
    body = make_job()
    assert submit(client, body, "mine").status_code == 202
    other = submit(client, altered(body, "/training/seed", 99), "mine")
    assert other.status_code == 422 and [fault["pointer"] for fault in other.json()["errors"]] == ["/headers/Idempotency-Key"]
    upload = client.post("/v1/datasets", data=CSV, headers={"Content-Type": "text/csv", "Idempotency-Key": "mine"})
    assert upload.status_code == 422


def test_a_refused_request_does_not_use_its_key(client):
    assert submit(client, altered(make_job(), "/training/epochs", 0), "again").status_code == 422
    assert submit(client, make_job(), "again").status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(client, key):
    answer = submit(client, make_job(), key)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/headers/Idempotency-Key"


def test_the_longest_key_is_taken(client):
    assert [submit(client, make_job(), "y" * 255).status_code for _ in range(2)] == [202, 200]


def test_a_repeated_upload_answers_with_the_first_data_set(client):
    def upload(name):
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "upload"}
        return client.post("/v1/datasets", data=CSV, headers=headers, params={"name": name})

    first, second, other = upload("a"), upload("a"), upload("b")
    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 422)
    assert first.json() == second.json() and second.headers["Idempotent-Replayed"] == "true"


def test_a_repeated_sweep_answers_with_the_first_one(client):
    job = make_job()
    del job["training"]["seed"]
    body = {"job": job, "search": {"parameters": {"l2_lambda": [0, 1]}}}
    first, second = (submit(client, body, "sweep", "/v1/sweeps") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 200)
    assert "Idempotent-Replayed" not in first.headers and second.headers["Idempotent-Replayed"] == "true"
    assert first.json()["id"] == second.json()["id"] and first.headers["Location"] == second.headers["Location"]
    assert first.json()["settings"] == second.json()["settings"]
    assert submit(client, {**body, "seed": 9}, "sweep", "/v1/sweeps").status_code == 422
    assert submit(client, body, "another sweep", "/v1/sweeps").json()["id"] != first.json()["id"]
    id = first.json()["id"]
    client.post(f"/v1/sweeps/{id}/cancel")
    while client.get(f"/v1/sweeps/{id}").json()["status"] not in ("succeeded", "cancelled"):
        pass
    while client.delete(f"/v1/sweeps/{id}").status_code == 409:
        pass
    assert submit(client, body, "sweep", "/v1/sweeps").status_code == 409


def test_what_was_deleted_is_not_made_again(client):
    body = make_job()
    id = submit(client, body, "gone").json()["id"]
    client.wait(id)
    assert client.delete(f"/v1/jobs/{id}").status_code == 204
    assert submit(client, body, "gone").status_code == 409


def test_of_duplicates_at_the_same_time_one_makes_a_job(start_server):
    server = start_server()
    clients = [server.new_client() for _ in range(4)]
    body = make_job()
    del body["training"]["seed"]
    with ThreadPoolExecutor(4) as pool:
        for key in range(200):
            answers = list(pool.map(lambda client: submit(client, body, f"key {key}"), clients))
            assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 202]
            assert len({answer.json()["id"] for answer in answers}) == 1


def test_keys_outlive_a_crash(start_server):
    server = start_server()
    body = make_long_job()
    first = submit(server.client, body, "crash")
    server.kill()
    again = submit(start_server(directory=server.directory).client, body, "crash")
    assert (first.status_code, again.status_code) == (202, 200) and first.json()["id"] == again.json()["id"]


def test_a_full_queue_still_answers_a_repetition(start_server):
    server = start_server(workers=1, options=["--max-queued-jobs", "1"])
    blocker = server.client.submit(make_long_job())["id"]
    server.client.wait(blocker, until={"running"})
    body = make_job()
    assert submit(server.client, body, "full").status_code == 202
    assert submit(server.client, make_job(), "other").status_code == 429
    assert submit(server.client, body, "full").status_code == 200
