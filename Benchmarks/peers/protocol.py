"""How a child process takes part in a contest: one line of JSON when it is ready, then one for each line it reads."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))


def serve(version, run, started=None):
    """Calls `run()` once for each line of standard input. It returns seconds and a dictionary, or seconds alone.

    `started` is when preparation began (compiling, warming up), on `time.perf_counter`'s clock.
    """
    now = time.perf_counter()
    _say(ready=True, version=version, preparation_seconds=now - (started or now))
    for _ in sys.stdin:
        seconds, facts = run()
        _say(seconds=seconds, **facts)


def timed(train, cost):
    """A `run` for `serve`: times `train()` and measures the parameters it returns by `cost` afterwards."""

    def run():
        start = time.perf_counter()
        parameters = train()
        seconds = time.perf_counter() - start
        return seconds, {"cost": cost(parameters)}

    return run


def _say(**line):
    print(json.dumps(line), flush=True)
