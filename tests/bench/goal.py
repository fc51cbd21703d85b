# SPDX-License-Identifier: BSD-3-Clause
"""What is to be reached, and by how much it was."""

import dataclasses
import statistics

import stats

BLOCKS = 10


@dataclasses.dataclass
class Goal:
    """A figure, the quartiles of its blocks (the figure itself where it is no sample), and its
    bound. What is `counted` is the same on any machine, so that a miss is a failure."""

    name: str
    value: float
    low: float
    high: float
    most: float = None
    least: float = None
    unit: str = "x"
    counted: bool = False

    def reached(self):
        return (self.most is None or self.value <= self.most) and \
            (self.least is None or self.value >= self.least)

    def failed(self):
        return self.counted and not self.reached()

    def row(self):
        bound = f"<= {self.most:g}" if self.least is None else f">= {self.least:g}"
        return {"": self.name, "figure": float(self.value), "from": float(self.low),
                "to": float(self.high), "unit": self.unit, "to reach": bound,
                "reached": "yes" if self.reached() else "NO"}


def counted(name, value, unit, most):
    return Goal(name, value, value, value, most=most, unit=unit, counted=True)


def cut(values):
    """BLOCKS runs of values that were taken one after the other."""
    size = max(1, len(values) // BLOCKS)
    return [values[i:i + size] for i in range(0, len(values) - size + 1, size)]


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def ratio(name, base, other, share=0.5, **bound):
    """Of what half of each, or another `share`, do not exceed; both in the order in which they were
    taken, side by side. A block has too few attempts for the last of a hundred: there the figure
    is that of all."""
    ratios = [stats.quantile(b, share) / max(1, stats.quantile(a, share))
              for a, b in zip(cut(base), cut(other))]
    if share == 0.5:
        return figures(name, ratios, "x", **bound)
    low, high = quartiles(ratios)
    return Goal(name, stats.quantile(other, share) / max(1, stats.quantile(base, share)), low,
                high, **bound)


def figures(name, values, unit, **bound):
    """A median of values that are the figure itself."""
    low, high = quartiles(values)
    return Goal(name, statistics.median(values), low, high, unit=unit, **bound)
