"""Requests that schemathesis makes from openapi.yaml, and a server with something to ask for."""

import os
import subprocess
import sys
from pathlib import Path

from harness.bodies import make_job, make_long_job
from harness.contract import PATH

HERE = Path(__file__).resolve().parents[1]


def inhabit(client):
    """Leaves a job in every state, sweeps and a data set; the variables that tell schemathesis_hooks their ids."""
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
    return {"ESPALIER_JOBS": " ".join([done, cancelled, failed, running]), "ESPALIER_SWEEPS": " ".join(sweeps), "ESPALIER_DATASETS": dataset}


def schemathesis(url, phases, seed, directory, examples, variables, timeout=880):
    """One run; the lines of the file that the variable ESPALIER_TALLY names are its requests."""
    command = [
        sys.executable, str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run", str(PATH), "--url", url,
        "--phases", phases, "--max-examples", str(examples), "--seed", str(seed), "--request-timeout", "100", "--max-response-time", "100",
        "--checks", "all", "--exclude-checks", "ignored_auth,object_level_authorization", "--continue-on-failure", "--no-color"]
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "harness.schemathesis_hooks", "PYTHONPATH": str(HERE), "HYPOTHESIS_STORAGE_DIRECTORY": str(directory), **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, cwd=directory)
