"""Requests made from openapi.yaml by the thousand: no answer may contradict it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.contract import PATH

HERE = Path(__file__).parent


@pytest.mark.timeout(400)
@pytest.mark.parametrize("phases", ["examples,coverage", "fuzzing", "stateful"])
def test_generated_requests_get_documented_answers(start_server, tmp_path, phases):
    server = start_server(options=["--max-queued-jobs", "100000"])
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run", str(PATH), "--url", server.client.url,
        "--phases", phases, "--max-examples", os.environ.get("ESPALIER_SCHEMATHESIS_EXAMPLES", "25"), "--seed", "1", "--request-timeout", "20",
        "--checks", "all", "--exclude-checks", "ignored_auth,object_level_authorization", "--continue-on-failure", "--no-color"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "harness.schemathesis_hooks", "PYTHONPATH": str(HERE), "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
    result = subprocess.run(command, capture_output=True, text=True, timeout=380, env=environment, cwd=tmp_path)
    assert server.running, "the server died:\n" + "".join(server.log[-50:])
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]
