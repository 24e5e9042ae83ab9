"""Requests made from openapi.yaml by the thousand: no answer may contradict it."""

import os

import pytest

from harness.client import CONTRACT
from harness.contract import METHODS
from harness.generated import inhabit, schemathesis

EXAMPLES = {"examples,coverage": 1, "fuzzing": 60, "stateful": 60}
# The cases of the coverage phase are 26,000: all of them are the campaign's.
EVERY = {"examples,coverage": 10, "fuzzing": 1, "stateful": 1}
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
    server = start_server(workers=2, options=["--max-queued-jobs", "100000"])
    inhabitants = inhabit(server.client)
    server.put_busy_threads_last()
    return server, inhabitants


@pytest.mark.timeout(900)
@pytest.mark.parametrize("phases", EXAMPLES)
def test_generated_requests_get_documented_answers(inhabited, tmp_path, phases):
    server, inhabitants = inhabited
    tally = tmp_path / "tally"
    for seed in SEEDS[phases]:
        # Links bring the ids of a stateful run.
        known = {} if phases == "stateful" else inhabitants
        examples = os.environ.get("ESPALIER_SCHEMATHESIS_EXAMPLES", str(EXAMPLES[phases]))
        result = schemathesis(server.client.url, phases, seed, tmp_path, examples, {**known, "ESPALIER_TALLY": str(tally), "ESPALIER_EVERY": str(EVERY[phases])})
        assert server.running, "the server died:\n" + "".join(server.log[-50:])
        assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]
        answered = {line.rsplit(" ", 1)[0] for line in tally.read_text().splitlines() if line.rsplit(" ", 1)[1].startswith("2")}
        if seed >= FEWEST_RUNS[phases] and answered >= ANSWERED[phases]:
            break
    assert answered >= ANSWERED[phases], "requests that are all refused test nothing but refusing"
    print(f"{phases}: {len(tally.read_text().splitlines())} requests")
