"""Dumps of a database as each version of the schema wrote it. Run once with a binary; the dumps are never edited."""
import json, os, re, signal, sqlite3, subprocess, sys, tempfile, time
from pathlib import Path
root, binary, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
sys.path.insert(0, str(root / "Tests/EndToEnd"))
os.environ["ESPALIER_BINARY"] = binary
from harness.server import Server
from harness.bodies import make_job, make_long_job, inline

swift = (root / "Sources/SQLiteStore/Schema.swift").read_text()
blocks = dict(re.findall(r'private static let (\w+) = """\n(.*?)\n +"""', swift, re.S))
blocks |= dict(re.findall(r'private static let (\w+) = "([^"\n]+)"', swift))
migrations = re.findall(r'registerMigration\("([^"]+)"\) \{ try \$0.execute\(sql: (\w+)\)', swift)
print(migrations)

directory = Path(tempfile.mkdtemp())
server = Server(directory, workers=1, options=["--checkpoint-seconds", "0"]).start()
c = server.client
off = {"monitor": "off"}
good = c.train(make_job(name="good", training={"epochs": 20, "seed": 3, **off}))
bad = c.wait(c.submit(make_job(name="diverged", data={"x": [[1e3 * i] for i in range(40)], "y": [1e6 * i for i in range(40)], "task": "regression", "normalize": "none"}, network={"hidden_layers": []}, training={"epochs": 400, "optimizer": "sgd", "learning_rate": 1e9, "seed": 3, **off}))["id"])
print(bad["status"], bad["error"])
ill = c.train(make_job(name="with alarms", data={"x": [[1, i] for i in range(40)], "y": [i % 2 for i in range(40)], "normalize": "none"}, training={"epochs": 5, "seed": 3}))
print("alarms", ill["alarms"])
c.upload("a,b,y\n" + "1,2,0\n3,4,1\n" * 10)
c.post("/v1/jobs", json=make_job(name="with a key", training={"epochs": 5, "seed": 3, **off}), headers={"Idempotency-Key": "key-1", "X-Request-Id": "order-1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "vendor=a"})
sweep = c.finished_sweep({"name": "sweep", "job": make_job(name="of a sweep", training={"epochs": 5, "seed": 3, **off}), "search": {"parameters": {"l2_lambda": [0, 1]}}})
cancelled = c.submit(make_job(name="cancelled", training={"epochs": 5, "seed": 3, **off}))
running = c.submit(make_long_job() | {"name": "running", "training": {"epochs": 60000, "seed": 3, **off}})["id"]
c.wait(running, until={"running"})
dropped = c.submit(make_job(name="dropped", training={"epochs": 5, "seed": 3, **off}))["id"]
c.cancel(dropped)
waiting = c.submit(make_job(name="waiting", training={"epochs": 5, "seed": 3, **off}))["id"]
server.kill()

source = sqlite3.connect(directory / "espalier.sqlite")
source.row_factory = sqlite3.Row
print(json.dumps(json.loads(source.execute("SELECT settings FROM job WHERE name='good'").fetchone()[0]))[:1500])

LATER = {  # members of settings by the migration from which on they are there
    "alarms": [("training", "monitor"), ("training", "stop_on")],
    "v3 sweeps": [("base_error",)],
}
out.mkdir(exist_ok=True, parents=True)
for place, (name, _) in enumerate(migrations):
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    for identifier, block in migrations[: place + 1]:
        database.executescript(blocks[block])
        database.execute("INSERT INTO grdb_migrations VALUES (?)", (identifier,))
    names = [identifier for identifier, _ in migrations[: place + 1]]
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('grdb_migrations', 'job_count', 'probe')")]
    tables.sort(key=lambda table: table not in ("job", "dataset", "sweep"))
    skipped = set()
    for table in tables:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        for row in source.execute(f"SELECT * FROM {table} ORDER BY 1"):
            values = dict(row)
            if table == "job":
                if (values["sweep"] and "v3 sweeps" not in names) or (values["alarms"] and "alarms" not in names):
                    skipped.add(values["sequence"]); continue
                if values["name"] == "with a key" and "v4" not in names:
                    skipped.add(values["sequence"]); continue
                settings = json.loads(values["settings"])
                values["settings"] = values["settings"]
            if table in ("job_event", "job_history", "job_network") and values["job"] in skipped: continue
            if table == "job_event" and values["kind"] == "queued" and "v6 tracing" not in names: values["data"] = b"{}"
            database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", [values[column] for column in columns])
    hashes = {row[0] for row in database.execute("SELECT table_hash FROM job UNION SELECT table_hash FROM dataset")}
    if "v3 sweeps" in names: hashes |= {row[0] for row in database.execute("SELECT table_hash FROM sweep")}
    if "content" in tables:
        for hash, in database.execute("SELECT hash FROM content").fetchall():
            if hash not in hashes: database.execute("DELETE FROM content WHERE hash = ?", (hash,))
    database.commit()
    text = "\n".join(database.iterdump()) + "\n"
    path = out / (name.replace(" ", "-") + ".sql")
    path.write_text(text)
    check = sqlite3.connect(":memory:"); check.executescript(text)
    print(name, len(text), dict(check.execute("SELECT status, jobs FROM job_count")))
