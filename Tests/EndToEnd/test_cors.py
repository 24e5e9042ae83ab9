"""Pages of other origins: nothing for them unless they are listed."""

import subprocess

import pytest

from harness.bodies import make_job
from harness.client import CONTRACT
from harness.server import BINARY
from test_routes import TEMPLATES, filled

PAGE, OTHER = "https://a.example", "https://evil.example"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type, idempotency-key"}


def cors(response):
    return {name: value for name, value in response.headers.items() if name.startswith("Access-Control-")}


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    from harness.server import Server
    server = Server(tmp_path_factory.mktemp("listed"), options=["--cors-origin", PAGE, "--cors-origin", "HTTP://LOCALHOST:3000"]).start()
    yield server.client
    server.kill()


def test_no_page_may_do_anything_unless_told(client):
    response = client.get("/v1/jobs", headers={"Origin": PAGE})
    assert response.status_code == 200 and not cors(response) and "Origin" not in response.headers.get("Vary", "")
    refused = client.request("OPTIONS", "/v1/jobs", headers={"Origin": PAGE, **ASKED})
    assert refused.status_code == 405 and not cors(refused)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_preflight_is_told_the_methods_of_the_path(listed, template):
    response = listed.session.options(listed.url + filled(template), headers={"Origin": PAGE, **ASKED}, timeout=10)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == CONTRACT.methods(template)
    allowed = {name.lower() for name in response.headers["Access-Control-Allow-Headers"].split(", ")}
    assert {"authorization", "content-type", "idempotency-key", "if-none-match", "range", "last-event-id", "prefer", "traceparent"} <= allowed
    assert int(response.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"] and response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("origin", [OTHER, "null", "", "https://a.example.evil.example", "https://a.example:8443", "http://a.example", f"{PAGE}/", f"{PAGE}, {OTHER}", "*"])
def test_another_page_gets_nothing(listed, origin):
    response = listed.get("/v1/jobs", headers={"Origin": origin})
    assert response.status_code == 200 and not cors(response) and "Origin" in response.headers["Vary"]
    refused = listed.request("OPTIONS", "/v1/jobs", headers={"Origin": origin, **ASKED})
    assert refused.status_code == 405 and not cors(refused)


def test_what_is_no_preflight_is_405(listed):
    assert listed.request("OPTIONS", "/v1/jobs").status_code == 405
    assert listed.request("OPTIONS", "/v1/jobs", headers={"Origin": PAGE}).status_code == 405
    assert listed.request("OPTIONS", "/nothing", headers={"Origin": PAGE, **ASKED}).status_code == 404


@pytest.mark.parametrize("origin", [PAGE, "http://localhost:3000"])
def test_a_listed_page_may_read_every_answer(listed, origin):
    job = listed.train(make_job())["id"]
    own = {"Origin": origin}
    answers = [
        listed.get("/v1/jobs", headers=own), listed.get(f"/v1/jobs/{job}", headers=own),
        listed.get(f"/v1/jobs/{job}", headers={**own, "If-None-Match": "*"}), listed.get(f"/v1/jobs/{job}/weights", headers={**own, "Range": "bytes=0-9"}),
        listed.get("/v1/jobs/x", headers=own), listed.get("/nothing", headers=own), listed.post("/v1/jobs", json={}, headers=own),
        listed.post("/v1/jobs", json=make_job(), headers=own), listed.delete("/v1/jobs", headers=own),
        listed.post("/v1/jobs", data="{", headers=own), listed.get(f"/v1/jobs/{job}/plots/cost", headers=own),
        listed.post(f"/v1/jobs/{job}/cancel", data="x" * 2000, headers=own)]
    assert {answer.status_code for answer in answers} >= {200, 202, 206, 304, 404, 405, 413, 415, 422}
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        exposed = {name.lower() for name in answer.headers["Access-Control-Expose-Headers"].split(", ")}
        assert {"location", "etag", "retry-after", "idempotent-replayed", "ratelimit", "x-request-id", "content-range"} <= exposed
        assert answer.headers["Vary"].split(", ").count("Origin") == 1
    events = listed.session.get(f"{listed.url}/v1/jobs/{job}/events", headers={**own, "Accept": "text/event-stream"}, timeout=10)
    assert events.headers["Access-Control-Allow-Origin"] == origin


def test_a_star_lets_every_page_in_without_credentials(start_server):
    client = start_server(options=["--cors-origin", "*"]).client
    for headers in [{"Origin": OTHER}, {"Origin": "null"}, {}]:
        response = client.get("/v1/jobs", headers=headers)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
    preflight = client.session.options(client.url + "/v1/jobs", headers={"Origin": OTHER, **ASKED}, timeout=10)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_the_environment_lists_origins_too(start_server, monkeypatch):
    monkeypatch.setenv("ESPALIER_CORS_ORIGIN", f"{OTHER}, {PAGE}")
    client = start_server().client
    for origin in [PAGE, OTHER]:
        assert client.get("/livez", headers={"Origin": origin}).headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("origin", ["a.example", "https://", "https://a.example/", "https://a.example/path", "https://user@a.example", "null", "", "https://a.example https://b.example", "https://ä.example"])
def test_what_is_no_origin_is_refused_at_the_start(origin, tmp_path):
    result = subprocess.run(
        [BINARY, "serve", "--port", "0", "--data-dir", tmp_path / "data", "--cors-origin", origin], capture_output=True, text=True, timeout=20)
    assert result.returncode != 0 and "--cors-origin" in result.stderr
