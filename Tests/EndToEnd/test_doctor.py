"""espalier doctor: what is wrong is found, with a server and without."""

import json
import os
import sqlite3
import subprocess

import pytest

from harness import keys
from harness.bodies import inline, make_job, make_long_job
from harness.server import BINARY, Server

ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith("ESPALIER_")}


def doctor(directory, *options, environment=ENVIRONMENT):
    """The exit status, and the findings by check."""
    result = subprocess.run(
        [str(BINARY), "doctor", "--data-dir", str(directory), "--json", "--workers", "1", "--max-job-memory", "1048576", *options],
        capture_output=True, text=True, timeout=60, env=environment)
    assert "Fatal error" not in result.stderr and result.stdout, result.stderr
    answer = json.loads(result.stdout)
    assert (result.returncode == 0) == (answer["status"] == "ok"), result
    return result.returncode, {check["check"]: check for check in answer["checks"]}


@pytest.fixture
def large_job():
    """One whose table, network and starting weights are too large for the database."""
    return make_job(data=inline(rows=2_000, features=10), network={"hidden_layers": [200, 100]}, training={"epochs": 1})


@pytest.fixture
def stopped(tmp_path, large_job):
    """A data directory of a server that was stopped, with small and large jobs."""
    server = Server(tmp_path / "data").start()
    server.client.train(make_job())
    server.client.train(large_job)
    server.upload = server.client.upload("a,b,y\n" + "1,2,0\n3,4,1\n" * 8_000)
    server.terminate()
    return server.directory


def test_a_directory_that_is_well_is_found_well(stopped):
    status, checks = doctor(stopped)
    assert status == 0, checks
    assert all(check["status"] in ("ok", "warning") for check in checks.values())
    for name in ("directory", "lock", "fsync", "database", "schema", "keys", "missing files", "damaged files", "orphaned files"):
        assert checks[name]["status"] == "ok", checks[name]
    assert {"space", "processor", "memory", "open files", "clock"} <= set(checks)
    assert "2 succeeded" in checks["database"]["detail"]


def test_keys_are_counted_and_their_loss_is_told(stopped):
    assert "none were ever made" in doctor(stopped)[1]["keys"]["detail"]
    made = [keys.create(stopped, owner) for owner in ("ada", "bob")]
    keys.keys(stopped, "revoke", made[0].id)
    assert doctor(stopped)[1]["keys"]["detail"] == "1 of 2 usable"
    keys.keys(stopped, "revoke", made[1].id)
    closed = doctor(stopped)[1]["keys"]
    assert closed["status"] == "warning" and "401" in closed["detail"]
    (stopped / "keys.sqlite").write_bytes(b"no database" * 1000)
    status, checks = doctor(stopped)
    assert status == 1 and checks["keys"]["status"] == "failed" and checks["database"]["status"] == checks["missing files"]["status"] == "ok"


def test_what_a_server_would_refuse_is_refused(stopped):
    for options, variables in ((["--workers", "0"], {}), ([], {"ESPALIER_WORKERS": "abc"}), ([], {"ESPALIER_MAX_JOB_MEMORY": "zzz"})):
        result = subprocess.run(
            [str(BINARY), "doctor", "--data-dir", str(stopped), *options], capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, **variables})
        assert result.returncode == 64 and "must be" in result.stderr
    status, checks = doctor(stopped, environment={**ENVIRONMENT, "ESPALIER_MIN_FREE_DISK": str(1 << 60)})
    assert status == 1 and "reserve" in checks["space"]["detail"]


def test_nothing_is_changed(stopped):
    def state():
        return {path.relative_to(stopped): path.read_bytes() for path in stopped.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))}

    before = state()
    doctor(stopped)
    assert state() == before


def test_it_works_beside_a_server(server):
    server.client.train(make_job())
    status, checks = doctor(server.directory)
    assert status == 0, checks
    assert checks["lock"]["detail"].startswith("held") and str(server.process.pid) in checks["lock"]["detail"]
    server.client.train(make_job())


def test_lines_are_for_people(stopped):
    result = subprocess.run([str(BINARY), "doctor", "--data-dir", str(stopped)], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    assert all(line.split()[0] in ("ok", "warning", "failed") for line in result.stdout.splitlines()) and len(result.stdout.splitlines()) > 8


def test_a_directory_that_is_not_there_yet_is_no_failure(tmp_path):
    status, checks = doctor(tmp_path / "new")
    assert status == 0 and checks["directory"]["status"] == "warning" and not (tmp_path / "new").exists()


def test_a_directory_that_is_a_file_is_one(tmp_path):
    (tmp_path / "data").write_text("no")
    status, checks = doctor(tmp_path / "data")
    assert status == 1 and checks["directory"]["status"] == "failed"


@pytest.mark.parametrize("folder", ["tables", "networks"])
def test_a_missing_file_is_named(stopped, folder):
    file = next((stopped / folder).iterdir())
    file.unlink()
    status, checks = doctor(stopped)
    assert status == 1 and checks["missing files"]["status"] == "failed" and f"{folder}/{file.name}" in checks["missing files"]["detail"]


def test_a_damaged_file_is_named(stopped):
    file = next((stopped / "tables").iterdir())
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    status, checks = doctor(stopped)
    assert status == 1 and file.name in checks["damaged files"]["detail"]


def test_an_orphan_is_a_warning(stopped):
    (stopped / "tables" / ("0" * 64 + ".table")).write_bytes(b"nobody's")
    status, checks = doctor(stopped)
    assert status == 0 and checks["orphaned files"]["status"] == "warning" and "0" * 64 in checks["orphaned files"]["detail"]


def test_a_broken_database_fails(stopped):
    database = stopped / "espalier.sqlite"
    content = bytearray(database.read_bytes())
    content[4096:20_000] = os.urandom(20_000 - 4096)
    database.write_bytes(content)
    status, checks = doctor(stopped)
    assert status == 1 and checks["database"]["status"] == "failed"


def test_what_is_no_database_fails(stopped):
    (stopped / "espalier.sqlite").write_bytes(b"not a database, and longer than a header would be " * 100)
    status, checks = doctor(stopped)
    assert status == 1 and checks["database"]["status"] == "failed"


def test_a_newer_schema_fails(stopped):
    with sqlite3.connect(stopped / "espalier.sqlite") as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('v99 tomorrow')")
    database.close()
    status, checks = doctor(stopped)
    assert status == 1 and "v99 tomorrow" in checks["schema"]["detail"]


def test_a_clock_that_was_set_back_fails(stopped):
    os.utime(stopped / "espalier.sqlite", (4_000_000_000, 4_000_000_000))
    status, checks = doctor(stopped)
    assert status == 1 and checks["clock"]["status"] == "failed"


def test_rights_for_everybody_are_a_warning(stopped):
    stopped.chmod(0o777)
    status, checks = doctor(stopped)
    assert status == 0 and checks["directory"]["status"] == "warning"


def test_an_instruction_set_that_is_none_fails(stopped):
    status, checks = doctor(stopped, environment={**ENVIRONMENT, "ESPALIER_ISA": "quantum"})
    assert status == 1 and checks["processor"]["status"] == "failed"


def test_a_job_that_runs_is_no_orphan(start_server):
    server = start_server(workers=1, options=["--checkpoint-seconds", "0.05"])
    id = server.client.submit(make_long_job())["id"]
    server.client.wait(id, until={"running"})
    folder = server.directory / "checkpoints"
    while not any(folder.glob(f"{id}*")):
        assert server.running
    status, checks = doctor(server.directory)
    assert status == 0 and checks["orphaned files"]["status"] == "ok", checks
