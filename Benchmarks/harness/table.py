"""Numbers as people read them, and tables for a terminal and for Markdown."""

import statistics
import unicodedata


def seconds(value):
    if value is None:
        return ""
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            break
    return f"{_digits(value * scale)} {unit}"


def _digits(value):
    """Three figures, or all of a larger number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def rate(value, unit):
    return "" if value is None else f"{_digits(value)} {unit}"


def megabytes(value):
    return f"{value / 2**20:,.0f} MiB" if value else ""


def cost(value):
    return "" if value is None else f"{value:.5g}"


def ratio(value):
    return "" if value is None else f"{value:.2f} ×" if value < 10 else f"{value:,.0f} ×"


def of_entrants(contest):
    """Headers and lines: everybody's seconds or rates, memory and cost."""
    headers = ["", "fastest", "median", "runs", "preparation", "peak memory", "cost", "version"]
    lines = []
    for e in contest.entrants:
        if not e.seconds:
            lines.append([e.name, "left out", "", "", "", "", "", e.failure[:60]])
            continue
        mean = statistics.mean(e.costs) if e.costs else None
        version = "; ".join(filter(None, [e.version, e.note]))
        lines.append([
            e.name, contest.shown(e.best), contest.shown(statistics.median(e.seconds)), str(len(e.seconds)),
            seconds(e.preparation_seconds) if (e.preparation_seconds or 0) > 0.05 else "",
            megabytes(e.peak_bytes), cost(mean), version])
    return headers, lines


def summary(sections, judged=True):
    """Headers and lines of the table over all workloads; tiny ones are not `judged`."""
    headers = ["workload", "Espalier", "best peer", "limit", "× peer", "× limit", "reach", "met", "peak memory", "cost"]
    lines = []
    for row in (row for section in sections for row in section.rows):
        number = (lambda value: rate(value, row.rate)) if row.rate else seconds
        peer = f"{number(row.peer)} ({row.peer_name})" if row.peer is not None else ""
        met = "" if not (judged and row.reach) else "no" if not all(row.verdicts) else "yes" if row.is_judged else "?"
        lines.append([
            row.name, number(row.espalier), peer, number(row.limit), ratio(row.against_peer), ratio(row.against_limit),
            row.reach, met, megabytes(row.peak_bytes), cost(row.cost)])
    return headers, lines


def _width(text):
    return sum(0 if unicodedata.combining(c) else 1 for c in text)


def text(headers, lines):
    """Columns padded to the same width; the first to the left, the others to the right."""
    widths = [max(_width(line[i]) for line in [headers, *lines]) for i in range(len(headers))]

    def padded(line):
        cells = []
        for i, cell in enumerate(line):
            space = " " * (widths[i] - _width(cell))
            cells.append(cell + space if i == 0 or headers[i] in ("reach", "version") else space + cell)
        return "  ".join(cells).rstrip()

    rule = "  ".join("─" * width for width in widths)
    return "\n".join([padded(headers), rule, *map(padded, lines)])


def markdown(headers, lines):
    rows = [headers, ["---" if i == 0 else "---:" for i in range(len(headers))], *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
