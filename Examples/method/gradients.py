"""Prints the size of the gradient in each layer of jobs before training, and draws it: gradients.py PICTURE.svg URL-OF-A-JOB...

The size is the norm of the derivative of the loss by a layer's W·x + b, `delta_norm` in the history.
"""

import json
import math
import sys
from urllib.request import urlopen

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 360, 60, 40
COLOURS = ["#d55e00", "#0072b2", "#009e73"]  # Okabe and Ito's: colour-blind readers can tell them apart

picture, *urls = sys.argv[1:]
norms = {}
for url in urls:
    with urlopen(url) as answer:
        name = json.load(answer)["name"]
    with urlopen(f"{url}/history?layers=true") as answer:
        start = json.load(answer)["data"][0]
    norms[name] = [layer["delta_norm"] for layer in start["layers"]]

shown = [1, 10, 20, 30, 40, 50]
print(f"{'layer':8}" + "".join(f"{layer:>8}" for layer in shown))
for name, values in norms.items():
    print(f"{name:8}" + "".join(f"{'1e%+03d' % round(math.log10(values[layer - 1])):>8}" for layer in shown))

powers = [math.log10(value) for values in norms.values() for value in values]
low, high = 5 * math.floor(min(powers) / 5), 5 * math.ceil(max(powers) / 5)
depth = max(map(len, norms.values()))


def across(layer):
    return LEFT + (WIDTH - LEFT - 70) * (layer - 1) / (depth - 1)


def down(power):
    return (HEIGHT - BOTTOM - 10) * (high - power) / (high - low) + 10


lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
         f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
for power in range(low, high + 1, 5):
    lines.append(f'<path d="M{LEFT} {down(power):.1f}H{across(depth):.1f}" stroke="#ddd"/>')
    lines.append(f'<text x="{LEFT - 6}" y="{down(power) + 4:.1f}" text-anchor="end">1e{power:+03d}</text>')
for layer in [1, *range(10, depth + 1, 10)]:
    lines.append(f'<text x="{across(layer):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{layer}</text>')
lines.append(f'<text x="{across(depth / 2):.1f}" y="{HEIGHT - 5}" text-anchor="middle">layer</text>')
for colour, (name, values) in zip(COLOURS, norms.items()):
    points = " ".join(f"{across(layer):.1f},{down(math.log10(value)):.1f}" for layer, value in enumerate(values, 1))
    lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    lines.append(f'<text x="{across(1) + 6:.1f}" y="{down(math.log10(values[0])) - 6:.1f}" fill="{colour}">{name}</text>')
with open(picture, "w") as file:
    file.write("\n".join([*lines, "</svg>\n"]))
