"""Online backup and restore."""

import json
import os
import sqlite3
import subprocess
import threading

import pytest

from harness import keys
from harness.bodies import inline, make_job, make_long_job
from harness.client import FINISHED
from harness.contract import ROOT
from harness.server import BINARY, Server

ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith("ESPALIER_")}
SCHEMAS = sorted((ROOT / "Tests/JobsTests/Schemas").glob("*.sql"))


def run(*arguments):
    result = subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=120, env=ENVIRONMENT)
    assert "Fatal error" not in result.stderr
    return result


def backup(directory, to):
    result = run("backup", "--data-dir", directory, "--to", to)
    assert result.returncode == 0, result.stderr
    return json.loads((to / "manifest.json").read_text())


def restore(source, directory):
    result = run("restore", "--from", source, "--data-dir", directory)
    assert result.returncode == 0, result.stderr
    return directory


def make_large_job(seed=1):
    return make_job(data=inline(rows=2_000, features=10, seed=seed), network={"hidden_layers": [200, 100]}, training={"epochs": 1})


def test_a_restored_server_answers_with_the_same_bytes(start_server, tmp_path):
    server = start_server()
    client = server.client
    small, large = client.train(make_job())["id"], client.train(make_large_job())["id"]
    upload = client.upload("a,b,y\n" + "1,2,0\n3,4,1\n" * 8_000)
    on_upload = client.train(make_job(data={"dataset": upload["id"], "target": "y"}))["id"]
    sweep = client.finished_sweep({"job": make_job(), "search": {"parameters": {"l2_lambda": [0, 1]}}})
    manifest = backup(server.directory, tmp_path / "backup")
    assert {file["path"].split("/")[0] for file in manifest["files"]} == {"espalier.sqlite", "keys.sqlite", "tables", "networks"}

    other = start_server(directory=restore(tmp_path / "backup", tmp_path / "restored"))
    for id in (small, large, on_upload):
        assert other.client.weights_bytes(id) == client.weights_bytes(id)
        assert other.client.history(id) == client.history(id) and other.client.events(id) == client.events(id)
        assert other.client.job(id) == client.job(id)
    assert other.client.get(f"/v1/datasets/{upload['id']}").json() == upload
    assert other.client.sweep(sweep["id"])["best"] == sweep["best"]
    body = make_job(data={"dataset": upload["id"], "target": "y"})
    assert other.client.train(body)["metrics"] == client.job(on_upload)["metrics"]


def test_keys_are_those_of_that_moment(start_server, tmp_path):
    server = start_server()
    clients = keys.shared(server, ["ada"])
    id = clients.ada.train(make_job())["id"]
    backup(server.directory, tmp_path / "backup")
    told = run("restore", "--from", tmp_path / "backup", "--data-dir", tmp_path / "restored").stdout
    assert "2 API keys can be used" in told
    other = start_server(directory=tmp_path / "restored")
    assert other.client.get("/v1/jobs").status_code == 401
    clients.ada.url = other.client.url
    assert clients.ada.job(id)["owner"] == "ada"
    for directory in (tmp_path / "backup", tmp_path / "restored"):
        assert (directory / "keys.sqlite").stat().st_mode & 0o777 == 0o600


def test_jobs_of_that_moment_go_on(start_server, tmp_path):
    server = start_server(workers=1, options=["--checkpoint-seconds", "0.05"])
    running = server.client.submit(make_long_job())["id"]
    queued = server.client.submit(make_job())["id"]
    server.client.wait(running, until={"running"})
    while not any((server.directory / "checkpoints").glob(f"{running}*")):
        assert server.running
    manifest = backup(server.directory, tmp_path / "backup")
    assert any(file["path"].startswith(f"checkpoints/{running}") for file in manifest["files"])
    other = start_server(directory=restore(tmp_path / "backup", tmp_path / "restored"), workers=2)
    assert other.client.wait(queued)["status"] == "succeeded"
    other.client.wait(running, until={"running"})
    assert "resumed" in [event["type"] for event in other.client.events(running)]


def test_backups_of_a_busy_server_are_whole(start_server, tmp_path):
    """Jobs with files come and go all the time; no backup may lack a file of a job that it has."""
    server = start_server(workers=2)
    stop = threading.Event()
    failures = []

    def churn(number):
        client = server.new_client()
        seed = 0
        try:
            while not stop.is_set():
                seed += 1
                id = client.train(make_large_job(seed=100 * number + seed % 50))["id"]
                assert client.delete(f"/v1/jobs/{id}").status_code == 204
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=churn, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(5):
            backup(server.directory, tmp_path / f"backup-{number}")
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not failures
    jobs = 0
    for number in range(5):
        directory = restore(tmp_path / f"backup-{number}", tmp_path / f"restored-{number}")
        assert run("doctor", "--data-dir", directory, "--max-job-memory", 1, "--workers", 1).returncode == 0
        other = Server(directory).start()
        for job in other.client.get("/v1/jobs").json()["data"]:
            jobs += 1
            if other.client.wait(job["id"], until=FINISHED)["status"] == "succeeded":
                assert other.client.weights(job["id"])["layers"]
        other.kill()
    assert jobs > 0


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A backup with files of all kinds."""
    folder = tmp_path_factory.mktemp("made")
    server = Server(folder / "data").start()
    server.client.train(make_large_job())
    server.terminate()
    backup(folder / "data", folder / "backup")
    return folder / "backup"


@pytest.fixture
def copied(made, tmp_path):
    subprocess.run(["cp", "-r", made, tmp_path / "backup"], check=True)
    return tmp_path / "backup"


def test_a_full_directory_is_not_restored_into(made, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/precious").write_text("x")
    result = run("restore", "--from", made, "--data-dir", tmp_path / "data")
    assert result.returncode != 0 and "empty" in result.stderr and [path.name for path in (tmp_path / "data").iterdir()] == ["precious"]


def test_an_empty_directory_is(made, tmp_path):
    (tmp_path / "data").mkdir()
    restore(made, tmp_path / "data")


def test_a_full_directory_is_not_backed_up_into(made, tmp_path):
    restore(made, tmp_path / "data")
    result = run("backup", "--data-dir", tmp_path / "data", "--to", made)
    assert result.returncode != 0 and "empty" in result.stderr


@pytest.mark.parametrize("change", ["flip", "shorten", "delete", "manifest", "no manifest", "escape", "other format"])
def test_a_backup_that_is_not_what_it_was_restores_nothing(copied, tmp_path, change):
    table = next((copied / "tables").iterdir())
    manifest = copied / "manifest.json"
    if change == "flip":
        content = bytearray(table.read_bytes())
        content[100] ^= 1
        table.write_bytes(content)
    elif change == "shorten":
        table.write_bytes(table.read_bytes()[:-1])
    elif change == "delete":
        table.unlink()
    elif change == "manifest":
        document = json.loads(manifest.read_text())
        document["files"] = [file for file in document["files"] if not file["path"].startswith("tables/")]
        manifest.write_text(json.dumps(document))
    elif change == "no manifest":
        manifest.unlink()
    elif change == "escape":
        document = json.loads(manifest.read_text())
        document["files"].append({"path": "../outside", "bytes": 0, "sha256": "0" * 64})
        manifest.write_text(json.dumps(document))
    else:
        manifest.write_text(manifest.read_text().replace("espalier backup 1", "espalier backup 9"))
    result = run("restore", "--from", copied, "--data-dir", tmp_path / "data")
    assert result.returncode != 0 and result.stderr.strip()
    assert not (tmp_path / "data").exists() or not any((tmp_path / "data").rglob("*"))


def test_a_data_directory_that_lacks_a_file_makes_no_backup(made, tmp_path):
    directory = restore(made, tmp_path / "data")
    missing = next((directory / "networks").iterdir())
    missing.unlink()
    result = run("backup", "--data-dir", directory, "--to", tmp_path / "again")
    assert result.returncode != 0 and missing.name in result.stderr and not (tmp_path / "again").exists()


def test_what_is_no_data_directory_makes_none(tmp_path):
    result = run("backup", "--data-dir", tmp_path, "--to", tmp_path / "again")
    assert result.returncode != 0 and not (tmp_path / "again").exists()


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_every_released_schema_can_be_backed_up_restored_and_served(schema, tmp_path, start_server):
    directory = tmp_path / "data"
    directory.mkdir()
    with sqlite3.connect(directory / "espalier.sqlite") as database:
        database.executescript(schema.read_text())
    database.close()
    if schema.stem == "v1":
        put_contents_in_files(directory)
    assert run("doctor", "--data-dir", directory, "--max-job-memory", 1, "--workers", 1).returncode == 0
    backup(directory, tmp_path / "backup")
    server = start_server(directory=restore(tmp_path / "backup", tmp_path / "restored"))
    client = server.client
    jobs = client.get("/v1/jobs", params={"limit": 100}).json()["data"]
    assert {job["name"] for job in jobs} >= {"good", "diverged", "waiting"}
    good = next(job for job in jobs if job["name"] == "good")
    assert client.weights(good["id"])["layers"] and len(client.history(good["id"])) > 1
    waiting = next(job for job in jobs if job["name"] == "waiting")
    assert client.wait(waiting["id"])["status"] == "succeeded"
    client.train(make_job())


def put_contents_in_files(directory):
    """Before version 2 there were files for everything: those that version 2 has in its tables."""
    with sqlite3.connect(":memory:") as database:
        database.executescript((ROOT / "Tests/JobsTests/Schemas/v2.sql").read_text())
        for folder in ("tables", "networks", "initial-weights"):
            (directory / folder).mkdir()
        for hash, content in database.execute("SELECT hash, bytes FROM content"):
            (directory / f"tables/{hash}.table").write_bytes(content)
        for id, content in database.execute("SELECT id, bytes FROM job_network JOIN job ON sequence = job"):
            (directory / f"networks/{id}.network").write_bytes(content)
    database.close()
