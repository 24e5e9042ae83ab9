"""Request ids, and W3C Trace Context kept with what a request made."""

import http.client
import re

import pytest

from harness.bodies import make_job
from harness.raw import exchange_bytes

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
LEGAL = re.compile(r"[A-Za-z0-9._:/+=@~-]{1,128}")


def ask(server, path="/livez", headers=()):
    """By a client that sends headers as they are."""
    connection = http.client.HTTPConnection(*server.address, timeout=20)
    connection.putrequest("GET", path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize("id", ["a", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "Root=1-5759e988-bd862e3fe1be46a994272793", "x" * 128, "a.b_c:d/e+f=g@h~i-j"])
def test_a_request_id_comes_back(server, id):
    assert ask(server, headers=[("X-Request-Id", id)]).getheader("X-Request-Id") == id
    assert ask(server, headers=[("x-request-id", id)]).getheader("X-Request-Id") == id


@pytest.mark.parametrize("id", ["", "two words", "x" * 129, "a\"b", "a,b", "<a>", "ü", "a;b", "{}", "a\\b"])
def test_one_that_is_not_fit_for_a_log_is_replaced(server, id):
    answer = ask(server, headers=[("X-Request-Id", id.encode())]).getheader("X-Request-Id")
    assert answer != id and LEGAL.fullmatch(answer)


def test_two_request_ids_are_none(server):
    assert ask(server, headers=[("X-Request-Id", "one"), ("X-Request-Id", "two")]).getheader("X-Request-Id") not in ("one", "two")


def test_no_two_requests_have_the_same_id(server):
    ids = [server.client.get("/livez").headers["X-Request-Id"] for _ in range(200)]
    assert len(set(ids)) == 200


def test_problems_name_their_request(server):
    client = server.client
    response = client.get("/v1/jobs/x", headers={"X-Request-Id": "mine-1"})
    assert response.json()["request_id"] == response.headers["X-Request-Id"] == "mine-1"
    for response in (client.get("/nowhere"), client.post("/v1/jobs", json={"data": 3}), client.post("/v1/jobs/x/cancel"), client.request("PUT", "/livez")):
        assert response.status_code >= 400 and response.json()["request_id"] == response.headers["X-Request-Id"]


def test_a_malformed_request_has_an_id_too(server):
    answer = exchange_bytes(server.address, b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-Request-Id: broken-1\r\n\r\n").decode()
    assert answer.startswith("HTTP/1.1 400") and "X-Request-Id: broken-1\r\n" in answer and '"request_id":"broken-1"' in answer


def test_a_job_keeps_the_names_of_its_request(server):
    client = server.client
    headers = {"X-Request-Id": "order-7", "traceparent": PARENT, "tracestate": "vendor=a"}
    job = client.post("/v1/jobs", json=make_job(), headers=headers).json()
    assert (job["request_id"], job["trace_parent"]) == ("order-7", PARENT)
    done = client.wait(job["id"])
    assert (done["request_id"], done["trace_parent"]) == ("order-7", PARENT)
    queued, *others = client.events(job["id"])
    assert queued["data"] == {"request_id": "order-7", "trace_parent": PARENT} and "request_id" not in others[0]["data"]


def test_the_log_tells_of_a_job_by_the_names_of_its_request(start_server):
    server = start_server()
    job = server.client.post("/v1/jobs", json=make_job(), headers={"X-Request-Id": "order-8", "traceparent": PARENT}).json()
    server.client.wait(job["id"])
    server.terminate()
    told = [line for line in server.log if "job finished" in line]
    assert len(told) == 1 and f"job={job['id']}" in told[0] and "request_id=order-8" in told[0] and f"trace_id={PARENT[3:35]}" in told[0]
    assert any(" request " in line and "request_id=order-8" in line and f"trace_id={PARENT[3:35]}" in line for line in server.log)


def test_names_outlive_a_restart(start_server):
    server = start_server()
    id = server.client.post("/v1/jobs", json=make_job(), headers={"X-Request-Id": "order-9", "traceparent": PARENT}).json()["id"]
    server.kill()
    job = server.start().client.wait(id)
    assert (job["request_id"], job["trace_parent"]) == ("order-9", PARENT)


def test_the_jobs_of_a_sweep_have_the_names_of_its_request(server):
    client = server.client
    body = {"job": make_job(), "search": {"parameters": {"l2_lambda": [0, 1]}}}
    sweep = client.post("/v1/sweeps", json=body, headers={"X-Request-Id": "order-10", "traceparent": PARENT}).json()
    assert (sweep["request_id"], sweep["trace_parent"]) == ("order-10", PARENT)
    client.wait_sweep(sweep["id"])
    jobs = client.get("/v1/jobs", params={"sweep": sweep["id"]}).json()["data"]
    assert jobs and all((job["request_id"], job["trace_parent"]) == ("order-10", PARENT) for job in jobs)


@pytest.mark.parametrize("parent", [
    "", "00", PARENT.upper(), PARENT[:-1], PARENT + "-00", PARENT + "0", "ff" + PARENT[2:], "0g" + PARENT[2:], PARENT.replace("-", "_"),
    "00-" + "0" * 32 + PARENT[35:], PARENT[:36] + "0" * 16 + "-01", "cc" + PARENT[2:] + "x"])
def test_a_parent_that_w3c_does_not_allow_is_not_kept(server, parent):
    assert server.client.post("/v1/jobs", json=make_job(), headers={"traceparent": parent}).json()["trace_parent"] is None


@pytest.mark.parametrize("parent", [PARENT, PARENT[:-2] + "00", "cc" + PARENT[2:], "cc" + PARENT[2:] + "-what-comes"])
def test_one_that_it_allows_is(server, parent):
    assert server.client.post("/v1/jobs", json=make_job(), headers={"traceparent": parent}).json()["trace_parent"] == parent
