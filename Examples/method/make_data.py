"""Prints a data set as CSV: make_data.py ROWS FEATURES [SEED]

The class of a point on a square is whether it lies above a wave, b > sin 3a, with a the first feature and b the second, both
between -2 and 2. Further features mean nothing. The points are the same on every machine.
"""

import math
import random
import sys

rows, features, seed = map(int, (*sys.argv[1:], "4")[:3])
uniform = random.Random(seed).random

print(",".join([f"x{number}" for number in range(1, features + 1)] + ["above"]))
for _ in range(rows):
    point = [round(4 * uniform() - 2, 3) for _ in range(features)]
    print(*point, "yes" if point[1] > math.sin(3 * point[0]) else "no", sep=",")
