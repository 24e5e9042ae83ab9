"""Prints after how many epochs the training loss of jobs was below a limit first: epochs.py LIMIT URL-OF-A-JOB..."""

import json
import sys
from urllib.request import urlopen

limit = float(sys.argv[1])
for url in sys.argv[2:]:
    with urlopen(url) as answer:
        name = json.load(answer)["name"]
    with urlopen(f"{url}/history") as answer:
        rows = json.load(answer)["data"]
    reached = next((row["epoch"] for row in rows if row["train"]["loss"] < limit), None)
    lowest = min(row["train"]["loss"] for row in rows)
    when = f"below {limit} after {reached} epochs" if reached else f"not below {limit} in {rows[-1]['epoch']} epochs"
    print(f"{name:12}{when}, lowest {lowest:.3f}")
