"""What is somebody's is not there for anybody else: every path of openapi.yaml that names something, a later one included."""

import re
import time

import pytest

from harness.bodies import inline, make_job, make_long_job
from harness.client import CONTRACT
from harness.contract import METHODS
from harness.keys import await_known, client, create, shared
from harness.server import Server

UNKNOWN = {"jobs": "job_000000000000000000000000", "sweeps": "sweep_000000000000000000000000", "datasets": "ds_000000000000000000000000"}
NAMED = [
    (method.upper(), path) for path, item in CONTRACT.document["paths"].items() for method in item if method in METHODS and "{id}" in path]
BODIES = {"/v1/jobs/{id}/predictions": {"x": [[0, 0]]}}
HEADERS = [{}, {"Accept": "text/event-stream"}, {"Prefer": "wait=5"}, {"If-None-Match": "*"}, {"Range": "bytes=0-9"}]
CSV = "a,b,y\n" + "".join(f"{n},{n % 7},{n % 2}\n" for n in range(40))


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    """A server on which ada has one of everything, finished and unfinished, and bob nothing."""
    server = Server(tmp_path_factory.mktemp("estate"), workers=4).start()
    people = shared(server, ["ada", "bob"])
    ada = people.ada
    dataset = ada.upload(CSV, name="ada's")["id"]
    search = {"parameters": {"l2_lambda": [0, 1]}}
    done = ada.train(make_job())["id"]
    sweep = ada.finished_sweep({"job": make_job(), "search": search})["id"]
    running = ada.submit(make_long_job())["id"]
    ada.wait(running, until={"running"})
    unfinished = ada.submit_sweep({"job": make_long_job(), "search": search})["id"]
    # Its jobs are made one after the other; nothing of the estate changes any more when they are there.
    deadline = time.monotonic() + 60
    while len(ada.get(f"/v1/jobs?sweep={unfinished}&status=running").json()["data"]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    trial = ada.get(f"/v1/jobs?sweep={sweep}").json()["data"][0]["id"]
    ids = {"jobs": [done, trial, running], "sweeps": [sweep, unfinished], "datasets": [dataset]}
    yield server, people, ids
    server.kill()


def target(path, id):
    values = {"id": id, "format": "svg", "parameter": "l2_lambda"}
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], path)


def everything(client):
    """What there is, without what time alone changes."""
    return {
        kind: [(thing["id"], thing.get("status") in ("succeeded", "failed", "cancelled"), thing["owner"]) for thing in client.get(f"/v1/{kind}?limit=100").json()["data"]]
        for kind in UNKNOWN}


def said(answer, name=""):
    """An answer without what it calls the request, and the thing."""
    own = answer.headers["X-Request-Id"]
    return answer.text.replace(own, "").replace(name, "") if name else answer.text.replace(own, "")


@pytest.mark.parametrize(("method", "path"), NAMED)
def test_anothers_is_answered_as_if_it_were_not_there(estate, method, path):
    _, people, ids = estate
    before = everything(people.admin)
    kind = path.split("/")[2]
    for headers in HEADERS:
        arguments = {"json": BODIES[path]} if path in BODIES else {}
        nothing = people.bob.request(method, target(path, UNKNOWN[kind]), headers=headers, **arguments)
        # A plot that has no form which the client accepts is told so first, whosever it is.
        assert nothing.status_code in ((404, 406) if "Accept" in headers else (404,))
        for id in ids[kind]:
            answer = people.bob.request(method, target(path, id), headers=headers, **arguments)
            assert answer.status_code == nothing.status_code, f"{headers}: {answer.text[:200]}"
            assert said(answer) == said(nothing), "nothing tells the two apart"
            told = {name for name in answer.headers if name.lower() not in ("date", "x-request-id", "traceparent")}
            assert told == {name for name in nothing.headers if name.lower() not in ("date", "x-request-id", "traceparent")}
    assert everything(people.admin) == before, "and nothing has changed"


def test_a_job_that_was_just_read_is_not_answered_from_memory(estate):
    _, people, ids = estate
    for id in ids["jobs"]:
        for _ in range(3):
            assert people.ada.get(f"/v1/jobs/{id}").status_code == 200
            assert people.bob.get(f"/v1/jobs/{id}").status_code == 404


def test_lists_have_ones_own_alone(estate):
    _, people, ids = estate
    for kind, owned in ids.items():
        assert people.bob.get(f"/v1/{kind}").json()["data"] == []
        for client in (people.ada, people.admin):
            listed = {thing["id"]: thing["owner"] for thing in client.get(f"/v1/{kind}?limit=100").json()["data"]}
            assert set(owned) <= set(listed) and set(listed.values()) == {"ada"}
    assert people.bob.get(f"/v1/jobs?sweep={ids['sweeps'][0]}").json()["data"] == []
    assert people.bob.get("/v1/jobs?status=running").json()["data"] == []


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_list_does_not_go_on_from_anothers(estate, kind):
    _, people, ids = estate
    unknown = people.bob.get(f"/v1/{kind}?after={UNKNOWN[kind]}")
    assert unknown.status_code == 422
    for id in ids[kind]:
        answer = people.bob.get(f"/v1/{kind}?after={id}")
        assert (answer.status_code, said(answer)) == (422, said(unknown))
        assert people.ada.get(f"/v1/{kind}?after={id}").status_code == 200


def test_a_comparison_has_ones_own_alone(estate):
    _, people, ids = estate
    done, trial = ids["jobs"][:2]
    assert people.ada.get(f"/v1/comparisons?jobs={done},{trial}").status_code == 200
    own = people.bob.train(make_job())["id"]
    answer, unknown = [people.bob.get(f"/v1/comparisons?jobs={own},{other}") for other in (done, UNKNOWN["jobs"])]
    assert answer.status_code == unknown.status_code == 422
    assert said(answer, done) == said(unknown, UNKNOWN["jobs"])
    assert people.bob.delete(f"/v1/jobs/{own}").status_code == 204


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/gradient-checks", "/v1/sweeps", "/v1/jobs:estimate", "/v1/jobs:validate", "/v1/sweeps:validate"])
def test_nobody_trains_on_anothers_data(estate, path):
    _, people, ids = estate

    def refusal(dataset):
        job = make_job(data={"dataset": dataset, "target": "y"})
        answer = people.bob.post(path, json={"job": job, "search": {"parameters": {"l2_lambda": [0, 1]}}} if path.startswith("/v1/sweeps") else job)
        return answer.status_code, said(answer)

    status, content = refusal(ids["datasets"][0])
    assert status == 422 and (status, content) == refusal(UNKNOWN["datasets"])


def test_equal_data_is_everybodys_own(estate):
    _, people, ids = estate
    (adas,) = ids["datasets"]
    bobs = people.bob.upload(CSV, name="bob's")
    assert bobs["id"] != adas and bobs["owner"] == "bob" and bobs["name"] == "bob's"
    job = people.bob.train(make_job(data={"dataset": bobs["id"], "target": "y"}))
    assert job["owner"] == "bob" and people.ada.get(f"/v1/jobs/{job['id']}").status_code == 404
    # What the two share goes with the last of them.
    assert people.bob.delete(f"/v1/jobs/{job['id']}").status_code == 204
    assert people.bob.delete(f"/v1/datasets/{bobs['id']}").status_code == 204
    job = people.ada.train(make_job(data={"dataset": adas, "target": "y"}))
    assert people.ada.delete(f"/v1/jobs/{job['id']}").status_code == 204


def test_a_request_key_is_its_owners(estate):
    _, people, _ = estate
    headers = {"Idempotency-Key": "the same"}
    first, second = [client.post("/v1/jobs", json=make_job(), headers=headers) for client in (people.ada, people.bob)]
    assert first.status_code == second.status_code == 202 and first.json()["id"] != second.json()["id"]
    other = people.bob.post("/v1/jobs", json=make_job(data=inline(rows=44)), headers=headers)
    assert other.status_code == 422, "bob's own request, which was another"
    again = people.ada.post("/v1/jobs", json=make_job(), headers=headers)
    assert again.status_code == 200 and again.json()["id"] == first.json()["id"]
    for client, made in ((people.ada, first), (people.bob, second)):
        client.cancel(made.json()["id"])
        client.wait(made.json()["id"])
        assert client.delete(f"/v1/jobs/{made.json()['id']}").status_code == 204


def test_two_keys_of_one_owner_share_what_they_make(estate):
    server, people, ids = estate
    second = create(server.directory, "ada")
    other = await_known(client(server, second))
    assert other.job(ids["jobs"][0]) == people.ada.job(ids["jobs"][0])


def test_an_administrator_acts_on_what_is_anybodys(estate):
    _, people, _ = estate
    job = people.ada.submit(make_long_job())["id"]
    assert people.admin.job(job)["owner"] == "ada"
    assert people.admin.cancel(job).status_code in (200, 202)
    people.admin.wait(job, until={"cancelled"})
    assert people.admin.delete(f"/v1/jobs/{job}").status_code == 204
    assert people.ada.get(f"/v1/jobs/{job}").status_code == 404
    own = people.admin.train(make_job())
    assert own["owner"] == "operator" and people.ada.get(f"/v1/jobs/{own['id']}").status_code == 404
    assert people.admin.delete(f"/v1/jobs/{own['id']}").status_code == 204
