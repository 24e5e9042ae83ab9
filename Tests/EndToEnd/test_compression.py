"""gzip for clients that take it: the same bytes, another coding, another tag."""

import gzip
import http.client
import socket
import subprocess

import pytest

from harness.bodies import inline, make_job
from harness.client import CONTRACT
from harness.raw import exchange
from test_routes import TEMPLATES, filled, known  # noqa: F401

GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
# A document of half a megabyte, which is written and coded while it is sent.
LARGE = make_job(data=inline(rows=24, features=50), network={"hidden_layers": [200, 150]}, training={"epochs": 1})
# What others change meanwhile.
LISTS = {"/v1/jobs", "/v1/sweeps", "/v1/datasets", "/metrics"}


@pytest.fixture(scope="module")
def large(server):
    job = server.client.train(LARGE)["id"]
    return f"/v1/jobs/{job}/weights"


def raw(server, path, headers=PLAIN, method="GET"):
    """The answer as it is on the wire."""
    connection = http.client.HTTPConnection(*server.address, timeout=120)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize("template", [template for template in TEMPLATES if "GET" in CONTRACT.methods(template) and template not in LISTS])
def test_the_coded_answer_is_the_plain_one(server, known, template):  # noqa: F811
    path = filled(template, known) + known["query"].get(template, "")
    plain, expected = raw(server, path)
    coded, body = raw(server, path, GZIP)
    assert (plain.status, coded.status, plain.headers["Content-Encoding"]) == (200, 200, None)
    assert coded.headers["Content-Type"] == plain.headers["Content-Type"]
    if len(expected) < 1024 or plain.headers["Content-Type"] == "image/png":
        assert (coded.headers["Content-Encoding"], body) == (None, expected)
        return
    assert coded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == expected and len(body) < len(expected)
    assert coded.headers["Vary"] == plain.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"].split(", ")
    if plain.headers["ETag"]:
        assert coded.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-gzip"'
    headed, nothing = raw(server, path, GZIP, "HEAD")
    assert nothing == b"" and headed.status == 200
    differing = {"Date", "Transfer-Encoding", "Connection", "X-Request-Id"}
    assert {name: value for name, value in headed.getheaders() if name not in differing} == {
        name: value for name, value in coded.getheaders() if name not in differing}


def test_each_coding_has_its_own_tag(client, large):
    for path in [large, large.removesuffix("/weights"), "/openapi.yaml"]:
        tags = {name: client.get(path, headers=headers).headers["ETag"] for name, headers in [("gzip", GZIP), ("plain", PLAIN)]}
        assert tags["gzip"] != tags["plain"]
        for name, headers in [("gzip", GZIP), ("plain", PLAIN)]:
            assert client.get(path, headers={**headers, "If-None-Match": tags[name]}).status_code == 304
            other = tags["plain" if name == "gzip" else "gzip"]
            assert client.get(path, headers={**headers, "If-None-Match": other}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip", "gzip"), ("GZIP", "gzip"), ("x-gzip", "gzip"), ("*", "gzip"), ("br, gzip;q=0.5", "gzip"), ("gzip, identity;q=0", "gzip"), ("", None), ("identity", None),
     ("br", None), ("gzip;q=0", None), ("*;q=0", None), ("identity, gzip;q=0.5", None), ("gzip;q=5", None), ("gzip;;q=1", None), (";", None), ("\x80", None)])
def test_the_clients_wish_is_heeded(server, accepted, coding):
    response, body = raw(server, "/openapi.yaml", {"Accept-Encoding": accepted.encode("latin-1")})
    assert (response.status, response.headers["Content-Encoding"]) == (200, coding)
    assert (gzip.decompress(body) if coding else body)[:20] == raw(server, "/openapi.yaml")[1][:20]


def test_a_client_that_sends_no_wish_gets_the_bytes_as_they_are(server):
    answer = exchange(server.address, b"GET /openapi.yaml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0]
    assert "Content-Encoding" not in answer.headers and answer.headers["Vary"] == "Accept-Encoding"


def test_small_answers_are_coded_only_where_nothing_else_will_do(server):
    assert raw(server, "/livez", GZIP)[0].headers["Content-Encoding"] is None
    response, body = raw(server, "/livez", {"Accept-Encoding": "gzip, identity;q=0"})
    assert (response.headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", b'{"status":"ok"}\n')


def test_curl_undoes_the_coding_of_a_large_model(server, large, tmp_path):
    plain, coded = tmp_path / "plain", tmp_path / "coded"
    subprocess.run(["curl", "-sS", "--fail", "-o", plain, server.client.url + large], check=True, timeout=60)
    subprocess.run(["curl", "-sS", "--fail", "--compressed", "-o", coded, server.client.url + large], check=True, timeout=60)
    assert plain.read_bytes() == coded.read_bytes() and len(plain.read_bytes()) > 300_000


def test_a_part_is_one_of_the_plain_bytes(client, server, large):
    document = raw(server, large)[1]
    response, body = raw(server, large, {**GZIP, "Range": "bytes=100000-100099"})
    assert (response.status, response.headers["Content-Encoding"], body) == (206, None, document[100000:100100])
    # A client that has half of the coded form is not given bytes of another one.
    coded = client.request("HEAD", large, headers=GZIP).headers["ETag"]
    response, body = raw(server, large, {**GZIP, "Range": "bytes=100000-100099", "If-Range": coded})
    assert (response.status, gzip.decompress(body)) == (200, document)


def test_predictions_and_problems_are_coded_too(server):
    client = server.client
    job = client.train(make_job())["id"]
    connection = http.client.HTTPConnection(*server.address, timeout=120)
    for path, body, status in [(f"/v1/jobs/{job}/predictions", '{"x": [' + ",".join(["[1,2]"] * 500) + "]}", 200), ("/v1/jobs", '{"data": {' + ",".join(f'"a{n}": 1' for n in range(40)) + "}}", 422)]:
        answers = []
        for headers in [PLAIN, GZIP]:
            connection.request("POST", path, body, {"Content-Type": "application/json", "X-Request-Id": "one-for-both", **headers})
            response = connection.getresponse()
            content = response.read()
            assert (response.status, response.headers["Content-Encoding"]) == (status, "gzip" if headers is GZIP else None)
            answers.append(gzip.decompress(content) if headers is GZIP else content)
        assert answers[0] == answers[1]


def test_events_are_not_coded(server):
    job = server.client.train(make_job())["id"]
    response, body = raw(server, f"/v1/jobs/{job}/events", {**GZIP, "Accept": "text/event-stream"})
    assert response.headers["Content-Encoding"] is None and body.startswith(b"id: 1\n")


def narrow_connection(address):
    """A connection with a small window from its start: made smaller later, segments on their way would be dropped."""
    connection = socket.socket()
    connection.settimeout(120)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(address)
    return connection


def test_clients_that_take_a_coded_model_slowly_hold_nobody_up(server, large):
    slow = []
    for _ in range(12):
        connection = narrow_connection(server.address)
        connection.sendall(f"GET {large} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
        slow.append(connection)
    heads = [connection.recv(1000) for connection in slow]
    assert all(head.startswith(b"HTTP/1.1 200 ") for head in heads)
    # There are fewer threads for such work than slow clients.
    assert gzip.decompress(raw(server, large, GZIP)[1]).endswith(b"}")
    assert server.client.get("/livez").status_code == 200
    for connection in slow[::2]:
        connection.close()
    for connection, head in list(zip(slow, heads))[1::2]:
        body = head + b"".join(iter(lambda: connection.recv(1 << 20), b""))
        assert body.endswith(b"\r\n0\r\n\r\n")
        connection.close()


def test_a_stop_while_coded_models_are_sent_is_clean(start_server):
    server = start_server()
    path = f"/v1/jobs/{server.client.train(LARGE)['id']}/weights"
    clients = []
    for _ in range(6):
        connection = narrow_connection(server.address)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        clients.append(connection)
    assert server.terminate(timeout=20) == 0
    for connection in clients:
        connection.close()
