"""The dropout masks of docs/numerics.md: Philox 4x32 with seven rounds, in plain Python."""

import numpy as np

MASKS, TIES = 3, 6


def words(key, counter, rounds=7):
    c, (k0, k1) = list(counter), key
    for _ in range(rounds):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def mask(seed, step, layer, rows, units, keep_prob):
    """(rows, units) of 1 and 0; `step` is a prediction's pass, layer 0 the input."""
    key = seed & 0xFFFFFFFF, seed >> 32
    kept = np.zeros((rows, units))
    for row in range(rows):
        for unit in range(units):
            block = (row >> 1) * ((units + 3) // 4) + (unit >> 2)
            halves = [words(key, (block, layer, step, purpose))[unit & 3] >> 16 * (row & 1) & 0xFFFF for purpose in (MASKS, TIES)]
            kept[row, unit] = (halves[0] << 16 | halves[1]) < keep_prob * 2**32
    return kept
