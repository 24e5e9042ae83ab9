"""What browsers are told of every answer, whoever makes it."""

import pytest

from harness.bodies import make_job
from harness.raw import exchange
from test_routes import TEMPLATES, filled, known  # noqa: F401
from harness.client import CONTRACT

POLICY = "default-src 'none'; frame-ancestors 'none'"


def check(response, policy=POLICY):
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Content-Security-Policy"] == policy
    assert "Cache-Control" in response.headers
    assert "Strict-Transport-Security" not in response.headers
    assert "Server" not in response.headers


@pytest.mark.parametrize("template", [template for template in TEMPLATES if "GET" in CONTRACT.methods(template)])
def test_every_answer_to_get_has_them(client, known, template):  # noqa: F811
    path = filled(template, known) + known["query"].get(template, "")
    response = client.get(path)
    assert response.status_code == 200
    svg = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    check(response, svg if response.headers["Content-Type"] == "image/svg+xml" else POLICY)
    check(client.get(filled(template)))


def test_refusals_have_them(client):
    job = client.submit(make_job())["id"]
    for response in [
            client.get("/nothing"), client.request("PUT", "/v1/jobs"), client.post("/v1/jobs", json={}), client.post("/v1/jobs", data="{"),
            client.post(f"/v1/jobs/{job}/cancel", data="x" * 2000), client.get("/v1/jobs?a=b"), client.post("/v1/jobs")]:
        assert response.status_code >= 400
        check(response)


def test_answers_to_post_and_delete_have_them(client):
    submitted = client.post("/v1/jobs", json=make_job())
    check(submitted)
    client.wait(submitted.json()["id"])
    deleted = client.delete(f"/v1/jobs/{submitted.json()['id']}")
    assert deleted.status_code == 204
    check(deleted)


@pytest.mark.parametrize(
    "request_text",
    ["GET /livez HTTP/1.1\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
     "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
     "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"])
def test_the_daemons_own_refusals_have_them(server, request_text):
    check(exchange(server.address, request_text.encode())[0])


def test_a_model_and_its_parts_have_them(client):
    path = f"/v1/jobs/{client.train(make_job(network={'hidden_layers': [300, 100]}))['id']}/weights"
    for headers in [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=999999999-"}, {"If-None-Match": "*"}, {"Accept-Encoding": "gzip"}]:
        check(client.get(path, headers=headers))
