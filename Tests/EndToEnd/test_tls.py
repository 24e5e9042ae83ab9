"""TLS, by clients of OpenSSL: curl, openssl and Python."""

import json
import signal
import socket
import ssl
import subprocess

import pytest

from harness import raw
from harness.bodies import make_job, make_long_job
from harness.client import CONTRACT
from harness.server import BINARY


def make_certificate(folder, name, *, host="127.0.0.1"):
    """A self-signed certificate for `host` whose subject is `name`, and its key."""
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=IP:{host}", "-out", str(paths[0]), "-keyout", str(paths[1])], check=True, capture_output=True)
    return paths


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path, "first")


@pytest.fixture
def secure(start_server, certificate):
    return start_server(options=["--tls-cert", certificate[0], "--tls-key", certificate[1]], scheme="https")


def curl(server, certificate, path, *options):
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "30", "--cacert", str(certificate[0]), *options, f"https://127.0.0.1:{server.address[1]}{path}"],
        capture_output=True, text=True)


def session(server, certificate):
    context = ssl.create_default_context(cafile=str(certificate[0]))
    return context.wrap_socket(socket.create_connection(server.address, timeout=20), server_hostname="127.0.0.1")


def subject(connection):
    return dict(pair[0] for pair in connection.getpeercert()["subject"])["commonName"]


def ask(connection, request=b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"):
    connection.sendall(request)
    received = b""
    while not received.endswith(b"}\n"):
        received += connection.recv(65536)
    return received


def handshake(server, *options):
    """The version that openssl agrees on with the server, or None."""
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.address[1]}", "-brief", *options], input="", capture_output=True, text=True, timeout=30)
    lines = [line.split(":")[1].strip() for line in result.stderr.splitlines() if line.startswith("Protocol version")]
    return lines[0] if lines else None


def test_jobs_are_served_over_tls(secure, certificate):
    made = json.loads(curl(secure, certificate, "/v1/jobs", "--json", json.dumps(make_job())).stdout)
    waited = curl(secure, certificate, f"/v1/jobs/{made['id']}", "--header", "Prefer: wait=30")
    assert json.loads(waited.stdout)["status"] == "succeeded"
    events = curl(secure, certificate, f"/v1/jobs/{made['id']}/events", "--header", "Accept: text/event-stream").stdout
    assert [line for line in events.splitlines() if line.startswith("event: ")] == ["event: queued", "event: started", "event: succeeded"]
    assert "openapi: 3.1.0" in curl(secure, certificate, "/openapi.yaml").stdout


def test_a_body_of_megabytes_arrives_over_tls(secure, certificate, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,y\n" + "".join(f"{n / 7},{n % 2}\n" for n in range(200_000)))
    answer = curl(secure, certificate, "/v1/datasets", "--header", "Content-Type: text/csv", "--data-binary", f"@{table}")
    assert json.loads(answer.stdout)["rows"] == 200_000


def test_only_versions_1_2_and_1_3_are_spoken(secure):
    assert handshake(secure, "-tls1_2") == "TLSv1.2"
    assert handshake(secure, "-tls1_3") == "TLSv1.3"
    for version in ("-tls1_1", "-tls1"):
        assert handshake(secure, version, "-cipher", "ALL:@SECLEVEL=0") is None
    assert handshake(secure) is not None


def test_plain_http_on_the_port_of_tls_is_closed_at_once(secure):
    with socket.create_connection(secure.address, timeout=5) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/1.1" not in raw.until_closed(connection)


def test_a_handshake_that_does_not_end_is_cut(start_server, certificate):
    server = start_server(options=["--tls-cert", certificate[0], "--tls-key", certificate[1], "--header-timeout", 0.5], scheme="https")
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        assert raw.until_closed(connection) == b""
    with session(server, certificate) as connection:
        connection.sendall(b"GET /livez HT")
        assert connection.recv(4096) == b""


def test_sighup_brings_the_new_certificate_and_drops_no_connection(secure, certificate, tmp_path):
    with session(secure, certificate) as old:
        assert subject(old) == "first" and ask(old).startswith(b"HTTP/1.1 200 ")
        for path, new in zip(certificate, make_certificate(tmp_path, "second")):
            path.write_bytes(new.read_bytes())
        secure.process.send_signal(signal.SIGHUP)
        secure.wait_for_log("certificate that was read again")
        with session(secure, certificate) as new:
            assert subject(new) == "second" and ask(new).startswith(b"HTTP/1.1 200 ")
        assert ask(old).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("fault", ["other key", "no certificate", "missing"])
def test_a_certificate_that_cannot_be_used_is_not_taken_at_sighup(secure, certificate, tmp_path, fault):
    good = certificate[0].read_bytes()
    match fault:
        case "other key":
            certificate[1].write_bytes(make_certificate(tmp_path, "second")[1].read_bytes())
        case "no certificate":
            certificate[0].write_text("no certificate")
        case "missing":
            certificate[0].unlink()
    secure.process.send_signal(signal.SIGHUP)
    secure.wait_for_log("the certificate stays as it was")
    certificate[0].write_bytes(good)
    with session(secure, certificate) as connection:
        assert subject(connection) == "first" and ask(connection).startswith(b"HTTP/1.1 200 ")


def test_a_certificate_that_cannot_be_used_ends_the_start_with_a_word(certificate, tmp_path):
    other = make_certificate(tmp_path, "second")
    for cert, key, word in [(certificate[0], other[1], "not that of the certificate"), (tmp_path / "none", certificate[1], "No such file"), (certificate[1], certificate[1], str(certificate[1]))]:
        result = subprocess.run(
            [str(BINARY), "serve", "--port", "0", "--data-dir", str(tmp_path / "data"), "--tls-cert", str(cert), "--tls-key", str(key)], capture_output=True, text=True, timeout=20)
        assert result.returncode != 0 and word in result.stderr and "Fatal error" not in result.stderr
    result = subprocess.run([str(BINARY), "serve", "--tls-cert", str(certificate[0])], capture_output=True, text=True, timeout=20)
    assert result.returncode != 0 and "--tls-key" in result.stderr


def test_streams_and_long_polls_do_not_hold_up_a_stop_under_tls(secure, certificate):
    made = json.loads(curl(secure, certificate, "/v1/jobs", "--json", json.dumps(make_long_job())).stdout)
    with session(secure, certificate) as stream, session(secure, certificate) as poll, session(secure, certificate) as idle:
        stream.sendall(f"GET /v1/jobs/{made['id']}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n".encode())
        received = b""
        while b"event: started" not in received:
            received += stream.recv(65536)
        poll.sendall(f"GET /v1/jobs/{made['id']} HTTP/1.1\r\nHost: x\r\nPrefer: wait=60\r\n\r\n".encode())
        assert ask(idle).startswith(b"HTTP/1.1 200 ")
        assert secure.terminate(timeout=10) == 0
        assert raw.until_closed(stream).endswith(b"0\r\n\r\n")
        answers = raw.parse(raw.until_closed(poll))
        assert [answer.status_code for answer in answers] == [200]
        CONTRACT.check("GET", f"/v1/jobs/{made['id']}", answers[0])
