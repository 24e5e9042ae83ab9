"""Requests made from openapi.yaml by the thousand: no answer may contradict it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.bodies import make_job, make_long_job
from harness.client import CONTRACT
from harness.contract import METHODS, PATH

HERE = Path(__file__).parent
EXAMPLES = {"examples,coverage": 1, "fuzzing": 60, "stateful": 60}
# A stateful run ends where a job's progress, which no seed decides, keeps it from being repeated: four runs at least, and more
# where chance has kept them from some operation.
SEEDS = {"examples,coverage": [1], "fuzzing": [1], "stateful": range(1, 15)}
FEWEST_RUNS = {"examples,coverage": 1, "fuzzing": 1, "stateful": 4}
OPERATIONS = {f"{method.upper()} {path}" for path, item in CONTRACT.document["paths"].items() for method in item if method in METHODS}
ANSWERED = {
    "examples,coverage": {"POST /v1/jobs", "POST /v1/datasets", "POST /v1/gradient-checks", "POST /v1/sweeps", "GET /v1/jobs", "GET /v1/sweeps", "GET /v1/datasets"},
    "fuzzing": OPERATIONS,
    "stateful": {
        "POST /v1/sweeps", "GET /v1/sweeps/{id}", "POST /v1/jobs", "GET /v1/jobs/{id}", "POST /v1/jobs/{id}/cancel", "DELETE /v1/jobs/{id}", "POST /v1/datasets"}}


@pytest.fixture
def inhabited(start_server):
    """A server with a job in every state, and a data set."""
    server = start_server(workers=2, options=["--max-queued-jobs", "100000"])
    client = server.client
    done, cancelled = client.train(make_job())["id"], client.submit(make_long_job())["id"]
    client.wait(cancelled, until={"running"})
    client.cancel(cancelled)
    client.wait(cancelled, until={"cancelled"})
    failed = client.submit(make_job(training={"optimizer": "sgd", "learning_rate": 1_000_000, "epochs": 1000}, network={"activation": "identity"}))["id"]
    assert client.wait(failed)["status"] == "failed"
    running = client.submit(make_long_job())["id"]
    client.wait(running, until={"running"})
    dataset = client.upload("a,b,y\n" + "".join(f"{n},{n % 7},{n % 2}\n" for n in range(30)))["id"]
    search = {"parameters": {"l2_lambda": [0, 1]}}
    sweeps = [client.finished_sweep({"job": make_job(), "search": search})["id"], client.submit_sweep({"job": make_long_job(), "search": search})["id"]]
    return server, [done, cancelled, failed, running], sweeps, [dataset]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("phases", EXAMPLES)
def test_generated_requests_get_documented_answers(inhabited, tmp_path, phases):
    server, jobs, sweeps, datasets = inhabited
    tally = tmp_path / "tally"
    for seed in SEEDS[phases]:
        # Links bring the ids of a stateful run.
        known = {} if phases == "stateful" else {"ESPALIER_JOBS": " ".join(jobs), "ESPALIER_SWEEPS": " ".join(sweeps), "ESPALIER_DATASETS": " ".join(datasets)}
        result = schemathesis(server.client.url, phases, seed, tmp_path, {**known, "ESPALIER_TALLY": str(tally)})
        assert server.running, "the server died:\n" + "".join(server.log[-50:])
        assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]
        answered = {line.rsplit(" ", 1)[0] for line in tally.read_text().splitlines() if line.rsplit(" ", 1)[1].startswith("2")}
        if seed >= FEWEST_RUNS[phases] and answered >= ANSWERED[phases]:
            break
    assert answered >= ANSWERED[phases], "requests that are all refused test nothing but refusing"


def schemathesis(url, phases, seed, directory, variables):
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run", str(PATH), "--url", url,
        "--phases", phases, "--max-examples", os.environ.get("ESPALIER_SCHEMATHESIS_EXAMPLES", str(EXAMPLES[phases])), "--seed", str(seed), "--request-timeout", "20",
        "--checks", "all", "--exclude-checks", "ignored_auth,object_level_authorization,max_response_time", "--continue-on-failure", "--no-color"]
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "harness.schemathesis_hooks", "PYTHONPATH": str(HERE), "HYPOTHESIS_STORAGE_DIRECTORY": str(directory), **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=880, env=environment, cwd=directory)
