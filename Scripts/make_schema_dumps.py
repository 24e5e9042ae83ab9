#!/usr/bin/env python3
"""Writes Tests/JobsTests/Schemas: a database as each version of the schema leaves it, as SQL text.

A new migration needs a dump of its own, which this makes with the built server; those that are there are never made anew: what an old
version has written is not to change with the program. Rows that a version could not have had are left out.

    ESPALIER_BINARY=.build/release/espalier Scripts/make_schema_dumps.py
"""

import re
import sqlite3
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from harness.bodies import make_job, make_long_job  # noqa: E402
from harness.server import Server  # noqa: E402

DUMPS = ROOT / "Tests/JobsTests/Schemas"
SHORT = {"epochs": 5, "seed": 3, "monitor": "off"}
# By the migration from which on a job may have what the test of a row tells.
JOBS_SINCE = {
    "v3 sweeps": lambda job: job["sweep"], "alarms": lambda job: job["alarms"], "v4": lambda job: job["name"] == "with a key"}
# Kept by triggers, or written by the migration.
FILLED = ("grdb_migrations", "job_count", "owner_queue", "probe")


def main():
    migrations = read_migrations()
    missing = [name for name in migrations if not path(name).exists()]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as directory:
        fill(Path(directory))
        source = sqlite3.connect(Path(directory) / "espalier.sqlite")
        source.row_factory = sqlite3.Row
        DUMPS.mkdir(exist_ok=True)
        for name in missing:
            known = list(migrations)[:list(migrations).index(name) + 1]
            path(name).write_text(dump(source, {name: migrations[name] for name in known}))
            print(path(name).relative_to(ROOT))


def path(migration):
    return DUMPS / f"{migration.replace(' ', '-')}.sql"


def read_migrations():
    """The statements of each migration, as Schema.swift has them."""
    swift = (ROOT / "Sources/SQLiteStore/Schema.swift").read_text()
    texts = dict(re.findall(r'private static let (\w+) = """\n(.*?)\n +"""', swift, re.S)) | dict(re.findall(r'private static let (\w+) = "([^"\n]+)"', swift))
    return {name: texts[text] for name, text in re.findall(r'registerMigration\("([^"]+)"\) \{ try \$0.execute\(sql: (\w+)\)', swift)}


def fill(directory):
    """A data directory with jobs that have ended in every way, one that runs and one that waits."""
    server = Server(directory, workers=1, options=["--checkpoint-seconds", "0"]).start()
    client = server.client
    line = {"x": [[1000.0 * row] for row in range(40)], "y": [1e6 * row for row in range(40)], "task": "regression", "normalize": "none"}
    client.train(make_job(name="good", training={**SHORT, "epochs": 20}))
    client.wait(client.submit(make_job(name="diverged", data=line, network={"hidden_layers": []}, training={**SHORT, "epochs": 400, "optimizer": "sgd", "learning_rate": 1e6}))["id"])
    client.train(make_job(name="with alarms", data={"x": [[row % 3, 1e6 * row] for row in range(40)], "y": [row % 2 for row in range(40)], "normalize": "none"}, training={"epochs": 5, "seed": 3}))
    client.upload("a,b,y\n" + "1,2,0\n3,4,1\n" * 10)
    traced = {"Idempotency-Key": "key-1", "X-Request-Id": "order-1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    client.post("/v1/jobs", json=make_job(name="with a key", training=SHORT), headers=traced)
    client.finished_sweep({"name": "sweep", "job": make_job(name="of a sweep", training=SHORT), "search": {"parameters": {"l2_lambda": [0, 1]}}})
    running = client.submit(make_long_job() | {"name": "running"})["id"]
    client.wait(running, until={"running"})
    client.cancel(client.submit(make_job(name="dropped", training=SHORT))["id"])
    client.submit(make_job(name="waiting", training=SHORT))
    server.kill()


def dump(source, migrations):
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    for name, statements in migrations.items():
        database.executescript(statements)
        database.execute("INSERT INTO grdb_migrations VALUES (?)", (name,))
    later = {job["sequence"] for job in source.execute("SELECT * FROM job") for name, has in JOBS_SINCE.items() if name not in migrations and has(job)}
    tables = [name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") if name not in FILLED]
    # Triggers of the other tables look at these.
    for table in sorted(tables, key=lambda table: table not in ("job", "dataset", "sweep")):
        columns = [column[1] for column in database.execute(f"PRAGMA table_info({table})")]
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for row in source.execute(f"SELECT * FROM {table} ORDER BY 1"):
            job = row["sequence"] if table == "job" else dict(row).get("job")
            if job not in later:
                database.execute(insert, [row[column] for column in columns])
    if "content" in tables:
        held = " UNION ".join(f"SELECT table_hash FROM {table}" for table in ("job", "dataset", "sweep") if table in tables)
        database.execute(f"DELETE FROM content WHERE hash NOT IN ({held})")
    database.commit()
    return "\n".join(database.iterdump()) + "\n"


if __name__ == "__main__":
    main()
