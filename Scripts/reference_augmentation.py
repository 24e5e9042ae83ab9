"""Augmentation in plain NumPy, written from docs/numerics.md: one example at a time, one pixel after the other.

It shares nothing with the Swift engine. An augmentation is the `data.augment.image` of the HTTP contract, resolved; an
image is (height, width, channels).
"""

import numpy as np

MOVEMENT, ELASTIC, NOISE = 16, 17, 18


def philox(key, counter, rounds):
    """The four words of Philox 4x32 at a counter of four words."""
    mask = 0xFFFFFFFF
    c0, c1, c2, c3 = counter
    k0, k1 = key & mask, key >> 32
    for _ in range(rounds):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & mask, (p0 >> 32) ^ c3 ^ k1, p0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


def uniforms(seed, epoch, position, purpose, count):
    """The first numbers in (0, 1) of an example's stream."""
    rounds = 10 if purpose == MOVEMENT else 7
    words = [word for block in range(-(-count // 4)) for word in philox(seed, (block, position, epoch, purpose), rounds)]
    return (np.array(words[:count], dtype=np.float64) + 0.5) / 2**32


def movement(image, seed, epoch, position):
    """What is drawn for an example: flips, degrees, factor, columns to the right and rows down."""
    u = uniforms(seed, epoch, position, MOVEMENT, 6)
    low, high = image["scale"]
    columns, rows = image["shift"]["horizontal"], image["shift"]["vertical"]
    return {
        "horizontal": bool(u[0] < image["flip"]["horizontal"]), "vertical": bool(u[1] < image["flip"]["vertical"]),
        "rotate": image["rotate"] * (2 * u[2] - 1), "scale": low + (high - low) * u[3],
        "right": int(np.floor(u[4] * (2 * columns + 1))) - columns, "down": int(np.floor(u[5] * (2 * rows + 1))) - rows}


def smoothed(field, sigma):
    """Gaussian weights out to ⌈3σ⌉, of sum 1; zeros outside."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        field = np.apply_along_axis(lambda line: np.convolve(line, weights)[reach:reach + len(line)], axis, field)
    return field


def elastic_field(image, seed, epoch, position):
    """(2, height, width): what is added to the column and to the row that a pixel comes from."""
    height, width, elastic = image["height"], image["width"], image["elastic"]
    if elastic is None or elastic["alpha"] == 0:
        return np.zeros((2, height, width))
    noise = 2 * uniforms(seed, epoch, position, ELASTIC, 2 * height * width).reshape(2, height, width) - 1
    return np.stack([elastic["alpha"] * smoothed(half, elastic["sigma"]) for half in noise])


def warped(pixels, image, move, field):
    """Each pixel from where the movement says, interpolated between the four around."""
    height, width, _ = pixels.shape
    angle = np.deg2rad(move["rotate"])
    forward = move["scale"] * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = forward @ np.diag([-1.0 if move["horizontal"] else 1.0, -1.0 if move["vertical"] else 1.0])
    backward = np.linalg.inv(forward)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])

    def pixel(row, column):
        if image["fill"] == "constant" and not (0 <= row < height and 0 <= column < width):
            return np.full(pixels.shape[2], float(image["fill_value"]))
        return pixels[min(max(row, 0), height - 1), min(max(column, 0), width - 1)]

    out = np.empty_like(pixels)
    for row in range(height):
        for column in range(width):
            place = np.array([column - move["right"], row - move["down"]]) - centre
            x, y = backward @ place + centre + field[:, row, column]
            left, top = int(np.floor(x)), int(np.floor(y))
            across, down = x - left, y - top
            out[row, column] = (
                (1 - down) * ((1 - across) * pixel(top, left) + across * pixel(top, left + 1))
                + down * ((1 - across) * pixel(top + 1, left) + across * pixel(top + 1, left + 1)))
    return out


def augmented_image(row, image, seed, epoch, position):
    """A row of raw numbers as the epoch (from 0) shows it."""
    height, width, channels = image["height"], image["width"], image["channels"]
    first = image["layout"] == "channels_first"
    pixels = np.asarray(row, dtype=np.float64).reshape((channels, height, width) if first else (height, width, channels))
    pixels = pixels.transpose(1, 2, 0) if first else pixels
    out = warped(
        pixels, image, movement(image, seed, epoch, position), elastic_field(image, seed, epoch, position))
    return (out.transpose(2, 0, 1) if first else out).ravel()


def noise(count, seed, epoch, position):
    """Standard normal numbers: Box and Muller's pairs."""
    u = uniforms(seed, epoch, position, NOISE, 4 * -(-count // 4))
    radius, angle = np.sqrt(-2 * np.log(u[0::2])), 2 * np.pi * (u[1::2] - 0.5)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]
