# SPDX-License-Identifier: BSD-3-Clause
"""What the bench says of two samples, and how it prints it."""

import math
import statistics

CROPPED = 0.95


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def welch(a, b):
    """Welch's t; positive where `b` takes longer."""
    if len(a) < 2 or len(b) < 2:
        return math.nan
    spread = statistics.variance(a) / len(a) + statistics.variance(b) / len(b)
    return (statistics.fmean(b) - statistics.fmean(a)) / math.sqrt(spread) if spread else 0.0


def cropped(a, b):
    """Both without what lies above the 95th percentile of the two together."""
    limit = quantile(a + b, CROPPED)
    return [x for x in a if x <= limit], [x for x in b if x <= limit]


def row(label, seen):
    """Of a table of nanoseconds."""
    return {"": label, "n": len(seen), "us": quantile(seen, 0.5) / 1000,
            "p99": quantile(seen, 0.99) / 1000}


def compared(base, other):
    """Microseconds, ratios and t of `other` against `base`; both in nanoseconds."""
    return {"n": len(other), "p50": statistics.median(other) / 1000,
            "p99": quantile(other, 0.99) / 1000,
            "ratio": statistics.median(other) / max(1, statistics.median(base)),
            "ratio99": quantile(other, 0.99) / max(1, quantile(base, 0.99)),
            "t": welch(base, other), "t_cropped": welch(*cropped(base, other))}


def word(value):
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    return str(value)


def lines(title, rows):
    """`rows` are dictionaries with the same keys, which stand above them."""
    names = list(rows[0])
    cells = [[word(row[name]) for name in names] for row in rows]
    width = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    return [title] + ["  " + "  ".join(
        f"{cell:<{width[0]}}" if i == 0 else f"{cell:>{width[i]}}" for i, cell in enumerate(line))
        for line in [names, *cells]]
