"""Trains the course's three jobs on 50 data sets of the same kind, and prints the means over them: means.py URL [HOW-MANY]"""

import json
import sys
import time
from urllib.request import Request, urlopen

from make_data import JOBS, jobs


def call(url, body=None):
    data = body and json.dumps(body).encode()
    with urlopen(Request(url, data, {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


def finished(url):
    while (job := call(url))["status"] in ("queued", "running"):
        time.sleep(0.05)
    if job["status"] != "succeeded":
        sys.exit(f"{job['name']} is {job['status']}, not succeeded")
    return job


service, count = sys.argv[1], int((sys.argv + ["50"])[2])
accuracy = {name: [] for name in JOBS}
submitted = [{name: call(f"{service}/v1/jobs", body)["id"] for name, body in jobs(seed).items()} for seed in range(1, count + 1)]
for ids in submitted:
    for name, job_id in ids.items():
        accuracy[name].append(finished(f"{service}/v1/jobs/{job_id}")["metrics"]["test"]["accuracy"])

print(f"{'':10}{'mean test accuracy':>20}{'better than none':>18}")
for name, values in accuracy.items():
    wins = sum(value > none for value, none in zip(values, accuracy["none"]))
    print(f"{name:10}{sum(values) / count:>20.1%}{wins:>12} of {count}")
