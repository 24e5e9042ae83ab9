"""The route table: every path with every method."""

import pytest

from harness.bodies import make_job
from harness.client import CONTRACT

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
UNKNOWN = {"jobs": "job_000000000000000000000000", "sweeps": "sweep_000000000000000000000000", "datasets": "ds_000000000000000000000000"}
TEMPLATES = list(CONTRACT.document["paths"])


def filled(template, ids=UNKNOWN):
    kind = template.split("/")[2] if "{id}" in template else None
    return template.replace("{id}", ids[kind] if kind else "").replace("{format}", "svg").replace("{parameter}", "l2_lambda")


@pytest.mark.parametrize(
    ("template", "method"),
    [(template, method) for template in TEMPLATES for method in METHODS if method not in CONTRACT.methods(template)])
def test_a_method_that_a_path_does_not_know_is_405_and_names_those_it_knows(client, template, method):
    response = client.request(method, filled(template))
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == CONTRACT.methods(template)


def test_head_on_a_path_without_get_is_405(client):
    for template in TEMPLATES:
        if "GET" not in CONTRACT.methods(template):
            assert client.request("HEAD", filled(template)).status_code == 405


@pytest.mark.parametrize("template", [template for template in TEMPLATES if "{id}" in template])
def test_an_unknown_id_is_404(client, template):
    for method in sorted(CONTRACT.methods(template) - {"HEAD"}):
        arguments = {"json": {"x": [[1, 2]]}} if template.endswith("predictions") else {}
        response = client.request(method, filled(template), **arguments)
        assert response.status_code == 404, f"{method}: {response.text}"
        assert response.json()["errors"] == []


@pytest.mark.parametrize("id", ["x", "job_", "JOB_000000000000000000000000", "job_00000000000000000000000/", "%2e%2e", "job_%2F", "ü", "job_0000000000000000000000001"])
def test_what_is_no_id_is_404(client, id):
    assert client.get(f"/v1/jobs/{id}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1/jobs/", "/v1/job", "/V1/jobs", "/v2/jobs", "/v1%2Fjobs", "/v1/gradient-checks/x", "/openapi.json", "/v1/jobs/x/y/z", "/v1/jobs/x/plots", "/v1/jobs/x/plots/loss.svg"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_404(client, method, path):
    assert client.request(method, path).status_code == 404


@pytest.fixture(scope="module")
def known(server):
    client = server.client
    dataset = client.upload("a,b,y\n1,2,0\n3,4,1\n")
    sweep = client.finished_sweep({"job": make_job(), "search": {"parameters": {"l2_lambda": [0]}}})
    jobs = [client.train(make_job())["id"] for _ in range(2)]
    return {
        "jobs": jobs[0], "sweeps": sweep["id"], "datasets": dataset["id"],
        "query": {"/v1/comparisons": f"?jobs={','.join(jobs)}"}}


@pytest.mark.parametrize("template", [template for template in TEMPLATES if "GET" in CONTRACT.methods(template)])
def test_head_answers_like_get_without_the_body(client, known, template):
    path = filled(template, known) + known["query"].get(template, "")
    got, headed = (client.request(method, path, headers={"Accept-Encoding": "identity"}) for method in ("GET", "HEAD"))
    assert (headed.status_code, headed.content) == (got.status_code, b"") and got.status_code == 200
    assert headed.headers["Content-Type"] == got.headers["Content-Type"]
    if "Content-Length" in headed.headers and template not in ("/v1/jobs", "/v1/sweeps", "/v1/datasets", "/metrics"):
        assert int(headed.headers["Content-Length"]) == len(got.content)
    assert set(got.headers) - set(headed.headers) <= {"Content-Length", "Transfer-Encoding"}


def test_head_of_an_unknown_job_is_404(client):
    assert client.request("HEAD", filled("/v1/jobs/{id}")).status_code == 404


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/sweeps", "/v1/datasets"])
@pytest.mark.parametrize(
    ("query", "name"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("limit=-1", "limit"), ("limit=ten", "limit"), ("limit=", "limit"), ("limit=1.5", "limit"),
     ("limit=99999999999999999999", "limit"), ("limit=5&limit=6", "limit"), ("after=x", "after"), ("after=", "after"), ("colour=red", "colour")])
def test_a_bad_query_is_422_and_names_the_parameter(client, path, query, name):
    response = client.get(f"{path}?{query}")
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == [f"/query/{name}"]
    assert name in response.json()["errors"][0]["detail"] or name in response.json()["detail"]


@pytest.mark.parametrize(("path", "id"), [("/v1/jobs", UNKNOWN["jobs"]), ("/v1/sweeps", UNKNOWN["sweeps"]), ("/v1/datasets", UNKNOWN["datasets"])])
def test_a_cursor_that_does_not_exist_is_422(client, path, id):
    response = client.get(path, params={"after": id})
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/query/after"]


@pytest.mark.parametrize("word", ["done", "", "QUEUED", "queued,running"])
def test_an_unknown_status_in_a_query_is_422(client, word):
    response = client.get("/v1/jobs", params={"status": word})
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/query/status"]


def test_all_the_faults_of_a_query_come_at_once(client):
    response = client.get("/v1/jobs?limit=0&status=done&colour=red")
    assert {fault["pointer"] for fault in response.json()["errors"]} == {"/query/limit", "/query/status", "/query/colour"}
