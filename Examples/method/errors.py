"""Prints the errors of trained jobs, their verdicts and what to try first: errors.py URL-OF-A-JOB..."""

import json
import sys
from urllib.request import urlopen

print(f"{'':12}{'train':>7}{'dev':>8}   verdict         first suggestion")
for url in sys.argv[1:]:
    with urlopen(url) as answer:
        name = json.load(answer)["name"]
    with urlopen(f"{url}/diagnosis") as answer:
        diagnosis = json.load(answer)
    train, dev = (diagnosis["errors"][name]["error"] for name in ("train", "dev"))
    first = next((s for s in diagnosis["suggestions"] if s["field"]), None)
    advice = f"{first['field']} {json.dumps(first['to'])}" if first else "none"
    print(f"{name:12}{train:>7.1%}{dev:>8.1%}   {diagnosis['verdict']:16}{advice}")
