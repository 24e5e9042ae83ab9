"""Bodies that are no JSON, too long, of unknown length or of the wrong kind."""

import json
import socket

import pytest

from harness import raw
from harness.bodies import make_job

POSTS = ["/v1/jobs", "/v1/gradient-checks", "/v1/datasets"]
JOB = json.dumps(make_job()).encode()


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("text", [
    b"{", b"{}x", b"{'data': 1}", b'{"data":}', b'{"data": 01}', b'{"data": 1,}', b"nul", b'"\xff"', b'{"\xc3": 1}', b'{"a": "\x01"}', b'{"a": "\\ud800"}', b"[1 2]",
    b"\xef\xbb", b"[" * 1_000_000, b'{"a":' * 1_000_000, b"[" * 1_000_000 + b"]" * 1_000_000, b"[" * 300 + b"]" * 300, b'{"data": NaN}'])
def test_what_is_no_json_is_400(client, path, text):
    response = client.post_text(path, text)
    assert response.status_code == 400 and response.json()["code"] == "invalid_json", response.text


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/gradient-checks", "/v1/datasets"])
def test_an_empty_body_is_no_json(client, path):
    response = client.post_text(path, b"")
    assert response.status_code == 400 and response.json()["code"] == "invalid_json"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/xml", "application/json; charset=iso-8859-1", "multipart/form-data; boundary=x", "json", "*/*", ""])
def test_another_media_type_is_415(client, path, media_type):
    response = client.post_text(path, JOB, media_type)
    assert response.status_code == 415 and response.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/gradient-checks"])
@pytest.mark.parametrize("media_type", ["text/csv", "application/x-npy"])
def test_a_job_is_json_alone(client, path, media_type):
    assert client.post_text(path, JOB, media_type).status_code == 415


def test_a_body_without_a_media_type_is_415(client):
    assert client.post("/v1/jobs", data=JOB).status_code == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"])
def test_parameters_and_case_of_a_media_type_do_not_matter(client, media_type):
    assert client.post_text("/v1/jobs", JOB, media_type).status_code == 202


def test_what_would_be_understood_is_told_with_a_415(client):
    assert client.post_text("/v1/jobs", JOB, "text/plain").headers["Accept-Post"] == "application/json"
    assert client.post_text("/v1/datasets", JOB, "text/plain").headers["Accept-Post"] == "text/csv, application/json, application/x-npy"


@pytest.mark.parametrize(("body", "status"), [(b"", 404), (b"{}", 404), (b" { } ", 404), (b"[]", 422), (b"null", 422), (b'{"a": 1}', 422), (b"{", 400), (b" " * 1025, 413)])
@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/v1/jobs/job_000000000000000000000000"), ("DELETE", "/v1/jobs/job_000000000000000000000000"), ("POST", "/v1/jobs/job_000000000000000000000000/cancel"),
    ("GET", "/v1/jobs/job_000000000000000000000000/weights"), ("DELETE", "/v1/datasets/ds_000000000000000000000000")])
def test_a_request_that_takes_no_body_carries_none_or_an_empty_object(client, method, path, body, status):
    assert client.request(method, path, data=body).status_code == status


@pytest.mark.parametrize("path", POSTS)
def test_a_body_of_unknown_length_is_411(server, path):
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n".encode()
    assert raw.checked_exchange(server.address, request, "POST", path).status_code == 411


def chunks(body, size=50):
    for start in range(0, len(body), size):
        yield body[start:start + size]


def test_a_chunked_body_is_taken(client):
    response = client.post("/v1/jobs", data=chunks(JOB), headers={"Content-Type": "application/json"})
    assert response.status_code == 202
    response = client.post("/v1/datasets", data=chunks(b"a,y\n1,0\n2,1\n", 3), headers={"Content-Type": "text/csv"})
    assert response.status_code == 201 and response.json()["rows"] == 2


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    from harness.server import Server
    server = Server(tmp_path_factory.mktemp("narrow"), options=["--max-job-bytes", "5000", "--max-dataset-bytes", "10000"]).start()
    yield server
    assert server.running
    server.kill()


def padded(length):
    body = json.dumps(make_job())
    return body + " " * (length - len(body))


def csv_of(length):
    return ("a,y\n1,0\n2,1\n" + "3,0\n" * length)[:length]


def test_a_body_at_the_limit_is_taken_and_one_over_it_is_413(narrow):
    client = narrow.client
    assert client.post_text("/v1/jobs", padded(5000)).status_code == 202
    assert client.post_text("/v1/datasets", csv_of(10000), "text/csv").status_code == 201
    for path, body, media_type, limit in (
        ("/v1/jobs", padded(5001), "application/json", "5000"), ("/v1/gradient-checks", padded(5001), "application/json", "5000"),
            ("/v1/datasets", csv_of(10001), "text/csv", "10000")):
        response = client.post_text(path, body, media_type)
        assert response.status_code == 413 and response.json()["code"] == "too_large"
        assert limit in response.json()["detail"].replace(",", "").replace(" ", "")


def test_a_chunked_body_over_the_limit_is_413(narrow):
    client = narrow.client
    for path, body, media_type in (("/v1/jobs", padded(50_000).encode(), "application/json"), ("/v1/datasets", csv_of(50_000).encode(), "text/csv")):
        response = client.post(path, data=chunks(body, 1000), headers={"Content-Type": media_type})
        assert response.status_code == 413
    assert client.get("/v1/datasets").status_code == 200


def test_a_length_over_the_limit_is_refused_before_the_body_is_sent(narrow):
    with socket.create_connection(narrow.address, timeout=30) as connection:
        connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_predictions_have_the_limit_of_jobs(narrow):
    client = narrow.client
    id = client.train(make_job())["id"]
    response = client.post(f"/v1/jobs/{id}/predictions", json={"x": [[1.0, 2.0]] * 1000})
    assert response.status_code == 413


def test_a_refused_body_leaves_the_connection_or_the_next_one_usable(narrow):
    client = narrow.client
    for _ in range(20):
        assert client.post_text("/v1/jobs", padded(6000)).status_code == 413
        assert client.get("/livez").status_code == 200


def test_a_full_queue_is_429_and_says_when_to_come_back(start_server):
    from harness.bodies import make_long_job
    client = start_server(workers=1, options=["--max-queued-jobs", "3"]).client
    running = client.submit(make_long_job())["id"]
    client.wait(running, until={"running"})
    queued = [client.submit(make_job())["id"] for _ in range(3)]
    response = client.post("/v1/jobs", json=make_job())
    assert response.status_code == 429 and int(response.headers["Retry-After"]) >= 1
    client.cancel(queued[0])
    client.submit(make_job())
    assert client.post("/v1/jobs", json=make_job()).status_code == 429
    assert len(client.get("/v1/jobs").json()["data"]) == 5
