"""Prints how many weights of a trained job are all but zero, below a thousandth: small_weights.py URL-OF-A-JOB..."""

import json
import sys
from urllib.request import urlopen

for url in sys.argv[1:]:
    with urlopen(url) as answer:
        name = json.load(answer)["name"]
    with urlopen(f"{url}/weights") as answer:
        layers = json.load(answer)["layers"]
    weights = [weight for layer in layers for row in layer["weights"] for weight in row]
    share = sum(abs(weight) < 0.001 for weight in weights) / len(weights)
    print(f"{name:12}{share:>5.0%} of {len(weights)} weights are below 0.001")
