"""Writes flowers.csv beside this file: 150 made-up flowers of three made-up species, one column of it text."""

import csv
import math
import random
from pathlib import Path

# Means of petal and sepal length and width in cm; their common spread; how often each colour occurs.
SPECIES = {
    "bellcup": ((1.6, 0.4, 5.0, 3.3), (0.20, 0.12, 0.35, 0.35), {"white": 0.7, "blue": 0.3}),
    "starwort": ((4.2, 1.3, 5.9, 2.8), (0.45, 0.20, 0.50, 0.30), {"white": 0.2, "blue": 0.6, "violet": 0.2}),
    "king's lance": ((5.5, 1.9, 6.6, 3.0), (0.55, 0.27, 0.60, 0.32), {"blue": 0.3, "violet": 0.7}),
}


def flowers(count=150, seed=1):
    uniform = random.Random(seed).random

    def normal():
        return math.sqrt(-2 * math.log(1 - uniform())) * math.cos(2 * math.pi * uniform())

    for index in range(count):
        species = list(SPECIES)[index % len(SPECIES)]
        means, spreads, colours = SPECIES[species]
        sizes = [round(max(0.1, mean + spread * normal()), 1) for mean, spread in zip(means, spreads)]
        draw = uniform()
        for colour, share in colours.items():
            draw -= share
            if draw < 0:
                break
        yield [*sizes, colour, species]


with Path(__file__).with_name("flowers.csv").open("w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["petal_length", "petal_width", "sepal_length", "sepal_width", "colour", "species"])
    table.writerows(flowers())
