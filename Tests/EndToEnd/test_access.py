"""API keys: made, listed and revoked by an operator, asked for by the server."""

import os
import re
import socket
import subprocess
import time
from http.client import HTTPResponse

import pytest

from harness.bodies import make_job, make_long_job
from harness.client import CONTRACT
from harness.contract import METHODS
from harness.keys import await_closed, await_known, client, create, keys, shared
from harness.server import BINARY, Server

KEY = re.compile(r"esp_[0-9a-hjkmnp-tv-z]{12}_[0-9a-hjkmnp-tv-z]{38}")
OPEN = {"/livez", "/readyz", "/openapi.yaml"}
EXAMPLES = {"id": "job_000000000000000000000000", "format": "svg", "parameter": "l2_lambda"}
OPERATIONS = [
    (method.upper(), path, operation["security"]) for path, item in CONTRACT.document["paths"].items() for method, operation in item.items() if method in METHODS]


def target(path):
    return re.sub(r"\{(\w+)\}", lambda match: EXAMPLES[match[1]], path)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A server with keys: one for each set of scopes."""
    directory = tmp_path_factory.mktemp("keyed")
    made = {scopes: create(directory, "ada", scopes) for scopes in ("read", "submit", "read,submit", "admin")}
    server = Server(directory).start()
    yield server, made
    server.kill()


# The program

def test_a_key_is_printed_alone_and_once(tmp_path):
    made = keys(tmp_path, "create", "--name", "laptop", "--owner", "ada")
    assert KEY.fullmatch(made.stdout.strip()), made.stdout
    listed = keys(tmp_path, "list").stdout
    assert made.stdout.strip() not in listed + made.stderr
    head, row = [line.split("\t") for line in listed.splitlines()]
    described = dict(zip(head, row, strict=True))
    assert described["ID"] == made.stdout.split("_")[1] and described["STATUS"] == "active"
    assert (described["SCOPES"], described["OWNER"], described["NAME"]) == ("read,submit", "ada", "laptop")
    assert described["EXPIRES"] == described["LAST USED"] == "-" and described["CREATED"].endswith("Z")


def test_the_secret_is_nowhere_in_the_data_directory(tmp_path):
    secret = create(tmp_path, "ada").text.split("_")[2]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and all(secret[:16].encode() not in path.read_bytes() for path in files)


@pytest.mark.parametrize("arguments", [
    [], ["--name", "a"], ["--owner", "a"], ["--name", "", "--owner", "a"], ["--name", "a", "--owner", ""], ["--name", "a\nb", "--owner", "a"],
    ["--name", "a" * 201, "--owner", "a"], ["--name", "a", "--owner", "a", "--scopes", "write"], ["--name", "a", "--owner", "a", "--scopes", ""],
    ["--name", "a", "--owner", "a", "--expires-days", "0"], ["--name", "a", "--owner", "a", "--expires-days", "9999999999"]])
def test_a_key_that_makes_no_sense_is_not_made(tmp_path, arguments):
    refused = keys(tmp_path, "create", *arguments, check=False)
    assert refused.returncode not in (0, -6, 133, 134) and not refused.stdout and "Error" in refused.stderr
    assert len(keys(tmp_path, "list").stdout.splitlines()) == 1


@pytest.mark.parametrize("id", ["x", "000000000000", "esp_000000000000"])
def test_what_is_not_a_key_cannot_be_revoked(tmp_path, id):
    create(tmp_path, "ada")
    refused = keys(tmp_path, "revoke", id, check=False)
    assert refused.returncode not in (0, -6, 133, 134) and "key" in refused.stderr


def test_keys_are_made_by_many_at_once(tmp_path):
    command = [str(BINARY), "keys", "create", "--name", "n", "--owner", "o", "--data-dir", str(tmp_path)]
    made = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for _ in range(8)]
    texts = {process.communicate(timeout=60)[0].strip() for process in made}
    assert len(texts) == 8 and all(KEY.fullmatch(text) for text in texts)
    assert len(keys(tmp_path, "list").stdout.splitlines()) == 9


# The server

@pytest.mark.parametrize(("method", "path", "security"), OPERATIONS)
def test_every_operation_asks_for_the_scope_that_the_contract_names(keyed, method, path, security):
    server, made = keyed
    if path in OPEN:
        assert security == [] and server.client.request(method, path).status_code == 200
        return
    (needed,) = security[0]["apiKey"]
    nobody = server.client.request(method, target(path))
    assert nobody.status_code == 401 and nobody.headers["WWW-Authenticate"] == 'Bearer realm="espalier"'
    for scopes, key in made.items():
        answer = client(server, key).request(method, target(path))
        if scopes == "admin" or needed in scopes.split(","):
            assert answer.status_code not in (401, 403), answer.text
        else:
            assert answer.status_code == 403
            assert answer.headers["WWW-Authenticate"] == f'Bearer realm="espalier", error="insufficient_scope", scope="{needed}"'


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer esp_x", "Bearer " + "a" * 8000, "bearer é".encode()])
def test_a_wrong_key_is_told_so(keyed, authorization):
    server, _ = keyed
    answer = server.client.get("/v1/jobs", headers={"Authorization": authorization})
    assert answer.status_code == 401 and 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Digest x", "esp_x"])
def test_another_scheme_is_no_key(keyed, authorization):
    server, _ = keyed
    answer = server.client.get("/v1/jobs", headers={"Authorization": authorization})
    assert answer.status_code == 401 and "error" not in answer.headers["WWW-Authenticate"]


def test_a_request_is_refused_before_its_body_is_sent(keyed):
    server, _ = keyed
    head = b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000000\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(server.address, timeout=30) as wire:
        wire.sendall(head)
        answer = HTTPResponse(wire)
        answer.begin()
        assert answer.status == 401 and answer.read()


def test_a_running_server_hears_of_new_and_revoked_keys(start_server):
    server = start_server()
    assert server.client.get("/v1/jobs").status_code == 200
    key, other = create(server.directory, "ada"), create(server.directory, "bob")
    await_closed(server)
    ada, bob = await_known(client(server, key)), await_known(client(server, other))
    assert ada.get("/v1/jobs").status_code == bob.get("/v1/jobs").status_code == 200
    assert "revoked" in keys(server.directory, "revoke", key.id).stdout
    deadline = time.monotonic() + 30
    while ada.get("/v1/jobs").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert ada.get("/v1/jobs").status_code == 401 and bob.get("/v1/jobs").status_code == 200


def test_a_revoked_keys_stream_ends(start_server):
    server = start_server(workers=1)
    key = create(server.directory, "ada")
    await_closed(server)
    ada = client(server, key)
    job = ada.submit(make_long_job())["id"]
    ada.wait(job, until={"running"})
    stream = ada.session.get(f"{ada.url}/v1/jobs/{job}/events", headers={"Accept": "text/event-stream"}, stream=True, timeout=60)
    lines = stream.iter_lines(chunk_size=1)
    while next(lines) != b"event: started":
        pass
    keys(server.directory, "revoke", key.id)
    deadline = time.monotonic() + 30
    while ada.get("/v1/jobs").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    rest = b"\n".join(lines)
    assert b"event: " not in rest, "nothing is told after that; the next ping ends it"


def test_revoking_the_last_key_does_not_open_the_server(start_server):
    server = start_server()
    key = create(server.directory, "ada")
    await_closed(server)
    keys(server.directory, "revoke", key.id)
    server.terminate()
    server.start()
    assert server.client.get("/v1/jobs").status_code == 401


def test_use_is_noted(start_server):
    server = start_server()
    key, idle = create(server.directory, "ada"), create(server.directory, "bob")
    await_closed(server)
    await_known(client(server, key))
    server.terminate()
    used = {row.split("\t")[0]: row.split("\t")[7] for row in keys(server.directory, "list").stdout.splitlines()[1:]}
    assert used[key.id].endswith("Z") and used[idle.id] == "-"


def test_what_was_made_without_keys_is_the_administrators(start_server):
    server = start_server()
    job = server.client.train(make_job())
    assert job["owner"] is None
    clients = shared(server, ["ada"])
    assert clients.admin.job(job["id"]) == job
    assert clients.ada.get(f"/v1/jobs/{job['id']}").status_code == 404


# Where it listens

def serve(directory, *options, timeout=60, **variables):
    """A server that is expected not to start; its exit status and what it says."""
    command = [str(BINARY), "serve", "--port", "0", "--data-dir", str(directory), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env={**os.environ, **variables})
    return done.returncode, done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_without_keys_only_this_machine_is_listened_to(tmp_path, host):
    status, log = serve(tmp_path, "--host", host)
    assert status == 1 and "no API keys" in log and "--insecure" in log and "keys create" in log


def listening(directory, *options, **variables):
    command = [str(BINARY), "serve", "--port", "0", "--host", "0.0.0.0", "--data-dir", str(directory), *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **variables})
    log = []
    for line in process.stderr:
        log.append(line)
        if "listening" in line:
            break
    process.terminate()
    process.communicate(timeout=30)
    return "".join(log)


@pytest.mark.parametrize(("options", "variables"), [(["--insecure"], {}), ([], {"ESPALIER_INSECURE": "true"})])
def test_an_operator_can_let_everybody_in(tmp_path, options, variables):
    log = listening(tmp_path, *options, **variables)
    assert "listening" in log and "no API keys" in log


def test_with_keys_any_address_will_do_and_what_is_not_encrypted_is_said(tmp_path):
    create(tmp_path, "ada")
    log = listening(tmp_path)
    assert "listening" in log and "without encryption" in log


@pytest.mark.parametrize("what", ["damaged", "moved away"])
def test_keys_that_cannot_be_read_any_more_count_on_and_are_told_of(start_server, tmp_path, what):
    key = create(tmp_path, "ada")
    server = start_server(directory=tmp_path)
    mine, file = client(server, key), tmp_path / "keys.sqlite"
    before = file.read_bytes()

    def await_readiness(status):
        deadline = time.monotonic() + 30
        while (answer := server.client.get("/readyz")).status_code != status:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.1)
        return {check["name"]: check["detail"] for check in answer.json()["checks"]}

    if what == "damaged":
        file.write_bytes(b"no database" * (len(before) // 11))
    else:
        file.rename(tmp_path / "aside")
    checks = await_readiness(503)
    assert checks.pop("keys") and set(checks.values()) == {None}
    assert mine.get("/v1/jobs").status_code == 200 and server.client.get("/v1/jobs").status_code == 401
    if what == "damaged":
        file.write_bytes(before)
    else:
        (tmp_path / "aside").rename(file)
    await_readiness(200)
    assert mine.get("/v1/jobs").status_code == 200
