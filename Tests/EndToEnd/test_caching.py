"""Validators: whoever has an answer already is told so, and nobody is told so wrongly."""

import http.client

import pytest

from harness.bodies import make_job, make_long_job
from harness.client import CONTRACT
from harness.raw import exchange
from test_routes import TEMPLATES, filled, known  # noqa: F401

TAGGED = [template for template in TEMPLATES if "304" in CONTRACT.document["paths"][template].get("get", {}).get("responses", {})]
# What other tests of the shared server change while this one looks.
LISTS = {"/v1/jobs", "/v1/sweeps", "/v1/datasets"}


@pytest.mark.parametrize("template", [template for template in TAGGED if template not in LISTS])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_that_the_client_has_is_not_sent_again(client, known, template, method):  # noqa: F811
    path = filled(template, known) + known["query"].get(template, "")
    first = client.get(path)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    for condition in [tag, f"W/{tag}", "*", f'"other", {tag}', f'"a,b" ,, {tag} ']:
        again = client.request(method, path, headers={"If-None-Match": condition})
        assert (again.status_code, again.content) == (304, b""), condition
        for name in ["ETag", "Cache-Control", "Vary"]:
            assert again.headers.get(name) == first.headers.get(name)
    for condition in ['"other"', f"{tag}x", tag[:-1], tag.strip('"'), tag.upper() if tag.upper() != tag else '"x"', ""]:
        again = client.request(method, path, headers={"If-None-Match": condition})
        assert (again.status_code, again.headers["ETag"]) == (200, tag), condition


@pytest.mark.parametrize("template", [template for template in TEMPLATES if "GET" in CONTRACT.methods(template)])
def test_the_answers_to_get_say_how_they_may_be_kept(client, known, template):  # noqa: F811
    path = filled(template, known) + known["query"].get(template, "")
    response = client.get(path)
    assert ("ETag" in response.headers) == (template in TAGGED)
    expected = "no-store" if template not in TAGGED else "no-cache" if template == "/openapi.yaml" else "private, no-cache"
    assert response.headers["Cache-Control"] == expected


def test_other_answers_are_not_kept(client):
    job = client.submit(make_job())["id"]
    refused = client.post("/v1/jobs", json={})
    for response in [refused, client.get("/v1/jobs/job_x"), client.get("/nothing"), client.post(f"/v1/jobs/{job}/cancel", json={"a": 1})]:
        assert response.status_code >= 400
        assert response.headers["Cache-Control"] == "no-store" and "ETag" not in response.headers
    submitted = client.post("/v1/jobs", json=make_job())
    assert submitted.headers["Cache-Control"] == "no-store" and "ETag" not in submitted.headers


def test_equal_tags_are_equal_bytes_while_a_job_runs_and_after(client):
    job = client.submit(make_long_job())["id"]
    client.wait(job, until={"running"})
    seen = {}
    for number in range(300):
        response = client.get(f"/v1/jobs/{job}")
        assert seen.setdefault(response.headers["ETag"], response.content) == response.content
        if number == 200:
            client.cancel(job)
    assert len(set(seen.values())) == len(seen) > 1
    client.wait(job, until={"cancelled"})
    last = client.get(f"/v1/jobs/{job}")
    for tag in set(seen) - {last.headers["ETag"]}:
        assert client.get(f"/v1/jobs/{job}", headers={"If-None-Match": tag}).content == last.content
    assert client.get(f"/v1/jobs/{job}", headers={"If-None-Match": last.headers["ETag"]}).status_code == 304


def test_a_condition_on_what_is_not_there_is_404(client):
    assert client.get("/v1/jobs/job_000000000000000000000000", headers={"If-None-Match": "*"}).status_code == 404


def test_a_job_that_is_waited_for_is_answered_by_its_tag(client):
    job = client.train(make_job())["id"]
    tag = client.get(f"/v1/jobs/{job}").headers["ETag"]
    assert client.get(f"/v1/jobs/{job}", headers={"If-None-Match": tag, "Prefer": "wait=30"}).status_code == 304
    job = client.submit(make_job(training={"epochs": 2000}))["id"]
    waited = client.get(f"/v1/jobs/{job}", headers={"If-None-Match": tag, "Prefer": "wait=30"})
    assert (waited.status_code, waited.json()["status"]) == (200, "succeeded")


def test_tags_outlive_the_server(start_server):
    server = start_server()
    job = server.client.train(make_job(network={"hidden_layers": [150, 150]}))["id"]
    paths = [f"/v1/jobs/{job}{rest}" for rest in ["", "/weights", "/history", "/events"]]
    tags = [server.client.get(path).headers["ETag"] for path in paths]
    assert len(set(tags)) == len(tags)
    server.terminate()
    server.start()
    for path, tag in zip(paths, tags):
        assert server.client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_the_forms_of_a_plot_have_different_tags(client):
    job = client.train(make_job())["id"]
    answers = [client.get(f"/v1/jobs/{job}/plots/cost", headers={"Accept": form}) for form in ["image/svg+xml", "image/png", "application/json"]]
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    for answer in answers:
        assert answer.headers["Vary"].split(", ")[0] == "Accept"


def test_jobs_trained_alike_have_models_of_one_tag(client):
    tags = {client.get(f"/v1/jobs/{client.train(make_job())['id']}/weights").headers["ETag"] for _ in range(2)}
    tags.add(client.get(f"/v1/jobs/{client.train(make_job(training={'seed': 2}))['id']}/weights").headers["ETag"])
    assert len(tags) == 2


def test_the_connection_goes_on_after_a_304(server):
    job = server.client.train(make_job())["id"]
    tag = server.client.get(f"/v1/jobs/{job}").headers["ETag"]
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    for path in [f"/v1/jobs/{job}", f"/v1/jobs/{job}/weights", "/openapi.yaml"]:
        for _ in range(3):
            connection.request("GET", path, headers={"If-None-Match": "*"})
            response = connection.getresponse()
            assert (response.status, response.read()) == (304, b"")
    request = f"GET /v1/jobs/{job} HTTP/1.1\r\nHost: x\r\nIf-None-Match: {tag}\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    first, second = exchange(server.address, request.encode())
    assert (first.status_code, second.status_code) == (304, 200)
    assert "Content-Type" not in first.headers


def test_a_304_tells_the_length_of_what_it_does_not_send_or_none(server):
    client = server.client
    small, large = (client.train(make_job(network={"hidden_layers": [units]}))["id"] for units in [4, 20_000])
    for path in [f"/v1/jobs/{small}", f"/v1/jobs/{small}/weights", f"/v1/jobs/{small}/plots/cost", f"/v1/jobs/{large}/weights", "/openapi.yaml"]:
        for coding in ["", "Accept-Encoding: gzip\r\n"]:
            def ask(headers):
                return exchange(server.address, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{coding}{headers}\r\n".encode())[0]
            whole, known = ask(""), ask("If-None-Match: *\r\n")
            assert (known.status_code, known.content) == (304, b"")
            assert known.headers.get("Content-Length") == whole.headers.get("Content-Length")
            assert "Transfer-Encoding" not in known.headers
