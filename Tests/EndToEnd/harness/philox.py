"""Philox 4x32-10 (Salmon et al. 2011) and the folds that are dealt by it, as docs/sweeps.md has them."""

FOLDS = 32
MASK = 2**32 - 1


def words(seed, purpose, block, major, minor=0):
    counter, key = [block, minor, major, purpose], [seed & MASK, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [(b >> 32) ^ counter[1] ^ key[0], b & MASK, (a >> 32) ^ counter[3] ^ key[1], a & MASK]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def shuffled(items, seed, purpose, major):
    """Fisher and Yates from the end, each place by 64 bits."""
    items, draws = list(items), []
    for place in range(len(items) - 1, 0, -1):
        if not draws:
            four = words(seed, purpose, (len(items) - 1 - place) // 2, major)
            draws = [four[0] << 32 | four[1], four[2] << 32 | four[3]]
        other = draws.pop() * (place + 1) >> 64
        items[place], items[other] = items[other], items[place]
    return items


def folds(labels, count, seed, repetition=0):
    """Row numbers of each part: each class, in ascending order of the classes, is shuffled and dealt round, where the one before ended."""
    parts, place = [[] for _ in range(count)], 0
    for number, label in enumerate(sorted(set(labels))):
        rows = [row for row, other in enumerate(labels) if other == label]
        for row in shuffled(rows, seed, FOLDS, number * 50 + repetition):
            parts[place].append(row)
            place = (place + 1) % count
    return [sorted(part) for part in parts]
