"""Requests that two servers could read differently are refused, and the connection with them."""

import json
import socket

import pytest

from harness import raw
from harness.bodies import make_job

JOB = json.dumps(make_job()).encode()
LENGTH = str(len(JOB)).encode()
SMUGGLED = b"GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n"


def post(*headers, body=JOB):
    lines = [b"POST /v1/jobs HTTP/1.1", *headers, b"Content-Type: application/json"]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body + SMUGGLED


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(JOB), JOB)
CASES = {
    "length and chunked": post(b"Host: x", b"Content-Length: " + LENGTH, b"Transfer-Encoding: chunked", body=CHUNKED),
    "chunked and length": post(b"Host: x", b"Transfer-Encoding: chunked", b"Content-Length: 0", body=CHUNKED),
    "two lengths": post(b"Host: x", b"Content-Length: " + LENGTH, b"Content-Length: 0"),
    "two equal lengths": post(b"Host: x", b"Content-Length: " + LENGTH, b"Content-Length: " + LENGTH),
    "two hosts": post(b"Host: x", b"Host: y", b"Content-Length: " + LENGTH),
    "no host": post(b"Content-Length: " + LENGTH),
    "space before the colon": post(b"Host: x", b"Content-Length : " + LENGTH),
    "space before the colon of the coding": post(b"Host: x", b"Transfer-Encoding : chunked", body=CHUNKED),
    "chunked in HTTP/1.0": post(b"Host: x", b"Transfer-Encoding: chunked", body=CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "folded header": post(b"Host: x", b"X: a\r\n b", b"Content-Length: " + LENGTH),
    # libmicrohttpd writes the second line over the first: the length would be gone, and the body a request.
    "folded length": post(b"Host: x", b"Content-Length: " + LENGTH + b"\r\n zzzz"),
    "length made by folding": post(b"Host: x", b"Content-Len: 4\r\n gth"),
    "LF alone": post(b"Host: x\nX: y", b"Content-Length: " + LENGTH),
    "NUL in a header": post(b"Host: x", b"X: a\0b", b"Content-Length: " + LENGTH),
    "host that is none": post(b"Host: a/b", b"Content-Length: " + LENGTH),
    "NUL in the path": b"GET /v1/jobs%00x HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "broken percent encoding": b"GET /v1/jobs/%zz HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "path that is not UTF-8": b"GET /v1/jobs/%ff HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
}


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_request_is_400_and_ends_the_connection(server, name):
    path = CASES[name].split()[1].decode()
    method = CASES[name].split()[0].decode()
    if "jobs/" in path or "%00" in path:
        method, path = "GET", "/v1/jobs/job_000000000000000000000000"
    answer = raw.checked_exchange(server.address, CASES[name], method, path)
    assert answer.status_code == 400 and json.loads(answer.content)["code"] == "malformed_request"


# libmicrohttpd answers these itself, before the service sees them.
LENGTHS = {
    "a list of lengths": post(b"Host: x", b"Content-Length: " + LENGTH + b", " + LENGTH),
    "signed length": post(b"Host: x", b"Content-Length: +" + LENGTH),
    "negative length": post(b"Host: x", b"Content-Length: -1"),
    "hexadecimal length": post(b"Host: x", b"Content-Length: 0x10"),
    "empty length": post(b"Host: x", b"Content-Length: "),
    "length beyond 64 bits": post(b"Host: x", b"Content-Length: 99999999999999999999999"),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_length_that_is_no_number_is_refused_and_ends_the_connection(server, name):
    received = raw.exchange_bytes(server.address, LENGTHS[name])
    assert received.split(b" ", 2)[1] in (b"400", b"413")
    assert b" 200 " not in received and b" 202 " not in received


@pytest.mark.parametrize("coding", [b"gzip", b"xchunked", b"gzip, chunked", b"chunked, chunked", b"identity", b"chunked;x=1", b"chunked "])
def test_a_transfer_coding_other_than_chunked_is_refused(server, coding):
    answer = raw.checked_exchange(server.address, post(b"Host: x", b"Transfer-Encoding: " + coding, body=CHUNKED), "POST", "/v1/jobs")
    assert answer.status_code == 501 and json.loads(answer.content)["code"] == "not_implemented"


@pytest.mark.parametrize("noise", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"\xff" * 4096, b"A" * 100_000,
                                   b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"])
def test_noise_ends_the_connection_and_not_the_server(server, client, noise):
    with socket.create_connection(server.address, timeout=30) as connection:
        try:
            connection.sendall(noise)
            if len(noise) < 10_000:
                raw.wait_until_read(connection)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        received = raw.until_closed(connection)
    assert b" 200 " not in received.split(b"\r\n")[0]
    assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("target", ["/v1/jobs/..", "/v1/jobs/%2e%2e", "/v1/jobs/%2E%2E/datasets", "/v1/jobs%2Fx", "/v1/jobs/job_%2F..%2F..", "/./v1/jobs", "//v1/jobs", "/v1/../openapi.yaml", "/..%2f..%2fetc/passwd"])
def test_dots_and_encoded_slashes_lead_nowhere(server, target):
    answers = raw.exchange(server.address, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert [answer.status_code for answer in answers] == [404]


def test_a_connection_serves_many_requests(server):
    requests = b"".join(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" for _ in range(50))
    last = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = raw.exchange(server.address, requests + last)
    assert [answer.status_code for answer in answers] == [200] * 51


@pytest.mark.parametrize("target", ["/livez", "/v1/jobs", "/nothing"])
def test_what_follows_a_connect_is_no_request(server, target):
    answers = raw.exchange(server.address, f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode() + SMUGGLED)
    assert [answer.status_code for answer in answers] == [404 if target == "/nothing" else 405]


@pytest.mark.parametrize("body", [CHUNKED, CHUNKED.replace(b"\r\n", b";a=b\n", 1), CHUNKED[:-2] + b"no colon: \rGET / HTTP/1.1\r\n\r\n"])
def test_what_follows_chunks_is_no_request(server, body):
    answers = raw.exchange(server.address, post(b"Host: x", b"Transfer-Encoding: chunked", body=body))
    assert [answer.status_code for answer in answers] == [202] and answers[0].headers["Connection"] == "close"


def test_empty_lines_before_a_request_are_passed_over(server):
    request = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = raw.exchange(server.address, b"\r\n" + request + b"\r\n\r\n" + request.replace(b"x\r\n", b"x\r\nConnection: close\r\n"))
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_client_that_leaves_in_the_middle_of_a_body_stores_nothing(start_server):
    server = start_server()
    for path, media_type in (("/v1/jobs", "application/json"), ("/v1/datasets", "text/csv")):
        for _ in range(5):
            with socket.create_connection(server.address, timeout=30) as connection:
                connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\nContent-Length: 100000\r\n\r\n".encode() + b"a,b\n" * 100)
    assert server.client.get("/v1/jobs").json()["data"] == [] and server.client.get("/v1/datasets").json()["data"] == []
    server.client.train(make_job())
    server.client.upload("a,y\n1,0\n2,1\n")
    assert len(server.client.get("/v1/jobs").json()["data"]) == 1 and len(server.client.get("/v1/datasets").json()["data"]) == 1


def test_expect_100_continue_is_answered(server):
    with socket.create_connection(server.address, timeout=30) as connection:
        connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: " + LENGTH + b"\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(JOB)
        assert raw.parse(raw.until_closed(connection))[0].status_code == 202
