"""Prints finished jobs side by side: compare.py URL-OF-A-JOB..."""

import json
import sys
from urllib.request import urlopen

print(f"{'':10}{'train accuracy':>16}{'test accuracy':>16}{'test loss':>12}")
for url in sys.argv[1:]:
    with urlopen(url) as answer:
        job = json.load(answer)
    if job["status"] != "succeeded":
        sys.exit(f"{job['name']} is {job['status']}, not succeeded")
    train, test = job["metrics"]["train"], job["metrics"]["test"]
    print(f"{job['name']:10}{train['accuracy']:>16.1%}{test['accuracy']:>16.1%}{test['loss']:>12.3f}")
